// What a change of a policy does: where verdicts differ, path by path, and which edit makes them differ.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fwproof/analysis/compare.hpp"
#include "fwproof/analysis/edits.hpp"

namespace fwproof {

// A line that only one of the versions has.
struct EditedLine {
    bool added = false;
    SourceSpan span;

    friend bool operator==(const EditedLine& a, const EditedLine& b) {
        return a.added == b.added && a.span.source == b.span.source && a.span.offset == b.span.offset;
    }
};

// An object whose definition was edited, and that a deciding rule names, itself or in another object.
struct ChangedObject {
    std::string name;
    std::vector<EditedLine> lines;
    std::vector<RuleRef> holders_before, holders_after;  // the rules that name it
};

// Packets whose verdict differs, or what it depends on, decided by one rule before and by one rule after.
struct ChangedRegion {
    Direction direction{};
    Verdict before{};
    Verdict after{};
    bool widens = false, narrows = false;  // some of them may be permitted, or denied, that were not
    bool alone = false;  // only the version that does not deny them has the interface or the address that they name
    std::optional<DecidingRule> before_by, after_by;
    std::vector<Product> first_packets;  // of new connections
    // Where replies meet the rules also of other packets: those whose headers are among `first_packets` but for state
    // and TCP flags, which only their states are kept of, and others.
    StateSet also;
    std::vector<Product> others;
    bool complete = true;  // all products are there
    std::optional<Packet> witness;
    std::vector<EditedLine> because;     // the edits that make the difference; empty: no line can be named
    bool one_of = false;                 // which of `because` make it was not found: one of the edits or several do
    std::vector<ChangedObject> objects;  // whose definitions hold some of these edits; the others are in rules
};

// The same way through the device before and after.
struct PathReview {
    const Path* before = nullptr;  // null: this version has no such path
    const Path* after = nullptr;
    std::string not_compared;            // why; empty: it was
    std::vector<ChangedRegion> regions;  // by direction, then in the order of the rules
    bool complete = true;                // every difference is among the regions
    bool undecided = false;              // without regions: some packets are unknown before and after
    // Replies of flows that both permit: they got back before and do not after, or the other way round. Only where not
    // both versions let every reply meet their rules: there replies are among the regions.
    std::vector<Product> replies_lost, replies_gained;

    // Proven to permit exactly the same flows.
    bool same() const {
        return not_compared.empty() && complete && regions.empty() && !undecided && replies_lost.empty() &&
               replies_gained.empty();
    }
};

enum class Effect : std::uint8_t { unchanged, narrowed, widened, both };
std::string_view to_string(Effect effect);  // "unchanged", "narrowed", "widened", "widened and narrowed"

// A rule that logs in one version only.
struct LoggingChange {
    std::optional<RuleRef> before, after;
    bool lost = false;  // else gained
};

// A rule that differs in what it does beside deciding; only one version has it, or both in different words.
struct AsideChange {
    std::optional<RuleRef> before, after;
};

// What the verdicts of one version alone rest on.
struct Assumed {
    std::string sentence;
    bool after = false;  // the version after; else the one before
};

struct Review {
    std::vector<PathReview> paths;
    Effect effect{};                  // what can be permitted, surely or possibly, grows or shrinks
    LineEdits lines;                  // none between two vendors
    std::size_t effective_lines = 0;  // of them: those that some region is because of
    std::size_t logging_lines = 0;    // and those that only change what is logged
    std::vector<LoggingChange> logging;
    std::vector<AsideChange> asides;
    std::size_t aside_lines = 0;            // edited lines of these rules
    std::optional<Family> only;             // the one address family that is compared, where another is left out
    std::vector<std::string> not_compared;  // what is left out and may differ: "IPv6: only the version after ..."
    std::vector<Assumed> assumed;           // none between other vendors or families: there they are limits
    std::vector<std::string> limits;        // what the comparison leaves out or rests on; one sentence each

    bool complete() const;
    // Every path is proven to permit exactly the same flows, and that rests on the same in both versions.
    bool same() const;
};

struct ReviewOptions {
    std::map<std::string, std::string> interfaces;  // what an interface before is called after
    std::string at;                    // only paths of this position or variant ("transit", "domain"); empty: all
    std::optional<Family> family;      // only packets of this one
    std::size_t region_limit = 1'000;  // products of one region
    Budget budget;                     // of each comparison
};

// The policies outlive the review.
Review review(const Policy& before, const Policy& after, const ReviewOptions& options = {});

}  // namespace fwproof
