#include <fmt/format.h>

#include <algorithm>

#include "vendor/iptables/lower.hpp"
#include "vendor/iptables/values.hpp"

namespace fwproof::iptables {

namespace {

bool is_service_option(OptionId id) {
    switch (id) {
        case OptionId::protocol:
        case OptionId::source_port:
        case OptionId::destination_port:
        case OptionId::tcp_flags:
        case OptionId::syn:
        case OptionId::multi_source:
        case OptionId::multi_destination:
        case OptionId::multi_any:
        case OptionId::icmp_type: return true;
        default: return false;
    }
}

// The protocols that a match can stand with; none: any.
std::vector<std::uint8_t> protocols_of(std::string_view match) {
    if (match == "tcp" || match == "tcpmss") return {kTcp};
    if (match == "udp") return {kUdp, kUdpLite};
    if (match == "icmp") return {kIcmp};
    if (match == "icmp6") return {kIcmp6};
    if (match == "sctp") return {kSctp};
    if (match == "dccp") return {kDccp};
    if (match == "esp") return {50};
    if (match == "ah") return {51};
    if (match == "multiport") return {kTcp, kUdp, kUdpLite, kSctp, kDccp};
    return {};
}

ServiceSet protocol_only(std::optional<std::uint8_t> protocol) {
    ServiceTerm term;
    if (protocol) term.protocols = ProtocolSet::of(*protocol);
    return {{term}};
}

ServiceSet flags_term(std::uint8_t mask, std::uint8_t wanted, bool negated) {
    std::vector<Interval<std::uint8_t>> bytes;
    for (unsigned byte = 0; byte < 256; ++byte) {
        if (((byte & mask) == wanted) != negated) bytes.push_back({static_cast<std::uint8_t>(byte), static_cast<std::uint8_t>(byte)});
    }
    ServiceTerm term;
    term.tcp_flags = IntervalSet<std::uint8_t>(std::move(bytes));
    return {{term}};
}

// One option as a set of services of the protocol that the rule has anyway. Nothing: refused, and reported.
std::optional<ServiceSet> option_services(RuleScope& scope, const OptionAst& option) {
    const std::string_view text = option.value.text;
    ServiceSet set;
    const auto ports_term = [&](PortSet ports, bool source) {
        ServiceTerm term;
        (source ? term.source_ports : term.destination_ports) = std::move(ports);
        return term;
    };
    switch (option.spec->id) {
        case OptionId::protocol: {
            const auto protocol = parse_protocol_word(text);
            if (!protocol) {
                scope.refuse(option, fmt::format("unknown protocol '{}'", text));
                return std::nullopt;
            }
            if (*protocol == 0) {
                if (option.negated) {
                    scope.refuse(option, "'! -p all' matches no packet");
                    return std::nullopt;
                }
                return ServiceSet{{ServiceTerm{}}};
            }
            ServiceTerm term;
            term.protocols = ProtocolSet::of(*protocol);
            if (option.negated) term.protocols = term.protocols.complement();
            return ServiceSet{{term}};
        }
        case OptionId::source_port:
        case OptionId::destination_port: {
            auto ports = parse_port_range(text);
            if (!ports) {
                scope.refuse(option, fmt::format("'{}' is no port or ascending range", text),
                             text.find(',') == std::string_view::npos ? "" : "lists need -m multiport --dports");
                return std::nullopt;
            }
            if (option.negated) ports = ports->complement();
            return ServiceSet{{ports_term(std::move(*ports), option.spec->id == OptionId::source_port)}};
        }
        case OptionId::multi_source:
        case OptionId::multi_destination:
        case OptionId::multi_any: {
            std::string reason;
            auto ports = parse_port_list(text, reason);
            if (!ports) {
                scope.refuse(option, fmt::format("'{}' {}", text, reason));
                return std::nullopt;
            }
            if (option.negated) ports = ports->complement();
            if (option.spec->id != OptionId::multi_any) {
                return ServiceSet{{ports_term(std::move(*ports), option.spec->id == OptionId::multi_source)}};
            }
            if (!option.negated) return ServiceSet{{ports_term(*ports, true), ports_term(*ports, false)}};
            ServiceTerm neither = ports_term(*ports, true);
            neither.destination_ports = *ports;
            return ServiceSet{{neither}};
        }
        case OptionId::icmp_type: {
            auto types = parse_icmp_type(text, scope.family());
            if (!types) {
                scope.refuse(option, fmt::format("'{}' is no ICMP type", text));
                return std::nullopt;
            }
            ServiceTerm term;
            term.icmp = option.negated ? types->complement() : *types;
            return ServiceSet{{term}};
        }
        case OptionId::syn: return flags_term(kFin | kSyn | kRst | kAck, kSyn, option.negated);
        case OptionId::tcp_flags: {
            const auto mask = parse_tcp_flag_list(text);
            const auto wanted = parse_tcp_flag_list(option.second.text);
            if (!mask || !wanted) {
                scope.refuse(option, fmt::format("'{} {}' are no TCP flags", text, option.second.text));
                return std::nullopt;
            }
            return flags_term(*mask, *wanted, option.negated);
        }
        default: return ServiceSet{{ServiceTerm{}}};
    }
}

bool check_matches(RuleScope& scope) {
    for (std::size_t i = 0; i < scope.rule.matches.size(); ++i) {
        const std::string_view name = scope.rule.matches[i]->name;
        const auto allowed = protocols_of(name);
        if (allowed.empty()) continue;
        const auto protocol = required_protocol(scope.rule);
        if (protocol && std::find(allowed.begin(), allowed.end(), *protocol) != allowed.end()) continue;
        std::string names;
        for (const auto each : allowed) names += fmt::format("{}-p {}", names.empty() ? "" : ", ", protocol_name(each));
        scope.issue = Issue{fmt::format("-m {} needs {}", name, names), "", scope.rule.offset, scope.rule.length};
        return false;
    }
    return true;
}

}  // namespace

std::optional<std::uint8_t> required_protocol(const RuleAst& rule) {
    for (const auto& option : rule.options) {
        if (option.spec->id != OptionId::protocol || option.negated) continue;
        const auto protocol = parse_protocol_word(option.value.text);
        if (protocol && *protocol != 0) return protocol;
    }
    return std::nullopt;
}

void lower_service(RuleScope& scope) {
    if (!scope.rule.matches.empty() && !check_matches(scope)) return;
    std::string& key = scope.lowering.key;
    key = scope.family() == Family::v4 ? "4" : "6";
    bool any = false;
    for (const auto& option : scope.rule.options) {
        if (!is_service_option(option.spec->id)) continue;
        any = true;
        key += static_cast<char>(option.spec->id);
        key += option.negated ? '!' : ' ';
        key += option.value.text;
        if (option.spec->arguments == 2) (key += ' ') += option.second.text;
        key += '\n';
    }
    if (!any) return;
    const auto known = scope.lowering.services.find(key);
    if (known != scope.lowering.services.end()) {
        scope.draft.base.header.services = known->second;
    } else {
        const std::string own_key = key;
        ServiceSetRef services = share(protocol_only(std::nullopt));
        const auto protocol = required_protocol(scope.rule);
        for (const auto& option : scope.rule.options) {
            if (!is_service_option(option.spec->id)) continue;
            auto set = option_services(scope, option);
            if (!set) return;
            // A type or port of no use for the rule's protocol would widen it: "any" of ICMP is still ICMP.
            if (option.spec->id != OptionId::protocol && protocol) {
                for (auto& term : set->terms) term.protocols = ProtocolSet::of(*protocol);
            }
            services = intersect(services, share(std::move(*set)));
        }
        if (services->terms.size() == 1 && services->terms[0].is_all()) services = nullptr;
        scope.lowering.services.emplace(own_key, services);
        scope.draft.base.header.services = services;
    }
    if (scope.facts().tracking) return;
    // Without connection tracking later fragments arrive; tests of the transport header never match them.
    for (const auto* match : scope.rule.matches) {
        const auto protocols = protocols_of(match->name);
        if (protocols.empty()) continue;
        add_field(scope.draft.base.header, Field::fragment, IntervalSet<std::uint64_t>::of(0));
        break;
    }
}

}  // namespace fwproof::iptables
