// What the tests of hooks share: one of KubeVirt's own VMIs, its domain and its cloud-init data.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "sidecar/hooks.h"
#include "tests/sidecar/support.h"

namespace patchbay::sidecar {

inline constexpr char kScenario[] = "12-nocloud-userdata";

struct Input {
  std::string vmi = read_fixture(kScenario, "vmi.json");
  std::string domain = read_fixture(kScenario, "domain.xml");
  CloudInitTexts texts{.no_cloud_source = read_fixture(kScenario, "cloudinitnocloudsource.json"),
                       .data = read_fixture(kScenario, "cloudinitdata.json")};
};

// The same VMI with its one patchbay interface bound by KubeVirt's own bridge instead.
inline std::string without_attachment(const std::string& vmi) {
  return replaced(vmi, R"("binding":{"name":"patchbay"})", R"("bridge":{})");
}

// The same VMI without the cloud-init volume.
inline std::string without_cloud_init(const std::string& vmi) {
  nlohmann::ordered_json json = nlohmann::ordered_json::parse(vmi);
  json["spec"]["volumes"].erase(1);
  return json.dump();
}

// The VMI with one more NIC, "other", of that binding, and a pod that has both networks.
inline std::string with_other_nic(const std::string& vmi, const std::string& binding) {
  nlohmann::ordered_json json = nlohmann::ordered_json::parse(vmi);
  json["spec"]["domain"]["devices"]["interfaces"].push_back(
      {{"name", "other"}, {"binding", {{"name", binding}}}});
  json["spec"]["networks"].push_back({{"name", "other"}, {"multus", {{"networkName", "other"}}}});
  return json.dump();
}

inline PodState pod_with_other_nic() {
  Record record = example_record();
  record.mac = Mac::parse("02:00:00:00:00:63");
  record.ips = {IpPrefix::parse("10.9.0.63/24")};
  record.routes.clear();
  PodState pod = pod_with("data");
  for (const PodLink& link : pod_with("other", record).links) {
    if (link.name.str() != "eth0") pod.links.push_back(link);
  }
  return pod;
}

class HooksTest : public testing::Test {
 protected:
  Hooks make_hooks(const PodState& pod = pod_with("data")) {
    return {find_profile("patchbay"), sources_of(pod, log_)};
  }

  Input input_;
  LogBook log_;
};

}  // namespace patchbay::sidecar
