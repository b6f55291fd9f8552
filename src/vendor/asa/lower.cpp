#include "vendor/asa/lower.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "fwproof/base/service.hpp"
#include "vendor/asa/ports.hpp"
#include "vendor/asa/tunnels.hpp"

namespace fwproof::asa {

namespace {

Dialect dialect_of(const Config& config, Policy& policy) {
    Dialect dialect;
    if (config.product == ProductLine::ftd) return dialect;
    if (config.product == ProductLine::pix || config.product == ProductLine::fwsm) return {false, false, false};
    if (config.version) {
        dialect.management_routes_apart = *config.version >= Version{9, 5};
        dialect.real_addresses = *config.version >= Version{8, 3};
        dialect.unified_any = *config.version >= Version{9, 0};
        return dialect;
    }
    // Without a version the statements tell: `static` and `global` are gone since 8.3, IPv6 lists since 9.0.
    dialect.real_addresses = config.old_nat.empty();
    dialect.unified_any = config.old_nat.empty() && config.list6_index.empty();
    dialect.management_routes_apart = dialect.unified_any;
    policy.assumptions.emplace_back(
        dialect.unified_any ? "the release is 9.0 or later: 'any' is IPv4 and IPv6, lists hold real addresses"
        : dialect.real_addresses
            ? "the release is 8.3 or 8.4: 'any' is IPv4 in an IPv4 list, lists hold real addresses"
            : "the release is older than 8.3: lists hold addresses as they are seen on the interface");
    policy.notes.push_back({NoteKind::assumed_default,
                            "the export does not say its release: " + policy.assumptions.back(),
                            "include the 'ASA Version' line",
                            {config.source, 0, 0}});
    return dialect;
}

// The addresses that the units of a cluster have of their own.
void find_units(Config& config) {
    constexpr uint128 kMostOfPool = 1024;  // a cluster has sixteen units
    uint128 left = 20'000;
    for (auto& block : config.interfaces) {
        for (const auto& named : block.cluster_pools) {
            bool known = false;
            for (const auto& pool : config.pools) {
                if (pool.name != named.name || pool.first.family != named.family) continue;
                const uint128 more = pool.last.value - pool.first.value;  // than one
                if (more >= kMostOfPool || more >= left) continue;
                known = true;
                left -= more + 1;
                block.units = block.units | AddressSet::range(pool.first, pool.last);
            }
            if (known) continue;
            block.unknown_units.push_back(named.family);
            config.notes.push_back(
                {NoteKind::undefined_reference,
                 named.name.empty() ? "the pool of the cluster's addresses has no name here"
                                    : fmt::format("the addresses of the pool '{}' are not in this export", named.name),
                 "which addresses of the network are the device's is not known", span_of(*config.source, named.place)});
        }
    }
}

void lower_lists(Lowering& lowering, Config& config) {
    const bool fragment = lowering.config.access_groups.empty() && lowering.config.interfaces.empty();
    const auto add = [&](AccessList& list, bool shown) {
        if (list.name.empty()) return;
        const bool filters = list.kind == ListKind::extended || (list.kind == ListKind::unknown && !list.order.empty());
        if (!filters) return;
        // Translations before 8.3 read the lists that choose their packets.
        const bool again = std::any_of(config.list_uses.begin(), config.list_uses.end(), [&](const ListUse& use) {
            return use.list == list.name && (use.what == "nat" || use.what == "static");
        });
        Ruleset ruleset = lower_list(lowering, list, shown, !again);
        ruleset.bound = fragment;  // bindings set it
        for (const auto& use : lowering.config.list_uses) {
            if (use.list != list.name) continue;
            ruleset.used_by = use.what;
            ruleset.bound = false;
            break;
        }
        lowering.rulesets.emplace(&list, static_cast<RulesetIndex>(lowering.policy.rulesets.size()));
        lowering.policy.rulesets.push_back(std::move(ruleset));
    };
    for (auto& list : config.lists) add(list, false);
    for (auto& list : config.shown_lists) {
        if (list.element_count && *list.element_count > list.elements_seen) {
            lowering.note(NoteKind::partial_export,
                          fmt::format("the list '{}' has {} elements, but {} stand here", list.name,
                                      *list.element_count, list.elements_seen),
                          "capture the whole output", list.place);
        }
        if (lowering.config.list_index.contains(list.name)) continue;  // the configuration itself has it
        add(list, true);
    }
}

// A new TCP connection starts with SYN alone, anything else is dropped whatever the lists say; a routed firewall
// forwards no broadcast or multicast; fragments are put together first.
void leave_out(Lowering& lowering) {
    Product flags;
    flags.states = StateSet(State::new_);
    ServiceTerm term;
    term.protocols = ProtocolSet::of(kTcp);
    std::vector<Interval<std::uint8_t>> others;
    for (int bits = 0; bits < 256; ++bits) {
        if ((bits & kSyn) != 0 && (bits & (kAck | kRst | kFin)) == 0) continue;
        others.push_back({static_cast<std::uint8_t>(bits), static_cast<std::uint8_t>(bits)});
    }
    term.tcp_flags = IntervalSet<std::uint8_t>(std::move(others));
    flags.services = share(ServiceSet{{std::move(term)}});
    lowering.policy.impossible.push_back(std::move(flags));
    if (lowering.config.transparent) return;
    Product many;
    many.destination = share(*parse_address_set(
        lowering.config.multicast_routing ? "255.255.255.255" : "224.0.0.0/4, 255.255.255.255, ff00::/8"));
    lowering.policy.impossible.push_back(std::move(many));
}

void general_assumptions(Lowering& lowering) {
    auto& assumptions = lowering.policy.assumptions;
    if (lowering.config.has_vpn && lowering.config.vpn_bypass) {
        assumptions.emplace_back(
            tunnel_ends(lowering).empty()
                ? "packets out of a VPN tunnel are not asked about: by default no list filters them"
                : "packets out of a VPN tunnel, which by default no list filters, come from the address pools, the "
                  "networks that crypto maps name, and by tunnel interfaces alone");
    }
    const auto& blocks = lowering.config.interfaces;
    if (std::any_of(blocks.begin(), blocks.end(), [](const InterfaceBlock& block) { return !block.standby.empty(); })) {
        assumptions.emplace_back("the standby unit answers at its addresses as the active one does at its own");
    }
    if (std::any_of(blocks.begin(), blocks.end(), [](const InterfaceBlock& block) { return !block.units.empty(); })) {
        assumptions.emplace_back(
            "the units of the cluster answer at the addresses of their pool as the one does that "
            "controls it");
    }
    if (lowering.config.cut) {
        assumptions.emplace_back(lowering.config.cut_bindings
                                     ? "what was cut off the export binds no list on the way out, and changes no rule"
                                     : "what was cut off the export changes no verdict of what passes through");
    }
    if (!lowering.config.droppers.empty()) {
        std::set<std::string_view> statements(lowering.config.droppers.begin(), lowering.config.droppers.end());
        assumptions.push_back(fmt::format("what may be dropped behind the rules is not asked about: '{}'",
                                          fmt::join(statements, "', '")));
    }
    if (!lowering.config.bypasses.empty()) {
        std::set<std::string_view> statements(lowering.config.bypasses.begin(), lowering.config.bypasses.end());
        assumptions.push_back(
            fmt::format("TCP packets of connections whose beginning the device did not see are not asked about: '{}'",
                        fmt::join(statements, "', '")));
    }
    if (lowering.config.transparent) {
        assumptions.emplace_back("the firewall is transparent: what is not IP is not asked about");
    } else if (lowering.config.multicast_routing) {
        assumptions.emplace_back("broadcast, which a routed firewall does not forward, is not asked about");
    } else {
        assumptions.emplace_back(
            "broadcast and multicast, which a routed firewall does not forward, are not asked about");
    }
}

// What bears on how safe the rules are, beside them.
void add_settings(Lowering& lowering) {
    const Config& config = lowering.config;
    const auto add = [&](std::string name, std::string value, Place place) {
        lowering.policy.settings.push_back({std::move(name), std::move(value), {}, lowering.span(place)});
    };
    if (config.same_level_between) add("same-security-traffic", "inter-interface", *config.same_level_between);
    if (config.same_level_within) add("same-security-traffic", "intra-interface", *config.same_level_within);
    std::optional<Place> tunnels;
    if (!config.vpn_ends.empty()) tunnels = config.vpn_ends.front().place;
    for (const auto& block : config.interfaces) {
        if (!tunnels && is_tunnel(block) && !block.name.empty()) tunnels = block.place;
    }
    for (const auto& door : config.web_doors) {
        const bool real = std::any_of(config.interfaces.begin(), config.interfaces.end(),
                                      [&](const InterfaceBlock& block) { return block.name == door.interface; });
        if (real && !tunnels) tunnels = door.place;
    }
    if (!tunnels || !config.vpn_bypass) return;
    const bool filtered = std::any_of(config.list_uses.begin(), config.list_uses.end(),
                                      [](const ListUse& use) { return use.what == "vpn-filter"; });
    add("vpn-bypasses-lists", filtered ? "vpn-filter" : "", *tunnels);
}

}  // namespace

std::vector<std::string> Lowering::ports() const {
    std::vector<std::string> names;
    for (const auto& block : config.interfaces) {
        if (!block.name.empty() && carries_transit(block)) names.emplace_back(block.name);
    }
    return names;
}

void Lowering::note(NoteKind kind, std::string message, std::string hint, Place place) {
    policy.notes.push_back({kind, std::move(message), std::move(hint), span(place)});
}

Rule implicit_rule(std::string name, Product header, Action action, SourceSpan span) {
    Rule rule;
    rule.match.any_of.front().header = std::move(header);
    rule.action = std::move(action);
    rule.implicit = true;
    rule.name = std::move(name);
    rule.span = span;
    return rule;
}

AddressSetRef family_set(Family family) {
    static const AddressSetRef kV4 = share(AddressSet::any4());
    static const AddressSetRef kV6 = share(AddressSet::any6());
    return family == Family::v4 ? kV4 : kV6;
}

std::vector<const AccessList*> lists_named(const Config& config, std::string_view name) {
    std::vector<const AccessList*> found;
    if (const auto at = config.list_index.find(name); at != config.list_index.end())
        found.push_back(&config.lists[at->second]);
    if (const auto at = config.list6_index.find(name); at != config.list6_index.end())
        found.push_back(&config.lists[at->second]);
    if (found.empty()) {
        if (const auto at = config.shown_index.find(name); at != config.shown_index.end())
            found.push_back(&config.shown_lists[at->second]);
    }
    return found;
}

void lower_interfaces(Lowering& lowering) {
    const bool grouped = std::any_of(lowering.config.interfaces.begin(), lowering.config.interfaces.end(),
                                     [](const InterfaceBlock& block) { return !block.bridge_group.empty(); });
    for (const auto& block : lowering.config.interfaces) {
        if (block.name.empty()) continue;
        Interface interface;
        interface.name = block.name;
        interface.description = block.hardware;
        interface.networks = block.networks;
        interface.addresses = block.addresses;
        interface.addresses.insert(interface.addresses.end(), block.standby.begin(), block.standby.end());
        const auto add_units = [&](Family family, const auto& intervals) {
            for (const auto& one : intervals) {
                const uint128 more = one.last - one.first;
                for (uint128 i = 0; i <= more; ++i) interface.addresses.push_back({family, one.first + i});
            }
        };
        add_units(Family::v4, block.units.v4.intervals());
        add_units(Family::v6, block.units.v6.intervals());
        interface.security_level = level_of(block);
        interface.enabled = !block.shut_down;
        const auto& checked = lowering.config.checked_sources;
        interface.checks_source = std::any_of(checked.begin(), checked.end(), [&](const CheckedSource& source) {
            return source.interface == block.name;
        });
        interface.transit =
            !is_loopback(block) && (!block.management_only || !lowering.dialect.management_routes_apart);
        if (lowering.config.transparent) {  // the address of a group is the device's, behind each of its members
            for (const auto& bridge : lowering.config.interfaces) {
                const bool own = bridge.name.empty() && bridge.hardware.starts_with("BVI") &&
                                 bridge.hardware.substr(3) == block.bridge_group;
                if (!own || block.management_only) continue;
                interface.addresses.insert(interface.addresses.end(), bridge.addresses.begin(), bridge.addresses.end());
            }
        }
        if (lowering.config.transparent) {  // an address there is the device's own, and says nothing of what passes
            interface.bridge = grouped ? block.bridge_group : "all";
            if (!block.management_only) interface.networks.clear();
        }
        interface.span = lowering.span(block.place);
        if (block.dynamic4) {
            lowering.note(NoteKind::unresolved_name,
                          fmt::format("the address of interface '{}' is assigned at run time", block.name), "",
                          block.place);
        }
        lowering.policy.interfaces.push_back(std::move(interface));
    }
}

Policy lower(Config config, const SourceRef& source, const LoadOptions& options) {
    find_units(config);
    Policy policy;
    policy.vendor = "asa";
    policy.device = config.hostname;
    if (!config.context.empty()) policy.device += (policy.device.empty() ? "" : "/") + config.context;
    policy.version = config.version_text;
    policy.sources.push_back(source);
    policy.replies = ReplyHandling::tracked_ports;  // those of ICMP meet the lists where nothing inspects it
    policy.notes = std::move(config.notes);
    const Dialect dialect = dialect_of(config, policy);
    policy.families = {Family::v4, Family::v6};
    if (!dialect.unified_any && config.list6_index.empty()) policy.families = {Family::v4};

    Resolver resolver(config, policy);
    Lowering lowering{config, options, policy, resolver, dialect, {}, {}, {}, {}, {}, {}};
    lower_lists(lowering, config);
    lower_interfaces(lowering);
    lower_routes(lowering);
    lower_transit(lowering);
    lower_policy_routes(lowering);
    lower_box(lowering);
    resolver.add_objects();
    general_assumptions(lowering);
    add_settings(lowering);
    leave_out(lowering);
    std::stable_sort(policy.notes.begin(), policy.notes.end(),
                     [](const Note& a, const Note& b) { return a.span.offset < b.span.offset; });
    return policy;
}

}  // namespace fwproof::asa
