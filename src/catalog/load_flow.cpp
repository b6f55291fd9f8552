// Flows and their services.
#include <fmt/format.h>
#include <algorithm>

#include "catalog/load_parts.hpp"

namespace fwproof::catalog_file {

using toml_file::Problems;
using toml_file::TableReader;
using toml_file::Value;
using toml_file::Words;

namespace {

const Words<Initiator> kInitiatorWords = {
    {"from", Initiator::from}, {"to", Initiator::to}, {"either", Initiator::either}, {"unstated", Initiator::unstated}};
const Words<Configurable> kConfigurableWords = {{"yes", Configurable::yes},
                                                {"no", Configurable::no},
                                                {"unstated", Configurable::unstated},
                                                {"contradictory", Configurable::contradictory}};
const Words<bool> kModeWords = {{"all", false}, {"any", true}};
const Words<End> kEndWords = {{"from", End::from}, {"to", End::to}};

std::optional<When> read_when(TableReader& reader) {
    const Value* table = reader.table("when");
    if (!table) return std::nullopt;
    TableReader part(*table, fmt::format("'when' of {}", reader.what()), reader.problems());
    When when;
    when.colocated = part.boolean("colocated");
    when.attribute = part.string("attr");
    when.parameter = part.string("parameter");
    when.in = part.strings("in");
    when.not_in = part.strings("not");
    when.top_level_site = part.boolean("top-level-site");
    when.generation = part.word("os-generation", generation_words());
    when.of = part.word("of", kEndWords).value_or(End::from);
    part.finish();
    if (when.empty()) reader.problems().add(fmt::format("'when' of {} says nothing", reader.what()), {}, table->span);
    if ((!when.attribute.empty() || !when.parameter.empty()) && when.in.empty() && when.not_in.empty()) {
        reader.problems().add(fmt::format("'when' of {} names no values", reader.what()),
                              "add in = [...] or not = [...]", table->span);
    }
    return when;
}

std::vector<IcmpType> read_icmp(TableReader& reader) {
    std::vector<IcmpType> list;
    for (const Value* table : reader.tables("icmp")) {
        TableReader part(*table, "'icmp' of a service", reader.problems());
        IcmpType icmp;
        part.require("type");
        icmp.type = static_cast<std::uint8_t>(part.integer("type", 0, 255).value_or(0));
        if (auto code = part.integer("code", 0, 255)) icmp.code = static_cast<std::uint8_t>(*code);
        icmp.name = part.string("name");
        part.finish();
        list.push_back(std::move(icmp));
    }
    return list;
}

void read_protocol(TableReader& reader, Service& service) {
    auto parse = [&](const std::string& name, std::string_view key) {
        const auto protocol = parse_protocol(name);
        if (protocol) {
            service.protocols.push_back(*protocol);
        } else {
            reader.problems().add(fmt::format("unknown protocol '{}' in {}", name, reader.what()),
                                  toml_file::suggestion(name, {"tcp", "udp", "icmp", "icmpv6", "unstated"}),
                                  reader.span_of(key));
        }
    };
    const std::string stated = reader.required_string("protocol");
    const std::vector<std::string> inferred = reader.strings("protocol-inferred");
    service.protocol_stated = stated != "unstated";
    if (service.protocol_stated) {
        if (!stated.empty()) parse(stated, "protocol");
        if (!inferred.empty()) {
            reader.problems().add(fmt::format("{} states a protocol and infers one", reader.what()),
                                  "protocol-inferred belongs to protocol = \"unstated\"",
                                  reader.span_of("protocol-inferred"));
        }
        return;
    }
    for (const std::string& name : inferred) parse(name, "protocol-inferred");
    if (inferred.empty()) {
        reader.problems().add(fmt::format("{} has no protocol", reader.what()),
                              "add protocol-inferred = [...] and the basis of it", reader.span_of("protocol"));
    }
}

void read_service_ports(TableReader& reader, Service& service) {
    service.ports = read_port_items(reader, "ports");
    service.ports_unstated = !reader.boolean("ports-stated").value_or(true);
    service.source_ports = read_port_items(reader, "source-ports");
    service.source_ports_inferred = read_port_items(reader, "source-ports-inferred");
    service.source_ports_text = reader.string("source-ports-documented");
    service.icmp = read_icmp(reader);
    const bool with_ports = std::any_of(service.protocols.begin(), service.protocols.end(), has_ports);
    const bool with_types = std::any_of(service.protocols.begin(), service.protocols.end(), has_icmp_type);
    const Value* ports = reader.find("ports");
    if (with_ports && service.ports.empty() && (!ports || ports->items.empty())) {
        reader.problems().add(fmt::format("{} has no 'ports'", reader.what()), "all ports are ports = [\"any\"]",
                              ports ? ports->span : reader.span());
    }
    if (!service.protocols.empty() && !with_ports && !service.ports.empty()) {
        reader.problems().add(
            fmt::format("{} has ports, but {} has none", reader.what(), protocol_name(service.protocols[0])), {},
            reader.span_of("ports"));
    }
    if (!service.protocols.empty() && !with_types && reader.find("icmp")) {
        reader.problems().add(
            fmt::format("{} has 'icmp', but its protocol is {}", reader.what(), protocol_name(service.protocols[0])),
            {}, reader.span_of("icmp"));
    }
}

// What is inferred must say why.
void require_basis(TableReader& reader, const Service& service) {
    const bool inferred = (!service.protocol_stated && !service.protocols.empty()) || service.ports_unstated ||
                          !service.source_ports_inferred.empty() || !service.to_inferred.empty() ||
                          !service.required_inferred || service.initiator_inferred;
    if (!inferred || !service.basis.empty()) return;
    reader.problems().add(fmt::format("{} infers something without a 'basis'", reader.what()),
                          "say in one sentence what the document leaves open and why this is meant", reader.span());
}

// Place of a service: its own cite, or the flow's with another line, row or footnote.
std::vector<Cite> service_cites(TableReader& reader, const CatalogFlow& flow) {
    std::vector<Cite> cites = read_cites(reader, "cite", false);
    const auto line = reader.integer("line", 1, 10'000'000);
    const std::string row = reader.text_or_integer("row");
    const std::string footnote = reader.text_or_integer("footnote");
    if (!line) {
        if (!row.empty() || !footnote.empty()) {
            reader.problems().add(fmt::format("{} gives a row or footnote without a 'line'", reader.what()), {},
                                  reader.span());
        }
        return cites.empty() ? flow.cites : cites;
    }
    Cite cite = flow.cites.empty() ? Cite{} : flow.cites.front();
    cite.line = static_cast<std::uint32_t>(*line);
    if (!row.empty()) cite.row = row;
    if (!footnote.empty()) {
        cite.footnote = footnote;
        cite.row = row;
    }
    cites.insert(cites.begin(), cite);
    return cites;
}

Service read_service(const Value& table, const CatalogFlow& flow, Problems& problems) {
    std::string what = fmt::format("a service of flow '{}'", flow.id);
    for (const auto& entry : table.entries) {
        if (entry.key == "id") what = fmt::format("service '{}' of flow '{}'", entry.value.text, flow.id);
    }
    TableReader reader(table, what, problems);
    Service service;
    service.span = table.span;
    service.id = reader.identifier("id");
    service.title = reader.string("title");
    read_protocol(reader, service);
    read_service_ports(reader, service);
    service.basis = reader.string("basis");
    if (reader.find("phase")) service.phases = reader.words_of("phase", phase_words());
    if (service.phases.empty()) {
        problems.add(fmt::format("{} is needed in no phase", what), "leave 'phase' out for all",
                     reader.span_of("phase"));
    }
    service.phase_basis = reader.string("phase-basis");
    service.phase_of =
        reader.word<PhaseOf>("phase-of", {{"from", PhaseOf::from}, {"to", PhaseOf::to}, {"any", PhaseOf::any}})
            .value_or(PhaseOf::any);
    service.closable = reader.boolean("closable").value_or(false);
    if (service.closable &&
        std::find(service.phases.begin(), service.phases.end(), Phase::runtime) != service.phases.end()) {
        problems.add(fmt::format("{} can be closed, but is needed at run time", what), "add phase = [\"install\"]",
                     reader.span_of("closable"));
    }
    service.group = reader.string("group");
    service.choice = reader.string("choice");
    if (service.choice.empty()) service.choice = service.id;
    service.reply_of = reader.string("reply-of");
    service.companion_of = reader.string("companion-of");
    service.helper = reader.string("helper");
    service.fallback_to = reader.strings("fallback-to");
    service.proxy = reader.string("proxy");
    service.initiator = reader.word("initiator", kInitiatorWords);
    service.initiator_inferred = reader.word("initiator-inferred", kInitiatorWords);
    service.to_inferred = reader.strings("to-inferred");
    service.required_inferred = reader.boolean("required-inferred").value_or(true);
    service.exposing = reader.boolean("never-recommend-open").value_or(false);
    service.severity = reader.word("severity", severity_words());
    service.feature = reader.string("feature");
    service.when = read_when(reader);
    service.configurable = reader.word("configurable", kConfigurableWords);
    service.how = reader.string("how");
    service.note = reader.string("note");
    service.quirks = reader.strings("quirk");
    service.programs = reader.strings("programs");
    service.program_services = reader.strings("program-services");
    service.endpoint_mapper = reader.boolean("endpoint-mapper").value_or(false);
    service.cites = service_cites(reader, flow);
    require_basis(reader, service);
    reader.finish();
    return service;
}

}  // namespace

std::vector<PortItem> read_port_items(TableReader& reader, std::string_view key) {
    std::vector<PortItem> items;
    for (const std::string& text : reader.strings(key)) {
        if (text.size() > 3 && text.starts_with("${") && text.ends_with("}")) {
            items.emplace_back(ParameterPorts{text.substr(2, text.size() - 3)});
            continue;
        }
        if (text.size() > 1 && text.front() == '@') {
            items.emplace_back(RangePorts{text.substr(1)});
            continue;
        }
        const auto ports = text == "any" ? std::optional(PortSet::all()) : parse_ports(text);
        if (!ports || ports->empty() || (text != "any" && ports->contains(0))) {
            reader.problems().add(
                fmt::format("impossible port '{}' in '{}' of {}", text, key, reader.what()),
                "ports are \"443\", \"50000-50200\", \"any\", \"${parameter}\" or \"@range\", from 1 to 65535",
                reader.span_of(key));
            continue;
        }
        items.emplace_back(LiteralPorts{*ports});
    }
    return items;
}

CatalogFlow read_flow(const Value& table, Problems& problems) {
    std::string what = "[[flow]]";
    for (const auto& entry : table.entries) {
        if (entry.key == "id" && !entry.value.text.empty()) what = fmt::format("flow '{}'", entry.value.text);
    }
    TableReader reader(table, what, problems);
    CatalogFlow flow;
    flow.span = table.span;
    flow.id = reader.identifier("id");
    flow.title = reader.string("title");
    reader.require("from");
    reader.require("to");
    flow.from = reader.strings("from");
    flow.to = reader.strings("to");
    flow.from_any = reader.word("from-mode", kModeWords).value_or(false);
    flow.to_any = reader.word("to-mode", kModeWords).value_or(false);
    reader.require("initiator");
    flow.initiator = reader.word("initiator", kInitiatorWords).value_or(Initiator::from);
    flow.initiator_inferred = reader.word("initiator-inferred", kInitiatorWords);
    flow.initiator_basis = reader.string("initiator-basis");
    if (flow.initiator_inferred && flow.initiator_basis.empty()) {
        problems.add(fmt::format("{} infers its initiator without an 'initiator-basis'", what),
                     "say in one sentence what the document leaves open and why this is meant",
                     reader.span_of("initiator-inferred"));
    }
    if (flow.initiator == Initiator::unstated && !flow.initiator_inferred) {
        problems.add(fmt::format("{} has no initiator", what), "add initiator-inferred and initiator-basis",
                     reader.span_of("initiator"));
    }
    flow.one_way_when = reader.string("one-way-when");
    flow.one_way_end = reader.word("one-way-ends", kEndWords).value_or(End::to);
    flow.one_way_interpreted =
        reader.word<bool>("one-way-reading", {{"stated", false}, {"interpreted", true}}).value_or(false);
    flow.assigned = reader.word("assigned", kEndWords);
    flow.site_pairs =
        reader
            .word<SitePairs>("sites",
                             {{"same", SitePairs::same}, {"adjacent", SitePairs::adjacent}, {"any", SitePairs::any}})
            .value_or(SitePairs::same);
    flow.feature = reader.string("feature");
    flow.when = read_when(reader);
    flow.context = reader.string("context");
    flow.configurable = reader.word("configurable", kConfigurableWords).value_or(Configurable::unstated);
    flow.how = reader.string("how");
    flow.note = reader.string("note");
    flow.severity = reader.word("severity", severity_words());
    flow.quirks = reader.strings("quirk");
    flow.cites = read_cites(reader, "cite", true);
    reader.require("service");
    for (const Value* service : reader.tables("service")) {
        flow.services.push_back(read_service(*service, flow, problems));
    }
    if (flow.services.empty() && reader.find("service")) {
        problems.add(fmt::format("{} has no service", what), {}, table.span);
    }
    reader.finish();
    return flow;
}

}  // namespace fwproof::catalog_file
