// From registry values to stores: deletions and repeated values first, then every value under what its key means.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "vendor/windows/beside_rules.hpp"
#include "vendor/windows/registry.hpp"
#include "vendor/windows/words.hpp"

namespace fwproof::windows {

namespace {

// Values that are still there at the end, in the order of their last writing. What is written only under conditions
// leaves what stood there before.
std::vector<RegistryValue> surviving(std::vector<RegistryValue> values) {
    constexpr char kBeforeName = '\1';  // sorts below the backslash of a subkey
    std::map<std::string, std::vector<std::size_t>> live;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const RegistryValue& value = values[i];
        const std::string key = lower_case(value.key);
        if (value.deletes_key) {
            live.erase(live.lower_bound(key + "\\"), live.lower_bound(key + "]"));
        }
        if (value.deletes_key || value.deletes_values) {
            live.erase(live.lower_bound(key + kBeforeName), live.lower_bound(key + "\2"));
        } else if (value.deletes_value) {
            live.erase(key + kBeforeName + lower_case(value.name));
        } else {
            auto& there = live[key + kBeforeName + lower_case(value.name)];
            if (value.doubts.empty()) there.clear();
            for (const std::size_t index : there) values[index].written_over = value.span;
            there.push_back(i);
        }
    }
    std::vector<std::size_t> order;
    order.reserve(live.size());
    for (const auto& [name, there] : live) order.insert(order.end(), there.begin(), there.end());
    std::sort(order.begin(), order.end());
    std::vector<RegistryValue> left;
    left.reserve(order.size());
    for (const std::size_t index : order) left.push_back(std::move(values[index]));
    return left;
}

// The part of a local store's key in front of the services: "...\\ControlSet001". Empty for other keys.
std::string_view control_set(std::string_view key) {
    const auto found = find_word(key, "\\Services\\SharedAccess\\");
    return found == std::string_view::npos ? std::string_view() : key.substr(0, found);
}

// A whole SYSTEM hive holds several generations of the local store; one of them is in force.
std::string choose_control_set(const std::vector<RegistryValue>& values, Export& into) {
    std::map<std::string, SourceSpan> sets;
    std::string current;
    const std::string* last_key = nullptr;
    for (const RegistryValue& value : values) {
        if (same_word(value.name, "Current") && value.type == ValueType::number &&
            lower_case(value.key).ends_with("select")) {
            current = fmt::format("controlset{:03}", value.number);
        }
        if (last_key && *last_key == value.key) continue;
        last_key = &value.key;
        if (const auto set = control_set(value.key); !set.empty()) sets.try_emplace(lower_case(set), value.span);
    }
    if (sets.size() < 2) return {};
    auto chosen = sets.begin();
    bool told = false;
    for (auto set = sets.begin(); set != sets.end(); ++set) {
        if (!set->first.ends_with("currentcontrolset")) continue;
        chosen = set;
        told = true;
    }
    for (auto set = sets.begin(); set != sets.end(); ++set) {
        if (current.empty() || !set->first.ends_with(current)) continue;
        chosen = set;
        told = true;
    }
    into.notes.push_back({told ? NoteKind::information : NoteKind::partial_export,
                          fmt::format("{} control sets hold a local store; {} is read", sets.size(), chosen->first),
                          told ? "" : "export HKLM\\SYSTEM\\Select as well, or HKLM\\SYSTEM\\CurrentControlSet alone",
                          chosen->second});
    if (!told)
        into.assumptions.push_back(
            fmt::format("Of {} control sets, {} is the one in force; the export does not say which is.", sets.size(),
                        chosen->first));
    return chosen->first;
}

// What a policy object deletes where others have set it.
std::vector<Deletion> deletions_of(const std::vector<RegistryValue>& values) {
    std::vector<Deletion> deletions;
    for (const RegistryValue& value : values) {
        if (!value.deletes_key && !value.deletes_value && !value.deletes_values) continue;
        const auto place = policy_place(value.key);
        if (place)
            deletions.push_back({*place, lower_case(value.name), value.deletes_values, value.deletes_key, value.span});
        else if (value.deletes_key && holds_policy(value.key))
            deletions.push_back({{}, {}, false, true, value.span});
    }
    return deletions;
}

// Where the firewall, or the engine below it, is kept from starting nothing is filtered. Stops at values of control
// sets that are not in force.
void read_services(const RegistryValue& value, std::string_view chosen, Export& into) {
    constexpr unsigned kDisabled = 4;
    if (into.service_off || value.type != ValueType::number || value.number != kDisabled) return;
    if (!same_word(value.name, "Start")) return;
    for (const std::string_view service : {"\\Services\\MpsSvc", "\\Services\\BFE"}) {
        const std::size_t set = value.key.size() - std::min(service.size(), value.key.size());
        if (!same_word(std::string_view(value.key).substr(set), service)) continue;
        if (!chosen.empty() && !same_word(value.key.substr(0, set), chosen)) continue;
        into.service_off = value.span;
        into.notes.push_back({NoteKind::unmodelled_condition,
                              fmt::format("the service {} is disabled: whether anything is filtered is not known",
                                          service.substr(service.rfind('\\') + 1)),
                              "let it start automatically, or delete the value", value.span});
    }
}

class StoreReader {
public:
    StoreReader(std::optional<StoreKind> root, Export& into) : root_(root), into_(into) {}

    void read(const RegistryValue& value) {
        if (value.key != last_key_ || !have_key_) {
            last_key_ = value.key;
            place_ = classify_key(value.key, root_);
            have_key_ = true;
        }
        // A broken line of a profile may be any of its settings.
        if (value.reported && decides(place_.meaning) && place_.meaning != KeyMeaning::rules &&
            place_.meaning != KeyMeaning::profile)
            return leave_open(value.span);
        switch (place_.meaning) {
            case KeyMeaning::unrelated:
            case KeyMeaning::ignored: return;
            case KeyMeaning::defaults: ++defaults_; return;
            case KeyMeaning::other_rules: return read_other(value);
            case KeyMeaning::global: return read_global(value);
            case KeyMeaning::rules: return read_rule(value);
            case KeyMeaning::profile: return read_profile(value);
            case KeyMeaning::profile_service: return read_service(value);
            case KeyMeaning::profile_log: return read_log(value);
            case KeyMeaning::profile_program_exceptions: return read_merge(value, Setting::allow_program_exceptions);
            case KeyMeaning::profile_port_exceptions: return read_merge(value, Setting::allow_port_exceptions);
            case KeyMeaning::exception_list: return read_exception(value);
        }
    }

    void finish(std::vector<Deletion> deletions) {
        if (!deletions.empty()) {
            held_[StoreKind::group_policy].store.kind = StoreKind::group_policy;
            held_[StoreKind::group_policy].store.deletions = std::move(deletions);
        }
        for (auto& [kind, held] : held_) {
            if (kind == StoreKind::local)
                finish_local(held);
            else
                finish_policy(held);
            into_.stores.push_back(std::move(held.store));
        }
        beside_.tell(into_);
        if (defaults_ > 0) {
            into_.notes.push_back(
                {NoteKind::information,
                 fmt::format("{} values of the factory defaults are never in force; they are left out", defaults_),
                 {},
                 {}});
        }
    }

private:
    // The local store keeps the private profile under the name of Windows XP, StandardProfile.
    struct Held {
        Store store;
        ProfileSettings standard;
        bool has_standard = false;
    };

    void note(NoteKind kind, std::string message, std::string hint, SourceSpan span) {
        into_.notes.push_back({kind, std::move(message), std::move(hint), span});
    }

    Held& held() {
        Held& held = held_[place_.store];
        held.store.kind = place_.store;
        held.store.kind_open = held.store.kind_open || (place_.at_root && place_.store == StoreKind::local);
        return held;
    }

    void read_other(const RegistryValue& value) {
        beside_.add(place_.what, fmt::format("{}\\{}={}", lower_case(value.key), value.name, value.text.text),
                    value.span);
        const bool hardening = find_word(value.key, "RestrictedServices\\Static") != std::string_view::npos ||
                               find_word(value.key, "RestrictedServices\\Configurable") != std::string_view::npos;
        const bool security = same_word(place_.what, "ConSecRules");
        if (value.type != ValueType::text || !(hardening || security)) return;
        std::vector<Note> unheard;  // the value is no firewall rule
        const RawRule raw = parse_rule_string(value.name, value.text, value.span, unheard);
        if (hardening)
            beside_.add_hardening(raw);
        else
            beside_.add_connection_security(raw);
    }

    void read_global(const RegistryValue& value) {
        if (value.type != ValueType::number) return;
        if (same_word(value.name, "PolicyVersion"))
            held().store.version = fmt::format("{}.{}", value.number >> 8, value.number & 0xff);
        if (const auto name = find_recorded_setting(value.name); !name.empty())
            record(into_, std::string(name), std::to_string(value.number), {}, value.span);
    }

    void read_rule(const RegistryValue& value) {
        if (value.type == ValueType::text && !value.reported && trimmed(value.text.text).empty()) {
            // It stands for no rule, and yet replaces the same value of an object that has to give way.
            FirewallRule none;
            none.id = value.name;
            none.span = value.span;
            none.error = "its value is empty";
            none.certain = value.doubts.empty() && !value.written_over;
            held().store.rules.push_back(std::move(none));
            return note(NoteKind::information, fmt::format("value '{}' is empty: no rule; it is left out", value.name),
                        "delete the value, or write its rule", value.span);
        }
        RawRule raw;
        if (value.type == ValueType::text) {
            raw = parse_rule_string(value.name, value.text, value.span, into_.notes);
        } else {
            raw.id = value.name;
            raw.span = value.span;
            raw.unreadable = true;
            if (!value.reported)
                note(NoteKind::unparsed_line, fmt::format("rule '{}' is not a text value", value.name), {}, value.span);
        }
        raw.doubts = value.doubts;
        if (value.written_over)
            raw.doubts.push_back({ConditionKind::other,
                                  fmt::format("'{}' is not written over by what follows", value.name),
                                  value.written_over});
        raw.certain = raw.doubts.empty();
        held().store.rules.push_back(interpret(raw, into_.notes));
    }

    void read_profile(const RegistryValue& value) {
        if (const auto setting = find_setting(value.name)) return read_setting(value, *setting);
        if (same_word(value.name, "DisabledInterfaces")) {
            if (value.type != ValueType::text || !trimmed(value.text.text).empty())
                settings().disabled_interfaces = {std::string(trimmed(value.text.text)), value.span};
            return;
        }
        if (const auto name = find_recorded_setting(value.name); !name.empty() && value.type == ValueType::number)
            record(into_, std::string(name), std::to_string(value.number), std::string(to_string(place_.profile)),
                   value.span);
        if (is_idle_setting(value.name)) return;
        if (value.reported) return leave_open(value.span);
        note(NoteKind::information,
             fmt::format("profile setting '{}' is not known to decide anything; it is left out", value.name), {},
             value.span);
    }

    void leave_open(SourceSpan span) {
        for (const Setting setting : {Setting::enable_firewall, Setting::shielded, Setting::default_inbound_block,
                                      Setting::default_outbound_block})
            settings()[setting] = SettingValue{std::nullopt, span};
    }

    void read_setting(const RegistryValue& value, Setting setting) {
        SettingValue read{std::nullopt, value.span, value.doubts.empty() && !place_.private_of_local};
        if (value.type == ValueType::number && value.number <= 1) {
            read.value = value.number == 1;
        } else if (!value.reported) {
            note(NoteKind::unparsed_line,
                 fmt::format("'{}' is neither 0 nor 1: it may have either meaning", value.name),
                 "write dword:00000000 or dword:00000001", value.span);
        }
        auto& known = settings()[setting];
        if (known && known->value != read.value) read.value.reset();  // it was written before, and may be so still
        read.certain = read.certain || (known && known->certain);
        known = read;
    }

    // Where the settings of the profile at hand are gathered.
    ProfileSettings& settings() {
        Held& store = held();
        if (!place_.standard_profile) return store.store.profile(place_.profile);
        store.has_standard = true;
        return store.standard;
    }

    void read_log(const RegistryValue& value) {
        const auto setting = find_log_setting(value.name);
        if (!setting || value.type != ValueType::number) return;
        settings().log(*setting) = LogValue{static_cast<std::uint32_t>(value.number), value.span};
    }

    void read_merge(const RegistryValue& value, Setting setting) {
        if (same_word(value.name, "AllowUserPrefMerge")) read_setting(value, setting);
    }

    void read_exception(const RegistryValue& value);
    void read_service(const RegistryValue& value);
    RawRule old_opening(const RegistryValue& value, std::string_view what, std::string id);

    static void finish_local(Held& held) {
        if (held.has_standard) held.store.profile(Profile::private_) = held.standard;
    }

    // Policies for Windows XP know one profile outside the domain. Whether a later Windows takes it for both of its own
    // is not documented, so it holds only perhaps.
    void finish_policy(Held& held) {
        for (std::size_t i = 0; i < held.standard.values.size(); ++i) {
            auto standard = held.standard.values[i];
            if (!standard) continue;
            note(NoteKind::assumed_default,
                 fmt::format("{} of StandardProfile may hold in the private and the public profile",
                             to_string(static_cast<Setting>(i))),
                 "set it in PrivateProfile and PublicProfile", standard->span);
            standard->certain = false;
            for (const Profile profile : {Profile::private_, Profile::public_}) {
                auto& setting = held.store.profile(profile).values[i];
                if (!setting) setting = standard;
            }
        }
        ProfileSettings& settings = held.store.profile(Profile::private_);
        for (std::size_t i = 0; i < settings.logs.size(); ++i) {
            if (!settings.logs[i]) settings.logs[i] = held.standard.logs[i];
        }
        if (!settings.disabled_interfaces) settings.disabled_interfaces = held.standard.disabled_interfaces;
    }

    std::optional<StoreKind> root_;
    Export& into_;
    std::map<StoreKind, Held> held_;
    BesideRules beside_;
    std::size_t defaults_ = 0;
    std::string last_key_;
    bool have_key_ = false;
    KeyPlace place_;
};

constexpr std::size_t kActiveField = 2;

// An opening in a form of Windows XP. Whether a later Windows honours it depends on the host, so it is conditional.
RawRule StoreReader::old_opening(const RegistryValue& value, std::string_view what, std::string id) {
    note(NoteKind::unmodelled_condition,
         fmt::format("exception '{}' is written in the form of Windows XP; it may let traffic in", id),
         "write it as a rule of Windows Firewall with Advanced Security", value.span);
    RawRule raw;
    raw.id = std::move(id);
    raw.span = value.span;
    raw.doubts = value.doubts;
    raw.doubts.push_back({ConditionKind::other, fmt::format("{} is honoured", what), value.span});
    const auto add = [&](std::string_view key, std::string_view data) {
        raw.fields.push_back({std::string(key), std::string(data), value.span});
    };
    add("Action", "Allow");
    add("Dir", "In");
    add("Active", "TRUE");  // kActiveField
    add("Profile", to_string(place_.profile));
    if (place_.standard_profile && place_.store != StoreKind::local) add("Profile", to_string(Profile::public_));
    return raw;
}

// "Services\\FileAndPrint" with Enabled 1, and the like.
void StoreReader::read_service(const RegistryValue& value) {
    struct Opening {
        std::string_view key;
        std::string_view protocol, what;  // one port, a range or a word; of ICMP a type, or nothing
    };
    constexpr auto kOpenings = std::to_array<Opening>({{"Services\\FileAndPrint", "6", "139"},
                                                       {"Services\\FileAndPrint", "6", "445"},
                                                       {"Services\\FileAndPrint", "17", "137-138"},
                                                       {"Services\\FileAndPrint", "1", "8:*"},
                                                       {"Services\\RemoteDesktop", "6", "3389"},
                                                       {"Services\\UPnPFramework", "6", "2869"},
                                                       {"Services\\UPnPFramework", "17", "1900"},
                                                       {"RemoteAdminSettings", "6", "135"},
                                                       {"RemoteAdminSettings", "6", "445"},
                                                       {"RemoteAdminSettings", "6", "RPC"},
                                                       {"IcmpSettings", "1", ""}});
    held();  // what is switched off is firewall policy, too
    if (value.type == ValueType::number && value.number == 0) return;
    const bool icmp = same_word(place_.what, "IcmpSettings");
    if (!icmp && !same_word(value.name, "Enabled")) return;
    const std::string id = fmt::format("{}\\{}", place_.what, value.name);
    for (const Opening& opening : kOpenings) {
        if (!same_word(opening.key, place_.what)) continue;
        RawRule raw = old_opening(value, id, id);
        raw.fields.push_back({"Protocol", std::string(opening.protocol), value.span});
        const std::string_view list = opening.protocol == "1" ? "ICMP4" : "LPort";
        if (!opening.what.empty()) raw.fields.push_back({std::string(list), std::string(opening.what), value.span});
        held().store.rules.push_back(interpret(raw, into_.notes));
    }
}

// "135:TCP" = "135:TCP:10.0.0.0/8,localsubnet:Enabled:Name" and "path" = "path:scope:Enabled:Name".
void StoreReader::read_exception(const RegistryValue& value) {
    RawRule raw = old_opening(value, fmt::format("the {} list", place_.what), value.name);
    std::string_view text = value.text.text;
    const bool program = same_word(place_.what, "AuthorizedApplications");
    const auto add = [&](std::string_view key, std::string_view data) {
        raw.fields.push_back({std::string(key), std::string(data), value.span});
    };
    // The state stands before the name, which may hold any words.
    if (find_word(text, ":Disabled:") < find_word(text, ":Enabled:")) raw.fields[kActiveField].value = "FALSE";
    if (program) {
        add("App", value.name);
    } else if (const auto colon = text.find(':'); colon != std::string_view::npos) {
        const bool udp = starts_with_word(text.substr(colon + 1), "UDP:");
        add("Protocol", udp ? "17" : "6");
        add("LPort", text.substr(0, colon));
    }
    held().store.rules.push_back(interpret(raw, into_.notes));
}

}  // namespace

void read_values(std::vector<RegistryValue> values, std::optional<StoreKind> root, Export& into) {
    const std::string chosen = choose_control_set(values, into);
    std::vector<Deletion> deletions = deletions_of(values);
    StoreReader reader(root, into);
    for (const RegistryValue& value : surviving(std::move(values))) {
        if (!chosen.empty()) {
            if (const auto set = control_set(value.key); !set.empty() && !same_word(set, chosen)) continue;
        }
        read_services(value, chosen, into);
        reader.read(value);
    }
    reader.finish(std::move(deletions));
}

}  // namespace fwproof::windows
