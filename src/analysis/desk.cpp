#include "analysis/desk.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fwproof {

namespace {

Space build_space(const Policy& policy, const std::vector<Product>& values) {
    SpaceBuilder builder;
    add_values(builder, policy);
    for (const auto& product : values) builder.add(product);
    for (const auto& product : policy.impossible) builder.add(product);
    return builder.build();
}

}  // namespace

Desk::Desk(const Firewall& firewall, const std::vector<Product>& values)
    : firewall_(firewall),
      space_(build_space(*firewall.policy, values)),
      impossible_(space_.from(firewall.policy->impossible)),
      evaluator_(std::make_unique<Evaluator>(*firewall.policy, space_)) {}

PacketSet Desk::question(const std::vector<Product>& products) const { return space_.from(products) - impossible_; }

Desk::Bounds Desk::permitted(const Path& path, const PacketSet& question, const Assumption& assumption) const {
    Outcome outcome = evaluator_->evaluate(path, question, assumption);
    return {outcome.permitted, outcome.permitted | outcome.undecided};
}

std::vector<std::string> Desk::conditions(RuleRef ref) const {
    std::vector<std::string> texts;
    const auto& rules = policy().rulesets[ref.ruleset].rules;
    if (ref.rule >= rules.size()) return texts;
    const Rule& rule = rules[ref.rule];
    for (const auto& condition : rule.match.conditions) {
        std::string text = fmt::format("{} {}", to_string(condition.kind), condition.value);
        const SourceSpan& span = condition.span ? condition.span : rule.span;
        if (span) text += fmt::format(" ({}:{})", span.source->name(), span.line());
        if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(std::move(text));
    }
    return texts;
}

bool is_implicit(const Policy& policy, RuleRef ref) {
    const auto& rules = policy.rulesets[ref.ruleset].rules;
    return ref.rule >= rules.size() || rules[ref.rule].implicit;
}

}  // namespace fwproof
