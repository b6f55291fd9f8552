// Small configurations with the verdicts that an ASA gives. Each case of the fixture is
//   === title [bare]        "bare": without the base configuration in front
//   statements
//   ? QUESTION = VERDICT    "?>?" for "outside>dmz": by every way that the export leaves, "permit (outside>dmz)"
//   ! KIND: MESSAGE         a note that must be there; without any, no note of a line that was not understood may be
//   @ SECONDS [day]         the moment that is asked about, or the day that begins then
//   ~ TEXT                  an assumption that must be stated
//   !! LINE:COLUMN KIND: MESSAGE [HINT]   the same, whole
#include <sstream>

#include "support/catch.hpp"
#include "vendor/asa/reading.hpp"

using namespace fwproof;
using namespace fwproof::asa_test;

namespace {

struct Case {
    std::string title;
    std::string text;
    std::vector<std::pair<std::string, std::string>> questions;
    std::vector<std::string> notes, whole_notes, assumptions;
    LoadOptions options;
};

std::vector<Case> read_cases(const std::string& name) {
    std::istringstream lines(read_fixture(name));
    std::vector<Case> cases;
    std::string line;
    while (std::getline(lines, line)) {
        if (line.starts_with("=== ")) {
            cases.emplace_back();
            cases.back().title = line.substr(4);
            if (!line.ends_with(" bare")) cases.back().text = kBase;
        } else if (cases.empty()) {
            continue;  // the file's own comment
        } else if (line.starts_with("? ")) {
            const auto equals = line.rfind(" = ");
            REQUIRE(equals != std::string::npos);
            cases.back().questions.emplace_back(line.substr(2, equals - 2), line.substr(equals + 3));
        } else if (line.starts_with("!! ")) {
            cases.back().whole_notes.push_back(line.substr(3));
        } else if (line.starts_with("~ ")) {
            cases.back().assumptions.push_back(line.substr(2));
        } else if (line.starts_with("! ")) {
            cases.back().notes.push_back(line.substr(2));
        } else if (line.starts_with("@ ")) {
            cases.back().options.as_of_day = line.ends_with(" day");
            cases.back().options.as_of = std::chrono::sys_seconds{std::chrono::seconds{std::stoll(line.substr(2))}};
        } else {
            cases.back().text += line + "\n";
        }
    }
    return cases;
}

void run(const std::string& fixture) {
    for (const auto& one : read_cases(fixture)) {
        INFO(one.title << "\n" << one.text);
        const Policy policy = read(one.text, one.options);
        INFO(notes_text(policy));
        for (const auto& [text, verdict] : one.questions) {
            INFO(text);
            CHECK(answer(policy, question(text)) == verdict);
        }
        bool unparsed = false;
        std::string all;
        for (const auto& note : policy.notes) {
            all += std::string(to_string(note.kind)) + ": " + note.message + "\n";
            unparsed = unparsed || note.kind == NoteKind::unparsed_line;
        }
        for (const auto& note : one.notes) CHECK_THAT(all, Catch::Matchers::Contains(note + "\n"));
        for (const auto& assumption : one.assumptions) {
            CHECK_THAT(policy.assumptions, Catch::Matchers::VectorContains(assumption));
        }
        const std::string whole = "\n" + notes_text(policy);
        for (const auto& note : one.whole_notes) CHECK_THAT(whole, Catch::Matchers::Contains("\n" + note + "\n"));
        if (one.notes.empty() && one.whole_notes.empty()) CHECK_FALSE(unparsed);
    }
}

}  // namespace

TEST_CASE("what is known to trip readers gets the device's verdict") { run("pitfalls.txt"); }

TEST_CASE("scripts, captures and old releases get the device's verdict") { run("language.txt"); }

TEST_CASE("where the device sends packets is what the export decides of it") { run("ways.txt"); }

TEST_CASE("what may touch packets beside lists and routes leaves them open") { run("meddlers.txt"); }

TEST_CASE("translations lead where the device leads them") { run("translations.txt"); }

TEST_CASE("what no list decides is decided by what the device does by itself") { run("implicit.txt"); }

TEST_CASE("what may have been in a tunnel is not decided by lists alone") { run("tunnels.txt"); }

TEST_CASE("short words are read, damaged ones are not believed") { run("damaged.txt"); }

TEST_CASE("what is not understood is said with its place, and decides nothing") { run("refusals.txt"); }

TEST_CASE("what a condition is about counts the members of its group") {
    const auto condition = [](const std::string& group, const std::string& operands) {
        const Policy policy = read(std::string(kBase) + group + "access-list OUT extended permit " + operands + "\n");
        for (const auto& ruleset : policy.rulesets) {
            for (const auto& rule : ruleset.rules) {
                if (!rule.match.conditions.empty() && rule.span && rule.span.text().find("permit") != std::string::npos)
                    return rule.match.conditions[0].value;
            }
        }
        return std::string();
    };
    const std::string users = "object-group user OTHERS\n user CORP\\bob\nobject-group user U\n user CORP\\alice\n";
    const std::string rule = "tcp object-group-user U any host 192.0.2.10 eq 443";
    CHECK(condition(users, rule) == "object-group-user U: user CORP\\alice");
    CHECK(condition(users + " group-object OTHERS\n group-object U\n", rule) ==
          "object-group-user U: user CORP\\alice; user CORP\\bob");
    CHECK(condition("object-group security S\n security-group tag 10\n",
                    "tcp object-group-security S any host 192.0.2.10 eq 443") ==
          "object-group-security S: security-group tag 10");
}
