// Verdicts of single requirements put together.
#include "analysis/settle.hpp"

#include "support/flows.hpp"

using namespace fwproof;
using namespace fwproof::test;

namespace {

constexpr auto kSatisfied = Judgement::satisfied, kConditional = Judgement::conditional, kPartial = Judgement::partial,
               kMissing = Judgement::missing, kUnchecked = Judgement::unchecked;

std::vector<Requirement> requirements(std::size_t count) {
    std::vector<Requirement> made;
    for (std::size_t i = 0; i < count; ++i)
        made.push_back(need(end("ms", "ms1", "10.1.0.11"), end("db", "sql1", "10.2.0.21"), kTcp, "80"));
    return made;
}

std::string numbers(const std::vector<std::size_t>& which) {
    std::string text;
    for (const std::size_t i : which) text += std::to_string(i);
    return text;
}

}  // namespace

TEST_CASE("a group is as good as its best variant, and a variant as bad as its worst member") {
    struct Case {
        // Of members 0 and 1, which are needed together, and of 2, which is enough alone.
        Judgement first, second, alone, group;
        std::string why;  // undecided|closed|half open
    };
    const std::vector<Case> cases = {
        {kSatisfied, kSatisfied, kMissing, kSatisfied, ""},
        {kMissing, kMissing, kSatisfied, kSatisfied, ""},
        {kSatisfied, kConditional, kMissing, kConditional, "1|2|"},
        {kConditional, kMissing, kConditional, kConditional, "2|1|"},
        {kConditional, kUnchecked, kPartial, kUnchecked, "||2"},
        // What surely fails is not mended by what nobody could check beside it, but perhaps by another variant.
        {kMissing, kUnchecked, kMissing, kMissing, "|02|"},
        {kPartial, kUnchecked, kMissing, kPartial, "|2|0"},
        {kMissing, kMissing, kUnchecked, kUnchecked, "|01|"},
        {kMissing, kUnchecked, kUnchecked, kUnchecked, "|0|"},
        {kMissing, kPartial, kMissing, kMissing, "|02|1"},
    };
    for (const auto& one : cases) {
        CAPTURE(to_string(one.first), to_string(one.second), to_string(one.alone));
        auto all = requirements(3);
        for (auto& requirement : all) requirement.any_of_key = "web";
        all[0].variant = all[1].variant = "pair";
        all[2].variant = "single";
        Assessment assessment;
        assessment.verdicts = {one.first, one.second, one.alone};
        const Settled settled = settle(all, assessment);
        CHECK(settled.in_group.size() == 3);
        CHECK(settled.not_counted == std::vector<bool>{false, true, true});
        CHECK(assessment.verdicts[0] == one.group);
        CHECK(settled.quiet.empty() == (one.group != kSatisfied));
        REQUIRE(assessment.groups.size() == (one.group == kSatisfied ? 0u : 1u));
        if (assessment.groups.empty()) continue;
        const GroupResult& group = assessment.groups[0];
        CHECK(group.judgement == one.group);
        CHECK(numbers(group.undecided) + "|" + numbers(group.closed) + "|" + numbers(group.half_open) == one.why);
    }
}

TEST_CASE("a disputed entry is open only as printed where the likely meaning surely fails") {
    struct Case {
        Judgement printed, meant, verdict;
        std::string dispute;
    };
    const std::vector<Case> cases = {
        {kSatisfied, kSatisfied, kSatisfied, "meant"}, {kMissing, kSatisfied, kSatisfied, "meant"},
        {kSatisfied, kMissing, kSatisfied, "printed"}, {kSatisfied, kPartial, kSatisfied, "printed"},
        {kSatisfied, kConditional, kConditional, ""},  {kSatisfied, kUnchecked, kUnchecked, ""},
        {kConditional, kMissing, kMissing, ""},        {kConditional, kConditional, kConditional, ""},
    };
    for (const auto& one : cases) {
        CAPTURE(to_string(one.printed), to_string(one.meant));
        auto all = requirements(2);
        all[0].dispute = all[1].dispute = "acs";
        all[0].reading = Reading::documented;
        all[1].reading = Reading::inferred;
        Assessment assessment;
        assessment.verdicts = {one.printed, one.meant};
        const Settled settled = settle(all, assessment);
        CHECK(settled.not_counted == std::vector<bool>{true, false});
        CHECK(assessment.verdicts[1] == one.verdict);
        CHECK(settled.quiet.contains(0));
        CHECK(settled.quiet.contains(1) == (one.dispute == "printed"));
        std::string dispute;
        for (const auto& found : assessment.disputes) dispute += found.only_as_printed ? "printed" : "meant";
        CHECK(dispute == one.dispute);
    }
}
