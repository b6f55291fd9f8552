// What translations make of headers, as far as it takes to find the rules that packets could meet: supersets, made from
// the translating rules alone, whichever of them a packet really meets.
#pragma once

#include <optional>
#include <vector>

#include "fwproof/policy/policy.hpp"

namespace fwproof {

// What the rule does to packets that it translates. Null: it translates none, or is disabled.
const Translate* translation_of(const Rule& rule);

class Translations {
public:
    // Those that packets can meet on one of the paths. The policy outlives it.
    Translations(const Policy& policy, const std::vector<const Path*>& paths);

    // The products, and beside them the headers with which packets that are in one of them further on can enter a path.
    // Nothing: too much to follow.
    std::optional<std::vector<Product>> backwards(std::vector<Product> products) const;
    // The products, and beside them the headers that packets of the products can have further on.
    std::optional<std::vector<Product>> onwards(std::vector<Product> products) const;

private:
    template <class Step>
    std::optional<std::vector<Product>> follow(std::vector<Product> products, const Step& step) const;

    std::vector<const Rule*> rules_;
    std::size_t most_ = 0;  // translations of one packet: at most one in every stage
};

}  // namespace fwproof
