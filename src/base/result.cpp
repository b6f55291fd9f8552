#include "fwproof/base/result.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "fwproof/base/printable.hpp"
#include "fwproof/base/secrets.hpp"

namespace fwproof {

namespace {

constexpr std::size_t kWindow = 120;  // characters of a quoted line

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

}  // namespace

std::string render_excerpt(const SourceSpan& span, std::string_view indent) {
    if (!span) return {};
    const std::string shown = shown_line(span);
    std::string_view line = shown;
    std::size_t column = std::min<std::size_t>(span.column() - 1, line.size());
    std::string lead;
    std::string tail;
    if (line.size() > kWindow) {
        std::size_t start = column > kWindow / 3 ? column - kWindow / 3 : 0;
        start = std::min(start, line.size() - kWindow);
        for (int i = 0; i < 3 && start > 0 && is_continuation(line[start]); ++i)
            --start;  // begin with a whole character
        if (start + kWindow < line.size()) tail = "...";
        if (start > 0) lead = "...";
        line = line.substr(start, kWindow);
        column = std::min(column - start, line.size());
    }
    const std::size_t under = std::clamp<std::size_t>(span.length, 1, std::max<std::size_t>(line.size() - column, 1));
    const auto width = [&](std::string_view part) {
        const std::string text = printable(part);
        return static_cast<std::size_t>(
            std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
    };
    const std::size_t before = lead.size() + width(line.substr(0, column));
    const std::size_t marks = std::max<std::size_t>(width(line.substr(column, under)), 1);
    return fmt::format("{0}{1}{2}{3}\n{0}{4}^{5}\n", indent, lead, printable(line), tail, std::string(before, ' '),
                       std::string(marks - 1, '~'));
}

std::string render(const Error& error) {
    std::string text;
    if (error.span) {
        const auto position = error.span.source->position(error.span.offset);
        text = fmt::format("{}:{}:{}: error: {}\n", printable(error.span.source->name()), position.line,
                           position.column, printable(error.message));
        text += render_excerpt(error.span, "    ");
    } else {
        text = fmt::format("{}: error: {}\n", error.file.empty() ? "fwproof" : printable(error.file),
                           printable(error.message));
    }
    if (!error.hint.empty()) text += fmt::format("hint: {}\n", printable(error.hint));
    return text;
}

namespace {

// Insertions, deletions, substitutions and swaps of neighbours.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before, above(b.size() + 1), row(b.size() + 1);
    std::iota(above.begin(), above.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t substitute = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, substitute});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before = std::exchange(above, row);
    }
    return above[b.size()];
}

}  // namespace

std::optional<std::string> did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
    if (word.size() > 64) return std::nullopt;
    const std::string* best = nullptr;
    std::size_t best_distance = std::max<std::size_t>(word.size() / 3, 1) + 1;
    for (const auto& candidate : candidates) {
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < best_distance) {
            best = &candidate;
            best_distance = distance;
        }
    }
    if (!best) return std::nullopt;
    return *best;
}

}  // namespace fwproof
