// For every flow and every pair of hosts in its roles: which readings apply, in which directions, with which ports, and
// whether that is needed now. Equal packets between the same hosts are merged at the end.
#include "fwproof/catalog/resolve.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "catalog/check_site_names.hpp"
#include "catalog/ids.hpp"
#include "catalog/merge_requirements.hpp"
#include "catalog/resolve_members.hpp"
#include "catalog/resolve_need.hpp"
#include "catalog/resolve_packets.hpp"
#include "catalog/unbound_roles.hpp"

namespace fwproof {

namespace catalog_resolve {

namespace {

// A site that asks for more than this is a mistake or an attack.
constexpr std::size_t kMostRequirements = 1'000'000;
constexpr std::size_t kMostInAll = 2 * kMostRequirements;  // with those that are not needed now

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
    std::vector<Direction> printed = {};  // those that the document says outright too
    std::vector<Direction> meant = {};    // those that are likely meant, whatever this reading says
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

class Resolver {
public:
    Resolver(const Catalog& catalog, const Site& site, Resolution& resolution)
        : catalog_(catalog),
          site_(site),
          settings_(catalog, site),
          needs_(site, settings_),
          members_(catalog, site),
          unbound_(catalog, site, settings_, needs_, members_),
          packets_(catalog, site, settings_, members_, resolution),
          out_(resolution) {}

    bool run() {
        first_ = out_.requirements.size();
        settings_.check(members_.bound(), out_.violations);
        for (const CatalogFlow& flow : catalog_.flows) {
            if (!add_flow(flow)) return false;
        }
        packets_.add_statements();
        auto unbound = unbound_.take();
        std::move(unbound.begin(), unbound.end(), std::back_inserter(out_.unbound));
        merge_equal(out_.requirements, first_);
        return true;
    }

    // What was passed when run() is false.
    std::string limit() const {
        return required_ > kMostRequirements ? fmt::format("{} required flows", kMostRequirements)
                                             : fmt::format("{} flows, needed now or not", kMostInAll);
    }

private:
    bool add_flow(const CatalogFlow& flow) {
        for (const std::string& from_role : flow.from) {
            for (const std::string& to_role : flow.to) {
                unbound_.look_at(flow, from_role, to_role);
                for (const Unit& from : members_.units(from_role)) {
                    for (const Unit& to : members_.units(to_role)) {
                        if (!add_units(flow, from, to)) return false;
                    }
                }
            }
        }
        return true;
    }

    // What hosts that are alike do not need now they do not need together.
    bool add_units(const CatalogFlow& flow, const Unit& from, const Unit& to) {
        if (from.each.size() == 1 && to.each.size() == 1) {
            return add_pair(flow, flow.services, from.member, to.member);
        }
        std::vector<Service> apart;
        for (const Service& service : flow.services) {
            const Need need = needs_.want(flow, service, from.member, to.member).need;
            if (need != Need::feature_off && need != Need::phase_over) {
                apart.push_back(service);
            } else if (!add_pair(flow, {&service, 1}, from.member, to.member)) {
                return false;
            }
        }
        if (apart.empty()) return true;
        for (const Member& one : from.each) {
            for (const Member& other : to.each) {
                if (!add_pair(flow, apart, one, other)) return false;
            }
        }
        return true;
    }

    bool add_pair(const CatalogFlow& flow, std::span<const Service> services, const Member& from, const Member& to) {
        if (!from.binding && !to.binding) return true;
        const auto addresses = addresses_between(from, to);
        if (!addresses || !sites_match(flow, from, to)) return true;
        const std::size_t before = out_.requirements.size();
        for (const Service& service : services) add_service(flow, service, from, to, *addresses);
        for (std::size_t i = before; i < out_.requirements.size(); ++i) {
            required_ += out_.requirements[i].need == Need::required;
        }
        return required_ <= kMostRequirements && out_.requirements.size() <= kMostInAll;
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
        documented.meant = inferred.meant = inferred.directions;
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
        if (documented.source_ports == inferred.source_ports && service.protocol_stated && !service.ports_unstated) {
            inferred.printed = documented.directions;
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
            const auto& printed = plan.printed;
            if (std::find(printed.begin(), printed.end(), direction) != printed.end()) requirement.basis.clear();
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
            packets_.add(service, {source, target, other_end(service, plan, direction)}, *plan.source_ports,
                         std::move(requirement));
        }
    }

    static OtherEnd other_end(const Service& service, const Plan& plan, const Direction& direction) {
        if (!service.reply_of.empty()) return OtherEnd::ranges;
        const bool meant = std::any_of(plan.meant.begin(), plan.meant.end(),
                                       [&](const Direction& other) { return other.reversed == direction.reversed; });
        // What the flow's listener has chosen from a group is chosen for the way back too.
        return !meant || (direction.reversed && !service.group.empty()) ? OtherEnd::ports : OtherEnd::nothing;
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

    const Catalog& catalog_;
    const Site& site_;
    Settings settings_;
    Needs needs_;
    Members members_;
    UnboundRoles unbound_;
    Packets packets_;
    Resolution& out_;
    std::size_t first_ = 0;
    std::size_t required_ = 0;
};

}  // namespace

}  // namespace catalog_resolve

Loaded<Resolution> resolve(std::span<const CatalogRef> catalogs, const Site& site) {
    std::vector<Error> errors = catalog_resolve::check_site_names(catalogs, site);
    if (!errors.empty()) return tl::unexpected(std::move(errors));
    Resolution resolution;
    for (const CatalogRef& catalog : catalogs) {
        catalog_resolve::Resolver resolver(*catalog, site, resolution);
        if (!resolver.run()) {
            Error error{fmt::format("the site asks for more than {}", resolver.limit()),
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
