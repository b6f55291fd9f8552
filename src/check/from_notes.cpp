#include "check/from_notes.hpp"

#include <fmt/format.h>

#include <set>
#include <tuple>

#include "check/describe.hpp"

namespace fwproof {

namespace {

// Of one check in one export. Nobody reads a report of a million lines; who has repaired these asks again.
constexpr std::size_t kMostListed = 1'000;

}  // namespace

void report_notes(const CheckContext& context, const Check& check, NoteKind kind, Certainty certainty,
                  std::vector<Finding>& findings) {
    std::set<std::tuple<const Source*, std::uint32_t, std::string>> seen;
    for (const auto& firewall : context.firewalls()) {
        std::size_t found = 0;
        Finding rest;
        for (const auto& note : firewall.policy->notes) {
            if (note.kind != kind) continue;
            if (note.span && !seen.insert({note.span.source, note.span.offset, note.message}).second) continue;
            if (++found > kMostListed + 1) continue;
            Finding finding = finding_at(check, firewall, note.span);
            finding.certainty = certainty;
            if (found > kMostListed) {
                rest = std::move(finding);
                continue;
            }
            finding.message = note.message;
            finding.fix = note.hint;
            findings.push_back(std::move(finding));
        }
        if (found <= kMostListed) continue;
        rest.message = fmt::format("{} more of these, from here on, are not listed", found - kMostListed);
        rest.fix = "repair those that are listed first";
        findings.push_back(std::move(rest));
    }
}

}  // namespace fwproof
