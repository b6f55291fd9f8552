// object, object-group and name statements with their members.
#include <fmt/format.h>

#include <algorithm>

#include "fwproof/base/result.hpp"
#include "fwproof/base/service.hpp"
#include "vendor/asa/literals.hpp"
#include "vendor/asa/operand.hpp"
#include "vendor/asa/reader.hpp"

namespace fwproof::asa {

namespace {

struct Header {
    DefinitionKind kind = DefinitionKind::unknown;
    bool tcp = false, udp = false;
};

std::optional<Header> header_of(Statement& statement, bool group) {
    statement.take();
    const std::string_view kind = statement.take().text;
    const std::string_view protocol = statement.word(1);
    if (!group) {
        if (kind == "network") return Header{DefinitionKind::network_object};
        if (kind == "service") return Header{DefinitionKind::service_object};
        if (kind == "network-service") return Header{DefinitionKind::network_service_group};
        return std::nullopt;
    }
    if (kind == "network") return Header{DefinitionKind::network_group};
    if (kind == "protocol") return Header{DefinitionKind::protocol_group};
    if (kind == "icmp-type") return Header{DefinitionKind::icmp_group};
    if (kind == "user") return Header{DefinitionKind::user_group};
    if (kind == "security") return Header{DefinitionKind::security_group};
    if (kind == "network-service") return Header{DefinitionKind::network_service_group};
    if (kind != "service") return std::nullopt;
    if (protocol.empty()) return Header{DefinitionKind::service_group};
    if (protocol == "tcp") return Header{DefinitionKind::port_group, true, false};
    if (protocol == "udp") return Header{DefinitionKind::port_group, false, true};
    if (protocol == "tcp-udp") return Header{DefinitionKind::port_group, true, true};
    return std::nullopt;
}

// service-object and `service`: PROTOCOL [source OP P] [destination OP P] | icmp [TYPE [CODE]] | PROTOCOL OP P
bool parse_service(Statement& statement, ServiceMember& member, Problem& problem) {
    member.kind = ServiceMember::Kind::terms;
    if (statement.accept("tcp-udp")) {
        member.tcp_udp = true;
        member.protocol.kind = ProtocolOperand::Kind::number;
        member.protocol.number = kTcp;
    } else if (!parse_protocol_operand(statement, member.protocol, problem)) {
        return false;
    }
    if (member.protocol.kind == ProtocolOperand::Kind::object || member.protocol.kind == ProtocolOperand::Kind::group) {
        member.kind = member.protocol.kind == ProtocolOperand::Kind::object ? ServiceMember::Kind::object
                                                                            : ServiceMember::Kind::group;
        member.name = member.protocol.name;
    } else if (has_icmp_type(member.protocol.number)) {
        parse_icmp_operand(statement, member.icmp, member.protocol.number);
    } else if (has_ports(member.protocol.number)) {
        if (starts_port_operand(statement.word())) {
            if (!parse_port_operand(statement, member.destination_port, problem)) return false;
        }
        for (const bool source : {true, false}) {
            if (!statement.accept(source ? "source" : "destination")) continue;
            if (!starts_port_operand(statement.word())) {
                problem = problem_here(
                    statement, fmt::format("the port behind '{}' is missing", source ? "source" : "destination"),
                    "eq, neq, lt, gt or range, and a port");
                return false;
            }
            if (!parse_port_operand(statement, source ? member.source_port : member.destination_port, problem))
                return false;
        }
    }
    if (!statement.at_end()) {
        problem = problem_here(statement, fmt::format("'{}' is not understood in a service", statement.word()));
        return false;
    }
    return true;
}

bool is_way(std::string_view word) { return word == "static" || word == "dynamic"; }

bool is_member_word(DefinitionKind kind, const Statement& statement, bool indented) {
    const std::string_view word = statement.word();
    const std::string_view second = statement.word(1);
    if (word == "description") return true;
    switch (kind) {
        case DefinitionKind::network_object:
            return word == "host" || word == "subnet" || word == "range" || word == "fqdn" ||
                   (word == "nat" && (second.starts_with('(') ? is_way(statement.word(2)) : is_way(second)));
        case DefinitionKind::service_object:
            return word == "service" && (indented || second == "tcp" || second == "udp" || second == "tcp-udp" ||
                                         second == "ip" || protocol_of(second));
        case DefinitionKind::network_group: return word == "network-object" || word == "group-object";
        case DefinitionKind::service_group: return word == "service-object" || word == "group-object";
        case DefinitionKind::port_group: return word == "port-object" || word == "group-object";
        case DefinitionKind::protocol_group: return word == "protocol-object" || word == "group-object";
        case DefinitionKind::icmp_group: return word == "icmp-object" || word == "group-object";
        case DefinitionKind::user_group: return word == "user" || word == "user-group" || word == "group-object";
        case DefinitionKind::security_group: return word == "security-group" || word == "group-object";
        case DefinitionKind::network_service_group:
        case DefinitionKind::unknown: return indented;
    }
    return false;
}

bool parse_group_member(Statement& statement, ServiceMember& member, Problem& problem) {
    member.kind = ServiceMember::Kind::group;
    member.name = statement.here().text;
    if (!statement.at_end()) {
        statement.take();
        return true;
    }
    problem = problem_here(statement, "the name of the group is missing");
    return false;
}

// `range FIRST LAST` with `name` statements for either; false: no names, or none of addresses in that order.
bool read_aliases(const Config& config, Statement& statement, AddressOperand& operand) {
    const auto end = [&](std::string_view word) {
        const auto alias = config.aliases.find(word);
        return alias == config.aliases.end() ? parse_address(word) : alias->second.address;
    };
    const auto first = end(statement.word()), last = end(statement.word(1));
    if (!first || !last || first->family != last->family || last->value < first->value) return false;
    statement.take();
    statement.take();
    operand.kind = AddressOperand::Kind::range;
    operand.first = *first;
    operand.second = last->value;
    return true;
}

bool parse_network_value(const Config& config, Statement& statement, AddressOperand& operand, Problem& problem) {
    const Token word = statement.here();
    if (word.text == "host") {
        statement.take();
        return parse_host(statement, operand, problem);
    }
    if (word.text == "subnet") {
        statement.take();
        return parse_network(statement, operand, problem);
    }
    if (word.text == "range") {
        statement.take();
        return read_aliases(config, statement, operand) || parse_range(statement, operand, problem);
    }
    if (word.text == "fqdn") {
        statement.take();
        operand.kind = AddressOperand::Kind::fqdn;
        operand.second = 4;
        if (statement.accept("v6")) operand.second = 6;
        statement.accept("v4");
        operand.name = statement.here().text;
        operand.place = statement.take().place();
        if (!operand.name.empty()) return true;
        problem = problem_here(statement, "the name behind 'fqdn' is missing");
        return false;
    }
    if (word.text == "object" || word.text == "object-group") {
        return parse_address_operand(statement, operand, problem);
    }
    return parse_network(statement, operand, problem);
}

bool same_words(const Source& source, Place place, std::string_view text) {
    const std::string_view old = span_of(source, place).text();
    return old == text;
}

}  // namespace

std::optional<std::size_t> parse_definition(Config& config, Statement& statement, bool negated, bool group) {
    const std::size_t start = statement.position();
    const auto header = header_of(statement, group);
    if (!header || statement.at_end()) {
        statement.rewind(start + 1);
        add_problem(config, problem_here(statement,
                                         statement.word().empty()
                                             ? "the kind and the name are missing"
                                             : fmt::format("'{}' is not understood in an object", statement.rest())));
        return std::nullopt;
    }
    const Token name = statement.take();
    if (negated) {
        if (const auto found = config.definition_index.find(name.text); found != config.definition_index.end()) {
            config.definitions[found->second] = Definition{};
            config.definition_index.erase(found);
        }
        return std::nullopt;
    }
    const auto [found, made] = config.definition_index.try_emplace(name.text, config.definitions.size());
    if (made) {
        config.definitions.emplace_back();
        auto& definition = config.definitions.back();
        definition.kind = header->kind;
        definition.tcp = header->tcp;
        definition.udp = header->udp;
        definition.name = name.text;
        definition.place = statement.place();
        return found->second;
    }
    auto& definition = config.definitions[found->second];
    if (definition.kind != header->kind || definition.tcp != header->tcp || definition.udp != header->udp) {
        definition.conflicting = true;
        add_note(config, NoteKind::conflicting_definition,
                 fmt::format("'{}' is defined as two kinds of object: rules that use it are not known", name.text),
                 "objects and groups share one namespace: rename one of them", name.place());
        // Members that follow are read by the new kind, but nothing can rely on them.
        config.definitions.emplace_back();
        auto& shadow = config.definitions.back();
        shadow.kind = header->kind;
        shadow.tcp = header->tcp;
        shadow.udp = header->udp;
        shadow.place = statement.place();
        return config.definitions.size() - 1;
    }
    return found->second;
}

bool parse_member(Config& config, Statement& statement, std::size_t index, bool negated, bool indented) {
    auto& definition = config.definitions[index];
    if (!is_member_word(definition.kind, statement, indented)) return false;
    const Token word = statement.here();
    if (word.text == "description") return true;
    if (word.text == "nat") {
        if (!negated) {
            parse_object_nat(config, statement, index);
        } else {
            std::erase_if(config.nat, [&](const NatLine& line) {
                return line.section == NatLine::Section::automatic && line.real_source.name == definition.name;
            });
        }
        return true;
    }
    const std::string_view body = statement.rest();
    const Place place = statement.rest_place();
    Problem problem;
    bool read = true;
    AddressOperand address;
    ServiceMember member;
    bool is_address = false;
    if (negated) {
        const auto same = [&](const auto& old) { return same_words(*config.source, old.place, body); };
        const std::size_t removed =
            std::erase_if(definition.addresses, same) + std::erase_if(definition.services, same);
        std::erase(definition.unresolved, body);
        const bool looked_into = definition.kind != DefinitionKind::user_group &&
                                 definition.kind != DefinitionKind::security_group &&
                                 definition.kind != DefinitionKind::network_service_group;
        if (removed == 0 && looked_into) {
            add_note(config, NoteKind::unparsed_line,
                     fmt::format("'{}' has no member with these words: what is removed is not known", definition.name),
                     "write the member as it was given", statement.place());
            definition.addresses.clear();  // any of them may be the one that goes
            definition.services.clear();
            definition.unreadable.push_back(place);
        }
        return true;
    }
    switch (definition.kind) {
        case DefinitionKind::network_object:
            is_address = true;
            read = parse_network_value(config, statement, address, problem);
            if (read) definition.addresses.clear();
            break;
        case DefinitionKind::network_group:
            is_address = true;
            statement.take();
            if (word.text == "group-object") {
                address.kind = AddressOperand::Kind::group;
                address.name = statement.take().text;
                read = !address.name.empty();
                if (!read) problem = problem_here(statement, "the name of the group is missing");
            } else {
                read = parse_network_value(config, statement, address, problem);
            }
            break;
        case DefinitionKind::service_object:
        case DefinitionKind::service_group:
            statement.take();
            if (word.text == "group-object") {
                read = parse_group_member(statement, member, problem);
            } else {
                read = parse_service(statement, member, problem);
            }
            if (definition.kind == DefinitionKind::service_object && read) definition.services.clear();
            break;
        case DefinitionKind::port_group:
            statement.take();
            if (word.text == "group-object") {
                read = parse_group_member(statement, member, problem);
            } else if (statement.word() == "eq" || statement.word() == "range") {
                read = parse_port_operand(statement, member.destination_port, problem);
            } else {
                read = false;
                problem = problem_here(statement, "'port-object' needs 'eq' or 'range'");
            }
            break;
        case DefinitionKind::protocol_group:
            statement.take();
            if (word.text == "group-object") {
                read = parse_group_member(statement, member, problem);
            } else {
                read = parse_protocol_operand(statement, member.protocol, problem);
            }
            break;
        case DefinitionKind::icmp_group:
            statement.take();
            if (word.text == "group-object") {
                read = parse_group_member(statement, member, problem);
            } else {
                member.icmp = {IcmpOperand::Kind::type, statement.word(), {}, statement.here().place()};
                statement.take();
                read = !member.icmp.type.empty();
                if (!read) problem = problem_here(statement, "the ICMP type is missing");
            }
            break;
        case DefinitionKind::user_group:
        case DefinitionKind::security_group:
        case DefinitionKind::network_service_group: definition.unresolved.push_back(body); return true;
        case DefinitionKind::unknown: return true;  // never looked into
    }
    if (read && !statement.at_end()) {
        read = false;
        problem = problem_here(statement, fmt::format("'{}' is not understood here", statement.word()));
    }
    if (!read) {
        add_problem(config, problem);
        definition.unreadable.push_back(place);
        return true;
    }
    if (is_address) {
        address.place = place;
        definition.addresses.push_back(address);
    } else {
        member.place = place;
        definition.services.push_back(member);
    }
    return true;
}

void parse_name(Config& config, Statement& statement, bool negated) {
    statement.take();
    const Token address = statement.take();
    const Token alias = statement.take();
    if (alias.text.empty()) {
        add_problem(config, problem_here(statement, "'name' needs an address and an alias"));
        return;
    }
    if (negated) {
        config.aliases.erase(alias.text);
        return;
    }
    Alias entry{alias.text, parse_address(address.text), statement.place()};
    if (!entry.address) {
        add_note(config, NoteKind::unresolved_name,
                 fmt::format("'{}' is not an address: rules that use '{}' are not known", address.text, alias.text),
                 "export the configuration without hiding addresses", address.place());
    }
    const auto known = config.aliases.find(alias.text);
    if (known != config.aliases.end() && known->second.address && entry.address &&
        *known->second.address != *entry.address) {
        add_note(config, NoteKind::conflicting_definition,
                 fmt::format("'{}' names two addresses, {} and {}: the last is used", alias.text,
                             to_string(*known->second.address), to_string(*entry.address)),
                 "keep one of the two lines", alias.place());
    }
    config.aliases[alias.text] = entry;
}

}  // namespace fwproof::asa
