#include "check/from_notes.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    report_notes(context, check, NoteKind::partial_export, Certainty::exact, findings);
}

}  // namespace

extern const Check check_partial_export;
const Check check_partial_export = {
    .id = "FW006",
    .name = "partial-export",
    .severity = Severity::error,
    .subject = Subject::input,
    .summary = R"(The export is cut or incomplete)",
    .why =
        R"(A missing tail can hold the deny or the permit that decides. Whatever is reported about such an export is only about the
part that is there.)",
    .example = R"(<--- More --->)",
    .fix = R"(Export again: without a pager, with all tables, from an account that may read the whole configuration.)",
    .references = R"(NIST SP 800-41r1, section 4.5 (policy reviews need the whole policy))",
    .run = &run,
};

}  // namespace fwproof
