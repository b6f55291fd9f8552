#include "fwproof/catalog/listing.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "fwproof/base/csv.hpp"

namespace fwproof {

namespace {

std::string default_ports(const Catalog& catalog, const std::vector<PortItem>& items) {
    PortSet ports;
    for (const PortItem& item : items) {
        if (const auto* literal = std::get_if<LiteralPorts>(&item)) {
            ports = ports | literal->ports;
        } else if (const auto* named = std::get_if<ParameterPorts>(&item)) {
            const Parameter* parameter = catalog.parameter(named->parameter);
            if (parameter && parameter->default_value) {
                ports = ports | parse_ports(*parameter->default_value).value_or(PortSet());
            }
        } else if (const auto* range = std::get_if<RangePorts>(&item)) {
            if (const PortRange* found = catalog.range(range->range)) {
                for (const RangeVariant& variant : found->variants) ports = ports | variant.ports;
            }
        }
    }
    return ports.empty() ? "unstated" : to_string(ports);
}

template <class T, class Name>
std::string joined(const std::vector<T>& list, Name name) {
    std::string text;
    for (const T& item : list) {
        if (!text.empty()) text += '+';
        text += name(item);
    }
    return text;
}

std::string row_text(const Cite& cite) {
    if (cite.footnote.empty()) return cite.row;
    return cite.row.empty() ? "footnote " + cite.footnote : cite.row + ", footnote " + cite.footnote;
}

CatalogItem item_of(const Catalog& catalog, const CatalogFlow& flow, const Service& service) {
    const auto same = [](const std::string& text) { return text; };
    CatalogItem item;
    item.catalog = catalog.id;
    item.flow = flow.id;
    item.service = service.id;
    item.from = joined(flow.from, same);
    item.to = joined(flow.to, same);
    item.initiator = to_string(service.initiator.value_or(flow.initiator));
    item.protocol = joined(service.protocols, [](std::uint8_t protocol) { return protocol_name(protocol); });
    item.protocol_stated = service.protocol_stated ? "yes" : "no";
    item.source_ports = service.source_ports.empty() ? "any" : default_ports(catalog, service.source_ports);
    const bool with_ports = std::any_of(service.protocols.begin(), service.protocols.end(), has_ports);
    if (with_ports) item.ports = service.ports.empty() ? "unstated" : default_ports(catalog, service.ports);
    item.icmp = joined(service.icmp, [](const IcmpType& icmp) {
        return icmp.code ? fmt::format("{}/{}", icmp.type, *icmp.code) : std::to_string(icmp.type);
    });
    item.phase = joined(service.phases, [](Phase phase) { return std::string(to_string(phase)); });
    item.closable = service.closable ? "yes" : "no";
    item.feature = service.feature.empty() ? flow.feature : service.feature;
    item.any_of = service.group;
    item.configurable = to_string(service.configurable.value_or(flow.configurable));
    const Cite& cite = service.cites.front();
    item.section = cite.section;
    item.row = row_text(cite);
    item.line = cite.line;
    return item;
}

// A statement with a printed port is an item too, though nothing needs it.
CatalogItem item_of(const Catalog& catalog, const Statement& statement, std::size_t number) {
    CatalogItem item;
    item.catalog = catalog.id;
    item.flow = to_string(statement.kind);
    item.service = statement.id.empty() ? std::to_string(number) : statement.id;
    item.to = fmt::format("{}", fmt::join(statement.roles, "+"));
    item.initiator = "unstated";
    item.protocol = protocol_name(*statement.protocol);
    item.protocol_stated = "yes";
    item.source_ports = "any";
    item.ports = to_string(statement.ports);
    item.closable = "no";
    item.configurable = "unstated";
    item.section = statement.cites.front().section;
    item.row = row_text(statement.cites.front());
    item.line = statement.cites.front().line;
    return item;
}

using Column = std::pair<std::string_view, std::string CatalogItem::*>;
// Every column but the line, which comes last.
constexpr std::array<Column, 18> kColumns = {{
    {"catalog", &CatalogItem::catalog},
    {"flow", &CatalogItem::flow},
    {"service", &CatalogItem::service},
    {"from", &CatalogItem::from},
    {"to", &CatalogItem::to},
    {"initiator", &CatalogItem::initiator},
    {"protocol", &CatalogItem::protocol},
    {"protocol_stated", &CatalogItem::protocol_stated},
    {"source_ports", &CatalogItem::source_ports},
    {"ports", &CatalogItem::ports},
    {"icmp", &CatalogItem::icmp},
    {"phase", &CatalogItem::phase},
    {"closable", &CatalogItem::closable},
    {"feature", &CatalogItem::feature},
    {"any_of", &CatalogItem::any_of},
    {"configurable", &CatalogItem::configurable},
    {"section", &CatalogItem::section},
    {"row", &CatalogItem::row},
}};

}  // namespace

std::vector<CatalogItem> catalog_items(const Catalog& catalog) {
    std::vector<CatalogItem> items;
    for (const CatalogFlow& flow : catalog.flows) {
        for (const Service& service : flow.services) items.push_back(item_of(catalog, flow, service));
    }
    std::size_t number = 0;
    for (const Statement& statement : catalog.statements) {
        ++number;
        if (!statement.protocol || statement.ports.empty() || statement.ports_unstated) continue;
        items.push_back(item_of(catalog, statement, number));
    }
    return items;
}

std::string list_catalogs(std::span<const CatalogRef> catalogs) {
    std::size_t id_width = 0, product_width = 0;
    for (const CatalogRef& catalog : catalogs) {
        id_width = std::max(id_width, catalog->id.size());
        product_width = std::max(product_width, catalog->product.size());
    }
    std::string text;
    for (const CatalogRef& catalog : catalogs) {
        text += fmt::format("{:<{}}  {:<{}}  {:>3} items  {}\n", catalog->id, id_width, catalog->product, product_width,
                            catalog_items(*catalog).size(), catalog->title);
    }
    return text;
}

std::string render_catalog_text(const Catalog& catalog) {
    std::string text = fmt::format("{}: {}\ndocument: {}", catalog.id, catalog.product, catalog.document.title);
    if (catalog.document.revised) {
        text += fmt::format(", {:04}-{:02}-{:02}", static_cast<int>(catalog.document.revised->year()),
                            static_cast<unsigned>(catalog.document.revised->month()),
                            static_cast<unsigned>(catalog.document.revised->day()));
    }
    text += "\n\nroles\n";
    for (const Role& role : catalog.roles) {
        text += fmt::format("  {:<34} {}{}\n", role.id, role.title,
                            role.kind == RoleKind::host ? "" : fmt::format(" ({})", to_string(role.kind)));
    }
    if (!catalog.features.empty()) text += "\nfeatures\n";
    for (const Feature& feature : catalog.features) {
        text += fmt::format("  {:<34} {} (default {})\n", feature.id, feature.title, feature.on ? "on" : "off");
    }
    if (!catalog.parameters.empty()) text += "\nparameters\n";
    for (const Parameter& parameter : catalog.parameters) {
        text += fmt::format("  {:<34} {}, {}{}\n", parameter.id, to_string(parameter.type), to_string(parameter.scope),
                            parameter.default_value ? ", default " + *parameter.default_value : ", no default");
    }
    text += "\nflows\n";
    for (const CatalogFlow& flow : catalog.flows) {
        const bool first_only = !flow.cites.empty();
        text += fmt::format("  {}: {} > {}{}\n", flow.id, fmt::join(flow.from, "+"), fmt::join(flow.to, "+"),
                            first_only ? fmt::format("  (line {})", flow.cites.front().line) : "");
        for (const Service& service : flow.services) {
            const CatalogItem item = item_of(catalog, flow, service);
            std::string what = item.protocol;
            if (!item.ports.empty()) what += "/" + item.ports;
            if (!item.icmp.empty()) what += "/" + item.icmp;
            if (item.source_ports != "any") what += " from " + item.source_ports;
            std::vector<std::string> remarks;
            if (!service.title.empty()) remarks.push_back(service.title);
            if (item.initiator != "from") {
                remarks.push_back(item.initiator == "to" ? "opened by the other end" : "opened by " + item.initiator);
            }
            if (!service.protocol_stated) remarks.emplace_back("protocol inferred");
            if (item.phase != "install+runtime") remarks.push_back("phase " + item.phase);
            if (service.closable) remarks.emplace_back("closable");
            if (!item.feature.empty()) remarks.push_back("feature " + item.feature);
            if (!item.any_of.empty()) remarks.push_back("any of " + item.any_of);
            remarks.push_back(fmt::format("line {}", item.line));
            text += fmt::format("    {:<30} {}\n", what, fmt::join(remarks, ", "));
        }
    }
    if (!catalog.statements.empty()) text += "\nalso stated\n";
    for (const Statement& statement : catalog.statements) {
        text += fmt::format("  {}: {} (line {})\n", to_string(statement.kind), statement.title,
                            statement.cites.front().line);
    }
    return text;
}

std::string render_catalog_csv(const Catalog& catalog) {
    std::vector<std::string> cells;
    for (const auto& [name, member] : kColumns) cells.emplace_back(name);
    cells.emplace_back("line");
    std::string text = csv_line(cells);
    for (const CatalogItem& item : catalog_items(catalog)) {
        cells.clear();
        for (const auto& [name, member] : kColumns) cells.push_back(item.*member);
        cells.push_back(fmt::format("{}", item.line));
        text += csv_line(cells);
    }
    return text;
}

std::string render_catalog_json(const Catalog& catalog) {
    using nlohmann::ordered_json;
    ordered_json json;
    json["id"] = catalog.id;
    json["product"] = catalog.product;
    json["title"] = catalog.title;
    json["document"] = {
        {"title", catalog.document.title}, {"file", catalog.document.file}, {"sha256", catalog.document.sha256}};
    json["roles"] = ordered_json::array();
    for (const Role& role : catalog.roles) {
        json["roles"].push_back({{"id", role.id},
                                 {"title", role.title},
                                 {"kind", std::string(to_string(role.kind))},
                                 {"aliases", role.aliases}});
    }
    json["features"] = ordered_json::array();
    for (const Feature& feature : catalog.features) {
        json["features"].push_back({{"id", feature.id}, {"title", feature.title}, {"default", feature.on}});
    }
    json["parameters"] = ordered_json::array();
    for (const Parameter& parameter : catalog.parameters) {
        ordered_json entry = {{"id", parameter.id},
                              {"type", std::string(to_string(parameter.type))},
                              {"scope", std::string(to_string(parameter.scope))}};
        entry["default"] = parameter.default_value ? ordered_json(*parameter.default_value) : ordered_json();
        entry["values"] = parameter.values;
        entry["configurable"] = std::string(to_string(parameter.configurable));
        json["parameters"].push_back(std::move(entry));
    }
    json["items"] = ordered_json::array();
    for (const CatalogItem& item : catalog_items(catalog)) {
        ordered_json entry;
        for (const auto& [name, member] : kColumns) entry[std::string(name)] = item.*member;
        entry["line"] = item.line;
        json["items"].push_back(std::move(entry));
    }
    json["statements"] = ordered_json::array();
    for (const Statement& statement : catalog.statements) {
        json["statements"].push_back({{"kind", std::string(to_string(statement.kind))},
                                      {"title", statement.title},
                                      {"line", statement.cites.front().line}});
    }
    // A user's catalog may hold bytes that are no UTF-8; they are shown as replacement characters.
    return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace fwproof
