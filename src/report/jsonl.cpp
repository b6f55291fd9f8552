// JSON Lines: the object of the JSON report on one line, so that the results of many runs can stand in one file.
#include "report/json.hpp"

namespace fwproof::report {

std::string render_jsonl(const Report& report, const RenderOptions&) {
    return result_object(report).dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace fwproof::report
