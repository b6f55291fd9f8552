// The packets that the changes between two policies can touch.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "fwproof/analysis/edits.hpp"

namespace fwproof {

// A superset of the packets whose verdict differs: what the rules match that are only on one side, in any ruleset that
// one of the paths leads into, as packets are when they enter the path. A packet that none of them matches, translated
// or not, meets the same rules in the same order on both sides. Nothing when the policies are not alike enough to say
// (other rulesets, stages or defaults), or when so much changed that looking at everything is as quick.
//
// Rules of one ruleset are aligned by a longest common subsequence: the common ends are cut off first, and what is left
// between them is aligned exactly while it is small (quadratic in its length), else taken as changed.
//
// `edits`: by ruleset, where they are known already; null: they are looked for.
std::optional<std::vector<Product>> touched_by_changes(const Policy& before, const Path& before_path,
                                                       const Policy& after, const Path& after_path,
                                                       const std::vector<RuleEdits>* edits);

// Of them, those that an edited rule touches which has a part in what packets get: it jumps, returns or rewrites, or it
// is among the acting ones of its side. Nothing as above, and where packets are rewritten.
std::optional<std::vector<Product>> touched_by_acting(const Policy& before, const Path& before_path,
                                                      const std::set<RuleRef>& before_acting, const Policy& after,
                                                      const Path& after_path, const std::set<RuleRef>& after_acting,
                                                      const std::vector<RuleEdits>* edits);

// As touched_by_changes where one side may have rulesets that the other does not: they are paired by name. Nothing when
// stages or defaults differ.
std::optional<std::vector<Product>> touched_by_named_changes(const Policy& before, const Path& before_path,
                                                             const Policy& after, const Path& after_path);

// Pairs of rulesets of one name, those of one name in their order; nothing where one side has none.
struct RulesetPair {
    std::optional<RulesetIndex> before, after;
};
std::vector<RulesetPair> pair_rulesets(const Policy& before, const Policy& after);

}  // namespace fwproof
