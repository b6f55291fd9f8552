#include "catalog/resolve_packets.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "catalog/ids.hpp"
#include "catalog/resolve_ports.hpp"
#include "fwproof/base/letters.hpp"

namespace fwproof::catalog_resolve {

namespace {

using toml_file::in;

Severity weaker(Severity severity) { return severity == Severity::error ? Severity::warning : Severity::note; }

ServiceTerm term(std::uint8_t protocol, PortSet destination, PortSet source) {
    ServiceTerm result;
    result.protocols = ProtocolSet::of(protocol);
    if (has_ports(protocol)) {
        result.destination_ports = std::move(destination);
        result.source_ports = std::move(source);
    }
    return result;
}

IcmpSet icmp_types(const Service& service) {
    IcmpSet types;
    for (const IcmpType& icmp : service.icmp) {
        types = types | (icmp.code ? icmp_code(icmp.type, *icmp.code) : icmp_type(icmp.type));
    }
    return types;
}

// Any source port where the document only describes them, and every code of an ICMP type.
ServiceSetRef tolerated(const Service& service, std::uint8_t protocol, const PortSet& ports) {
    if (has_ports(protocol) && !service.source_ports_text.empty()) {
        return share({{term(protocol, ports, PortSet::all())}});
    }
    if (!has_icmp_type(protocol) || service.icmp.empty()) return nullptr;
    ServiceTerm packets = term(protocol, {}, {});
    packets.icmp = {};
    for (const IcmpType& icmp : service.icmp) packets.icmp = packets.icmp | icmp_type(icmp.type);
    return share({{std::move(packets)}});
}

}  // namespace

void Packets::add(const Service& service, const Ends& ends, const std::vector<PortItem>& source_ports,
                  Requirement requirement) {
    add_proxy(service, ends, requirement);
    add_ports(service, ends, source_ports, requirement);
}

// A configured proxy takes the place of the target.
void Packets::add_proxy(const Service& service, const Ends& ends, Requirement& direct) {
    if (service.proxy.empty() || direct.need != Need::required) return;
    const auto setting = settings_.value(service.proxy, ends.source, ends.target);
    if (!setting) return;
    const std::size_t colon = setting->value.rfind(':');
    std::string host = setting->value.substr(0, colon);
    if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
    const auto address = parse_address(host);
    const auto ports = parse_ports(setting->value.substr(colon + 1));
    if (!address || !ports) return;
    Requirement proxied = direct;
    proxied.to.host = setting->value;
    proxied.to.role_title = "proxy server";
    proxied.to.zone.clear();
    proxied.to.addresses = share(AddressSet::of(*address));
    for (const Zone& zone : site_.zones) {
        if (proxied.to.addresses->subset_of(zone.prefixes)) proxied.to.zone = zone.id;
    }
    proxied.to.external = false;
    proxied.to.anywhere = false;
    proxied.to.network = false;
    proxied.services = share({{term(kTcp, *ports, PortSet::all())}});
    finish(std::move(proxied));
    direct.need = Need::not_selected;
    direct.need_reason = fmt::format("{} is {}", service.proxy, setting->value);
}

PortSet Packets::source_ports(const std::vector<PortItem>& items, const Ends& ends) {
    if (items.empty()) return PortSet::all();
    PortSet ports;
    std::vector<std::string> ignored;
    const Ends back{ends.target, ends.source, OtherEnd::ranges};
    for (const PortPart& part : resolve_ports(catalog_, settings_, items, back, ignored)) {
        if (part.need == Need::undetermined) return PortSet::all();
        if (part.need == Need::required) ports = ports | part.ports;
    }
    return ports;
}

void Packets::add_ports(const Service& service, const Ends& ends, const std::vector<PortItem>& source_items,
                        const Requirement& requirement) {
    std::vector<PortPart> parts;
    if (service.ports.empty()) {
        parts.emplace_back().ports = PortSet::all();
    } else {
        parts = resolve_ports(catalog_, settings_, service.ports, ends, out_.assumptions);
    }
    restrict_dynamic_rpc(ends, parts);
    const PortSet from_ports = source_ports(source_items, ends);
    for (PortPart& part : parts) {
        for (std::size_t i = 0; i < service.protocols.size(); ++i) {
            const std::uint8_t protocol = service.protocols[i];
            Requirement one = requirement;
            const bool known = part.need != Need::undetermined;
            ServiceTerm packets = term(protocol, known ? part.ports : PortSet::all(), from_ports);
            // There is nothing to choose between readings of.
            if (!known && one.reading == Reading::documented) {
                if (!one.dispute.empty()) continue;
                one.reading = Reading::inferred;
            }
            if (has_icmp_type(protocol) && !service.icmp.empty()) packets.icmp = icmp_types(service);
            one.services = share({{std::move(packets)}});
            one.tolerated = tolerated(service, protocol, known ? part.ports : PortSet::all());
            one.dynamic_rpc = part.dynamic_rpc;
            one.restrictable_by = part.restrictable_by;
            for (const Cite& cite : part.cites) one.citations.push_back(citation(catalog_, cite));
            // A port that the site has replaced is not needed in any phase.
            const bool other_phase = one.need == Need::phase_over || one.need == Need::phase_ahead;
            const bool replaced = other_phase && part.need == Need::not_selected;
            if (replaced || (one.need == Need::required && part.need != Need::required)) {
                one.need = part.need;
                one.need_reason = part.reason;
            }
            if (part.weaker) one.severity = weaker(one.severity);
            if (i > 0 && !service.protocol_stated) one.severity = weaker(one.severity);
            choose_member(service, ends, part, std::move(one));
        }
    }
}

// What the site says that RPC means on the listener's host is its dynamic range.
void Packets::restrict_dynamic_rpc(const Ends& ends, std::vector<PortPart>& parts) const {
    const std::string& host = ends.target.host->id;
    const PortSet* said = nullptr;
    for (const SiteFirewall& firewall : site_.firewalls) {
        if (firewall.kind != FirewallKind::host || firewall.host != host) continue;
        for (const auto& [word, ports] : firewall.port_keywords) {
            if (lower_case(word) == "rpc") said = &ports;
        }
    }
    if (!said) return;
    std::optional<PortPart> own;
    std::vector<PortPart> others;
    for (PortPart& part : parts) {
        if (!part.dynamic_rpc || part.need == Need::undetermined) continue;
        if (part.need == Need::required && !own) {
            own = part;
            own->ports = *said;
            own->weaker = false;
            own->restrictable_by.clear();
        }
        part.ports = part.ports - *said;
        part.need = Need::not_selected;
        part.reason = fmt::format("RPC is {} on {}", to_string(*said), host);
    }
    if (!own) return;
    std::erase_if(parts, [](const PortPart& part) { return part.dynamic_rpc && part.ports.empty(); });
    parts.push_back(std::move(*own));
}

// --- any-of groups ---

void Packets::choose_member(const Service& service, const Ends& ends, const PortPart& part, Requirement requirement) {
    const AnyOf* group = service.group.empty() ? nullptr : catalog_.group(service.group);
    if (!group || requirement.need != Need::required) {
        finish(std::move(requirement));
        return;
    }
    add_companion_cites(*group, ends, requirement);
    const std::string text = to_string(part.ports);
    if (group->selector.empty()) {
        join_group(group->id, service.choice, ends, std::move(requirement));
        return;
    }
    const Parameter* selector = catalog_.parameter(group->selector);
    const bool by_port = selector->type == ParameterType::port || selector->type == ParameterType::port_range;
    const auto setting = settings_.value(group->selector, ends.source, ends.target, ends.other != OtherEnd::nothing);
    if (setting) {
        const bool all = !by_port && (setting->value == "both" || setting->value == "all");
        const bool chosen = all || setting->value == (by_port ? text : service.choice);
        if (!chosen) {
            requirement.need = Need::not_selected;
            requirement.need_reason = fmt::format("{} is {}", group->selector, setting->value);
            if (by_port) add_own_port(*group, service, setting->value, requirement);
        }
        finish(std::move(requirement));
        return;
    }
    // Not chosen: one complete set of the related groups is enough, else one member of this one.
    bool joined = false;
    for (const AnyOf& related : catalog_.groups) {
        for (const auto& variant : related.variants) {
            const auto value = variant.find(group->selector);
            if (value == variant.end() || value->second != (by_port ? text : service.choice)) continue;
            std::vector<std::string> names;
            for (const auto& [parameter, port] : variant) names.push_back(port);
            join_group(related.id, fmt::format("{}", fmt::join(names, "/")), ends, requirement);
            joined = true;
        }
    }
    if (!joined) join_group(group->id, by_port ? text : service.choice, ends, std::move(requirement));
}

void Packets::join_group(const std::string& id, const std::string& variant, const Ends& ends, Requirement requirement) {
    requirement.any_of = id;
    requirement.any_of_key =
        fmt::format("{}/{}/{} {} > {}", catalog_.id, requirement.flow, id, ends.source.host->id, ends.target.host->id);
    if (!requirement.dispute.empty()) {
        requirement.any_of_key += requirement.reading == Reading::inferred ? " inferred" : " documented";
    }
    requirement.variant = variant;
    finish(std::move(requirement));
}

// The site's own port is none of those that the document lists: the first member of the group asks for it.
void Packets::add_own_port(const AnyOf& group, const Service& service, const ParameterValue& value,
                           const Requirement& requirement) {
    const CatalogFlow* flow = nullptr;
    for (const CatalogFlow& candidate : catalog_.flows) {
        if (candidate.id == requirement.flow) flow = &candidate;
    }
    bool first = true;
    for (const Service& member : flow->services) {
        if (member.group != group.id) continue;
        if (first && member.id != service.id) return;
        first = false;
        const auto* literal = member.ports.size() == 1 ? std::get_if<LiteralPorts>(&member.ports[0]) : nullptr;
        if (literal && to_string(literal->ports) == value) return;
    }
    const auto ports = parse_ports(value);
    if (!ports) return;
    Requirement own = requirement;
    own.need = Need::required;
    own.need_reason.clear();
    own.services = share({{term(service.protocols.front(), *ports, PortSet::all())}});
    finish(std::move(own));
}

// "Where one group is used the other is needed too" is part of the reason.
void Packets::add_companion_cites(const AnyOf& group, const Ends& ends, Requirement& requirement) const {
    for (const Constraint& constraint : catalog_.constraints) {
        if (constraint.kind != ConstraintKind::requires_flow || constraint.also_group != group.id) continue;
        const auto setting =
            settings_.value(constraint.when_parameter, ends.source, ends.target, ends.other != OtherEnd::nothing);
        if (!setting || setting->value != constraint.when_value) continue;
        for (const Cite& cite : constraint.cites) requirement.citations.push_back(citation(catalog_, cite));
    }
}

void Packets::finish(Requirement requirement) {
    requirement.ports_text = to_string(*requirement.services);
    // An inferred or documented reading that is not needed is no dispute.
    if (requirement.need != Need::required) {
        requirement.dispute.clear();
        requirement.any_of_key.clear();
    }
    // Rules may be scoped to the programs of the listener.
    const auto& listeners = members_.of(requirement.to.role);
    for (const Member& member : listeners) {
        if (!member.binding || member.host->id != requirement.to.host) continue;
        for (const auto& program : member.binding->programs) {
            if (!in(requirement.programs, program)) requirement.programs.push_back(program);
        }
        for (const auto& service : member.binding->program_services) {
            if (!in(requirement.program_services, service)) requirement.program_services.push_back(service);
        }
    }
    out_.requirements.push_back(std::move(requirement));
}

void Packets::add_statements() {
    for (const Statement& statement : catalog_.statements) {
        ResolvedStatement resolved;
        resolved.catalog = catalog_.id;
        resolved.kind = statement.kind;
        resolved.title = statement.title;
        if (statement.protocol) {
            const PortSet ports = statement.ports.empty() ? PortSet::all() : statement.ports;
            resolved.services = share({{term(*statement.protocol, ports, PortSet::all())}});
        }
        AddressSet addresses;
        for (const auto& role : statement.roles) {
            for (const Member& member : members_.of(role)) {
                if (member.host && !member.host->anywhere) addresses = addresses | *member.host->addresses;
            }
        }
        if (!addresses.empty()) resolved.addresses = share(std::move(addresses));
        resolved.citation = citation(catalog_, statement.cites.front());
        out_.statements.push_back(std::move(resolved));
    }
}

}  // namespace fwproof::catalog_resolve
