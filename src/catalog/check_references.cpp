#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "catalog/ids.hpp"
#include "catalog/load_parts.hpp"
#include "fwproof/base/letters.hpp"

namespace fwproof::catalog_file {

using toml_file::Problems;

namespace {

class References {
public:
    References(const Catalog& catalog, Problems& problems) : catalog_(catalog), problems_(problems) {}

    void check() {
        unique("role", catalog_.roles);
        check_aliases();
        unique("feature", catalog_.features);
        unique("parameter", catalog_.parameters);
        unique("range", catalog_.ranges);
        unique("constraint", catalog_.constraints);
        unique("any-of group", catalog_.groups);
        unique("flow", catalog_.flows);
        for (const Feature& feature : catalog_.features) {
            for (const auto& id : feature.required_features) {
                known("feature", id, catalog_.features, feature.span);
                if (id == feature.id) {
                    problems_.add(fmt::format("feature '{}' requires itself", id), {}, feature.span);
                }
            }
        }
        for (const PortRange& range : catalog_.ranges) {
            if (!range.restrictable_by.empty()) {
                typed(range.restrictable_by, ParameterType::port_range, range.span);
            }
        }
        for (const AnyOf& group : catalog_.groups) check_group(group);
        for (const Constraint& constraint : catalog_.constraints) check_constraint(constraint);
        for (const CatalogFlow& flow : catalog_.flows) check_flow(flow);
        for (const Statement& statement : catalog_.statements) {
            for (const auto& role : statement.roles) known("role", role, catalog_.roles, statement.span);
        }
    }

private:
    template <class T>
    void unique(std::string_view what, const std::vector<T>& list) {
        toml_file::unique(what, list, problems_);
    }

    template <class T>
    bool known(std::string_view what, const std::string& id, const std::vector<T>& list, SourceSpan span) {
        return toml_file::known(what, id, list, span, problems_);
    }

    // A name that a site may bind must mean one role.
    void check_aliases() {
        for (const Role& role : catalog_.roles) {
            for (const std::string& alias : role.aliases) {
                for (const Role& other : catalog_.roles) {
                    if (other.id == role.id) continue;
                    std::vector<std::string> names = {other.id, other.title};
                    names.insert(names.end(), other.aliases.begin(), other.aliases.end());
                    const bool taken = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
                        return lower_case(name) == lower_case(alias);
                    });
                    if (!taken) continue;
                    problems_.add(
                        fmt::format("alias '{}' of role '{}' is a name of role '{}' too", alias, role.id, other.id), {},
                        role.span);
                }
            }
        }
    }

    void typed(const std::string& id, ParameterType type, SourceSpan span) {
        if (!known("parameter", id, catalog_.parameters, span)) return;
        const Parameter& parameter = *catalog_.parameter(id);
        if (parameter.type == type) return;
        problems_.add(fmt::format("parameter '{}' must have the type {} here, not {}", id, to_string(type),
                                  to_string(parameter.type)),
                      {}, span);
    }

    void check_ports(const Service& service, const std::vector<PortItem>& items) {
        const SourceSpan span = service.span;
        for (const PortItem& item : items) {
            if (const auto* named = std::get_if<ParameterPorts>(&item)) {
                if (!known("parameter", named->parameter, catalog_.parameters, span)) continue;
                const ParameterType type = catalog_.parameter(named->parameter)->type;
                if (type != ParameterType::port && type != ParameterType::port_range) {
                    problems_.add(fmt::format("parameter '{}' is no port", named->parameter), {}, span);
                }
            } else if (const auto* range = std::get_if<RangePorts>(&item)) {
                if (!known("range", range->range, catalog_.ranges, span)) continue;
                const std::uint8_t protocol = catalog_.range(range->range)->protocol;
                const auto& used = service.protocols;
                if (used.empty() || std::find(used.begin(), used.end(), protocol) != used.end()) continue;
                problems_.add(fmt::format("range '{}' is of {}, service '{}' is {}", range->range,
                                          protocol_name(protocol), service.id, protocol_name(used.front())),
                              {}, span);
            }
        }
    }

    // Whatever the site chooses must choose something.
    void check_selector(const AnyOf& group) {
        const Parameter& selector = *catalog_.parameter(group.selector);
        std::vector<ParameterValue> values = selector.values;
        switch (selector.type) {
            // A port of the site's own takes the place of the first member.
            case ParameterType::port:
            case ParameterType::port_range: return;
            case ParameterType::boolean: values = {"true", "false"}; break;
            case ParameterType::enumeration:
                if (!selector.open_values) break;
                problems_.add(fmt::format("parameter '{}' has open values and cannot select from any-of group '{}'",
                                          selector.id, group.id),
                              {}, group.span);
                return;
            case ParameterType::host_port:
                problems_.add(fmt::format("parameter '{}' cannot select from any-of group '{}'", selector.id, group.id),
                              "a selector is an enum, a bool or a port", group.span);
                return;
        }
        for (const CatalogFlow& flow : catalog_.flows) {
            std::vector<std::string> choices;
            for (const Service& service : flow.services) {
                if (service.group == group.id) choices.push_back(service.choice);
            }
            if (choices.empty()) continue;
            for (const auto& value : values) {
                if (value == "both" || value == "all" || toml_file::in(choices, value)) continue;
                problems_.add(fmt::format("{} = {} selects no service of flow '{}' from any-of group '{}'", selector.id,
                                          value, flow.id, group.id),
                              fmt::format("its members are chosen by {}", fmt::join(choices, ", ")), group.span);
            }
        }
    }

    void check_group(const AnyOf& group) {
        if (!group.selector.empty() && known("parameter", group.selector, catalog_.parameters, group.span)) {
            check_selector(group);
        }
        for (const auto& variant : group.variants) {
            for (const auto& [parameter, value] : variant) {
                if (!known("parameter", parameter, catalog_.parameters, group.span)) continue;
                if (auto problem = value_problem(*catalog_.parameter(parameter), value)) {
                    problems_.add(fmt::format("{} = {} in any-of group '{}' {}", parameter, value, group.id, *problem),
                                  {}, group.span);
                } else if (!chosen_by(parameter, value)) {
                    problems_.add(
                        fmt::format("{} = {} in any-of group '{}' is no member of a group that {} selects from",
                                    parameter, value, group.id, parameter),
                        {}, group.span);
                }
            }
        }
    }

    // Whether a service is chosen by that value of the parameter.
    bool chosen_by(const std::string& parameter, const ParameterValue& value) const {
        const auto chosen = [&](const Service& service) {
            const AnyOf* group = service.group.empty() ? nullptr : catalog_.group(service.group);
            if (!group || group->selector != parameter) return false;
            if (service.choice == value) return true;
            return std::any_of(service.ports.begin(), service.ports.end(), [&](const PortItem& item) {
                const auto* literal = std::get_if<LiteralPorts>(&item);
                return !literal || to_string(literal->ports) == value;
            });
        };
        return std::any_of(catalog_.flows.begin(), catalog_.flows.end(), [&](const CatalogFlow& flow) {
            return std::any_of(flow.services.begin(), flow.services.end(), chosen);
        });
    }

    void check_constraint(const Constraint& constraint) {
        for (const auto& id : {constraint.first, constraint.second}) {
            if (!id.empty()) typed(id, ParameterType::port, constraint.span);
        }
        if (!constraint.first.empty() && constraint.first == constraint.second) {
            problems_.add(fmt::format("constraint '{}' pairs '{}' with itself", constraint.id, constraint.first), {},
                          constraint.span);
        }
        for (const auto& id : constraint.parameters) known("parameter", id, catalog_.parameters, constraint.span);
        for (const auto& id : constraint.roles) known("role", id, catalog_.roles, constraint.span);
        if (!constraint.when_parameter.empty()) {
            check_values(constraint.when_parameter, {constraint.when_value}, constraint.span);
        }
        for (const auto& id : {constraint.of_group, constraint.also_group}) {
            if (!id.empty()) known("any-of group", id, catalog_.groups, constraint.span);
        }
    }

    void check_when(const std::optional<When>& when, SourceSpan span) {
        if (!when || when->parameter.empty()) return;
        check_values(when->parameter, when->in, span);
        check_values(when->parameter, when->not_in, span);
    }

    // A condition on a value that the parameter never has would never hold, or always.
    void check_values(const std::string& id, const std::vector<ParameterValue>& values, SourceSpan span) {
        if (!known("parameter", id, catalog_.parameters, span)) return;
        for (const ParameterValue& value : values) {
            if (const auto problem = value_problem(*catalog_.parameter(id), value)) {
                problems_.add(fmt::format("a condition on {} = {} never holds: it {}", id, value, *problem), {}, span);
            }
        }
    }

    void check_flow(const CatalogFlow& flow) {
        for (const auto& role : flow.from) known("role", role, catalog_.roles, flow.span);
        for (const auto& role : flow.to) known("role", role, catalog_.roles, flow.span);
        for (const auto* roles : {&flow.from, &flow.to}) {
            if (std::set<std::string>(roles->begin(), roles->end()).size() == roles->size()) continue;
            problems_.add(fmt::format("flow '{}' names a role twice at one end", flow.id), {}, flow.span);
        }
        if (flow.from.empty() || flow.to.empty()) {
            problems_.add(fmt::format("flow '{}' needs a role at both ends", flow.id), {}, flow.span);
        }
        if (!flow.feature.empty()) known("feature", flow.feature, catalog_.features, flow.span);
        if (!flow.one_way_when.empty()) typed(flow.one_way_when, ParameterType::boolean, flow.span);
        check_when(flow.when, flow.span);
        unique(fmt::format("service of flow '{}'", flow.id), flow.services);
        for (const Service& service : flow.services) check_service(flow, service);
    }

    // A reply, or what comes with a connection, belongs to a service that stands by itself.
    void check_origin(const CatalogFlow& flow, const Service& service, std::string Service::*origin,
                      std::string_view what) {
        const std::string& id = service.*origin;
        if (id.empty()) return;
        const std::string kind = fmt::format("service of flow '{}'", flow.id);
        if (!known(kind, id, flow.services, service.span)) return;
        const auto of = std::find_if(flow.services.begin(), flow.services.end(),
                                     [&](const Service& other) { return other.id == id; });
        if (((*of).*origin).empty()) return;
        problems_.add(id == service.id ? fmt::format("service '{}' of flow '{}' is its own {}", id, flow.id, what)
                                       : fmt::format("service '{}' of flow '{}' is the {} of '{}', which is a {} too",
                                                     service.id, flow.id, what, id, what),
                      {}, service.span);
    }

    void check_service(const CatalogFlow& flow, const Service& service) {
        for (const auto* ports : {&service.ports, &service.source_ports, &service.source_ports_inferred}) {
            check_ports(service, *ports);
        }
        check_when(service.when, service.span);
        if (!service.group.empty()) known("any-of group", service.group, catalog_.groups, service.span);
        if (!service.feature.empty()) known("feature", service.feature, catalog_.features, service.span);
        if (!service.proxy.empty()) typed(service.proxy, ParameterType::host_port, service.span);
        check_origin(flow, service, &Service::reply_of, "reply");
        check_origin(flow, service, &Service::companion_of, "companion");
        for (const auto& id : service.fallback_to) {
            known(fmt::format("service of flow '{}'", flow.id), id, flow.services, service.span);
        }
        for (const auto& role : service.to_inferred) {
            if (std::find(flow.to.begin(), flow.to.end(), role) == flow.to.end()) {
                problems_.unknown(fmt::format("role at the end of flow '{}'", flow.id), role, flow.to, service.span);
            }
        }
    }

    const Catalog& catalog_;
    Problems& problems_;
};

}  // namespace

void check_references(const Catalog& catalog, Problems& problems) { References(catalog, problems).check(); }

}  // namespace fwproof::catalog_file
