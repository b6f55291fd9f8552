#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "catalog/ids.hpp"
#include "catalog/load_parts.hpp"
#include "catalog/load_site_parts.hpp"

namespace fwproof {

using namespace site_file;
using toml_file::ids;
using toml_file::known;
using toml_file::Problems;
using toml_file::scalar_text;
using toml_file::TableReader;
using toml_file::unique;
using toml_file::Value;

namespace site_file {

AddressSet read_addresses(TableReader& reader, std::string_view key) {
    AddressSet set;
    for (const std::string& text : reader.strings(key)) {
        const auto part = parse_address_set(text);
        if (part && !part->empty()) {
            set = set | *part;
        } else {
            reader.problems().add(fmt::format("'{}' in '{}' of {} is no address", text, key, reader.what()),
                                  "addresses are 10.1.0.11, 10.1.0.0/24, 10.1.0.5-10.1.0.9 or their IPv6 forms",
                                  reader.span_of(key));
        }
    }
    return set;
}

void check_references(Site& site, Problems& problems) {
    unique("zone", site.zones, problems);
    unique("host", site.hosts, problems);
    unique("firewall", site.firewalls, problems);
    for (const Host& host : site.hosts) {
        if (!host.zone.empty()) known("zone", host.zone, site.zones, host.span, problems);
    }
    for (const Binding& binding : site.bindings) {
        for (const auto& id : binding.assigned_to) known("host", id, site.hosts, binding.assigned_span, problems);
    }
    for (const SiteFirewall& firewall : site.firewalls) {
        if (!firewall.host.empty()) known("host", firewall.host, site.hosts, firewall.span, problems);
        for (const auto& [one, other] : firewall.zones) {
            known("zone", one, site.zones, firewall.span, problems);
            known("zone", other, site.zones, firewall.span, problems);
        }
        for (const auto& [zone, interfaces] : firewall.interfaces) {
            known("zone", zone, site.zones, firewall.span, problems);
        }
    }
    std::set<std::pair<std::string, std::string>> ways;
    for (const SitePath& path : site.paths) {
        known("zone", path.from_zone, site.zones, path.span, problems);
        known("zone", path.to_zone, site.zones, path.span, problems);
        for (const auto& id : path.via) {
            if (!known("firewall", id, site.firewalls, path.span, problems)) continue;
            if (site.firewall(id)->kind == FirewallKind::transit) continue;
            problems.add(fmt::format("firewall '{}' of [[path]] is a host firewall", id),
                         "leave it out: it stands at its host whatever the way", path.span);
        }
        if (!ways.emplace(path.from_zone, path.to_zone).second) {
            problems.add(fmt::format("a second [[path]] from zone '{}' to zone '{}'", path.from_zone, path.to_zone),
                         "name every firewall on the way in one 'via'", path.span);
        }
    }
}

}  // namespace site_file

namespace {

void read_site_table(const Value& table, Site& site, Problems& problems) {
    TableReader reader(table, "[site]", problems);
    site.name = reader.string("name");
    reader.require("catalogs");
    site.catalogs = reader.strings("catalogs");
    if (reader.find("catalogs") && site.catalogs.empty()) {
        problems.add("'catalogs' of [site] names none", "catalogs = [\"scom\"]", reader.span_of("catalogs"));
    }
    for (std::size_t i = 0; i < site.catalogs.size(); ++i) {
        const Value* value = reader.find("catalogs");
        site.catalog_spans.push_back(i < value->items.size() ? value->items[i].span : value->span);
    }
    site.phase = reader.word("phase", catalog_file::phase_words()).value_or(Phase::runtime);
    site.reading = reader
                       .word<SiteReading>("reading", {{"either", SiteReading::either},
                                                      {"documented", SiteReading::documented},
                                                      {"inferred", SiteReading::inferred}})
                       .value_or(SiteReading::either);
    site.date = reader.date("date");
    reader.finish();
}

Zone read_zone(const Value& table, Problems& problems) {
    TableReader reader(table, "[[zone]]", problems);
    Zone zone;
    zone.span = table.span;
    zone.id = reader.required_string("id");
    reader.require("prefixes");
    zone.prefixes = read_addresses(reader, "prefixes");
    reader.finish();
    return zone;
}

Host read_host(const Value& table, Problems& problems) {
    TableReader reader(table, "[[host]]", problems);
    Host host;
    host.span = table.span;
    host.id = reader.required_string("id");
    reader.require("addresses");
    host.addresses = share(read_addresses(reader, "addresses"));
    host.zone = reader.string("zone");
    host.network = reader.boolean("network").value_or(false);
    host.generation = reader.word("os-generation", catalog_file::generation_words()).value_or(OsGeneration::unknown);
    host.phase = reader.word("phase", catalog_file::phase_words());
    if (const Value* attributes = reader.table("attrs")) {
        for (const auto& entry : attributes->entries) {
            if (auto text = scalar_text(entry.value)) {
                host.attributes[entry.key] = *text;
            } else {
                reader.wrong_kind(entry.value, entry.key, "a string");
            }
        }
    }
    reader.finish();
    return host;
}

void read_binding(const Value& table, Site& site, Problems& problems) {
    TableReader reader(table, "[[bind]]", problems);
    Binding binding;
    binding.span = table.span;
    binding.catalog = reader.string("catalog");
    binding.role = reader.required_string("role");
    for (const std::string& id : reader.strings("hosts")) {
        if (site.host(id)) {
            binding.hosts.push_back(id);
        } else if (auto host = host_for_address(site, id, reader.span_of("hosts"))) {
            binding.hosts.push_back(*host);
        } else {
            problems.unknown("host", id, ids(site.hosts), reader.span_of("hosts"));
        }
    }
    for (const std::string_view key : {"addresses", "prefixes"}) {
        for (const std::string& text : reader.strings(key)) {
            if (auto host = host_for_address(site, text, reader.span_of(key))) {
                binding.hosts.push_back(*host);
            } else {
                problems.add(fmt::format("'{}' in '{}' of [[bind]] is no address", text, key),
                             "addresses are 10.1.0.11, 10.1.0.0/24, 10.1.0.5-10.1.0.9 or their IPv6 forms",
                             reader.span_of(key));
            }
        }
    }
    std::size_t given = 0;
    for (const std::string_view key : {"hosts", "addresses", "prefixes"}) given += reader.strings(key).size();
    if (given == 0) {
        problems.add(fmt::format("role '{}' is bound to nothing", binding.role),
                     "add hosts = [...] or addresses = [...]", table.span);
    }
    binding.phase = reader.word("phase", catalog_file::phase_words());
    if (const Value* parameters = reader.table("parameters")) {
        for (const auto& entry : parameters->entries) {
            auto text = scalar_text(entry.value);
            if (!text) reader.wrong_kind(entry.value, entry.key, "a parameter's value");
            binding.parameters[entry.key] = text.value_or("");
            binding.parameter_spans[entry.key] = entry.value.span;
        }
    }
    binding.assigned_to = reader.strings("assigned-to");
    binding.site = reader.string("site");
    binding.parent = reader.string("parent");
    binding.assigned_span = reader.span_of("assigned-to");
    binding.parent_span = reader.span_of("parent");
    binding.programs = reader.strings("programs");
    binding.program_services = reader.strings("program-services");
    reader.finish();
    site.bindings.push_back(std::move(binding));
}

// [parameters.scom] and [features.scom]
void read_settings(TableReader& top, Site& site, Problems& problems) {
    if (const Value* table = top.table("parameters")) {
        for (const auto& catalog : table->entries) {
            for (const auto& entry : catalog.value.entries) {
                const auto text = scalar_text(entry.value);
                if (!text) {
                    problems.add(fmt::format("parameter '{}' cannot be {}", entry.key, kind_name(entry.value.kind)), {},
                                 entry.value.span);
                }
                site.parameters[catalog.key][entry.key] = text.value_or("");
                site.setting_spans[catalog.key + "/" + entry.key] = entry.value.span;
            }
            if (catalog.value.kind != Value::Kind::table) {
                problems.add(fmt::format("'parameters.{}' must be a table", catalog.key),
                             "write [parameters.CATALOG] and below it PARAMETER = VALUE", catalog.value.span);
            }
            site.setting_spans[catalog.key] = catalog.key_span;
        }
    }
    if (const Value* table = top.table("features")) {
        for (const auto& catalog : table->entries) {
            for (const auto& entry : catalog.value.entries) {
                if (entry.value.kind != Value::Kind::boolean) {
                    problems.add(fmt::format("feature '{}' must be true or false", entry.key), {}, entry.value.span);
                }
                site.features[catalog.key][entry.key] = entry.value.boolean;
                site.setting_spans[catalog.key + "/" + entry.key] = entry.key_span;
            }
            if (catalog.value.kind != Value::Kind::table) {
                problems.add(fmt::format("'features.{}' must be a table", catalog.key),
                             "write [features.CATALOG] and below it FEATURE = true", catalog.value.span);
            }
            site.setting_spans[catalog.key] = catalog.key_span;
        }
    }
}

SitePath read_path(const Value& table, Problems& problems) {
    TableReader reader(table, "[[path]]", problems);
    SitePath path;
    path.span = table.span;
    path.from_zone = reader.required_string("from-zone");
    path.to_zone = reader.required_string("to-zone");
    reader.require("via");
    path.via = reader.strings("via");
    reader.finish();
    return path;
}

}  // namespace

Loaded<Site> load_site(const SourceRef& source) {
    auto root = toml_file::parse(source);
    if (!root) return tl::unexpected(std::vector<Error>{root.error()});

    Problems problems(source);
    Site site;
    site.sources.push_back(source);
    TableReader top(*root, "the site file", problems);
    const std::string format = top.required_string("format");
    if (!format.empty() && format != "flow-site/1") {
        problems.add(fmt::format("this program cannot read the format '{}'", format),
                     "a site file has format = \"flow-site/1\"", top.span_of("format"));
    }
    top.require("site");
    if (const Value* table = top.table("site")) read_site_table(*table, site, problems);
    for (const Value* table : top.tables("zone")) site.zones.push_back(read_zone(*table, problems));
    for (const Value* table : top.tables("host")) site.hosts.push_back(read_host(*table, problems));
    for (const Value* table : top.tables("bind")) read_binding(*table, site, problems);
    read_settings(top, site, problems);
    for (const Value* table : top.tables("firewall")) site.firewalls.push_back(read_firewall(*table, problems));
    for (const Value* table : top.tables("path")) site.paths.push_back(read_path(*table, problems));
    for (const Value* table : top.tables("waiver")) site.waivers.push_back(read_waiver(*table, source));
    top.finish();
    check_references(site, problems);
    separate_zones(site, problems);
    check_zones_of_hosts(site, problems);
    if (!problems.empty()) return tl::unexpected(problems.take());
    derive_zones(site);
    return site;
}

Loaded<ProjectFile> load_project(const SourceRef& source) {
    auto root = toml_file::parse(source);
    if (!root) return tl::unexpected(std::vector<Error>{root.error()});
    Problems problems(source);
    ProjectFile project;
    project.source = source;
    TableReader top(*root, "the project file", problems);
    project.site = top.string("site");
    for (const Value* table : top.tables("waiver")) project.waivers.push_back(read_waiver(*table, source));
    top.finish();
    if (!problems.empty()) return tl::unexpected(problems.take());
    return project;
}

}  // namespace fwproof
