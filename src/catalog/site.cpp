#include "fwproof/catalog/site.hpp"

#include <algorithm>

#include "catalog/load_site_parts.hpp"

namespace fwproof {

std::string_view to_string(SiteReading reading) {
    switch (reading) {
        case SiteReading::either: return "either";
        case SiteReading::documented: return "documented";
        case SiteReading::inferred: break;
    }
    return "inferred";
}

namespace {

template <class T>
const T* by_id(const std::vector<T>& list, std::string_view id) {
    const auto it = std::find_if(list.begin(), list.end(), [&](const T& item) { return item.id == id; });
    return it == list.end() ? nullptr : &*it;
}

// One address of one family.
bool is_single(const AddressSet& set) {
    const auto& v4 = set.v4.intervals();
    const auto& v6 = set.v6.intervals();
    if (v4.size() + v6.size() != 1) return false;
    return v4.empty() ? v6[0].first == v6[0].last : v4[0].first == v4[0].last;
}

}  // namespace

const Host* Site::host(std::string_view id) const { return by_id(hosts, id); }
const Zone* Site::zone(std::string_view id) const { return by_id(zones, id); }
std::vector<std::string> HostStores::files() const {
    std::vector<std::string> all = gpo;
    all.insert(all.end(), mdm.begin(), mdm.end());
    if (!local.empty()) all.push_back(local);
    return all;
}

std::vector<std::string> SiteFirewall::files() const {
    std::vector<std::string> all = exports;
    const auto more = stores.files();
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

const SiteFirewall* Site::firewall(std::string_view id) const { return by_id(firewalls, id); }

std::vector<CatalogRef> chosen_catalogs(const Site& site, std::span<const CatalogRef> catalogs) {
    std::vector<CatalogRef> chosen;
    for (const std::string& name : site.catalogs) {
        for (const CatalogRef& catalog : catalogs) {
            if (catalog->id == name || catalog->id + ".toml" == name || catalog->source->name() == name) {
                chosen.push_back(catalog);
                break;
            }
        }
    }
    return chosen;
}

namespace site_file {

std::optional<std::string> host_for_address(Site& site, std::string_view text, SourceSpan span) {
    auto set = parse_address_set(text);
    if (!set || set->empty()) return std::nullopt;
    std::string id(text);
    if (site.host(id)) return id;
    // What the site says of a host counts by whichever name it is bound.
    for (const Host& known : site.hosts) {
        if (*known.addresses == *set) return known.id;
    }
    Host host;
    host.id = id;
    host.network = !is_single(*set);
    host.addresses = share(std::move(*set));
    host.span = span;
    site.hosts.push_back(std::move(host));
    return id;
}

void derive_zones(Site& site) {
    for (Host& host : site.hosts) {
        if (!host.zone.empty()) continue;
        for (const Zone& zone : site.zones) {
            if (host.addresses->subset_of(zone.prefixes)) {
                host.zone = zone.id;
                break;
            }
        }
    }
}

}  // namespace site_file

}  // namespace fwproof
