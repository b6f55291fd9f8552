#include "catalog/merge_requirements.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "catalog/ids.hpp"

namespace fwproof::catalog_resolve {

namespace {

using toml_file::in;

void add_to(Requirement& kept, const Requirement& next) {
    kept.severity = std::max(kept.severity, next.severity);
    // What one entry states need not be inferred from another.
    if (next.reading == Reading::stated && kept.reading != Reading::stated) {
        kept.reading = Reading::stated;
        kept.quirk.clear();
        kept.basis.clear();
    }
    kept.closable = kept.closable && next.closable;
    const std::string name = next.flow + "/" + next.service;
    if (name != kept.flow + "/" + kept.service && !in(kept.also, name)) kept.also.push_back(name);
    for (const Citation& cite : next.citations) {
        const bool known = std::any_of(kept.citations.begin(), kept.citations.end(), [&](const Citation& other) {
            return other.line == cite.line && other.row == cite.row && other.section == cite.section;
        });
        if (!known) kept.citations.push_back(cite);
    }
    for (const auto& program : next.programs) {
        if (!in(kept.programs, program)) kept.programs.push_back(program);
    }
    for (const auto& service : next.program_services) {
        if (!in(kept.program_services, service)) kept.program_services.push_back(service);
    }
}

}  // namespace

void merge_equal(std::vector<Requirement>& requirements, std::size_t first) {
    std::map<std::string, std::size_t> seen;
    std::vector<Requirement> merged;
    for (std::size_t i = first; i < requirements.size(); ++i) {
        Requirement& next = requirements[i];
        if (!next.any_of_key.empty()) {
            merged.push_back(std::move(next));
            continue;
        }
        const bool settled = next.dispute.empty() && next.reading != Reading::documented;
        const int reading = settled ? -1 : static_cast<int>(next.reading);
        const std::string key = fmt::format("{}|{}|{}|{}|{}|{}|{}|{}|{}", next.from.host, next.to.host, next.ports_text,
                                            static_cast<int>(next.need), next.need_reason, reading,
                                            next.dispute.empty(), next.reply_only, next.helper) +
                                (next.exposing ? "|exposing" : "");
        const auto [it, fresh] = seen.emplace(key, merged.size());
        if (fresh) {
            merged.push_back(std::move(next));
            continue;
        }
        add_to(merged[it->second], next);
    }
    requirements.resize(first);
    std::move(merged.begin(), merged.end(), std::back_inserter(requirements));
}

}  // namespace fwproof::catalog_resolve
