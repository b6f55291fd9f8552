// What is said when the analysis would cost more than it may.
#include <fmt/format.h>

#include "support/catch.hpp"
#include "support/program.hpp"

namespace {

// Rules that no order of fields makes small.
std::string rules(int count) {
    std::string text = "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n";
    for (int i = 0; i < count; ++i) {
        text += fmt::format("-A INPUT -s 10.{}.0.0/16 -d 10.{}.{}.0/24 -p tcp --dport {} -j {}\n", i * 7 % 251,
                            i * 5 % 241, i * 3 % 239, 1000 + i * 11 % 997, i % 3 == 0 ? "DROP" : "ACCEPT");
    }
    return text + "COMMIT\n";
}

}  // namespace

TEST_CASE("out of budget is unknown, says so, and is the same every time") {
    const std::string input = rules(300);
    const std::vector<std::string> explain = {"explain", "--budget", "1", "-", "tcp any > any at INPUT"};
    const Ran ran = run_fwproof(explain, FWPROOF_ROOT, input);
    INFO(ran.out << ran.err);
    CHECK(ran.status == 0);
    CHECK(ran.out.starts_with("unknown"));
    CHECK(ran.out.find("the budget of the analysis is used up; --budget sets another") != std::string::npos);
    CHECK(run_fwproof(explain, FWPROOF_ROOT, input).out == ran.out);

    const Ran query = run_fwproof({"query", "--budget", "1", "-", "--at", "INPUT"}, FWPROOF_ROOT, input);
    CHECK(query.status == 0);
    CHECK(query.out.find("# the list is not complete\n") != std::string::npos);
    CHECK(query.out.find("permit ") == std::string::npos);

    const Ran enough = run_fwproof({"explain", "-", "tcp any > any at INPUT"}, FWPROOF_ROOT, input);
    CHECK(enough.out.find("inbound: different parts, different verdicts\n") != std::string::npos);
    CHECK(enough.out.find("budget") == std::string::npos);
}

TEST_CASE("a table of regions that was cut is no whole table") {
    const std::string input = rules(300);
    using Words = std::vector<std::string>;
    for (const Words& words : {Words{"query", "--budget", "1", "-", "--format", "csv"},
                               Words{"show", "--as", "regions", "--budget", "1", "-", "--format", "csv"}}) {
        const Ran cut = run_fwproof(words, FWPROOF_ROOT, input);
        CHECK(cut.status == 3);
        CHECK(cut.out.starts_with("device,path,verdict,region,decided_by"));
        CHECK(cut.err ==
              "fwproof: error: the regions are not complete: the budget ran out, or there are too many of them; ask "
              "for less, or with a larger --budget\n");
    }
    const Ran whole = run_fwproof({"query", "-", "--format", "csv", "--to", "10.1.2.3"}, FWPROOF_ROOT, rules(3));
    CHECK(whole.status == 0);
    CHECK(whole.err.empty());
}
