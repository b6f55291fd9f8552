// Every probe of the recorded random rulesets gets the verdict that the kernel gave.
#include "support/catch.hpp"
#include "vendor/iptables/recorded.hpp"

using namespace fwproof;
using namespace fwproof::iptables;

namespace {

void check_file(const std::string& name, Family family, std::size_t rulesets, std::size_t probes) {
    const auto all = read_recorded("kernel/" + name, family);
    CHECK(all.size() == rulesets);
    std::size_t checked = 0, wrong = 0;
    for (const auto& recorded : all) {
        LoadOptions options;
        options.ipset = std::make_shared<Source>("sets", recorded.ipset);
        const Policy policy = load_text(recorded.rules, options);
        for (const auto& probe : recorded.probes) {
            const std::string found = verdict(policy, recorded.position, probe.packet);
            ++checked;
            if (found != (probe.permitted ? "A" : "D") && ++wrong <= 5) {
                UNSCOPED_INFO(recorded.id << ": " << probe.line << " is " << found
                                          << " here: " << to_string(probe.packet));
            }
        }
    }
    CHECK(wrong == 0);
    CHECK(checked == probes);
}

}  // namespace

TEST_CASE("recorded IPv4 verdicts of the kernel") { check_file("random-v4.txt", Family::v4, 800, 47879); }
TEST_CASE("recorded IPv6 verdicts of the kernel") { check_file("random-v6.txt", Family::v6, 265, 15857); }
