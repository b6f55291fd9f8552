#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "check/describe.hpp"
#include "fwproof/base/letters.hpp"

namespace fwproof {

namespace {

bool covers(const Policy& policy, Family family) {
    return std::find(policy.families.begin(), policy.families.end(), family) != policy.families.end();
}

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

// The name without what tells the files of two families apart: "edge.v4" and "edge.v6", "iptables" and "ip6tables".
std::string without_family(std::string_view file) {
    std::string name = lower_case(file);
    for (const std::string_view word : {"ipv4", "ipv6", "ip4", "ip6", "v4", "v6", "inet6", "inet"}) {
        for (std::size_t at = name.find(word); at != std::string::npos; at = name.find(word, at)) {
            if (at > 0 && is_letter(name[at - 1])) {  // "dev4" and "dev6" are two hosts
                ++at;
            } else {
                name.replace(at, word.size(), word.starts_with("ip") ? "ip" : "");
            }
        }
    }
    return name;
}

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    const auto& firewalls = context.firewalls();
    std::set<std::pair<std::string, std::string>> covered;  // vendor, name
    for (const auto& firewall : firewalls) {
        if (covers(*firewall.policy, Family::v6))
            covered.insert({firewall.policy->vendor, without_family(firewall.file)});
    }
    for (const auto& firewall : firewalls) {
        const Policy& policy = *firewall.policy;
        if (policy.families.empty() || covers(policy, Family::v6)) continue;
        // Of two exports one covers IPv6 for the other, whatever their names.
        const bool only_other = firewalls.size() == 2 && covered.size() == 1 && covered.begin()->first == policy.vendor;
        if (only_other || covered.contains({policy.vendor, without_family(firewall.file)})) continue;
        Finding finding;
        finding.check = check.name;
        finding.severity = check.severity;
        finding.certainty = Certainty::assumed;
        finding.firewall = firewall.id;
        finding.file = firewall.file;
        finding.message = "this export holds IPv4 rules only: what it denies may be open over IPv6";
        findings.push_back(std::move(finding));
    }
}

}  // namespace

extern const Check check_family_not_covered;
const Check check_family_not_covered = {
    .id = "FW405",
    .name = "family-not-covered",
    .severity = Severity::warning,
    .subject = Subject::rules,
    .summary = R"(The export says nothing about IPv6)",
    .why =
        R"(Rules for IPv4 filter no IPv6 packet. Where IPv6 is on, and on current systems it is, everything that the IPv4 rules
deny may be open. Not reported when the run has the IPv6 rules too: in the only other export, or in one whose name differs from it in the
family alone (edge.v4 and edge.v6, iptables.txt and ip6tables.txt).)",
    .example = R"(iptables-save > rules.v4        (and no ip6tables-save > rules.v6))",
    .fix = R"(Export the IPv6 rules as well and name both files. Where IPv6 is off, waive the finding.)",
    .standards = R"(nist-sp-800-41r1 4.1)",
    .run = &run,
};

}  // namespace fwproof
