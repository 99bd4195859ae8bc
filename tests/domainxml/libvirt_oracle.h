// What libvirt and libxml2 say: the schema (virt-xml-validate), the parser (virsh define on
// libvirt's own test driver, which needs no daemon), libxml2's idea of well-formedness (xmllint). A
// tool that is missing fails the tests that ask it.
#pragma once

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <stdexcept>
#include <string>
#include <string_view>

namespace patchbay::domainxml {

// What has to change in KubeVirt's own text before libvirt 9.0 takes it with its schema or in its
// test driver; none of it is about interfaces.
struct Substitution {
  const char* pattern;
  const char* replacement;
};
inline constexpr Substitution kSubstitutions[] = {
    {"<domain type=\"kvm\"", "<domain type=\"test\""},  // the test driver's only type
    {"<(bios|baseBoard|chassis)></(bios|baseBoard|chassis)>",
     ""},                                         // the schema wants entries in them
    {"<maxMemory [^>]*>[0-9]*</maxMemory>", ""},  // slots="0" for hotplug later
    {"<hostdev type=\"pci\" managed=\"no\">",     // a mode is required
     "<hostdev type=\"pci\" managed=\"no\" mode=\"subsystem\">"},
    {"<source>\\s*<address type=\"pci\"", "<source><address"},  // of a hostdev: has no type
};

inline std::string for_libvirt(std::string xml) {
  for (const auto& [pattern, replacement] : kSubstitutions) {
    xml = std::regex_replace(xml, std::regex(pattern), replacement);
  }
  return xml;
}

struct Outcome {
  int status = -1;
  std::string output;
};

inline Outcome run(const std::string& command) {
  std::FILE* const pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return {};
  Outcome outcome;
  std::array<char, 4096> buffer{};
  for (size_t n; (n = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    outcome.output.append(buffer.data(), n);
  }
  const int status = pclose(pipe);
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return outcome;
}

class Scratch {
 public:
  Scratch() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "patchbay-domainxml-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
    path_ = pattern;
  }
  ~Scratch() { std::filesystem::remove_all(path_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  std::string write(const std::string& name, std::string_view text) const {
    const std::string file = (path_ / name).string();
    std::ofstream(file, std::ios::binary) << text;
    return file;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace patchbay::domainxml
