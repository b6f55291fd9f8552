#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "fwproof/check/check.hpp"

namespace fwproof {

#define FWPROOF_CHECK(name) extern const Check check_##name;
#include "checks.def"
#undef FWPROOF_CHECK

std::span<const Check* const> checks() {
    static constexpr std::array kChecks = {
#define FWPROOF_CHECK(name) &check_##name,
#include "checks.def"
#undef FWPROOF_CHECK
    };
    return kChecks;
}

std::string_view to_string(Subject subject) {
    switch (subject) {
        case Subject::input: return "input";
        case Subject::rules: return "rules";
        case Subject::site: return "site";
        case Subject::waiver: return "waiver";
        case Subject::change: return "change";
    }
    return "input";
}

std::span<const Standard> standards() {
    static constexpr auto kStandards = std::to_array<Standard>({
#define FWPROOF_STANDARD(id, title) {id, title},
#include "standards.def"
#undef FWPROOF_STANDARD
    });
    return kStandards;
}

std::vector<StandardEntry> standard_entries(const Check& check) {
    std::vector<StandardEntry> entries;
    for (std::string_view rest = check.standards; !rest.empty();) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        const std::string_view id = line.substr(0, line.find(' '));
        for (const auto& standard : standards()) {
            if (standard.id == id) entries.push_back({&standard, line.substr(std::min(id.size() + 1, line.size()))});
        }
    }
    return entries;
}

const Check* find_check(std::string_view id_or_name) {
    for (const Check* check : checks()) {
        if (check->id == id_or_name || check->name == id_or_name) return check;
    }
    return nullptr;
}

namespace {

bool names(std::string_view word, const Check& check) {
    const bool beginning = !word.empty() && word.front() >= 'A' && word.front() <= 'Z' && check.id.starts_with(word);
    return word == "all" || word == check.name || beginning;
}

bool named_by(const std::vector<std::string>& words, const Check& check) {
    return std::any_of(words.begin(), words.end(), [&](const std::string& word) { return names(word, check); });
}

// "stig" names every standard whose id begins with "stig-".
bool names(std::string_view word, const Standard& standard) {
    return standard.id == word || (standard.id.starts_with(word) && standard.id.substr(word.size()).starts_with("-"));
}

bool required_by(const std::vector<std::string>& words, const Check& check) {
    const auto entries = standard_entries(check);
    return std::any_of(entries.begin(), entries.end(), [&](const StandardEntry& entry) {
        return std::any_of(words.begin(), words.end(), [&](const auto& word) { return names(word, *entry.standard); });
    });
}

std::optional<Error> unknown_standard(const std::vector<std::string>& words) {
    const auto all = standards();
    std::vector<std::string> ids;
    for (const auto& standard : all) ids.emplace_back(standard.id);
    for (const auto& word : words) {
        if (std::any_of(all.begin(), all.end(), [&](const Standard& s) { return names(word, s); })) continue;
        const auto near = did_you_mean(word, ids);
        return Error{fmt::format("no standard is named '{}'", word),
                     near ? fmt::format("did you mean '{}'?", *near) : fmt::format("known: {}", fmt::join(ids, ", ")),
                     {}};
    }
    return std::nullopt;
}

std::optional<Error> unknown_word(const std::vector<std::string>& words) {
    for (const auto& word : words) {
        const auto all = checks();
        if (std::any_of(all.begin(), all.end(), [&](const Check* check) { return names(word, *check); })) continue;
        std::vector<std::string> candidates;
        for (const Check* check : all) {
            candidates.emplace_back(check->id);
            candidates.emplace_back(check->name);
        }
        const auto near = did_you_mean(word, candidates);
        return Error{fmt::format("no check is named '{}'", word),
                     near ? fmt::format("did you mean '{}'?", *near) : "'fwproof checks' lists them",
                     {}};
    }
    return std::nullopt;
}

}  // namespace

Result<std::vector<const Check*>> select_checks(const Selection& selection) {
    if (auto error = unknown_word(selection.select)) return fail(std::move(*error));
    if (auto error = unknown_word(selection.ignore)) return fail(std::move(*error));
    if (auto error = unknown_standard(selection.standards)) return fail(std::move(*error));
    const auto wanted = [&](const Check& check) {
        if (named_by(selection.select, check)) return true;
        if (selection.standards.empty()) return selection.select.empty() && !check.pedantic;
        const bool always = check.subject == Subject::input || check.subject == Subject::waiver;
        return (always && !check.pedantic) || required_by(selection.standards, check);
    };
    std::vector<const Check*> selected;
    for (const Check* check : checks()) {
        const auto& subjects = selection.subjects;
        if (std::find(subjects.begin(), subjects.end(), check->subject) == subjects.end()) continue;
        if (wanted(*check) && !named_by(selection.ignore, *check)) selected.push_back(check);
    }
    return selected;
}

std::string render_page(const Check& check) {
    std::string page = fmt::format("{} {} ({})\n\n{}.\n\nWhy\n{}\n\nExample\n", check.id, check.name,
                                   to_string(check.severity), check.summary, check.why);
    std::string_view example = check.example;
    while (!example.empty()) {
        const auto end = example.find('\n');
        page += fmt::format("    {}\n", example.substr(0, end));
        example = end == std::string_view::npos ? std::string_view() : example.substr(end + 1);
    }
    page += fmt::format("\nFix\n{}\n", check.fix);
    const auto entries = standard_entries(check);
    if (!entries.empty()) page += "\nStandards\n";
    for (const auto& [standard, requirement] : entries) page += fmt::format("{}, {}\n", standard->title, requirement);
    if (!check.references.empty()) page += fmt::format("\nReferences\n{}\n", check.references);
    return page;
}

}  // namespace fwproof
