// The XML report of group policy objects: roots GPO, report (many GPOs) and Rsop (what a computer really got). Every
// child of the firewall extension named InboundFirewallRules or OutboundFirewallRules is one rule, its children are the
// tokens of the rule string. The report is lossy: it has no rule id, and it drops what its own version does not know.
// Registry items of Preferences stand in it as in their own file.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "vendor/windows/beside_rules.hpp"
#include "vendor/windows/carrier.hpp"
#include "vendor/windows/preferences.hpp"
#include "vendor/windows/security_template.hpp"
#include "vendor/windows/words.hpp"
#include "vendor/windows/xml.hpp"

namespace fwproof::windows {

namespace {

constexpr std::string_view kSettings = "http://www.microsoft.com/GroupPolicy/Settings";
constexpr std::string_view kFirewall = "http://www.microsoft.com/GroupPolicy/Settings/WindowsFirewall";
constexpr std::string_view kPreferences = "http://www.microsoft.com/GroupPolicy/Settings/Windows/Registry";
constexpr std::string_view kRsop = "http://www.microsoft.com/GroupPolicy/Rsop";

pugi::xml_node child(const pugi::xml_node& parent, std::string_view name) { return child_named(parent, name); }

std::string_view text_of(const pugi::xml_node& node) { return trimmed(node.text().get()); }

class ReportReader {
public:
    // `preferences`: read those as well; they may stand beside the report in a file of their own.
    ReportReader(const XmlDocument& xml, Export& into, bool preferences)
        : xml_(xml), into_(into), preferences_(preferences) {
        store_.kind = StoreKind::group_policy;
        store_.lossy = store_.lossy_ids = true;
    }

    // <GPO>: the policy object itself.
    void read_gpo(const pugi::xml_node& gpo) {
        read_identity(gpo);
        read_extensions(child(gpo, "Computer"));
    }

    void read_identity(const pugi::xml_node& gpo) {
        store_.name = text_of(child(gpo, "Name"));
        into_.device = store_.name;
        const auto computer = child(gpo, "Computer");
        if (const auto enabled = truth(text_of(child(computer, "Enabled"))); enabled && !*enabled) {
            switch_off("its computer settings are switched off", child(computer, "Enabled"));
        } else if (!is_linked(gpo)) {
            note(NoteKind::partial_export,
                 fmt::format("policy object '{}' is linked nowhere in this report: its rules and settings count only "
                             "perhaps",
                             store_.name),
                 "link it and report it again; its registry.pol alone is judged as if it applied", gpo);
            store_.doubt =
                Condition{ConditionKind::other, fmt::format("policy object '{}' is linked to this host", store_.name),
                          xml_.span(child(gpo, "Name"))};
        }
        if (const auto filter = child(gpo, "FilterName")) {
            into_.assumptions.push_back(
                fmt::format("The filter '{}' of the policy object lets it apply to this host.", text_of(filter)));
        }
        read_trustees(child(child(gpo, "SecurityDescriptor"), "Permissions"));
    }

    // <Rsop>: the merged result for a computer.
    void read_rsop(const pugi::xml_node& rsop) {
        merged_ = true;
        const auto results = child(rsop, "ComputerResults");
        into_.device = text_of(child(results, "Name"));
        store_.name = "resultant set of policy";
        read_extensions(results);
    }

    void finish_identity() { into_.stores.push_back(std::move(store_)); }

    bool finish() {
        read_values(std::move(written_), std::nullopt, into_);
        for (Store& store : into_.stores) {  // what the same policy object writes
            store.name = store_.name;
            store.doubt = store_.doubt;
            store.applies = store_.applies;
            store.applies_why = store_.applies_why;
        }
        for (const auto& [profile, setting, span] : legacy_)
            store_.profile(profile)[setting] = SettingValue{std::nullopt, span};
        beside_.tell(into_);
        if (!store_.applies) into_.service_off = {};
        if (found_) into_.stores.insert(into_.stores.begin(), std::move(store_));
        return !into_.stores.empty();
    }

private:
    void note(NoteKind kind, std::string message, std::string hint, const pugi::xml_node& node) {
        into_.notes.push_back({kind, std::move(message), std::move(hint), xml_.span(node)});
    }

    // Security filtering: the object applies to those who may apply it. What every computer is in goes without saying.
    void read_trustees(const pugi::xml_node& permissions) {
        bool everybody = false;
        std::string may, may_not;
        for (const auto& entry : permissions.children()) {
            const auto access = text_of(child(child(entry, "Standard"), "GPOGroupedAccessEnum"));
            if (!same_word(access, "Apply Group Policy")) continue;
            const auto trustee = child(entry, "Trustee");
            const std::string name(text_of(child(trustee, "Name")));
            const std::string sid(text_of(child(trustee, "SID")));
            const bool denied = same_word(text_of(child(child(entry, "Type"), "PermissionType")), "Deny");
            const bool all = sid.empty()
                                 ? lower_case(name).ends_with("authenticated users") || same_word(name, "Everyone")
                                 : sid == "S-1-5-11" || sid == "S-1-1-0";
            if (!denied && all) everybody = true;
            auto& list = denied ? may_not : may;
            list += fmt::format("{}'{}'", list.empty() ? "" : ", ", name.empty() ? sid : name);
        }
        if (!everybody && !may.empty())
            into_.assumptions.push_back(
                fmt::format("This host is among those that policy object '{}' applies to: {}.", store_.name, may));
        if (!may_not.empty())
            into_.assumptions.push_back(fmt::format(
                "This host is not among those that policy object '{}' leaves out: {}.", store_.name, may_not));
    }

    void switch_off(std::string why, const pugi::xml_node& where) {
        store_.applies = false;
        store_.applies_why = why;
        note(NoteKind::information, fmt::format("policy object '{}' applies nowhere: {}", store_.name, why), {}, where);
    }

    // A link can be switched off.
    static bool is_linked(const pugi::xml_node& gpo) {
        for (const auto& link : gpo.children()) {
            if (local_name(link) == "LinksTo" && truth(text_of(child(link, "Enabled"))) != std::optional(false))
                return true;
        }
        return false;
    }

    void read_extensions(const pugi::xml_node& computer) {
        for (const auto& data : computer.children()) {
            if (local_name(data) != "ExtensionData") continue;
            if (const auto error = child(data, "Error")) read_error(data, error);
            for (const auto& extension : data.children()) {
                if (local_name(extension) != "Extension") continue;
                for (const auto& node : extension.children()) {
                    if (namespace_uri(node) == kFirewall)
                        read_firewall(node);
                    else if (namespace_uri(node) == kPreferences && local_name(node) == "RegistrySettings")
                        read_preferences(node);
                    else if (local_name(node) == "NTServices")
                        read_service_items(node);
                    else if (local_name(node) == "SecurityOptions")
                        read_security_option(node);
                    else if (local_name(node) == "SystemServices")
                        read_service(node);
                    else if (local_name(node) == "RegistrySetting" || local_name(node) == "Policy")
                        read_legacy(node);
                }
            }
        }
    }

    // What the report could not show of an extension.
    void read_error(const pugi::xml_node& data, const pugi::xml_node& error) {
        const std::string_view name = text_of(child(data, "Name"));
        const bool firewall = names_firewall(name);
        if (!firewall && !same_word(name, "Registry") && !same_word(name, "Security")) return;
        const auto details = child(error, "Details");
        note(
            NoteKind::partial_export,
            fmt::format("the report could not show the settings of '{}': {}", name, text_of(details ? details : error)),
            "report it again with the rights to read it, or read registry.pol of this policy object", error);
        if (!firewall) return;
        found_ = true;
        RawRule raw;
        raw.id = "what the report could not show";
        raw.span = xml_.span(error);
        raw.unreadable = true;
        store_.rules.push_back(interpret(raw, into_.notes));
        for (const Profile profile : kProfiles) {
            for (const Setting setting : {Setting::enable_firewall, Setting::shielded})
                legacy_.push_back({profile, setting, raw.span});
        }
    }

    // Registry values of the object's security template.
    void read_security_option(const pugi::xml_node& node) {
        if (merged_ && child(node, "Precedence") && text_of(child(node, "Precedence")) != "1") return;
        const auto figure = child(node, "SettingNumber");
        const std::string line = fmt::format("{}={},{}", text_of(child(node, "KeyName")), figure ? 4 : 1,
                                             text_of(figure ? figure : child(node, "SettingString")));
        if (auto value = parse_template_line("Registry Values", line, xml_.span(node)))
            written_.push_back(std::move(*value));
    }

    void read_service(const pugi::xml_node& node) {
        if (merged_ && child(node, "Precedence") && text_of(child(node, "Precedence")) != "1") return;
        constexpr std::uint32_t kDisabled = 4;
        if (same_word(text_of(child(node, "StartupMode")), "Disabled"))
            written_.push_back(service_start(text_of(child(node, "Name")), kDisabled, xml_.span(node)));
    }

    void read_service_items(const pugi::xml_node& node) {
        // Which extension writes last is not in a report: a service that one of them stops may be stopped.
        constexpr std::uint32_t kDisabled = 4;
        for (auto& value : read_registry_settings(xml_, node, into_.notes)) {
            if (value.number == kDisabled) written_.push_back(std::move(value));
        }
    }

    void read_preferences(const pugi::xml_node& node) {
        if (!preferences_) return;
        for (auto& value : read_registry_settings(xml_, node, into_.notes)) {
            // In a resultant set they come from several objects; which of them wins is not in it.
            const bool again = !written_names_.insert(lower_case(value.key + '\n' + value.name)).second;
            if (merged_ && again)
                value.doubts.push_back(
                    {ConditionKind::other, fmt::format("this writing of '{}' wins", value.name), value.span});
            written_.push_back(std::move(value));
        }
    }

    void read_firewall(const pugi::xml_node& node) {
        found_ = true;
        const std::string_view name = local_name(node);
        if (name == "InboundFirewallRules" || name == "OutboundFirewallRules") return read_rule(node);
        if (name == "DomainProfile") return read_profile(node, Profile::domain);
        if (name == "PrivateProfile") return read_profile(node, Profile::private_);
        if (name == "PublicProfile") return read_profile(node, Profile::public_);
        if (name == "GlobalSettings") {
            for (const auto& item : node.children()) record_setting(item, {});
            if (const auto version = number<unsigned>(text_of(child(child(node, "PolicyVersion"), "Value")))) {
                store_.version = fmt::format("{}.{}", *version >> 8, *version & 0xff);
            }
            return;
        }
        RawRule raw;
        std::string text;
        for (const auto& token : node.children()) {
            if (token.type() != pugi::node_element || is_origin(token)) continue;
            text += fmt::format("{}={}|", local_name(token), text_of(token));
            if (local_name(token) == "Name") raw.id = text_of(token);
            raw.fields.push_back({std::string(local_name(token)), std::string(text_of(token)), xml_.span(token)});
        }
        beside_.add(name, std::move(text), xml_.span(node));
        if (name == "ConnectionSecurityRules") beside_.add_connection_security(raw);
    }

    void record_setting(const pugi::xml_node& item, std::string variant) {
        const auto name = find_recorded_setting(local_name(item));
        const auto precedence = child(item, "Precedence");
        if (name.empty() || (merged_ && precedence && text_of(precedence) != "1")) return;
        const std::string_view value = text_of(child(item, "Value"));
        const auto flag = truth(value);
        record(into_, std::string(name), flag ? (*flag ? "1" : "0") : std::string(value), std::move(variant),
               xml_.span(item));
    }

    // How administrative templates call the firewall in some languages of Windows; most say Firewall.
    static bool names_firewall(std::string_view text) {
        constexpr auto kWords = std::to_array<std::string_view>(
            {"firewall", "Pare-feu", "cortafuegos", "Брандмауэр", "Zapora", "防火墙", "防火牆", "ファイアウォール",
             "방화벽", "brandvägg", "brannmur", "palomuuri", "tűzfal", "Güvenlik Duvarı", "Τείχος προστασίας"});
        return std::any_of(kWords.begin(), kWords.end(),
                           [&](auto word) { return find_word(text, word) != std::string_view::npos; });
    }

    // Settings written by old templates stand in the registry extension without a value that could be read.
    void read_legacy(const pugi::xml_node& node) {
        const std::string_view category = text_of(child(node, "Category"));
        const std::string_view key = text_of(child(node, "KeyPath"));
        const std::string_view title = text_of(child(node, "Name"));
        const auto has = [](std::string_view text, std::string_view word) {
            return find_word(text, word) != std::string_view::npos;
        };
        // Browsers have settings of that name, too.
        const bool titled = names_firewall(title) && (has(title, "Windows") || has(title, "Defender"));
        if (!titled && !names_firewall(category) && !has(key, "Policies\\Microsoft\\WindowsFirewall")) return;
        note(NoteKind::unparsed_line,
             "firewall setting of an administrative template: the report does not show what it does",
             "read registry.pol of this policy object instead", node);
        found_ = true;
        if (has(title, "notification") || has(title, "logging") || has(title, "unicast")) return;
        // A profile in another language is not known: it may be any.
        const bool domain = has(category, "Domain Profile") || has(key, "DomainProfile");
        const bool standard = has(category, "Standard Profile") || has(key, "StandardProfile");
        for (const Profile profile : kProfiles) {
            if (profile == Profile::domain ? standard : domain) continue;
            // It may switch the firewall off, open it, or shut it: every verdict of the profile is open.
            for (const Setting setting : {Setting::enable_firewall, Setting::shielded})
                legacy_.push_back({profile, setting, xml_.span(node)});
        }
    }

    void read_rule(const pugi::xml_node& node) {
        RawRule raw;
        raw.span = xml_.span(node);
        raw.partial = true;
        bool ports = false;
        std::string_view protocol;
        for (const auto& token : node.children()) {
            if (token.type() != pugi::node_element) continue;
            if (is_origin(token)) {
                judge_precedence(token, raw);
                continue;
            }
            Field field{std::string(local_name(token)), token.text().get(), xml_.text_span(token)};
            ports = ports || starts_with_word(field.key, "LPort") || starts_with_word(field.key, "RPort");
            // Whether the application decides (Defer) is left out of reports, so Edge alone says nothing.
            if (same_word(field.key, "Edge")) continue;
            if (same_word(field.key, "Protocol")) protocol = trimmed(token.text().get());
            if (same_word(field.key, "Name")) raw.id = trimmed(field.value);
            raw.fields.push_back(std::move(field));
        }
        if (raw.id.empty()) raw.id = fmt::format("rule {}", store_.rules.size() + 1);
        if (!ports && (protocol == "6" || protocol == "17")) {
            raw.doubts.push_back({ConditionKind::other, "no ports that the report leaves out", raw.span});
        }
        store_.rules.push_back(interpret(raw, into_.notes));
    }

    // A resultant set lists what lost beside what won.
    void judge_precedence(const pugi::xml_node& token, RawRule& raw) const {
        if (!merged_ || local_name(token) != "Precedence" || text_of(token) == "1") return;
        raw.doubts.push_back({ConditionKind::other, "not replaced by the rule of precedence 1", xml_.span(token)});
    }

    // In a resultant set, which policy object an item comes from.
    static bool is_origin(const pugi::xml_node& node) {
        return (local_name(node) == "GPO" || local_name(node) == "Precedence") && namespace_uri(node) != kFirewall;
    }

    void read_profile(const pugi::xml_node& node, Profile profile) {
        for (const auto& item : node.children()) {
            if (item.type() != pugi::node_element) continue;
            const std::string_view name = local_name(item);
            const auto setting = find_setting(name);
            record_setting(item, std::string(to_string(profile)));
            if (const auto log = find_log_setting(name)) read_log(item, store_.profile(profile).log(*log));
            if (!setting) {
                if (!is_idle_setting(name)) {
                    note(NoteKind::information,
                         fmt::format("profile setting '{}' is not known to decide anything; it is left out", name), {},
                         item);
                }
                continue;
            }
            // In a resultant set every object's value is listed; the one with precedence 1 won.
            const auto precedence = child(item, "Precedence");
            if (merged_ && precedence && text_of(precedence) != "1") continue;
            const auto value_node = child(item, "Value");
            SettingValue value{truth(text_of(value_node)), value_node ? xml_.text_span(value_node) : xml_.span(item)};
            if (!value.value) {
                note(NoteKind::unparsed_line,
                     fmt::format("'{}' is neither true nor false: it may have either meaning", name), {}, item);
            }
            auto& known = store_.profile(profile)[*setting];
            if (known && known->value != value.value) {
                note(NoteKind::conflicting_definition, fmt::format("'{}' stands twice with different values", name), {},
                     item);
                value.value.reset();
            }
            known = value;
        }
    }

    void read_log(const pugi::xml_node& item, std::optional<LogValue>& into) {
        const auto precedence = child(item, "Precedence");
        if (merged_ && precedence && text_of(precedence) != "1") return;
        const auto value_node = child(item, "Value");
        const std::string_view text = text_of(value_node);
        const auto flag = truth(text);
        const auto count = number<std::uint32_t>(text);
        if (flag || count) into = LogValue{flag ? std::uint32_t{*flag} : *count, xml_.text_span(value_node)};
    }

    struct Legacy {
        Profile profile;
        Setting setting;
        SourceSpan span;
    };

    const XmlDocument& xml_;
    Export& into_;
    Store store_;
    std::vector<Legacy> legacy_;          // settings whose value the report does not show
    std::vector<RegistryValue> written_;  // by preferences
    std::set<std::string> written_names_;
    bool preferences_;
    bool merged_ = false;
    bool found_ = false;
    BesideRules beside_;
};

}  // namespace

Result<Export> read_report_identity(const SourceRef& source) {
    const auto xml = XmlDocument::parse(source);
    if (!xml) return fail(xml.error());
    Export made;
    ReportReader reader(*xml, made, false);
    reader.read_identity(xml->root());
    reader.finish_identity();
    return made;
}

Result<std::vector<Export>> read_gpo_report(const SourceRef& source, bool preferences) {
    const auto xml = XmlDocument::parse(source);
    if (!xml) return fail(xml.error());
    const auto root = xml->root();
    std::vector<Export> exports;
    const auto add = [&](const pugi::xml_node& node, bool rsop) {
        Export made;
        ReportReader reader(*xml, made, preferences);
        if (rsop)
            reader.read_rsop(node);
        else
            reader.read_gpo(node);
        if (reader.finish()) exports.push_back(std::move(made));
    };
    if (local_name(root) == "Rsop" && namespace_uri(root) == kRsop) {
        add(root, true);
    } else if (local_name(root) == "GPO") {
        add(root, false);
    } else {
        for (const auto& node : root.children()) {
            if (local_name(node) == "GPO" && namespace_uri(node) == kSettings) add(node, false);
        }
    }
    if (exports.empty()) {
        return fail(
            no_policy(*source, "report", "report a policy object with Windows Firewall with Advanced Security rules"));
    }
    return exports;
}

}  // namespace fwproof::windows
