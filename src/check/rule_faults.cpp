// From what the analysis says of each rule in each ruleset to one fault a rule.
//
// A rule of an export can stand in several rulesets (one for each Windows profile) and in several parts. It is reported
// when all of them have the same trouble: a block for the public profile may well defeat an allow for every profile
// there.
#include "check/rule_faults.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "check/removals.hpp"

namespace fwproof {

namespace {

// One statement of the export: all rules made of it, in the order of the rulesets.
struct Statement {
    std::vector<const Anomaly*> all;
};

class FaultFinder {
public:
    FaultFinder(std::size_t firewall, const RuleDesk& desk)
        : firewall_(firewall), desk_(desk), policy_(desk.policy), finder_(desk.policy, desk.space) {}

    void find(std::vector<FaultyRule>& faults) {
        try {
            entering_ = entering_packets();
        } catch (const OutOfBudget&) {
            entering_.assign(policy_.rulesets.size(), desk_.occurring);
        }
        for (RulesetIndex i = 0; i < policy_.rulesets.size(); ++i) {
            const Ruleset& ruleset = policy_.rulesets[i];
            if (!ruleset.bound || !ruleset.used_by.empty()) continue;
            if (std::all_of(ruleset.rules.begin(), ruleset.rules.end(), [](const Rule& r) { return r.implicit; }))
                continue;
            look_at(i);
        }
        // Rules without a place of their own are judged one by one.
        std::map<std::pair<const Source*, std::uint32_t>, std::size_t> by_span;
        std::vector<Statement> statements;
        for (const auto& anomalies : found_) {
            for (const auto& anomaly : anomalies) {
                const Rule& rule = rule_of(anomaly.rule);
                if (rule.implicit || !rule.enabled) continue;
                std::size_t at = statements.size();
                if (rule.span) at = by_span.try_emplace({rule.span.source, rule.span.offset}, at).first->second;
                if (at == statements.size()) statements.emplace_back();
                statements[at].all.push_back(&anomaly);
            }
        }
        for (const auto& statement : statements) {
            try {
                if (auto fault = judge(statement)) faults.push_back(std::move(*fault));
            } catch (const OutOfBudget&) {
                beyond(statement.all.front()->rule);
            }
        }
    }

private:
    // By ruleset, the packets that can get there: the guards of the stages, handed on by jumps. (An IPv4 rule without
    // addresses names no family; that its chain only meets IPv4 stands in the guard.)
    std::vector<PacketSet> entering_packets() const {
        std::vector<PacketSet> entering(policy_.rulesets.size(), desk_.space.empty());
        std::vector<RulesetIndex> open;
        const auto enter = [&](RulesetIndex to, const PacketSet& packets) {
            if (to >= entering.size() || packets.subset_of(entering[to])) return;
            entering[to] = entering[to] | packets;
            open.push_back(to);
        };
        for (const auto& path : policy_.paths) {
            for (const auto& stage : path.stages) {
                enter(stage.ruleset,
                      stage.guard.is_all() ? desk_.occurring : desk_.space.from(stage.guard) & desk_.occurring);
            }
        }
        while (!open.empty()) {
            const RulesetIndex from = open.back();
            open.pop_back();
            std::set<RulesetIndex> targets;
            for (const auto& rule : policy_.rulesets[from].rules) {
                if (const auto* jump = std::get_if<Jump>(&rule.action)) targets.insert(jump->to);
                if (const auto* go = std::get_if<Goto>(&rule.action)) targets.insert(go->to);
            }
            for (const RulesetIndex to : targets) enter(to, entering[from]);
        }
        // What no path leads to is judged for whatever there is.
        for (auto& packets : entering) {
            if (packets.empty()) packets = desk_.occurring;
        }
        return entering;
    }

    void look_at(RulesetIndex index) {
        const Ruleset& ruleset = policy_.rulesets[index];
        AnomalyOptions options;
        const double share = static_cast<double>(desk_.budget.nodes) / static_cast<double>(Budget().nodes);
        for (auto* steps : {&options.steps_per_rule, &options.steps}) {
            *steps = std::max<std::size_t>(1, static_cast<std::size_t>(static_cast<double>(*steps) * share));
        }
        try {
            found_.push_back(finder_.find(index, entering_[index], options));
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
        for (const Anomaly* anomaly : statement.all) {
            const auto one = judge(*anomaly);
            if (!one || (fault && *one != *fault)) return std::nullopt;
            fault = one;
        }
        FaultyRule faulty{firewall_, *fault, *statement.all.front(), {}, {}, {}};
        for (const Anomaly* anomaly : statement.all) {
            if (anomaly->standing == Standing::redundant) {
                for (const auto& blame : anomaly->blamed) faulty.substitutes.push_back(blame.rule);
            }
            if (faulty.rulesets.empty() || faulty.rulesets.back() != anomaly->rule.ruleset) {
                faulty.rulesets.push_back(anomaly->rule.ruleset);
            }
        }
        return faulty;
    }

    std::optional<Fault> judge(const Anomaly& anomaly) {
        switch (anomaly.standing) {
            case Standing::shadowed:
            case Standing::unreachable: return judge_dead(anomaly);
            case Standing::redundant: return judge_redundant(anomaly);
            default: return std::nullopt;
        }
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
        const bool all = ends && entering_[ref.ruleset].subset_of(desk_.surely(rule_of(ref)));
        return catch_all_.emplace(ref, all).first->second;
    }

    std::size_t firewall_;
    const RuleDesk& desk_;
    const Policy& policy_;
    AnomalyFinder finder_;
    std::vector<PacketSet> entering_;
    std::vector<std::vector<Anomaly>> found_;
    std::map<RuleRef, bool> catch_all_;
};

}  // namespace

void find_faults(std::size_t firewall, const RuleDesk& desk, std::vector<FaultyRule>& faults) {
    FaultFinder(firewall, desk).find(faults);
    settle_removals(desk.policy, faults);
}

}  // namespace fwproof
