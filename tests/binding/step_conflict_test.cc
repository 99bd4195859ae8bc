// What stands where a step of ours belongs: it is named and left as it is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "binding/step.h"
#include "pods.h"

namespace patchbay {
namespace {

using testing::HasSubstr;

class StepConflict : public testing::Test {
 protected:
  // What the step says of the namespace, which it does not change.
  std::string refusal(const Step& step) {
    const auto before = kernel.links;
    try {
      patchbay::apply(step, kernel);
    } catch (const Error& error) {
      EXPECT_EQ(error.errc(), Errc::kConflict);
      EXPECT_TRUE(kernel.links == before);
      return error.what();
    }
    return "nothing was refused";
  }

  FakeKernel kernel;
};

TEST_F(StepConflict, ALinkWhereTheBridgeBelongs) {
  kernel.add_link(kNames.bridge.str(), "veth");
  EXPECT_THAT(refusal(MakeBridge{kNames.bridge}),
              HasSubstr("the pod has a link where our bridge belongs"));
}

TEST_F(StepConflict, ANicThatIsAPortAlready) {
  add_nic(kernel).state.master = IfName::parse("vrf1");
  EXPECT_THAT(refusal(JoinBridge{kNames.pod, kNames.bridge}),
              HasSubstr("belongs to vrf1 already and can't be a port of k6t-"));
}

TEST_F(StepConflict, AFilterBeforeTheGuestsPort) {
  add_nic(kernel).ingress = Ingress{{ForeignFilter{}}};
  FilterPort step{.link = kNames.pod};
  step.port.name = "patchbay-port-1";
  EXPECT_THAT(refusal(step), HasSubstr("has ingress filters of somebody else"));
  EXPECT_THAT(to_string(Step(step)), HasSubstr("by patchbay-port-1"));
}

TEST_F(StepConflict, ALinkWhereTheControlBelongs) {
  kernel.add_link(kNames.control.str(), "veth");
  const MakeControl step{kNames.control, kNames.tap, "patchbay-port-1"};
  EXPECT_THAT(refusal(step), HasSubstr("a link where our control link belongs"));
  EXPECT_THAT(refusal(step), HasSubstr("expected kind dummy or bridge, found veth"));
  EXPECT_EQ(to_string(Step(step)),
            "make control link " + kNames.control.str() + " to " + kNames.tap.str());
}

TEST_F(StepConflict, ADeviceHasNoPortToGuard) {
  AttachmentCall call = call_without_cache();
  call.prev_result.emplace();
  call.device_id = "0000:65:00.2";
  call.options.defaults.guard = Guard::kFull;
  Diagnostics diagnostics;
  try {
    add(kernel, call, diagnostics);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.errc(), Errc::kUnsupported);
    EXPECT_THAT(error.what(),
                HasSubstr("device 0000:65:00.2 has no interface in the pod, so nobody "
                          "could guard its guest"));
    EXPECT_TRUE(kernel.links.empty());
  }
}

}  // namespace
}  // namespace patchbay
