#include "fwproof/analysis/edits.hpp"

#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "analysis/alignment.hpp"
#include "fwproof/base/letters.hpp"

namespace fwproof {

namespace {

bool same_conditions(const Rule& a, const Rule& b) {
    const auto& was = a.match.conditions;
    const auto& is = b.match.conditions;
    return std::equal(was.begin(), was.end(), is.begin(), is.end(), [&](const Condition& x, const Condition& y) {
        return condition_key(x, a) == condition_key(y, b);
    });
}

// Rulesets are told apart by name, and those of one name by their order: an added chain moves the others.
bool same_ruleset(const Policy& before, RulesetIndex a, const Policy& after, RulesetIndex b) {
    if (a >= before.rulesets.size() || b >= after.rulesets.size()) return a == b;
    const std::string& name = before.rulesets[a].name;
    if (name != after.rulesets[b].name) return false;
    const auto earlier = [&](const Policy& policy, RulesetIndex end) {
        return std::count_if(policy.rulesets.begin(), policy.rulesets.begin() + end,
                             [&](const Ruleset& ruleset) { return ruleset.name == name; });
    };
    return a == b || earlier(before, a) == earlier(after, b);
}

bool same_action(const Policy& before, const Action& a, const Policy& after, const Action& b) {
    if (a.index() != b.index()) return false;
    if (const auto* decide = std::get_if<Decide>(&a)) return decide->verdict == std::get<Decide>(b).verdict;
    if (const auto* jump = std::get_if<Jump>(&a)) return same_ruleset(before, jump->to, after, std::get<Jump>(b).to);
    if (const auto* go = std::get_if<Goto>(&a)) return same_ruleset(before, go->to, after, std::get<Goto>(b).to);
    if (const auto* set = std::get_if<SetRegister>(&a)) {
        const auto& other = std::get<SetRegister>(b);
        return set->target == other.target && set->keep == other.keep && set->value == other.value &&
               set->from == other.from && set->mask == other.mask;
    }
    if (const auto* translate = std::get_if<Translate>(&a)) {
        const auto& other = std::get<Translate>(b);
        return translate->source == other.source && translate->destination == other.destination &&
               translate->to_this_device == other.to_this_device;
    }
    return true;
}

}  // namespace

bool same_rule(const Policy& before, const Rule& a, const Policy& after, const Rule& b) {
    if (!a.enabled && !b.enabled) return true;
    return a.enabled == b.enabled && same_action(before, a.action, after, b.action) &&
           a.match.conditional == b.match.conditional && a.match.any_of == b.match.any_of &&
           a.match.outer == b.match.outer && same_conditions(a, b);
}

namespace {

// The line without packet counters ("[12:3456]", "(hitcnt=7)") and blanks at its end: what changes by itself.
std::string_view without_trailing_blanks(std::string_view line) {
    const std::size_t last = line.find_last_not_of(" \t\r");
    return line.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

// Where the counter at `start` ends; `start` itself when there is none.
std::size_t end_of_counter(std::string_view line, std::size_t start) {
    constexpr std::string_view kHits = "(hitcnt=";
    const auto digits = [&](std::size_t from) {
        const std::size_t end = line.find_first_not_of("0123456789", from);
        return end == std::string_view::npos ? line.size() : end;
    };
    if (line[start] == '[') {
        const std::size_t colon = digits(start + 1);
        if (colon == start + 1 || colon >= line.size() || line[colon] != ':') return start;
        const std::size_t end = digits(colon + 1);
        return end > colon + 1 && end < line.size() && line[end] == ']' ? end + 1 : start;
    }
    if (line.substr(start).starts_with(kHits)) {
        const std::size_t end = digits(start + kHits.size());
        return end < line.size() && line[end] == ')' ? end + 1 : start;
    }
    return start;
}

bool same_line(std::string_view a, std::string_view b) {
    if (a == b) return true;
    a = without_trailing_blanks(a);
    b = without_trailing_blanks(b);
    std::size_t i = 0;
    std::size_t k = 0;
    while (i < a.size() && k < b.size()) {
        const std::size_t past_a = end_of_counter(a, i);
        const std::size_t past_b = end_of_counter(b, k);
        if (past_a != i && past_b != k) {
            i = past_a;
            k = past_b;
        } else if (a[i] == b[k]) {
            ++i;
            ++k;
        } else {
            return false;
        }
    }
    return i == a.size() && k == b.size();
}

// What same_line compares: lines are the same exactly where this is.
std::string plain_line(std::string_view line) {
    line = without_trailing_blanks(line);
    std::string plain;
    for (std::size_t i = 0; i < line.size();) {
        const std::size_t past = end_of_counter(line, i);
        plain += past != i ? '#' : line[i];
        i = past != i ? past : i + 1;
    }
    return plain;
}

// The words of a rule that is not understood. No comment is among what was not understood.
std::string plain_words(const Rule& rule) {
    std::string words(rule.span.text());
    const std::size_t comment = rule.comment.empty() ? std::string::npos : words.find(rule.comment);
    if (comment != std::string::npos) words.erase(comment, rule.comment.size());
    return plain_line(words);
}

// The lines that a span touches.
std::string plain_lines(const SourceSpan& span) {
    const std::uint32_t last = span.source->position(span.offset + (span.length > 0 ? span.length - 1 : 0)).line;
    std::string lines;
    for (std::uint32_t line = span.line(); line <= last; ++line) lines += plain_line(span.source->line(line)) + '\n';
    return lines;
}

bool within(const SourceSpan& part, const SourceSpan& whole) {
    return part.source == whole.source && part.offset >= whole.offset &&
           part.offset + part.length <= whole.offset + whole.length;
}

// The words of rules with one word for all names of places, and without objects and addresses where these say no more
// than was compared by value.
class PlainOptions {
public:
    explicit PlainOptions(const Policy& policy) : policy_(policy) {}

    std::vector<std::string> of(const Rule& rule) {
        const auto* translate = std::get_if<Translate>(&rule.action);
        const auto known = [](const Translate::Part& part) { return !part.address_unknown && !part.port_unknown; };
        const bool by_value = translate && known(translate->source) && known(translate->destination);
        std::vector<std::string> words;
        std::string word;
        for (const char c : plain_words(rule) + ' ') {
            if (std::string_view(" \t\r\n,()\"").find(c) == std::string_view::npos) {
                word += c;
                continue;
            }
            const bool value = by_value && !word.empty() && word[0] >= '0' && word[0] <= '9';
            if (!word.empty() && places().contains(word)) {
                words.emplace_back();
            } else if (!word.empty() && !value && !(by_value && objects().contains(word))) {
                words.push_back(word);
            }
            word.clear();
        }
        return words;
    }

private:
    using Names = std::set<std::string>;
    const Names& places() {
        if (places_) return *places_;
        places_.emplace();
        for (const auto& interface : policy_.interfaces) places_->insert(interface.name);
        for (const auto& ruleset : policy_.rulesets) places_->insert(ruleset.name);
        return *places_;
    }
    const Names& objects() {
        if (objects_) return *objects_;
        objects_.emplace();
        for (const auto& object : policy_.objects) objects_->insert(object.name);
        return *objects_;
    }

    const Policy& policy_;
    std::optional<Names> places_, objects_;
};

// Of two rules that are the same as far as verdicts go.
bool differ_aside(PlainOptions& before, const Rule& a, PlainOptions& after, const Rule& b) {
    if (!a.enabled) return false;
    // What comes through a tunnel is in no header.
    if (a.traits.has(Trait::edge_traversal) != b.traits.has(Trait::edge_traversal)) return true;
    if (const auto* decide = std::get_if<Decide>(&a.action)) return decide->answer != std::get<Decide>(b.action).answer;
    if (!does_more(a) || !a.span || !b.span || same_line(a.span.text(), b.span.text())) return false;
    if (std::holds_alternative<Continue>(a.action)) return true;
    // Places were compared as what the rule matches, and may have been renamed.
    const auto was = before.of(a), is = after.of(b);
    return !std::equal(was.begin(), was.end(), is.begin(), is.end(),
                       [](const std::string& x, const std::string& y) { return x == y || x.empty() || y.empty(); });
}

void find_moved(LineEdits& edits) {
    if (edits.removed.empty() || edits.added.empty()) return;
    std::unordered_map<std::string, std::deque<std::size_t>> added;
    for (std::size_t k = 0; k < edits.added.size(); ++k) {
        std::string plain = plain_line(edits.added[k].text());
        if (!plain.empty()) added[std::move(plain)].push_back(k);
    }
    for (std::size_t i = 0; i < edits.removed.size(); ++i) {
        const auto same = added.find(plain_line(edits.removed[i].text()));
        if (same == added.end() || same->second.empty()) continue;
        edits.moved.emplace_back(i, same->second.front());
        same->second.pop_front();
    }
}

bool binary(const Source& source) { return source.text().substr(0, 8000).find('\0') != std::string_view::npos; }

SourceSpan line_span(const Source& source, std::size_t index) {
    const auto number = static_cast<std::uint32_t>(index + 1);
    return {&source, source.line_offset(number), static_cast<std::uint32_t>(source.line(number).size())};
}

// A text that ends with a line end has no line behind it.
std::size_t line_count(const Source& source) {
    std::size_t count = source.line_count();
    if (count > 0 && source.line(static_cast<std::uint32_t>(count)).empty()) --count;
    return count;
}

}  // namespace

bool does_more(const Rule& rule) {
    if (std::holds_alternative<Continue>(rule.action)) return !rule.logs;
    return std::holds_alternative<Translate>(rule.action) || std::holds_alternative<SetRegister>(rule.action);
}

std::string condition_key(const Condition& condition, const Rule& rule) {
    const bool folded = condition.kind == ConditionKind::program || condition.kind == ConditionKind::service;
    std::string key(to_string(condition.kind));
    key += ' ' + (folded ? lower_case(condition.value) : condition.value);
    if (condition.kind == ConditionKind::syntax) {
        if (rule.span) key += '\n' + plain_words(rule);
        if (condition.span && !within(condition.span, rule.span)) key += '\n' + plain_lines(condition.span);
        return key;
    }
    const std::string_view written = condition.span ? condition.span.text() : std::string_view();
    const bool option = written.starts_with('-') || written.starts_with('!');
    if (option && written != rule.span.text()) key.append("\n").append(written);
    return key;
}

LineEdits edited_lines(const Source& before, const Source& after) {
    LineEdits edits;
    if (binary(before) || binary(after)) return edits;
    const auto line = [](const Source& source, std::size_t index) {
        return source.line(static_cast<std::uint32_t>(index + 1));
    };
    std::size_t removed = 0, added = 0;  // before the stretch of edits that is being read
    const auto end_stretch = [&] {
        const std::size_t out = edits.removed.size() - removed;
        if (out == edits.added.size() - added) {
            for (std::size_t i = 0; i < out; ++i) edits.replaced.emplace_back(removed + i, added + i);
        }
        removed = edits.removed.size();
        added = edits.added.size();
    };
    align(
        line_count(before), line_count(after),
        [&](std::size_t i, std::size_t k) { return same_line(line(before, i), line(after, k)); },
        [&](std::size_t, std::size_t) { end_stretch(); },
        [&](std::size_t i) { edits.removed.push_back(line_span(before, i)); },
        [&](std::size_t k) { edits.added.push_back(line_span(after, k)); });
    end_stretch();
    find_moved(edits);
    return edits;
}

RuleEdits edited_rules(const Policy& before, const Ruleset& before_rules, const Policy& after,
                       const Ruleset& after_rules) {
    RuleEdits edits;
    const auto& a = before_rules.rules;
    const auto& b = after_rules.rules;
    PlainOptions was(before), is(after);
    align(
        a.size(), b.size(), [&](std::size_t i, std::size_t k) { return same_rule(before, a[i], after, b[k]); },
        [&](std::size_t i, std::size_t k) {
            const RuleEdits::Pair pair{static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(k)};
            if (a[i].logs != b[k].logs) edits.logging.push_back(pair);
            if (differ_aside(was, a[i], is, b[k])) edits.asides.push_back(pair);
        },
        [&](std::size_t i) { edits.removed.push_back(static_cast<std::uint32_t>(i)); },
        [&](std::size_t k) { edits.added.push_back(static_cast<std::uint32_t>(k)); });
    return edits;
}

}  // namespace fwproof
