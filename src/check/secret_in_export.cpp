#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "check/describe.hpp"
#include "fwproof/base/secrets.hpp"

namespace fwproof {

namespace {

std::vector<std::string> kinds_of(const std::vector<Secret>& secrets) {
    std::vector<std::string> kinds;
    for (const auto& secret : secrets) {
        std::string kind = fmt::format("a {}", secret.kind);
        if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) kinds.push_back(std::move(kind));
    }
    return kinds;
}

// The lines of one private key are one secret.
void report_source(const Check& check, const Firewall& firewall, const Source& source, std::vector<Finding>& findings) {
    bool in_key = false;
    for (std::uint32_t number = 1; number <= source.line_count(); ++number) {
        const auto secrets = find_secrets(source, number);
        const bool key = !secrets.empty() && secrets[0].kind == "private key";
        if (!secrets.empty() && !(key && in_key)) {
            Finding finding;
            finding.check = check.name;
            finding.severity = check.severity;
            finding.firewall = firewall.id;
            finding.file = source.name();
            finding.span = {&source, source.line_offset(number) + secrets[0].offset, secrets[0].length};
            finding.message = fmt::format("the line holds {}", join_some(kinds_of(secrets)));
            findings.push_back(std::move(finding));
        }
        in_key = key;
    }
}

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    std::set<const Source*> seen;
    for (const auto& firewall : context.firewalls()) {
        for (const auto& source : firewall.policy->sources) {
            if (seen.insert(source.get()).second) report_source(check, firewall, *source, findings);
        }
    }
}

}  // namespace

extern const Check check_secret_in_export;
const Check check_secret_in_export = {
    .id = "FW009",
    .name = "secret-in-export",
    .severity = Severity::warning,
    .subject = Subject::input,
    .summary = R"(The export holds a password, a key or a community string)",
    .why =
        R"(Passwords, keys and community strings in a configuration file travel with every copy of it. Outputs of fwproof do not show
them.)",
    .example = R"(snmp-server community <string>)",
    .fix = R"(Remove the secret from the file before it is committed, and change it where the file was shared.)",
    .standards = R"(pci-dss-4.0.1 1.2.8)",
    .run = &run,
};

}  // namespace fwproof
