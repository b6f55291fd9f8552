// The whole picture of a check: roles by roles, the verdict of every service.
#pragma once

#include <span>
#include <vector>

#include "fwproof/analysis/assess.hpp"
#include "fwproof/catalog/requirement.hpp"
#include "fwproof/report/report.hpp"

namespace fwproof::cli {

// One cell for each pair of roles between which something is needed, in the order of the requirements.
std::vector<MatrixCell> matrix_of(std::span<const Requirement> requirements, const Assessment& assessment);

}  // namespace fwproof::cli
