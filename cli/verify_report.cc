#include "cli/verify_report.h"

#include <vector>

#include "cli/colour.h"
#include "plan/text.h"

namespace patchbay::cli {
namespace {

std::string text_of(const Check& check, bool colour) {
  if (check.holds()) {
    return "  " + painted("ok", Style::kGood, colour) + "       " + check.what + ": " +
           printable(check.found) + "\n";
  }
  return "  " + painted("DIFFERS", Style::kBad, colour) + "  " + check.what +
         "\n           expected " + printable(check.expected) + "\n           found    " +
         printable(check.found) + "\n           look at  " + printable(check.look_at) + "\n";
}

std::string all_that_it_has(const SeenNic& nic) {
  std::vector<std::string> has;
  for (const SeenAddress& address : nic.addresses) has.push_back(to_string(address));
  if (nic.routes) {
    for (const SeenRoute& route : *nic.routes) has.push_back(to_string(route));
  }
  return "  not patchbay's: " + printable(join(has)) + "\n";
}

std::string text_of(const NicReport& nic, bool colour) {
  std::string text =
      painted(nic.network.empty() ? "no network" : printable(nic.network), Style::kHeading, colour);
  text += nic.found ? ": " + printable(nic.found->name) + ", " + nic.found->mac.to_string()
                    : ": not found";
  text += "\n";
  for (const Check& check : nic.checks) text += text_of(check, colour);
  if (!nic.not_looked_at.empty()) {
    text +=
        "  " + painted("not looked at: " + join(nic.not_looked_at), Style::kWarning, colour) + "\n";
  }
  if (nic.checks.empty() && nic.found) text += all_that_it_has(*nic.found);
  return text;
}

std::string verdict(const GuestReport& report) {
  const size_t count = differences(report);
  if (count > 1) return std::to_string(count) + " differences";
  if (count == 1) return "1 difference";
  return std::string("the guest has what the plan says") +
         (saw_all(report) ? "" : ", as far as it was looked at");
}

}  // namespace

std::string to_text(const GuestReport& report, bool colour) {
  std::string text;
  for (const NicReport& nic : report.nics) text += text_of(nic, colour);
  if (!report.checks.empty()) text += painted("guest", Style::kHeading, colour) + ":\n";
  for (const Check& check : report.checks) text += text_of(check, colour);
  const Style style = differences(report) == 0 ? Style::kGood : Style::kBad;
  return text + printable(report.vmi) + ": " + painted(verdict(report), style, colour) + "\n";
}

}  // namespace patchbay::cli
