// The console's state machine, byte by byte and second by second, without a console.
#include "cli/console_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/console_words.h"
#include "plan/error.h"

namespace patchbay::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr char kShellLine[] = "env HISTFILE=/dev/null";

class Session : public testing::Test {
 protected:
  // What is sent, in answer to `text` and in the second of silence after it.
  std::string hears(const std::string& text) {
    std::string sent = session.receive(text);
    for (int ticks = 0; ticks < 20; ++ticks) {
      time += milliseconds(50);
      sent += session.receive("");
    }
    return sent;
  }

  // A command's echo, as a terminal shows it, and its answer.
  std::string answer(const std::string& asked, const std::string& output, int status = 0) {
    const std::string checksum = std::to_string(posix_checksum(output));
    return asked + "\n<" + mark_in(asked) + " " + std::to_string(status) + " " + checksum + " " +
           std::to_string(output.size()) + ">\r\n" + output + "</" + mark_in(asked) + ">\r\n# ";
  }

  static std::string mark_in(const std::string& asked) {
    const size_t start = asked.rfind("(m=") + 3;
    return asked.substr(start, asked.find(';', start) - start);
  }

  // From a shell's prompt to a session that is ready.
  void becomes_ready() {
    const std::string sent = hears("vm1:~# ");
    EXPECT_THAT(sent, HasSubstr("echo patchbay$PATCHBAY"));
    hears(answer(sent, "patchbay1\n"));
    ASSERT_TRUE(session.ready());
  }

  std::string failure(const std::string& text) {
    try {
      hears(text);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }

  std::chrono::steady_clock::time_point time{};
  int asked_for_credentials = 0;
  ConsoleSession session{{[this] {
                            ++asked_for_credentials;
                            return Credentials{"root", "s3cret"};
                          },
                          seconds(60), [this] { return time; }, 0x1234}};
};

TEST_F(Session, KnocksAndLogsInAndLeavesByEndingItsShell) {
  EXPECT_EQ(hears("Successfully connected to vm1 console. The escape sequence is ^]\r\n"),
            "\x15\r");
  EXPECT_EQ(hears("\r\nvm1 login: "), "root\r");
  EXPECT_EQ(hears("root\r\nPassword: "), "s3cret\r");
  const std::string sent = hears("\r\nLast login: today\r\n\x1b[1mvm1\x1b[0m:~# ");
  EXPECT_THAT(sent, StartsWith(std::string(" unset HISTFILE; exec ") + kShellLine));
  EXPECT_EQ(asked_for_credentials, 1);
  hears(answer(sent, "patchbay1\n"));
  ASSERT_TRUE(session.ready());
  EXPECT_EQ(session.leave(),
            "\x15"
            "exit\r");
  EXPECT_FALSE(session.left());
  hears("\r\nvm1 login: ");
  EXPECT_TRUE(session.left());
}

TEST_F(Session, AsksNobodyForCredentialsWhereSomebodyIsLoggedIn) {
  hears("");
  const std::string sent = hears("\r\n\x1b]0;t\x07\x1b[32muser@vm1\x1b[0m:~$ ");
  EXPECT_THAT(sent, StartsWith(std::string(" ") + kShellLine));
  EXPECT_EQ(asked_for_credentials, 0);
}

TEST_F(Session, WhereItIsUnclearWhoseShellAnswersItEndsOnlyItsOwn) {
  hears("");
  hears("$ ");
  EXPECT_EQ(session.leave(), "\x15 [ \"$PATCHBAY\" ] && exit\r");
}

TEST_F(Session, AnEchoIsNoAnswerWhateverPiecesItComesIn) {
  hears("");
  becomes_ready();
  const std::string asked = session.ask("ip address");
  for (const char byte : answer(asked, "1: lo\n2: eth0\n", 3)) {
    EXPECT_FALSE(session.ready());
    EXPECT_THAT(session.receive({&byte, 1}), IsEmpty());
    if (session.ready()) break;
  }
  EXPECT_EQ(session.answer(), (Answer{3, "1: lo\n2: eth0\n"}));
}

TEST_F(Session, ADamagedAnswerIsAskedForAgainAndNeverTaken) {
  hears("");
  becomes_ready();
  std::string asked = session.ask("ip address");
  std::string reply = answer(asked, "2: eth0: mtu 1500\n");
  reply.insert(reply.find("mtu"), "\r\n[   12.5] a message\r\n");
  const std::string again = session.receive(reply);
  EXPECT_THAT(again, HasSubstr("ip address"));
  EXPECT_NE(mark_in(again), mark_in(asked));
  hears(answer(again, "2: eth0: mtu 1500\n"));
  EXPECT_EQ(session.answer().output, "2: eth0: mtu 1500\n");
}

TEST_F(Session, WithoutAChecksumTheSameAnswerHasToComeTwice) {
  hears("");
  becomes_ready();
  const auto bare = [](const std::string& asked, const std::string& output) {
    return "<" + mark_in(asked) + " 0 >\n" + output + "</" + mark_in(asked) + ">\n";
  };
  std::string asked = session.ask("ip address");
  asked = session.receive(bare(asked, "a\n"));
  asked = session.receive(bare(asked, "damaged\n"));
  asked = session.receive(bare(asked, "a\n"));
  EXPECT_FALSE(session.ready());
  EXPECT_THAT(session.receive(bare(asked, "a\n")), IsEmpty());
  EXPECT_EQ(session.answer(), (Answer{0, "a\n"}));
}

TEST_F(Session, ALostQuestionIsAskedAgainAfterAnInterruptOfItsOwnShell) {
  hears("");
  becomes_ready();
  session.ask("ip address");
  time += seconds(7);
  EXPECT_EQ(session.receive(""), "\x03");
  EXPECT_THAT(hears("^C\r\n# "), HasSubstr("ip address"));
  time += seconds(60);
  EXPECT_THAT(failure(""), HasSubstr("waited 60 s for the answer to \"ip address\""));
}

TEST_F(Session, AForeignProgramIsNeitherInterruptedNorFed) {
  std::string sent = hears("");
  for (int step = 0; step < 30; ++step) sent += hears("");
  EXPECT_EQ(sent, "\x15\r\x15\r");  // twice into silence, and no more
  time += seconds(60);
  EXPECT_THAT(failure("line of a log\r\n"), HasSubstr("a program that runs there has to be ended"));
  EXPECT_EQ(session.leave(), "");
  EXPECT_TRUE(session.left());
}

TEST_F(Session, AMessageOfTheKernelsAfterAPromptIsKnockedAway) {
  hears("vm1 login: [    9.1] random: ready");
  EXPECT_EQ(hears("\r\nvm1 login: "), "root\r");
  EXPECT_EQ(hears("root\r\nPassword: [    9.9] audit: something\r\n"), "s3cret\r");
}

TEST_F(Session, WrongCredentialsAndAnExpiredPasswordAreErrors) {
  hears("vm1 login: ");
  hears("root\r\nPassword: ");
  EXPECT_THAT(failure("\r\nLogin incorrect\r\nvm1 login: "), HasSubstr("refuses the password"));
  EXPECT_EQ(session.leave(), "");
}

TEST_F(Session, AnExpiredPasswordIsAnErrorAndItsDialogueIsEnded) {
  hears("vm1 login: ");
  hears("root\r\nPassword: ");
  EXPECT_THAT(failure("\r\nYou are required to change your password\r\nCurrent password: "),
              HasSubstr("has to change the password"));
  EXPECT_EQ(session.leave(), "\x04");
}

TEST_F(Session, ALoginThatTimedOutIsBegunAgainButNotForEver) {
  hears("vm1 login: ");
  EXPECT_EQ(hears("root\r\nPassword: "), "s3cret\r");
  EXPECT_EQ(hears("\r\nLogin timed out after 60 seconds.\r\nvm1 login: "), "root\r");
  EXPECT_EQ(hears("\r\nvm1 login: "), "root\r");
  EXPECT_THAT(failure("\r\nvm1 login: "), HasSubstr("again and again"));
  EXPECT_EQ(asked_for_credentials, 1);
}

TEST_F(Session, NoMessageShowsThePassword) {
  hears("vm1 login: ");
  hears("root\r\nPassword: ");
  hears("s3cret\r\n");  // a terminal that echoes what it should not
  EXPECT_THAT(session.last_lines(), Not(HasSubstr("s3cret")));
}

TEST(ConsoleWords, TellWhoWaits) {
  const std::vector<std::pair<std::string, Tail>> cases{
      {"", Tail::kNothing},
      {"Linux\n", Tail::kNothing},
      {"x\nvm1 login: ", Tail::kLogin},
      {"Last login: today", Tail::kOther},
      {"Password: ", Tail::kPassword},
      {"[sudo] password for user: ", Tail::kPassword},
      {"New password: ", Tail::kChangePassword},
      {"(current) UNIX password: ", Tail::kChangePassword},
      {"root@vm1:~# ", Tail::kShell},
      {"[root@vm1 ~]# ", Tail::kShell},
      {"~ $ ", Tail::kShell},
      {"❯ ", Tail::kShell},
      {">>> ", Tail::kOther},
      {"> ", Tail::kOther},
      {"[    1.25] foo #", Tail::kOther},
      {"Booting…", Tail::kOther}};
  for (const auto& [text, tail] : cases) EXPECT_EQ(tail_of(text), tail) << text;
}

TEST(ConsoleWords, TheChecksumIsThatOfCksum) {
  EXPECT_EQ(posix_checksum(""), 4294967295U);             // `cksum </dev/null`
  EXPECT_EQ(posix_checksum("patchbay1\n"), 1524860396U);  // `echo patchbay1 | cksum`
}

TEST(ConsoleWords, AFrameNeedsItsEndAndItsHead) {
  EXPECT_FALSE(find_frame("<m1 0 1 2>\nx\n", "m1"));
  EXPECT_FALSE(find_frame(framed("true", "m1"), "m1"));
  EXPECT_TRUE(find_frame("<m1 0 [ 1.0] oops </m1>", "m1")->damaged);
  EXPECT_TRUE(find_frame("<m1 0 1 2>\nx\n</m1>", "m1")->damaged);
  EXPECT_TRUE(find_frame("<m1 x>\nx\n</m1>", "m1")->damaged);
}

}  // namespace
}  // namespace patchbay::cli
