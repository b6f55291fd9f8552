#include "catalog/resolve_ports.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace fwproof::catalog_resolve {

namespace {

class PortResolver {
public:
    PortResolver(const Catalog& catalog, const Settings& settings, const Ends& ends,
                 std::vector<std::string>& sentences)
        : catalog_(catalog), settings_(settings), ends_(ends), sentences_(sentences) {}

    std::vector<PortPart> resolve(const std::vector<PortItem>& items) {
        PortPart literal;
        for (const PortItem& item : items) {
            if (const auto* ports = std::get_if<LiteralPorts>(&item)) {
                literal.ports = literal.ports | ports->ports;
            } else if (const auto* parameter = std::get_if<ParameterPorts>(&item)) {
                add_parameter(parameter->parameter);
            } else if (const auto* range = std::get_if<RangePorts>(&item)) {
                if (const PortRange* found = catalog_.range(range->range)) add_range(*found);
            }
        }
        if (!literal.ports.empty()) parts_.insert(parts_.begin(), std::move(literal));
        return std::move(parts_);
    }

private:
    void add(PortSet ports, Need need, std::string reason) {
        if (ports.empty() && need != Need::undetermined) return;
        PortPart part;
        part.ports = std::move(ports);
        part.need = need;
        part.reason = std::move(reason);
        parts_.push_back(std::move(part));
    }

    void add_parameter(const std::string& id) {
        const Parameter* parameter = catalog_.parameter(id);
        const auto setting = settings_.value(id, ends_.source, ends_.target, ends_.other != OtherEnd::nothing);
        const auto ports = setting ? parse_ports(setting->value) : std::nullopt;
        if (!ports) {
            add({}, Need::undetermined, fmt::format("{} is not set and the document gives no default", id));
            return;
        }
        add(*ports, Need::required, {});
        if (!parameter->default_value || *parameter->default_value == setting->value) return;
        if (const auto replaced = parse_ports(*parameter->default_value)) {
            add(*replaced - *ports, Need::not_selected, fmt::format("{} is {} here", id, setting->value));
        }
    }

    void add_range(const PortRange& range) {
        const std::size_t first = parts_.size();
        add_range_parts(range);
        const auto* narrowing = range.restrictable_by.empty() ? nullptr : catalog_.parameter(range.restrictable_by);
        const bool narrowed = narrowing && narrowed_to(range);
        for (std::size_t i = first; i < parts_.size(); ++i) {
            parts_[i].dynamic_rpc = range.dynamic_rpc;
            if (narrowing && !narrowed) parts_[i].restrictable_by = narrowing->title;
        }
    }

    std::optional<Setting> narrowed_to(const PortRange& range) const {
        return settings_.value(range.restrictable_by, ends_.source, ends_.target, ends_.other == OtherEnd::ranges);
    }

    void add_range_parts(const PortRange& range) {
        if (!range.restrictable_by.empty()) {
            const auto setting = narrowed_to(range);
            const auto ports = setting ? parse_ports(setting->value) : std::nullopt;
            if (ports) {
                add(*ports, Need::required, {});
                PortSet others;
                for (const RangeVariant& variant : range.variants) others = others | variant.ports;
                add(others - *ports, Need::not_selected,
                    fmt::format("{} is {} here", range.restrictable_by, setting->value));
                return;
            }
        }
        if (range.variants.empty()) {
            add({}, Need::undetermined,
                range.restrictable_by.empty() ? fmt::format("the document gives no numbers for {}", range.id)
                                              : fmt::format("the document gives no numbers for {} and {} is not set",
                                                            range.id, range.restrictable_by));
            return;
        }
        // The listener's system decides. Where its generation is not known, every documented range may be in use.
        const OsGeneration known = ends_.target.host->generation;
        const bool listed = std::any_of(range.variants.begin(), range.variants.end(),
                                        [&](const RangeVariant& variant) { return variant.generation == known; });
        PortSet required;
        for (const bool wanted : {true, false}) {
            for (const RangeVariant& variant : range.variants) {
                if (is_used(range, variant, known, listed) != wanted) continue;
                PortPart part;
                part.ports = variant.ports - required;
                part.cites = variant.cites;
                if (wanted) {
                    required = required | variant.ports;
                    part.weaker = !listed && variant.generation == OsGeneration::legacy;
                } else {
                    part.need = Need::not_selected;
                    part.reason = listed ? fmt::format("range of {} systems; {} is {}", to_string(variant.generation),
                                                       ends_.target.host->id, to_string(known))
                                         : fmt::format("range of {} systems", to_string(variant.generation));
                }
                if (!part.ports.empty()) parts_.push_back(std::move(part));
            }
        }
        if (!listed && range.variants.size() > 1) {
            sentences_.push_back(
                fmt::format("the system generation of {} is not stated: all documented ranges of {} count",
                            ends_.target.host->id, range.id));
        }
    }

    static bool is_used(const PortRange& range, const RangeVariant& variant, OsGeneration known, bool listed) {
        if (listed) return variant.generation == known;
        const auto& defaults = range.default_generations;
        return defaults.empty() || std::find(defaults.begin(), defaults.end(), variant.generation) != defaults.end();
    }

    const Catalog& catalog_;
    const Settings& settings_;
    const Ends& ends_;
    std::vector<std::string>& sentences_;
    std::vector<PortPart> parts_;
};

}  // namespace

std::vector<PortPart> resolve_ports(const Catalog& catalog, const Settings& settings,
                                    const std::vector<PortItem>& items, const Ends& ends,
                                    std::vector<std::string>& sentences) {
    return PortResolver(catalog, settings, ends, sentences).resolve(items);
}

}  // namespace fwproof::catalog_resolve
