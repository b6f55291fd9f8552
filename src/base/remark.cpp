#include "fwproof/base/remark.hpp"

#include <algorithm>
#include <array>

namespace fwproof {

namespace {

// From: `--comment "two words"`, to the quote that ends them.
std::string_view quoted_words(std::string_view line, std::size_t from) {
    std::size_t end = from + 1;
    while (end < line.size() && line[end] != '"') end += line[end] == '\\' ? 2 : 1;
    return line.substr(from, std::min(end, line.size()) - from);
}

}  // namespace

std::string_view remark_of(std::string_view line) {
    const std::size_t first = line.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    if (line[first] == '#' || line[first] == '!') return line.substr(first);
    struct Mark {
        std::string_view text, ends;
        bool may_be_quoted = false;
    };
    constexpr auto kMarks = std::to_array<Mark>({{"--comment ", " ", true},
                                                 {" remark ", ""},
                                                 {"description ", ""},
                                                 {"|Desc=", "|"},
                                                 {"<Description>", "<"},
                                                 {"\"Description\":", ",}", true},
                                                 {"Description:", ""},
                                                 {"Description ", ""}});
    for (const auto& mark : kMarks) {
        const auto at = line.find(mark.text);
        if (at == std::string_view::npos) continue;
        const std::size_t from = std::min(line.find_first_not_of(" \t", at + mark.text.size()), line.size());
        if (mark.may_be_quoted && from < line.size() && line[from] == '"') return quoted_words(line, from);
        const std::size_t end = mark.ends.empty() ? line.size() : line.find_first_of(mark.ends, from);
        return line.substr(from, std::min(end, line.size()) - from);
    }
    return {};
}

}  // namespace fwproof
