#include "jobs.hpp"

#include "fwproof/analysis/anomaly.hpp"
#include "fwproof/analysis/compare.hpp"
#include "fwproof/analysis/evaluate.hpp"

namespace fwproof::bench {

namespace {

constexpr std::size_t kFlows = 10'000;
constexpr std::size_t kEdits = 10;

}  // namespace

std::size_t permit_set(const Recipe& recipe) {
    const Policy policy = generate(recipe);
    SpaceBuilder builder;
    add_values(builder, policy);
    const Space space = builder.build();
    const Evaluator evaluator(policy, space);
    const Outcome outcome = evaluator.evaluate(policy.paths[0], space.all());
    if (outcome.out_of_budget) throw OutOfBudget();
    return space.node_count();
}

std::size_t anomalies(const Recipe& recipe) {
    const Policy policy = generate(recipe);
    SpaceBuilder builder;
    add_values(builder, policy);
    const Space space = builder.build();
    std::size_t dead = 0;
    for (const auto& anomaly : find_anomalies(policy, 0, space.all())) {
        if (anomaly.standing == Standing::undecided) throw OutOfBudget();
        dead += anomaly.standing == Standing::shadowed || anomaly.standing == Standing::unreachable ||
                anomaly.standing == Standing::matches_nothing;
    }
    return dead;
}

std::size_t diff(const Recipe& recipe) {
    const Policy before = generate(recipe);
    const Policy after = edit(before, kEdits, recipe.seed + 1);
    const Comparison comparison = compare(before, before.paths[0], after, after.paths[0]);
    if (!comparison.undecided.empty()) throw OutOfBudget();
    return comparison.differences.size();
}

std::size_t required_flows(const Recipe& recipe) {
    const Policy policy = generate(recipe);
    const auto required = flows(policy, kFlows, recipe.seed + 2);
    SpaceBuilder builder;
    add_values(builder, policy);
    for (const auto& flow : required) builder.add(flow);
    const Space space = builder.build();
    const Evaluator evaluator(policy, space);
    std::size_t satisfied = 0;
    for (const auto& flow : required) {
        const PacketSet question = space.from(flow);
        const Outcome outcome = evaluator.evaluate(policy.paths[0], question);
        if (outcome.out_of_budget) throw OutOfBudget();
        satisfied += outcome.permitted == question;
    }
    return satisfied;
}

}  // namespace fwproof::bench
