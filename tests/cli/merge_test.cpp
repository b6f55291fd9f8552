// A fleet in parts: the parts together say what one run says, in whatever order they end.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/program.hpp"

namespace {

using Json = nlohmann::ordered_json;

const std::vector<std::string> kDay = {"SOURCE_DATE_EPOCH=1793772000"};
const std::vector<std::string> kExports = {"a.v4", "b.v4", "c.reg"};

std::string exports() {
    std::string folder = fresh_directory("merge");
    write_file(folder, "a.v4", read_whole(std::string(FWPROOF_ROOT) + "/fixtures/site/scom/exports/opsdb1.v4"));
    write_file(folder, "b.v4", "*filter\n:INPUT DROP [0:0]\n-A INPUT -j ACCEPT\n-A INPUT -j DROP\nCOMMIT\n");
    write_file(folder, "c.reg", read_whole(std::string(FWPROOF_ROOT) + "/fixtures/site/scom/exports/ms1-policy.reg"));
    return folder;
}

Ran part(const std::string& folder, std::vector<std::string> command, const std::string& name) {
    command.insert(command.end(), {"--format", "jsonl", name});
    return run_fwproof(command, folder, {}, kDay);
}

// The rules of an export do not depend on other exports; what a catalog asks for does, where one of several may serve
// it.
void same_as_one_run(const std::string& folder, const Json& sum) {
    std::vector<std::string> whole = {"lint", "--format", "json"};
    whole.insert(whole.end(), kExports.begin(), kExports.end());
    const Json one = Json::parse(run_fwproof(whole, folder, {}, kDay).out);
    for (const char* key : {"findings", "inputs", "files", "checks", "catalogs"}) {
        INFO(key);
        CHECK(sum[key] == one[key]);
    }
    for (const char* key : {"errors", "warnings", "notes", "waived", "complete", "exit_status"}) {
        INFO(key);
        CHECK(sum["summary"][key] == one["summary"][key]);
    }
}

}  // namespace

TEST_CASE("parts in any order make one result") {
    const std::string folder = exports();
    for (const auto& command :
         std::vector<std::vector<std::string>>{{"lint"}, {"check", "--catalog", "scom", "--as", "management-server"}}) {
        std::string lines, backwards;
        for (const auto& name : kExports) {
            const Ran ran = part(folder, command, name);
            REQUIRE(ran.err.empty());
            CHECK(std::count(ran.out.begin(), ran.out.end(), '\n') == 1);
            lines += ran.out;
            backwards = ran.out + backwards;
        }
        const Ran merged = run_fwproof({"merge", "-"}, folder, lines);
        CHECK(merged.status == 1);
        CHECK(run_fwproof({"merge", "-"}, folder, backwards).out == merged.out);

        if (command.front() == "lint") same_as_one_run(folder, Json::parse(merged.out));
        // The result of a merge is a result.
        write_file(folder, "merged.json", merged.out);
        CHECK(run_fwproof({"merge", "merged.json"}, folder).out == merged.out);
    }
}

TEST_CASE("a merged result as text is one line a finding") {
    const std::string folder = exports();
    const Ran ran =
        run_fwproof({"merge", "--format", "text", "-"}, folder,
                    part(folder, {"lint", "--select", "unreachable-rule,rule-after-catch-all"}, "b.v4").out);
    CHECK(ran.out ==
          "b.v4:4:1: warning[rule-after-catch-all]: INPUT rule 2 never matches: INPUT rule 1 takes every packet before "
          "it\n\n"
          "assumed: b.v4: IPv4 only: the export does not say what IPv6 may do\n"
          "assumed: b.v4: no nftables ruleset, bridge rule or traffic control of this host drops or marks packets "
          "besides these tables\n"
          "assumed: b.v4: the host routes packets between its interfaces (net.ipv4.ip_forward), and reverse path "
          "filtering drops none\n\n"
          "0 errors, 1 warning, 0 notes, 0 waived; not complete; 1 export, 2 rules, 1 statement not understood\n");
    CHECK(ran.status == 0);
}

TEST_CASE("a merged result as text steers no terminal") {
    const std::string folder = exports();
    std::string made = part(folder, {"lint", "--select", "rule-after-catch-all"}, "b.v4").out;
    const std::string words = "never matches";
    made.replace(made.find(words), words.size(), "\\u001b[2J\\nx.v4:1:1: error[fake]: y");
    const Ran ran = run_fwproof({"merge", "--format", "text", "-"}, folder, made);
    CHECK(
        ran.out.substr(0, ran.out.find('\n')) ==
        "b.v4:4:1: warning[rule-after-catch-all]: INPUT rule 2 ?[2J?x.v4:1:1: error[fake]: y: INPUT rule 1 takes every "
        "packet before it");
}

TEST_CASE("what cannot be merged is refused") {
    const std::string folder = exports();
    const std::string lint = part(folder, {"lint"}, "a.v4").out;
    const std::string other = part(folder, {"lint"}, "b.v4").out;
    const std::string check = part(folder, {"check", "--as", "management-server"}, "b.v4").out;
    const std::string matrix = part(folder, {"check", "--matrix", "--as", "management-server"}, "b.v4").out;
    const std::string few = part(folder, {"lint", "--select", "unreachable-rule"}, "b.v4").out;
    const std::string one_day = part(folder, {"lint", "--as-of", "2026-11-01"}, "b.v4").out;
    const std::string database = part(folder, {"check", "--catalog", "mps", "--as", "provisioning-engine"}, "a.v4").out;
    const std::string agent = part(folder, {"check", "--as", "windows-agent"}, "a.v4").out;
    std::string older = other;
    older.replace(older.find("\"version\":\"") + 11, 1, "9");
    std::string kind = other;
    kind.replace(kind.find("\"device\":\"\""), 11, "\"device\":[]");
    std::string count = lint, severity = lint;
    count.replace(count.find("\"conditional\":") + 14, 1, "-1");
    severity.replace(severity.find("\"severity\":\"") + 12, 1, "x");
    const auto in = std::string("standard input:");
    const std::string no_result =
        "1: error: is no result of fwproof check or fwproof lint; write it with --format jsonl, and run this part "
        "again\n";
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"", in + "1: error: holds no result; write one with --format jsonl\n"},
        {"[]",
         in + "1: error: is no result of fwproof check or fwproof lint; write it with --format jsonl, and run this "
              "part again\n"},
        {count, in + no_result},
        {severity, in + no_result},
        {lint + other.substr(0, 200),
         in + "2: error: is no JSON, or was cut; write it with --format jsonl, and run this "
              "part again\n"},
        {std::string(100'000, '['), in +
                                        "1: error: is nested deeper than any result; write it with --format jsonl, and "
                                        "run this part again\n"},
        {lint + other.substr(0, other.rfind('}')) + ",\"x\":" + std::string(100'000, '[') + "\n",
         in + "2: error: is nested deeper than any result; write it with --format jsonl, and run this part again\n"},
        {lint + check, in + "2: error: is a result of check, the first is one of lint; merge results of one command\n"},
        {lint + older, in + "2: error: was made by another version of fwproof than the first; run all parts with one "
                            "version\n"},
        {lint + few, in + "2: error: ran other checks than the first; run all parts with one --select and --ignore\n"},
        {lint + one_day,
         in + "2: error: was judged for another day, phase or reading than the first; run all parts with "
              "the same --as-of, --phase and --reading\n"},
        {check + database,
         in + "2: error: was judged by other catalogs than the first; run all parts with the same catalogs\n"},
        {check + agent,
         in + "2: error: was judged as the host of another role than the first; run all parts with the same --as, or "
              "with a --site that binds every role to its hosts\n"},
        {check + matrix, in + "2: error: holds a matrix, which cannot be merged; run the parts without --matrix\n"},
        {lint + other + lint, in + "3: error: a.v4 is also in standard input:1; give every export to one part\n"},
        {lint + kind,
         "fwproof: error: a result holds a value of the wrong kind; give the files as --format jsonl wrote "
         "them\n"},
    };
    for (const auto& [input, message] : cases) {
        const Ran ran = run_fwproof({"merge", "-"}, folder, input);
        CHECK(ran.status == 2);
        CHECK(ran.out.empty());
        CHECK(ran.err == message);
    }
}

TEST_CASE("a flow that several parts judged is one flow") {
    const std::string folder = fresh_directory("merge-flows");
    const std::string top = "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n";
    const std::string sql = "-A INPUT -p tcp -m tcp --dport 1433 -j ACCEPT\n";
    write_file(folder, "a.v4", top + sql + "COMMIT\n");
    write_file(folder, "b.v4", top + sql + "-A INPUT -p udp -m udp --dport 1434 -j ACCEPT\nCOMMIT\n");
    write_file(folder, "c.v4", top + "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n");
    write_file(
        folder, ".fwproof.toml",
        "[[waiver]]\ncheck = \"uncatalogued-opening\"\nregion = \"tcp any > any:22\"\nuntil = 2030-01-01\nowner = "
        "\"ops\"\nreason = \"administration\"\n");
    // Whether the reading of an entry decides something is known of the whole only.
    const std::vector<std::string> command = {
        "check", "--catalog", "scom", "--as", "operations-manager-database", "--ignore", "disputed-entry"};
    for (const std::vector<std::string>& files :
         std::vector<std::vector<std::string>>{{"a.v4", "b.v4"}, {"a.v4", "b.v4", "c.v4"}, {"b.v4"}}) {
        std::vector<std::string> whole = command;
        whole.insert(whole.end(), {"--format", "json"});
        std::string parts;
        for (const auto& name : files) {
            whole.push_back(name);
            parts += part(folder, command, name).out;
        }
        const Json one = Json::parse(run_fwproof(whole, folder, {}, kDay).out);
        const Json sum = Json::parse(run_fwproof({"merge", "-"}, folder, parts).out);
        INFO(parts);
        for (const char* key : {"required_flows", "satisfied", "undecided", "unchecked", "errors", "notes", "waived"}) {
            INFO(key);
            CHECK(sum["summary"][key] == one["summary"][key]);
        }
        CHECK(sum["findings"] == one["findings"]);
    }
    const Ran text = run_fwproof({"merge", "--format", "text", "-"}, folder, part(folder, command, "b.v4").out);
    const std::string last = text.out.substr(text.out.rfind('\n', text.out.size() - 2) + 1);
    CHECK(last ==
          "0 errors, 2 warnings, 1 note, 0 waived; 4 of 4 required flows satisfied; 1 export, 2 rules, every statement "
          "understood\n");
}

TEST_CASE("GNU parallel splits a fleet as the manual says") {
    if (!program_exists("parallel")) {
        WARN("skipped: GNU parallel is not installed");
        return;
    }
    const std::string folder = exports();
    std::filesystem::create_directory(folder + "/exports");
    for (const auto& name : kExports) std::filesystem::rename(folder + "/" + name, folder + "/exports/" + name);
    const std::string manual = read_whole(std::string(FWPROOF_ROOT) + "/man/fwproof.1");
    const std::size_t at = manual.find(".Dl find exports");
    REQUIRE(at != std::string::npos);
    const std::string recipe = manual.substr(at + 4, manual.find("\n.Dl fwproof merge", at) - at - 4);
    INFO(recipe);
    const Ran parts = run_program("sh", {"-c", recipe}, folder, {}, kDay);
    CHECK(parts.status == 0);
    CHECK(parts.err.empty());
    const Ran merged = run_fwproof({"merge", "parts.jsonl"}, folder);
    CHECK(merged.status == 1);
    const std::vector<std::string> whole = {"lint",         "--format",     "json",
                                            "exports/a.v4", "exports/b.v4", "exports/c.reg"};
    CHECK(Json::parse(merged.out)["findings"] == Json::parse(run_fwproof(whole, folder, {}, kDay).out)["findings"]);
    // What cannot be read is no shorter report: the recipe fails.
    write_file(folder, "exports/d.cfg", "");
    CHECK(run_program("sh", {"-c", recipe}, folder, {}, kDay).status != 0);
}

TEST_CASE("--fail-on of a merge counts, not that of the parts") {
    const std::string folder = exports();
    const std::string parts = part(folder, {"lint", "--fail-on", "never"}, "a.v4").out;
    const auto merge = [&](const std::string& level) {
        return run_fwproof({"merge", "--fail-on", level, "-"}, folder, parts);
    };
    CHECK(merge("note").status == 1);
    CHECK(merge("never").status == 0);
    CHECK(Json::parse(merge("note").out)["summary"]["exit_status"] == 1);
    CHECK(merge("loud").err ==
          "fwproof: error: --fail-on 'loud' is not a severity; write error, warning, note or never\n");
}
