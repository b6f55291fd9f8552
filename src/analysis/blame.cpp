#include "analysis/blame.hpp"

#include <algorithm>
#include <map>
#include <string>

#include "analysis/compare_routes.hpp"
#include "analysis/touched.hpp"
#include "fwproof/policy/rule_at.hpp"

namespace fwproof {

namespace {

constexpr std::size_t kMostNamed = 8;      // edits that are named where several together make a difference
constexpr std::size_t kMostPossible = 32;  // and where it is not known which of them do

bool decides_nothing(const Rule& rule) { return std::holds_alternative<Continue>(rule.action); }

// The words of a text, as names in exports are delimited.
std::set<std::string> words_of(std::string_view text) {
    constexpr std::string_view kBetween = " \t\r\n,()\"'<>=|;";
    std::set<std::string> words;
    while (!text.empty()) {
        const std::size_t start = std::min(text.find_first_not_of(kBetween), text.size());
        const std::size_t end = std::min(text.find_first_of(kBetween, start), text.size());
        if (end > start) words.emplace(text.substr(start, end - start));
        text.remove_prefix(end);
    }
    return words;
}

// The statement up to what it says about logging.
std::string_view without_log(const Rule& rule) {
    std::string_view text = rule.span.text();
    if (const auto log = text.rfind(" log"); rule.logs && log != std::string_view::npos) text = text.substr(0, log);
    return text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
}

void add(std::vector<EditedLine>& lines, const EditedLine& line) {
    if (std::find(lines.begin(), lines.end(), line) == lines.end()) lines.push_back(line);
}

}  // namespace

EditBlame::EditBlame(const Policy& before, const Policy& after) {
    before_.policy = &before;
    after_.policy = &after;
    after_.added = true;
    if (before.vendor != after.vendor) return;  // another language is no edit
    for (std::size_t i = 0; i < before.sources.size() && i < after.sources.size(); ++i) {
        LineEdits edits = edited_lines(*before.sources[i], *after.sources[i]);
        for (const auto& [out, in] : edits.replaced) {
            lines_.replaced.emplace_back(lines_.removed.size() + out, lines_.added.size() + in);
        }
        for (const auto& [out, in] : edits.moved) {
            lines_.moved.emplace_back(lines_.removed.size() + out, lines_.added.size() + in);
        }
        lines_.removed.insert(lines_.removed.end(), edits.removed.begin(), edits.removed.end());
        lines_.added.insert(lines_.added.end(), edits.added.begin(), edits.added.end());
    }
    for (const auto& span : lines_.removed) before_.lines.emplace(span.source, span.line());
    for (const auto& span : lines_.added) after_.lines.emplace(span.source, span.line());

    const auto pairs = pair_rulesets(before, after);
    if (std::all_of(pairs.begin(), pairs.end(), [](const RulesetPair& pair) { return pair.before == pair.after; })) {
        rule_edits_.emplace(before.rulesets.size());
    }
    for (const auto& [was, is] : pairs) {
        static const Ruleset kNone;
        const Ruleset& old = was ? before.rulesets[*was] : kNone;
        const Ruleset& now = is ? after.rulesets[*is] : kNone;
        RuleEdits edits = edited_rules(before, old, after, now);
        for (const auto rule : edits.removed) {
            before_.rules.push_back({*was, rule});
            const Rule& removed = old.rules[rule];
            if (removed.logs && removed.enabled && decides_nothing(removed)) {
                logging_.push_back({RuleRef{*was, rule}, std::nullopt, true});
            }
            if (removed.enabled && does_more(removed)) asides_.push_back({RuleRef{*was, rule}, std::nullopt});
        }
        for (const auto rule : edits.added) {
            after_.rules.push_back({*is, rule});
            const Rule& added = now.rules[rule];
            if (added.logs && added.enabled && decides_nothing(added)) {
                logging_.push_back({std::nullopt, RuleRef{*is, rule}, false});
            }
            if (added.enabled && does_more(added)) asides_.push_back({std::nullopt, RuleRef{*is, rule}});
        }
        for (const auto& [a, b] : edits.logging) {
            logging_.push_back({RuleRef{*was, a}, RuleRef{*is, b}, old.rules[a].logs});
        }
        for (const auto& [a, b] : edits.asides) asides_.push_back({RuleRef{*was, a}, RuleRef{*is, b}});
        if (rule_edits_) (*rule_edits_)[*was] = std::move(edits);
    }
    std::sort(before_.rules.begin(), before_.rules.end());
    std::sort(after_.rules.begin(), after_.rules.end());
    find_log_edits();
}

void EditBlame::find_log_edits() {
    std::map<std::pair<std::string_view, std::string_view>, RuleRef> was;
    const auto key = [](const Side& side, const RuleRef& ref) {
        return std::pair<std::string_view, std::string_view>(side.policy->rulesets[ref.ruleset].name,
                                                             without_log(*rule_at(*side.policy, ref)));
    };
    const auto line_edited = [&](const Side& side, const RuleRef& ref) {
        const Rule& rule = *rule_at(*side.policy, ref);
        return !decides_nothing(rule) && !edited_in(side, rule.span).empty();
    };
    for (const auto& ref : before_.rules) {
        if (line_edited(before_, ref)) was.emplace(key(before_, ref), ref);
    }
    for (const auto& ref : after_.rules) {
        if (was.empty() || !line_edited(after_, ref)) continue;
        const auto twin = was.find(key(after_, ref));
        if (twin == was.end()) continue;
        const Rule &a = *rule_at(*before_.policy, twin->second), &b = *rule_at(*after_.policy, ref);
        if (a.enabled != b.enabled || a.match.conditions.size() != b.match.conditions.size()) continue;
        if (a.match.any_of == b.match.any_of) continue;  // moved, not changed by an object
        before_.log_edits.insert(twin->second);
        after_.log_edits.insert(ref);
        if (a.logs != b.logs) logging_.push_back({twin->second, ref, a.logs});
        was.erase(twin);
    }
}

std::vector<EditedLine> EditBlame::edited_in(const Side& side, const SourceSpan& span) const {
    std::vector<EditedLine> found;
    if (!span || side.lines.empty()) return found;
    const std::uint32_t last = span.source->position(span.offset + (span.length > 0 ? span.length - 1 : 0)).line;
    for (auto at = side.lines.lower_bound({span.source, span.line()});
         at != side.lines.end() && at->first == span.source && at->second <= last; ++at) {
        const auto text = span.source->line(at->second);
        found.push_back(
            {side.added, {span.source, span.source->line_offset(at->second), static_cast<std::uint32_t>(text.size())}});
    }
    return found;
}

// A statement and the indented lines below it.
SourceSpan EditBlame::with_block(SourceSpan span) {
    if (!span) return span;
    std::uint32_t line = span.source->position(span.offset + span.length).line;
    while (line < span.source->line_count()) {
        const std::string_view next = span.source->line(line + 1);
        if (next.empty() || (next.front() != ' ' && next.front() != '\t')) break;
        ++line;
        const auto end = span.source->line_offset(line) + static_cast<std::uint32_t>(next.size());
        span.length = end - span.offset;
    }
    return span;
}

void EditBlame::blame_object(const Side& side, const RuleRef& ref, ChangedRegion& region) const {
    const Rule* rule = rule_at(*side.policy, ref);
    if (!rule || !rule->span) return;
    std::multimap<std::string, const NamedSet*> objects;
    for (const auto& object : side.policy->objects) objects.emplace(object.name, &object);
    std::set<std::string> seen = words_of(rule->span.text());
    std::vector<std::string> open(seen.begin(), seen.end());
    while (!open.empty()) {
        const std::string name = std::move(open.back());
        open.pop_back();
        for (auto [at, end] = objects.equal_range(name); at != end; ++at) {
            const SourceSpan span = with_block(at->second->span);
            for (const auto& line : edited_in(side, span)) {
                add(region.because, line);
                auto known = std::find_if(region.objects.begin(), region.objects.end(),
                                          [&](const ChangedObject& changed) { return changed.name == name; });
                if (known == region.objects.end()) known = region.objects.insert(known, {name, {}, {}, {}});
                add(known->lines, line);
                auto& holders = side.added ? known->holders_after : known->holders_before;
                if (std::find(holders.begin(), holders.end(), ref) == holders.end()) holders.push_back(ref);
            }
            for (const auto& word : words_of(span.text())) {
                if (objects.contains(word) && seen.insert(word).second) open.push_back(word);
            }
        }
    }
}

void EditBlame::blame_rule(const Side& side, const DecidingRule& decider, ChangedRegion& region) const {
    std::vector<RuleRef> refs = decider.via;
    refs.push_back(decider.rule);
    for (const auto& ref : refs) {
        const bool is_default = rule_at(*side.policy, ref) == nullptr;
        if (!is_default && !std::binary_search(side.rules.begin(), side.rules.end(), ref)) continue;
        // The line may have been edited together with the objects that it names.
        if (!side.log_edits.contains(ref)) {
            for (const auto& line : edited_in(side, rule_span(*side.policy, ref))) add(region.because, line);
        }
        if (!is_default) blame_object(side, ref, region);
    }
}

void EditBlame::explain(ChangedRegion& region, const PacketSet& packets, const Met& met) const {
    find_edits(region, packets, met);
    // A line that replaces another is one edit with it.
    for (const auto& [out, in] : lines_.replaced) {
        const EditedLine removed{false, lines_.removed[out]}, added{true, lines_.added[in]};
        const auto at = std::find(region.because.begin(), region.because.end(), added);
        const bool has_removed =
            std::find(region.because.begin(), region.because.end(), removed) != region.because.end();
        if ((at != region.because.end()) == has_removed) continue;
        region.because.push_back(has_removed ? added : removed);
        for (auto& object : region.objects) {
            const auto& here = has_removed ? removed : added;
            if (std::find(object.lines.begin(), object.lines.end(), here) != object.lines.end())
                object.lines.push_back(region.because.back());
        }
    }
    std::stable_sort(region.because.begin(), region.because.end(), [](const EditedLine& a, const EditedLine& b) {
        return a.added != b.added ? b.added : a.span.source == b.span.source && a.span.offset < b.span.offset;
    });
}

// What the device does by itself follows from its settings and from what its interfaces are.
void EditBlame::blame_settings(ChangedRegion& region) const {
    for (const auto& [side, by] : {std::pair(&before_, &region.before_by), std::pair(&after_, &region.after_by)}) {
        const Rule* rule = *by ? rule_at(*side->policy, (*by)->rule) : nullptr;
        if (rule && !rule->implicit) continue;
        for (const Side* version : {&before_, &after_}) {
            const auto blame = [&](const SourceSpan& span) {
                for (const auto& line : edited_in(*version, with_block(span))) add(region.because, line);
            };
            for (const auto& setting : version->policy->settings) blame(setting.span);
            for (const auto& interface : version->policy->interfaces) blame(interface.span);
        }
    }
}

void EditBlame::find_edits(ChangedRegion& region, const PacketSet& packets, const Met& met) const {
    if (region.after_by) blame_rule(after_, *region.after_by, region);
    if (region.before_by) blame_rule(before_, *region.before_by, region);
    if (!region.because.empty()) return;
    // Rules that decide nothing by themselves: jumps, returns, marks, translations.
    const Space space = packets.space();
    for (const Side* side : {&after_, &before_}) {
        const auto& rulesets = side->added ? met.after : met.before;
        for (const auto& ref : side->rules) {
            if (!rulesets[ref.ruleset]) continue;
            if (region.because.size() >= kMostNamed) return;
            const Rule* rule = rule_at(*side->policy, ref);
            if (!rule || !rule->enabled || decides_nothing(*rule)) continue;
            const auto meets = [&](const std::vector<Match>& matches) {
                return std::any_of(matches.begin(), matches.end(),
                                   [&](const Match& m) { return space.from(m.header).intersects(packets); });
            };
            if (!meets(rule->match.any_of) && !meets(rule->match.outer)) continue;
            const auto lines = edited_in(*side, rule->span);
            for (const auto& line : lines) add(region.because, line);
            blame_object(*side, ref, region);
        }
    }
    if (region.because.empty()) blame_settings(region);
    if (region.because.empty()) name_possible(region);
}

void EditBlame::name_possible(ChangedRegion& region) const {
    std::vector<EditedLine> all, possible;
    for (const Side* side : {&before_, &after_}) {
        std::set<std::pair<const Source*, std::uint32_t>> of_rules;
        for (const auto& ref : side->rules) {
            for (const auto& line : edited_in(*side, rule_span(*side->policy, ref)))
                of_rules.emplace(line.span.source, line.span.line());
        }
        for (const auto& span : side->added ? lines_.added : lines_.removed) {
            all.push_back({side->added, span});
            if (!of_rules.contains({span.source, span.line()})) possible.push_back(all.back());
        }
    }
    if (possible.empty()) possible = std::move(all);
    if (possible.size() > kMostPossible) return;
    std::size_t edits = possible.size();
    for (const auto& [out, in] : lines_.replaced) {
        const auto has = [&](const EditedLine& line) {
            return std::find(possible.begin(), possible.end(), line) != possible.end();
        };
        if (has({false, lines_.removed[out]}) && has({true, lines_.added[in]})) --edits;
    }
    region.because = std::move(possible);
    region.one_of = edits > 1;
}

std::vector<const Rule*> EditBlame::changed_rules() const {
    std::vector<const Rule*> all;
    for (const Side* side : {&before_, &after_}) {
        for (const auto& ref : side->rules) all.push_back(rule_at(*side->policy, ref));
    }
    return all;
}

bool EditBlame::changes_name(std::string_view interface, const Met& met) const {
    const auto names = [&](const InterfaceSet& set) {
        return std::any_of(set.any_of.begin(), set.any_of.end(), [&](const InterfacePattern& pattern) {
            return !pattern.prefix && pattern.name == interface;
        });
    };
    for (const Side* side : {&before_, &after_}) {
        const auto& rulesets = side->added ? met.after : met.before;
        for (const auto& ref : side->rules) {
            const Rule* rule = rule_at(*side->policy, ref);
            if (!rulesets[ref.ruleset] || !rule || !rule->enabled || decides_nothing(*rule)) continue;
            for (const auto* matches : {&rule->match.any_of, &rule->match.outer}) {
                if (std::any_of(matches->begin(), matches->end(),
                                [&](const Match& match) { return names(match.header.in) || names(match.header.out); }))
                    return true;
            }
        }
    }
    return false;
}

void EditBlame::explain_by_routes(ChangedRegion& region) const {
    std::vector<EditedLine> lines;
    for (const Side* side : {&before_, &after_}) {
        const Policy& other = *(side == &before_ ? after_ : before_).policy;
        const auto blame = [&](const SourceSpan& span) {
            for (const auto& line : edited_in(*side, with_block(span))) add(lines, line);
        };
        for (const auto& route : side->policy->routes) blame(route.span);
        // Another security level, say, leads no packet elsewhere.
        for (const auto& interface : side->policy->interfaces) {
            const bool leads_alike = std::any_of(other.interfaces.begin(), other.interfaces.end(),
                                                 [&](const Interface& twin) { return leads_where(interface, twin); });
            if (!leads_alike) blame(interface.span);
        }
        for (const auto& diversion : side->policy->diversions) blame(diversion.span);
    }
    if (lines.empty()) return;
    region.because = std::move(lines);
    region.one_of = false;
}

template <class Changes>
std::size_t EditBlame::edited_lines_of(const Changes& changes) const {
    std::vector<EditedLine> lines;
    for (const auto& change : changes) {
        for (const auto& [side, ref] : {std::pair(&before_, change.before), std::pair(&after_, change.after)}) {
            if (!ref) continue;
            for (const auto& line : edited_in(*side, rule_span(*side->policy, *ref))) add(lines, line);
        }
    }
    return lines.size();
}

std::size_t EditBlame::logging_lines() const { return edited_lines_of(logging_); }
std::size_t EditBlame::aside_lines() const { return edited_lines_of(asides_); }

}  // namespace fwproof
