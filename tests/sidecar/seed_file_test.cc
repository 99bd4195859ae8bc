#include "sidecar/seed_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plan/error.h"
#include "tests/sidecar/program.h"
#include "tests/test_files.h"

namespace patchbay::sidecar {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class SeedFileTest : public testing::Test {
 protected:
  Error refused(std::string_view image) {
    try {
      seed_.write(image);
    } catch (const Error& error) {
      return error;
    }
    ADD_FAILURE() << "expected an Error";
    return {Errc::kInternal, ""};
  }
  struct stat status() const {
    struct stat status {};
    EXPECT_EQ(lstat(file_.c_str(), &status), 0);
    return status;
  }
  std::vector<std::string> names_in_folder() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(file_.parent_path())) {
      names.push_back(entry.path().filename());
    }
    return names;
  }

  SocketFolder shared_;
  fs::path file_ = shared_.path() / "patchbay-seed/seed.iso";
  SeedFile seed_ = SeedFile::of_hooks(shared_.path(), "hook-sidecar-1");
};

TEST_F(SeedFileTest, NamesTheFileAsQemuSeesIt) {
  EXPECT_EQ(seed_.path_for_qemu(), "/var/run/kubevirt-hooks/hook-sidecar-1/patchbay-seed/seed.iso");
  EXPECT_EQ(SeedFile::of_hooks(shared_.path(), "").path_for_qemu(),
            "/var/run/kubevirt-hooks/patchbay-seed/seed.iso")
      << "KubeVirt v1.5: one flat folder";
}

TEST_F(SeedFileTest, MakesNothingBeforeItIsAskedTo) {
  EXPECT_THAT(shared_.names(), testing::IsEmpty());
}

TEST_F(SeedFileTest, WritesForThisUserAloneAndLeavesNothingElse) {
  const std::string image(100'000, 'i');
  EXPECT_TRUE(seed_.write(image));
  EXPECT_EQ(read_text(file_), image);
  EXPECT_EQ(status().st_mode, static_cast<mode_t>(S_IFREG | 0400));
  EXPECT_EQ(status().st_uid, geteuid());
  EXPECT_THAT(shared_.names(), ElementsAre("patchbay-seed"));
  EXPECT_THAT(names_in_folder(), ElementsAre("seed.iso"));
}

TEST_F(SeedFileTest, LeavesTheSameBytesAlone) {
  seed_.write("image");
  const struct stat before = status();
  EXPECT_FALSE(seed_.write("image"));
  EXPECT_EQ(status().st_ino, before.st_ino);
  EXPECT_EQ(status().st_mtim.tv_nsec, before.st_mtim.tv_nsec);
}

TEST_F(SeedFileTest, ReplacesOthersInOneStepUnderAnOpenReader) {
  for (const char* other : {"imagE", "image, longer", ""}) {
    seed_.write("image");
    const int qemu = open(file_.c_str(), O_RDONLY | O_CLOEXEC);
    EXPECT_TRUE(seed_.write(other));
    EXPECT_EQ(read_text(file_), other);
    char bytes[16] = {};
    EXPECT_EQ(read(qemu, bytes, sizeof bytes), 5);
    EXPECT_STREQ(bytes, "image");
    close(qemu);
  }
}

TEST_F(SeedFileTest, ReplacesWhatOthersCouldRead) {
  seed_.write("image");
  chmod(file_.c_str(), 0644);
  EXPECT_TRUE(seed_.write("image"));
  EXPECT_EQ(status().st_mode & 0777U, 0400U);
}

TEST_F(SeedFileTest, FollowsNoLink) {
  const fs::path victim = shared_.path() / "victim";
  std::ofstream(victim) << "image";
  for (const char* name : {"seed.iso", "seed.iso.new"}) {
    seed_.write("first");
    const fs::path link = file_.parent_path() / name;
    fs::remove(link);
    fs::create_symlink(victim, link);
    EXPECT_TRUE(seed_.write("image"));
    EXPECT_FALSE(fs::is_symlink(file_));
    EXPECT_EQ(read_text(victim), "image");
    EXPECT_THAT(names_in_folder(), ElementsAre("seed.iso"));
  }
}

// O_EXCL after the name is free: a file that somebody else has open or linked is never written to.
TEST_F(SeedFileTest, WritesIntoNoFileThatSomebodyMadeBeforehand) {
  seed_.write("first");
  const fs::path victim = shared_.path() / "victim";
  std::ofstream(victim) << "theirs";
  fs::create_hard_link(victim, file_.string() + ".new");
  EXPECT_TRUE(seed_.write("image"));
  EXPECT_EQ(read_text(victim), "theirs");
  EXPECT_EQ(status().st_nlink, 1U);
}

// Opening one for reading would wait for a writer.
TEST_F(SeedFileTest, ReplacesAPipe) {
  seed_.write("first");
  fs::remove(file_);
  ASSERT_EQ(mkfifo(file_.c_str(), 0400), 0);
  EXPECT_TRUE(seed_.write("image"));
  EXPECT_EQ(read_text(file_), "image");
}

TEST_F(SeedFileTest, NamesAFolderInItsPlaceAndWhatToDo) {
  seed_.write("first");
  for (const char* name : {"seed.iso.new", "seed.iso"}) {
    const fs::path obstacle = file_.parent_path() / name;
    fs::remove(obstacle);
    fs::create_directory(obstacle);
    const Error error = refused("image");
    EXPECT_EQ(error.errc(), Errc::kIo);
    EXPECT_EQ(error.where(), obstacle);
    EXPECT_THAT(error.message(), HasSubstr("remove what has that name"));
    fs::remove(obstacle);
    EXPECT_THAT(names_in_folder(), testing::AnyOf(ElementsAre("seed.iso"), testing::IsEmpty()));
  }
}

TEST_F(SeedFileTest, GoesOnWhereAnEarlierRunWasEnded) {
  seed_.write("first");
  std::ofstream(file_.string() + ".new") << "half";
  EXPECT_TRUE(seed_.write("second"));
  EXPECT_EQ(read_text(file_), "second");
  EXPECT_THAT(names_in_folder(), ElementsAre("seed.iso"));
}

TEST_F(SeedFileTest, RefusesAFolderThatIsNotItsOwn) {
  const fs::path folder = file_.parent_path();
  const std::vector<std::function<void()>> obstacles = {
      [&] { fs::create_directory_symlink(shared_.path(), folder); },
      [&] { std::ofstream(folder) << "a file"; },
      [&] {
        fs::create_directory(folder);
        fs::permissions(folder, fs::perms::all);
      },
  };
  for (const auto& put : obstacles) {
    fs::remove_all(folder);
    put();
    const Error error = refused("image");
    EXPECT_EQ(error.errc(), Errc::kConflict);
    EXPECT_EQ(error.where(), folder.string());
    EXPECT_FALSE(fs::exists(shared_.path() / "seed.iso")) << "written through the link";
  }
}

TEST_F(SeedFileTest, NamesAFolderThatIsNotThere) {
  seed_ = SeedFile::of_hooks("/nonexistent", "");
  const Error error = refused("image");
  EXPECT_EQ(error.errc(), Errc::kIo);
  EXPECT_EQ(error.where(), "/nonexistent");
  EXPECT_THAT(error.message(), HasSubstr("No such file or directory"));
  EXPECT_THAT(error.message(), HasSubstr("does not learn its addresses"));
}

// As a full disk, seen from write(2). A read-only one and one that is really full:
// tests/netns/seed_folder_test.py.
TEST_F(SeedFileTest, KeepsTheOldImageWhereTheNewOneCannotBeWritten) {
  seed_.write("image");
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  signal(SIGXFSZ, SIG_IGN);
  const rlimit tight{.rlim_cur = 4096, .rlim_max = before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &tight);
  const Error error = refused(std::string(8192, 'x'));
  setrlimit(RLIMIT_FSIZE, &before);
  signal(SIGXFSZ, SIG_DFL);
  EXPECT_EQ(error.errc(), Errc::kIo);
  EXPECT_THAT(error.message(), HasSubstr("File too large"));
  EXPECT_EQ(read_text(file_), "image");
  EXPECT_THAT(names_in_folder(), ElementsAre("seed.iso"));
}

}  // namespace
}  // namespace patchbay::sidecar
