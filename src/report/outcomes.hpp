// How each check that ran came out, and each requirement of a standard that checks speak for.
#pragma once

#include <string>
#include <vector>

#include "fwproof/check/check.hpp"
#include "fwproof/report/report.hpp"

namespace fwproof::report {

enum class OutcomeKind {
    clear,       // nothing was found, and everything that it could rest on was assessed
    found,       // something was found that is not waived
    excused,     // all that was found is waived or in the baseline
    unassessed,  // nothing was found, but not everything was assessed or asked, so that nothing is proven
};
std::string_view outcome_text(OutcomeKind kind);  // "nothing found", "found", "waived or known", "not assessed"

struct Outcome {
    OutcomeKind kind = OutcomeKind::clear;
    bool fails = false;                 // a finding makes the run fail
    std::vector<std::size_t> findings;  // into Report::findings, waived ones too
    std::size_t found = 0, waived = 0, known = 0;
};

struct CheckOutcome {
    std::string name;
    const Check* check = nullptr;  // null: no check of this version
    Outcome outcome;
    std::string id() const { return check ? std::string(check->id) : name; }
};

struct RequirementOutcome {
    const Standard* standard = nullptr;
    std::string requirement;           // "1.2.7"
    std::vector<std::string> ids;      // of the checks that speak for it and ran
    std::vector<std::string> not_run;  // ids of those that did not
    bool incomplete = false;           // a finding of those that ran may be missing
    Outcome outcome;
};

// In the order of the run.
std::vector<CheckOutcome> check_outcomes(const Report& report);

// Those for which some check ran, by standard and then in ascending order.
std::vector<RequirementOutcome> requirement_outcomes(const Report& report);

}  // namespace fwproof::report
