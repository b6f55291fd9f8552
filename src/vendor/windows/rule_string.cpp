#include "vendor/windows/rule_string.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "vendor/windows/words.hpp"

namespace fwproof::windows {

SourceSpan LocatedText::part(std::size_t first, std::size_t length) const {
    if (!span || !aligned) return span;
    const auto before = [&](std::size_t index) {
        return static_cast<std::size_t>(std::upper_bound(skipped.begin(), skipped.end(), index) - skipped.begin());
    };
    const std::size_t start = first + before(first);
    const std::size_t end = first + length + (length == 0 ? before(first) : before(first + length - 1));
    return {span.source, static_cast<std::uint32_t>(span.offset + start), static_cast<std::uint32_t>(end - start)};
}

namespace {

// "v2.30" or "V2.0".
bool is_version(std::string_view word) {
    if (word.size() < 4 || lower_case(word[0]) != 'v') return false;
    const auto dot = word.find('.');
    return dot != std::string_view::npos && number<unsigned>(word.substr(1, dot - 1)) &&
           number<unsigned>(word.substr(dot + 1));
}

// Nothing closes the value, and nothing stands behind it.
bool ends_source(const LocatedText& value) {
    if (!value.span || !value.aligned) return false;
    const std::string_view text = value.span.source->text();
    return trimmed(text.substr(std::min<std::size_t>(value.span.offset + value.span.length, text.size()))).empty();
}

// The grammar wants Protocol in front of what depends on it. Windows reads such a rule nevertheless, as far as is
// known.
void tell_order(const RawRule& rule, std::vector<Note>& notes) {
    const Field* dependent = nullptr;
    for (const Field& field : rule.fields) {
        if (same_word(field.key, "Protocol") && dependent) {
            notes.push_back({NoteKind::information,
                             fmt::format("rule '{}' names {} in front of Protocol; the order is taken to mean nothing",
                                         rule.id, dependent->key),
                             {},
                             dependent->span});
            return;
        }
        const bool depends = starts_with_word(field.key, "LPort") || starts_with_word(field.key, "RPort") ||
                             starts_with_word(field.key, "ICMP");
        if (depends && !dependent) dependent = &field;
    }
}

}  // namespace

RawRule parse_rule_string(std::string id, const LocatedText& value, SourceSpan statement, std::vector<Note>& notes) {
    RawRule rule;
    rule.id = std::move(id);
    rule.span = statement;
    const std::string_view text = value.text;
    const auto version_end = std::min(text.find('|'), text.size());
    if (!is_version(text.substr(0, version_end))) {
        rule.unreadable = true;
        notes.push_back({NoteKind::unparsed_line,
                         fmt::format("rule '{}' does not start with a version such as v2.30|", rule.id),
                         "export the rule again, or remove the value", statement});
        return rule;
    }
    if (!text.ends_with('|') && ends_source(value)) {
        rule.unreadable = true;
        notes.push_back({NoteKind::unparsed_line, fmt::format("the file ends inside rule '{}'", rule.id),
                         "export it again: what stood behind is lost as well", statement});
        return rule;
    }
    rule.fields.reserve(16);
    for (std::size_t start = version_end + 1; start < text.size();) {
        const auto end = std::min(text.find('|', start), text.size());
        const std::string_view token = text.substr(start, end - start);
        const auto equals = token.find('=');
        if (!trimmed(token).empty()) {
            Field field;
            field.key = trimmed(token.substr(0, equals));
            if (equals != std::string_view::npos) field.value = token.substr(equals + 1);
            field.span = value.part(start, token.size());
            rule.fields.push_back(std::move(field));
        }
        start = end + 1;
    }
    tell_order(rule, notes);
    return rule;
}

}  // namespace fwproof::windows
