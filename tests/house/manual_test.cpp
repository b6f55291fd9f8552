// The manual names every option and exit status of the program, and is clean for mandoc.
#include <cstdlib>
#include <filesystem>
#include <regex>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/program.hpp"

TEST_CASE("every manual is clean") {
    std::size_t pages = 0;
    for (const auto& page : std::filesystem::directory_iterator(std::string(FWPROOF_ROOT) + "/man")) {
        ++pages;
        const std::string command = "mandoc -T lint -W warning '" + page.path().string() + "' >/dev/null";
        INFO(page.path().string());
        CHECK(std::system(command.c_str()) == 0);
        CHECK(std::system(("mandoc '" + page.path().string() + "' | grep -q ' [;,]'").c_str()) != 0);
    }
    CHECK(pages >= 4);
}

// After a change to the pages: build/release/fwproof checks --format mdoc > man/fwproof-checks.7
TEST_CASE("the manual of the checks is made of their pages") {
    const Ran made = run_fwproof({"checks", "--format", "mdoc"});
    CHECK(made.status == 0);
    CHECK(made.out == read_whole(std::string(FWPROOF_ROOT) + "/man/fwproof-checks.7"));
}

namespace {

std::vector<std::string> found_in(const std::string& text, const std::string& expression) {
    const std::regex wanted(expression);
    std::vector<std::string> found;
    for (std::sregex_iterator at(text.begin(), text.end(), wanted), end; at != end; ++at) found.push_back((*at)[1]);
    return found;
}

}  // namespace

TEST_CASE("the manual describes every command and its options, and completions offer it") {
    const std::string manual = read_whole(std::string(FWPROOF_ROOT) + "/man/fwproof.1");
    std::vector<std::string> offers;
    for (const std::string shell : {"bash", "zsh", "fish"}) offers.push_back(run_fwproof({"completions", shell}).out);
    const auto commands = found_in(run_fwproof({"--help"}).out, "\n  ([a-z]+) ");
    CHECK(commands.size() >= 15);
    for (const auto& command : commands) {
        CHECK(std::regex_search(manual, std::regex("\n\\.It Cm " + command + "\\b")));
        const auto options = found_in(run_fwproof({command, "--help"}).out, "\n  (?:-[a-z] \\[ )?--([a-z-]+)");
        const bool full = command == "check" || command == "lint" || command == "diff";
        if (full) CHECK(options.size() >= 10);
        for (const auto& name : options) {
            INFO(command << " " << name);
            const std::regex described(full ? "\\.It Fl -" + name + "\\b" : "Fl -" + name + "\\b");
            CHECK(std::regex_search(manual, described));
            CHECK(found_in(offers[0], "(\\b" + command + "\\) words='[^']*--" + name + "\\b)").size() >= 1);
            for (const auto& offer : offers) CHECK(offer.find(name) != std::string::npos);
        }
    }
}
