#include "cli/answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cli/policies.hpp"
#include "cli/program_path.hpp"
#include "fwproof/analysis/crossing.hpp"
#include "fwproof/analysis/plain.hpp"
#include "fwproof/base/letters.hpp"
#include "fwproof/base/notation.hpp"

namespace fwproof::cli {

namespace {

// What the flow says about itself, against a condition of a rule; open where it says nothing of the kind.
Likeness fits(const Condition& condition, const FlowQuery& flow) {
    if (condition.kind == ConditionKind::program && flow.program) {
        return compare_programs(condition.value, *flow.program);
    }
    if (condition.kind == ConditionKind::service && flow.service) {
        if (condition.value == "*") return Likeness::same;  // any service
        return lower_case(condition.value) == lower_case(*flow.service) ? Likeness::same : Likeness::different;
    }
    return Likeness::open;
}

// A rule for another program or service than the flow's does not match; one for the same does, as far as that goes.
void settle_conditions(Policy& policy, const FlowQuery& flow) {
    for (auto& ruleset : policy.rulesets) {
        for (auto& rule : ruleset.rules) {
            for (const auto& condition : rule.match.conditions) {
                if (fits(condition, flow) == Likeness::different) rule.enabled = false;
            }
        }
    }
}

Assumption facts_of(const FlowQuery& flow) {
    if (!flow.program && !flow.service) return {};
    return [flow](const Condition& condition) { return fits(condition, flow) == Likeness::same; };
}

// Every interface to the network: there is one, and it is not the loopback of the host.
InterfaceSet to_network() { return {{{"", false}, {"lo", false}}, true}; }

// The question as it stands at a position: packets for the host have no output interface, its own no input interface.
// New TCP connections start with SYN alone, whatever else was asked for.
Product at_position(Product header, Position position) {
    if (header.in.is_all()) header.in = position == Position::outbound ? InterfaceSet::none() : to_network();
    if (header.out.is_all()) header.out = position == Position::inbound ? InterfaceSet::none() : to_network();
    const bool flags_given =
        header.services && std::any_of(header.services->terms.begin(), header.services->terms.end(),
                                       [](const ServiceTerm& term) { return !term.tcp_flags.is_all(); });
    if (header.states == StateSet(State::new_) && !flags_given) {
        header.services = first_packets(nullptr, nullptr, header.services).services;
    }
    return header;
}

// The policy with the translations of one ruleset taken for decisions, so that they can be asked for.
Policy with_decisions_for_translations(Policy policy, RulesetIndex ruleset) {
    for (auto& rule : policy.rulesets[ruleset].rules) {
        if (std::holds_alternative<Translate>(rule.action)) rule.action = Decide{Verdict::permit, ""};
    }
    return policy;
}

bool can_stand_at(const Product& header, Position position) {
    if (position == Position::inbound) return header.out.contains("");
    if (position == Position::outbound) return header.in.contains("");
    return true;
}

bool names_interface(const InterfaceSet& set) { return !set.is_all() && !set.negated; }

}  // namespace

Product reply_header(const Product& header) {
    Product reply = header;
    std::swap(reply.source, reply.destination);
    std::swap(reply.in, reply.out);
    reply.states = State::established;
    reply.fields.clear();
    if (!reply.services) return reply;
    ServiceSet back = *reply.services;
    for (auto& term : back.terms) {
        std::swap(term.source_ports, term.destination_ports);
        if (term.protocols == ProtocolSet::of(kTcp)) {
            using Flags = IntervalSet<std::uint8_t>;
            term.tcp_flags = Flags::of(kSyn | kAck) | Flags::of(kAck);
        }
        if (term.protocols == ProtocolSet::of(kIcmp) && term.icmp.subset_of(icmp_type(8))) term.icmp = icmp_code(0, 0);
        if (term.protocols == ProtocolSet::of(kIcmp6) && term.icmp.subset_of(icmp_type(128))) {
            term.icmp = icmp_code(129, 0);
        }
    }
    reply.services = share(std::move(back));
    return reply;
}

struct Answerer::Impl {
    Policy policy;
    Assumption facts;
    std::optional<Space> space;
    std::optional<Evaluator> evaluator;
    bool translating = false;
    std::optional<Router> router;        // of a device whose networks or routes are known
    std::set<RulesetIndex> asked_alone;  // lists without a default of which the policy holds a copy that has one

    // What falls off the end of a list that is asked alone is decided by whoever evaluates the list: not known here.
    void close_lists(const std::string& at) {
        const auto count = static_cast<RulesetIndex>(policy.rulesets.size());
        for (RulesetIndex i = 0; i < count; ++i) {
            const Ruleset& list = policy.rulesets[i];
            if (list.default_verdict || !names(list.name, at) || asked_alone.contains(i)) continue;
            asked_alone.insert(i);
            Ruleset copy = list;
            copy.default_verdict = Verdict::unknown;
            policy.rulesets.push_back(std::move(copy));
        }
    }

    // A path for a list that is asked alone. Where it decides nothing, nothing is known.
    struct Way {
        std::string name;
        Path path;
        bool whole = true;
    };

    Result<std::vector<Way>> ways(const FlowQuery& flow) const {
        std::vector<Way> all;
        const auto add = [&](const Path& path) {
            if (can_stand_at(flow.header, path.position)) all.push_back({path_name(path), path, true});
        };
        if (!flow.at.empty()) {
            const std::string at = lower_case(flow.at);
            for (const auto& path : policy.paths) {
                const bool staged = std::any_of(path.stages.begin(), path.stages.end(), [&](const Stage& stage) {
                    return stage.ruleset < policy.rulesets.size() &&
                           names(policy.rulesets[stage.ruleset].name, flow.at);
                });
                const bool variant = lower_case(path.variant) == at && means(flow.header, path.position);
                if (staged || variant || to_string(path.position) == at) add(path);
            }
            if (!all.empty()) return all;
            for (RulesetIndex i = 0; i < policy.rulesets.size(); ++i) {
                if (!names(policy.rulesets[i].name, flow.at) || asked_alone.contains(i)) continue;
                all.push_back({policy.rulesets[i].name, Path{Position::transit, {}, {Stage{i, {}}}}, false});
            }
            if (!all.empty()) return all;
            std::vector<std::string> known;
            for (const auto& ruleset : policy.rulesets) known.push_back(ruleset.name);
            const auto near = did_you_mean(flow.at, known);
            std::string list;
            for (std::size_t i = 0; i < known.size() && i < 12; ++i) list += (i ? ", " : "") + known[i];
            return fail(fmt::format("no chain, list or profile is named '{}'", flow.at),
                        near ? fmt::format("did you mean '{}'?", *near) : fmt::format("there are {}", list));
        }
        for (const auto& path : policy.paths) {
            if (!means(flow.header, path.position)) continue;
            if (!stands_there(flow.header, path.position)) continue;
            add(path);
        }
        return all;
    }

    // A flow with both interfaces passes through. Otherwise one that names no output interface is for the host or,
    // where the device has rules for that, passes; what the host itself sends names its output interface alone.
    bool means(const Product& header, Position position) const {
        const bool in = names_interface(header.in), out = names_interface(header.out);
        // What the reader added to say that the export is silent is no rule of the device.
        const auto is_rule = [](const Rule& rule) {
            const auto* decide = std::get_if<Decide>(&rule.action);
            return !rule.implicit || !decide || decide->verdict != Verdict::unknown;
        };
        const auto has_rules = [&](const Path& path) {
            return std::any_of(path.stages.begin(), path.stages.end(), [&](const Stage& stage) {
                if (stage.ruleset >= policy.rulesets.size()) return true;
                const auto& rules = policy.rulesets[stage.ruleset].rules;
                return std::any_of(rules.begin(), rules.end(), is_rule);
            });
        };
        const Path* inbound = policy.find_path(Position::inbound);
        const Path* transit = policy.find_path(Position::transit);
        if (in && out) return position == Position::transit;
        switch (position) {
            case Position::inbound: return !out;
            case Position::outbound: return !in && (out || !inbound);
            case Position::transit: return !transit || !inbound || has_rules(*transit);
        }
        return true;
    }

    // Rulesets are named by their chain, with the table before it where there are several.
    static bool names(const std::string& ruleset, const std::string& at) {
        const auto blank = ruleset.find(' ');
        return ruleset == at ||
               (blank != std::string::npos && ruleset.substr(0, blank) == "filter" && ruleset.substr(blank + 1) == at);
    }

    // Where the device's own addresses are known, they say whether a packet is for it, from it or passing.
    bool stands_there(const Product& header, Position position) const {
        AddressSet own;
        for (const auto& interface : policy.interfaces) {
            for (const auto& address : interface.addresses) own = own | AddressSet::of(address);
        }
        const bool has_transit = policy.find_path(Position::transit) != nullptr;
        if (own.empty() || !has_transit) return true;
        const bool to_it = header.destination && header.destination->subset_of(own);
        const bool from_it = header.source && header.source->subset_of(own);
        if (to_it) return position == Position::inbound || !policy.find_path(Position::inbound);
        if (from_it) return position == Position::outbound || !policy.find_path(Position::outbound);
        const bool never_to_it = header.destination && (*header.destination & own).empty();
        if (position == Position::inbound) return !never_to_it;
        const bool never_from_it = header.source && (*header.source & own).empty();
        return position != Position::outbound || !never_from_it;
    }

    // What is asked on a path: where a packet comes in and goes out follows from its addresses, as far as the export
    // says and the flow does not.
    std::vector<Product> asked_at(const Product& header, Position position) const {
        const Product here = at_position(header, position);
        if (!router) return {here};
        return router->route(here, header.in.is_all() && position != Position::outbound,
                             header.out.is_all() && position != Position::inbound);
    }

    // "in mgmt out db": what the routes add to a flow that names no interfaces; empty where that is nothing short.
    std::vector<std::string> ways_of(const Product& header, Position position) const {
        constexpr std::size_t kMost = 4;
        std::vector<std::string> ways;
        const bool in = header.in.is_all() && position != Position::outbound;
        const bool out = header.out.is_all() && position != Position::inbound;
        if (!in && !out) return ways;
        for (const auto& product : asked_at(header, position)) {
            if (product.in.negated || product.out.negated) return {};
            std::string way;
            if (position != Position::outbound) way = "in " + to_string(product.in);
            if (position != Position::inbound) way += (way.empty() ? "out " : " out ") + to_string(product.out);
            if (std::find(ways.begin(), ways.end(), way) == ways.end()) ways.push_back(way);
        }
        return ways.size() > kMost ? std::vector<std::string>() : ways;
    }

    // Everything that a flow could ask for there that says as much about interfaces and states: what holds for all of
    // it need not be said of a part.
    static Product unsaid(const Product& header) {
        Product all;
        all.states = header.states;
        all.in = header.in;
        all.out = header.out;
        return all;
    }

    PacketSet question(const Product& header, Position position) const {
        return space->from(asked_at(header, position)) & evaluator->occurring();
    }

    // Replies come from where the flow went: from the address that its destination was translated to. Where that is not
    // one address for all of it, from any.
    Product translated_reply(const Product& header, const PathAnswer& answer) const {
        Product reply = reply_header(header);
        std::optional<Translate::Part> to;
        bool one = true;
        for (const auto& part : answer.parts) {
            if (part.verdict != Verdict::permit) continue;
            Translate::Part destination;
            for (const auto& hit : part.translations) {
                const Rule* rule = rule_at(policy, hit.rule);
                const auto* translate = rule ? std::get_if<Translate>(&rule->action) : nullptr;
                if (!translate || !translate->destination.changes()) continue;
                one = one && hit.surely && !destination.changes();
                destination = translate->destination;
            }
            if (to && (to->address != destination.address || to->port != destination.port)) one = false;
            to = destination;
        }
        if (!to || (one && !to->changes())) return reply;
        if (!one || to->address_unknown || to->port_unknown) {
            reply.source = nullptr;
            if (reply.services) {
                ServiceSet services = *reply.services;
                for (auto& term : services.terms) term.source_ports = PortSet::all();
                reply.services = share(std::move(services));
            }
            return reply;
        }
        if (to->address) reply.source = share(AddressSet::of(*to->address));
        if (to->port && reply.services) {
            ServiceSet services = *reply.services;
            for (auto& term : services.terms) term.source_ports = PortSet::of(*to->port);
            reply.services = share(std::move(services));
        }
        return reply;
    }

    // The translations that a part of the question meets on its way, stage by stage.
    void add_translations(const Way& way, const PacketSet& asked, std::vector<std::pair<PacketSet, Hit>>& found) const {
        for (std::size_t stage = 0; translating && stage < way.path.stages.size(); ++stage) {
            const RulesetIndex first = way.path.stages[stage].ruleset;
            if (first >= policy.rulesets.size()) continue;
            const auto is_translation = [](const Rule& rule) { return std::holds_alternative<Translate>(rule.action); };
            // Chains that a nat chain jumps to are looked at with it.
            std::set<RulesetIndex> within = {first};
            for (std::vector<RulesetIndex> open = {first}; !open.empty();) {
                const RulesetIndex index = open.back();
                open.pop_back();
                for (const auto& rule : policy.rulesets[index].rules) {
                    const auto* jump = std::get_if<Jump>(&rule.action);
                    const auto* go = std::get_if<Goto>(&rule.action);
                    if (!jump && !go) continue;
                    const RulesetIndex to = jump ? jump->to : go->to;
                    if (to < policy.rulesets.size() && within.insert(to).second) open.push_back(to);
                }
            }
            Policy copy = policy;
            bool any = false;
            for (const RulesetIndex index : within) {
                const auto& chain = policy.rulesets[index].rules;
                if (std::none_of(chain.begin(), chain.end(), is_translation)) continue;
                any = true;
                copy = with_decisions_for_translations(std::move(copy), index);
            }
            if (!any) continue;
            Path until = way.path;
            until.stages.resize(stage + 1);
            const Evaluator there(copy, *space);
            for (const auto& hit : there.attribute(until, asked, facts)) {
                const Rule* rule = rule_at(policy, hit.rule);
                if (hit.stage == stage && rule && is_translation(*rule)) found.emplace_back(hit.packets, hit);
            }
        }
    }

    PathAnswer answer(const Way& way, const Product& header, std::size_t limit) const {
        PathAnswer answer;
        answer.path = way.name;
        answer.position = way.path.position;
        answer.variant = way.path.variant;
        answer.whole_path = way.whole;
        const PacketSet asked =
            way.whole ? question(header, way.path.position) : space->from(header) & evaluator->occurring();
        if (asked.empty()) {
            answer.cannot_occur = true;
            return answer;
        }
        const Outcome outcome = evaluator->evaluate(way.path, asked, facts);
        answer.out_of_budget = outcome.out_of_budget;
        if (outcome.permitted == asked) answer.verdict = Verdict::permit;
        if (outcome.denied == asked) answer.verdict = Verdict::deny;
        if (outcome.undecided == asked) answer.verdict = Verdict::unknown;

        std::vector<Hit> hits;
        if (!outcome.out_of_budget) hits = evaluator->attribute(way.path, asked, facts);
        std::vector<std::pair<PacketSet, Hit>> translations;
        if (!outcome.out_of_budget) add_translations(way, asked, translations);
        if (way.whole && router) answer.ways = ways_of(header, way.path.position);
        // Addresses that follow from the routes are said nevertheless: a rule may test them.
        const Product all = unsaid(header);
        const PacketSet universe =
            asked | (space->from(way.whole ? at_position(all, way.path.position) : all) & evaluator->occurring());
        const auto add = [&](Verdict verdict, const PacketSet& packets, std::vector<Hit> deciders) {
            if (packets.empty()) return;
            Part part;
            part.verdict = verdict;
            part.deciders = std::move(deciders);
            part.witness = packets.pick();
            auto [products, complete] = plain_products(packets, universe, limit);
            part.region = std::move(products);
            part.region_complete = complete;
            for (const auto& [translated, hit] : translations) {
                if (translated.intersects(packets)) part.translations.push_back(hit);
            }
            answer.parts.push_back(std::move(part));
        };

        PacketSet denied = outcome.denied;
        for (const auto& hit : hits) {
            if (hit.verdict != Verdict::deny) continue;
            const PacketSet packets = hit.packets & denied;
            if (packets.empty()) continue;
            denied = denied - packets;
            add(Verdict::deny, packets, {hit});
        }
        add(Verdict::deny, denied, {});
        // The last stage in which somebody wrote a rule for it decides a permit; defaults only where nobody did.
        PacketSet permitted = outcome.permitted;
        for (const bool defaults : {false, true}) {
            for (std::size_t stage = way.path.stages.size(); stage-- > 0;) {
                for (const auto& hit : hits) {
                    const bool is_default = rule_at(policy, hit.rule) == nullptr;
                    if (hit.stage != stage || hit.verdict != Verdict::permit || is_default != defaults) continue;
                    const PacketSet packets = hit.packets & permitted;
                    if (packets.empty()) continue;
                    permitted = permitted - packets;
                    add(Verdict::permit, packets, {hit});
                }
            }
        }
        add(Verdict::permit, permitted, {});
        if (!outcome.undecided.empty()) {
            std::vector<Hit> reasons;
            for (const auto& hit : hits) {
                const bool open = !hit.surely || hit.verdict == Verdict::unknown;
                if (open && hit.packets.intersects(outcome.undecided)) reasons.push_back(hit);
            }
            add(Verdict::unknown, outcome.undecided, std::move(reasons));
        }
        return answer;
    }
};

Answerer::Answerer(const Policy& policy, const std::vector<FlowQuery>& flows, const Budget& budget)
    : impl_(std::make_unique<Impl>()) {
    impl_->policy = policy;
    if (!flows.empty()) {
        settle_conditions(impl_->policy, flows.front());
        impl_->facts = facts_of(flows.front());
    }
    for (const auto& flow : flows) {
        if (!flow.at.empty()) impl_->close_lists(flow.at);
    }
    impl_->translating = translates(impl_->policy);
    impl_->router.emplace(impl_->policy);
    if (!impl_->router->knows()) impl_->router.reset();
    SpaceBuilder builder;
    add_values(builder, impl_->policy);
    const auto add = [&](const Product& header) {
        builder.add(header);
        for (const Position position : {Position::inbound, Position::outbound, Position::transit}) {
            builder.add(at_position(header, position));
            if (!impl_->router) continue;
            for (const auto& product : impl_->asked_at(header, position)) builder.add(product);
        }
    };
    std::vector<Product> said;
    for (const auto& flow : flows) {
        for (const Product& header : {flow.header, reply_header(flow.header)}) {
            add(header);
            Product all = Impl::unsaid(header);
            if (std::find(said.begin(), said.end(), all) != said.end()) continue;
            builder.add(all);
            for (const Position position : {Position::inbound, Position::outbound, Position::transit}) {
                builder.add(at_position(all, position));
            }
            said.push_back(std::move(all));
        }
    }
    impl_->space = builder.set_budget(budget).build();
    impl_->evaluator.emplace(impl_->policy, *impl_->space);
}

Answerer::~Answerer() = default;

const Policy& Answerer::policy() const { return impl_->policy; }

Result<std::vector<PathAnswer>> Answerer::ask(const FlowQuery& flow, std::size_t region_limit) const {
    const auto ways = impl_->ways(flow);
    if (!ways) return fail(ways.error());
    std::vector<PathAnswer> answers;
    for (const auto& way : *ways) {
        try {
            answers.push_back(impl_->answer(way, flow.header, region_limit));
        } catch (const OutOfBudget&) {
            PathAnswer answer;
            answer.path = way.name;
            answer.position = way.path.position;
            answer.verdict = Verdict::unknown;
            answer.out_of_budget = true;
            answers.push_back(std::move(answer));
        }
    }
    return answers;
}

Result<std::vector<Answerer::Brief>> Answerer::ask_all(const std::vector<FlowQuery>& flows) const {
    // One evaluation for all flows that may take a path; each flow then only looks where its packets fell.
    struct Member {
        std::size_t flow;
        PacketSet packets;
    };
    std::vector<std::pair<Impl::Way, std::vector<Member>>> groups;
    std::vector<Brief> briefs(flows.size());
    std::vector<bool> met(flows.size()), mixed(flows.size());
    for (std::size_t i = 0; i < flows.size(); ++i) {
        const auto ways = impl_->ways(flows[i]);
        if (!ways) return fail(ways.error());
        for (const auto& way : *ways) {
            const PacketSet packets = way.whole ? impl_->question(flows[i].header, way.path.position)
                                                : impl_->space->from(flows[i].header) & impl_->evaluator->occurring();
            if (packets.empty()) continue;
            auto group =
                std::find_if(groups.begin(), groups.end(), [&](const auto& g) { return g.first.name == way.name; });
            if (group == groups.end()) group = groups.insert(groups.end(), {way, {}});
            group->second.push_back({i, packets});
        }
    }
    for (const auto& [way, members] : groups) {
        std::vector<PacketSet> unions;  // in balanced halves
        for (const auto& member : members) unions.push_back(member.packets);
        while (unions.size() > 1) {
            for (std::size_t i = 0; i + 1 < unions.size(); i += 2) unions[i / 2] = unions[i] | unions[i + 1];
            if (unions.size() % 2 != 0) unions[unions.size() / 2] = unions.back();
            unions.resize((unions.size() + 1) / 2);
        }
        const Outcome outcome = impl_->evaluator->evaluate(way.path, unions[0], impl_->facts);
        const auto hits =
            outcome.out_of_budget ? std::vector<Hit>() : impl_->evaluator->attribute(way.path, unions[0], impl_->facts);
        for (const auto& [flow, packets] : members) {
            std::optional<Verdict> verdict;
            if (packets.subset_of(outcome.permitted)) verdict = Verdict::permit;
            if (packets.subset_of(outcome.denied)) verdict = Verdict::deny;
            if (packets.subset_of(outcome.undecided)) verdict = Verdict::unknown;
            if (!verdict || (met[flow] && briefs[flow].verdict != verdict)) mixed[flow] = true;
            if (!met[flow] && verdict) {
                for (const auto& hit : hits) {
                    if (hit.verdict == *verdict && hit.surely && packets.subset_of(hit.packets))
                        briefs[flow].rule = hit.rule;
                }
            }
            met[flow] = true;
            briefs[flow].verdict = verdict;
        }
    }
    for (std::size_t i = 0; i < flows.size(); ++i) {
        if (!met[i]) briefs[i].verdict = Verdict::unknown;
        if (mixed[i]) briefs[i] = {};
    }
    return briefs;
}

bool Answerer::tracks(const FlowQuery& flow, const PathAnswer& answer) const {
    if (impl_->policy.replies != ReplyHandling::tracked_ports) return impl_->policy.replies == ReplyHandling::tracked;
    if (answer.position != Position::transit) return true;
    static const ProtocolSet kTracked = ProtocolSet::of(kTcp) | ProtocolSet::of(kUdp) | ProtocolSet::of(kSctp);
    return flow.header.services &&
           std::all_of(flow.header.services->terms.begin(), flow.header.services->terms.end(),
                       [&](const ServiceTerm& term) { return term.protocols.subset_of(kTracked); });
}

std::optional<PathAnswer> Answerer::replies(const FlowQuery& flow, const PathAnswer& answer) const {
    if (tracks(flow, answer) || !answer.whole_path) return std::nullopt;
    const Position back = answer.position == Position::inbound    ? Position::outbound
                          : answer.position == Position::outbound ? Position::inbound
                                                                  : Position::transit;
    const Path* path = impl_->policy.find_path(back, answer.variant);
    if (!path) return std::nullopt;
    return impl_->answer({path_name(*path), *path, true}, impl_->translated_reply(flow.header, answer), 5);
}

}  // namespace fwproof::cli
