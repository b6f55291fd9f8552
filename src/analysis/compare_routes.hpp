// What becomes of packets that come in or leave elsewhere because routes or networks of the device differ.
#pragma once

#include <string>

#include "fwproof/analysis/compare.hpp"

namespace fwproof {

struct RouteComparison {
    // Packets of the question as they come and go after the change, whose verdict is another one than where they came
    // and went before. Interfaces apart they are disjoint.
    Comparison found;
    // Addresses that the two versions put at different interfaces, where either names several; else empty.
    std::string not_compared;
};

// Nothing differs where the networks and routes of both versions lead to the same interfaces, or only one says where.
// Packets that would leave where they came in are among them: an interface that comes takes some of them away from it.
RouteComparison compare_routes(const Policy& before, const Path& before_path, const Policy& after,
                               const Path& after_path, const CompareOptions& options);

// Packets come in and leave by the one as by the other.
bool leads_where(const Interface& a, const Interface& b);

// Whether answers to passing packets, of protocols that the device does not track, are another matter by the new ways.
bool replies_move(const Policy& before, const Path& before_path, const Policy& after, const Path& after_path,
                  const CompareOptions& options);

}  // namespace fwproof
