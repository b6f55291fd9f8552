// One firewall with everything that is asked of it: the packet space, the evaluator, and answers that several questions
// share.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fwproof/analysis/crossing.hpp"
#include "fwproof/analysis/evaluate.hpp"

namespace fwproof {

class Desk {
public:
    // `values`: every product that sets of this desk will be made of, beside those of the policy and of `required`.
    // `required`: what required flows ask; all that permitted() and evaluator() are asked is inside. `openings`: the
    // same for openings(). Both are kept apart because a few exact flows cost far less than all that touches a host.
    Desk(const Firewall& firewall, const std::vector<Product>& values, const std::vector<Product>& required,
         const std::vector<Product>& openings, const Budget& budget);

    const Firewall& firewall() const { return firewall_; }
    const Policy& policy() const { return *firewall_.policy; }
    const Space& space() const { return space_; }
    const Evaluator& evaluator() const { return *evaluator_; }
    const Evaluator& openings() const { return *openings_; }

    // The union of the products without the headers that cannot occur.
    PacketSet question(const std::vector<Product>& products) const;
    // What may be asked of openings().
    const PacketSet& openings_focus() const { return openings_focus_; }
    const Budget& budget() const { return budget_; }

    // Two bounds of what a path permits of a question. Throws OutOfBudget.
    struct Bounds {
        PacketSet surely, possibly;
    };
    Bounds permitted(const Path& path, const PacketSet& question, const Assumption& assumption = {}) const;

    // The conditions of a rule, one sentence each: "program C:\a.exe (edge.reg:12)".
    std::vector<std::string> conditions(RuleRef rule) const;

private:
    const Firewall& firewall_;
    Budget budget_;
    Space space_;
    PacketSet impossible_;
    PacketSet openings_focus_;
    std::unique_ptr<Evaluator> evaluator_, openings_;
};

// A packet of the set, between two addresses where it has one. Nothing when the set is empty.
std::optional<Packet> witness_of(const PacketSet& packets);

// Whether a rule decides without being written: a default verdict or what the device does by itself.
bool is_implicit(const Policy& policy, RuleRef rule);

}  // namespace fwproof
