// What an answer rests on: the files that were read, by digest.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "fwproof/catalog/catalog.hpp"
#include "fwproof/catalog/site.hpp"
#include "fwproof/report/report.hpp"

namespace fwproof::cli {

// Every file that was opened in this run and every catalog asked, ascending by name, each once. `uses`: path -> what it
// is for, of files that are neither export nor site nor catalog.
std::vector<ReportFile> report_files(const World& world, const Site* site, std::span<const CatalogRef> catalogs,
                                     const std::map<std::string, std::string>& uses);

}  // namespace fwproof::cli
