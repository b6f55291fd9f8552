// A site from roles named on the command line.
#include <fmt/format.h>
#include <algorithm>
#include <set>

#include "catalog/load_site_parts.hpp"
#include "catalog/table_reader.hpp"

namespace fwproof {

namespace {

constexpr std::string_view kThisHost = "this host";

// ROLE or CATALOG/ROLE as the user wrote it.
struct RoleName {
    std::string catalog, role;
};

RoleName split_role(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) return {"", std::string(text)};
    return {std::string(text.substr(0, slash)), std::string(text.substr(slash + 1))};
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

class SiteMaker {
public:
    SiteMaker(const SiteRequest& request, std::span<const CatalogRef> catalogs)
        : request_(request), catalogs_(catalogs) {}

    Loaded<Site> make() {
        site_.name = "command line";
        if (request_.phase) site_.phase = *request_.phase;
        if (request_.reading) site_.reading = *request_.reading;
        if (!request_.as.empty()) add_this_host();
        for (const std::string& text : request_.bind) add_binding(text);
        choose_catalogs();
        if (!errors_.empty()) return tl::unexpected(std::move(errors_));
        for (const std::string& name : request_.exports) add_firewall(name, {name}, {});
        if (!request_.stores.empty()) add_firewall(request_.stores.files().front(), {}, request_.stores);
        return std::move(site_);
    }

private:
    void problem(std::string message, std::string hint) {
        errors_.push_back({std::move(message), std::move(hint), {}});
    }

    void add_this_host() {
        Host host;
        host.id = kThisHost;
        host.addresses = share(AddressSet::any());
        host.anywhere = true;
        site_.hosts.push_back(std::move(host));
        site_.peers_anywhere = true;
        for (const std::string& text : request_.as) {
            Binding binding;
            if (!name_role(text, "--as", binding)) continue;
            binding.hosts = {std::string(kThisHost)};
            site_.bindings.push_back(std::move(binding));
        }
    }

    void add_binding(const std::string& text) {
        const std::size_t equals = text.find('=');
        if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
            problem(fmt::format("--bind '{}' has no addresses", text), "write --bind ROLE=ADDRESS[,ADDRESS...]");
            return;
        }
        Binding binding;
        if (!name_role(trimmed(std::string_view(text).substr(0, equals)), "--bind", binding)) return;
        std::string_view rest = std::string_view(text).substr(equals + 1);
        while (!rest.empty()) {
            const std::size_t comma = rest.find(',');
            const std::string_view part = trimmed(rest.substr(0, comma));
            rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
            if (auto host = site_file::host_for_address(site_, part, {})) {
                binding.hosts.push_back(*host);
            } else {
                problem(fmt::format("'{}' in --bind '{}' is no address", part, text),
                        "addresses are 10.1.0.11, 10.1.0.0/24, 10.1.0.5-10.1.0.9 or their IPv6 forms");
            }
        }
        site_.bindings.push_back(std::move(binding));
    }

    // Fills in catalog and role; false (and an error) when no catalog has it.
    bool name_role(std::string_view text, std::string_view option, Binding& binding) {
        const RoleName name = split_role(text);
        std::vector<std::string> known;
        bool catalog_known = name.catalog.empty();
        std::vector<std::string> holders;
        for (const CatalogRef& catalog : catalogs_) {
            if (!name.catalog.empty() && catalog->id != name.catalog) continue;
            catalog_known = true;
            if (catalog->role(name.role)) holders.push_back(catalog->id);
            for (const Role& role : catalog->roles) known.push_back(role.id);
        }
        if (!catalog_known) {
            std::vector<std::string> ids;
            for (const CatalogRef& catalog : catalogs_) ids.push_back(catalog->id);
            problem(fmt::format("unknown catalog '{}' in {} '{}'", name.catalog, option, text),
                    toml_file::suggestion(name.catalog, ids));
            return false;
        }
        if (holders.empty()) {
            std::string hint = toml_file::suggestion(name.role, known);
            if (hint.empty()) hint = "'fwproof catalog show ID' lists the roles of a catalog";
            problem(fmt::format("unknown role '{}' in {}", name.role, option), std::move(hint));
            return false;
        }
        binding.catalog = name.catalog;
        binding.role = name.role;
        holders_.push_back({std::string(text), std::move(holders)});
        return true;
    }

    // The catalogs of the roles that only one catalog has; the others must be in one of these.
    void choose_catalogs() {
        std::set<std::string> chosen;
        for (const auto& [role, holders] : holders_) {
            if (holders.size() == 1) chosen.insert(holders[0]);
        }
        for (const auto& [role, holders] : holders_) {
            const bool covered =
                std::any_of(holders.begin(), holders.end(), [&](const auto& id) { return chosen.contains(id); });
            if (covered) continue;
            problem(fmt::format("role '{}' is in the catalogs {}", role, fmt::join(holders, ", ")),
                    "choose one with --catalog");
            return;
        }
        for (const CatalogRef& catalog : catalogs_) {
            if (chosen.contains(catalog->id)) {
                site_.catalogs.push_back(catalog->id);
                site_.catalog_spans.emplace_back();
            }
        }
    }

    void add_firewall(const std::string& name, std::vector<std::string> exports, HostStores stores) {
        SiteFirewall firewall;
        firewall.id = name;
        firewall.exports = std::move(exports);
        firewall.stores = std::move(stores);
        if (!request_.as.empty()) {
            firewall.kind = FirewallKind::host;
            firewall.host = kThisHost;
        }
        firewall.network_profile = request_.network_profile;
        firewall.local_subnets = request_.local_subnets;
        firewall.ipset_file = request_.ipset_file;
        site_.firewalls.push_back(std::move(firewall));
    }

    struct Holders {
        std::string role;
        std::vector<std::string> catalogs;
    };

    const SiteRequest& request_;
    std::span<const CatalogRef> catalogs_;
    Site site_;
    std::vector<Holders> holders_;
    std::vector<Error> errors_;
};

}  // namespace

Loaded<Site> make_site(const SiteRequest& request, std::span<const CatalogRef> catalogs) {
    return SiteMaker(request, catalogs).make();
}

namespace {

// Words after a label, on lines of at most 100 columns that begin below the first word; ended by a newline.
std::string wrapped(std::string_view label, const std::vector<std::string>& words) {
    constexpr std::size_t kColumns = 100;
    std::string text(label);
    std::size_t column = label.size();
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string word = words[i] + (i + 1 < words.size() ? "," : "");
        if (column > label.size() && column + 1 + word.size() > kColumns) {
            text += "\n" + std::string(label.size(), ' ');
            column = label.size();
        } else if (column > label.size()) {
            text += ' ';
            ++column;
        }
        text += word;
        column += word.size();
    }
    return text + "\n";
}

}  // namespace

std::string binding_help(const Catalog& catalog) {
    std::vector<std::string> hosts;
    for (const Role& role : catalog.roles) {
        if (role.kind != RoleKind::external) hosts.push_back(role.id);
    }
    const std::string example = hosts.empty() ? "ROLE" : hosts.front();
    return fmt::format(
        "{} says nothing until its roles have addresses.\n"
        "  the host firewall of one role:  fwproof check --as {} EXPORT\n"
        "  a firewall between roles:       fwproof check --bind {}=10.1.0.11 --bind ROLE=ADDRESS EXPORT\n"
        "  more than that:                 a site file, see fwproof-site(5)\n"
        "{}",
        catalog.title, example, example, wrapped("roles: ", hosts));
}

}  // namespace fwproof
