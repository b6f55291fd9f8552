// The loaders of a site file's tables, by topic.
#pragma once

#include "catalog/table_reader.hpp"
#include "fwproof/catalog/site.hpp"

namespace fwproof::site_file {

// Addresses, prefixes, ranges and "any", one string or several.
AddressSet read_addresses(toml_file::TableReader& reader, std::string_view key);

SiteFirewall read_firewall(const toml_file::Value& table, toml_file::Problems& problems);
// Never a problem of the file: a malformed waiver covers nothing and says why.
Waiver read_waiver(const toml_file::Value& table, const SourceRef& source);

// Names that nothing in the site defines; zones of hosts that name none.
void check_references(Site& site, toml_file::Problems& problems);
// Takes from every zone what lies in a zone inside it. A problem where two zones cross or are the same.
void separate_zones(Site& site, toml_file::Problems& problems);
// Of separated zones: a problem for each host whose addresses are another zone's than the one that it names.
void check_zones_of_hosts(const Site& site, toml_file::Problems& problems);
void derive_zones(Site& site);

// The host for an address, prefix or range as written; added when the site has none of that id. Nothing: not an
// address.
std::optional<std::string> host_for_address(Site& site, std::string_view text, SourceSpan span);

}  // namespace fwproof::site_file
