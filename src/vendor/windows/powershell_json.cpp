// ConvertTo-Json of rule, filter and profile objects, in any nesting: every object with an InstanceID or the properties
// of a profile is taken.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "vendor/windows/carrier.hpp"
#include "vendor/windows/powershell.hpp"
#include "vendor/windows/words.hpp"

namespace fwproof::windows {

namespace {

using nlohmann::json;

constexpr int kDeepest = 16;

std::string scalar(const json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

class ObjectCollector {
public:
    explicit ObjectCollector(const SourceRef& source) : source_(source) {}

    void collect(const json& value, int depth) {
        if (depth > kDeepest) return;
        if (value.is_array()) {
            for (const auto& element : value) collect(element, depth + 1);
        } else if (value.is_object()) {
            collect_object(value, depth);
        }
    }
    std::vector<Record> records;

private:
    void collect_object(const json& object, int depth) {
        Record record;
        for (const auto& [name, value] : object.items()) {
            if (starts_with_word(name, "Cim")) continue;  // description of the class
            record.properties.try_emplace(property_name(name), property(value));
        }
        const bool known = record.find("instanceid") || record.find("defaultinboundaction") ||
                           (record.find("direction") && record.find("action"));
        if (known) {
            record.span = locate(record);
            records.push_back(std::move(record));
            return;
        }
        for (const auto& [name, value] : object.items()) {
            if (!starts_with_word(name, "Cim")) collect(value, depth + 1);
        }
    }

    static Property property(const json& value) {
        Property result;
        if (value.is_null()) {
            result.null = true;
        } else if (value.is_array()) {
            for (const auto& element : value) result.values.push_back(scalar(element));
        } else if (value.is_object()) {  // Windows PowerShell wraps arrays as {"value": [...], "Count": 2}
            const auto inner = value.find("value");
            if (inner != value.end() && !inner->is_object()) return property(*inner);
            result.values.push_back(value.dump());
        } else {
            result.values.push_back(scalar(value));
        }
        return result;
    }

    // Objects are met in the order of the text: the id's next occurrence is this one's.
    SourceSpan locate(const Record& record) {
        constexpr int kMostMisses = 8;
        const Property* id = record.find("instanceid");
        if (!id || id->values.empty() || misses_ > kMostMisses)
            return {source_.get(), static_cast<std::uint32_t>(cursor_), 1};
        const std::string quoted = json(id->values[0]).dump(-1, ' ', false, json::error_handler_t::replace);
        const auto found = source_->text().find(quoted, cursor_);
        if (found == std::string_view::npos) {
            ++misses_;
            return {source_.get(), static_cast<std::uint32_t>(cursor_), 1};
        }
        cursor_ = found;
        return {source_.get(), static_cast<std::uint32_t>(found), static_cast<std::uint32_t>(quoted.size())};
    }

    const SourceRef& source_;
    std::size_t cursor_ = 0;
    int misses_ = 0;
};

}  // namespace

bool is_powershell_json(std::string_view text) {
    const std::string_view head = text.substr(0, 65536);
    const auto has = [&](std::string_view word) { return head.find(word) != std::string_view::npos; };
    return has("\"InstanceID\"") && (has("\"Direction\"") || has("\"DefaultInboundAction\"") || has("\"LocalPort\""));
}

Result<json> parse_json(const SourceRef& source) {
    const std::string_view text = source->text();
    try {
        return json::parse(text.begin(), text.end());
    } catch (const json::parse_error& problem) {
        const auto at = std::min<std::size_t>(problem.byte == 0 ? 0 : problem.byte - 1, text.size());
        Error error{"not well-formed JSON",
                    "the file looks cut or was edited; export it again",
                    {source.get(), static_cast<std::uint32_t>(at), 1}};
        error.keep = source;
        return fail(std::move(error));
    } catch (const json::exception&) {
        return fail(no_policy(*source, "JSON file", "export it again"));
    }
}

Result<std::vector<Export>> read_powershell_json(const SourceRef& source) {
    const auto document = parse_json(source);
    if (!document) return fail(document.error());
    std::vector<Export> exports(1);
    try {
        ObjectCollector collector(source);
        collector.collect(*document, 0);
        if (read_records(std::move(collector.records), exports[0])) return exports;
    } catch (const json::exception&) {  // text that is no UTF-8
    }
    return fail(no_policy(*source, "JSON file", "export Get-NetFirewallRule joined with its filters"));
}

}  // namespace fwproof::windows
