// What the tests of domainxml/ share: the fixtures' texts and the plans that belong to them,
// written out as values so that these tests need no make_plan.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <pugixml.hpp>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "domainxml/apply_plan.h"
#include "plan/error.h"
#include "tests/test_files.h"

namespace patchbay::domainxml {

inline std::string fixture(const std::string& path) { return read_text(fixtures() / path); }

inline Attachment attachment(const std::string& network, const std::string& tap,
                             const std::string& mac, uint32_t mtu) {
  Attachment result;
  result.network = network;
  result.binding = "patchbay";
  result.ours = true;
  result.tap = IfName::parse(tap);
  result.mac = Mac::parse(mac);
  result.mtu = mtu;
  result.domain.model = "virtio-non-transitional";
  result.domain.rom_off = true;
  return result;
}

inline NetworkPlan plan_of(std::vector<Attachment> attachments) {
  NetworkPlan plan;
  plan.vmi = "default/vm";
  for (const Attachment& each : attachments) plan.order.push_back(each.network);
  plan.attachments = std::move(attachments);
  return plan;
}

// Fixtures 02, 03 and 04: the same VMI, three attachments with options.
inline NetworkPlan three_options_plan() {
  Attachment red = attachment("red", "tapb1f51a511f1", "02:00:00:00:00:01", 1499);
  red.domain.boot_order = 2;
  red.domain.acpi_index = 101;
  red.domain.queues = 4;
  red.domain.rom_off = false;
  Attachment green = attachment("green", "tapba4788b226a", "02:00:00:00:00:02", 1498);
  green.domain.model = "e1000e";
  green.domain.pci_address = PciAddress::parse("0000:81:00.1");
  Attachment blue = attachment("blue", "tap16477688c0e", "0a:58:0a:00:00:03", 1497);
  blue.domain.link_down = true;
  blue.domain.queues = 4;
  return plan_of({red, green, blue});
}

// The other fixtures: one attachment "data".
inline NetworkPlan data_plan() {
  return plan_of({attachment("data", "tap3a6eb0790f3", "02:00:00:00:00:0d", 1450)});
}

inline std::string applied(std::string_view xml, const NetworkPlan& plan) {
  Diagnostics diagnostics;
  return apply_plan(xml, plan, "patchbay", diagnostics);
}

// Texts of the <interface> elements in <devices>, as they stand.
inline std::vector<std::string> interfaces_in(const std::string& xml) {
  pugi::xml_document document;
  if (!document.load_string(xml.c_str())) throw std::runtime_error("not XML: " + xml);
  std::vector<std::string> texts;
  for (const auto& node : document.child("domain").child("devices").children("interface")) {
    const size_t begin = static_cast<size_t>(node.offset_debug()) - 1;
    texts.push_back(xml.substr(begin, xml.find("</interface>", begin) + 12 - begin));
  }
  return texts;
}

inline std::vector<std::string> aliases_in(const std::string& xml) {
  pugi::xml_document document;
  if (!document.load_string(xml.c_str())) throw std::runtime_error("not XML: " + xml);
  std::vector<std::string> aliases;
  for (const auto& node : document.child("domain").child("devices").children("interface")) {
    aliases.emplace_back(node.child("alias").attribute("name").value());
  }
  return aliases;
}

// `text` with the only occurrence of `from` replaced.
inline std::string with(std::string text, std::string_view from, std::string_view to) {
  const size_t at = text.find(from);
  if (at == std::string::npos || text.find(from, at + 1) != std::string::npos) {
    throw std::runtime_error("expected exactly one " + std::string(from));
  }
  return text.replace(at, from.size(), to);
}

template <typename Function>
Error error_of(Function function) {
  try {
    function();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was thrown";
  return {Errc::kInternal, ""};
}

}  // namespace patchbay::domainxml
