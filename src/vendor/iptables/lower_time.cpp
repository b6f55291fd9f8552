// The time match: with a moment given (--as-of) it holds or it does not; without one it is a condition. Times are UTC
// unless --kerneltz asks for the kernel's zone, which the export does not tell.
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>

#include "vendor/iptables/lower.hpp"

namespace fwproof::iptables {

namespace {

using std::chrono::sys_seconds;

std::optional<int> two_digits(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || text.empty() || text.size() > 4)
        return std::nullopt;
    return value;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (true) {
        const auto at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + 1);
    }
}

// "hh:mm[:ss]" as seconds of the day.
std::optional<int> parse_daytime(std::string_view text) {
    const auto parts = split(text, ':');
    if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
    const auto hour = two_digits(parts[0]), minute = two_digits(parts[1]);
    const auto second = parts.size() == 3 ? two_digits(parts[2]) : std::optional<int>(0);
    if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
    return *hour * 3600 + *minute * 60 + *second;
}

// "YYYY[-MM[-DD[Thh[:mm[:ss]]]]]"
std::optional<sys_seconds> parse_date(std::string_view text) {
    const auto t = text.find('T');
    const auto days = split(text.substr(0, t), '-');
    if (days.empty() || days.size() > 3) return std::nullopt;
    const auto year = two_digits(days[0]);
    const auto month = days.size() > 1 ? two_digits(days[1]) : std::optional<int>(1);
    const auto day = days.size() > 2 ? two_digits(days[2]) : std::optional<int>(1);
    if (!year || !month || !day) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.year().ok() || !date.month().ok() || !date.day().ok()) return std::nullopt;
    int seconds = 0;
    if (t != std::string_view::npos) {
        const std::string_view clock = text.substr(t + 1);
        const auto parsed = clock.size() == 2 ? parse_daytime(fmt::format("{}:00", clock)) : parse_daytime(clock);
        if (!parsed) return std::nullopt;
        seconds = *parsed;
    }
    // The 30th of February is the 2nd of March, or the 1st, as the C library has it.
    const std::chrono::sys_days first = date.year() / date.month() / 1;
    return sys_seconds(first + (date.day() - std::chrono::day(1))) + std::chrono::seconds(seconds);
}

struct Schedule {
    std::optional<sys_seconds> first, last;
    int day_start = 0, day_end = 86399;
    std::uint32_t month_days = ~std::uint32_t{0};  // bit 1..31
    std::uint8_t week_days = 0xfe;                 // bit 1 (Monday) .. 7
    bool kernel_zone = false;
    bool contiguous = false;

    bool holds(sys_seconds now) const {
        if (first && now < *first) return false;
        if (last && now > *last) return false;
        auto day = std::chrono::floor<std::chrono::days>(now);
        const int second = static_cast<int>((now - day).count());
        if (day_start < day_end) {
            if (second < day_start || second > day_end) return false;
        } else {
            if (second < day_start && second > day_end) return false;
            if (contiguous && second <= day_end) day -= std::chrono::days(1);  // the window began yesterday
        }
        if ((week_days >> std::chrono::weekday(day).iso_encoding() & 1) == 0) return false;
        return (month_days >> static_cast<unsigned>(std::chrono::year_month_day(day).day()) & 1) != 0;
    }
};

// At a moment, or on all of a day; nothing where the day has both.
std::optional<bool> holds_at(const Schedule& schedule, const LoadOptions& options) {
    const bool holds = schedule.holds(*options.as_of);
    if (!options.as_of_day) return holds;
    constexpr std::chrono::seconds kDay{86400};
    const sys_seconds day = *options.as_of;
    std::vector<sys_seconds> changes = {day + std::chrono::seconds(schedule.day_start),
                                        day + std::chrono::seconds(schedule.day_end + 1)};
    if (schedule.first) changes.push_back(*schedule.first);
    if (schedule.last) changes.push_back(*schedule.last + std::chrono::seconds(1));
    for (const auto change : changes) {
        if (change > day && change < day + kDay && schedule.holds(change) != holds) return std::nullopt;
    }
    return holds;
}

std::optional<std::uint8_t> parse_weekdays(std::string_view text) {
    constexpr auto kNames = std::to_array<std::string_view>({"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"});
    std::uint8_t days = 0;
    for (const auto part : split(text, ',')) {
        unsigned number = 0;
        if (const auto digits = two_digits(part)) number = static_cast<unsigned>(*digits);
        for (std::size_t i = 0; i < kNames.size(); ++i) {
            if (part.size() >= 2 && part.substr(0, 2) == kNames[i]) number = static_cast<unsigned>(i + 1);
        }
        if (number < 1 || number > 7) return std::nullopt;
        days = static_cast<std::uint8_t>(days | 1u << number);
    }
    return days;
}

std::optional<std::uint32_t> parse_monthdays(std::string_view text) {
    std::uint32_t days = 0;
    for (const auto part : split(text, ',')) {
        const auto number = two_digits(part);
        if (!number || *number < 1 || *number > 31) return std::nullopt;
        days |= std::uint32_t{1} << *number;
    }
    return days;
}

}  // namespace

void lower_time(RuleScope& scope) {
    for (std::size_t i = 0; i < scope.rule.matches.size(); ++i) {
        if (scope.rule.matches[i]->name != "time") continue;
        Schedule schedule;
        const OptionAst* first = nullptr;
        const OptionAst* last = nullptr;
        for (const auto& option : scope.rule.options) {
            if (option.match != i) continue;
            if (!first) first = &option;
            last = &option;
            const std::string_view text = option.value.text;
            bool ok = true;
            switch (option.spec->id) {
                case OptionId::datestart: ok = (schedule.first = parse_date(text)).has_value(); break;
                case OptionId::datestop: ok = (schedule.last = parse_date(text)).has_value(); break;
                case OptionId::timestart:
                case OptionId::timestop: {
                    const auto time = parse_daytime(text);
                    ok = time.has_value();
                    if (ok) (option.spec->id == OptionId::timestart ? schedule.day_start : schedule.day_end) = *time;
                    break;
                }
                case OptionId::weekdays: {
                    const auto days = parse_weekdays(text);
                    ok = days.has_value();
                    if (ok) schedule.week_days = option.negated ? static_cast<std::uint8_t>(~*days & 0xfe) : *days;
                    break;
                }
                case OptionId::monthdays: {
                    const auto days = parse_monthdays(text);
                    ok = days.has_value();
                    if (ok) schedule.month_days = option.negated ? ~*days : *days;
                    break;
                }
                case OptionId::kerneltz: schedule.kernel_zone = true; break;
                case OptionId::contiguous: schedule.contiguous = true; break;
                default: break;
            }
            if (!ok) return scope.refuse(option, fmt::format("'{}' is no time or day", text));
        }
        if (!first) continue;
        if (schedule.last) scope.last_day = std::chrono::floor<std::chrono::days>(*schedule.last);
        const auto& as_of = scope.lowering.options.as_of;
        const auto holds =
            as_of && !schedule.kernel_zone ? holds_at(schedule, scope.lowering.options) : std::optional<bool>();
        if (!holds) {
            const SourceSpan at = scope.span(first->offset, last->end());
            const bool zone = as_of && schedule.kernel_zone;
            scope.condition(ConditionKind::time, std::string(at.text()), at,
                            zone ? "the rule follows the time zone of the kernel, which the export does not tell"
                                 : "the rule holds at certain times only",
                            NoteKind::unmodelled_condition, zone ? "" : "--as-of TIME decides it");
        } else if (!*holds) {
            scope.draft.never = true;
        }
    }
}

}  // namespace fwproof::iptables
