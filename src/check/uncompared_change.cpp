#include <fmt/format.h>

#include "check/changes.hpp"

namespace fwproof {

namespace {

std::string path_text(const Path& path) {
    const std::string text(to_string(path.position));
    return path.variant.empty() ? text : fmt::format("{}, {}", text, path.variant);
}

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    const Change& change = *context.input().change;
    for (const auto& missing : change.uncompared) {
        Finding finding;
        finding.check = check.name;
        finding.severity = check.severity;
        finding.firewall = finding.file = missing.file;
        finding.message = fmt::format("nothing was compared: {}", missing.why);
        findings.push_back(std::move(finding));
    }
    for (const auto& policy : change.policies) {
        for (const auto& part : policy.review->not_compared) {
            Finding finding = finding_after(check, context.firewalls()[policy.firewall], {});
            finding.message = fmt::format("not compared: {}", part);
            findings.push_back(std::move(finding));
        }
        for (const auto& path : policy.review->paths) {
            if (path.not_compared.empty() && path.complete) continue;
            Finding finding = finding_after(check, context.firewalls()[policy.firewall], {});
            const std::string name = path_text(path.after ? *path.after : *path.before);
            finding.message = path.not_compared.empty()
                                  ? fmt::format("{} was not compared to its end: it takes more than the budget", name)
                                  : fmt::format("{} was not compared: {}", name, path.not_compared);
            findings.push_back(std::move(finding));
        }
    }
}

}  // namespace

extern const Check check_uncompared_change;
const Check check_uncompared_change = {
    .id = "FW810",
    .name = "uncompared-change",
    .severity = Severity::warning,
    .subject = Subject::change,
    .summary = R"(A part of a change could not be compared)",
    .why =
        R"(No difference was found there because nothing was looked at: a file was added or removed, a version is no export that can
be read, a path or an address family exists in one version only, or the comparison took more than its budget. Silence about it would look
like proof.)",
    .example = R"(edge.v4: added; there is nothing to compare it with)",
    .fix =
        R"(Read the new file with fwproof lint; name the interfaces of the other version with --interface; raise --budget. Put the
dumps of both families into one file, or ask for one family with --family.)",
    .standards = R"(pci-dss-4.0.1 1.2.2)",
    .run = &run,
};

}  // namespace fwproof
