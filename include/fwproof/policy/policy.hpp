// The normalized model: all rulesets of one device and the order in which packets meet them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fwproof/base/note.hpp"
#include "fwproof/policy/rule.hpp"

namespace fwproof {

// Ordered rules; the first that decides wins.
struct Ruleset {
    std::string name;  // chain, list or "inbound, domain profile"
    std::vector<Rule> rules;
    // Where no rule decides: a verdict, or nothing for a ruleset that returns to its caller.
    std::optional<Verdict> default_verdict;
    SourceSpan default_span;  // where the default is written, if it is
    SourceSpan span;
    bool bound = true;    // false: the device never evaluates it
    bool filters = true;  // false: made for something else (translation, marks), though it may drop packets too
    std::string used_by;  // what else uses an unbound ruleset ("crypto map"): then it is no filter, but not unused
};

// Where a packet stands when it meets the rules.
enum class Position : std::uint8_t {
    inbound,   // for the host itself
    outbound,  // from the host itself
    transit,   // through the device
};
std::string_view to_string(Position position);
// Where the answers to a position's packets are judged.
Position opposite(Position position);

// One ruleset that a packet has to pass. `guard`: only packets in it meet the ruleset, the others pass the stage.
struct Stage {
    RulesetIndex ruleset{};
    Product guard;
};

// The stages in the order in which a packet meets them; the first deny is final, a permit goes on to the next stage,
// and behind the last one the packet is permitted. A device can have several paths of one position when the answer
// depends on something that is chosen per device, not per packet: `variant` then names the choice ("domain", "private",
// "public").
struct Path {
    Position position{};
    std::string variant;
    std::vector<Stage> stages;
};

struct Interface {
    std::string name;                // as rules name it
    std::string description;         // hardware name or alias; may be empty
    std::vector<Prefix> networks;    // connected networks
    std::vector<Address> addresses;  // the device's own
    std::optional<int> security_level;
    bool enabled = true;
    bool checks_source = false;  // drops packets whose source the routing expects elsewhere
    // False: packets that pass through the device neither use it nor follow its networks and routes.
    bool transit = true;
    // Packets pass between the interfaces of one bridge alone; empty: of none, the device routes there.
    std::string bridge;
    SourceSpan span;
};

// Of several routes to one network each may be the one that is used.
struct Route {
    Prefix destination;
    std::string interface;
    SourceSpan span;
    bool outward = false;  // packets may be sent there, but none is taken to come from there
};

// Passing packets that leave by other interfaces than routes say, as the device receives them: a translation or a
// policy of the incoming interface sends them.
struct Diversion {
    Product packets;                      // tests addresses, services and the incoming interface alone
    std::vector<std::string> interfaces;  // by one of these; empty: where the routes lead after all
    bool surely = true;                   // false: or where later diversions and the routes lead
    SourceSpan span;
};

// A named value set of the export, so that regions can be printed with the names their owners know.
struct NamedSet {
    std::string name;
    AddressSetRef addresses;  // one of the two is set
    ServiceSetRef services;
    SourceSpan span;
    bool used = true;
};

// How replies of a permitted flow get back.
enum class ReplyHandling : std::uint8_t {
    tracked,        // the device lets replies through by itself
    tracked_ports,  // those of TCP, UDP and SCTP; those of other protocols meet the rules, in state established
    by_rules,       // replies meet the rules, in state established
};

// What the export says of the device beside rules, where it bears on how safe the rules are.
struct Setting {
    std::string name;     // as the vendor's room names it; checks know these names
    std::string value;    // empty: not written, the device's default holds
    std::string variant;  // the Path::variant that it holds for; empty: all
    SourceSpan span;
};

struct Policy {
    std::string vendor;            // "iptables", "asa", "windows"
    std::string device;            // host name in the export; may be empty
    std::string version;           // as printed in the export; may be empty
    std::vector<Family> families;  // what the export speaks about
    ReplyHandling replies = ReplyHandling::tracked;
    // False: the device knows no order of rules, and they stand in the order in which their kinds win.
    bool ordered = true;
    bool rules_log = true;  // false: whether packets are logged is no property of rules

    std::vector<Ruleset> rulesets;
    std::vector<Path> paths;
    // What packets meet as they leave the device behind their outbound or transit path. It stops none of them; what it
    // rewrites only the next device sees.
    std::vector<Stage> leaving;
    std::vector<Interface> interfaces;
    std::vector<Route> routes;
    std::vector<Diversion> diversions;  // the first that takes a packet counts
    std::vector<NamedSet> objects;
    std::vector<Setting> settings;
    std::vector<Note> notes;  // in the order of the source
    // Headers that questions about this policy leave out: combinations that cannot occur (a new TCP connection that
    // starts with RST, a destination that is local on a transit path) and later fragments. No verdict is claimed for
    // them.
    std::vector<Product> impossible;
    std::vector<std::string> assumptions;  // what the verdicts rest on that the export does not say; one sentence each

    std::vector<SourceRef> sources;  // keeps every span alive

    const Path* find_path(Position position, std::string_view variant = {}) const;
};

// Names one rule of a policy. `rule` == rules.size() means the default verdict of the ruleset.
struct RuleRef {
    RulesetIndex ruleset = 0;
    std::uint32_t rule = 0;

    friend bool operator==(const RuleRef&, const RuleRef&) = default;
    friend auto operator<=>(const RuleRef&, const RuleRef&) = default;
};

}  // namespace fwproof
