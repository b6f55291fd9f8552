// Catalogs and sites from text, and requirements as lines.
#pragma once

#include <string>
#include <vector>

#include "fwproof/catalog/catalog.hpp"
#include "fwproof/catalog/resolve.hpp"
#include "fwproof/catalog/site.hpp"
#include "support/catch.hpp"

namespace fwproof::testing {

inline SourceRef source(std::string name, std::string text) {
    return std::make_shared<Source>(std::move(name), std::move(text));
}

template <class T>
std::string messages(const Loaded<T>& loaded) {
    std::string text;
    if (!loaded) {
        for (const Error& error : loaded.error()) text += render(error);
    }
    return text;
}

inline CatalogRef shipped(std::string_view id) {
    const EmbeddedCatalog* embedded = find_shipped(id);
    REQUIRE(embedded != nullptr);
    auto catalog = load_shipped(*embedded);
    INFO(messages(catalog));
    REQUIRE(catalog.has_value());
    return *catalog;
}

inline std::vector<CatalogRef> all_shipped() {
    std::vector<CatalogRef> list;
    for (const EmbeddedCatalog& catalog : shipped_catalogs()) list.push_back(shipped(catalog.id));
    return list;
}

inline Site site_of(const std::string& text) {
    auto site = load_site(source("site.toml", text));
    INFO(messages(site));
    REQUIRE(site.has_value());
    return std::move(*site);
}

inline Resolution resolved(const Site& site) {
    const auto all = all_shipped();
    const auto chosen = chosen_catalogs(site, all);
    auto resolution = resolve(chosen, site);
    INFO(messages(resolution));
    REQUIRE(resolution.has_value());
    return std::move(*resolution);
}

// "ms1 > sql1 tcp/1433 required"; then, where they are, the reading, the group and the reason.
inline std::string line(const Requirement& requirement) {
    static constexpr std::string_view kNeeds[] = {"required",       "phase-over",   "feature-off", "not-selected",
                                                  "not-applicable", "undetermined", "phase-ahead"};
    std::string text = requirement.from.host + " > " + requirement.to.host + " " + requirement.ports_text + " " +
                       std::string(kNeeds[static_cast<std::size_t>(requirement.need)]);
    if (requirement.severity != Severity::error) text += " " + std::string(to_string(requirement.severity));
    if (requirement.reading == Reading::documented) text += " documented";
    if (requirement.reading == Reading::inferred) text += " inferred";
    if (!requirement.dispute.empty()) text += " disputed";
    if (!requirement.any_of_key.empty()) text += " any-of " + requirement.any_of + "=" + requirement.variant;
    if (requirement.reply_only) text += " reply";
    return text;
}

// The lines of one flow, or of all.
inline std::vector<std::string> lines(const Resolution& resolution, std::string_view flow = {}) {
    std::vector<std::string> list;
    for (const Requirement& requirement : resolution.requirements) {
        if (flow.empty() || requirement.flow == flow) list.push_back(line(requirement));
    }
    return list;
}

// Parts of a site file.
inline std::string top(const std::string& catalog) {
    return "format = \"flow-site/1\"\n[site]\ncatalogs = [\"" + catalog + "\"]\n";
}

inline std::string role_at(const std::string& role, const std::string& address, const std::string& more = {}) {
    return "[[bind]]\nrole = \"" + role + "\"\naddresses = [\"" + address + "\"]\n" + more;
}

inline std::string host(const std::string& id, const std::string& address, const std::string& more = {}) {
    return "[[host]]\nid = \"" + id + "\"\naddresses = [\"" + address + "\"]\n" + more;
}

using Lines = std::vector<std::string>;

}  // namespace fwproof::testing
