// Follows the packets that surely are still in a chain. What a rule only may take is left out from there on, so a
// packet that is said to be translated is.
#include "check/translated_packets.hpp"

#include "check/filter_chains.hpp"

namespace fwproof {

namespace {

constexpr int kDeepest = 64;  // chains within chains

class Follower {
public:
    Follower(const RuleDesk& desk, std::vector<TranslatedPackets>& found) : desk_(desk), found_(found) {}

    // What leaves the ruleset undecided: back to the caller, or by the default of a built-in one.
    PacketSet follow(RulesetIndex index, PacketSet live, int depth = 0) {
        PacketSet returned = desk_.space.empty();
        const auto& rules = desk_.policy.rulesets[index].rules;
        for (std::uint32_t r = 0; r < rules.size() && !live.empty(); ++r) {
            const Rule& rule = rules[r];
            const bool passes =
                std::holds_alternative<Continue>(rule.action) || std::holds_alternative<SetRegister>(rule.action);
            if (!rule.enabled || passes) continue;
            const PacketSet taken = desk_.surely(rule) & live;
            live = live - desk_.possibly(rule);
            if (const auto* translate = std::get_if<Translate>(&rule.action)) {
                if (translate->destination.changes() && !taken.empty()) found_.push_back({{index, r}, taken});
            } else if (std::holds_alternative<Return>(rule.action)) {
                returned = returned | taken;
            } else if (const auto* jump = std::get_if<Jump>(&rule.action); jump && depth < kDeepest) {
                live = live | follow(jump->to, taken, depth + 1);
            } else if (const auto* other = std::get_if<Goto>(&rule.action); other && depth < kDeepest) {
                returned = returned | follow(other->to, taken, depth + 1);
            }
        }
        return live | returned;
    }

private:
    const RuleDesk& desk_;
    std::vector<TranslatedPackets>& found_;
};

}  // namespace

std::vector<TranslatedPackets> translated_packets(const RuleDesk& desk, const Path& path) {
    std::vector<TranslatedPackets> found;
    Follower follower(desk, found);
    for (const auto& stage : without_filters(desk.policy, path).stages) {
        follower.follow(stage.ruleset, desk.first & desk.space.from(stage.guard));
    }
    return found;
}

}  // namespace fwproof
