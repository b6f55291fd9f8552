// Which findings recorded exceptions cover.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "fwproof/check/check.hpp"

namespace fwproof {

// Why the waiver covers nothing; empty: it is well formed.
std::string waiver_problem(const Waiver& waiver);

// Whether the waiver speaks of the finding: check, firewall, all its catalog entries, hosts and region; whatever its
// last day. A waiver with a region covers a finding whose whole region lies inside it, so what widens is not covered.
// Openings that no catalog entry bounds are covered without a region where they lie between the addresses that the
// waiver names.
bool speaks_of(const Waiver& waiver, const Finding& finding, const CheckContext& context);

// Whether the waiver speaks of a part of the finding's region or of some of its entries, and the finding is about more.
bool outgrows(const Waiver& waiver, const Finding& finding, const CheckContext& context);

// What the waiver would cover of what nobody has seen yet: "every finding of that check"; empty: nothing.
std::string blanket(const Waiver& waiver);

// The catalog entry that it names: "scom ms-opsdb/sql", "service sql"; empty: none.
std::string entry_text(const Waiver& waiver);

// A well formed waiver whose last day is not over, or that needs none.
bool in_force(const Waiver& waiver, const CheckContext& context);

// Sets Finding::waived_by; says at a finding whose waiver is over that it is.
void apply_waivers(const CheckContext& context, std::vector<Finding>& findings);

// A finding about the waiver itself, at its place.
Finding about_waiver(const Check& check, const Waiver& waiver);
// One for each well formed waiver of which `fault` says something.
void report_waivers(const CheckContext& context, const Check& check,
                    const std::function<std::string(const Waiver&)>& fault, std::vector<Finding>& findings);

}  // namespace fwproof
