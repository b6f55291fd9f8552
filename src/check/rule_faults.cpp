// From what the analysis says of each rule in each ruleset to one fault a rule.
//
// A rule of an export can stand in several rulesets (one for each Windows profile) and in several parts. It is reported
// when all of them have the same trouble: a block for the public profile may well defeat an allow for every profile
// there.
#include "check/rule_faults.hpp"

#include <algorithm>
#include <map>

#include "check/entering.hpp"
#include "check/filter_chains.hpp"
#include "check/removals.hpp"

namespace fwproof {

namespace {

// One statement of the export: all rules made of it, in the order of the rulesets.
struct Statement {
    std::vector<Anomaly*> all;
};

class FaultFinder {
public:
    FaultFinder(std::size_t firewall, const RuleDesk& desk)
        : firewall_(firewall), desk_(desk), policy_(desk.policy), finder_(desk.policy, desk.space), entering_(desk) {}

    void find(std::vector<FaultyRule>& faults) {
        for (RulesetIndex i = 0; i < policy_.rulesets.size(); ++i) {
            const Ruleset& ruleset = policy_.rulesets[i];
            if (!ruleset.bound || !ruleset.used_by.empty()) continue;
            if (std::all_of(ruleset.rules.begin(), ruleset.rules.end(), [](const Rule& r) { return r.implicit; }))
                continue;
            look_at(i);
        }
        // Rules without a place of their own are judged one by one.
        for (auto& anomalies : found_) {
            for (auto& anomaly : anomalies) {
                const Rule& rule = rule_of(anomaly.rule);
                if (rule.implicit || !rule.enabled) continue;
                std::size_t at = statements_.size();
                if (rule.span) at = by_span_.try_emplace(place(rule), at).first->second;
                if (at == statements_.size()) statements_.emplace_back();
                statements_[at].all.push_back(&anomaly);
            }
        }
        for (const auto& statement : statements_) {
            try {
                if (auto fault = judge(statement)) faults.push_back(std::move(*fault));
            } catch (const OutOfBudget&) {
                beyond(statement.all.front()->rule);
            }
        }
    }

private:
    void look_at(RulesetIndex index) {
        const Ruleset& ruleset = policy_.rulesets[index];
        AnomalyOptions options;
        const double share = static_cast<double>(desk_.budget.nodes) / static_cast<double>(Budget().nodes);
        for (auto* steps : {&options.steps_per_rule, &options.steps}) {
            *steps = std::max<std::size_t>(1, static_cast<std::size_t>(static_cast<double>(*steps) * share));
        }
        try {
            found_.push_back(finder_.find(index, entering_.packets(index), options));
        } catch (const OutOfBudget&) {
            for (std::uint32_t i = 0; i < ruleset.rules.size(); ++i) {
                if (!ruleset.rules[i].implicit && ruleset.rules[i].enabled) beyond({index, i});
            }
            return;
        }
        for (const Anomaly& anomaly : found_.back()) {
            if (anomaly.standing == Standing::undecided && !rule_of(anomaly.rule).implicit) beyond(anomaly.rule);
        }
    }
    void beyond(RuleRef rule) { desk_.rules_beyond[rule.ruleset].push_back(rule.rule); }

    const Rule& rule_of(RuleRef ref) const { return policy_.rulesets[ref.ruleset].rules[ref.rule]; }
    bool is_default(RuleRef ref) const { return ref.rule >= policy_.rulesets[ref.ruleset].rules.size(); }
    const Decide* decision(RuleRef ref) const { return std::get_if<Decide>(&rule_of(ref).action); }

    std::optional<FaultyRule> judge(const Statement& statement) {
        std::optional<Fault> fault;
        for (Anomaly* anomaly : statement.all) {
            const auto one = judge(*anomaly);
            if (!one || (fault && *one != *fault)) return std::nullopt;
            fault = one;
        }
        FaultyRule faulty{firewall_, *fault, *statement.all.front(), {}, {}, {}};
        if (!blame_one(statement, faulty)) blame_all(statement, faulty);
        for (const Anomaly* anomaly : statement.all) {
            if (faulty.rulesets.empty() || faulty.rulesets.back() != anomaly->rule.ruleset) {
                faulty.rulesets.push_back(anomaly->rule.ruleset);
            }
        }
        return faulty;
    }

    // Rulesets that blame different rules: one statement may do the same in all of them.
    bool blame_one(const Statement& statement, FaultyRule& faulty) const {
        if (policy_.ordered || faulty.fault != Fault::redundant) return false;
        for (const Anomaly* anomaly : statement.all) {
            for (const auto& blame : anomaly->blamed) {
                std::vector<RuleRef> substitutes;
                const bool everywhere =
                    std::all_of(statement.all.begin(), statement.all.end(), [&](const Anomaly* other) {
                        const auto same = stands_in_for(other->rule, blame.rule);
                        if (same && other->standing == Standing::redundant) substitutes.push_back(*same);
                        return same.has_value();
                    });
                if (!everywhere) continue;
                faulty.anomaly.blamed = {blame};
                faulty.substitutes = std::move(substitutes);
                return true;
            }
        }
        return false;
    }

    // A rule of the statement of `by` that surely does all that the rule does, in its ruleset.
    std::optional<RuleRef> stands_in_for(RuleRef rule, RuleRef by) const {
        if (is_default(by)) return std::nullopt;
        const auto known = by_span_.find(place(rule_of(by)));
        if (!rule_of(by).span || known == by_span_.end()) return std::nullopt;
        for (const Anomaly* other : statements_[known->second].all) {
            const RuleRef one = other->rule;
            const Decide *does = decision(one), *own = decision(rule);
            if (one == rule || one.ruleset != rule.ruleset || !does || !own || does->verdict != own->verdict) continue;
            if (desk_.possibly(rule_of(rule)).subset_of(desk_.surely(rule_of(one))) || same_match(rule, one))
                return one;
        }
        return std::nullopt;
    }

    using Place = std::pair<const Source*, std::uint32_t>;
    static Place place(const Rule& rule) { return {rule.span.source, rule.span.offset}; }

    bool same_statement(RuleRef a, RuleRef b) const {
        const bool written = !is_default(a) && !is_default(b) && rule_of(a).span && rule_of(b).span;
        return written ? place(rule_of(a)) == place(rule_of(b)) : a == b;
    }

    // All that some ruleset blames, each once.
    void blame_all(const Statement& statement, FaultyRule& faulty) const {
        for (const Anomaly* anomaly : statement.all) {
            for (const auto& blame : anomaly->blamed) {
                if (anomaly->standing == Standing::redundant) faulty.substitutes.push_back(blame.rule);
                auto& all = faulty.anomaly.blamed;
                const bool known = std::any_of(all.begin(), all.end(),
                                               [&](const Blame& b) { return same_statement(b.rule, blame.rule); });
                if (!known) all.push_back(blame);
            }
        }
    }

    std::optional<Fault> judge(Anomaly& anomaly) {
        switch (anomaly.standing) {
            case Standing::matches_nothing: return judge_unentered(anomaly);
            case Standing::shadowed:
            case Standing::unreachable: blame_callers(anomaly); return judge_dead(anomaly);
            case Standing::redundant: return judge_redundant(anomaly);
            default: return std::nullopt;
        }
    }

    // Counts or marks packets: that it does so for none may well be meant.
    static bool does_nothing_visible(const Rule& rule) {
        return std::holds_alternative<Continue>(rule.action) || std::holds_alternative<SetRegister>(rule.action);
    }

    // Of what a dead rule matches, a part may not even get to its ruleset.
    void blame_callers(Anomaly& anomaly) const {
        try {
            const auto before = entering_.takers_before(anomaly.rule, anomaly.blamed);
            anomaly.blamed.insert(anomaly.blamed.begin(), before.begin(), before.end());
        } catch (const OutOfBudget&) {
            anomaly.blamed_complete = false;
        }
    }

    // Nothing that it matches gets to its ruleset: rules before the jumps take it, or no jump fits it.
    std::optional<Fault> judge_unentered(Anomaly& anomaly) const {
        const Rule& rule = rule_of(anomaly.rule);
        const Decide* own = decision(anomaly.rule);
        const bool log = rule.logs && std::holds_alternative<Continue>(rule.action);
        // What is written against itself, or against the place where its ruleset stands, is another matter.
        if (!own && !log && does_nothing_visible(rule)) return std::nullopt;
        if (desk_.possibly(rule).empty() || !entering_.by_jumps(anomaly.rule.ruleset)) return std::nullopt;
        // A program that writes whole chains may have done so for what is not there yet: a second network of Docker.
        if (entering_.handed_on(anomaly.rule).empty() && is_managed_chain(policy_.rulesets[anomaly.rule.ruleset]))
            return std::nullopt;
        if (!entering_.handed_on(anomaly.rule).empty()) {
            anomaly.blamed = entering_.takers_before(anomaly.rule, {});
            if (anomaly.blamed.empty()) return std::nullopt;
            for (const auto& blame : anomaly.blamed) {
                if (rule_of(blame.rule).implicit) return std::nullopt;
            }
        }
        if (log) return anomaly.blamed.empty() ? std::nullopt : std::optional(Fault::unreachable_log);
        const bool differs = own && std::any_of(anomaly.blamed.begin(), anomaly.blamed.end(),
                                                [](const Blame& blame) { return !blame.same_end; });
        return differs && !passes_as_related(anomaly) ? Fault::shadowed : Fault::unreachable;
    }

    std::optional<Fault> judge_dead(const Anomaly& anomaly) {
        if (anomaly.blamed.empty()) return std::nullopt;
        for (const auto& blame : anomaly.blamed) {
            if (rule_of(blame.rule).implicit) return std::nullopt;
        }
        const Rule& rule = rule_of(anomaly.rule);
        const Decide* own = decision(anomaly.rule);
        if (!own) {
            if (std::holds_alternative<Continue>(rule.action)) {
                return rule.logs ? std::optional(Fault::unreachable_log) : std::nullopt;
            }
            if (std::holds_alternative<SetRegister>(rule.action)) return std::nullopt;
        }
        // Of rules that take parts first, those are not blamed whose part another one takes as well.
        const bool differs = own && std::any_of(anomaly.blamed.begin(), anomaly.blamed.end(),
                                                [](const Blame& blame) { return !blame.same_end; });
        if (!policy_.ordered) {
            if (differs)
                return own->verdict == Verdict::permit ? std::optional(Fault::defeated_by_block) : std::nullopt;
            return anomaly.blamed.size() == 1 && same_match(anomaly.rule, anomaly.blamed[0].rule) ? Fault::duplicate
                                                                                                  : Fault::redundant;
        }
        if (anomaly.blamed.size() == 1) {
            const RuleRef by = anomaly.blamed[0].rule;
            if (is_catch_all(by)) return Fault::behind_catch_all;
            if (own && decision(by) && same_match(anomaly.rule, by)) {
                return differs ? Fault::contradicting : Fault::duplicate;
            }
        }
        return differs && !passes_as_related(anomaly) ? Fault::shadowed : Fault::unreachable;
    }

    // A permit of messages that only ever come as related to a connection, behind rules that let those in and deny what
    // fits no connection: it stops nothing, and was written for packets that pass.
    bool passes_as_related(const Anomaly& anomaly) const {
        const Decide* own = decision(anomaly.rule);
        if (!own || own->verdict != Verdict::permit) return false;
        bool passes = false;
        for (const auto& blame : anomaly.blamed) {
            const Decide* other = decision(blame.rule);
            if (!other) return false;
            const auto& matches = rule_of(blame.rule).match.any_of;
            const auto only = [&](StateSet states) {
                return std::all_of(matches.begin(), matches.end(), [&](const Match& match) {
                    return (match.header.states & states.complement()).bits() == 0;
                });
            };
            const StateSet answers = StateSet(State::related) | StateSet(State::established);
            if (other->verdict == Verdict::permit && only(answers)) {
                passes = true;
            } else if (other->verdict != Verdict::deny || !only(State::invalid)) {
                return false;
            }
        }
        return passes;
    }

    std::optional<Fault> judge_redundant(const Anomaly& anomaly) {
        const Rule& rule = rule_of(anomaly.rule);
        const Decide& own = *decision(anomaly.rule);
        for (const auto& blame : anomaly.blamed) {
            // What only repeats the default is written for its readers.
            if (is_default(blame.rule) || rule_of(blame.rule).implicit) return std::nullopt;
            if (own.verdict == Verdict::deny && is_catch_all(blame.rule)) return std::nullopt;
            const Decide* other = decision(blame.rule);
            if (!other || other->answer != own.answer) return std::nullopt;
            if (rule.logs && !rule_of(blame.rule).logs) return std::nullopt;
        }
        return anomaly.blamed.empty() || !anomaly.blamed_complete ? std::nullopt : std::optional(Fault::redundant);
    }

    bool same_match(RuleRef a, RuleRef b) const {
        const RuleMatch& x = rule_of(a).match;
        const RuleMatch& y = rule_of(b).match;
        if (!x.exact() || !y.exact()) return same_conditional_match(policy_, rule_of(a), rule_of(b));
        if (x.any_of == y.any_of) return true;
        return desk_.surely(rule_of(a)) == desk_.possibly(rule_of(b)) &&
               desk_.possibly(rule_of(a)) == desk_.surely(rule_of(b));
    }

    bool is_catch_all(RuleRef ref) {
        const auto known = catch_all_.find(ref);
        if (known != catch_all_.end()) return known->second;
        const auto* jump = std::get_if<Jump>(&rule_of(ref).action);
        const auto* go = std::get_if<Goto>(&rule_of(ref).action);
        const bool ends = decision(ref) || (jump && finder_.decides_everything(jump->to)) ||
                          (go && finder_.decides_everything(go->to));
        const bool all = ends && entering_.packets(ref.ruleset).subset_of(desk_.surely(rule_of(ref)));
        return catch_all_.emplace(ref, all).first->second;
    }

    std::size_t firewall_;
    const RuleDesk& desk_;
    const Policy& policy_;
    AnomalyFinder finder_;
    Entering entering_;
    std::vector<std::vector<Anomaly>> found_;
    std::vector<Statement> statements_;
    std::map<Place, std::size_t> by_span_;  // into statements_
    std::map<RuleRef, bool> catch_all_;
};

}  // namespace

void find_faults(std::size_t firewall, const RuleDesk& desk, std::vector<FaultyRule>& faults) {
    FaultFinder(firewall, desk).find(faults);
    settle_removals(desk.policy, faults);
}

}  // namespace fwproof
