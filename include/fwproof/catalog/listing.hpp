// A catalog as rows for people and programs: one row per documented item.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "fwproof/catalog/catalog.hpp"

namespace fwproof {

// One documented item in the words of the listing; parameters and ranges stand with their default values.
struct CatalogItem {
    std::string catalog, flow, service;
    std::string from, to;         // role ids joined with "+"
    std::string initiator;        // as documented
    std::string protocol;         // as used; several joined with "+"
    std::string protocol_stated;  // "yes" or "no"
    std::string source_ports;     // "any", "135"
    std::string ports;            // "443", "50000-50200"; "unstated" where there is neither a number nor a default
    std::string icmp;             // "8/0"; empty: types not stated, or not ICMP
    std::string phase;            // joined with "+"
    std::string closable;         // "yes" or "no"
    std::string feature, any_of, configurable;
    std::string section, row;
    std::uint32_t line = 0;
};

std::vector<CatalogItem> catalog_items(const Catalog& catalog);

// "fwproof catalog list": id, product, title, number of items.
std::string list_catalogs(std::span<const CatalogRef> catalogs);

// "fwproof catalog show": each ends with a newline.
std::string render_catalog_text(const Catalog& catalog);
std::string render_catalog_json(const Catalog& catalog);
std::string render_catalog_csv(const Catalog& catalog);  // RFC 4180 with LF; the first line names the columns

}  // namespace fwproof
