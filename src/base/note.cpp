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
        case NoteKind::secret_in_export: return "secret-in-export";
        case NoteKind::assumed_default: return "assumed-default";
        case NoteKind::mixed_family_any: return "mixed-family-any";
        case NoteKind::information: return "information";
    }
    return "information";
}

}  // namespace fwproof
