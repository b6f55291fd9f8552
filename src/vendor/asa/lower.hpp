// From what one device's export says to the normalized model.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "fwproof/policy/policy.hpp"
#include "fwproof/vendor/vendor.hpp"
#include "vendor/asa/config.hpp"
#include "vendor/asa/resolve.hpp"

namespace fwproof::asa {

Policy lower(Config config, const SourceRef& source, const LoadOptions& options);

// How this release reads its configuration.
struct Dialect {
    bool real_addresses = true;  // lists hold addresses before translation (8.3 and later)
    bool unified_any = true;     // `any` is both families (9.0 and later)
    // Networks and routes of management-only interfaces are in a table of their own (9.5 and later).
    bool management_routes_apart = true;
};

// The state that the parts of the lowering share.
struct Lowering {
    const Config& config;
    const LoadOptions& options;
    Policy& policy;
    Resolver& resolver;
    Dialect dialect;
    std::unordered_map<const AccessList*, RulesetIndex> rulesets;
    std::optional<RulesetIndex> nat, ingress, egress;   // stages of the transit path, when it has them
    std::optional<RulesetIndex> box_nat;                // what meets packets for the device itself in place of `nat`
    std::unordered_set<std::string_view> noted_in_nat;  // names that nat lines use, of which it was said

    SourceSpan span(Place place) const { return span_of(*config.source, place); }
    void note(NoteKind kind, std::string message, std::string hint, Place place);
    // The named interfaces that passing packets can use.
    std::vector<std::string> ports() const;
};

// One list to one ruleset without a default verdict. `release`: nobody reads its entries again, and large exports need
// their memory for the rules.
Ruleset lower_list(Lowering& lowering, AccessList& list, bool shown, bool release);

// Whether a time range is active: yes, no, or not known.
enum class Active : std::uint8_t { yes, no, unknown };
Active active_at(const TimeRange& range, const Config& config, const LoadOptions& options);

// The paths and the rulesets that express what the device does by itself.
void lower_transit(Lowering& lowering);
void lower_box(Lowering& lowering);
// The stages that restore real destinations (Lowering::nat and box_nat); none when the export translates none.
void lower_nat(Lowering& lowering);
// What becomes of the source of packets behind all lists; nothing when the export translates none.
std::optional<Ruleset> translate_sources(Lowering& lowering);
// The stages between the lists of the two interfaces, before 8.3.
std::vector<RulesetIndex> lower_old_nat(Lowering& lowering);
// Lines in the order in which the device tries them; adds the diversions of their mapped addresses.
std::optional<Ruleset> restore_destinations(Lowering& lowering, const std::vector<const NatLine*>& table);
void lower_interfaces(Lowering& lowering);
// Where addresses are, as far as the export decides it.
void lower_routes(Lowering& lowering);
// Addresses to which nothing leads in an export that is known to be whole; of the families in which the device has
// networks. For those that have gone through lower_routes.
AddressSet without_route(const Lowering& lowering);
// What sends packets elsewhere than routes do, behind the translations that lower_transit adds.
void lower_policy_routes(Lowering& lowering);

// Building blocks of implicit rules.
Rule implicit_rule(std::string name, Product header, Action action, SourceSpan span);
// Which list an access-group names, by family where two lists share a name; empty when there is none.
std::vector<const AccessList*> lists_named(const Config& config, std::string_view name);
AddressSetRef family_set(Family family);

}  // namespace fwproof::asa
