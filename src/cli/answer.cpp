#include "cli/answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cli/policies.hpp"

namespace fwproof::cli {

namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}

// A rule for another program or service than the flow's does not match; one for the same does, as far as that goes.
void settle_conditions(Policy& policy, const FlowQuery& flow) {
    const auto settle = [](ConditionKind kind, const std::optional<std::string>& fact, Rule& rule) {
        if (!fact) return;
        for (const auto& condition : rule.match.conditions) {
            if (condition.kind == kind && lower(condition.value) != lower(*fact)) rule.enabled = false;
        }
    };
    for (auto& ruleset : policy.rulesets) {
        for (auto& rule : ruleset.rules) {
            settle(ConditionKind::program, flow.program, rule);
            settle(ConditionKind::service, flow.service, rule);
        }
    }
}

Assumption facts_of(const FlowQuery& flow) {
    if (!flow.program && !flow.service) return {};
    return [program = flow.program, service = flow.service](const Condition& condition) {
        if (condition.kind == ConditionKind::program) return program && lower(condition.value) == lower(*program);
        return condition.kind == ConditionKind::service && service && lower(condition.value) == lower(*service);
    };
}

// Every interface to the network: there is one, and it is not the loopback of the host.
InterfaceSet to_network() { return {{{"", false}, {"lo", false}}, true}; }

// The question as it stands at a position: packets for the host have no output interface, its own no input interface.
Product at_position(Product header, Position position) {
    if (header.in.is_all()) header.in = position == Position::outbound ? InterfaceSet::none() : to_network();
    if (header.out.is_all()) header.out = position == Position::inbound ? InterfaceSet::none() : to_network();
    return header;
}

// Without the words that every such question implies.
Product readable(Product region) {
    if (region.in == to_network() || region.in == InterfaceSet::none()) region.in = InterfaceSet::any();
    if (region.out == to_network() || region.out == InterfaceSet::none()) region.out = InterfaceSet::any();
    if (!region.services || !(region.states == StateSet(State::new_))) return region;
    ServiceSet services = *region.services;
    for (auto& term : services.terms) {
        if (term.protocols == ProtocolSet::of(kTcp) && term.tcp_flags == IntervalSet<std::uint8_t>::of(kSyn)) {
            term.tcp_flags = IntervalSet<std::uint8_t>::all();
        }
    }
    region.services = share(std::move(services));
    return region;
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
            const std::string at = lower(flow.at);
            for (const auto& path : policy.paths) {
                const bool staged = std::any_of(path.stages.begin(), path.stages.end(), [&](const Stage& stage) {
                    return stage.ruleset < policy.rulesets.size() &&
                           names(policy.rulesets[stage.ruleset].name, flow.at);
                });
                const bool variant = lower(path.variant) == at && means(flow.header, path.position);
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

    PacketSet question(const Product& header, Position position) const {
        return space->from(at_position(header, position)) & evaluator->occurring();
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
        if (outcome.permitted == asked) answer.verdict = Verdict::permit;
        if (outcome.denied == asked) answer.verdict = Verdict::deny;
        if (outcome.undecided == asked) answer.verdict = Verdict::unknown;

        std::vector<Hit> hits;
        if (!outcome.out_of_budget) hits = evaluator->attribute(way.path, asked, facts);
        const auto add = [&](Verdict verdict, const PacketSet& packets, std::vector<Hit> deciders) {
            if (packets.empty()) return;
            Part part{verdict, std::move(deciders), {}, true, packets.pick()};
            auto [products, complete] = packets.products(limit);
            for (auto& product : products) part.region.push_back(readable(std::move(product)));
            part.region_complete = complete;
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

Answerer::Answerer(const Policy& policy, const std::vector<FlowQuery>& flows) : impl_(std::make_unique<Impl>()) {
    impl_->policy = policy;
    if (!flows.empty()) {
        settle_conditions(impl_->policy, flows.front());
        impl_->facts = facts_of(flows.front());
    }
    for (const auto& flow : flows) {
        if (!flow.at.empty()) impl_->close_lists(flow.at);
    }
    SpaceBuilder builder;
    add_values(builder, impl_->policy);
    for (const auto& flow : flows) {
        for (const Product& header : {flow.header, reply_header(flow.header)}) {
            builder.add(header);
            for (const Position position : {Position::inbound, Position::outbound, Position::transit}) {
                builder.add(at_position(header, position));
            }
        }
    }
    impl_->space = builder.build();
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

std::optional<PathAnswer> Answerer::replies(const FlowQuery& flow, const PathAnswer& answer) const {
    if (impl_->policy.replies == ReplyHandling::tracked || !answer.whole_path) return std::nullopt;
    const Position back = answer.position == Position::inbound    ? Position::outbound
                          : answer.position == Position::outbound ? Position::inbound
                                                                  : Position::transit;
    const Path* path = impl_->policy.find_path(back, answer.variant);
    if (!path) return std::nullopt;
    return impl_->answer({path_name(*path), *path, true}, reply_header(flow.header), 5);
}

}  // namespace fwproof::cli
