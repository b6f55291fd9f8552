// Translation before 8.3: the list of the incoming interface meets a packet as it is on the wire, the list of the
// outgoing one as it leaves. Between them `static` restores the destination; `static`, or `nat` with `global`, changes
// the source.
#include <algorithm>
#include <optional>

#include "vendor/asa/lower.hpp"

namespace fwproof::asa {

namespace {

using Kind = OldNatLine::Kind;

// The only interval of a set.
std::optional<Interval<std::uint32_t>> block_of(const Addresses& addresses) {
    if (!addresses.exact() || !addresses.surely || !addresses.surely->v6.empty()) return std::nullopt;
    const auto& intervals = addresses.surely->v4.intervals();
    if (intervals.size() != 1) return std::nullopt;
    return intervals[0];
}

// The only address of a set.
std::optional<Address> one_of(const Addresses& addresses) {
    const auto block = block_of(addresses);
    if (!block || block->first != block->last) return std::nullopt;
    return Address{Family::v4, block->first};
}

class SourceLowering {
public:
    explicit SourceLowering(Lowering& lowering) : lowering_(lowering), config_(lowering.config) {}

    std::optional<Ruleset> lower() {
        ruleset_.name = "nat of the source";
        ruleset_.default_verdict = Verdict::permit;
        // The device's own order: exemptions with a list, static lines, then dynamic ones.
        for (const auto& old : config_.old_nat) {
            if (old.kind == Kind::exempt && !old.exact) exempt(old);
        }
        for (const auto& old : config_.old_nat) {
            if (old.kind == Kind::fixed) fixed(old.line);
        }
        for (const auto& old : config_.old_nat) {
            if (old.kind == Kind::exempt && old.exact) exempt(old);
        }
        for (const auto& old : config_.old_nat) {
            if (old.kind == Kind::dynamic) dynamic(old);
        }
        if (ruleset_.rules.empty()) return std::nullopt;
        return std::move(ruleset_);
    }

private:
    const Addresses& addresses(const AddressOperand& operand) {
        return lowering_.resolver.addresses(operand, AnyMeaning::v4);
    }

    void push(const NatLine& line, std::string_view out, const AddressSetRef& source, Action action, bool certain) {
        Product header;
        header.in = InterfaceSet::of(std::string(line.real_interface));
        if (!out.empty()) header.out = InterfaceSet::of(std::string(out));
        header.source = source;
        const bool stays = std::holds_alternative<Decide>(action);
        Rule rule = implicit_rule(stays ? "no translation of the source" : "translation of the source", header,
                                  std::move(action), lowering_.span(line.place));
        if (!certain) {
            rule.match.conditional = true;
            rule.match.conditions.push_back({ConditionKind::other, "translation that a list chooses", rule.span});
        }
        ruleset_.rules.push_back(std::move(rule));
    }

    void exempt(const OldNatLine& old) {
        push(old.line, {}, old.exact ? addresses(old.line.real_source).possibly : nullptr, Decide{Verdict::permit, ""},
             old.exact);
    }

    void fixed(const NatLine& line) {
        Translate translate;
        translate.source.address_unknown = translate.source.port_unknown = true;
        if (line.problem || line.by_list) return push(line, line.mapped_interface, nullptr, translate, false);
        if (line.service_protocol != 0) return;  // a port of the real host alone; its answers belong to a connection
        const Addresses& real = addresses(line.real_source);
        const Addresses& mapped = addresses(line.mapped_source);
        if (real.exact() && mapped.exact() && real.surely && mapped.surely && *real.surely == *mapped.surely) {
            return push(line, line.mapped_interface, real.surely, Decide{Verdict::permit, ""}, true);
        }
        if (const auto address = one_of(mapped)) {
            translate.source = {};
            translate.source.address = address;
        } else {
            const auto from = block_of(real).value_or(Interval<std::uint32_t>{}), to = block_of(mapped).value_or(from);
            if (from.first < from.last && to.last - to.first == from.last - from.first) {
                translate.source = {};
                translate.source.block =
                    BlockMap{{Family::v4, from.first}, {Family::v4, from.last}, {Family::v4, to.first}};
            }
        }
        push(line, line.mapped_interface, real.possibly, translate, real.exact());
    }

    // The address that leaves is the pool's: one, when the pool has one.
    void dynamic(const OldNatLine& old) {
        for (const auto& global : config_.old_nat) {
            if (global.kind != Kind::global || global.id != old.id) continue;
            const auto same = [&](const OldNatLine& other) {
                return other.kind == Kind::global && other.id == old.id &&
                       other.line.mapped_interface == global.line.mapped_interface;
            };
            Translate translate;
            translate.source.port_unknown = true;
            const bool alone = std::count_if(config_.old_nat.begin(), config_.old_nat.end(), same) == 1;
            if (global.exact && alone) translate.source.address = one_of(addresses(global.line.mapped_source));
            translate.source.address_unknown = !translate.source.address;
            push(old.line, global.line.mapped_interface, old.exact ? addresses(old.line.real_source).possibly : nullptr,
                 translate, old.exact);
        }
    }

    Lowering& lowering_;
    const Config& config_;
    Ruleset ruleset_;
};

}  // namespace

std::vector<RulesetIndex> lower_old_nat(Lowering& lowering) {
    const auto& config = lowering.config;
    std::vector<RulesetIndex> stages;
    const auto add = [&](std::optional<Ruleset> ruleset) {
        if (!ruleset) return;
        stages.push_back(static_cast<RulesetIndex>(lowering.policy.rulesets.size()));
        lowering.policy.rulesets.push_back(std::move(*ruleset));
    };
    std::vector<const NatLine*> table;
    for (const auto& old : config.old_nat) {
        if (old.kind == Kind::fixed) table.push_back(&old.line);
    }
    auto destinations = restore_destinations(lowering, table);  // tells where mapped addresses are, too
    const bool filters_out =
        std::any_of(config.access_groups.begin(), config.access_groups.end(),
                    [](const AccessGroup& group) { return group.direction == AccessGroup::Direction::out; });
    if (!filters_out) return stages;  // nothing looks at a packet any more
    add(std::move(destinations));
    add(SourceLowering(lowering).lower());
    return stages;
}

}  // namespace fwproof::asa
