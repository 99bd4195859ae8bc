// The whole chain over folders that read top to bottom: what the sidecar finds (vmi.json, pod.json,
// network-info), what KubeVirt passes (domain*.xml, cloudinitdata.json), and in expected/ what
// comes of it: the plan, the steps, each XML, the networkData. UPDATE_GOLDEN=1 rewrites expected/.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "binding/describe.h"
#include "binding/steps_for.h"
#include "cloudinit/network_data.h"
#include "domainxml/apply_plan.h"
#include "plan/make_plan.h"
#include "tests/test_files.h"

namespace patchbay {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBinding = "patchbay";

std::string read_if_there(const fs::path& path) { return fs::exists(path) ? read_text(path) : ""; }

std::vector<fs::path> scenarios() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(fixtures())) {
    if (fs::exists(entry.path() / "vmi.json")) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string lines_of(const Diagnostics& diagnostics) {
  std::string lines;
  for (const Diagnostic& diagnostic : diagnostics) lines += to_string(diagnostic) + "\n";
  return lines;
}

class Scenario : public ::testing::TestWithParam<fs::path> {
 protected:
  fs::path file(const std::string& name) const { return GetParam() / name; }

  NetworkPlan plan() const {
    return make_plan({parse_vmi(read_text(file("vmi.json"))),
                      parse_pod_state(read_text(file("pod.json"))),
                      parse_network_info(read_if_there(file("network-info")))});
  }

  // An empty text has no golden file.
  void expect_golden(const std::string& name, const std::string& actual) const {
    const fs::path golden = file("expected") / name;
    if (std::getenv("UPDATE_GOLDEN") != nullptr) {
      fs::create_directories(golden.parent_path());
      fs::remove(golden);
      if (!actual.empty()) std::ofstream(golden, std::ios::binary) << actual;
      return;
    }
    EXPECT_EQ(actual, read_if_there(golden)) << golden << " (UPDATE_GOLDEN=1 rewrites it)";
  }
};

TEST_P(Scenario, HasItsPlan) {
  const NetworkPlan made = plan();
  expect_golden("plan.json", to_json(made));
  EXPECT_EQ(parse_network_plan(to_json(made)), made);
  EXPECT_EQ(plan(), made) << "the same input gives the same plan";
}

TEST_P(Scenario, HasItsSteps) {
  const PodState pod = parse_pod_state(read_text(file("pod.json")));
  std::string lines;
  for (const Attachment& attachment : plan().attachments) {
    const LinkNames names = link_names(attachment.network);
    const auto record = find_record(pod, names.record);
    if (!attachment.ours || !record) continue;
    for (const Step& step : steps_for(describe_parked(attachment.network, names, *record))) {
      lines += to_string(step) + "\n";
    }
  }
  expect_golden("steps.txt", lines);
}

TEST_P(Scenario, HasItsDomainAtEachPass) {
  const NetworkPlan made = plan();
  if (has_errors(made.diagnostics)) return expect_golden("domain.xml", "");
  Diagnostics diagnostics;
  size_t passes = 0;
  for (const std::string name :
       {"domain.xml", "domain.pass1-placeholders.xml", "domain.pass2.xml"}) {
    if (!fs::exists(file(name))) continue;
    const std::string given = read_text(file(name));
    const std::string applied = domainxml::apply_plan(given, made, kBinding, diagnostics);
    // What comes back as it was given needs no second copy.
    expect_golden(name, applied == given ? "" : applied);
    Diagnostics second_time;
    EXPECT_EQ(domainxml::apply_plan(applied, made, kBinding, second_time), applied) << name;
    EXPECT_EQ(domainxml::apply_plan(given, made, "another", second_time), given) << name;
    EXPECT_THAT(second_time, ::testing::IsEmpty()) << name;
    ++passes;
  }
  EXPECT_GT(passes, 0U);
  expect_golden("domain.txt", lines_of(diagnostics));
}

TEST_P(Scenario, HasItsNetworkData) {
  const std::string data = read_if_there(file("cloudinitdata.json"));
  const NetworkPlan made = plan();
  if (data.empty() || has_errors(made.diagnostics)) return expect_golden("network-data.yaml", "");
  const auto handover = cloudinit::hand_over(made, parse_cloud_init_data(data));
  const bool json = handover.network_data.starts_with('{');
  expect_golden("network-data.yaml", json ? "" : handover.network_data);
  expect_golden("network-data.json", json ? handover.network_data : "");
  expect_golden("network-data.txt", lines_of(handover.diagnostics));
}

INSTANTIATE_TEST_SUITE_P(Fixtures, Scenario, ::testing::ValuesIn(scenarios()),
                         [](const ::testing::TestParamInfo<fs::path>& scenario) {
                           std::string name = scenario.param.filename().string();
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(Scenarios, AreThere) { EXPECT_GE(scenarios().size(), 26U); }

}  // namespace
}  // namespace patchbay
