#include "check/from_notes.hpp"

#include <set>
#include <tuple>

namespace fwproof {

void report_notes(const CheckContext& context, const Check& check, NoteKind kind, Certainty certainty,
                  std::vector<Finding>& findings) {
    std::set<std::tuple<const Source*, std::uint32_t, std::string>> seen;
    for (const auto& firewall : context.firewalls()) {
        for (const auto& note : firewall.policy->notes) {
            if (note.kind != kind) continue;
            if (note.span && !seen.insert({note.span.source, note.span.offset, note.message}).second) continue;
            Finding finding;
            finding.check = check.name;
            finding.severity = check.severity;
            finding.certainty = certainty;
            finding.firewall = firewall.id;
            finding.file = note.span ? note.span.source->name() : firewall.file;
            finding.span = note.span;
            finding.message = note.message;
            finding.fix = note.hint;
            findings.push_back(std::move(finding));
        }
    }
}

}  // namespace fwproof
