#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "vendor/iptables/lower.hpp"
#include "vendor/iptables/values.hpp"

namespace fwproof::iptables {

namespace {

constexpr std::size_t kMostTerms = 64;

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
std::span<const std::uint8_t> protocols_of(std::string_view match) {
    static constexpr auto kPorts = std::to_array<std::uint8_t>({kTcp, kUdp, kUdpLite, kSctp, kDccp});
    static constexpr auto kDatagrams = std::to_array<std::uint8_t>({kUdp, kUdpLite});
    struct Single {
        std::string_view match;
        std::uint8_t protocol;
    };
    static constexpr auto kSingles = std::to_array<Single>({{"tcp", kTcp},
                                                            {"tcpmss", kTcp},
                                                            {"icmp", kIcmp},
                                                            {"icmp6", kIcmp6},
                                                            {"sctp", kSctp},
                                                            {"dccp", kDccp},
                                                            {"esp", 50},
                                                            {"ipcomp", 108},
                                                            {"mh", 135},
                                                            {"ah", 51}});
    if (match == "multiport") return kPorts;
    if (match == "udp") return kDatagrams;
    for (const auto& single : kSingles) {
        if (single.match == match) return {&single.protocol, 1};
    }
    return {};
}

IntervalSet<std::uint8_t> flag_bytes(std::uint8_t mask, std::uint8_t wanted, bool negated) {
    std::vector<Interval<std::uint8_t>> bytes;
    for (unsigned byte = 0; byte < 256; ++byte) {
        if (((byte & mask) == wanted) != negated)
            bytes.push_back({static_cast<std::uint8_t>(byte), static_cast<std::uint8_t>(byte)});
    }
    return IntervalSet<std::uint8_t>(std::move(bytes));
}

template <class T>
void narrow(IntervalSet<T>& values, IntervalSet<T> by) {
    values = values.is_all() ? std::move(by) : values & by;
}

// Several terms only where --ports asks for either side.
using Terms = std::vector<ServiceTerm>;

template <class T>
void narrow_all(Terms& terms, IntervalSet<T> ServiceTerm::*part, IntervalSet<T> by) {
    for (std::size_t i = 0; i + 1 < terms.size(); ++i) narrow(terms[i].*part, by);
    narrow(terms.back().*part, std::move(by));
}

constexpr std::uint8_t kAuthentication = 51;

bool is_extension_header(std::uint8_t protocol) {
    return protocol == 43 || protocol == 44 || protocol == kAuthentication || protocol == 60;
}

// ip6tables looks behind extension headers, so none of these is ever the protocol; but iptables-nft stops at an
// authentication header.
enum class HeaderTest : std::uint8_t { plain, never_found, backend_decides };

HeaderTest header_test(const RuleScope& scope, std::uint8_t protocol) {
    if (scope.family() == Family::v4 || !is_extension_header(protocol)) return HeaderTest::plain;
    if (protocol != kAuthentication || scope.table.backend == Backend::legacy) return HeaderTest::never_found;
    return scope.table.backend == Backend::nft ? HeaderTest::plain : HeaderTest::backend_decides;
}

ProtocolSet tested_protocols(std::uint8_t protocol, bool negated) {
    const ProtocolSet one = ProtocolSet::of(protocol);
    return negated ? one.complement() : one;
}

Alternative of_protocols(ProtocolSet protocols, bool sure) {
    ServiceTerm term;
    term.protocols = std::move(protocols);
    Alternative alternative;
    alternative.match.header.services = share(ServiceSet{{std::move(term)}});
    alternative.sure = sure;
    return alternative;
}

// What the tests of extension headers come to, beside the services of the rule.
void tell_headers(RuleScope& scope) {
    for (const auto& option : scope.rule.options) {
        if (option.spec->id != OptionId::protocol) continue;
        const auto protocol = parse_protocol_word(option.value.text);
        if (!protocol) continue;
        const SourceSpan at = scope.span(option);
        switch (header_test(scope, *protocol)) {
            case HeaderTest::plain: break;
            case HeaderTest::never_found:
                scope.lowering.policy.notes.push_back(
                    {NoteKind::information,
                     fmt::format("ip6tables looks behind extension headers: '-p {}' {}", option.value.text,
                                 option.negated ? "leaves no packet out" : "matches no packet"),
                     "-m ipv6header, rt, frag, ah, dst and hbh look at these headers", at});
                break;
            case HeaderTest::backend_decides: {
                std::vector<Alternative> either;
                if (option.negated) either.push_back(of_protocols(tested_protocols(*protocol, true), true));
                either.push_back(of_protocols(ProtocolSet::of(*protocol), false));
                scope.draft.unions.push_back(std::move(either));
                scope.draft.conditions.push_back({ConditionKind::other, "the back end that loads the rule", at});
                scope.notes.push_back({NoteKind::unmodelled_condition,
                                       "iptables-legacy looks behind an authentication header, iptables-nft does not",
                                       "the line '# Generated by ip6tables-save' says which one it is", at});
            }
        }
    }
}

// Narrows every term by one option. False: refused, and reported.
bool apply(RuleScope& scope, const OptionAst& option, Terms& terms) {
    const std::string_view text = option.value.text;
    switch (option.spec->id) {
        case OptionId::protocol: {
            const auto protocol = parse_protocol_word(text);
            if (!protocol) {
                scope.refuse(option, fmt::format("unknown protocol '{}'", text));
                return false;
            }
            if (*protocol == 0) {
                if (option.negated) scope.refuse(option, "'! -p all' matches no packet");
                return !option.negated;
            }
            switch (header_test(scope, *protocol)) {
                case HeaderTest::plain:
                    narrow_all(terms, &ServiceTerm::protocols, tested_protocols(*protocol, option.negated));
                    break;
                case HeaderTest::never_found:
                    if (!option.negated) narrow_all(terms, &ServiceTerm::protocols, ProtocolSet());
                    break;
                case HeaderTest::backend_decides: break;  // told beside
            }
            return true;
        }
        case OptionId::source_port:
        case OptionId::destination_port: {
            const std::string_view match =
                option.match == kNoExtension ? std::string_view() : scope.rule.matches[option.match]->name;
            const bool decimal = match == "udp" || match == "dccp";
            auto ports = parse_port_range(text, decimal ? PortDigits::decimal : PortDigits::any_base);
            if (!ports) {
                scope.refuse(option, fmt::format("'{}' is no port or ascending range", text),
                             text.find(',') == std::string_view::npos ? "" : "lists need -m multiport --dports");
                return false;
            }
            if (option.negated) ports = ports->complement();
            const bool source = option.spec->id == OptionId::source_port;
            narrow_all(terms, source ? &ServiceTerm::source_ports : &ServiceTerm::destination_ports, std::move(*ports));
            return true;
        }
        case OptionId::multi_source:
        case OptionId::multi_destination:
        case OptionId::multi_any: {
            std::string reason;
            auto ports = parse_port_list(text, reason);
            if (!ports) {
                scope.refuse(option, fmt::format("'{}' {}", text, reason));
                return false;
            }
            if (option.negated) ports = ports->complement();
            Terms either;
            for (auto& term : terms) {
                if (option.spec->id == OptionId::multi_any && !option.negated) {
                    either.push_back(term);
                    narrow(either.back().destination_ports, *ports);
                }
                if (option.spec->id != OptionId::multi_destination) narrow(term.source_ports, *ports);
                const bool neither = option.spec->id == OptionId::multi_any && option.negated;
                if (option.spec->id == OptionId::multi_destination || neither) narrow(term.destination_ports, *ports);
            }
            std::move(either.begin(), either.end(), std::back_inserter(terms));
            if (terms.size() > kMostTerms) {
                scope.refuse(option, fmt::format("more than {} combinations of port lists in one rule", kMostTerms));
                return false;
            }
            return true;
        }
        case OptionId::icmp_type: {
            auto types = parse_icmp_type(text, scope.family());
            if (!types) {
                scope.refuse(option, fmt::format("'{}' is no ICMP type", text));
                return false;
            }
            if (option.negated) types = types->complement();
            narrow_all(terms, &ServiceTerm::icmp, std::move(*types));
            return true;
        }
        case OptionId::syn:
            narrow_all(terms, &ServiceTerm::tcp_flags, flag_bytes(kFin | kSyn | kRst | kAck, kSyn, option.negated));
            return true;
        case OptionId::tcp_flags: {
            const auto mask = parse_tcp_flag_list(text);
            const auto wanted = parse_tcp_flag_list(option.second.text);
            if (!mask || !wanted) {
                scope.refuse(option, fmt::format("'{} {}' are no TCP flags", text, option.second.text));
                return false;
            }
            narrow_all(terms, &ServiceTerm::tcp_flags, flag_bytes(*mask, *wanted, option.negated));
            return true;
        }
        default: return true;
    }
}

bool is_empty(const ServiceTerm& term) {
    return term.protocols.empty() || term.source_ports.empty() || term.destination_ports.empty() || term.icmp.empty() ||
           term.tcp_flags.empty();
}

bool check_matches(RuleScope& scope) {
    for (std::size_t i = 0; i < scope.rule.matches.size(); ++i) {
        const std::string_view name = scope.rule.matches[i]->name;
        const bool tcp_bits =
            name == "ecn" &&
            std::any_of(scope.rule.options.begin(), scope.rule.options.end(), [&](const OptionAst& option) {
                return option.match == i && option.spec->name.starts_with("ecn-tcp");
            });
        const auto allowed = protocols_of(tcp_bits ? "tcp" : name);
        if (allowed.empty() || (name == "ah" && scope.family() == Family::v6)) continue;
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
    key = scope.family() == Family::v4             ? "4"
          : scope.table.backend == Backend::legacy ? "6l"
          : scope.table.backend == Backend::nft    ? "6n"
                                                   : "6";
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
    if (const ServiceSetRef* known = scope.lowering.services.find(key)) {
        scope.draft.base.header.services = *known;
    } else {
        std::string own_key = key;
        Terms terms(1);
        for (const auto& option : scope.rule.options) {
            if (is_service_option(option.spec->id) && !apply(scope, option, terms)) return;
        }
        std::erase_if(terms, is_empty);
        ServiceSetRef services;
        if (terms.size() != 1 || !terms[0].is_all()) services = share(ServiceSet{std::move(terms)});
        scope.lowering.services.add(std::move(own_key), services);
        scope.draft.base.header.services = services;
    }
    if (scope.family() == Family::v6) tell_headers(scope);
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
