// One match and what happens to the packets it matches.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "fwproof/policy/block_map.hpp"
#include "fwproof/policy/match.hpp"

namespace fwproof {

enum class Verdict : std::uint8_t { permit, deny, unknown };
std::string_view to_string(Verdict verdict);

using RulesetIndex = std::uint32_t;  // into Policy::rulesets

struct Decide {
    Verdict verdict{};
    // How a deny answers: "", "tcp-reset", "icmp-port-unreachable"; of an unknown verdict, who is asked.
    std::string answer;
};
struct Jump {  // evaluate that ruleset; where it does not decide, go on behind this rule
    RulesetIndex to{};
};
struct Goto {  // the same, but where it does not decide, return from this ruleset
    RulesetIndex to{};
};
struct Return {};    // leave this ruleset: back to the caller, or to the default verdict of a top-level one
struct Continue {};  // only counts or logs

// target' = (target & keep) ^ ((from ? from : value) & mask)
struct SetRegister {
    Register target{};
    std::uint32_t keep = 0;
    std::uint32_t value = 0;
    std::optional<Register> from;
    std::uint32_t mask = ~std::uint32_t{0};
};

// Rewrites the header that later stages see. A part that is not given stays. A part whose new value the export does not
// decide (a pool, an interface address) has `unknown` set: whatever later rules test there is undecided. Of address,
// block and address_unknown at most one is set; what becomes of packets outside of the block is not known.
struct Translate {
    struct Part {
        std::optional<Address> address;
        std::optional<BlockMap> block;
        std::optional<std::uint16_t> port;
        bool address_unknown = false;
        bool port_unknown = false;
        bool changes_address() const { return address || block || address_unknown; }
        bool changes() const { return changes_address() || port || port_unknown; }

        friend bool operator==(const Part&, const Part&) = default;
    };
    Part source;
    Part destination;
    bool to_this_device = false;  // delivered to the firewall itself (REDIRECT): leaves the transit path
};

// A translation does not decide: the packet goes on as after Decide{permit} in its stage.
using Action = std::variant<Decide, Jump, Goto, Return, Continue, SetRegister, Translate>;

// What a rule says of itself beside what it matches. The match and the place of the rule hold its meaning already;
// reports need to know where that meaning comes from.
enum class Trait : std::uint8_t {
    edge_traversal,       // also takes packets that reach the host through address translation by a tunnel
    ignores_remote_ends,  // names remote ends that the device does not look at
    overrides_blocks,     // stands before every block by its kind
};

class Traits {
public:
    void add(Trait trait) { bits_ = static_cast<std::uint8_t>(bits_ | bit(trait)); }
    bool has(Trait trait) const { return (bits_ & bit(trait)) != 0; }

private:
    static std::uint8_t bit(Trait trait) { return static_cast<std::uint8_t>(1 << static_cast<int>(trait)); }
    std::uint8_t bits_ = 0;
};

struct Rule {
    RuleMatch match;
    Action action = Continue{};
    bool enabled = true;  // a disabled rule is kept for reports and never evaluated
    bool logs = false;
    Traits traits;
    bool implicit = false;  // made by the reader to express what the device does by itself; `name` says what
    std::string name;       // the vendor's identification: "OUT line 3", a rule id, "INPUT rule 4"
    std::string comment;    // remark, comment or description; display name on Windows
    std::string store;      // where the device keeps it, if it has several places of different rank; else empty
    std::optional<std::uint64_t> hits;
    std::optional<std::chrono::sys_days> last_day;  // on which its schedule lets it match, if that ends
    SourceSpan span;                                // the statement, without its line end
};

// What people know a rule by beside its name, where the device keeps rules in several stores: "SSH in, local store".
// Empty elsewhere.
std::string display_title(const Rule& rule);

}  // namespace fwproof
