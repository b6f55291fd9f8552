// Parameters, ranges, constraints, groups and statements.
#include <fmt/format.h>
#include <algorithm>
#include <charconv>

#include "catalog/load_parts.hpp"
#include "fwproof/base/address_set.hpp"

namespace fwproof::catalog_file {

using toml_file::Problems;
using toml_file::scalar_text;
using toml_file::TableReader;
using toml_file::Value;
using toml_file::Words;

const Words<OsGeneration>& generation_words() {
    static const Words<OsGeneration> words = {
        {"legacy", OsGeneration::legacy}, {"modern", OsGeneration::modern}, {"unknown", OsGeneration::unknown}};
    return words;
}

const Words<Phase>& phase_words() {
    static const Words<Phase> words = {
        {"install", Phase::install}, {"runtime", Phase::runtime}, {"maintenance", Phase::maintenance}};
    return words;
}

const Words<Severity>& severity_words() {
    static const Words<Severity> words = {
        {"note", Severity::note}, {"warning", Severity::warning}, {"error", Severity::error}};
    return words;
}

namespace {

const Words<Configurable> kConfigurableWords = {{"yes", Configurable::yes},
                                                {"no", Configurable::no},
                                                {"unstated", Configurable::unstated},
                                                {"contradictory", Configurable::contradictory}};

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
    return port;
}

bool is_port_range(std::string_view text) {
    const std::size_t dash = text.find('-');
    if (dash == std::string_view::npos) return parse_port(text).has_value();
    const auto first = parse_port(text.substr(0, dash));
    const auto last = parse_port(text.substr(dash + 1));
    return first && last && *first <= *last;
}

bool is_host_port(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos || !parse_port(text.substr(colon + 1))) return false;
    std::string_view host = text.substr(0, colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
    return parse_address(host).has_value();
}

std::optional<ParameterValue> read_value(TableReader& reader, std::string_view key) {
    const Value* value = reader.find(key);
    if (!value) return std::nullopt;
    auto text = scalar_text(*value);
    if (!text) reader.wrong_kind(*value, key, "a string, an integer, true or false");
    return text;
}

std::vector<ParameterValue> read_values(TableReader& reader, std::string_view key) {
    std::vector<ParameterValue> list;
    const Value* value = reader.find(key);
    if (!value) return list;
    if (value->kind != Value::Kind::array) {
        reader.wrong_kind(*value, key, "an array");
        return list;
    }
    for (const Value& item : value->items) {
        if (auto text = scalar_text(item)) {
            list.push_back(*text);
        } else {
            reader.wrong_kind(item, key, "an array of strings, integers or true and false");
        }
    }
    return list;
}

}  // namespace

std::optional<std::string> value_problem(const Parameter& parameter, const ParameterValue& value) {
    switch (parameter.type) {
        case ParameterType::port:
            if (!parse_port(value)) return "must be a port, 1-65535";
            break;
        case ParameterType::port_range:
            if (!is_port_range(value)) return "must be a port or a range such as 50000-50200";
            break;
        case ParameterType::boolean:
            if (value != "true" && value != "false") return "must be true or false";
            return std::nullopt;
        case ParameterType::host_port:
            if (!is_host_port(value)) return "must be an address and a port such as 10.9.9.9:8080";
            break;
        case ParameterType::enumeration: break;
    }
    const auto& values = parameter.values;
    if (values.empty() || parameter.open_values || std::find(values.begin(), values.end(), value) != values.end()) {
        return std::nullopt;
    }
    return fmt::format("must be one of {}", fmt::join(values, ", "));
}

std::vector<Cite> read_cites(TableReader& reader, std::string_view key, bool required) {
    std::vector<Cite> cites;
    const Value* given = required ? reader.require(key) : reader.find(key);
    if (given && given->kind == Value::Kind::array && given->items.empty()) {
        reader.problems().add(fmt::format("'{}' of {} names no place", key, reader.what()),
                              "name one with cite = {line = 12}", given->span);
    }
    for (const Value* table : reader.tables(key)) {
        TableReader item(*table, fmt::format("'{}' of {}", key, reader.what()), reader.problems());
        Cite cite;
        item.require("line");
        cite.line = static_cast<std::uint32_t>(item.integer("line", 1, 10'000'000).value_or(0));
        cite.section = item.string("section");
        cite.row = item.text_or_integer("row");
        cite.footnote = item.text_or_integer("footnote");
        item.finish();
        cites.push_back(std::move(cite));
    }
    return cites;
}

PortSet read_port_set(TableReader& reader, std::string_view key) {
    PortSet ports;
    for (const std::string& text : reader.strings(key)) {
        const auto part = text == "any" ? std::optional(PortSet::all()) : parse_ports(text);
        if (!part || part->empty() || (text != "any" && part->contains(0))) {
            reader.problems().add(fmt::format("impossible port '{}' in '{}' of {}", text, key, reader.what()),
                                  "ports are \"443\", \"50000-50200\" or \"any\", from 1 to 65535",
                                  reader.span_of(key));
            continue;
        }
        ports = ports | *part;
    }
    return ports;
}

Parameter read_parameter(const Value& table, Problems& problems) {
    TableReader reader(table, "[[parameter]]", problems);
    Parameter parameter;
    parameter.span = table.span;
    parameter.id = reader.identifier("id");
    parameter.title = reader.string("title");
    reader.require("type");
    parameter.type = reader
                         .word<ParameterType>("type", {{"port", ParameterType::port},
                                                       {"port-range", ParameterType::port_range},
                                                       {"enum", ParameterType::enumeration},
                                                       {"bool", ParameterType::boolean},
                                                       {"host-port", ParameterType::host_port}})
                         .value_or(ParameterType::enumeration);
    reader.require("scope");
    parameter.scope = reader
                          .word<ParameterScope>("scope", {{"catalog", ParameterScope::catalog},
                                                          {"from-host", ParameterScope::from_host},
                                                          {"to-host", ParameterScope::to_host},
                                                          {"pair", ParameterScope::pair}})
                          .value_or(ParameterScope::catalog);
    parameter.values = read_values(reader, "values");
    parameter.open_values = reader.boolean("open-values").value_or(false);
    parameter.default_value = read_value(reader, "default");
    for (const Value* item : reader.tables("default-when")) {
        TableReader when(*item, "'default-when' of [[parameter]]", problems);
        ConditionalDefault conditional;
        conditional.attribute = when.required_string("attr");
        conditional.in = when.strings("in");
        conditional.of = when.word<std::string>("of", {{"from", "from"}, {"to", "to"}}).value_or("to");
        when.require("value");
        conditional.value = read_value(when, "value").value_or("");
        when.finish();
        parameter.default_when.push_back(std::move(conditional));
    }
    parameter.configurable = reader.word("configurable", kConfigurableWords).value_or(Configurable::unstated);
    parameter.how = reader.string("how");
    parameter.cites = read_cites(reader, "cite", false);

    const bool typed = reader.find("type") && parameter.type != ParameterType::enumeration;
    if (!typed && parameter.values.empty()) {
        problems.add(fmt::format("parameter '{}' is an enum without 'values'", parameter.id), {}, table.span);
    }
    auto check = [&](const ParameterValue& value, std::string_view key) {
        if (auto problem = value_problem(parameter, value)) {
            problems.add(fmt::format("'{}' in '{}' of parameter '{}' {}", value, key, parameter.id, *problem), {},
                         reader.span_of(key));
        }
    };
    for (const auto& value : parameter.values) check(value, "values");
    if (parameter.default_value) check(*parameter.default_value, "default");
    for (const auto& conditional : parameter.default_when) check(conditional.value, "default-when");
    reader.finish();
    return parameter;
}

PortRange read_range(const Value& table, Problems& problems) {
    TableReader reader(table, "[[range]]", problems);
    PortRange range;
    range.span = table.span;
    range.id = reader.identifier("id");
    range.title = reader.string("title");
    reader.require("protocol");
    range.protocol = reader.word<std::uint8_t>("protocol", {{"tcp", kTcp}, {"udp", kUdp}}).value_or(kTcp);
    for (const Value* item : reader.tables("variant")) {
        TableReader part(*item, "'variant' of [[range]]", problems);
        RangeVariant variant;
        part.require("os-generation");
        variant.generation = part.word("os-generation", generation_words()).value_or(OsGeneration::unknown);
        part.require("ports");
        variant.ports = read_port_set(part, "ports");
        variant.cites = read_cites(part, "cite", false);
        part.finish();
        range.variants.push_back(std::move(variant));
    }
    const Value* fallback = reader.find("default");
    if (fallback && !(fallback->kind == Value::Kind::string && fallback->text == "all-documented")) {
        range.default_generations = reader.words_of("default", generation_words());
    }
    range.restrictable_by = reader.string("restrictable-by");
    range.dynamic_rpc = reader.boolean("dynamic-rpc").value_or(false);
    reader.string("note");
    range.cites = read_cites(reader, "cite", false);
    if (range.variants.empty() && range.restrictable_by.empty()) {
        problems.add(fmt::format("range '{}' can never have ports", range.id),
                     "add variant = [...], or restrictable-by for a range that only the site knows", table.span);
    }
    reader.finish();
    return range;
}

Constraint read_constraint(const Value& table, Problems& problems) {
    TableReader reader(table, "[[constraint]]", problems);
    Constraint constraint;
    constraint.span = table.span;
    constraint.id = reader.identifier("id");
    reader.require("kind");
    constraint.kind = reader
                          .word<ConstraintKind>("kind", {{"paired-ports", ConstraintKind::paired_ports},
                                                         {"unique-per-host", ConstraintKind::unique_per_host},
                                                         {"static-port", ConstraintKind::static_port},
                                                         {"requires-flow", ConstraintKind::requires_flow},
                                                         {"one-of", ConstraintKind::one_of}})
                          .value_or(ConstraintKind::one_of);
    reader.require("level");
    constraint.level = reader.word("level", severity_words()).value_or(Severity::error);
    constraint.interpreted = reader.word<bool>("reading", {{"stated", false}, {"interpreted", true}}).value_or(false);
    constraint.note = reader.string("note");
    switch (constraint.kind) {
        case ConstraintKind::paired_ports: {
            constraint.first = reader.required_string("first");
            constraint.second = reader.required_string("second");
            const Value* pairs = reader.find("pairs");
            for (std::size_t i = 0; pairs && i < pairs->items.size(); ++i) {
                const Value& pair = pairs->items[i];
                auto port = [&](std::size_t index) {
                    return pair.items[index].kind == Value::Kind::integer && pair.items[index].integer > 0 &&
                           pair.items[index].integer <= 65535;
                };
                if (pair.items.size() != 2 || !port(0) || !port(1)) {
                    problems.add("'pairs' of [[constraint]] must hold pairs of ports such as [80, 443]", {}, pair.span);
                    continue;
                }
                constraint.pairs.emplace_back(static_cast<std::uint16_t>(pair.items[0].integer),
                                              static_cast<std::uint16_t>(pair.items[1].integer));
            }
            if (const Value* otherwise = reader.table("otherwise")) {
                TableReader part(*otherwise, "'otherwise' of [[constraint]]", problems);
                if (auto step = part.integer("second-equals-first-plus", -65535, 65535)) {
                    constraint.step = static_cast<int>(*step);
                }
                constraint.at_least = part.boolean("or-more").value_or(false);
                part.finish();
            }
            break;
        }
        case ConstraintKind::requires_flow:
            reader.require("when-parameter");
            if (const Value* when = reader.table("when-parameter"); when && when->entries.size() == 1) {
                constraint.when_parameter = when->entries[0].key;
                constraint.when_value = scalar_text(when->entries[0].value).value_or("");
            } else if (when) {
                problems.add("'when-parameter' of [[constraint]] must name one parameter and its value", {},
                             when->span);
            }
            constraint.of_group = reader.required_string("of-group");
            constraint.also_group = reader.required_string("also-group");
            break;
        case ConstraintKind::static_port:
            if (const Value* when = reader.table("when-attr"); when && !when->entries.empty()) {
                constraint.attribute = when->entries[0].key;
                constraint.attribute_value = scalar_text(when->entries[0].value).value_or("");
            }
            [[fallthrough]];
        case ConstraintKind::unique_per_host:
        case ConstraintKind::one_of:
            reader.require("parameters");
            constraint.parameters = reader.strings("parameters");
            if (reader.find("parameters") && constraint.parameters.empty()) {
                problems.add("'parameters' of [[constraint]] names none", {}, reader.span_of("parameters"));
            }
            constraint.roles = reader.strings("roles");
            break;
    }
    constraint.cites = read_cites(reader, "cite", true);
    reader.finish();
    return constraint;
}

AnyOf read_group(const Value& table, Problems& problems) {
    TableReader reader(table, "[[any-of]]", problems);
    AnyOf group;
    group.span = table.span;
    group.id = reader.identifier("id");
    group.selector = reader.string("selector");
    for (const Value* item : reader.tables("variants")) {
        std::map<std::string, ParameterValue> variant;
        for (const auto& entry : item->entries) {
            if (auto text = scalar_text(entry.value)) {
                variant[entry.key] = *text;
            } else {
                reader.wrong_kind(entry.value, entry.key, "a parameter's value");
            }
        }
        group.variants.push_back(std::move(variant));
    }
    group.cites = read_cites(reader, "cite", false);
    reader.finish();
    return group;
}

Statement read_statement(StatementKind kind, const Value& table, Problems& problems) {
    TableReader reader(table, fmt::format("[[{}]]", to_string(kind)), problems);
    Statement statement;
    statement.kind = kind;
    statement.span = table.span;
    statement.id = reader.find("id") ? reader.identifier("id") : "";
    statement.title = reader.required_string(kind == StatementKind::advice ? "text" : "title");
    statement.protocol = reader.word<std::uint8_t>("protocol", {{"tcp", kTcp}, {"udp", kUdp}, {"icmp", kIcmp}});
    statement.ports = read_port_set(reader, "ports");
    if (!statement.ports.empty() && !reader.find("protocol")) {
        problems.add(fmt::format("{} has ports without a protocol", reader.what()), {}, reader.span_of("ports"));
    }
    statement.ports_unstated = !reader.boolean("ports-stated").value_or(true);
    statement.basis = reader.string("basis");
    if (statement.ports_unstated && statement.basis.empty()) {
        problems.add(fmt::format("{} infers its ports without a 'basis'", reader.what()), {}, table.span);
    }
    statement.roles = reader.strings("roles");
    statement.cites = read_cites(reader, "cite", true);
    reader.finish();
    return statement;
}

}  // namespace fwproof::catalog_file
