#include "report/outcomes.hpp"

#include <algorithm>
#include <map>

namespace fwproof::report {

std::string_view outcome_text(OutcomeKind kind) {
    switch (kind) {
        case OutcomeKind::clear: return "nothing found";
        case OutcomeKind::found: return "found";
        case OutcomeKind::excused: return "waived or known";
        case OutcomeKind::unassessed: return "not assessed";
    }
    return "";
}

namespace {

OutcomeKind judge(const Outcome& outcome, bool everything_assessed) {
    if (outcome.found > 0) return OutcomeKind::found;
    if (outcome.waived + outcome.known > 0) return OutcomeKind::excused;
    return everything_assessed ? OutcomeKind::clear : OutcomeKind::unassessed;
}

// "1.2.10" behind "1.2.9".
bool comes_before(std::string_view a, std::string_view b) {
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    while (!a.empty() && !b.empty()) {
        if (!digit(a.front()) || !digit(b.front())) {
            if (a.front() != b.front()) return a.front() < b.front();
            a.remove_prefix(1);
            b.remove_prefix(1);
            continue;
        }
        const auto number = [&](std::string_view& text) {
            text.remove_prefix(std::min(text.find_first_not_of('0'), text.size()));
            const auto end = std::find_if_not(text.begin(), text.end(), digit);
            const std::string_view digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
            text.remove_prefix(digits.size());
            return digits;
        };
        const std::string_view one = number(a), other = number(b);
        if (one.size() != other.size()) return one.size() < other.size();
        if (one != other) return one < other;
    }
    return a.size() < b.size();
}

struct InOrder {
    bool operator()(std::string_view a, std::string_view b) const { return comes_before(a, b); }
};

}  // namespace

std::vector<CheckOutcome> check_outcomes(const Report& report) {
    std::vector<CheckOutcome> all;
    std::map<std::string, std::size_t> at;
    const auto of = [&](const std::string& name) -> Outcome& {
        const auto [entry, fresh] = at.emplace(name, all.size());
        if (fresh) all.push_back({name, find_check(name), {}});
        return all[entry->second].outcome;
    };
    for (const auto& name : report.checks) of(name);
    for (std::size_t i = 0; i < report.findings.size(); ++i) {
        const Finding& finding = report.findings[i];
        Outcome& outcome = of(finding.check);
        outcome.findings.push_back(i);
        ++(finding.waived_by.empty() ? outcome.found : outcome.waived);
        outcome.fails = outcome.fails || report.fails(finding);
    }
    if (report.known) {
        for (const auto& finding : *report.known) ++of(finding.check).known;
    }
    for (auto& one : all) one.outcome.kind = judge(one.outcome, !report.incomplete(one.name));
    return all;
}

std::vector<RequirementOutcome> requirement_outcomes(const Report& report) {
    std::map<std::string_view, const CheckOutcome*> ran;
    const std::vector<CheckOutcome> outcomes = check_outcomes(report);
    for (const auto& one : outcomes) ran.emplace(one.name, &one);
    std::vector<RequirementOutcome> all;
    for (const auto& standard : standards()) {
        std::map<std::string_view, RequirementOutcome, InOrder> own;
        for (const Check* check : checks()) {
            for (const auto& entry : standard_entries(*check)) {
                if (entry.standard->id != standard.id) continue;
                RequirementOutcome& requirement = own[entry.requirement];
                const auto found = ran.find(check->name);
                if (found == ran.end()) {
                    requirement.not_run.emplace_back(check->id);
                    continue;
                }
                requirement.ids.emplace_back(check->id);
                requirement.incomplete = requirement.incomplete || report.incomplete(check->name);
                const Outcome& from = found->second->outcome;
                Outcome& to = requirement.outcome;
                to.findings.insert(to.findings.end(), from.findings.begin(), from.findings.end());
                to.found += from.found;
                to.waived += from.waived;
                to.known += from.known;
                to.fails = to.fails || from.fails;
            }
        }
        for (auto& [number, requirement] : own) {
            if (requirement.ids.empty()) continue;
            requirement.standard = &standard;
            requirement.requirement = number;
            requirement.outcome.kind =
                judge(requirement.outcome, !requirement.incomplete && requirement.not_run.empty());
            all.push_back(std::move(requirement));
        }
    }
    return all;
}

}  // namespace fwproof::report
