// Device management: the firewall settings of Intune as Microsoft Graph returns them (settings catalog policies and the
// older windowsFirewallRule), and the same tree as SyncML. Absent fields have other defaults here than in the registry:
// no direction is outbound, no Enabled is on, no action allows; and Action 0 blocks while DefaultInboundAction 0
// allows.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <map>

#include "vendor/windows/carrier.hpp"
#include "vendor/windows/json.hpp"
#include "vendor/windows/tokens.hpp"
#include "vendor/windows/words.hpp"
#include "vendor/windows/xml.hpp"

namespace fwproof::windows {

namespace {

using nlohmann::json;

constexpr int kDeepest = 32;

// One rule under the names of the configuration tree, in lower case.
struct TreeRule {
    std::string id;
    std::map<std::string, std::vector<std::string>> values;
    SourceSpan span;
};

const std::vector<std::string>* find(const TreeRule& rule, std::string_view name) {
    const auto found = rule.values.find(std::string(name));
    return found == rule.values.end() || found->second.empty() ? nullptr : &found->second;
}

std::string one(const TreeRule& rule, std::string_view name) {
    const auto* values = find(rule, name);
    return values ? std::string(trimmed(values->front())) : std::string();
}

// Leaves of a rule in the tree that this reader gives a meaning, or that have none for a first packet.
bool is_known_leaf(std::string_view name) {
    for (const auto* known : {"name",
                              "displayname",
                              "description",
                              "enabled",
                              "direction",
                              "action",
                              "action/type",
                              "profiles",
                              "protocol",
                              "localportranges",
                              "remoteportranges",
                              "localaddressranges",
                              "remoteaddressranges",
                              "icmptypesandcodes",
                              "app/filepath",
                              "app/servicename",
                              "app/packagefamilyname",
                              "interfacetypes",
                              "edgetraversal",
                              "localuserauthorizationlist",
                              "status",
                              "friendlyname"}) {
        if (name == known) return true;
    }
    return false;
}

RawRule to_raw(const TreeRule& rule) {
    RawRule raw;
    raw.id = rule.id;
    raw.span = rule.span;
    TokenWriter tokens(raw);
    const auto each = [&](std::string_view name, auto add) {
        const auto* values = find(rule, name);
        if (!values) return;
        for (const auto& value : *values) {
            for (std::string_view rest = value; !rest.empty();) {
                const auto end = std::min(rest.find(','), rest.size());
                const std::string_view word = trimmed(rest.substr(0, end));
                if (!word.empty() && !is_any(word)) add(word);
                rest.remove_prefix(std::min(end + 1, rest.size()));
            }
        }
    };
    tokens.add("Name", one(rule, "displayname").empty() ? one(rule, "name") : one(rule, "displayname"), rule.span);
    const std::string enabled = one(rule, "enabled");
    tokens.add("Active", enabled.empty() ? "TRUE" : enabled, rule.span);
    const std::string direction = one(rule, "direction");
    tokens.add("Dir", direction.empty() ? "Out" : direction, rule.span);
    const std::string action = one(rule, "action/type").empty() ? one(rule, "action") : one(rule, "action/type");
    const bool block = action == "0" || same_word(action, "block") || same_word(action, "blocked");
    const bool allow = action.empty() || action == "1" || same_word(action, "allow") || same_word(action, "allowed");
    tokens.add("Action", block ? "Block" : allow ? "Allow" : action, rule.span);
    each("profiles", [&](auto word) {
        const auto bits = number<unsigned>(word);
        if (!bits) return tokens.add("Profile", word, rule.span);
        constexpr unsigned kEvery = 7;
        if (*bits == 0x7fffffff) return;
        if (*bits == 0 || *bits > kEvery) return tokens.add("Profile", word, rule.span);
        if ((*bits & 1U) != 0) tokens.add("Profile", "Domain", rule.span);
        if ((*bits & 2U) != 0) tokens.add("Profile", "Private", rule.span);
        if ((*bits & 4U) != 0) tokens.add("Profile", "Public", rule.span);
    });
    if (const std::string protocol = one(rule, "protocol"); protocol != "256")
        tokens.add_protocol(protocol.empty() ? "Any" : protocol, rule.span);
    each("localportranges", [&](auto word) { tokens.add_port('L', word, rule.span); });
    each("remoteportranges", [&](auto word) { tokens.add_port('R', word, rule.span); });
    each("icmptypesandcodes", [&](auto word) { tokens.add_icmp(word, rule.span); });
    each("localaddressranges", [&](auto word) { tokens.add_address('L', word, rule.span); });
    each("remoteaddressranges", [&](auto word) { tokens.add_address('R', word, rule.span); });
    each("interfacetypes", [&](auto word) { tokens.add("IFType", rule_word(word), rule.span); });
    const auto word = [&](std::string_view name, std::string_view token) {
        if (const auto value = one(rule, name); !value.empty()) tokens.add(token, value, rule.span);
    };
    word("app/filepath", "App");
    word("app/servicename", "Svc");
    word("app/packagefamilyname", "PFN");
    word("localuserauthorizationlist", "LUAuth");
    const std::string edge = one(rule, "edgetraversal");
    if (edge == "1" || same_word(edge, "true") || same_word(edge, "allowed")) tokens.add("Edge", "TRUE", rule.span);
    for (const auto& [name, values] : rule.values) {
        if (!is_known_leaf(name))
            tokens.add(name, values.empty() ? "" : values.front(), rule.span);  // an unknown token
    }
    return raw;
}

std::optional<Profile> profile_of(std::string_view name) {
    if (same_word(name, "DomainProfile")) return Profile::domain;
    if (same_word(name, "PrivateProfile")) return Profile::private_;
    if (same_word(name, "PublicProfile")) return Profile::public_;
    return std::nullopt;
}

// The tree words differ from the registry's in one place.
std::optional<Setting> setting_of(std::string_view name) {
    if (same_word(name, "Shielded")) return Setting::shielded;
    return find_setting(name);
}

class MdmStore {
public:
    explicit MdmStore(Export& into) : into_(into) { store_.kind = StoreKind::mdm; }

    void add(const TreeRule& rule) { store_.rules.push_back(interpret(to_raw(rule), into_.notes)); }

    void set(Profile profile, std::string_view name, std::string_view value, SourceSpan span) {
        const auto setting = setting_of(name);
        if (!setting) return;
        const auto read = truth(value);
        store_.profile(profile)[*setting] = SettingValue{read.value_or(false), span, read.has_value()};
        any_ = true;
    }

    bool finish() {
        if (store_.rules.empty() && !any_) return false;
        into_.stores.push_back(std::move(store_));
        return true;
    }

private:
    Export& into_;
    Store store_;
    bool any_ = false;
};

constexpr std::string_view kPrefix = "vendor_msft_firewall_mdmstore_";
constexpr std::string_view kRulePrefix = "vendor_msft_firewall_mdmstore_firewallrules_{firewallrulename}_";

class GraphReader {
public:
    GraphReader(const SourceRef& source, MdmStore& store) : text_(source), store_(store) {}

    void read(const json& value, int depth) {
        if (depth > kDeepest) return;
        if (value.is_array()) {
            for (const auto& element : value) read(element, depth + 1);
        } else if (value.is_object()) {
            if (value.contains("trafficDirection") && value.contains("action")) return read_legacy(value);
            if (value.contains("groupSettingCollectionValue")) read_group(value, depth);
            if (value.contains("settingDefinitionId")) read_setting(value);
            for (const auto& [name, child] : value.items()) {
                if (name != "groupSettingCollectionValue" || !is_rule_group(value)) read(child, depth + 1);
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

    void read_group(const json& group, int depth) {
        if (!is_rule_group(group) || !group["groupSettingCollectionValue"].is_array()) return;
        for (const auto& element : group["groupSettingCollectionValue"]) {
            if (!element.is_object() || !element.contains("children")) continue;
            TreeRule rule;
            read_children(element["children"], rule, depth);
            rule.id = one(rule, "name");
            rule.span = text_.next(rule.id);
            store_.add(rule);
        }
    }

    void read_children(const json& children, TreeRule& rule, int depth) {
        if (!children.is_array() || depth > kDeepest) return;
        for (const auto& child : children) {
            if (!child.is_object()) continue;
            const std::string definition = text_of(child, "settingDefinitionId");
            if (!starts_with_word(definition, kRulePrefix)) continue;
            std::string leaf = lower_case(std::string_view(definition).substr(kRulePrefix.size()));
            for (char& c : leaf) c = c == '_' ? '/' : c;
            rule.values[leaf] = values_of(child, definition);
            if (child.contains("choiceSettingValue") && child["choiceSettingValue"].is_object() &&
                child["choiceSettingValue"].contains("children")) {
                read_children(child["choiceSettingValue"]["children"], rule, depth + 1);
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

    JsonText text_;
    MdmStore& store_;
};

// SyncML: every Item has a LocURI such as ./Vendor/MSFT/Firewall/MdmStore/FirewallRules/NAME/Direction, and its Data.
class SyncReader {
public:
    SyncReader(const XmlDocument& xml, MdmStore& store) : xml_(xml), store_(store) {}

    void run() {
        collect(xml_.root(), 0);
        for (const auto& id : order_) store_.add(rules_[id]);
    }

private:
    void collect(const pugi::xml_node& parent, int depth) {
        if (depth > kDeepest) return;
        for (const auto& node : parent.children()) {
            if (local_name(node) == "Item")
                read_item(node);
            else if (local_name(node) != "Delete")
                collect(node, depth + 1);
        }
    }

    void read_item(const pugi::xml_node& item) {
        std::string_view path = trimmed(item.child("Target").child("LocURI").text().get());
        constexpr std::string_view kTree = "/Vendor/MSFT/Firewall/MdmStore/";
        const auto found = find_word(path, kTree);
        if (found == std::string_view::npos) return;
        path.remove_prefix(found + kTree.size());
        const std::string_view data = trimmed(item.child("Data").text().get());
        const auto slash = path.find('/');
        if (slash == std::string_view::npos) return;
        const std::string_view head = path.substr(0, slash), rest = path.substr(slash + 1);
        if (const auto profile = profile_of(head)) return store_.set(*profile, rest, data, xml_.span(item));
        const auto leaf = rest.find('/');
        if (!same_word(head, "FirewallRules") || leaf == std::string_view::npos) return;
        const std::string id(rest.substr(0, leaf));
        TreeRule& rule = rules_[id];
        if (rule.id.empty()) {
            rule.id = id;
            rule.span = xml_.span(item);
            order_.push_back(id);
        }
        rule.values[lower_case(rest.substr(leaf + 1))] = {std::string(data)};
    }

    const XmlDocument& xml_;
    MdmStore& store_;
    std::map<std::string, TreeRule> rules_;
    std::vector<std::string> order_;
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
    std::vector<Export> exports(1);
    MdmStore store(exports[0]);
    try {
        GraphReader(source, store).read(*document, 0);
        if (store.finish()) return exports;
    } catch (const json::exception&) {  // text that is no UTF-8
    }
    return fail(no_policy(*source, "JSON file", "export a firewall or firewall rules policy"));
}

Result<std::vector<Export>> read_syncml(const SourceRef& source) {
    const auto xml = XmlDocument::parse(source);
    if (!xml) return fail(xml.error());
    std::vector<Export> exports(1);
    MdmStore store(exports[0]);
    SyncReader(*xml, store).run();
    if (!store.finish())
        return fail(no_policy(*source, "SyncML file", "it has no item below Vendor/MSFT/Firewall/MdmStore"));
    return exports;
}

}  // namespace fwproof::windows
