#include "check/from_notes.hpp"

namespace fwproof {

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
    .standards = R"(nist-sp-800-41r1 5.2.2)",
    .run = &report_notes<NoteKind::partial_export>,
};

}  // namespace fwproof
