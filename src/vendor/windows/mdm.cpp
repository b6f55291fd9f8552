#include "vendor/windows/mdm.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "vendor/windows/beside_rules.hpp"
#include "vendor/windows/tokens.hpp"
#include "vendor/windows/words.hpp"

namespace fwproof::windows {

namespace {

const std::vector<std::string>* find(const TreeRule& rule, std::string_view name) {
    const auto found = rule.values.find(std::string(name));
    return found == rule.values.end() || found->second.empty() ? nullptr : &found->second;
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
                              "remoteaddressdynamickeywords",
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
        if (!values || std::any_of(values->begin(), values->end(), [](const auto& v) { return holds_any(v); })) return;
        for (const auto& value : *values) {
            for (std::string_view rest = value; !rest.empty();) {
                const auto end = std::min(rest.find(','), rest.size());
                const std::string_view word = trimmed(rest.substr(0, end));
                if (!word.empty()) add(word);
                rest.remove_prefix(std::min(end + 1, rest.size()));
            }
        }
    };
    tokens.add("Name", one(rule, "displayname").empty() ? one(rule, "name") : one(rule, "displayname"), rule.span);
    // What is written without a value has not the default of what is absent.
    const auto blank = [&](std::string_view name) {
        return rule.values.contains(fmt::format("{} without a value", name));
    };
    const auto or_default = [&](std::string_view name, std::string_view usual) {
        const std::string value = one(rule, name);
        return value.empty() && !blank(name) ? std::string(usual) : value;
    };
    tokens.add("Active", or_default("enabled", "TRUE"), rule.span);
    tokens.add("Dir", or_default("direction", "Out"), rule.span);
    const std::string action = one(rule, "action/type").empty() ? one(rule, "action") : one(rule, "action/type");
    const bool block = action == "0" || same_word(action, "block") || same_word(action, "blocked");
    const bool no_action = action.empty() && !blank("action/type") && !blank("action");
    const bool allow = no_action || action == "1" || same_word(action, "allow") || same_word(action, "allowed");
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
    if (const std::string protocol = or_default("protocol", "Any"); protocol.empty())
        tokens.add("Protocol", "", rule.span);
    else if (protocol != "256")
        tokens.add_protocol(protocol, rule.span);
    each("localportranges", [&](auto word) { tokens.add_port('L', word, rule.span); });
    each("remoteportranges", [&](auto word) { tokens.add_port('R', word, rule.span); });
    each("icmptypesandcodes", [&](auto word) { tokens.add_icmp(word, rule.span); });
    each("localaddressranges", [&](auto word) { tokens.add_address('L', word, rule.span); });
    each("remoteaddressranges", [&](auto word) { tokens.add_address('R', word, rule.span); });
    each("remoteaddressdynamickeywords", [&](auto word) {  // addresses that are kept elsewhere, beside those above
        tokens.add("RA4", word, rule.span);
        tokens.add("RA6", word, rule.span);
    });
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

// Words of the tree that differ from the registry's.
std::optional<Setting> setting_of(std::string_view name) {
    if (same_word(name, "Shielded")) return Setting::shielded;
    if (same_word(name, "AuthAppsAllowUserPrefMerge")) return Setting::allow_program_exceptions;
    if (same_word(name, "GlobalPortsAllowUserPrefMerge")) return Setting::allow_port_exceptions;
    return find_setting(name);
}

bool decides_nothing(std::string_view name) {
    for (const auto* idle : {"DisableInboundNotifications", "EnableLogDroppedPackets", "EnableLogSuccessConnections",
                             "EnableLogIgnoredRules", "LogMaxFileSize"}) {
        if (same_word(name, idle)) return true;
    }
    return is_idle_setting(name);
}

}  // namespace

std::string one(const TreeRule& rule, std::string_view name) {
    const auto* values = find(rule, name);
    return values ? std::string(trimmed(values->front())) : std::string();
}

std::optional<Profile> profile_of(std::string_view name) {
    if (same_word(name, "DomainProfile")) return Profile::domain;
    if (same_word(name, "PrivateProfile")) return Profile::private_;
    if (same_word(name, "PublicProfile")) return Profile::public_;
    return std::nullopt;
}

void MdmStore::add(const TreeRule& rule) { store_.rules.push_back(interpret(to_raw(rule), into_.notes)); }

void MdmStore::set(Profile profile, std::string_view name, std::string_view value, SourceSpan span) {
    any_ = true;
    if (const auto word = find_recorded_setting(name); !word.empty()) {
        const auto flag = truth(value);
        record(into_, std::string(word), flag ? (*flag ? "1" : "0") : std::string(value),
               std::string(to_string(profile)), span);
    }
    const auto setting = setting_of(name);
    if (setting) {
        auto& known = store_.profile(profile)[*setting];
        const auto read = truth(value);
        const bool same = !known || known->value == read;
        if (!same) {
            into_.notes.push_back(
                {NoteKind::conflicting_definition,
                 fmt::format("'{}' of the {} profile is set twice to different values", name, to_string(profile)),
                 "keep one of them", span});
        }
        known = SettingValue{same ? read : std::nullopt, span};
    } else if (!decides_nothing(name)) {
        into_.notes.push_back(
            {NoteKind::information,
             fmt::format("profile setting '{}' is not known to decide anything; it is left out", name),
             {},
             span});
    }
}

void MdmStore::leave_open(Profile profile, SourceSpan span) {
    any_ = true;
    into_.notes.push_back({NoteKind::unparsed_line,
                           fmt::format("the settings of the {} profile are in a form that is not read: the profile "
                                       "may be open or shut",
                                       to_string(profile)),
                           "export the policy as settings catalog, or netsh advfirewall export FILE.wfw on a host",
                           span});
    for (const Setting setting : {Setting::enable_firewall, Setting::shielded})
        store_.profile(profile)[setting] = SettingValue{std::nullopt, span};
}

void MdmStore::leave_unassigned(std::string_view policy, SourceSpan span) {
    into_.notes.push_back(
        {NoteKind::partial_export,
         fmt::format("policy '{}' is assigned to no group: its rules and settings count only perhaps", policy),
         "assign it and export it again", span});
    store_.doubt = Condition{ConditionKind::other, fmt::format("policy '{}' is assigned to this host", policy), span};
}

void MdmStore::unset(Profile profile, std::string_view name) {
    if (const auto setting = setting_of(name)) store_.profile(profile)[*setting].reset();
}

void MdmStore::unset(Profile profile) { store_.profile(profile) = {}; }

bool MdmStore::finish() {
    if (store_.rules.empty() && !any_) return false;
    into_.stores.push_back(std::move(store_));
    return true;
}

}  // namespace fwproof::windows
