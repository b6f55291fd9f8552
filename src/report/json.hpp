// The result of a run as JSON; json and jsonl print it in their ways.
#pragma once

#include <nlohmann/json.hpp>

#include "fwproof/report/report.hpp"

namespace fwproof::report {

nlohmann::ordered_json result_object(const Report& report);

}  // namespace fwproof::report
