#include "cli/report_files.hpp"

#include <algorithm>

#include "fwproof/base/digest.hpp"

namespace fwproof::cli {

namespace {

ReportFile describe(const Source& source, std::string use) {
    return {source.name(), std::move(use), sha256(source.bytes()), source.bytes().size()};
}

}  // namespace

std::vector<ReportFile> report_files(const World& world, const Site* site, std::span<const CatalogRef> catalogs,
                                     const std::map<std::string, std::string>& uses) {
    std::vector<ReportFile> files;
    const auto is_catalog = [&](const SourceRef& source) {
        return std::any_of(catalogs.begin(), catalogs.end(), [&](const CatalogRef& c) { return c->source == source; });
    };
    const auto is_site = [&](const SourceRef& source) {
        if (source->name() == ".fwproof.toml" || source->name().ends_with("/.fwproof.toml")) return true;
        return site && std::find(site->sources.begin(), site->sources.end(), source) != site->sources.end();
    };
    for (const auto& source : world.opened) {
        if (is_catalog(source)) continue;
        const auto other = uses.find(source->name());
        files.push_back(describe(*source, is_site(source) ? "site" : other != uses.end() ? other->second : "export"));
    }
    for (const auto& catalog : catalogs) files.push_back(describe(*catalog->source, "catalog"));
    std::sort(files.begin(), files.end(), [](const ReportFile& a, const ReportFile& b) { return a.name < b.name; });
    files.erase(std::unique(files.begin(), files.end(),
                            [](const ReportFile& a, const ReportFile& b) { return a.name == b.name; }),
                files.end());
    return files;
}

}  // namespace fwproof::cli
