#include "vendor/windows/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "fwproof/base/nesting.hpp"

namespace fwproof::windows {

using nlohmann::json;

namespace {

constexpr std::size_t kDeepest = 64;  // what Graph and the cmdlets write stays below 20
constexpr std::string_view kEdited = "the file looks cut or was edited; export it again";

// Remembers a name that an object has twice: which of the two values would hold nobody says.
class TwiceNamed {
public:
    bool operator()(int, json::parse_event_t event, const json& parsed) {
        if (event == json::parse_event_t::object_start) names_.emplace_back();
        if (event == json::parse_event_t::object_end && !names_.empty()) names_.pop_back();
        if (event == json::parse_event_t::key && !names_.empty()) {
            const auto& name = parsed.get_ref<const std::string&>();
            if (!names_.back().insert(name).second && found_.empty()) found_ = name;
        }
        return true;
    }
    const std::string& found() const { return found_; }

private:
    std::vector<std::set<std::string>> names_;  // of the objects that are open
    std::string found_;
};

}  // namespace

Result<json> parse_json(const SourceRef& source) {
    const std::string_view text = source->text();
    const auto problem = [&](std::string message, std::size_t offset, std::string_view hint = kEdited) {
        const auto at = static_cast<std::uint32_t>(std::min(offset, text.size()));
        Error error{std::move(message), std::string(hint), {source.get(), at, 1}};
        error.keep = source;
        return fail(std::move(error));
    };
    if (const auto deep = deeper_json(text, kDeepest)) {
        return problem(fmt::format("JSON is nested deeper than {} levels", kDeepest), *deep,
                       "no firewall export is; export it again");
    }
    try {
        TwiceNamed twice;
        json document = json::parse(text.begin(), text.end(), std::ref(twice));
        if (twice.found().empty()) return document;
        Error error{fmt::format("'{}' stands twice in one object", twice.found()), std::string(kEdited), {}};
        error.file = source->name();
        return fail(std::move(error));
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
