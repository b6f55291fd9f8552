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

TEST_CASE("many hosts that are alike do not need together what nobody needs now") {
    const auto site = [](std::size_t clients, const std::string& more = {}) {
        std::string addresses;
        for (std::size_t i = 0; i < clients; ++i) {
            addresses += fmt::format("{}\"10.20.{}.{}\"", i == 0 ? "" : ", ", i / 200, 1 + i % 200);
        }
        return resolved(
            site_of(top("configmgr") + "[[bind]]\nrole = \"client\"\naddresses = [" + addresses + "]\n" + more));
    };
    // Between clients: three services of features that are off.
    CHECK(lines(site(2), "client-client").size() == 2 * 3);
    const Resolution many = site(600);
    const std::string all = "10.20.0.1, 10.20.0.2 and 598 more";
    CHECK(lines(many, "client-client") == Lines{all + " > " + all + " udp/9 feature-off",
                                                all + " > " + all + " udp/25536 feature-off",
                                                all + " > " + all + " icmp/8 feature-off"});
    for (const Requirement& requirement : many.requirements) {
        if (requirement.flow != "client-client") continue;
        CHECK(requirement.from.addresses->contains(*parse_address("10.20.2.200")));
        CHECK(requirement.to.addresses->contains(*parse_address("10.20.0.1")));
        CHECK_FALSE(requirement.to.addresses->contains(*parse_address("10.20.0.201")));
    }
    // Needed, it is asked of every pair.
    const Resolution on = site(20, "[features.configmgr]\nwake-up-proxy = true\n");
    CHECK(lines(on, "client-client").size() >= 20 * 19);
    // A host with a firewall of its own is told apart, for the sake of that firewall.
    CHECK(lines(site(20, "[[firewall]]\nexport = \"c.reg\"\nhost = \"10.20.0.7\"\n"), "client-client").size() == 3 * 3);
}
