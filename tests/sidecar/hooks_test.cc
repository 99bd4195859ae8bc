// The hooks themselves, on KubeVirt's own VMIs, domains and cloud-init data, in KubeVirt's order.
#include "sidecar/hooks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "plan/cloud_init_data.h"
#include "plan/error.h"
#include "tests/sidecar/hooks_case.h"

namespace patchbay::sidecar {
namespace {

using nlohmann::ordered_json;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST_F(HooksTest, GivesTheGuestTheParkedAddress) {
  Hooks hooks = make_hooks();
  const CloudInitTexts answer = hooks.pre_cloud_init_iso(input_.texts, input_.vmi);

  const ordered_json data = ordered_json::parse(answer.data);
  const std::string network_data = data["NetworkData"];
  EXPECT_THAT(network_data, HasSubstr("192.168.0.62/26"));
  EXPECT_THAT(network_data, HasSubstr("02:00:00:00:00:62"));
  EXPECT_THAT(network_data, HasSubstr("10.0.0.0/8"));
  EXPECT_THAT(network_data, HasSubstr("0a:58:0a:f4:01:05")) << "the pod network keeps its DHCP";
  EXPECT_THAT(data["UserData"], StartsWith("#cloud-config\nupdates:\n"));
  const ordered_json source = ordered_json::parse(answer.no_cloud_source);
  EXPECT_EQ(source["networkData"], data["NetworkData"]);
  EXPECT_EQ(source["userData"], data["UserData"]);
}

TEST_F(HooksTest, CompletesTheInterface) {
  Hooks hooks = make_hooks();
  hooks.pre_cloud_init_iso(input_.texts, input_.vmi);
  const std::string domain = hooks.on_define_domain(input_.domain, input_.vmi);
  EXPECT_THAT(domain, HasSubstr("02:00:00:00:00:62"));
  EXPECT_THAT(domain, HasSubstr("tap3a6eb0790f3"));
  EXPECT_THAT(domain, HasSubstr("ua-data"));
}

TEST_F(HooksTest, AnswersEachOfKubeVirtsPassesOnItsOwnOutput) {
  Hooks hooks = make_hooks();
  hooks.pre_cloud_init_iso(input_.texts, input_.vmi);
  const std::string placeholders = read_fixture(kScenario, "domain.pass1-placeholders.xml");
  for (const std::string& start : {placeholders, input_.domain}) {
    const std::string first = hooks.on_define_domain(start, input_.vmi);
    const std::string second = hooks.on_define_domain(first, input_.vmi);
    EXPECT_EQ(second, first);
    EXPECT_EQ(hooks.on_define_domain(second, input_.vmi), first);
  }
}

TEST_F(HooksTest, AnswersTheSameAgainOnARetryAndOnAMigrationsTarget) {
  Hooks source = make_hooks();
  const CloudInitTexts texts = source.pre_cloud_init_iso(input_.texts, input_.vmi);
  const std::string domain = source.on_define_domain(input_.domain, input_.vmi);
  EXPECT_EQ(source.pre_cloud_init_iso(input_.texts, input_.vmi), texts);
  EXPECT_EQ(source.on_define_domain(input_.domain, input_.vmi), domain);
  Hooks target = make_hooks();
  EXPECT_EQ(target.pre_cloud_init_iso(input_.texts, input_.vmi), texts);
  EXPECT_EQ(target.on_define_domain(input_.domain, input_.vmi), domain);
}

TEST_F(HooksTest, KeepsFieldsItDoesNotKnow) {
  input_.texts.data =
      replaced(input_.texts.data, R"("DevicesData":null)",
               R"("FutureData":{"z":1,"a":[true,null,1.5]},"DevicesData":[{"type":"nic"}])");
  input_.texts.no_cloud_source =
      replaced(input_.texts.no_cloud_source, R"({"userData")", R"({"future":["x"],"userData")");
  Hooks hooks = make_hooks();
  const CloudInitTexts answer = hooks.pre_cloud_init_iso(input_.texts, input_.vmi);
  ordered_json expected = ordered_json::parse(input_.texts.data);
  const ordered_json found = ordered_json::parse(answer.data);
  for (const char* ours : {"NetworkData", "UserData"}) expected[ours] = found[ours];
  EXPECT_EQ(found.dump(), expected.dump());
  EXPECT_EQ(ordered_json::parse(answer.no_cloud_source)["future"], ordered_json({"x"}));
}

TEST_F(HooksTest, LeavesAVmiWithoutAttachmentByteForByte) {
  Hooks hooks = make_hooks(PodState{});
  const std::string vmi = without_attachment(input_.vmi);
  EXPECT_EQ(hooks.pre_cloud_init_iso(input_.texts, vmi), input_.texts);
  EXPECT_EQ(hooks.on_define_domain(input_.domain, vmi), input_.domain);
}

TEST_F(HooksTest, LeavesAVmiWithoutAttachmentAndCloudInitByteForByte) {
  Hooks hooks = make_hooks(PodState{});
  const std::string vmi = without_cloud_init(without_attachment(input_.vmi));
  for (const char* data : {"", "null"}) {
    const CloudInitTexts nothing{.no_cloud_source = "", .data = data};
    EXPECT_EQ(hooks.pre_cloud_init_iso(nothing, vmi), nothing);
  }
  EXPECT_EQ(hooks.on_define_domain(input_.domain, vmi), input_.domain);
}

TEST_F(HooksTest, KeepsTheUsersNetworkData) {
  for (const char* scenario : {"13-nocloud-net-v1", "14-nocloud-net-v2"}) {
    const CloudInitTexts texts{
        .no_cloud_source = read_fixture(scenario, "cloudinitnocloudsource.json"),
        .data = read_fixture(scenario, "cloudinitdata.json")};
    Hooks hooks = make_hooks();
    EXPECT_EQ(hooks.pre_cloud_init_iso(texts, read_fixture(scenario, "vmi.json")), texts);
  }
  EXPECT_EQ(log_.count(R"("level":"warning")"), 2U) << log_.text();
}

// KubeVirt takes an answer with an empty UserData for an old sidecar's, and then needs a userData
// in the other field, too.
TEST_F(HooksTest, FillsUserDataWhereTheVmiHasNetworkDataOnly) {
  const std::string scenario = "14-nocloud-net-v2";
  ordered_json data = ordered_json::parse(read_fixture(scenario, "cloudinitdata.json"));
  data["UserData"] = "";
  const std::string vmi = read_fixture(scenario, "vmi.json");
  for (const char* source : {"", "null", "{}"}) {
    for (const std::string& any_vmi : {vmi, without_attachment(vmi)}) {
      Hooks hooks = make_hooks();
      const CloudInitTexts answer =
          hooks.pre_cloud_init_iso({.no_cloud_source = source, .data = data.dump()}, any_vmi);
      ordered_json expected = data;
      expected["UserData"] = "#cloud-config\n";
      EXPECT_EQ(answer.data, expected.dump());
      const ordered_json answered = ordered_json::parse(answer.no_cloud_source);
      EXPECT_EQ(answered["userData"], "#cloud-config\n");
      EXPECT_EQ(answered["networkData"], data["NetworkData"]);
    }
  }
}

TEST_F(HooksTest, AnswersBothTextsWhereOneWasEmpty) {
  Hooks hooks = make_hooks(PodState{});
  input_.texts.no_cloud_source = "";
  const CloudInitTexts answer =
      hooks.pre_cloud_init_iso(input_.texts, without_attachment(input_.vmi));
  EXPECT_EQ(answer.data, input_.texts.data);
  EXPECT_EQ(ordered_json::parse(answer.no_cloud_source)["userData"],
            ordered_json::parse(input_.texts.data)["UserData"]);
}

TEST_F(HooksTest, SaysThatAnotherSidecarWasAskedForCloudInit) {
  Hooks hooks = make_hooks();
  const Error error = error_of([&] { hooks.on_define_domain(input_.domain, input_.vmi); });
  EXPECT_EQ(error.errc(), Errc::kConflict);
  EXPECT_THAT(error.message(), HasSubstr("\"data\""));
  EXPECT_THAT(error.message(), HasSubstr("has asked another"));
  EXPECT_THAT(error.message(), HasSubstr("hooks.kubevirt.io/hookSidecars"));
}

TEST_F(HooksTest, NeedsNoCloudInitForANicThatAsksForNothing) {
  const std::string vmi =
      replaced(input_.vmi, R"("annotations":{)",
               R"("annotations":{"patchbay.io/networks":"{\"data\":{\"ipv4\":\"none\",)"
               R"(\"ipv6\":\"none\"}}",)");
  Record record = example_record();
  record.ips.clear();
  record.routes.clear();
  Hooks hooks = make_hooks(pod_with("data", record));
  EXPECT_THAT(hooks.on_define_domain(input_.domain, vmi), HasSubstr("02:00:00:00:00:62"));
}

TEST_F(HooksTest, NamesTheOtherProfilesWhereThereIsNoCloudInitVolume) {
  Hooks hooks = make_hooks();
  const std::string vmi = without_cloud_init(input_.vmi);
  const auto calls = {std::function([&] { hooks.on_define_domain(input_.domain, vmi); }),
                      std::function([&] {
                        hooks.pre_cloud_init_iso({"", "null"}, vmi);
                      })};
  for (const auto& call : calls) {
    const Error error = error_of(call);
    EXPECT_EQ(error.errc(), Errc::kInvalidInput);
    EXPECT_THAT(error.message(), StartsWith("spec.volumes: "));
    EXPECT_THAT(error.message(), HasSubstr("patchbay-seed"));
    EXPECT_THAT(error.message(), HasSubstr("patchbay-dhcp"));
  }
}

TEST_F(HooksTest, RefusesAPlanWithErrorsAndSaysAllOfThem) {
  const std::string vmi =
      replaced(input_.vmi, R"("annotations":{)",
               R"("annotations":{"patchbay.io/networks":"{\"data\":{\"adresses\":[]},)"
               R"(\"default\":{\"ipv6\":\"slaac\"}}",)");
  Hooks hooks = make_hooks();
  const Error error = error_of([&] { hooks.pre_cloud_init_iso(input_.texts, vmi); });
  EXPECT_EQ(error.errc(), Errc::kInvalidInput);
  EXPECT_THAT(error.message(), HasSubstr("adresses"));
  EXPECT_THAT(error.message(), HasSubstr("slaac"));
  EXPECT_THAT(log_.text(), HasSubstr(R"("level":"error")"));
}

TEST_F(HooksTest, GivesAConfigDriveItsNetworkDataJson) {
  const std::string scenario = "16-configdrive";
  Hooks hooks = make_hooks();
  const CloudInitTexts texts{
      .no_cloud_source = read_fixture(scenario, "cloudinitnocloudsource.json"),
      .data = read_fixture(scenario, "cloudinitdata.json")};
  const CloudInitTexts answer = hooks.pre_cloud_init_iso(texts, read_fixture(scenario, "vmi.json"));
  const std::string data = parse_cloud_init_data(answer.data).network_data;
  EXPECT_EQ(nlohmann::json::parse(data)["networks"][0]["ip_address"], "192.168.0.62") << data;
}

TEST_F(HooksTest, RefusesTextThatIsNone) {
  Hooks hooks = make_hooks();
  hooks.pre_cloud_init_iso(input_.texts, input_.vmi);
  const auto calls = {
      std::function([&] { hooks.on_define_domain("<domain>", input_.vmi); }),
      std::function([&] { hooks.on_define_domain("", input_.vmi); }),
      std::function([&] { hooks.on_define_domain(input_.domain, "{"); }),
      std::function([&] { hooks.on_define_domain(input_.domain, ""); }),
      std::function([&] { hooks.pre_cloud_init_iso(input_.texts, R"({"a":1,"a":2})"); }),
      std::function([&] {
        hooks.pre_cloud_init_iso({"{}", "{"}, input_.vmi);
      }),
      std::function([&] {
        hooks.pre_cloud_init_iso({"{}", ""}, input_.vmi);
      })};
  for (const auto& call : calls) {
    const Errc errc = error_of(call).errc();
    EXPECT_TRUE(errc == Errc::kMalformed || errc == Errc::kInvalidInput) << info(errc).name;
  }
}

TEST_F(HooksTest, LogsEachCallAndEachFindingOnce) {
  Hooks hooks = make_hooks();
  hooks.pre_cloud_init_iso(input_.texts, input_.vmi);
  for (int pass = 0; pass < 3; ++pass) hooks.on_define_domain(input_.domain, input_.vmi);
  EXPECT_EQ(log_.count(R"("msg":"PreCloudInitIso: )"), 1U);
  EXPECT_EQ(log_.count(R"("msg":"OnDefineDomain: )"), 3U);
  EXPECT_EQ(log_.count("data: 192.168.0.62/26 (record)"), 4U) << log_.text();
  EXPECT_THAT(log_.text(), HasSubstr(R"("vmi":"default/vm-12-nocloud-userdata")"));
}

TEST_F(HooksTest, KeepsSecretsOutOfLogAndErrors) {
  const std::string secret = "s3cr3t-hunter2";
  const std::string vmi = replaced(input_.vmi, "fedora\\nchpasswd", secret + "\\nchpasswd");
  const std::string data = replaced(input_.texts.data, "fedora\\nchpasswd", secret + "\\nchpasswd");
  Hooks hooks = make_hooks();
  hooks.pre_cloud_init_iso({input_.texts.no_cloud_source, data}, vmi);
  hooks.on_define_domain(input_.domain, vmi);
  EXPECT_THAT(log_.text(), Not(HasSubstr(secret)));
  // Broken right after, and in the middle of, the text with the secret.
  const size_t end = data.find("\",\"NetworkData\"");
  for (const size_t cut : {end, end - 5}) {
    const Error error = error_of([&] {
      hooks.pre_cloud_init_iso({"{}", data.substr(0, cut) + "\"\"}"}, vmi);
    });
    EXPECT_THAT(error.what(), Not(HasSubstr(secret)));
  }
  const Error error = error_of([&] {
    hooks.on_define_domain(input_.domain, vmi.substr(0, vmi.find(secret) + secret.size()));
  });
  EXPECT_THAT(error.what(), Not(HasSubstr(secret)));
  EXPECT_THAT(log_.text(), Not(HasSubstr(secret)));
}

TEST_F(HooksTest, AVmiWithoutOursPassesThroughByteForByte) {
  for (const char* profile : {"patchbay", "patchbay-seed", "patchbay-dhcp"}) {
    for (const bool volume : {true, false}) {
      const std::string bare = without_attachment(input_.vmi);
      const std::string vmi = volume ? bare : without_cloud_init(bare);
      Hooks hooks(find_profile(profile), sources_of(PodState{}, log_));
      for (const char* file : {"domain.xml", "domain.pass1-placeholders.xml"}) {
        const std::string domain = read_fixture(kScenario, file);
        EXPECT_EQ(hooks.on_define_domain(domain, vmi), domain) << profile;
        EXPECT_EQ(hooks.mutate_domain("libvirt", domain, vmi), domain) << profile;
      }
      if (!volume) continue;
      EXPECT_EQ(hooks.pre_cloud_init_iso(input_.texts, vmi), input_.texts) << profile;
    }
  }
  EXPECT_EQ(log_.count(R"("level":"warning")"), 0U);
}

TEST_F(HooksTest, ThePluginNeedsAHookSidecarBesideItForTheVolume) {
  HookSources sources = sources_of(pod_with("data"), log_);
  Hooks alone(find_profile("patchbay"), sources);
  const Error error = error_of([&] { alone.mutate_domain("libvirt", input_.domain, input_.vmi); });
  EXPECT_EQ(error.errc(), Errc::kConflict);
  EXPECT_EQ(error.where(), "MutateDomain");
  sources.has_hook_sidecar = [] { return true; };
  Hooks beside(find_profile("patchbay"), sources);
  const std::string domain = beside.mutate_domain("libvirt", input_.domain, input_.vmi);
  EXPECT_THAT(domain, HasSubstr("02:00:00:00:00:62"));
  EXPECT_EQ(beside.mutate_domain("libvirt", domain, input_.vmi), domain);
}

}  // namespace
}  // namespace patchbay::sidecar
