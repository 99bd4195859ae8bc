#include "plan/read_stream.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <fstream>
#include <sstream>

namespace patchbay {
namespace {

TEST(ReadStream, TakesAllThatIsLeft) {
  for (const size_t size : {size_t{0}, size_t{1}, size_t{4096}, size_t{100000}}) {
    const std::string text(size, 'x');
    std::istringstream stream("y" + text);
    stream.get();
    EXPECT_EQ(read_to_end(stream), text);
    EXPECT_EQ(read_to_end(stream), "");
  }
}

TEST(ReadStream, TellsAFailedReadFromAnEmptyFile) {
  std::ifstream unmapped("/proc/self/mem");
  ASSERT_TRUE(unmapped.is_open());
  EXPECT_EQ(read_to_end(unmapped), std::nullopt);
  EXPECT_EQ(errno, EIO);
  std::ifstream missing("/proc/self/there-is-none");
  EXPECT_EQ(read_to_end(missing), std::nullopt);
  EXPECT_EQ(errno, ENOENT);
}

}  // namespace
}  // namespace patchbay
