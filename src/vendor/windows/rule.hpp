// A Windows Firewall rule: as a carrier hands it over (RawRule), and as read (FirewallRule).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fwproof/base/address_set.hpp"
#include "fwproof/base/note.hpp"
#include "fwproof/base/service.hpp"
#include "fwproof/policy/match.hpp"

namespace fwproof::windows {

enum class Profile : std::uint8_t { domain, private_, public_ };
inline constexpr std::array kProfiles = {Profile::domain, Profile::private_, Profile::public_};
std::string_view to_string(Profile profile);  // "domain", "private", "public"

class ProfileMask {
public:
    constexpr ProfileMask() = default;  // none
    static constexpr ProfileMask all() { return ProfileMask(7); }
    constexpr bool contains(Profile profile) const { return (bits_ & bit(profile)) != 0; }
    constexpr bool empty() const { return bits_ == 0; }
    constexpr void add(Profile profile) { bits_ = static_cast<std::uint8_t>(bits_ | bit(profile)); }
    friend constexpr bool operator==(ProfileMask, ProfileMask) = default;

private:
    explicit constexpr ProfileMask(std::uint8_t bits) : bits_(bits) {}
    static constexpr std::uint8_t bit(Profile p) { return static_cast<std::uint8_t>(1 << static_cast<int>(p)); }
    std::uint8_t bits_ = 0;
};

// One token of a rule, under its name in the rule-string grammar ([MS-GPFAS] 2.2.2.19), whatever the carrier calls it.
struct Field {
    std::string key;
    std::string value;
    SourceSpan span;
};

struct RawRule {
    std::string id;  // the registry value name; empty where the carrier has none
    std::vector<Field> fields;
    std::vector<Condition> doubts;  // what the carrier cannot show of this rule
    SourceSpan span;
    bool certain = true;      // false: it is only there under conditions
    bool unreadable = false;  // not a rule string at all: it could be any rule
    bool partial = false;     // the carrier may leave tokens out, so that a missing one proves nothing
};

enum class Action : std::uint8_t { allow, block, bypass, unreadable };
enum class Direction : std::uint8_t { in, out, unreadable };

// A word in a list of ports or addresses that the host resolves while it runs.
struct Keyword {
    std::string name;
    Family family{};  // of addresses
    SourceSpan span;
};

// The union of both parts; not given: any.
struct PortList {
    bool given = false;
    std::vector<Interval<std::uint16_t>> ports;
    std::vector<Keyword> keywords;
    bool endpoint_mapper = false;  // port 135 is written as RPC-EPMap
};

// One list for both families: an address of a family that has no entry does not match once anything is listed.
struct AddressList {
    bool given = false;
    std::vector<Interval<std::uint32_t>> v4;
    std::vector<Interval<uint128>> v6;
    std::vector<Keyword> keywords;
};

struct FirewallRule {
    std::string id;
    std::string name;  // display name as written; an indirect "@dll,-id" cannot be resolved offline
    Action action = Action::unreadable;
    Direction direction = Direction::unreadable;
    bool active = false;
    ProfileMask profiles = ProfileMask::all();
    std::optional<std::uint8_t> protocol;  // nothing: any
    PortList local_ports, remote_ports;
    AddressList local, remote;
    std::optional<IcmpSet> icmp;        // nothing: every type
    std::vector<Condition> conditions;  // all must hold
    bool loose_remote = false;          // LOM: an allow rule does not look at the remote endpoint
    bool loose_source = false;          // LSM: answers may come from another address
    bool overrides_blocks = false;      // AuthByPassOut
    bool edge_traversal = false;        // Edge, not left to the application (Defer)
    bool tuples_only = false;           // TTK: matches only endpoints that the system registers, never a plain flow
    std::string at_least_platform;      // "2:6:2": of that Windows or a later one; empty: of any
    bool certain = true;                // it is surely there, whatever it does
    bool replaced = false;              // by a policy object that wins over its own; `error` says by which
    std::string error;                  // why the device does not enforce it; empty: it does
    SourceSpan span;
};

// Reads the tokens. A value that is not understood becomes a condition and a note; a rule that contradicts the semantic
// checks of [MS-FASP] 2.2.37 gets `error` and a note, since the device does not enforce it.
FirewallRule interpret(const RawRule& raw, std::vector<Note>& notes);

// "rule 'id' (display name)" for messages.
std::string describe(const FirewallRule& rule);

}  // namespace fwproof::windows
