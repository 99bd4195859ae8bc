#include "plan/cloud_init_volume.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan/error.h"
#include "tests/test_files.h"

namespace patchbay {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

CloudInitData data_of(const std::string& volumes, Diagnostics& diagnostics) {
  return cloud_init_data_of(R"({"spec":{"volumes":)" + volumes + "}}", diagnostics);
}

// cloudinitdata.json is what KubeVirt itself made of the same VMI.
TEST(CloudInitVolumeTest, ReadsWhatKubeVirtReads) {
  size_t read = 0;
  for (const auto& entry : std::filesystem::directory_iterator(fixtures())) {
    if (!exists(entry.path() / "cloudinitdata.json")) continue;
    Diagnostics none;
    EXPECT_EQ(cloud_init_data_of(read_text(entry.path() / "vmi.json"), none),
              parse_cloud_init_data(read_text(entry.path() / "cloudinitdata.json")))
        << entry.path();
    EXPECT_THAT(none, IsEmpty());
    ++read;
  }
  EXPECT_GE(read, 16U);
}

TEST(CloudInitVolumeTest, TakesATextBeforeOneInBase64AndTheFirstVolume) {
  Diagnostics none;
  EXPECT_EQ(data_of(R"([{"name":"disk0"},{"cloudInitConfigDrive":{"userDataBase64":"dTog\nMQ==",)"
                    R"("networkData":"n","networkDataBase64":"bTog"}},)"
                    R"({"cloudInitNoCloud":{"userData":"later"}}])",
                    none),
            (CloudInitData{CloudInitData::DataSource::kConfigDrive, "u: 1", "n"}));
  EXPECT_EQ(cloud_init_data_of(R"({"spec":{}})", none), CloudInitData{});
  EXPECT_EQ(data_of(R"([{"name":"disk0"}])", none), CloudInitData{});
  EXPECT_THAT(none, IsEmpty());
}

TEST(CloudInitVolumeTest, SaysWhichSecretsItDoesNotRead) {
  Diagnostics found;
  EXPECT_EQ(data_of(R"([{"cloudInitNoCloud":{"secretRef":{"name":"web-user"},)"
                    R"("networkDataSecretRef":{"name":"web-net"},"networkData":"n"}}])",
                    found),
            (CloudInitData{CloudInitData::DataSource::kNoCloud, "", "n"}));
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0].where, "VMI.spec.volumes[0].cloudInitNoCloud.secretRef");
  EXPECT_THAT(found[0].message, HasSubstr("userData is in the Secret \"web-user\""));
  EXPECT_THAT(found[1].message, HasSubstr("networkData is in the Secret \"web-net\""));
}

TEST(CloudInitVolumeTest, RefusesWhatIsNotBase64) {
  Diagnostics none;
  for (const char* text : {"n e", "bg=", "bg==bg", "*"}) {
    const std::string volumes =
        std::string(R"([{"cloudInitNoCloud":{"networkDataBase64":")") + text + "\"}}]";
    EXPECT_THROW(data_of(volumes, none), Error) << text;
  }
}

}  // namespace
}  // namespace patchbay
