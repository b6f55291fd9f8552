// Translation before 8.3: the list of the incoming interface meets a packet as it is on the wire, the list of the
// outgoing one as it leaves. Between them `static` restores the destination; `static`, or `nat` with `global`, changes
// the source.
#include <algorithm>
#include <optional>

#include "vendor/asa/literals.hpp"
#include "vendor/asa/old_nat.hpp"
#include "vendor/asa/shifts.hpp"

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
    SourceLowering(Lowering& lowering, const std::deque<NatLine>& statics)
        : lowering_(lowering), config_(lowering.config), statics_(statics) {}

    std::optional<Ruleset> lower() {
        ruleset_.name = "nat of the source";
        ruleset_.default_verdict = Verdict::permit;
        // The device's own order: exemptions with a list, static lines, then dynamic ones.
        for (const auto& old : config_.old_nat) {
            if (old.kind == Kind::exempt && !old.exact) exempt(old);
        }
        for (const NatLine& line : statics_) {
            const auto from = one_of(addresses(line.real_source)), to = one_of(addresses(line.mapped_source));
            if (!line.problem && from && to && *from != *to) shifts_.add(*from, *to);
        }
        for (const NatLine& line : statics_) fixed(line);
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
        if (line.has_destination) {
            const Addresses& far = addresses(line.real_destination);
            header.destination = far.possibly;
            certain = certain && far.exact();
        }
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
        if (line.problem || (line.by_list && !line.has_destination)) {
            return push(line, line.mapped_interface, nullptr, translate, false);
        }
        if (line.service_protocol != 0) return;  // a port of the real host alone; its answers belong to a connection
        const Addresses& real = addresses(line.real_source);
        const Addresses& mapped = addresses(line.mapped_source);
        if (real.exact() && mapped.exact() && real.surely && mapped.surely && *real.surely == *mapped.surely) {
            return push(line, line.mapped_interface, real.surely, Decide{Verdict::permit, ""}, true);
        }
        if (const auto address = one_of(mapped)) {
            translate.source = {};
            translate.source.address = address;
            if (const auto from = one_of(real)) translate.source = shifts_.of(*from, *address);
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
    const std::deque<NatLine>& statics_;
    Ruleset ruleset_;
    Shifts shifts_;
};

}  // namespace

std::optional<std::vector<Chosen>> chosen_by(const Lowering& lowering, std::string_view list) {
    const auto lists = lists_named(lowering.config, list);
    if (lists.size() != 1 || lists.front()->kind != ListKind::extended) return std::nullopt;
    std::vector<Chosen> chosen;
    for (const std::uint32_t i : lists.front()->order) {
        const Ace& rule = lists.front()->entries[i];
        if (rule.kind == Ace::Kind::remark || rule.removed || (rule.kind == Ace::Kind::rule && rule.inactive)) continue;
        if (rule.kind != Ace::Kind::rule || rule.action != Ace::Action::permit) return std::nullopt;
        const bool plain = rule.protocol.kind == ProtocolOperand::Kind::ip && rule.time_range.empty() &&
                           rule.source.qualifiers.empty() && rule.destination.qualifiers.empty();
        chosen.push_back({&rule, plain});
    }
    return chosen;
}

std::deque<NatLine> static_lines(const Lowering& lowering) {
    std::deque<NatLine> lines;
    for (const auto& old : lowering.config.old_nat) {
        if (old.kind != Kind::fixed) continue;
        const NatLine& line = old.line;
        NatLine& copy = lines.emplace_back();
        copy.section = line.section;
        copy.real_interface = line.real_interface;
        copy.mapped_interface = line.mapped_interface;
        copy.is_static = true;
        copy.real_source = line.real_source;
        copy.mapped_source = line.mapped_source;
        copy.service_protocol = line.service_protocol;
        copy.real_port = line.real_port;
        copy.mapped_port = line.mapped_port;
        copy.by_list = line.by_list;
        copy.list = line.list;
        copy.place = line.place;
        if (line.problem) copy.problem = std::make_unique<Problem>(*line.problem);
        if (line.problem || !line.by_list) continue;
        const auto chosen = chosen_by(lowering, line.list);
        if (!chosen || chosen->size() != 1) continue;
        const Ace& rule = *chosen->front().rule;
        if (line.service_protocol != 0) {
            // static (i,o) tcp MAPPED 80 access-list L, with `permit tcp host REAL eq 8080 ...` in L
            const bool port =
                rule.protocol.kind == ProtocolOperand::Kind::number && rule.protocol.number == line.service_protocol &&
                rule.time_range.empty() && rule.source.qualifiers.empty() && rule.destination.qualifiers.empty() &&
                rule.source_port.kind == PortOperand::Kind::eq && rule.destination_port.kind == PortOperand::Kind::none;
            if (!port) continue;
            copy.real_port = rule.source_port.first;
        } else if (!chosen->front().surely) {
            continue;
        }
        copy.real_source = rule.source.address;
        copy.has_destination = true;
        copy.mapped_destination = copy.real_destination = rule.destination.address;
    }
    return lines;
}

std::vector<RulesetIndex> lower_old_nat(Lowering& lowering) {
    const auto& config = lowering.config;
    std::vector<RulesetIndex> stages;
    const auto add = [&](std::optional<Ruleset> ruleset) {
        if (!ruleset) return;
        stages.push_back(static_cast<RulesetIndex>(lowering.policy.rulesets.size()));
        lowering.policy.rulesets.push_back(std::move(*ruleset));
    };
    std::vector<const NatLine*> table;
    const auto statics = static_lines(lowering);
    for (const NatLine& line : statics) table.push_back(&line);
    add(old_reverse_path(lowering, statics));
    auto destinations = restore_destinations(lowering, table);  // tells where mapped addresses are, too
    const bool filters_out =
        std::any_of(config.access_groups.begin(), config.access_groups.end(),
                    [](const AccessGroup& group) { return group.direction == AccessGroup::Direction::out; });
    if (!filters_out) return stages;  // nothing looks at a packet any more
    add(std::move(destinations));
    add(SourceLowering(lowering, statics).lower());
    return stages;
}

}  // namespace fwproof::asa
