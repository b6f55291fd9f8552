// How long each job may take.
#pragma once

#include <string_view>

#include "generate.hpp"

namespace fwproof::bench {

// CPU seconds; 0: no target.
inline double target_seconds(const Recipe& recipe, std::string_view job) {
    struct Target {
        std::string_view job, family;  // no family: any that has none of its own
        std::size_t rules;
        double seconds;
    };
    constexpr Target kTargets[] = {
        {"all anomalies", "obj", 200, 0.05},    {"all anomalies", "obj2", 500, 2},
        {"all anomalies", "acl", 10'000, 0.15}, {"all anomalies", "ipc", 10'000, 0.15},
        {"all anomalies", "fw", 10'000, 0.15},  {"all anomalies", "acl", 100'000, 3},
        {"all anomalies", "ipc", 100'000, 3},   {"all anomalies", "fw", 100'000, 3},
        {"diff, 10 edits", "obj", 200, 0.05},   {"diff, 10 edits", "obj2", 500, 2},
        {"diff, 10 edits", "fw", 10'000, 0.2},  {"diff, 10 edits", "fw", 100'000, 3},
        {"diff, 10 edits", "", 10'000, 0.1},    {"diff, 10 edits", "", 100'000, 0.7},
        {"permit set", "obj", 200, 0.05},       {"permit set", "acl", 10'000, 0.1},
        {"permit set", "ipc", 10'000, 0.5},     {"permit set", "fw", 10'000, 0.5},
        {"permit set", "acl", 100'000, 1.5},    {"permit set", "ipc", 100'000, 30},
        {"permit set", "fw", 100'000, 30},      {"10,000 flows", "acl", 10'000, 0.3},
        {"10,000 flows", "fw", 10'000, 1.2},    {"10,000 flows", "acl", 100'000, 3},
    };
    for (const Target& target : kTargets) {
        if (target.job == job && target.rules == recipe.rules &&
            (target.family.empty() || target.family == recipe.family)) {
            return target.seconds;
        }
    }
    return 0;
}

}  // namespace fwproof::bench
