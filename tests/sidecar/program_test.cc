// The whole program from outside, in the traps of KubeVirt's hook manager.
#include "tests/sidecar/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/inotify.h>

#include <nlohmann/json.hpp>

#include "tests/sidecar/support.h"
#include "tests/sidecar/wire.h"

namespace patchbay::sidecar {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;

constexpr char kScenario[] = "12-nocloud-userdata";
constexpr milliseconds kPatience{60000};  // not KubeVirt's: other tests may have the machine

// What happens to names in a folder's top level, in order: "+name", "-name", ">name" for renames.
class FolderWatch {
 public:
  explicit FolderWatch(const fs::path& folder) : fd_(inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
    inotify_add_watch(fd_, folder.c_str(), IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM);
  }
  ~FolderWatch() { close(fd_); }
  FolderWatch(const FolderWatch&) = delete;
  FolderWatch& operator=(const FolderWatch&) = delete;

  std::vector<std::string> events(milliseconds patience) {
    pollfd waiting{fd_, POLLIN, 0};
    std::vector<std::string> found;
    if (poll(&waiting, 1, static_cast<int>(patience.count())) <= 0) return found;
    alignas(inotify_event) char buffer[4096];
    const ssize_t length = read(fd_, buffer, sizeof buffer);
    for (ssize_t at = 0; at < length;) {
      const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
      const char kind = (event->mask & IN_CREATE) ? '+' : (event->mask & IN_DELETE) ? '-' : '>';
      found.push_back(kind + std::string(event->name));
      at += static_cast<ssize_t>(sizeof *event + event->len);
    }
    return found;
  }

 private:
  int fd_;
};

class ProgramTest : public testing::Test {
 protected:
  std::unique_ptr<Program> start(const std::vector<std::string>& environment = {}) {
    return std::make_unique<Program>(
        std::vector<std::string>{"--socket-dir", folder_.path().string()}, environment);
  }

  std::string socket() { return folder_.socket(); }

  static Answer info(const std::string& socket) {
    return call(dial(socket), kInfoMethod, "", kPatience);
  }

  SocketFolder folder_;
};

std::vector<json> lines_of(const std::string& log) {
  std::vector<json> lines;
  std::istringstream stream(log);
  for (std::string line; std::getline(stream, line);) lines.push_back(json::parse(line));
  return lines;
}

// The moment the file is there somebody dials: Info must be answered, and in time.
TEST_F(ProgramTest, AnswersFromTheMomentTheSocketIsSeen) {
  for (int round = 0; round < 20; ++round) {
    SocketFolder folder;
    FolderWatch watch(folder.path());
    Program program({"--socket-dir", folder.path().string()});
    const auto created = watch.events(kPatience);
    ASSERT_THAT(created, ElementsAre(MatchesRegex("\\+patchbay-patchbay-[0-9a-f]{8}\\.sock")));
    const Answer answer = info(folder.path() / created.front().substr(1));
    ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
    EXPECT_THAT(answer.bytes, HasSubstr("v1alpha3"));
  }
}

TEST_F(ProgramTest, PutsNothingElseIntoTheFolder) {
  FolderWatch watch(folder_.path());
  const auto program = start();
  const std::string socket = this->socket();
  const std::string name = fs::path(socket).filename();
  ASSERT_TRUE(info(socket).status.ok());
  const std::string vmi = read_fixture(kScenario, "vmi.json");
  call(dial(socket), callback("v1alpha3", "OnDefineDomain"), field(1, "<domain/>") + field(2, vmi));
  EXPECT_TRUE(call(dial(socket), callback("v1alpha3", "Shutdown"), "").status.ok());
  EXPECT_EQ(program->wait(), 0);
  std::vector<std::string> all;
  for (auto some = watch.events(milliseconds(200)); !some.empty();
       some = watch.events(milliseconds(200))) {
    all.insert(all.end(), some.begin(), some.end());
  }
  EXPECT_THAT(all, ElementsAre("+" + name, "-" + name));
}

// v1.5: no CONTAINER_NAME, all sidecars of the pod in one flat folder.
TEST_F(ProgramTest, SharesOneFlatFolderWithASecondSidecar) {
  const auto first = start();
  socket();
  const auto second = start();
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (folder_.names().size() < 2 && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(milliseconds(1));
  }
  const auto names = folder_.names();
  ASSERT_EQ(names.size(), 2U);
  for (const std::string& name : names) EXPECT_TRUE(info(folder_.path() / name).status.ok());
}

TEST_F(ProgramTest, EndsAfterShutdownWithItsAnswer) {
  const auto program = start();
  const Answer answer = call(dial(socket()), callback("v1alpha3", "Shutdown"), "");
  EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_EQ(program->wait(), 0);
  EXPECT_THAT(folder_.names(), IsEmpty());
  EXPECT_THAT(program->log(), HasSubstr("ending: Shutdown from KubeVirt"));
}

TEST_F(ProgramTest, EndsAfterASignal) {
  for (const int signal : {SIGTERM, SIGINT}) {
    const auto program = start();
    ASSERT_TRUE(info(socket()).status.ok());
    program->send(signal);
    EXPECT_EQ(program->wait(), 0);
    EXPECT_THAT(folder_.names(), IsEmpty());
    EXPECT_THAT(program->log(), HasSubstr(signal == SIGTERM ? "SIGTERM" : "SIGINT"));
  }
}

TEST_F(ProgramTest, EndsWhileAPeerStaysConnected) {
  const auto program = start();
  const auto channel = dial(socket());
  ASSERT_TRUE(call(channel, kInfoMethod, "", kPatience).status.ok());
  program->send(SIGTERM);
  EXPECT_EQ(program->wait(), 0);
}

// A container that is restarted is found under the name that virt-launcher has learnt.
TEST_F(ProgramTest, TakesOverAfterACrash) {
  auto program = start();
  const std::string before = socket();
  program->send(SIGKILL);
  EXPECT_EQ(program->wait(), std::nullopt);
  ASSERT_TRUE(fs::exists(before));
  timespec times[2]{};  // long ago
  ASSERT_EQ(utimensat(AT_FDCWD, before.c_str(), times, AT_SYMLINK_NOFOLLOW), 0);
  program = start();
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!info(before).status.ok() && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_TRUE(info(before).status.ok());
  EXPECT_EQ(folder_.names().size(), 1U);
}

// The test's own namespace has no pod link: the answer is the diagnostic that says so.
TEST_F(ProgramTest, AFailingHookAnswersAndLogsTheDiagnostic) {
  const auto program = start();
  const std::string vmi = read_fixture(kScenario, "vmi.json");
  const Answer answer =
      call(dial(socket()), callback("v1alpha3", "PreCloudInitIso"),
           field(1, read_fixture(kScenario, "cloudinitnocloudsource.json")) + field(2, vmi) +
               field(3, read_fixture(kScenario, "cloudinitdata.json")));
  EXPECT_FALSE(answer.status.ok());
  EXPECT_THAT(answer.status.error_message(), HasSubstr("\"data\""));
  program->send(SIGTERM);
  EXPECT_EQ(program->wait(), 0);
  const std::vector<json> lines = lines_of(program->log());
  ASSERT_GE(lines.size(), 3U);
  for (const json& line : lines) {
    EXPECT_TRUE(line.contains("ts") && line.contains("level") && line.contains("msg")) << line;
  }
  EXPECT_EQ(lines.front()["msg"], "ready");
  EXPECT_EQ(lines.front()["profile"], "patchbay");
  EXPECT_THAT(program->log(), HasSubstr("PreCloudInitIso refused: "));
  EXPECT_THAT(program->log(), Not(HasSubstr("fedora"))) << "userData";
}

// A new connection for each call, as virt-launcher makes them, and nothing is left of them.
TEST_F(ProgramTest, KeepsNothingOfEndedConnections) {
  const auto program = start();
  const std::string socket = this->socket();
  const fs::path fds = "/proc/" + std::to_string(program->pid()) + "/fd";
  const auto count = [&] { return std::distance(fs::directory_iterator(fds), {}); };
  ASSERT_TRUE(info(socket).status.ok());
  const auto before = count();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(info(socket).status.ok());
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (count() > before && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_LE(count(), before);
}

TEST_F(ProgramTest, LogsWhatGrpcSaysAsJsonToo) {
  const auto program = start({"GRPC_VERBOSITY=DEBUG", "GRPC_TRACE=http"});
  ASSERT_TRUE(info(socket()).status.ok());
  program->send(SIGTERM);
  EXPECT_EQ(program->wait(), 0);
  EXPECT_THAT(program->log(), HasSubstr(R"("where":"gRPC")"));
  EXPECT_NO_THROW(lines_of(program->log()));
}

TEST_F(ProgramTest, WarnsOfARegistrationUnderAnotherName) {
  const auto program =
      start({"NETWORK_BINDING_PLUGIN_NAME=my-net", "CONTAINER_NAME=hook-sidecar-0"});
  ASSERT_TRUE(info(socket()).status.ok());
  program->send(SIGTERM);
  EXPECT_EQ(program->wait(), 0);
  const std::vector<json> lines = lines_of(program->log());
  EXPECT_EQ(lines[0]["container"], "hook-sidecar-0");
  EXPECT_EQ(lines[1]["level"], "warning");
  EXPECT_THAT(lines[1]["msg"], HasSubstr("my-net"));
}

// Its whole path is said by the container; no folder of hook sidecars is there.
TEST_F(ProgramTest, ServesAPluginsSocketAlone) {
  const std::string socket = folder_.path() / "patchbay-dhcp.sock";
  ASSERT_FALSE(fs::exists("/var/run/kubevirt-hooks"));
  Program program({}, {"PATCHBAY_PLUGIN_SOCKET=" + socket, "PATCHBAY_PROFILE=patchbay-dhcp"});
  EXPECT_EQ(this->socket(), socket);
  const std::string vmi = replaced(read_fixture(kScenario, "vmi.json"),
                                   R"("binding":{"name":"patchbay"})", R"("bridge":{})");
  const Answer answer =
      call(dial(socket), "/kubevirt.hooks.plugins.v1alpha1.DomainHookService/MutateDomain",
           field(1, "libvirt") + field(2, "<domain/>") + field(3, vmi));
  EXPECT_EQ(answer.bytes, field(1, "<domain/>")) << answer.status.error_message();
  program.send(SIGTERM);
  EXPECT_EQ(program.wait(), 0);
  EXPECT_THAT(folder_.names(), IsEmpty());
}

TEST_F(ProgramTest, ServesBothSocketsAtOnce) {
  SocketFolder plugins;
  const std::string plugin = plugins.path() / "patchbay.sock";
  const auto program = start({"PATCHBAY_PLUGIN_SOCKET=" + plugin});
  for (const std::string& path : {socket(), plugin}) EXPECT_TRUE(info(path).status.ok());
  EXPECT_TRUE(call(dial(socket()), callback("v1alpha3", "Shutdown"), "").status.ok());
  EXPECT_EQ(program->wait(), 0);
  EXPECT_THAT(plugins.names(), IsEmpty());
  EXPECT_THAT(folder_.names(), IsEmpty());
}

TEST_F(ProgramTest, LeavesTheReasonOfItsEndWhereTheKubeletLooks) {
  const std::string file = folder_.path() / "termination-log";
  const std::vector<std::string> arguments = {"--termination-log", file};
  Program without_file(arguments, {"PATCHBAY_PROFILE=x"});
  EXPECT_EQ(without_file.wait(), 64);
  EXPECT_FALSE(fs::exists(file)) << "none is made where the kubelet made none";
  std::ofstream(file) << std::string(5000, 'o');
  fs::permissions(file, fs::perms::all);
  Program with_file(arguments, {"PATCHBAY_PROFILE=x"});
  EXPECT_EQ(with_file.wait(), 64);
  EXPECT_THAT(read_text(file),
              testing::StartsWith("PATCHBAY_PROFILE: this version has no profile"));
  EXPECT_THAT(read_text(file), Not(HasSubstr("ooo")));
}

TEST_F(ProgramTest, ChecksForAPerson) {
  const std::vector<std::string> arguments = {"--check", "--socket-dir", folder_.path().string()};
  const SocketFolder other;
  Program elsewhere({"--socket-dir", other.path().string()});
  ASSERT_TRUE(info(other.socket()).status.ok());
  Program nothing(arguments);
  EXPECT_EQ(nothing.wait(), 1);
  EXPECT_THAT(nothing.log(), HasSubstr("PROBLEM  socket          nobody listens"));
  const auto program = start();
  ASSERT_TRUE(info(socket()).status.ok());
  Program check(arguments);
  EXPECT_EQ(check.wait(), 0) << check.log();
  EXPECT_THAT(check.log(), HasSubstr(socket() + ": a hook sidecar of this profile listens"));
}

TEST_F(ProgramTest, RefusesAnUnknownProfile) {
  const auto program = start({"PATCHBAY_PROFILE=patchbay-magic"});
  EXPECT_EQ(program->wait(), 64);
  EXPECT_THAT(program->log(), HasSubstr("it has: patchbay"));
  EXPECT_THAT(folder_.names(), IsEmpty());
}

TEST_F(ProgramTest, RefusesAFolderItMayNotWriteTo) {
  fs::permissions(folder_.path(), fs::perms::owner_read | fs::perms::owner_exec |
                                      fs::perms::others_read | fs::perms::others_exec);
  const auto program = start();
  EXPECT_EQ(program->wait(), 74);
  EXPECT_THAT(program->log(), HasSubstr("Permission denied"));
  EXPECT_THAT(program->log(), HasSubstr("may write to"));
}

TEST_F(ProgramTest, EndsWellWhereItsFolderIsGone) {
  const auto program = start();
  const auto channel = dial(socket());
  fs::remove_all(folder_.path());
  EXPECT_TRUE(call(channel, kInfoMethod, "", kPatience).status.ok()) << "it has been dialled";
  program->send(SIGTERM);
  EXPECT_EQ(program->wait(), 0) << program->log();
}

TEST_F(ProgramTest, RefusesUnknownArguments) {
  for (const char* argument : {"--bogus", "bogus", "--socket-dir"}) {
    Program program({argument});
    EXPECT_EQ(program.wait(), 64);
    EXPECT_THAT(program.log(), HasSubstr("--help"));
  }
}

TEST_F(ProgramTest, SaysVersionAndHelp) {
  Program version({"--version"});
  EXPECT_EQ(version.wait(), 0);
  EXPECT_EQ(version.log(), PATCHBAY_VERSION "\n");
  Program help({"--help"});
  EXPECT_EQ(help.wait(), 0);
  EXPECT_THAT(help.log(), HasSubstr("--socket-dir DIR"));
}

}  // namespace
}  // namespace patchbay::sidecar
