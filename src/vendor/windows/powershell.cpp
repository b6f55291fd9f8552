// A rule object has no ports, addresses, program or service of its own: these are in filter objects with the same
// InstanceID. Profiles stand beside the rules.
#include "vendor/windows/powershell.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <unordered_map>

#include "vendor/windows/beside_rules.hpp"
#include "vendor/windows/tokens.hpp"
#include "vendor/windows/words.hpp"

namespace fwproof::windows {

const Property* Record::find(std::string_view name) const {
    const auto found = properties.find(std::string(name));
    return found == properties.end() ? nullptr : &found->second;
}

namespace {

std::vector<std::string> in_order(const Property& property) {
    auto all = members(property);
    for (auto& one : all) one = lower_case(one);
    std::sort(all.begin(), all.end());
    return all;
}

bool speaks(const Property& property) { return !property.null && !property.values.empty(); }

// Two spellings of one property ("LocalPort", "LocalPorts") that say different things. Numbers and words of a profile
// may be the same.
bool differ_as_words(std::string_view name, const Property& a, const Property& b) {
    const bool ports = name == "localport" || name == "remoteport";
    const auto words = [](const Property& property) {
        return std::none_of(property.values.begin(), property.values.end(),
                            [](const auto& value) { return value.find_first_of("0123456789") != std::string::npos; });
    };
    if (!ports && !(name == "profile" && words(a) && words(b))) return false;
    return speaks(a) && speaks(b) && !lost(a) && !lost(b) && in_order(a) != in_order(b);
}

}  // namespace

void Record::add(const std::string& name, Property property) {
    const auto [known, first] = properties.try_emplace(name, property);
    if (!first && differ_as_words(name, known->second, property)) {
        known->second = Property{{}, true};
        contradicted.push_back(name);
        return;
    }
    if (!first && (known->second.null || known->second.values.empty())) known->second = std::move(property);
}

namespace {

// Properties of filter objects that decide what a rule matches; objects differ in others.
bool is_filter_property(std::string_view name) {
    constexpr auto kNames = std::to_array<std::string_view>(
        {"protocol", "localport", "remoteport", "icmptype", "localaddress", "remoteaddress", "program", "service",
         "package", "interfacetype", "interfacealias", "authentication", "encryption", "localuser", "remoteuser",
         "remotemachine", "overrideblockrules", "dynamictarget"});
    return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

}  // namespace

void Record::join(const std::string& name, const Property& property) {
    const Property* known = find(name);
    const bool differ = known && speaks(*known) && speaks(property) && in_order(*known) != in_order(property);
    if (!differ || !is_filter_property(name)) return add(name, property);
    properties[name] = Property{{}, true};
    contradicted.push_back(name);
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
// The profiles that a record of a profile names: by a word, a number, or the end of its id.
ProfileMask profiles_of(const Record& record) {
    ProfileMask mask;
    for (const auto* property : {"name", "profile", "instanceid"}) {
        const Property* named = record.find(property);
        if (!named || named->null) continue;
        for (const auto& word : members(*named)) {
            const std::string_view last =
                std::string_view(word).substr(word.find('|') == word.npos ? 0 : word.rfind('|') + 1);
            for (const Profile profile : kProfiles) {
                const std::string bit = std::to_string(1 << static_cast<int>(profile));
                if (same_word(last, to_string(profile)) || last == bit) mask.add(profile);
            }
        }
        if (!mask.empty()) break;
    }
    return mask;
}

}  // namespace

bool is_profile(const Record& record) {
    if (is_rule(record)) return false;
    return record.find("defaultinboundaction") || (record.find("enabled") && !profiles_of(record).empty());
}

namespace {

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

// Where a rule came from, in numbers of [MS-FASP] 2.2.32. No kind: the system made it, it is no policy.
struct Origin {
    std::optional<StoreKind> kind;
    std::string policy;  // of group policy: the object
    std::string doubt;   // an origin that is not known to be in force here; else empty
};

Origin origin_of(const Record& record) {
    const std::string type = first(record, "policystoresourcetype");
    const std::string source = first(record, "policystoresource");
    const auto is = [&](std::string_view word, std::string_view number) {
        return same_word(type, word) || type == number;
    };
    if (is("GroupPolicy", "2")) return {StoreKind::group_policy, source, {}};
    if (is("Mdm", "6") || find_word(type, "Mdm") != std::string::npos || find_word(source, "Mdm") != std::string::npos)
        return {StoreKind::mdm, {}, {}};
    if (is("Dynamic", "3")) return {StoreKind::dynamic, {}, {}};
    if (is("Generated", "4") || is("Hardcoded", "5")) return {};
    if (type.empty() || is("None", "0") || is("Local", "1")) return {StoreKind::local, {}, {}};
    return {StoreKind::local, {}, type};
}

class RecordReader {
public:
    explicit RecordReader(Export& into) : into_(into) {}

    bool run(std::vector<Record> records) {
        // Rules and profiles of virtual machines (Get-NetFirewallHyperVRule) say nothing of the host.
        hyper_v_ = std::erase_if(records, [](const Record& record) {
            const Property* machine = record.find("vmcreatorid");
            return machine && !machine->null && !first(record, "vmcreatorid").empty();
        });
        std::unordered_map<std::string, std::size_t> rules;  // by InstanceID
        for (std::size_t i = 0; i < records.size(); ++i) {
            if (is_rule(records[i])) rules.try_emplace(first(records[i], "instanceid"), i);
        }
        for (const Record& record : records) {
            if (is_rule(record) || is_profile(record)) continue;
            const auto rule = rules.find(first(record, "instanceid"));
            if (rule == rules.end() || rule->first.empty()) continue;
            Record& joined = records[rule->second];
            for (const auto& [name, property] : record.properties) {
                if (std::find(joined.contradicted.begin(), joined.contradicted.end(), name) ==
                    joined.contradicted.end())
                    joined.join(name, property);
            }
        }
        for (const Record& record : records) {
            if (is_rule(record)) read_rule(record);
        }
        for (const Record& record : records) {
            if (!is_rule(record) && is_profile(record)) read_profile(record);
        }
        tell_missing();
        for (auto& [place, store] : stores_) into_.stores.push_back(std::move(store));
        return !into_.stores.empty();
    }

private:
    Store& store(StoreKind kind, const std::string& policy = {}) {
        Store& held = stores_[{kind, policy}];
        held.kind = kind;
        held.name = policy;
        return held;
    }

    void read_rule(const Record& record) {
        const Origin origin = origin_of(record);
        if (!origin.kind) {
            ++generated_;
            return;
        }
        // Only the active store knows what is enforced.
        const std::string enforced = first(record, "enforcementstatus");
        active_store_ = active_store_ || (!enforced.empty() && enforced != "0" && !same_word(enforced, "Invalid") &&
                                          !same_word(enforced, "NotApplicable") && !same_word(enforced, "Unknown"));
        WrittenRule written = write_rule(record);
        for (const auto& name : record.contradicted) {
            conflict(fmt::format("filters of rule '{}' say different things in {}", written.raw.id, name), record.span);
            written.raw.doubts.push_back(
                {ConditionKind::other, fmt::format("{} as one of its filters says", name), record.span});
        }
        if (!origin.doubt.empty()) {
            written.raw.doubts.push_back({ConditionKind::other,
                                          fmt::format("rules of origin {} are in force on this host", origin.doubt),
                                          record.span});
        }
        if (!written.missing.empty() && incomplete_++ == 0) first_incomplete_ = record.span;
        add_once(missing_, written.missing);
        add_once(absent_, written.absent);
        ++rules_;
        store(*origin.kind, origin.policy).rules.push_back(interpret(written.raw, into_.notes));
    }

    void read_profile(const Record& record) {
        const ProfileMask named = profiles_of(record);
        if (named.empty()) return leave_open(record);
        for (const Profile profile : kProfiles) {
            if (!named.contains(profile)) continue;
            ProfileSettings& settings = store(StoreKind::local).profile(profile);
            set(settings, Setting::enable_firewall, record, "enabled", false);
            set(settings, Setting::shielded, record, "allowinboundrules", true);
            set_merge(profile, Setting::allow_local_rules, record, "allowlocalfirewallrules");
            set_merge(profile, Setting::allow_program_exceptions, record, "allowuserapps");
            set_merge(profile, Setting::allow_port_exceptions, record, "allowuserports");
            read_disabled_interfaces(settings, record);
            set_log(settings, LogSetting::file_size, record, "logmaxsizekilobytes");
            set_log(settings, LogSetting::dropped_packets, record, "logblocked");
            set_log(settings, LogSetting::successful_connections, record, "logallowed");
            set_action(settings, Setting::default_inbound_block, record, "defaultinboundaction");
            set_action(settings, Setting::default_outbound_block, record, "defaultoutboundaction");
            const std::string answers = first(record, "allowunicastresponsetomulticast");
            if (const auto on = truth(answers); on && is_set(answers))
                record_setting(profile, *on ? "0" : "1", record.span);
        }
    }

    void record_setting(Profile profile, std::string value, SourceSpan span) {
        record(into_, "DisableUnicastResponsesToMulticastBroadcast", std::move(value), std::string(to_string(profile)),
               span);
    }

    // Settings of a profile that does not say which.
    void leave_open(const Record& record) {
        into_.notes.push_back({NoteKind::unparsed_line, "a profile does not say which one it is",
                               "export its Name as well", record.span});
        for (const Profile profile : kProfiles) {
            for (const Setting setting : {Setting::enable_firewall, Setting::shielded, Setting::default_inbound_block,
                                          Setting::default_outbound_block})
                store(StoreKind::local).profile(profile)[setting] = SettingValue{std::nullopt, record.span};
        }
    }

    void conflict(std::string message, SourceSpan span) {
        into_.notes.push_back({NoteKind::conflicting_definition, std::move(message),
                               "export one store alone: -PolicyStore ActiveStore", span});
    }

    // A profile that stands twice may be of two stores, of which one holds.
    void keep(ProfileSettings& settings, Setting setting, SettingValue value, std::string_view name) {
        auto& known = settings[setting];
        if (known && known->value != value.value) {
            conflict(fmt::format("{} of profile '{}' stands twice with different values", to_string(setting), name),
                     value.span);
            value.value.reset();
        }
        known = value;
    }

    // Of GpoBoolean: 0 false, 1 true, 2 not configured.
    static bool is_set(std::string_view word) {
        return !word.empty() && word != "2" && !same_word(word, "NotConfigured");
    }

    void set(ProfileSettings& settings, Setting setting, const Record& record, std::string_view name, bool inverted) {
        const std::string word = first(record, name);
        if (!is_set(word)) return;
        auto value = truth(word);
        if (value && inverted) value = !*value;
        keep(settings, setting, SettingValue{value, record.span}, first(record, "name"));
    }

    // They count in the active store, and mean nothing in the persistent one; a profile does not say where it is from.
    void set_merge(Profile profile, Setting setting, const Record& record, std::string_view name) {
        const std::string word = first(record, name);
        if (!is_set(word) || truth(word) == std::optional(true)) return;
        store(StoreKind::group_policy).profile(profile)[setting] = SettingValue{truth(word), record.span, false};
    }

    static void read_disabled_interfaces(ProfileSettings& settings, const Record& record) {
        const Property* property = record.find("disabledinterfacealiases");
        if (!property || property->null || lost(*property)) return;
        const auto all = members(*property);
        if (!all.empty() && !same_word(all[0], "NotConfigured"))
            settings.disabled_interfaces = {fmt::format("{}", fmt::join(all, ", ")), record.span};
    }

    static void set_log(ProfileSettings& settings, LogSetting setting, const Record& record, std::string_view name) {
        const std::string word = first(record, name);
        if (word.empty() || same_word(word, "NotConfigured")) return;
        const auto flag = truth(word);
        const auto count = number<std::uint32_t>(word);
        if (setting == LogSetting::file_size ? !count : !flag) return;
        settings.log(setting) = LogValue{setting == LogSetting::file_size ? *count : std::uint32_t{*flag}, record.span};
    }

    void set_action(ProfileSettings& settings, Setting setting, const Record& record, std::string_view name) {
        const std::string word = first(record, name);
        if (word.empty() || word == "0" || same_word(word, "NotConfigured")) return;
        const bool block = same_word(word, "Block") || word == "4";
        const bool allow = same_word(word, "Allow") || word == "2";
        keep(settings, setting, SettingValue{block || allow ? std::optional(block) : std::nullopt, record.span},
             first(record, "name"));
    }

    void tell_missing() {
        const bool policy = std::any_of(stores_.begin(), stores_.end(),
                                        [](const auto& held) { return held.first.first == StoreKind::group_policy; });
        if (!policy && rules_ > 0 && !active_store_) {
            into_.notes.push_back({NoteKind::partial_export,
                                   "no rule comes from group policy: without -PolicyStore ActiveStore the cmdlets show "
                                   "the local store alone",
                                   "export Get-NetFirewallRule -PolicyStore ActiveStore and its filters",
                                   {}});
        }
        std::vector<const FirewallRule*> rules;
        for (const auto& [place, held] : stores_) {
            for (const FirewallRule& rule : held.rules) rules.push_back(&rule);
        }
        assume_directions(rules, into_);
        if (rules_ + generated_ == 0 && !stores_.empty()) {
            into_.assumptions.emplace_back(
                "No rule stands in the stores of which the export shows the profiles alone.");
            into_.notes.push_back({NoteKind::partial_export,
                                   "the export shows the profiles and no rule",
                                   "export Get-NetFirewallRule joined with its filters as well",
                                   {}});
        }
        if (hyper_v_ > 0) {
            into_.notes.push_back({NoteKind::information,
                                   fmt::format("{} rules and profiles of the Hyper-V firewall (VMCreatorId) are left "
                                               "out: they are for virtual machines, not for the host",
                                               hyper_v_),
                                   {},
                                   {}});
        }
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
                               "AddressFilter, ApplicationFilter, ServiceFilter, InterfaceFilter, "
                               "InterfaceTypeFilter and SecurityFilter in an elevated shell",
                               first_incomplete_});
    }

    Export& into_;
    std::map<std::pair<StoreKind, std::string>, Store> stores_;  // by kind and policy object
    bool active_store_ = false;                                  // a rule says whether it is enforced
    std::size_t rules_ = 0, generated_ = 0, incomplete_ = 0, hyper_v_ = 0;
    std::vector<std::string> missing_, absent_;
    SourceSpan first_incomplete_;
};

}  // namespace

bool read_computer(std::vector<Record> records, Export& into) { return RecordReader(into).run(std::move(records)); }

}  // namespace fwproof::windows
