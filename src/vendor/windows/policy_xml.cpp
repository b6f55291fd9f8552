// Two XML carriers of registry values: .PolicyRules of Policy Analyzer, and Registry.xml of Group Policy Preferences
// ([MS-GPPREF] 2.2.1.17).
#include <fmt/format.h>

#include <algorithm>

#include "vendor/windows/carrier.hpp"
#include "vendor/windows/preferences.hpp"
#include "vendor/windows/security_template.hpp"
#include "vendor/windows/words.hpp"

namespace fwproof::windows {

namespace {

// Text of which the source may hold entities; without any, bytes correspond.
LocatedText located(std::string text, SourceSpan span) {
    LocatedText result;
    result.aligned = span.length == text.size();
    result.text = std::move(text);
    result.span = span;
    return result;
}

void set_data(RegistryValue& value, std::string_view type, std::string data, SourceSpan span, int base) {
    value.type = ValueType::other;
    if (same_word(type, "REG_SZ") || same_word(type, "REG_EXPAND_SZ")) {
        value.type = ValueType::text;
        value.text = located(std::move(data), span);
    } else if (same_word(type, "REG_DWORD")) {
        const std::string_view digits = trimmed(data);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value.number, base);
        if (error == std::errc() && !digits.empty() && end == digits.data() + digits.size())
            value.type = ValueType::number;
    }
}

// Values by the policy object that they come from, in the order in which these first stand.
using PolicyValues = std::vector<std::pair<std::string, std::vector<RegistryValue>>>;

std::vector<RegistryValue>& values_of(PolicyValues& policies, const pugi::xml_node& entry) {
    const std::string policy(trimmed(entry.child("PolicyName").text().get()));
    auto known = std::find_if(policies.begin(), policies.end(), [&](const auto& p) { return p.first == policy; });
    if (known == policies.end()) known = policies.insert(policies.end(), {policy, {}});
    return known->second;
}

PolicyValues policy_rules(const XmlDocument& xml) {
    PolicyValues policies;
    for (const auto& entry : xml.root().children()) {
        if (local_name(entry) == "SecurityTemplate") {
            if (auto value = parse_template_line(entry.attribute("Section").value(),
                                                 entry.child("LineItem").text().get(), xml.span(entry)))
                values_of(policies, entry).push_back(std::move(*value));
            continue;
        }
        if (local_name(entry) != "ComputerConfig") continue;  // user settings are not the firewall's
        RegistryValue value;
        value.span = xml.span(entry);
        value.key = trimmed(entry.child("Key").text().get());
        value.name = trimmed(entry.child("Value").text().get());
        const auto data = entry.child("RegData");
        const std::string_view type = trimmed(entry.child("RegType").text().get());
        if (same_word(value.name, "**delvals.")) {
            value.deletes_values = true;
            value.name.clear();
        } else if (starts_with_word(value.name, "**del.")) {
            value.deletes_value = true;
            value.name = value.name.substr(6);
        }
        set_data(value, type, data.text().get(), xml.text_span(data), 10);
        values_of(policies, entry).push_back(std::move(value));
    }
    return policies;
}

class PreferencesReader {
public:
    PreferencesReader(const XmlDocument& xml, std::vector<Note>& notes) : xml_(xml), notes_(notes) {}

    std::vector<RegistryValue> run(const pugi::xml_node& settings) {
        if (!is_off(settings)) read(settings, {});
        return std::move(values_);
    }

private:
    static bool is_off(const pugi::xml_node& item) {
        return truth(item.attribute("disabled").value()) == std::optional(true);
    }

    void read(const pugi::xml_node& parent, const std::vector<Condition>& doubts) {
        for (const auto& item : parent.children()) {
            const bool collection = local_name(item) == "Collection", service = local_name(item) == "NTService";
            if (!collection && !service && local_name(item) != "Registry") continue;
            if (is_off(item)) continue;
            std::vector<Condition> own = doubts;
            if (child_named(item, "Filters").first_child()) {
                own.push_back({ConditionKind::other,
                               fmt::format("item-level targeting of '{}'", item.attribute("name").value()),
                               xml_.span(item)});
            }
            if (collection)
                read(item, own);
            else if (service)
                read_service(item, own);
            else
                read_item(item, own);
        }
    }

    // The start of a service; one that is stopped does nothing until somebody starts it.
    void read_service(const pugi::xml_node& item, const std::vector<Condition>& doubts) {
        constexpr std::uint32_t kAutomatic = 2, kDisabled = 4;
        const auto properties = child_named(item, "Properties");
        const std::string_view start = properties.attribute("startupType").value();
        const bool stopped =
            same_word(start, "DISABLED") || same_word(properties.attribute("serviceAction").value(), "STOP");
        if (!stopped && !same_word(start, "AUTOMATIC")) return;
        values_.push_back(service_start(properties.attribute("serviceName").value(), stopped ? kDisabled : kAutomatic,
                                        xml_.span(item)));
        values_.back().doubts = doubts;
    }

    void read_item(const pugi::xml_node& item, const std::vector<Condition>& doubts) {
        const auto properties = child_named(item, "Properties");
        const std::string_view hive = properties.attribute("hive").value();
        if (!hive.empty() && !same_word(hive, "HKEY_LOCAL_MACHINE")) return;
        RegistryValue value;
        value.span = xml_.span(item);
        value.key = properties.attribute("key").value();
        value.name = properties.attribute("name").value();
        value.doubts = doubts;
        const std::string_view action = properties.attribute("action").value();
        // An item without a name is about the key, unless it is about the key's default value.
        const bool of_key = value.name.empty() && std::string_view(properties.attribute("default").value()) != "1";
        if (same_word(action, "D")) {
            (of_key ? value.deletes_key : value.deletes_value) = true;
        } else if (of_key) {
            if (!same_word(action, "R")) return;  // makes the key alone
            value.deletes_key = true;             // makes it again, empty
        } else if (same_word(action, "C")) {
            value.doubts.push_back(
                {ConditionKind::other, fmt::format("'{}' did not exist before", value.name), value.span});
        }
        // Numbers are written in hexadecimal, whatever the editor shows.
        set_data(value, properties.attribute("type").value(), properties.attribute("value").value(), value.span, 16);
        value.text.aligned = false;
        if (!value.doubts.empty() && (value.deletes_value || value.deletes_key)) {
            notes_.push_back(
                {NoteKind::unparsed_line, "deletion that holds only under conditions is passed over", {}, value.span});
            return;
        }
        values_.push_back(std::move(value));
    }

    const XmlDocument& xml_;
    std::vector<Note>& notes_;
    std::vector<RegistryValue> values_;
};

}  // namespace

std::vector<RegistryValue> read_registry_settings(const XmlDocument& xml, const pugi::xml_node& settings,
                                                  std::vector<Note>& notes) {
    return PreferencesReader(xml, notes).run(settings);
}

Result<std::vector<Export>> read_policy_rules(const SourceRef& source) {
    const auto xml = XmlDocument::parse(source);
    if (!xml) return fail(xml.error());
    std::vector<Export> exports(1);
    Export& made = exports[0];
    for (auto& [name, values] : policy_rules(*xml)) {
        const std::size_t before = made.stores.size();
        read_values(std::move(values), std::nullopt, made);
        for (std::size_t i = before; i < made.stores.size(); ++i) made.stores[i].name = name;
    }
    if (made.stores.empty())
        return fail(
            no_policy(*source, ".PolicyRules file", "add a policy object with firewall settings in Policy Analyzer"));
    return exports;
}

Result<std::vector<Export>> read_preferences(const SourceRef& source) {
    const auto xml = XmlDocument::parse(source);
    if (!xml) return fail(xml.error());
    std::vector<Export> exports(1);
    read_values(read_registry_settings(*xml, xml->root(), exports[0].notes), std::nullopt, exports[0]);
    if (exports[0].stores.empty() && !exports[0].service_off)
        return fail(no_policy(*source, "preferences file", "it writes no firewall keys, or is switched off"));
    return exports;
}

}  // namespace fwproof::windows
