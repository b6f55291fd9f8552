#include "analysis/walk.hpp"

namespace fwproof {

namespace {

constexpr int kVisitsBeforeSummary = 4;
// More combinations of marks and translations than any export needs; what would need more is undecided.
constexpr std::size_t kMostWorlds = 2048;

Product having_ports() {
    ServiceTerm term;
    term.protocols = {};
    for (const auto protocol : {kTcp, kUdp, kDccp, kSctp, kUdpLite}) {
        term.protocols = term.protocols | ProtocolSet::of(protocol);
    }
    Product product;
    product.services = share(ServiceSet{{term}});
    return product;
}

Product of_family(AddressSet set) {
    Product product;
    product.source = share(std::move(set));
    return product;
}

Live operator&(const Live& live, const PacketSet& set) { return {live.possibly & set, live.surely & set}; }

}  // namespace

Walk::Walk(const Policy& policy, const Space& space, RuleIndex& index, const std::vector<bool>& enterable,
           Position position, const Assumption& assumption, std::vector<Part>* parts)
    : denied(space.empty()),
      lost(space.empty()),
      policy_(policy),
      space_(space),
      index_(index),
      enterable_(enterable),
      position_(position),
      assumption_(assumption),
      parts_(parts),
      with_ports_(space.from(having_ports())),
      of_family_{space.from(of_family(AddressSet::any4())), space.from(of_family(AddressSet::any6()))} {}

void Walk::start(const PacketSet& question) {
    live.clear();
    live.emplace(0, Live{question, parts_ ? question : space_.empty()});
}

Ends Walk::none() const { return {{}, {}, space_.empty(), space_.empty()}; }

void Walk::stage(const Stage& stage, std::size_t number) {
    stage_ = number;
    const LiveWorlds entering = std::move(live);
    live.clear();
    Ends behind = none();
    for (const auto& [world, packets] : entering) {
        const auto guard = index_.guard(stage.guard, world);
        add(behind.permitted, world, {packets.possibly - guard.surely, packets.surely - guard.possibly}, behind);
        const Live inside{packets.possibly & guard.possibly, packets.surely & guard.surely};
        if (inside.possibly.empty()) continue;
        const RuleRef whole{stage.ruleset,
                            stage.ruleset < policy_.rulesets.size()
                                ? static_cast<std::uint32_t>(policy_.rulesets[stage.ruleset].rules.size())
                                : 0};
        if (stage.ruleset >= policy_.rulesets.size() || !enterable_[stage.ruleset]) {
            lose(whole, inside, behind);
            continue;
        }
        Ends ends = enter(stage.ruleset, world, inside);
        behind.denied = behind.denied | ends.denied;
        behind.lost = behind.lost | ends.lost;
        for (const auto& [to, permitted] : ends.permitted) add(behind.permitted, to, permitted, behind);
        for (const auto& [to, returned] : ends.returned) add(behind.permitted, to, returned, behind);
    }
    live = std::move(behind.permitted);
    denied = denied | behind.denied;
    lost = lost | behind.lost;
}

Ends Walk::enter(RulesetIndex ruleset, WorldIndex world, const Live& entering) {
    const auto key = std::pair(ruleset, world);
    if (const auto known = summaries_.find(key); known != summaries_.end()) return clip(known->second, entering);
    if (++visits_[key] <= kVisitsBeforeSummary) return walk_ruleset(ruleset, world, entering);
    Summary summary;
    std::vector<Part>* const outside = parts_;
    std::vector<RuleRef> via;
    via.swap(via_);
    if (outside) parts_ = &summary.parts;
    summary.ends = walk_ruleset(ruleset, world, {space_.all(), parts_ ? space_.all() : space_.empty()});
    parts_ = outside;
    via_.swap(via);
    // One part for each rule, verdict and world of ends, so that summaries of summaries do not grow.
    std::map<std::pair<RuleRef, Verdict>, std::size_t> first;
    std::vector<Part> merged;
    for (auto& part : summary.parts) {
        const auto [place, fresh] = first.emplace(std::pair(part.rule, part.verdict), merged.size());
        if (fresh) {
            merged.push_back(std::move(part));
        } else {
            Live& packets = merged[place->second].packets;
            packets.possibly = packets.possibly | part.packets.possibly;
            packets.surely = packets.surely | part.packets.surely;
        }
    }
    summary.parts = std::move(merged);
    return clip(summaries_.emplace(key, std::move(summary)).first->second, entering);
}

Ends Walk::clip(const Summary& summary, const Live& entering) {
    const auto clipped = [&](const Live& all) {
        return Live{all.possibly & entering.possibly, all.surely & entering.surely};
    };
    Ends ends = none();
    ends.denied = summary.ends.denied & entering.possibly;
    ends.lost = summary.ends.lost & entering.possibly;
    for (const auto& [world, packets] : summary.ends.permitted) add(ends.permitted, world, clipped(packets), ends);
    for (const auto& [world, packets] : summary.ends.returned) add(ends.returned, world, clipped(packets), ends);
    if (!parts_) return ends;
    for (const auto& part : summary.parts) {
        const Live packets = clipped(part.packets);
        if (packets.possibly.empty()) continue;
        std::vector<RuleRef> via = via_;
        via.insert(via.end(), part.via.begin(), part.via.end());
        parts_->push_back({part.rule, part.verdict, packets, std::move(via), stage_});
    }
    return ends;
}

Ends Walk::walk_ruleset(RulesetIndex index, WorldIndex world, const Live& entering) {
    const Ruleset& ruleset = policy_.rulesets[index];
    Ends ends = none();
    const bool plain = !parts_ && ruleset.default_verdict && !index_.stretches(index).empty() &&
                       index_.stretches(index)[0].decides_only;
    if (plain && !(assumption_ && index_.stretches(index)[0].conditional)) {
        decide_all(index, world, entering, ends);
        return ends;
    }
    LiveWorlds worlds;
    worlds.emplace(world, entering);
    if (!index_.stretches(index).empty()) walk(index, 0, worlds, ends);
    for (const auto& [to, packets] : worlds) add(ends.returned, to, packets, ends);
    if (!ruleset.default_verdict) return ends;
    const LiveWorlds undecided = std::move(ends.returned);
    ends.returned.clear();
    const RuleRef fallback{index, static_cast<std::uint32_t>(ruleset.rules.size())};
    for (const auto& [to, packets] : undecided) decide(fallback, *ruleset.default_verdict, to, packets, ends);
    return ends;
}

void Walk::walk(RulesetIndex ruleset, std::uint32_t at, LiveWorlds& worlds, Ends& ends) {
    if (worlds.empty()) return;
    const RuleIndex::Stretch stretch = index_.stretches(ruleset)[at];
    if (stretch.decides_only && !(assumption_ && stretch.conditional)) {
        walk_decisions(ruleset, at, worlds, ends);
        return;
    }
    if (stretch.left == 0) {
        apply({ruleset, stretch.begin}, worlds, ends);
        return;
    }
    walk(ruleset, stretch.left, worlds, ends);
    walk(ruleset, stretch.right, worlds, ends);
}

// A ruleset that only decides, its default included.
void Walk::decide_all(RulesetIndex index, WorldIndex world, const Live& entering, Ends& ends) {
    const Verdict fallback = *policy_.rulesets[index].default_verdict;
    unsigned permits = Decisions::permit;
    unsigned denies = Decisions::deny;
    if (fallback != Verdict::deny) permits |= Decisions::pass;
    if (fallback != Verdict::permit) denies |= Decisions::pass;
    const auto& decisions = index_.decisions(index, 0, world);
    add(ends.permitted, world, {decisions.may(permits, entering.possibly), space_.empty()}, ends);
    ends.denied = decisions.may(denies, entering.possibly);
}

// A stretch whose rules only decide.
void Walk::walk_decisions(RulesetIndex ruleset, std::uint32_t at, LiveWorlds& worlds, Ends& ends) {
    for (auto it = worlds.begin(); it != worlds.end();) {
        Live& packets = it->second;
        if (parts_) {
            packets = part_off(ruleset, at, it->first, packets, ends);
        } else {
            const auto& decisions = index_.decisions(ruleset, at, it->first);
            add(ends.permitted, it->first, {decisions.may(Decisions::permit, packets.possibly), space_.empty()}, ends);
            ends.denied = ends.denied | decisions.may(Decisions::deny, packets.possibly);
            packets.possibly = decisions.may(Decisions::pass, packets.possibly);
        }
        it = packets.possibly.empty() ? worlds.erase(it) : std::next(it);
    }
}

// Gives the rules of the stretch what each decides; what goes on behind it is left.
Live Walk::part_off(RulesetIndex ruleset, std::uint32_t at, WorldIndex world, const Live& packets, Ends& ends) {
    const auto decisions = index_.decisions_within(ruleset, at, world, packets.possibly);
    const PacketSet decided = decisions.may(Decisions::permit | Decisions::deny, packets.possibly);
    if (decided.empty()) return packets;
    divide(ruleset, at, world, {decided, packets.surely & decided}, ends);
    return {decisions.may(Decisions::pass, packets.possibly), packets.surely - decided};
}

// The same for packets that some rule of the stretch may decide. They are divided among its parts and their parts until
// each rule has its own, so that what is looked at grows smaller with every step.
void Walk::divide(RulesetIndex ruleset, std::uint32_t at, WorldIndex world, Live packets, Ends& ends) {
    const auto parts = index_.parts(ruleset, at);
    for (const std::uint32_t part : parts) {
        const RuleIndex::Stretch stretch = index_.stretches(ruleset)[part];
        if (stretch.left == 0) {
            LiveWorlds alone;
            alone.emplace(world, std::move(packets));
            apply({ruleset, stretch.begin}, alone, ends);
            if (alone.empty()) return;
            packets = std::move(alone.begin()->second);
        } else if (part == parts.back()) {
            divide(ruleset, part, world, std::move(packets), ends);
            return;
        } else {
            packets = part_off(ruleset, part, world, packets, ends);
        }
        if (packets.possibly.empty()) return;
    }
}

void Walk::apply(RuleRef ref, LiveWorlds& worlds, Ends& ends) {
    const Rule& rule = policy_.rulesets[ref.ruleset].rules[ref.rule];
    if (!rule.enabled || std::holds_alternative<Continue>(rule.action)) return;
    LiveWorlds next;
    for (const auto& [world, packets] : worlds) {
        const auto matched = index_.bounds(ref, world, assumption_);
        add(next, world, {packets.possibly - matched.surely, packets.surely - matched.possibly}, ends);
        const Live taken{packets.possibly & matched.possibly, packets.surely & matched.surely};
        if (!taken.possibly.empty()) act(ref, world, taken, next, ends);
    }
    worlds = std::move(next);
}

void Walk::act(RuleRef ref, WorldIndex world, const Live& taken, LiveWorlds& next, Ends& ends) {
    const Action& action = policy_.rulesets[ref.ruleset].rules[ref.rule].action;
    if (const auto* verdict = std::get_if<Decide>(&action)) {
        decide(ref, verdict->verdict, world, taken, ends);
    } else if (std::holds_alternative<Return>(action)) {
        add(ends.returned, world, taken, ends);
    } else if (const auto* set = std::get_if<SetRegister>(&action)) {
        add(next, index_.index_of(after(index_.world(world), *set)), taken, ends);
    } else if (const auto* translation = std::get_if<Translate>(&action)) {
        translate(ref, *translation, world, taken, ends);
    } else {
        const auto* jump = std::get_if<Jump>(&action);
        const RulesetIndex to = jump ? jump->to : std::get<Goto>(action).to;
        if (to >= policy_.rulesets.size() || !enterable_[to]) {
            lose(ref, taken, ends);
            return;
        }
        via_.push_back(ref);
        Ends inside = enter(to, world, taken);
        via_.pop_back();
        ends.denied = ends.denied | inside.denied;
        ends.lost = ends.lost | inside.lost;
        for (const auto& [behind, packets] : inside.permitted) add(ends.permitted, behind, packets, ends);
        for (const auto& [behind, packets] : inside.returned) add(jump ? next : ends.returned, behind, packets, ends);
    }
}

void Walk::translate(RuleRef ref, const Translate& translation, WorldIndex world, Live taken, Ends& ends) {
    if (translation.to_this_device && position_ == Position::transit) {
        lose(ref, taken, ends);
        return;
    }
    for (const auto* part : {&translation.source, &translation.destination}) {
        if (!part->address) continue;
        const PacketSet& same = of_family_[part->address->family == Family::v4 ? 0 : 1];
        const Live other{taken.possibly - same, taken.surely - same};
        if (!other.possibly.empty()) lose(ref, other, ends);
        taken = taken & same;
    }
    for (const bool source : {true, false}) {
        const auto& block = (source ? translation.source : translation.destination).block;
        if (!block) continue;
        Product inside;
        (source ? inside.source : inside.destination) = share(block->block());
        const auto bounds = index_.guard(inside, world);
        const Live other{taken.possibly - bounds.surely, taken.surely - bounds.possibly};
        if (!other.possibly.empty()) lose(ref, other, ends);
        taken = {taken.possibly & bounds.possibly, taken.surely & bounds.surely};
    }
    if (taken.possibly.empty()) return;
    const Live without{taken.possibly - with_ports_, taken.surely - with_ports_};
    add(ends.permitted, index_.index_of(after(index_.world(world), translation, true)), taken & with_ports_, ends);
    add(ends.permitted, index_.index_of(after(index_.world(world), translation, false)), without, ends);
}

void Walk::lose(RuleRef rule, const Live& packets, Ends& ends) {
    ends.lost = ends.lost | packets.possibly;
    record(rule, Verdict::unknown, packets);
}

void Walk::decide(RuleRef rule, Verdict verdict, WorldIndex world, const Live& packets, Ends& ends) {
    if (verdict != Verdict::deny) {
        const PacketSet surely = verdict == Verdict::permit ? packets.surely : space_.empty();
        add(ends.permitted, world, {packets.possibly, surely}, ends);
    }
    if (verdict != Verdict::permit) ends.denied = ends.denied | packets.possibly;
    record(rule, verdict, packets);
}

void Walk::record(RuleRef rule, Verdict verdict, const Live& packets) {
    if (parts_ && !packets.possibly.empty()) parts_->push_back({rule, verdict, packets, via_, stage_});
}

void Walk::add(LiveWorlds& worlds, WorldIndex world, const Live& packets, Ends& ends) {
    if (packets.possibly.empty()) return;
    const auto found = worlds.find(world);
    if (found != worlds.end()) {
        found->second.possibly = found->second.possibly | packets.possibly;
        found->second.surely = found->second.surely | packets.surely;
    } else if (worlds.size() >= kMostWorlds) {
        ends.lost = ends.lost | packets.possibly;
    } else {
        worlds.emplace(world, packets);
    }
}

}  // namespace fwproof
