#include "fwproof/check/check.hpp"
#include "support/catch.hpp"

using namespace fwproof;

namespace {

// What the selected checks of inputs say about the only export.
std::vector<Finding> findings_of(const Policy& policy, const std::vector<std::string>& select) {
    CheckInput input;
    Firewall firewall;
    firewall.id = "edge";
    firewall.file = "edge.rules";
    firewall.policy = &policy;
    input.topology.firewalls = {firewall};
    const CheckContext context(std::move(input));
    const auto selected = select_checks({.subjects = {Subject::input}, .select = select, .ignore = {}});
    REQUIRE(selected);
    return run_checks(context, *selected);
}

}  // namespace

TEST_CASE("a note of the reader becomes one finding with its place") {
    auto source = std::make_shared<const Source>("edge.rules", "first\nsecond thing\n");
    Policy policy;
    policy.sources = {source};
    const SourceSpan second{source.get(), 6, 12};
    policy.notes = {{NoteKind::information, "nothing to report", "", {source.get(), 0, 5}},
                    {NoteKind::unparsed_line, "not understood: 'second thing'", "check the spelling", second},
                    {NoteKind::unparsed_line, "not understood: 'second thing'", "check the spelling", second}};

    const auto findings = findings_of(policy, {});
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].check == "unparsed-line");
    CHECK(findings[0].severity == Severity::warning);
    CHECK(findings[0].message == "not understood: 'second thing'");
    CHECK(findings[0].fix == "check the spelling");
    CHECK(findings[0].file == "edge.rules");
    CHECK(findings[0].firewall == "edge");
    CHECK(findings[0].span.line() == 2);
}

TEST_CASE("of more than a thousand notes of one kind the last finding counts the rest") {
    std::string text;
    for (int i = 0; i < 1'500; ++i) text += "x\n";
    auto source = std::make_shared<const Source>("edge.rules", text);
    Policy policy;
    policy.sources = {source};
    for (std::uint32_t i = 0; i < 1'500; ++i) {
        policy.notes.push_back({NoteKind::unparsed_line, "not understood: 'x'", "", {source.get(), 2 * i, 1}});
    }

    const auto findings = findings_of(policy, {"unparsed-line"});
    REQUIRE(findings.size() == 1'001);
    CHECK(findings[999].message == "not understood: 'x'");
    CHECK(findings[999].span.line() == 1'000);
    CHECK(findings[1'000].message == "500 more of these, from here on, are not listed");
    CHECK(findings[1'000].span.line() == 1'001);
    CHECK(findings[1'000].severity == Severity::warning);
}
