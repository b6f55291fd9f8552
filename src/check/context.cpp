#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <tuple>

#include "check/describe.hpp"
#include "check/rule_desk.hpp"
#include "check/rule_study.hpp"
#include "check/unknown_outside.hpp"
#include "check/waivers.hpp"
#include "fwproof/base/parallel.hpp"
#include "fwproof/check/change.hpp"
#include "fwproof/policy/object_names.hpp"

namespace fwproof {

struct CheckContext::Impl {
    CheckInput input;
    std::optional<Assessment> assessment;
    std::optional<RuleStudy> rules;
    std::vector<const Check*> unfinished;
    std::vector<const Check*> running;
    bool alone = false;  // one of several: what all of them need is done afterwards
    // Of exports that were looked at one by one.
    std::vector<BeyondBudget> beyond_apart;
    std::vector<Unassessed> unassessed_apart;
};

CheckContext::CheckContext(CheckInput input) : impl_(std::make_unique<Impl>()) {
    impl_->input = std::move(input);
    // A waiver may name its check by id; findings carry the name.
    for (Waiver& waiver : impl_->input.waivers) {
        if (const Check* check = find_check(waiver.check)) waiver.check = check->name;
    }
}
CheckContext::~CheckContext() = default;
CheckContext::CheckContext(CheckContext&&) noexcept = default;

const CheckInput& CheckContext::input() const { return impl_->input; }

std::span<const Requirement> CheckContext::requirements() const {
    if (!impl_->input.resolution) return {};
    return impl_->input.resolution->requirements;
}

const Assessment& CheckContext::assessment() const {
    if (!impl_->assessment) impl_->assessment = assess(impl_->input.topology, requirements(), impl_->input.assess);
    return *impl_->assessment;
}

const RuleStudy& CheckContext::rules() const {
    if (!impl_->rules) impl_->rules.emplace(input().topology, impl_->input.assess.budget, input().threads);
    return *impl_->rules;
}

std::vector<BeyondBudget> CheckContext::beyond_budget() const {
    std::vector<BeyondBudget> all = impl_->beyond_apart;
    for (std::size_t i = 0; impl_->rules && i < firewalls().size(); ++i) {
        const RuleDesk* desk = impl_->rules->desk_so_far(i);
        if (!desk) continue;
        const Firewall& firewall = firewalls()[i];
        for (const Path* path : desk->paths_beyond) {
            all.push_back(
                {&firewall, {}, fmt::format("what rules let in{} was not worked out", place(firewall, {path}))});
        }
        for (const auto& [ruleset, rules] : desk->rules_beyond) {
            const Ruleset& list = firewall.policy->rulesets[ruleset];
            all.push_back({&firewall, list.rules[rules.front()].span,
                           rules.size() == 1 ? fmt::format("1 rule of {} was not judged", list.name)
                                             : fmt::format("{} rules of {} were not judged", rules.size(), list.name)});
        }
    }
    for (const Check* check : impl_->unfinished) {
        all.push_back({firewalls().size() == 1 ? &firewalls()[0] : nullptr,
                       {},
                       fmt::format("the check {} was not finished", check->name)});
    }
    return all;
}

std::vector<Unassessed> CheckContext::unassessed() const {
    std::vector<Unassessed> all = impl_->unassessed_apart;
    for (const auto& unknown : unknown_outsides(*this)) {
        for (const Check* check : checks_from_outside()) {
            if (runs(check->name)) all.push_back({unknown.firewall->file, std::string(check->name)});
        }
    }
    return all;
}

const RuleStudy* CheckContext::rules_so_far() const { return impl_->rules ? &*impl_->rules : nullptr; }

bool CheckContext::runs(std::string_view check) const {
    return std::any_of(impl_->running.begin(), impl_->running.end(), [&](const Check* c) { return c->name == check; });
}

namespace {

void sort_findings(std::vector<Finding>& findings) {
    const auto key = [](const Finding& f) {
        return std::tuple(std::string_view(f.file), f.span ? f.span.offset : 0, std::string_view(f.check),
                          std::string_view(f.firewall), std::string_view(f.message));
    };
    std::stable_sort(findings.begin(), findings.end(),
                     [&](const Finding& a, const Finding& b) { return key(a) < key(b); });
}

}  // namespace

namespace {

void say_regions(const CheckContext& context, std::vector<Finding>& findings) {
    const auto& firewalls = context.firewalls();
    const Change* change = context.input().change;
    std::map<const Firewall*, ObjectNames> names;  // made when needed
    static const ObjectNames kNone;
    for (Finding& finding : findings) {
        const auto at = std::find_if(firewalls.begin(), firewalls.end(), [&](const Firewall& firewall) {
            return firewall.id == finding.firewall && firewall.file == finding.file;
        });
        const ObjectNames* known = &kNone;
        if (at != firewalls.end() && !finding.region.empty()) {
            const auto [place, fresh] = names.try_emplace(&*at);
            if (fresh) place->second.add(*at->policy);
            if (fresh && change) {
                for (const auto& policy : change->policies) {
                    if (&firewalls[policy.firewall] == &*at) place->second.add(*policy.before);
                }
            }
            known = &place->second;
        }
        for (const auto& product : finding.region) finding.region_text.push_back(to_text(product, *known));
    }
}

}  // namespace

std::vector<Finding> run_checks(const CheckContext& context, std::span<const Check* const> selected) {
    context.impl_->running.assign(selected.begin(), selected.end());
    std::vector<Finding> findings;
    const auto run = [&](const Check& check) {
        const auto before = static_cast<std::ptrdiff_t>(findings.size());
        try {
            check.run(context, check, findings);
        } catch (const OutOfBudget&) {
            findings.erase(findings.begin() + before, findings.end());
            context.impl_->unfinished.push_back(&check);
        }
    };
    // They see what all others could not work out; the first cannot be waived.
    extern const Check check_beyond_budget, check_unknown_outside;
    // Asks what the other exports hold.
    extern const Check check_family_not_covered;
    const bool alone = context.impl_->alone;
    if (context.each_alone(selected)) {
        context.run_each_alone(selected, findings);
        if (context.runs(check_family_not_covered.name)) run(check_family_not_covered);
    } else {
        for (const Check* check : selected) {
            const bool last = check == &check_beyond_budget || check == &check_unknown_outside;
            const bool elsewhere = alone && check == &check_family_not_covered;
            if (check->subject != Subject::waiver && !last && !elsewhere) run(*check);
        }
        if (context.runs(check_unknown_outside.name)) run(check_unknown_outside);
    }
    if (alone) return findings;
    apply_waivers(context, findings);
    for (const Check* check : selected) {
        if (check->subject == Subject::waiver) run(*check);
    }
    if (context.runs(check_beyond_budget.name)) run(check_beyond_budget);
    sort_findings(findings);
    set_fingerprints(findings);
    say_regions(context, findings);
    return findings;
}

// What these find in the rules of an export depends on no other export.
bool CheckContext::each_alone(std::span<const Check* const> selected) const {
    return firewalls().size() > 1 && !input().resolution && !input().change &&
           std::all_of(selected.begin(), selected.end(), [](const Check* check) {
               return check->subject != Subject::site && check->subject != Subject::change;
           });
}

// What was worked out about an export goes before the next one begins, so that thousands of them take no more memory
// than the largest.
void CheckContext::run_each_alone(std::span<const Check* const> selected, std::vector<Finding>& findings) const {
    struct Result {
        std::vector<Finding> findings;
        std::vector<BeyondBudget> beyond;
        std::vector<Unassessed> unassessed;
    };
    std::vector<Result> results(firewalls().size());
    for_each_index(results.size(), input().threads, [&](std::size_t i) {
        CheckInput one;
        one.topology.firewalls = {firewalls()[i]};
        one.topology.zones = input().topology.zones;
        one.today = input().today;
        one.assess = input().assess;
        one.position = input().position;
        const CheckContext context(std::move(one));
        context.impl_->alone = true;
        results[i] = {run_checks(context, selected), context.beyond_budget(), context.unassessed()};
        for (auto& beyond : results[i].beyond) beyond.firewall = &firewalls()[i];
    });
    for (auto& result : results) {
        std::move(result.findings.begin(), result.findings.end(), std::back_inserter(findings));
        std::move(result.beyond.begin(), result.beyond.end(), std::back_inserter(impl_->beyond_apart));
        std::move(result.unassessed.begin(), result.unassessed.end(), std::back_inserter(impl_->unassessed_apart));
    }
}

}  // namespace fwproof
