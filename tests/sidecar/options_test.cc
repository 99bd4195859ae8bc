#include "sidecar/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/sidecar/support.h"

namespace patchbay::sidecar {
namespace {

using testing::HasSubstr;

Options read(std::vector<std::string> words, const std::map<std::string, std::string>& set = {}) {
  words.insert(words.begin(), "patchbay-sidecar");
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  return read_options(arguments, [&](const char* name) {
    const auto found = set.find(name);
    return found == set.end() ? std::string() : found->second;
  });
}

TEST(OptionsTest, AreThoseOfAContainerWithoutArguments) {
  EXPECT_EQ(read({}), (Options{.socket_dir = "/var/run/kubevirt-hooks",
                               .termination_path = "/dev/termination-log"}));
  EXPECT_EQ(read({}, {{"PATCHBAY_PROFILE", "patchbay-dhcp"},
                      {"PATCHBAY_PLUGIN_SOCKET", "/var/run/kubevirt-plugin/patchbay/x.sock"},
                      {"CONTAINER_NAME", "hook-sidecar-1"},
                      {"NETWORK_BINDING_PLUGIN_NAME", "dhcp"}}),
            (Options{.socket_dir = "/var/run/kubevirt-hooks",
                     .plugin_socket = "/var/run/kubevirt-plugin/patchbay/x.sock",
                     .termination_path = "/dev/termination-log",
                     .profile = "patchbay-dhcp",
                     .registration = "dhcp",
                     .container = "hook-sidecar-1"}));
}

TEST(OptionsTest, WinOverVariables) {
  const Options options =
      read({"--socket-dir", "/a", "--plugin-socket", "/b", "--termination-log", "/c", "--check"},
           {{"PATCHBAY_PLUGIN_SOCKET", "/d"}});
  EXPECT_EQ(options, (Options{.task = Task::kCheck,
                              .socket_dir = "/a",
                              .socket_dir_given = true,
                              .plugin_socket = "/b",
                              .termination_path = "/c"}));
}

TEST(OptionsTest, RefuseWhatIsUnknownOrIncomplete) {
  for (const char* argument :
       {"--bogus", "bogus", "--socket-dir", "--plugin-socket", "--termination-log"}) {
    const Error error = error_of([&] { read({argument}); });
    EXPECT_EQ(error.errc(), Errc::kBadEnvironment);
    EXPECT_THAT(error.message(), HasSubstr(argument));
  }
}

}  // namespace
}  // namespace patchbay::sidecar
