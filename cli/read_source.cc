// What kind of source a text is, by its content: the rim's one door to the readers.
#include "cli/read_json.h"
#include "plan/error.h"

namespace patchbay::cli {
namespace {

constexpr char kKnown[] =
    "govc's JSON of vm.info, device.info, ls, object.collect, host.portgroup.info or "
    "dvs.portgroup.info, vSphere's VirtualHardware or GuestInfo, a VMX file, an OVF envelope, "
    "oVirt's "
    "JSON of VMs, NICs, networks, vNIC profiles or reported devices, Forklift's NetworkMap or "
    "static-IP string";

[[noreturn]] void refuse(const std::string& source, std::string_view found) {
  throw Error(Errc::kMalformed,
              std::string(found) + ", and none of what an import reads: " + kKnown +
                  " (an OVA is unpacked by `tar xf` first)",
              source);
}

void read_json(std::string_view text, Reading& reading) {
  for (const Json& json : parse_documents(text, reading.source)) {
    const JsonReader document(json, reading.source);
    const bool known =
        json.is_object()
            ? read_static_ips_json(document, reading) || read_vsphere(document, reading) ||
                  read_vsphere_networks(document, reading) || read_ovirt(document, reading)
            : json.is_array() && read_vsphere_networks(document, reading);
    if (!known) refuse(reading.source, "is JSON");
  }
}

}  // namespace

Reading read_source(std::string_view text, const std::string& source) {
  Reading reading;
  reading.source = source;
  if (text.size() > kMaxSourceBytes) {
    throw Error(Errc::kMalformed,
                "is longer than " + std::to_string(kMaxSourceBytes) +
                    " bytes, all that is read of one "
                    "file; split it",
                source);
  }
  const size_t start = text.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) refuse(source, "is empty");
  const char first = text[start];
  if (first == '<') {
    if (!read_ovf(text.substr(start), reading)) refuse(source, "is XML");
  } else if (read_network_map(text, reading)) {
    return reading;
  } else if (first == '{' || first == '[') {
    read_json(text, reading);
  } else if (!read_static_ips(text.substr(start), reading) && !read_vmx(text, reading) &&
             !read_ovf(text, reading)) {
    refuse(source, "is text");
  }
  return reading;
}

}  // namespace patchbay::cli
