// Every bad input costs one clear message, exit status 2 and an empty standard output.
#include <filesystem>

#include "support/catch.hpp"
#include "support/program.hpp"

namespace {

struct Case {
    std::vector<std::string> arguments;
    std::string message;
};

}  // namespace

TEST_CASE("an interface that the site names and the export does not have is an error, not a list that nobody asks") {
    const std::string here = fresh_directory("bad-interface");
    const std::string asa =
        "ASA Version 9.12(4)\nhostname fw\ninterface GigabitEthernet0/1\n nameif inside\n security-level 100\n"
        " ip address 10.1.0.1 255.255.255.0\ninterface GigabitEthernet0/2\n nameif dmz\n security-level 50\n"
        " ip address 10.2.0.1 255.255.255.0\naccess-list DO extended deny ip any any\n"
        "access-group DO out interface dmz\n";
    write_file(here, "fw.cfg", asa);
    write_file(here, "fw.v4", "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n");
    const auto asked = [&](const std::string& command, const std::string& file, const std::string& interface) {
        write_file(here, "site.toml",
                   "format = \"flow-site/1\"\nsite = {catalogs = [\"scom\"]}\n[[zone]]\nid = \"m\"\n"
                   "prefixes = [\"10.1.0.0/24\"]\n[[zone]]\nid = \"d\"\nprefixes = [\"10.2.0.0/24\"]\n[[firewall]]\n"
                   "id = \"f1\"\nexport = \"" +
                       file + "\"\nzones = [[\"m\", \"d\"]]\ninterfaces = {m = \"inside\", d = [\"" + interface +
                       "\"]}\n");
        const Ran ran = run_fwproof({command, "--site", "site.toml"}, here);
        return ran.status == 2 ? ran.err : "";
    };
    const auto refused = [](const std::string& interface, const std::string& hint) {
        return "site.toml:13:34: error: the export of firewall 'f1' has no interface '" + interface +
               "'\n    interfaces = {m = \"inside\", d = [\"" + interface + "\"]}\n" + std::string(37, ' ') + "^" +
               std::string(interface.size() + 1, '~') + "\nhint: " + hint + "\n";
    };
    for (const std::string command : {"check", "lint"}) {
        CHECK(asked(command, "fw.cfg", "dmx") == refused("dmx", "did you mean 'dmz'?"));
        CHECK(asked(command, "fw.cfg", "DMZ") == refused("DMZ", "did you mean 'dmz'?"));
        CHECK(asked(command, "fw.cfg", "GigabitEthernet0/2") ==
              refused("GigabitEthernet0/2", "rules call GigabitEthernet0/2 'dmz'"));
        CHECK(asked(command, "fw.cfg", "wan") == refused("wan", "known: inside, dmz"));
        CHECK(asked(command, "fw.cfg", "dmz").empty());
        CHECK(asked(command, "fw.v4", "eth7").empty());  // declares none
    }
    write_file(here, "site.toml",
               "format = \"flow-site/1\"\nsite = {catalogs = [\"scom\"]}\n[[firewall]]\nid = \"f1\"\n"
               "export = \"fw.cfg\"\nstateful = false\n");
    CHECK(run_fwproof({"check", "--site", "site.toml"}, here).err ==
          "site.toml:3:1: error: firewall 'f1' follows connections and cannot be stateless\n    [[firewall]]\n    "
          "^~~~~~~~~~~~\nhint: leave 'stateful' out: what the export says counts\n");
    CHECK(asked("check", "gone.cfg", "dmz") ==
          "gone.cfg: error: cannot be read: No such file or directory; check 'export' of firewall 'f1'; it is taken "
          "from the directory of the site file\n");
}

TEST_CASE("what cannot be read is named, with what to do about it") {
    const std::string here = fresh_directory("bad-input");
    std::filesystem::create_directory(here + "/folder");
    write_file(here, "empty.cfg", "");
    write_file(here, "blank.cfg", " \r\n\t\n");
    write_file(here, "junk.bin", std::string("\x7f\x45\x4c\x46\x02\x01\x00\x00\xde\xad\xbe\xef", 12));
    write_file(here, "cut.reg", std::string("\xff\xfeW\0i\0n\0d", 9));
    write_file(here, "entity.xml",
               "<?xml version=\"1.0\"?>\n<!DOCTYPE GPO [<!ENTITY a 'aaaa'><!ENTITY b \"&a;&a;\">]>\n"
               "<GPO xmlns=\"http://www.microsoft.com/GroupPolicy/Settings\"><Name>&b;</Name></GPO>\n");
    write_file(here, "huge.cfg", "x");
    std::filesystem::resize_file(here + "/huge.cfg", std::uintmax_t{1} << 30);  // a hole: takes no room
    write_file(here, "rules.v4", "*filter\n:INPUT DROP [0:0]\nCOMMIT\n");
    write_file(here, "bad-catalog.toml", "format = \"flow-site/1\"\n[site]\nname = \"x\"\ncatalogs = [\"scon\"]\n");
    write_file(
        here, "bad-role.toml",
        "format = \"flow-site/1\"\n[site]\nname = \"x\"\ncatalogs = [\"scom\"]\n[[host]]\nid = \"h\"\naddresses = "
        "[\"10.1.0.1\"]\n[[bind]]\ncatalog = \"scom\"\nrole = \"management-sever\"\nhosts = [\"h\"]\n");
    write_file(
        here, "bad-parameter.toml",
        "format = \"flow-site/1\"\n[site]\nname = \"x\"\ncatalogs = [\"scom\"]\n[parameters.scom]\nsql-prot = 14330\n");
    write_file(here, "broken.toml", "format = \"flow-site/1\"\n[site\n");
    const std::vector<Case> cases = {
        {{"check", "--as", "management-server", "missing.cfg"},
         "missing.cfg: error: cannot be read: No such file or directory; check the path; it is taken from the current "
         "directory\n"},
        {{"lint", "\x1b[31mred.cfg"},
         "?[31mred.cfg: error: cannot be read: No such file or directory; check the path; it is taken from the current "
         "directory\n"},
        {{"check", "--as", "management-server", "empty.cfg"},
         "empty.cfg: error: is empty; export the firewall's policy again\n"},
        {{"check", "--as", "management-server", "blank.cfg"},
         "blank.cfg: error: is empty; export the firewall's policy again\n"},
        {{"check", "--as", "management-server", "huge.cfg"},
         "huge.cfg: error: is larger than 256 MiB; give the firewall export only\n"},
        {{"check", "--as", "management-server", "junk.bin"},
         "junk.bin: error: not a firewall export that fwproof knows; known formats: iptables, asa, windows; "
         "--input-format forces one\n"},
        {{"check", "--as", "management-server", "cut.reg"},
         "cut.reg: error: UTF-16 text is cut in the middle of a character (odd number of bytes); copy or export the "
         "file again\n"},
        {{"check", "--as", "management-server", "entity.xml"},
         "entity.xml:2:1: error: XML with a document type declaration or entities is not read\n    <!DOCTYPE GPO "
         "[<!ENTITY a 'aaaa'><!ENTITY b \"&a;&a;\">]>\n    ^\nhint: Windows writes reports without one; remove it\n"},
        {{"check", "--as", "management-server", "--input-format", "asa", "junk.bin"},
         "junk.bin: error: the file is binary, not a configuration; export the output of 'show running-config' as "
         "text\n"},
        {{"check", "--as", "management-server", "--input-format", "windows", "rules.v4"},
         "rules.v4: error: not a Windows Firewall export that fwproof knows; use netsh advfirewall export FILE.wfw, "
         "reg export, or Get-GPOReport -ReportType Xml\n"},
        {{"check", "--as", "management-server", "--input-format", "iptables", "entity.xml"},
         "entity.xml:1:1: error: no iptables table in this input\n    <?xml version=\"1.0\"?>\n    ^\nhint: "
         "iptables-save prints '*filter', the chains, the rules and 'COMMIT'; iptables -L is not read\n"},
        {{"check", "--as", "managment-server", "rules.v4"},
         "fwproof: error: unknown role 'managment-server' in --as; did you mean 'management-server'?\n"},
        {{"check", "--bind", "management-server", "rules.v4"},
         "fwproof: error: --bind 'management-server' has no addresses; write --bind ROLE=ADDRESS[,ADDRESS...]\n"},
        {{"check", "--bind", "management-server=10.1.0.300", "rules.v4"},
         "fwproof: error: '10.1.0.300' in --bind 'management-server=10.1.0.300' is no address; addresses are "
         "10.1.0.11, 10.1.0.0/24, 10.1.0.5-10.1.0.9 or their IPv6 forms\n"},
        {{"check", "--catalog", "scon", "--as", "management-server", "rules.v4"},
         "fwproof: error: unknown catalog 'scon'; did you mean 'scom'?\n"},
        {{"check", "--site", "missing.toml"},
         "missing.toml: error: cannot be read: No such file or directory; check the path; it is taken from the current "
         "directory\n"},
        {{"check", "--site", "broken.toml"},
         "broken.toml:2:6: error: not valid TOML: Error while parsing table header: expected ']', saw '\\n'\n    "
         "[site\n         ^\n"},
        {{"check", "--site", "bad-catalog.toml"},
         "bad-catalog.toml:4:13: error: unknown catalog 'scon'\n    catalogs = [\"scon\"]\n                "
         "^~~~~~\nhint: did you mean 'scom'?\n"},
        {{"check", "--site", "bad-role.toml"},
         "bad-role.toml:8:1: error: unknown role 'management-sever'\n    [[bind]]\n    ^~~~~~~~\nhint: did you mean "
         "'management-server'?\n"},
        {{"check", "--site", "bad-parameter.toml"},
         "bad-parameter.toml:6:12: error: unknown parameter 'sql-prot'\n    sql-prot = 14330\n               "
         "^~~~~\nhint: did you mean 'sql-port'?\n"},
        {{"check", "--catalog", "scom", "rules.v4"},
         "fwproof: error: nothing says which addresses play which role; give --bind ROLE=ADDRESSES, --as ROLE or "
         "--site FILE\nConfiguring a Firewall for Operations Manager says nothing until its roles have addresses.\n  "
         "the host firewall of one role:  fwproof check --as management-server EXPORT\n  a firewall between roles:     "
         "  fwproof check --bind management-server=10.1.0.11 --bind ROLE=ADDRESS EXPORT\n  more than that:             "
         "    a site file, see fwproof-site(5)\n"
         "roles: management-server, operations-manager-database, domain-controller, gateway-server,\n"
         "       network-device, data-warehouse, reporting-server, operations-console,\n"
         "       connector-framework-source, web-console-server, web-console-browser,\n"
         "       application-diagnostics-console, application-advisor-console, connected-server-local,\n"
         "       connected-server-remote, windows-agent, agent-target-computer, unix-linux-agent,\n"
         "       omed-service, acs-forwarder, acs-collector, acs-database, aem-client, aem-file-share,\n"
         "       ceip-client, ceip-end-point, sql-reporting-services\n"},
        {{"check", "rules.v4"},
         "fwproof: error: nothing says which addresses play which role; give --bind ROLE=ADDRESSES, --as ROLE or "
         "--site FILE\n  --catalog biztalk-admin  BizTalk Server administration server\n  --catalog biztalk-bam    "
         "BizTalk Server BAM portal\n  --catalog configmgr      System Center Configuration Manager (Current Branch)\n "
         " --catalog mps            Microsoft Provisioning System\n  --catalog scom           System Center Operations "
         "Manager\n"},
        {{"check"}, "fwproof: error: no export given; name the firewall exports, or give --site FILE\n"},
        {{"check", "--site", "bad-role.toml", "rules.v4"},
         "fwproof: error: 'rules.v4' is not expected beside --site; the site file names the exports of its "
         "firewalls\n"},
        {{"check", "--select", "mising-opening", "--as", "management-server", "rules.v4"},
         "fwproof: error: no check is named 'mising-opening'; did you mean 'missing-opening'?\n"},
    };
    for (const auto& [arguments, message] : cases) {
        const Ran ran = run_fwproof(arguments, here);
        CHECK(ran.err == message);
        CHECK(ran.out.empty());
        CHECK(ran.status == 2);
    }
}

TEST_CASE("a directory without exports is no input") {
    const std::string folder = fresh_directory("no-exports");
    write_file(folder, "notes.txt", "nothing here\n");
    for (const std::vector<std::string>& command :
         {std::vector<std::string>{"lint"}, {"check", "--as", "management-server"}}) {
        std::vector<std::string> arguments = command;
        arguments.emplace_back(".");
        const Ran ran = run_fwproof(arguments, folder);
        CHECK(ran.status == 3);
        CHECK(ran.out.empty());
        CHECK(ran.err == "fwproof: error: no firewall export in .; name the files\n");
    }
}

TEST_CASE("an export that grows while it is read is refused") {
    const std::string folder = fresh_directory("growing");
    // Large enough that it is written to during the read.
    write_file(folder, "big.v4", "# " + std::string(std::size_t{60} << 20, 'x') + "\n");
    const Ran ran = run_program("sh",
                                {"-c",
                                 "(for i in $(seq 400); do echo '# more' >> big.v4; sleep 0.002; done) & "
                                 "fwproof lint big.v4; status=$?; wait; exit $status"},
                                folder);
    CHECK(ran.status == 2);
    CHECK(ran.out.empty());
    CHECK(ran.err == "big.v4: error: changed while it was read; run again when it is complete\n");
}
