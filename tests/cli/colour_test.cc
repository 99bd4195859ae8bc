#include "cli/colour.h"

#include <gtest/gtest.h>
#include <pty.h>
#include <unistd.h>

#include <cstdlib>

namespace patchbay::cli {
namespace {

class OnATerminal : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(openpty(&master_, &slave_, nullptr, nullptr, nullptr), 0);
    terminal_ = fdopen(slave_, "w");
    ASSERT_EQ(unsetenv("NO_COLOR"), 0);
    ASSERT_EQ(setenv("TERM", "xterm-256color", 1), 0);
  }
  void TearDown() override {
    std::fclose(terminal_);
    close(master_);
  }

  int master_ = -1;
  int slave_ = -1;
  std::FILE* terminal_ = nullptr;
};

TEST_F(OnATerminal, ThereIsColour) { EXPECT_TRUE(wants_colour(terminal_)); }

TEST_F(OnATerminal, ThereIsNoneWhereTheEnvironmentSaysSo) {
  setenv("NO_COLOR", "1", 1);
  EXPECT_FALSE(wants_colour(terminal_));
  setenv("NO_COLOR", "", 1);
  EXPECT_TRUE(wants_colour(terminal_));
  setenv("TERM", "dumb", 1);
  EXPECT_FALSE(wants_colour(terminal_));
}

TEST_F(OnATerminal, ThereIsNoneInAPipe) {
  std::FILE* pipe = std::tmpfile();
  EXPECT_FALSE(wants_colour(pipe));
  std::fclose(pipe);
}

TEST(Painted, LeavesTheTerminalAsItWas) {
  EXPECT_EQ(painted("ok", Style::kGood, true), "\x1b[32mok\x1b[0m");
  EXPECT_EQ(painted("ok", Style::kGood, false), "ok");
  EXPECT_EQ(painted("ok", Style::kPlain, true), "ok");
  EXPECT_EQ(painted("", Style::kBad, true), "");
}

}  // namespace
}  // namespace patchbay::cli
