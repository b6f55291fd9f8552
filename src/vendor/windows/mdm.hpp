// Device management: rules and profile settings of the tree ./Vendor/MSFT/Firewall/MdmStore, whatever file carries
// them. Absent fields have other defaults here than in the registry: no direction is outbound, no Enabled is on, no
// action allows; and Action 0 blocks while DefaultInboundAction 0 allows.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "vendor/windows/store.hpp"

namespace fwproof::windows {

// One rule under the names of the configuration tree, in lower case: "action/type". A name that is not known becomes a
// condition of the rule.
struct TreeRule {
    std::string id;
    std::map<std::string, std::vector<std::string>> values;
    SourceSpan span;
};

// The first value of a leaf, without blanks; empty where there is none.
std::string one(const TreeRule& rule, std::string_view name);

// "DomainProfile" and its like.
std::optional<Profile> profile_of(std::string_view name);

// Gathers what a file sets. `into` must outlive it.
class MdmStore {
public:
    explicit MdmStore(Export& into, std::string name = {}) : into_(into) {
        store_.kind = StoreKind::mdm;
        store_.name = std::move(name);
    }

    void add(const TreeRule& rule);
    // A second value that is another leaves the setting open.
    void set(Profile profile, std::string_view name, std::string_view value, SourceSpan span);
    void unset(Profile profile, std::string_view name);
    void unset(Profile profile);  // all that was set of it
    // Settings in a form that is not read: any of the profile's switches could hold.
    void leave_open(Profile profile, SourceSpan span);
    // The policy is given to no device, as far as the file shows.
    void leave_unassigned(std::string_view policy, SourceSpan span);
    // False: there was nothing.
    bool finish();

private:
    Export& into_;
    Store store_;
    bool any_ = false;
};

}  // namespace fwproof::windows
