// The local engine: every rule on its own, against the few others that meet it.
//
// What a rule still decides is found by witnesses. Take a packet of what is left of its match; look up the first
// earlier rule that takes it; subtract that rule and take the next packet. The search ends with a packet that nothing
// takes, a definite witness that the rule is alive, or with nothing left, and then the subtracted rules are a proof
// that it is dead. Most rules need one or two witnesses, so the cost follows the answer and not the size of the list:
// per rule a few lookups in the index of outlines, each logarithmic where outlines are small, and a few cuts of boxes.
// The same search answers the other questions: whether an earlier rule with another verdict is the first to take some
// of a rule (nothing of what both match is left behind the rules before it), whether one of the rules that take a dead
// rule can be left out of the blame, and whether a rule behind would decide otherwise what a rule decides (else it is
// redundant). Only the share that a rule has lost is added up in order, within a budget of its own.
#include "fwproof/analysis/anomaly.hpp"

#include <algorithm>

#include "analysis/rule_takes.hpp"

namespace fwproof {

std::string_view to_string(Standing standing) {
    switch (standing) {
        case Standing::effective: return "effective";
        case Standing::matches_nothing: return "matches nothing";
        case Standing::unreachable: return "unreachable";
        case Standing::shadowed: return "shadowed";
        case Standing::redundant: return "redundant";
        case Standing::partly_shadowed: return "partly shadowed";
        case Standing::not_evaluated: return "not evaluated";
        case Standing::undecided: return "undecided";
    }
    return "undecided";
}

namespace {

constexpr std::size_t kMostOutside = 1'000;  // products
constexpr std::size_t kMostMinimized = 64;   // rules that take a part each
constexpr std::size_t kLooksPerStep = 8;     // rules that the index offers, for the price of one box

class Judge {
public:
    Judge(const Policy& policy, RulesetIndex index, const PacketSet& question, const AnomalyOptions& options,
          ChainEnds& ends)
        : ruleset_(policy.rulesets[index]),
          index_(index),
          options_(options),
          takes_(policy, index, question.space(), ends),
          boxes_(takes_.boxes()),
          left_of_all_(options.steps),
          pairs_per_rule_(std::clamp(options.pairs / std::max<std::size_t>(ruleset_.rules.size(), 1), std::size_t{64},
                                     options.pairs_per_rule)) {
        const PacketSet outside = question.space().all() - question;
        const auto products = outside.products(kMostOutside);
        for (const auto& product : products.products) boxes_.add(product, outside_);
        decidable_ = products.complete;
    }

    Anomaly judge(std::uint32_t rule) {
        Anomaly anomaly;
        anomaly.rule = {index_, rule};
        if (!ruleset_.rules[rule].enabled) {
            anomaly.standing = Standing::not_evaluated;
            return anomaly;
        }
        takes_.look_from(rule);
        const std::size_t given = decidable_ ? std::min(options_.steps_per_rule, left_of_all_) : 0;
        left_ = given;
        try {
            judge(rule, anomaly);
            left_ -= std::min(left_, takes_.looked() / kLooksPerStep);
        } catch (const OutOfBudget&) {
            left_ = 0;
            const auto witness = anomaly.witness;  // it stands whatever else is not known
            anomaly = {};
            anomaly.rule = {index_, rule};
            anomaly.standing = Standing::undecided;
            anomaly.witness = witness;
            anomaly.counts_complete = false;
            anomaly.blamed_complete = false;
        }
        left_of_all_ -= given - left_;
        return anomaly;
    }

private:
    using Boxes = std::vector<BoxFields>;

    void step(std::size_t steps = 1) {
        steps += takes_.looked() / kLooksPerStep;
        if (steps > left_) throw OutOfBudget();
        left_ -= steps;
    }

    std::size_t most_looks() const { return left_ * kLooksPerStep; }

    // The rules before `before` that surely take something near the rule.
    std::vector<std::uint32_t> all_takers(std::uint32_t rule, std::uint32_t before) {
        auto found = takes_.takers(rule, 0, before, most_looks());
        if (!found.complete) throw OutOfBudget();
        return std::move(found.rules);
    }

    void judge(std::uint32_t rule, Anomaly& anomaly) {
        const BoxSet match = boxes_.subtract(boxes_.disjoint(takes_.possibly(rule)), outside_);
        if (match.empty()) {
            anomaly.standing = Standing::matches_nothing;
            return;
        }
        std::vector<std::uint32_t> taken;
        const auto untaken = find_untaken(match, [&](const Point& point) {
            const auto by = takes_.first_taker(point, rule);
            if (by) taken.push_back(*by);
            return by;
        });
        if (!untaken) {
            settle_dead(rule, match, std::move(taken), anomaly);
            return;
        }
        anomaly.witness = *untaken;
        lose_share(rule, match, anomaly);
        if (is_redundant(rule, match, anomaly)) {
            anomaly.standing = Standing::redundant;
        } else if (anomaly.share_lost > 0 || anomaly.standing == Standing::partly_shadowed) {
            anomaly.standing = Standing::partly_shadowed;
        }
    }

    // A packet of the set that no rule takes; `taker` names a rule that takes a point. An ordinary one where it is
    // free.
    template <class Taker>
    std::optional<Packet> find_untaken(const BoxSet& set, const Taker& taker) {
        if (set.empty()) return std::nullopt;
        Packet ordinary = boxes_.pick(set.boxes[0]);
        step();
        if (!taker(boxes_.point(ordinary))) return ordinary;
        Boxes open(set.boxes.rbegin(), set.boxes.rend());
        std::uint32_t number = 0;
        while (!open.empty()) {
            const BoxFields box = open.back();
            open.pop_back();
            step();
            const Point point = boxes_.point(box, number++);
            const auto by = taker(point);
            if (!by) return boxes_.packet(point);
            const std::size_t size = open.size();
            boxes_.subtract(box, takes_.surely(*by), open);
            step(open.size() - size);
            // What was cut off first is largest and comes first.
            std::reverse(open.begin() + static_cast<std::ptrdiff_t>(size), open.end());
        }
        return std::nullopt;
    }

    // An earlier rule with another end that is the first to take some of the match.
    std::optional<std::uint32_t> find_different_taker(std::uint32_t rule, const BoxSet& match,
                                                      const std::vector<std::uint32_t>& earlier) {
        for (const auto other : earlier) {
            if (!takes_.leaves(other) || takes_.same_end(other, rule)) continue;
            step();
            const BoxSet part = boxes_.intersect(match, takes_.surely(other));
            if (find_untaken(part, [&](const Point& point) { return takes_.first_taker(point, other); })) return other;
        }
        return std::nullopt;
    }

    // `taken`: rules that take everything together, each of them the first to take something.
    void settle_dead(std::uint32_t rule, const BoxSet& match, std::vector<std::uint32_t> taken, Anomaly& anomaly) {
        std::sort(taken.begin(), taken.end());
        taken.erase(std::unique(taken.begin(), taken.end()), taken.end());
        const auto differs = [&](std::uint32_t earlier) { return !takes_.same_end(earlier, rule); };
        // A rule that is the first to take some of it stands before one of those that were found.
        const bool shadowed = std::any_of(taken.begin(), taken.end(), differs) ||
                              find_different_taker(rule, match, all_takers(rule, taken.back()));
        anomaly.standing = shadowed ? Standing::shadowed : Standing::unreachable;
        const auto alone = [&](std::uint32_t earlier) { return boxes_.inside(match, takes_.surely(earlier)); };
        auto one = std::find_if(taken.begin(), taken.end(), [&](auto by) { return differs(by) && alone(by); });
        if (one == taken.end()) one = std::find_if(taken.begin(), taken.end(), alone);
        if (one != taken.end()) {
            anomaly.blamed = {{{index_, *one}, boxes_.pick(match.boxes[0]), !differs(*one)}};
            return;
        }
        blame_fewest(rule, match, taken, anomaly);
    }

    // Leaves out what the others cover: same verdicts first, then later rules before earlier ones.
    void blame_fewest(std::uint32_t rule, const BoxSet& match, std::vector<std::uint32_t>& taken, Anomaly& anomaly) {
        std::vector<std::uint32_t> order(taken.rbegin(), taken.rend());
        std::stable_partition(order.begin(), order.end(), [&](auto by) { return takes_.same_end(by, rule); });
        const auto untaken_without = [&](std::uint32_t without) {
            return find_untaken(match, [&](const Point& point) -> std::optional<std::uint32_t> {
                for (const auto by : taken) {
                    if (by != without && boxes_.contains(takes_.surely(by), point)) return by;
                }
                return std::nullopt;
            });
        };
        if (taken.size() <= kMostMinimized) {
            for (const auto by : order) {
                if (!untaken_without(by)) std::erase(taken, by);
            }
        } else {
            anomaly.blamed_complete = false;
        }
        for (const auto by : taken) {
            if (anomaly.blamed.size() >= options_.blamed_limit) {
                anomaly.blamed_complete = false;
                break;
            }
            const auto own = untaken_without(by);
            anomaly.blamed.push_back({{index_, by},
                                      own ? *own : boxes_.pick(boxes_.intersect(match, takes_.surely(by)).boxes[0]),
                                      takes_.same_end(by, rule)});
        }
    }

    // What earlier rules with another end take of a rule that is alive, and how they lie to each other.
    void lose_share(std::uint32_t rule, const BoxSet& match, Anomaly& anomaly) {
        const auto unlike = takes_.unlike(rule, 0, rule, pairs_per_rule_);
        anomaly.counts_complete = unlike.complete;
        std::vector<std::uint32_t> different;
        for (const auto other : unlike) {
            if (!takes_.leaves(other) || !boxes_.meet(match, takes_.possibly(other))) continue;
            different.push_back(other);
            if (different.size() > options_.correlated_limit) {
                anomaly.counts_complete = false;
                continue;
            }
            const bool inside = boxes_.inside(takes_.possibly(other), takes_.possibly(rule));
            const bool around = !inside && boxes_.inside(takes_.possibly(rule), takes_.possibly(other));
            anomaly.generalizes += inside;
            anomaly.correlated += !inside && !around;
        }
        if (different.empty() && unlike.complete) return;
        const auto earlier = takes_.takers(rule, 0, rule, pairs_per_rule_);
        anomaly.blamed_complete = earlier.complete;
        long double lost = 0;
        std::size_t steps = 0;
        BoxSet rest = match;
        for (const auto other : earlier) {
            if (!boxes_.meet(rest, takes_.surely(other))) continue;
            if ((steps += rest.boxes.size() + 1) > options_.share_steps) {
                anomaly.blamed_complete = false;
                break;
            }
            if (!takes_.same_end(other, rule)) {
                const BoxSet part = boxes_.intersect(rest, boxes_.disjoint(takes_.surely(other)));
                lost += boxes_.size(part);
                if (anomaly.blamed.size() < options_.blamed_limit) {
                    anomaly.blamed.push_back({{index_, other}, boxes_.pick(part.boxes[0])});
                } else {
                    anomaly.blamed_complete = false;
                }
            }
            rest = boxes_.subtract(rest, takes_.surely(other));
        }
        if (lost > 0) anomaly.share_lost = static_cast<double>(lost / boxes_.size(match));
        // Nothing found in what could be looked at: whether anything is lost has to be known all the same.
        if (lost > 0 || anomaly.blamed_complete) return;
        if (const auto by = find_different_taker(rule, match, unlike.complete ? different : all_takers(rule, rule))) {
            anomaly.standing = Standing::partly_shadowed;
            anomaly.blamed = {{{index_, *by}, boxes_.pick(boxes_.intersect(match, takes_.surely(*by)).boxes[0])}};
        }
    }

    // Everything that it decides would have the same end without it: no rule behind with another end is the first to
    // get any of it.
    bool is_redundant(std::uint32_t rule, const BoxSet& match, Anomaly& anomaly) {
        const auto* decide = std::get_if<Decide>(&ruleset_.rules[rule].action);
        if (!decide || decide->verdict == Verdict::unknown) return false;
        const auto end = static_cast<std::uint32_t>(ruleset_.rules.size());
        const bool default_same = ruleset_.default_verdict == decide->verdict;
        if (!same_behind(boxes_.point(*anomaly.witness), rule, default_same)) return false;
        const auto decided_otherwise = [&](const BoxSet& part, std::uint32_t before) {
            return find_untaken(part, [&](const Point& point) -> std::optional<std::uint32_t> {
                if (const auto by = takes_.first_taker(point, rule)) return by;
                return takes_.first_taker_like(point, rule, before);
            });
        };
        const auto unlike = takes_.unlike(rule, rule + 1, end, most_looks());
        if (!unlike.complete) throw OutOfBudget();
        for (const auto other : unlike) {
            step();
            if (decided_otherwise(boxes_.intersect(match, takes_.possibly(other)), other)) return false;
        }
        if (!default_same && decided_otherwise(match, end)) return false;
        blame_instead(rule, match, anomaly);
        return true;
    }

    // The rules behind that get what a redundant rule decides, in order, as far as that is quickly found.
    void blame_instead(std::uint32_t rule, const BoxSet& match, Anomaly& anomaly) {
        anomaly.blamed.clear();
        anomaly.blamed_complete = false;
        BoxSet rest = match;
        std::size_t steps = 0;
        const auto cut = [&](std::uint32_t by) {
            if (!boxes_.meet(rest, takes_.surely(by))) return true;
            rest = boxes_.subtract(rest, takes_.surely(by));
            return (steps += rest.boxes.size() + 1) <= options_.share_steps;
        };
        const auto end = static_cast<std::uint32_t>(ruleset_.rules.size());
        const auto before = takes_.takers(rule, 0, rule, most_looks());
        if (!before.complete) return;
        for (const auto earlier : before) {
            if (!cut(earlier)) return;
        }
        const auto behind = takes_.takers(rule, rule + 1, end, most_looks());
        if (!behind.complete) return;
        for (const auto by : behind) {
            if (!takes_.same_end(by, rule) || rest.empty()) continue;
            const BoxSet part = boxes_.intersect(rest, takes_.surely(by));
            if (part.empty()) continue;
            if (anomaly.blamed.size() >= options_.blamed_limit) return;
            anomaly.blamed.push_back({{index_, by}, boxes_.pick(part.boxes[0])});
            if (!cut(by)) return;
        }
        if (!rest.empty()) anomaly.blamed.push_back({{index_, end}, boxes_.pick(rest.boxes[0])});
        anomaly.blamed_complete = true;
    }

    // Whether the rules behind give one packet the verdict of the rule.
    bool same_behind(const Point& packet, std::uint32_t rule, bool default_same) {
        step();
        const auto unlike = takes_.first_unlike(packet, rule);
        const auto end = unlike.value_or(static_cast<std::uint32_t>(ruleset_.rules.size()));
        return takes_.first_taker_like(packet, rule, end) || (!unlike && default_same);
    }

    const Ruleset& ruleset_;
    RulesetIndex index_;
    const AnomalyOptions& options_;
    RuleTakes takes_;
    const BoxSpace& boxes_;
    BoxSet outside_;         // what the question leaves out
    bool decidable_ = true;  // the boxes of outside_ are all there
    std::size_t left_ = 0;   // steps, for the rule at hand
    std::size_t left_of_all_;
    std::size_t pairs_per_rule_;
};

}  // namespace

struct AnomalyFinder::Impl {
    Impl(const Policy& judged, const Space& space) : policy(judged), ends(judged, space) {}

    const Policy& policy;
    ChainEnds ends;
};

AnomalyFinder::AnomalyFinder(const Policy& policy, const Space& space) : impl_(std::make_unique<Impl>(policy, space)) {}
AnomalyFinder::~AnomalyFinder() = default;

std::vector<Anomaly> AnomalyFinder::find(RulesetIndex ruleset, const PacketSet& question,
                                         const AnomalyOptions& options) {
    Judge judge(impl_->policy, ruleset, question, options, impl_->ends);
    std::vector<Anomaly> anomalies;
    const auto count = static_cast<std::uint32_t>(impl_->policy.rulesets[ruleset].rules.size());
    anomalies.reserve(count);
    for (std::uint32_t rule = 0; rule < count; ++rule) anomalies.push_back(judge.judge(rule));
    return anomalies;
}

bool AnomalyFinder::decides_everything(RulesetIndex ruleset) { return impl_->ends.of(ruleset).everything; }

std::vector<Anomaly> find_anomalies(const Policy& policy, RulesetIndex ruleset, const PacketSet& question,
                                    const AnomalyOptions& options) {
    return AnomalyFinder(policy, question.space()).find(ruleset, question, options);
}

}  // namespace fwproof
