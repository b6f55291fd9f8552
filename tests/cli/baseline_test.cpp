// A baseline hides what was there before, however it is moved, renumbered or renamed, and nothing else.
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>

#include "support/catch.hpp"
#include "support/program.hpp"

namespace fs = std::filesystem;

namespace {

constexpr const char* kBefore =
    "ASA Version 9.16(4)\nhostname edge1\n"
    "interface Gi0/0\n nameif outside\n security-level 0\n ip address 192.0.2.1 255.255.255.0\n"
    "interface Gi0/1\n nameif inside\n security-level 100\n ip address 10.1.0.1 255.255.0.0\n"
    "object-group network WEB\n network-object host 10.2.0.9\n"
    "access-list OUT extended permit tcp any object-group WEB eq ssh\n"
    "access-list OUT extended permit tcp any host 10.2.0.9 eq 22\n"
    "access-group OUT in interface outside\n";

// The same rules: the list and the group have other names, and two remarks and a harmless rule stand before them.
constexpr const char* kMoved =
    "ASA Version 9.16(4)\nhostname edge1\n"
    "interface Gi0/0\n nameif outside\n security-level 0\n ip address 192.0.2.1 255.255.255.0\n"
    "interface Gi0/1\n nameif inside\n security-level 100\n ip address 10.1.0.1 255.255.0.0\n"
    "object-group network SERVERS\n network-object host 10.2.0.9\n"
    "access-list FROM-INTERNET remark reviewed\naccess-list FROM-INTERNET remark in November\n"
    "access-list FROM-INTERNET extended permit tcp any host 10.2.0.8 eq https\n"
    "access-list FROM-INTERNET extended permit tcp any object-group SERVERS eq ssh\n"
    "access-list FROM-INTERNET extended permit tcp any host 10.2.0.9 eq 22\n"
    "access-group FROM-INTERNET in interface outside\n";

const std::string kChecks = "admin-port-from-untrusted,duplicate-rule,any-to-any";

}  // namespace

TEST_CASE("no report takes the place of what is there") {
    const std::string here = fresh_directory("replaced");
    write_file(here, "edge.cfg", kBefore);
    write_file(here, "other.cfg", kMoved);
    fs::create_hard_link(here + "/edge.cfg", here + "/link.cfg");
    struct Case {
        std::vector<std::string> arguments;
        std::string error;
    };
    const std::string input =
        ": error: is one of the inputs, which the report would replace; name another file for --output\n";
    const std::vector<Case> kCases = {
        {{"lint", "edge.cfg", "--format", "text", "--output", "edge.cfg"}, "edge.cfg" + input},
        {{"lint", "edge.cfg", "--output", "./edge.cfg"}, "./edge.cfg" + input},
        {{"lint", "edge.cfg", "--output", "link.cfg"}, "link.cfg" + input},
        {{"diff", "edge.cfg", "other.cfg", "--output", "other.cfg"}, "other.cfg" + input},
        {{"lint", "--write-baseline", "edge.cfg", "other.cfg"},
         "edge.cfg: error: is there already and is no baseline; name a new file, or an older baseline, for "
         "--write-baseline\n"},
    };
    for (const auto& one : kCases) {
        const Ran ran = run_fwproof(one.arguments, here);
        CHECK(ran.status == 2);
        CHECK(ran.err == one.error);
        CHECK(read_whole(here + "/edge.cfg") == kBefore);
        CHECK(read_whole(here + "/other.cfg") == kMoved);
    }
    // A baseline and a report of before may be replaced.
    for (int i = 0; i < 2; ++i) {
        const Ran ran =
            run_fwproof({"lint", "--write-baseline", "known.json", "--output", "report.txt", "edge.cfg"}, here);
        CHECK(ran.status != 2);
    }
    CHECK(
        run_fwproof({"lint", "--baseline", "known.json", "--write-baseline", "known.json", "edge.cfg"}, here).status !=
        2);
}

TEST_CASE("what the baseline has is counted and not shown; what is new is shown") {
    const std::string here = fresh_directory("baseline");
    write_file(here, "edge.cfg", kBefore);
    const Ran wrote = run_fwproof({"lint", "--select", kChecks, "--write-baseline", "known.json", "edge.cfg"}, here);
    CHECK(wrote.status == 1);
    CHECK(wrote.out.find("\n1 error, 1 warning, no note; ") != std::string::npos);

    write_file(here, "edge.cfg", kMoved);
    const Ran same = run_fwproof({"lint", "--select", kChecks, "--baseline", "known.json", "edge.cfg"}, here);
    CHECK(same.status == 0);
    CHECK(same.out.find("[admin-port-from-untrusted]") == std::string::npos);
    CHECK(same.out.find("\nno error, no warning, no note, 2 in the baseline; ") != std::string::npos);

    write_file(here, "edge.cfg", std::string(kMoved) + "access-list FROM-INTERNET extended permit ip any any\n");
    const Ran more = run_fwproof({"lint", "--select", kChecks, "--baseline", "known.json", "edge.cfg"}, here);
    CHECK(more.status == 1);
    CHECK(more.out.find("[any-to-any]") != std::string::npos);
    CHECK(more.out.find("\n1 error, no warning, no note, 2 in the baseline; ") != std::string::npos);
}

TEST_CASE("an opening that lets in less than before is known, one that lets in more is new") {
    const std::string here = fresh_directory("baseline-narrowed");
    const auto dump = [&](const std::string& policy, const std::string& rules) {
        write_file(
            here, "gw.v4",
            "*filter\n:INPUT " + policy + " [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n" + rules + "COMMIT\n");
    };
    const auto lint = [&](const std::string& baseline) {
        return run_fwproof({"lint", "--select", "default-permit,any-service,forward-without-interface", baseline,
                            "known.json", "gw.v4"},
                           here);
    };
    const std::string forward = "-A FORWARD -s 10.0.0.0/8 -d 10.9.0.0/16 -j ACCEPT\n";
    dump("ACCEPT", "-A INPUT -p tcp -m tcp --dport 25 -j DROP\n" + forward);
    CHECK(lint("--write-baseline").out.find("\n1 error, 2 warnings, no note; ") != std::string::npos);
    CHECK(lint("--baseline").out.find("\nno error, no warning, no note, 3 in the baseline; ") != std::string::npos);
    // A rule that has nothing to do with them.
    dump("ACCEPT",
         "-A INPUT -p tcp -m tcp --dport 25 -j DROP\n-A OUTPUT -d 203.0.113.77/32 -p udp -m udp --dport 9999 "
         "-j ACCEPT\n" +
             forward);
    CHECK(lint("--baseline").out.find("\nno error, no warning, no note, 3 in the baseline; ") != std::string::npos);
    // Less is let in.
    dump("ACCEPT",
         "-A INPUT -p tcp -m tcp --dport 23 -j DROP\n-A INPUT -p tcp -m tcp --dport 25 -j DROP\n"
         "-A FORWARD -s 10.1.0.0/16 -d 10.9.0.0/16 -j ACCEPT\n");
    const Ran less = lint("--baseline");
    CHECK(less.status == 0);
    CHECK(less.out.find("\nno error, no warning, no note, 3 in the baseline; ") != std::string::npos);
    CHECK(less.out.find("gone") == std::string::npos);
    // Something else is.
    dump("ACCEPT", "-A INPUT -p tcp -m tcp --dport 23 -j DROP\n" + forward);
    const Ran more = lint("--baseline");
    CHECK(more.status == 1);
    CHECK(more.out.find("\n1 error, no warning, no note, 2 in the baseline; ") != std::string::npos);
    write_file(
        here, "known.json",
        R"({"format": "fwproof-baseline/1", "findings": [{"fingerprint": "00", "severity": "error", "packets": ["nonsense"]}]})");
    CHECK(lint("--baseline").err ==
          "known.json: error: is no baseline: the packets of finding 1 are not understood; write it with "
          "--write-baseline\n");
}

TEST_CASE("a baseline knows a file however its path is spelled") {
    const std::string here = fresh_directory("baseline-spelled");
    fs::create_directories(here + "/rules");
    fs::create_directories(here + "/ci");
    write_file(here, "rules/edge.cfg", kBefore);
    // Also a check that speaks of statements, and whose fingerprint holds the message.
    const std::string checks =
        kChecks + ",unlogged-default-deny,undocumented-rule,unused-object,unselected-feature-opening";
    const auto lint = [&](const std::string& folder, std::vector<std::string> words) {
        words.insert(words.begin(), {"lint", "--select", checks});
        return run_fwproof(words, folder);
    };
    CHECK(lint(here, {"--write-baseline", "ci/known.json", "rules/edge.cfg"}).status == 1);
    const std::vector<std::pair<std::string, std::vector<std::string>>> spelled = {
        {here, {"--baseline", "ci/known.json", "rules/edge.cfg"}},
        {here, {"--baseline", "ci/known.json", "./rules/../rules/edge.cfg"}},
        {here, {"--baseline", "./ci/known.json", here + "/rules/edge.cfg"}},
        {here + "/rules", {"--baseline", "../ci/known.json", "edge.cfg"}},
        {here + "/ci", {"--baseline", here + "/ci/known.json", "../rules/edge.cfg"}}};
    for (const auto& [folder, words] : spelled) {
        const Ran ran = lint(folder, words);
        INFO(words.back() << "\n" << ran.out << ran.err);
        CHECK(ran.status == 0);
        CHECK(ran.out.find("no error, no warning, no note, ") != std::string::npos);
    }
    // What is gone is told by either name.
    write_file(here, "rules/edge.cfg", "ASA Version 9.16(4)\nhostname edge1\n");
    auto words = std::vector<std::string>{"--baseline", "ci/known.json", "./rules/edge.cfg", "--format", "sarif"};
    const Ran gone = lint(here, words);
    CHECK(gone.out.find("\"baselineState\": \"absent\"") != std::string::npos);
    CHECK(gone.out.find("\"./rules") == std::string::npos);
}

TEST_CASE("a rule that becomes wider is new again") {
    const std::string here = fresh_directory("baseline-wider");
    write_file(here, "rules.v4",
               "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n"
               "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n");
    run_fwproof({"lint", "--select", "FW211", "--write-baseline", "known.json", "rules.v4"}, here);
    write_file(here, "rules.v4",
               "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n"
               "-A INPUT -p tcp -m tcp --dport 22:23 -j ACCEPT\nCOMMIT\n");
    const Ran ran = run_fwproof({"lint", "--select", "FW211", "--baseline", "known.json", "rules.v4"}, here);
    CHECK(ran.status == 1);
    CHECK(ran.out.find("tcp/22 (SSH) and tcp/23 (Telnet)") != std::string::npos);
}

TEST_CASE("a closing deny without a log is known whatever is permitted before it") {
    const std::string here = fresh_directory("baseline-deny");
    write_file(here, "edge.cfg", kBefore);
    run_fwproof({"lint", "--select", "FW501", "--write-baseline", "known.json", "edge.cfg"}, here);
    write_file(here, "edge.cfg",
               std::string(kBefore) + "access-list OUT extended permit udp any host 10.2.0.9 eq 53\n");
    const Ran ran = run_fwproof({"lint", "--select", "FW501", "--baseline", "known.json", "edge.cfg"}, here);
    CHECK(ran.status == 0);
    CHECK(ran.out.find("\nno error, no warning, no note, 1 in the baseline; ") != std::string::npos);
}

TEST_CASE("fingerprints survive new names of lists, chains, groups and objects, and new numbers of lines and rules") {
    // Every bad export of the checks that has such names; what is defined (an unused object, an empty group) is known
    // by its name alone, and so is a chain that another program keeps.
    const std::set<std::string> by_name = {
        "conflicting-definition", "empty-group", "undefined-reference",       "unused-object", "mixed-family-any",
        "unparsed-line",          "odd-mask",    "rule-after-foreign-reject", "docker-bypass"};
    // A rule whose time is over matches no packets, so it is known by its text.
    const auto matches_nothing = [](const std::string& message) { return message.starts_with("the schedule of "); };
    const std::string here = fresh_directory("baseline-renamed");
    const auto fingerprints = [&](const std::string& file, const std::string& text) {
        write_file(here, file, text);
        const Ran ran = run_fwproof({"lint", "--as-of", "2026-11-01", "--format", "json", file}, here);
        const auto report = nlohmann::json::parse(ran.out);
        std::map<std::string, std::string> all;
        for (const auto& finding : report.at("findings"))
            if (!by_name.contains(finding.at("check")) && !matches_nothing(finding.at("message")))
                all[finding.at("fingerprint")] = finding.at("message");
        return all;
    };
    std::size_t files = 0, compared = 0;
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(FWPROOF_ROOT) / "fixtures/check")) {
        const std::string file = entry.path().filename().string();
        const bool asa = file == "bad.cfg";
        if (!asa && file != "bad.v4") continue;
        CAPTURE(entry.path().string());
        const std::string text = read_whole(entry.path().string());
        std::set<std::string> names;
        const std::regex declared(asa ? "(?:access-list|object(?:-group)? \\S+|time-range) (\\S+)" : ":(\\S+) -");
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) {
            std::smatch match;
            if (std::regex_search(line, match, declared, std::regex_constants::match_continuous))
                names.insert(match[1]);
        }
        if (names.empty()) continue;
        // Word by word, so that a name that is a part of another one stays.
        std::string renamed, word;
        const auto flush = [&] {
            renamed += (names.contains(word) ? "N" : "") + word;
            word.clear();
        };
        for (const char c : text) {
            if (c == ' ' || c == ':' || c == '\n' || c == '\r') {
                flush();
                renamed += c;
            } else {
                word += c;
            }
        }
        flush();
        ++files;
        const auto before = fingerprints(file, text);
        const auto after = fingerprints(file, (asa ? "! moved\n! down\n" : "# moved\n# down\n") + renamed);
        for (const auto& [print, message] : before) {
            CAPTURE(message);
            CHECK(after.contains(print));
            ++compared;
        }
        CHECK(after.size() == before.size());
    }
    CHECK(files > 30);
    CHECK(compared > 100);
}

TEST_CASE("a baseline knows a renamed file by its bytes or its device, and a renamed interface by its hardware") {
    const auto replaced = [](std::string text, const std::string& from, const std::string& to) {
        for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
            text.replace(at, from.size(), to);
        return text;
    };
    const std::string edge = kBefore, more = edge + "access-list OUT extended permit udp any host 10.2.0.9 eq 53\n";
    const std::string other = replaced(edge, "edge1", "edge2");
    const std::string host =
        "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -p tcp -m tcp --dport 22 -j "
        "ACCEPT\n";
    const std::string renamed_port =
        replaced(replaced(edge, "nameif outside", "nameif wan"), "interface outside", "interface wan");
    using Files = std::vector<std::pair<std::string, std::string>>;
    struct Case {
        const char* what;
        Files before, after;
        bool known;
    };
    const std::vector<Case> cases = {
        {"moved as it was", {{"a.v4", host + "COMMIT\n"}}, {{"b/a.v4", host + "COMMIT\n"}}, true},
        {"renamed and edited, with a host name", {{"a.cfg", edge}}, {{"b.cfg", more}}, true},
        {"renamed and edited, without one",
         {{"a.v4", host + "COMMIT\n"}},
         {{"b.v4", host + "-A INPUT -j DROP\nCOMMIT\n"}},
         false},
        {"another device", {{"a.cfg", edge}}, {{"b.cfg", other}}, false},
        {"a copy of what is still there", {{"a.cfg", edge}}, {{"a.cfg", edge}, {"b.cfg", edge}}, false},
        {"two that were called alike", {{"a.cfg", edge}, {"c.cfg", more}}, {{"b.cfg", more + "! x\n"}}, false},
        {"the interface has another name", {{"a.cfg", edge}}, {{"a.cfg", renamed_port}}, true},
        {"the file and the interface", {{"a.cfg", edge}}, {{"b.cfg", renamed_port}}, true},
        {"another interface",
         {{"a.cfg", edge}},
         {{"a.cfg", replaced(replaced(edge, "object-group network WEB\n",
                                      "interface Gi0/2\n nameif wan\n security-level 0\n ip address 198.51.100.1 "
                                      "255.255.255.0\nobject-group network WEB\n"),
                             "OUT in interface outside", "OUT in interface wan")}},
         false},
    };
    const std::string checks = kChecks + ",any-source-from-untrusted,unfiltered-interface";
    int number = 0;
    for (const auto& one : cases) {
        INFO(one.what);
        const std::string here = fresh_directory("baseline-moved-" + std::to_string(++number));
        fs::create_directories(here + "/b");
        const auto lint = [&](const std::string& option, const Files& files) {
            std::vector<std::string> words = {"lint", "--select", checks, "--fail-on", "note", option, "known.json"};
            for (const auto& [name, text] : files) {
                write_file(here, name, text);
                words.push_back(name);
            }
            return run_fwproof(words, here);
        };
        CHECK(lint("--write-baseline", one.before).status == 1);
        for (const auto& [name, text] : one.before) fs::remove(here + "/" + name);
        const Ran ran = lint("--baseline", one.after);
        INFO(ran.out << ran.err);
        CHECK(ran.err.empty());
        CHECK(ran.status == (one.known ? 0 : 1));
    }
}

TEST_CASE("SARIF says what is new, unchanged and absent") {
    const std::string here = fresh_directory("baseline-states");
    const std::string head = "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n";
    const std::string ssh = "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n";
    const std::string telnet = "-A INPUT -p tcp -m tcp --dport 23 -j ACCEPT\n";
    const std::string rdp = "-A INPUT -p tcp -m tcp --dport 3389 -j ACCEPT\n";
    write_file(here, "rules.v4", head + ssh + telnet + "COMMIT\n");
    write_file(here, "other.v4", head + rdp + "COMMIT\n");
    run_fwproof({"lint", "--select", "FW211", "--write-baseline", "known.json", "rules.v4", "other.v4"}, here);
    write_file(here, "rules.v4", head + ssh + rdp + "COMMIT\n");
    const Ran ran =
        run_fwproof({"lint", "--select", "FW211", "--baseline", "known.json", "--format", "sarif", "rules.v4"}, here);
    std::string states;
    const auto log = nlohmann::json::parse(ran.out);
    for (const auto& result : log.at("runs")[0].at("results")) {
        const std::string text = result.at("message").at("text");
        states += result.at("baselineState").get<std::string>() + ": " + text.substr(0, text.find(" (")) +
                  (result.contains("suppressions") ? " (suppressed)\n" : "\n");
    }
    // What stood in a file that was not looked at is neither there nor gone.
    CHECK(states ==
          "new: INPUT rule 2 lets anybody reach tcp/3389\nunchanged: INPUT rule 1 lets anybody reach tcp/22 "
          "(suppressed)\n"
          "absent: INPUT rule 2 lets anybody reach tcp/23 (suppressed)\n");
}

TEST_CASE("a check whose findings the baseline hides does not pass in any report") {
    const std::string here = fresh_directory("baseline-evidence");
    write_file(here, "edge.cfg", kBefore);
    run_fwproof({"lint", "--select", kChecks, "--write-baseline", "known.json", "edge.cfg"}, here);
    const auto report = [&](const std::string& format) {
        return run_fwproof({"lint", "--select", kChecks, "--baseline", "known.json", "--format", format, "edge.cfg"},
                           here)
            .out;
    };
    const auto statement = nlohmann::json::parse(report("intoto"));
    CHECK(statement.at("predicate").at("result") == "WARNED");
    CHECK(statement.at("predicate").at("passedTests") == std::vector<std::string>{"check any-to-any"});
    const std::string results = report("oscal");
    CHECK(results.find("All that was found is waived or in the baseline.") != std::string::npos);
    const std::string suites = report("junit");
    CHECK(suites.find("name=\"duplicate-rule\"><skipped message=\"1 finding in the baseline\"/>") != std::string::npos);
    CHECK(suites.find("name=\"any-to-any\"/>") != std::string::npos);
    const auto result = nlohmann::json::parse(report("json"));
    CHECK(result.at("summary").at("in_baseline") == 2);
    CHECK(result.at("files").at(1).at("use") == "baseline");
}

TEST_CASE("what is no baseline is refused") {
    const std::string here = fresh_directory("baseline-bad");
    write_file(here, "rules.v4", "*filter\n:INPUT DROP [0:0]\nCOMMIT\n");
    struct Case {
        std::string text, message;
    };
    const std::vector<Case> cases = {
        {"[]", "known.json: error: is no baseline: it is not a JSON object; write it with --write-baseline\n"},
        {"{", "known.json: error: is no baseline: it is not a JSON object; write it with --write-baseline\n"},
        {"{\"format\": \"x\"}",
         "known.json: error: is no baseline: its format is not fwproof-baseline/1; write it with --write-baseline\n"},
        {"{\"format\": \"fwproof-baseline/1\"}",
         "known.json: error: is no baseline: it has no findings; write it with --write-baseline\n"},
        {"{\"format\": \"fwproof-baseline/1\", \"findings\": [1]}",
         "known.json: error: is no baseline: finding 1 has no fingerprint; write it with --write-baseline\n"},
        {"{\"format\": \"fwproof-baseline/1\", \"findings\": [{\"fingerprint\": \"a\"}]}",
         "known.json: error: is no baseline: finding 1 has no severity; write it with --write-baseline\n"},
        {"{\"format\": \"fwproof-baseline/1\", \"findings\": [], \"files\": [{\"file\": \"a\", \"devices\": [1]}]}",
         "known.json: error: is no baseline: file 1 is not described; write it with --write-baseline\n"},
    };
    for (const auto& [text, message] : cases) {
        write_file(here, "known.json", text);
        const Ran ran = run_fwproof({"lint", "--baseline", "known.json", "rules.v4"}, here);
        CHECK(ran.status == 2);
        CHECK(ran.err == message);
        CHECK(ran.out.empty());
    }
}

TEST_CASE("a baseline does not hide the same packets at another place or on other conditions") {
    const std::string here = fresh_directory("baseline-place");
    const auto dump = [](const std::string& rule) {
        return "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n-A " + rule +
               " -j ACCEPT\nCOMMIT\n";
    };
    const std::string mysql = " -p tcp -m tcp --dport 3306";
    const auto found = [&](const std::string& rule) {
        write_file(here, "host.v4", dump(rule));
        const Ran ran = run_fwproof(
            {"lint", "--select", "database-port-from-untrusted", "--baseline", "known.json", "host.v4"}, here);
        return ran.out.find("[database-port-from-untrusted]") != std::string::npos;
    };
    write_file(here, "host.v4", dump("INPUT -m limit --limit 5/min" + mysql));
    run_fwproof({"lint", "--select", "database-port-from-untrusted", "--write-baseline", "known.json", "host.v4"},
                here);
    CHECK_FALSE(found("INPUT -m limit --limit 5/min" + mysql));
    CHECK(found("INPUT" + mysql));
    CHECK(found("FORWARD -m limit --limit 5/min" + mysql));
}
