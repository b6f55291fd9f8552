// Which edit makes a verdict differ.
#pragma once

#include <set>
#include <utility>

#include "fwproof/analysis/review.hpp"

namespace fwproof {

// The edits between two policies: of lines, and of rules in rulesets of one name.
class EditBlame {
public:
    EditBlame(const Policy& before, const Policy& after);

    // The rulesets that packets can meet, by index.
    struct Met {
        std::vector<bool> before, after;
    };
    // Fills `because` and `object` of a region of these packets. Their space holds the values of the edited rules of
    // the rulesets that they can meet.
    void explain(ChangedRegion& region, const PacketSet& packets, const Met& met) const;

    // Instead names the edited routes and interfaces, if there are any.
    void explain_by_routes(ChangedRegion& region) const;

    const LineEdits& lines() const { return lines_; }
    // That only one of the policies has.
    std::vector<const Rule*> changed_rules() const;
    // Whether one of them that packets can meet tells packets of that interface apart.
    bool changes_name(std::string_view interface, const Met& met) const;
    // By ruleset; null where the rulesets of the two policies are not the same ones in the same order.
    const std::vector<RuleEdits>* rule_edits() const { return rule_edits_ ? &*rule_edits_ : nullptr; }
    const std::vector<LoggingChange>& logging() const { return logging_; }
    // Edited lines of rules that only log differently.
    std::size_t logging_lines() const;
    const std::vector<AsideChange>& asides() const { return asides_; }
    std::size_t aside_lines() const;

private:
    struct Side {
        const Policy* policy = nullptr;
        bool added = false;
        std::set<std::pair<const Source*, std::uint32_t>> lines;  // edited, by number
        std::vector<RuleRef> rules;                               // edited, ascending
        std::set<RuleRef> log_edits;  // of them: those whose own line differs only in what it logs
    };

    // Rules that changed with an object they name, and whose line was edited only in what it logs.
    void find_log_edits();
    template <class Changes>
    std::size_t edited_lines_of(const Changes& changes) const;
    void find_edits(ChangedRegion& region, const PacketSet& packets, const Met& met) const;
    // Names every edited line but those of rules that are told apart from these packets.
    void name_possible(ChangedRegion& region) const;
    std::vector<EditedLine> edited_in(const Side& side, const SourceSpan& span) const;
    void blame_settings(ChangedRegion& region) const;
    void blame_rule(const Side& side, const DecidingRule& decider, ChangedRegion& region) const;
    void blame_object(const Side& side, const RuleRef& rule, ChangedRegion& region) const;
    static SourceSpan with_block(SourceSpan span);

    Side before_, after_;
    LineEdits lines_;
    std::optional<std::vector<RuleEdits>> rule_edits_;
    std::vector<LoggingChange> logging_;
    std::vector<AsideChange> asides_;
};

}  // namespace fwproof
