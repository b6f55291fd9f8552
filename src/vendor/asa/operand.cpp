#include "vendor/asa/operand.hpp"

#include <fmt/format.h>

#include "fwproof/base/result.hpp"
#include "fwproof/base/service.hpp"
#include "vendor/asa/literals.hpp"

namespace fwproof::asa {

namespace {

Place through(const Place& first, const Token& last) {
    return {first.offset, last.place().offset + last.place().length - first.offset};
}

// An alias may look like nearly anything, but not like an address, a mask or a word of the grammar.
bool may_be_alias(std::string_view word) {
    if (word.empty() || word.back() == '$') return false;
    if (word[0] >= '0' && word[0] <= '9' && word.find_first_not_of("0123456789./") == std::string_view::npos)
        return false;
    return word != "eq" && word != "range" && word != "log" && word != "gt" && word != "lt" && word != "neq";
}

std::string cut_hint(std::string_view word) {
    return word.ends_with('$') ? "the terminal cut this line: capture it again with 'terminal width 511'" : "";
}

}  // namespace

Problem problem_here(const Statement& statement, std::string message, std::string hint) {
    const Token token = statement.here();
    if (hint.empty()) hint = cut_hint(token.text);
    return {std::move(message), std::move(hint), token.place()};
}

std::optional<std::uint32_t> parse_v4(std::string_view word, bool zero_word) {
    if (zero_word && word == "0") return 0;
    std::uint32_t value = 0;
    int octets = 0;
    std::size_t i = 0;
    while (true) {
        std::uint32_t octet = 0;
        const std::size_t start = i;
        while (i < word.size() && word[i] >= '0' && word[i] <= '9' && i - start < 4) {
            octet = octet * 10 + static_cast<std::uint32_t>(word[i] - '0');
            ++i;
        }
        if (i == start || octet > 255 || (i - start > 1 && word[start] == '0')) return std::nullopt;
        value = value << 8 | octet;
        if (++octets == 4) break;
        if (i == word.size() || word[i] != '.') return std::nullopt;
        ++i;
    }
    if (i != word.size()) return std::nullopt;
    return value;
}

std::optional<Prefix> parse_v6_prefix(std::string_view word) {
    if (word.find(':') == std::string_view::npos) return std::nullopt;
    const auto prefix = parse_prefix(word);
    if (!prefix || prefix->address.family != Family::v6) return std::nullopt;
    return prefix;
}

bool parse_host(Statement& statement, AddressOperand& operand, Problem& problem) {
    const Token token = statement.here();
    if (const auto v4 = parse_v4(token.text)) {
        operand.kind = AddressOperand::Kind::host;
        operand.first = {Family::v4, *v4};
    } else if (token.text.find(':') != std::string_view::npos && parse_address(token.text)) {
        operand.kind = AddressOperand::Kind::host;
        operand.first = *parse_address(token.text);
    } else if (may_be_alias(token.text)) {
        operand.kind = AddressOperand::Kind::host_alias;
        operand.name = token.text;
    } else {
        problem = problem_here(statement, token.text.empty() ? "the address is missing"
                                                             : fmt::format("'{}' is not an address", token.text));
        return false;
    }
    operand.place = token.place();
    statement.take();
    return true;
}

bool parse_network(Statement& statement, AddressOperand& operand, Problem& problem, bool zero_word) {
    const Token token = statement.here();
    operand.place = token.place();
    if (const auto prefix = parse_v6_prefix(token.text); prefix && token.text.find('/') != std::string_view::npos) {
        statement.take();
        operand.kind = AddressOperand::Kind::prefix;
        operand.first = *parse_address(token.text.substr(0, token.text.find('/')));
        operand.second = prefix->length;
        return true;
    }
    const auto address = parse_v4(token.text, zero_word);
    if (!address && !may_be_alias(token.text)) {
        problem = problem_here(statement, token.text.empty() ? "the address is missing"
                                                             : fmt::format("'{}' is not an address", token.text));
        return false;
    }
    const Token mask_token{statement.word(1), 0};
    const auto mask = parse_v4(mask_token.text, zero_word);
    if (!mask) {
        if (!address) {
            std::vector<std::string> words = {"any", "any4", "any6", "host", "object", "object-group", "interface"};
            const auto near = did_you_mean(token.text, words);
            problem = problem_here(statement, fmt::format("'{}' is not an address", token.text),
                                   near ? fmt::format("did you mean '{}'?", *near) : "");
            return false;
        }
        statement.take();
        problem =
            problem_here(statement, statement.at_end() ? "the network mask is missing"
                                                       : fmt::format("'{}' is not a network mask", statement.word()));
        return false;
    }
    statement.take();
    operand.kind = address ? AddressOperand::Kind::masked : AddressOperand::Kind::masked_alias;
    if (address) {
        operand.first = {Family::v4, *address};
    } else {
        operand.name = token.text;
    }
    operand.second = *mask;
    operand.place = through(operand.place, statement.take());
    return true;
}

bool parse_range(Statement& statement, AddressOperand& operand, Problem& problem) {
    const Token first_token = statement.here();
    const auto first = parse_address(first_token.text);
    const auto last = parse_address(statement.word(1));
    if (!first || !last || first->family != last->family) {
        problem = problem_here(statement, "'range' needs two addresses of one family");
        return false;
    }
    if (last->value < first->value) {
        problem = problem_here(statement, "the range ends before it begins");
        return false;
    }
    statement.take();
    operand.kind = AddressOperand::Kind::range;
    operand.first = *first;
    operand.second = last->value;
    operand.place = through(first_token.place(), statement.take());
    return true;
}

bool parse_address_operand(Statement& statement, AddressOperand& operand, Problem& problem) {
    const Token token = statement.here();
    operand.place = token.place();
    const auto named = [&](AddressOperand::Kind kind, std::string_view what) {
        statement.take();
        if (statement.at_end()) {
            problem = problem_here(statement, fmt::format("the name of the {} is missing", what));
            return false;
        }
        operand.kind = kind;
        operand.name = statement.here().text;
        operand.place = through(operand.place, statement.take());
        return true;
    };
    const std::string_view word = token.text;
    if (word == "any" || word == "any4" || word == "any6") {
        statement.take();
        operand.kind = word == "any"    ? AddressOperand::Kind::any
                       : word == "any4" ? AddressOperand::Kind::any4
                                        : AddressOperand::Kind::any6;
        return true;
    }
    if (word == "host") {
        statement.take();
        const Place start = operand.place;
        if (!parse_host(statement, operand, problem)) return false;
        operand.place = {start.offset, operand.place.offset + operand.place.length - start.offset};
        return true;
    }
    if (word == "object") return named(AddressOperand::Kind::object, "object");
    if (word == "object-group") return named(AddressOperand::Kind::group, "object group");
    if (word == "object-group-network-service") return named(AddressOperand::Kind::group, "network-service group");
    if (word == "interface") return named(AddressOperand::Kind::interface, "interface");
    if (word == "range") {
        statement.take();
        return parse_range(statement, operand, problem);
    }
    if (word == "fqdn") {
        if (!named(AddressOperand::Kind::fqdn, "host")) return false;
        operand.second = 46;
        return true;
    }
    return parse_network(statement, operand, problem, word == "0");  // PIX: 0 0
}

bool starts_port_operand(std::string_view word) {
    return word == "eq" || word == "neq" || word == "lt" || word == "gt" || word == "range";
}

bool parse_port_operand(Statement& statement, PortOperand& operand, Problem& problem) {
    const Token token = statement.here();
    if (!starts_port_operand(token.text)) return true;
    statement.take();
    const bool range = token.text == "range";
    if (statement.at_end() || (range && statement.word(1).empty())) {
        problem = problem_here(statement, fmt::format("'{}' needs {}", token.text, range ? "two ports" : "a port"));
        return false;
    }
    operand.kind = range                 ? PortOperand::Kind::range
                   : token.text == "eq"  ? PortOperand::Kind::eq
                   : token.text == "neq" ? PortOperand::Kind::neq
                   : token.text == "lt"  ? PortOperand::Kind::lt
                                         : PortOperand::Kind::gt;
    Token last = statement.take();
    operand.first = last.text;
    if (range) {
        last = statement.take();
        operand.second = last.text;
    }
    operand.place = through(token.place(), last);
    return true;
}

bool parse_protocol_operand(Statement& statement, ProtocolOperand& operand, Problem& problem) {
    const Token token = statement.here();
    operand.place = token.place();
    if (token.text == "object" || token.text == "object-group") {
        statement.take();
        if (statement.at_end()) {
            problem = problem_here(statement, "the name of the service is missing");
            return false;
        }
        operand.kind = token.text == "object" ? ProtocolOperand::Kind::object : ProtocolOperand::Kind::group;
        operand.name = statement.word();
        operand.place = through(operand.place, statement.take());
        return true;
    }
    if (token.text == "ip") {
        operand.kind = ProtocolOperand::Kind::ip;
    } else if (const auto number = protocol_of(token.text)) {
        operand.kind = ProtocolOperand::Kind::number;
        operand.number = *number;
    } else {
        const auto near = did_you_mean(token.text, protocol_words());
        problem = problem_here(
            statement,
            token.text.empty() ? "the protocol is missing" : fmt::format("'{}' is not a protocol", token.text),
            near ? fmt::format("did you mean '{}'?", *near) : "");
        return false;
    }
    statement.take();
    return true;
}

void parse_icmp_operand(Statement& statement, IcmpOperand& operand, std::uint8_t protocol) {
    const Token token = statement.here();
    if (statement.at_end() || !icmp_type_of(token.text, protocol)) return;
    statement.take();
    operand.kind = IcmpOperand::Kind::type;
    operand.type = token.text;
    operand.place = token.place();
    if (parse_decimal(statement.word(), 255)) {
        const Token code = statement.take();
        operand.code = code.text;
        operand.place = through(operand.place, code);
    }
}

}  // namespace fwproof::asa
