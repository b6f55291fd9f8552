#include "vendor/windows/json.hpp"

#include <algorithm>

namespace fwproof::windows {

using nlohmann::json;

Result<json> parse_json(const SourceRef& source) {
    const std::string_view text = source->text();
    const auto problem = [&](std::string message, std::size_t offset) {
        const auto at = static_cast<std::uint32_t>(std::min(offset, text.size()));
        Error error{std::move(message), "the file looks cut or was edited; export it again", {source.get(), at, 1}};
        error.keep = source;
        return fail(std::move(error));
    };
    try {
        return json::parse(text.begin(), text.end());
    } catch (const json::parse_error& error) {
        return problem("not well-formed JSON", error.byte == 0 ? 0 : error.byte - 1);
    } catch (const json::exception&) {
        return problem("JSON with a value that cannot be held", 0);
    }
}

SourceSpan JsonText::next(const std::string& value) {
    constexpr int kMostMisses = 8;  // each costs a pass over the rest
    const auto here = [&](std::size_t length) {
        return SourceSpan{source_.get(), static_cast<std::uint32_t>(cursor_), static_cast<std::uint32_t>(length)};
    };
    if (value.empty() || misses_ > kMostMisses) return here(0);
    const std::string quoted = json(value).dump(-1, ' ', false, json::error_handler_t::replace);
    const auto found = source_->text().find(quoted, cursor_ + (cursor_ > 0 ? 1 : 0));
    if (found == std::string_view::npos) {
        ++misses_;
        return here(0);
    }
    cursor_ = found;
    return here(quoted.size());
}

}  // namespace fwproof::windows
