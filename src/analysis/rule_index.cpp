#include "analysis/rule_index.hpp"

#include <algorithm>
#include <deque>
#include <numeric>

#include "fwproof/analysis/listener.hpp"

namespace fwproof {

namespace {

std::uint64_t key(RulesetIndex ruleset, std::uint32_t at) { return std::uint64_t{ruleset} << 32 | at; }

// A stretch is worth a diagram for every question when it is short or asked for again and again.
constexpr std::uint32_t kShortStretch = 32;  // rules
constexpr std::uint32_t kAskedOften = 8;
constexpr int kPartLevels = 4;  // sixteen parts

bool only_decides(const Rule& rule) {
    return !rule.enabled || std::holds_alternative<Decide>(rule.action) ||
           std::holds_alternative<Continue>(rule.action);
}

// A match that is one product in any world.
bool one_product(const Match& match) { return !match.original_header; }

bool listable(const Rule& rule) {
    return !rule.enabled || (std::all_of(rule.match.any_of.begin(), rule.match.any_of.end(), one_product) &&
                             std::all_of(rule.match.outer.begin(), rule.match.outer.end(), one_product));
}

bool marked(const Match& match, const World& world) {
    return std::all_of(match.registers.begin(), match.registers.end(),
                       [&](const RegisterTest& test) {
                           return test.holds(world.registers[static_cast<std::size_t>(test.reg)]);
                       }) &&
           (!match.destination_translated || *match.destination_translated == world.destination_translated);
}

unsigned ends_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::permit: return Decisions::permit;
        case Verdict::deny: return Decisions::deny;
        case Verdict::unknown: break;
    }
    return Decisions::permit | Decisions::deny;
}

}  // namespace

RuleIndex::RuleIndex(const Policy& policy, const Space& space, const PacketSet& focus, Nearby nearby)
    : policy_(policy),
      space_(space),
      focus_(focus),
      nearby_(std::move(nearby)),
      focus_outline_(focus.outline()),
      focused_(focus != space.all()),
      trees_(policy.rulesets.size()),
      near_(policy.rulesets.size()),
      outlines_(policy.rulesets.size()) {
    index_of({});
}

bool RuleIndex::in_focus(RuleRef ref, WorldIndex world) {
    if (!nearby_.contains(ref)) return false;
    if (worlds_[world].rewritten()) return outlines(ref.ruleset).of[ref.rule].meets(seen_in(world));
    if (!focused_) return true;
    auto& known = near_[ref.ruleset];
    const auto& rules = policy_.rulesets[ref.ruleset].rules;
    if (known.empty()) {
        known.reserve(rules.size());
        for (std::uint32_t i = 0; i < rules.size(); ++i) {
            bool near = false;
            for (const auto* matches : {&rules[i].match.any_of, &rules[i].match.outer}) {
                if (!nearby_.contains({ref.ruleset, i})) break;
                for (const auto& one : *matches) near = near || space_.outline(one.header).meets(focus_outline_);
            }
            known.push_back(near);
        }
    }
    return known[ref.rule];
}

const RuleIndex::Outlines& RuleIndex::outlines(RulesetIndex ruleset) {
    auto& known = outlines_[ruleset];
    if (known) return *known;
    std::vector<Outline> made;
    const auto& rules = policy_.rulesets[ruleset].rules;
    made.reserve(rules.size());
    for (std::uint32_t i = 0; i < rules.size(); ++i) {
        Outline outline;
        for (const auto* matches : {&rules[i].match.any_of, &rules[i].match.outer}) {
            if (!nearby_.contains({ruleset, i})) break;  // its values were not given to the space
            for (const auto& one : *matches) outline.cover(space_.outline(one.header));
        }
        made.push_back(outline);
    }
    std::vector<std::uint32_t> all(made.size());
    std::iota(all.begin(), all.end(), 0U);
    OutlineIndex index(made, std::move(all));
    known = Outlines{std::move(made), std::move(index)};
    return *known;
}

const Outline& RuleIndex::seen_in(WorldIndex index) {
    const auto [place, fresh] = seen_in_.try_emplace(index, focus_outline_);
    Outline& seen = place->second;  // clang 14 captures no binding
    if (!fresh) return seen;
    const World& world = worlds_[index];
    // Ends whose values changed, as a product that a rule could test.
    Product ends;
    const auto addresses = [](const RewrittenSide& side) {
        if (side.address) return share(AddressSet::of(*side.address));
        return side.block ? share(side.block->image()) : AddressSetRef();
    };
    ends.source = addresses(world.source);
    ends.destination = addresses(world.destination);
    ServiceTerm term;
    if (world.destination.port) term.destination_ports = PortSet::of(*world.destination.port);
    ends.services = share(ServiceSet{{term}});
    const Outline changed = space_.outline(ends);
    const auto take = [&](Outline::Side side) { seen.ranges[side] = changed.ranges[side]; };
    const auto moved = [](const RewrittenSide& side) { return side.address || side.block || side.address_unknown; };
    if (moved(world.source)) take(Outline::source_v4), take(Outline::source_v6);
    if (moved(world.destination)) take(Outline::destination_v4), take(Outline::destination_v6);
    if (world.destination.port || world.destination.port_unknown) take(Outline::destination_port);
    return seen;
}

WorldIndex RuleIndex::index_of(const World& world) {
    const auto [place, fresh] = world_index_.emplace(world, static_cast<WorldIndex>(worlds_.size()));
    if (fresh) worlds_.push_back(world);
    return place->second;
}

PacketSet RuleIndex::set_of(const std::vector<Match>& matches, WorldIndex index, bool widest) {
    const World& in = worlds_[index];
    PacketSet all = space_.empty();
    for (const auto& match : matches) {
        if (!marked(match, in)) continue;
        const auto header = in_world(match.header, in, widest);
        if (!header) continue;
        PacketSet one = space_.from(*header);
        if (match.original_header) one = one & space_.from(*match.original_header);
        all = all | one;
    }
    return all;
}

RuleIndex::Bounds RuleIndex::bounds(RuleRef ref, WorldIndex world, const Assumption& assumption) {
    const RuleMatch& match = policy_.rulesets[ref.ruleset].rules[ref.rule].match;
    if (!in_focus(ref, world)) return {space_.empty(), space_.empty()};
    const bool asked = assumption && !match.conditions.empty();
    const Belief belief = asked ? all_hold(match.conditions, assumption) : Belief::open;
    if (belief == Belief::fails) return {space_.empty(), space_.empty()};
    const bool assumed = match.conditional && belief == Belief::holds;
    auto& known = sets_[key(ref.ruleset, ref.rule)];
    auto found = known.find(world);
    if (found == known.end()) {
        Sets sets;
        sets.inner = set_of(match.any_of, world, false);
        const bool certain = match.outer.empty() && !worlds_[world].rewritten();
        sets.outer =
            certain ? sets.inner : sets.inner | set_of(match.outer.empty() ? match.any_of : match.outer, world, true);
        found = known.emplace(world, std::move(sets)).first;
    }
    // A keyword that stands for the asked ports stands for them wherever the host keeps them.
    const bool any_port = assumed && std::any_of(match.conditions.begin(), match.conditions.end(),
                                                 [](const auto& c) { return c.kind == ConditionKind::port_keyword; });
    if (any_port) return {found->second.outer, found->second.outer};
    return {match.conditional && !assumed ? space_.empty() : found->second.inner, found->second.outer};
}

RuleIndex::Bounds RuleIndex::guard(const Product& product, WorldIndex world) {
    const auto narrow = in_world(product, worlds_[world], false);
    const auto wide = in_world(product, worlds_[world], true);
    return {narrow ? space_.from(*narrow) : space_.empty(), wide ? space_.from(*wide) : space_.empty()};
}

const std::vector<RuleIndex::Stretch>& RuleIndex::stretches(RulesetIndex ruleset) {
    auto& tree = trees_[ruleset];
    const auto& rules = policy_.rulesets[ruleset].rules;
    if (tree.empty() && !rules.empty()) {
        tree.reserve(rules.size() * 2);
        grow(tree, policy_.rulesets[ruleset], 0, static_cast<std::uint32_t>(rules.size()));
    }
    return tree;
}

std::vector<std::uint32_t> RuleIndex::parts(RulesetIndex ruleset, std::uint32_t stretch) const {
    const auto& tree = trees_[ruleset];
    std::vector<std::uint32_t> parts = {stretch}, halves;
    for (int level = 0; level < kPartLevels; ++level) {
        halves.clear();
        for (const std::uint32_t part : parts) {
            if (tree[part].left == 0) {
                halves.push_back(part);
            } else {
                halves.push_back(tree[part].left);
                halves.push_back(tree[part].right);
            }
        }
        parts.swap(halves);
    }
    return parts;
}

std::uint32_t RuleIndex::grow(std::vector<Stretch>& tree, const Ruleset& ruleset, std::uint32_t begin,
                              std::uint32_t end) {
    const auto place = static_cast<std::uint32_t>(tree.size());
    tree.push_back({begin, end});
    if (end - begin == 1) {
        tree[place].decides_only = only_decides(ruleset.rules[begin]);
        tree[place].conditional = !ruleset.rules[begin].match.conditions.empty();
        tree[place].listable = listable(ruleset.rules[begin]);
        return place;
    }
    const std::uint32_t middle = begin + (end - begin) / 2;
    const std::uint32_t left = grow(tree, ruleset, begin, middle);
    const std::uint32_t right = grow(tree, ruleset, middle, end);
    tree[place].left = left;
    tree[place].right = right;
    tree[place].decides_only = tree[left].decides_only && tree[right].decides_only;
    tree[place].conditional = tree[left].conditional || tree[right].conditional;
    tree[place].listable = tree[left].listable && tree[right].listable;
    return place;
}

const Decisions& RuleIndex::decisions(RulesetIndex ruleset, std::uint32_t at, WorldIndex world) {
    if (const auto known = decisions_.find(key(ruleset, at)); known != decisions_.end()) {
        if (const auto found = known->second.find(world); found != known->second.end()) return found->second;
    }
    const Stretch& stretch = trees_[ruleset][at];
    Decisions made;
    if (stretch.listable) {
        made = listed(ruleset, stretch, world, focus_);
    } else if (stretch.left != 0) {
        const Decisions left = decisions(ruleset, stretch.left, world);
        made = left.then(decisions(ruleset, stretch.right, world));
    } else {
        const Rule& rule = policy_.rulesets[ruleset].rules[stretch.begin];
        const auto* decide = std::get_if<Decide>(&rule.action);
        if (!rule.enabled || !decide) {
            made = Decisions::all_pass(space_);
        } else {
            const Bounds matched = bounds({ruleset, stretch.begin}, world, {});
            const PacketSet surely = focused_ ? matched.surely & focus_ : matched.surely;
            const PacketSet possibly = focused_ ? matched.possibly & focus_ : matched.possibly;
            made = Decisions::of(surely, possibly, ends_of(decide->verdict));
        }
    }
    return decisions_[key(ruleset, at)].insert_or_assign(world, std::move(made)).first->second;
}

Decisions RuleIndex::decisions_within(RulesetIndex ruleset, std::uint32_t at, WorldIndex world,
                                      const PacketSet& region) {
    const Stretch& stretch = trees_[ruleset][at];
    const auto place = key(ruleset, at);
    const bool seldom = stretch.listable && stretch.end - stretch.begin > kShortStretch &&
                        !decisions_.contains(place) && ++asked_[place] < kAskedOften;
    return seldom ? listed(ruleset, stretch, world, region & focus_) : decisions(ruleset, at, world);
}

Decisions RuleIndex::listed(RulesetIndex ruleset, const Stretch& stretch, WorldIndex index, const PacketSet& region) {
    const World& world = worlds_[index];
    std::vector<Decisions::Listed> list;
    std::deque<Product> rewritten;  // keeps their places
    const auto add = [&](const std::vector<Match>& matches, unsigned ends, bool widest) {
        for (const auto& match : matches) {
            if (!marked(match, world)) continue;
            if (!world.rewritten()) {
                list.push_back({&match.header, ends});
            } else if (auto header = in_world(match.header, world, widest)) {
                rewritten.push_back(std::move(*header));
                list.push_back({&rewritten.back(), ends});
            }
        }
    };
    const auto look_at = [&](std::uint32_t i) {
        const Rule& rule = policy_.rulesets[ruleset].rules[i];
        const auto* decide = std::get_if<Decide>(&rule.action);
        if (!rule.enabled || !decide || !in_focus({ruleset, i}, index)) return;
        const unsigned ends = ends_of(decide->verdict);
        if (!rule.match.conditional) add(rule.match.any_of, ends, false);
        if (!rule.match.exact() || world.rewritten()) {
            add(rule.match.outer.empty() ? rule.match.any_of : rule.match.outer, ends | Decisions::pass, true);
        }
    };
    if (world.rewritten()) {
        // There may be as many worlds as translations: each looks at the rules about its own addresses alone.
        std::vector<std::uint32_t> near;
        outlines(ruleset).index.visit(seen_in(index), stretch.begin, stretch.end, [&](std::uint32_t rule) {
            near.push_back(rule);
            return true;
        });
        std::sort(near.begin(), near.end());
        for (const std::uint32_t i : near) look_at(i);
    } else {
        for (std::uint32_t i = stretch.begin; i < stretch.end; ++i) look_at(i);
    }
    return Decisions::of_list(list, region);
}

}  // namespace fwproof
