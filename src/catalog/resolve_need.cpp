#include "catalog/resolve_need.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "catalog/ids.hpp"

namespace fwproof::catalog_resolve {

namespace {

using toml_file::in;

std::string phase_words(const std::vector<Phase>& phases) {
    std::vector<std::string_view> words;
    for (const Phase phase : phases) {
        words.emplace_back(phase == Phase::install   ? "during installation"
                           : phase == Phase::runtime ? "at run time"
                                                     : "during maintenance");
    }
    return fmt::format("{}", fmt::join(words, " and "));
}

}  // namespace

Wanted Needs::want(const CatalogFlow& flow, const Service& service, const Member& from, const Member& to) const {
    for (const auto* when : {&flow.when, &service.when}) {
        if (!*when) continue;
        if (auto wanted = condition(**when, from, to)) return *wanted;
    }
    for (const std::string& feature : {flow.feature, service.feature}) {
        if (!settings_.feature_on(feature)) return {Need::feature_off, fmt::format("feature {} is off", feature)};
    }
    const bool from_counts = service.phase_of != PhaseOf::to;
    const bool to_counts = service.phase_of != PhaseOf::from;
    // A peer that is not bound has no phase of its own.
    const bool from_in = from_counts && (from.binding || !to_counts) && in_phase(service, from);
    const bool to_in = to_counts && (to.binding || !from_counts) && in_phase(service, to);
    if (!from_in && !to_in) {
        // An installation ends and does not come again; the work of a product, and maintenance of it, lie ahead.
        const bool over = service.phases == std::vector{Phase::install};
        return {over ? Need::phase_over : Need::phase_ahead,
                fmt::format("needed only {}", phase_words(service.phases))};
    }
    return {};
}

bool Needs::in_phase(const Service& service, const Member& member) const {
    Phase phase = site_.phase;
    if (member.binding && member.binding->phase) phase = *member.binding->phase;
    if (member.host->phase) phase = *member.host->phase;
    // A host in maintenance still does its work.
    return std::any_of(service.phases.begin(), service.phases.end(), [&](Phase needed) {
        return needed == phase || (phase == Phase::maintenance && needed == Phase::runtime);
    });
}

std::optional<Wanted> Needs::condition(const When& when, const Member& from, const Member& to) const {
    const Member& member = when.of == End::from ? from : to;
    if (when.colocated.value_or(false)) {
        return Wanted{Need::not_applicable, "only for roles on one host"};
    }
    if (!when.attribute.empty()) {
        const auto it = member.host->attributes.find(when.attribute);
        if (it != member.host->attributes.end() &&
            ((!when.in.empty() && !in(when.in, it->second)) || in(when.not_in, it->second))) {
            return Wanted{Need::not_applicable,
                          fmt::format("{} of {} is {}", when.attribute, member.host->id, it->second)};
        }
    }
    if (when.top_level_site && member.binding && *when.top_level_site != member.binding->parent.empty()) {
        return Wanted{Need::not_applicable, fmt::format("{} {} at the top of the hierarchy", member.host->id,
                                                        *when.top_level_site ? "is not" : "is")};
    }
    if (when.generation && member.host->generation != OsGeneration::unknown &&
        member.host->generation != *when.generation) {
        return Wanted{Need::not_applicable,
                      fmt::format("the system of {} is {}", member.host->id, to_string(member.host->generation))};
    }
    if (!when.parameter.empty()) {
        const auto setting = settings_.value(when.parameter, from, to);
        if (setting && ((!when.in.empty() && !in(when.in, setting->value)) || in(when.not_in, setting->value))) {
            return Wanted{Need::not_selected, fmt::format("{} is {}", when.parameter, setting->value)};
        }
    }
    return std::nullopt;
}

}  // namespace fwproof::catalog_resolve
