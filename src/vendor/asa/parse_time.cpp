// time-range blocks.
#include <fmt/format.h>

#include <array>
#include <chrono>

#include "vendor/asa/literals.hpp"
#include "vendor/asa/operand.hpp"
#include "vendor/asa/reader.hpp"

namespace fwproof::asa {

namespace {

// "8:00", "23:59"
std::optional<int> minute_of_day(std::string_view word) {
    const auto colon = word.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto hour = parse_decimal(word.substr(0, colon), 24);
    const auto minute = parse_decimal(word.substr(colon + 1), 59);
    if (!hour || !minute || (*hour == 24 && *minute != 0)) return std::nullopt;
    return static_cast<int>(*hour * 60 + *minute);
}

std::optional<unsigned> month_of(std::string_view word) {
    constexpr auto kMonths =
        std::to_array<std::string_view>({"January", "February", "March", "April", "May", "June", "July", "August",
                                         "September", "October", "November", "December"});
    for (unsigned i = 0; i < kMonths.size(); ++i) {
        if (word.size() >= 3 && kMonths[i].starts_with(word)) return i + 1;
    }
    return std::nullopt;
}

std::optional<int> day_of_week(std::string_view word) {
    constexpr auto kDays =
        std::to_array<std::string_view>({"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"});
    for (std::size_t i = 0; i < kDays.size(); ++i) {
        if (word == kDays[i]) return static_cast<int>(i);
    }
    return std::nullopt;
}

// HH:MM D MONTH YYYY
std::optional<std::int64_t> parse_moment(Statement& statement) {
    const auto minute = minute_of_day(statement.word());
    const auto day = parse_decimal(statement.word(1), 31);
    const auto month = month_of(statement.word(2));
    const auto year = parse_decimal(statement.word(3), 9999);
    if (!minute || !day || !month || !year) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)}, std::chrono::month{*month},
                                           std::chrono::day{*day}};
    if (!date.ok()) return std::nullopt;
    for (int i = 0; i < 4; ++i) statement.take();
    return std::chrono::sys_days{date}.time_since_epoch().count() * std::int64_t{24} * 60 + *minute;
}

bool parse_absolute(Statement& statement, TimeRange& range) {
    TimeRange::Absolute absolute;
    while (!statement.at_end()) {
        const bool start = statement.word() == "start";
        if (!start && statement.word() != "end") return false;
        statement.take();
        const auto moment = parse_moment(statement);
        if (!moment) return false;
        (start ? absolute.start : absolute.end) = moment;
    }
    range.absolute = absolute;
    return absolute.start || absolute.end;
}

bool parse_periodic(Statement& statement, TimeRange& range) {
    TimeRange::Periodic periodic;
    int single = -1;
    while (!minute_of_day(statement.word())) {
        const std::string_view word = statement.word();
        if (word == "daily") {
            periodic.days |= 0x7f;
        } else if (word == "weekdays") {
            periodic.days |= 0x1f;
        } else if (word == "weekend") {
            periodic.days |= 0x60;
        } else if (const auto day = day_of_week(word)) {
            periodic.days = static_cast<std::uint8_t>(periodic.days | 1 << *day);
            single = *day;
        } else {
            return false;
        }
        statement.take();
    }
    periodic.start = *minute_of_day(statement.take().text);
    if (!statement.accept("to")) return false;
    if (const auto last = day_of_week(statement.word())) {
        if (single < 0 || periodic.days != 1 << single) return false;  // a second day needs a single first one
        statement.take();
        periodic.last_day = last;
    }
    const auto end = minute_of_day(statement.take().text);
    if (!end || !statement.at_end() || periodic.days == 0) return false;
    periodic.end = *end;
    range.periodic.push_back(periodic);
    return true;
}

}  // namespace

std::size_t parse_time_range(Config& config, Statement& statement) {
    statement.take();
    const std::string_view name = statement.word();
    for (std::size_t i = 0; i < config.time_ranges.size(); ++i) {
        if (config.time_ranges[i].name == name) return i;
    }
    config.time_ranges.emplace_back();
    config.time_ranges.back().name = name;
    config.time_ranges.back().place = statement.place();
    return config.time_ranges.size() - 1;
}

bool parse_time_range_member(Config& config, Statement& statement, std::size_t index, bool negated) {
    auto& range = config.time_ranges[index];
    const Token word = statement.here();
    if (word.text != "absolute" && word.text != "periodic") return false;
    if (negated) {
        if (word.text == "absolute") range.absolute.reset();
        if (word.text == "periodic") range.periodic.clear();
        return true;
    }
    statement.take();
    const bool read = word.text == "absolute" ? parse_absolute(statement, range) : parse_periodic(statement, range);
    if (!read) {
        range.unreadable = true;
        add_problem(config,
                    {fmt::format("the times of '{}' are not understood", range.name),
                     "absolute [start HH:MM D MONTH YYYY] [end ...], or periodic DAYS HH:MM to HH:MM", word.place()});
    }
    return true;
}

}  // namespace fwproof::asa
