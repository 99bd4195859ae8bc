#include "sidecar/check.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "plan/error.h"
#include "plan/names.h"
#include "plan/network_info.h"
#include "plan/network_status.h"
#include "plan/text.h"
#include "sidecar/hook_socket.h"
#include "sidecar/plugin_socket.h"
#include "sidecar/profile.h"

namespace patchbay::sidecar {
namespace {

enum class Level { kOk, kNote, kProblem };

class Report {
 public:
  void add(Level level, const char* subject, const std::string& finding) {
    char head[64];
    std::snprintf(head, sizeof head, "%-8s %-15s ", word(level), subject);
    report_.text += head + printable(finding) + "\n";
    if (level == Level::kProblem) report_.ok = false;
  }

  // Runs one part of the check; what it could not read or make sense of is its finding.
  template <typename Part>
  void part(const char* subject, Part part) {
    try {
      part();
    } catch (const Error& error) {
      add(Level::kProblem, subject, error.what());
    }
  }

  CheckReport take() { return std::move(report_); }

 private:
  static const char* word(Level level) {
    switch (level) {
      case Level::kOk:
        return "ok";
      case Level::kNote:
        return "note";
      case Level::kProblem:
        return "PROBLEM";
    }
    return "PROBLEM";
  }

  CheckReport report_;
};

std::string plural(size_t count, const std::string& thing) {
  return std::to_string(count) + " " + thing + (count == 1 ? "" : "s");
}

void check_environment(const CheckSources& sources, Report& report) {
  const Profile& profile = find_profile(sources.profile);
  report.add(
      Level::kOk, "program",
      "patchbay-sidecar " PATCHBAY_VERSION ", profile " + std::string(profile.name) +
          (sources.profile.empty() ? " (" + std::string(kProfileVariable) + " is not set)" : ""));
  if (const auto warning = check_registration(profile, sources.registration)) {
    report.add(Level::kProblem, "registration", warning->message + "; " + warning->hint);
  } else {
    report.add(Level::kOk, "registration",
               sources.registration.empty()
                   ? std::string(kRegistrationVariable) + " is not set: KubeVirt before v1.9"
                   : "KubeVirt has this image registered as binding " + sources.registration);
  }
  report.add(Level::kOk, "container",
             sources.container.empty()
                 ? "CONTAINER_NAME is not set: KubeVirt v1.5, where all hook sidecars share one "
                   "folder, or a Plugin's container"
                 : sources.container + ", virt-launcher sees its folder as " + kHooksDirectory +
                       "/" + sources.container);
}

void check_sockets(const CheckSources& sources, Report& report) {
  const Profile& profile = find_profile(sources.profile);
  const std::vector<std::string> paths = sources.listening();
  bool served = false;
  for (const std::string& path : paths) {
    if (path == sources.plugin_socket) {
      served = true;
      report.add(Level::kOk, "socket", path + ": the Plugin's, somebody listens");
    } else if (is_hook_socket(path, sources.socket_dir, profile.name)) {
      served = true;
      report.add(Level::kOk, "socket", path + ": a hook sidecar of this profile listens");
    } else if (std::filesystem::path(path).filename().string().starts_with("patchbay-")) {
      report.add(Level::kOk, "socket", path + ": another sidecar of this pod listens");
    }
  }
  if (!sources.plugin_socket.empty() &&
      std::find(paths.begin(), paths.end(), sources.plugin_socket) == paths.end()) {
    report.add(Level::kProblem, "socket",
               sources.plugin_socket + ", which " + kPluginSocketVariable +
                   " names, is listened on by nobody; see this container's log");
  } else if (!served) {
    report.add(Level::kProblem, "socket",
               "nobody listens on a socket of this profile, so KubeVirt can't ask it; see this "
               "container's log");
  }
}

std::string text_of(const Record& record) {
  std::string text = "guest MAC " + (record.mac.is_zero() ? "unknown" : record.mac.to_string()) +
                     ", backend " + record.backend + " (" + record.why + "), ";
  if (record.ips.empty()) return text + "no address: the guest asks DHCP";
  text += to_string(record.ips) + ", " + plural(record.routes.size(), "route");
  return text + (record.ipam.empty() ? "" : ", IPAM " + record.ipam);
}

// Every pod<h>, every record; the one without the other, too.
void check_pod(const PodState& pod, Report& report) {
  size_t records = 0;
  for (const PodLink& link : pod.links) {
    if (is_hashed_pod_name(link.name.str()) && !link.addresses.empty()) {
      report.add(Level::kNote, "pod interface",
                 link.name.str() + " has " + to_string(link.addresses) +
                     ": patchbay-cni did not park them; they count where there is no record");
    }
    if (!is_record_name(link.name.str())) continue;
    ++records;
    const std::string pod_name = hashed_pod_name(link.name).str();
    report.part("record", [&] {
      report.add(Level::kOk, "record", pod_name + ": " + text_of(*find_record(pod, link.name)));
    });
  }
  if (records == 0) {
    report.add(Level::kNote, "record",
               "none in this pod: patchbay-cni has not been called for it, or keeps nothing here; "
               "addresses come from the VM's annotation patchbay.io/networks, from the pod's "
               "interfaces, or by DHCP");
  }
}

void check_network_info(const std::optional<std::string>& text, Report& report) {
  constexpr char kSubject[] = "network-info";
  if (!text) {
    report.add(Level::kNote, kSubject,
               "not mounted: the binding is registered without downwardAPI: device-info; MACs come "
               "from the VM's spec and the pod's links");
    return;
  }
  const NetworkInfo info = parse_network_info(*text);
  if (info.interfaces.empty()) report.add(Level::kNote, kSubject, "mounted, and lists nothing yet");
  for (const NetworkInfo::Interface& interface : info.interfaces) {
    report.add(
        Level::kOk, kSubject,
        interface.network + ": MAC " +
            (interface.mac ? interface.mac->to_string() : "not told (KubeVirt before v1.8)") +
            (interface.mtu ? ", MTU " + std::to_string(*interface.mtu) : "") +
            (interface.device_type.empty() ? "" : ", device " + interface.device_type));
  }
}

void check_network_status(const std::optional<std::string>& text, Report& report) {
  constexpr char kSubject[] = "network-status";
  if (!text) {
    report.add(Level::kOk, kSubject,
               "not mounted: not needed where patchbay-cni is installed on the nodes");
    return;
  }
  const NetworkStatus status = parse_network_status(*text);
  if (status.interfaces.empty()) {
    report.add(Level::kNote, kSubject,
               "mounted, and empty so far: the kubelet brings it up to date within about a minute");
  }
  for (const NetworkStatus::Interface& interface : status.interfaces) {
    if (!interface.mistake.empty()) {
      report.add(Level::kNote, kSubject, "of " + interface.name + ": " + interface.mistake);
      continue;
    }
    std::vector<std::string> ips;
    for (const IpAddress& ip : interface.ips) ips.push_back(ip.to_string());
    report.add(Level::kOk, kSubject,
               (interface.interface.empty() ? "no interface" : interface.interface) + " of " +
                   interface.name + ": " + join(ips) +
                   (ips.empty() ? ""
                                : ", used where there is no record, with the prefix length "
                                  "that the pod has for it"));
  }
}

}  // namespace

CheckReport check(const CheckSources& sources) {
  Report report;
  report.part("program", [&] { check_environment(sources, report); });
  report.part("socket", [&] { check_sockets(sources, report); });
  report.part("pod", [&] { check_pod(sources.pod_state(), report); });
  report.part("network-info", [&] { check_network_info(sources.network_info(), report); });
  report.part("network-status", [&] { check_network_status(sources.network_status(), report); });
  return report.take();
}

}  // namespace patchbay::sidecar
