// Time ranges at one instant, on the device's own clock.
#include "vendor/asa/lower.hpp"

namespace fwproof::asa {

namespace {

constexpr std::int64_t kDay = std::int64_t{24} * 60;

// `minute`: since 1970 on the device's clock.
bool active_in(const TimeRange& range, std::int64_t minute) {
    if (range.absolute) {
        if (range.absolute->start && minute < *range.absolute->start) return false;
        if (range.absolute->end && minute > *range.absolute->end) return false;
    }
    if (range.periodic.empty()) return true;
    const std::int64_t days = minute >= 0 ? minute / kDay : -((-minute + kDay - 1) / kDay);
    const int of_day = static_cast<int>(minute - days * kDay);
    const int weekday = static_cast<int>(((days + 3) % 7 + 7) % 7);  // 1970-01-01 was a Thursday; 0 is Monday
    for (const auto& periodic : range.periodic) {
        for (int day = 0; day < 7; ++day) {
            if ((periodic.days >> day & 1) == 0) continue;
            // The end's minute belongs to the range; a range that ends before it begins runs into the next day.
            int length = periodic.end - periodic.start;
            if (periodic.last_day) {
                length += ((*periodic.last_day - day + 7) % 7) * static_cast<int>(kDay);
                if (length < 0) length += 7 * static_cast<int>(kDay);
            } else if (length < 0) {
                length += static_cast<int>(kDay);
            }
            const int since = ((weekday - day + 7) % 7) * static_cast<int>(kDay) + of_day - periodic.start;
            const int week = 7 * static_cast<int>(kDay);
            if ((since >= 0 && since <= length) || since + week <= length) return true;
        }
    }
    return false;
}

}  // namespace

Active active_at(const TimeRange& range, const Config& config, const LoadOptions& options) {
    if (!options.as_of || range.unreadable) return Active::unknown;
    const std::int64_t utc = std::chrono::floor<std::chrono::minutes>(*options.as_of).time_since_epoch().count();
    // Of a zone that is known by name alone: clocks are from 12 hours behind to 14 ahead of UTC.
    const bool named = !config.clock_zone.empty();
    const std::int64_t first = named ? utc - std::int64_t{12} * 60 : utc + config.clock_offset.value_or(0);
    // When summer time begins is not modelled: only an answer that holds with and without it is one.
    const std::int64_t last = first + (options.as_of_day ? kDay - 1 : 0) + (config.summer_time ? 60 : 0) +
                              (named ? std::int64_t{26} * 60 : 0);
    const bool active = active_in(range, first);
    const std::int64_t step = options.as_of_day ? 1 : named ? 15 : 60;
    for (std::int64_t minute = first + step; minute <= last; minute += step) {
        if (active_in(range, minute) != active) return Active::unknown;
    }
    return active ? Active::yes : Active::no;
}

}  // namespace fwproof::asa
