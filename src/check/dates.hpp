// What comments say about how long a rule is meant to stay.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace fwproof {

// The day behind "until", "expires", "expiry", "expiration", "valid to" or "valid until": "until=2026-03-31",
// "expires: 2026-03-31". Of several the latest: "until 2026-03-31, extended until 2026-06-30". Nothing where there is
// none or it is no day.
std::optional<std::chrono::sys_days> end_date(std::string_view comment);

// The first word that says that a rule is not meant to stay ("temporary", "to be removed"); empty: none.
std::string temporary_word(std::string_view comment);

std::string date_text(std::chrono::sys_days day);  // "2026-03-31"

}  // namespace fwproof
