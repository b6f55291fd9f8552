// Registry values, whatever file they came from, and what their keys mean.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "vendor/windows/rule_string.hpp"
#include "vendor/windows/store.hpp"

namespace fwproof::windows {

enum class ValueType : std::uint8_t { text, number, other };

// One value. Later values of the same key and name replace earlier ones, if they are surely written.
struct RegistryValue {
    std::string key;  // below HKEY_LOCAL_MACHINE or the file's root, "\" between the parts
    std::string name;
    ValueType type{};
    LocatedText text;  // of type text
    std::uint32_t number = 0;
    SourceSpan span;        // the statement
    bool reported = false;  // the carrier has said already that it cannot be read
    bool deletes_value = false;
    bool deletes_values = false;    // all of the key; not those of keys below it
    bool deletes_key = false;       // and all below it
    std::vector<Condition> doubts;  // the value is only written under these conditions
    SourceSpan written_over;        // by one that is written only under conditions; empty: by none
};

// What a key holds.
enum class KeyMeaning : std::uint8_t {
    unrelated,  // not the firewall's
    global,
    rules,
    profile,
    profile_program_exceptions,  // AuthorizedApplications
    profile_port_exceptions,     // GloballyOpenPorts
    exception_list,              // the List below either: rules of Windows XP
    profile_log,                 // Logging
    profile_service,             // IcmpSettings, Services, RemoteAdminSettings: openings of Windows XP
    ignored,
    other_rules,  // connection security, service hardening, application isolation
    defaults,     // what "restore defaults" would write; never in force
};

// Whether a value there can change a verdict.
bool decides(KeyMeaning meaning);

struct KeyPlace {
    KeyMeaning meaning = KeyMeaning::unrelated;
    StoreKind store = StoreKind::local;
    Profile profile{};
    bool standard_profile = false;  // written as StandardProfile
    bool at_root = false;           // found by the root of the file alone
    bool private_of_local = false;  // PrivateProfile of a local store, which Windows does not use
    std::string_view what;          // of other_rules: the name of the key; of openings: the part below the profile
};

// `root`: the store that the root of the file stands for (an exported policy hive), if it does.
KeyPlace classify_key(std::string_view key, std::optional<StoreKind> root = std::nullopt);

// The part of a key below Policies\\Microsoft\\WindowsFirewall, in lower case; empty for that key. Nothing: elsewhere.
std::optional<std::string> policy_place(std::string_view key);
// Where a value is put whose line does not say where it stands: it may be any rule of the firewall.
inline constexpr std::string_view kUnknownPlace = "SOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\FirewallRules";
// Whether that key lies below this one, or is it.
bool holds_policy(std::string_view key);

// Sorts the values into stores and reads the rules. Stores without any value are not made.
void read_values(std::vector<RegistryValue> values, std::optional<StoreKind> root, Export& into);

}  // namespace fwproof::windows
