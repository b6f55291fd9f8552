// Rules for programs against the programs that a site says are listening.
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
