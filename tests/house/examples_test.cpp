// Every command line that the README and the manual show is run, in a directory where the files it names are real.
#include <filesystem>
#include <regex>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/program.hpp"
#include "support/repository.hpp"

namespace fs = std::filesystem;

namespace {

std::string from_root(const std::string& path) { return std::string(FWPROOF_ROOT) + "/" + path; }

// A repository with two commits and something staged, where every file name of an example exists.
Repository workplace() {
    Repository repository("examples");
    const std::string& at = repository.path;
    const fs::path site = from_root("fixtures/site/scom");
    fs::copy(site / "exports", fs::path(at) / "exports");
    fs::copy(site / "site.toml", fs::path(at) / "site.toml");
    for (const char* folder : {"rules", "old", "new", "gpo", "hosts"}) fs::create_directory(fs::path(at) / folder);
    const std::string edge = read_whole(from_root("fixtures/diff/object-edit/old.cfg"));
    const std::string edited = read_whole(from_root("fixtures/diff/object-edit/new.cfg"));
    const std::string rules = read_whole((site / "exports/opsdb1.v4").string());
    for (const char* name : {"edge.cfg", "old.cfg", "old/edge.cfg"}) write_file(at, name, edge);
    for (const char* name : {"new.cfg", "new/edge.cfg"}) write_file(at, name, edited);
    for (const char* name : {"edge.v4", "rules.v4", "rules/edge.v4"}) write_file(at, name, rules);
    const std::string registry = read_whole((site / "exports/ms1-policy.reg").string());
    for (const char* name : {"ms1.reg", "policy.reg", "gpo/base.reg"}) write_file(at, name, registry);
    write_file(at, "hosts/ms1.reg",
               "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\"
               "SharedAccess\\Parameters\\FirewallPolicy\\DomainProfile]\r\n\"EnableFirewall\"=dword:00000001\r\n");
    write_file(at, "log.txt", "tcp 10.1.2.3 > 10.9.8.7:443\nudp 10.1.2.3 > 10.9.8.7:53\n");
    write_file(at, "edge.tests", "export edge.cfg\ndeny tcp 10.1.2.3 > 10.9.8.7:23 in outside out inside\n");
    write_file(at, "product.toml", read_whole(from_root("catalogs/scom.toml")));
    repository.git({"add", "-A"});
    repository.commit("one");
    repository.git({"update-ref", "refs/remotes/origin/main", "HEAD"});
    repository.stage("rules/edge.v4", rules + "# reviewed\n");
    repository.commit("two");
    repository.stage("rules/edge.v4", rules + "# reviewed again\n");
    return repository;
}

// The command lines of a text, without what stands beside them as an explanation.
std::vector<std::string> command_lines(const std::string& text, const std::regex& shape) {
    std::vector<std::string> lines;
    for (std::sregex_iterator at(text.begin(), text.end(), shape), end; at != end; ++at)
        lines.push_back(std::regex_replace((*at)[1].str(), std::regex("(  +| #).*$"), ""));
    return lines;
}

void run_all(const std::vector<std::string>& lines) {
    const std::string at = workplace().path;
    for (std::string line : lines) {
        line = std::regex_replace(line, std::regex("\\bID$"), "scom");
        line = std::regex_replace(line, std::regex("\\bFILE$"), "product.toml");
        const Ran ran = run_program("sh", {"-c", line}, at);
        INFO(line << "\nexit status " << ran.status << "\n" << ran.err);
        CHECK((ran.status == 0 || ran.status == 1));
        CHECK((!ran.out.empty() || line.find(" > parts") != std::string::npos));
    }
}

}  // namespace

TEST_CASE("the command lines of the README run") {
    const auto lines = command_lines(read_whole(from_root("README.md")), std::regex("\n    (fwproof [^\n]*)"));
    CHECK(lines.size() >= 14);
    run_all(lines);
}

TEST_CASE("the command lines of the manual run") {
    std::vector<std::string> lines;
    for (const char* page : {"fwproof.1", "fwproof-catalog.5", "fwproof-site.5"}) {
        const auto more = command_lines(read_whole(from_root(std::string("man/") + page)),
                                        std::regex("\n\\.Dl ((?:fwproof|find) [^\n]*)"));
        lines.insert(lines.end(), more.begin(), more.end());
    }
    CHECK(lines.size() >= 9);
    run_all(lines);
}

TEST_CASE("the recipes of the README for continuous integration run") {
    const std::string readme = read_whole(from_root("README.md"));
    std::smatch github, gitlab;
    REQUIRE(std::regex_search(readme, github, std::regex("- run: >\n +(fwproof diff [^\n]*\n +--format[^\n]*)\n")));
    REQUIRE(std::regex_search(readme, gitlab, std::regex("\n +- (fwproof diff [^\n]*)\n")));
    const std::string at = workplace().path;
    for (const std::string& recipe : {std::regex_replace(github[1].str(), std::regex("\n +"), " "), gitlab[1].str()}) {
        const Ran ran = run_program(
            "sh", {"-c", recipe}, at, {},
            {"GITHUB_BASE_REF=main", "GITHUB_STEP_SUMMARY=summary.md", "CI_MERGE_REQUEST_DIFF_BASE_SHA=HEAD~1"});
        INFO(recipe << "\n" << ran.err);
        CHECK(ran.status == 0);
        CHECK(ran.out.find("unchanged") != std::string::npos);
    }
    CHECK(fs::file_size(fs::path(at) / "summary.md") > 100);
    CHECK(fs::file_size(fs::path(at) / "diff.md") > 100);
}
