#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "vendor/iptables/lower.hpp"
#include "vendor/iptables/values.hpp"

namespace fwproof::iptables {

namespace {

SourceSpan target_span(const RuleScope& scope) { return scope.span(scope.rule.target.offset, scope.rule.target.end()); }

void refuse_target(RuleScope& scope, std::string message) {
    scope.issue = Issue{std::move(message), "", scope.rule.target.offset, scope.rule.target.length};
}

struct RejectName {
    std::string_view name, answer;
    bool v6;
};

constexpr auto kRejectNames = std::to_array<RejectName>({
    {"icmp-net-unreachable", "icmp-net-unreachable", false},
    {"net-unreach", "icmp-net-unreachable", false},
    {"icmp-host-unreachable", "icmp-host-unreachable", false},
    {"host-unreach", "icmp-host-unreachable", false},
    {"icmp-proto-unreachable", "icmp-proto-unreachable", false},
    {"proto-unreach", "icmp-proto-unreachable", false},
    {"icmp-port-unreachable", "icmp-port-unreachable", false},
    {"port-unreach", "icmp-port-unreachable", false},
    {"icmp-net-prohibited", "icmp-net-prohibited", false},
    {"net-prohib", "icmp-net-prohibited", false},
    {"icmp-host-prohibited", "icmp-host-prohibited", false},
    {"host-prohib", "icmp-host-prohibited", false},
    {"icmp-admin-prohibited", "icmp-admin-prohibited", false},
    {"admin-prohib", "icmp-admin-prohibited", false},
    {"tcp-reset", "tcp-reset", false},
    {"tcp-rst", "tcp-reset", false},
    {"icmp6-no-route", "icmp6-no-route", true},
    {"no-route", "icmp6-no-route", true},
    {"icmp6-adm-prohibited", "icmp6-adm-prohibited", true},
    {"adm-prohibited", "icmp6-adm-prohibited", true},
    {"icmp6-addr-unreachable", "icmp6-addr-unreachable", true},
    {"addr-unreach", "icmp6-addr-unreachable", true},
    {"icmp6-port-unreachable", "icmp6-port-unreachable", true},
    {"port-unreach", "icmp6-port-unreachable", true},
    {"icmp6-policy-fail", "icmp6-policy-fail", true},
    {"policy-fail", "icmp6-policy-fail", true},
    {"icmp6-reject-route", "icmp6-reject-route", true},
    {"reject-route", "icmp6-reject-route", true},
    {"tcp-reset", "tcp-reset", true},
});

void lower_reject(RuleScope& scope, TargetEffect& effect) {
    const bool v6 = scope.family() == Family::v6;
    std::string answer = v6 ? "icmp6-port-unreachable" : "icmp-port-unreachable";
    if (scope.table.name != TableName::filter) return refuse_target(scope, "REJECT works in the filter table only");
    if (const OptionAst* option = find_option(scope.rule, OptionId::reject_with)) {
        const auto found = std::find_if(kRejectNames.begin(), kRejectNames.end(), [&](const RejectName& name) {
            return name.v6 == v6 && !option->value.text.empty() &&
                   name.name.starts_with(option->value.text);  // a beginning is enough
        });
        if (found == kRejectNames.end())
            return scope.refuse(*option, fmt::format("'{}' is no way to reject", option->value.text));
        answer = found->answer;
        if (answer == "tcp-reset" && required_protocol(scope.rule) != kTcp) {
            return scope.refuse(*option, "a TCP reset answers TCP only: the rule needs -p tcp");
        }
    }
    effect.actions.emplace_back(Decide{Verdict::deny, std::move(answer)});
}

// MARK and CONNMARK: mark' = (mark & keep) ^ value.
std::optional<SetRegister> mark_change(RuleScope& scope, const OptionAst& option, Register target) {
    const auto word = parse_value_mask(option.value.text);
    if (!word) {
        scope.refuse(option, fmt::format("'{}' is no mark", option.value.text));
        return std::nullopt;
    }
    SetRegister change;
    change.target = target;
    switch (option.spec->id) {
        case OptionId::set_xmark:
            change.keep = ~word->mask;
            change.value = word->value;
            break;
        case OptionId::set_mark:
            change.keep = ~(word->mask | word->value);
            change.value = word->value;
            break;
        case OptionId::and_mark: change.keep = word->value; break;
        case OptionId::or_mark:
            change.keep = ~word->value;
            change.value = word->value;
            break;
        default: change.keep = ~std::uint32_t{0}; change.value = word->value;
    }
    return change;
}

void lower_mark_target(RuleScope& scope, Register target, TargetEffect& effect) {
    const Facts& facts = scope.facts();
    // Connections are looked up behind the raw table.
    if (target == Register::connection_mark && scope.table.name == TableName::raw) return;
    const bool read = facts.tests_mark || facts.tests_connection_mark;
    const auto mask = [&](OptionId id) -> std::uint32_t {
        const OptionAst* option = find_option(scope.rule, id);
        if (!option) option = find_option(scope.rule, OptionId::mask);
        if (!option) return ~std::uint32_t{0};
        const auto value = parse_number(option->value.text, 0xffffffff);
        if (!value) {
            scope.refuse(*option, fmt::format("'{}' is no mask", option->value.text));
            return 0;
        }
        return static_cast<std::uint32_t>(*value);
    };
    for (const auto& option : scope.rule.options) {
        if (option.match != kNoExtension) continue;
        switch (option.spec->id) {
            case OptionId::set_xmark:
            case OptionId::set_mark:
            case OptionId::and_mark:
            case OptionId::or_mark:
            case OptionId::xor_mark: {
                const auto change = mark_change(scope, option, target);
                if (change && read) effect.actions.emplace_back(*change);
                break;
            }
            case OptionId::save_mark:
            case OptionId::restore_mark: {
                const bool save = option.spec->id == OptionId::save_mark;
                SetRegister change;
                change.target = save ? Register::connection_mark : Register::packet_mark;
                change.from = save ? Register::packet_mark : Register::connection_mark;
                change.keep = ~mask(save ? OptionId::ctmask : OptionId::nfmask);
                change.mask = mask(save ? OptionId::nfmask : OptionId::ctmask);
                // Without a connection there is none to restore, and the packet keeps its mark.
                if (!save && read) require_connection(scope);
                if (read) effect.actions.emplace_back(change);
                break;
            }
            default: break;
        }
    }
}

// Says whether there is no port, or the rule is one for a protocol that has them; for ICMP the identifier is meant.
bool may_have_port(RuleScope& scope, const OptionAst& option, const Endpoint& endpoint) {
    if (!endpoint.port) return true;
    const auto protocol = required_protocol(scope.rule);
    if (protocol && *protocol != kUdpLite && (has_ports(*protocol) || has_icmp_type(*protocol))) return true;
    if (!protocol && std::any_of(scope.rule.options.begin(), scope.rule.options.end(), [](const OptionAst& one) {
            return one.spec->id == OptionId::protocol && one.negated;
        })) {
        return true;  // the tools do not look at the "!"
    }
    scope.refuse(option, "a port needs -p tcp, udp, sctp or dccp");
    return false;
}

Translate::Part part_of(const Endpoint& endpoint) {
    Translate::Part part;
    if (endpoint.address) {
        if (endpoint.address_range)
            part.address_unknown = true;
        else
            part.address = endpoint.address;
    }
    if (endpoint.port) {
        if (endpoint.port_range)
            part.port_unknown = true;
        else
            part.port = endpoint.port;
    }
    return part;
}

bool is_loopback(const Address& address) {
    return address.family == Family::v4 ? (address.value >> 24) == 127 : address.value == 1;
}

constexpr std::size_t kMostBlocks = 256;

// Of each network of that size that the addresses meet, where its part of them goes. Nothing: too many.
template <class Value>
std::optional<std::vector<BlockMap>> moved_blocks(const IntervalSet<Value>& tested, const Address& to, Value hosts) {
    std::vector<BlockMap> blocks;
    for (auto [first, last] : tested.intervals()) {
        while (true) {
            if (blocks.size() == kMostBlocks) return std::nullopt;
            const Value end = std::min<Value>(last, first | hosts);
            blocks.push_back({{to.family, first}, {to.family, end}, {to.family, to.value | (first & hosts)}});
            if (end == last) break;
            first = end + 1;
        }
    }
    return blocks;
}

// net/netfilter/xt_NETMAP.c: the bits of the network are replaced, those below stay. Of the destination before routing,
// of the source behind it.
void lower_network_map(RuleScope& scope, TargetEffect& effect) {
    const OptionAst* to = find_option(scope.rule, OptionId::to_network);
    if (!to) return refuse_target(scope, "NETMAP needs --to");
    const auto network = parse_address_word(to->value.text, scope.family());
    if (!network && !names_network(to->value.text, scope.family()))
        return scope.refuse(*to, fmt::format("'{}' is no network to translate to", to->value.text));
    const bool early = (scope.hooks & (kPrerouting | kOutput)) != 0;
    const bool late = (scope.hooks & (kInput | kPostrouting)) != 0;
    Translate translate;
    translate.destination.address_unknown = early;
    translate.source.address_unknown = late || !early;
    const bool exact = network && network->exact && !network->odd_mask && early != late;
    if (early && network && network->exact) effect.pool = share(network->addresses);
    if (exact) {
        const auto& side = early ? scope.draft.base.header.destination : scope.draft.base.header.source;
        const AddressSet tested = side ? *side : AddressSet::any(scope.family());
        const auto map = [&](const auto& moved, const auto& networks) {
            const auto [first, last] = networks.intervals()[0];
            const Address start{scope.family(), first};
            if (auto blocks = moved_blocks(moved, start, last - first)) effect.blocks = std::move(*blocks);
            Translate::Part& part = early ? translate.destination : translate.source;
            if (first == last) {  // one address for all
                part = {};
                part.address = start;
                effect.blocks.clear();
            }
            translate.to_this_device = early && is_loopback(start);
        };
        if (scope.family() == Family::v4)
            map(tested.v4, network->addresses.v4);
        else
            map(tested.v6, network->addresses.v6);
    }
    const bool known = !effect.blocks.empty() || translate.source.address || translate.destination.address;
    if (!network) {
        scope.notes.push_back({NoteKind::unresolved_name,
                               fmt::format("host name '{}' is looked up when the rules are loaded", to->value.text),
                               "iptables-save prints the addresses that it meant", scope.span(*to)});
    } else if (!known && scope.hooks != 0) {
        scope.notes.push_back(
            {NoteKind::unmodelled_condition,
             fmt::format("to which address of {} a packet is sent is left open: more than {} networks "
                         "are translated, or a mask is no prefix",
                         to->value.text, kMostBlocks),
             "name the networks with -d or -s", scope.span(*to)});
    }
    if ((scope.hooks & kPrerouting) != 0 && !translate.to_this_device) {
        effect.actions.emplace_back(
            SetRegister{Register::disposition, ~kSentElsewhere, kSentElsewhere, std::nullopt, ~std::uint32_t{0}});
    }
    effect.actions.emplace_back(translate);
}

void lower_translation(RuleScope& scope, std::string_view name, TargetEffect& effect) {
    if (scope.table.name != TableName::nat)
        return refuse_target(scope, fmt::format("{} works in the nat table only", name));
    Translate translate;
    if (name == "DNAT" || name == "SNAT") {
        const bool destination = name == "DNAT";
        const OptionAst* option = find_option(scope.rule, destination ? OptionId::to_destination : OptionId::to_source);
        if (!option)
            return refuse_target(scope, fmt::format("{} needs --to-{}", name, destination ? "destination" : "source"));
        const auto endpoint = parse_endpoint(option->value.text, scope.family());
        if (!endpoint)
            return scope.refuse(*option,
                                fmt::format("'{}' is no address and port to translate to", option->value.text));
        if (!may_have_port(scope, *option, *endpoint)) return;
        (destination ? translate.destination : translate.source) = part_of(*endpoint);
        if (destination && endpoint->address_range)
            effect.pool = share(AddressSet::range(*endpoint->address, endpoint->last));
        if (destination && endpoint->address) {
            if (is_loopback(*endpoint->address)) {
                translate.to_this_device = true;
            } else if ((scope.hooks & kPrerouting) != 0) {
                effect.actions.emplace_back(SetRegister{Register::disposition, ~kSentElsewhere, kSentElsewhere,
                                                        std::nullopt, ~std::uint32_t{0}});
            }
        }
        effect.actions.emplace_back(translate);
        return;
    }
    if (name == "NETMAP") return lower_network_map(scope, effect);
    const OptionAst* ports = find_option(scope.rule, OptionId::to_ports);
    Endpoint endpoint;
    if (ports) {
        const auto parsed = parse_endpoint(fmt::format(":{}", ports->value.text), scope.family());
        if (!parsed) return scope.refuse(*ports, fmt::format("'{}' is no port to translate to", ports->value.text));
        endpoint = *parsed;
        if (!may_have_port(scope, *ports, endpoint)) return;
    }
    if (name == "MASQUERADE") {
        translate.source = part_of(endpoint);
        translate.source.address_unknown = true;
    } else {  // REDIRECT: the address of the incoming interface; the loopback address for the host's own packets
        translate.destination = part_of(endpoint);
        translate.to_this_device = true;
        if (scope.hooks == kOutput) {
            translate.destination.address =
                scope.family() == Family::v4 ? Address{Family::v4, 0x7f000001} : Address{Family::v6, 1};
        } else {
            translate.destination.address_unknown = true;
        }
    }
    effect.actions.emplace_back(translate);
}

// The first of these targets that a packet meets counts: what is decided already stays.
void lower_tracking(RuleScope& scope, bool exempts, TargetEffect& effect) {
    const Facts& facts = scope.facts();
    const std::uint32_t bit = exempts ? kUntracked : kAttached;
    const std::uint32_t other = kUntracked + kAttached - bit;
    if (!exempts && !facts.untracks && !facts.tests_state_early) return;
    if (facts.attaches && facts.untracks)
        scope.draft.base.registers.push_back({Register::disposition, 0, other, false});
    effect.actions.emplace_back(SetRegister{Register::disposition, ~bit, bit, std::nullopt, ~std::uint32_t{0}});
}

// "NFQUEUE --queue-num 3 --queue-bypass": who is asked, and what is done where nobody answers.
std::string target_words(const RuleScope& scope) {
    std::string words(scope.rule.target.text);
    for (const auto& option : scope.rule.options) {
        const OptionId id = option.spec->id;
        if (option.match != kNoExtension || (id != OptionId::opaque && id != OptionId::on_port)) continue;
        words += fmt::format(" --{}", option.spec->name);
        if (option.spec->arguments > 0) words += fmt::format(" {}", option.value.text);
    }
    return words;
}

void unknown_verdict(RuleScope& scope, std::string_view name, std::string_view why, TargetEffect& effect) {
    effect.actions.emplace_back(Decide{Verdict::unknown, target_words(scope)});
    scope.notes.push_back({NoteKind::unmodelled_condition,
                           fmt::format("{}: what happens to the packet depends on {}", name, why), "",
                           target_span(scope)});
}

}  // namespace

std::optional<Endpoint> parse_endpoint(std::string_view text, Family family) {
    Endpoint endpoint;
    std::string_view address = text, ports;
    if (family == Family::v6) {
        if (text.starts_with("[")) {
            const auto close = text.find(']');
            if (close == std::string_view::npos) return std::nullopt;
            address = text.substr(1, close - 1);
            ports = text.substr(close + 1);
            if (!ports.empty()) {
                if (ports[0] != ':') return std::nullopt;
                ports.remove_prefix(1);
            }
            // "[a]-[b]:80"
            if (ports.empty() && text.find("]-[") != std::string_view::npos) return std::nullopt;
        } else if (text.starts_with(":") && !text.starts_with("::")) {
            address = {};
            ports = text.substr(1);
        }
    } else if (const auto colon = text.find(':'); colon != std::string_view::npos) {
        address = text.substr(0, colon);
        ports = text.substr(colon + 1);
        if (ports.empty()) return std::nullopt;
    }
    if (!address.empty()) {
        const auto dash = address.find('-');
        endpoint.address = parse_address(address.substr(0, dash));
        endpoint.address_range = dash != std::string_view::npos;
        if (!endpoint.address || endpoint.address->family != family) return std::nullopt;
        if (endpoint.address_range) {
            const auto last = parse_address(address.substr(dash + 1));
            if (!last || last->family != family) return std::nullopt;
            endpoint.address_range = last->value != endpoint.address->value;
            endpoint.last = *last;
        }
    }
    if (!ports.empty()) {
        endpoint.port = parse_port(ports);  // a name may have a hyphen
        if (endpoint.port) return endpoint;
        ports = ports.substr(0, ports.find('/'));
        const auto dash = ports.find('-');
        if (dash == std::string_view::npos) return std::nullopt;
        const auto first = parse_number(ports.substr(0, dash), 65535);
        const auto last = parse_number(ports.substr(dash + 1), 65535);
        if (!first || !last || *last < *first) return std::nullopt;
        endpoint.port = static_cast<std::uint16_t>(*first);
        endpoint.port_range = *last != *first;
    }
    return endpoint;
}

TargetEffect lower_target(RuleScope& scope, const std::unordered_map<std::string_view, RulesetIndex>& chain_index) {
    TargetEffect effect;
    const std::string_view name = scope.rule.target.text;
    if (name.empty()) return effect;
    if (const auto chain = chain_index.find(name); chain != chain_index.end() && !scope.rule.target_extension) {
        if (scope.rule.go)
            effect.actions.emplace_back(Goto{chain->second});
        else
            effect.actions.emplace_back(Jump{chain->second});
        return effect;
    }
    if (name == "ACCEPT") {
        effect.actions.emplace_back(Decide{Verdict::permit, ""});
        return effect;
    }
    if (name == "DROP") {
        if (scope.table.name == TableName::nat) {
            refuse_target(scope, "the nat table does not filter: DROP is refused there");
        } else {
            effect.actions.emplace_back(Decide{Verdict::deny, ""});
        }
        return effect;
    }
    if (name == "RETURN") {
        effect.actions.emplace_back(Return{});
        return effect;
    }
    const Extension* extension = scope.rule.target_extension;
    if (!extension) {
        refuse_target(scope, fmt::format("'{}' is no target and no chain", name));
        return effect;
    }
    effect.logs = name == "LOG" || name == "NFLOG" || name == "ULOG";
    if (name == "REJECT") {
        lower_reject(scope, effect);
    } else if (name == "MARK") {
        lower_mark_target(scope, Register::packet_mark, effect);
    } else if (name == "CONNMARK") {
        lower_mark_target(scope, Register::connection_mark, effect);
    } else if (name == "NOTRACK" || name == "CT") {
        if (scope.table.name != TableName::raw) {
            refuse_target(scope, fmt::format("{} works in the raw table only", name));
        } else {
            lower_tracking(scope, name == "NOTRACK" || find_option(scope.rule, OptionId::notrack), effect);
        }
    } else if (name == "DNAT" || name == "SNAT" || name == "MASQUERADE" || name == "REDIRECT" || name == "NETMAP") {
        lower_translation(scope, name, effect);
    } else if (name == "NFQUEUE" || name == "QUEUE" || name == "TPROXY" || name == "SYNPROXY") {
        unknown_verdict(scope, name, extension->why, effect);
    } else if (name == "CLUSTERIP") {
        effect.actions.emplace_back(Decide{Verdict::deny, ""});
        effect.match_unknown = true;
    } else if (name == "DNPT") {
        Translate translate;
        translate.destination.address_unknown = true;
        effect.actions.emplace_back(translate);
    } else if (name == "SNPT" && (scope.hooks & kInput) != 0) {  // behind the other hooks nothing tests the source
        Translate translate;
        translate.source.address_unknown = true;
        effect.actions.emplace_back(translate);
    }
    return effect;
}

}  // namespace fwproof::iptables
