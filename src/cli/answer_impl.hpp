// What an answerer keeps: the policy as it is asked, the space of the questions, the ways that flows may take.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cli/answer.hpp"
#include "fwproof/analysis/crossing.hpp"

namespace fwproof::cli {

// The question as it stands at a position: packets for the host have no output interface, its own no input interface.
// New TCP connections start with SYN alone, whatever else was asked for.
Product at_position(Product header, Position position);

// The hits that can be named for packets of one verdict, with the packets that they are named for; where a packet is in
// several, the first.
std::vector<Hit> deciders_of(const Policy& policy, const std::vector<Hit>& hits, Verdict verdict);

// How much of what is asked about a hit decides.
enum class Share : std::uint8_t { none, some, all };
// The one hit that is named for all of it; null: there are several, or none.
const Hit* only_decider(const std::vector<Hit>& deciders, const std::function<Share(const Hit&)>& share);

struct Answerer::Impl {
    Policy policy;
    Assumption facts;
    std::optional<Space> space;
    std::optional<Evaluator> evaluator;
    bool translating = false;
    std::optional<Router> router;  // of a device whose networks or routes are known
    // Its own addresses, and what packets for it are sent to; where it says the address of every interface, and no
    // translation leads others to it.
    struct OwnEnds {
        AddressSet own, taken;
    };
    static std::optional<OwnEnds> own_ends_of(const Policy& policy);
    std::optional<OwnEnds> own_ends;
    std::set<RulesetIndex> asked_alone;  // lists without a default of which the policy holds a copy that has one

    // What falls off the end of a list that is asked alone is decided by whoever evaluates the list: not known here.
    void close_lists(const std::string& at);

    // A path for a list that is asked alone. Where it decides nothing, nothing is known.
    struct Way {
        std::string name;
        Path path;
        bool whole = true;
        AddressSetRef met = nullptr;  // sources of the packets that meet the chain that was asked for; null: of all
    };
    // The flow, of the family that meets the chain, where it speaks of both.
    static Product header_on(const Way& way, const Product& header);

    Result<std::vector<Way>> ways(const FlowQuery& flow) const;

    // A flow with both interfaces passes through. Otherwise one that names no output interface is for the host or,
    // where the device has rules for that, passes; what the host itself sends names its output interface alone.
    bool means(const Product& header, Position position) const;

    // Rulesets are named by their chain, with the table before it where there are several.
    static bool names(const std::string& ruleset, const std::string& at);

    // Where the device's own addresses are known, they say whether a packet is for it, from it or passing.
    bool stands_there(const Product& header, Position position) const;

    // What is asked on a path: where a packet comes in and goes out follows from its addresses, as far as the export
    // says and the flow does not.
    std::vector<Product> asked_at(const Product& header, Position position) const;

    // "in mgmt out db": what the routes add to a flow that names no interfaces; empty where that is nothing short. No
    // two of them hold one pair of interfaces.
    std::vector<std::string> ways_of(const Product& header, Position position) const;

    // Everything that a flow could ask for there that says as much about interfaces and states: what holds for all of
    // it need not be said of a part.
    static Product unsaid(const Product& header);

    PacketSet question(const Product& header, Position position) const;

    // Replies come from where the flow went: from the address that its destination was translated to. Where that is not
    // one address for all of it, from any.
    Product translated_reply(const Product& header, const PathAnswer& answer) const;

    // The translations that a part of the question meets on its way, stage by stage.
    void add_translations(const Way& way, const PacketSet& asked, std::vector<std::pair<PacketSet, Hit>>& found) const;

    // `parts`: what is asked instead, where it is more than one header; the header holds them all.
    PathAnswer answer(const Way& way, const Product& header, std::size_t limit, bool leaving = false,
                      const std::vector<Product>& parts = {}) const;

    // What new connections may do on a way, worked out once for all packets.
    struct Whole {
        PacketSet asked;
        Outcome outcome;
        std::map<Verdict, std::vector<Hit>> deciders;
        std::map<Verdict, std::vector<Outline>> outlines;  // of their packets
        std::map<Field, std::uint64_t> fields;             // of a packet there
    };
    // Null: it takes more than the budget.
    const Whole* whole(const Way& way);

    std::map<std::string, std::optional<Whole>> wholes;  // by the name of the way
    std::optional<std::vector<std::string>> interfaces;  // see interface_names
    bool interfaces_known = false;
};

}  // namespace fwproof::cli
