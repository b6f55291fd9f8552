// Reads the keys of one table: each key that is asked for is known, the rest are errors.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "catalog/toml_document.hpp"

namespace fwproof::toml_file {

// Collects what is wrong with one file.
class Problems {
public:
    explicit Problems(SourceRef source) : source_(std::move(source)) {}

    void add(std::string message, std::string hint, SourceSpan span);
    // `what` ("role") does not exist; suggests the nearest of `known`, else lists a few of them.
    void unknown(std::string_view what, std::string_view name, const std::vector<std::string>& known, SourceSpan span);
    bool empty() const { return errors_.empty(); }
    std::vector<Error> take();  // in the order of the file
    const SourceRef& source() const { return source_; }

private:
    SourceRef source_;
    std::vector<Error> errors_;
};

// "did you mean "x"?", else "known are a, b, c" when there are few; may be empty.
std::string suggestion(std::string_view name, const std::vector<std::string>& known);

// One of the words of an enumeration.
template <class T>
using Words = std::vector<std::pair<std::string_view, T>>;

class TableReader {
public:
    // `what` names the table in messages: "[[flow]]". A value that is no table gives one problem and reads as empty.
    TableReader(const Value& value, std::string what, Problems& problems);
    TableReader(const TableReader&) = delete;
    TableReader& operator=(const TableReader&) = delete;

    // The value of a key whatever its kind; null when it is absent. Marks the key as known.
    const Value* find(std::string_view key);
    const Value* require(std::string_view key);

    std::string string(std::string_view key);           // empty when absent
    std::string required_string(std::string_view key);  // a problem when absent or empty
    std::string identifier(std::string_view key);       // required; lower-case letters, digits, "-", "_", "."
    std::string text_or_integer(std::string_view key);
    std::optional<bool> boolean(std::string_view key);
    std::optional<std::int64_t> integer(std::string_view key, std::int64_t least, std::int64_t most);
    std::optional<Date> date(std::string_view key);
    std::vector<std::string> strings(std::string_view key);  // an array; a single string counts as one
    std::vector<const Value*> tables(std::string_view key);  // an array of tables, or one table
    const Value* table(std::string_view key);
    template <class T>
    std::optional<T> word(std::string_view key, const Words<T>& words) {
        const Value* value = find(key);
        if (!value) return std::nullopt;
        return word_of(*value, key, words);
    }
    template <class T>
    std::vector<T> words_of(std::string_view key, const Words<T>& words) {
        std::vector<T> list;
        const Value* value = find(key);
        if (!value) return list;
        if (value->kind != Value::Kind::array) {
            if (auto one = word_of(*value, key, words)) list.push_back(*one);
            return list;
        }
        for (const Value& item : value->items) {
            if (auto one = word_of(item, key, words)) list.push_back(*one);
        }
        return list;
    }

    // Reports every key that was not asked for. Call once, last.
    void finish();

    Problems& problems() { return problems_; }
    const std::string& what() const { return what_; }
    SourceSpan span() const { return value_.span; }
    SourceSpan span_of(std::string_view key) const;  // of the value; the table's when absent
    void wrong_kind(const Value& value, std::string_view key, std::string_view expected);

private:
    template <class T>
    std::optional<T> word_of(const Value& value, std::string_view key, const Words<T>& words) {
        std::vector<std::string> known;
        for (const auto& [name, meaning] : words) {
            if (value.kind == Value::Kind::string && value.text == name) return meaning;
            known.emplace_back(name);
        }
        bad_word(value, key, known);
        return std::nullopt;
    }
    void bad_word(const Value& value, std::string_view key, const std::vector<std::string>& known);

    const Value& value_;
    std::string what_;
    Problems& problems_;
    std::vector<std::string> known_;
};

// "1433", "true", "https": a parameter's value as text; a problem for kinds that no parameter has.
std::optional<std::string> scalar_text(const Value& value);

}  // namespace fwproof::toml_file
