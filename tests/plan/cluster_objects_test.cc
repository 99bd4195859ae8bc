#include "plan/cluster_objects.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan/error.h"

namespace patchbay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(PodsOf, AreReadFromTheList) {
  EXPECT_THAT(
      pods_of(R"({"items": [
      {"metadata": {"name": "a"}, "spec": {"nodeName": "n1", "containers": [
          {"name": "compute"}, {"name": "hook-sidecar-1"}, {"name": "hook-sidecar-0"}],
          "initContainers": [{"name": "container-disk-binary"}, {"name": "patchbay-plugin"}]}},
      {"metadata": {"name": "b"}, "spec": {"containers": []}, "status": {
          "containerStatuses": [{"name": "compute", "restartCount": 0}, {"name": "install"}],
          "initContainerStatuses": [{"name": "patchbay-plugin", "restartCount": 2}]}}]})"),
      ElementsAre(
          GatheredPod{"a", "n1", {"hook-sidecar-1", "hook-sidecar-0", "patchbay-plugin"}, {}},
          GatheredPod{"b", "", {}, {"patchbay-plugin"}}));
  EXPECT_THAT(pods_of(R"({"items": []})"), IsEmpty());
  EXPECT_THROW(pods_of("{}"), Error);
}

TEST(NadsOf, TakesEachOnceFromAVmAsFromAVmi) {
  const std::string spec = R"({"networks": [{"name": "default", "pod": {}},
      {"name": "a", "multus": {"networkName": "blue"}},
      {"name": "b", "multus": {"networkName": "demo/blue"}},
      {"name": "c", "multus": {"networkName": "infra/blue"}}]})";
  const auto expected = ElementsAre(NadName{"demo", "blue"}, NadName{"infra", "blue"});
  EXPECT_THAT(nads_of(R"({"spec": )" + spec + "}", "demo"), expected);
  EXPECT_THAT(nads_of(R"({"spec": {"template": {"spec": )" + spec + "}}}", "demo"), expected);
  EXPECT_THAT(nads_of(R"({"spec": {}})", "demo"), IsEmpty());
}

TEST(WithoutSecrets, LeavesOutUserDataWhereverItIs) {
  const std::string shown = without_secrets(R"({"a": [{"userData": "#cloud-config\nsecret"},
      {"userDataBase64": "secret"}, {"userData": "secret #cloud-config\n"}],
      "userDataSecretRef": {"name": "kept"}})");
  EXPECT_THAT(shown, Not(HasSubstr("secret\"")));
  EXPECT_THAT(shown, Not(HasSubstr("secret #")));
  EXPECT_THAT(shown, HasSubstr(R"x("#cloud-config\n(20 bytes left out)")x"));
  EXPECT_THAT(shown, HasSubstr(R"x("(6 bytes left out)")x"));
  EXPECT_THAT(shown, HasSubstr("kept"));
}

TEST(WithoutSecrets, LeavesOutCopiesOfTheWholeObject) {
  EXPECT_EQ(without_secrets(R"({"metadata": {"managedFields": [{"x": 1}], "annotations": {
      "kubectl.kubernetes.io/last-applied-configuration": "{}", "other": "stays"}}})"),
            R"({
  "metadata": {
    "annotations": {
      "other": "stays"
    }
  }
}
)");
}

TEST(WithoutSecrets, ShowsNothingOfWhatItCannotRead) {
  try {
    without_secrets(R"({"userData": "hunter2)");
    FAIL() << "read";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), Not(HasSubstr("hunter2")));
  }
}

}  // namespace
}  // namespace patchbay
