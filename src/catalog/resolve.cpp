// For every flow and every pair of hosts in its roles: which readings apply, in which directions, with which ports, and
// whether that is needed now. Equal packets between the same hosts are merged at the end.
#include "fwproof/catalog/resolve.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "catalog/check_site_names.hpp"
#include "catalog/ids.hpp"
#include "catalog/merge_requirements.hpp"
#include "catalog/resolve_members.hpp"
#include "catalog/resolve_need.hpp"
#include "catalog/resolve_ports.hpp"

namespace fwproof {

namespace catalog_resolve {

namespace {

// A site that asks for more than this is a mistake or an attack.
constexpr std::size_t kMostRequirements = 1'000'000;

struct Direction {
    bool reversed = false;  // from the flow's `to` to its `from`
    bool removed = false;   // the site has chosen that this direction is not used
    friend bool operator==(const Direction&, const Direction&) = default;
};

// One way to read an item.
struct Plan {
    Reading reading = Reading::stated;
    std::vector<Direction> directions;
    const std::vector<PortItem>* source_ports = nullptr;
};

std::vector<Direction> directions_of(Initiator initiator) {
    switch (initiator) {
        case Initiator::from: return {{false, false}};
        case Initiator::to: return {{true, false}};
        case Initiator::either: return {{false, false}, {true, false}};
        case Initiator::unstated: break;
    }
    return {};
}

using toml_file::in;

Severity weaker(Severity severity) { return severity == Severity::error ? Severity::warning : Severity::note; }

class Resolver {
public:
    Resolver(const Catalog& catalog, const Site& site, Resolution& resolution)
        : catalog_(catalog),
          site_(site),
          settings_(catalog, site),
          needs_(site, settings_),
          members_(catalog, site),
          out_(resolution) {}

    bool run() {
        first_ = out_.requirements.size();
        settings_.check(members_.bound(), out_.violations);
        for (const CatalogFlow& flow : catalog_.flows) {
            if (!add_flow(flow)) return false;
        }
        add_statements();
        for (auto& [role, entry] : unbound_) out_.unbound.push_back(std::move(entry));
        merge_equal(out_.requirements, first_);
        return true;
    }

private:
    bool add_flow(const CatalogFlow& flow) {
        for (const std::string& from_role : flow.from) {
            for (const std::string& to_role : flow.to) {
                note_unbound(flow, from_role, to_role);
                for (const Member& from : members_.of(from_role)) {
                    for (const Member& to : members_.of(to_role)) {
                        if (!from.binding && !to.binding) continue;
                        const auto addresses = addresses_between(from, to);
                        if (!addresses || !sites_match(flow, from, to)) continue;
                        for (const Service& service : flow.services) add_service(flow, service, from, to, *addresses);
                        if (out_.requirements.size() > kMostRequirements) return false;
                    }
                }
            }
        }
        return true;
    }

    // A role that is bound to nothing, when it would have a peer.
    void note_unbound(const CatalogFlow& flow, const std::string& from, const std::string& to) {
        if (site_.peers_anywhere || !settings_.feature_on(flow.feature)) return;
        const bool has_from = !members_.of(from).empty();
        const bool has_to = !members_.of(to).empty();
        if (has_from == has_to) return;
        const bool any = has_from ? flow.to_any : flow.from_any;
        const std::vector<std::string>& others = has_from ? flow.to : flow.from;
        if (any &&
            std::any_of(others.begin(), others.end(), [&](const auto& id) { return !members_.of(id).empty(); })) {
            return;
        }
        // An external role alone is no reason to ask for the other end.
        const Member& peer = has_from ? members_.of(from).front() : members_.of(to).front();
        if (!peer.binding) return;
        const bool needed = std::any_of(flow.services.begin(), flow.services.end(), [&](const Service& service) {
            return settings_.feature_on(service.feature) && service.reply_of.empty() &&
                   (needs_.in_phase(service, peer) || service.phase_of != PhaseOf::any);
        });
        if (!needed) return;
        const std::string& id = has_from ? to : from;
        const Role* role = catalog_.role(id);
        UnboundRole& entry = unbound_[id];
        entry.catalog = catalog_.id;
        entry.role = id;
        entry.title = role->title;
        entry.ways.push_back({from, to, flow.id});
        if (in(entry.flows, flow.id)) return;
        entry.flows.push_back(flow.id);
        entry.citations.push_back(citation(catalog_, flow.cites.front()));
    }

    bool sites_match(const CatalogFlow& flow, const Member& from, const Member& to) const {
        if (!from.binding || !to.binding || from.binding->site.empty() || to.binding->site.empty()) return true;
        switch (flow.site_pairs) {
            case SitePairs::any: return true;
            case SitePairs::adjacent:
                return from.binding->parent == to.binding->site || to.binding->parent == from.binding->site;
            case SitePairs::same: break;
        }
        return from.binding->site == to.binding->site;
    }

    // --- readings ---

    void add_service(const CatalogFlow& flow, const Service& service, const Member& from, const Member& to,
                     const AddressPair& addresses) {
        const Initiator printed = service.initiator.value_or(flow.initiator);
        std::optional<Initiator> meant = service.initiator_inferred;
        if (!meant && !service.initiator) meant = flow.initiator_inferred;

        Plan documented{Reading::documented, directions_of(printed), &service.source_ports};
        Plan inferred{Reading::inferred, directions_of(meant.value_or(printed)), &service.source_ports};
        if (catalog_.document.open_both_directions && !service.initiator) {
            documented.directions = directions_of(Initiator::either);
        }
        if (!service.source_ports_inferred.empty()) inferred.source_ports = &service.source_ports_inferred;
        const bool for_this_role = service.to_inferred.empty() || in(service.to_inferred, to.role->id);
        if (!service.required_inferred || !for_this_role) inferred.directions.clear();
        apply_one_way(flow, from, to, documented, inferred);

        const bool silent = printed == Initiator::unstated;
        const bool disputed = !silent && (documented.directions != inferred.directions ||
                                          documented.source_ports != inferred.source_ports);
        if (!disputed) {
            const bool certain = service.protocol_stated && !service.ports_unstated && !silent;
            inferred.reading = certain ? Reading::stated : Reading::inferred;
            add_plan(flow, service, from, to, addresses, inferred, false);
            return;
        }
        if (site_.reading != SiteReading::inferred) {
            add_plan(flow, service, from, to, addresses, documented, site_.reading == SiteReading::either);
        }
        if (site_.reading != SiteReading::documented) {
            add_plan(flow, service, from, to, addresses, inferred, site_.reading == SiteReading::either);
        }
    }

    // The switch that lets only one side connect.
    void apply_one_way(const CatalogFlow& flow, const Member& from, const Member& to, Plan& documented,
                       Plan& inferred) const {
        if (flow.one_way_when.empty()) return;
        const auto setting = settings_.value(flow.one_way_when, from, to);
        if (!setting || setting->value != "true") return;
        const bool reversed = flow.one_way_end == End::to;
        const auto remove = [&](Plan& plan) {
            for (Direction& direction : plan.directions) direction.removed = direction.reversed == reversed;
        };
        remove(inferred);
        if (!flow.one_way_interpreted) remove(documented);
    }

    void add_plan(const CatalogFlow& flow, const Service& service, const Member& from, const Member& to,
                  const AddressPair& addresses, const Plan& plan, bool disputed) {
        for (const Direction& direction : plan.directions) {
            Requirement requirement = base(flow, service, plan.reading);
            Wanted wanted = needs_.want(flow, service, from, to);
            if (wanted.need == Need::required && direction.removed) {
                wanted = {Need::not_selected, fmt::format("{} is true for these hosts", flow.one_way_when)};
            }
            const Member& source = direction.reversed ? to : from;
            const Member& target = direction.reversed ? from : to;
            requirement.from = endpoint(source, direction.reversed ? addresses.to : addresses.from);
            requirement.to = endpoint(target, direction.reversed ? addresses.from : addresses.to);
            requirement.need = wanted.need;
            requirement.need_reason = wanted.reason;
            if (disputed) {
                requirement.dispute =
                    fmt::format("{}/{}/{} {} > {}", catalog_.id, flow.id, service.id, from.host->id, to.host->id);
            }
            choose_peers(flow, from, to, requirement);
            add_proxy(service, source, target, requirement);
            add_ports(service, source, target, plan, requirement);
        }
    }

    Requirement base(const CatalogFlow& flow, const Service& service, Reading reading) const {
        Requirement requirement;
        requirement.catalog = catalog_.id;
        requirement.product = catalog_.product;
        requirement.flow = flow.id;
        requirement.service = service.id;
        requirement.title = service.title;
        requirement.closable = service.closable;
        requirement.exposing = service.exposing;
        requirement.reading = reading;
        if (reading != Reading::stated) {
            if (!service.quirks.empty()) {
                requirement.quirk = service.quirks.front();
            } else if (catalog_.document.open_both_directions && !catalog_.document.open_directions_quirk.empty()) {
                requirement.quirk = catalog_.document.open_directions_quirk;
            } else if (!flow.quirks.empty()) {
                requirement.quirk = flow.quirks.front();
            }
            requirement.basis = !service.basis.empty() ? service.basis : flow.initiator_basis;
        }
        requirement.severity = service.severity.value_or(flow.severity.value_or(Severity::error));
        requirement.note = !service.note.empty() ? service.note : flow.note;
        requirement.programs = service.programs;
        requirement.program_services = service.program_services;
        requirement.endpoint_mapper = service.endpoint_mapper;
        requirement.reply_only = !service.reply_of.empty();
        requirement.reply_of = service.reply_of;
        requirement.helper = service.helper;
        requirement.source_ports_note = service.source_ports_text;
        requirement.citations = citations(catalog_, service.cites);
        if (catalog_.document.open_both_directions && reading == Reading::documented) {
            for (const Cite& cite : catalog_.document.open_directions_cites) {
                requirement.citations.push_back(citation(catalog_, cite));
            }
        }
        return requirement;
    }

    Endpoint endpoint(const Member& member, const AddressSetRef& addresses) const {
        Endpoint end;
        end.role = member.role->id;
        end.role_title = member.role->title;
        end.host = member.host->id;
        end.zone = member.host->zone;
        end.addresses = addresses;
        end.external = member.external;
        end.anywhere = member.host->anywhere;
        end.network = member.host->network;
        return end;
    }

    // --- which of several peers ---

    static bool excluded(const CatalogFlow& flow, const Member& from, const Member& to) {
        if (!flow.assigned) return false;
        const Member& owner = *flow.assigned == End::from ? from : to;
        const Member& peer = *flow.assigned == End::from ? to : from;
        return owner.binding && !owner.binding->assigned_to.empty() && !in(owner.binding->assigned_to, peer.host->id);
    }

    // The hosts of one end that are alternatives to each other for a given host at the other end.
    std::size_t alternatives(const CatalogFlow& flow, const std::vector<std::string>& roles, const Member& other,
                             bool from_end) const {
        std::size_t count = 0;
        for (const std::string& role : roles) {
            for (const Member& member : members_.of(role)) {
                const Member& from = from_end ? member : other;
                const Member& to = from_end ? other : member;
                if (!excluded(flow, from, to) && member.host->id != other.host->id) ++count;
            }
        }
        return count;
    }

    void choose_peers(const CatalogFlow& flow, const Member& from, const Member& to, Requirement& requirement) const {
        if (requirement.need == Need::required && excluded(flow, from, to)) {
            const Member& owner = *flow.assigned == End::from ? from : to;
            requirement.need = Need::not_selected;
            requirement.need_reason =
                fmt::format("{} is assigned to {}", owner.host->id, fmt::join(owner.binding->assigned_to, ", "));
        }
        if (requirement.need != Need::required || site_.peers_anywhere) return;
        const auto group = [&](const Member& fixed, const Member& variant) {
            requirement.any_of = flow.id;
            requirement.any_of_key = fmt::format("{}/{} for {}", catalog_.id, flow.id, fixed.host->id);
            if (requirement.reading != Reading::stated) {
                requirement.any_of_key += requirement.reading == Reading::inferred ? " inferred" : " documented";
            }
            requirement.variant = variant.host->id;
        };
        if (flow.from_any && alternatives(flow, flow.from, to, true) > 1) group(to, from);
        if (flow.to_any && alternatives(flow, flow.to, from, false) > 1) group(from, to);
    }

    // --- ports ---

    // A configured proxy takes the place of the target.
    void add_proxy(const Service& service, const Member& source, const Member& target, Requirement& direct) {
        if (service.proxy.empty() || direct.need != Need::required) return;
        const auto setting = settings_.value(service.proxy, source, target);
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

    static ServiceTerm term(std::uint8_t protocol, PortSet destination, PortSet source) {
        ServiceTerm result;
        result.protocols = ProtocolSet::of(protocol);
        if (has_ports(protocol)) {
            result.destination_ports = std::move(destination);
            result.source_ports = std::move(source);
        }
        return result;
    }

    PortSet source_ports(const Plan& plan, const Member& source, const Member& target) {
        if (plan.source_ports->empty()) return PortSet::all();
        PortSet ports;
        std::vector<std::string> ignored;
        for (const PortPart& part : resolve_ports(catalog_, settings_, *plan.source_ports, target, source, ignored)) {
            if (part.need == Need::undetermined) return PortSet::all();
            if (part.need == Need::required) ports = ports | part.ports;
        }
        return ports;
    }

    void add_ports(const Service& service, const Member& source, const Member& target, const Plan& plan,
                   const Requirement& requirement) {
        std::vector<PortPart> parts;
        if (service.ports.empty()) {
            parts.emplace_back().ports = PortSet::all();
        } else {
            parts = resolve_ports(catalog_, settings_, service.ports, source, target, out_.assumptions);
        }
        const PortSet from_ports = source_ports(plan, source, target);
        for (PortPart& part : parts) {
            for (std::size_t i = 0; i < service.protocols.size(); ++i) {
                const std::uint8_t protocol = service.protocols[i];
                Requirement one = requirement;
                const bool known = part.need != Need::undetermined;
                ServiceTerm packets =
                    known ? term(protocol, part.ports, from_ports) : term(protocol, PortSet::all(), PortSet::all());
                // There is nothing to choose between readings of.
                if (!known && one.reading == Reading::documented) one.reading = Reading::inferred;
                if (has_icmp_type(protocol) && !service.icmp.empty()) packets.icmp = icmp_types(service);
                one.services = share({{std::move(packets)}});
                one.tolerated = tolerated(service, protocol, known ? part.ports : PortSet::all());
                one.dynamic_rpc = part.dynamic_rpc;
                one.restrictable_by = part.restrictable_by;
                for (const Cite& cite : part.cites) one.citations.push_back(citation(catalog_, cite));
                if (one.need == Need::required && part.need != Need::required) {
                    one.need = part.need;
                    one.need_reason = part.reason;
                }
                if (part.weaker) one.severity = weaker(one.severity);
                if (i > 0 && !service.protocol_stated) one.severity = weaker(one.severity);
                choose_member(service, source, target, part, std::move(one));
            }
        }
    }

    // Any source port where the document only describes them, and every code of an ICMP type.
    static ServiceSetRef tolerated(const Service& service, std::uint8_t protocol, const PortSet& ports) {
        if (has_ports(protocol) && !service.source_ports_text.empty()) {
            return share({{term(protocol, ports, PortSet::all())}});
        }
        if (!has_icmp_type(protocol) || service.icmp.empty()) return nullptr;
        ServiceTerm packets = term(protocol, {}, {});
        packets.icmp = {};
        for (const IcmpType& icmp : service.icmp) packets.icmp = packets.icmp | icmp_type(icmp.type);
        return share({{std::move(packets)}});
    }

    static IcmpSet icmp_types(const Service& service) {
        IcmpSet types;
        for (const IcmpType& icmp : service.icmp) {
            types = types | (icmp.code ? icmp_code(icmp.type, *icmp.code) : icmp_type(icmp.type));
        }
        return types;
    }

    // --- any-of groups ---

    void choose_member(const Service& service, const Member& source, const Member& target, const PortPart& part,
                       Requirement requirement) {
        const AnyOf* group = service.group.empty() ? nullptr : catalog_.group(service.group);
        if (!group || requirement.need != Need::required) {
            finish(std::move(requirement));
            return;
        }
        add_companion_cites(*group, source, target, requirement);
        const std::string text = to_string(part.ports);
        if (group->selector.empty()) {
            join_group(group->id, service.choice, source, target, std::move(requirement));
            return;
        }
        const Parameter* selector = catalog_.parameter(group->selector);
        const bool by_port = selector->type == ParameterType::port || selector->type == ParameterType::port_range;
        const auto setting = settings_.value(group->selector, source, target);
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
                join_group(related.id, fmt::format("{}", fmt::join(names, "/")), source, target, requirement);
                joined = true;
            }
        }
        if (!joined) join_group(group->id, by_port ? text : service.choice, source, target, std::move(requirement));
    }

    void join_group(const std::string& id, const std::string& variant, const Member& source, const Member& target,
                    Requirement requirement) {
        requirement.any_of = id;
        requirement.any_of_key =
            fmt::format("{}/{}/{} {} > {}", catalog_.id, requirement.flow, id, source.host->id, target.host->id);
        if (!requirement.dispute.empty()) {
            requirement.any_of_key += requirement.reading == Reading::inferred ? " inferred" : " documented";
        }
        requirement.variant = variant;
        finish(std::move(requirement));
    }

    // The site's own port is none of those that the document lists: the first member of the group asks for it.
    void add_own_port(const AnyOf& group, const Service& service, const ParameterValue& value,
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
    void add_companion_cites(const AnyOf& group, const Member& source, const Member& target,
                             Requirement& requirement) const {
        for (const Constraint& constraint : catalog_.constraints) {
            if (constraint.kind != ConstraintKind::requires_flow || constraint.also_group != group.id) continue;
            const auto setting = settings_.value(constraint.when_parameter, source, target);
            if (!setting || setting->value != constraint.when_value) continue;
            for (const Cite& cite : constraint.cites) requirement.citations.push_back(citation(catalog_, cite));
        }
    }

    // --- the result ---

    void finish(Requirement requirement) {
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

    void add_statements() {
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

    const Catalog& catalog_;
    const Site& site_;
    Settings settings_;
    Needs needs_;
    Members members_;
    Resolution& out_;
    std::size_t first_ = 0;
    std::map<std::string, UnboundRole> unbound_;
};

}  // namespace

}  // namespace catalog_resolve

Loaded<Resolution> resolve(std::span<const CatalogRef> catalogs, const Site& site) {
    std::vector<Error> errors = catalog_resolve::check_site_names(catalogs, site);
    if (!errors.empty()) return tl::unexpected(std::move(errors));
    Resolution resolution;
    for (const CatalogRef& catalog : catalogs) {
        if (!catalog_resolve::Resolver(*catalog, site, resolution).run()) {
            Error error{
                fmt::format("the site asks for more than {} required flows", catalog_resolve::kMostRequirements),
                "bind prefixes instead of single hosts",
                {}};
            if (!site.sources.empty()) error.file = site.sources.front()->name();
            return tl::unexpected(std::vector<Error>{std::move(error)});
        }
    }
    std::vector<std::string>& assumptions = resolution.assumptions;
    std::sort(assumptions.begin(), assumptions.end());
    assumptions.erase(std::unique(assumptions.begin(), assumptions.end()), assumptions.end());
    return resolution;
}

}  // namespace fwproof
