// What a team expects of its own policy: flows and the verdict that they must have. Written as lines of text
//
//   export edge.cfg
//   permit tcp 10.20.0.0/17 > 10.10.20.11:5723   # agents reach the management server
//   deny   tcp any > 10.10.30.21:1433 in outside
//
// or as TOML, format flow-test/1, with [[permit]], [[deny]] and [[unknown]] tables.
#pragma once

#include <string>
#include <vector>

#include "fwproof/catalog/catalog.hpp"
#include "fwproof/packet/flow.hpp"
#include "fwproof/policy/rule.hpp"

namespace fwproof {

struct Expectation {
    std::string export_path;  // as written; empty: the one that the command line names
    std::string flow;         // as written
    FlowQuery query;
    Verdict verdict{};
    std::string reason;  // may be empty
    SourceSpan span;     // the line, or the flow in TOML
};

struct ExpectationFile {
    SourceRef source;
    std::vector<Expectation> expectations;  // in the order of the file
};
Loaded<ExpectationFile> load_expectations(const SourceRef& source);

}  // namespace fwproof
