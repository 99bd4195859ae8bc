// The program's promise to VMs that have nothing to do with patchbay, over its real sockets: the
// bytes come back as they went.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/sidecar/program.h"
#include "tests/sidecar/support.h"
#include "tests/sidecar/wire.h"

namespace patchbay::sidecar {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr char kMutateDomain[] = "/kubevirt.hooks.plugins.v1alpha1.DomainHookService/MutateDomain";

// The fixture's VMI with every NIC of ours bound by KubeVirt's own bridge.
std::string without_ours(const fs::path& scenario) {
  ordered_json vmi = ordered_json::parse(read_text(scenario / "vmi.json"));
  vmi["metadata"].erase("annotations");
  for (ordered_json& interface : vmi["spec"]["domain"]["devices"]["interfaces"]) {
    if (!interface.contains("binding")) continue;
    const std::string binding = interface["binding"]["name"];
    if (!binding.starts_with("patchbay")) continue;
    interface.erase("binding");
    interface["bridge"] = ordered_json::object();
  }
  return vmi.dump();
}

// What the sidecar is asked of a VMI, and what comes back.
class Caller {
 public:
  Caller(std::string hooks, std::string plugin)
      : hooks_(std::move(hooks)), plugin_(std::move(plugin)) {}

  void expect_domain_back(const std::string& xml, const std::string& vmi) const {
    for (const char* version : {"v1alpha1", "v1alpha2", "v1alpha3"}) {
      expect(hooks_, callback(version, "OnDefineDomain"), field(1, xml) + field(2, vmi),
             field(1, xml));
    }
    expect(plugin_, kMutateDomain,
           field(1, "libvirt") + field(2, xml) + field(3, vmi) + field(4, field(1, "start")),
           field(1, xml));
  }

  void expect_cloud_init_back(const std::string& source, const std::string& vmi,
                              const std::string& data) const {
    for (const char* version : {"v1alpha2", "v1alpha3"}) {
      expect(hooks_, callback(version, "PreCloudInitIso"),
             field(1, source) + field(2, vmi) + field(3, data), field(1, source) + field(3, data));
    }
  }

 private:
  static void expect(const std::string& socket, const std::string& method,
                     const std::string& request, const std::string& bytes) {
    SCOPED_TRACE(method);
    const Answer answer = call(dial(socket), method, request);
    EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
    EXPECT_TRUE(answer.bytes == bytes) << answer.bytes;
  }

  std::string hooks_;
  std::string plugin_;
};

// Every document that KubeVirt made for the fixtures, each pass, each version, each socket.
TEST(PassthroughTest, EverythingOfAVmWithoutOursComesBackByteForByte) {
  const SocketFolder hooks;
  const SocketFolder plugin;
  const Program program({"--socket-dir", hooks.path().string()},
                        {"PATCHBAY_PLUGIN_SOCKET=" + (plugin.path() / "patchbay.sock").string()});
  const Caller caller(hooks.socket(), plugin.socket());
  int domains = 0;
  int cloud_init = 0;
  for (const fs::directory_entry& scenario : fs::directory_iterator(fixtures())) {
    if (!fs::exists(scenario.path() / "vmi.json")) continue;
    SCOPED_TRACE(scenario.path());
    const std::string vmi = without_ours(scenario.path());
    for (const fs::directory_entry& file : fs::directory_iterator(scenario.path())) {
      if (file.path().extension() != ".xml") continue;
      caller.expect_domain_back(read_text(file.path()), vmi);
      ++domains;
    }
    if (!fs::exists(scenario.path() / "cloudinitdata.json")) continue;
    caller.expect_cloud_init_back(read_text(scenario.path() / "cloudinitnocloudsource.json"), vmi,
                                  read_text(scenario.path() / "cloudinitdata.json"));
    ++cloud_init;
  }
  EXPECT_GE(domains, 50);
  EXPECT_GE(cloud_init, 15);
}

}  // namespace
}  // namespace patchbay::sidecar
