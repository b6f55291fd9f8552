// A readable listing of the values in a binary registry file. Verdicts then point at a line that shows the value and
// where it stands in the file, where the bytes themselves would show nothing.
#pragma once

#include "vendor/windows/registry.hpp"

namespace fwproof::windows {

struct BinaryValue {
    std::size_t offset = 0;  // in the file
    std::string key, name;
    std::uint32_t type = 0;  // as in the registry: 1 text, 2 text with variables, 4 number
    std::string data;        // raw
    bool deletes_value = false;
    bool deletes_values = false;
    bool deletes_key = false;
    std::vector<Condition> doubts;  // the value is only written under these conditions
};

// The values, with spans into a source that carries the file's name and has one line a value: number N of the file is
// on line N. `listing` keeps that source alive.
std::vector<RegistryValue> list_values(const std::string& file, const std::vector<BinaryValue>& values,
                                       SourceRef& listing);

// UTF-16 little endian up to the first zero or the end; bad units become U+FFFD.
std::string utf16_text(std::string_view bytes);

}  // namespace fwproof::windows
