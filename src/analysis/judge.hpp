// The verdict on required packets at one path of one firewall.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/desk.hpp"
#include "fwproof/analysis/assess.hpp"

namespace fwproof {

// One required flow where it meets a path. The sets leave interfaces open: a packet is surely permitted when it is on
// every interface that it may come from, possibly when it is on some.
struct Meeting {
    std::size_t requirement = 0;
    Crossing crossing;
    Judgement judgement{};
    PacketSet failing;  // not possibly permitted (missing, partial), or not surely (conditional); of the question
    std::vector<std::string> notes;
    bool reply_missing = false;
    bool later_missing = false;     // reply_missing: of the client's own packets behind the first one
    PacketSet reply_failing;        // of the replies, or of these
    std::vector<std::string> open;  // what the verdict depends on beside the rules of the device
    std::string reply_doubt;        // as Journey::reply_doubts says
    // Where an end may be anywhere and the flow passes for somebody: between which ends.
    std::vector<Product> peers = {};
    std::optional<InterfaceSet> behind = {};  // the only interface by which they pass
};

class Judge {
public:
    explicit Judge(const Desk& desk) : desk_(desk) {}

    // Fills in the verdicts; all meetings are with this desk's firewall.
    void judge(const std::vector<Meeting*>& meetings, std::span<const Requirement> requirements);

    // Why the packets do not pass: fills deciders, cause, defeated, conditions and witness of the result.
    void explain(FlowResult& result, const PacketSet& failing, const Requirement& requirement) const;
    // By which rules the packets pass: fills permits and permit_witness. Nothing when the budget does not suffice.
    void explain_permits(FlowResult& result, const PacketSet& question, const Requirement& requirement) const;
    // Which rules stop the replies.
    void explain_reply(FlowResult& result, const PacketSet& failing, const Path& path) const;
    // The rule by which the opposite direction is open.
    void look_backwards(FlowResult& result, const Crossing& crossing, const std::vector<Product>& opposite) const;

private:
    struct Verdict3 {
        Judgement judgement{};
        PacketSet failing;
    };
    Verdict3 compare(const PacketSet& question, const Desk::Bounds& bounds) const;
    // The packets of one direction, and which of them pass; both with interfaces left open.
    struct Leg {
        PacketSet asked, passing, stopped;
        bool backwards = false;
    };
    Leg by_every_interface(const PacketSet& question, const PacketSet& permitted) const;
    Leg by_some_interface(const PacketSet& question, const PacketSet& permitted) const;
    std::vector<Product> peers(const Requirement& requirement, const std::vector<Leg>& legs) const;
    void add_narrowed(const Product& peer, const Requirement& requirement, std::span<const Leg> legs,
                      std::vector<Product>& found) const;
    PacketSet on_leg(const Leg& leg, const Product& ends) const;
    std::optional<InterfaceSet> one_way_in(const Product& peer, const std::vector<Leg>& legs,
                                           const std::vector<PacketSet>& permitted, Position position) const;
    void note_peer(Meeting& meeting, const Requirement& requirement, const Product& peer) const;
    // Whether it is about ICMP, of types that no document states.
    static bool of_some_type(const Requirement& requirement);
    bool some_types_pass(const Requirement& requirement, const std::vector<Product>& products,
                         const PacketSet& question, const Desk::Bounds& bounds) const;
    void judge_for_some_peer(Meeting& meeting, const Requirement& requirement, const PacketSet& question,
                             const Desk::Bounds& bounds) const;
    void judge_reply(Meeting& meeting, const Requirement& requirement) const;
    void judge_later(Meeting& meeting) const;
    void agree_on_peers(const std::vector<Meeting*>& meetings, std::span<const Requirement> requirements) const;

    const Desk& desk_;
};

}  // namespace fwproof
