// libvirt's handles for verify, and its errors as ours.
#pragma once

#include <libvirt/libvirt.h>

#include <memory>
#include <string>

namespace patchbay::cli {

struct CloseConnection {
  void operator()(virConnect* connection) const { virConnectClose(connection); }
};
struct FreeDomain {
  void operator()(virDomain* domain) const { virDomainFree(domain); }
};

struct LibvirtDomain {
  std::unique_ptr<virConnect, CloseConnection> connection;
  std::unique_ptr<virDomain, FreeDomain> domain;
};

// `uri` empty: libvirt's default. libvirt's own printing of errors is off from then on. Throws
// Error{kNotFound} where there is no such domain, Error{kIo} where there is no libvirt.
LibvirtDomain open_domain(const std::string& uri, const std::string& name);

// libvirt's last error as ours.
[[noreturn]] void fail_by_libvirt(const std::string& attempted, const std::string& domain);

}  // namespace patchbay::cli
