// The rules of the way through the device as packets meet them that leave by one interface, for packets of which only
// the line that translates them says that: a port of the device's own address is forwarded.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "vendor/asa/lower.hpp"

namespace fwproof::asa {

class LeavingBy {
public:
    explicit LeavingBy(Lowering& lowering) : policy_(lowering.policy) {}

    // The ruleset itself where nothing in it tests the outgoing interface, else a copy for this one.
    RulesetIndex of(RulesetIndex index, const std::string& out);

private:
    bool tests_out(RulesetIndex index);

    Policy& policy_;
    std::map<std::pair<RulesetIndex, std::string>, RulesetIndex> made_;
    std::map<RulesetIndex, bool> tests_;
};

}  // namespace fwproof::asa
