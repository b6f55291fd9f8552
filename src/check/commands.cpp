#include "check/commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

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

// A word between double quotes as iptables-save writes it, for a shell, which would look into it for names, commands
// and history. `at`: behind the first quote, moved behind the last. Empty: it is not closed.
std::string quoted_for_shell(std::string_view statement, std::size_t& at) {
    std::string plain;
    for (; at < statement.size() && statement[at] != '"'; ++at) {
        if (statement[at] == '\\' && at + 1 < statement.size()) ++at;
        plain += statement[at];
    }
    if (at++ >= statement.size()) return {};
    if (plain.find_first_of("$`\\!\"") == std::string::npos) return '"' + plain + '"';
    std::string word = "'";
    for (const char c : plain) {
        if (c == '\'')
            word += "'\\''";
        else
            word += c;
    }
    return word + "'";
}

// The words of a rule as a shell hands them on unchanged; empty where they hold what iptables-save never writes.
std::string for_shell(std::string_view statement) {
    constexpr std::string_view kPlain = "_-./:,=+@% ";
    std::string words;
    for (std::size_t at = 0; at < statement.size();) {
        const char c = statement[at];
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        const bool negation = c == '!' && statement.substr(at).starts_with("! ");
        if (c == '"') {
            const std::string word = quoted_for_shell(statement, ++at);
            if (word.empty()) return {};
            words += word;
        } else if (letter || negation || kPlain.find(c) != std::string_view::npos) {
            words += statement[at++];
        } else {
            return {};
        }
    }
    return words;
}

// "iptables -t nat -D PREROUTING -p tcp ...". iptables removes the first rule that is spelled like this; one that is
// spelled like an earlier one is named by its number.
Removal iptables_removal(const Policy& policy, RuleRef ref, std::string_view statement) {
    if (statement.starts_with("[")) {
        const auto end = statement.find("] ");
        if (end == std::string_view::npos) return {};
        statement.remove_prefix(end + 2);
    }
    if (!statement.starts_with("-A ")) return {};
    const Ruleset& ruleset = policy.rulesets[ref.ruleset];
    Removal removal;
    std::string which = for_shell(statement.substr(3));
    if (which.empty()) return {};
    for (std::uint32_t earlier = 0; earlier < ref.rule; ++earlier) {
        const SourceSpan& span = ruleset.rules[earlier].span;
        if (!span || !span.text().ends_with(statement)) continue;
        const std::string_view number = number_of(ruleset.rules[ref.rule].name);
        if (number.empty()) return {};
        which = fmt::format("{} {}", which.substr(0, which.find(' ')), number);
        removal.by_number = true;
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
    removal.command = fmt::format("{}{} -D {}", v6 ? "ip6tables" : "iptables", table, which);
    return removal;
}

// A text between single quotes. PowerShell takes several other characters for such a quote, too.
std::string quoted_for_powershell(std::string_view text) {
    constexpr auto kQuotes =
        std::to_array<std::string_view>({"'", "\xe2\x80\x98", "\xe2\x80\x99", "\xe2\x80\x9a", "\xe2\x80\x9b"});
    std::string quoted = "'";
    while (!text.empty()) {
        const auto quote = std::find_if(kQuotes.begin(), kQuotes.end(), [&](auto q) { return text.starts_with(q); });
        const std::string_view one = quote == kQuotes.end() ? text.substr(0, 1) : *quote;
        quoted += one;
        if (quote != kQuotes.end()) quoted += one;
        text.remove_prefix(one.size());
    }
    return quoted + "'";
}

// The cmdlet changes the local store, knows rules by their id, and takes some characters in it for others. Listings
// without ids name their rules as people do.
std::string windows_removal(const Rule& rule) {
    const bool has_id = !rule.name.empty() && rule.name != rule.comment;
    if (!has_id || rule.store != "local store") return {};
    const bool plain = std::none_of(rule.name.begin(), rule.name.end(), [](char c) {
        return static_cast<unsigned char>(c) < ' ' || c == '\x7f' ||
               std::string_view("*?[]`").find(c) != std::string_view::npos;
    });
    return plain ? "Remove-NetFirewallRule -Name " + quoted_for_powershell(rule.name) : std::string();
}

}  // namespace

Removal removal(const Policy& policy, RuleRef ref) {
    const Ruleset& ruleset = policy.rulesets[ref.ruleset];
    if (ref.rule >= ruleset.rules.size() || !ruleset.rules[ref.rule].span) return {};
    const Rule& rule = ruleset.rules[ref.rule];
    std::string_view statement = rule.span.text();
    statement.remove_prefix(std::min(statement.find_first_not_of(" \t"), statement.size()));
    if (mask_secrets(statement) != statement) return {};  // a command with asterisks in it removes nothing
    if (policy.vendor == "windows") return {windows_removal(rule)};
    if (statement.find('\n') != std::string_view::npos) return {};
    if (policy.vendor == "asa") return {asa_removal(statement)};
    if (policy.vendor == "iptables") return iptables_removal(policy, ref, statement);
    return {};
}

}  // namespace fwproof
