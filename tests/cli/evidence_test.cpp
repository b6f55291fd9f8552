// The bundle of an audit: the same on every day, and anything that changed is named.
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "fwproof/check/check.hpp"
#include "support/catch.hpp"
#include "support/program.hpp"

using namespace fwproof;
namespace fs = std::filesystem;

namespace {

const std::vector<std::string> kNow = {"SOURCE_DATE_EPOCH=1793772000"};

// A copy of the example site, so that it can be changed.
std::string site(const std::string& name) {
    std::string folder = fresh_directory(name);
    fs::copy(fs::path(FWPROOF_ROOT) / "fixtures/site/scom", folder, fs::copy_options::recursive);
    return folder;
}

Ran evidence(const std::string& folder, std::vector<std::string> arguments,
             const std::vector<std::string>& variables = kNow) {
    arguments.insert(arguments.begin(), "evidence");
    return run_fwproof(arguments, folder, {}, variables);
}

std::vector<std::string> names_in(const std::string& folder) {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file()) names.push_back(fs::relative(entry.path(), folder).generic_string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace

TEST_CASE("a bundle has what an audit asks for, and is the same when it is made again") {
    const std::string folder = site("evidence");
    const Ran first = evidence(folder, {"audit", "--site", "site.toml"});
    CHECK(first.err.empty());
    CHECK(first.status == 1);  // the site has errors on purpose
    CHECK(first.out.starts_with("audit: 9 files; 10 errors, "));
    CHECK(names_in(folder + "/audit") == std::vector<std::string>{"SHA256SUMS", "catalogs/scom.toml",
                                                                  "configuration/site.toml", "report.html",
                                                                  "report.json", "report.oscal.json", "report.txt",
                                                                  "run.json", "statement.intoto.json"});
    CHECK(read_whole(folder + "/audit/configuration/site.toml") == read_whole(folder + "/site.toml"));

    const auto report = nlohmann::json::parse(read_whole(folder + "/audit/report.json"));
    std::size_t passing = 0;
    for (const auto& flow : report.at("flows")) {
        if (flow.at("verdict") != "satisfied") continue;
        ++passing;
        CHECK(!flow.at("permitted_by").empty());
        CHECK(flow.at("passes").is_string());
    }
    CHECK(passing > 20);

    // Another zone and a later second; tests/outside/days.sh has other days.
    std::this_thread::sleep_for(std::chrono::milliseconds(1100));
    const Ran again = evidence(folder, {"second", "--site", "site.toml"}, {kNow[0], "TZ=Asia/Tokyo"});
    CHECK(again.status == 1);
    for (const auto& name : names_in(folder + "/audit"))
        CHECK(read_whole(folder + "/audit/" + name) == read_whole(folder + "/second/" + name));
}

TEST_CASE("a bundle about a standard holds the checks of that standard, and is verified with them") {
    const std::string folder = site("evidence-standard");
    REQUIRE(evidence(folder, {"audit", "--site", "site.toml", "--standard", "pci-dss-4.0.1"}).status <= 1);
    const auto report = nlohmann::json::parse(read_whole(folder + "/audit/report.json"));
    std::size_t own = 0;
    for (const std::string name : report.at("checks")) {
        INFO(name);
        const Check* check = find_check(name);
        REQUIRE(check);
        const auto entries = standard_entries(*check);
        const bool of_it = std::any_of(entries.begin(), entries.end(), [](const StandardEntry& entry) {
            return entry.standard->id == "pci-dss-4.0.1";
        });
        CHECK((of_it || check->subject == Subject::input || check->subject == Subject::waiver));
        own += check->subject == Subject::site;
    }
    CHECK(own >= 3);
    CHECK(own < 10);
    const auto run = nlohmann::json::parse(read_whole(folder + "/audit/run.json"));
    CHECK(run.at("arguments") == std::vector<std::string>{"--site", "site.toml", "--standard", "pci-dss-4.0.1"});
    CHECK(read_whole(folder + "/audit/report.oscal.json").find("pci-dss-4.0.1") != std::string::npos);
    CHECK(evidence(folder, {"--verify", "audit"}).out == "audit: the same, 9 files\n");
}

TEST_CASE("verifying makes a bundle again on whatever day it is") {
    const std::string folder = site("evidence-verify");
    REQUIRE(evidence(folder, {"audit", "--site", "site.toml"}).status == 1);
    // No SOURCE_DATE_EPOCH: the bundle has its own.
    const Ran same = evidence(folder, {"--verify", "audit"}, {});
    CHECK(same.out == "audit: the same, 9 files\n");
    CHECK(same.err.empty());
    CHECK(same.status == 0);

    SECTION("an export that changed is named with its digests, and what is found now") {
        std::string dump = read_whole(folder + "/exports/opsdb1.v4");
        const std::size_t at = dump.find("-A ADMIN -p tcp -m tcp --dport 22 ");
        REQUIRE(at != std::string::npos);
        dump.replace(dump.find("22", at), 2, "23");
        write_file(folder + "/exports", "opsdb1.v4", dump);
        const Ran changed = evidence(folder, {"--verify", "audit"}, {});
        CHECK(changed.status == 1);
        CHECK(changed.out.find("audit: exports/opsdb1.v4 has changed: SHA-256 ") == 0);
        CHECK(changed.out.find("audit: no longer found: note[uncatalogued-opening]: ") != std::string::npos);
        CHECK(changed.out.find("audit: found now: note[uncatalogued-opening]: ") != std::string::npos);
        CHECK(changed.out.find("audit: report.json differs\n") != std::string::npos);
    }
    SECTION("a report that was altered is named") {
        std::string page = read_whole(folder + "/audit/report.html");
        page.replace(page.find("does not hold"), 13, "holds, really");
        write_file(folder + "/audit", "report.html", page);
        const Ran altered = evidence(folder, {"--verify", "audit"}, {});
        CHECK(altered.status == 1);
        CHECK(altered.out ==
              "audit: the bundle was changed after it was written: SHA256SUMS does not fit\n"
              "audit: report.html differs\n");
    }
    SECTION("a file that was taken away or put in is named") {
        fs::remove(folder + "/audit/report.txt");
        write_file(folder + "/audit", "extra", "x");
        const Ran altered = evidence(folder, {"--verify", "audit"}, {});
        CHECK(altered.status == 1);
        CHECK(altered.out.find("audit: report.txt is missing in the bundle\n") != std::string::npos);
        CHECK(altered.out.find("audit: extra does not belong to the bundle\n") != std::string::npos);
    }
    SECTION("links and pipes that were put in are named, wherever they lead") {
        fs::create_directory_symlink(folder + "/exports", folder + "/audit/linked");
        fs::create_symlink("nowhere", folder + "/audit/dangling");
        REQUIRE(mkfifo((folder + "/audit/pipe").c_str(), 0600) == 0);
        const Ran altered = evidence(folder, {"--verify", "audit"}, {});
        CHECK(altered.status == 1);
        for (const char* name : {"linked", "dangling", "pipe"}) {
            CHECK(altered.out.find("audit: " + std::string(name) + " is no file of the bundle\n") != std::string::npos);
        }
    }
}

TEST_CASE("a bundle from elsewhere makes verifying write nothing and read no input") {
    const std::string folder = site("evidence-hostile");
    REQUIRE(evidence(folder, {"audit", "--site", "site.toml"}).status != 2);
    const std::string honest = read_whole(folder + "/audit/run.json");
    for (const std::string words :
         {R"("--output","stolen")", R"("--output=stolen")", R"("--outp","stolen")", R"("--write-baseline","stolen")",
          R"("--write-b=stolen")", R"("--format","json")", R"("--baseline","stolen")", R"("-")"}) {
        std::string hostile = honest;
        hostile.insert(hostile.find('[', hostile.find("\"arguments\"")) + 1, words + ",");
        write_file(folder, "audit/run.json", hostile);
        const Ran ran = evidence(folder, {"--verify", "audit"});
        INFO(words << "\n" << ran.out);
        CHECK(ran.status == 2);
        CHECK(ran.err.find("audit/run.json: error: '-") == 0);
        CHECK(ran.err.find("has no place in a bundle") != std::string::npos);
        CHECK(!fs::exists(folder + "/stolen"));
    }
    std::string odd = honest;
    odd.replace(odd.find("\"version\": "), 12, "\"version\": 1, \"was\": ");
    write_file(folder, "audit/run.json", odd);
    CHECK(evidence(folder, {"--verify", "audit"}).err ==
          "audit/run.json: error: is not what fwproof wrote; restore the bundle\n");
}

TEST_CASE("evidence says what it cannot do") {
    const std::string folder = site("evidence-bad");
    CHECK(evidence(folder, {}).err ==
          "fwproof: error: no directory given; usage: fwproof evidence DIR [OPTION of check...] [EXPORT...]\n");
    CHECK(evidence(folder, {"exports", "--site", "site.toml"}).err ==
          "exports: error: is there already, and evidence is not written over; name a new directory\n");
    CHECK(evidence(folder, {"--verify", "exports"}).err ==
          "exports: error: is no bundle: it has no run.json; make one with 'fwproof evidence DIR ...'\n");
    CHECK(evidence(folder, {"audit", "--site", "site.toml", "--format", "text"}).status == 2);
    const Ran missing = evidence(folder, {"audit", "--site", "none.toml"});
    CHECK(missing.status == 2);
    CHECK(!fs::exists(folder + "/audit"));
}
