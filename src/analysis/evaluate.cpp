// Questions to a policy, in three values.
#include "fwproof/analysis/evaluate.hpp"

#include <algorithm>
#include <cassert>
#include <map>

#include "analysis/block_values.hpp"
#include "analysis/jumps.hpp"
#include "analysis/walk.hpp"

namespace fwproof {

void add_values(SpaceBuilder& builder, const Policy& policy, const Nearby& rules) {
    for (RulesetIndex index = 0; index < policy.rulesets.size(); ++index) {
        const auto& list = policy.rulesets[index].rules;
        for (std::uint32_t i = 0; i < list.size(); ++i) {
            const bool near = rules.contains({index, i});
            for (const auto* matches : {&list[i].match.any_of, &list[i].match.outer}) {
                for (const auto& match : *matches) {
                    if (near) {
                        builder.add(match.header);
                        if (match.original_header) builder.add(*match.original_header);
                    } else {
                        builder.add(match.header.in, match.header.out);
                    }
                }
            }
        }
    }
    for (const auto& path : policy.paths) {
        for (const auto& stage : path.stages) builder.add(stage.guard);
    }
    for (const auto& stage : policy.leaving) builder.add(stage.guard);
    for (const auto& product : policy.impossible) builder.add(product);
    add_block_values(builder, policy, rules);
}

namespace {

// What debug builds check of every answer that is not too large: it is a partition of the question.
constexpr std::size_t kMostChecked = 64;  // parts

[[maybe_unused]] bool partition(const PacketSet& question, const std::vector<PacketSet>& parts, bool whole) {
    const Space::Unbilled free_of_charge(question.space());
    PacketSet rest = question;
    for (const auto& part : parts) {
        if (!part.subset_of(rest)) return false;
        rest = rest - part;
    }
    return !whole || rest.empty();
}

// The hits that are sure are disjoint in each stage. What is possible besides may overlap.
[[maybe_unused]] bool disjoint_in_stages(const PacketSet& question, const std::vector<Hit>& hits) {
    if (hits.size() > kMostChecked) return true;
    std::map<std::size_t, std::vector<PacketSet>> sure;
    for (const auto& hit : hits) {
        if (hit.surely) sure[hit.stage].push_back(hit.packets);
    }
    return std::all_of(sure.begin(), sure.end(),
                       [&](const auto& stage) { return partition(question, stage.second, false); });
}

// In a path of one unguarded stage whose ruleset has a default every packet that is not lost is somebody's: the default
// takes the rest. Translations end a stage without a hit.
[[maybe_unused]] bool covered(const Policy& policy, const Path& path, const PacketSet& question, const PacketSet& lost,
                              const std::vector<Hit>& hits) {
    if (path.stages.size() != 1 || !path.stages[0].guard.is_all() || hits.size() > kMostChecked) return true;
    const RulesetIndex ruleset = path.stages[0].ruleset;
    if (ruleset >= policy.rulesets.size() || !policy.rulesets[ruleset].default_verdict) return true;
    const Space::Unbilled free_of_charge(question.space());
    PacketSet rest = question - lost;
    for (const auto& hit : hits) rest = rest - hit.packets;
    return rest.empty() || translates(policy);
}

}  // namespace

struct Evaluator::Impl {
    Impl(const Policy& asked, Space coordinates, const PacketSet& focus, Nearby nearby)
        : policy(asked),
          space(std::move(coordinates)),
          index(policy, space, focus, std::move(nearby)),
          enterable(enterable_rulesets(policy)) {}

    Walk walk(const Path& path, const PacketSet& question, const Assumption& assumption, std::vector<Part>* parts) {
        Walk walk(policy, space, index, enterable, path.position, assumption, parts);
        walk.start(question);
        for (std::size_t stage = 0; stage < path.stages.size(); ++stage) walk.stage(path.stages[stage], stage);
        return walk;
    }

    const Policy& policy;
    Space space;
    RuleIndex index;
    std::vector<bool> enterable;
};

Evaluator::Evaluator(const Policy& policy, const Space& space)
    : impl_(std::make_unique<Impl>(policy, space, space.all(), Nearby())) {}
Evaluator::Evaluator(const Policy& policy, Space space, const PacketSet& focus, Nearby nearby)
    : impl_(std::make_unique<Impl>(policy, std::move(space), focus, std::move(nearby))) {}
Evaluator::~Evaluator() = default;
Evaluator::Evaluator(Evaluator&&) noexcept = default;

const Policy& Evaluator::policy() const { return impl_->policy; }
const Space& Evaluator::space() const { return impl_->space; }

PacketSet Evaluator::occurring() const { return impl_->space.all() - impl_->space.from(impl_->policy.impossible); }

Outcome Evaluator::evaluate(const Path& path, const PacketSet& question, const Assumption& assumption) const {
    try {
        const Walk walk = impl_->walk(path, question, assumption, nullptr);
        PacketSet permitted = impl_->space.empty();
        for (const auto& [world, packets] : walk.live) permitted = permitted | packets.possibly;
        // Every packet has at least one end; it is undecided when it has several, or is lost.
        const PacketSet both = permitted & walk.denied;
        Outcome outcome{permitted - both - walk.lost, walk.denied - both - walk.lost, both | walk.lost, false};
        assert(partition(question, {outcome.permitted, outcome.denied, outcome.undecided}, true));
        return outcome;
    } catch (const OutOfBudget&) {
        return {impl_->space.empty(), impl_->space.empty(), question, true};
    }
}

std::vector<Departure> Evaluator::departures(const Path& path, const PacketSet& question) const {
    const Assumption nothing;
    const Walk walk = impl_->walk(path, question, nothing, nullptr);
    // Worlds that differ in their marks alone leave alike.
    std::map<std::pair<RewrittenSide, RewrittenSide>, PacketSet> by_change;
    for (const auto& [index, packets] : walk.live) {
        const World& world = impl_->index.world(index);
        const auto [place, fresh] = by_change.emplace(std::pair(world.source, world.destination), packets.possibly);
        if (!fresh) place->second = place->second | packets.possibly;
    }
    std::vector<Departure> found;
    for (auto& [change, packets] : by_change) found.push_back({change.first, change.second, std::move(packets)});
    return found;
}

std::vector<Hit> Evaluator::attribute(const Path& path, const PacketSet& question, const Assumption& assumption) const {
    std::vector<Part> parts;
    const Walk walk = impl_->walk(path, question, assumption, &parts);
    std::vector<Hit> hits;
    for (const auto& part : parts) {
        const PacketSet maybe = part.packets.possibly - part.packets.surely;
        if (!part.packets.surely.empty()) {
            hits.push_back({part.rule, part.packets.surely, part.verdict, true, part.via, part.stage});
        }
        if (!maybe.empty()) hits.push_back({part.rule, maybe, part.verdict, false, part.via, part.stage});
    }
    assert(disjoint_in_stages(question, hits));
    assert(covered(impl_->policy, path, question, walk.lost, hits));
    return hits;
}

}  // namespace fwproof
