// fwproof diff: where versions come from, and what of them is compared with what.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/diff_exports.hpp"
#include "support/catch.hpp"
#include "support/program.hpp"
#include "support/repository.hpp"

TEST_CASE("directories are compared file by file") {
    const std::string folder = fresh_directory("diff-folders");
    for (const char* sub : {"/old/site", "/new/site"}) std::filesystem::create_directories(folder + sub);
    write_file(folder, "old/site/a.v4", host(kSsh));
    write_file(folder, "new/site/a.v4", host(kWideSsh));
    write_file(folder, "old/same.v4", host(kSsh));
    write_file(folder, "new/same.v4", host(kSsh));
    write_file(folder, "old/gone.v4", host(kSsh));
    write_file(folder, "new/fresh.cfg", "hostname fresh\naccess-list OUT extended permit ip any any\n");
    write_file(folder, "old/README", "one");
    write_file(folder, "new/README", "two");
    const Ran ran = run_fwproof({"diff", "old", "new"}, folder);
    CHECK(ran.err.empty());
    CHECK(ran.out.find("fresh.cfg: added; there is nothing to compare it with\n") != std::string::npos);
    CHECK(ran.out.find("gone.v4: removed; nothing says what stands in its place\n") != std::string::npos);
    CHECK(ran.out.find("site/a.v4: iptables: widened\n") != std::string::npos);
    CHECK(ran.out.find("README") == std::string::npos);
    CHECK(ran.out.find("1 region newly permitted; 1 changed, 1 added, 1 removed, 1 the same\n") != std::string::npos);
    const auto json = nlohmann::json::parse(run_fwproof({"diff", "old", "new", "--format", "json"}, folder).out);
    CHECK(json.at("files").size() == 3);
    CHECK(json.at("effect") == "widened");

    // As lint does: what is hidden is left out, a link is followed, one that leads nowhere is refused.
    std::filesystem::create_directory(folder + "/new/.git");
    write_file(folder, "new/.git/x.v4", host(kWideSsh));
    write_file(folder, "elsewhere", host(kWideSsh));
    std::filesystem::remove(folder + "/new/same.v4");
    std::filesystem::create_symlink(folder + "/elsewhere", folder + "/new/same.v4");
    const Ran linked = run_fwproof({"diff", "old", "new"}, folder);
    CHECK(linked.out.find("\nsame.v4: iptables: widened\n") != std::string::npos);
    CHECK(linked.out.find("x.v4") == std::string::npos);
    std::filesystem::remove(folder + "/elsewhere");
    const Ran broken = run_fwproof({"diff", "old", "new"}, folder);
    CHECK(broken.status == 2);
    CHECK(broken.err ==
          "new/same.v4: error: cannot be read: No such file or directory; mend it, or name the exports one by one\n");
    CHECK(run_fwproof({"lint", "new"}, folder).err == broken.err);
}

TEST_CASE("links to directories are not followed, and are named where they may hide a difference") {
    namespace fs = std::filesystem;
    const std::string folder = fresh_directory("diff-links");
    for (const char* sub : {"/old/site", "/new/site", "/away"}) fs::create_directories(folder + sub);
    for (const std::string side : {"old", "new"}) {
        write_file(folder, side + "/a.v4", host(kSsh));
        write_file(folder, side + "/site/b.v4", host(kSsh));
        fs::create_directory_symlink("site", folder + "/" + side + "/current");    // compared under its own name
        fs::create_directory_symlink("../away", folder + "/" + side + "/shared");  // one directory
    }
    write_file(folder, "away/c.v4", host(kSsh));
    const Ran same = run_fwproof({"diff", "old", "new", "--strict"}, folder);
    INFO(same.out << same.err);
    CHECK(same.status == 0);
    CHECK(same.out.starts_with("unchanged: no export differs\n"));
    fs::create_directory(folder + "/elsewhere");
    write_file(folder, "elsewhere/c.v4", host(kWideSsh));
    fs::remove(folder + "/new/shared");
    fs::create_directory_symlink("../elsewhere", folder + "/new/shared");
    const Ran moved = run_fwproof({"diff", "old", "new", "--strict"}, folder);
    INFO(moved.out << moved.err);
    CHECK(moved.status == 3);
    CHECK(
        moved.out.starts_with("not decided: a part could not be compared\n\n"
                              "shared: not compared: it is a link to a directory, which is not followed; compare "
                              "what it leads to by itself\n"));
    CHECK(run_fwproof({"diff", "old", "new", "--fail-on", "widened"}, folder).status == 1);
    // What git has lies in no directory beyond it: a link that is the same on the disk hides nothing.
    const Repository repository("diff-links-git");
    repository.stage("a.v4", host(kSsh));
    fs::create_directory_symlink(folder + "/away", repository.path + "/shared");
    repository.git({"add", "shared"});
    REQUIRE(repository.commit("one").status == 0);
    CHECK(repository.fwproof({"diff", "HEAD:", ".", "--strict"}).status == 0);
    fs::remove(repository.path + "/shared");
    fs::create_directory_symlink(folder + "/elsewhere", repository.path + "/shared");
    CHECK(repository.fwproof({"diff", "HEAD:", ".", "--strict"}).status == 3);
}

TEST_CASE("an export under another name is known by its bytes, its device or its likeness") {
    const auto edge = [](const std::string& name, const std::string& port) {
        std::string text = name.empty() ? "" : "hostname " + name + "\n";
        for (const char* known : {"80", "443", "8080", "8443", "9443"})
            text += "access-list OUT extended permit tcp any host 10.2.0.9 eq " + std::string(known) + "\n";
        return text + "access-list OUT extended permit tcp any host 10.2.0.9 eq " + port + "\n";
    };
    const std::string other = "access-list IN extended deny ip any any\n";
    struct Case {
        const char* what;
        std::vector<std::pair<std::string, std::string>> before, after;
        std::vector<std::string> said;
        int status;
    };
    const std::vector<Case> cases = {
        {"the same bytes",
         {{"a.cfg", edge("", "25")}},
         {{"b/c.cfg", edge("", "25")}},
         {"unchanged: no export differs"},
         0},
        {"half and more is the same",
         {{"a.cfg", edge("", "25")}},
         {{"b.cfg", edge("", "26")}},
         {"\nb.cfg (renamed from a.cfg): asa: widened and narrowed\n", "1 changed, 0 added, 0 removed"},
         1},
        {"less is the same", {{"a.cfg", edge("", "25")}}, {{"b.cfg", other}}, {"a.cfg: removed;", "b.cfg: added;"}, 1},
        {"devices by name, though little is alike",
         {{"a.cfg", "hostname edge1\n" + other}, {"b.cfg", edge("edge2", "25")}},
         {{"c.cfg", edge("edge2", "26")}, {"d.cfg", edge("edge1", "25")}},
         {"\nc.cfg (renamed from b.cfg): asa edge2: ", "\nd.cfg (renamed from a.cfg): asa edge1: "},
         1},
        {"another device of one template",
         {{"a.cfg", edge("edge1", "25")}},
         {{"b.cfg", edge("edge2", "25")}},
         {"a.cfg: removed;", "b.cfg: added;"},
         1},
        {"devices of one name are told apart by likeness",
         {{"a.cfg", edge("edge", "25")}, {"b.cfg", "hostname edge\n" + other + other}},
         {{"c.cfg", edge("edge", "26")}, {"d.cfg", "hostname edge\n" + other + "! x\n" + other}},
         {"\nc.cfg (renamed from a.cfg): ", "\nd.cfg (renamed from b.cfg): "},
         1},
    };
    int number = 0;
    for (const auto& one : cases) {
        INFO(one.what);
        const Repository repository("diff-renamed-" + std::to_string(++number));
        repository.stage("README", "exports\n");
        for (const auto& [name, text] : one.before) repository.stage(name, text);
        REQUIRE(repository.commit("one").status == 0);
        std::filesystem::create_directories(repository.path + "/b");
        for (const auto& [name, text] : one.before) repository.git({"rm", "-q", name});
        for (const auto& [name, text] : one.after) repository.stage(name, text);
        std::string said;
        const auto check = [&](const std::vector<std::string>& versions) {
            std::vector<std::string> words = {"diff", "--fail-on", "changed"};
            words.insert(words.end(), versions.begin(), versions.end());
            const Ran ran = repository.fwproof(words);
            INFO(ran.out << ran.err);
            CHECK(ran.err.empty());
            CHECK(ran.status == one.status);
            for (const auto& sentence : one.said) CHECK(ran.out.find(sentence) != std::string::npos);
        };
        check({"--staged"});
        check({"HEAD:", "."});
        REQUIRE(repository.commit("two").status == 0);
        check({"HEAD~1:", "HEAD:"});
    }
}

TEST_CASE("directories without any export are no input") {
    const std::string folder = fresh_directory("diff-nothing");
    for (const char* sub : {"/old", "/new"}) std::filesystem::create_directory(folder + sub);
    for (int turn = 0; turn < 2; ++turn) {
        const Ran ran = run_fwproof({"diff", "old", "new", "--fail-on", "changed"}, folder);
        CHECK(ran.status == 3);
        CHECK(ran.out.empty());
        CHECK(ran.err == "fwproof: error: no firewall export in old and new; name the files\n");
        for (const char* name : {"old/README", "new/README"}) write_file(folder, name, "one");
    }
    for (const char* name : {"old/a.v4", "new/a.v4"}) write_file(folder, name, host(kSsh));
    CHECK(run_fwproof({"diff", "old", "new"}, folder).status == 0);
}

TEST_CASE("a backup of a group policy object in a directory is one export") {
    const std::string folder = fresh_directory("diff-backups");
    const std::string backup = std::string(FWPROOF_ROOT) + "/fixtures/vendor/windows/one-policy";
    for (const std::string side : {"/old", "/new"}) {
        std::filesystem::create_directories(folder + side + "/site");
        std::filesystem::copy(backup, folder + side + "/site/gpo", std::filesystem::copy_options::recursive);
    }
    const Ran same = run_fwproof({"diff", "old", "new"}, folder);
    INFO(same.out << same.err);
    CHECK(same.status == 0);
    CHECK(first_line(same.out) == "unchanged: no export differs");
    CHECK(same.out.find("0 changed, 0 added, 0 removed, 1 the same") != std::string::npos);
}

TEST_CASE("revisions, the working tree and the index are versions") {
    const Repository repository("diff-git");
    repository.stage("edge rules.v4", host(kSsh));
    repository.stage("notes.txt", "not an export");
    const Ran first = repository.fwproof({"diff", "--staged", "--fail-on", "widened"});
    CHECK(first.status == 1);  // nothing says what the new export permits beyond what was there
    CHECK(first.out.find("edge rules.v4: added") != std::string::npos);
    repository.commit("one");
    repository.stage("edge rules.v4", host(kWideSsh));
    repository.stage("notes.txt", "changed");
    const Ran staged = repository.fwproof({"diff", "--staged", "--fail-on", "widened"});
    CHECK(staged.status == 1);
    CHECK(staged.out.find("before    deny: default of INPUT (HEAD:edge rules.v4:2)\n") != std::string::npos);
    CHECK(staged.out.find("after     permit: INPUT rule 1 (edge rules.v4:5)\n") != std::string::npos);
    repository.commit("two");
    CHECK(first_line(repository.fwproof({"diff", "HEAD~1:", "HEAD:"}).out) == "widened");
    CHECK(first_line(repository.fwproof({"diff", "HEAD:edge rules.v4", "HEAD~1:edge rules.v4"}).out) == "narrowed");
    CHECK(first_line(repository.fwproof({"diff", "HEAD~1:edge rules.v4", "edge rules.v4"}).out) == "widened");
    CHECK(first_line(repository.fwproof({"diff", "HEAD:", "."}).out) == "unchanged: no export differs");
    CHECK(first_line(repository.fwproof({"diff", "--staged"}).out) == "unchanged: no export differs");
    // A renamed file is compared with what it was.
    repository.git({"mv", "edge rules.v4", "core.v4"});
    repository.stage("core.v4", host(kWideSsh + "-A INPUT -p udp -m udp --dport 53 -j ACCEPT\n"));
    const Ran renamed = repository.fwproof({"diff", "--staged", "--fail-on", "widened"});
    CHECK(renamed.status == 1);
    CHECK(renamed.out.find("core.v4 (renamed from edge rules.v4): iptables: widened\n") != std::string::npos);
}

TEST_CASE("what cannot be compared is named, with what to do about it") {
    const Repository repository("diff-errors");
    repository.stage("a.v4", host(kSsh));
    repository.commit("one");
    std::filesystem::create_directory(repository.path + "/folder");
    write_file(repository.path, "junk", "nothing that anybody knows\n");
    const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
        {{"diff"}, "fwproof: error: nothing to compare; write fwproof diff OLD NEW, or fwproof diff --staged\n"},
        {{"diff", "a.v4"},
         "fwproof: error: only one version is named; write fwproof diff OLD NEW, or fwproof diff --staged\n"},
        {{"diff", "a.v4", "folder"},
         "fwproof: error: 'folder' is a directory and 'a.v4' is not; compare two files or two directories\n"},
        {{"diff", "HEAD:nothing", "a.v4"},
         "HEAD:nothing: error: is neither a file nor REV:path of this git repository; HEAD:rules/edge.cfg is one\n"},
        {{"diff", "--upload-pack=x:y", "a.v4"},
         "fwproof: error: unknown option '--upload-pack=x:y'; 'fwproof diff --help' lists the options\n"},
        {{"diff", "missing", "a.v4"},
         "missing: error: cannot be read: No such file or directory; check the path; it is taken from the current "
         "directory\n"},
        {{"diff", "a.v4", "junk"},
         "junk: error: not a firewall export that fwproof knows; known formats: iptables, asa, windows; "
         "--input-format forces one\n"},
        {{"diff", "a.v4", "a.v4", "--fail-on", "widend"},
         "fwproof: error: --fail-on 'widend' is not known; did you mean 'widened'?\n"},
        {{"diff", "a.v4", "a.v4", "--fail-on", "required-lost"},
         "fwproof: error: --fail-on required-lost without a site finds nothing; give --site FILE, or name the site in "
         ".fwproof.toml\n"},
        {{"diff", "a.v4", "a.v4", "--format", "oscal"},
         "fwproof: error: unknown format 'oscal'; known: text, json, jsonl, markdown, sarif, junit, github, gitlab, "
         "csv, html\n"},
        {{"diff", "a.v4", "a.v4", "--select", "widened"},
         "fwproof: error: no check is named 'widened'; 'fwproof checks' lists them\n"},
        {{"diff", "a.v4", "a.v4", "--interface", "inside"},
         "fwproof: error: --interface 'inside' has no two names; write it as inside=eth1\n"},
        {{"diff", "--staged", "nosuch"},
         "nosuch: error: is neither staged nor in the last commit; check the path; it is taken from the current "
         "directory\n"},
        {{"diff", "a.v4", "a.v4", "--at", "Transit"},
         "fwproof: error: --at 'Transit' is none of inbound, outbound, transit; did you mean 'transit'?\n"},
        {{"diff", "a.v4", "a.v4", "--at", "FORWARD"},
         "fwproof: error: --at 'FORWARD' is none of inbound, outbound, transit; a chain or list is asked about with "
         "fwproof explain EXPORT 'FLOW at NAME'\n"},
        {{"diff", "a.v4", "a.v4", "--family", "ip6"},
         "fwproof: error: --family 'ip6' is not known; write IPv4 or IPv6\n"},
        {{"diff", "a.v4", "a.v4", "--format", "markdwon"},
         "fwproof: error: unknown format 'markdwon'; did you mean 'markdown'?\n"},
    };
    for (const auto& [arguments, message] : cases) {
        const Ran ran = repository.fwproof(arguments);
        CHECK(ran.err == message);
        CHECK(ran.out.empty());
        CHECK(ran.status == 2);
    }
    const std::string program = std::string(FWPROOF_BINARY_DIR) + "/fwproof";
    const Ran no_git = run_command("PATH=/nonexistent '" + program + "' diff --staged", repository.path);
    CHECK(no_git.err ==
          "fwproof: error: git is not installed, or not on the PATH; install it, or compare files: fwproof diff OLD "
          "NEW\n");
    const Ran no_repository = run_fwproof({"diff", "--staged"}, "/", {}, Repository::alone());
    CHECK(no_repository.status == 2);
    CHECK(no_repository.err.find("fwproof: error: git: ") == 0);
}

TEST_CASE("a link to an export is no export of its own") {
    const Repository repository("diff-links");
    repository.stage("a.v4", host(kSsh));
    std::filesystem::create_symlink("a.v4", repository.path + "/current.v4");
    repository.git({"add", "current.v4"});
    REQUIRE(repository.commit("one").status == 0);
    const std::vector<std::string> tree = {"diff", "HEAD:", ".", "--fail-on", "changed"};
    const Ran same = repository.fwproof(tree);
    INFO(same.out << same.err);
    CHECK(same.status == 0);
    CHECK(first_line(same.out) == "unchanged: no export differs");
    // One that leads elsewhere is another export in its place.
    write_file(repository.path, "b.v4", host(kWideSsh));
    std::filesystem::remove(repository.path + "/current.v4");
    std::filesystem::create_symlink("b.v4", repository.path + "/current.v4");
    const Ran moved = repository.fwproof(tree);
    CHECK(moved.status == 1);
    CHECK(moved.out.find("current.v4: added") != std::string::npos);
}

TEST_CASE("an interface that a version does not have renames nothing") {
    const std::string edge =
        "ASA Version 9.16(4)\ninterface GigabitEthernet0/0\n nameif outside\n security-level 0\n"
        " ip address 203.0.113.2 255.255.255.0\n";
    const std::string folder = fresh_directory("diff-interface-names");
    write_file(folder, "a.cfg", edge);
    write_file(folder, "b.cfg", edge);
    write_file(folder, "c.v4", host("-A INPUT -i eth0 -j ACCEPT\n"));
    const auto error = [&](const std::string& after, const std::string& pair) {
        const Ran ran = run_fwproof({"diff", "a.cfg", after, "--interface", pair}, folder);
        CHECK(ran.status == (ran.err.empty() ? 0 : 2));
        return ran.err;
    };
    CHECK(error("b.cfg", "outsid=outside") ==
          "fwproof: error: --interface 'outsid=outside': no interface of the version before is called outsid; did you "
          "mean 'outside'?\n");
    CHECK(error("b.cfg", "outside=eth0") ==
          "fwproof: error: --interface 'outside=eth0': no interface of the version after is called eth0; known: "
          "outside\n");
    CHECK(error("c.v4", "outside=eth1").empty());  // a dump lists no interfaces
}

TEST_CASE("an export that is none any more keeps no other from being compared") {
    const Repository repository("diff-no-export");
    repository.stage("a.v4", host(kSsh));
    repository.stage("b.v4", host(kSsh));
    REQUIRE(repository.commit("one").status == 0);
    repository.stage("a.v4", "nothing\n");
    repository.stage("b.v4", host(kWideSsh));
    const Ran ran = repository.fwproof({"diff", "--staged", "--fail-on", "changed"});
    INFO(ran.out << ran.err);
    CHECK(ran.status == 1);
    CHECK(ran.out.find("a.v4: not compared: the version after is no export that can be read: ") != std::string::npos);
    CHECK(ran.out.find("b.v4: iptables: widened\n") != std::string::npos);
    CHECK(repository.fwproof({"diff", "--staged", "--fail-on", "narrowed"}).status == 1);
    CHECK(repository.fwproof({"diff", "HEAD:a.v4", "a.v4"}).status == 2);
}
