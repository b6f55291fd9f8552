// The registry of checks. A check is one file in src/check: its page and the function that looks.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fwproof/analysis/assess.hpp"
#include "fwproof/base/result.hpp"
#include "fwproof/catalog/resolve.hpp"
#include "fwproof/check/finding.hpp"

namespace fwproof {

// What a check looks at; decides which command runs it.
enum class Subject : std::uint8_t {
    input,   // how well an export was understood: check and lint
    rules,   // the rules of one export: lint
    site,    // required flows and what is open beyond them: check
    waiver,  // recorded exceptions: check and lint
    change,  // what differs between two versions: diff
};

std::string_view to_string(Subject subject);  // "input", ...

struct Check;
struct Change;
class RuleStudy;

// What a run is about. What is referred to outlives the context.
struct CheckInput {
    Topology topology;                           // every loaded export, placed or not
    const Resolution* resolution = nullptr;      // null: no catalog is asked
    const Change* change = nullptr;              // never null where checks of Subject::change run
    std::vector<Waiver> waivers;                 // of the site and of the project's settings
    std::optional<std::chrono::sys_days> today;  // nothing: no date is past
    AssessOptions assess;
    std::size_t threads = 1;               // firewalls are looked at independently; the findings are the same
    std::optional<FirewallKind> position;  // what the firewalls protect; nothing: as each policy looks
};

// A question that took more than the budget.
struct BeyondBudget {
    const Firewall* firewall = nullptr;  // null: of all firewalls
    SourceSpan span;                     // may be empty
    std::string what;                    // "what rules let in was not worked out"
};

// A check that could not judge everything in a file, beside what was not understood there.
struct Unassessed {
    std::string file;
    std::string check;  // name
};

// The input and what several checks need to know about it, computed on first use.
class CheckContext {
public:
    explicit CheckContext(CheckInput input);
    ~CheckContext();
    CheckContext(CheckContext&&) noexcept;

    const CheckInput& input() const;
    const std::vector<Firewall>& firewalls() const { return input().topology.firewalls; }
    std::span<const Requirement> requirements() const;
    const Assessment& assessment() const;
    const RuleStudy& rules() const;
    const RuleStudy* rules_so_far() const;  // null: no check asked for them
    // What the checks so far could not work out within the budget. Never nothing where a finding may be missing for it.
    std::vector<BeyondBudget> beyond_budget() const;
    // Of the checks that ran, those that had to know which interfaces lead to the Internet where nothing says it.
    std::vector<Unassessed> unassessed() const;
    // Whether a check of that name is part of this run.
    bool runs(std::string_view check) const;

private:
    friend std::vector<Finding> run_checks(const CheckContext& context, std::span<const Check* const> selected);
    bool each_alone(std::span<const Check* const> selected) const;
    void run_each_alone(std::span<const Check* const> selected, std::vector<Finding>& findings) const;

    struct Impl;
    std::unique_ptr<Impl> impl_;
};

struct Check {
    std::string_view id;    // "FW001": stable, never used again for another check
    std::string_view name;  // "unparsed-line": the bad pattern
    Severity severity{};    // where the finding has no reason to be graded otherwise
    Subject subject{};
    bool pedantic = false;             // runs only when selected
    std::string_view summary;          // one sentence, no full stop
    std::string_view why;              // a paragraph
    std::string_view example;          // as in an export or a report; may have several lines
    std::string_view fix;              // a paragraph
    std::string_view standards = {};   // one requirement a line: "pci-dss-4.0.1 1.2.7"
    std::string_view references = {};  // other documents, one a line
    // Appends to what the checks before it, in ascending order of id, found.
    void (*run)(const CheckContext&, const Check&, std::vector<Finding>&);
};

// A document whose requirements checks speak for. The id says the version.
struct Standard {
    std::string_view id;     // "pci-dss-4.0.1"
    std::string_view title;  // "PCI DSS v4.0.1"
};
std::span<const Standard> standards();

struct StandardEntry {
    const Standard* standard = nullptr;
    std::string_view requirement;  // "1.2.7"
};
std::vector<StandardEntry> standard_entries(const Check& check);

// Ascending by id.
std::span<const Check* const> checks();
// By id or by name; null when there is none.
const Check* find_check(std::string_view id_or_name);

struct Selection {
    std::vector<Subject> subjects = {Subject::input, Subject::rules, Subject::site, Subject::waiver, Subject::change};
    // Ids, beginnings of ids ("FW1"), names or "all"; with no standard either, all that are not pedantic.
    std::vector<std::string> select = {};
    std::vector<std::string> ignore = {};
    // Ids of standards or beginnings of them ("stig"): their checks, and those of the input and of waivers.
    std::vector<std::string> standards = {};
};

// The checks to run. An error names the word that is no check and what it may have meant.
Result<std::vector<const Check*>> select_checks(const Selection& selection);

// Sorted by file, place, check and message. Waived findings are among them, with `waived_by` set.
std::vector<Finding> run_checks(const CheckContext& context, std::span<const Check* const> selected);

// The page of a check as plain text.
std::string render_page(const Check& check);

}  // namespace fwproof
