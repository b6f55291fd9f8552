#include <fmt/format.h>
#include "check/describe.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    for (const auto& firewall : context.firewalls()) {
        for (const auto& object : firewall.policy->objects) {
            if (object.used) continue;
            Finding finding = finding_at(check, firewall, object.span);
            finding.message = fmt::format("{} is used nowhere", object.name);
            findings.push_back(std::move(finding));
        }
    }
}

}  // namespace

extern const Check check_unused_object;
const Check check_unused_object = {
    .id = "FW607",
    .name = "unused-object",
    .severity = Severity::note,
    .subject = Subject::rules,
    .summary = R"(A named object is used nowhere)",
    .why = R"(Unused names make the export longer and get used by mistake.)",
    .example = R"(object network OLD-SERVER
 host 10.2.0.77)",
    .fix = R"(Remove the object.)",
    .references = R"(Batfish, question unusedStructures)",
    .run = &run,
};

}  // namespace fwproof
