// Firewalls and waivers of a site file.
#include <fmt/format.h>
#include <algorithm>

#include "catalog/load_site_parts.hpp"
#include "fwproof/base/letters.hpp"

namespace fwproof::site_file {

using toml_file::Problems;
using toml_file::scalar_text;
using toml_file::TableReader;
using toml_file::Value;
using toml_file::Words;

namespace {

const Words<Verdict> kVerdictWords = {
    {"allow", Verdict::permit}, {"permit", Verdict::permit}, {"deny", Verdict::deny}, {"block", Verdict::deny}};

// The short words of the field beside the names of the checks.
constexpr std::pair<std::string_view, std::string_view> kCodes[] = {
    {"MISSING", "missing-opening"},    {"PARTIAL", "partial-opening"},
    {"STALE", "install-only-opening"}, {"DISABLED", "unselected-feature-opening"},
    {"BROAD", "wider-than-required"},  {"UNDOCUMENTED", "uncatalogued-opening"},
    {"PARAM", "bad-parameter"},        {"AMBIGUOUS", "disputed-entry"},
    {"UNCHECKED", "unchecked-flow"},
};

void read_zone_pairs(TableReader& reader, SiteFirewall& firewall) {
    const Value* zones = reader.find("zones");
    if (!zones) return;
    // One pair may stand without the outer brackets.
    const bool single = zones->items.size() == 2 && zones->items[0].kind == Value::Kind::string;
    const std::vector<Value> one = {*zones};
    for (const Value& pair : single ? one : zones->items) {
        const bool good = pair.items.size() == 2 && pair.items[0].kind == Value::Kind::string &&
                          pair.items[1].kind == Value::Kind::string;
        if (good) {
            firewall.zones.emplace_back(pair.items[0].text, pair.items[1].text);
        } else {
            reader.problems().add("'zones' of [[firewall]] must hold pairs of zones", "zones = [[\"inside\", \"dmz\"]]",
                                  pair.span);
        }
    }
}

void read_interfaces(TableReader& reader, SiteFirewall& firewall) {
    const Value* table = reader.table("interfaces");
    if (!table) return;
    for (const auto& entry : table->entries) {
        std::vector<std::string>& names = firewall.interfaces[entry.key];
        const auto add = [&](const Value& value) {
            if (value.kind != Value::Kind::string) return;
            names.push_back(value.text);
            firewall.interface_spans[value.text] = value.span;
        };
        add(entry.value);
        for (const Value& item : entry.value.items) add(item);
        if (names.empty()) reader.wrong_kind(entry.value, entry.key, "an interface name or a list of them");
    }
}

// Words of Windows and what they mean on the host: {DNS = ["10.0.0.53"]}. The reader of the export knows the words.
template <class Set, class Parse>
void read_keywords(TableReader& reader, std::string_view key, std::string_view expected, const Parse& parse,
                   std::map<std::string, Set>& into) {
    const Value* table = reader.table(key);
    if (!table) return;
    for (const auto& entry : table->entries) {
        std::vector<Value> items = entry.value.items;
        if (entry.value.kind != Value::Kind::array) items = {entry.value};
        if (items.empty()) reader.wrong_kind(entry.value, entry.key, expected);
        for (const Value& item : items) {
            const std::optional<std::string> text = scalar_text(item);
            const auto part = text ? parse(*text) : std::nullopt;
            if (!part || part->empty()) {
                reader.wrong_kind(item, entry.key, expected);
                continue;
            }
            Set& set = into[entry.key];
            set = set | *part;
        }
    }
}

// gpo, mdm and local say which policy store of a Windows host each file is; they stand in place of export.
void read_files(TableReader& reader, SiteFirewall& firewall) {
    const Value* gpo = reader.find("gpo");
    firewall.stores.gpo = reader.strings("gpo");
    firewall.stores.mdm = reader.strings("mdm");
    firewall.stores.local = reader.string("local");
    if (firewall.stores.empty()) reader.require("export");
    firewall.exports = reader.strings("export");
    if (!firewall.stores.empty() && !firewall.exports.empty()) {
        reader.problems().add("[[firewall]] has 'export' beside gpo, mdm or local",
                              "name every store of the host with gpo, mdm and local", reader.span_of("export"));
    }
    if (gpo && gpo->kind == Value::Kind::array && gpo->items.empty()) {
        reader.problems().add("'gpo' of [[firewall]] is empty", "gpo = [\"first.pol\", \"second.pol\"]", gpo->span);
    }
    const auto files = firewall.files();
    firewall.id = reader.string("id");
    if (firewall.id.empty() && !files.empty()) firewall.id = files.front();
}

}  // namespace

SiteFirewall read_firewall(const Value& table, Problems& problems) {
    TableReader reader(table, "[[firewall]]", problems);
    SiteFirewall firewall;
    firewall.span = table.span;
    read_files(reader, firewall);
    firewall.format = reader.string("format");
    firewall.host = reader.string("host");
    const auto kind =
        reader.word<FirewallKind>("kind", {{"host", FirewallKind::host}, {"transit", FirewallKind::transit}});
    firewall.kind = kind.value_or(firewall.host.empty() ? FirewallKind::transit : FirewallKind::host);
    if (firewall.kind == FirewallKind::host && firewall.host.empty()) {
        problems.add(fmt::format("firewall '{}' does not say whose host firewall it is", firewall.id),
                     "add host = \"...\"", table.span);
    }
    if (firewall.kind == FirewallKind::transit && !firewall.host.empty()) {
        problems.add(fmt::format("transit firewall '{}' has a host", firewall.id),
                     "leave 'host' out, or write kind = \"host\"", reader.span_of("host"));
    }
    read_zone_pairs(reader, firewall);
    read_interfaces(reader, firewall);
    firewall.stateful = reader.boolean("stateful");
    firewall.default_inbound = reader.word("default-inbound", kVerdictWords);
    firewall.default_outbound = reader.word("default-outbound", kVerdictWords);
    firewall.helpers = reader.strings("helpers");
    firewall.network_profile =
        reader
            .word<std::string>("network-profile", {{"domain", "domain"}, {"private", "private"}, {"public", "public"}})
            .value_or("");
    if (reader.find("local-subnets")) firewall.local_subnets = read_addresses(reader, "local-subnets");
    read_keywords(
        reader, "address-keywords", "addresses, such as [\"10.0.0.53\"]",
        [](const std::string& text) { return parse_address_set(text); }, firewall.address_keywords);
    const bool twice = std::any_of(firewall.address_keywords.begin(), firewall.address_keywords.end(),
                                   [](const auto& keyword) { return lower_case(keyword.first) == "localsubnet"; });
    if (firewall.local_subnets && twice) {
        problems.add("LocalSubnet is given twice, in 'local-subnets' and in 'address-keywords'",
                     "leave one of them out", reader.span_of("address-keywords"));
    }
    read_keywords(
        reader, "port-keywords", "ports, such as \"50000-50255\"",
        [](const std::string& text) { return parse_ports(text); }, firewall.port_keywords);
    firewall.ipset_file = reader.string("ipset");
    firewall.captured = reader.date("captured");
    reader.finish();
    return firewall;
}

Waiver read_waiver(const Value& table, const SourceRef& source) {
    Problems problems(source);
    TableReader reader(table, "[[waiver]]", problems);
    Waiver waiver;
    waiver.span = table.span;
    waiver.check = reader.string("check");
    if (waiver.check.empty()) waiver.check = reader.string("code");
    reader.find("code");
    for (const auto& [code, check] : kCodes) {
        if (waiver.check == code) waiver.check = check;
    }
    waiver.firewall = reader.string("firewall");
    waiver.catalog = reader.string("catalog");
    waiver.flow = reader.string("flow");
    waiver.service = reader.string("service");
    waiver.hosts = reader.strings("hosts");
    waiver.region = reader.string("region");
    waiver.until = reader.date("until");
    if (!waiver.until) waiver.until = reader.date("expires");
    reader.find("expires");
    waiver.owner = reader.string("owner");
    waiver.reason = reader.string("reason");
    reader.finish();
    const std::vector<Error> errors = problems.take();
    if (!errors.empty()) {
        waiver.problem = errors.front().message;
        if (!errors.front().hint.empty()) waiver.problem += " (" + errors.front().hint + ")";
        waiver.span = errors.front().span;
    } else if (waiver.check.empty()) {
        waiver.problem = "it names no check";
    } else if (waiver.until && !waiver.until->ok()) {
        waiver.problem = "its last day is no day of the calendar";
    } else if (waiver.reason.find_first_not_of(" \t\r\n") == std::string::npos) {
        waiver.problem = "it gives no reason";
    }
    return waiver;
}

}  // namespace fwproof::site_file
