// Exports as text, reviewed, and what a review says in short.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "fwproof/analysis/review.hpp"
#include "fwproof/vendor/vendor.hpp"
#include "support/catch.hpp"
#include "support/naive.hpp"

namespace fwproof::reviewing {

inline std::vector<Policy> load(const std::string& name, const std::string& text) {
    auto policies = load_policies({name, {std::make_shared<const Source>(name, text)}}, {});
    REQUIRE(policies.has_value());
    return std::move(*policies);
}

struct Loaded {
    std::vector<Policy> before, after;
    Review result;
};

inline Loaded review_of(const std::string& before, const std::string& after, const ReviewOptions& options = {}) {
    Loaded loaded{load("old", before), load("new", after), {}};
    loaded.result = review(loaded.before[0], loaded.after[0], options);
    return loaded;
}

inline std::string host(const std::string& rules) {
    return "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n" + rules + "COMMIT\n";
}

inline std::vector<std::string> texts(const Review& review) {
    std::vector<std::string> all;
    for (const auto& path : review.paths) {
        for (const auto& region : path.regions) {
            for (const auto& product : region.first_packets) {
                all.push_back(std::string(to_string(region.direction)) + " " + to_string(product));
            }
        }
    }
    return all;
}

inline std::vector<std::string> causes(const ChangedRegion& region) {
    std::vector<std::string> all;
    for (const auto& [added, span] : region.because) {
        all.push_back((added ? "+" : "-") + std::to_string(span.line()));
    }
    return all;
}

inline bool in_any(const std::vector<Product>& products, const Packet& packet) {
    return std::any_of(products.begin(), products.end(), [&](const Product& p) { return contains(p, packet); });
}

}  // namespace fwproof::reviewing
