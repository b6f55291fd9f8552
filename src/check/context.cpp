#include <algorithm>
#include <optional>
#include <tuple>

#include "check/rule_study.hpp"
#include "check/waivers.hpp"

namespace fwproof {

struct CheckContext::Impl {
    CheckInput input;
    std::optional<Assessment> assessment;
    std::optional<RuleStudy> rules;
    std::vector<const Check*> running;
};

CheckContext::CheckContext(CheckInput input) : impl_(std::make_unique<Impl>()) { impl_->input = std::move(input); }
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
    if (!impl_->rules) impl_->rules.emplace(firewalls(), input().threads);
    return *impl_->rules;
}

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

std::vector<Finding> run_checks(const CheckContext& context, std::span<const Check* const> selected) {
    context.impl_->running.assign(selected.begin(), selected.end());
    std::vector<Finding> findings;
    for (const Check* check : selected) {
        if (check->subject != Subject::waiver) check->run(context, *check, findings);
    }
    apply_waivers(context, findings);
    for (const Check* check : selected) {
        if (check->subject == Subject::waiver) check->run(context, *check, findings);
    }
    sort_findings(findings);
    set_fingerprints(findings);
    return findings;
}

}  // namespace fwproof
