#include "cli/checks_manual.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "fwproof/check/check.hpp"

namespace fwproof::cli {

namespace {

constexpr std::size_t kWidth = 78;

// A backslash starts an escape, and a dot or an apostrophe at the start of a line a request.
std::string escaped(std::string_view line) {
    std::string text;
    if (!line.empty() && (line[0] == '.' || line[0] == '\'')) text = "\\&";
    for (const char c : line) text += c == '\\' ? std::string("\\e") : std::string(1, c);
    return text;
}

// A sentence begins a line, and lines are short: what mdoc(7) asks for.
std::string prose(std::string_view text) {
    std::string out, line;
    const auto flush = [&] {
        if (!line.empty()) out += escaped(line) + "\n";
        line.clear();
    };
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find_first_of(" \n"));
        text.remove_prefix(std::min(word.size() + 1, text.size()));
        if (word.empty()) continue;
        if (!line.empty() && line.size() + 1 + word.size() > kWidth) flush();
        line += (line.empty() ? "" : " ") + std::string(word);
        const char last = word.back();
        if (last == '.' || last == '!' || last == '?') flush();
    }
    flush();
    return out;
}

std::string literal(std::string_view text) {
    std::string out = ".Bd -literal -offset indent\n";
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        out += escaped(line) + "\n";
        text.remove_prefix(std::min(line.size() + 1, text.size()));
    }
    return out + ".Ed\n";
}

std::string page(const Check& check) {
    std::string out = fmt::format(".Ss {} {}\n", check.id, check.name);
    out += prose(fmt::format("{}.", check.summary));
    out += prose(fmt::format("Severity: {}{}.", to_string(check.severity),
                             check.pedantic ? "; runs only when it is selected" : ""));
    out += ".Pp\n" + prose(check.why) + literal(check.example) + ".Pp\n" + prose(check.fix);
    const auto entries = standard_entries(check);
    if (!entries.empty() || !check.references.empty()) {
        out += ".Pp\nSee:\n.Bl -dash -compact\n";
        for (const auto& [standard, requirement] : entries) {
            out += ".It\n" + prose(fmt::format("{}, {}", standard->title, requirement));
        }
        std::string_view references = check.references;
        while (!references.empty()) {
            const std::string_view line = references.substr(0, references.find('\n'));
            out += ".It\n" + prose(line);
            references.remove_prefix(std::min(line.size() + 1, references.size()));
        }
        out += ".El\n";
    }
    return out;
}

struct Group {
    std::string_view beginning;  // of the ids
    std::string_view title;
};
constexpr auto kGroups = std::to_array<Group>({{"FW0", "INPUT AND CERTAINTY"},
                                               {"FW1", "BETWEEN RULES"},
                                               {"FW2", "BREADTH"},
                                               {"FW3", "SERVICES"},
                                               {"FW4", "DEFAULTS AND STRUCTURE"},
                                               {"FW5", "LOGGING"},
                                               {"FW6", "HYGIENE"},
                                               {"FW7", "REQUIRED FLOWS"},
                                               {"FW8", "CHANGES"},
                                               {"FW9", "WAIVERS"},
                                               {"ASA", "CISCO ASA"},
                                               {"IPT", "IPTABLES"},
                                               {"WIN", "WINDOWS FIREWALL"}});

}  // namespace

std::string checks_manual() {
    std::string out =
        ".\\\" Made by 'fwproof checks --format mdoc' from the pages of the checks; do not edit.\n"
        ".Dd November 21, 2026\n.Dt FWPROOF-CHECKS 7\n.Os\n.Sh NAME\n.Nm fwproof-checks\n"
        ".Nd what fwproof looks for\n.Sh DESCRIPTION\n";
    out += prose(
        "A check has an id that is never used again for another one, and a name, which is the bad pattern. Options of "
        "fwproof take ids, beginnings of ids and names. The severity is that of an ordinary finding; some findings are "
        "graded otherwise, and say so.");
    out += ".Pp\nStandards for\n.Fl -standard :\n.Bl -tag -width Ds\n";
    for (const auto& standard : standards())
        out += fmt::format(".It Cm {}\n{}\n", standard.id, escaped(standard.title));
    out += ".El\n";
    for (const auto& group : kGroups) {
        std::string pages;
        for (const Check* check : checks()) {
            if (check->id.starts_with(group.beginning)) pages += page(*check);
        }
        if (!pages.empty()) out += fmt::format(".Sh {}\n{}", group.title, pages);
    }
    out += ".Sh SEE ALSO\n.Xr fwproof 1\n";
    return out;
}

}  // namespace fwproof::cli
