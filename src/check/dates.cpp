#include "check/dates.hpp"

#include <fmt/format.h>

#include "fwproof/base/letters.hpp"

namespace fwproof {

namespace {

bool is_word_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
}

// The place behind `word` where it stands alone; npos: nowhere.
std::size_t find_word(std::string_view text, std::string_view word, std::size_t from) {
    for (auto at = text.find(word, from); at != std::string_view::npos; at = text.find(word, at + 1)) {
        const std::size_t end = at + word.size();
        const bool begins = at == 0 || !is_word_character(text[at - 1]);
        const bool ends = end == text.size() || !is_word_character(text[end]);
        if (begins && ends) return end;
    }
    return std::string_view::npos;
}

std::optional<int> digits(std::string_view text) {
    int value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + (c - '0');
    }
    return value;
}

std::optional<std::chrono::sys_days> day_at(std::string_view text) {
    while (!text.empty() && (text[0] == ' ' || text[0] == '=' || text[0] == ':')) text.remove_prefix(1);
    if (text.starts_with("on ")) text.remove_prefix(3);
    if (text.size() < 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    const auto year = digits(text.substr(0, 4)), month = digits(text.substr(5, 2)), day = digits(text.substr(8, 2));
    if (!year || !month || !day) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) return std::nullopt;
    return std::chrono::sys_days(date);
}

}  // namespace

std::optional<std::chrono::sys_days> end_date(std::string_view comment) {
    const std::string text = lower_case(comment);
    std::optional<std::chrono::sys_days> latest;
    for (const std::string_view word : {"until", "expires", "expiry", "expiration", "expire", "valid to"}) {
        for (auto end = find_word(text, word, 0); end != std::string_view::npos; end = find_word(text, word, end)) {
            const auto day = day_at(std::string_view(text).substr(end));
            if (day && (!latest || *day > *latest)) latest = day;
        }
    }
    return latest;
}

std::string temporary_word(std::string_view comment) {
    const std::string text = lower_case(comment);
    for (const std::string_view word :
         {"temporary", "temporarily", "temp", "tmp", "poc", "proof of concept", "workaround", "for testing",
          "for migration", "to be removed", "remove after", "remove when"}) {
        if (find_word(text, word, 0) != std::string_view::npos) return std::string(word);
    }
    return {};
}

std::string date_text(std::chrono::sys_days day) {
    const std::chrono::year_month_day date(day);
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()));
}

}  // namespace fwproof
