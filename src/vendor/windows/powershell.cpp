// A rule object has no ports, addresses, program or service of its own: these are in filter objects with the same
// InstanceID. A group that is missing leaves the rule conditional. Numbers follow the CIM classes: Enabled 1 yes, 2 no;
// Action 2 allow, 3 bypass, 4 block; Profile 0 any.
#include "vendor/windows/powershell.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "vendor/windows/tokens.hpp"
#include "vendor/windows/words.hpp"

namespace fwproof::windows {

const Property* Record::find(std::string_view name) const {
    const auto found = properties.find(std::string(name));
    return found == properties.end() ? nullptr : &found->second;
}

std::string property_name(std::string_view name) {
    std::string plain;
    for (const char c : name) {
        if (c != ' ' && c != '_') plain += lower_case(c);
    }
#define FWPROOF_PROPERTY(written, usual) \
    if (plain == (written)) return usual;
#include "vendor/windows/powershell_names.def"
#undef FWPROOF_PROPERTY
    return plain;
}

bool names_a_rule(const std::vector<std::string>& names) {
    const auto has = [&](std::string_view name) { return std::find(names.begin(), names.end(), name) != names.end(); };
    return has("direction") && has("action") && has("enabled");
}

namespace {

bool is_rule(const Record& record) {
    return record.find("direction") && record.find("action") && record.find("enabled");
}
bool is_profile(const Record& record) { return record.find("defaultinboundaction") && record.find("enabled"); }

std::string first(const Record& record, std::string_view name) {
    const Property* property = record.find(name);
    return property && !property->values.empty() ? std::string(trimmed(property->values[0])) : std::string();
}

// A list that PowerShell wrote as its type's name is lost.
bool lost(const Property& property) {
    return std::any_of(property.values.begin(), property.values.end(),
                       [](const auto& v) { return v.find("System.String[]") != std::string::npos; });
}

// "80,443", "80|443", "{80, 443}" as its members.
std::vector<std::string> members(const Property& property) {
    std::vector<std::string> result;
    for (const auto& value : property.values) {
        std::string_view rest = trimmed(value);
        if (rest.starts_with('{') && rest.ends_with('}')) rest = rest.substr(1, rest.size() - 2);
        while (!rest.empty()) {
            const auto end = std::min(rest.find_first_of(",|"), rest.size());
            if (const auto word = trimmed(rest.substr(0, end)); !word.empty()) result.emplace_back(word);
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
    return result;
}

class RuleWriter {
public:
    explicit RuleWriter(const Record& record) : record_(record), tokens_(raw_) {
        raw_.span = record.span;
        raw_.id = first(record, "name").empty() ? first(record, "instanceid") : first(record, "name");
        if (raw_.id.empty()) raw_.id = first(record, "displayname");
    }

    RawRule run() {
        tokens_.add("Name", first(record_, "displayname"), raw_.span);
        write_basics();
        if (const Property* protocol = readable("protocol", "protocol"))
            tokens_.add_protocol(protocol->values[0], raw_.span);
        const bool ports = std::any_of(raw_.fields.begin(), raw_.fields.end(), [](const Field& field) {
            return field.key == "Protocol" && (field.value == "6" || field.value == "17");
        });
        write_list(
            "localport", "local ports", [&](auto& v) { tokens_.add_port('L', v, raw_.span); }, ports);
        write_list(
            "remoteport", "remote ports", [&](auto& v) { tokens_.add_port('R', v, raw_.span); }, ports);
        const bool icmp = std::any_of(raw_.fields.begin(), raw_.fields.end(), [](const Field& field) {
            return field.key == "Protocol" && (field.value == "1" || field.value == "58");
        });
        write_list(
            "icmptype", "ICMP types", [&](auto& v) { tokens_.add_icmp(v, raw_.span); }, icmp);
        write_list(
            "localaddress", "local addresses", [&](auto& v) { tokens_.add_address('L', v, raw_.span); }, true);
        write_list(
            "remoteaddress", "remote addresses", [&](auto& v) { tokens_.add_address('R', v, raw_.span); }, true);
        write_word("program", "program", "App");
        write_word("service", "service", "Svc");
        write_optional("package", "AppPkgId");
        write_list(
            "interfacetype", "interface types", [&](auto& v) { write_interface_type(v); }, true);
        write_optional("interfacealias", "IF");
        write_security();
        write_rest();
        return std::move(raw_);
    }

    // Filter groups that no column or object shows.
    const std::vector<std::string>& missing() const { return missing_; }
    // Rarer properties that are taken as not used.
    const std::vector<std::string>& absent() const { return absent_; }

private:
    void write_basics() {
        const std::string enabled = first(record_, "enabled");
        tokens_.add("Active", enabled == "2" ? "FALSE" : enabled == "0" ? "zero" : enabled, raw_.span);
        const std::string direction = first(record_, "direction");
        const bool in = same_word(direction, "Inbound") || same_word(direction, "In") || direction == "1";
        const bool out = same_word(direction, "Outbound") || same_word(direction, "Out") || direction == "2";
        tokens_.add("Dir", in ? "In" : out ? "Out" : direction, raw_.span);
        std::string action = first(record_, "action");
        if (action == "2") action = "Allow";
        if (action == "4") action = "Block";
        const bool overrides = truth(first(record_, "overrideblockrules")) == std::optional(true);
        const bool bypass =
            action == "3" || same_word(action, "AllowBypass") || (overrides && same_word(action, "Allow"));
        if (bypass && out) tokens_.add("AuthByPassOut", "TRUE", raw_.span);
        tokens_.add("Action", !bypass ? action : out ? "Allow" : "ByPass", raw_.span);
        write_profile();
    }

    void write_profile() {
        const Property* profile = record_.find("profile");
        if (!profile || profile->null || profile->values.empty()) return;
        for (const auto& word : members(*profile)) {
            const auto bits = number<unsigned>(word);
            if (!bits) {
                tokens_.add_profiles(word, raw_.span);
                continue;
            }
            constexpr unsigned kEvery = 7, kAnyBits = 0x7fffffff;
            if (*bits == 0 || *bits == kEvery || *bits == kAnyBits) continue;
            if (*bits > kEvery) tokens_.add("Profile", word, raw_.span);
            if ((*bits & 1U) != 0) tokens_.add("Profile", "Domain", raw_.span);
            if ((*bits & 2U) != 0) tokens_.add("Profile", "Private", raw_.span);
            if ((*bits & 4U) != 0) tokens_.add("Profile", "Public", raw_.span);
        }
    }

    // Null without a value: the property is there and could be read, or the rule is left in doubt.
    const Property* readable(std::string_view name, std::string_view what) {
        const Property* property = record_.find(name);
        if (property && !property->null && !property->values.empty() && !lost(*property) &&
            !property->values[0].empty())
            return property;
        missing_.emplace_back(what);
        tokens_.doubt(fmt::format("{} as the export does not show", what), raw_.span);
        return nullptr;
    }

    template <class Add>
    void write_list(std::string_view name, std::string_view what, Add add, bool matters) {
        if (!matters) return;  // ports of a rule without ports
        const Property* property = readable(name, what);
        if (!property) return;
        for (const auto& member : members(*property)) {
            if (!is_any(member)) add(member);
        }
    }

    void write_word(std::string_view name, std::string_view what, std::string_view token) {
        const Property* property = readable(name, what);
        if (property && !is_any(property->values[0])) tokens_.add(token, property->values[0], raw_.span);
    }

    // Commonly empty where it does not apply.
    void write_optional(std::string_view name, std::string_view token) {
        if (!record_.find(name)) absent_.emplace_back(name);
        const std::string value = first(record_, name);
        if (!value.empty() && !is_any(value)) tokens_.add(token, value, raw_.span);
    }

    void write_interface_type(const std::string& word) {
        if (word == "0") return;  // any
        const std::string_view known = word == "1"   ? "Lan"
                                       : word == "2" ? "Wireless"
                                       : word == "4" ? "RemoteAccess"
                                                     : rule_word(word);
        tokens_.add("IFType", known, raw_.span);
    }

    void write_security() {
        const std::string authentication = first(record_, "authentication");
        const std::string encryption = first(record_, "encryption");
        const auto none = [](const std::string& v) { return v.empty() || v == "0" || same_word(v, "NotRequired"); };
        if (!none(encryption)) {
            tokens_.add("Security", "AuthenticateEncrypt", raw_.span);
        } else if (!none(authentication)) {
            tokens_.add("Security", "Authenticate", raw_.span);
        }
        write_optional("localuser", "LUAuth");
        write_optional("remoteuser", "RUAuth");
        write_optional("remotemachine", "RMAuth");
        write_optional("owner", "LUOwn");
    }

    void write_rest() {
        if (truth(first(record_, "localonlymapping")) == std::optional(true)) tokens_.add("LOM", "TRUE", raw_.span);
        const std::string edge = first(record_, "edgetraversalpolicy");
        if (same_word(edge, "Allow") || edge == "1") tokens_.add("Edge", "TRUE", raw_.span);
        const std::string dynamic = first(record_, "dynamictarget");
        if (!dynamic.empty() && dynamic != "0" && !is_any(dynamic)) tokens_.add("TTK", dynamic, raw_.span);
    }

    const Record& record_;
    RawRule raw_;
    TokenWriter tokens_;
    std::vector<std::string> missing_, absent_;
};

void add_once(std::vector<std::string>& all, const std::vector<std::string>& more) {
    for (const auto& what : more) {
        if (std::find(all.begin(), all.end(), what) == all.end()) all.push_back(what);
    }
}

std::string listed(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

// Where a rule came from; nothing for generated rules, which are no policy.
std::optional<StoreKind> store_of(const Record& record) {
    const std::string type = first(record, "policystoresourcetype");
    const std::string source = first(record, "policystoresource");
    if (same_word(type, "GroupPolicy") || type == "2") return StoreKind::group_policy;
    if (same_word(type, "Local") || type == "1" || same_word(source, "PersistentStore") || type.empty())
        return StoreKind::local;
    if (find_word(source, "Mdm") != std::string::npos) return StoreKind::mdm;
    return std::nullopt;
}

class RecordReader {
public:
    explicit RecordReader(Export& into) : into_(into) {}

    bool run(std::vector<Record> records) {
        std::unordered_map<std::string, std::size_t> rules;  // by InstanceID
        for (std::size_t i = 0; i < records.size(); ++i) {
            if (is_rule(records[i])) rules.try_emplace(first(records[i], "instanceid"), i);
        }
        for (const Record& record : records) {
            if (is_rule(record) || is_profile(record)) continue;
            const auto rule = rules.find(first(record, "instanceid"));
            if (rule == rules.end() || rule->first.empty()) continue;
            auto& joined = records[rule->second].properties;
            for (const auto& [name, property] : record.properties) joined.try_emplace(name, property);
        }
        for (const Record& record : records) {
            if (is_rule(record)) read_rule(record);
        }
        for (const Record& record : records) {
            if (!is_rule(record) && is_profile(record)) read_profile(record);
        }
        tell_missing();
        for (auto& [kind, store] : stores_) into_.stores.push_back(std::move(store));
        return !into_.stores.empty();
    }

private:
    Store& store(StoreKind kind) {
        Store& held = stores_[kind];
        held.kind = kind;
        return held;
    }

    void read_rule(const Record& record) {
        const auto kind = store_of(record);
        if (!kind) {
            ++generated_;
            return;
        }
        RuleWriter writer(record);
        const RawRule raw = writer.run();
        if (!writer.missing().empty() && incomplete_++ == 0) first_incomplete_ = record.span;
        add_once(missing_, writer.missing());
        add_once(absent_, writer.absent());
        store(*kind).rules.push_back(interpret(raw, into_.notes));
    }

    void read_profile(const Record& record) {
        const std::string name = first(record, "name");
        for (const Profile profile : kProfiles) {
            if (!same_word(name, to_string(profile))) continue;
            ProfileSettings& settings =
                store(stores_.contains(StoreKind::group_policy) ? StoreKind::group_policy : StoreKind::local)
                    .profile(profile);
            set(settings, Setting::enable_firewall, record, "enabled", false);
            set(settings, Setting::shielded, record, "allowinboundrules", true);
            set(settings, Setting::allow_local_rules, record, "allowlocalfirewallrules", false);
            set_log(settings, LogSetting::file_size, record, "logmaxsizekilobytes");
            set_log(settings, LogSetting::dropped_packets, record, "logblocked");
            set_log(settings, LogSetting::successful_connections, record, "logallowed");
            set_action(settings, Setting::default_inbound_block, record, "defaultinboundaction");
            set_action(settings, Setting::default_outbound_block, record, "defaultoutboundaction");
        }
    }

    static void set(ProfileSettings& settings, Setting setting, const Record& record, std::string_view name,
                    bool inverted) {
        const std::string word = first(record, name);
        if (word.empty() || same_word(word, "NotConfigured")) return;
        const auto value = truth(word);
        settings[setting] = SettingValue{value.value_or(false) != inverted, record.span, value.has_value()};
    }

    static void set_log(ProfileSettings& settings, LogSetting setting, const Record& record, std::string_view name) {
        const std::string word = first(record, name);
        if (word.empty() || same_word(word, "NotConfigured")) return;
        const auto flag = truth(word);
        const auto count = number<std::uint32_t>(word);
        if (setting == LogSetting::file_size ? !count : !flag) return;
        settings.log(setting) = LogValue{setting == LogSetting::file_size ? *count : std::uint32_t{*flag}, record.span};
    }

    static void set_action(ProfileSettings& settings, Setting setting, const Record& record, std::string_view name) {
        const std::string word = first(record, name);
        if (word.empty() || word == "0" || same_word(word, "NotConfigured")) return;
        const bool block = same_word(word, "Block") || word == "4";
        const bool allow = same_word(word, "Allow") || word == "2";
        settings[setting] = SettingValue{block, record.span, block || allow};
    }

    void tell_missing() {
        if (generated_ > 0) {
            into_.notes.push_back({NoteKind::information,
                                   fmt::format("{} rules that the system generated are left out", generated_),
                                   {},
                                   {}});
        }
        if (!absent_.empty()) {
            into_.assumptions.push_back(
                fmt::format("No rule makes use of what the export leaves out: {}.", listed(absent_)));
        }
        if (incomplete_ == 0) return;
        into_.notes.push_back({NoteKind::partial_export,
                               fmt::format("{} rules come without {}: they may match less than the export shows",
                                           incomplete_, listed(missing_)),
                               "use netsh advfirewall export FILE.wfw, or join Get-NetFirewallPortFilter, "
                               "AddressFilter, ApplicationFilter, "
                               "ServiceFilter and InterfaceTypeFilter in an elevated shell",
                               first_incomplete_});
    }

    Export& into_;
    std::map<StoreKind, Store> stores_;
    std::size_t generated_ = 0, incomplete_ = 0;
    std::vector<std::string> missing_, absent_;
    SourceSpan first_incomplete_;
};

}  // namespace

bool read_records(std::vector<Record> records, Export& into) { return RecordReader(into).run(std::move(records)); }

}  // namespace fwproof::windows
