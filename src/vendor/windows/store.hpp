// A policy store: the rules and profile settings of one origin, before stores are layered.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "fwproof/policy/policy.hpp"
#include "vendor/windows/rule.hpp"

namespace fwproof::windows {

// A setting of one profile, always in the registry's sense: a true default action blocks.
enum class Setting : std::uint8_t {
    enable_firewall,
    default_inbound_block,
    default_outbound_block,
    shielded,                  // DoNotAllowExceptions
    allow_local_rules,         // AllowLocalPolicyMerge
    allow_program_exceptions,  // AuthorizedApplications, AllowUserPrefMerge
    allow_port_exceptions,     // GloballyOpenPorts, AllowUserPrefMerge
};
inline constexpr int kSettingCount = 7;

struct SettingValue {
    std::optional<bool> value;  // nothing: it is written, but cannot be read
    SourceSpan span;
    bool certain = true;  // false: it is in force only under conditions
};

// What a profile writes into its log. It decides nothing, but audits ask for it.
enum class LogSetting : std::uint8_t { file_size, dropped_packets, successful_connections };
inline constexpr int kLogSettingCount = 3;

struct LogValue {
    std::uint32_t value = 0;  // kilobytes, or 0 and 1
    SourceSpan span;
};

// Interfaces that are taken out of the firewall.
struct DisabledInterfaces {
    std::string names;  // as the export has them
    SourceSpan span;    // empty: none are
    explicit operator bool() const { return static_cast<bool>(span); }
};

struct ProfileSettings {
    std::array<std::optional<SettingValue>, kSettingCount> values;
    std::array<std::optional<LogValue>, kLogSettingCount> logs;
    DisabledInterfaces disabled_interfaces;

    std::optional<LogValue>& log(LogSetting s) { return logs[static_cast<std::size_t>(s)]; }
    const std::optional<LogValue>& log(LogSetting s) const { return logs[static_cast<std::size_t>(s)]; }

    std::optional<SettingValue>& operator[](Setting s) { return values[static_cast<std::size_t>(s)]; }
    const std::optional<SettingValue>& operator[](Setting s) const { return values[static_cast<std::size_t>(s)]; }
};

// The word for a setting in the registry ("EnableFirewall"), and back; words that decide nothing are not found.
std::string_view to_string(Setting setting);
std::optional<Setting> find_setting(std::string_view name);
std::optional<LogSetting> find_log_setting(std::string_view name);  // "LogFileSize", ...
// Known, but without part in the question what is let through (logging, notifications, stealth mode).
bool is_idle_setting(std::string_view name);
// Of these, one that lets packets in which are no first ones: its name in the registry. Empty: none.
std::string_view find_recorded_setting(std::string_view name);

enum class StoreKind : std::uint8_t {
    group_policy,
    mdm,      // device management
    local,    // the persistent store of the host
    dynamic,  // rules that programs add until the firewall starts again
};
std::string_view to_string(StoreKind kind);  // "group policy", "device management", "local", "dynamic"

// What a policy object takes out of those that it wins over: a value, all of a key, or the key.
struct Deletion {
    std::string key;      // below Policies\\Microsoft\\WindowsFirewall, in lower case; empty: that key itself
    std::string name;     // in lower case; empty: its default value
    bool values = false;  // all values of the key, whatever the name
    bool below = false;   // the whole key with all below it
    SourceSpan span;
};

struct Store {
    StoreKind kind{};
    std::string name;  // of the policy object; may be empty
    std::string file;  // that it was read from
    std::vector<FirewallRule> rules;
    std::array<ProfileSettings, 3> profiles;  // by Profile
    std::string version;                      // of the rule schema, as the export has it
    bool lossy = false;                       // a report that is known to leave things out
    bool lossy_ids = false;                   // rules carry no ids of their own, so that equal ones mean nothing
    std::optional<Condition> doubt;           // the store is in force only if this holds
    bool applies = true;                      // false: the policy object is switched off
    std::string applies_why;
    bool kind_open = false;           // a local store, or an exported policy object: the file is the same
    bool written_by_policy = false;   // of local ones: values that a policy object writes, not the host's own export
    std::optional<std::size_t> rank;  // of policy objects in their order: 0 wins over 1; nothing: not known
    std::vector<Deletion> deletions;

    ProfileSettings& profile(Profile p) { return profiles[static_cast<std::size_t>(p)]; }
    const ProfileSettings& profile(Profile p) const { return profiles[static_cast<std::size_t>(p)]; }
};

// Everything that one device's inputs hold.
struct Export {
    std::string device;
    std::vector<Store> stores;
    std::vector<Note> notes;
    std::vector<std::string> assumptions;
    std::vector<fwproof::Setting> settings;  // what decides no first packet, but is compared
    SourceSpan service_off;                  // where the service of the firewall is disabled; empty: it is not
    std::vector<SourceRef> sources;          // made by readers of binary forms
};

}  // namespace fwproof::windows
