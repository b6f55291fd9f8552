#include "catalog/resolve_settings.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <set>

#include "catalog/load_parts.hpp"

namespace fwproof::catalog_resolve {

namespace {

int port_number(const ParameterValue& value) {
    int port = 0;
    std::from_chars(value.data(), value.data() + value.size(), port);
    return port;
}

SourceSpan span_of(const Member& member, const std::string& parameter) {
    if (!member.binding) return {};
    const auto it = member.binding->parameter_spans.find(parameter);
    return it == member.binding->parameter_spans.end() ? member.binding->span : it->second;
}

bool in(const std::vector<std::string>& list, std::string_view text) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

}  // namespace

Citation citation(const Catalog& catalog, const Cite& cite) {
    std::string row = cite.row;
    if (!cite.footnote.empty()) row += (row.empty() ? "footnote " : ", footnote ") + cite.footnote;
    return {catalog.document.title, cite.section, std::move(row), cite.line};
}

std::vector<Citation> citations(const Catalog& catalog, const std::vector<Cite>& cites) {
    std::vector<Citation> list;
    for (const Cite& cite : cites) list.push_back(citation(catalog, cite));
    return list;
}

bool Settings::feature_on(const std::string& id) const {
    if (id.empty()) return true;
    if (const auto chosen = site_.features.find(catalog_.id); chosen != site_.features.end()) {
        if (const auto it = chosen->second.find(id); it != chosen->second.end()) return it->second;
    }
    const Feature* feature = catalog_.feature(id);
    return feature && feature->on;
}

std::optional<ParameterValue> Settings::bound(const Parameter& parameter, const Member& member) const {
    if (!member.binding) return std::nullopt;
    const auto it = member.binding->parameters.find(parameter.id);
    if (it == member.binding->parameters.end() || catalog_file::value_problem(parameter, it->second)) {
        return std::nullopt;
    }
    return it->second;
}

std::optional<ParameterValue> Settings::general(const Parameter& parameter) const {
    const auto catalog = site_.parameters.find(catalog_.id);
    if (catalog == site_.parameters.end()) return std::nullopt;
    const auto it = catalog->second.find(parameter.id);
    if (it == catalog->second.end() || catalog_file::value_problem(parameter, it->second)) return std::nullopt;
    return it->second;
}

// What is set for the parameter itself: by the end that the scope names, by either end of a pair, and by the other end
// where that may count too.
std::optional<Setting> Settings::own(const Parameter& parameter, const Member& from, const Member& to,
                                     bool other_end) const {
    const bool from_first = parameter.scope == ParameterScope::from_host;
    std::vector<const Member*> ends = {from_first ? &from : &to};
    if (other_end || parameter.scope == ParameterScope::pair) ends.push_back(from_first ? &to : &from);
    if (parameter.scope != ParameterScope::catalog) {
        for (const Member* member : ends) {
            if (auto value = bound(parameter, *member)) return Setting{*value, true};
        }
    }
    if (auto value = general(parameter)) return Setting{*value, true};
    for (const ConditionalDefault& conditional : parameter.default_when) {
        ends = {conditional.of == "from" ? &from : &to};
        if (other_end) ends.push_back(conditional.of == "from" ? &to : &from);
        for (const Member* member : ends) {
            const auto it = member->host->attributes.find(conditional.attribute);
            if (it != member->host->attributes.end() && in(conditional.in, it->second)) {
                return Setting{conditional.value, true};
            }
        }
    }
    return std::nullopt;
}

// The second port of a pair follows from the first, and the first from the second.
std::optional<ParameterValue> Settings::paired(const Parameter& parameter, const Member& from, const Member& to,
                                               bool other_end) const {
    for (const Constraint& constraint : catalog_.constraints) {
        if (constraint.kind != ConstraintKind::paired_ports) continue;
        const bool is_second = constraint.second == parameter.id;
        if (!is_second && constraint.first != parameter.id) continue;
        const Parameter* other = catalog_.parameter(is_second ? constraint.first : constraint.second);
        const auto setting = other ? own(*other, from, to, other_end) : std::nullopt;
        if (!setting) continue;
        const int port = port_number(setting->value);
        for (const auto& [first, second] : constraint.pairs) {
            if (port == (is_second ? first : second)) return std::to_string(is_second ? second : first);
        }
        if (!constraint.step) continue;
        const int derived = is_second ? port + *constraint.step : port - *constraint.step;
        if (derived >= 1 && derived <= 65535) return std::to_string(derived);
    }
    return std::nullopt;
}

std::optional<Setting> Settings::value(const std::string& id, const Member& from, const Member& to,
                                       bool other_end) const {
    const Parameter* parameter = catalog_.parameter(id);
    if (!parameter) return std::nullopt;
    if (auto setting = own(*parameter, from, to, other_end)) return setting;
    if (auto value = paired(*parameter, from, to, other_end)) return Setting{*value, true};
    if (parameter->default_value) return Setting{*parameter->default_value, false};
    return std::nullopt;
}

Violation Settings::violation(const Constraint& constraint, std::string message, SourceSpan span) const {
    Violation found;
    found.catalog = catalog_.id;
    found.id = constraint.id;
    found.severity = constraint.level;
    found.message = std::move(message);
    found.hint = constraint.note;
    found.span = span;
    if (!constraint.cites.empty()) found.citation = citation(catalog_, constraint.cites.front());
    return found;
}

void Settings::check_value(const Parameter& parameter, const ParameterValue& value, SourceSpan span,
                           std::vector<Violation>& violations) const {
    if (auto problem = catalog_file::value_problem(parameter, value)) {
        // A port that is no single number breaks the document's own rule where there is one.
        for (const Constraint& constraint : catalog_.constraints) {
            if (constraint.kind == ConstraintKind::static_port && in(constraint.parameters, parameter.id)) {
                violations.push_back(
                    violation(constraint, fmt::format("{} = {} {}", parameter.id, value, *problem), span));
                return;
            }
        }
        Violation found;
        found.catalog = catalog_.id;
        found.id = parameter.id;
        found.message = fmt::format("{} = {} {}", parameter.id, value, *problem);
        found.span = span;
        if (!parameter.cites.empty()) found.citation = citation(catalog_, parameter.cites.front());
        violations.push_back(std::move(found));
        return;
    }
    if (parameter.configurable == Configurable::yes || !parameter.default_value || *parameter.default_value == value) {
        return;
    }
    Violation found;
    found.catalog = catalog_.id;
    found.id = parameter.id;
    found.severity = Severity::note;
    const std::string_view what = parameter.configurable == Configurable::no ? "says that it cannot be changed"
                                  : parameter.configurable == Configurable::contradictory
                                      ? "says in one place that it can be changed and in another that it cannot"
                                      : "does not say that it can be changed";
    found.message =
        fmt::format("{} = {} replaces {}; the document {}", parameter.id, value, *parameter.default_value, what);
    found.span = span;
    if (!parameter.cites.empty()) found.citation = citation(catalog_, parameter.cites.front());
    violations.push_back(std::move(found));
}

void Settings::check_values(const std::vector<Member>& members, std::vector<Violation>& violations) const {
    std::set<const Binding*> seen;
    for (const Member& member : members) {
        if (!member.binding || !seen.insert(member.binding).second) continue;
        for (const auto& [id, value] : member.binding->parameters) {
            if (const Parameter* parameter = catalog_.parameter(id)) {
                check_value(*parameter, value, span_of(member, id), violations);
            }
        }
    }
    const auto chosen = site_.parameters.find(catalog_.id);
    if (chosen == site_.parameters.end()) return;
    for (const auto& [id, value] : chosen->second) {
        const Parameter* parameter = catalog_.parameter(id);
        const auto span = site_.setting_spans.find(catalog_.id + "/" + id);
        if (parameter) {
            check_value(*parameter, value, span == site_.setting_spans.end() ? SourceSpan() : span->second, violations);
        }
    }
}

void Settings::check_features(std::vector<Violation>& violations) const {
    for (const Feature& feature : catalog_.features) {
        if (!feature_on(feature.id)) continue;
        for (const std::string& needed : feature.required_features) {
            if (feature_on(needed)) continue;
            Violation found;
            found.catalog = catalog_.id;
            found.id = feature.id;
            found.message = fmt::format("feature {} is on, but {}, which it needs, is off", feature.id, needed);
            if (const auto span = site_.setting_spans.find(catalog_.id + "/" + feature.id);
                span != site_.setting_spans.end()) {
                found.span = span->second;
            }
            if (!feature.cites.empty()) found.citation = citation(catalog_, feature.cites.front());
            violations.push_back(std::move(found));
        }
    }
}

void Settings::check_pair(const Constraint& constraint, const Member& member,
                          std::vector<Violation>& violations) const {
    const Parameter* first = catalog_.parameter(constraint.first);
    const Parameter* second = catalog_.parameter(constraint.second);
    if (!first || !second) return;
    const bool here = bound(*first, member) || bound(*second, member);
    if (member.binding && !here) return;  // the site's general values are checked once, without a binding
    const auto one = member.binding ? own(*first, member, member, false) : Setting::of(general(*first));
    const auto two = member.binding ? own(*second, member, member, false) : Setting::of(general(*second));
    if (!one || !two) return;
    const int a = port_number(one->value);
    const int b = port_number(two->value);
    SourceSpan span;
    if (here) {
        span = span_of(member, bound(*second, member) ? second->id : first->id);
    } else if (const auto it = site_.setting_spans.find(catalog_.id + "/" + second->id);
               it != site_.setting_spans.end()) {
        span = it->second;
    }
    for (const auto& [paired_first, paired_second] : constraint.pairs) {
        if (a != paired_first) continue;
        if (b != paired_second) {
            violations.push_back(violation(
                constraint,
                fmt::format("{} = {} goes with {} = {}, not {}", first->id, a, second->id, paired_second, b), span));
        }
        return;
    }
    if (!constraint.step || b == a + *constraint.step) return;
    Violation found = violation(
        constraint, fmt::format("{} = {} goes with {} = {}, not {}", first->id, a, second->id, a + *constraint.step, b),
        span);
    if (constraint.at_least && b > a + *constraint.step) found.severity = std::min(found.severity, Severity::warning);
    violations.push_back(std::move(found));
}

void Settings::check_unique(const Constraint& constraint, const std::vector<Member>& members,
                            std::vector<Violation>& violations) const {
    for (const std::string& id : constraint.parameters) {
        const Parameter* parameter = catalog_.parameter(id);
        if (!parameter) continue;
        // Two names of one address are one computer.
        std::map<std::pair<std::string, ParameterValue>, const Member*> seen;
        for (const Member& member : members) {
            if (!member.binding || (!constraint.roles.empty() && !in(constraint.roles, member.role->id))) continue;
            const auto setting = value(id, member, member);
            if (!setting) continue;
            const auto [it, fresh] =
                seen.emplace(std::pair(to_string(*member.host->addresses), setting->value), &member);
            const Member& first = *it->second;
            if (fresh || (first.binding == member.binding && first.host == member.host)) continue;
            const std::string hosts = first.host == member.host ? member.host->id
                                                                : fmt::format("{} and {}, which are one computer,",
                                                                              first.host->id, member.host->id);
            violations.push_back(violation(
                constraint,
                fmt::format("two bindings of {} to {} both have {} = {}", member.role->id, hosts, id, setting->value),
                span_of(member, id)));
        }
    }
}

void Settings::check_static(const Constraint& constraint, const Member& member,
                            std::vector<Violation>& violations) const {
    if (constraint.attribute.empty() || !member.binding) return;
    if (!constraint.roles.empty() && !in(constraint.roles, member.role->id)) return;
    const auto attribute = member.host->attributes.find(constraint.attribute);
    if (attribute == member.host->attributes.end() || attribute->second != constraint.attribute_value) return;
    for (const std::string& id : constraint.parameters) {
        const Parameter* parameter = catalog_.parameter(id);
        if (!parameter || own(*parameter, member, member, false)) continue;
        violations.push_back(violation(constraint,
                                       fmt::format("{} has {} = {} and needs {} to be set", member.host->id,
                                                   constraint.attribute, constraint.attribute_value, id),
                                       member.binding->span));
    }
}

void Settings::check_one_of(const Constraint& constraint, const Member& member,
                            std::vector<Violation>& violations) const {
    if (!constraint.roles.empty() && (!member.role || !in(constraint.roles, member.role->id))) return;
    std::vector<std::string> set;
    for (const std::string& id : constraint.parameters) {
        const Parameter* parameter = catalog_.parameter(id);
        if (parameter && bound(*parameter, member)) set.push_back(id);
    }
    if (set.size() < 2) return;
    violations.push_back(violation(constraint, fmt::format("only one of {} can be set", fmt::join(set, ", ")),
                                   span_of(member, set.back())));
}

void Settings::check(const std::vector<Member>& members, std::vector<Violation>& violations) const {
    check_values(members, violations);
    check_features(violations);
    for (const Constraint& constraint : catalog_.constraints) {
        if (constraint.kind == ConstraintKind::unique_per_host) check_unique(constraint, members, violations);
        if (constraint.kind == ConstraintKind::paired_ports) check_pair(constraint, {}, violations);
        std::set<const Binding*> seen;
        for (const Member& member : members) {
            if (!member.binding || !seen.insert(member.binding).second) continue;
            if (constraint.kind == ConstraintKind::paired_ports) check_pair(constraint, member, violations);
            if (constraint.kind == ConstraintKind::static_port) check_static(constraint, member, violations);
            if (constraint.kind == ConstraintKind::one_of) check_one_of(constraint, member, violations);
        }
    }
}

}  // namespace fwproof::catalog_resolve
