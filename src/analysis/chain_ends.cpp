// One pass over the rules. Three sets grow: what got a verdict, what may have returned to the caller before (a rule
// behind decides nothing of that surely), and by verdict what may have got it (a rule behind with the other verdict
// surely decides none of that). Where a set gets large it stops growing on the safe side.
#include "analysis/chain_ends.hpp"

#include <algorithm>

#include "analysis/jumps.hpp"
#include "analysis/rule_boxes.hpp"

namespace fwproof {

namespace {

constexpr std::size_t kMostBoxes = 64;   // of a set that is kept
constexpr std::size_t kMostParts = 256;  // while one set is cut out of another

std::size_t place(Verdict verdict) { return verdict == Verdict::permit ? 0 : 1; }

class Pass {
public:
    explicit Pass(const BoxSpace& boxes) : boxes_(boxes) { boxes_.add(Product{}, all_); }

    // False: no packet surely gets to the rules behind, or nobody knows any more.
    bool decide(std::optional<Verdict> verdict, const BoxSet& surely, const BoxSet& possibly, bool every) {
        const auto fresh = minus(every ? all_ : surely, escaped_);
        if (fresh) add(end.taken, *fresh);
        if (every) end.everything = escaped_.empty();
        if (!verdict || *verdict == Verdict::unknown) {
            end.unclear = true;
        } else {
            const std::size_t own = place(*verdict);
            const auto sure = fresh ? minus(*fresh, end.possibly[1 - own]) : std::nullopt;
            if (sure) add(end.surely[own], *sure);
            if (!add(end.possibly[own], every ? all_ : possibly)) end.unclear = true;
        }
        return !every;
    }

    // What a ruleset that it jumps to does with the packets.
    void enter(const ChainEnd& other, const BoxSet& surely, const BoxSet& possibly, bool every) {
        const auto fresh = minus(clip(other.taken, surely), escaped_);
        if (fresh) add(end.taken, *fresh);
        if (every && other.everything) end.everything = escaped_.empty();
        end.unclear |= other.unclear;
        for (std::size_t own = 0; own < 2; ++own) {
            const auto before = end.possibly[1 - own];
            auto sure = minus(clip(other.surely[own], surely), escaped_);
            if (sure) sure = minus(*sure, before);
            if (sure) pending_[own] = std::move(*sure);
        }
        for (std::size_t own = 0; own < 2; ++own) {
            add(end.surely[own], pending_[own]);
            pending_[own] = {};
            const BoxSet some = clip(other.possibly[own], possibly);
            const bool lost = some.empty() && !other.possibly[own].empty() && !possibly.empty() &&
                              boxes_.meet(other.possibly[own], possibly);
            if (lost || !add(end.possibly[own], some)) end.unclear = true;
        }
    }

    bool escape(const BoxSet& possibly) { return add(escaped_, possibly); }
    // Of what goes to another ruleset for good that part which it does not surely decide.
    bool escape(const BoxSet& possibly, const BoxSet& decided) {
        const auto rest = minus(possibly, decided);
        return add(escaped_, rest ? *rest : possibly);
    }

    void close(Verdict verdict) {
        end.taken = all_;
        end.everything = true;
        if (verdict == Verdict::unknown) {
            end.unclear = true;
            return;
        }
        const std::size_t own = place(verdict);
        if (const auto sure = minus(all_, end.possibly[1 - own])) add(end.surely[own], *sure);
        end.possibly[own] = all_;
    }

    void give_up() { end.unclear = true; }

    BoxSet clip(const BoxSet& a, const BoxSet& b) const {
        if (a.boxes.size() * b.boxes.size() > kMostBoxes * kMostBoxes) return {};
        return boxes_.intersect(a, b);
    }

    ChainEnd end;

private:
    std::optional<BoxSet> minus(BoxSet from, const BoxSet& cut) const {
        for (const auto& box : cut.boxes) {
            if (from.empty()) break;
            from = boxes_.subtract(from, BoxSet{{box}});
            if (from.boxes.size() > kMostParts) return std::nullopt;
        }
        return from;
    }

    bool add(BoxSet& to, const BoxSet& more) const {
        if (to.boxes.size() + more.boxes.size() > kMostBoxes) return more.empty();
        to.boxes.insert(to.boxes.end(), more.boxes.begin(), more.boxes.end());
        return true;
    }

    const BoxSpace& boxes_;
    BoxSet all_;
    BoxSet escaped_;
    std::array<BoxSet, 2> pending_;
};

}  // namespace

std::optional<Verdict> ChainEnd::only() const {
    if (unclear || possibly[0].empty() == possibly[1].empty()) return std::nullopt;
    return possibly[1].empty() ? Verdict::permit : Verdict::deny;
}

ChainEnds::ChainEnds(const Policy& policy, const Space& space)
    : policy_(policy), boxes_(space), enterable_(enterable_rulesets(policy)), known_(policy.rulesets.size()) {}

const ChainEnd& ChainEnds::of(RulesetIndex ruleset) {
    if (ruleset >= known_.size() || !enterable_[ruleset]) return none_;
    if (!known_[ruleset]) known_[ruleset] = make(policy_.rulesets[ruleset]);
    return *known_[ruleset];
}

ChainEnd ChainEnds::make(const Ruleset& ruleset) {
    Pass pass(boxes_);
    for (const Rule& rule : ruleset.rules) {
        if (!rule.enabled || std::holds_alternative<Continue>(rule.action) ||
            std::holds_alternative<SetRegister>(rule.action)) {
            continue;
        }
        const RuleBoxes match = rule_boxes(rule, boxes_);
        const BoxSet& possibly = match.exact ? match.surely : match.possibly;
        const bool every = match.exact && rule.match.any_of.size() == 1 && rule.match.any_of[0].is_all();
        bool on = true;
        if (const auto* decision = std::get_if<Decide>(&rule.action)) {
            on = pass.decide(decision->verdict, match.surely, possibly, every);
        } else if (std::holds_alternative<Translate>(rule.action)) {
            on = pass.decide(std::nullopt, match.surely, possibly, every);
        } else if (std::holds_alternative<Return>(rule.action)) {
            on = pass.escape(possibly) && !every;
        } else {
            const auto* jump = std::get_if<Jump>(&rule.action);
            const RulesetIndex to = jump ? jump->to : std::get<Goto>(rule.action).to;
            const ChainEnd& other = of(to);
            pass.enter(other, match.surely, possibly, every);
            if (to >= enterable_.size() || !enterable_[to]) {
                pass.give_up();
                on = pass.escape(possibly);
            } else if (!jump) {
                on = pass.escape(possibly, pass.clip(other.taken, match.surely)) && !every;
            } else if (every && other.everything) {
                on = false;
            }
        }
        if (on) continue;
        // Behind a rule for everything nothing is decided; where it cannot be followed, who knows what is.
        if (!every) pass.give_up();
        break;
    }
    if (ruleset.default_verdict) pass.close(*ruleset.default_verdict);
    return std::move(pass.end);
}

}  // namespace fwproof
