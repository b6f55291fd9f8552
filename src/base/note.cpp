#include "fwproof/base/note.hpp"

namespace fwproof {

std::string_view to_string(NoteKind kind) {
    switch (kind) {
        case NoteKind::unparsed_line: return "unparsed-line";
        case NoteKind::undefined_reference: return "undefined-reference";
        case NoteKind::unmodelled_condition: return "unmodelled-condition";
        case NoteKind::conflicting_definition: return "conflicting-definition";
        case NoteKind::empty_group: return "empty-group";
        case NoteKind::partial_export: return "partial-export";
        case NoteKind::unresolved_name: return "unresolved-name";
        case NoteKind::odd_mask: return "odd-mask";
        case NoteKind::wildcard_mask: return "wildcard-mask";
        case NoteKind::assumed_default: return "assumed-default";
        case NoteKind::information: return "information";
    }
    return "information";
}

}  // namespace fwproof
