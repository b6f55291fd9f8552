#include "vendor/iptables/lower_rule.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fwproof::iptables {

void RuleScope::refuse(const OptionAst& option, std::string message, std::string hint) {
    if (!issue) issue = Issue{std::move(message), std::move(hint), option.offset, option.end() - option.offset};
}

void RuleScope::condition(ConditionKind kind, std::string value, SourceSpan at, std::string message, NoteKind note,
                          std::string hint) {
    draft.conditional = true;
    draft.conditions.push_back({kind, std::move(value), at});
    notes.push_back({note, std::move(message), std::move(hint), at});
}

void RuleScope::name_condition(const OptionAst& option, std::string_view name) {
    condition(ConditionKind::fqdn, std::string(name), span(option),
              fmt::format("host name '{}' is looked up when the rules are loaded", name), NoteKind::unresolved_name,
              "iptables-save prints the addresses that it meant");
}

namespace {

// Matches whose test depends on something outside of a header, and options that are not modelled.
void lower_unmodelled(RuleScope& scope) {
    for (std::size_t i = 0; i < scope.rule.matches.size(); ++i) {
        const Extension& match = *scope.rule.matches[i];
        if (match.handling == Handling::no_effect) continue;
        if (match.name == "ipv6header" || needs_extension_header(match, scope.family())) continue;  // modelled above
        const OptionAst* first = nullptr;
        const OptionAst* last = nullptr;
        std::vector<const OptionAst*> opaque;
        bool always = false, never = false;
        for (const auto& option : scope.rule.options) {
            if (option.match != i) continue;
            if (!first) first = &option;
            last = &option;
            if (option.spec->id == OptionId::opaque) opaque.push_back(&option);
            if (option.spec->id == OptionId::recent_set) (option.negated ? never : always) = true;  // only remembers
        }
        if (never) scope.draft.never = true;
        if (always || never) continue;
        if (match.handling == Handling::inexact) {
            const SourceSpan at = first ? scope.span(first->offset, last->end())
                                        : scope.span(scope.rule.offset, scope.rule.offset + scope.rule.length);
            scope.condition(match.condition, first ? std::string(at.text()) : std::string(match.name), at,
                            fmt::format("-m {}: the rule depends on {}", match.name, match.why));
            continue;
        }
        for (const auto* option : opaque) {
            scope.condition(ConditionKind::other, std::string(scope.span(*option).text()), scope.span(*option),
                            fmt::format("-m {}: option --{} is not modelled", match.name, option->spec->name));
        }
    }
}

bool is_owner_misplaced(const RuleScope& scope) {
    return (scope.hooks & ~(kOutput | kPostrouting)) != 0 &&
           std::any_of(scope.rule.matches.begin(), scope.rule.matches.end(),
                       [](const Extension* m) { return m->name == "owner"; });
}

Rule base_rule(const RulePlace& place, const RuleAst& rule, RuleMatch match) {
    Rule result{.match = std::move(match),
                .traits = {},
                .name = fmt::format("{} rule {}", place.chain.name, place.number),
                .comment = {},
                .store = {},
                .hits = rule.packets,
                .last_day = {},
                .span = {place.table.source, rule.offset, rule.length}};
    for (const auto& option : rule.options) {
        if (option.spec->id != OptionId::comment) continue;
        if (!result.comment.empty()) result.comment += "; ";
        result.comment += option.value.text;
    }
    return result;
}

RuleMatch anything(std::string words, SourceSpan span) {
    RuleMatch match;
    match.conditional = true;
    match.conditions.push_back({ConditionKind::syntax, std::move(words), span});
    return match;
}

// A destination that is translated to itself is none to the connection: then the status DNAT is not set. The rule that
// takes such packets out before the translation, which ends the chain for them all the same.
std::optional<Rule> unchanged(const Rule& rule, const AddressSetRef& pool) {
    const auto* translate = std::get_if<Translate>(&rule.action);
    if (!translate || !translate->destination.changes()) return std::nullopt;
    const Translate::Part& to = translate->destination;
    Match same;
    same.header.destination = to.address ? share(AddressSet::of(*to.address)) : pool;
    if (to.block) {
        if (to.block->first != to.block->to) return std::nullopt;
        same.header.destination = share(to.block->block());
    }
    if (to.port) {
        ServiceTerm term;
        term.destination_ports = PortSet::of(*to.port);
        same.header.services = share(ServiceSet{{term}});
    }
    Rule result = rule;
    result.implicit = true;
    result.name = "translated to the address and port that it has";
    result.action = Decide{Verdict::permit, ""};
    for (auto* matches : {&result.match.any_of, &result.match.outer}) {
        for (auto& match : *matches) {
            if (!intersect(match, same)) return std::nullopt;
        }
        std::erase_if(*matches, [](const Match& match) { return plainly_empty(match.header); });
    }
    if (result.match.any_of.empty() && result.match.outer.empty()) return std::nullopt;
    if (to.address_unknown || to.port_unknown) {
        result.match.conditional = true;
        result.match.conditions.push_back({ConditionKind::other, "the address that it is translated to", rule.span});
    }
    return result;
}

// In place of a rule that moves several blocks one for each that it meets; the last of them stands for the statement.
std::vector<Rule> moves(const Rule& rule, const std::vector<BlockMap>& blocks) {
    std::vector<Rule> rules;
    const auto* whole = std::get_if<Translate>(&rule.action);
    for (const auto& block : blocks) {
        const bool destination = whole->destination.address_unknown;
        Match part;
        (destination ? part.header.destination : part.header.source) = share(block.block());
        Rule one = rule;
        one.implicit = true;
        for (auto* matches : {&one.match.any_of, &one.match.outer}) {
            for (auto& match : *matches) intersect(match, part);
            std::erase_if(*matches, [](const Match& match) { return plainly_empty(match.header); });
        }
        if (one.match.any_of.empty() && one.match.outer.empty()) continue;
        Translate moved = *whole;
        Translate::Part& side = destination ? moved.destination : moved.source;
        side.block = block;
        side.address_unknown = false;
        one.action = moved;
        rules.push_back(std::move(one));
    }
    if (!rules.empty()) rules.back().implicit = false;
    return rules;
}

// What a rule that was not understood could still do to a packet.
Action possible_action(const RulePlace& place, const RuleAst& rule) {
    const std::string_view name = rule.target.text;
    if (name == "ACCEPT") return Decide{Verdict::permit, ""};
    if (name == "DROP" || name == "REJECT") return Decide{Verdict::deny, ""};
    if (rule.target_extension && rule.target_extension->handling == Handling::no_effect) return Continue{};
    // A translation of the source ends its chain, and changes no verdict.
    if (rule.target_extension && place.table.name == TableName::nat && (name == "SNAT" || name == "MASQUERADE"))
        return Decide{Verdict::permit, ""};
    if (const auto chain = place.chain_index.find(name);
        chain != place.chain_index.end() && !rule.target_extension && !place.in_loop) {
        if (rule.go) return Goto{chain->second};
        return Jump{chain->second};
    }
    return Decide{Verdict::unknown, ""};
}

void add_refused(Lowering& lowering, const RulePlace& place, const RuleAst& rule, const Issue& issue,
                 Ruleset& ruleset) {
    const SourceSpan at{place.table.source, issue.offset, issue.length};
    lowering.policy.notes.push_back({NoteKind::unparsed_line, issue.message, issue.hint, at});
    Rule result = base_rule(place, rule, anything(std::string(at.text().substr(0, 80)), at));
    result.action = possible_action(place, rule);
    ruleset.rules.push_back(std::move(result));
}

}  // namespace

void lower_rule(Lowering& lowering, const RulePlace& place, const RuleAst& rule, Ruleset& ruleset) {
    if (rule.placeholder) {
        Rule result;
        result.name = fmt::format("{} rule {}", place.chain.name, place.number);
        result.implicit = true;
        result.span = {place.table.source, rule.offset, rule.length};
        result.match.conditional = true;
        result.match.conditions = lowering.lost;
        result.action = Decide{Verdict::unknown, ""};
        ruleset.rules.push_back(std::move(result));
        return;
    }
    if (rule.issue) return add_refused(lowering, place, rule, *rule.issue, ruleset);
    RuleScope scope{lowering, place.table, place.chain, place.hooks, rule, {}, {}, {}};
    if (place.in_loop)
        scope.issue = Issue{"this jump closes a loop of chains", "", rule.target.offset, rule.target.length};
    if (is_owner_misplaced(scope)) {
        scope.issue = Issue{"-m owner works for the host's own packets only: OUTPUT and POSTROUTING", "", rule.offset,
                            rule.length};
    }
    if (!scope.issue) lower_service(scope);
    if (!scope.issue) lower_addresses(scope);
    if (!scope.issue) lower_state(scope);
    if (!scope.issue) lower_time(scope);
    if (!scope.issue) lower_sets(scope);
    if (!scope.issue) lower_extension_headers(scope);
    if (!scope.issue) lower_unmodelled(scope);
    TargetEffect effect;
    if (!scope.issue) effect = lower_target(scope, place.chain_index);
    if (scope.issue) return add_refused(lowering, place, rule, *scope.issue, ruleset);

    if (effect.match_unknown) {
        const SourceSpan at = scope.span(rule.target.offset, rule.target.end());
        scope.condition(rule.target_extension->condition, std::string(rule.target.text), at,
                        fmt::format("{}: the rule depends on {}", rule.target.text, rule.target_extension->why));
    }
    Rule result = base_rule(place, rule, std::move(scope.draft).finish());
    result.logs = effect.logs;
    result.last_day = scope.last_day;
    doubt_earlier(scope, result.match);
    if (result.match.any_of.empty() && result.match.outer.empty()) scope.notes.clear();
    if (!effect.actions.empty()) {
        std::move(scope.notes.begin(), scope.notes.end(), std::back_inserter(lowering.policy.notes));
    }
    const std::size_t steps_begin = ruleset.rules.size();
    for (std::size_t i = 0; i + 1 < effect.actions.size(); ++i) {
        Rule step = result;
        step.implicit = true;
        step.action = effect.actions[i];
        ruleset.rules.push_back(std::move(step));
    }
    if (!effect.actions.empty()) result.action = std::move(effect.actions.back());
    const auto add = [&](Rule&& one) {
        if (scope.facts().tests_translation && place.table.name == TableName::nat) {
            if (auto same = unchanged(one, effect.pool))
                ruleset.rules.insert(ruleset.rules.begin() + static_cast<std::ptrdiff_t>(steps_begin),
                                     std::move(*same));
        }
        ruleset.rules.push_back(std::move(one));
    };
    std::vector<Rule> moved;
    if (!effect.blocks.empty()) moved = moves(result, effect.blocks);
    for (Rule& one : moved) add(std::move(one));
    if (moved.empty()) add(std::move(result));
}

}  // namespace fwproof::iptables
