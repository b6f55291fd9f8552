// What an answer rests on: the files that were read, by digest.
#pragma once

#include <span>
#include <vector>

#include "cli/command.hpp"
#include "fwproof/catalog/catalog.hpp"
#include "fwproof/catalog/site.hpp"
#include "fwproof/report/report.hpp"

namespace fwproof::cli {

// Every file that was opened in this run and every catalog asked, ascending by name, each once. `ipsets`: the paths
// that hold address sets.
std::vector<ReportFile> report_files(const World& world, const Site* site, std::span<const CatalogRef> catalogs,
                                     const std::vector<std::string>& ipsets);

}  // namespace fwproof::cli
