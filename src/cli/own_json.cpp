#include "cli/own_json.hpp"

#include <nlohmann/json.hpp>

#include "fwproof/base/nesting.hpp"

namespace fwproof::cli {

bool nested_too_deep(std::string_view text) { return deeper_json(text, kDeepestJson).has_value(); }

nlohmann::ordered_json parse_own_json(std::string_view text) {
    using Json = nlohmann::ordered_json;
    return nested_too_deep(text) ? Json(Json::value_t::discarded) : Json::parse(text, nullptr, false);
}

}  // namespace fwproof::cli
