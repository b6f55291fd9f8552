#include "cli/matrix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

namespace fwproof::cli {

namespace {

constexpr std::array kWorstFirst = {Judgement::missing, Judgement::partial, Judgement::conditional,
                                    Judgement::unchecked, Judgement::satisfied};

// "satisfied", or where the pairs of hosts differ "missing for 1 of 6, satisfied for 5 of 6".
std::string verdict_text(const std::map<Judgement, std::size_t>& pairs) {
    if (pairs.size() == 1) return std::string(to_string(pairs.begin()->first));
    std::size_t all = 0;
    for (const auto& [verdict, count] : pairs) all += count;
    std::string text;
    for (const Judgement verdict : kWorstFirst) {
        const auto found = pairs.find(verdict);
        if (found == pairs.end()) continue;
        text += fmt::format("{}{} for {} of {}", text.empty() ? "" : ", ", to_string(verdict), found->second, all);
    }
    return text;
}

}  // namespace

std::vector<MatrixCell> matrix_of(const Resolution& resolution, const Assessment& assessment) {
    const auto& requirements = resolution.requirements;
    using CellKey = std::tuple<std::string, std::string, std::string>;  // catalog, from, to
    std::vector<CellKey> order;
    std::map<CellKey, std::vector<std::string>> services;  // in the order of the catalog
    std::map<std::pair<CellKey, std::string>, std::map<Judgement, std::size_t>> verdicts;
    for (std::size_t i = 0; i < requirements.size(); ++i) {
        const Requirement& r = requirements[i];
        if (r.need != Need::required && r.need != Need::undetermined) continue;
        // Of two readings the likely one stands for both.
        if (!r.dispute.empty() && r.reading == Reading::documented) continue;
        const CellKey key{r.catalog, r.from.role, r.to.role};
        auto& names = services[key];
        if (names.empty()) order.push_back(key);
        const std::string name = fmt::format("{} {}/{}", r.ports_text, r.flow, r.service);
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
        ++verdicts[{key, name}][assessment.verdicts[i]];
    }
    std::vector<MatrixCell> cells;
    for (const auto& key : order) {
        MatrixCell cell{std::get<0>(key), std::get<1>(key), std::get<2>(key), {}};
        for (const auto& name : services[key]) {
            const std::size_t space = name.find(' ');
            cell.services.push_back(
                {name.substr(0, space), name.substr(space + 1), verdict_text(verdicts[{key, name}])});
        }
        cells.push_back(std::move(cell));
    }
    for (const auto& role : resolution.unbound) {
        for (const auto& way : role.ways) {
            const auto same = [&](const MatrixCell& cell) {
                return cell.catalog == role.catalog && cell.from == way.from && cell.to == way.to;
            };
            auto cell = std::find_if(cells.begin(), cells.end(), same);
            if (cell == cells.end()) cell = cells.insert(cells.end(), {role.catalog, way.from, way.to, {}});
            cell->services.push_back({"", way.flow,
                                      fmt::format("unchecked: no host is bound to {}{}", role.role,
                                                  role.site.empty() ? "" : " at " + role.site)});
        }
    }
    return cells;
}

}  // namespace fwproof::cli
