// Every check on small exports: what it says about a bad one, word by word, and that it says nothing about a good one.
//
// fixtures/check/<name>/bad* and good* are exports, linted with that check alone; the text is in <file>.txt. A file
// <case>.args holds the whole command line where that is not enough (sites, waivers, options).
#include <algorithm>
#include <filesystem>
#include <sstream>

#include "fwproof/check/check.hpp"
#include "support/catch.hpp"
#include "support/program.hpp"

using namespace fwproof;
namespace fs = std::filesystem;

namespace {

struct Case {
    std::string name;  // "bad.cfg"
    std::vector<std::string> arguments;
};

std::vector<std::string> split_words(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> words;
    for (std::string word; in >> word;) words.push_back(word);
    return words;
}

// The cases of a directory, sorted by name.
std::vector<Case> cases_in(const std::string& directory, const std::vector<std::string>& usual) {
    std::vector<std::string> names;
    bool with_arguments = false;
    for (const auto& entry : fs::directory_iterator(directory)) {
        const std::string name = entry.path().filename().string();
        if (name.ends_with(".args")) with_arguments = true;
        if (name.starts_with("bad") || name.starts_with("good")) names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    std::vector<Case> cases;
    for (const auto& name : names) {
        if (name.ends_with(".txt")) continue;
        if (name.ends_with(".args")) {
            cases.push_back({name.substr(0, name.size() - 5), split_words(read_whole(directory + "/" + name))});
        } else if (!with_arguments) {
            auto arguments = usual;
            arguments.push_back(name);
            cases.push_back({name, std::move(arguments)});
        }
    }
    return cases;
}

}  // namespace

TEST_CASE("every check finds what is bad and is silent about what is good") {
    const std::string root = "fixtures/check/";
    for (const Check* check : checks()) {
        const std::string folder = root + std::string(check->name);
        const std::string path = std::string(FWPROOF_ROOT) + "/" + folder;
        CAPTURE(folder);
        REQUIRE(fs::is_directory(path));
        const std::string mark = "[" + std::string(check->name) + "]: ";
        std::size_t bad = 0, good = 0;
        for (const auto& one : cases_in(path, {"lint", "--select", std::string(check->name)})) {
            CAPTURE(one.name);
            const Ran ran = run_fwproof(one.arguments, path);
            CHECK(ran.err.empty());
            CHECK(ran.status <= 1);
            if (one.name.starts_with("bad")) {
                ++bad;
                CHECK(ran.out.find(mark) != std::string::npos);
                CHECK(differs_from_golden(ran.out, folder + "/" + one.name + ".txt") == "");
            } else {
                ++good;
                CHECK(ran.out.find(mark) == std::string::npos);
            }
        }
        CHECK(bad > 0);
        CHECK(good > 0);
    }
}

// Exports about which other tools are known to say something wrong: fixtures/check/peers/<what they miss>.*
TEST_CASE("what misleads other tools is judged right") {
    const std::string folder = "fixtures/check/peers";
    const std::string path = std::string(FWPROOF_ROOT) + "/" + folder;
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(path)) {
        const std::string name = entry.path().filename().string();
        if (!name.ends_with(".txt")) names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    CHECK(names.size() >= 12);
    for (const auto& name : names) {
        CAPTURE(name);
        const Ran ran = run_fwproof({"lint", "--as-of", "2026-11-01", name}, path);
        CHECK(ran.err.empty());
        CHECK(differs_from_golden(ran.out, folder + "/" + name + ".txt") == "");
    }
}
