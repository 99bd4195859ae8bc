#include "cli/libvirt_check.h"

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include <memory>

#include "plan/error.h"
#include "plan/text.h"

namespace patchbay::cli {
namespace {

constexpr const char* kTestDriver = "test:///default";
constexpr unsigned long kMajor = 1000000;  // libvirt-host.h, virGetVersion
constexpr unsigned long kMinor = 1000;

struct Close {
  void operator()(virConnectPtr connection) const { virConnectClose(connection); }
  void operator()(virDomainPtr domain) const { virDomainFree(domain); }
};
using Connection = std::unique_ptr<virConnect, Close>;
using Domain = std::unique_ptr<virDomain, Close>;

std::string last_error() {
  const char* message = virGetLastErrorMessage();
  return message == nullptr ? "" : message;
}

std::string version() {
  unsigned long number = 0;
  virGetVersion(&number, nullptr, nullptr);
  return "libvirt " + std::to_string(number / kMajor) + "." +
         std::to_string(number % kMajor / kMinor) + "." + std::to_string(number % kMinor);
}

std::string domain_with(const std::string& interface) {
  return "<domain type='test'><name>patchbay-check</name><memory>65536</memory>"
         "<os><type>hvm</type></os><devices>" +
         interface + "</devices></domain>";
}

}  // namespace

Diagnostics check_interfaces(const std::vector<std::pair<std::string, std::string>>& interfaces) {
  // Else libvirt prints its errors, unescaped.
  virSetErrorFunc(nullptr, [](void*, virErrorPtr) {});
  const Connection connection(virConnectOpen(kTestDriver));
  if (!connection) {
    throw Error(Errc::kNotReady, "can't be opened: " + last_error() + "; install libvirt's client",
                kTestDriver);
  }
  Diagnostics found;
  for (const auto& [network, xml] : interfaces) {
    const Domain domain(virDomainDefineXMLFlags(connection.get(), domain_with(xml).c_str(),
                                                VIR_DOMAIN_DEFINE_VALIDATE));
    if (domain) {
      virDomainUndefine(domain.get());
      continue;
    }
    found.push_back({Severity::kError, network, "<interface>",
                     version() + " refuses it: " + last_error(),
                     "if virt-launcher's libvirt is newer it may know more; else report it"});
  }
  if (found.empty() && !interfaces.empty()) {
    found.push_back({Severity::kNote, "", "--check",
                     version() + " takes each <interface>, by schema and parser; virt-launcher "
                                 "brings a libvirt of its own",
                     ""});
  }
  return found;
}

}  // namespace patchbay::cli
