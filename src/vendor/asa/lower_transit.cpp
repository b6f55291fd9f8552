// What meets a packet on its way through the device.
//
// "ingress": what security levels forbid whatever a list says; then the list of the interface, then the global list,
// then the implicit deny; interfaces without any list let packets go to lower levels. "egress": the list of the
// outgoing interface, which is a second filter; other interfaces pass. Long, because the order in which these rules
// stand is what decides, and every step adds to it.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <unordered_set>

#include "fwproof/base/service.hpp"
#include "vendor/asa/literals.hpp"
#include "vendor/asa/lower.hpp"
#include "vendor/asa/ports.hpp"
#include "vendor/asa/tunnels.hpp"

namespace fwproof::asa {

namespace {

// Of an export that names more than a device has, the others are among those that it does not hold.
constexpr std::size_t kMostAssumed = 1000;

class TransitLowering {
public:
    explicit TransitLowering(Lowering& lowering) : lowering_(lowering), config_(lowering.config) { collect_ports(); }

    void lower() {
        const bool fragment = config_.access_groups.empty() && config_.interfaces.empty();
        if (fragment) {
            lower_fragment();
            return;
        }
        Path path;
        path.position = Position::transit;
        if (lowering_.dialect.real_addresses) lower_nat(lowering_);
        if (lowering_.nat) path.stages.push_back({*lowering_.nat, {}});
        lowering_.ingress = add(ingress());
        path.stages.push_back({*lowering_.ingress, {}});
        if (!lowering_.dialect.real_addresses) {
            for (const RulesetIndex stage : lower_old_nat(lowering_)) path.stages.push_back({stage, {}});
        }
        if (auto out = egress()) {
            lowering_.egress = add(std::move(*out));
            path.stages.push_back({*lowering_.egress, {}});
        }
        lowering_.policy.paths.push_back(std::move(path));
        if (!lowering_.dialect.real_addresses) return;
        if (auto sources = translate_sources(lowering_)) {
            const RulesetIndex leaving = add(std::move(*sources));
            lowering_.policy.leaving.push_back({leaving, {}});
        }
    }

private:
    RulesetIndex add(Ruleset ruleset) {
        lowering_.policy.rulesets.push_back(std::move(ruleset));
        return static_cast<RulesetIndex>(lowering_.policy.rulesets.size() - 1);
    }

    void collect_ports() {
        for (const auto& interface : config_.interfaces) {
            if (interface.name.empty()) continue;
            Port port;
            port.name = interface.name;
            port.level = level_of(interface);
            port.carries = carries_transit(interface);
            port.place = interface.place;
            ports_.push_back(std::move(port));
        }
        assume_ports();
    }

    // Interfaces that lists, routes and translations name, of which the export does not hold the block.
    void assume_ports() {
        std::vector<std::string> assumed;
        std::unordered_set<std::string_view> seen;
        for (const auto& interface : config_.interfaces) seen.insert(interface.name);
        Place first;
        const auto assume = [&](std::string_view name, Place place) {
            if (name.empty() || name == "any" || is_null_interface(name) || !seen.insert(name).second) return;
            if (assumed.size() == kMostAssumed) return;
            ports_.push_back({std::string(name), std::nullopt, true, false, place});
            if (assumed.empty()) first = place;
            assumed.emplace_back(name);
            Interface interface;
            interface.name = name;
            interface.span = lowering_.span(place);
            lowering_.policy.interfaces.push_back(std::move(interface));
        };
        for (const auto& group : config_.access_groups) assume(group.interface, group.place);
        for (const auto& route : config_.routes) assume(route.interface, route.place);
        for (const auto& line : config_.nat) {
            assume(line.real_interface, line.place);
            assume(line.mapped_interface, line.place);
        }
        for (const auto& old : config_.old_nat) {
            assume(old.line.real_interface, old.line.place);
            assume(old.line.mapped_interface, old.line.place);
        }
        partial_ = config_.interfaces.empty() || !assumed.empty();
        if (assumed.empty()) return;
        const bool one = assumed.size() == 1;
        lowering_.note(NoteKind::assumed_default,
                       fmt::format("the interface{} '{}' {} not in this export: {} not known", one ? "" : "s",
                                   fmt::join(assumed, "', '"), one ? "is" : "are",
                                   one ? "its security level is" : "their security levels are"),
                       "export the interfaces with the lists", first);
        lowering_.policy.assumptions.push_back(
            fmt::format("the interface{} {} {} from the others", one ? "" : "s", fmt::join(assumed, ", "),
                        one ? "has a security level that differs" : "have security levels that differ"));
    }

    // Only lists were exported: each of them is taken as the whole filter.
    void lower_fragment() {
        const std::size_t count = lowering_.policy.rulesets.size();
        if (count == 0) return;
        lowering_.note(NoteKind::assumed_default,
                       "the export binds no list to an interface: each list is taken as the whole filter",
                       "export the access-group statements with the lists",
                       config_.lists.empty() ? config_.shown_lists.empty() ? Place{} : config_.shown_lists[0].place
                                             : config_.lists[0].place);
        lowering_.policy.assumptions.emplace_back("a list is the whole filter of the traffic that is asked about");
        for (RulesetIndex i = 0; i < count; ++i) {
            if (!lowering_.policy.rulesets[i].used_by.empty()) continue;
            Ruleset top;
            top.name = "list " + lowering_.policy.rulesets[i].name;
            top.default_verdict = Verdict::deny;
            replies_without_bindings(top);
            top.rules.push_back(implicit_rule("list " + lowering_.policy.rulesets[i].name, {}, Jump{i}, {}));
            Path path;
            path.position = Position::transit;
            path.variant = lowering_.policy.rulesets[i].name;
            path.stages.push_back({add(std::move(top)), {}});
            lowering_.policy.paths.push_back(std::move(path));
        }
        if (lowering_.policy.paths.size() == 1) lowering_.policy.paths[0].variant.clear();
    }

    // Replies of connections meet no list. Whether ICMP is inspected, and which list its replies meet, is not known
    // here.
    void replies_without_bindings(Ruleset& ruleset) {
        known_connections(ruleset);
        Product replies;
        replies.states = StateSet(State::established);
        ServiceTerm term;
        term.protocols = ProtocolSet::of(kIcmp) | ProtocolSet::of(kIcmp6);
        replies.services = share(ServiceSet{{std::move(term)}});
        ruleset.rules.push_back(
            implicit_rule("reply of ICMP, inspected or not", replies, Decide{Verdict::unknown, ""}, {}));
    }

    Ruleset ingress() {
        Ruleset ruleset;
        ruleset.name = "ingress";
        ruleset.default_verdict = Verdict::deny;
        frames(ruleset, AccessGroup::Direction::in);
        known_connections(ruleset);
        related_packets(ruleset);
        meet_tunnels(lowering_, ruleset, true);
        unknown_addresses(ruleset);
        forbid(lowering_, ports_, ruleset);
        bridge_groups(ruleset);
        for (const auto& place : config_.established) {
            Product opened;
            opened.services = what_opens(place);
            Rule rule = implicit_rule("established", opened, Decide{Verdict::permit, ""}, lowering_.span(place));
            rule.match.conditional = true;
            rule.match.conditions.push_back({ConditionKind::memory, std::string(rule.span.text()), rule.span});
            ruleset.rules.push_back(std::move(rule));
            lowering_.note(NoteKind::unmodelled_condition, "'established' lets hosts with a connection open others", "",
                           place);
        }
        for (const auto& group : config_.access_groups) {
            if (group.direction == AccessGroup::Direction::in) bind(ruleset, group, true);
        }
        bool global = false;
        for (const auto& group : config_.access_groups) {
            if (group.direction == AccessGroup::Direction::global) {
                bind(ruleset, group, true);
                global = true;
            }
            if (group.direction == AccessGroup::Direction::unreadable) unreadable_binding(ruleset, group);
        }
        if (global) {
            implicit_denies(ruleset, AccessGroup::Direction::global);
            return ruleset;
        }
        implicit_denies(ruleset, AccessGroup::Direction::in);
        levels(ruleset);
        return ruleset;
    }

    // The list on the way out of that interface still denies.
    void unknown_addresses(Ruleset& ruleset) const {
        for (const auto& own : perhaps_own(config_)) {
            Rule rule = implicit_rule(std::string(own.name), own.packets, Decide{Verdict::unknown, ""},
                                      lowering_.span(own.interface->place));
            rule.match.conditional = true;
            rule.match.conditions.push_back({ConditionKind::address_keyword, own.condition, rule.span});
            ruleset.rules.push_back(std::move(rule));
        }
    }

    // `established PROTO PORT [PORT] [permitto PROTO PORTS] [permitfrom PROTO PORTS]`: what it lets through. Null: all.
    ServiceSetRef what_opens(Place place) const {
        Statement statement;
        statement.assign(lowering_.span(place).text(), place.offset);
        ServiceTerm term;
        bool said = false;
        while (!statement.at_end()) {
            const std::string_view word = statement.take().text;
            if (word != "permitto" && word != "permitfrom") continue;
            const auto protocol = protocol_of(statement.take().text);
            const std::string_view text = statement.take().text;
            const auto dash = text.find('-');
            const auto first = protocol ? port_of(text.substr(0, dash), *protocol) : std::nullopt;
            const auto last = dash == std::string_view::npos ? first : port_of(text.substr(dash + 1), *protocol);
            if (!protocol || !first || !last || *last < *first || !has_ports(*protocol)) return nullptr;
            term.protocols = term.protocols & ProtocolSet::of(*protocol);
            PortSet& ports = word == "permitto" ? term.destination_ports : term.source_ports;
            if (*first > 0) ports = PortSet::range(*first, *last);  // 0 is any
            said = true;
        }
        return said ? share(ServiceSet{{std::move(term)}}) : nullptr;
    }

    // The device drops what it has no route for, unless it gets one that no line of a whole export names.
    bool unrouted(Ruleset& ruleset) const {
        AddressSet addresses = without_route(lowering_);
        if (addresses.empty()) return false;
        Product product;
        product.destination = share(std::move(addresses));
        Rule rule = implicit_rule("no route", std::move(product), Decide{Verdict::unknown, ""}, {});
        rule.match.conditional = true;
        rule.match.conditions.push_back(
            {ConditionKind::other, "a route to the destination, which the export does not hold", {}});
        ruleset.rules.push_back(std::move(rule));
        return true;
    }

    std::optional<Ruleset> egress() {
        Ruleset ruleset;
        ruleset.name = "egress";
        ruleset.default_verdict = Verdict::permit;
        frames(ruleset, AccessGroup::Direction::out);
        bool any = !ruleset.rules.empty();
        known_connections(ruleset);
        any = unrouted(ruleset) || any;
        meet_tunnels(lowering_, ruleset, false);
        for (const auto& group : config_.access_groups) {
            if (group.direction != AccessGroup::Direction::out) continue;
            bind(ruleset, group, false);
            any = true;
        }
        if (!any) return std::nullopt;
        implicit_denies(ruleset, AccessGroup::Direction::out);
        return ruleset;
    }

    Product tracked_packets() const {
        Product product;
        product.states = StateSet(State::established);
        ServiceSet services;
        for (const std::uint8_t protocol : {kTcp, kUdp, kSctp}) {
            ServiceTerm term;
            term.protocols = ProtocolSet::of(protocol);
            services.terms.push_back(std::move(term));
        }
        product.services = share(std::move(services));
        return product;
    }

    // Packets of connections that the device knows meet no list. It keeps none for ICMP unless it inspects ICMP.
    void known_connections(Ruleset& ruleset) {
        ruleset.rules.push_back(
            implicit_rule("connection that is known", tracked_packets(), Decide{Verdict::permit, ""}, {}));
        for (const auto& inspection : config_.icmp_inspections) {
            Product replies;
            replies.states = StateSet(State::established);
            ServiceTerm term;
            term.protocols = ProtocolSet::of(kIcmp) | ProtocolSet::of(kIcmp6);
            replies.services = share(ServiceSet{{std::move(term)}});
            Rule rule = implicit_rule("reply that the inspection of ICMP knows", replies, Decide{Verdict::permit, ""},
                                      lowering_.span(inspection.place));
            if (!inspection.interface.empty()) {  // the policy of an interface sees what comes and what goes there
                Product leaving = replies;
                rule.match.any_of.front().header.in = InterfaceSet::of(std::string(inspection.interface));
                leaving.out = InterfaceSet::of(std::string(inspection.interface));
                rule.match.any_of.emplace_back().header = std::move(leaving);
            }
            if (!inspection.everything) {
                rule.match.conditional = true;
                rule.match.conditions.push_back({ConditionKind::other,
                                                 fmt::format("class '{}' takes the request", inspection.traffic_class),
                                                 rule.span});
            }
            ruleset.rules.push_back(std::move(rule));
        }
    }

    void related_packets(Ruleset& ruleset) {
        Product related;
        related.states = StateSet(State::related);
        ruleset.rules.push_back(
            implicit_rule("packet that an inspection expects", related, Decide{Verdict::unknown, ""}, {}));
    }

    // What an ethertype list says of a family by its first rule that names its frames; its implicit deny is for other
    // protocols alone.
    static std::optional<Verdict> verdict_on(const AccessList& list, Family family) {
        for (const std::uint32_t i : list.order) {
            const Ace& ace = list.entries[i];
            if (ace.kind == Ace::Kind::remark) continue;
            std::string_view type = ace.remark;
            if (type.starts_with("0x") || type.starts_with("0X")) type.remove_prefix(2);
            while (type.starts_with('0')) type.remove_prefix(1);
            const bool six = type == "86dd" || type == "86DD";
            const bool other = type == "bpdu" || type == "ipx" || type == "isis" || type == "eii-ipx" ||
                               type == "dsap" || type.starts_with("mpls-") || parse_hex(type).has_value();
            const bool here = type == "any" || (family == Family::v4 ? type == "800" : six);
            if (!here && other && ace.kind == Ace::Kind::rule) continue;
            if (!here || ace.kind != Ace::Kind::rule || ace.action == Ace::Action::unknown) return Verdict::unknown;
            return ace.action == Ace::Action::deny ? Verdict::deny : Verdict::permit;
        }
        return std::nullopt;
    }

    static std::optional<std::uint32_t> parse_hex(std::string_view text) {
        std::uint32_t value = 0;
        const char* const end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data(), end, value, 16);
        return error == std::errc() && stop == end ? std::optional(value) : std::nullopt;
    }

    // Ethertype lists meet every packet, of known connections too.
    void frames(Ruleset& ruleset, AccessGroup::Direction direction) {
        for (const auto& group : config_.access_groups) {
            if (group.direction != direction) continue;
            for (const auto* list : lists_named(config_, group.list)) {
                if (list->kind != ListKind::ethertype) continue;
                for (const Family family : {Family::v4, Family::v6}) {
                    const auto verdict = verdict_on(*list, family);
                    if (!verdict || *verdict == Verdict::permit) continue;
                    Product product;
                    product.source = family_set(family);
                    (direction == AccessGroup::Direction::in ? product.in : product.out) =
                        where_listed(group.interface);
                    ruleset.rules.push_back(implicit_rule(fmt::format("ethertype list {}", group.list), product,
                                                          Decide{*verdict, ""}, lowering_.span(group.place)));
                }
            }
        }
    }

    // An ethertype list stands beside the list of IP packets; frames() has what it says of them.
    bool filters_ip(const AccessGroup& group) const {
        const auto lists = lists_named(config_, group.list);
        return lists.empty() || std::any_of(lists.begin(), lists.end(),
                                            [](const AccessList* list) { return list->kind != ListKind::ethertype; });
    }

    // A device binds no list without rules, and none of another kind: what stands here is not what it had.
    static std::string_view why_not_bound(const AccessList& list) {
        if (list.kind == ListKind::standard || list.kind == ListKind::webtype) return "is no list of IP packets";
        return list.has_rules ? "" : "holds no rule";
    }

    bool has_list(std::string_view interface) const {
        return std::any_of(config_.access_groups.begin(), config_.access_groups.end(), [&](const AccessGroup& group) {
            return group.interface == interface && group.direction != AccessGroup::Direction::control_plane &&
                   filters_ip(group);
        });
    }

    // What a list at `name` filters: for a bridge group's own interface its members too.
    InterfaceSet where_listed(std::string_view name) const { return with_members(config_, name); }

    // Lists can stand at a bridge group's members and at its own interface, whose network is the one that routes know.
    // One at the group alone filters its members. With lists at members a packet of the group may be of any of them;
    // with both, two lists follow each other.
    void bridge_groups(Ruleset& ruleset) {
        for (const auto& bridge : config_.interfaces) {
            if (bridge.name.empty()) continue;
            for (const auto& member : config_.interfaces) {
                if (!is_member(bridge, member) || !has_list(member.name)) continue;
                std::vector<std::string> unknown = {std::string(bridge.name)};
                if (has_list(bridge.name)) unknown.emplace_back(member.name);
                for (const bool inward : {true, false}) {
                    Product product;
                    (inward ? product.in : product.out) = interfaces_of(unknown);
                    Rule rule = implicit_rule("bridge group", product, Decide{Verdict::unknown, ""},
                                              lowering_.span(member.place));
                    rule.match.conditional = true;
                    rule.match.conditions.push_back(
                        {ConditionKind::interface_type, "member of a bridge group with lists", rule.span});
                    ruleset.rules.push_back(std::move(rule));
                }
                lowering_.note(
                    NoteKind::unmodelled_condition,
                    unknown.size() == 1
                        ? fmt::format("of '{}' the member decides which list filters; ask with 'in {}' or 'out {}'",
                                      bridge.name, member.name, member.name)
                        : fmt::format("lists of the bridge group of '{}' and of its members are not combined",
                                      member.name),
                    "", member.place);
            }
        }
    }

    // The families that an interface list of this direction covers.
    std::vector<Family> families_of(std::string_view list) const {
        if (lowering_.dialect.unified_any) return {Family::v4, Family::v6};
        std::vector<Family> families;
        for (const auto* found : lists_named(config_, list)) families.push_back(found->ipv6 ? Family::v6 : Family::v4);
        if (families.empty()) families = {Family::v4, Family::v6};
        return families;
    }

    void bind(Ruleset& ruleset, const AccessGroup& group, bool inward) {
        Product where;
        if (!group.interface.empty()) (inward ? where.in : where.out) = where_listed(group.interface);
        const SourceSpan span = lowering_.span(group.place);
        const std::string name = group.interface.empty()
                                     ? fmt::format("global list {}", group.list)
                                     : fmt::format("list {} {} {}", group.list, inward ? "in" : "out", group.interface);
        if (group.per_user_override && !config_.user_rules.empty()) {
            Rule rule = implicit_rule("list of a user", where, Decide{Verdict::unknown, ""}, span);
            rule.match.conditional = true;
            rule.match.conditions.push_back({ConditionKind::user, "list downloaded for an authenticated user", span});
            ruleset.rules.push_back(std::move(rule));
        }
        if (group.per_user_override) {
            lowering_.note(NoteKind::unmodelled_condition, "users may bring lists of their own that override this one",
                           "", group.place);
        }
        const auto lists = lists_named(config_, group.list);
        const auto unknown = [&](const std::string& message, std::string hint) {
            Rule rule = implicit_rule(name, where, Decide{Verdict::unknown, ""}, span);
            rule.match.conditional = true;
            rule.match.conditions.push_back({ConditionKind::reference, std::string(group.list), span});
            ruleset.rules.push_back(std::move(rule));
            lowering_.note(NoteKind::undefined_reference, message, std::move(hint), group.place);
        };
        if (lists.empty()) {
            unknown(fmt::format("the access list '{}' is not in this export", group.list),
                    "export the whole configuration");
            return;
        }
        for (const auto* list : lists) {
            if (list->kind == ListKind::ethertype) continue;
            if (const auto why = why_not_bound(*list); !why.empty()) {
                unknown(fmt::format("the access list '{}' {}, and a device binds none like that", group.list, why),
                        "export the whole configuration");
                continue;
            }
            const auto at = lowering_.rulesets.find(list);
            if (at == lowering_.rulesets.end()) continue;
            Product product = where;
            if (!lowering_.dialect.unified_any) product.source = family_set(list->ipv6 ? Family::v6 : Family::v4);
            ruleset.rules.push_back(implicit_rule(name, product, Jump{at->second}, span));
            lowering_.policy.rulesets[at->second].bound = true;
        }
    }

    void unreadable_binding(Ruleset& ruleset, const AccessGroup& group) {
        Rule rule = implicit_rule("access-group", {}, Decide{Verdict::unknown, ""}, lowering_.span(group.place));
        rule.match.conditional = true;
        rule.match.conditions.push_back({ConditionKind::syntax, std::string(rule.span.text()), rule.span});
        ruleset.rules.insert(ruleset.rules.begin(), std::move(rule));
    }

    void implicit_denies(Ruleset& ruleset, AccessGroup::Direction direction) {
        for (const auto& group : config_.access_groups) {
            if (group.direction != direction || !filters_ip(group)) continue;
            for (const Family family : families_of(group.list)) {
                Product product;
                if (!group.interface.empty()) {
                    (direction == AccessGroup::Direction::in ? product.in : product.out) =
                        where_listed(group.interface);
                }
                if (!lowering_.dialect.unified_any) product.source = family_set(family);
                ruleset.rules.push_back(
                    unless_cut(implicit_rule(fmt::format("implicit deny of {}", group.list), product,
                                             Decide{Verdict::deny, ""}, lowering_.span(group.place))));
                if (lowering_.dialect.unified_any) break;
            }
        }
    }

    // Without a list, packets go from a higher to a lower level. A firewall module lets none in.
    void levels(Ruleset& ruleset) {
        const bool module = config_.product == ProductLine::fwsm;
        for (const auto& port : ports_) {
            if (!port.carries) continue;
            if (module) {
                Product product;
                product.in = InterfaceSet::of(port.name);
                ruleset.rules.push_back(unless_cut(implicit_rule(
                    fmt::format("no list at '{}', where a firewall module lets nothing in without one", port.name),
                    product, Decide{Verdict::deny, ""}, lowering_.span(port.place))));
                continue;
            }
            std::vector<std::string> lower, unknown, none;
            std::map<int, std::vector<std::string>> higher;
            for (const auto& other : ports_) {
                if (!other.carries) continue;
                const bool same = other.name == port.name;
                const auto members = same ? bridge_members(config_, port.name) : std::vector<const InterfaceBlock*>();
                if (members.size() > 1) {
                    (of_one_level(members) ? config_.same_level_between ? lower : none : unknown).push_back(port.name);
                } else if (same ? config_.same_level_within.has_value()
                                : port.level && other.level &&
                                      (*other.level < *port.level ||
                                       (*other.level == *port.level && config_.same_level_between))) {
                    lower.push_back(other.name);
                } else if (!same && (!port.level || !other.level)) {
                    unknown.push_back(other.name);
                } else if (!same && *other.level > *port.level) {
                    higher[*other.level].push_back(other.name);
                }
            }
            for (const bool surely : {true, false}) {
                const auto& names = surely ? lower : unknown;
                if (names.empty()) continue;
                Product product;
                product.in = InterfaceSet::of(port.name);
                product.out = interfaces_of(names);
                if (config_.transparent) product.destination = unicast();
                ruleset.rules.push_back(unless_cut(implicit_rule(
                    surely ? "to a lower security level" : "security level that is not known", product,
                    Decide{surely ? Verdict::permit : Verdict::unknown, ""}, lowering_.span(port.place))));
            }
            if (lists_all(port.name)) continue;
            if (config_.transparent) {
                Product product;
                product.in = InterfaceSet::of(port.name);
                product.destination = share(AddressSet::any() - *unicast());
                ruleset.rules.push_back(unless_cut(
                    implicit_rule(fmt::format("no list at '{}': broadcast and multicast need one", port.name), product,
                                  Decide{Verdict::deny, ""}, lowering_.span(port.place))));
            }
            for (const auto& [level, names] : higher) {
                Product product;
                product.in = InterfaceSet::of(port.name);
                product.out = interfaces_of(names);
                ruleset.rules.push_back(unless_cut(
                    implicit_rule(fmt::format("no list at '{}', level {} to level {}", port.name, *port.level, level),
                                  product, Decide{Verdict::deny, ""}, lowering_.span(port.place))));
            }
        }
        if (partial_) other_ports(ruleset);
    }

    // What an export that stops before its bindings does not hold may bind lists, or go on with the last one.
    Rule unless_cut(Rule rule) const {
        if (!config_.cut_bindings) return rule;
        rule.action = Decide{Verdict::unknown, ""};
        rule.match.conditional = true;
        rule.match.conditions.push_back(
            {ConditionKind::other, "what was cut off binds no list here", lowering_.span(*config_.cut)});
        return rule;
    }

    // What passes between levels without a list.
    static const AddressSetRef& unicast() {
        static const AddressSetRef kUnicast =
            share(AddressSet::any() - parse_address_set("224.0.0.0/4, 255.255.255.255, ff00::/8").value());
        return kUnicast;
    }

    // A list on the way in decides for both families there.
    bool lists_all(std::string_view interface) const {
        return std::any_of(config_.access_groups.begin(), config_.access_groups.end(), [&](const AccessGroup& group) {
            return group.interface == interface && group.direction == AccessGroup::Direction::in && filters_ip(group) &&
                   families_of(group.list).size() == 2;
        });
    }

    // Of what the export does not hold neither levels nor lists are known.
    void other_ports(Ruleset& ruleset) {
        std::vector<std::string> known;
        for (const auto& port : ports_) {
            if (port.known) known.push_back(port.name);
        }
        InterfaceSet others = interfaces_of(known);
        others.negated = true;
        Product product;
        if (!known.empty()) product.in = others;
        Rule rule = implicit_rule("interface that the export does not hold", product, Decide{Verdict::unknown, ""}, {});
        if (!known.empty()) rule.match.any_of.emplace_back().header.out = std::move(others);
        ruleset.rules.push_back(std::move(rule));
    }

    Lowering& lowering_;
    const Config& config_;
    std::vector<Port> ports_;
    bool partial_ = false;  // interfaces are missing in the export
};

}  // namespace

void lower_transit(Lowering& lowering) { TransitLowering(lowering).lower(); }

}  // namespace fwproof::asa
