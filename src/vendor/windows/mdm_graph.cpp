// The firewall settings of Intune as Microsoft Graph returns them: settings catalog policies, and the older
// windowsFirewallRule.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

#include "vendor/windows/carrier.hpp"
#include "vendor/windows/json.hpp"
#include "vendor/windows/mdm.hpp"
#include "vendor/windows/words.hpp"

namespace fwproof::windows {

namespace {

using nlohmann::json;

constexpr std::string_view kPrefix = "vendor_msft_firewall_mdmstore_";
constexpr std::string_view kRulePrefix = "vendor_msft_firewall_mdmstore_firewallrules_{firewallrulename}_";

class GraphReader {
public:
    GraphReader(JsonText& text, MdmStore& store) : text_(text), store_(store) {}

    void read(const json& value) {
        if (value.is_array()) {
            for (const auto& element : value) read(element);
        } else if (value.is_object()) {
            if (value.contains("trafficDirection")) return read_legacy(value);
            if (value.contains("groupSettingCollectionValue")) read_group(value);
            if (value.contains("settingDefinitionId")) read_setting(value);
            for (const auto& [name, child] : value.items()) {
                if (child.is_object() && starts_with_word(name, "firewallProfile")) {
                    constexpr std::size_t kStart = std::string_view("firewallProfile").size();
                    const auto profile = profile_of(name.substr(kStart) + "Profile");
                    if (profile) store_.leave_open(*profile, text_.next(name));
                }
                if (name != "groupSettingCollectionValue" || !is_rule_group(value)) read(child);
            }
        }
    }

private:
    static std::string text_of(const json& object, const char* name) {
        const auto found = object.find(name);
        return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
    }

    static bool is_rule_group(const json& value) {
        return starts_with_word(text_of(value, "settingDefinitionId"), "vendor_msft_firewall_mdmstore_firewallrules");
    }

    // What is chosen or typed: the end of a choice's id, or plain values.
    static std::vector<std::string> values_of(const json& setting, std::string_view definition) {
        std::vector<std::string> values;
        const auto take = [&](const json& holder) {
            const auto value = holder.find("value");
            if (value == holder.end()) return;
            std::string text = value->is_string() ? value->get<std::string>() : value->dump();
            if (starts_with_word(text, definition)) text = text.substr(std::min(definition.size() + 1, text.size()));
            values.push_back(std::move(text));
        };
        for (const auto* name : {"simpleSettingValue", "choiceSettingValue"}) {
            if (setting.contains(name) && setting[name].is_object()) take(setting[name]);
        }
        for (const auto* name : {"simpleSettingCollectionValue", "choiceSettingCollectionValue"}) {
            if (!setting.contains(name) || !setting[name].is_array()) continue;
            for (const auto& element : setting[name]) {
                if (element.is_object()) take(element);
            }
        }
        return values;
    }

    void read_group(const json& group) {
        if (!is_rule_group(group) || !group["groupSettingCollectionValue"].is_array()) return;
        for (const auto& element : group["groupSettingCollectionValue"]) {
            TreeRule rule;
            if (element.is_object() && element.contains("children"))
                read_children(element["children"], rule);
            else
                rule.values["children"] = {};  // an unknown token
            rule.id = one(rule, "name");
            rule.span = text_.next(rule.id);
            store_.add(rule);
        }
    }

    void read_children(const json& children, TreeRule& rule) {
        if (!children.is_array()) return;
        for (const auto& child : children) {
            if (!child.is_object()) continue;
            const std::string definition = text_of(child, "settingDefinitionId");
            if (!starts_with_word(definition, kRulePrefix)) {
                rule.values["setting " + definition] = {};  // an unknown token
                continue;
            }
            std::string leaf = lower_case(std::string_view(definition).substr(kRulePrefix.size()));
            for (char& c : leaf) c = c == '_' ? '/' : c;
            const auto& values = rule.values[leaf] = values_of(child, definition);
            const bool list =
                child.contains("simpleSettingCollectionValue") || child.contains("choiceSettingCollectionValue");
            if (values.empty() && !list) rule.values[leaf + " without a value"] = {};  // not the same as absent
            if (child.contains("choiceSettingValue") && child["choiceSettingValue"].is_object() &&
                child["choiceSettingValue"].contains("children")) {
                read_children(child["choiceSettingValue"]["children"], rule);
            }
        }
    }

    // "vendor_msft_firewall_mdmstore_publicprofile_enablefirewall" with the value "..._true".
    void read_setting(const json& setting) {
        const std::string definition = text_of(setting, "settingDefinitionId");
        if (!starts_with_word(definition, kPrefix)) return;
        const std::string_view rest = std::string_view(definition).substr(kPrefix.size());
        const auto bar = rest.find('_');
        const auto profile = profile_of(rest.substr(0, bar));
        const auto values = values_of(setting, definition);
        if (!profile || bar == std::string_view::npos || values.empty()) return;
        store_.set(*profile, rest.substr(bar + 1), values.front(), text_.next(definition));
    }

    void read_legacy(const json& object) {
        TreeRule rule;
        for (const auto& [name, value] : object.items()) {
            std::vector<std::string> values;
            if (value.is_array()) {
                for (const auto& element : value)
                    values.push_back(element.is_string() ? element.get<std::string>() : element.dump());
            } else if (!value.is_null()) {
                values.push_back(value.is_string() ? value.get<std::string>() : value.dump());
            }
            const std::string leaf = legacy_leaf(lower_case(name));
            if (!leaf.empty() && !values.empty() && !(values.size() == 1 && values[0] == "notConfigured"))
                rule.values[leaf] = std::move(values);
        }
        for (const auto* side : {"Local", "Remote"}) {
            const std::string list = fmt::format("actual{}AddressRanges", side);
            const auto any = object.find(fmt::format("useAny{}AddressRange", side));
            const bool none = !object.contains(list) || !object[list].is_array() || object[list].empty();
            if (any != object.end() && any->is_boolean() && !any->get<bool>() && none)
                rule.values[list + " left out"] = {};  // an unknown token
        }
        rule.id = one(rule, "displayname");
        rule.span = text_.next(rule.id);
        store_.add(rule);
    }

    // The older resource has names of its own; flags that only say "any" and type annotations are dropped.
    static std::string legacy_leaf(const std::string& name) {
        static const std::map<std::string, std::string> kNames = {
            {"trafficdirection", "direction"},
            {"profiletypes", "profiles"},
            {"actuallocaladdressranges", "localaddressranges"},
            {"actualremoteaddressranges", "remoteaddressranges"},
            {"filepath", "app/filepath"},
            {"servicename", "app/servicename"},
            {"packagefamilyname", "app/packagefamilyname"},
            {"localuserauthorizations", "localuserauthorizationlist"}};
        if (name.starts_with("useany") || name.find('@') != std::string::npos || name == "id") return {};
        const auto found = kNames.find(name);
        return found == kNames.end() ? name : found->second;
    }

    JsonText& text_;
    MdmStore& store_;
};

// A policy object of Intune: settings, or rules and profiles of the older kind.
bool is_policy(const json& value) {
    if (!value.is_object()) return false;
    for (const auto& [name, child] : value.items()) {
        if ((name == "settings" || name == "firewallRules") && child.is_array()) return true;
        if (child.is_object() && starts_with_word(name, "firewallProfile")) return true;
    }
    return false;
}

bool holds_policy(const json& value) {
    if (is_policy(value)) return true;
    if (!value.is_structured()) return false;
    return std::any_of(value.begin(), value.end(), holds_policy);
}

std::string policy_name(const json& policy) {
    for (const auto* name : {"name", "displayName"}) {
        if (policy.is_object() && policy.contains(name) && policy[name].is_string()) return policy[name];
    }
    return {};
}

bool is_exclusion(const json& target) {
    const auto type = target.find("@odata.type");
    return type != target.end() && type->is_string() &&
           type->get<std::string>() == "#microsoft.graph.exclusionGroupAssignmentTarget";
}

// Whether the policy says itself that no device gets it.
bool is_unassigned(const json& policy) {
    if (!policy.is_object()) return false;
    const auto list = policy.find("assignments");
    if (list != policy.end() && list->is_array()) {
        return std::none_of(list->begin(), list->end(), [](const json& one) {
            const bool told = one.is_object() && one.contains("target") && one["target"].is_object();
            return !told || !is_exclusion(one["target"]);
        });
    }
    const auto assigned = policy.find("isAssigned");
    return assigned != policy.end() && assigned->is_boolean() && !assigned->get<bool>();
}

bool is_filtered(const json& target) {
    const auto filter = target.find("deviceAndAppManagementAssignmentFilterId");
    return filter != target.end() && filter->is_string() &&
           filter->get<std::string>().find_first_not_of("0-") != std::string::npos;
}

// What must be true of the host for the policy to reach it; empty: nothing, or the policy does not say to whom it goes.
std::string audience(const json& policy, const std::string& name) {
    if (!policy.is_object()) return {};
    const auto list = policy.find("assignments");
    if (list == policy.end() || !list->is_array()) return {};
    bool all = false, some = false, excluded = false, filtered = false;
    for (const json& one : *list) {
        if (!one.is_object() || !one.contains("target") || !one["target"].is_object()) continue;
        const json& target = one["target"];
        if (is_exclusion(target)) {
            excluded = true;
            continue;
        }
        const bool devices =
            target.contains("@odata.type") && target["@odata.type"] == "#microsoft.graph.allDevicesAssignmentTarget";
        all = all || (devices && !is_filtered(target));
        some = true;
        filtered = filtered || is_filtered(target);
    }
    if (!some || (all && !excluded)) return {};
    return fmt::format("This host is among those that policy '{}' is assigned to{}{}.", name,
                       excluded ? ", and not among those that it excludes" : "",
                       filtered && !all ? ", and its assignment filter lets it apply" : "");
}

// Which policies a device gets is not in the document, so each stands for itself.
class PolicyCollector {
public:
    explicit PolicyCollector(const SourceRef& source) : text_(source) {}

    std::vector<Export> run(const json& document) {
        collect(document);
        return std::move(exports_);
    }

private:
    void collect(const json& value) {
        if (is_policy(value) || !holds_policy(value)) return read(value);
        for (const auto& child : value) collect(child);
    }

    void read(const json& value) {
        Export made;
        made.device = policy_name(value);
        MdmStore store(made, made.device);
        if (is_unassigned(value))
            store.leave_unassigned(made.device, JsonText(text_).next(made.device));
        else if (std::string hosts = audience(value, made.device); !hosts.empty())
            made.assumptions.push_back(std::move(hosts));
        GraphReader(text_, store).read(value);
        if (store.finish()) exports_.push_back(std::move(made));
    }

    JsonText text_;
    std::vector<Export> exports_;
};

}  // namespace

bool is_mdm_json(std::string_view text) {
    const std::string_view head = text.substr(0, 262144);
    return find_word(head, kPrefix) != std::string_view::npos ||
           head.find("\"trafficDirection\"") != std::string_view::npos;
}

Result<std::vector<Export>> read_mdm_json(const SourceRef& source) {
    const auto document = parse_json(source);
    if (!document) return fail(document.error());
    try {
        auto exports = PolicyCollector(source).run(*document);
        if (!exports.empty()) return exports;
    } catch (const json::exception&) {  // text that is no UTF-8
    }
    return fail(no_policy(*source, "JSON file", "export a firewall or firewall rules policy"));
}

}  // namespace fwproof::windows
