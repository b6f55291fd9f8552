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

InterfaceSet set_of(const std::set<std::string>& names) {
    InterfaceSet set{{}, false};
    for (const auto& name : names) set.any_of.push_back({name, false});
    return set;
}

std::set<std::string> without(const std::set<std::string>& names, const std::set<std::string>& others) {
    std::set<std::string> rest;
    std::set_difference(names.begin(), names.end(), others.begin(), others.end(), std::inserter(rest, rest.end()));
    return rest;
}

std::set<std::string> joined(std::set<std::string> names, const std::set<std::string>& others) {
    names.insert(others.begin(), others.end());
    return names;
}

// Of each family where both versions say some; a version that says none may have any.
template <class Combine>
AddressSet of_both(const AddressSet& before, const AddressSet& after, const Combine& combine) {
    const AddressSet made = combine(before, after);
    AddressSet all;
    if (!before.v4.empty() && !after.v4.empty()) all.v4 = made.v4;
    if (!before.v6.empty() && !after.v6.empty()) all.v6 = made.v6;
    return all;
}

AddressSet only_of(const AddressSet& part, const AddressSet& other) {
    return of_both(part, other, [](const AddressSet& a, const AddressSet& b) { return a - b; });
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
      addresses_(compared_addresses(before, after, only)),
      device_before_(device_of(before)),
      device_after_(device_of(after)) {}

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
    Product ways = header;
    if (!foreign_ && keeps()) use_interfaces(ways, position, set_of(joined(device_before_.names, device_after_.names)));
    return {{std::move(header)}, std::move(ways), nullptr, {}};
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

ReviewQuestions::Device ReviewQuestions::device_of(const Policy& policy) {
    static const AddressSet kLinkLocal = parse_address_set("fe80::/10").value();
    Device device;
    for (const auto& interface : policy.interfaces) {
        if (interface.name.empty()) continue;
        device.names.insert(interface.name);
        if (!interface.networks.empty()) device.routed.insert(interface.name);
        // The address of one that is shut down leads nowhere else.
        for (const auto& address : interface.addresses) device.own = device.own | AddressSet::of(address);
        if (interface.enabled) device.addressed = device.addressed && !interface.addresses.empty();
    }
    for (const auto& route : policy.routes) device.routed.insert(route.interface);
    const auto& names = device.names;
    const auto tested = tested_interfaces(policy);
    device.named = !names.empty() && std::includes(names.begin(), names.end(), tested.begin(), tested.end());
    device.taken.v4 = device.own.v4;
    if (!device.own.v6.empty()) device.taken.v6 = (device.own | kLinkLocal).v6;
    return device;
}

void ReviewQuestions::use_interfaces(Product& header, Position position, const InterfaceSet& names) const {
    if (position != Position::outbound) header.in = names;
    if (position != Position::inbound) header.out = names;
}

// Of a device that names its interfaces both versions are asked about those that both have, and packets for the device
// itself go to its addresses, as far as it says those of every interface; what passes goes to none that only one has.
void ReviewQuestions::keep_to_device(Product& header, Position position) const {
    if (!keeps()) return;
    const Device &was = device_before_, &is = device_after_;
    use_interfaces(header, position, set_of(without(was.names, without(was.names, is.names))));
    const AddressSet all = addresses_ ? *addresses_ : AddressSet::any();
    if (position == Position::transit && addressed()) {
        const AddressSet of_one = (was.own | is.own) - (was.own & is.own);
        if (!of_one.empty()) header.destination = share(all - of_one);
    }
    if (position != Position::inbound || !addressed()) return;
    AddressSet to = of_both(was.taken, is.taken, [](const AddressSet& a, const AddressSet& b) { return a & b; });
    // Where one version says no address of a family, the other's count.
    const AddressSet either = was.taken | is.taken;
    if (was.taken.v4.empty() || is.taken.v4.empty()) to.v4 = either.v4.empty() ? AddressSet::any4().v4 : either.v4;
    if (was.taken.v6.empty() || is.taken.v6.empty()) to.v6 = either.v6.empty() ? AddressSet::any6().v6 : either.v6;
    header.destination = share(to & all);
}

std::vector<Product> ReviewQuestions::for_device(Position position) const {
    const AddressSet own = device_before_.own & device_after_.own;
    if (foreign_ || position != Position::transit || own.empty()) return {};
    std::vector<Product> all(2);
    all[0].source = all[1].destination = share(own);
    return all;
}

std::vector<ReviewQuestions::OfOne> ReviewQuestions::of_one(Position position) const {
    std::vector<OfOne> found;
    if (foreign_ || !keeps()) return found;
    Product plain;
    plain.source = plain.destination = addresses_;
    plain = at_position(plain, position);
    if (!by_rules_) plain = first_packets_of(plain);
    Product shared = plain;
    keep_to_device(shared, position);
    const AddressSet all = addresses_ ? *addresses_ : AddressSet::any();
    for (const bool after : {false, true}) {
        const Device& device = after ? device_after_ : device_before_;
        const Device& other = after ? device_before_ : device_after_;
        const auto add = [&](Product packets) {
            const auto some = [](const AddressSetRef& addresses) { return !addresses || !addresses->empty(); };
            const auto any = [](const InterfaceSet& names) { return names.negated || !names.any_of.empty(); };
            if (some(packets.source) && some(packets.destination) && any(packets.in) && any(packets.out))
                found.push_back({std::move(packets), after});
        };
        if (addressed() && position != Position::outbound) {
            Product packets = shared;
            use_interfaces(packets, position, set_of(device.names));
            // What is the other version's own address passes through this one.
            packets.destination = share(
                all & (position == Position::inbound ? only_of(device.taken, other.taken) : other.own - device.own));
            add(std::move(packets));
        }
        std::set<std::string> alone = without(device.names, other.names);
        if (!other.routed.empty()) alone = without(alone, device.routed);
        if (alone.empty()) continue;
        Product in = shared, out = shared;
        use_interfaces(in, position, set_of(device.names));
        use_interfaces(out, position, set_of(device.names));
        if (position != Position::outbound) {
            in.in = set_of(alone);
            add(std::move(in));
        }
        if (position == Position::inbound) continue;
        out.out = set_of(alone);
        if (position == Position::transit) out.in = set_of(without(device.names, alone));
        add(std::move(out));
    }
    return found;
}

std::vector<Product> ReviewQuestions::routed(Position position) const {
    if (position != Position::transit || !has_few_networks(after_)) return {};
    return passing(after_, addresses_, at_position(Product{}, position));
}

std::vector<Product> ReviewQuestions::leaving(Position position) const {
    if (position != Position::transit || foreign_ || by_rules_) return {};
    std::vector<Product> ways;
    for (const Policy* policy : {&before_, &after_}) {
        const auto known = ways_through(*policy, addresses_);
        if (known.empty()) return {};
        ways.insert(ways.end(), known.begin(), known.end());
    }
    return ways;
}

}  // namespace fwproof
