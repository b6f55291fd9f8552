// nat-control: to a lower level the source needs a translation, to a higher one the destination. Each pair of
// interfaces has a ruleset that lets go what a translation takes and denies the rest.
#include <fmt/format.h>

#include <algorithm>

#include "fwproof/base/service.hpp"
#include "vendor/asa/literals.hpp"
#include "vendor/asa/old_nat.hpp"
#include "vendor/asa/operand.hpp"

namespace fwproof::asa {

namespace {

using Kind = OldNatLine::Kind;

class PairOfInterfaces {
public:
    PairOfInterfaces(Lowering& lowering, const std::deque<NatLine>& statics, const Port& in, const Port& out)
        : lowering_(lowering), statics_(statics), in_(in), out_(out) {
        ruleset_.name = fmt::format("nat-control {} to {}", in.name, out.name);
    }

    Ruleset lower() {
        const bool known = in_.level && out_.level;
        if (!known || *in_.level > *out_.level) outward(known);
        if (!known || *in_.level < *out_.level) inward(known);
        ruleset_.rules.push_back(implicit_rule("nat-control", {}, Decide{Verdict::deny, ""}, {}));
        return std::move(ruleset_);
    }

private:
    const Addresses& addresses(const AddressOperand& operand) {
        return lowering_.resolver.addresses(operand, AnyMeaning::v4);
    }

    // `header` has a translation.
    void pass(Product header, Place place, bool surely, std::string_view why = "translation that a list chooses") {
        Rule rule =
            implicit_rule("translation that nat-control asks for", std::move(header), Return{}, lowering_.span(place));
        if (!surely) {
            rule.match.conditional = true;
            rule.match.conditions.push_back({ConditionKind::other, std::string(why), rule.span});
        }
        ruleset_.rules.push_back(std::move(rule));
    }

    // The packets of a list's rules, or (inward) the other way round.
    void pass_chosen(std::string_view list, Place place, bool inward, bool known) {
        const auto chosen = chosen_by(lowering_, list);
        if (!chosen) return pass({}, place, false);
        for (const auto& [rule, surely] : *chosen) {
            const Addresses& real = addresses(rule->source.address);
            const Addresses& far = addresses(rule->destination.address);
            Product header;
            (inward ? header.destination : header.source) = real.possibly;
            (inward ? header.source : header.destination) = far.possibly;
            pass(std::move(header), place, known && surely && real.exact() && far.exact());
        }
    }

    void outward(bool known) {
        for (const NatLine& line : statics_) {
            if (line.real_interface != in_.name || line.mapped_interface != out_.name) continue;
            if (line.problem || (line.by_list && !line.has_destination)) {
                pass({}, line.place, false);
                continue;
            }
            const Addresses& real = addresses(line.real_source);
            Product header;
            header.source = real.possibly;
            bool sure = known && real.exact();
            if (line.has_destination) {
                const Addresses& far = addresses(line.real_destination);
                header.destination = far.possibly;
                sure = sure && far.exact();
            }
            if (line.service_protocol != 0) {
                ServiceTerm term;
                term.protocols = ProtocolSet::of(line.service_protocol);
                const auto port = port_of(line.real_port, line.service_protocol);
                if (port) term.source_ports = PortSet::of(*port);
                sure = sure && port;
                header.services = share(ServiceSet{{std::move(term)}});
            }
            pass(std::move(header), line.place, sure);
        }
        for (const auto& old : lowering_.config.old_nat) {
            if (old.line.real_interface != in_.name || (old.kind != Kind::exempt && old.kind != Kind::dynamic))
                continue;
            if (old.kind == Kind::dynamic && !has_pool(old.id, out_.name)) continue;
            if (old.line.problem) {
                pass({}, old.line.place, false);
            } else if (!old.exact) {
                pass_chosen(old.line.list, old.line.place, false, known);
            } else {
                const Addresses& real = addresses(old.line.real_source);
                Product header;
                header.source = real.possibly;
                pass(std::move(header), old.line.place, known && real.exact());
            }
        }
    }

    bool has_pool(std::string_view id, std::string_view interface) const {
        const auto& lines = lowering_.config.old_nat;
        return std::any_of(lines.begin(), lines.end(), [&](const OldNatLine& line) {
            return line.kind == Kind::global && line.id == id && line.line.mapped_interface == interface;
        });
    }

    void inward(bool known) {
        for (const NatLine& line : statics_) {
            if (line.real_interface != out_.name || line.mapped_interface != in_.name) continue;
            if (line.problem) {
                pass({}, line.place, false);
                continue;
            }
            const Addresses& mapped = addresses(line.mapped_source);
            Product header;
            header.destination = mapped.possibly;
            bool sure = known && mapped.exact() && (!line.by_list || line.has_destination);
            if (line.has_destination) {
                const Addresses& far = addresses(line.real_destination);
                header.source = far.possibly;
                sure = sure && far.exact();
            }
            if (line.service_protocol != 0) {
                const auto port = port_of(line.mapped_port, line.service_protocol);
                header.services =
                    port ? service(line.service_protocol, PortSet::of(*port)) : service(line.service_protocol);
                sure = sure && port;
            }
            pass(std::move(header), line.place, sure);
        }
        constexpr std::string_view kInUse = "translation that is in use";
        for (const auto& old : lowering_.config.old_nat) {
            if (old.kind == Kind::exempt && old.line.real_interface == out_.name) {
                if (old.line.problem) {
                    pass({}, old.line.place, false);
                } else if (!old.exact) {
                    pass_chosen(old.line.list, old.line.place, true, known);
                } else {
                    Product header;
                    header.destination = addresses(old.line.real_source).possibly;
                    pass(std::move(header), old.line.place, false, kInUse);
                }
            } else if (old.kind == Kind::global && old.line.mapped_interface == in_.name) {
                if (old.line.mapped_source.kind == AddressOperand::Kind::interface) continue;  // answers alone
                Product header;
                header.destination = pool(old.line.mapped_source);
                pass(std::move(header), old.line.place, false, kInUse);
            }
        }
    }

    // "203.0.113.30-203.0.113.40", or one address. Null: any.
    AddressSetRef pool(const AddressOperand& operand) {
        if (operand.kind == AddressOperand::Kind::host) return share(AddressSet::of(operand.first));
        const auto dash = operand.name.find('-');
        if (dash == std::string_view::npos) return nullptr;
        const auto first = parse_v4(operand.name.substr(0, dash)), last = parse_v4(operand.name.substr(dash + 1));
        if (!first || !last) return nullptr;
        return share(AddressSet::range({Family::v4, *first}, {Family::v4, *last}));
    }

    Lowering& lowering_;
    const std::deque<NatLine>& statics_;
    const Port& in_;
    const Port& out_;
    Ruleset ruleset_;
};

}  // namespace

void lower_nat_control(Lowering& lowering, const std::vector<Port>& ports, Ruleset& ingress) {
    const auto statics = static_lines(lowering);
    for (const auto& in : ports) {
        for (const auto& out : ports) {
            if (in.name == out.name || (in.level && in.level == out.level)) continue;
            Product product;
            product.in = InterfaceSet::of(in.name);
            product.out = InterfaceSet::of(out.name);
            Ruleset pair = PairOfInterfaces(lowering, statics, in, out).lower();
            Action action = Decide{Verdict::deny, ""};
            if (pair.rules.size() > 1) {
                action = Jump{static_cast<RulesetIndex>(lowering.policy.rulesets.size())};
                lowering.policy.rulesets.push_back(std::move(pair));
            }
            ingress.rules.push_back(implicit_rule("nat-control", std::move(product), std::move(action), {}));
        }
    }
}

}  // namespace fwproof::asa
