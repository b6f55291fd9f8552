#include "fwproof/analysis/edits.hpp"

#include <random>

#include "analysis/alignment.hpp"
#include "support/catch.hpp"

using namespace fwproof;

namespace {

std::vector<std::string> lines(const std::vector<SourceSpan>& spans) {
    std::vector<std::string> all;
    for (const auto& span : spans) all.push_back(std::to_string(span.line()) + " " + std::string(span.text()));
    return all;
}

}  // namespace

TEST_CASE("lines that differ in counters only are the same line") {
    const Source before("old", "# one\n:INPUT DROP [0:0]\n[1:2] -A INPUT -j A\n-A INPUT -j B  \n-A INPUT -j C\n");
    const Source after("new", "# two\n:INPUT DROP [77:12345]\n[99:1] -A INPUT -j A\r\n-A INPUT -j D\n-A INPUT -j B\n");
    const LineEdits edits = edited_lines(before, after);
    CHECK(lines(edits.removed) == std::vector<std::string>{"1 # one", "5 -A INPUT -j C"});
    CHECK(lines(edits.added) == std::vector<std::string>{"1 # two", "4 -A INPUT -j D"});
    const Source cut("cut", "[12:\n[:1]\n[1:2\n"), other("other", "[13:\n[:2]\n[1:3\n");
    CHECK(edited_lines(cut, other).removed.size() == 3);
    CHECK(edited_lines(Source("a", std::string("x\0y\n", 4)), Source("b", "x\n")).added.empty());
}

TEST_CASE("what an alignment keeps is common to both sides, and it keeps all but the edits") {
    std::mt19937 engine(7);
    const auto random = [&] { return static_cast<unsigned>(engine()); };
    for (int round = 0; round < 300; ++round) {
        std::vector<unsigned> a(random() % 60), b;
        for (auto& value : a) value = random() % (round % 2 == 0 ? 1000 : 4);
        b = a;
        const unsigned edits = random() % 4;
        for (unsigned i = 0; i < edits; ++i) {
            if (!b.empty() && random() % 2 == 0) b.erase(b.begin() + static_cast<std::ptrdiff_t>(random() % b.size()));
            if (random() % 2 == 0)
                b.insert(b.begin() + static_cast<std::ptrdiff_t>(random() % (b.size() + 1)), 5000 + random() % 9);
        }
        std::vector<unsigned> left, right;
        std::size_t removed = 0, added = 0;
        bool equal = true;
        align(
            a.size(), b.size(), [&](std::size_t i, std::size_t k) { return a[i] == b[k]; },
            [&](std::size_t i, std::size_t k) {
                equal = equal && a[i] == b[k];
                left.push_back(a[i]);
                right.push_back(b[k]);
            },
            [&](std::size_t i) { left.push_back(a[i]), ++removed; },
            [&](std::size_t k) { right.push_back(b[k]), ++added; });
        CHECK(equal);
        CHECK(left == a);
        CHECK(right == b);
        if (round % 2 != 0) continue;  // with few different values the nearest place to go on is not always the best
        CHECK(removed <= edits);
        CHECK(added <= edits);
    }
}

TEST_CASE("rules compare by what they match and do") {
    const auto rule = [](const char* source, Verdict verdict) {
        Rule made;
        made.match.any_of[0].header.source = share(*parse_address_set(source));
        made.action = Decide{verdict, ""};
        return made;
    };
    Policy before;
    before.rulesets.resize(2);
    before.rulesets[0].rules = {rule("10.0.0.1", Verdict::permit), rule("10.0.0.2", Verdict::permit)};
    before.rulesets[0].rules.push_back({});
    before.rulesets[0].rules[2].action = Jump{1};
    Policy after = before;
    after.rulesets[0].rules[0].comment = "renamed";
    after.rulesets[0].rules[1].logs = true;
    // Two chains of one name are two chains.
    after.rulesets.insert(after.rulesets.begin() + 1, Ruleset{});
    const RuleEdits edits = edited_rules(before, before.rulesets[0], after, after.rulesets[0]);
    CHECK(edits.removed.empty());
    CHECK(edits.added.empty());
    REQUIRE(edits.logging.size() == 1);
    CHECK(edits.logging[0].after == 1);
    after.rulesets[0].rules[2].action = Jump{2};
    CHECK(edited_rules(before, before.rulesets[0], after, after.rulesets[0]).removed == std::vector<std::uint32_t>{2});
}
