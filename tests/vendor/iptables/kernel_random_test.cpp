// Every probe of the recorded random rulesets gets the verdict that the kernel gave.
#include <algorithm>

#include "support/catch.hpp"
#include "vendor/iptables/recorded.hpp"

using namespace fwproof;
using namespace fwproof::iptables;

namespace {

// Whether the rules ask for a mark of the host's own packets that none of them sets. The probes that were recorded had
// no marks, which the rules do not say.
bool asks_for_marks_of_programs(const Policy& policy) {
    return std::any_of(policy.notes.begin(), policy.notes.end(),
                       [](const Note& note) { return note.message.starts_with("no rule sets this mark"); });
}

void check_file(const std::string& name, Family family, std::size_t rulesets, std::size_t probes, std::size_t marked) {
    const auto all = read_recorded("kernel/" + name, family);
    CHECK(all.size() == rulesets);
    std::size_t checked = 0, wrong = 0, open = 0;
    for (const auto& recorded : all) {
        LoadOptions options;
        options.ipset = std::make_shared<Source>("sets", recorded.ipset);
        const Policy policy = load_text(recorded.rules, options);
        for (const auto& probe : recorded.probes) {
            const std::string found = verdict(policy, recorded.position, probe.packet);
            ++checked;
            if (found == "?" && recorded.position == Position::outbound && asks_for_marks_of_programs(policy)) {
                ++open;
                continue;
            }
            if (found != (probe.permitted ? "A" : "D") && ++wrong <= 5) {
                UNSCOPED_INFO(recorded.id << ": " << probe.line << " is " << found
                                          << " here: " << to_string(probe.packet));
            }
        }
    }
    CHECK(wrong == 0);
    CHECK(open == marked);
    CHECK(checked == probes);
}

}  // namespace

TEST_CASE("recorded IPv4 verdicts of the kernel") { check_file("random-v4.txt", Family::v4, 800, 47879, 84); }
TEST_CASE("recorded IPv6 verdicts of the kernel") { check_file("random-v6.txt", Family::v6, 265, 15857, 27); }
