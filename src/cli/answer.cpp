#include "cli/answer_impl.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "cli/policies.hpp"
#include "fwproof/analysis/permit_weight.hpp"
#include "fwproof/analysis/plain.hpp"
#include "fwproof/analysis/untracked.hpp"
#include "fwproof/base/letters.hpp"
#include "fwproof/base/notation.hpp"
#include "fwproof/base/printable.hpp"
#include "fwproof/policy/program_path.hpp"

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
    return [flow](const Condition& condition) {
        switch (fits(condition, flow)) {
            case Likeness::same: return Belief::holds;
            case Likeness::different: return Belief::fails;
            case Likeness::open: break;
        }
        return Belief::open;
    };
}

// A translation may also say that a packet stays as it is.
bool rewrites(const Rule& rule) {
    const auto* translate = std::get_if<Translate>(&rule.action);
    return translate && (translate->source.changes() || translate->destination.changes());
}

// The policy with the translations of one ruleset taken for decisions, so that they can be asked for.
Policy with_decisions_for_translations(Policy policy, RulesetIndex ruleset) {
    for (auto& rule : policy.rulesets[ruleset].rules) {
        if (std::holds_alternative<Translate>(rule.action)) rule.action = Decide{Verdict::permit, ""};
    }
    return policy;
}

// Where replies may come from: the targets of translations, which need stand in no rule.
void add_translated_ends(SpaceBuilder& builder, const Policy& policy) {
    for (const auto& ruleset : policy.rulesets) {
        for (const auto& rule : ruleset.rules) {
            const auto* translate = std::get_if<Translate>(&rule.action);
            if (!translate) continue;
            const Translate::Part& to = translate->destination;
            Product from;
            if (to.address) from.source = share(AddressSet::of(*to.address));
            if (to.port) {
                ServiceTerm term;
                term.source_ports = PortSet::of(*to.port);
                from.services = share(ServiceSet{{term}});
            }
            builder.add(from);
        }
    }
}

// What was permitted of a flow that names no interfaces may have passed between two of them alone: its replies do so
// too.
void narrow_interfaces(Product& reply, const Product& header, const PathAnswer& answer) {
    if (answer.position != Position::transit) return;
    std::optional<Product> way;
    for (const auto& part : answer.parts) {
        if (part.verdict != Verdict::permit) continue;
        if (!part.region_complete) return;
        for (const auto& product : part.region) {
            if (way && !(way->in == product.in && way->out == product.out)) return;
            way = product;
        }
    }
    if (!way) return;
    if (header.in.is_all()) reply.out = way->in;
    if (header.out.is_all()) reply.in = way->out;
}

}  // namespace

std::vector<std::string> conditions_of(const Policy& policy, const Hit& hit) {
    std::vector<std::string> texts;
    if (hit.surely) return texts;
    std::vector<RuleRef> refs = hit.via;
    refs.push_back(hit.rule);
    for (const auto& ref : refs) {
        const Rule* rule = rule_at(policy, ref);
        if (!rule) continue;
        for (const auto& condition : rule->match.conditions) {
            texts.push_back(fmt::format("{} {}", to_string(condition.kind), printable(condition.value)));
        }
    }
    return texts;
}

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

namespace {

// First packets of TCP alone, as far as their flags are said.
bool opens_tcp(const Product& header) {
    using Flags = IntervalSet<std::uint8_t>;
    return header.states == StateSet(State::new_) && header.services &&
           std::all_of(header.services->terms.begin(), header.services->terms.end(), [](const ServiceTerm& term) {
               return term.protocols == ProtocolSet::of(kTcp) &&
                      (term.tcp_flags.is_all() || term.tcp_flags == Flags::of(kSyn));
           });
}

// What the client sends that gets such replies.
Product later_header(const Product& reply) {
    Product later = reply;
    std::swap(later.source, later.destination);
    std::swap(later.in, later.out);
    ServiceSet services = *reply.services;
    for (auto& term : services.terms) {
        std::swap(term.source_ports, term.destination_ports);
        term.tcp_flags = IntervalSet<std::uint8_t>::of(kAck);
    }
    later.services = share(std::move(services));
    for (FieldTest& test : later.fields) {
        if (test.field == Field::connection_direction) test.values = IntervalSet<std::uint64_t>::of(0);
    }
    return later;
}

}  // namespace

Product Answerer::Impl::translated_reply(const Product& header, const PathAnswer& answer) const {
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
        if (to && !(*to == destination)) one = false;
        to = destination;
    }
    if (!to || (one && !to->changes())) return reply;
    const auto come_from = [&](const PortSet& ports) {
        if (!reply.services) return;
        ServiceSet services = *reply.services;
        for (auto& term : services.terms) term.source_ports = ports;
        reply.services = share(std::move(services));
    };
    if (!one) {
        reply.source = nullptr;
        come_from(PortSet::all());
        return reply;
    }
    if (to->address_unknown) reply.source = nullptr;
    if (to->port_unknown) come_from(PortSet::all());
    if (to->address) reply.source = share(AddressSet::of(*to->address));
    if (to->block) reply.source = share(reply.source ? to->block->of(*reply.source) : to->block->image());
    if (to->port) come_from(PortSet::of(*to->port));
    return reply;
}

void Answerer::Impl::add_translations(const Way& way, const PacketSet& asked,
                                      std::vector<std::pair<PacketSet, Hit>>& found) const {
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
            if (hit.stage == stage && rule && rewrites(*rule)) found.emplace_back(hit.packets, hit);
        }
    }
}

std::vector<Hit> deciders_of(const Policy& policy, const std::vector<Hit>& hits, Verdict verdict) {
    if (verdict == Verdict::unknown) {
        std::vector<Hit> deciders;
        std::copy_if(hits.begin(), hits.end(), std::back_inserter(deciders),
                     [](const Hit& hit) { return hit.verdict == Verdict::unknown && hit.surely; });
        return deciders;
    }
    std::vector<Hit> deciders = final_hits(policy, hits, verdict);
    if (verdict == Verdict::deny) return deciders;
    std::stable_sort(deciders.begin(), deciders.end(), [&](const Hit& a, const Hit& b) {
        const int left = weight_of_permit(policy, a.rule), right = weight_of_permit(policy, b.rule);
        return left != right ? left > right : a.stage > b.stage;
    });
    return deciders;
}

const Hit* only_decider(const std::vector<Hit>& deciders, const std::function<Share(const Hit&)>& share) {
    for (const Hit& hit : deciders) {
        const Share found = share(hit);
        if (found != Share::none) return found == Share::all ? &hit : nullptr;
    }
    return nullptr;
}

PathAnswer Answerer::Impl::answer(const Way& way, const Product& said, std::size_t limit, bool leaving,
                                  const std::vector<Product>& parts) const {
    const Product header = header_on(way, said);
    PathAnswer answer;
    answer.path = way.name;
    answer.position = way.path.position;
    answer.variant = way.path.variant;
    answer.whole_path = way.whole;
    PacketSet asked = way.whole ? question(header, way.path.position) : space->from(header) & evaluator->occurring();
    if (!parts.empty()) {
        asked = space->empty();
        for (const auto& part : parts) asked = asked | question(part, way.path.position);
    }
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
    if (!outcome.out_of_budget) {
        Way whole = way;
        if (leaving && way.whole && way.path.position != Position::inbound) {
            whole.path.stages.insert(whole.path.stages.end(), policy.leaving.begin(), policy.leaving.end());
        }
        add_translations(whole, asked, translations);
    }
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

    // In the order in which packets meet the denials.
    const auto add_sure = [&](Verdict verdict, PacketSet packets) {
        for (const auto& hit : deciders_of(policy, hits, verdict)) {
            const PacketSet part = hit.packets & packets;
            if (part.empty()) continue;
            packets = packets - part;
            add(verdict, part, {hit});
            for (const auto& other : hits) {
                const bool earlier = other.verdict == verdict && !other.surely && !(other.rule == hit.rule);
                if (earlier && !conditions_of(policy, other).empty() && other.packets.intersects(part))
                    answer.parts.back().also.push_back(other);
            }
        }
        add(verdict, packets, {});
    };
    add_sure(Verdict::deny, outcome.denied);
    add_sure(Verdict::permit, outcome.permitted);
    // What an export says nothing about stands apart from what its rules leave open.
    Product v4, v6;
    v4.source = share(AddressSet::any4());
    v6.source = share(AddressSet::any6());
    const auto reasons_of = [&](const PacketSet& packets) {
        std::vector<Hit> reasons;
        for (const auto& hit : hits) {
            const bool open = !hit.surely || hit.verdict == Verdict::unknown;
            if (open && hit.packets.intersects(packets)) reasons.push_back(hit);
        }
        return reasons;
    };
    auto reasons4 = reasons_of(outcome.undecided & space->from(v4));
    auto reasons6 = reasons_of(outcome.undecided & space->from(v6));
    const auto same_rule = [](const Hit& a, const Hit& b) { return a.rule == b.rule; };
    if (std::equal(reasons4.begin(), reasons4.end(), reasons6.begin(), reasons6.end(), same_rule)) {
        add(Verdict::unknown, outcome.undecided, reasons_of(outcome.undecided));
    } else {
        add(Verdict::unknown, outcome.undecided & space->from(v4), std::move(reasons4));
        add(Verdict::unknown, outcome.undecided & space->from(v6), std::move(reasons6));
    }
    return answer;
}

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
    impl_->own_ends = Impl::own_ends_of(impl_->policy);
    impl_->router.emplace(impl_->policy);
    if (!impl_->router->knows()) impl_->router.reset();
    SpaceBuilder builder;
    add_values(builder, impl_->policy);
    if (impl_->policy.replies != ReplyHandling::tracked) add_translated_ends(builder, impl_->policy);
    for (const auto& all : {AddressSet::any4(), AddressSet::any6()}) {
        Product family;
        family.source = share(all);
        builder.add(family);
    }
    const auto add = [&](const Product& header) {
        builder.add(header);
        for (const Position position : {Position::inbound, Position::outbound, Position::transit}) {
            builder.add(at_position(header, position));
            if (!impl_->router && !impl_->own_ends) continue;
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
        for (const auto& path : impl_->policy.paths) {
            for (const auto& reply : replies_as_seen(impl_->policy, path, {reply_header(flow.header)})) add(reply);
        }
        if (opens_tcp(flow.header)) add(later_header(reply_header(flow.header)));
    }
    impl_->space = builder.set_budget(budget).build();
    impl_->evaluator.emplace(impl_->policy, *impl_->space);
}

Answerer::~Answerer() = default;

const Policy& Answerer::policy() const { return impl_->policy; }

Result<std::vector<PathAnswer>> Answerer::ask(const FlowQuery& flow, std::size_t region_limit, bool leaving) const {
    const auto ways = impl_->ways(flow);
    if (!ways) return fail(ways.error());
    std::vector<PathAnswer> answers;
    for (const auto& way : *ways) {
        try {
            answers.push_back(impl_->answer(way, flow.header, region_limit, leaving));
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
    const Path* path = impl_->policy.find_path(opposite(answer.position), answer.variant);
    if (!path) return std::nullopt;
    Product reply = impl_->translated_reply(flow.header, answer);
    narrow_interfaces(reply, flow.header, answer);
    const Path* there = impl_->policy.find_path(answer.position, answer.variant);
    if (!there) return std::nullopt;
    auto seen = replies_as_seen(impl_->policy, *there, {reply});
    reply.states = StateSet();
    for (const auto& part : seen) reply.states = reply.states | part.states;
    return impl_->answer({path_name(*path), *path, true}, reply, 5, false, seen);
}

std::optional<PathAnswer> Answerer::later(const FlowQuery& flow, const PathAnswer& answer) const {
    if (tracks(flow, answer) || !answer.whole_path || !opens_tcp(flow.header)) return std::nullopt;
    const Path* there = impl_->policy.find_path(answer.position, answer.variant);
    if (!there) return std::nullopt;
    Product reply = impl_->translated_reply(flow.header, answer);
    // Tables before a translation see other headers than those behind it.
    if (!(reply == reply_header(flow.header)) || !reply.services) return std::nullopt;
    narrow_interfaces(reply, flow.header, answer);
    std::vector<Product> asked;
    for (const auto& seen : replies_as_seen(impl_->policy, *there, {reply})) {
        if (seen.states != StateSet(State::established) || !seen.services) return std::nullopt;
        asked.push_back(later_header(seen));
    }
    if (asked.empty()) return std::nullopt;
    return impl_->answer({path_name(*there), *there, true}, later_header(reply), 5, false, asked);
}

}  // namespace fwproof::cli
