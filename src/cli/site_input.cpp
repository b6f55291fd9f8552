#include "cli/site_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>

#include "cli/read.hpp"

namespace fwproof::cli {

namespace {

tl::unexpected<std::vector<Error>> errors(Error error) { return tl::unexpected(std::vector<Error>{std::move(error)}); }

bool is_path(const std::string& name) { return name.find('/') != std::string::npos || name.ends_with(".toml"); }

Result<SourceRef> read_version(const std::string& path, World& world, const StoredFiles* stored) {
    return stored ? stored->read(path, world) : read_text(path, world);
}

Loaded<CatalogRef> load_named(const std::string& name, const std::string& base, World& world,
                              const StoredFiles* stored = nullptr) {
    const EmbeddedCatalog* shipped = find_shipped(name);
    const std::string path = beside(base, name);
    std::error_code ignored;
    if (is_path(name) && (!shipped || std::filesystem::exists(path, ignored))) {
        auto source = read_version(path, world, stored);
        if (!source) return errors(source.error());
        return load_catalog(*source);
    }
    if (shipped) return load_shipped(*shipped);
    std::vector<std::string> known;
    for (const auto& catalog : shipped_catalogs()) known.emplace_back(catalog.id);
    const auto near = did_you_mean(name, known);
    return errors({fmt::format("unknown catalog '{}'", name),
                   near ? fmt::format("did you mean '{}'?", *near)
                        : fmt::format("known: {}; a catalog of your own is named by its file", fmt::join(known, ", ")),
                   {}});
}

std::vector<Prefix> prefixes(const AddressSet& set) {
    std::vector<Prefix> all;
    const auto add = [&](Family family, uint128 first, uint128 last) {
        const auto some = to_prefixes({family, first}, {family, last});
        all.insert(all.end(), some.begin(), some.end());
    };
    for (const auto& i : set.v4.intervals()) add(Family::v4, i.first, i.last);
    for (const auto& i : set.v6.intervals()) add(Family::v6, i.first, i.last);
    return all;
}

bool has_written_rules(const Policy& policy, Position position) {
    return std::any_of(policy.paths.begin(), policy.paths.end(), [&](const Path& path) {
        return path.position == position &&
               std::any_of(path.stages.begin(), path.stages.end(), [&](const Stage& stage) {
                   const auto& rules = policy.rulesets[stage.ruleset].rules;
                   return std::any_of(rules.begin(), rules.end(), [](const Rule& rule) { return !rule.implicit; });
               });
    });
}

}  // namespace

bool only_of_itself(const Policy& policy) {
    return !has_written_rules(policy, Position::transit) && has_written_rules(policy, Position::inbound);
}

std::string beside(const std::string& base, const std::string& path) {
    if (base.empty() || path.empty() || path == "-" || path.front() == '/') return path;
    return (std::filesystem::path(base) / path).lexically_normal().string();
}

Loaded<std::vector<CatalogRef>> load_catalogs(const std::vector<std::string>& names, const std::string& base,
                                              World& world) {
    std::vector<CatalogRef> catalogs;
    std::vector<Error> problems;
    for (const auto& name : names) {
        auto catalog = load_named(name, base, world);
        if (catalog) {
            catalogs.push_back(*catalog);
        } else {
            problems.insert(problems.end(), catalog.error().begin(), catalog.error().end());
        }
    }
    if (!problems.empty()) return tl::unexpected(std::move(problems));
    return catalogs;
}

Loaded<std::vector<CatalogRef>> load_all_shipped() {
    std::vector<CatalogRef> catalogs;
    for (const auto& shipped : shipped_catalogs()) {
        auto catalog = load_shipped(shipped);
        if (!catalog) return tl::unexpected(catalog.error());
        catalogs.push_back(*catalog);
    }
    return catalogs;
}

Loaded<SiteFile> read_site_file(const std::string& path, World& world, const StoredFiles* stored) {
    auto source = read_version(path, world, stored);
    if (!source) return errors(source.error());
    auto site = load_site(*source);
    if (!site) return tl::unexpected(site.error());
    SiteFile file{std::move(*site), {}};
    const std::string base = std::filesystem::path(path).parent_path().string();
    std::vector<Error> problems;
    for (std::size_t i = 0; i < file.site.catalogs.size(); ++i) {
        auto catalog = load_named(file.site.catalogs[i], base, world, stored);
        if (catalog) {
            file.catalogs.push_back(*catalog);
            continue;
        }
        for (auto& error : catalog.error()) {
            if (!error.span && error.file.empty() && i < file.site.catalog_spans.size()) {
                error.span = file.site.catalog_spans[i];
                error.keep = *source;
            }
            problems.push_back(std::move(error));
        }
    }
    if (!problems.empty()) return tl::unexpected(std::move(problems));
    return file;
}

Result<LoadOptions> load_options(const SiteFirewall& firewall, const std::string& base, const Reading& reading,
                                 World& world, const StoredFiles* stored) {
    LoadOptions options = reading.load;
    if (!firewall.network_profile.empty()) options.network_profile = firewall.network_profile;
    if (firewall.local_subnets) options.local_subnets = prefixes(*firewall.local_subnets);
    options.address_keywords = firewall.address_keywords;
    options.port_keywords = firewall.port_keywords;
    if (firewall.ipset_file.empty()) return options;
    auto source = read_version(beside(base, firewall.ipset_file), world, stored);
    if (!source) return fail(source.error());
    options.ipset = *source;
    return options;
}

namespace {

// Reads what a path names.
using ReadFile = std::function<Result<Input>(const std::string&)>;

ReadFile reader(World& world, const std::map<std::string, Input>& instead, const StoredFiles* stored) {
    return [&world, &instead, stored](const std::string& path) -> Result<Input> {
        if (const auto other = instead.find(path); other != instead.end()) return other->second;
        std::error_code ignored;
        if (!stored || std::filesystem::is_directory(path, ignored)) return read_export(path, world);
        auto source = stored->read(path, world);
        if (!source) return fail(source.error());
        return Input{path, {std::move(*source)}};
    };
}

// Adds what `path` names to the input, known as `given`.
std::optional<Error> add_file(Input& input, const std::string& path, Given given, const ReadFile& read) {
    const auto one = read(path);
    if (!one) return one.error();
    if (input.name.empty()) input.name = one->name;
    for (std::size_t i = 0; i < one->sources.size(); ++i) {
        given.found = one->given_of(i).found;
        input.add(one->sources[i], given);
    }
    return std::nullopt;
}

Result<Input> read_host(const HostStores& stores, const std::string& base, const ReadFile& read) {
    Input input;
    const auto add = [&](const std::string& path, StoreRole role, std::size_t rank) {
        return add_file(input, beside(base, path), {role, rank, false}, read);
    };
    for (std::size_t i = 0; i < stores.gpo.size(); ++i) {
        if (auto error = add(stores.gpo[i], StoreRole::gpo, i)) return fail(std::move(*error));
    }
    for (const auto& path : stores.mdm) {
        if (auto error = add(path, StoreRole::mdm, 0)) return fail(std::move(*error));
    }
    if (!stores.local.empty()) {
        if (auto error = add(stores.local, StoreRole::local, 0)) return fail(std::move(*error));
    }
    return input;
}

}  // namespace

Result<Input> read_stores(const HostStores& stores, const std::string& base, World& world,
                          const std::map<std::string, Input>& instead) {
    return read_host(stores, base, reader(world, instead, nullptr));
}

Loaded<SitePolicies> read_exports(const Site& site, const std::string& base, const Reading& reading, World& world,
                                  const std::map<std::string, Input>& instead, const StoredFiles* stored) {
    const ReadFile read = reader(world, instead, stored);
    std::vector<Export> exports;
    std::vector<Error> problems;
    for (const auto& firewall : site.firewalls) {
        Input input;
        bool readable = true;
        for (const auto& path : firewall.exports) {
            if (auto error = add_file(input, beside(base, path), {}, read)) {
                problems.push_back(std::move(*error));
                std::error_code ignored;
                if (!site.sources.empty() && !std::filesystem::exists(beside(base, path), ignored)) {
                    problems.back().hint =
                        fmt::format("check 'export' of firewall '{}'; it is taken from the directory of the site file",
                                    firewall.id);
                }
                readable = false;
            }
        }
        if (!firewall.stores.empty()) {
            auto host = read_host(firewall.stores, base, read);
            if (!host) {
                problems.push_back(host.error());
                continue;
            }
            input = std::move(*host);
        }
        if (!readable) continue;
        auto options = load_options(firewall, base, reading, world, stored);
        if (!options) {
            problems.push_back(options.error());
            continue;
        }
        const std::string format = !firewall.stores.empty() ? std::string(kStoresFormat)
                                   : reading.format.empty() ? firewall.format
                                                            : reading.format;
        exports.push_back({std::move(input), std::move(*options), format, &firewall});
    }
    auto loaded = load_exports(exports, reading.jobs);
    if (!loaded) problems.insert(problems.end(), loaded.error().begin(), loaded.error().end());
    for (auto& problem : problems) {
        for (const auto& source : site.sources) {
            if (problem.span.source == source.get()) problem.keep = source;
        }
    }
    if (!problems.empty()) return tl::unexpected(std::move(problems));
    return loaded;
}

}  // namespace fwproof::cli
