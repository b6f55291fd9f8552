// What a policy does with packets, in three values.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "fwproof/analysis/nearby.hpp"
#include "fwproof/packet/packet_set.hpp"
#include "fwproof/policy/policy.hpp"

namespace fwproof {

// Gives the builder every value that these rules of the policy test or set; of all others the interfaces that they
// name.
void add_values(SpaceBuilder& builder, const Policy& policy, const Nearby& rules = {});

// Disjoint; together they are the question.
struct Outcome {
    PacketSet permitted;         // surely
    PacketSet denied;            // surely
    PacketSet undecided;         // depends on a condition, or is not known
    bool out_of_budget = false;  // then everything is undecided for want of memory
};

// Says which conditions hold for the question at hand; a rule all of whose conditions hold is not conditional: it
// surely matches its `any_of`. One of whose conditions one fails matches nothing.
enum class Belief : std::uint8_t { open, holds, fails };
using Assumption = std::function<Belief(const Condition&)>;

// One rule's part in an answer. A default verdict is a hit with rule == rules.size().
struct Hit {
    RuleRef rule;
    PacketSet packets;         // what it decides, or may decide, of the question (in the header as it entered the path)
    Verdict verdict{};         // what it says about them; unknown: says permit or deny, not known which
    bool surely = true;        // false: only if its conditions hold
    std::vector<RuleRef> via;  // the jumps on the way, outermost first
    std::size_t stage = 0;     // of the path
};

// One side of a rewritten header. Nothing: as the packet came.
struct RewrittenSide {
    std::optional<Address> address;
    std::optional<BlockMap> block;      // then the address is nothing, and all packets came with one of the block
    std::optional<std::uint16_t> port;  // only of packets that have ports
    bool address_unknown = false;       // then address and block are nothing
    bool port_unknown = false;

    friend bool operator==(const RewrittenSide&, const RewrittenSide&) = default;
    friend auto operator<=>(const RewrittenSide&, const RewrittenSide&) = default;
};

// Packets that leave a path with the same changes.
struct Departure {
    RewrittenSide source, destination;
    PacketSet packets;  // possibly; in the header with which they entered
};

class Evaluator {
public:
    // The policy must outlive the evaluator, and the space hold its values.
    Evaluator(const Policy& policy, const Space& space);
    // For questions inside `focus` only: rules that do not meet it cost next to nothing. No packet of the focus may
    // match a rule outside `nearby`.
    Evaluator(const Policy& policy, Space space, const PacketSet& focus, Nearby nearby = {});
    ~Evaluator();
    Evaluator(Evaluator&&) noexcept;

    // The headers that can occur on this device: everything but Policy::impossible.
    PacketSet occurring() const;

    // The verdict of the whole path. A ruleset that can jump back into itself, a translation into the other address
    // family and one that takes packets off a transit path leave what they get undecided.
    Outcome evaluate(const Path& path, const PacketSet& question, const Assumption& assumption = {}) const;
    // Every rule that decides or may decide a part of the question, in the order in which packets meet them. The hits
    // of one stage with surely == true are disjoint. A packet permitted in one stage goes on to the next: its last hit
    // counts. Throws OutOfBudget.
    std::vector<Hit> attribute(const Path& path, const PacketSet& question, const Assumption& assumption = {}) const;

    // How packets of the question that may pass leave the path. They overlap where it is not decided how one leaves.
    // Throws OutOfBudget.
    std::vector<Departure> departures(const Path& path, const PacketSet& question) const;

    const Policy& policy() const;
    const Space& space() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace fwproof
