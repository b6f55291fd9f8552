// The answer of a new connection, before 8.3: where a line translates the real destination and did not take the packet,
// the device drops it (message 305013, in packet-tracer "rpf-check"). Exemptions and identities take both ways.
#include <map>

#include "vendor/asa/literals.hpp"
#include "vendor/asa/nat_values.hpp"
#include "vendor/asa/old_nat.hpp"

namespace fwproof::asa {

namespace {

using Kind = OldNatLine::Kind;

class OldReversePath {
public:
    OldReversePath(Lowering& lowering, const std::deque<NatLine>& statics)
        : lowering_(lowering), config_(lowering.config), statics_(statics) {}

    std::optional<Ruleset> lower() {
        ruleset_.name = "nat reverse path";
        ruleset_.default_verdict = Verdict::permit;
        ruleset_.filters = false;
        for (const auto& old : config_.old_nat) {
            if (old.kind == Kind::exempt) exempt(old);
        }
        for (const NatLine& line : statics_) {
            if (!plain(line) || is_identity(line)) continue;
            AddressSet& moved = moved_[{line.real_interface, line.mapped_interface}];
            const AddressSetRef real = addresses(line.real_source).possibly;
            moved = moved | (real ? *real : AddressSet::any4());
        }
        for (const NatLine& line : statics_) takes(line);
        const std::size_t passing = ruleset_.rules.size();
        for (const NatLine& line : statics_) answers(line);
        for (const auto& old : config_.old_nat) {
            if (old.kind == Kind::dynamic) answers(old);
        }
        if (ruleset_.rules.size() == passing) return std::nullopt;
        return std::move(ruleset_);
    }

private:
    const Addresses& addresses(const AddressOperand& operand) {
        return lowering_.resolver.addresses(operand, AnyMeaning::v4);
    }

    void push(std::string name, Product header, Verdict verdict, Place place, bool certain) {
        header.states = StateSet(State::new_);
        Rule rule = implicit_rule(std::move(name), std::move(header), Decide{verdict, ""}, lowering_.span(place));
        if (!certain) {
            rule.match.conditional = true;
            rule.match.conditions.push_back({ConditionKind::other, "translation that a list chooses", rule.span});
        }
        ruleset_.rules.push_back(std::move(rule));
    }

    // The rules of a list, or nothing of it.
    std::vector<Chosen> chosen(std::string_view list, bool& known) const {
        auto rules = chosen_by(lowering_, list);
        known = rules.has_value();
        return known ? *rules : std::vector<Chosen>();
    }

    void exempt(const OldNatLine& old) {
        Product header;
        header.out = InterfaceSet::of(std::string(old.line.real_interface));
        if (old.exact && !old.line.problem) {
            const Addresses& real = addresses(old.line.real_source);
            header.destination = real.possibly;
            return push("no translation of the answers", header, Verdict::permit, old.line.place, real.exact());
        }
        bool known = false;
        for (const auto& [rule, surely] : chosen(old.line.list, known)) {
            const Addresses& real = addresses(rule->source.address);
            const Addresses& far = addresses(rule->destination.address);
            header.destination = real.possibly;
            header.source = far.possibly;
            push("no translation of the answers", header, Verdict::permit, old.line.place,
                 surely && real.exact() && far.exact());
        }
        if (!known) push("no translation of the answers", header, Verdict::permit, old.line.place, false);
    }

    static bool plain(const NatLine& line) { return !line.problem && (!line.by_list || line.has_destination); }

    bool is_identity(const NatLine& line) {
        const Addresses& real = addresses(line.real_source);
        const Addresses& mapped = addresses(line.mapped_source);
        return line.service_protocol == 0 && real.exact() && mapped.exact() && same_set(real.surely, mapped.surely);
    }

    // Packets that the line takes, whose answers it takes too. Of an identity only those that no other static line of
    // these interfaces moves: of the others which line has the answers is not known.
    void takes(const NatLine& line) {
        Product header;
        header.in = InterfaceSet::of(std::string(line.mapped_interface));
        bool certain = plain(line);
        if (!line.problem) {
            const Addresses& mapped = addresses(line.mapped_source);
            header.destination = mapped.possibly;
            certain = certain && mapped.exact();
        }
        certain = narrow(line, line.mapped_port, header) && certain;
        const auto moved = moved_.find({line.real_interface, line.mapped_interface});
        if (certain && moved != moved_.end() && is_identity(line)) {
            const AddressSet kept = header.destination ? *header.destination : AddressSet::any4();
            AddressSet both = kept & moved->second;
            header.destination = share(kept - both);
            Product unclear = header;
            unclear.destination = share(std::move(both));
            if (!unclear.destination->empty()) {
                push("translation of the destination", std::move(unclear), Verdict::permit, line.place, false);
            }
        }
        push("translation of the destination", std::move(header), Verdict::permit, line.place, certain);
    }

    // To the peers and the port of the line. False: these are not known.
    bool narrow(const NatLine& line, std::string_view port, Product& header) {
        bool certain = true;
        if (line.has_destination) {
            const Addresses& far = addresses(line.real_destination);
            header.source = far.possibly;
            certain = far.exact();
        }
        if (line.service_protocol != 0) {
            const auto number = port_of(port, line.service_protocol);
            header.services =
                number ? service(line.service_protocol, PortSet::of(*number)) : service(line.service_protocol);
            certain = certain && number;
        }
        return certain;
    }

    void answers(const NatLine& line) {
        Product header;
        header.in = InterfaceSet::of(std::string(line.mapped_interface));
        header.out = InterfaceSet::of(std::string(line.real_interface));
        if (line.problem) return push(kName, std::move(header), Verdict::deny, line.place, false);
        if (line.by_list && !line.has_destination) return answers_to(line.list, header, line.place);
        const Addresses& real = addresses(line.real_source);
        header.destination = real.possibly;
        const bool certain = narrow(line, line.real_port, header) && real.exact();
        push(kName, std::move(header), Verdict::deny, line.place, certain);
    }

    // What a list chooses, or may choose.
    void answers_to(std::string_view list, Product header, Place place) {
        bool known = false;
        for (const auto& [rule, surely] : chosen(list, known)) {
            const Addresses& real = addresses(rule->source.address);
            const Addresses& far = addresses(rule->destination.address);
            header.destination = real.possibly;
            header.source = far.possibly;
            push(kName, header, Verdict::deny, place, surely && real.exact() && far.exact());
        }
        if (!known) push(kName, std::move(header), Verdict::deny, place, false);
    }

    void answers(const OldNatLine& old) {
        for (const auto& global : config_.old_nat) {
            if (global.kind != Kind::global || global.id != old.id) continue;
            Product header;
            header.in = InterfaceSet::of(std::string(global.line.mapped_interface));
            header.out = InterfaceSet::of(std::string(old.line.real_interface));
            if (old.line.problem) {
                push(kName, std::move(header), Verdict::deny, old.line.place, false);
            } else if (!old.exact) {
                answers_to(old.line.list, header, old.line.place);
            } else {
                const Addresses& real = addresses(old.line.real_source);
                header.destination = real.possibly;
                push(kName, std::move(header), Verdict::deny, old.line.place, real.exact());
            }
        }
    }

    static constexpr const char* kName = "nat reverse path: this line translates the answers";

    Lowering& lowering_;
    const Config& config_;
    const std::deque<NatLine>& statics_;
    std::map<std::pair<std::string_view, std::string_view>, AddressSet> moved_;  // real addresses, by interfaces
    Ruleset ruleset_;
};

}  // namespace

std::optional<Ruleset> old_reverse_path(Lowering& lowering, const std::deque<NatLine>& statics) {
    return OldReversePath(lowering, statics).lower();
}

}  // namespace fwproof::asa
