// What a site says about one catalog: features, parameters, and where they break the catalog's rules.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fwproof/catalog/resolve.hpp"

namespace fwproof::catalog_resolve {

// A host in a role. `binding` is null for a role that is external or not bound.
struct Member {
    const Host* host = nullptr;
    const Binding* binding = nullptr;
    const Role* role = nullptr;
    bool external = false;
};

struct Setting {
    ParameterValue value;
    bool chosen = false;  // by the site, not the catalog's default

    static std::optional<Setting> of(const std::optional<ParameterValue>& value) {
        return value ? std::optional<Setting>({*value, true}) : std::nullopt;
    }
};

// What counts for a port where the end that the parameter's scope names has no value: in a reply, and in a direction
// that is printed but not meant, the one who listens is the other end.
enum class OtherEnd : std::uint8_t {
    nothing,
    ports,  // its value of a port or of a group's choice, but not of a range: that is the target's own system's
    ranges  // that too
};

// The computers of one direction of a flow: `source` opens the connection.
struct Ends {
    const Member& source;
    const Member& target;
    OtherEnd other = OtherEnd::nothing;
};

Citation citation(const Catalog& catalog, const Cite& cite);
std::vector<Citation> citations(const Catalog& catalog, const std::vector<Cite>& cites);

class Settings {
public:
    Settings(const Catalog& catalog, const Site& site) : catalog_(catalog), site_(site) {}

    bool feature_on(const std::string& id) const;
    // The value between two hosts; nothing where neither the site nor the catalog gives one. Values that the parameter
    // cannot have are as if not given (they are violations).
    std::optional<Setting> value(const std::string& id, const Member& from, const Member& to,
                                 bool other_end = false) const;

    // `members`: every host in every role that the site binds.
    void check(const std::vector<Member>& members, std::vector<Violation>& violations) const;

private:
    std::optional<ParameterValue> bound(const Parameter& parameter, const Member& member) const;
    std::optional<ParameterValue> general(const Parameter& parameter) const;
    std::optional<ParameterValue> paired(const Parameter& parameter, const Member& from, const Member& to,
                                         bool other_end) const;
    std::optional<Setting> own(const Parameter& parameter, const Member& from, const Member& to, bool other_end) const;

    void check_values(const std::vector<Member>& members, std::vector<Violation>& violations) const;
    void check_value(const Parameter& parameter, const ParameterValue& value, SourceSpan span,
                     std::vector<Violation>& violations) const;
    void check_features(std::vector<Violation>& violations) const;
    void check_pair(const Constraint& constraint, const Member& member, std::vector<Violation>& violations) const;
    void check_unique(const Constraint& constraint, const std::vector<Member>& members,
                      std::vector<Violation>& violations) const;
    void check_static(const Constraint& constraint, const Member& member, std::vector<Violation>& violations) const;
    void check_one_of(const Constraint& constraint, const Member& member, std::vector<Violation>& violations) const;
    Violation violation(const Constraint& constraint, std::string message, SourceSpan span) const;

    const Catalog& catalog_;
    const Site& site_;
};

}  // namespace fwproof::catalog_resolve
