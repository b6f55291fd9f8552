// The stores of one Windows host on the command line and in a site file.
#include <filesystem>

#include "support/catch.hpp"
#include "support/program.hpp"
#include "support/repository.hpp"

namespace {

const std::string kPolicy = "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall";
const std::string kLocal =
    "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy";

std::string rule(const std::string& id, const std::string& action, const std::string& port) {
    return "\"" + id + "\"=\"v2.31|Action=" + action + "|Active=TRUE|Dir=In|Protocol=6|LPort=" + port + "|Name=" + id +
           "|\"\r\n";
}

std::string reg(const std::string& key, const std::string& settings, const std::string& rules) {
    return "Windows Registry Editor Version 5.00\r\n\r\n" + key +
           "\\DomainProfile]\r\n\"EnableFirewall\"=dword:00000001\r\n\"DefaultInboundAction\"=dword:00000001\r\n" +
           settings + "\r\n" + key + "\\FirewallRules]\r\n" + rules;
}

// A host whose own store lets 5723 in, and three policies.
std::string host_files(const std::string& name) {
    std::string directory = fresh_directory(name);
    write_file(directory, "local.reg", reg(kLocal, "", rule("scom", "Allow", "5723")));
    write_file(directory, "nomerge.reg",
               reg(kPolicy, "\"AllowLocalPolicyMerge\"=dword:00000000\r\n", rule("winrm", "Allow", "5985")));
    write_file(directory, "merge.reg", reg(kPolicy, "", rule("winrm", "Allow", "5985")));
    write_file(directory, "block.reg", reg(kPolicy, "", rule("blk", "Block", "5723")));
    return directory;
}

// A site whose agent needs 5723 of ms1, the host of that policy and of its own store.
std::string site_text(const std::string& policy) {
    return "format = \"flow-site/1\"\n[site]\ncatalogs = [\"scom\"]\n"
           "[[host]]\nid = \"ms1\"\naddresses = [\"10.1.0.11\"]\n"
           "[[host]]\nid = \"ag1\"\naddresses = [\"10.1.0.50\"]\n"
           "[[bind]]\nrole = \"management-server\"\nhosts = [\"ms1\"]\n"
           "[[bind]]\nrole = \"windows-agent\"\nhosts = [\"ag1\"]\n"
           "[[firewall]]\nhost = \"ms1\"\nnetwork-profile = \"domain\"\ngpo = [\"" +
           policy + "\"]\nlocal = \"local.reg\"\n";
}

const std::string kFlow = "tcp 10.1.0.50 > 10.1.0.11:5723";

}  // namespace

TEST_CASE("policy and local store of one host, in every command and either order") {
    const std::string directory = host_files("stores");
    struct Case {
        std::string policy, verdict;
        int check;
    };
    for (const Case& item :
         {Case{"nomerge.reg", "deny", 1}, Case{"merge.reg", "permit", 0}, Case{"block.reg", "deny", 1}}) {
        INFO(item.policy);
        for (const bool turned : {false, true}) {
            std::vector<std::string> stores = {"--gpo", item.policy, "--local", "local.reg"};
            if (turned) stores = {"--local", "local.reg", "--gpo", item.policy};
            const auto run = [&](std::vector<std::string> arguments, const std::vector<std::string>& more) {
                arguments.insert(arguments.end(), stores.begin(), stores.end());
                arguments.insert(arguments.end(), more.begin(), more.end());
                arguments.insert(arguments.end(), {"--network-profile", "domain"});
                return run_fwproof(arguments, directory);
            };
            const Ran explained = run({"explain"}, {kFlow});
            CHECK(explained.err.empty());
            CHECK(explained.out.starts_with(item.verdict + " "));
            const Ran asked =
                run({"query"}, {"--service", "tcp/5723", "--at", "inbound", "--format", "csv", "--permit"});
            CHECK(asked.status == 0);
            CHECK((asked.out.find("scom") != std::string::npos) == (item.verdict == "permit"));
            const Ran shown = run({"show"}, {});
            CHECK(shown.out.find("scom") != std::string::npos);
            CHECK(shown.out.find(item.policy == "block.reg" ? "blk" : "winrm") != std::string::npos);
            CHECK(run({"lint"}, {"--fail-on", "never"}).status == 0);
            write_file(directory, "flows", item.verdict + " " + kFlow + "\n");
            CHECK(run({"test"}, {"flows"}).status == 0);
            const Ran checked =
                run({"check"}, {"--bind", "management-server=10.1.0.11", "--bind", "windows-agent=10.1.0.50",
                                "--catalog", "scom", "--fail-on", "never", "--format", "json"});
            CHECK(checked.err.empty());
            CHECK(checked.status == 0);
        }
        write_file(directory, "site.toml", site_text(item.policy));
        const Ran site = run_fwproof({"check", "--site", "site.toml", "--select", "missing-opening"}, directory);
        CHECK(site.err.empty());
        CHECK(site.status == item.check);
        CHECK(run_fwproof({"lint", "--site", "site.toml", "--fail-on", "never"}, directory).status == 0);
    }
}

TEST_CASE("the first policy object on the command line wins") {
    const std::string directory = host_files("ranked stores");
    write_file(directory, "open.reg", reg(kPolicy, "", rule("blk", "Allow", "5723")));
    const auto verdict = [&](const std::string& first, const std::string& second) {
        return run_fwproof({"explain", "--gpo", first, "--gpo", second, "--network-profile", "domain", kFlow},
                           directory)
            .out.substr(0, 6);
    };
    CHECK(verdict("block.reg", "open.reg") == "deny t");
    CHECK(verdict("open.reg", "block.reg") == "permit");
}

TEST_CASE("stores that are given wrongly") {
    const std::string directory = host_files("wrong stores");
    write_file(directory, "edge.cfg", "access-list OUT extended permit ip any any\n");
    struct Case {
        std::vector<std::string> arguments;
        std::string error;
    };
    const std::vector<Case> cases = {
        {{"explain", "--local", "merge.reg", kFlow},
         "merge.reg: error: holds no local store of a host; --gpo FILE takes it\n"},
        {{"show", "--gpo", "edge.cfg"},
         "edge.cfg: error: not a Windows Firewall export that fwproof knows; use netsh advfirewall export FILE.wfw, "
         "reg "
         "export, or Get-GPOReport -ReportType Xml\n"},
        {{"show", "--gpo", "merge.reg", "local.reg"},
         "fwproof: error: 'local.reg' is not expected beside --gpo, --mdm and --local; say of it, too, which store it "
         "is\n"},
        {{"explain", "--gpo", "merge.reg", "local.reg", kFlow},
         "fwproof: error: 'local.reg' is not expected beside --gpo, --mdm and --local; say of it, too, which store it "
         "is\n"},
        {{"show", "--local", "local.reg", "--local", "local.reg"},
         "fwproof: error: option '--local' is given more than once; 'fwproof show --help' lists the options\n"},
        {{"show", "--gpo", "merge.reg", "--input-format", "asa"},
         "fwproof: error: --input-format asa beside --gpo, --mdm or --local; only Windows has policy stores: leave it "
         "out\n"},
        {{"check", "--as", "management-server", "merge.reg", "local.reg"},
         "local.reg: error: is a local store and merge.reg group policy; each would be judged as a host of its own; "
         "stores of one host: --gpo merge.reg --local local.reg\n"},
        {{"check", "--site", "site.toml", "--gpo", "merge.reg"},
         "fwproof: error: --gpo and --site exclude each other; write it into the site file\n"},
    };
    for (const auto& item : cases) {
        const Ran ran = run_fwproof(item.arguments, directory);
        CHECK(ran.status == 2);
        CHECK(ran.err == item.error);
    }
    write_file(directory, "site.toml",
               "format = \"flow-site/1\"\n[site]\ncatalogs = [\"scom\"]\n[[firewall]]\nexport = \"local.reg\"\n"
               "gpo = []\ngop = \"x\"\nlocal = \"local.reg\"\n");
    const Ran site = run_fwproof({"check", "--site", "site.toml"}, directory);
    CHECK(site.status == 2);
    CHECK(site.err.find("[[firewall]] has 'export' beside gpo, mdm or local") != std::string::npos);
    CHECK(site.err.find("'gpo' of [[firewall]] is empty") != std::string::npos);
    CHECK(site.err.find("did you mean 'gpo'?") != std::string::npos);
}

TEST_CASE("each device of an inventory is named") {
    const std::string directory = fresh_directory("inventory");
    const auto row = [](const std::string& computer, const std::string& remote) {
        return computer + ",Web,Web,True,Any,Inbound,Allow,TCP,80,Any,Any," + remote +
               ",Any,Any,Any,Any,NotRequired,NotRequired,Any,Any,Any\n";
    };
    write_file(directory, "fleet.csv",
               "PSComputerName,Name,InstanceID,Enabled,Profile,Direction,Action,Protocol,LocalPort,RemotePort,"
               "LocalAddress,RemoteAddress,Program,Service,InterfaceAlias,InterfaceType,Authentication,Encryption,"
               "LocalUser,RemoteUser,RemoteMachine\n" +
                   row("srv1", "Any") + row("srv2", "192.0.2.0/24"));
    const Ran ran =
        run_fwproof({"explain", "fleet.csv", "tcp 10.0.0.5 > 10.9.9.9:80", "--network-profile", "domain"}, directory);
    CHECK(ran.out.find("permit tcp 10.0.0.5 > 10.9.9.9:80\n  device      srv1\n") != std::string::npos);
    CHECK(ran.out.find("deny tcp 10.0.0.5 > 10.9.9.9:80\n  device      srv2\n") != std::string::npos);
    write_file(directory, "site.toml",
               "format = \"flow-site/1\"\n[site]\ncatalogs = [\"scom\"]\n[[host]]\nid = \"ms1\"\naddresses = "
               "[\"10.1.0.11\"]\n[[bind]]\nrole = \"management-server\"\nhosts = [\"ms1\"]\n[[firewall]]\nexport = "
               "\"fleet.csv\"\nhost = \"ms1\"\n");
    const Ran site = run_fwproof({"check", "--site", "site.toml"}, directory);
    CHECK(site.status == 2);
    CHECK(
        site.err ==
        "fleet.csv: error: holds 2 devices or policy objects, where the firewall 'fleet.csv' of the site is one; give "
        "each of them a file of its own\n");
}

TEST_CASE("a diff says when a setting counts that shows in no verdict") {
    const std::string directory = host_files("setting diff");
    const auto diff = [&](const std::string& format) {
        return run_fwproof({"diff", "nomerge.reg", "merge.reg", "--network-profile", "domain", "--format", format},
                           directory);
    };
    const Ran text = diff("text");
    CHECK(text.out.starts_with("unchanged: no verdict differs by what was read, but settings do\n"));
    CHECK(text.out.find("  setting local-rules-merged of domain: no before, by default after\n") != std::string::npos);
    CHECK(text.out.find("  inbound, domain: no verdict differs by what was read, but settings do\n") !=
          std::string::npos);
    CHECK(text.out.find("permits exactly the same flows") == std::string::npos);
    CHECK(text.out.find("text-only-change") == std::string::npos);
    CHECK(diff("markdown").out.find("- inbound, domain: no verdict differs by what was read, but settings do\n") !=
          std::string::npos);
    CHECK(diff("markdown").out.find("- setting local-rules-merged of domain: no before, by default after\n") !=
          std::string::npos);
    const Ran json = diff("json");
    CHECK(json.out.find("\"local-rules-merged of domain: no before, by default after\"") != std::string::npos);
    CHECK(json.out.find("\"same_flows\": true") == std::string::npos);
    CHECK(run_fwproof({"diff", "merge.reg", "merge.reg"}, directory)
              .out.starts_with("unchanged: both versions permit exactly the same flows\n"));
}

TEST_CASE("a diff compares the hosts that stores make, however the versions are named") {
    const std::string directory = host_files("store diff");
    const auto diff = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"diff", "--network-profile", "domain", "--fail-on", "narrowed"});
        return run_fwproof(arguments, directory);
    };
    // A policy that comes to a host takes away what its own store lets in.
    const Ran files = diff({"--local", "local.reg", "--old-gpo", "merge.reg", "--new-gpo", "nomerge.reg"});
    INFO(files.out << files.err);
    CHECK(files.err.empty());
    CHECK(files.status == 1);
    CHECK(files.out.starts_with("narrowed\n\nnomerge.reg: windows: narrowed\n"));
    CHECK(files.out.find("newly denied") != std::string::npos);
    CHECK(files.out.find("before    permit: scom") != std::string::npos);
    CHECK(files.out.find("(local.reg:") != std::string::npos);
    // The same from two directories, below which both versions name their stores alike.
    for (const std::string side : {"old", "new"}) {
        std::filesystem::create_directories(directory + "/" + side);
        write_file(directory + "/" + side, "gpo.reg",
                   read_whole(directory + (side == "old" ? "/merge.reg" : "/nomerge.reg")));
        write_file(directory + "/" + side, "local.reg", read_whole(directory + "/local.reg"));
    }
    const Ran folders = diff({"old", "new", "--gpo", "gpo.reg", "--local", "local.reg"});
    INFO(folders.out << folders.err);
    CHECK(folders.status == 1);
    CHECK(folders.out.starts_with("narrowed\n\nnew/gpo.reg: windows: narrowed\n"));
    CHECK(folders.out.find("(old/local.reg:") != std::string::npos);
    // A policy object that one version has not, and an order that differs.
    std::filesystem::remove(directory + "/old/gpo.reg");
    CHECK(diff({"old", "new", "--gpo", "gpo.reg", "--local", "local.reg"}).out.starts_with("widened and narrowed\n"));
    write_file(directory, "open.reg", reg(kPolicy, "", rule("blk", "Allow", "5723")));
    CHECK(diff({"--gpo", "open.reg", "--new-gpo", "block.reg", "--local", "local.reg"})
              .out.starts_with("unchanged: both versions permit exactly the same flows\n"));
    CHECK(diff({"--new-gpo", "block.reg", "--gpo", "open.reg", "--local", "local.reg"}).out.starts_with("narrowed\n"));
}

TEST_CASE("a diff takes stores from revisions and from the index") {
    const std::string files = host_files("stores of revisions");
    const Repository repository("store revisions");
    std::filesystem::create_directories(repository.path + "/gpo");
    repository.stage("gpo/base.reg", read_whole(files + "/merge.reg"));
    repository.stage("ms1.reg", read_whole(files + "/local.reg"));
    REQUIRE(repository.commit("one").status == 0);
    repository.stage("gpo/base.reg", read_whole(files + "/nomerge.reg"));
    write_file(repository.path, "gpo/base.reg", read_whole(files + "/block.reg"));  // not staged
    const auto diff = [&](std::vector<std::string> arguments, const std::string& below = {}) {
        arguments.insert(arguments.begin(), {"diff", "--network-profile", "domain", "--fail-on", "narrowed"});
        const Ran ran = run_fwproof(arguments, repository.path + below, {}, Repository::alone());
        INFO(ran.out << ran.err);
        CHECK(ran.err.empty());
        CHECK(ran.status == 1);
        CHECK(ran.out.starts_with("narrowed\n"));
        CHECK(ran.out.find("before    permit: scom") != std::string::npos);
        return ran.out;
    };
    const std::string staged = diff({"--staged", "--gpo", "gpo/base.reg", "--local", "ms1.reg"});
    CHECK(staged.find("(HEAD:ms1.reg:") != std::string::npos);
    CHECK(staged.find("\ngpo/base.reg: windows: narrowed\n") != std::string::npos);
    CHECK(staged.find("blk") == std::string::npos);
    diff({"--staged", "--gpo", "base.reg", "--local", "../ms1.reg"}, "/gpo");
    REQUIRE(repository.commit("two").status == 0);
    CHECK(diff({"HEAD~1:", "HEAD:", "--gpo", "gpo/base.reg", "--local", "ms1.reg"}).find("(HEAD~1:ms1.reg:") !=
          std::string::npos);
    CHECK(diff({"HEAD~1:", ".", "--gpo", "gpo/base.reg", "--local", "ms1.reg"}).find("blk") != std::string::npos);
    diff({"--old-gpo", "HEAD~1:gpo/base.reg", "--new-gpo", "HEAD:gpo/base.reg", "--local", "ms1.reg"});
}

TEST_CASE("a store that is compared alone hides nothing that its block held back") {
    const std::string files = host_files("lone stores");
    const Repository repository("lone store revisions");
    std::filesystem::create_directories(repository.path + "/gpo");
    // What the host's own store permits is blocked by policy; without the block it is open.
    repository.stage("gpo/base.reg", read_whole(files + "/block.reg"));
    repository.stage("ms1.reg", read_whole(files + "/local.reg"));
    REQUIRE(repository.commit("one").status == 0);
    repository.stage("gpo/base.reg", read_whole(files + "/merge.reg"));
    const auto diff = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"diff", "--network-profile", "domain"});
        const Ran ran = run_fwproof(arguments, repository.path, {}, Repository::alone());
        INFO(ran.out << ran.err);
        CHECK(ran.err.empty());
        return ran;
    };
    const std::string note =
        "  note: only the group policy store of a host was compared, and not what its other stores permit and block; "
        "--gpo, --mdm and --local name all of them\n";
    const Ran lone = diff({"HEAD:gpo/base.reg", "gpo/base.reg", "--fail-on", "widened"});
    CHECK(lone.status == 1);
    CHECK(lone.out.starts_with("widened"));
    CHECK(lone.out.find("    became unknown   tcp any > {any except 127.0.0.0/8, ::1}:5723\n") != std::string::npos);
    CHECK(lone.out.find("      before    deny: blk (HEAD:gpo/base.reg:") != std::string::npos);
    CHECK(lone.out.find("      after     unknown: default of inbound, domain profile") != std::string::npos);
    CHECK(lone.out.find(note) != std::string::npos);
    // All stores of the host: the block that goes opens what the own store permits, and nothing else is unknown.
    const Ran host = diff({"--staged", "--gpo", "gpo/base.reg", "--local", "ms1.reg", "--fail-on", "widened"});
    CHECK(host.status == 1);
    CHECK(host.out.find("newly permitted  tcp any > ") != std::string::npos);
    CHECK(host.out.find("became unknown") == std::string::npos);
    CHECK(host.out.find("note: only the") == std::string::npos);
    // A block that comes takes away what others permit.
    const Ran blocked = diff({"--fail-on", "narrowed", files + "/merge.reg", files + "/block.reg"});
    CHECK(blocked.status == 1);
    CHECK(blocked.out.find("became known     tcp any > {any except 127.0.0.0/8, ::1}:5723\n") != std::string::npos);
}

TEST_CASE("stores that lie in the compared directories are one host where that is clear, and refused where not") {
    const std::string files = host_files("stores in directories");
    const Repository repository("stores of a repository");
    std::filesystem::create_directories(repository.path + "/gpo");
    repository.stage("gpo/base.reg", read_whole(files + "/block.reg"));
    repository.stage("ms1.reg", read_whole(files + "/local.reg"));
    repository.stage("edge.v4", "*filter\n:INPUT DROP [0:0]\nCOMMIT\n");
    REQUIRE(repository.commit("one").status == 0);
    repository.stage("gpo/base.reg", read_whole(files + "/merge.reg"));
    const auto diff = [&](std::vector<std::string> arguments, int status) {
        arguments.insert(arguments.begin(), {"diff", "--network-profile", "domain", "--fail-on", "widened"});
        const Ran ran = run_fwproof(arguments, repository.path, {}, Repository::alone());
        INFO(ran.out << ran.err);
        CHECK(ran.err.empty());
        CHECK(ran.status == status);
        return ran.out;
    };
    const auto has = [](const std::string& text, const std::string& part) {
        INFO(text);
        CHECK(text.find(part) != std::string::npos);
    };
    const std::vector<std::vector<std::string>> ways = {{"--staged"}, {"--staged", "gpo"}, {"HEAD:", "."}};
    for (const auto& way : ways) {
        // The policy does not differ by what it permits, but what the host's own store permits is no longer blocked.
        const std::string one = diff(way, 1);
        CHECK(one.starts_with("widened\n\nms1.reg: windows: widened\n"));
        has(one, "    newly permitted  tcp any > {any except 127.0.0.0/8, ::1}:5723\n");
        has(one, "      before    deny: blk (HEAD:gpo/base.reg:");
        has(one, "      after     permit: scom (");
        has(one, "  note: gpo/base.reg, ms1.reg are taken to be the stores of one host\n");
        CHECK(one.find("became unknown") == std::string::npos);
        CHECK(one.find("note: only the") == std::string::npos);
    }
    // A second host: whose policy it is nobody says.
    repository.stage("ms2.reg", read_whole(files + "/local.reg"));
    REQUIRE(repository.git({"stash", "-q", "--", "gpo/base.reg"}).status == 0);
    REQUIRE(repository.commit("two").status == 0);
    repository.stage("gpo/base.reg", read_whole(files + "/merge.reg"));
    const std::string refused =
        "not decided: a part could not be compared\n\ngpo/base.reg: not compared: it is a group policy store, and "
        "nothing says whether it is of one host with ms1.reg, ms2.reg; say so with --gpo, --mdm and --local, or in "
        "[[firewall]] of a site\n";
    for (const auto& way : ways) CHECK(diff(way, 1).starts_with(refused));
    // The site says it.
    write_file(
        repository.path, "site.toml",
        site_text("gpo/base.reg") +
            "[[host]]\nid = \"ms2\"\naddresses = [\"10.1.0.12\"]\n"
            "[[firewall]]\nid = \"ms2\"\nhost = \"ms2\"\nnetwork-profile = \"domain\"\ngpo = [\"gpo/base.reg\"]\n"
            "local = \"ms2.reg\"\n");
    std::string site = read_whole(repository.path + "/site.toml");
    site.replace(site.find("local = \"local.reg\""), 19, "local = \"ms1.reg\"");
    write_file(repository.path, "site.toml", site);
    for (auto way : ways) {
        way.insert(way.end(), {"--site", "site.toml"});
        const std::string both = diff(way, 1);
        has(both, "\nms1.reg: windows: widened\n");
        has(both, "\nms2.reg: windows: widened\n");
        has(both, "  note: the site names gpo/base.reg, ms2.reg as the stores of one host\n");
        has(both, "\n4 regions newly permitted; 2 changed, 0 added, 0 removed");
    }
}

TEST_CASE("a diff of stores names the required flows that break") {
    const std::string directory = host_files("store diff with a site");
    write_file(directory, "site.toml", site_text("merge.reg"));
    const auto diff = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"diff", "--network-profile", "domain", "--site", "site.toml"});
        return run_fwproof(arguments, directory);
    };
    const Ran lost = diff({"--local", "local.reg", "--old-gpo", "merge.reg", "--new-gpo", "nomerge.reg"});
    INFO(lost.out << lost.err);
    CHECK(lost.status == 1);
    CHECK(lost.out.find("\n  lost    tcp/5723 from ag1 (windows-agent) to ms1 (management-server) ") !=
          std::string::npos);
    const Ran mended = diff({"--local", "local.reg", "--old-gpo", "block.reg", "--new-gpo", "merge.reg"});
    CHECK(mended.status == 0);
    CHECK(mended.out.find("\n  mended  tcp/5723 from ag1 ") != std::string::npos);
    const Ran uneven = diff({"--local", "local.reg", "--new-gpo", "nomerge.reg"});
    CHECK(uneven.status == 2);
    CHECK(uneven.err ==
          "nomerge.reg: error: is a store of the version after alone, and the site names the stores of one version; "
          "leave "
          "the site out, or compare as many stores with as many\n");
}

TEST_CASE("the backup of a policy object is a store in every version") {
    const Repository repository("store backups");
    const std::string backup = std::string(FWPROOF_ROOT) + "/fixtures/vendor/windows/one-policy";
    std::filesystem::copy(backup, repository.path + "/gpo", std::filesystem::copy_options::recursive);
    repository.git({"add", "gpo"});
    REQUIRE(repository.commit("one").status == 0);
    for (const auto& words : std::vector<std::vector<std::string>>{
             {"--staged", "--gpo", "gpo"},
             {"HEAD:", ".", "--gpo", "gpo"},
             {"--old-gpo", "HEAD:gpo", "--new-gpo", "gpo"},
         }) {
        std::vector<std::string> arguments = {"diff", "--network-profile", "domain"};
        arguments.insert(arguments.end(), words.begin(), words.end());
        const Ran ran = repository.fwproof(arguments);
        INFO(ran.out << ran.err);
        CHECK(ran.status == 0);
        CHECK(
            ran.out.starts_with("unchanged: no verdict differs, but some packets are unknown in both versions\n\n"
                                "gpo: windows Server firewall\n"));
    }
}

TEST_CASE("stores of a diff that are given wrongly") {
    const std::string files = host_files("wrong stores of a diff");
    const Repository repository("wrong stores of a diff in git");
    for (const std::string name : {"local.reg", "merge.reg"}) repository.stage(name, read_whole(files + "/" + name));
    repository.commit("one");
    std::filesystem::create_directories(repository.path + "/folder");
    struct Case {
        std::vector<std::string> arguments;
        std::string error;
    };
    const std::vector<Case> cases = {
        {{"--old-gpo", "merge.reg"},
         "fwproof: error: no store of the version after is given; --new-gpo, --new-mdm and --new-local name its own, "
         "--gpo, --mdm and --local those of both versions\n"},
        {{"--local", "local.reg", "--new-local", "local.reg"},
         "local.reg: error: is a second local store of the version after; a host has one; policy objects are given "
         "with "
         "--gpo\n"},
        {{"local.reg", "merge.reg", "--gpo", "merge.reg"},
         "fwproof: error: 'local.reg' is not expected beside --gpo, --mdm and --local; say of it, too, which store it "
         "is\n"},
        {{"--staged", "local.reg", "--gpo", "merge.reg"},
         "fwproof: error: 'local.reg' is not expected beside --gpo, --mdm and --local; say of it, too, which store it "
         "is\n"},
        {{"HEAD:", ".", "--gpo", "nosuch.reg"},
         "nosuch.reg: error: is neither in HEAD: nor in .; check the path behind --gpo\n"},
        {{"HEAD:", ".", "--gpo", "merge.reg", "--new-gpo", "nosuch.reg"},
         "nosuch.reg: error: is not in .; check the path behind --new-gpo\n"},
        {{"--staged", "--gpo", "nosuch.reg"},
         "nosuch.reg: error: is neither staged nor in the last commit; check the path behind --gpo\n"},
        {{"--old-gpo", "HEAD:nosuch.reg", "--new-gpo", "merge.reg"},
         "HEAD:nosuch.reg: error: is neither a file nor REV:path of this git repository; HEAD:rules/edge.cfg is one\n"},
        {{"--gpo", "-"}, "fwproof: error: --gpo, --mdm and --local need the name of a file\n"},
        {{"--gpo", "folder"}, "folder: error: is a directory; name the files in it: folder/*\n"},
        {{"--gpo", "merge.reg", "--input-format", "asa"},
         "fwproof: error: --input-format asa beside --gpo, --mdm or --local; only Windows has policy stores: leave it "
         "out\n"},
    };
    for (const auto& item : cases) {
        std::vector<std::string> arguments = item.arguments;
        arguments.insert(arguments.begin(), "diff");
        const Ran ran = repository.fwproof(arguments);
        CHECK(ran.err == item.error);
        CHECK(ran.out.empty());
        CHECK(ran.status == 2);
    }
}
