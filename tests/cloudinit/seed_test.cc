// The seed disc: what is on it, that others read it, and that nothing but its texts is in it.
#include "cloudinit/seed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "plan/error.h"
#include "tests/cloudinit/plans.h"
#include "tests/test_files.h"

namespace patchbay::cloudinit {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;

using DataSource = CloudInitData::DataSource;

constexpr char kUuid[] = "5d307ca9-b3ef-428c-8861-06e72d69f212";

Vmi example_vmi() {
  Vmi vmi;
  vmi.name = "vm.example";
  vmi.namespace_ = "default";
  vmi.hostname = "vm";
  vmi.firmware_uuid = kUuid;
  return vmi;
}

Seed seed_for(Guest guest) {
  NetworkPlan plan =
      plan_of({static_nic("blue", "02:00:00:00:00:aa", {"192.168.0.62/26"})}, {kPodNetwork});
  plan.guest = guest;
  const DataSource source = seed_source(guest);
  const Handover handover = hand_over(plan, CloudInitData{.data_source = source});
  EXPECT_THAT(handover.diagnostics, IsEmpty());
  return make_seed(source, example_vmi(), handover);
}

Seed example_seed() { return seed_for(Guest::kLinux); }

std::string text_of(const Seed& seed, const std::string& path) {
  for (const SeedFile& file : seed.files) {
    if (file.path == path) return file.text;
  }
  ADD_FAILURE() << "no " << path;
  return "{}";
}

std::string output_of(const std::string& command) {
  std::FILE* const pipe = popen((command + " 2>&1").c_str(), "r");
  std::string text;
  std::array<char, 4096> buffer{};
  for (size_t n; (n = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    text.append(buffer.data(), n);
  }
  EXPECT_EQ(pclose(pipe), 0) << command << ": " << text;
  return text;
}

// An image as a file, and a folder to unpack it into.
class ImageFile {
 public:
  explicit ImageFile(const std::string& image) {
    char pattern[] = "/tmp/pb-seed-XXXXXX";
    folder_ = mkdtemp(pattern);
    std::ofstream(path(), std::ios::binary) << image;
  }
  ~ImageFile() {
    output_of("chmod -R u+w " + folder_.string());
    fs::remove_all(folder_);
  }
  ImageFile(const ImageFile&) = delete;
  ImageFile& operator=(const ImageFile&) = delete;

  fs::path path() const { return folder_ / "seed.iso"; }
  // `options` of xorriso's choose which of the image's trees is read.
  fs::path unpack(const std::string& options) const {
    const fs::path out = folder_ / "out";
    output_of("xorriso " + options + " -osirrox on -indev " + path().string() + " -extract / " +
              out.string());
    return out;
  }

 private:
  fs::path folder_;
};

TEST(Seed, HoldsWhatKubeVirtGivesANoCloudGuest) {
  const Seed seed = example_seed();
  EXPECT_EQ(seed.label, "cidata");
  EXPECT_EQ(json::parse(text_of(seed, "meta-data")),
            (json{{"instance-id", kUuid}, {"local-hostname", "vm"}}));
  EXPECT_THAT(text_of(seed, "user-data"), testing::StartsWith("#cloud-config\n"));
  EXPECT_THAT(text_of(seed, "network-config"), HasSubstr("192.168.0.62/26"));
}

TEST(Seed, IsAConfigDriveForWindowsAlone) {
  using enum Guest;
  for (const Guest guest : {kLinux, kNetplan, kNetworkd, kNetworkManager, kSysconfig, kEni}) {
    EXPECT_EQ(seed_for(guest).label, "cidata") << name(guest);
  }
  EXPECT_EQ(seed_for(kWindows).label, "config-2");
}

TEST(Seed, HoldsWhatKubeVirtGivesAConfigDriveGuest) {
  const Seed seed = seed_for(Guest::kWindows);
  EXPECT_EQ(seed.label, "config-2");
  EXPECT_EQ(json::parse(text_of(seed, "openstack/latest/meta_data.json")),
            (json{{"instance_id", "vm.example.default"}, {"hostname", "vm"}, {"uuid", kUuid}}));
  EXPECT_FALSE(text_of(seed, "openstack/latest/user_data").empty());
  const json network_data = json::parse(text_of(seed, "openstack/latest/network_data.json"));
  EXPECT_EQ(network_data["networks"][0]["ip_address"], "192.168.0.62");
  EXPECT_EQ(network_data["links"].size(), 1U) << "the form for cloudbase-init";
}

TEST(Seed, LeavesOutNetworkDataThatSaysNothing) {
  const Seed seed = make_seed(DataSource::kNoCloud, example_vmi(), {"#cloud-config\n", "", {}});
  EXPECT_EQ(seed.files.size(), 2U);
}

TEST(Seed, NeedsAFirmwareUuid) {
  Vmi vmi = example_vmi();
  vmi.firmware_uuid.clear();
  try {
    make_seed(DataSource::kNoCloud, vmi, {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.errc(), Errc::kInvalidInput);
    EXPECT_EQ(error.where(), "spec.domain.firmware.uuid");
  }
}

TEST(Seed, HasNoHostNameThatIsNone) {
  for (const char* const name : {"a\x7f"
                                 "b",
                                 "a: b", "a\nb", ""}) {
    Vmi vmi = example_vmi();
    vmi.hostname = name;
    try {
      make_seed(DataSource::kNoCloud, vmi, {});
      FAIL() << name;
    } catch (const Error& error) {
      EXPECT_EQ(error.where(), "spec.hostname");
    }
  }
}

TEST(SeedImage, ReadsBackByRockRidgeAndByJoliet) {
  for (const Guest guest : {Guest::kLinux, Guest::kWindows}) {
    const Seed seed = seed_for(guest);
    for (const std::string tree : {"-read_fs nojoliet", "-read_fs norock"}) {
      const ImageFile image(iso_image(seed));
      const fs::path out = image.unpack(tree);
      for (const SeedFile& file : seed.files) {
        EXPECT_EQ(read_text(out / file.path), file.text) << file.path << tree;
      }
    }
  }
}

TEST(SeedImage, HasTheLabelThatGuestsLookFor) {
  for (const Guest guest : {Guest::kLinux, Guest::kWindows}) {
    const Seed seed = seed_for(guest);
    const ImageFile image(iso_image(seed));
    const std::string file = image.path().string();
    EXPECT_EQ(output_of("blkid -p -o value -s LABEL " + file), seed.label + "\n");
    EXPECT_THAT(output_of("xorriso -indev " + file + " -pvd_info"),
                HasSubstr("Volume Id    : " + seed.label + "\n"));
  }
}

TEST(SeedImage, ReadsBackTextsOfAnySize) {
  Seed seed = example_seed();
  for (const size_t size : {1U, 2047U, 2048U, 2049U, 300'000U}) {
    seed.files[1].text = std::string(size, 'x');
    const ImageFile image(iso_image(seed));
    EXPECT_EQ(read_text(image.unpack("-read_fs any") / "user-data"), seed.files[1].text);
  }
}

// The clock ticks on, the time zone changes; nothing of either may show.
TEST(SeedImage, IsTheSameAtAnotherTimeInAnotherZone) {
  const Seed seed = example_seed();
  const std::string first = iso_image(seed);
  EXPECT_EQ(iso_image(seed), first);
  const std::time_t then = std::time(nullptr);
  while (std::time(nullptr) == then) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  setenv("TZ", "Asia/Kathmandu", 1);
  tzset();
  EXPECT_EQ(iso_image(seed), first);
  unsetenv("TZ");
  tzset();
  EXPECT_THAT(first, HasSubstr("1980010100000000"));
}

TEST(SeedImage, DiffersWhereATextDoes) {
  Seed seed = example_seed();
  const std::string first = iso_image(seed);
  seed.files[2].text += "#\n";
  EXPECT_NE(iso_image(seed), first);
}

TEST(SeedImage, MayBeMadeFromSeveralThreads) {
  const Seed seed = example_seed();
  const std::string expected = iso_image(seed);
  std::array<std::string, 4> made;
  std::vector<std::thread> threads;
  for (std::string& image : made) threads.emplace_back([&] { image = iso_image(seed); });
  for (std::thread& thread : threads) thread.join();
  for (const std::string& image : made) EXPECT_EQ(image, expected);
}

TEST(SeedImage, SaysWhatIsWrongInTheLibrarysWords) {
  Seed seed = example_seed();
  seed.files.push_back(seed.files.front());
  try {
    iso_image(seed);
    FAIL() << "two files of one name";
  } catch (const Error& error) {
    EXPECT_EQ(error.errc(), Errc::kInternal);
    EXPECT_THAT(error.message(), HasSubstr("adding a file"));
  }
  EXPECT_FALSE(iso_image(example_seed()).empty()) << "the library is as before";
}

}  // namespace
}  // namespace patchbay::cloudinit
