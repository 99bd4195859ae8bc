#include "binding/choose_backend.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pods.h"

namespace patchbay {
namespace {

using testing::HasSubstr;

class ChooseBackend : public testing::Test {
 protected:
  ChooseBackend() {
    question.network = kNetwork;
    question.nic.name = kNames.pod;
    question.nic.ethernet = true;
    question.nic.kind = "veth";
    question.nic.mac = Mac::parse("02:00:00:00:00:62");
  }
  void nic_is(const std::string& kind) {
    question.nic.kind = kind;
    question.nic.tun.reset();
    if (kind == "tun") question.nic.tun = TunInfo{.tap = true, .owner = 107, .group = 107};
  }
  Backend backend() const { return choose_backend(question).backend; }
  std::string refusal() const {
    try {
      choose_backend(question);
    } catch (const Error& error) {
      EXPECT_EQ(error.errc(), Errc::kUnsupported);
      EXPECT_THAT(error.what(), HasSubstr("network \"blue\": can't wire pod16477688c0e"));
      return error.what();
    }
    return "nothing was refused";
  }

  BackendQuestion question;
};

TEST_F(ChooseBackend, ByTheKindOfTheInterface) {
  const std::vector<std::tuple<std::string, Backend, std::string>> kinds{
      {"veth", Backend::kRedirect, "veth"},      {"macvlan", Backend::kRedirect, "macvlan"},
      {"vlan", Backend::kRedirect, "vlan"},      {"ipvlan", Backend::kRedirect, "ipvlan"},
      {"", Backend::kRedirect, "device"},        {"tun", Backend::kTap, "tap"},
      {"macvtap", Backend::kMacvtap, "macvtap"},
  };
  for (const auto& [kind, expected, why] : kinds) {
    nic_is(kind);
    const BackendChoice choice = choose_backend(question);
    EXPECT_EQ(choice.backend, expected) << kind;
    EXPECT_EQ(choice.why, why);
    question.options.mode = "auto";
    EXPECT_EQ(choose_backend(question).why, why);
    question.options.mode.reset();
  }
}

TEST_F(ChooseBackend, OtherKindsAreRefusedByName) {
  for (const std::string kind : {"ipvtap", "bridge", "vxlan"}) {
    nic_is(kind);
    EXPECT_THAT(refusal(), HasSubstr("its kind is \"" + kind + "\", expected veth, macvlan"));
  }
  nic_is("ipvlan");
  question.nic.ipvlan_l3 = true;
  EXPECT_THAT(refusal(), HasSubstr("write \"mode\": \"l2\""));
  nic_is("");
  question.nic.ethernet = false;
  EXPECT_THAT(refusal(), HasSubstr("no Ethernet interface"));
}

TEST_F(ChooseBackend, TheModeThatIsAskedForWhereItCanWork) {
  question.options.mode = "bridge";
  for (const std::string kind : {"veth", "vlan", ""}) {
    nic_is(kind);
    EXPECT_EQ(backend(), Backend::kBridge) << kind;
  }
  EXPECT_EQ(choose_backend(question).why, "device, mode bridge asked for");
  nic_is("macvlan");
  EXPECT_THAT(refusal(), HasSubstr("frames for other MACs"));
  nic_is("tun");
  EXPECT_THAT(refusal(), HasSubstr("use tap"));
  nic_is("veth");
  question.options.mode = "tap";
  EXPECT_THAT(refusal(), HasSubstr("mode tap does not go with its kind, veth"));
  question.options.mode = "macvtap";
  EXPECT_THAT(refusal(), HasSubstr("device plugin"));
}

TEST_F(ChooseBackend, OptionsThatTheBackendCannotFulfil) {
  question.options.mode = "bridge";
  question.options.trunk = {{42, 42}};
  EXPECT_THAT(refusal(), HasSubstr("a trunk is filtered by redirect only"));
  question.options.trunk.reset();
  question.ipam = "dhcp";
  EXPECT_THAT(refusal(), HasSubstr("IPAM dhcp"));
  question.options.mode.reset();
  EXPECT_EQ(backend(), Backend::kRedirect);
}

TEST_F(ChooseBackend, ATapThatIsThereMustBeOneTheLauncherOpens) {
  nic_is("tun");
  question.nic.tun->owner = 0;
  EXPECT_THAT(refusal(), HasSubstr("\"owner\": 107"));
  question.nic.tun->owner.reset();
  EXPECT_EQ(backend(), Backend::kTap) << "a tap without owner is everybody's";
  question.options.multi_queue = true;
  EXPECT_THAT(refusal(), HasSubstr("made without multi_queue"));
  question.nic.tun->multi_queue = true;
  EXPECT_EQ(backend(), Backend::kTap);
  question.nic.tun->tap = false;
  EXPECT_THAT(refusal(), HasSubstr("expected a tap"));
}

TEST_F(ChooseBackend, AMacvtapHasNoPortToGuard) {
  nic_is("macvtap");
  question.options.guard = Guard::kMac;
  EXPECT_THAT(refusal(), HasSubstr("a guest is guarded and answered at a tap only"));
  question.options = {.responder = true};
  EXPECT_THAT(refusal(), HasSubstr("take \"responder\" and \"guard\" out"));
}

}  // namespace
}  // namespace patchbay
