#include "check/from_notes.hpp"

namespace fwproof {

extern const Check check_unparsed_line;
const Check check_unparsed_line = {
    .id = "FW001",
    .name = "unparsed-line",
    .severity = Severity::warning,
    .subject = Subject::input,
    .summary = R"(A statement of the export was not understood)",
    .why =
        R"(A reader that skips what it does not know turns a lost deny into a permit. Here the statement keeps its place: it may
match anything that it could match, its verdict counts as unknown, and every answer that it could change says so.)",
    .example = R"(-A INPUT -m bpf --bytecode "4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0" -j ACCEPT)",
    .fix =
        R"(Look whether the statement matters for the flows in question. If it is legal for the device, report it as a gap of
fwproof; if it is not, repair the export. --strict makes a run with such statements exit 3.)",
    .standards = R"(nist-sp-800-41r1 5.2.2)",
    .run = &report_notes<NoteKind::unparsed_line>,
};

}  // namespace fwproof
