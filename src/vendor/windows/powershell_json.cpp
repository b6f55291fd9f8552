// ConvertTo-Json of rule, filter and profile objects, in any nesting: every object with an InstanceID or the properties
// of a profile is taken.
#include "vendor/windows/carrier.hpp"
#include "vendor/windows/json.hpp"
#include "vendor/windows/powershell.hpp"
#include "vendor/windows/words.hpp"

namespace fwproof::windows {

namespace {

using nlohmann::json;

std::string scalar(const json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

class ObjectCollector {
public:
    explicit ObjectCollector(const SourceRef& source) : text_(source) {}

    void collect(const json& value) {
        if (value.is_array()) {
            for (const auto& element : value) collect(element);
        } else if (value.is_object()) {
            collect_object(value);
        }
    }
    std::vector<Record> records;

private:
    void collect_object(const json& object) {
        Record record;
        for (const auto& [name, value] : object.items()) {
            if (starts_with_word(name, "Cim")) continue;  // description of the class
            record.add(property_name(name), property(value));
        }
        const bool known =
            record.find("instanceid") || is_profile(record) || (record.find("direction") && record.find("action"));
        if (known) {
            const Property* id = record.find("instanceid");
            record.span = text_.next(id && !id->values.empty() ? id->values[0] : "");
            records.push_back(std::move(record));
            return;
        }
        for (const auto& [name, value] : object.items()) {
            if (!starts_with_word(name, "Cim")) collect(value);
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

    JsonText text_;
};

}  // namespace

bool is_powershell_json(std::string_view text) {
    const std::string_view head = text.substr(0, 65536);
    const auto has = [&](std::string_view word) { return head.find(word) != std::string_view::npos; };
    const bool rule = has("\"Direction\"") && has("\"Action\"") && has("\"Enabled\"");  // joined, without its id
    return rule ||
           (has("\"InstanceID\"") && (has("\"Direction\"") || has("\"DefaultInboundAction\"") || has("\"LocalPort\"")));
}

Result<std::vector<Export>> read_powershell_json(const SourceRef& source) {
    const auto document = parse_json(source);
    if (!document) return fail(document.error());
    try {
        ObjectCollector collector(source);
        collector.collect(*document);
        auto exports = read_records(std::move(collector.records), *source);
        if (!exports || !exports->empty()) return exports;
    } catch (const json::exception&) {  // text that is no UTF-8
    }
    return fail(no_policy(*source, "JSON file", "export Get-NetFirewallRule joined with its filters"));
}

}  // namespace fwproof::windows
