// Hosts that share an address, and hosts that are alike.
#include <fmt/format.h>

#include "catalog/builders.hpp"

using namespace fwproof;
using namespace fwproof::testing;

TEST_CASE("hosts that share an address talk between those of their own") {
    const auto pairs = [](const std::string& one, const std::string& other) {
        const Resolution resolution = resolved(site_of(top("scom") + "[[host]]\nid = \"a\"\naddresses = [" + one +
                                                       "]\n[[host]]\nid = \"b\"\naddresses = [" + other +
                                                       "]\n[[bind]]\nrole = \"management-server\"\nhosts = [\"a\", "
                                                       "\"b\"]\n"));
        Lines list;
        for (const Requirement& requirement : resolution.requirements) {
            if (requirement.flow != "ms-ms" || requirement.need != Need::required) continue;
            list.push_back(to_string(*requirement.from.addresses) + " > " + to_string(*requirement.to.addresses));
        }
        return list;
    };
    CHECK(pairs("\"10.1.0.11\", \"10.1.0.100\"", "\"10.1.0.12\", \"10.1.0.100\"") ==
          Lines{"10.1.0.11 > 10.1.0.12", "10.1.0.12 > 10.1.0.11"});
    // Nothing of its own is left: the same computer under two names.
    CHECK(pairs("\"10.1.0.11\", \"10.1.0.100\"", "\"10.1.0.100\"").empty());
    CHECK(pairs("\"10.1.0.11\"", "\"10.1.0.12\"") == Lines{"10.1.0.11 > 10.1.0.12", "10.1.0.12 > 10.1.0.11"});
}
