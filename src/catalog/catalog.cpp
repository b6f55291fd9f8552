#include "fwproof/catalog/catalog.hpp"
#include "fwproof/base/letters.hpp"

#include <algorithm>

namespace fwproof {

std::string_view to_string(Severity severity) {
    switch (severity) {
        case Severity::note: return "note";
        case Severity::warning: return "warning";
        case Severity::error: break;
    }
    return "error";
}

std::string_view to_string(Phase phase) {
    switch (phase) {
        case Phase::install: return "install";
        case Phase::runtime: return "runtime";
        case Phase::maintenance: break;
    }
    return "maintenance";
}

std::string_view to_string(Configurable configurable) {
    switch (configurable) {
        case Configurable::yes: return "yes";
        case Configurable::no: return "no";
        case Configurable::unstated: return "unstated";
        case Configurable::contradictory: break;
    }
    return "contradictory";
}

std::string_view to_string(RoleKind kind) {
    switch (kind) {
        case RoleKind::host: return "host";
        case RoleKind::external: return "external";
        case RoleKind::user_agent: return "user-agent";
        case RoleKind::service: break;
    }
    return "service";
}

std::string_view to_string(OsGeneration generation) {
    switch (generation) {
        case OsGeneration::unknown: return "unknown";
        case OsGeneration::legacy: return "legacy";
        case OsGeneration::modern: break;
    }
    return "modern";
}

std::string_view to_string(ParameterType type) {
    switch (type) {
        case ParameterType::port: return "port";
        case ParameterType::port_range: return "port-range";
        case ParameterType::enumeration: return "enum";
        case ParameterType::boolean: return "bool";
        case ParameterType::host_port: break;
    }
    return "host-port";
}

std::string_view to_string(ParameterScope scope) {
    switch (scope) {
        case ParameterScope::catalog: return "catalog";
        case ParameterScope::from_host: return "from-host";
        case ParameterScope::to_host: return "to-host";
        case ParameterScope::pair: break;
    }
    return "pair";
}

std::string_view to_string(ConstraintKind kind) {
    switch (kind) {
        case ConstraintKind::paired_ports: return "paired-ports";
        case ConstraintKind::unique_per_host: return "unique-per-host";
        case ConstraintKind::static_port: return "static-port";
        case ConstraintKind::requires_flow: return "requires-flow";
        case ConstraintKind::one_of: break;
    }
    return "one-of";
}

std::string_view to_string(Initiator initiator) {
    switch (initiator) {
        case Initiator::from: return "from";
        case Initiator::to: return "to";
        case Initiator::either: return "either";
        case Initiator::unstated: break;
    }
    return "unstated";
}

std::string_view to_string(StatementKind kind) {
    switch (kind) {
        case StatementKind::not_required: return "not-required";
        case StatementKind::informational: return "informational";
        case StatementKind::not_covered: return "not-covered";
        case StatementKind::advice: break;
    }
    return "advice";
}

namespace {

template <class T>
const T* by_id(const std::vector<T>& list, std::string_view id) {
    const auto it = std::find_if(list.begin(), list.end(), [&](const T& item) { return item.id == id; });
    return it == list.end() ? nullptr : &*it;
}

bool same_ignoring_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower_case(x) == lower_case(y); });
}

}  // namespace

const Role* Catalog::role(std::string_view name) const {
    if (const Role* exact = by_id(roles, name)) return exact;
    for (const Role& role : roles) {
        if (same_ignoring_case(role.title, name)) return &role;
        for (const std::string& alias : role.aliases) {
            if (same_ignoring_case(alias, name)) return &role;
        }
    }
    return nullptr;
}

const Feature* Catalog::feature(std::string_view name) const { return by_id(features, name); }
const Parameter* Catalog::parameter(std::string_view name) const { return by_id(parameters, name); }
const PortRange* Catalog::range(std::string_view name) const { return by_id(ranges, name); }
const AnyOf* Catalog::group(std::string_view name) const { return by_id(groups, name); }

}  // namespace fwproof
