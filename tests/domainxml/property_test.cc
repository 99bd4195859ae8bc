// Properties of apply_plan over documents and plans that nobody thought of, from fixed seeds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "domainxml/well_formed.h"
#include "support.h"

namespace patchbay::domainxml {
namespace {

class Random {
 public:
  explicit Random(uint32_t seed) : engine_(seed) {}
  size_t below(size_t bound) { return engine_() % bound; }
  bool one_in(size_t n) { return below(n) == 0; }
  template <typename T>
  const T& of(const std::vector<T>& values) {
    return values[below(values.size())];
  }

 private:
  std::mt19937 engine_;
};

NetworkPlan random_plan(Random& random) {
  std::vector<Attachment> attachments;
  for (const std::string network : {"red", "green", "a&b"}) {
    if (random.one_in(4)) continue;
    Attachment next =
        attachment(network, "tap" + std::to_string(random.below(3)),
                   "02:00:00:00:00:0" + std::to_string(random.below(3)),
                   random.one_in(3) ? 0 : 1400 + static_cast<uint32_t>(random.below(3)));
    next.domain.model = random.of<std::string>({"virtio-non-transitional", "virtio", "e1000e"});
    if (random.one_in(3)) next.domain.boot_order = 1 + static_cast<uint32_t>(random.below(3));
    if (random.one_in(3)) next.domain.acpi_index = 1 + static_cast<uint32_t>(random.below(3));
    if (random.one_in(3))
      next.domain.pci_address = PciAddress{0, 1, static_cast<uint8_t>(random.below(3)), 0};
    if (random.one_in(3)) next.domain.queues = 1 + static_cast<uint32_t>(random.below(3));
    next.domain.link_down = random.one_in(3);
    next.domain.iommu = random.one_in(3);
    next.domain.rom_off = random.one_in(2);
    attachments.push_back(std::move(next));
  }
  return plan_of(std::move(attachments));
}

// A document in one of three layouts and two kinds of quotes, with interfaces that are right,
// wrong, incomplete or missing.
class RandomDomain {
 public:
  explicit RandomDomain(Random& random)
      : random_(random),
        step_(random.of<std::string>({"\t", "  ", ""})),
        quote_(random.of<std::string>({"\"", "'"})) {}

  std::string text() {
    std::string xml =
        "<domain>" + line(1) + "<metadata><interface/></metadata>" + line(1) + "<devices>";
    if (random_.one_in(2)) xml += line(2) + "<emulator>/usr/bin/q&amp;emu</emulator>";
    for (const std::string alias :
         {"ua-default", "ua-red", "ua-green", "ua-a&amp;b", "placeholder-0"}) {
      if (random_.one_in(3)) continue;
      if (random_.one_in(4)) xml += line(2) + "<!-- <interface> " + alias + " -->";
      xml += line(2) + "<interface type=" + quote_ + "ethernet" + quote_ + ">" + children(alias) +
             line(2) + "</interface>";
    }
    if (random_.one_in(2)) xml += line(2) + "<disk><![CDATA[<interface>]]></disk>";
    return xml + line(1) + "</devices>" + line(0) + "</domain>" + line(0);
  }

 private:
  std::string line(size_t depth) {
    if (step_.empty()) return {};
    std::string text = "\n";
    while (depth-- > 0) text += step_;
    return text;
  }

  std::string children(const std::string& alias) {
    const std::string n = std::to_string(random_.below(3));
    std::vector<std::string> all = {
        "address type=QpciQ domain=Q0x0000Q bus=Q0x1Q slot=Q" + n + "Q function=Q0x0Q",
        "target dev=Qtap" + n + "Q managed=QnoQ",
        "target managed=QyesQ",
        "model type=QvirtioQ",
        "mac address=Q02:00:00:00:00:0" + n + "Q",
        "mtu size=Q140" + n + "Q",
        "boot order=Q" + n + "Q",
        "link state=QdownQ",
        "driver name=QvhostQ queues=Q" + n + "Q",
        "driver iommu=QonQ",
        "driver",
        "rom enabled=QyesQ",
        "acpi index=Q" + n + "Q",
        "bandwidth",
        "stats x=Q&lt;Q"};
    std::shuffle(all.begin(), all.end(), std::mt19937(static_cast<uint32_t>(random_.below(1000))));
    all.resize(random_.below(all.size()));
    all.insert(all.begin() + static_cast<std::ptrdiff_t>(random_.below(all.size() + 1)),
               "alias name=Q" + alias + "Q");
    std::string xml;
    for (std::string child : all) {
      for (size_t at; (at = child.find('Q')) != std::string::npos;) child.replace(at, 1, quote_);
      xml += line(3) + "<" + child +
             (random_.one_in(2) ? "/>" : "></" + child.substr(0, child.find(' ')) + ">");
    }
    return xml;
  }

  Random& random_;
  std::string step_;
  std::string quote_;
};

bool is_subsequence(std::string_view part, std::string_view whole) {
  size_t matched = 0;
  for (const char c : whole) {
    if (matched < part.size() && part[matched] == c) ++matched;
  }
  return matched == part.size();
}

// `xml` without the interfaces of `plan` and without white space.
std::string others_in(std::string xml, const NetworkPlan& plan) {
  const std::vector<std::string> aliases = aliases_in(xml);
  const std::vector<std::string> texts = interfaces_in(xml);
  for (size_t i = 0; i < texts.size(); ++i) {
    const bool ours =
        std::any_of(plan.attachments.begin(), plan.attachments.end(),
                    [&](const Attachment& a) { return aliases[i] == "ua-" + a.network; });
    if (ours) xml.erase(xml.find(texts[i]), texts[i].size());
  }
  std::erase_if(xml, is_xml_space);
  return xml;
}

TEST(Property, CompletesOnceAndLeavesTheRest) {
  size_t changed = 0;
  for (uint32_t seed = 0; seed < 3000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const std::string before = RandomDomain(random).text();
    const NetworkPlan plan = random_plan(random);
    Diagnostics diagnostics;
    const std::string after = apply_plan(before, plan, "patchbay", diagnostics);
    ASSERT_NO_THROW(check_well_formed(after)) << before;
    ASSERT_EQ(after == before, diagnostics.empty()) << before;
    changed += after == before ? 0 : 1;

    Diagnostics none;
    ASSERT_EQ(apply_plan(after, plan, "patchbay", none), after) << before;
    ASSERT_THAT(none, ::testing::IsEmpty());
    ASSERT_EQ(others_in(after, plan), others_in(before, plan));
    if (std::none_of(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& d) { return d.severity != Severity::kNote; })) {
      ASSERT_TRUE(is_subsequence(before, after)) << before << after;
    }
    for (const Attachment& attachment : plan.attachments) {
      ASSERT_THAT(aliases_in(after), ::testing::Contains("ua-" + attachment.network));
    }
  }
  EXPECT_GT(changed, 1000u);
}

TEST(Property, EveryPrefixOfADocumentIsRefused) {
  const std::string xml = fixture("03-three-tap/domain.xml");
  for (size_t size = 0; size < xml.size(); ++size) {
    ASSERT_EQ(error_of([&] { applied(xml.substr(0, size), three_options_plan()); }).errc(),
              Errc::kMalformed)
        << size;
  }
}

TEST(Property, ADamagedDocumentIsRefusedOrHandledLikeAnyOther) {
  const std::string original = fixture("03-three-tap/domain.xml");
  const std::vector<std::string> scraps = {
      "<",           ">",          "/",    "\"",
      "'",           "&",          ";",    "=",
      " ",           "\n",         "-",    "!",
      "?",           "]]>",        "<!--", "-->",
      "<![CDATA[",   "&#0;",       "&lt;", "</interface>",
      "<interface>", "<devices/>", "\xC3", std::string(1, '\0')};
  size_t taken = 0;
  for (uint32_t seed = 0; seed < 5000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    std::string xml = original;
    for (size_t n = 1 + random.below(3); n > 0; --n) {
      xml.replace(random.below(xml.size()), random.below(4),
                  random.one_in(2) ? random.of(scraps) : "");
    }
    try {
      const std::string after = applied(xml, three_options_plan());
      ++taken;
      ASSERT_NO_THROW(check_well_formed(after));
      ASSERT_EQ(applied(after, three_options_plan()), after);
    } catch (const Error& error) {
      ASSERT_THAT(error.errc(), ::testing::AnyOf(Errc::kMalformed, Errc::kConflict))
          << error.what();
    }
  }
  EXPECT_GT(taken, 100u);
}

}  // namespace
}  // namespace patchbay::domainxml
