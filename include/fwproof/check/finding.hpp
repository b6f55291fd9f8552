// What a check found.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fwproof/catalog/requirement.hpp"
#include "fwproof/packet/packet.hpp"
#include "fwproof/policy/policy.hpp"

namespace fwproof {

enum class Certainty : std::uint8_t {
    exact,
    may_be_less,  // rests on a rule that may match less than assumed
    may_be_more,
    assumed,  // rests on something the export does not say
};
std::string_view to_string(Certainty certainty);  // "exact", "may-be-less", ...

// A rule as evidence.
struct RuleEvidence {
    std::string file;        // export; empty for an implicit rule
    std::string name;        // "OUT line 3", "implicit deny of OUT"
    std::string title = {};  // display name and store of a Windows rule; empty elsewhere
    std::string verdict;     // "permit", "deny", "unknown"
    SourceSpan span;         // may be empty
    bool surely = true;
};

// One entry of a catalog under all its names: entries that ask for the same packets are one.
struct EntryNames {
    std::string catalog;
    std::vector<std::string> items;  // "flow/service", at least one

    friend bool operator==(const EntryNames&, const EntryNames&) = default;
};

struct Finding {
    std::string check;  // "missing-opening"
    Severity severity{};
    Certainty certainty = Certainty::exact;
    std::string firewall;  // id in the site, or the export's name
    std::string file;      // what the finding is about: an export, a site or catalog file
    SourceSpan span;       // the place; may be empty
    std::string message;   // one sentence without a full stop
    std::vector<RuleEvidence> decided_by;
    std::optional<Packet> witness;
    std::vector<Product> region;  // the whole of it
    bool region_complete = true;
    std::vector<Product> needed;  // what the rule is needed for, where the region is more than that
    // What a finding without a region is about, so that a fingerprint needs no name: what the rule matches. Not shown.
    std::vector<Product> subject;
    std::vector<std::string> region_text;  // the same for people: sets by the names that the export gives them
    std::vector<std::string> details;      // further sentences, one a line
    std::vector<std::string> conditions;   // what it depends on
    std::string fix;                       // a command or change to try; may be empty
    bool fix_proven = false;               // the change was applied and checked again
    std::optional<Citation> citation;
    std::string catalog, flow, service;  // where it comes from a catalog: the first of the entries
    std::vector<EntryNames> entries;     // all that it is about; empty: no more than these three say
    // Of an opening: all that it lets in, exactly; empty: the region is all that is known. Not shown.
    std::vector<Product> packets;
    std::string waived_by;    // reason of the waiver that covers it; empty: none
    std::string fingerprint;  // 64 hexadecimal digits, see set_fingerprints
    // Filled in with it: the same of all but the packets, and those of an opening in their exact notation, disjoint.
    // Both empty where there is no opening.
    std::string about;
    std::vector<std::string> exact;
};

// Gives every finding a fingerprint that stays the same while lines, rules, lists and objects are moved, renumbered or
// renamed: the SHA-256 of the check, the firewall, the catalog entry and the packets (of an opening, else the region,
// else the subject), however they are cut into products; where there are no packets, of the message and the statement.
// Equal ones are told apart by their order. `names`: what files are called for it, where that is not as they were
// spelled; they are names of firewalls too.
void set_fingerprints(std::vector<Finding>& findings, const std::map<std::string, std::string>& names = {});

}  // namespace fwproof
