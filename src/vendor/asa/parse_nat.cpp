// Address translation: object NAT and twice NAT of 8.3 and later; static, nat and global before.
#include <fmt/format.h>

#include "fwproof/base/service.hpp"
#include "vendor/asa/literals.hpp"
#include "vendor/asa/operand.hpp"
#include "vendor/asa/reader.hpp"

namespace fwproof::asa {

namespace {

// "(inside,outside)"; also printed with blanks behind the comma by hand-made scripts.
bool parse_pair(Statement& statement, std::string_view& real, std::string_view& mapped, Problem& problem) {
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
    } else if (!token.text.empty()) {
        operand.kind = AddressOperand::Kind::object;
        operand.name = token.text;
    }
    return operand;
}

// What may follow and changes no address.
bool skip_option(Statement& statement) {
    for (const std::string_view word : {"dns", "no-proxy-arp", "route-lookup", "net-to-net"}) {
        if (statement.accept(word)) return true;
    }
    return false;
}

void unreadable(Config& config, NatLine& line, Problem problem) {
    add_problem(config, problem);
    line.problem = std::make_unique<Problem>(std::move(problem));
}

void parse_twice_nat(Config& config, Statement& statement, NatLine& line) {
    while (!statement.at_end() && statement.word() != "source") {  // after-auto, line number
        if (statement.accept("after-auto")) {
            line.section = NatLine::Section::after_automatic;
        } else if (parse_decimal(statement.word(), 0xffffff)) {
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
    line.mapped_source = parse_value(statement, line.mapped_interface);
    if (line.mapped_source.name == "pat-pool") line.mapped_source = parse_value(statement, line.mapped_interface);
    while (!statement.at_end()) {
        const std::string_view word = statement.word();
        if (skip_option(statement)) continue;
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
    line.mapped_source = parse_value(statement, line.mapped_interface);
    while (!statement.at_end()) {
        const std::string_view word = statement.word();
        if (skip_option(statement)) continue;
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
        // before 8.3: nat (inside) 1 10.0.0.0 255.0.0.0; nat (inside) 0 access-list NONAT
        std::string_view interface = statement.take().text;
        interface = interface.substr(1, interface.size() - 2);
        if (negated) return;
        if (statement.word(1) == "access-list") config.list_uses.push_back({statement.word(2), "nat"});
        const auto kind = statement.word() == "0" ? OldNatLine::Kind::exempt : OldNatLine::Kind::dynamic;
        config.old_nat.push_back({kind, interface, {}, place});
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
    if (negated) {
        const std::string_view text = span_of(*config.source, place).text().substr(3);
        std::erase_if(config.nat,
                      [&](const NatLine& old) { return span_of(*config.source, old.place).text() == text; });
        return;
    }
    config.nat.push_back(std::move(line));
}

void parse_static(Config& config, Statement& statement, bool negated) {
    OldNatLine line;
    line.kind = OldNatLine::Kind::fixed;
    line.place = statement.place();
    statement.take();
    Problem problem;
    if (!parse_pair(statement, line.real_interface, line.mapped_interface, problem)) {
        add_problem(config, problem);
        return;
    }
    for (std::size_t i = 0; i < statement.size(); ++i) {
        if (statement[i].text == "access-list" && i + 1 < statement.size()) {
            config.list_uses.push_back({statement[i + 1].text, "static"});
        }
    }
    if (!negated) config.old_nat.push_back(line);
}

void parse_global(Config& config, Statement& statement, bool negated) {
    const Place place = statement.place();
    statement.take();
    std::string_view interface = statement.take().text;
    if (interface.size() > 2 && !negated) {
        config.old_nat.push_back({OldNatLine::Kind::global, {}, interface.substr(1, interface.size() - 2), place});
    }
}

}  // namespace fwproof::asa
