// Required flows across Cisco ASAs, as a user sees what became of them.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/program.hpp"

namespace {

std::string interface(int number, const std::string& name, int level, const std::string& address) {
    return fmt::format("interface GigabitEthernet0/{}\n nameif {}\n security-level {}\n ip address {} 255.255.255.0\n",
                       number, name, level, address);
}

// Between outside (203.0.113.0/24) and inside (10.10.5.0/24), whole as a device prints it.
std::string edge(const std::string& rest) {
    return ": Saved\nASA Version 9.16(4)\nhostname edge\n" + interface(0, "outside", 0, "203.0.113.2") +
           interface(1, "inside", 100, "10.10.5.1") + rest + ": end\n";
}

// One flow: a gateway server at `from` to a management server at `to`.
std::string site(const std::string& from, const std::string& to, const std::string& firewalls) {
    return "format = \"flow-site/1\"\n[site]\ncatalogs = [\"scom\"]\n[[host]]\nid = \"gw1\"\naddresses = [" + from +
           "]\n[[host]]\nid = \"ms1\"\naddresses = [" + to +
           "]\n[[bind]]\nrole = \"gateway-server\"\nhosts = [\"gw1\"]\n[[bind]]\nrole = \"management-server\"\n"
           "hosts = [\"ms1\"]\n" +
           firewalls;
}

const std::string kDefault = "route outside 0.0.0.0 0.0.0.0 203.0.113.1 1\n";
const std::string kPermit =
    "access-list IN extended permit tcp host 10.10.5.10 any eq 5723\naccess-group IN in interface inside\n";

}  // namespace

TEST_CASE("the parts of an ASA are one file") {
    const std::string here = fresh_directory("asa-parts");
    write_file(here, "if.txt", edge(kDefault + "access-group IN in interface inside\n"));
    write_file(here, "acl.txt", "access-list IN extended permit tcp host 10.10.5.10 any eq 5723\n");
    write_file(here, "site.toml",
               site("\"10.10.5.10\"", "\"198.18.5.5\"", "[[firewall]]\nexport = [\"if.txt\", \"acl.txt\"]\n"));
    const Ran ran = run_fwproof({"check", "--site", "site.toml"}, here);
    CHECK(ran.status == 2);
    CHECK(
        ran.err ==
        "if.txt: error: with the others of its list holds 2 devices or policy objects, where the firewall 'if.txt' of "
        "the site is one; every file of an ASA counts as a device: put the parts of one into a single file\n");
}

TEST_CASE("what only translates is no rule that permits a flow") {
    const std::string here = fresh_directory("asa-permitted-by");
    write_file(here, "edge.cfg",
               edge("object network IN\n subnet 10.10.0.0 255.255.0.0\n nat (inside,outside) dynamic interface\n" +
                    kPermit + kDefault));
    write_file(here, "site.toml", site("\"10.10.5.10\"", "\"198.18.5.5\"", "[[firewall]]\nexport = \"edge.cfg\"\n"));
    const auto json =
        nlohmann::json::parse(run_fwproof({"check", "--site", "site.toml", "--format", "json"}, here).out);
    std::string rules;
    for (const auto& flow : json.at("flows")) {
        for (const auto& rule : flow.at("permitted_by")) rules += rule.at("rule").get<std::string>() + "; ";
    }
    CHECK(rules == "IN line 1; ");
}

TEST_CASE("a flow for which a whole export has no route is not satisfied") {
    const std::string here = fresh_directory("asa-no-route");
    write_file(here, "site.toml", site("\"10.10.5.10\"", "\"198.18.5.5\"", "[[firewall]]\nexport = \"edge.cfg\"\n"));
    const auto check = [&](const std::string& rest) {
        write_file(here, "edge.cfg", edge(rest));
        return run_fwproof({"check", "--site", "site.toml"}, here).out;
    };
    CHECK(check(kPermit + kDefault).find("1 of 1 required flow satisfied") != std::string::npos);
    for (const std::string within : {"", "same-security-traffic permit intra-interface\n"}) {
        const std::string told = check(within + kPermit);
        INFO(told);
        CHECK(told.find("0 of 1 required flow satisfied, 1 undecided") != std::string::npos);
        CHECK(told.find("a route to the destination, which the export does not hold") != std::string::npos);
    }
}

TEST_CASE("an address of a host that the device itself has is no way to the host") {
    const std::string here = fresh_directory("asa-own-address");
    write_file(here, "edge.cfg",
               edge("access-list OUT extended permit tcp any any eq 5723\naccess-group OUT in interface outside\n" +
                    kDefault));
    const std::string firewall = "[[firewall]]\nexport = \"edge.cfg\"\n";
    write_file(here, "site.toml", site("\"198.18.5.5\"", "\"10.10.5.10\", \"203.0.113.2\"", firewall));
    const Ran ran = run_fwproof({"check", "--site", "site.toml"}, here);
    INFO(ran.out);
    CHECK(ran.out.find("203.0.113.2 is an address of edge.cfg itself") != std::string::npos);
    CHECK(ran.out.find("0 of 1 required flow satisfied, 1 unchecked") != std::string::npos);
    write_file(here, "site.toml", site("\"198.18.5.5\"", "\"10.10.5.10\"", firewall));
    CHECK(run_fwproof({"check", "--site", "site.toml"}, here).out.find("1 of 1 required flow satisfied") !=
          std::string::npos);
}

TEST_CASE("a device beside the way does not say where a flow arrives") {
    const std::string here = fresh_directory("asa-arrival");
    write_file(here, "edge.cfg",
               edge("object network MS1\n host 10.10.5.99\n nat (inside,outside) static 203.0.113.7\n"
                    "access-list OUT extended permit tcp any any eq 5723\naccess-group OUT in interface outside\n" +
                    kDefault));
    write_file(here, "far.cfg",
               ": Saved\nASA Version 9.16(4)\nhostname far\n" + interface(0, "up", 0, "192.0.2.2") +
                   interface(1, "lab", 100, "172.20.5.1") +
                   "object network LAB\n host 172.20.5.7\n nat (lab,up) static 192.0.2.9\n"
                   "route up 0.0.0.0 0.0.0.0 192.0.2.1 1\n: end\n");
    write_file(here, "site.toml",
               site("\"198.18.5.5\"", "\"203.0.113.7\"",
                    "[[firewall]]\nexport = \"edge.cfg\"\n[[firewall]]\nexport = \"far.cfg\"\n"));
    const Ran ran = run_fwproof({"check", "--site", "site.toml"}, here);
    INFO(ran.out);
    CHECK(ran.out.find("whether 10.10.5.99, to which edge.cfg translates the destination") != std::string::npos);
    CHECK(ran.out.find("0 of 1 required flow satisfied, 1 undecided") != std::string::npos);
}
