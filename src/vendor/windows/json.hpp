// JSON with places: the library gives none, so texts are found again in the order in which they stand.
#pragma once

#include <nlohmann/json.hpp>

#include "fwproof/base/result.hpp"

namespace fwproof::windows {

// Fails with the place where the text stops being JSON.
Result<nlohmann::json> parse_json(const SourceRef& source);

class JsonText {
public:
    explicit JsonText(SourceRef source) : source_(std::move(source)) {}
    // The next place where `value` stands as a quoted string, behind the one found before; where it is not found, that
    // one.
    SourceSpan next(const std::string& value);

private:
    SourceRef source_;
    std::size_t cursor_ = 0;
    int misses_ = 0;
};

}  // namespace fwproof::windows
