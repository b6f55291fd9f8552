#include "analysis/desk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

namespace fwproof {

namespace {

Space build_space(const Policy& policy, std::initializer_list<const std::vector<Product>*> values,
                  const Budget& budget) {
    SpaceBuilder builder;
    add_values(builder, policy);
    for (const auto* products : values) {
        for (const auto& product : *products) builder.add(product);
    }
    return builder.set_budget(budget).build();
}

// What packets of the products can meet on any path.
Nearby nearby(const Policy& policy, const std::vector<Product>& products) {
    std::vector<const Path*> paths;
    for (const Path& path : policy.paths) paths.push_back(&path);
    return {policy, paths, products};
}

}  // namespace

Desk::Desk(const Firewall& firewall, const std::vector<Product>& values, const std::vector<Product>& required,
           const std::vector<Product>& openings, const Budget& budget)
    : firewall_(firewall),
      budget_(budget),
      space_(build_space(*firewall.policy, {&values, &required, &openings}, budget)),
      impossible_(space_.from(firewall.policy->impossible)),
      openings_focus_(space_.from(openings)),
      evaluator_(std::make_unique<Evaluator>(*firewall.policy, space_, space_.from(required),
                                             nearby(*firewall.policy, required))),
      openings_(
          std::make_unique<Evaluator>(*firewall.policy, space_, openings_focus_, nearby(*firewall.policy, openings))) {}

PacketSet Desk::question(const std::vector<Product>& products) const { return space_.from(products) - impossible_; }

Desk::Bounds Desk::permitted(const Path& path, const PacketSet& question, const Assumption& assumption) const {
    Outcome outcome = evaluator_->evaluate(path, question, assumption);
    if (outcome.out_of_budget) throw OutOfBudget();
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

std::optional<Packet> witness_of(const PacketSet& packets) {
    auto witness = packets.pick();
    if (!witness || !(witness->source == witness->destination)) return witness;
    // The next address is most often as good.
    Packet other = *witness;
    for (int step = 0; step < 4; ++step) {
        ++other.destination.value;
        if (packets.contains(other)) return other;
    }
    return witness;
}

bool is_implicit(const Policy& policy, RuleRef ref) {
    const auto& rules = policy.rulesets[ref.ruleset].rules;
    return ref.rule >= rules.size() || rules[ref.rule].implicit;
}

}  // namespace fwproof
