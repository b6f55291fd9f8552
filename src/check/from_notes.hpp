// Findings from what the readers of exports noted.
#pragma once

#include "fwproof/check/check.hpp"

namespace fwproof {

// One finding for each note of that kind, in the order of the exports. A statement that several notes of one kind name
// with the same words is reported once. Of more than a thousand in one export, a last finding counts the rest.
void report_notes(const CheckContext& context, const Check& check, NoteKind kind, Certainty certainty,
                  std::vector<Finding>& findings);

template <NoteKind kind, Certainty certainty = Certainty::exact>
void report_notes(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    report_notes(context, check, kind, certainty, findings);
}

}  // namespace fwproof
