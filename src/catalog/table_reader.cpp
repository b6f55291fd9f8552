#include "catalog/table_reader.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace fwproof::toml_file {

void Problems::add(std::string message, std::string hint, SourceSpan span) {
    constexpr std::size_t kEnough = 100;
    if (errors_.size() >= kEnough) return;
    Error error{std::move(message), std::move(hint), span};
    error.file = source_->name();
    error.keep = source_;
    errors_.push_back(std::move(error));
}

void Problems::unknown(std::string_view what, std::string_view name, const std::vector<std::string>& known,
                       SourceSpan span) {
    add(fmt::format("unknown {} '{}'", what, name), suggestion(name, known), span);
}

std::vector<Error> Problems::take() {
    std::stable_sort(errors_.begin(), errors_.end(),
                     [](const Error& a, const Error& b) { return a.span.offset < b.span.offset; });
    return std::move(errors_);
}

std::string suggestion(std::string_view name, const std::vector<std::string>& known) {
    if (auto nearest = did_you_mean(name, known)) return fmt::format("did you mean '{}'?", *nearest);
    constexpr std::size_t kMany = 12;
    if (known.empty() || known.size() > kMany) return {};
    return fmt::format("known: {}", fmt::join(known, ", "));
}

TableReader::TableReader(const Value& value, std::string what, Problems& problems)
    : value_(value), what_(std::move(what)), problems_(problems) {
    if (value.kind != Value::Kind::table) {
        problems_.add(fmt::format("{} must be a table, not {}", what_, kind_name(value.kind)), {}, value.span);
    }
}

const Value* TableReader::find(std::string_view key) {
    if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.emplace_back(key);
    for (const Entry& entry : value_.entries) {
        if (entry.key == key) return &entry.value;
    }
    return nullptr;
}

const Value* TableReader::require(std::string_view key) {
    const Value* value = find(key);
    if (!value && value_.kind == Value::Kind::table) {
        problems_.add(fmt::format("{} has no '{}'", what_, key), {}, value_.span);
    }
    return value;
}

SourceSpan TableReader::span_of(std::string_view key) const {
    for (const Entry& entry : value_.entries) {
        if (entry.key == key) return entry.value.span;
    }
    return value_.span;
}

void TableReader::wrong_kind(const Value& value, std::string_view key, std::string_view expected) {
    problems_.add(fmt::format("'{}' of {} must be {}, not {}", key, what_, expected, kind_name(value.kind)), {},
                  value.span);
}

void TableReader::bad_word(const Value& value, std::string_view key, const std::vector<std::string>& known) {
    if (value.kind != Value::Kind::string) {
        wrong_kind(value, key, fmt::format("one of {}", fmt::join(known, ", ")));
        return;
    }
    problems_.add(fmt::format("'{}' of {} cannot be '{}'", key, what_, value.text), suggestion(value.text, known),
                  value.span);
}

std::string TableReader::string(std::string_view key) {
    const Value* value = find(key);
    if (!value) return {};
    if (value->kind != Value::Kind::string) {
        wrong_kind(*value, key, "a string");
        return {};
    }
    return value->text;
}

std::string TableReader::required_string(std::string_view key) {
    const Value* value = require(key);
    if (!value) return {};
    if (value->kind != Value::Kind::string) {
        wrong_kind(*value, key, "a string");
    } else if (value->text.empty()) {
        problems_.add(fmt::format("'{}' of {} is empty", key, what_), {}, value->span);
    } else {
        return value->text;
    }
    return {};
}

std::string TableReader::identifier(std::string_view key) {
    std::string text = required_string(key);
    const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    });
    if (!plain) {
        problems_.add(fmt::format("'{}' of {} cannot be '{}'", key, what_, text),
                      "use lower-case letters, digits and '-'", span_of(key));
    }
    return text;
}

std::string TableReader::text_or_integer(std::string_view key) {
    const Value* value = find(key);
    if (!value) return {};
    if (value->kind == Value::Kind::string) return value->text;
    if (value->kind == Value::Kind::integer) return std::to_string(value->integer);
    wrong_kind(*value, key, "a string or an integer");
    return {};
}

std::optional<bool> TableReader::boolean(std::string_view key) {
    const Value* value = find(key);
    if (!value) return std::nullopt;
    if (value->kind == Value::Kind::boolean) return value->boolean;
    wrong_kind(*value, key, "true or false");
    return std::nullopt;
}

std::optional<std::int64_t> TableReader::integer(std::string_view key, std::int64_t least, std::int64_t most) {
    const Value* value = find(key);
    if (!value) return std::nullopt;
    if (value->kind != Value::Kind::integer) {
        wrong_kind(*value, key, "an integer");
        return std::nullopt;
    }
    if (value->integer < least || value->integer > most) {
        problems_.add(fmt::format("'{}' of {} is {}, outside {}-{}", key, what_, value->integer, least, most), {},
                      value->span);
        return std::nullopt;
    }
    return value->integer;
}

std::optional<Date> TableReader::date(std::string_view key) {
    const Value* value = find(key);
    if (!value) return std::nullopt;
    if (value->kind == Value::Kind::date) return value->date;
    wrong_kind(*value, key, "a date such as 2026-12-31, without quotes");
    return std::nullopt;
}

std::vector<std::string> TableReader::strings(std::string_view key) {
    const Value* value = find(key);
    std::vector<std::string> list;
    if (!value) return list;
    if (value->kind == Value::Kind::string) return {value->text};
    if (value->kind != Value::Kind::array) {
        wrong_kind(*value, key, "an array of strings");
        return list;
    }
    for (const Value& item : value->items) {
        if (item.kind == Value::Kind::string) {
            list.push_back(item.text);
        } else {
            wrong_kind(item, key, "an array of strings");
        }
    }
    return list;
}

std::vector<const Value*> TableReader::tables(std::string_view key) {
    const Value* value = find(key);
    std::vector<const Value*> list;
    if (!value) return list;
    if (value->kind == Value::Kind::table) return {value};
    if (value->kind != Value::Kind::array) {
        wrong_kind(*value, key, "an array of tables");
        return list;
    }
    for (const Value& item : value->items) {
        if (item.kind == Value::Kind::table) {
            list.push_back(&item);
        } else {
            wrong_kind(item, key, "an array of tables");
        }
    }
    return list;
}

const Value* TableReader::table(std::string_view key) {
    const Value* value = find(key);
    if (!value || value->kind == Value::Kind::table) return value;
    wrong_kind(*value, key, "a table");
    return nullptr;
}

void TableReader::finish() {
    for (const Entry& entry : value_.entries) {
        if (std::find(known_.begin(), known_.end(), entry.key) != known_.end()) continue;
        problems_.add(fmt::format("unknown key '{}' in {}", entry.key, what_), suggestion(entry.key, known_),
                      entry.key_span);
    }
}

std::optional<std::string> scalar_text(const Value& value) {
    switch (value.kind) {
        case Value::Kind::string: return value.text;
        case Value::Kind::integer: return std::to_string(value.integer);
        case Value::Kind::boolean: return std::string(value.boolean ? "true" : "false");
        default: return std::nullopt;
    }
}

}  // namespace fwproof::toml_file
