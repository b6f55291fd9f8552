// The partition of a question as rows, one region a row: what `query` and `show --as regions` print.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/answer.hpp"

namespace fwproof::cli {

struct RegionRow {
    std::string device;  // vendor and name
    std::string path;
    Verdict verdict{};
    std::string region;      // in the flow notation
    std::string said;        // the same for people: sets by the names of objects
    std::string decided_by;  // rules with their places, joined with ", "
};

struct RegionTable {
    std::vector<RegionRow> rows;
    bool complete = true;  // false: the budget or the limit cut it
};

// Appends the regions of one policy. An error: the question names a list or path that the policy has not.
std::optional<Error> add_regions(const Policy& policy, const FlowQuery& question, RegionTable& table,
                                 const Budget& budget = {});

std::string regions_text(const RegionTable& table);
std::string regions_csv(const RegionTable& table);
// What a format without a place for it says of a table that is not complete, on the error stream.
Error cut_regions();
nlohmann::ordered_json regions_json(const RegionTable& table);

}  // namespace fwproof::cli
