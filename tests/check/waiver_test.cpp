// Waivers cover a region until a day; what is over, malformed or unused is said.
#include "fwproof/check/check.hpp"
#include "support/flows.hpp"

using namespace fwproof;
using namespace fwproof::test;

namespace {

constexpr std::string_view kExport =
    "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n"
    "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"
    "-A FORWARD -s 10.1.0.11/32 -d 10.2.0.21/32 -p tcp -m multiport --dports 445,1433 -j ACCEPT\nCOMMIT\n";

Waiver waiver(std::string region, std::optional<Date> until) {
    Waiver made;
    made.check = "install-only-opening";
    made.region = std::move(region);
    made.until = until;
    made.reason = "second database is being installed";
    return made;
}

// "check severity: message [waived: reason]", one a line.
std::string findings(std::vector<Waiver> waivers, std::string_view text_of_export = kExport,
                     std::vector<std::string> ignore = {"ownerless-waiver", "endless-waiver", "blanket-waiver"},
                     bool also_135 = false) {
    const auto ms = end("ms", "ms1", "10.1.0.11");
    const auto sql = end("db", "sql1", "10.2.0.21");
    Resolution resolution;
    resolution.requirements = {need(ms, sql, kTcp, "1433"), need(ms, sql, kTcp, "445")};
    resolution.requirements[1].need = Need::phase_over;
    resolution.requirements[1].need_reason = "needed only during installation";
    resolution.requirements[1].closable = true;
    resolution.requirements[1].also = {"setup/smb"};
    if (also_135) {
        resolution.requirements.push_back(resolution.requirements[1]);
        resolution.requirements[2].service = "tcp135";
        resolution.requirements[2].services = service(kTcp, *parse_ports("135"));
        resolution.requirements[2].ports_text = "tcp/135";
        resolution.requirements[2].also.clear();
    }
    const auto policies = load("edge", std::string(text_of_export));
    CheckInput input;
    input.topology.firewalls = {transit("edge", policies.at(0))};
    input.resolution = &resolution;
    input.waivers = std::move(waivers);
    input.today = std::chrono::sys_days(Date(std::chrono::year(2026), std::chrono::month(7), std::chrono::day(1)));
    const CheckContext context(std::move(input));
    const auto selected = select_checks({.subjects = {Subject::site, Subject::waiver}, .ignore = std::move(ignore)});
    REQUIRE(selected);
    std::string text;
    for (const auto& finding : run_checks(context, *selected)) {
        text += finding.check + " " + std::string(to_string(finding.severity)) + ": " + finding.message;
        if (!finding.waived_by.empty()) text += " [waived: " + finding.waived_by + "]";
        for (const auto& detail : finding.details) text += " (" + detail + ")";
        text += "\n";
    }
    return text;
}

Date day(unsigned d, unsigned m) { return {std::chrono::year(2026), std::chrono::month(m), std::chrono::day(d)}; }

constexpr std::string_view kOpening =
    "install-only-opening error: FORWARD rule 2 keeps tcp/445 open from ms1 (ms) to sql1 (db) at edge: needed only "
    "during "
    "installation";

}  // namespace

TEST_CASE("without a waiver the opening is reported") { CHECK(findings({}) == std::string(kOpening) + "\n"); }

TEST_CASE("a waiver covers its region up to and including its last day") {
    const std::string waived = std::string(kOpening) + " [waived: second database is being installed]\n";
    CHECK(findings({waiver("", std::nullopt)}) == waived);
    CHECK(findings({waiver("tcp 10.1.0.0/24 > 10.2.0.21:445", day(1, 7))}) == waived);
}

TEST_CASE("a waiver that is over, too narrow or malformed says so") {
    CHECK(findings({waiver("tcp 10.1.0.0/24 > 10.2.0.21:445", day(30, 6))}) ==
          "expired-waiver error: the waiver of install-only-opening ended on 2026-06-30, and 1 finding it covered is "
          "back\n" +
              std::string(kOpening) + " (waived until 2026-06-30: second database is being installed)\n");
    CHECK(findings({waiver("tcp 10.1.0.12 > 10.2.0.21:445", std::nullopt)}) ==
          "unused-waiver warning: this waiver of install-only-opening covers no finding\n" + std::string(kOpening) +
              "\n");
    CHECK(findings({waiver("tcp 10.1.0.12", std::nullopt)}) ==
          "malformed-waiver error: this waiver covers nothing: 'tcp 10.1.0.12' is no flow; write it like 'tcp "
          "10.1.0.0/24 > "
          "10.2.0.5:445'\n" +
              std::string(kOpening) + "\n");
}

TEST_CASE("a waiver may name its check by id") {
    Waiver by_id = waiver("tcp 10.1.0.0/24 > 10.2.0.21:445", std::nullopt);
    by_id.check = find_check("install-only-opening")->id;
    CHECK(findings({by_id}) == std::string(kOpening) + " [waived: second database is being installed]\n");
    by_id.region = "tcp 10.1.0.12 > 10.2.0.21:445";
    CHECK(findings({by_id}) == "unused-waiver warning: this waiver of install-only-opening covers no finding\n" +
                                   std::string(kOpening) + "\n");
}

TEST_CASE("the region of a finding about a site has no interface") {
    CHECK(findings({waiver("tcp 10.1.0.11 > 10.2.0.21:445 in eth1", std::nullopt)})
              .starts_with("malformed-waiver error: this waiver covers nothing: findings of install-only-opening are "
                           "about packets on every interface; take the interface out of 'tcp 10.1.0.11 > "
                           "10.2.0.21:445 in eth1'\n"));
}

TEST_CASE("of an ended waiver and its renewal only the ended one is left over") {
    const std::string region = "tcp 10.1.0.0/24 > 10.2.0.21:445";
    CHECK(findings({waiver(region, day(30, 6)), waiver(region, day(30, 9))}) ==
          "unused-waiver warning: this waiver of install-only-opening covers no finding\n" + std::string(kOpening) +
              " [waived: second database is being installed]\n");
}

TEST_CASE("openings that no entry bounds are covered between the addresses that a waiver without a region names") {
    const auto rules = [](const std::string& permit) {
        return "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n"
               "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n" +
               permit + "COMMIT\n";
    };
    const auto covered = [&](const std::string& permit, Waiver of) {
        of.reason = "agreed";
        const std::string text = findings({of}, rules(permit), {"ownerless-waiver", "endless-waiver"});
        std::string found = text.find("[waived: agreed]") != std::string::npos ? "waived" : "open";
        if (text.find("(not waived: without a region a waiver of " + of.check +
                      " covers only what is open between the "
                      "addresses that it names (agreed))") != std::string::npos) {
            found += ", told why";
        }
        const std::size_t blanket = text.find("blanket-waiver warning: the waiver of " + of.check + " ");
        if (blanket != std::string::npos) found += ", " + text.substr(blanket, text.find('\n', blanket) - blanket);
        if (text.find("unused-waiver") != std::string::npos) found += ", unused";
        return found;
    };
    const std::string blanket = ", blanket-waiver warning: the waiver of ";
    const std::string between = " covers whatever is opened between the addresses that it names, on any port";
    Waiver wider;
    wider.check = "wider-than-required";
    wider.flow = "ms-db";
    const std::string more_ports = "-A FORWARD -s 10.1.0.11 -d 10.2.0.21 -p tcp -m tcp --dport 1433:1434 -j ACCEPT\n";
    CHECK(covered(more_ports, wider) == "waived" + blanket + wider.check + between);
    CHECK(covered("-A FORWARD -p tcp -m tcp --dport 1433 -j ACCEPT\n", wider) ==
          "open, told why" + blanket + wider.check + between);
    Waiver other;
    other.check = "uncatalogued-opening";
    other.hosts = {"sql1"};
    const std::string serving = "-A FORWARD -s 10.1.0.11 -d 10.2.0.21 -p tcp -m tcp --dport 1433 -j ACCEPT\n";
    CHECK(covered(serving + "-A FORWARD -d 10.2.0.21 -p tcp -m tcp --dport 3389 -j ACCEPT\n", other) ==
          "open, told why" + blanket + other.check + between);
    other.hosts = {"sql1", "ms1"};
    CHECK(covered(serving + "-A FORWARD -s 10.1.0.11 -d 10.2.0.21 -p tcp -m tcp --dport 3389 -j ACCEPT\n", other) ==
          "waived" + blanket + other.check + between);
    other.hosts.clear();
    other.firewall = "edge";
    CHECK(covered(serving + "-A FORWARD -d 10.2.0.21 -p tcp -m tcp --dport 3389 -j ACCEPT\n", other) ==
          "waived" + blanket + other.check + " covers every finding of that check at edge");
    other.region = "tcp any > 10.2.0.21:3389";
    CHECK(covered(serving + "-A FORWARD -d 10.2.0.21 -p tcp -m tcp --dport 3389 -j ACCEPT\n", other) == "waived");
}

TEST_CASE("a waiver of an entry covers no finding that is about others too") {
    const std::string text(kExport);
    const std::string both = text.substr(0, text.find("445,1433")) + "135,445,1433 -j ACCEPT\nCOMMIT\n";
    struct Case {
        std::string catalog, flow, service;
        std::string one, two;  // of a finding about tcp/445; about tcp/445 and tcp/135
    };
    const std::string part = "not waived: it is about more than ";
    const std::vector<Case> cases = {
        {"", "ms-db", "", "waived", "waived"},
        {"demo", "", "", "waived", "waived"},
        {"", "ms-db", "tcp445", "waived", part + "ms-db/tcp445, which a waiver names (agreed)"},
        {"demo", "ms-db", "tcp445", "waived", part + "demo ms-db/tcp445, which a waiver names (agreed)"},
        {"", "", "tcp135", "unused", part + "service tcp135, which a waiver names (agreed)"},
        // By the name of an entry that asks for the same packets.
        {"", "setup", "smb", "waived", part + "setup/smb, which a waiver names (agreed)"},
        {"", "setup", "", "waived", part + "setup, which a waiver names (agreed)"},
        {"", "setup", "tcp445", "unused", "unused"},
        {"other", "ms-db", "", "unused", "unused"},
    };
    for (const auto& one : cases) {
        CAPTURE(one.catalog, one.flow, one.service);
        Waiver made = waiver("", std::nullopt);
        made.catalog = one.catalog;
        made.flow = one.flow;
        made.service = one.service;
        made.reason = "agreed";
        const auto covered = [&](std::string_view rules, bool also_135) -> std::string {
            const std::string found =
                findings({made}, rules, {"ownerless-waiver", "endless-waiver", "blanket-waiver"}, also_135);
            if (found.find("unused-waiver") != std::string::npos) return "unused";
            if (found.find("[waived: agreed]") != std::string::npos) return "waived";
            const std::size_t why = found.find("(not waived") + 1;
            return found.substr(why, found.rfind(')') - why);
        };
        CHECK(covered(kExport, false) == one.one);
        CHECK(covered(both, true) == one.two);
    }
}

TEST_CASE("a waiver with a region says of which entry it has become too narrow") {
    const std::string text(kExport);
    const std::string both = text.substr(0, text.find("445,1433")) + "135,445,1433 -j ACCEPT\nCOMMIT\n";
    Waiver made = waiver("tcp 10.1.0.11 > 10.2.0.21:1-1000", std::nullopt);
    made.flow = "ms-db";
    made.service = "tcp445";
    CHECK(findings({made}, both, {"ownerless-waiver", "endless-waiver", "blanket-waiver"}, true)
              .starts_with("waived-rule-widened error: install-only-opening now covers more than the waiver's tcp "
                           "10.1.0.11 > 10.2.0.21:1-1000 for ms-db/tcp445 (FORWARD rule 2 keeps "));
}
