// Address translation: object NAT and twice NAT of 8.3 and later; static, nat and global before.
#include <fmt/format.h>

#include <algorithm>

#include "fwproof/base/service.hpp"
#include "vendor/asa/literals.hpp"
#include "vendor/asa/meaning.hpp"
#include "vendor/asa/operand.hpp"
#include "vendor/asa/reader.hpp"

namespace fwproof::asa {

namespace {

// "(inside,outside)"; also printed with blanks behind the comma by hand-made scripts. Scripts may leave it out: any.
bool parse_pair(Statement& statement, std::string_view& real, std::string_view& mapped, Problem& problem) {
    if (!statement.word().starts_with('(')) {
        real = mapped = "any";
        return true;
    }
    Token token = statement.take();
    std::string_view text = token.text;
    if (text.starts_with('(') && !text.ends_with(')') && statement.word().ends_with(')')) {
        const Token second = statement.take();
        text = statement.from(token).substr(0, second.offset + second.text.size() - token.offset);
    }
    const auto comma = text.find(',');
    if (!text.starts_with('(') || !text.ends_with(')') || comma == std::string_view::npos) {
        problem = {fmt::format("'{}' is not a pair of interfaces", text), "(real,mapped)", token.place()};
        return false;
    }
    real = text.substr(1, comma - 1);
    mapped = text.substr(comma + 1, text.size() - comma - 2);
    while (!mapped.empty() && mapped.front() == ' ') mapped.remove_prefix(1);
    return true;
}

// A value of a NAT statement: any, interface, an address, or the name of an object or group.
AddressOperand parse_value(Statement& statement, std::string_view interface) {
    const Token token = statement.take();
    AddressOperand operand;
    operand.place = token.place();
    if (token.text == "any" || token.text == "any4" || token.text == "any6") {
        operand.kind = token.text == "any6" ? AddressOperand::Kind::any6 : AddressOperand::Kind::any;
    } else if (token.text == "interface") {
        operand.kind = AddressOperand::Kind::interface;
        operand.name = interface;
        statement.accept("ipv6");
    } else if (const auto v4 = parse_v4(token.text)) {
        operand.kind = AddressOperand::Kind::host;
        operand.first = {Family::v4, *v4};
    } else if (token.text.find(':') != std::string_view::npos && parse_address(token.text)) {
        operand.kind = AddressOperand::Kind::host;
        operand.first = *parse_address(token.text);
    } else if (const auto prefix = parse_v6_prefix(token.text)) {
        operand.kind = AddressOperand::Kind::prefix;
        operand.first = prefix->address;
        operand.second = prefix->length;
    } else if (!token.text.empty()) {
        operand.kind = AddressOperand::Kind::object;
        operand.name = token.text;
    }
    return operand;
}

// What a source becomes: a value, or `pat-pool` and one.
AddressOperand parse_mapped(Statement& statement, const NatLine& line) {
    if (!line.is_static) statement.accept("pat-pool");
    return parse_value(statement, line.mapped_interface);
}

// What may follow and changes no address.
bool parse_option(Statement& statement, NatLine& line) {
    if (statement.accept("route-lookup")) {
        line.route_lookup = true;
        return true;
    }
    return statement.accept("dns") || statement.accept("no-proxy-arp") || statement.accept("net-to-net");
}

void unreadable(Config& config, NatLine& line, Problem problem) {
    add_problem(config, problem);
    line.problem = std::make_unique<Problem>(std::move(problem));
}

void parse_twice_nat(Config& config, Statement& statement, NatLine& line) {
    while (!statement.at_end() && statement.word() != "source") {  // after-auto, line number
        if (statement.accept("after-auto")) {
            line.section = NatLine::Section::after_automatic;
        } else if (const auto number = parse_decimal(statement.word(), 0xffffff)) {
            line.number = *number;
            statement.take();
        } else {
            return unreadable(config, line,
                              problem_here(statement, fmt::format("'{}' is not understood here", statement.word())));
        }
    }
    statement.take();
    line.is_static = statement.word() == "static";
    if (!line.is_static && statement.word() != "dynamic") {
        return unreadable(config, line, problem_here(statement, "'static' or 'dynamic' is missing"));
    }
    statement.take();
    line.real_source = parse_value(statement, line.real_interface);
    line.mapped_source = parse_mapped(statement, line);
    while (!statement.at_end()) {
        const std::string_view word = statement.word();
        if (parse_option(statement, line)) continue;
        if (word == "destination" && statement.word(1) == "static") {
            statement.take();
            statement.take();
            line.has_destination = true;
            line.mapped_destination = parse_value(statement, line.real_interface);
            line.real_destination = parse_value(statement, line.mapped_interface);
        } else if (word == "service" && !statement.word(2).empty()) {
            statement.take();
            line.real_service = statement.take().text;
            line.mapped_service = statement.take().text;
        } else if (word == "unidirectional") {
            statement.take();
            line.unidirectional = true;
        } else if (word == "inactive") {
            statement.take();
            line.inactive = true;
        } else if (word == "description") {
            return;
        } else if (!line.is_static &&
                   (word == "interface" || word == "round-robin" || word == "extended" || word == "flat" ||
                    word == "include-reserve" || word == "block-allocation" || word == "ipv6" || word == "pat-pool")) {
            if (statement.take().text == "pat-pool") statement.take();
        } else {
            return unreadable(config, line, problem_here(statement, fmt::format("'{}' is not understood here", word)));
        }
    }
}

// Removes the lines with the meaning of what stands behind `no`.
template <class Line>
void remove_line(Config& config, std::vector<Line>& lines, const Line& line, Place place) {
    const std::string gone = meaning(config, line);
    const auto removed = std::erase_if(lines, [&](const Line& old) { return meaning(config, old) == gone; });
    if (removed > 0) return;
    add_note(config, NoteKind::information, "this 'no' removes a translation that is not there", "", place);
}

// Which line an unreadable `no` removes is not known: it stands before all of them.
void doubt(Config& config, OldNatLine line) { config.old_nat.insert(config.old_nat.begin(), std::move(line)); }

// nat (inside) 1 10.0.0.0 255.0.0.0; nat (inside) 0 access-list NONAT
void parse_old_nat(Config& config, Statement& statement, bool negated, Place place) {
    OldNatLine old;
    const std::string_view interface = statement.take().text;
    old.line.real_interface = interface.substr(1, interface.size() - 2);
    old.line.place = place;
    old.id = statement.take().text;
    old.kind = old.id == "0" ? OldNatLine::Kind::exempt : OldNatLine::Kind::dynamic;
    Problem problem;
    if (statement.accept("access-list")) {
        old.line.list = statement.word();
        if (!negated) config.list_uses.push_back({old.line.list, "nat"});
        old.exact = false;
    } else if (!parse_network(statement, old.line.real_source, problem, true)) {
        old.line.real_source = {};
        old.exact = false;
        if (negated) {
            unreadable(config, old.line, std::move(problem));
        } else {
            add_problem(config, problem);
        }
    }
    if (negated && old.line.problem) return doubt(config, std::move(old));
    if (negated) return remove_line(config, config.old_nat, old, place);
    config.old_nat.push_back(std::move(old));
}

bool parse_static_addresses(Config& config, Statement& statement, NatLine& line, Problem& problem) {
    const auto address = [&](AddressOperand& operand) {
        if (statement.word() == "interface") {
            operand = parse_value(statement, line.mapped_interface);
            return true;
        }
        return parse_host(statement, operand, problem);
    };
    const bool ports = statement.word() == "tcp" || statement.word() == "udp";
    if (ports) line.service_protocol = protocol_of(statement.take().text).value_or(0);
    if (!address(line.mapped_source)) return false;
    if (ports) line.mapped_port = statement.take().text;
    if (statement.accept("access-list")) {
        line.by_list = true;
        line.list = statement.take().text;
        config.list_uses.push_back({line.list, "static"});
    } else {
        if (!address(line.real_source)) return false;
        if (ports) line.real_port = statement.take().text;
    }
    while (!statement.at_end()) {
        const std::string_view word = statement.word();
        if (statement.accept("netmask")) {
            const auto mask = parse_v4(statement.word());
            if (!mask) {
                problem = problem_here(statement, fmt::format("'{}' is not a network mask", statement.word()));
                return false;
            }
            statement.take();
            for (AddressOperand* operand : {&line.mapped_source, &line.real_source}) {
                const bool alias = operand->kind == AddressOperand::Kind::host_alias;
                if (*mask == 0xffffffff || (!alias && operand->kind != AddressOperand::Kind::host)) continue;
                operand->kind = alias ? AddressOperand::Kind::masked_alias : AddressOperand::Kind::masked;
                operand->second = *mask;
            }
        } else if (word == "dns" || word == "norandomseq" || word == "nailed" || word == "tcp" || word == "udp" ||
                   parse_decimal(word, 0xffffffff)) {
            statement.take();  // limits of connections
        } else {
            problem = problem_here(statement, fmt::format("'{}' is not understood here", word));
            return false;
        }
    }
    return true;
}

}  // namespace

void parse_object_nat(Config& config, Statement& statement, std::size_t index) {
    NatLine line;
    line.section = NatLine::Section::automatic;
    line.place = statement.place();
    line.real_source.kind = AddressOperand::Kind::object;
    line.real_source.name = config.definitions[index].name;
    statement.take();
    Problem problem;
    if (!parse_pair(statement, line.real_interface, line.mapped_interface, problem)) {
        unreadable(config, line, problem);
        config.nat.push_back(std::move(line));
        return;
    }
    line.is_static = statement.take().text == "static";
    line.mapped_source = parse_mapped(statement, line);
    while (!statement.at_end()) {
        const std::string_view word = statement.word();
        if (parse_option(statement, line)) continue;
        if (word == "service" && line.is_static && !statement.word(3).empty()) {
            statement.take();
            const auto protocol = protocol_of(statement.word());
            line.service_protocol = protocol.value_or(0);
            statement.take();
            line.real_port = statement.take().text;
            line.mapped_port = statement.take().text;
        } else if (word == "netmask") {
            statement.take();
            statement.take();
        } else if (!line.is_static) {
            statement.take();  // pools and their options: the mapped address is not decided by the export anyway
        } else {
            unreadable(config, line, problem_here(statement, fmt::format("'{}' is not understood here", word)));
            break;
        }
    }
    config.nat.push_back(std::move(line));
}

void parse_nat(Config& config, Statement& statement, bool negated) {
    const Place place = statement.place();
    statement.take();
    if (statement.word().find(',') == std::string_view::npos && statement.word().ends_with(')')) {
        parse_old_nat(config, statement, negated, place);
        return;
    }
    NatLine line;
    line.section = NatLine::Section::manual;
    line.place = place;
    Problem problem;
    if (!parse_pair(statement, line.real_interface, line.mapped_interface, problem)) {
        unreadable(config, line, problem);
    } else {
        parse_twice_nat(config, statement, line);
    }
    if (negated && !line.problem) return remove_line(config, config.nat, line, place);
    if (negated) line.number = 1;  // which line goes is not known: the first may be it
    // A number is a place among the lines of the same section.
    auto at = config.nat.end();
    if (line.number > 0) {
        std::uint32_t seen = 0;
        at = std::find_if(config.nat.begin(), config.nat.end(),
                          [&](const NatLine& old) { return old.section == line.section && ++seen == line.number; });
    }
    config.nat.insert(at, std::move(line));
}

// static (real,mapped) MAPPED REAL [netmask MASK] ...
// static (real,mapped) tcp|udp MAPPED|interface PORT REAL PORT [netmask MASK] ...; `access-list NAME` in place of REAL
void parse_static(Config& config, Statement& statement, bool negated) {
    OldNatLine old;
    old.kind = OldNatLine::Kind::fixed;
    NatLine& line = old.line;
    line.section = NatLine::Section::manual;
    line.is_static = true;
    line.place = statement.place();
    statement.take();
    Problem problem;
    const bool read = parse_pair(statement, line.real_interface, line.mapped_interface, problem) &&
                      parse_static_addresses(config, statement, line, problem);
    if (negated && read) return remove_line(config, config.old_nat, old, line.place);
    if (!read) unreadable(config, line, std::move(problem));
    if (negated) return doubt(config, std::move(old));
    config.old_nat.push_back(std::move(old));
}

// global (outside) 1 interface; global (outside) 1 203.0.113.10[-203.0.113.20] [netmask MASK]
void parse_global(Config& config, Statement& statement, bool negated) {
    OldNatLine old;
    old.kind = OldNatLine::Kind::global;
    old.line.place = statement.place();
    statement.take();
    const std::string_view interface = statement.take().text;
    if (interface.size() < 3) return;
    old.line.mapped_interface = interface.substr(1, interface.size() - 2);
    old.id = statement.take().text;
    old.line.mapped_source = parse_value(statement, old.line.mapped_interface);
    const auto kind = old.line.mapped_source.kind;
    old.exact = kind == AddressOperand::Kind::host || kind == AddressOperand::Kind::interface;
    if (negated) return remove_line(config, config.old_nat, old, old.line.place);
    config.old_nat.push_back(std::move(old));
}

}  // namespace fwproof::asa
