#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "fwproof/base/letters.hpp"
#include "vendor/iptables/lower.hpp"
#include "vendor/iptables/values.hpp"

namespace fwproof::iptables {

namespace {

// Many discontiguous masks would cost more memory than they are worth.
constexpr std::size_t kMostOddIntervals = 200'000;

using Numbers = IntervalSet<std::uint64_t>;

void constrain(RuleScope& scope, AddressSetRef& side, const AddressSetRef& set) {
    if (!set) return;
    if (set->empty()) scope.draft.never = true;
    side = common(side, set);
}

// "-s 10.0.0.0/8", a list of them, or "any/0". Interned by its text.
void lower_address(RuleScope& scope, const OptionAst& option, AddressSetRef& side) {
    auto& memo = scope.lowering.addresses[scope.family() == Family::v4 ? 0 : 1][option.negated ? 1 : 0];
    if (const AddressSetRef* known = memo.find(option.value.text)) return constrain(scope, side, *known);
    AddressSet set;
    std::vector<AddressSet> others;  // of a list
    bool keep = true;
    std::string_view rest = option.value.text;
    while (true) {
        const auto comma = rest.find(',');
        const std::string_view part = rest.substr(0, comma);
        auto word = parse_address_word(part, scope.family());
        if (word) {
            if (others.size() >= 10000) return scope.refuse(option, "more than 10000 addresses in one rule");
            if (word->odd_mask) scope.lowering.odd_intervals += word->addresses.v4.intervals().size();
            if (!word->exact || (word->odd_mask && scope.lowering.odd_intervals > kMostOddIntervals)) {
                keep = false;
                scope.condition(ConditionKind::other, std::string(part), scope.span(option),
                                fmt::format("the mask of '{}' leaves too many gaps to be modelled", part),
                                NoteKind::odd_mask, "write the networks one by one");
            } else if (word->odd_mask) {
                scope.notes.push_back({NoteKind::odd_mask, fmt::format("'{}' has a mask that is no prefix", part), "",
                                       scope.span(option)});
            }
            if (set.empty())
                set = std::move(word->addresses);
            else
                others.push_back(std::move(word->addresses));
        } else if (names_network(part, scope.family())) {
            keep = false;
            scope.name_condition(option, part);
        } else {
            return scope.refuse(option,
                                fmt::format("'{}' is no {} address or network", part, family_name(scope.family())));
        }
        if (comma == std::string_view::npos) break;
        rest.remove_prefix(comma + 1);
    }
    if (!keep) return;  // conditional: any address
    if (!others.empty()) {
        others.push_back(std::move(set));
        set = union_of(others);
    }
    AddressSetRef shared;
    if (option.negated) {
        shared = share(AddressSet::any(scope.family()) - set);
    } else if (!set.v4.is_all() && !set.v6.is_all()) {
        shared = share(std::move(set));
    }
    memo.add(option.value.text, shared);
    constrain(scope, side, shared);
}

// A list of either side, and a negation of either side: the rules that these would become are not what is meant.
bool is_negated_list(RuleScope& scope) {
    const OptionAst* list = nullptr;
    bool negated = false;
    for (const auto& option : scope.rule.options) {
        if (option.spec->id != OptionId::source && option.spec->id != OptionId::destination) continue;
        if (option.value.text.find(',') != std::string_view::npos) list = &option;
        negated = negated || option.negated;
    }
    if (!list || !negated) return false;
    scope.refuse(*list, "a list of addresses cannot be negated, and nothing beside it");
    return true;
}

void lower_range(RuleScope& scope, const OptionAst& option, AddressSetRef& side) {
    const auto range = parse_address_range(option.value.text, scope.family());
    if (!range)
        return scope.refuse(option, fmt::format("'{}' is no {} range", option.value.text, family_name(scope.family())));
    constrain(scope, side, share(option.negated ? AddressSet::any(scope.family()) - *range : *range));
}

// A passing packet still has its input interface behind routing since Linux 5.7; before, it had none there.
void lower_input_behind_routing(RuleScope& scope, const OptionAst& option, InterfaceSet set) {
    Alternative newer;
    newer.match.header.in = std::move(set);
    newer.sure = option.negated;
    std::vector<Alternative> either = {std::move(newer)};
    if (option.negated) either.push_back({{}, false});
    scope.draft.unions.push_back(std::move(either));
    const SourceSpan at = scope.span(option);
    scope.draft.conditions.push_back({ConditionKind::other, std::string(at.text()), at});
    scope.notes.push_back({NoteKind::unmodelled_condition,
                           "only since Linux 5.7 a packet in POSTROUTING still has its input interface", "", at});
}

void lower_interface(RuleScope& scope, const OptionAst& option) {
    const bool in = option.spec->id == OptionId::in_interface;
    const auto pattern = parse_interface(option.value.text);
    if (!pattern) return scope.refuse(option, fmt::format("'{}' is no interface name", option.value.text));
    // The kernel has no such interface at these hooks, or had none; a built-in chain refuses the test.
    const std::uint8_t absent = in ? kOutput | kPostrouting : kPrerouting | kInput;
    if (scope.chain.built_in && (scope.hooks & absent) != 0) {
        return scope.refuse(option,
                            fmt::format("{} has no {} interface to test", scope.chain.name, in ? "input" : "output"));
    }
    if (pattern->prefix && pattern->name.empty()) {
        if (option.negated) scope.draft.never = true;
        return;
    }
    InterfaceSet set{{*pattern}, option.negated};
    if (in && (scope.hooks & kPostrouting) != 0) return lower_input_behind_routing(scope, option, std::move(set));
    if (!in && scope.hooks == kPrerouting) {
        if (!option.negated) scope.draft.never = true;
        return;
    }
    if (!in && (scope.hooks & kPrerouting) != 0) {
        return scope.condition(
            ConditionKind::other, std::string(option.value.text), scope.span(option),
            "the chain is evaluated where the packet has no output interface yet and where it has one");
    }
    Product test;
    (in ? test.in : test.out) = std::move(set);
    if (!intersect(scope.draft.base.header, test)) {
        scope.condition(ConditionKind::other, std::string(option.value.text), scope.span(option),
                        "two interface tests that do not combine");
    }
}

constexpr std::uint64_t kind(AddressKind of) { return static_cast<std::uint64_t>(of); }

constexpr std::uint8_t kBehindRouting = kInput | kForward | kPostrouting;

const AddressSet& multicast_addresses() {
    static const AddressSet kMulticast =
        AddressSet::of(*parse_prefix("224.0.0.0/4")) | AddressSet::of(*parse_prefix("ff00::/8"));
    return kMulticast;
}

// Of packets to others: which are of one of these kinds. No router passes on what is for itself, or a broadcast.
void passing_of_kinds(const RuleScope& scope, const Match& among, const Numbers& kinds,
                      std::vector<Alternative>& found) {
    const bool unicast = kinds.contains(kind(AddressKind::unicast));
    const bool multicast = kinds.contains(kind(AddressKind::multicast));
    if (!unicast && !multicast) return;
    Alternative passing;
    passing.match = among;
    if (unicast != multicast) {
        const AddressSet groups = AddressSet::any(scope.family()) & multicast_addresses();
        passing.match.header.destination = share(multicast ? groups : AddressSet::any(scope.family()) - groups);
    }
    found.push_back(std::move(passing));
}

// The packets whose destination is of one of the kinds. Behind routing a destination shows its kind by where it is
// sent, whatever it was before a translation; in front of it the field tells the kind of the destination as it came.
std::vector<Alternative> of_destination_kinds(const RuleScope& scope, const Numbers& kinds) {
    std::vector<Alternative> found;
    const auto by_field = [&](Match among, const Numbers& values) {
        add_field(among.header, Field::destination_kind, values);
        if (!plainly_empty(among.header)) found.push_back({std::move(among), true});
    };
    if (scope.hooks == 0 || (scope.hooks & ~kBehindRouting) != 0) {
        by_field({}, kinds);
        return found;
    }
    const InterfaceSet none = InterfaceSet::none(), some{{{"", false}}, true};
    const bool local = kinds.contains(kind(AddressKind::local));
    Match translated, as_it_came;
    if (scope.facts().translates) {
        translated.destination_translated = true;
        as_it_came.destination_translated = false;
    }
    if ((scope.hooks & kInput) != 0) {
        if (scope.hooks != kInput) translated.header.out = as_it_came.header.out = none;
        // Where REDIRECT takes in what is sent to others, the question has such destinations too; all others are local.
        const Numbers unicast = scope.facts().takes_in ? Numbers::of(kind(AddressKind::unicast)) : Numbers();
        by_field(as_it_came, local ? kinds | unicast : kinds - unicast);
        if (scope.facts().translates && local) found.push_back({translated, true});
    }
    if ((scope.hooks & kForward) != 0) {
        Match among;
        if (scope.hooks != kForward) {
            among.header.in = some;
            among.header.out = some;
        }
        passing_of_kinds(scope, among, kinds, found);
    }
    if ((scope.hooks & kPostrouting) != 0) {
        translated.header.out = as_it_came.header.out = scope.hooks == kPostrouting ? InterfaceSet::any() : some;
        by_field(as_it_came, kinds);
        if (scope.facts().translates) {
            translated.header.out = InterfaceSet{{{"", false}, {"lo", false}}, true};
            passing_of_kinds(scope, translated, kinds, found);
            translated.header.out = InterfaceSet::of("lo");
            if (local) found.push_back({translated, true});
        }
    }
    return found;
}

void require_kinds(RuleScope& scope, Field field, const Numbers& kinds) {
    if (field == Field::source_kind) return add_field(scope.draft.base.header, field, kinds);
    auto found = of_destination_kinds(scope, kinds);
    if (found.empty()) {
        scope.draft.never = true;
    } else if (found.size() > 1 || !intersect(scope.draft.base, found[0].match)) {
        scope.draft.unions.push_back(std::move(found));
    }
}

// net/netfilter/xt_addrtype.c, match_type6: UNSPEC, UNICAST and MULTICAST are read from the address, so that a local
// address is UNICAST too, and all of them have to hold; of the others, which routing knows, one is enough.
void lower_kinds6(RuleScope& scope, const OptionAst& option, AddressSetRef& side, Field field, const Numbers& asked) {
    for (const auto no : {AddressKind::broadcast, AddressKind::blackhole, AddressKind::prohibit}) {
        if (asked.contains(kind(no))) return scope.refuse(option, "IPv6 has no such address type");
    }
    const AddressSet all = AddressSet::any6();
    const AddressSet unspecified = AddressSet::of(*parse_prefix("::/128"));
    const AddressSet multicast = AddressSet::of(*parse_prefix("ff00::/8"));
    const AddressSet mapped = AddressSet::of(*parse_prefix("::ffff:0.0.0.0/96"));
    AddressSet addresses = all;
    if (asked.contains(kind(AddressKind::unspecified))) addresses = addresses & unspecified;
    if (asked.contains(kind(AddressKind::unicast))) addresses = addresses - unspecified - multicast - mapped;
    if (asked.contains(kind(AddressKind::multicast))) addresses = addresses & multicast;
    Numbers routed;
    for (const auto of : {AddressKind::local, AddressKind::anycast, AddressKind::unreachable}) {
        if (asked.contains(kind(of))) routed = routed | Numbers::of(kind(of));
    }
    if (!option.negated) {
        if (!routed.empty()) require_kinds(scope, field, routed);
        return constrain(scope, side, share(std::move(addresses)));
    }
    if (routed.empty()) return constrain(scope, side, share(all - addresses));
    if (addresses == all) return require_kinds(scope, field, routed.complement());
    std::vector<Alternative> either;
    if (field == Field::destination_kind) {
        either = of_destination_kinds(scope, routed.complement());
    } else {
        either.emplace_back();
        add_field(either[0].match.header, field, routed.complement());
    }
    Alternative elsewhere;
    (field == Field::source_kind ? elsewhere.match.header.source : elsewhere.match.header.destination) =
        share(all - addresses);
    either.push_back(std::move(elsewhere));
    scope.draft.unions.push_back(std::move(either));
}

void lower_kinds(RuleScope& scope, const OptionAst& option, AddressSetRef& side, Field field) {
    constexpr auto kNames = std::to_array<std::string_view>(
        {"UNSPEC", "UNICAST", "LOCAL", "BROADCAST", "ANYCAST", "MULTICAST", "BLACKHOLE", "UNREACHABLE", "PROHIBIT"});
    Numbers asked;
    std::string_view rest = option.value.text;
    while (true) {
        const auto comma = rest.find(',');
        const std::string_view name = rest.substr(0, comma);
        // A beginning is enough, in any case.
        const auto found = std::find_if(kNames.begin(), kNames.end(), [&](std::string_view known) {
            return !name.empty() && name.size() <= known.size() &&
                   std::equal(name.begin(), name.end(), known.begin(), [](char a, char b) { return (a & ~0x20) == b; });
        });
        if (found != kNames.end()) {
            asked = asked | Numbers::of(static_cast<std::uint64_t>(found - kNames.begin()));
        } else if (name != "THROW" && name != "NAT" && name != "XRESOLVE") {
            return scope.refuse(option, fmt::format("'{}' is no address type", name));
        } else if (scope.family() == Family::v6) {
            return scope.refuse(option, "IPv6 has no such address type");
        }
        if (comma == std::string_view::npos) break;
        rest.remove_prefix(comma + 1);
    }
    if (scope.family() == Family::v6) return lower_kinds6(scope, option, side, field, asked);
    require_kinds(scope, field, option.negated ? asked.complement() : asked);
}

// The hooks of the mangle table that a packet has met where it meets the rule, or may be in.
std::uint8_t met_hooks(const RuleScope& scope) {
    std::uint8_t met = 0;
    if ((scope.hooks & (kInput | kForward)) != 0) met |= kPrerouting;
    if ((scope.hooks & kPostrouting) != 0) met |= kPrerouting | kForward | kOutput;
    if (scope.table.name != TableName::raw) met |= scope.hooks;
    return met;
}

// A field of the header that other rules may have changed before: of any packet, or (in the hooks `changed`) of the
// host's own ones, which come back over lo.
void lower_changeable(RuleScope& scope, const OptionAst& option, Field field, Numbers values, std::uint8_t changed,
                      std::string_view what) {
    const auto condition = [&] { return fmt::format("the {} that another rule rewrites", what); };
    if ((changed & met_hooks(scope)) != 0) {
        return scope.condition(ConditionKind::other, condition(), scope.span(option),
                               fmt::format("a rule that packets may meet before this one rewrites the {}", what));
    }
    const bool returns = (changed & (kOutput | kPostrouting)) != 0 && (scope.hooks & (kPrerouting | kInput)) != 0;
    if (!returns) return add_field(scope.draft.base.header, field, std::move(values));
    Alternative outside, own;
    outside.match.header.in = InterfaceSet{{{"lo", false}}, true};
    add_field(outside.match.header, field, std::move(values));
    own.match.header.in = InterfaceSet::of("lo");
    own.sure = false;
    scope.draft.unions.push_back({std::move(outside), std::move(own)});
    scope.draft.conditions.push_back({ConditionKind::other, condition(), scope.span(option)});
}

void lower_tos(RuleScope& scope, const OptionAst& option, std::uint32_t value, std::uint32_t mask) {
    std::vector<Interval<std::uint64_t>> values;
    for (std::uint64_t byte = 0; byte < 256; ++byte) {
        if (((byte & mask) == value) != option.negated) values.push_back({byte, byte});
    }
    lower_changeable(scope, option, Field::tos, Numbers(std::move(values)), scope.facts().changes_tos,
                     "type of service");
}

void lower_tos_word(RuleScope& scope, const OptionAst& option) {
    struct Name {
        std::string_view name;
        std::uint32_t value;
    };
    constexpr auto kNames = std::to_array<Name>({{"Minimize-Delay", 0x10},
                                                 {"Maximize-Throughput", 0x08},
                                                 {"Maximize-Reliability", 0x04},
                                                 {"Minimize-Cost", 0x02},
                                                 {"Normal-Service", 0}});
    for (const auto& entry : kNames) {
        if (lower_case(entry.name) == lower_case(option.value.text)) return lower_tos(scope, option, entry.value, 0x3f);
    }
    const auto value = parse_value_mask(option.value.text);
    if (!value || value->value > 255)
        return scope.refuse(option, fmt::format("'{}' is no type of service", option.value.text));
    lower_tos(scope, option, value->value, value->masked ? value->mask : 0xff);
}

void lower_dscp_class(RuleScope& scope, const OptionAst& option) {
    std::string name(option.value.text);  // in any case
    for (char& c : name) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    std::optional<std::uint32_t> value;
    if (name == "EF") value = 0x2e;
    if (name == "BE" || name == "CS0") value = 0;
    if (name.size() == 3 && name.starts_with("CS") && name[2] >= '0' && name[2] <= '7')
        value = static_cast<std::uint32_t>(name[2] - '0') << 3;
    if (name.size() == 4 && name.starts_with("AF") && name[2] >= '1' && name[2] <= '4' && name[3] >= '1' &&
        name[3] <= '3') {
        value = static_cast<std::uint32_t>((name[2] - '0') << 3 | (name[3] - '0') << 1);
    }
    if (!value) return scope.refuse(option, fmt::format("'{}' is no DSCP class", name));
    lower_tos(scope, option, *value << 2, 0xfc);
}

void lower_ttl(RuleScope& scope, const OptionAst& option) {
    const auto value = parse_number(option.value.text, 255);
    if (!value) return scope.refuse(option, fmt::format("'{}' is no hop limit", option.value.text));
    if ((scope.hooks & kPrerouting) != 0) {
        return scope.condition(ConditionKind::other, std::string(option.value.text), scope.span(option),
                               "the hop limit is tested before the router decrements it");
    }
    Numbers set;
    switch (option.spec->id) {
        case OptionId::ttl_less:
            if (*value > 0) set = Numbers::range(0, *value - 1);
            break;
        case OptionId::ttl_greater: set = Numbers::range(*value + 1, Numbers::kMax); break;
        default: set = Numbers::of(*value);
    }
    if (option.negated) set = set.complement();
    lower_changeable(scope, option, Field::ttl, std::move(set), scope.facts().changes_ttl, "hop limit");
}

void lower_mac(RuleScope& scope, const OptionAst& option) {
    const auto mac = parse_mac(option.value.text);
    if (!mac) return scope.refuse(option, fmt::format("'{}' is no MAC address", option.value.text));
    if ((scope.hooks & (kOutput | kPostrouting)) != 0) {
        return scope.refuse(option, "-m mac has no meaning in OUTPUT and POSTROUTING, and iptables refuses it there");
    }
    Numbers set = Numbers::of(*mac);
    if (option.negated) set = Numbers::range(0, kNoMac - 1) - set;  // a packet without a MAC address never matches
    add_field(scope.draft.base.header, Field::source_mac, std::move(set));
}

void lower_numbers(RuleScope& scope, const OptionAst& option, Field field, std::uint64_t max) {
    auto set = parse_number_range(option.value.text, max);
    if (!set) return scope.refuse(option, fmt::format("'{}' is no number or ascending range", option.value.text));
    add_field(scope.draft.base.header, field, option.negated ? set->complement() : *set);
}

void lower_packet_type(RuleScope& scope, const OptionAst& option) {
    std::string name(option.value.text);
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    constexpr auto kNames = std::to_array<std::string_view>({"unicast", "broadcast", "multicast"});
    auto found = std::find(kNames.begin(), kNames.end(),
                           name == "bcast"   ? "broadcast"
                           : name == "mcast" ? "multicast"
                           : name == "host"  ? "unicast"
                                             : name);
    if (found == kNames.end()) return scope.refuse(option, fmt::format("'{}' is no packet type", option.value.text));
    const Numbers set = Numbers::of(static_cast<std::uint64_t>(found - kNames.begin()));
    add_field(scope.draft.base.header, Field::packet_type, option.negated ? set.complement() : set);
}

// Whether the packet came through a port of a bridge, and leaves through one. Which port it is stays a condition.
void lower_bridge(RuleScope& scope, const OptionAst& option) {
    Product& header = scope.draft.base.header;
    const Numbers none = Numbers::of(0), some = none.complement();
    switch (option.spec->id) {
        case OptionId::is_bridge_in: return add_field(header, Field::input_bridge_port, option.negated ? none : some);
        case OptionId::is_bridge_out: return add_field(header, Field::output_bridge_port, option.negated ? none : some);
        case OptionId::is_bridged: {
            if (!option.negated) {
                add_field(header, Field::input_bridge_port, some);
                return add_field(header, Field::output_bridge_port, some);
            }
            Alternative routed_in, routed_out;
            add_field(routed_in.match.header, Field::input_bridge_port, none);
            add_field(routed_out.match.header, Field::output_bridge_port, none);
            return scope.draft.unions.push_back({routed_in, routed_out});
        }
        default: break;
    }
    const Field field = option.spec->id == OptionId::bridge_in ? Field::input_bridge_port : Field::output_bridge_port;
    if (!option.negated) add_field(header, field, some);
    scope.condition(ConditionKind::interface_type, std::string(option.value.text), scope.span(option),
                    "the port of a bridge is not a field that is modelled");
}

void lower_fragment(RuleScope& scope, const OptionAst& option) {
    if (scope.family() == Family::v6) return scope.refuse(option, "-f exists for IPv4 only");
    if (scope.facts().tracking) {  // fragments are put together before any table sees them
        if (!option.negated) scope.draft.never = true;
        return;
    }
    add_field(scope.draft.base.header, Field::fragment, Numbers::of(option.negated ? 0 : 1));
}

// rpfilter: whether the packet came in where the route back to its source leads. One bit that no header shows, but the
// same for every rule that asks.
void lower_reverse_path(RuleScope& scope) {
    for (std::size_t i = 0; i < scope.rule.matches.size(); ++i) {
        if (scope.rule.matches[i]->name != "rpfilter") continue;
        const bool inverted = std::any_of(
            scope.rule.options.begin(), scope.rule.options.end(),
            [&](const OptionAst& option) { return option.match == i && option.spec->id == OptionId::wrong_way; });
        add_field(scope.draft.base.header, Field::opaque, opaque_values(kWrongWay, inverted));
    }
}

}  // namespace

void lower_addresses(RuleScope& scope) {
    lower_reverse_path(scope);
    if (is_negated_list(scope)) return;
    Product& header = scope.draft.base.header;
    for (const auto& option : scope.rule.options) {
        if (scope.issue) return;
        switch (option.spec->id) {
            case OptionId::source: lower_address(scope, option, header.source); break;
            case OptionId::destination: lower_address(scope, option, header.destination); break;
            case OptionId::source_range: lower_range(scope, option, header.source); break;
            case OptionId::destination_range: lower_range(scope, option, header.destination); break;
            case OptionId::in_interface:
            case OptionId::out_interface: lower_interface(scope, option); break;
            case OptionId::source_type: lower_kinds(scope, option, header.source, Field::source_kind); break;
            case OptionId::destination_type:
                lower_kinds(scope, option, header.destination, Field::destination_kind);
                break;
            case OptionId::tos: lower_tos_word(scope, option); break;
            case OptionId::dscp: {
                const auto value = parse_number(option.value.text, 63);
                if (!value) return scope.refuse(option, fmt::format("'{}' is no DSCP value", option.value.text));
                lower_tos(scope, option, static_cast<std::uint32_t>(*value) << 2, 0xfc);
                break;
            }
            case OptionId::dscp_class: lower_dscp_class(scope, option); break;
            case OptionId::ttl_equal:
            case OptionId::ttl_less:
            case OptionId::ttl_greater: lower_ttl(scope, option); break;
            case OptionId::mac_source: lower_mac(scope, option); break;
            case OptionId::length: lower_numbers(scope, option, Field::packet_length, 65535); break;
            case OptionId::spi:
                if (scope.family() == Family::v4 || scope.rule.matches[option.match]->name != "ah")
                    lower_numbers(scope, option, Field::spi, 0xffffffff);
                break;
            case OptionId::packet_type: lower_packet_type(scope, option); break;
            case OptionId::bridge_in:
            case OptionId::bridge_out:
            case OptionId::is_bridge_in:
            case OptionId::is_bridge_out:
            case OptionId::is_bridged: lower_bridge(scope, option); break;
            case OptionId::fragment: lower_fragment(scope, option); break;
            default: break;
        }
    }
}

}  // namespace fwproof::iptables
