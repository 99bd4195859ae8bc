#include "plan/addressing.h"

#include <algorithm>
#include <functional>

#include "plan/text.h"

namespace patchbay {
namespace {

// What one source says, in one shape for all of them; strongest first in a list.
struct Offer {
  Source source;
  std::optional<Ipv4Method> ipv4;
  std::optional<Ipv6Method> ipv6;
  std::vector<IpPrefix> addresses;
  std::vector<Route> routes;
  std::optional<Dns> dns;
  std::vector<IpAddress> bare;  // addresses whose prefix length nobody knows
};

// By which another source has the address, else the length of the narrowest network on the pod
// interface's link that it is in.
std::optional<uint8_t> prefix_length(const IpAddress& address, const std::vector<Offer>& offers) {
  std::optional<uint8_t> length;
  for (const Offer& offer : offers) {
    for (const IpPrefix& prefix : offer.addresses) {
      if (prefix.address == address) return prefix.length;
    }
    for (const Route& route : offer.routes) {
      const bool on_link = offer.source == Source::kPodInterface && !route.via;
      if (!on_link || route.to.is_default() || !route.to.contains(address)) continue;
      length = std::max(length.value_or(0), route.to.length);
    }
  }
  return length;
}

Route default_route(const IpAddress& gateway) {
  return {.to = {IpAddress::any(gateway.family()), 0}, .via = gateway};
}

Offer offer_of(const NetworkStatus::Interface& status, bool beside_record,
               const std::vector<Offer>& stronger) {
  Offer offer{.source = Source::kNetworkStatus};
  if (!status.dns.empty()) offer.dns = status.dns;
  if (beside_record) return offer;
  for (const IpAddress& ip : status.ips) {
    if (const auto length = prefix_length(ip, stronger)) {
      offer.addresses.push_back({ip, *length});
    } else {
      offer.bare.push_back(ip);
    }
  }
  for (const IpAddress& gateway : status.gateways) {
    const auto is_there = [&](const Offer& o) {
      return std::find(o.routes.begin(), o.routes.end(), default_route(gateway)) != o.routes.end();
    };
    if (std::any_of(stronger.begin(), stronger.end(), is_there)) continue;
    offer.routes.push_back(default_route(gateway));
  }
  return offer;
}

// Where the pod interface has routes of a family and no address, these and the gateway that
// network-status knows are parts of one whole.
void complete_routes(Offer& pod_interface, const NetworkStatus::Interface& status) {
  for (const IpAddress& gateway : status.gateways) {
    const auto is_family = [&](const IpPrefix& p) { return p.family() == gateway.family(); };
    const auto& addresses = pod_interface.addresses;
    auto& routes = pod_interface.routes;
    const bool partial =
        std::none_of(addresses.begin(), addresses.end(), is_family) &&
        std::any_of(routes.begin(), routes.end(), [&](const Route& r) { return is_family(r.to); });
    const bool has_default = std::any_of(routes.begin(), routes.end(), [&](const Route& r) {
      return is_family(r.to) && r.to.is_default();
    });
    if (partial && !has_default) routes.push_back(default_route(gateway));
  }
}

std::vector<Offer> offers_of(const AddressingSources& sources) {
  std::vector<Offer> offers;
  if (const NetworkWishes* wishes = sources.wishes) {
    offers.push_back({Source::kAnnotation, wishes->ipv4, wishes->ipv6, wishes->addresses,
                      wishes->routes, wishes->dns});
  }
  if (const Record* record = sources.record) {
    offers.push_back({Source::kRecord, std::nullopt, std::nullopt, record->ips, record->routes,
                      record->dns.empty() ? std::nullopt : std::optional(record->dns)});
  }
  if (const PodLink* link = sources.pod_link) {
    offers.push_back({Source::kPodInterface, std::nullopt, std::nullopt, link->addresses,
                      link->routes, std::nullopt});
    if (sources.status != nullptr) complete_routes(offers.back(), *sources.status);
  }
  if (sources.status != nullptr) {
    offers.push_back(offer_of(*sources.status, sources.record != nullptr, offers));
  }
  return offers;
}

std::vector<IpPrefix> of_family(const std::vector<IpPrefix>& prefixes, Family family) {
  std::vector<IpPrefix> out;
  std::copy_if(prefixes.begin(), prefixes.end(), std::back_inserter(out),
               [family](const IpPrefix& p) { return p.family() == family; });
  return out;
}

std::vector<Route> of_family(const std::vector<Route>& routes, Family family) {
  std::vector<Route> out;
  std::copy_if(routes.begin(), routes.end(), std::back_inserter(out),
               [family](const Route& r) { return r.to.family() == family; });
  return out;
}

std::vector<IpAddress> of_family(const std::vector<IpAddress>& addresses, Family family) {
  std::vector<IpAddress> out;
  std::copy_if(addresses.begin(), addresses.end(), std::back_inserter(out),
               [family](const IpAddress& a) { return a.family() == family; });
  return out;
}

bool speaks_of(const Offer& offer, Family family) {
  const bool has_method = family == Family::kIpv4 ? offer.ipv4.has_value() : offer.ipv6.has_value();
  return has_method || !of_family(offer.addresses, family).empty();
}

std::string text_of(const std::vector<IpPrefix>& prefixes, const std::vector<IpAddress>& bare) {
  std::vector<std::string> texts;
  for (const IpPrefix& prefix : prefixes) texts.push_back(prefix.to_string());
  for (const IpAddress& address : bare) texts.push_back(address.to_string());
  return join(texts);
}

std::string text_of(const std::vector<Route>& routes) {
  std::vector<std::string> texts;
  for (const Route& route : routes) {
    texts.push_back(route.to.to_string() + (route.via ? " via " + route.via->to_string() : ""));
  }
  return join(texts);
}

void warn_hidden(const Attachment& attachment, const Offer& stronger, const Offer& weaker,
                 const std::string& what, const std::string& used, const std::string& hidden,
                 Diagnostics& diagnostics) {
  diagnostics.push_back({Severity::kWarning, attachment.network, "",
                         "the " + std::string(name(stronger.source)) + " says " + what + " " +
                             used + ", which hides those of the " +
                             std::string(name(weaker.source)) + ": " + hidden,
                         "the " + std::string(name(stronger.source)) +
                             " is used; make both agree, or leave one out"});
}

// One family's decision: where its addresses come from; offers.end() where nobody speaks of it.
class FamilyChoice {
 public:
  FamilyChoice(const std::vector<Offer>& offers, Family family)
      : offers_(offers),
        family_(family),
        chosen_(std::find_if(offers.begin(), offers.end(),
                             [family](const Offer& o) { return speaks_of(o, family); })) {}

  const Offer* chosen() const { return chosen_ == offers_.end() ? nullptr : &*chosen_; }

  void add_addresses(Attachment& attachment, Diagnostics& diagnostics) const {
    if (chosen() == nullptr) return;
    const auto used = of_family(chosen_->addresses, family_);
    for (const IpPrefix& prefix : used) attachment.addresses.push_back({prefix, chosen_->source});
    for (auto weaker = chosen_ + 1; weaker != offers_.end(); ++weaker) {
      const auto hidden = of_family(weaker->addresses, family_);
      const auto bare = of_family(weaker->bare, family_);
      if (bare.empty() && (hidden.empty() || hidden == used)) continue;
      warn_hidden(attachment, *chosen_, *weaker, std::string(name(family_)) + " addresses",
                  used.empty() ? method() : to_string(used), text_of(hidden, bare), diagnostics);
    }
  }

  // Where an address is all that is known of the family.
  void refuse_bare(const Attachment& attachment, Diagnostics& diagnostics) const {
    const auto bare =
        offers_.empty() ? std::vector<IpAddress>() : of_family(offers_.back().bare, family_);
    if (bare.empty() || (chosen() != nullptr && chosen() != &offers_.back())) return;
    diagnostics.push_back(
        {Severity::kError, attachment.network, "network-status",
         "says " + text_of({}, bare) +
             " without its prefix length, and neither a record of patchbay-cni nor an address or "
             "an on-link route of " +
             attachment.pod_interface.str() + " has it",
         "install patchbay-cni on the node, or write the address with the network's prefix length "
         "into the VM's annotation patchbay.io/networks: {\"" +
             attachment.network + "\": {\"addresses\": [\"" + bare.front().to_string() +
             "/LENGTH\"]}}"});
  }

  void add_routes(Attachment& attachment, Diagnostics& diagnostics) const {
    const auto end = chosen() == nullptr ? offers_.end() : chosen_ + 1;
    const auto giver = std::find_if(offers_.begin(), end, [this](const Offer& o) {
      return !of_family(o.routes, family_).empty();
    });
    const auto used = giver == end ? std::vector<Route>() : of_family(giver->routes, family_);
    attachment.routes.insert(attachment.routes.end(), used.begin(), used.end());
    const auto stronger = giver == end ? chosen_ : giver;
    if (stronger == offers_.end()) return;
    for (auto weaker = stronger + 1; weaker != offers_.end(); ++weaker) {
      const auto hidden = of_family(weaker->routes, family_);
      if (hidden.empty() || hidden == used) continue;
      warn_hidden(attachment, *stronger, *weaker, std::string(name(family_)) + " routes",
                  text_of(used), text_of(hidden), diagnostics);
    }
  }

 private:
  std::string method() const {
    return std::string(family_ == Family::kIpv4 ? name(*chosen_->ipv4) : name(*chosen_->ipv6));
  }

  const std::vector<Offer>& offers_;
  Family family_;
  std::vector<Offer>::const_iterator chosen_;
};

}  // namespace

void choose_addressing(const AddressingSources& sources, Attachment& attachment,
                       Diagnostics& diagnostics) {
  const std::vector<Offer> offers = offers_of(sources);
  const FamilyChoice ipv4(offers, Family::kIpv4);
  const FamilyChoice ipv6(offers, Family::kIpv6);
  for (const FamilyChoice* family : {&ipv4, &ipv6}) {
    family->add_addresses(attachment, diagnostics);
    family->refuse_bare(attachment, diagnostics);
  }
  for (const FamilyChoice* family : {&ipv4, &ipv6}) family->add_routes(attachment, diagnostics);

  if (const Offer* offer = ipv4.chosen()) {
    attachment.ipv4 = offer->ipv4.value_or(Ipv4Method::kStatic);
  } else {
    attachment.ipv4 = attachment.addresses.empty() ? Ipv4Method::kDhcp : Ipv4Method::kNone;
  }
  if (const Offer* offer = ipv6.chosen()) {
    attachment.ipv6 = offer->ipv6.value_or(Ipv6Method::kStatic);
  }
  const auto resolver =
      std::find_if(offers.begin(), offers.end(), [](const Offer& o) { return o.dns.has_value(); });
  if (resolver != offers.end()) attachment.dns = *resolver->dns;
}

}  // namespace patchbay
