// Waivers of the site file and of .fwproof.toml cover what lint finds, as they do in check.
#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/program.hpp"

namespace {

constexpr const char* kRules =
    "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n"
    "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n"
    "-A INPUT -p tcp -m tcp --dport 23 -j ACCEPT\nCOMMIT\n";

constexpr const char* kSite =
    "format = \"flow-site/1\"\n[site]\nname = \"Demo\"\ncatalogs = [\"scom\"]\n"
    "[[zone]]\nid = \"a\"\nprefixes = [\"10.0.0.0/8\"]\n[[zone]]\nid = \"b\"\nprefixes = [\"192.168.0.0/16\"]\n"
    "[[firewall]]\nid = \"edge\"\nexport = \"rules/edge.v4\"\nzones = [[\"a\", \"b\"]]\n"
    "[[waiver]]\ncheck = \"admin-port-from-untrusted\"\nfirewall = \"edge\"\nregion = \"tcp any > any:22\"\n"
    "until = 2026-12-31\nowner = \"net-ops\"\nreason = \"the jump host is being built\"\n";

constexpr const char* kProject =
    "site = \"site.toml\"\n[[waiver]]\ncheck = \"cleartext-service\"\nregion = \"tcp any > any:23\"\n"
    "until = 2026-03-31\nowner = \"net-ops\"\nreason = \"old switches\"\n";

std::string project(const std::string& name) {
    std::string here = fresh_directory(name);
    write_file(fresh_directory(name + "/rules"), "edge.v4", kRules);
    write_file(here, "site.toml", kSite);
    write_file(here, ".fwproof.toml", kProject);
    return here;
}

Ran lint(const std::string& here, std::vector<std::string> more) {
    more.insert(more.begin(), {"lint", "--as-of", "2026-11-01", "--select",
                               "admin-port-from-untrusted,cleartext-service,expired-waiver,unused-waiver"});
    return run_fwproof(more, here);
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("lint obeys the waivers of the project and of its site, and an ended one says why its finding is back") {
    const std::string here = project("lint-waivers");
    // The site knows the export under its own name; without an export the site says which ones there are.
    for (const auto& arguments : {std::vector<std::string>{"rules/edge.v4"}, {"rules"}, {}, {"--site", "site.toml"}}) {
        CAPTURE(arguments);
        const Ran ran = lint(here, arguments);
        CHECK(ran.err.empty());
        CHECK(ran.status == 1);
        CHECK(has(ran.out, "rules/edge.v4:5:1: waived[admin-port-from-untrusted]: INPUT rule 1 "));
        CHECK(has(ran.out, "  waived      the jump host is being built\n"));
        CHECK(has(ran.out, "rules/edge.v4:6:1: error[admin-port-from-untrusted]: INPUT rule 2 "));
        CHECK(has(ran.out, "              waived until 2026-03-31: old switches\n"));
        CHECK(has(ran.out,
                  ".fwproof.toml:2:1: error[expired-waiver]: the waiver of cleartext-service ended on 2026-03-31, "
                  "and 1 finding it covered is back\n"));
        CHECK(
            has(ran.out, "\n2 errors, 1 warning, no note, 1 waived; 1 export, 2 rules, every statement understood\n"));
    }
}

TEST_CASE("a waiver shows as a suppression in SARIF and not as a finding that fails") {
    const std::string here = project("lint-waivers-sarif");
    const Ran ran = lint(here, {"--ignore", "cleartext-service", "--format", "sarif", "rules/edge.v4"});
    const auto log = nlohmann::json::parse(ran.out);
    const auto& results = log["runs"][0]["results"];
    REQUIRE(results.size() == 2);
    CHECK(results[0]["suppressions"] == nlohmann::json::parse(R"([{"kind": "external", "status": "accepted",
                                     "justification": "the jump host is being built"}])"));
    CHECK(!results[1].contains("suppressions"));
}

TEST_CASE("a waiver of another firewall covers nothing, and lint says so") {
    const std::string here = project("lint-waivers-other");
    std::string site = kSite;
    site.replace(site.find("firewall = \"edge\""), 17, "firewall = \"core\"");
    write_file(here, "site.toml", site);
    const Ran ran = lint(here, {"rules/edge.v4"});
    CHECK(has(ran.out, "rules/edge.v4:5:1: error[admin-port-from-untrusted]: "));
    CHECK(has(ran.out,
              "site.toml:15:1: warning[unused-waiver]: this waiver of admin-port-from-untrusted covers no finding\n"));
}

TEST_CASE("a site that lint cannot use is refused") {
    const std::string here = project("lint-waivers-bad");
    CHECK(lint(here, {"--site", "none.toml"}).err ==
          "none.toml: error: cannot be read: No such file or directory; check the path; it is taken from the current "
          "directory\n");
    write_file(here, ".fwproof.toml", "sight = \"site.toml\"\n");
    const Ran ran = lint(here, {"rules/edge.v4"});
    CHECK(ran.status == 2);
    CHECK(ran.out.empty());
    CHECK(ran.err.starts_with(".fwproof.toml:1:1: error: "));
}
