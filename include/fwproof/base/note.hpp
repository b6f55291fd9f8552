// What a reader of an export has to say about it: everything it could not model exactly, with the place.
#pragma once

#include <string>
#include <vector>

#include "fwproof/base/source.hpp"

namespace fwproof {

enum class NoteKind : std::uint8_t {
    unparsed_line,           // not understood; what it could change is unknown
    undefined_reference,     // an object, group, chain, list or set that the export does not define
    unmodelled_condition,    // understood, but decided by something outside a packet header
    conflicting_definition,  // one name, two values
    empty_group,
    partial_export,   // truncated or incomplete capture
    unresolved_name,  // FQDN, dynamic list, DHCP address
    odd_mask,         // host bits, non-contiguous
    wildcard_mask,    // a wildcard mask where a netmask belongs
    assumed_default,  // something the export does not say, and what was assumed
    information,      // worth knowing, changes no verdict
};

std::string_view to_string(NoteKind kind);  // "unparsed-line", ...

struct Note {
    NoteKind kind{};
    std::string message;  // one sentence without a full stop
    std::string hint;     // what would fix it; may be empty
    SourceSpan span;
};

}  // namespace fwproof
