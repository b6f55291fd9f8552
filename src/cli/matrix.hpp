// The whole picture of a check: roles by roles, the verdict of every service.
#pragma once

#include <vector>

#include "fwproof/analysis/assess.hpp"
#include "fwproof/catalog/resolve.hpp"
#include "fwproof/report/report.hpp"

namespace fwproof::cli {

// One cell for each pair of roles between which something is needed, in the order of the requirements. Behind them
// those of which the site binds one role only, with a line for each flow.
std::vector<MatrixCell> matrix_of(const Resolution& resolution, const Assessment& assessment);

}  // namespace fwproof::cli
