// The wire: every byte that goes over it, in each version, against the contract written out by
// hand.
#include "sidecar/server.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <atomic>
#include <future>
#include <thread>
#include <utility>

#include "plan/error.h"
#include "tests/sidecar/support.h"
#include "tests/sidecar/wire.h"

namespace patchbay::sidecar {
namespace {

using testing::HasSubstr;

constexpr char kScenario[] = "12-nocloud-userdata";
constexpr size_t kMebibyte = size_t{1} << 20;

class ServerTest : public testing::Test {
 protected:
  ServerTest()
      : hooks_(find_profile(""), sources_of(pod_with("data"), log_)),
        server_(find_profile(""), hooks_, log_.sink(), [this] { shutdowns_ += 1; }) {}

  static std::shared_ptr<grpc::Channel> connect(Server& server) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) {
      throw std::runtime_error("socketpair");
    }
    server.adopt(ends[0]);
    return grpc::CreateInsecureChannelFromFd("localhost", ends[1]);
  }

  Answer ask(const std::string& method, const std::string& request) {
    return call(connect(server_), method, request);
  }

  LogBook log_;
  Hooks hooks_;
  std::atomic<int> shutdowns_{0};
  Server server_;
  std::string vmi_ = read_fixture(kScenario, "vmi.json");
  std::string domain_ = read_fixture(kScenario, "domain.xml");
  CloudInitTexts texts_{.no_cloud_source = read_fixture(kScenario, "cloudinitnocloudsource.json"),
                        .data = read_fixture(kScenario, "cloudinitdata.json")};

  std::string cloud_init_request() const {
    return field(1, texts_.no_cloud_source) + field(2, vmi_) + field(3, texts_.data);
  }
  std::string domain_request() const { return field(1, domain_) + field(2, vmi_); }
};

TEST_F(ServerTest, InfoNamesItselfItsHooksAndItsVersions) {
  const Answer answer = ask(kInfoMethod, "");
  EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_EQ(answer.bytes,
            "\x0a\x08patchbay"
            "\x1a\x10\x0a\x0eOnDefineDomain"
            "\x1a\x11\x0a\x0fPreCloudInitIso"
            "\x1a\x0a\x0a\x08Shutdown"
            "\x22\x08v1alpha1"
            "\x22\x08v1alpha2"
            "\x22\x08v1alpha3");
}

TEST_F(ServerTest, EachVersionAnswersWhatTheHooksSay) {
  LogBook log;
  Hooks hooks(find_profile(""), sources_of(pod_with("data"), log));
  const CloudInitTexts texts = hooks.pre_cloud_init_iso(texts_, vmi_);
  const std::string domain = hooks.on_define_domain(domain_, vmi_);
  for (const char* version : {"v1alpha2", "v1alpha3"}) {
    const Answer answer = ask(callback(version, "PreCloudInitIso"), cloud_init_request());
    EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
    EXPECT_EQ(answer.bytes, field(1, texts.no_cloud_source) + field(3, texts.data));
  }
  for (const char* version : {"v1alpha1", "v1alpha2", "v1alpha3"}) {
    const Answer answer = ask(callback(version, "OnDefineDomain"), domain_request());
    EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
    EXPECT_EQ(answer.bytes, field(1, domain));
  }
}

// MutateDomainRequest{domain_type=1, domain=2, vmi=3, sidecar_context=4{invocation_context=1}}.
TEST_F(ServerTest, APluginAnswersTheDomainAsAHookSidecarDoes) {
  ASSERT_TRUE(ask(callback("v1alpha3", "PreCloudInitIso"), cloud_init_request()).status.ok());
  const std::string domain = ask(callback("v1alpha3", "OnDefineDomain"), domain_request()).bytes;
  const auto mutate = [&](std::string_view type, std::string_view xml) {
    return ask("/kubevirt.hooks.plugins.v1alpha1.DomainHookService/MutateDomain",
               field(1, type) + field(2, xml) + field(3, vmi_) + field(4, field(1, "start")));
  };
  EXPECT_EQ(mutate("libvirt", domain_).bytes, domain) << "both have the domain as field 1";
  const std::string_view xml = std::string_view(domain).substr(domain.find('<'));
  EXPECT_EQ(mutate("libvirt", xml).bytes, domain) << "after OnDefineDomain nothing is left to do";
  for (const char* type : {"", "cloud-hypervisor"}) {
    const Answer answer = mutate(type, domain_);
    EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::UNIMPLEMENTED);
    EXPECT_THAT(answer.status.error_message(), HasSubstr("expected \"libvirt\""));
  }
  EXPECT_THAT(log_.text(),
              HasSubstr(R"("hook":"MutateDomain","vmi":"default/vm-12-nocloud-userdata")"));
}

TEST_F(ServerTest, AVersionHasNoMethodOfALaterOne) {
  EXPECT_EQ(ask(callback("v1alpha1", "PreCloudInitIso"), "").status.error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(ask(callback("v1alpha2", "Shutdown"), "").status.error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(shutdowns_, 0);
}

TEST_F(ServerTest, ShutdownIsAnsweredAndToldOn) {
  const Answer answer = ask(callback("v1alpha3", "Shutdown"), "");
  EXPECT_TRUE(answer.status.ok());
  EXPECT_EQ(answer.bytes, "");
  EXPECT_EQ(shutdowns_, 1);
}

TEST_F(ServerTest, IgnoresFieldsOfLaterVersions) {
  const Answer answer =
      ask(callback("v1alpha3", "PreCloudInitIso"), cloud_init_request() + field(15, "later"));
  EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
}

TEST_F(ServerTest, AnErrorIsAStatusWithTheDiagnostic) {
  const std::string vmi =
      replaced(vmi_, R"("annotations":{)",
               R"("annotations":{"patchbay.io/networks":"{\"data\":{\"adresses\":[]}}",)");
  const Answer answer =
      ask(callback("v1alpha3", "PreCloudInitIso"),
          field(1, texts_.no_cloud_source) + field(2, vmi) + field(3, texts_.data));
  EXPECT_EQ(answer.status.error_code(), info(Errc::kInvalidInput).grpc_status);
  EXPECT_THAT(answer.status.error_message(), HasSubstr("\"data\""));
  EXPECT_THAT(answer.status.error_message(), HasSubstr("did you mean \"addresses\"?"));
  EXPECT_THAT(log_.text(), HasSubstr("PreCloudInitIso refused: "));
  EXPECT_TRUE(ask(callback("v1alpha3", "PreCloudInitIso"), cloud_init_request()).status.ok());
}

TEST_F(ServerTest, TextThatIsNoneIsAStatus) {
  ASSERT_TRUE(ask(callback("v1alpha3", "PreCloudInitIso"), cloud_init_request()).status.ok());
  for (const std::string& request :
       {field(1, "<domain"), field(1, "<domain") + field(2, vmi_),
        field(1, domain_) + field(2, "{\"metadata\":"), std::string()}) {
    const Answer answer = ask(callback("v1alpha1", "OnDefineDomain"), request);
    EXPECT_EQ(answer.status.error_code(), info(Errc::kMalformed).grpc_status);
    EXPECT_NE(answer.status.error_message(), "");
  }
  EXPECT_EQ(ask(callback("v1alpha1", "OnDefineDomain"), "\x0a\x7f").status.error_code(),
            grpc::StatusCode::INTERNAL)
      << "a field that is longer than its message";
}

TEST_F(ServerTest, AForeignExceptionIsInternal) {
  HookSources sources = sources_of(PodState{}, log_);
  sources.pod_state = []() -> PodState { throw std::runtime_error("no such thing"); };
  Hooks hooks(find_profile(""), sources);
  Server server(find_profile(""), hooks, log_.sink(), [] {});
  const Answer answer =
      call(connect(server), callback("v1alpha3", "OnDefineDomain"), domain_request());
  EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_THAT(answer.status.error_message(), HasSubstr("no such thing"));
}

TEST_F(ServerTest, MemoryThatCouldNotBeHadIsNoBug) {
  HookSources sources = sources_of(PodState{}, log_);
  sources.pod_state = []() -> PodState { throw std::bad_alloc(); };
  Hooks hooks(find_profile(""), sources);
  Server server(find_profile(""), hooks, log_.sink(), [] {});
  const Answer answer =
      call(connect(server), callback("v1alpha3", "OnDefineDomain"), domain_request());
  EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(answer.status.error_message(), HasSubstr("raise the memory limit"));
  EXPECT_THAT(log_.text(), HasSubstr("OnDefineDomain refused: not enough memory"));
}

TEST_F(ServerTest, ALongDiagnosticIsShortenedInTheStatusOnly) {
  HookSources sources = sources_of(PodState{}, log_);
  sources.pod_state = []() -> PodState {
    throw Error(Errc::kKernel, std::string(3999, 'x') + "ä" + std::string(9000, 'y') + "end");
  };
  Hooks hooks(find_profile(""), sources);
  Server server(find_profile(""), hooks, log_.sink(), [] {});
  const Answer answer =
      call(connect(server), callback("v1alpha3", "OnDefineDomain"), domain_request());
  EXPECT_EQ(answer.status.error_message(),
            std::string(3999, 'x') + "… (the rest is in the sidecar's log)");
  EXPECT_THAT(log_.text(), HasSubstr("yend"));
}

// KubeVirt receives 4 MiB at most and sends domain and VMI in one message.
TEST_F(ServerTest, TakesMoreThanFourMebibytesAndGivesUpToThat) {
  const std::string vmi = replaced(vmi_, R"("binding":{"name":"patchbay"})", R"("bridge":{})");
  const std::string domain = replaced(domain_, "</domain>", "<!--") +
                             std::string(4 * kMebibyte - domain_.size() - 64, 'x') + "--></domain>";
  Hooks hooks(find_profile(""), sources_of(PodState{}, log_));
  Server server(find_profile(""), hooks, log_.sink(), [] {});
  const Answer answer =
      call(connect(server), callback("v1alpha3", "OnDefineDomain"),
           field(1, domain) + field(2, vmi) + field(15, std::string(kMebibyte, 'z')));
  EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_EQ(answer.bytes, field(1, domain));
}

TEST_F(ServerTest, AnswersCallsAtTheSameTime) {
  std::atomic<int> answered{0};
  std::vector<std::thread> callers;
  callers.reserve(8);
  for (int i = 0; i < 8; ++i) {
    callers.emplace_back([&, channel = connect(server_)] {
      const Answer answer =
          call(channel, callback("v1alpha3", "PreCloudInitIso"), cloud_init_request());
      answered += answer.status.ok() ? 1 : 0;
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(answered, 8);
}

// A second late, Info makes virt-launcher panic.
TEST_F(ServerTest, InfoIsAnsweredWhileAHookWaitsForAFile) {
  PodState pod = pod_with("data");
  std::erase_if(pod.links, [](const PodLink& link) { return link.name.str().starts_with("pb"); });
  HookSources sources = sources_of(pod, log_);
  sources.network_status = [] { return ""; };
  std::promise<void> waiting;
  std::promise<void> told;
  sources.sleep = [&, first = true](std::chrono::milliseconds) mutable {
    if (std::exchange(first, false)) {
      waiting.set_value();
      told.get_future().wait();
    }
  };
  Hooks hooks(find_profile(""), sources);
  Server server(find_profile(""), hooks, log_.sink(), [] {});
  std::thread caller([&, channel = connect(server)] {
    const Answer answer =
        call(channel, callback("v1alpha3", "PreCloudInitIso"), cloud_init_request());
    EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::UNAVAILABLE);
  });
  waiting.get_future().wait();
  EXPECT_TRUE(call(connect(server), kInfoMethod, "", std::chrono::seconds(60)).status.ok());
  told.set_value();
  caller.join();
}

TEST_F(ServerTest, SurvivesConnectionsThatSayNothingOrNonsense) {
  int silent[2];
  int loud[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, silent), 0);
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, loud), 0);
  server_.adopt(silent[0]);
  server_.adopt(loud[0]);
  const std::string_view nonsense = "GET / HTTP/1.0\r\n\r\n";
  EXPECT_EQ(write(loud[1], nonsense.data(), nonsense.size()),
            static_cast<ssize_t>(nonsense.size()));
  close(loud[1]);
  EXPECT_TRUE(ask(kInfoMethod, "").status.ok());
  close(silent[1]);
  EXPECT_TRUE(ask(kInfoMethod, "").status.ok());
}

TEST_F(ServerTest, StopsWhileAPeerIsConnected) {
  const auto channel = connect(server_);
  ASSERT_TRUE(call(channel, kInfoMethod, "").status.ok());
  const auto start = std::chrono::steady_clock::now();
  server_.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
  EXPECT_FALSE(call(channel, kInfoMethod, "", std::chrono::seconds(1)).status.ok());
}

}  // namespace
}  // namespace patchbay::sidecar
