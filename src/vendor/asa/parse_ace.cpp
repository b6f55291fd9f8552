// One line of an access list, behind `access-list NAME [line N]`.
#include "vendor/asa/parse_ace.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "fwproof/base/result.hpp"
#include "fwproof/base/service.hpp"
#include "vendor/asa/literals.hpp"
#include "vendor/asa/operand.hpp"

namespace fwproof::asa {

namespace {

bool is_log_level(std::string_view word) {
    constexpr auto kLevels = std::to_array<std::string_view>(
        {"emergencies", "alerts", "critical", "errors", "warnings", "notifications", "informational", "debugging"});
    for (const auto level : kLevels) {
        if (word == level) return true;
    }
    return word.size() == 1 && word[0] >= '0' && word[0] <= '7';
}

bool is_annotation(std::string_view word) {
    return word.size() > 2 && word.front() == '(' && word.back() == ')' && !word.starts_with("(hitcnt=") &&
           word != "(inactive)";
}

// What ends the part of a rule that matches.
bool starts_tail(std::string_view word) {
    return word.empty() || word == "log" || word == "time-range" || word == "inactive" || word == "rule-id" ||
           word == "event-log" || word.starts_with("(hitcnt=") || word == "(inactive)" || word.starts_with("0x");
}

// What may stand in front of an address: a zone, users, security groups.
bool starts_qualifier(std::string_view word) {
    return word == "ifc" || word == "user" || word == "user-group" || word == "object-group-user" ||
           word == "security-group" || word == "object-group-security";
}

bool starts_address(std::string_view word) {
    return word == "any" || word == "any4" || word == "any6" || word == "host" || word == "object" ||
           word == "object-group" || word == "interface" || starts_qualifier(word);
}

class AceReader {
public:
    AceReader(Statement& statement, Ace& ace) : statement_(statement), ace_(ace) {}

    bool read() {
        if (!read_action()) return false;
        if (!parse_protocol_operand(statement_, ace_.protocol, problem)) return false;
        if (!read_endpoint(ace_.source)) return false;
        if (!read_source_port()) return false;
        if (!read_endpoint(ace_.destination)) return false;
        if (!read_service()) return false;
        return read_tail();
    }

    Problem problem;

private:
    bool read_action() {
        const std::string_view word = statement_.word();
        if (word == "permit") {
            ace_.action = Ace::Action::permit;
        } else if (word == "deny") {
            ace_.action = Ace::Action::deny;
        } else if (word == "trust" && ace_.advanced) {
            ace_.action = Ace::Action::trust;
        } else {
            problem = problem_here(statement_, word.empty() ? "'permit' or 'deny' is missing"
                                                            : fmt::format("'{}' is neither 'permit' nor 'deny'", word));
            return false;
        }
        statement_.take();
        return true;
    }

    bool read_endpoint(EndpointOperand& endpoint) {
        while (true) {
            const Token token = statement_.here();
            const std::string_view word = token.text;
            if (!starts_qualifier(word)) break;
            const std::size_t words = word == "security-group" ? 3 : 2;
            if (statement_.word(words - 1).empty()) {
                statement_.rewind(statement_.size());
                problem = problem_here(statement_, fmt::format("the name behind '{}' is missing", word));
                return false;
            }
            statement_.rewind(statement_.position() + words - 1);
            const Token last = statement_.take();
            if (word == "ifc") {
                endpoint.zone = last.text;
                continue;
            }
            const auto kind = word.starts_with("user") || word == "object-group-user" ? Qualifier::Kind::user
                                                                                      : Qualifier::Kind::security_group;
            if (word == "user" && last.text == "any") continue;  // known and unknown users alike
            auto length = last.offset + static_cast<std::uint32_t>(last.text.size()) - token.offset;
            const std::string_view rest = statement_.from(token);
            if (rest.size() > length && rest[length] == '"') ++length;  // of a name in quotes
            const Place place{token.offset, length};
            endpoint.qualifiers.push_back({kind, statement_.from(token).substr(0, length), place});
        }
        if (ace_.shown && (read_counted_any(endpoint.address) || read_counted_group(endpoint.address))) return true;
        if (!parse_address_operand(statement_, endpoint.address, problem)) {
            endpoint.address.kind = AddressOperand::Kind::unknown;
            return false;
        }
        skip_annotation(endpoint.address);
        // "object-group WEB(298)": the count belongs to no name
        if (ace_.shown && endpoint.address.kind == AddressOperand::Kind::group) drop_count(endpoint.address.name);
        return true;
    }

    // With object-group-search `show access-list` prints counts behind addresses: any(65537)
    bool read_counted_any(AddressOperand& address) {
        std::string_view word = statement_.word();
        if (!drop_count(word) || (word != "any" && word != "any4" && word != "any6")) return false;
        address.kind = word == "any"    ? AddressOperand::Kind::any
                       : word == "any4" ? AddressOperand::Kind::any4
                                        : AddressOperand::Kind::any6;
        address.place = statement_.take().place();
        return true;
    }

    // And for groups, of which it prints those of one family: v4-object-group WEB(2)
    bool read_counted_group(AddressOperand& address) {
        if (statement_.word() != "v4-object-group" && statement_.word() != "v6-object-group") return false;
        const Token word = statement_.take();
        const Token name = statement_.take();
        address.kind = AddressOperand::Kind::group;
        address.name = name.text;
        drop_count(address.name);
        address.place = {word.offset, name.offset + static_cast<std::uint32_t>(name.text.size()) - word.offset};
        return true;
    }

    static bool drop_count(std::string_view& word) {
        const auto open = word.rfind('(');
        if (open == std::string_view::npos || open == 0 || !word.ends_with(')')) return false;
        if (!parse_decimal(word.substr(open + 1, word.size() - open - 2), 0xffffffff)) return false;
        word = word.substr(0, open);
        return true;
    }

    // `show access-list` prints "(298)" behind groups and "(www.example.com)" behind resolved hosts.
    void skip_annotation(AddressOperand& address) {
        if (is_annotation(statement_.word())) statement_.take();
        if (address.kind == AddressOperand::Kind::fqdn && statement_.word() == "(unresolved)") statement_.take();
    }

    bool read_source_port() {
        if (has_icmp_type(number()) || ace_.protocol.kind == ProtocolOperand::Kind::object) return true;
        // "range 192.0.2.20 192.0.2.22" is the destination.
        if (statement_.word() == "range" && parse_address(statement_.word(1))) return true;
        if (starts_port_operand(statement_.word())) return parse_port_operand(statement_, ace_.source_port, problem);
        if (statement_.word() != "object-group") return true;
        // A group here is the source ports when a destination still follows it.
        const std::string_view behind = statement_.word(2);
        if (behind == "object-group") {
            const std::string_view third = statement_.word(4);
            const bool ports_follow = starts_port_operand(third) || third == "object-group";
            if (!ports_follow) {
                // Two groups left: decided by the type of the first one, which may be defined later.
                ace_.two_readings = number() == kTcp || number() == kUdp || number() == kSctp ||
                                    ace_.protocol.kind == ProtocolOperand::Kind::group;
                return true;
            }
        } else if (!starts_address(behind) && !parse_v4(behind) && !parse_v6_prefix(behind) &&
                   !(parse_v4(statement_.word(3)) && !starts_tail(behind))) {
            return true;
        }
        take_group(ace_.source_port);
        return true;
    }

    void take_group(PortOperand& operand) {
        const Token word = statement_.take();
        const Token name = statement_.take();
        operand.kind = PortOperand::Kind::group;
        operand.first = name.text;
        operand.place = {word.offset, name.place().offset + name.place().length - word.offset};
    }

    bool read_service() {
        const std::string_view word = statement_.word();
        if (has_icmp_type(number())) {
            if (word == "object-group") {
                PortOperand group;
                take_group(group);
                ace_.icmp = {IcmpOperand::Kind::group, group.first, {}, group.place};
            } else {
                parse_icmp_operand(statement_, ace_.icmp, number());
                if (ace_.icmp.kind == IcmpOperand::Kind::none && !starts_tail(statement_.word())) {
                    const auto near = did_you_mean(word, icmp_words(number()));
                    problem = problem_here(
                        statement_, fmt::format("'{}' is not an ICMP{} type", word, number() == kIcmp6 ? "v6" : ""),
                        near ? fmt::format("did you mean '{}'?", *near) : "");
                    return false;
                }
            }
            return true;
        }
        if (starts_port_operand(word)) return parse_port_operand(statement_, ace_.destination_port, problem);
        if (word == "object-group") {
            if (statement_.word(1).empty()) {
                problem = problem_here(statement_, "the name of the object group is missing");
                return false;
            }
            take_group(ace_.destination_port);
        }
        return true;
    }

    bool read_tail() {
        while (!statement_.at_end()) {
            const Token token = statement_.here();
            const std::string_view word = token.text;
            if (word == "log") {
                statement_.take();
                ace_.logs = true;
                if (statement_.word() == "disable") ace_.logs = false;
                if (statement_.word() == "disable" || statement_.word() == "default" ||
                    is_log_level(statement_.word())) {
                    statement_.take();
                }
                if (statement_.accept("interval")) {
                    if (!parse_decimal(statement_.word(), 600)) {
                        problem = problem_here(statement_, "'interval' needs a number of seconds");
                        return false;
                    }
                    statement_.take();
                }
            } else if (word == "time-range") {
                statement_.take();
                if (statement_.at_end()) {
                    problem = problem_here(statement_, "the name of the time range is missing");
                    return false;
                }
                ace_.time_place = statement_.here().place();
                ace_.time_range = statement_.take().text;
            } else if (word == "inactive" || word == "(inactive)") {
                statement_.take();
                ace_.inactive = true;
            } else if (word == "rule-id" && parse_decimal(statement_.word(1), 0xffffffff)) {
                statement_.take();
                ace_.rule_id = parse_decimal(statement_.take().text, 0xffffffff);
            } else if (word == "event-log") {
                statement_.take();
                statement_.take();
                ace_.logs = true;
            } else if (word.starts_with("(hitcnt=") && word.ends_with(')')) {
                statement_.take();
                std::uint64_t hits = 0;
                std::from_chars(word.data() + 8, word.data() + word.size() - 1, hits);
                ace_.hits = hits;
            } else if (word.starts_with("0x") && statement_.position() + 1 == statement_.size()) {
                statement_.take();
            } else {
                problem = problem_here(statement_, fmt::format("'{}' is not understood here", word));
                if (word.ends_with('$')) {
                    problem.hint = "the terminal cut this line: capture it again with 'terminal width 511'";
                } else if (starts_port_operand(word) && !has_ports(number()) &&
                           ace_.protocol.kind != ProtocolOperand::Kind::group) {
                    problem.message = "only tcp, udp and sctp have ports";
                    problem.hint = "give one of these protocols, or remove the port";
                }
                return false;
            }
        }
        return true;
    }

    std::uint8_t number() const {
        return ace_.protocol.kind == ProtocolOperand::Kind::number ? ace_.protocol.number : std::uint8_t{0};
    }

    Statement& statement_;
    Ace& ace_;
};

}  // namespace

void parse_ace(Statement& statement, Ace& ace) {
    AceReader reader(statement, ace);
    if (reader.read()) return;
    ace.kind = Ace::Kind::unreadable;
    ace.problem = std::make_unique<Problem>(std::move(reader.problem));
}

}  // namespace fwproof::asa
