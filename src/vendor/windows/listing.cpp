#include "vendor/windows/listing.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fwproof::windows {

std::string utf16_text(std::string_view bytes) {
    const Source decoded("", "\xff\xfe" + std::string(bytes.substr(0, bytes.size() / 2 * 2)));
    const std::string_view text = decoded.text();
    return std::string(text.substr(0, text.find('\0')));
}

namespace {

// One line stays one line; byte for byte, so that offsets agree.
std::string on_one_line(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
    return text;
}

struct Place {
    std::size_t line = 0, length = 0;  // of the whole line
    std::size_t text = 0, text_length = 0;
};

std::uint32_t number_of(std::string_view data) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i)
        value |= static_cast<std::uint32_t>(static_cast<unsigned char>(data[i])) << (8 * i);
    return value;
}

}  // namespace

std::vector<RegistryValue> list_values(const std::string& file, const std::vector<BinaryValue>& values,
                                       SourceRef& listing) {
    constexpr std::uint32_t kText = 1, kTextWithVariables = 2, kNumber = 4;
    std::vector<RegistryValue> result;
    std::vector<Place> places;
    std::string lines;
    for (const BinaryValue& value : values) {
        RegistryValue& made = result.emplace_back();
        made.key = value.key;
        made.name = value.name;
        made.deletes_value = value.deletes_value;
        made.deletes_values = value.deletes_values;
        made.deletes_key = value.deletes_key;
        made.doubts = value.doubts;
        Place place;
        place.line = lines.size();
        lines += on_one_line(fmt::format("0x{:06x} [{}] \"{}\"=", value.offset, value.key, value.name));
        place.text = lines.size();
        if (value.deletes_value || value.deletes_values || value.deletes_key) {
            lines += '-';
        } else if (value.type == kText || value.type == kTextWithVariables) {
            made.type = ValueType::text;
            made.text.text = utf16_text(value.data);
            lines += on_one_line(made.text.text);
        } else if (value.type == kNumber && value.data.size() == 4) {
            made.type = ValueType::number;
            made.number = number_of(value.data);
            lines += fmt::format("dword:{:08x}", made.number);
        } else {
            made.type = ValueType::other;
            lines += fmt::format("type {}, {} bytes", value.type, value.data.size());
        }
        place.text_length = lines.size() - place.text;
        place.length = lines.size() - place.line;
        places.push_back(place);
        lines += '\n';
    }
    listing = std::make_shared<const Source>(file, std::move(lines));
    for (std::size_t i = 0; i < result.size(); ++i) {
        const Place& place = places[i];
        const auto span = [&](std::size_t offset, std::size_t length) {
            return SourceSpan{listing.get(), static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(length)};
        };
        result[i].span = span(place.line, place.length);
        result[i].text.span = span(place.text, place.text_length);
        for (Condition& doubt : result[i].doubts) doubt.span = result[i].span;
    }
    return result;
}

}  // namespace fwproof::windows
