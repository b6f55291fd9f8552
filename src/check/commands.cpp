#include "check/commands.hpp"

#include <fmt/format.h>

#include "fwproof/base/secrets.hpp"

namespace fwproof {

namespace {

// "no access-list OUT extended permit ...". What `show access-list` prints (line numbers, hit counts) is no command.
std::string asa_removal(std::string_view statement) {
    const bool configuration = statement.starts_with("access-list ") &&
                               statement.find("(hitcnt=") == std::string_view::npos &&
                               statement.find(" line ") == std::string_view::npos;
    return configuration ? fmt::format("no {}", statement) : std::string();
}

// The place in the list: "INPUT rule 4" is 4.
std::string_view number_of(std::string_view rule_name) {
    const auto space = rule_name.rfind(' ');
    return space == std::string_view::npos ? std::string_view() : rule_name.substr(space + 1);
}

// "iptables -t nat -D PREROUTING -p tcp ...". iptables removes the first rule that is spelled like this; one that is
// spelled like an earlier one is named by its number.
std::string iptables_removal(const Policy& policy, RuleRef ref, std::string_view statement) {
    if (statement.starts_with("[")) {
        const auto end = statement.find("] ");
        if (end == std::string_view::npos) return {};
        statement.remove_prefix(end + 2);
    }
    if (!statement.starts_with("-A ")) return {};
    const Ruleset& ruleset = policy.rulesets[ref.ruleset];
    std::string which(statement.substr(3));
    for (std::uint32_t earlier = 0; earlier < ref.rule; ++earlier) {
        const SourceSpan& span = ruleset.rules[earlier].span;
        if (!span || !span.text().ends_with(statement)) continue;
        const std::string_view number = number_of(ruleset.rules[ref.rule].name);
        if (number.empty()) return {};
        which = fmt::format("{} {}", which.substr(0, which.find(' ')), number);
        break;
    }
    std::string_view name = ruleset.name;
    const bool v6 = name.starts_with("IPv6 ") || (policy.families.size() == 1 && policy.families[0] == Family::v6);
    if (name.starts_with("IPv6 ")) name.remove_prefix(5);
    if (name.starts_with("legacy ")) return {};
    std::string table;
    for (const std::string_view known : {"raw", "mangle", "nat", "security"}) {
        if (name.starts_with(known) && name.substr(known.size()).starts_with(" ")) table = fmt::format(" -t {}", known);
    }
    return fmt::format("{}{} -D {}", v6 ? "ip6tables" : "iptables", table, which);
}

}  // namespace

std::string removal(const Policy& policy, RuleRef ref) {
    const Ruleset& ruleset = policy.rulesets[ref.ruleset];
    if (ref.rule >= ruleset.rules.size() || !ruleset.rules[ref.rule].span) return {};
    const Rule& rule = ruleset.rules[ref.rule];
    std::string_view statement = rule.span.text();
    statement.remove_prefix(std::min(statement.find_first_not_of(" \t"), statement.size()));
    if (statement.find('\n') != std::string_view::npos) return {};
    if (mask_secrets(statement) != statement) return {};  // a command with asterisks in it removes nothing
    if (policy.vendor == "asa") return asa_removal(statement);
    if (policy.vendor == "iptables") return iptables_removal(policy, ref, statement);
    if (policy.vendor == "windows" && !rule.name.empty()) {
        return fmt::format("Remove-NetFirewallRule -Name '{}'", rule.name);
    }
    return {};
}

}  // namespace fwproof
