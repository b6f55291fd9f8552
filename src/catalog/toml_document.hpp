// A TOML file as a plain tree in which every key and value knows its place.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fwproof/base/result.hpp"
#include "fwproof/catalog/catalog.hpp"

namespace fwproof::toml_file {

struct Entry;

struct Value {
    enum class Kind : std::uint8_t { string, integer, boolean, date, array, table, other };
    Kind kind = Kind::other;
    std::string text;  // string
    std::int64_t integer = 0;
    bool boolean = false;
    Date date{};
    std::vector<Value> items;    // array
    std::vector<Entry> entries;  // table, in the order of the file
    SourceSpan span;
};

struct Entry {
    std::string key;
    SourceSpan key_span;
    Value value;
};

// "a string", "an array" ...
std::string_view kind_name(Value::Kind kind);

// The whole file as one table. The values keep no hold on the source; whoever keeps spans keeps it.
Result<Value> parse(const SourceRef& source);

}  // namespace fwproof::toml_file
