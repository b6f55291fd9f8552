// Packets that one version alone takes on a path: only there the device has the interface or the address that they
// name. The other version is taken to deny them.
#pragma once

#include "fwproof/analysis/compare.hpp"

namespace fwproof {

struct AloneVersion {
    const Policy& policy;
    const Path& path;
    bool after = false;  // it is the version after; else the one before
};

// The space also holds the values of the other version.
Comparison compare_alone(const AloneVersion& version, const Policy& other, const CompareOptions& options);

}  // namespace fwproof
