// Protocols, ports and ICMP types. Port words are looked up per protocol, so a group of protocols with one port operand
// gives one term per protocol.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "fwproof/base/result.hpp"
#include "vendor/asa/literals.hpp"
#include "vendor/asa/resolve.hpp"

namespace fwproof::asa {

namespace {

Doubt syntax(std::string message, std::string hint, std::string_view words) {
    return {NoteKind::unparsed_line, ConditionKind::syntax, std::string(words),
            std::move(message),      std::move(hint),       {}};
}

Services unknown_service(ServiceSetRef possibly, Doubt doubt) {
    static const ServiceSetRef kNone = share(ServiceSet{});
    return {kNone, std::move(possibly), {std::move(doubt)}};
}

ServiceTerm term_of(std::uint8_t protocol) {
    ServiceTerm term;
    term.protocols = ProtocolSet::of(protocol);
    return term;
}

Doubt bad_port(std::string_view word, std::uint8_t protocol) {
    const std::string known = port_word_protocols(word);
    if (!known.empty()) {
        return syntax(fmt::format("'{}' is no {} port", word, protocol_name(protocol)),
                      fmt::format("the word exists only for {}", known), word);
    }
    const auto near = did_you_mean(word, port_words(protocol));
    return syntax(fmt::format("'{}' is not a port", word),
                  near ? fmt::format("did you mean '{}'?", *near) : "a number from 0 to 65535", word);
}

}  // namespace

namespace {

// What all groups of a device may hold together, in ranges of addresses; a service takes the memory of twenty.
constexpr std::size_t kMaxIntervals = 20'000'000, kIntervalsOfService = 20;

// Keeps the first of equal terms, in the order given: groups within groups may say the same many times.
void keep_each_once(std::vector<ServiceTerm>& terms) {
    const auto value = [](const ServiceTerm& t) {
        return std::tie(t.protocols, t.source_ports, t.destination_ports, t.icmp, t.tcp_flags);
    };
    const auto less = [&](std::size_t a, std::size_t b) { return value(terms[a]) < value(terms[b]); };
    std::set<std::size_t, decltype(less)> first(less);
    for (std::size_t i = 0; i < terms.size(); ++i) first.insert(i);
    if (first.size() == terms.size()) return;
    std::vector<std::size_t> kept(first.begin(), first.end());
    std::sort(kept.begin(), kept.end());
    std::vector<ServiceTerm> once;
    once.reserve(kept.size());
    for (const std::size_t i : kept) once.push_back(std::move(terms[i]));
    terms = std::move(once);
}

}  // namespace

std::optional<PortSet> Resolver::ports(const PortOperand& operand, std::uint8_t protocol, Doubt& doubt) const {
    const auto first = port_of(operand.first, protocol);
    if (!first) {
        doubt = bad_port(operand.first, protocol);
        return std::nullopt;
    }
    switch (operand.kind) {
        case PortOperand::Kind::eq: return PortSet::of(*first);
        case PortOperand::Kind::neq: return PortSet::of(*first).complement();
        case PortOperand::Kind::lt:
            return *first == 0 ? PortSet{} : PortSet::range(0, static_cast<std::uint16_t>(*first - 1));
        case PortOperand::Kind::gt:
            return *first == 65535 ? PortSet{} : PortSet::range(static_cast<std::uint16_t>(*first + 1), 65535);
        case PortOperand::Kind::range: {
            const auto last = port_of(operand.second, protocol);
            if (!last) {
                doubt = bad_port(operand.second, protocol);
                return std::nullopt;
            }
            if (*last < *first) {
                doubt = syntax("the port range ends before it begins", "write the lower port first",
                               fmt::format("range {} {}", operand.first, operand.second));
                return std::nullopt;
            }
            return PortSet::range(*first, *last);
        }
        default: return PortSet::all();
    }
}

// The terms of one member that surely belong to it; what is doubtful is only in `doubts`.
void Resolver::add_terms(const ServiceMember& member, const Definition& owner, std::vector<ServiceTerm>& terms,
                         std::vector<Doubt>& doubts) const {
    Doubt doubt;
    const auto fill = [&](ServiceTerm term, std::uint8_t protocol) {
        for (const bool source : {true, false}) {
            const PortOperand& operand = source ? member.source_port : member.destination_port;
            if (operand.kind == PortOperand::Kind::none) continue;
            const auto set = ports(operand, protocol, doubt);
            if (!set) return doubts.push_back(doubt);
            (source ? term.source_ports : term.destination_ports) = *set;
        }
        terms.push_back(std::move(term));
    };
    if (owner.kind == DefinitionKind::port_group) {
        if (owner.tcp && owner.udp && !port_of_both(member.destination_port.first)) {
            return doubts.push_back(
                syntax(fmt::format("'{}' is no port of both tcp and udp", member.destination_port.first), "",
                       member.destination_port.first));
        }
        if (owner.tcp) fill(term_of(kTcp), kTcp);
        if (owner.udp) fill(term_of(kUdp), kUdp);
        return;
    }
    if (owner.kind == DefinitionKind::icmp_group) {
        // The types of a group are read for the protocol of the rule that uses it; the words are the same for both.
        for (const std::uint8_t protocol : {kIcmp, kIcmp6}) {
            if (const auto type = icmp_type_of(member.icmp.type, protocol)) {
                ServiceTerm term = term_of(protocol);
                term.icmp = icmp_type(*type);
                terms.push_back(std::move(term));
            } else if (protocol == kIcmp && !icmp_type_of(member.icmp.type, kIcmp6)) {
                const auto near = did_you_mean(member.icmp.type, icmp_words(kIcmp));
                doubts.push_back(syntax(fmt::format("'{}' is not an ICMP type", member.icmp.type),
                                        near ? fmt::format("did you mean '{}'?", *near) : "", member.icmp.type));
            }
        }
        return;
    }
    if (member.protocol.kind == ProtocolOperand::Kind::ip) {
        terms.emplace_back();
        return;
    }
    const std::uint8_t protocol = member.protocol.number;
    if (member.icmp.kind == IcmpOperand::Kind::type) {
        ServiceTerm term = term_of(protocol);
        const auto type = icmp_type_of(member.icmp.type, protocol);
        const auto code = parse_decimal(member.icmp.code, 255);
        if (type) term.icmp = code ? icmp_code(*type, static_cast<std::uint8_t>(*code)) : icmp_type(*type);
        terms.push_back(std::move(term));
        return;
    }
    fill(term_of(protocol), protocol);
    if (member.tcp_udp) fill(term_of(kUdp), kUdp);
}

void Resolver::resolve_service(const Definition& definition, Resolved& resolved) {
    std::vector<ServiceTerm> terms;
    std::set<std::string_view> inside;  // groups and objects that are in `terms`
    auto& doubts = resolved.services.doubts;
    for (const auto& member : definition.services) {
        std::vector<Doubt> own;
        if (member.kind == ServiceMember::Kind::terms) {
            add_terms(member, definition, terms, own);
        } else {
            used_.insert(member.name);
            const auto found = config_.definition_index.find(member.name);
            if (found == config_.definition_index.end()) {
                own.push_back(
                    undefined(member.kind == ServiceMember::Kind::object ? "object" : "object group", member.name));
            } else if (!resolved_[found->second].done) {
                own.push_back({NoteKind::conflicting_definition,
                               ConditionKind::reference,
                               std::string(member.name),
                               fmt::format("the group '{}' contains itself", member.name),
                               "remove one of the members",
                               {}});
            } else {
                const Definition& other = config_.definitions[found->second];
                const bool fits =
                    member.kind == ServiceMember::Kind::object
                        ? other.kind == DefinitionKind::service_object
                        : other.kind == definition.kind && other.tcp == definition.tcp && other.udp == definition.udp;
                const Services& inner = resolved_[found->second].services;
                if (!fits || other.conflicting) {
                    own.push_back({NoteKind::unparsed_line,
                                   ConditionKind::reference,
                                   std::string(member.name),
                                   fmt::format("'{}' is no member for this kind of group", member.name),
                                   "",
                                   {}});
                } else if (inside.insert(member.name).second) {
                    const std::size_t more = inner.surely ? inner.surely->terms.size() : 1;
                    if (intervals_ + (terms.size() + more) * kIntervalsOfService > kMaxIntervals) {
                        own.push_back({NoteKind::unmodelled_condition,
                                       ConditionKind::other,
                                       "too many services in groups",
                                       "the groups of this export hold too many services together",
                                       "",
                                       {}});
                    } else if (inner.surely) {
                        terms.insert(terms.end(), inner.surely->terms.begin(), inner.surely->terms.end());
                    } else {
                        terms.emplace_back();
                    }
                    for (Doubt doubt : inner.doubts) own.push_back(std::move(doubt));
                }
            }
        }
        for (auto& doubt : own) {
            if (!doubt.noted) note(doubt, member.place);
            doubt.noted = true;
            if (doubt.place.length == 0) doubt.place = member.place;
            if (doubts.size() < 16) doubts.push_back(std::move(doubt));
        }
    }
    for (const Place place : definition.unreadable) {
        doubts.push_back({NoteKind::unparsed_line, ConditionKind::syntax,
                          std::string(span_of(*config_.source, place).text()), "", "", place, true});
    }
    keep_each_once(terms);
    intervals_ += terms.size() * kIntervalsOfService;
    const bool services =
        definition.kind != DefinitionKind::user_group && definition.kind != DefinitionKind::security_group &&
        definition.kind != DefinitionKind::network_service_group && definition.kind != DefinitionKind::unknown;
    if (services && definition.services.empty() && doubts.empty()) {
        policy_.notes.push_back({NoteKind::empty_group,
                                 fmt::format("'{}' is empty and matches nothing", definition.name), "",
                                 span_of(*config_.source, definition.place)});
    }
    if (!services) {
        doubts.push_back({NoteKind::unmodelled_condition, ConditionKind::other, std::string(definition.name), "", "",
                          definition.place, true});
    }
    const bool everything =
        std::any_of(terms.begin(), terms.end(), [](const ServiceTerm& term) { return term.is_all(); });
    resolved.services.surely = everything ? nullptr : share(ServiceSet{std::move(terms)});
    resolved.services.possibly = doubts.empty() ? resolved.services.surely : nullptr;
    if (definition.kind == DefinitionKind::port_group && !doubts.empty()) {
        ServiceSet outer;
        if (definition.tcp) outer.terms.push_back(term_of(kTcp));
        if (definition.udp) outer.terms.push_back(term_of(kUdp));
        resolved.services.possibly = share(std::move(outer));
    }
}

const Services* Resolver::service_object(std::string_view name) const {
    const auto found = config_.definition_index.find(name);
    if (found == config_.definition_index.end() || config_.definitions[found->second].conflicting) return nullptr;
    return &resolved_[found->second].services;
}

namespace {

std::string service_key(const Ace& ace) {
    std::string key;
    key.reserve(64);
    const auto add = [&](int kind, std::string_view a, std::string_view b) {
        key += static_cast<char>(kind);
        key += a;
        key += ' ';
        key += b;
        key += '\n';
    };
    add(static_cast<int>(ace.protocol.kind), ace.protocol.name, std::string_view());
    key += static_cast<char>(ace.protocol.number);
    add(static_cast<int>(ace.source_port.kind), ace.source_port.first, ace.source_port.second);
    add(static_cast<int>(ace.destination_port.kind), ace.destination_port.first, ace.destination_port.second);
    add(static_cast<int>(ace.icmp.kind), ace.icmp.type, ace.icmp.code);
    return key;
}

}  // namespace

const Services& Resolver::services(const Ace& ace) {
    std::string key = service_key(ace);
    const Services* known = services_.find(key);
    return known ? *known : services_.add(std::move(key), make_services(ace));
}

Services Resolver::make_services(const Ace& ace) {
    const bool has_operand = ace.source_port.kind != PortOperand::Kind::none ||
                             ace.destination_port.kind != PortOperand::Kind::none ||
                             ace.icmp.kind != IcmpOperand::Kind::none;
    const auto mismatch = [&](ServiceSetRef outer, std::string_view name, std::string message) {
        return unknown_service(
            std::move(outer),
            {NoteKind::unparsed_line, ConditionKind::reference, std::string(name), std::move(message), "", {}});
    };
    std::vector<std::uint8_t> protocols;
    std::vector<std::uint8_t> portless;  // members of a protocol group that a port operand cannot apply to
    bool every_protocol = false;
    Services result;
    switch (ace.protocol.kind) {
        case ProtocolOperand::Kind::unknown:
            return unknown_service(
                nullptr,
                {NoteKind::unparsed_line, ConditionKind::syntax, "", "the protocol is not legible", "", {}, true});
        case ProtocolOperand::Kind::ip:
            if (!has_operand) return {};
            return unknown_service(
                nullptr, syntax("only tcp, udp and sctp have ports", "name the protocol instead of 'ip'", "ip"));
        case ProtocolOperand::Kind::number:
            if (ace.protocol.number == 0) {
                Services zero = unknown_service(nullptr, syntax("protocol 0 may be read as 'ip' or as number 0",
                                                                "write 'ip' for every protocol", "0"));
                zero.surely = service(0);
                return zero;
            }
            protocols.push_back(ace.protocol.number);
            break;
        case ProtocolOperand::Kind::object:
        case ProtocolOperand::Kind::group: {
            const std::string_view name = ace.protocol.name;
            used_.insert(name);
            const auto found = config_.definition_index.find(name);
            if (found == config_.definition_index.end()) {
                return unknown_service(
                    nullptr,
                    undefined(ace.protocol.kind == ProtocolOperand::Kind::object ? "object" : "object group", name));
            }
            const Definition& definition = config_.definitions[found->second];
            const bool object = ace.protocol.kind == ProtocolOperand::Kind::object;
            const bool service = object ? definition.kind == DefinitionKind::service_object
                                        : definition.kind == DefinitionKind::service_group;
            if (definition.conflicting || (!service && (object || definition.kind != DefinitionKind::protocol_group))) {
                return mismatch(nullptr, name, fmt::format("'{}' is no service or protocol", name));
            }
            const Services& inner = resolved_[found->second].services;
            if (service) {
                if (!has_operand) return inner;
                return mismatch(inner.possibly, name, fmt::format("'{}' holds services, a port cannot follow", name));
            }
            if (!inner.exact() || !has_operand) return inner;
            if (!inner.surely) {
                every_protocol = true;
            } else {
                for (const auto& term : inner.surely->terms) {
                    for (const auto& interval : term.protocols.intervals()) protocols.push_back(interval.first);
                }
            }
            break;
        }
    }
    std::erase_if(protocols, [&](std::uint8_t protocol) {
        const bool keeps =
            protocol == kTcp || protocol == kUdp || protocol == kSctp || has_icmp_type(protocol) || !has_operand;
        if (!keeps) portless.push_back(protocol);
        return !keeps;
    });
    if (every_protocol || !portless.empty() ||
        (ace.protocol.kind == ProtocolOperand::Kind::group &&
         std::any_of(protocols.begin(), protocols.end(), has_icmp_type))) {
        if (ace.protocol.kind == ProtocolOperand::Kind::number) {
            return unknown_service(service(ace.protocol.number),
                                   syntax("only tcp, udp and sctp have ports", "", protocol_name(ace.protocol.number)));
        }
        return mismatch(nullptr, ace.protocol.name,
                        fmt::format("'{}' holds protocols without ports, but a port follows", ace.protocol.name));
    }

    ServiceSet surely, possibly;
    for (const std::uint8_t protocol : protocols) {
        ServiceTerm term = term_of(protocol);
        ServiceTerm outer = term;
        bool certain = true;
        for (const bool source : {true, false}) {
            const PortOperand& operand = source ? ace.source_port : ace.destination_port;
            if (operand.kind == PortOperand::Kind::none) continue;
            PortSet set = PortSet::all();
            PortSet widest = PortSet::all();
            if (operand.kind == PortOperand::Kind::unknown) {
                certain = false;
                result.doubts.push_back(
                    {NoteKind::unparsed_line, ConditionKind::syntax, "", "the ports are not legible", "", {}, true});
            } else if (operand.kind == PortOperand::Kind::group) {
                used_.insert(operand.first);
                const auto found = config_.definition_index.find(operand.first);
                const Definition* definition =
                    found == config_.definition_index.end() ? nullptr : &config_.definitions[found->second];
                if (!definition) {
                    certain = false;
                    result.doubts.push_back(undefined("object group", operand.first));
                } else if (definition->conflicting ||
                           (definition->kind != DefinitionKind::port_group &&
                            definition->kind != DefinitionKind::service_group) ||
                           (definition->kind == DefinitionKind::port_group &&
                            !((protocol == kTcp && definition->tcp) || (protocol == kUdp && definition->udp)))) {
                    certain = false;
                    result.doubts.push_back(
                        {NoteKind::unparsed_line,
                         ConditionKind::reference,
                         std::string(operand.first),
                         fmt::format("'{}' holds no {} ports", operand.first, protocol_name(protocol)),
                         "name a group of that protocol's ports",
                         {}});
                } else {
                    const Services& inner = resolved_[found->second].services;
                    std::vector<Interval<std::uint16_t>> intervals;
                    bool fits = true;
                    for (const auto& inner_term : inner.surely ? inner.surely->terms : std::vector<ServiceTerm>(1)) {
                        if (inner_term.protocols.contains(protocol) &&
                            inner_term.protocols.intervals()[0].first == protocol && inner_term.source_ports.is_all()) {
                            const auto& more = inner_term.destination_ports.intervals();
                            intervals.insert(intervals.end(), more.begin(), more.end());
                        } else if (definition->kind == DefinitionKind::service_group) {
                            fits = false;  // a mixed group fits here only when all of it is this protocol's destination
                                           // ports
                        }
                    }
                    set = PortSet(std::move(intervals));
                    if (!fits) {
                        certain = false;
                        result.doubts.push_back(
                            {NoteKind::unparsed_line,
                             ConditionKind::reference,
                             std::string(operand.first),
                             fmt::format("'{}' holds more than {} ports", operand.first, protocol_name(protocol)),
                             "name a group of that protocol's ports",
                             {}});
                    } else if (inner.exact()) {
                        widest = set;
                    }
                    for (const auto& doubt : inner.doubts) result.doubts.push_back(doubt);
                }
            } else {
                Doubt doubt;
                const auto read = ports(operand, protocol, doubt);
                if (read) {
                    set = widest = *read;
                } else {
                    certain = false;
                    result.doubts.push_back(std::move(doubt));
                }
            }
            (source ? term.source_ports : term.destination_ports) = std::move(set);
            (source ? outer.source_ports : outer.destination_ports) = std::move(widest);
        }
        if (ace.icmp.kind == IcmpOperand::Kind::type) {
            const auto type = icmp_type_of(ace.icmp.type, protocol);
            const auto code = parse_decimal(ace.icmp.code, 255);
            if (type)
                term.icmp = outer.icmp = code ? icmp_code(*type, static_cast<std::uint8_t>(*code)) : icmp_type(*type);
        } else if (ace.icmp.kind == IcmpOperand::Kind::group) {
            used_.insert(ace.icmp.type);
            const auto found = config_.definition_index.find(ace.icmp.type);
            const Definition* definition =
                found == config_.definition_index.end() ? nullptr : &config_.definitions[found->second];
            if (!definition) {
                certain = false;
                result.doubts.push_back(undefined("object group", ace.icmp.type));
            } else if (definition->conflicting || (definition->kind != DefinitionKind::icmp_group &&
                                                   definition->kind != DefinitionKind::service_group)) {
                certain = false;
                result.doubts.push_back({NoteKind::unparsed_line,
                                         ConditionKind::reference,
                                         std::string(ace.icmp.type),
                                         fmt::format("'{}' holds no ICMP types", ace.icmp.type),
                                         "name an icmp-type group",
                                         {}});
            } else {
                const Services& inner = resolved_[found->second].services;
                IcmpSet types;
                bool fits = inner.surely != nullptr;
                for (const auto& inner_term : inner.surely ? inner.surely->terms : std::vector<ServiceTerm>()) {
                    if (inner_term.protocols == ProtocolSet::of(protocol)) {
                        types = types | inner_term.icmp;
                    } else if (definition->kind == DefinitionKind::service_group) {
                        fits = false;
                    }
                }
                term.icmp = types;
                if (inner.exact() && fits) {
                    outer.icmp = types;
                } else if (!fits) {
                    certain = false;
                    result.doubts.push_back({NoteKind::unparsed_line,
                                             ConditionKind::reference,
                                             std::string(ace.icmp.type),
                                             fmt::format("'{}' holds more than ICMP types", ace.icmp.type),
                                             "",
                                             {}});
                }
                for (const auto& doubt : inner.doubts) result.doubts.push_back(doubt);
            }
        }
        if (certain) surely.terms.push_back(std::move(term));
        possibly.terms.push_back(std::move(outer));
    }
    result.surely = share(std::move(surely));
    result.possibly = result.doubts.empty() ? result.surely : share(std::move(possibly));
    return result;
}

}  // namespace fwproof::asa
