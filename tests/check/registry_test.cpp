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
    const bool family = id.starts_with("FW") || id.starts_with("ASA") || id.starts_with("IPT") || id.starts_with("WIN");
    const auto digits = id.find_first_of("0123456789");
    return family && id.size() == digits + 3 &&
           std::all_of(id.begin() + static_cast<std::ptrdiff_t>(digits), id.end(),
                       [](unsigned char c) { return std::isdigit(c) != 0; });
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
        for (const std::string_view text : {check->summary, check->why, check->example, check->fix}) {
            CHECK(text.size() >= 10);
        }
        CHECK(!(check->standards.empty() && check->references.empty()));
        // Every line of `standards` names a known one and a requirement of it.
        const auto lines =
            check->standards.empty() ? 0 : std::count(check->standards.begin(), check->standards.end(), '\n') + 1;
        const auto entries = standard_entries(*check);
        CHECK(std::ptrdiff_t(entries.size()) == lines);
        for (const auto& entry : entries) CHECK(!entry.requirement.empty());
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
    CHECK(
        render_page(*check) ==
        "FW011 mixed-family-any (note)\n\n\"any\" covers IPv4 and IPv6 where only IPv4 may be meant.\n\nWhy\n"
        "Since the device treats any as both families, a rule written for IPv4 also holds for IPv6.\nReported where an "
        "interface has an IPv6 address and both ends of a permit are any.\n\nExample\n"
        "    access-list OUT extended permit tcp any host 10.2.0.5 eq 443\n\nFix\nWrite any4 where IPv4 is meant.\n\n"
        "References\nCisco ASA 9.0 release notes (any4, any6)\n");
}

TEST_CASE("standards are named with their version, or by the beginning of their name") {
    const auto names = [](std::vector<std::string> standards) {
        const auto selected = select_checks({.subjects = {Subject::rules}, .standards = std::move(standards)});
        REQUIRE(selected);
        std::set<std::string_view> found;
        for (const Check* check : *selected) found.insert(check->name);
        return found;
    };
    const auto pci = names({"pci-dss-4.0.1"});
    CHECK(pci == names({"pci-dss"}));
    CHECK(pci.contains("undocumented-rule"));  // pedantic, but the standard asks for it
    CHECK(pci.contains("any-to-any"));
    CHECK(!pci.contains("unused-object"));
    CHECK(names({"stig"}).contains("profile-off"));
    CHECK(!names({"stig-firewall-srg-v3r1"}).contains("profile-off"));

    const auto page = render_page(*find_check("any-to-any"));
    CHECK(page.find("\nStandards\nPCI DSS v4.0.1, 1.2.5\n") != std::string::npos);

    const auto unknown = select_checks({.standards = {"pci-dss-4.0"}});
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().message == "no standard is named 'pci-dss-4.0'");
    CHECK(unknown.error().hint == "did you mean 'pci-dss-4.0.1'?");
}
