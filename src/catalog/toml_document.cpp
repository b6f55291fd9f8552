#include "catalog/toml_document.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>
#include <algorithm>

#include "fwproof/base/nesting.hpp"

namespace fwproof::toml_file {

namespace {

// toml++ counts columns in code points, spans count bytes.
std::uint32_t offset_of(const Source& source, const toml::source_position& position) {
    if (position.line == 0) return 0;
    const auto line = std::min<std::uint32_t>(static_cast<std::uint32_t>(position.line), source.line_count());
    const std::string_view text = source.line(line);
    std::size_t byte = 0;
    for (std::uint32_t column = 1; column < position.column && byte < text.size(); ++column) {
        ++byte;
        while (byte < text.size() && (static_cast<unsigned char>(text[byte]) & 0xc0) == 0x80) ++byte;
    }
    return source.line_offset(line) + static_cast<std::uint32_t>(byte);
}

SourceSpan span_of(const Source& source, const toml::source_region& region) {
    const std::uint32_t begin = offset_of(source, region.begin);
    const std::uint32_t end = offset_of(source, region.end);
    return {&source, begin, end > begin ? end - begin : 1};
}

// toml++ refuses values nested deeper than 256, which bounds the recursion.
Value convert(const Source& source, const toml::node& node) {
    Value value;
    value.span = span_of(source, node.source());
    if (const auto* table = node.as_table()) {
        value.kind = Value::Kind::table;
        for (const auto& [key, child] : *table) {
            value.entries.push_back({std::string(key.str()), span_of(source, key.source()), convert(source, child)});
        }
        // toml++ sorts by key; readers report in the order of the file.
        std::stable_sort(value.entries.begin(), value.entries.end(),
                         [](const Entry& a, const Entry& b) { return a.key_span.offset < b.key_span.offset; });
    } else if (const auto* array = node.as_array()) {
        value.kind = Value::Kind::array;
        for (const auto& child : *array) value.items.push_back(convert(source, child));
    } else if (const auto* text = node.as_string()) {
        value.kind = Value::Kind::string;
        value.text = text->get();
    } else if (const auto* integer = node.as_integer()) {
        value.kind = Value::Kind::integer;
        value.integer = integer->get();
    } else if (const auto* boolean = node.as_boolean()) {
        value.kind = Value::Kind::boolean;
        value.boolean = boolean->get();
    } else if (const auto* date = node.as_date()) {
        value.kind = Value::Kind::date;
        value.date = Date(std::chrono::year(date->get().year), std::chrono::month(date->get().month),
                          std::chrono::day(date->get().day));
    }
    return value;
}

}  // namespace

std::string_view kind_name(Value::Kind kind) {
    switch (kind) {
        case Value::Kind::string: return "a string";
        case Value::Kind::integer: return "an integer";
        case Value::Kind::boolean: return "true or false";
        case Value::Kind::date: return "a date";
        case Value::Kind::array: return "an array";
        case Value::Kind::table: return "a table";
        case Value::Kind::other: break;
    }
    return "a value of a kind that is not used here";
}

Result<Value> parse(const SourceRef& source) {
    if (source->encoding_error()) {
        Error error{"the file is not readable text: " + *source->encoding_error(), "save it as UTF-8", {}};
        error.file = source->name();
        return fail(std::move(error));
    }
    // The parser recurses into every part of a key.
    constexpr std::size_t kMostParts = 64;
    if (const auto long_key = longer_toml_key(source->text(), kMostParts)) {
        Error error{fmt::format("not valid TOML: a key has more than {} parts", kMostParts),
                    {},
                    SourceSpan{source.get(), static_cast<std::uint32_t>(*long_key), 1}};
        error.file = source->name();
        error.keep = source;
        return fail(std::move(error));
    }
    try {
        const toml::table table = toml::parse(source->text(), std::string_view(source->name()));
        return convert(*source, table);
    } catch (const toml::parse_error& problem) {
        Error error{"not valid TOML: " + std::string(problem.description()), {}, span_of(*source, problem.source())};
        error.file = source->name();
        error.keep = source;
        return fail(std::move(error));
    }
}

}  // namespace fwproof::toml_file
