// Groups are resolved once, members before the groups that hold them, with an explicit stack: a hostile export can nest
// them as deep as it is long.
#include "vendor/asa/resolve.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace fwproof::asa {

namespace {

constexpr std::size_t kMaxIntervals = 20'000'000;  // in all groups of one device

bool holds_addresses(DefinitionKind kind) {
    return kind == DefinitionKind::network_object || kind == DefinitionKind::network_group;
}

// Gathers members and builds the set once.
struct Union {
    std::vector<Interval<std::uint32_t>> v4;
    std::vector<Interval<uint128>> v6;

    void add(const AddressSetRef& set) {
        if (!set) {
            v4.push_back({0, ~std::uint32_t{0}});
            v6.push_back({0, ~uint128{0}});
            return;
        }
        v4.insert(v4.end(), set->v4.intervals().begin(), set->v4.intervals().end());
        v6.insert(v6.end(), set->v6.intervals().begin(), set->v6.intervals().end());
    }
    AddressSetRef build() {
        return share({IntervalSet<std::uint32_t>(std::move(v4)), IntervalSet<uint128>(std::move(v6))});
    }
};

const AddressSetRef& any4() {
    static const AddressSetRef kSet = share(AddressSet::any4());
    return kSet;
}
const AddressSetRef& any6() {
    static const AddressSetRef kSet = share(AddressSet::any6());
    return kSet;
}
const AddressSetRef& no_address() {
    static const AddressSetRef kSet = share(AddressSet{});
    return kSet;
}

Addresses exactly(const AddressSetRef& set) { return {set, set, {}, {}}; }

Addresses doubtful(AddressSetRef possibly, Doubt doubt) {
    return {no_address(), std::move(possibly), {std::move(doubt)}, {}};
}

// An IPv4 value and mask, contiguous or not.
Addresses masked(std::uint32_t value, std::uint32_t mask) {
    if (mask == 0 && value == 0) return exactly(any4());
    const std::string written =
        fmt::format("{} {}", to_string(Address{Family::v4, value}), to_string(Address{Family::v4, mask}));
    const bool nobody = value == 0 && mask == 0xffffffff;
    if (mask == 0 || nobody) {
        // A device prints any4; with an address it is how other Cisco systems write a host, and no address with a full
        // mask is how they write any.
        Addresses either =
            doubtful(any4(), {NoteKind::wildcard_mask,
                              ConditionKind::syntax,
                              written,
                              fmt::format("'{}' looks like a wildcard mask, but an ASA reads a network mask", written),
                              "write 'host' and the address, or any4",
                              {}});
        either.surely = share(AddressSet::of(Address{Family::v4, value}));
        return either;
    }
    if (!netmask_length(mask) && netmask_length(~mask)) {
        // 0.0.0.255 is how other Cisco systems write a /24; both readings are bounds.
        const auto literal = AddressSet::masked(value, mask);
        const auto wildcard = AddressSet::masked(value, ~mask);
        Doubt doubt{NoteKind::wildcard_mask,
                    ConditionKind::syntax,
                    written,
                    fmt::format("'{}' looks like a wildcard mask, but an ASA reads a network mask", written),
                    "write the network mask, " + to_string(Address{Family::v4, ~mask & 0xffffffffu}),
                    {}};
        if (!literal || !wildcard) {
            Addresses all = doubtful(any4(), std::move(doubt));
            if (wildcard) all.possibly = any4();
            return all;
        }
        return {share(*literal & *wildcard), share(*literal | *wildcard), {std::move(doubt)}, {}};
    }
    auto set = AddressSet::masked(value, mask);
    if (!set) {
        // Too scattered for intervals: bounded by the fixed leading bits.
        int leading = 0;
        while (leading < 32 && (mask >> (31 - leading) & 1) != 0) ++leading;
        const std::uint32_t prefix_mask = leading == 0 ? 0 : ~std::uint32_t{0} << (32 - leading);
        Doubt doubt{
            NoteKind::odd_mask,
            ConditionKind::syntax,
            written,
            fmt::format("the mask of '{}' leaves too many separate addresses: what it matches is not known", written),
            "split it into networks",
            {}};
        return doubtful(
            share(AddressSet::of(Prefix{{Family::v4, value & prefix_mask}, static_cast<std::uint8_t>(leading)})),
            std::move(doubt));
    }
    Addresses result = exactly(share(std::move(*set)));
    if ((value & ~mask) != 0) {
        result.remark = fmt::format("'{}' has bits outside its mask: {} is matched", written,
                                    netmask_length(mask) ? to_string(*result.surely) : "the masked address");
    }
    return result;
}

}  // namespace

Doubt undefined(std::string_view what, std::string_view name) {
    return {NoteKind::undefined_reference,
            ConditionKind::reference,
            std::string(name),
            fmt::format("{} '{}' is not defined in this export", what, name),
            "export the whole configuration, objects and groups included",
            {}};
}

Resolver::Resolver(const Config& config, Policy& policy) : config_(config), policy_(policy) { resolve_definitions(); }

const Definition* Resolver::definition(std::string_view name) const {
    const auto found = config_.definition_index.find(name);
    return found == config_.definition_index.end() ? nullptr : &config_.definitions[found->second];
}

std::string Resolver::unresolved_members(std::string_view group) const {
    std::set<std::string_view> members, seen = {group};
    std::vector<std::string_view> open = {group};
    while (!open.empty()) {
        const Definition* found = definition(open.back());
        open.pop_back();
        if (!found) continue;
        for (const std::string_view member : found->unresolved) {
            const std::string_view last = member.substr(member.find_last_of(' ') + 1);
            const bool nests = member.starts_with("group-object") || member.starts_with("network-service-member");
            if (nests && definition(last)) {
                if (seen.insert(last).second) open.push_back(last);
            } else {
                members.insert(member);
            }
        }
    }
    return fmt::format("{}", fmt::join(members, "; "));
}

std::string Resolver::with_members(std::string_view words) const {
    const std::string members = unresolved_members(words.substr(words.find_last_of(' ') + 1));
    return members.empty() ? std::string(words) : fmt::format("{}: {}", words, members);
}

void Resolver::note(const Doubt& doubt, Place place) {
    policy_.notes.push_back({doubt.note, doubt.message, doubt.hint, span_of(*config_.source, place)});
}

std::vector<std::size_t> Resolver::children(const Definition& definition) const {
    std::vector<std::size_t> found;
    const auto add = [&](std::string_view name) {
        if (const auto at = config_.definition_index.find(name); at != config_.definition_index.end()) {
            found.push_back(at->second);
        }
    };
    for (const auto& operand : definition.addresses) {
        if (operand.kind == AddressOperand::Kind::object || operand.kind == AddressOperand::Kind::group)
            add(operand.name);
    }
    for (const auto& member : definition.services) {
        if (member.kind != ServiceMember::Kind::terms) add(member.name);
    }
    return found;
}

void Resolver::resolve_definitions() {
    resolved_.resize(config_.definitions.size());
    struct Frame {
        std::size_t index;
        std::vector<std::size_t> children;
        std::size_t next = 0;
    };
    for (std::size_t root = 0; root < config_.definitions.size(); ++root) {
        if (resolved_[root].done) continue;
        std::vector<Frame> stack;
        stack.push_back({root, children(config_.definitions[root])});
        resolved_[root].open = true;
        while (!stack.empty()) {
            Frame& frame = stack.back();
            if (frame.next < frame.children.size()) {
                const std::size_t child = frame.children[frame.next++];
                if (resolved_[child].done || resolved_[child].open) continue;  // open: a cycle, met again as a member
                resolved_[child].open = true;
                stack.push_back({child, children(config_.definitions[child])});
                continue;
            }
            const std::size_t index = frame.index;
            const Definition& definition = config_.definitions[index];
            if (holds_addresses(definition.kind)) {
                resolve_network(definition, resolved_[index]);
            } else {
                resolve_service(definition, resolved_[index]);
            }
            resolved_[index].done = true;
            resolved_[index].open = false;
            stack.pop_back();
        }
    }
}

// What an object or group name stands for as an address.
Addresses Resolver::named(const AddressOperand& operand) const {
    const bool group = operand.kind == AddressOperand::Kind::group;
    const auto found = config_.definition_index.find(operand.name);
    if (found == config_.definition_index.end()) {
        return doubtful(nullptr, undefined(group ? "object group" : "object", operand.name));
    }
    const Definition& definition = config_.definitions[found->second];
    if (definition.conflicting) {
        return doubtful(nullptr, {NoteKind::conflicting_definition,
                                  ConditionKind::reference,
                                  std::string(operand.name),
                                  fmt::format("'{}' is defined as two kinds of object", operand.name),
                                  "",
                                  {},
                                  true});
    }
    if (holds_addresses(definition.kind) && group != (definition.kind == DefinitionKind::network_group)) {
        return doubtful(nullptr, {NoteKind::unparsed_line,
                                  ConditionKind::reference,
                                  std::string(operand.name),
                                  fmt::format("'{}' is {}", operand.name,
                                              group ? "an object, not a group" : "a group, not an object"),
                                  fmt::format("write '{} {}'", group ? "object" : "object-group", operand.name),
                                  {}});
    }
    if (definition.kind == DefinitionKind::network_service_group) {
        return doubtful(nullptr, {NoteKind::unmodelled_condition,
                                  ConditionKind::fqdn,
                                  with_members(operand.name),
                                  fmt::format("the group '{}' names services in the network, which are looked up at "
                                              "run time",
                                              operand.name),
                                  "",
                                  {}});
    }
    if (!holds_addresses(definition.kind)) {
        return doubtful(nullptr, {NoteKind::unparsed_line,
                                  ConditionKind::reference,
                                  std::string(operand.name),
                                  fmt::format("'{}' holds no addresses", operand.name),
                                  "name a network object or a network group",
                                  {}});
    }
    const Resolved& resolved = resolved_[found->second];
    if (!resolved.done) {
        return doubtful(nullptr, {NoteKind::conflicting_definition,
                                  ConditionKind::reference,
                                  std::string(operand.name),
                                  fmt::format("the group '{}' contains itself", operand.name),
                                  "remove one of the members",
                                  {}});
    }
    return resolved.addresses;
}

Addresses Resolver::literal(const AddressOperand& operand, AnyMeaning any) const {
    using Kind = AddressOperand::Kind;
    const auto alias = [&]() -> const Address* {
        const auto found = config_.aliases.find(operand.name);
        return found != config_.aliases.end() && found->second.address ? &*found->second.address : nullptr;
    };
    const auto no_alias = [&] {
        Doubt doubt = undefined("the name", operand.name);
        doubt.hint = config_.aliases.contains(operand.name) ? "its 'name' statement holds no address"
                                                            : "an address, or a name that a 'name' statement defines";
        return doubtful(nullptr, std::move(doubt));
    };
    switch (operand.kind) {
        case Kind::unknown: break;
        case Kind::any: return exactly(any == AnyMeaning::both ? nullptr : any == AnyMeaning::v4 ? any4() : any6());
        case Kind::any4: return exactly(any4());
        case Kind::any6: return exactly(any6());
        case Kind::host: return exactly(share(AddressSet::of(operand.first)));
        case Kind::masked:
            return masked(static_cast<std::uint32_t>(operand.first.value), static_cast<std::uint32_t>(operand.second));
        case Kind::prefix: {
            const auto length = static_cast<std::uint8_t>(operand.second);
            const uint128 host = length == 128 ? 0 : ~uint128{0} >> length;
            Addresses result =
                exactly(share(AddressSet::of(Prefix{{Family::v6, operand.first.value & ~host}, length})));
            if ((operand.first.value & host) != 0) {
                result.remark = fmt::format("'{}/{}' has bits outside its prefix: {} is matched",
                                            to_string(operand.first), length, to_string(*result.surely));
            }
            return result;
        }
        case Kind::range:
            return exactly(share(AddressSet::range(operand.first, {operand.first.family, operand.second})));
        case Kind::host_alias:
            if (const Address* address = alias()) return exactly(share(AddressSet::of(*address)));
            return no_alias();
        case Kind::masked_alias:
            if (const Address* address = alias(); address && address->family == Family::v4) {
                return masked(static_cast<std::uint32_t>(address->value), static_cast<std::uint32_t>(operand.second));
            }
            return no_alias();
        case Kind::object:
        case Kind::group: return named(operand);
        case Kind::fqdn: {
            const AddressSetRef outer = operand.second == 4 ? any4() : operand.second == 6 ? any6() : nullptr;
            return doubtful(outer, {NoteKind::unresolved_name,
                                    ConditionKind::fqdn,
                                    std::string(operand.name),
                                    fmt::format("the addresses of '{}' are found by DNS at run time", operand.name),
                                    "replace the name by addresses to have it decided",
                                    {}});
        }
        case Kind::interface: {
            for (const auto& interface : config_.interfaces) {
                if (interface.name != operand.name) continue;
                Union set;
                for (const auto& address : interface.addresses) set.add(share(AddressSet::of(address)));
                Addresses result = exactly(set.build());
                if (interface.dynamic4 || interface.dynamic6) {
                    result.possibly = nullptr;
                    result.doubts.push_back(
                        {NoteKind::unresolved_name,
                         ConditionKind::address_keyword,
                         fmt::format("address of interface {}", operand.name),
                         fmt::format("the address of interface '{}' is assigned at run time", operand.name),
                         "",
                         {}});
                }
                return result;
            }
            return doubtful(nullptr, undefined("interface", operand.name));
        }
    }
    return doubtful(nullptr,
                    {NoteKind::unparsed_line, ConditionKind::syntax, "", "the address is not legible", "", {}, true});
}

const Addresses& Resolver::addresses(const AddressOperand& operand, AnyMeaning any) {
    using Kind = AddressOperand::Kind;
    if (operand.kind == Kind::object || operand.kind == Kind::group) {
        used_.insert(operand.name);
        if (const auto found = config_.definition_index.find(operand.name); found != config_.definition_index.end()) {
            const Definition& definition = config_.definitions[found->second];
            const auto kind =
                operand.kind == Kind::group ? DefinitionKind::network_group : DefinitionKind::network_object;
            if (!definition.conflicting && definition.kind == kind) return resolved_[found->second].addresses;
        }
        return others_.emplace_back(literal(operand, any));
    }
    const bool v4 = (operand.kind == Kind::host || operand.kind == Kind::masked) && operand.first.family == Family::v4;
    const bool word = operand.kind == Kind::any || operand.kind == Kind::any4 || operand.kind == Kind::any6;
    if (v4 || word) {
        const LiteralKey key{static_cast<std::uint64_t>(operand.kind) << 40 | static_cast<std::uint64_t>(any) << 32 |
                                 static_cast<std::uint32_t>(operand.first.value),
                             static_cast<std::uint64_t>(operand.second)};
        const Addresses* known = literals4_.find(key);
        return known ? *known : literals4_.add(key, literal(operand, any));
    }
    return others_.emplace_back(literal(operand, any));
}

void Resolver::resolve_network(const Definition& definition, Resolved& resolved) {
    Union surely, possibly;
    auto& doubts = resolved.addresses.doubts;
    bool unbounded = false;
    for (const auto& operand : definition.addresses) {
        if (operand.kind == AddressOperand::Kind::object || operand.kind == AddressOperand::Kind::group)
            used_.insert(operand.name);
        const Addresses member = literal(operand, AnyMeaning::both);
        surely.add(member.surely);
        if (member.possibly || member.exact()) {
            possibly.add(member.possibly);
        } else {
            unbounded = true;
        }
        if (!member.remark.empty()) {
            policy_.notes.push_back({NoteKind::odd_mask, member.remark, "", span_of(*config_.source, operand.place)});
        }
        for (Doubt doubt : member.doubts) {
            if (!doubt.noted) note(doubt, operand.place);
            doubt.noted = true;
            if (doubt.place.length == 0) doubt.place = operand.place;
            // One reason of a kind is enough for a rule to print.
            const bool known = std::any_of(doubts.begin(), doubts.end(), [&](const Doubt& other) {
                return other.condition == doubt.condition && other.value == doubt.value;
            });
            if (!known && doubts.size() < 16) doubts.push_back(std::move(doubt));
        }
    }
    for (const Place place : definition.unreadable) {
        doubts.push_back({NoteKind::unparsed_line, ConditionKind::syntax,
                          std::string(span_of(*config_.source, place).text()), "", "", place, true});
        unbounded = true;
    }
    intervals_ += surely.v4.size() + surely.v6.size();
    if (intervals_ > kMaxIntervals) {
        surely = {};
        unbounded = true;
        doubts.push_back({NoteKind::unmodelled_condition, ConditionKind::other, "too many addresses in groups",
                          "the groups of this export hold too many addresses together", "", definition.place});
        note(doubts.back(), definition.place);
        doubts.back().noted = true;
    }
    if (definition.kind == DefinitionKind::network_object && definition.addresses.empty() && doubts.empty()) {
        // Only its `nat` line was given: the value stands elsewhere.
        doubts.push_back({NoteKind::undefined_reference, ConditionKind::reference, std::string(definition.name),
                          fmt::format("the object '{}' has no value in this export", definition.name), "",
                          definition.place});
        note(doubts.back(), definition.place);
        doubts.back().noted = true;
        unbounded = true;
    }
    if (definition.kind == DefinitionKind::network_group && definition.addresses.empty() && doubts.empty()) {
        policy_.notes.push_back({NoteKind::empty_group,
                                 fmt::format("the group '{}' is empty and matches nothing", definition.name), "",
                                 span_of(*config_.source, definition.place)});
    }
    resolved.addresses.surely = surely.build();
    if (doubts.empty()) {
        resolved.addresses.possibly = resolved.addresses.surely;
    } else {
        resolved.addresses.possibly = unbounded ? nullptr : possibly.build();
    }
}

void Resolver::add_objects() {
    for (std::size_t i = 0; i < config_.definitions.size(); ++i) {
        const Definition& definition = config_.definitions[i];
        if (definition.name.empty() || definition.conflicting) continue;
        NamedSet set;
        set.name = definition.name;
        set.span = span_of(*config_.source, definition.place);
        set.used = used_.contains(definition.name);
        if (holds_addresses(definition.kind)) {
            if (!resolved_[i].addresses.exact()) continue;
            set.addresses = resolved_[i].addresses.surely;
        } else {
            if (!resolved_[i].services.exact() || !resolved_[i].services.surely) continue;
            set.services = resolved_[i].services.surely;
        }
        policy_.objects.push_back(std::move(set));
    }
}

}  // namespace fwproof::asa
