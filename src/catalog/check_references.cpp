#include <fmt/format.h>

#include <algorithm>

#include "catalog/ids.hpp"
#include "catalog/load_parts.hpp"

namespace fwproof::catalog_file {

using toml_file::Problems;

namespace {

class References {
public:
    References(const Catalog& catalog, Problems& problems) : catalog_(catalog), problems_(problems) {}

    void check() {
        unique("role", catalog_.roles);
        unique("feature", catalog_.features);
        unique("parameter", catalog_.parameters);
        unique("range", catalog_.ranges);
        unique("constraint", catalog_.constraints);
        unique("any-of group", catalog_.groups);
        unique("flow", catalog_.flows);
        for (const Feature& feature : catalog_.features) {
            for (const auto& id : feature.required_features) known("feature", id, catalog_.features, feature.span);
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

    void typed(const std::string& id, ParameterType type, SourceSpan span) {
        if (!known("parameter", id, catalog_.parameters, span)) return;
        const Parameter& parameter = *catalog_.parameter(id);
        if (parameter.type == type) return;
        problems_.add(fmt::format("parameter '{}' must have the type {} here, not {}", id, to_string(type),
                                  to_string(parameter.type)),
                      {}, span);
    }

    void check_ports(const std::vector<PortItem>& items, SourceSpan span) {
        for (const PortItem& item : items) {
            if (const auto* named = std::get_if<ParameterPorts>(&item)) {
                if (!known("parameter", named->parameter, catalog_.parameters, span)) continue;
                const ParameterType type = catalog_.parameter(named->parameter)->type;
                if (type != ParameterType::port && type != ParameterType::port_range) {
                    problems_.add(fmt::format("parameter '{}' is no port", named->parameter), {}, span);
                }
            } else if (const auto* range = std::get_if<RangePorts>(&item)) {
                known("range", range->range, catalog_.ranges, span);
            }
        }
    }

    void check_group(const AnyOf& group) {
        if (!group.selector.empty()) known("parameter", group.selector, catalog_.parameters, group.span);
        for (const auto& variant : group.variants) {
            for (const auto& [parameter, value] : variant) {
                if (!known("parameter", parameter, catalog_.parameters, group.span)) continue;
                if (auto problem = value_problem(*catalog_.parameter(parameter), value)) {
                    problems_.add(fmt::format("{} = {} in any-of group '{}' {}", parameter, value, group.id, *problem),
                                  {}, group.span);
                }
            }
        }
    }

    void check_constraint(const Constraint& constraint) {
        for (const auto& id : {constraint.first, constraint.second}) {
            if (!id.empty()) typed(id, ParameterType::port, constraint.span);
        }
        for (const auto& id : constraint.parameters) known("parameter", id, catalog_.parameters, constraint.span);
        for (const auto& id : constraint.roles) known("role", id, catalog_.roles, constraint.span);
        if (!constraint.when_parameter.empty()) {
            known("parameter", constraint.when_parameter, catalog_.parameters, constraint.span);
        }
        for (const auto& id : {constraint.of_group, constraint.also_group}) {
            if (!id.empty()) known("any-of group", id, catalog_.groups, constraint.span);
        }
    }

    void check_when(const std::optional<When>& when, SourceSpan span) {
        if (when && !when->parameter.empty()) known("parameter", when->parameter, catalog_.parameters, span);
    }

    void check_flow(const CatalogFlow& flow) {
        for (const auto& role : flow.from) known("role", role, catalog_.roles, flow.span);
        for (const auto& role : flow.to) known("role", role, catalog_.roles, flow.span);
        if (flow.from.empty() || flow.to.empty()) {
            problems_.add(fmt::format("flow '{}' needs a role at both ends", flow.id), {}, flow.span);
        }
        if (!flow.feature.empty()) known("feature", flow.feature, catalog_.features, flow.span);
        if (!flow.one_way_when.empty()) typed(flow.one_way_when, ParameterType::boolean, flow.span);
        check_when(flow.when, flow.span);
        unique(fmt::format("service of flow '{}'", flow.id), flow.services);
        for (const Service& service : flow.services) check_service(flow, service);
    }

    void check_service(const CatalogFlow& flow, const Service& service) {
        check_ports(service.ports, service.span);
        check_ports(service.source_ports, service.span);
        check_ports(service.source_ports_inferred, service.span);
        check_when(service.when, service.span);
        if (!service.group.empty()) known("any-of group", service.group, catalog_.groups, service.span);
        if (!service.feature.empty()) known("feature", service.feature, catalog_.features, service.span);
        if (!service.proxy.empty()) typed(service.proxy, ParameterType::host_port, service.span);
        for (const auto& id : {service.reply_of, service.companion_of}) {
            if (!id.empty()) known(fmt::format("service of flow '{}'", flow.id), id, flow.services, service.span);
        }
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
