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

const Check* find_check(std::string_view id_or_name) {
    for (const Check* check : checks()) {
        if (check->id == id_or_name || check->name == id_or_name) return check;
    }
    return nullptr;
}

namespace {

bool names(std::string_view word, const Check& check) {
    return word == "all" || word == check.name || (word.starts_with("FW") && check.id.starts_with(word));
}

bool named_by(const std::vector<std::string>& words, const Check& check) {
    return std::any_of(words.begin(), words.end(), [&](const std::string& word) { return names(word, check); });
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
    std::vector<const Check*> selected;
    for (const Check* check : checks()) {
        const auto& subjects = selection.subjects;
        if (std::find(subjects.begin(), subjects.end(), check->subject) == subjects.end()) continue;
        const bool wanted = selection.select.empty() ? !check->pedantic : named_by(selection.select, *check);
        if (wanted && !named_by(selection.ignore, *check)) selected.push_back(check);
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
    page += fmt::format("\nFix\n{}\n\nReferences\n{}\n", check.fix, check.references);
    return page;
}

}  // namespace fwproof
