// What every check must have: the registry grows, these tests keep it uniform.
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <set>
#include <string>

#include "fwproof/check/check.hpp"
#include "support/catch.hpp"

using namespace fwproof;

namespace {

bool well_formed_name(std::string_view name) {
    if (name.empty() || name.front() == '-' || name.back() == '-') return false;
    return std::all_of(name.begin(), name.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
}

bool well_formed_id(std::string_view id) {
    return id.size() == 5 && id.starts_with("FW") &&
           std::all_of(id.begin() + 2, id.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

}  // namespace

TEST_CASE("ids and names of checks are unique, well formed and in order") {
    std::set<std::string_view> names;
    std::string_view previous;
    for (const Check* check : checks()) {
        CAPTURE(check->id, check->name);
        CHECK(well_formed_id(check->id));
        CHECK(well_formed_name(check->name));
        CHECK(previous < check->id);
        CHECK(names.insert(check->name).second);
        previous = check->id;
    }
    CHECK(names.size() >= 11);
}

TEST_CASE("every check has its page and its function") {
    for (const Check* check : checks()) {
        CAPTURE(check->name);
        CHECK(check->run != nullptr);
        for (const std::string_view text :
             {check->summary, check->why, check->example, check->fix, check->references}) {
            CHECK(text.size() >= 10);
        }
        CHECK(check->summary.back() != '.');
        CHECK(check->why.back() == '.');
        CHECK(check->fix.back() == '.');
    }
}

TEST_CASE("every check is one file named after it") {
    for (const Check* check : checks()) {
        std::string file(check->name);
        std::replace(file.begin(), file.end(), '-', '_');
        CAPTURE(file);
        CHECK(std::filesystem::exists(std::string(FWPROOF_ROOT) + "/src/check/" + file + ".cpp"));
    }
}

TEST_CASE("checks are selected by id, beginning of an id or name") {
    const auto names = [](const Selection& selection) {
        const auto selected = select_checks(selection);
        REQUIRE(selected);
        std::string text;
        for (const Check* check : *selected) text += std::string(check->name) + " ";
        return text;
    };
    CHECK(names({.subjects = {Subject::input}, .select = {"FW001", "empty-group"}, .ignore = {}}) ==
          "unparsed-line empty-group ");
    CHECK(names({.subjects = {Subject::input}, .select = {"FW00"}, .ignore = {"FW001", "unmodelled-condition"}})
              .starts_with("undefined-reference conflicting-definition "));
    CHECK(names({.subjects = {Subject::waiver}, .select = {"unparsed-line"}, .ignore = {}}).empty());

    const auto unknown = select_checks({.subjects = {Subject::input}, .select = {"unparsed-lines"}, .ignore = {}});
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().message == "no check is named 'unparsed-lines'");
    CHECK(unknown.error().hint == "did you mean 'unparsed-line'?");
}

TEST_CASE("a page shows all its parts") {
    const Check* check = find_check("FW011");
    REQUIRE(check);
    CHECK(render_page(*check) ==
          "FW011 mixed-family-any (note)\n\n\"any\" covers IPv4 and IPv6 where only IPv4 may be meant.\n\nWhy\n"
          "Since the device treats any as both families, a rule written for IPv4 also holds for IPv6.\n\nExample\n"
          "    access-list OUT extended permit tcp any host 10.2.0.5 eq 443\n\nFix\nWrite any4 where IPv4 is meant.\n\n"
          "References\nCisco ASA 9.0 release notes (any4, any6)\n");
}
