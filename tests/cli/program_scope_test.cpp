// Rules for programs against the programs that a site says are listening.
#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/program.hpp"

namespace {

std::string site(const std::string& host, const std::string& export_name, const std::string& programs) {
    return "format = \"flow-site/1\"\n[site]\ncatalogs = [\"scom\"]\n"
           "[[host]]\nid = \"ms1\"\naddresses = [\"10.1.0.11\"]\n"
           "[[host]]\nid = \"ag1\"\naddresses = [\"10.1.0.50\"]\n"
           "[[bind]]\nrole = \"management-server\"\nhosts = [\"ms1\"]\n" +
           programs +
           "[[bind]]\nrole = \"windows-agent\"\nhosts = [\"ag1\"]\n"
           "[[firewall]]\nexport = \"" +
           export_name + "\"\nhost = \"" + host + "\"\nnetwork-profile = \"domain\"\n";
}

const std::string kProgram = "programs = [\"MonitoringHost.exe\"]\n";
const std::string kPath =
    "programs = [\"C:\\\\Program Files\\\\SCOM\\\\Server\\\\MonitoringHost.exe\"]\nprogram-services = "
    "[\"HealthService\"]\n";

std::string reg(const std::string& outbound, const std::vector<std::string>& rules) {
    std::string text =
        "Windows Registry Editor Version "
        "5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\"
        "Parameters\\FirewallPolicy\\DomainProfile]\r\n\"EnableFirewall\"=dword:00000001\r\n\"DefaultInboundAction\"="
        "dword:00000001\r\n\"DefaultOutboundAction\"=dword:0000000" +
        outbound +
        "\r\n\r\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy\\"
        "FirewallRules]\r\n";
    for (std::size_t i = 0; i < rules.size(); ++i)
        text += "\"r" + std::to_string(i) + "\"=\"v2.31|Active=TRUE|Protocol=6|" + rules[i] + "\"\r\n";
    return text;
}

}  // namespace

TEST_CASE("a rule for a program serves what that program needs") {
    struct Case {
        std::string name, programs;
        std::vector<std::string> rules;
        std::string verdict;
    };
    const std::string in = "Action=Allow|Dir=In|LPort=5723|";
    const std::vector<Case> cases = {
        {"a variable for the same directory",
         kPath,
         {in + "App=%ProgramFiles%\\\\SCOM\\\\Server\\\\MonitoringHost.exe|"},
         "satisfied"},
        {"another program", kPath, {in + "App=C:\\\\spotify.exe|"}, "missing"},
        {"another service", kPath, {in + "Svc=Spooler|"}, "missing"},
        {"the service", kPath, {in + "App=%SystemRoot%\\\\system32\\\\svchost.exe|Svc=HealthService|"}, "satisfied"},
        {"a block of another program", kPath, {in, "Action=Block|Dir=In|App=C:\\\\spotify.exe|"}, "satisfied"},
        {"a block of the program",
         kPath,
         {in, "Action=Block|Dir=In|App=%ProgramFiles%\\\\SCOM\\\\Server\\\\MonitoringHost.exe|"},
         "missing"},
        {"a file of that name below Program Files",
         kProgram,
         {in + "App=C:\\\\Program Files\\\\X\\\\MonitoringHost.exe|"},
         "satisfied"},
        {"one that anybody may have put there",
         kProgram,
         {in + "App=C:\\\\Users\\\\Public\\\\MonitoringHost.exe|"},
         "conditional"},
        {"no program is said", "", {in + "App=C:\\\\spotify.exe|"}, "conditional"},
    };
    const std::string directory = fresh_directory("program scope");
    for (const auto& item : cases) {
        INFO(item.name);
        write_file(directory, "host.reg", reg("0", item.rules));
        write_file(directory, "site.toml", site("ms1", "host.reg", item.programs));
        const Ran ran = run_fwproof({"check", "--site", "site.toml", "--format", "json"}, directory);
        CHECK(ran.err.empty());
        const bool found = ran.out.find("\"verdict\": \"" + item.verdict + "\"") != std::string::npos;
        if (!found) WARN(ran.out);
        CHECK(found);
    }
}

TEST_CASE("the RPC keyword with the endpoint mapper is what the document asks for as dynamic RPC") {
    const std::string directory = fresh_directory("rpc keyword");
    const std::string in = "Action=Allow|Dir=In|";
    const auto rpc_is = [&](const std::vector<std::string>& rules, const std::vector<std::string>& question,
                            const std::string& service) {
        write_file(directory, "host.reg", reg("0", rules));
        std::vector<std::string> words = {"check", "host.reg", "--format", "json"};
        words.insert(words.end(), question.begin(), question.end());
        const std::string out = run_fwproof(words, directory).out;
        std::string found;
        for (const std::string check : {"conditional-opening", "missing-opening", "partial-opening"}) {
            for (auto at = out.find("\"" + check + "\""); at != std::string::npos;
                 at = out.find("\"" + check + "\"", at + 1)) {
                const auto end = out.find("\"check\"", at + 1);
                if (out.substr(at, end - at).find(service) != std::string::npos) found = check;
            }
        }
        return found;
    };
    const std::vector<std::string> database = {"--catalog", "scom",   "--as", "operations-manager-database",
                                               "--phase",   "install"};
    CHECK(rpc_is({in + "LPort=RPC|", in + "LPort=RPC-EPMap|"}, database, "tcp/49152-65535") == "");
    CHECK(rpc_is({in + "LPort=RPC|App=C:\\x.exe|", in + "LPort=RPC-EPMap|"}, database, "tcp/49152-65535") ==
          "conditional-opening");
    const std::vector<std::string> site_server = {"--catalog", "configmgr", "--as", "site-server"};
    CHECK(rpc_is({in + "LPort=RPC|", in + "LPort=RPC-EPMap|"}, site_server, "port keyword RPC") == "");
}

TEST_CASE("the programs that listen say nothing about those that call") {
    const std::string directory = fresh_directory("program scope outbound");
    write_file(directory, "host.reg", reg("1", {"Action=Allow|Dir=Out|RPort=5723|App=C:\\\\agent.exe|"}));
    write_file(directory, "site.toml", site("ag1", "host.reg", kPath));
    const Ran ran = run_fwproof({"check", "--site", "site.toml", "--format", "json"}, directory);
    CHECK(ran.out.find("\"verdict\": \"conditional\"") != std::string::npos);
}

namespace {

// A management server installs the database of db1, or has done so.
std::string database_site(const std::string& phase, const std::string& programs) {
    return "format = \"flow-site/1\"\n[site]\ncatalogs = [\"scom\"]\nphase = \"" + phase +
           "\"\n[[host]]\nid = \"ms1\"\naddresses = [\"10.1.0.11\"]\n"
           "[[host]]\nid = \"db1\"\naddresses = [\"10.1.0.50\"]\n"
           "[[bind]]\nrole = \"management-server\"\nhosts = [\"ms1\"]\n"
           "[[bind]]\nrole = \"operations-manager-database\"\nhosts = [\"db1\"]\n" +
           programs + "[[firewall]]\nexport = \"host.reg\"\nhost = \"db1\"\nnetwork-profile = \"domain\"\n";
}

const std::string kDatabase = "programs = [\"sqlservr.exe\"]\n";
const std::string kSql = "C:\\\\Program Files\\\\SQL\\\\sqlservr.exe";

std::string any(const std::string& rest) { return "Action=Allow|Dir=In|" + rest; }

}  // namespace

TEST_CASE("a rule for a program counts for the ports that it can hold") {
    struct Case {
        std::string name, programs, rule;
        // of tcp/1433, udp/1434, tcp/135, udp/137, tcp/445, tcp/49152-65535
        std::vector<std::string> verdicts;
    };
    const std::string open = "conditional", no = "missing", yes = "satisfied";
    const std::string svchost = "%SystemRoot%\\\\system32\\\\svchost.exe";
    const std::vector<Case> cases = {
        {"for the database", kDatabase, "App=" + kSql + "|", {yes, no, no, no, no, open}},
        {"for the database, of which nobody says what it is", "", "App=" + kSql + "|", {open, no, no, no, no, open}},
        {"for the kernel", kDatabase, "App=System|", {open, no, no, no, yes, open}},
        {"for the kernel, and nobody says who listens", "", "App=System|", {open, no, no, no, yes, open}},
        {"for another program", kDatabase, "App=C:\\\\x.exe|", {no, no, no, no, no, open}},
        {"for the endpoint mapper", kDatabase, "App=" + svchost + "|Svc=RpcSs|", {no, no, yes, no, open, open}},
        {"for a service", kDatabase, "App=" + svchost + "|Svc=winmgmt|", {no, no, no, no, open, open}},
        {"for a service, and nobody says who listens",
         "",
         "App=" + svchost + "|Svc=winmgmt|",
         {open, no, no, no, open, open}},
        {"for a service in the database", kDatabase, "App=" + kSql + "|Svc=MSSQLSERVER|", {open, no, no, no, no, open}},
        {"for a package", kDatabase, "AppPkgId=S-1-15-2-1|", {no, no, no, no, no, no}},
        {"for a package, and nobody says who listens", "", "AppPkgId=S-1-15-2-1|", {open, no, no, no, no, no}},
        {"for the port of IP-HTTPS", "", "LPort2_10=IPHTTPSIn|", {no, no, no, no, no, no}},
    };
    const std::string directory = fresh_directory("program ports");
    const std::vector<std::string> services = {"tcp/1433", "udp/1434", "tcp/135",
                                               "udp/137",  "tcp/445",  "tcp/49152-65535"};
    for (const auto& item : cases) {
        INFO(item.name);
        write_file(directory, "host.reg", reg("0", {any(item.rule)}));
        write_file(directory, "site.toml", database_site("install", item.programs));
        const Ran ran = run_fwproof({"check", "--site", "site.toml", "--format", "json"}, directory);
        CHECK(ran.err.empty());
        const auto report = nlohmann::json::parse(ran.out);
        for (std::size_t i = 0; i < services.size(); ++i) {
            INFO(services[i]);
            std::string verdict;
            for (const auto& flow : report["flows"]) {
                if (flow["ports"] == services[i]) verdict = flow["verdict"];
            }
            CHECK(verdict == item.verdicts[i]);
        }
    }
}

TEST_CASE("a rule for a program that does not listen is no opening for what is needed") {
    const std::string directory = fresh_directory("program surplus");
    const auto said = [&](const std::string& phase, const std::vector<std::string>& rules) {
        write_file(directory, "host.reg", reg("0", rules));
        write_file(directory, "site.toml", database_site(phase, kDatabase));
        return run_fwproof({"check", "--site", "site.toml", "--select",
                            "missing-opening,wider-than-required,install-only-opening", "--color", "never"},
                           directory)
            .out;
    };
    const auto has = [](const std::string& text, const std::string& part) {
        const bool found = text.find(part) != std::string::npos;
        if (!found) WARN(text);
        return found;
    };
    const std::string other = said("runtime", {any("LPort=1433|App=C:\\\\other.exe|")});
    CHECK(has(other, "error[missing-opening]: tcp/1433"));
    CHECK_FALSE(other.find("wider-than-required") != std::string::npos);
    // Nobody says what the kernel does there.
    CHECK(has(said("runtime", {any("LPort=1433|App=System|")}), "r0 is possibly needed for tcp/1433 from ms1"));
    CHECK(has(said("runtime", {any("LPort=1433|App=" + kSql + "|")}), "r0 is needed for tcp/1433 from ms1"));

    CHECK(
        has(said("runtime", {any("LPort=445|App=System|")}), "error[install-only-opening]: r0 possibly keeps tcp/445"));
    CHECK(has(said("runtime", {any("LPort=445|Svc=LanmanServer|")}),
              "warning[install-only-opening]: r0 possibly keeps tcp/445"));
    CHECK(has(said("runtime", {any("App=" + kSql + "|")}),
              "warning[install-only-opening]: r0 possibly keeps tcp/49152-65535 open"));
    const std::string package = said("runtime", {any("AppPkgId=S-1-15-2-1|LPort=445|")});
    CHECK_FALSE(package.find("install-only-opening") != std::string::npos);
}

TEST_CASE("the program that listens is not the one that calls") {
    const std::string directory = fresh_directory("program outbound");
    write_file(directory, "host.reg", reg("1", {"Action=Allow|Dir=Out|RPort=1433|App=" + kSql + "|"}));
    std::string site = database_site("runtime", kDatabase);
    site.replace(site.rfind("db1"), 3, "ms1");
    write_file(directory, "site.toml", site);
    const Ran ran = run_fwproof({"check", "--site", "site.toml"}, directory);
    const bool found = ran.out.find("warning[conditional-opening]: whether tcp/1433 from ms1") != std::string::npos;
    if (!found) WARN(ran.out);
    CHECK(found);
}

TEST_CASE("a rule with several keywords is one decider") {
    const std::string directory = fresh_directory("one decider");
    write_file(directory, "host.reg", reg("0", {any("LPort=1433|RA4=DNS|RA4=DHCP|RA4=WINS|")}));
    write_file(directory, "site.toml", database_site("runtime", ""));
    const Ran ran = run_fwproof({"check", "--site", "site.toml", "--format", "json"}, directory);
    const auto report = nlohmann::json::parse(ran.out);
    std::size_t named = 0;
    for (const auto& finding : report["findings"]) {
        if (finding["check"] != "conditional-opening") continue;
        CHECK(finding["message"].get<std::string>().find("address keyword DNS") != std::string::npos);
        for (const auto& rule : finding["decided_by"]) named += rule["rule"] == "r0";
    }
    CHECK(named == 1);
}

TEST_CASE("the directory of a domain controller is held by one program") {
    struct Case {
        std::string rule;
        bool open = false;
    };
    const std::vector<Case> cases = {
        {"App=%SystemRoot%\\\\System32\\\\lsass.exe|", true},
        {"Svc=kdc|", true},
        {"App=%SystemRoot%\\\\System32\\\\svchost.exe|Svc=winmgmt|", false},
        {"App=%SystemRoot%\\\\System32\\\\RdpSa.exe|", false},
    };
    const std::string directory = fresh_directory("directory ports");
    for (const Case& item : cases) {
        INFO(item.rule);
        write_file(directory, "host.reg", reg("0", {any(item.rule)}));
        const Ran ran = run_fwproof({"check", "--catalog", "scom", "--as", "domain-controller", "host.reg",
                                     "--network-profile", "domain", "--select", "missing-opening,conditional-opening"},
                                    directory);
        for (const std::string port : {"88", "389"}) {
            INFO(ran.out);
            CHECK((ran.out.find("tcp/" + port) == std::string::npos) == item.open);
            CHECK((ran.out.find("error[missing-opening]: tcp/" + port) == std::string::npos) == item.open);
        }
    }
}
