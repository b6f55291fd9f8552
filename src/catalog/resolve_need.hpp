// Whether a documented service is needed between two hosts now.
#pragma once

#include <optional>
#include <string>

#include "catalog/resolve_settings.hpp"

namespace fwproof::catalog_resolve {

struct Wanted {
    Need need = Need::required;
    std::string reason;  // empty when it is required
};

class Needs {
public:
    Needs(const Site& site, const Settings& settings) : site_(site), settings_(settings) {}

    Wanted want(const CatalogFlow& flow, const Service& service, const Member& from, const Member& to) const;
    // Whether that host is in one of the phases of the service.
    bool in_phase(const Service& service, const Member& member) const;

private:
    // Nothing when it holds, as far as the site says.
    std::optional<Wanted> condition(const When& when, const Member& from, const Member& to) const;

    const Site& site_;
    const Settings& settings_;
};

}  // namespace fwproof::catalog_resolve
