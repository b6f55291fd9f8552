// Packets for the device itself. "control-plane": what its lists deny; the `ssh`, `telnet` and `http` permits come
// before them, and what they permit is not offered by that. "to-the-box": those permits again, then `icmp` rules. What
// else the device listens to (VPN, routing, DHCP ...) is not decided.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "fwproof/base/service.hpp"
#include "fwproof/policy/routing.hpp"
#include "vendor/asa/leaving_by.hpp"
#include "vendor/asa/literals.hpp"
#include "vendor/asa/lower.hpp"
#include "vendor/asa/ports.hpp"

namespace fwproof::asa {

namespace {

class BoxLowering {
public:
    explicit BoxLowering(Lowering& lowering) : lowering_(lowering), config_(lowering.config), leaving_by_(lowering) {}

    void lower() {
        Path path;
        path.position = Position::inbound;
        if (lowering_.box_nat) path.stages.push_back({*lowering_.box_nat, {}});
        const bool listed = std::any_of(
            config_.access_groups.begin(), config_.access_groups.end(),
            [](const AccessGroup& group) { return group.direction == AccessGroup::Direction::control_plane; });
        if (listed) {
            ruleset_.name = "control-plane";
            ruleset_.default_verdict = Verdict::permit;
            passing();
            known_connections();
            permits(false);
            control_plane();
            path.stages.push_back({finish(), {}});
        }
        if (lowering_.nat && lowering_.egress && !forwards().empty()) {
            ruleset_.name = "egress of port forwards";
            ruleset_.default_verdict = Verdict::permit;
            forward(*lowering_.egress);
            path.stages.push_back({finish(), {}});
        }
        ruleset_.name = "to-the-box";
        ruleset_.default_verdict = Verdict::unknown;
        shut_down();
        forwarded();
        known_connections();
        far_addresses();
        permits(listed);
        without_permit();
        icmp();
        path.stages.push_back({finish(), {}});
        lowering_.policy.paths.push_back(std::move(path));
    }

private:
    void add(std::string name, Product product, Verdict verdict, SourceSpan span) {
        ruleset_.rules.push_back(implicit_rule(std::move(name), std::move(product), Decide{verdict, ""}, span));
    }

    RulesetIndex finish() {
        lowering_.policy.rulesets.push_back(std::move(ruleset_));
        ruleset_ = {};
        return static_cast<RulesetIndex>(lowering_.policy.rulesets.size() - 1);
    }

    void shut_down() {
        for (const auto& interface : config_.interfaces) {
            if (interface.name.empty() || !interface.shut_down) continue;
            Product from;
            from.in = InterfaceSet::of(std::string(interface.name));
            add("interface is shut down", std::move(from), Verdict::deny, lowering_.span(interface.place));
        }
    }

    void known_connections() {
        Product known;
        known.states = StateSet(State::established) | StateSet(State::related);
        // Answers to the device's own pings meet the icmp rules like any other.
        ServiceTerm others;
        others.protocols = (ProtocolSet::of(kIcmp) | ProtocolSet::of(kIcmp6)).complement();
        known.services = share(ServiceSet{{std::move(others)}});
        ruleset_.rules.push_back(implicit_rule("connection that is known", known, Decide{Verdict::permit, ""}, {}));
    }

    // What is translated leads through the device and meets no control-plane list.
    void passing() {
        forwarded();
        for (auto& rule : ruleset_.rules) rule.action = Decide{Verdict::permit, ""};
    }

    // Whether a list on the way out may filter what leaves by the interface.
    bool filters_out(std::string_view interface) const {
        return std::any_of(config_.access_groups.begin(), config_.access_groups.end(), [&](const AccessGroup& group) {
            return group.direction == AccessGroup::Direction::out && group.interface == interface;
        });
    }

    // A port of the device's address that is translated leads through it: what stands on the way through decides, for
    // the interface by which the line sends it.
    struct Forward {
        Product packets;                 // as the line has made them
        std::optional<std::string> out;  // nothing: the export does not decide it
        Place place;
    };

    std::vector<Forward> forwards() {
        constexpr std::size_t kMostInterfaces = 64;
        std::vector<Forward> found;
        std::set<std::string> outs;
        const auto add = [&](std::string_view in, std::string_view out, const AddressOperand& real, Place place) {
            Forward forward;
            if (in != "any") forward.packets.in = InterfaceSet::of(std::string(in));
            forward.packets.destination = lowering_.resolver.addresses(real, AnyMeaning::both).possibly;
            forward.out = out == "any" ? routed(forward.packets.destination) : std::optional<std::string>(out);
            if (forward.out && outs.size() == kMostInterfaces && !outs.contains(*forward.out)) forward.out.reset();
            if (forward.out) outs.insert(*forward.out);
            forward.place = place;
            found.push_back(std::move(forward));
        };
        for (const auto& line : config_.nat) {
            if (line.problem || line.inactive) continue;
            if (line.is_static && line.mapped_source.kind == AddressOperand::Kind::interface) {
                add(line.mapped_interface, line.real_interface, line.real_source, line.place);
            }
            if (line.has_destination && line.mapped_destination.kind == AddressOperand::Kind::interface) {
                add(line.real_interface, line.mapped_interface, line.real_destination, line.place);
            }
        }
        return found;
    }

    // The one interface by which the routes lead to all of the addresses.
    std::optional<std::string> routed(const AddressSetRef& addresses) const {
        const RoutingTable table(lowering_.policy, RoutingTable::Use::to);
        const auto reaches = table.split(addresses ? *addresses : AddressSet::any());
        if (reaches.size() != 1 || reaches[0].interfaces.size() != 1) return std::nullopt;
        return reaches[0].interfaces[0];
    }

    void forwarded() {
        if (!lowering_.dialect.real_addresses) return forwarded_before_8_3();
        if (lowering_.nat && lowering_.ingress) forward(*lowering_.ingress);
    }

    void forward(RulesetIndex stage) {
        for (auto& one : forwards()) {
            Rule rule = implicit_rule("translated destination", std::move(one.packets), Decide{Verdict::unknown, ""},
                                      lowering_.span(one.place));
            if (one.out) rule.action = Jump{leaving_by_.of(stage, *one.out)};
            rule.match.any_of.front().destination_translated = true;
            ruleset_.rules.push_back(std::move(rule));
        }
        Rule rule = implicit_rule("translated destination", {}, Decide{Verdict::unknown, ""}, {});
        rule.match.any_of.front().destination_translated = true;
        ruleset_.rules.push_back(std::move(rule));
    }

    // There the lists meet the packet before its translation.
    void forwarded_before_8_3() {
        if (!lowering_.ingress) return;
        for (const auto& old : config_.old_nat) {
            const NatLine& line = old.line;
            if (old.kind != OldNatLine::Kind::fixed || line.problem ||
                line.mapped_source.kind != AddressOperand::Kind::interface)
                continue;
            Product product;
            product.in = InterfaceSet::of(std::string(line.mapped_interface));
            product.destination = lowering_.resolver.addresses(line.mapped_source, AnyMeaning::v4).possibly;
            bool certain = !line.by_list && product.destination && !product.destination->empty();
            if (line.service_protocol != 0) {
                const auto port = port_of(line.mapped_port, line.service_protocol);
                certain = certain && port;
                product.services =
                    port ? service(line.service_protocol, PortSet::of(*port)) : service(line.service_protocol);
            }
            Rule rule = implicit_rule("translated destination", product, Decide{Verdict::unknown, ""},
                                      lowering_.span(line.place));
            // A list on the way out meets the packet as it was translated.
            if (certain && !filters_out(line.real_interface)) {
                rule.action = Jump{leaving_by_.of(*lowering_.ingress, std::string(line.real_interface))};
            }
            ruleset_.rules.push_back(std::move(rule));
        }
    }

    // A host reaches only the address of the interface that it is behind.
    void far_addresses() {
        loopbacks();
        for (const auto& near : config_.interfaces) {
            if (near.name.empty()) continue;
            AddressSet others, standby, units;
            for (const auto& far : config_.interfaces) {
                if (far.name.empty() || far.name == near.name || is_loopback(far)) continue;
                for (const auto& address : far.addresses) others = others | AddressSet::of(address);
                for (const auto& address : far.standby) standby = standby | AddressSet::of(address);
                units = units | far.units;
            }
            // What passes one unit on its way to another.
            const auto pass = [&](const char* name, AddressSet& addresses) {
                if (addresses.empty()) return;
                Product product;
                product.in = InterfaceSet::of(std::string(near.name));
                product.destination = share(std::move(addresses));
                add(name, product, Verdict::unknown, lowering_.span(near.place));
            };
            pass("address of the standby unit behind another interface", standby);
            pass("address of a unit of the cluster behind another interface", units);
            for (const auto& address : near.addresses) others = others - AddressSet::of(address);
            for (const auto& bridge : config_.interfaces) {  // is near to its members
                if (!is_member(bridge, near)) continue;
                for (const auto& address : bridge.addresses) others = others - AddressSet::of(address);
            }
            if (others.empty()) continue;
            Product product;
            product.in = InterfaceSet::of(std::string(near.name));
            product.destination = share(std::move(others));
            add("address of another interface", product, config_.has_vpn ? Verdict::unknown : Verdict::deny,
                lowering_.span(near.place));
        }
    }

    // Reached by way of every interface; which lines let in what is for them alone.
    void loopbacks() {
        for (const auto& block : config_.interfaces) {
            if (block.name.empty() || !is_loopback(block) || block.addresses.empty()) continue;
            AddressSet own;
            for (const auto& address : block.addresses) own = own | AddressSet::of(address);
            Product product;
            product.destination = share(std::move(own));
            add("address of a loopback interface", product, Verdict::unknown, lowering_.span(block.place));
        }
    }

    // The lowest level of all interfaces takes no telnet outside a tunnel.
    bool lowest(std::string_view name) const {
        std::optional<int> own;
        int least = 101;
        for (const auto& interface : config_.interfaces) {
            if (interface.name.empty()) continue;
            const int level = level_of(interface);
            least = std::min(least, level);
            if (interface.name == name) own = level;
        }
        return own && *own == least && least < 100;
    }

    std::uint16_t port(ManagementLine::Kind kind) const {
        if (kind == ManagementLine::Kind::ssh) return 22;
        return kind == ManagementLine::Kind::telnet ? std::uint16_t{23} : config_.http_port;
    }

    // `again`: what is doubtful was said.
    void permits(bool again) {
        for (const auto& line : config_.management) {
            if (line.kind == ManagementLine::Kind::icmp || line.kind == ManagementLine::Kind::icmp6) continue;
            if (line.kind == ManagementLine::Kind::http && !config_.http_server) continue;
            if (!again) note_unknown(line);
            const Addresses& source = lowering_.resolver.addresses(line.source, AnyMeaning::both);
            Product product;
            product.in = with_members(config_, line.interface);
            product.source = source.possibly;
            product.services = service(kTcp, PortSet::of(port(line.kind)));
            Rule rule =
                implicit_rule("management permit", product, Decide{Verdict::permit, ""}, lowering_.span(line.place));
            for (const auto& doubt : source.doubts) {
                rule.match.conditional = true;
                rule.match.conditions.push_back({doubt.condition, doubt.value, lowering_.span(line.source.place)});
                if (!doubt.noted && !again) lowering_.note(doubt.note, doubt.message, doubt.hint, line.source.place);
            }
            if (line.kind == ManagementLine::Kind::telnet && lowest(line.interface)) {
                rule.match.conditional = true;
                rule.match.conditions.push_back(
                    {ConditionKind::ipsec, "telnet to the lowest level needs a tunnel", rule.span});
            }
            ruleset_.rules.push_back(std::move(rule));
        }
    }

    void note_unknown(const ManagementLine& line) {
        const bool known =
            config_.interfaces.empty() || std::any_of(config_.interfaces.begin(), config_.interfaces.end(),
                                                      [&](const auto& block) { return block.name == line.interface; });
        if (known) return;
        lowering_.note(NoteKind::undefined_reference,
                       fmt::format("no interface of this export is named '{}'", line.interface),
                       "the line is taken to hold nowhere else", line.place);
    }

    void control_plane() {
        for (const auto& group : config_.access_groups) {
            if (group.direction != AccessGroup::Direction::control_plane) continue;
            Product product;
            product.in = InterfaceSet::of(std::string(group.interface));
            const SourceSpan span = lowering_.span(group.place);
            const auto lists = lists_named(config_, group.list);
            if (lists.empty()) {
                Rule rule = implicit_rule("control-plane list", product, Decide{Verdict::unknown, ""}, span);
                rule.match.conditional = true;
                rule.match.conditions.push_back({ConditionKind::reference, std::string(group.list), span});
                ruleset_.rules.push_back(std::move(rule));
                lowering_.note(NoteKind::undefined_reference,
                               fmt::format("the access list '{}' is not in this export", group.list),
                               "export the whole configuration", group.place);
            }
            for (const auto* list : lists) {
                const auto at = lowering_.rulesets.find(list);
                if (at == lowering_.rulesets.end()) continue;
                Product one = product;
                if (!lowering_.dialect.unified_any) one.source = family_set(list->ipv6 ? Family::v6 : Family::v4);
                ruleset_.rules.push_back(
                    implicit_rule(fmt::format("control-plane list {}", group.list), one, Jump{at->second}, span));
                lowering_.policy.rulesets[at->second].bound = true;
            }
        }
    }

    // Management services answer nobody who has no permit.
    void without_permit() {
        PortSet ports = PortSet::of(22) | PortSet::of(23);
        // Without the ASDM server that port may still be the VPN portal's.
        if (config_.http_server && !config_.has_vpn) ports = ports | PortSet::of(config_.http_port);
        Product product;
        product.services = service(kTcp, ports);
        add("no management permit", product, config_.cut ? Verdict::unknown : Verdict::deny, {});
    }

    void icmp() {
        std::vector<std::string> ruled4, ruled6;
        for (const auto& line : config_.management) {
            const bool v4 = line.kind == ManagementLine::Kind::icmp;
            if (!v4 && line.kind != ManagementLine::Kind::icmp6) continue;
            const std::uint8_t protocol = v4 ? kIcmp : kIcmp6;
            ServiceTerm term;
            term.protocols = ProtocolSet::of(protocol);
            if (line.icmp.kind == IcmpOperand::Kind::type) {
                const auto type = icmp_type_of(line.icmp.type, protocol);
                const auto code = parse_decimal(line.icmp.code, 255);
                if (type) term.icmp = code ? icmp_code(*type, static_cast<std::uint8_t>(*code)) : icmp_type(*type);
            }
            note_unknown(line);
            const Addresses& source = lowering_.resolver.addresses(line.source, v4 ? AnyMeaning::v4 : AnyMeaning::v6);
            Product product;
            product.in = InterfaceSet::of(std::string(line.interface));
            product.source = source.possibly;
            product.services = share(ServiceSet{{std::move(term)}});
            Rule rule = implicit_rule("icmp rule", product, Decide{line.permit ? Verdict::permit : Verdict::deny, ""},
                                      lowering_.span(line.place));
            for (const auto& doubt : source.doubts) {
                rule.match.conditional = true;
                rule.match.conditions.push_back({doubt.condition, doubt.value, lowering_.span(line.source.place)});
            }
            ruleset_.rules.push_back(std::move(rule));
            (v4 ? ruled4 : ruled6).emplace_back(line.interface);
        }
        for (const bool v4 : {true, false}) {
            for (const auto& name : v4 ? ruled4 : ruled6) {
                Product product;
                product.in = InterfaceSet::of(name);
                product.services = service(v4 ? kIcmp : kIcmp6);
                add("implicit deny of the icmp rules", product, Verdict::deny, {});
            }
            // Each protocol is of one family.
            Product product;
            product.source = family_set(v4 ? Family::v4 : Family::v6);
            product.services = service(v4 ? kIcmp : kIcmp6);
            // By default a firewall module takes none, which this reader has from hearsay.
            const bool module = config_.product == ProductLine::fwsm;
            add("icmp to the device", product, module || config_.cut ? Verdict::unknown : Verdict::permit, {});
        }
    }

    Lowering& lowering_;
    const Config& config_;
    LeavingBy leaving_by_;
    Ruleset ruleset_;
};

}  // namespace

void lower_box(Lowering& lowering) {
    if (lowering.config.interfaces.empty() && lowering.config.management.empty()) return;
    BoxLowering(lowering).lower();
}

}  // namespace fwproof::asa
