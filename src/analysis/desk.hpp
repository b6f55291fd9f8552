// One firewall with everything that is asked of it: the packet space, the evaluator, and answers that several questions
// share.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "fwproof/analysis/crossing.hpp"
#include "fwproof/analysis/evaluate.hpp"

namespace fwproof {

class Desk {
public:
    // `values`: every product that sets of this desk will be made of, beside those of the policy.
    Desk(const Firewall& firewall, const std::vector<Product>& values);

    const Firewall& firewall() const { return firewall_; }
    const Policy& policy() const { return *firewall_.policy; }
    const Space& space() const { return space_; }
    const Evaluator& evaluator() const { return *evaluator_; }

    // The union of the products without the headers that cannot occur.
    PacketSet question(const std::vector<Product>& products) const;

    // Two bounds of what a path permits of a question.
    struct Bounds {
        PacketSet surely, possibly;
    };
    Bounds permitted(const Path& path, const PacketSet& question, const Assumption& assumption = {}) const;

    // The conditions of a rule, one sentence each: "program C:\a.exe (edge.reg:12)".
    std::vector<std::string> conditions(RuleRef rule) const;

private:
    const Firewall& firewall_;
    Space space_;
    PacketSet impossible_;
    std::unique_ptr<Evaluator> evaluator_;
};

// Whether a rule decides without being written: a default verdict or what the device does by itself.
bool is_implicit(const Policy& policy, RuleRef rule);

}  // namespace fwproof
