#include "catalog/parameter_roles.hpp"

#include <algorithm>

namespace fwproof::catalog_resolve {

namespace {

class ParameterUse {
public:
    ParameterUse(const Catalog& catalog, const Parameter& parameter) : catalog_(catalog), parameter_(parameter) {}

    std::set<std::string> roles() {
        for (const CatalogFlow& flow : catalog_.flows) {
            if (flow.one_way_when == parameter_.id) add(flow, Initiator::either);
            if (names(flow.when)) add(flow, Initiator::from);
            for (const Service& service : flow.services) {
                if (names(service.when) || service.proxy == parameter_.id) add(flow, Initiator::from);
                if (uses(service)) add(flow, meant(flow, service));
            }
        }
        return std::move(roles_);
    }

private:
    bool names(const std::optional<When>& when) const { return when && when->parameter == parameter_.id; }

    bool uses(const Service& service) const {
        const AnyOf* group = service.group.empty() ? nullptr : catalog_.group(service.group);
        return uses(service.ports) || uses(service.source_ports) || uses(service.source_ports_inferred) ||
               (group && (group->selector == parameter_.id || group_depends(*group)));
    }

    bool uses(const std::vector<PortItem>& items) const {
        return std::any_of(items.begin(), items.end(), [&](const PortItem& item) {
            if (const auto* named = std::get_if<ParameterPorts>(&item)) return is_this(named->parameter);
            const auto* range = std::get_if<RangePorts>(&item);
            const PortRange* found = range ? catalog_.range(range->range) : nullptr;
            return found && is_this(found->restrictable_by);
        });
    }

    // The parameter, or the one whose value follows from it.
    bool is_this(const std::string& id) const {
        if (id == parameter_.id) return true;
        return std::any_of(catalog_.constraints.begin(), catalog_.constraints.end(), [&](const Constraint& pair) {
            return pair.kind == ConstraintKind::paired_ports && ((pair.first == id && pair.second == parameter_.id) ||
                                                                 (pair.second == id && pair.first == parameter_.id));
        });
    }

    bool group_depends(const AnyOf& group) const {
        if (is_this(group.selector)) return true;
        return std::any_of(catalog_.constraints.begin(), catalog_.constraints.end(), [&](const Constraint& constraint) {
            return constraint.when_parameter == parameter_.id &&
                   (constraint.also_group == group.id || constraint.of_group == group.id);
        });
    }

    static Initiator meant(const CatalogFlow& flow, const Service& service) {
        if (!service.reply_of.empty() || !service.source_ports.empty()) return Initiator::either;
        if (service.initiator_inferred) return *service.initiator_inferred;
        if (service.initiator) return *service.initiator;
        return flow.initiator_inferred.value_or(flow.initiator);
    }

    void add(const CatalogFlow& flow, Initiator initiator) {
        const bool both = initiator == Initiator::either || parameter_.scope == ParameterScope::pair;
        const bool at_from = (parameter_.scope == ParameterScope::from_host) != (initiator == Initiator::to);
        if (both || at_from) roles_.insert(flow.from.begin(), flow.from.end());
        if (both || !at_from) roles_.insert(flow.to.begin(), flow.to.end());
    }

    const Catalog& catalog_;
    const Parameter& parameter_;
    std::set<std::string> roles_;
};

}  // namespace

std::set<std::string> parameter_roles(const Catalog& catalog, const Parameter& parameter) {
    return ParameterUse(catalog, parameter).roles();
}

}  // namespace fwproof::catalog_resolve
