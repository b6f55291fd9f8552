#include <fmt/format.h>

#include <algorithm>

#include "vendor/iptables/lower.hpp"

namespace fwproof::iptables {

namespace {

// "src,dst,dst": up to six.
bool are_sides(std::string_view text) {
    for (int count = 1; count <= 6; ++count) {
        const auto comma = text.find(',');
        const std::string_view part = text.substr(0, comma);
        if (part != "src" && part != "dst") return false;
        if (comma == std::string_view::npos) return true;
        text.remove_prefix(comma + 1);
    }
    return false;
}

// Whether rules of either family change what the set holds: itself, what a list holds, or what a changed list holds,
// whose first fitting member takes the new entry.
bool is_changed(Lowering& lowering, std::string_view name) {
    const auto members = [&](std::string_view list, const auto& test) {
        const auto found = lowering.sets.find(list);
        return found != lowering.sets.end() && found->second.list &&
               std::any_of(found->second.entries.begin(), found->second.entries.end(),
                           [&](const IpSetEntry& entry) { return !entry.parts.empty() && test(entry.parts[0]); });
    };
    const auto direct = [&](std::string_view one) {
        for (const Facts& facts : lowering.facts) {
            for (const auto& changed : facts.changed_sets) {
                if (changed == one || members(changed, [&](std::string_view member) { return member == one; }))
                    return true;
            }
        }
        return false;
    };
    return direct(name) || members(name, direct);
}

void lower_set(RuleScope& scope, const OptionAst& option) {
    const std::string_view name = option.value.text;
    const std::string_view directions = option.second.text;
    if (name.empty() || name.size() > 31)
        return scope.refuse(option, fmt::format("'{}' is no name of a set: 1 to 31 characters", name));
    if (!are_sides(directions)) {
        return scope.refuse(option, fmt::format("'{}' does not say which addresses to look up", directions),
                            "src or dst, for each part of the set one");
    }
    Lowering& lowering = scope.lowering;
    const bool changes = is_changed(lowering, name);
    if (!lowering.have_sets) {
        return scope.condition(changes ? ConditionKind::memory : ConditionKind::reference, std::string(name),
                               scope.span(option), fmt::format("the contents of set '{}' are not in this export", name),
                               NoteKind::unresolved_name, "save them with 'ipset save' and give the file with --ipset");
    }
    if (changes) {
        return scope.condition(ConditionKind::memory, std::string(name), scope.span(option),
                               fmt::format("rules add to or delete from set '{}' while packets pass", name));
    }
    SetMatch match = match_set(lowering.sets, name, directions, option.negated, scope.family());
    if (!match.exact) {
        const bool missing = lowering.sets.find(name) == lowering.sets.end();
        return scope.condition(missing ? ConditionKind::reference : ConditionKind::memory, std::string(name),
                               scope.span(option), std::move(match.reason),
                               missing ? NoteKind::undefined_reference : NoteKind::unmodelled_condition);
    }
    const auto tests = [&](InterfaceSet Product::*side) {
        return std::any_of(match.alternatives.begin(), match.alternatives.end(),
                           [&](const Alternative& alternative) { return !(alternative.match.header.*side).is_all(); });
    };
    if (((scope.hooks & kPrerouting) != 0 && tests(&Product::out)) ||
        ((scope.hooks & kPostrouting) != 0 && tests(&Product::in))) {
        return scope.condition(ConditionKind::other, std::string(name), scope.span(option),
                               fmt::format("set '{}' is asked for an interface that packets may lack here", name));
    }
    if (match.alternatives.empty()) {
        scope.draft.never = true;
    } else if (match.alternatives.size() > 1 || !intersect(scope.draft.base, match.alternatives[0].match)) {
        scope.draft.unions.push_back(std::move(match.alternatives));
    }
}

}  // namespace

void lower_sets(RuleScope& scope) {
    for (const auto& option : scope.rule.options) {
        if (option.spec->id == OptionId::match_set && !scope.issue) lower_set(scope, option);
    }
}

}  // namespace fwproof::iptables
