// What the sidecar's tests share: KubeVirt's own inputs, pods written by hand, a log to look into.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "plan/error.h"
#include "plan/names.h"
#include "plan/pod_state.h"
#include "plan/record.h"
#include "sidecar/hooks.h"
#include "tests/test_files.h"

namespace patchbay::sidecar {

inline std::string read_fixture(const std::string& scenario, const std::string& file) {
  return read_text(fixtures() / scenario / file);
}

// Replaces the one occurrence of `from`; a fixture that no longer has it fails the test.
inline std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const size_t at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("no " + std::string(from) + " in fixture");
  return text.replace(at, from.size(), to);
}

inline Record example_record() {
  Record record;
  record.mac = Mac::parse("02:00:00:00:00:62");
  record.mtu = 1450;
  record.ips = {IpPrefix::parse("192.168.0.62/26")};
  record.routes = {
      Route{.to = IpPrefix::parse("0.0.0.0/0"), .via = IpAddress::parse("192.168.0.2")},
      Route{.to = IpPrefix::parse("10.0.0.0/8"), .via = IpAddress::parse("192.168.0.3")}};
  record.ipam = "static";
  record.backend = "redirect";
  record.why = "veth";
  return record;
}

inline PodLink make_link(std::string_view name, std::string_view kind, std::string_view mac) {
  PodLink link;
  link.name = IfName::parse(name);
  link.kind = kind;
  link.mac = Mac::parse(mac);
  link.mtu = 1450;
  return link;
}

// The pod after patchbay-cni: the pod network, and for `network` its link, its tap and its record.
inline PodState pod_with(const std::string& network, const Record& record = example_record()) {
  const LinkNames names = link_names(network);
  PodState pod;
  pod.links.push_back(make_link("eth0", "veth", "0a:58:0a:f4:01:05"));
  pod.links.push_back(make_link(names.pod.str(), "veth", record.mac.to_string()));
  pod.links.push_back(make_link(names.tap.str(), "tun", "02:00:00:00:01:62"));
  const std::vector<std::string> aliases = split_aliases(to_json(record));
  for (size_t n = 0; n < aliases.size(); ++n) {
    PodLink parked =
        make_link(record_link_name(names.record, n).str(), "dummy", "02:00:00:00:02:62");
    parked.alias = aliases[n];
    pod.links.push_back(parked);
  }
  return pod;
}

class LogBook {
 public:
  LogSink sink() {
    return [this](std::string_view line) {
      const std::lock_guard lock(mutex_);
      text_ += line;
    };
  }
  std::string text() const {
    const std::lock_guard lock(mutex_);
    return text_;
  }
  size_t count(std::string_view what) const {
    const std::string text = this->text();
    size_t found = 0;
    for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) {
      ++found;
    }
    return found;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

// Sources of a pod that does not change and has no network-info; a seed disc fails the test.
inline HookSources sources_of(const PodState& pod, LogBook& log) {
  return {.pod_state = [pod] { return pod; },
          .network_info = [] { return std::nullopt; },
          .network_status = [] { return std::nullopt; },
          .has_hook_sidecar = [] { return false; },
          .sleep = [](std::chrono::milliseconds) {},
          .write_seed = [](std::string_view) -> WrittenSeed {
            throw std::logic_error("a seed disc where none is expected");
          },
          .tell_responder = [](const Attachment&, std::string_view, Diagnostics&) {},
          .log = log.sink()};
}

// The Error that the call throws; a failure where it throws none.
template <typename Call>
Error error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "expected an Error";
  return {Errc::kInternal, ""};
}

}  // namespace patchbay::sidecar
