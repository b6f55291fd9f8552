// One question on its way through rulesets.
//
// The walk keeps, for every world, the packets that may be in it and those that surely are in it and nowhere else. A
// rule takes what it may match to its action and leaves what it does not surely match. That is the nondeterministic
// device with every packet tried at once, so the possible ends of a packet are exact: it may be permitted, may be
// denied, or be lost (loops, translations that cannot be followed), and a verdict is sure when it is the only end. A
// ruleset that is entered often in one world is walked once for every packet and then clipped, so that chains that jump
// into each other many times stay linear.
#pragma once

#include <map>
#include <vector>

#include "analysis/rule_index.hpp"
#include "fwproof/analysis/evaluate.hpp"

namespace fwproof {

// Packets in one world. What is sure is only kept where parts are recorded.
struct Live {
    PacketSet possibly;
    PacketSet surely;
};
using LiveWorlds = std::map<WorldIndex, Live>;

// A rule's part before it is split into sure and possible.
struct Part {
    RuleRef rule;
    Verdict verdict{};
    Live packets;
    std::vector<RuleRef> via;
    std::size_t stage = 0;
};

struct Ends {
    LiveWorlds permitted;
    LiveWorlds returned;
    PacketSet denied;  // possibly
    PacketSet lost;    // possibly
};

class Walk {
public:
    // `parts`: null, or where to record who decides what.
    Walk(const Policy& policy, const Space& space, RuleIndex& index, const std::vector<bool>& enterable,
         Position position, const Assumption& assumption, std::vector<Part>* parts);

    // Passes the live packets through a stage; what it permits is live behind it.
    void stage(const Stage& stage, std::size_t number);
    void start(const PacketSet& question);
    LiveWorlds live;
    PacketSet denied;
    PacketSet lost;

private:
    struct Summary {
        Ends ends;
        std::vector<Part> parts;
    };

    Ends enter(RulesetIndex ruleset, WorldIndex world, const Live& entering);
    Ends walk_ruleset(RulesetIndex ruleset, WorldIndex world, const Live& entering);
    Ends clip(const Summary& summary, const Live& entering);
    void walk(RulesetIndex ruleset, std::uint32_t stretch, LiveWorlds& worlds, Ends& ends);
    void decide_all(RulesetIndex ruleset, WorldIndex world, const Live& entering, Ends& ends);
    void walk_decisions(RulesetIndex ruleset, std::uint32_t stretch, LiveWorlds& worlds, Ends& ends);
    Live part_off(RulesetIndex ruleset, std::uint32_t stretch, WorldIndex world, const Live& packets, Ends& ends);
    void divide(RulesetIndex ruleset, std::uint32_t stretch, WorldIndex world, Live packets, Ends& ends);
    void apply(RuleRef rule, LiveWorlds& worlds, Ends& ends);
    void act(RuleRef rule, WorldIndex world, const Live& taken, LiveWorlds& next, Ends& ends);
    void translate(RuleRef rule, const Translate& translate, WorldIndex world, Live taken, Ends& ends);
    void lose(RuleRef rule, const Live& packets, Ends& ends);
    void decide(RuleRef rule, Verdict verdict, WorldIndex world, const Live& packets, Ends& ends);
    void record(RuleRef rule, Verdict verdict, const Live& packets);
    void add(LiveWorlds& worlds, WorldIndex world, const Live& packets, Ends& ends);
    Ends none() const;

    const Policy& policy_;
    const Space& space_;
    RuleIndex& index_;
    const std::vector<bool>& enterable_;
    Position position_;
    const Assumption& assumption_;
    std::vector<Part>* parts_;
    std::vector<RuleRef> via_;
    std::size_t stage_ = 0;
    PacketSet with_ports_;
    PacketSet of_family_[2];
    std::map<std::pair<RulesetIndex, WorldIndex>, int> visits_;
    std::map<std::pair<RulesetIndex, WorldIndex>, Summary> summaries_;
};

}  // namespace fwproof
