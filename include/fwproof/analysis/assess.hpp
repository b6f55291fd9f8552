// Required flows judged on every firewall they cross, and what is open beyond them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fwproof/analysis/crossing.hpp"
#include "fwproof/packet/packet_set.hpp"

namespace fwproof {

// How a required flow fares.
enum class Judgement : std::uint8_t {
    satisfied,    // all of it is surely permitted
    conditional,  // all of it is possibly, not all surely permitted
    partial,      // a part of it is not possibly permitted
    missing,      // none of it is possibly permitted
    unchecked,    // no export says
};
std::string_view to_string(Judgement judgement);

// Why a flow does not pass.
enum class Cause : std::uint8_t { none, default_deny, explicit_deny, shadowed, undecided };

// One rule's part in a judgement.
struct Decider {
    RuleRef rule;
    Verdict verdict{};
    bool surely = true;
};

// The same service between the same two roles at one path of one firewall, over all pairs of hosts; where it surely
// fails between some of these, the pairs between which it is undecided are a result of their own.
struct FlowResult {
    std::vector<std::size_t> requirements;  // into Assessment::requirements, at least one; all of one flow and service
    std::vector<std::size_t> failing;       // those of them that are not satisfied
    std::size_t firewall = 0;               // into Topology::firewalls; meaningless when unchecked
    const Path* path = nullptr;
    Judgement judgement{};
    bool counts = true;     // false: another reading or another variant is enough
    bool in_group = false;  // a member of an alternative group: reported with it
    Cause cause = Cause::none;
    std::vector<Decider> deciders;    // of what is not surely permitted; in the order of evaluation
    std::optional<Decider> defeated;  // cause shadowed: the permit that would apply but is not reached
    std::optional<Decider> reversed;  // the permit by which the opposite direction is open
    std::vector<Product> remainder;   // not possibly permitted (partial, missing) or not surely (conditional)
    bool remainder_complete = true;
    std::optional<Packet> witness;  // a packet of the remainder
    std::vector<Decider> permits;   // of what is surely permitted; only with AssessOptions::keep_permits
    std::optional<Packet> permit_witness;
    std::vector<std::string> conditions;    // what a conditional verdict depends on; the first of them
    std::size_t more_conditions = 0;        // that are not among them
    std::vector<std::string> notes;         // peers assumed, interfaces left open
    std::vector<std::string> translations;  // why the packets look otherwise than required; one sentence each
    std::string unchecked;                  // why nobody can say
    bool reply_missing = false;             // the flow passes, replies do not
    std::vector<std::size_t> unanswered;    // the requirements whose replies do not
    std::vector<Decider> reply_deciders;
    std::optional<Packet> reply_witness;
};

// One alternative group between two hosts, none of whose variants is complete.
struct GroupResult {
    std::string key;                        // Requirement::any_of_key
    std::vector<std::size_t> requirements;  // all members
    std::vector<std::size_t> results;       // into Assessment::flows: where members fail
    Judgement judgement{};                  // of its best variant
    // Members: undecided ones of variants of which nothing is surely closed; closed ones, and ones open in part, of
    // all.
    std::vector<std::size_t> undecided, closed, half_open;
};

// Why an opening is more than is needed.
enum class SurplusKind : std::uint8_t { install_only, unselected_feature, wider, uncatalogued };

// What one rule permits beyond everything that is needed, of one kind.
struct Surplus {
    SurplusKind kind{};
    std::size_t firewall = 0;
    const Path* path = nullptr;
    RuleRef rule;
    bool surely = true;           // false: only if conditions of rules hold
    bool closable = false;        // install_only: a document says that it may be closed
    std::vector<Product> region;  // disjoint
    bool region_complete = true;
    std::optional<Packet> witness;
    // The related ones: no longer needed, not chosen, served by the rule, or (uncatalogued) with ports that nobody
    // gives.
    std::vector<std::size_t> requirements;
    std::vector<std::string> conditions;
    // Why people know the packets by other addresses: what this device makes of those of the region, or what devices
    // before it made of what is required.
    std::vector<std::string> translations;
    // wider: what the requirements ask of this device, where that is not what they say; else empty.
    std::vector<Product> needed;
};

// Rules of a transit device that permit nothing from or to an address that a role is bound to.
struct Unrelated {
    std::size_t firewall = 0;
    const Path* path = nullptr;
    std::size_t rules = 0;
};

// A path whose openings could not be looked at within the budget.
struct Exhausted {
    std::size_t firewall = 0;
    const Path* path = nullptr;
};

// A documented entry whose reading decides the verdict.
struct Dispute {
    std::vector<std::size_t> requirements;  // of both readings where both were judged
    bool only_as_printed = false;           // satisfied as printed, but not as likely meant
};

struct AssessOptions {
    std::size_t region_limit = 64;  // products of a remainder or region that are kept
    bool keep_permits = false;      // also say by which rules flows pass: evidence, not needed for a verdict
    Budget budget;                  // of the packet space of one device
    std::size_t threads = 1;        // devices are worked out independently; the result is the same
};

struct Assessment {
    std::vector<FlowResult> flows;  // required ones, in the order of the requirements
    std::vector<GroupResult> groups;
    std::vector<Surplus> surplus;  // by firewall and rule
    std::vector<Unrelated> unrelated;
    std::vector<Exhausted> exhausted;
    std::vector<Dispute> disputes;
    std::vector<Judgement> verdicts;  // of each requirement: the worst on its way; needed ones only, else satisfied
    std::vector<std::string> assumptions;  // what verdicts rest on that nobody stated; one sentence each
    std::size_t required = 0, satisfied = 0, conditional = 0, failed = 0, unchecked = 0;  // requirements
};

// The topology's policies and the requirements outlive the assessment.
Assessment assess(const Topology& topology, std::span<const Requirement> requirements,
                  const AssessOptions& options = {});

}  // namespace fwproof
