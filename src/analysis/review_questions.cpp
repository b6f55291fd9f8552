#include "analysis/review_questions.hpp"

#include <algorithm>
#include <set>

#include "analysis/interface_names.hpp"
#include "analysis/question.hpp"
#include "analysis/sides.hpp"

namespace fwproof {

namespace {

// Between versions of one device those of the families that either speaks of: where the other is silent, it is unknown.
// Between two vendors those of both: silence of an export that was made for one family would drown everything else.
AddressSetRef compared_addresses(const Policy& before, const Policy& after, std::optional<Family> only) {
    AddressSet all;
    for (const Family family : {Family::v4, Family::v6}) {
        const bool was = speaks_of(before, family), is = speaks_of(after, family);
        const bool left_out = before.vendor == after.vendor ? !was && !is : !was || !is;
        if (only ? family != *only : left_out) continue;
        all = all | AddressSet::any(family);
    }
    return all == AddressSet::any() ? nullptr : share(std::move(all));
}

bool has_interface(const Policy& policy, const std::string& name) {
    return std::any_of(policy.interfaces.begin(), policy.interfaces.end(),
                       [&](const Interface& interface) { return interface.name == name; });
}

// Passing packets, on the sides where that policy puts their ends.
std::vector<Product> passing(const Policy& policy, const AddressSetRef& addresses, const Product& header) {
    Firewall firewall;
    firewall.policy = &policy;
    const AddressSet all = addresses ? *addresses : AddressSet::any();
    return transit_products(firewall, "", all, "", all, header);
}

}  // namespace

Product at_position(Product header, Position position) {
    const InterfaceSet some{{{"", false}}, true};
    const InterfaceSet network{{{"", false}, {"lo", false}}, true};
    header.in = position == Position::outbound ? InterfaceSet::none() : position == Position::inbound ? some : network;
    header.out = position == Position::inbound ? InterfaceSet::none() : position == Position::outbound ? some : network;
    return header;
}

Product first_packets_of(const Product& header) {
    Product first = header;
    first.states = State::new_;
    first.services = first_packet_services(nullptr);
    return first;
}

bool speaks_of(const Policy& policy, Family family) {
    return policy.families.empty() ||
           std::find(policy.families.begin(), policy.families.end(), family) != policy.families.end();
}

ReviewQuestions::ReviewQuestions(const Policy& before, const Policy& after, std::optional<Family> only)
    : before_(before),
      after_(after),
      by_rules_(before.replies == ReplyHandling::by_rules && after.replies == ReplyHandling::by_rules),
      foreign_(before.vendor != after.vendor),
      addresses_(compared_addresses(before, after, only)) {}

ReviewQuestions::Asked ReviewQuestions::on(Position position) const {
    Product header;
    header.source = addresses_;
    header.destination = addresses_;
    header = at_position(header, position);
    if (foreign_) {
        if (auto asked = between_sides(header, position)) return std::move(*asked);
    }
    if (!by_rules_) header = first_packets_of(header);
    if (!foreign_) keep_to_device(header, position);
    return {{std::move(header)}, nullptr, {}};
}

// First packets by what one of the versions says of its interfaces. Nothing: neither says enough.
std::optional<ReviewQuestions::Asked> ReviewQuestions::between_sides(const Product& header, Position position) const {
    const Policy* known = !before_.interfaces.empty() ? &before_ : !after_.interfaces.empty() ? &after_ : nullptr;
    if (!known || position == Position::outbound) return std::nullopt;
    Asked asked;
    if (position == Position::transit) {
        for (const auto& name : tested_interfaces(known == &before_ ? after_ : before_)) {
            if (has_interface(*known, name)) continue;
            asked.problem = "nothing says which interface of the other version is " + name;
            return asked;
        }
        asked.routes = known;
        asked.packets = passing(*known, addresses_, header);
        for (auto& product : asked.packets) product = first_packets_of(product);
        return asked;
    }
    for (const auto& interface : known->interfaces) {
        if (!interface.enabled || interface.addresses.empty()) continue;
        Product product = first_packets_of(header);
        AddressSet own;
        for (const auto& address : interface.addresses) own = own | AddressSet::of(address);
        if (addresses_) own = own & *addresses_;
        if (own.empty()) continue;
        product.destination = share(std::move(own));
        product.in = InterfaceSet::of(interface.name);
        asked.packets.push_back(std::move(product));
    }
    if (asked.packets.empty()) return std::nullopt;
    return asked;
}

// A device that names its interfaces has no others, and packets for the device itself go to its addresses, as far
// as it says those of every interface.
void ReviewQuestions::keep_to_device(Product& header, Position position) const {
    std::set<std::string> names;
    AddressSet own;
    bool addressed = true;
    for (const Policy* policy : {&before_, &after_}) {
        std::set<std::string> here;
        for (const auto& interface : policy->interfaces) {
            if (interface.name.empty()) continue;
            here.insert(interface.name);
            if (!interface.enabled) continue;
            addressed = addressed && !interface.addresses.empty();
            for (const auto& address : interface.addresses) own = own | AddressSet::of(address);
        }
        const auto tested = tested_interfaces(*policy);
        if (here.empty() || !std::includes(here.begin(), here.end(), tested.begin(), tested.end())) return;
        names.insert(here.begin(), here.end());
    }
    InterfaceSet known{{}, false};
    for (const auto& name : names) known.any_of.push_back({name, false});
    if (position != Position::outbound) header.in = known;
    if (position != Position::inbound) header.out = known;
    if (position != Position::inbound || !addressed) return;
    static const AddressSet kLinkLocal = parse_address_set("fe80::/10").value();
    AddressSet to = own.v6.empty() ? AddressSet::any6() : own | kLinkLocal;
    to = to | (own.v4.empty() ? AddressSet::any4() : own);
    if (addresses_) to = to & *addresses_;
    header.destination = share(std::move(to));
}

std::vector<Product> ReviewQuestions::routed(Position position) const {
    constexpr std::size_t kMostNetworks = 64;
    std::size_t networks = after_.routes.size();
    for (const auto& interface : after_.interfaces) networks += interface.networks.size();
    if (position != Position::transit || networks == 0 || networks > kMostNetworks) return {};
    return passing(after_, addresses_, at_position(Product{}, position));
}

}  // namespace fwproof
