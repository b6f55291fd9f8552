// A question is answered in bulk for all flows that meet one path; a flow that is only undecided there is asked again
// with what it lets rules assume. Interfaces that a flow does not fix are quantified: a packet fails surely when some
// interface stops it, and is possible when some interface lets it through.
#include "analysis/judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_set>

#include "analysis/overlap.hpp"
#include "fwproof/analysis/listener.hpp"
#include "fwproof/policy/rule_at.hpp"

namespace fwproof {

std::string_view to_string(Judgement judgement) {
    switch (judgement) {
        case Judgement::satisfied: return "satisfied";
        case Judgement::conditional: return "conditional";
        case Judgement::partial: return "partial";
        case Judgement::missing: return "missing";
        case Judgement::unchecked: return "unchecked";
    }
    return "unchecked";
}

namespace {

constexpr std::size_t kMostAsked = 64;  // products
constexpr std::size_t kMostDeciders = 16;
constexpr std::size_t kMostConditions = 16;

bool types_unstated(const Requirement& requirement) {
    const auto& terms = requirement.services->terms;
    return !terms.empty() && std::all_of(terms.begin(), terms.end(), [](const ServiceTerm& term) {
        const auto types = ProtocolSet::of(kIcmp) | ProtocolSet::of(kIcmp6);
        return term.protocols.subset_of(types) && term.icmp.is_all();
    });
}

// One statement may be several rules next to each other, one for each alternative of its lists.
bool same_statement(const Policy& policy, RuleRef a, RuleRef b) {
    const Rule* one = rule_at(policy, a);
    const Rule* other = rule_at(policy, b);
    return a == b || (a.ruleset == b.ruleset && one && other && one->span && one->span.source == other->span.source &&
                      one->span.offset == other->span.offset && one->name == other->name);
}

void keep_decider(const Policy& policy, std::vector<Decider>& deciders, const Hit& hit) {
    const auto known = std::find_if(deciders.begin(), deciders.end(), [&](const Decider& d) {
        return same_statement(policy, d.rule, hit.rule) && d.verdict == hit.verdict && d.surely == hit.surely;
    });
    if (known == deciders.end() && deciders.size() < kMostDeciders)
        deciders.push_back({hit.rule, hit.verdict, hit.surely});
}

}  // namespace

Judge::Verdict3 Judge::compare(const PacketSet& question, const Desk::Bounds& bounds) const {
    const PacketSet whole = question.for_some_interface();
    const PacketSet not_surely = (question - bounds.surely).for_some_interface();
    const PacketSet possibly = (question & bounds.possibly).for_some_interface();
    if (not_surely.empty()) return {Judgement::satisfied, desk_.space().empty()};
    if (possibly.empty()) return {Judgement::missing, question};
    const PacketSet never = whole - possibly;
    if (!never.empty()) return {Judgement::partial, question & never};
    // What is surely denied by one interface is no example of what is open.
    const PacketSet open = (question & bounds.possibly) - bounds.surely;
    return {Judgement::conditional, open.empty() ? question & not_surely : open};
}

bool Judge::of_some_type(const Requirement& requirement) { return types_unstated(requirement); }

// Types that no document states pass when some type of either family does by which the ends talk.
bool Judge::some_types_pass(const Requirement& requirement, const std::vector<Product>& products,
                            const PacketSet& question, const Desk::Bounds& bounds) const {
    if (!types_unstated(requirement)) return false;
    std::vector<std::vector<Product>> families;
    for (const auto& product : products) {
        const auto same = std::find_if(families.begin(), families.end(), [&](const std::vector<Product>& family) {
            return *family[0].services == *product.services;
        });
        if (same == families.end()) {
            families.push_back({product});
        } else {
            same->push_back(product);
        }
    }
    return std::all_of(families.begin(), families.end(), [&](const std::vector<Product>& family) {
        const PacketSet part = question & desk_.question(family);
        return part.empty() || !peers(requirement, {by_every_interface(part, bounds.surely)}).empty();
    });
}

void Judge::judge_reply(Meeting& meeting, const Requirement& requirement) const {
    const Crossing& crossing = meeting.crossing;
    if (!crossing.reply_by_rules || crossing.reply.empty()) return;
    if (!crossing.reply_path) {
        meeting.judgement = Judgement::conditional;
        meeting.notes.emplace_back("whether replies pass, for which the export has no rules");
        return;
    }
    const PacketSet question = desk_.question(crossing.reply);
    const auto bounds = desk_.permitted(*crossing.reply_path, question);
    const auto verdict = compare(question, bounds);
    if (verdict.judgement == Judgement::satisfied) return judge_later(meeting);
    if (requirement.from.anywhere || requirement.to.anywhere) {
        // Replies to somebody are enough, to those whose packets pass.
        const Leg back{question, {}, {}, true};
        const auto answered = [&](const Product& peer) { return on_leg(back, peer).intersects(bounds.surely); };
        auto& peers = meeting.peers;
        if (peers.empty() ? question.intersects(bounds.surely) : std::any_of(peers.begin(), peers.end(), answered)) {
            std::erase_if(peers, [&](const Product& peer) { return !answered(peer); });
            return;
        }
    }
    if (!meeting.reply_doubt.empty() && verdict.judgement != Judgement::missing) {
        meeting.open.push_back(meeting.reply_doubt);
    } else if (verdict.judgement == Judgement::conditional) {
        meeting.judgement = Judgement::conditional;
        meeting.notes.emplace_back("whether replies pass, which the rules alone do not decide");
    } else {
        meeting.reply_missing = true;
    }
    meeting.reply_failing = verdict.failing;
}

void Judge::judge(const std::vector<Meeting*>& meetings, std::span<const Requirement> requirements) {
    std::map<const Path*, PacketSet> asked;
    for (Meeting* meeting : meetings) {
        const PacketSet question = desk_.question(meeting->crossing.question);
        const auto [known, fresh] = asked.emplace(meeting->crossing.path, question);
        if (!fresh) known->second = known->second | question;
    }
    std::map<const Path*, Desk::Bounds> bounds;
    for (const auto& [path, question] : asked) bounds.emplace(path, desk_.permitted(*path, question));
    for (Meeting* meeting : meetings) {
        const Requirement& requirement = requirements[meeting->requirement];
        const PacketSet question = desk_.question(meeting->crossing.question);
        Desk::Bounds known = bounds.at(meeting->crossing.path);
        auto verdict = compare(question, known);
        if (verdict.judgement != Judgement::satisfied && verdict.judgement != Judgement::missing &&
            meeting->crossing.path->position == Position::inbound) {
            known = desk_.permitted(*meeting->crossing.path, question,
                                    assumption_for(requirement, meeting->crossing.path->position));
            verdict = compare(question, known);
        }
        const bool undecided = verdict.judgement != Judgement::satisfied && verdict.judgement != Judgement::missing;
        meeting->judgement = verdict.judgement;
        meeting->failing = verdict.failing;
        if (verdict.judgement != Judgement::missing && (requirement.from.anywhere || requirement.to.anywhere)) {
            judge_for_some_peer(*meeting, requirement, question, known);
            continue;
        }
        if (undecided) {
            const auto& products = meeting->crossing.question;
            if (some_types_pass(requirement, products, question, known)) {
                verdict = {Judgement::satisfied, desk_.space().empty()};
            } else if (verdict.judgement == Judgement::partial &&
                       some_types_pass(requirement, products, question, {known.possibly, known.possibly})) {
                verdict = {Judgement::conditional, question & known.possibly};
            }
        }
        meeting->judgement = verdict.judgement;
        meeting->failing = verdict.failing;
        if (verdict.judgement == Judgement::satisfied || verdict.judgement == Judgement::conditional) {
            judge_reply(*meeting, requirement);
        }
    }
    agree_on_peers(meetings, requirements);
}

void Judge::explain(FlowResult& result, const PacketSet& failing, const Requirement& requirement) const {
    const Policy& policy = desk_.policy();
    const bool conditional = result.judgement == Judgement::conditional;
    const auto hits =
        desk_.evaluator().attribute(*result.path, failing, assumption_for(requirement, result.path->position));
    std::unordered_set<std::string> seen;
    bool by_default = true;
    bool sure = false;
    for (const auto& hit : hits) {
        if (hit.packets.empty()) continue;
        const bool undecided = !hit.surely || hit.verdict == Verdict::unknown;
        if (conditional ? !undecided : hit.verdict == Verdict::permit) continue;
        keep_decider(desk_.policy(), result.deciders, hit);
        if (undecided) {
            for (auto& text : desk_.conditions(hit.rule)) {
                if (!seen.insert(text).second) continue;
                if (result.conditions.size() < kMostConditions) {
                    result.conditions.push_back(std::move(text));
                } else {
                    ++result.more_conditions;
                }
            }
        }
        if (hit.verdict == Verdict::deny) {
            sure = sure || hit.surely;
            if (!is_implicit(policy, hit.rule)) by_default = false;
        }
    }
    result.witness = witness_of(failing);
    if (conditional) {
        result.cause = Cause::undecided;
        if (result.deciders.empty()) {
            result.conditions.emplace_back("the interface that the packets use, which the export does not say");
            for (const auto& hit : hits) {
                if (hit.verdict != Verdict::permit && !hit.packets.empty())
                    keep_decider(desk_.policy(), result.deciders, hit);
            }
        }
        return;
    }
    result.cause = by_default ? Cause::default_deny : Cause::explicit_deny;
    if (by_default) return;
    // A permit that would apply if it were reached.
    const auto ruleset_order = reachable_rulesets(policy, *result.path);
    const auto asked = failing.for_some_interface().products(kMostAsked).products;
    for (const RulesetIndex index : ruleset_order) {
        const auto& rules = policy.rulesets[index].rules;
        for (std::uint32_t i = 0; i < rules.size(); ++i) {
            const auto* decide = std::get_if<Decide>(&rules[i].action);
            if (!decide || decide->verdict != Verdict::permit || !rules[i].enabled || rules[i].implicit) continue;
            const bool meets =
                std::any_of(rules[i].match.any_of.begin(), rules[i].match.any_of.end(), [&](const Match& m) {
                    return std::any_of(asked.begin(), asked.end(),
                                       [&](const Product& product) { return overlap(m.header, product); });
                });
            if (!meets) continue;
            std::vector<Product> headers;
            for (const auto& match : rules[i].match.any_of) headers.push_back(match.header);
            if (!desk_.space().from(headers).intersects(failing)) continue;
            result.cause = Cause::shadowed;
            result.defeated = Decider{{index, i}, Verdict::permit, rules[i].match.exact()};
            return;
        }
    }
}

namespace {

// The default, which no line says, of a stage without rules that somebody wrote: a device does so by itself.
bool of_itself(const Policy& policy, const Path& path, const Hit& hit) {
    const Ruleset& ruleset = policy.rulesets[hit.rule.ruleset];
    if (hit.rule.rule < ruleset.rules.size() || ruleset.default_span) return false;
    const auto reached = reachable_rulesets(policy, {path.position, path.variant, {path.stages[hit.stage]}});
    return std::all_of(reached.begin(), reached.end(), [&](RulesetIndex index) {
        const auto& rules = policy.rulesets[index].rules;
        return std::all_of(rules.begin(), rules.end(), [](const Rule& rule) { return rule.implicit; });
    });
}

}  // namespace

void Judge::explain_permits(FlowResult& result, const PacketSet& question, const Requirement& requirement) const {
    try {
        const Assumption assumption = assumption_for(requirement, result.path->position);
        const PacketSet passing = question & desk_.permitted(*result.path, question, assumption).surely;
        if (passing.empty()) return;
        std::vector<Hit> hits = desk_.evaluator().attribute(*result.path, passing, assumption);
        std::erase_if(hits, [](const Hit& hit) { return hit.verdict != Verdict::permit || hit.packets.empty(); });
        // Beside rules that permit, a stage of translations that lets everything on is none.
        const auto beside = [&](const Hit& hit) { return of_itself(desk_.policy(), *result.path, hit); };
        if (!std::all_of(hits.begin(), hits.end(), beside)) std::erase_if(hits, beside);
        for (const auto& hit : hits) keep_decider(desk_.policy(), result.permits, hit);
        result.permit_witness = passing.pick();
    } catch (const OutOfBudget&) {
        result.permits.clear();
    }
}

void Judge::explain_reply(FlowResult& result, const PacketSet& failing, const Path& path) const {
    for (const auto& hit : desk_.evaluator().attribute(path, failing)) {
        if (hit.verdict != Verdict::permit && !hit.packets.empty())
            keep_decider(desk_.policy(), result.reply_deciders, hit);
    }
    result.reply_witness = witness_of(failing);
}

void Judge::look_backwards(FlowResult& result, const Crossing& crossing, const std::vector<Product>& backwards) const {
    if (backwards.empty()) return;
    const Path* path = desk_.policy().find_path(opposite(crossing.path->position), crossing.path->variant);
    if (!path) return;
    const PacketSet question = desk_.question(backwards);
    const PacketSet open = desk_.permitted(*path, question).surely & question;
    if (open.empty()) return;
    for (const auto& hit : desk_.evaluator().attribute(*path, open)) {
        if (hit.verdict == Verdict::permit && hit.surely && !hit.packets.empty() &&
            !is_implicit(desk_.policy(), hit.rule)) {
            result.reversed = Decider{hit.rule, hit.verdict, hit.surely};
        }
    }
}

}  // namespace fwproof
