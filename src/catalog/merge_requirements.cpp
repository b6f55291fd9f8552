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
    if (kept.reading == Reading::inferred && kept.quirk.empty()) kept.quirk = next.quirk;
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

// Two disputes about the same packets are one.
class Disputes {
public:
    void join(const std::string& one, const std::string& other) {
        if (root(one) != root(other)) joined_[root(other)] = root(one);
    }
    std::string root(std::string key) const {
        for (auto known = joined_.find(key); known != joined_.end(); known = joined_.find(key)) key = known->second;
        return key;
    }

private:
    std::map<std::string, std::string> joined_;
};

// What two requirements of the same packets have in common, whatever the document says about them.
std::string packets_key(const Requirement& requirement) {
    return fmt::format("{}|{}|{}|{}|{}|{}|{}|{}", requirement.from.host, requirement.to.host, requirement.ports_text,
                       static_cast<int>(requirement.need), requirement.need_reason, requirement.reply_only,
                       requirement.helper, requirement.exposing);
}

bool settled(const Requirement& requirement) {
    return requirement.dispute.empty() && requirement.reading != Reading::documented;
}

// A dispute decides nothing where other entries ask for all of its packets.
void drop_moot_disputes(std::vector<Requirement>& requirements) {
    std::map<std::string, std::size_t> asked;
    std::map<std::string, bool> moot;
    for (std::size_t i = 0; i < requirements.size(); ++i) {
        if (settled(requirements[i]) && requirements[i].any_of_key.empty())
            asked.emplace(packets_key(requirements[i]), i);
    }
    for (const Requirement& requirement : requirements) {
        if (requirement.dispute.empty()) continue;
        bool& all = moot.emplace(requirement.dispute, true).first->second;
        all = all && requirement.any_of_key.empty() && asked.contains(packets_key(requirement));
    }
    const auto is_moot = [&](const Requirement& r) { return !r.dispute.empty() && moot.at(r.dispute); };
    for (const Requirement& requirement : requirements) {
        if (is_moot(requirement)) add_to(requirements[asked.at(packets_key(requirement))], requirement);
    }
    std::erase_if(requirements, is_moot);
}

}  // namespace

void merge_equal(std::vector<Requirement>& requirements, std::size_t first) {
    std::map<std::string, std::size_t> seen;
    std::vector<Requirement> merged;
    Disputes disputes;
    for (std::size_t i = first; i < requirements.size(); ++i) {
        Requirement& next = requirements[i];
        if (!next.any_of_key.empty()) {
            merged.push_back(std::move(next));
            continue;
        }
        const int reading = settled(next) ? -1 : static_cast<int>(next.reading);
        const std::string key = fmt::format("{}|{}|{}", packets_key(next), reading, next.dispute.empty());
        const auto [it, fresh] = seen.emplace(key, merged.size());
        if (fresh) {
            merged.push_back(std::move(next));
            continue;
        }
        Requirement& kept = merged[it->second];
        if (!next.dispute.empty()) disputes.join(kept.dispute, next.dispute);
        add_to(kept, next);
    }
    for (Requirement& requirement : merged) requirement.dispute = disputes.root(requirement.dispute);
    drop_moot_disputes(merged);
    requirements.resize(first);
    std::move(merged.begin(), merged.end(), std::back_inserter(requirements));
}

}  // namespace fwproof::catalog_resolve
