#include "cli/console_libvirt.h"

#include <libvirt/virterror.h>

#include "plan/error.h"

namespace patchbay::cli {
namespace {

Errc errc_of(int code) {
  switch (code) {
    case VIR_ERR_NO_DOMAIN:
      return Errc::kNotFound;
    case VIR_ERR_OPERATION_INVALID:   // it does not run
    case VIR_ERR_AGENT_UNRESPONSIVE:  // not now
    case VIR_ERR_OPERATION_TIMEOUT:
      return Errc::kTryAgain;
    case VIR_ERR_OPERATION_FAILED:  // an active console session exists
      return Errc::kConflict;
    default:
      return Errc::kIo;
  }
}

}  // namespace

void fail_by_libvirt(const std::string& attempted, const std::string& domain) {
  const virError* error = virGetLastError();
  throw Error(error ? errc_of(error->code) : Errc::kIo,
              "could not " + attempted + ": " +
                  (error && error->message ? error->message : "libvirt does not say why"),
              "libvirt domain " + domain);
}

LibvirtDomain open_domain(const std::string& uri, const std::string& name) {
  virSetErrorFunc(nullptr, [](void*, virErrorPtr) {});
  LibvirtDomain opened;
  opened.connection.reset(virConnectOpen(uri.empty() ? nullptr : uri.c_str()));
  if (!opened.connection) fail_by_libvirt("connect to libvirt (--connect)", name);
  opened.domain.reset(virDomainLookupByName(opened.connection.get(), name.c_str()));
  if (!opened.domain) fail_by_libvirt("find it", name);
  return opened;
}

}  // namespace patchbay::cli
