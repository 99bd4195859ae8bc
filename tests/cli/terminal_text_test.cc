// The text in a terminal's bytes.
#include "cli/terminal_text.h"

#include <gtest/gtest.h>

namespace patchbay::cli {
namespace {

std::string text_of(std::string_view bytes) {
  TerminalText whole;
  whole.add(bytes);
  TerminalText pieces;
  for (const char byte : bytes) pieces.add({&byte, 1});
  EXPECT_EQ(whole.text(), pieces.text());
  return whole.text();
}

TEST(TerminalText, IsWhatIsLeftWithoutSequences) {
  EXPECT_EQ(text_of("plain\r\n\ttext é"), "plain\n\ttext é");
  EXPECT_EQ(text_of("\x1b[01;32mgreen\x1b[0m \x1b[?2004hpaste"), "green paste");
  EXPECT_EQ(text_of("\x1b]0;title\x07one\x1b]8;;url\x1b\\two"), "onetwo");
  EXPECT_EQ(text_of("\x1b(Bset\x1b=keys\x1b"
                    "7save\x1bPdcs\x1b\\"),
            "setkeyssave");
  EXPECT_EQ(text_of("abd\bc\a"), "abc");
}

TEST(TerminalText, NoiseNeverTakesMoreThanALine) {
  EXPECT_EQ(text_of("\x1b]noise\nnext"), "next");
  EXPECT_EQ(text_of("\x1b[12\n34mnext"), "\nnext");
  EXPECT_EQ(text_of("\x1b\x1b[0mx"), "[0mx");
}

}  // namespace
}  // namespace patchbay::cli
