#include "binding/status.h"

#include <dirent.h>
#include <sched.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "binding/net_namespace.h"
#include "binding/netlink_kernel.h"
#include "binding/result_cache.h"
#include "binding/step.h"
#include "binding/steps_for.h"
#include "plan/error.h"
#include "plan/names.h"
#include "plan/network_plan.h"
#include "plan/text.h"

namespace patchbay {
namespace {

constexpr const char* kCurrentNamespace = "/proc/thread-self/ns/net";
constexpr const char* kProbe = "status";

constexpr const char* kForTaps =
    "patchbay-cni needs /dev/net/tun, and as root CAP_NET_ADMIN and a writable /proc/sys/net";
constexpr const char* kForContexts =
    "leave selinuxContext to nodes with SELinux, whose policy lets patchbay-cni enter that context";
constexpr const char* kForBridges = "load the kernel module bridge";
constexpr const char* kForLinks =
    "patchbay-cni must run as root, with CAP_NET_ADMIN and a writable /proc/sys/net";

// What to see to where a step can't be done.
struct Remedy {
  std::string operator()(const MakeRecord&) const {
    return "load the kernel module dummy, or bridge";
  }
  std::string operator()(const MakeTap& step) const {
    return step.options.selinux_context.empty() ? kForTaps : kForContexts;
  }
  std::string operator()(const MakeBridge&) const { return kForBridges; }
  std::string operator()(const JoinBridge&) const { return kForBridges; }
  std::string operator()(const ReplaceMac&) const { return kForLinks; }
  std::string operator()(const FilterPort&) const {
    return "load the kernel modules sch_ingress, cls_bpf";
  }
  std::string operator()(const MakeControl&) const {
    return "load the kernel modules dummy, or bridge, and sch_ingress, cls_bpf";
  }
  std::string operator()(const Redirect& step) const {
    const bool programs = !step.trunk.empty() || step.copy_dhcp_answers || step.port;
    return std::string("load the kernel modules sch_ingress, cls_u32, act_mirred") +
           (programs ? ", cls_bpf" : "");
  }
  std::string operator()(const ReceiveAllMulticast&) const { return kForLinks; }
  std::string operator()(const MakeListener&) const { return "load the kernel module macvlan"; }
  std::string operator()(const TurnOffLro&) const { return kForLinks; }
  std::string operator()(const Park&) const { return kForLinks; }
  std::string operator()(const KeepSilent&) const { return kForLinks; }
  std::string operator()(const SetUp&) const { return kForLinks; }
};

[[noreturn]] void not_ready(const std::string& expected, const std::string& found,
                            const std::string& remedy) {
  throw Error(Errc::kNotReady, "this node can't attach a VM's interface: expected to be able to " +
                                   expected + ", found: " + found + "; " + remedy);
}

// As ADD would find it behind a plugin, with the options that hold for every network.
Attachment probe_attachment(const LinkState& nic, const NadOptions& options) {
  const LinkNames names = link_names(kProbe);
  Attachment attachment;
  attachment.network = kProbe;
  attachment.ours = true;
  attachment.pod_interface = names.pod;
  attachment.tap = names.tap;
  attachment.backend = backend_named(options.mode.value_or("")).value_or(Backend::kRedirect);
  attachment.mac = nic.mac;
  attachment.mtu = nic.mtu;
  attachment.ipam = options.ipam.value_or("");
  attachment.wiring.multi_queue = options.multi_queue.value_or(false);
  attachment.wiring.responder = options.responder.value_or(false);
  attachment.wiring.guard = options.guard.value_or(Guard::kOff);
  attachment.wiring.allowed = {IpPrefix::parse("0.0.0.0/0"), IpPrefix::parse("::/0")};
  attachment.wiring.trunk = options.trunk.value_or(std::vector<VlanRange>());
  return attachment;
}

LinkState make_nic(Kernel& kernel) {
  const IfName name = link_names(kProbe).pod;
  kernel.make_tap(name, {});
  auto nic = kernel.read_link(name);
  if (!nic) throw Error(Errc::kKernel, "tap " + name.str() + " vanished once made");
  return *nic;
}

void try_step(Kernel& kernel, const Step& step) {
  try {
    apply(step, kernel);
  } catch (const Error& error) {
    not_ready(to_string(step), error.what(), std::visit(Remedy(), step));
  }
}

void read_back(Kernel& kernel, const Step& step) {
  Differences found;
  try {
    found = verify(step, kernel);
  } catch (const Error& error) {
    found = {error.what()};
  }
  if (!found.empty()) not_ready(to_string(step), join(found, "; "), std::visit(Remedy(), step));
}

void try_wiring(Kernel& kernel, const NadOptions& options) {
  std::optional<LinkState> nic;
  try {
    nic = make_nic(kernel);
  } catch (const Error& error) {
    not_ready("make a tap", error.what(), kForTaps);
  }
  const auto steps =
      steps_for(probe_attachment(*nic, options), options.selinux_context.value_or(""));
  for (const Step& step : steps) try_step(kernel, step);
  for (const Step& step : steps) read_back(kernel, step);
}

// Whether it is there; listed as find_cached_result() lists it.
bool can_list(const std::string& folder) {
  DIR* handle = opendir(folder.c_str());
  if (handle != nullptr) {
    closedir(handle);
    return true;
  }
  if (errno == ENOENT) return false;
  throw Error(Errc::kNotReady,
              "the CNI result cache " + in_quotes(folder) +
                  " can't be read: " + std::strerror(errno) +
                  "; correct \"cacheDirs\" in the NAD, or the directory's access rights");
}

void check_caches(const CniOptions& options, Diagnostics& diagnostics) {
  const bool named = !options.cache_dirs.empty();
  for (const std::string& dir : named ? options.cache_dirs : usual_cache_dirs()) {
    const bool there = can_list(dir);
    if (there) can_list(dir + "/results");
    if (there || !named) continue;
    diagnostics.push_back({Severity::kWarning, "", dir,
                           "there is no such CNI result cache on this node",
                           "if pods with networks run here, correct \"cacheDirs\" in the NAD: the "
                           "runtime makes the directory at its first ADD"});
  }
}

}  // namespace

std::unique_ptr<Kernel> open_scratch_kernel() {
  try {
    const NetNamespace own(kCurrentNamespace);
    const NetNamespace::Scope back_at_the_end(own);
    if (unshare(CLONE_NEWNET) != 0) {
      throw Error(Errc::kKernel, std::string("could not make it: ") + std::strerror(errno));
    }
    return open_kernel(kCurrentNamespace);
  } catch (const Error& error) {
    not_ready("try its kernel in a network namespace of its own", error.what(),
              "patchbay-cni must run as root, with CAP_SYS_ADMIN");
  }
}

void check_node(const std::function<std::unique_ptr<Kernel>()>& open_scratch,
                const CniOptions& options, Diagnostics& diagnostics) {
  check_caches(options, diagnostics);
  try_wiring(*open_scratch(), options.defaults);
}

}  // namespace patchbay
