#include "analysis/compare_alone.hpp"

#include "analysis/deciders.hpp"

namespace fwproof {

Comparison compare_alone(const AloneVersion& version, const Policy& other, const CompareOptions& options) {
    SpaceBuilder builder;
    add_values(builder, version.policy);
    add_values(builder, other);
    builder.add(options.question);
    for (const auto& product : options.values) builder.add(product);
    Comparison found;
    found.space = builder.set_budget(options.budget).build();
    found.undecided = found.space.empty();
    try {
        const Evaluator evaluator(version.policy, found.space);
        const PacketSet question = found.space.from(options.question) & evaluator.occurring();
        const Outcome taken = evaluator.evaluate(version.path, question);
        if (taken.out_of_budget) throw OutOfBudget();
        const Outcome nothing{found.space.empty(), question, found.space.empty(), false};
        const Outcome& was = version.after ? nothing : taken;
        const Outcome& is = version.after ? taken : nothing;
        for (auto& difference : differing_verdicts(was, is)) {
            const Verdict verdict = version.after ? difference.after : difference.before;
            const Verdict there = version.after ? difference.before : difference.after;
            for (auto& part : deciders(evaluator, version.path, difference.packets, verdict, there)) {
                if (found.differences.size() >= options.difference_limit) {
                    found.complete = false;
                    return found;
                }
                Difference one = difference;
                one.alone = true;
                one.packets = std::move(part.packets);
                (version.after ? one.after_by : one.before_by) = std::move(part.by);
                found.differences.push_back(std::move(one));
            }
        }
    } catch (const OutOfBudget&) {
        found.complete = false;
    }
    return found;
}

}  // namespace fwproof
