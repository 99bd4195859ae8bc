#include "plan/cloud_init_data.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "plan/error.h"
#include "tests/test_files.h"

namespace patchbay {
namespace {

TEST(CloudInitData, ReadsKubeVirts) {
  const auto user_data =
      parse_cloud_init_data(read_text(fixtures() / "14-nocloud-net-v2" / "cloudinitdata.json"));
  EXPECT_EQ(user_data.data_source, CloudInitData::DataSource::kNoCloud);
  EXPECT_TRUE(user_data.user_data.starts_with("#cloud-config\n"));
  EXPECT_TRUE(user_data.network_data.starts_with("network:\n"));
  const auto drive =
      parse_cloud_init_data(read_text(fixtures() / "16-configdrive" / "cloudinitdata.json"));
  EXPECT_EQ(drive.data_source, CloudInitData::DataSource::kConfigDrive);
  EXPECT_EQ(drive.network_data, "");
  EXPECT_THROW(parse_cloud_init_data(R"({"DataSource":"floppy"})"), Error);
  EXPECT_THROW(parse_cloud_init_data("null"), Error);
}

TEST(CloudInitData, ReturnsEverythingElseUnchangedAndInOrder) {
  const std::string text =
      R"({"DataSource":"noCloud","NoCloudMetaData":{"instance-id":"i"},"Future":[1,null],)"
      R"("UserData":"a","NetworkData":"","VolumeName":"v"})";
  EXPECT_EQ(with_texts(text, "#cloud-config\n", "version: 2\n"),
            R"({"DataSource":"noCloud","NoCloudMetaData":{"instance-id":"i"},"Future":[1,null],)"
            R"("UserData":"#cloud-config\n","NetworkData":"version: 2\n","VolumeName":"v"})");
}

TEST(NoCloudSource, GivesBothTextsWhateverCame) {
  EXPECT_EQ(no_cloud_source_with_texts("", "u", "n"), R"({"userData":"u","networkData":"n"})");
  EXPECT_EQ(no_cloud_source_with_texts("null", "u", ""), R"({"userData":"u"})");
  EXPECT_EQ(no_cloud_source_with_texts(
                R"({"secretRef":{"name":"s"},"userDataBase64":"dQ==","networkDataBase64":"bg==",)"
                R"("networkDataSecretRef":{"name":"t"},"future":1})",
                "u", "n"),
            R"({"future":1,"userData":"u","networkData":"n"})");
  EXPECT_THROW(no_cloud_source_with_texts("[]", "u", "n"), Error);
}

}  // namespace
}  // namespace patchbay
