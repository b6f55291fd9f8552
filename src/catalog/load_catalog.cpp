#include <fmt/format.h>
#include <algorithm>

#include "catalog/load_parts.hpp"

namespace fwproof {

using namespace catalog_file;
using toml_file::Problems;
using toml_file::TableReader;
using toml_file::Value;

namespace {

Document read_document(const Value& table, Problems& problems) {
    TableReader reader(table, "[document]", problems);
    Document document;
    document.title = reader.required_string("title");
    document.file = reader.required_string("file");
    document.sha256 = reader.required_string("sha256");
    const bool hex = document.sha256.size() == 64 &&
                     std::all_of(document.sha256.begin(), document.sha256.end(),
                                 [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
    if (!document.sha256.empty() && !hex) {
        problems.add("'sha256' of [document] is not a SHA-256 sum", "64 hexadecimal digits in lower case",
                     reader.span_of("sha256"));
    }
    document.url = reader.string("url");
    document.revised = reader.date("revised");
    const auto directions = reader.word<bool>("open-directions", {{"initiator", false}, {"both", true}});
    document.open_both_directions = directions.value_or(false);
    document.open_directions_quirk = reader.string("open-directions-quirk");
    document.open_directions_cites = read_cites(reader, "open-directions-cite", document.open_both_directions);
    reader.finish();
    return document;
}

Role read_role(const Value& table, Problems& problems) {
    TableReader reader(table, "[[role]]", problems);
    Role role;
    role.span = table.span;
    role.id = reader.identifier("id");
    role.title = reader.required_string("title");
    reader.require("kind");
    role.kind = reader
                    .word<RoleKind>("kind", {{"host", RoleKind::host},
                                             {"external", RoleKind::external},
                                             {"user-agent", RoleKind::user_agent},
                                             {"service", RoleKind::service}})
                    .value_or(RoleKind::host);
    role.aliases = reader.strings("aliases");
    role.per_site = reader.word<bool>("scope", {{"site", true}}).value_or(false);
    role.anywhere = reader.word<bool>("addresses", {{"any", true}, {"outside", false}}).value_or(false);
    if (reader.find("addresses") && role.kind != RoleKind::external) {
        problems.add(fmt::format("role '{}' has 'addresses' but is not external", role.id), {},
                     reader.span_of("addresses"));
    }
    role.cites = read_cites(reader, "cite", false);
    reader.finish();
    return role;
}

Feature read_feature(const Value& table, Problems& problems) {
    TableReader reader(table, "[[feature]]", problems);
    Feature feature;
    feature.span = table.span;
    feature.id = reader.identifier("id");
    feature.title = reader.required_string("title");
    reader.require("default");
    feature.on = reader.boolean("default").value_or(false);
    feature.required_features = reader.strings("requires");
    feature.cites = read_cites(reader, "cite", false);
    reader.finish();
    return feature;
}

}  // namespace

Loaded<CatalogRef> load_catalog(const SourceRef& source) {
    auto root = toml_file::parse(source);
    if (!root) return tl::unexpected(std::vector<Error>{root.error()});

    Problems problems(source);
    auto catalog = std::make_shared<Catalog>();
    catalog->source = source;
    TableReader top(*root, "the catalog", problems);
    const std::string format = top.required_string("format");
    if (!format.empty() && format != "flow-catalog/1") {
        problems.add(fmt::format("this program cannot read the format '{}'", format),
                     "a catalog has format = \"flow-catalog/1\"", top.span_of("format"));
    }
    top.require("catalog");
    if (const Value* table = top.table("catalog")) {
        TableReader reader(*table, "[catalog]", problems);
        catalog->id = reader.identifier("id");
        catalog->product = reader.required_string("product");
        catalog->title = reader.required_string("title");
        reader.finish();
    }
    top.require("document");
    if (const Value* table = top.table("document")) catalog->document = read_document(*table, problems);
    for (const Value* table : top.tables("role")) catalog->roles.push_back(read_role(*table, problems));
    for (const Value* table : top.tables("feature")) catalog->features.push_back(read_feature(*table, problems));
    for (const Value* table : top.tables("parameter")) catalog->parameters.push_back(read_parameter(*table, problems));
    for (const Value* table : top.tables("range")) catalog->ranges.push_back(read_range(*table, problems));
    for (const Value* table : top.tables("constraint")) {
        catalog->constraints.push_back(read_constraint(*table, problems));
    }
    for (const Value* table : top.tables("any-of")) catalog->groups.push_back(read_group(*table, problems));
    for (const Value* table : top.tables("flow")) catalog->flows.push_back(read_flow(*table, problems));
    for (const StatementKind kind : {StatementKind::not_required, StatementKind::informational,
                                     StatementKind::not_covered, StatementKind::advice}) {
        for (const Value* table : top.tables(to_string(kind))) {
            catalog->statements.push_back(read_statement(kind, *table, problems));
        }
    }
    top.finish();
    // Dangling names are only worth a word when the tables themselves could be read.
    if (problems.empty()) check_references(*catalog, problems);
    if (!problems.empty()) return tl::unexpected(problems.take());
    return catalog;
}

}  // namespace fwproof
