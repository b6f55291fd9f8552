#include "support/catch.hpp"
#include "support/program.hpp"

#include <filesystem>

TEST_CASE("the directory of a group policy backup is one export") {
    const std::string backup = "fixtures/vendor/windows/backup/{5A0C1E2B-7D34-4F6A-9B11-2C3D4E5F6071}";
    const Ran whole = run_fwproof({"check", "--as", "management-server", backup});
    CHECK(whole.err.find("is a directory") == std::string::npos);
    CHECK(whole.status != 2);
    // A directory of exports, and of backups, is a fleet.
    const Ran fleet =
        run_fwproof({"check", "--as", "management-server", "--format", "json", "fixtures/vendor/windows"});
    CHECK(fleet.status == 1);
    CHECK(fleet.err.empty());
    CHECK(fleet.out.find("\"file\": \"" + backup + "\"") != std::string::npos);
}

TEST_CASE("a backup is found under any spelling, without what is for users") {
    const std::string directory = fresh_directory("backup spelling");
    namespace fs = std::filesystem;
    const std::string from = "/fixtures/vendor/windows/one-policy/";
    const auto put = [&](const std::string& file, const std::string& path) {
        fs::create_directories((fs::path(directory) / path).parent_path());
        fs::copy_file(FWPROOF_ROOT + from + file, fs::path(directory) / path);
    };
    put("registry.pol", "DOMAINSYSVOL/GPO/Machine/REGISTRY.POL");
    put("Registry.xml", "DOMAINSYSVOL/GPO/Machine/Preferences/Registry/REGISTRY.XML");
    put("Registry.xml", "DOMAINSYSVOL/GPO/USER/Preferences/Registry/Registry.xml");
    put("registry.pol", "DOMAINSYSVOL/GPO/User/registry.pol");
    const Ran ran = run_fwproof({"show", "--as", "rules", "--format", "json", directory});
    CHECK(ran.err.empty());
    CHECK(ran.status == 0);
    // Each rule of the policy stands in registry.pol and in the preferences of the computer.
    std::size_t count = 0;
    for (std::size_t at = 0; (at = ran.out.find("\"name\": \"Agent-In\"", at)) != std::string::npos; ++at) ++count;
    CHECK(count == 2);
}

TEST_CASE("a file that a site names is read or ends the run") {
    const std::string directory = fresh_directory("named export");
    write_file(directory, "junk.txt", "hello world junk\n");
    std::filesystem::copy_file(std::string(FWPROOF_ROOT) + "/fixtures/vendor/windows/one-policy/policy.reg",
                               directory + "/policy.reg");
    write_file(directory, "site.toml",
               "format = \"flow-site/1\"\n[site]\ncatalogs = [\"scom\"]\n[[host]]\nid = \"ms1\"\naddresses = "
               "[\"10.1.0.11\"]\n[[bind]]\nrole = \"management-server\"\nhosts = [\"ms1\"]\n[[firewall]]\nexport = "
               "[\"policy.reg\", \"junk.txt\"]\nhost = \"ms1\"\n");
    const Ran ran = run_fwproof({"check", "--site", "site.toml"}, directory);
    CHECK(ran.status == 2);
    CHECK(
        ran.err ==
        "junk.txt: error: not a Windows Firewall export that fwproof knows; use netsh advfirewall export FILE.wfw, reg "
        "export, or Get-GPOReport -ReportType Xml\n");
}

TEST_CASE("the security template of a backup counts") {
    namespace fs = std::filesystem;
    const std::string directory = fresh_directory("backup template");
    const std::string machine = directory + "/{1}/DomainSysvol/GPO/Machine";
    fs::create_directories(machine + "/microsoft/windows nt/SecEdit");
    fs::copy_file(FWPROOF_ROOT + std::string("/fixtures/vendor/windows/one-policy/registry.pol"),
                  machine + "/registry.pol");
    const auto verdict = [&](const std::string& service) {
        write_file(machine + "/microsoft/windows nt/SecEdit", "GptTmpl.inf",
                   "[Unicode]\r\nUnicode=yes\r\n[Version]\r\nsignature=\"$CHICAGO$\"\r\nRevision=1\r\n"
                   "[Service General Setting]\r\n" +
                       service + "\r\n");
        const Ran ran =
            run_fwproof({"explain", directory + "/{1}", "tcp 192.0.2.1 > 10.9.9.9:9", "--network-profile", "domain"});
        return ran.out.substr(0, ran.out.find(' '));
    };
    CHECK(verdict("\"Spooler\",4,\"\"") == "deny");
    CHECK(verdict("\"MpsSvc\",4,\"\"") == "unknown");
    // A directory of backups is many exports.
    CHECK(run_fwproof({"explain", ".", "tcp 192.0.2.1 > 10.9.9.9:9"}, directory).err ==
          ".: error: is a directory; name one of the policy objects in it: ./{1}\n");
}
