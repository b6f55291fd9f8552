// The verdicts alone of many flows.
#include <algorithm>
#include <iterator>

#include "cli/answer_impl.hpp"

namespace fwproof::cli {

namespace {

constexpr std::size_t kMostCombinations = 64;  // pairs of interfaces that stand for a flow

// One name for every interface that rules tell apart. Nothing where rules look at the beginnings of names or at further
// fields of the header: then no few packets stand for a flow.
std::optional<std::vector<std::string>> interface_names(const Policy& policy) {
    std::set<std::string> names = {"", "lo", kOtherInterface + "any"};
    bool plain = true;
    const auto look = [&](const Product& header) {
        plain = plain && header.fields.empty();
        for (const auto* set : {&header.in, &header.out}) {
            for (const auto& pattern : set->any_of) {
                plain = plain && !pattern.prefix;
                names.insert(pattern.name);
            }
        }
    };
    for (const auto& ruleset : policy.rulesets) {
        for (const auto& rule : ruleset.rules) {
            for (const auto* matches : {&rule.match.any_of, &rule.match.outer}) {
                for (const auto& match : *matches) {
                    look(match.header);
                    if (match.original_header) look(*match.original_header);
                }
            }
        }
    }
    for (const auto& path : policy.paths) {
        for (const auto& stage : path.stages) look(stage.guard);
    }
    if (!plain) return std::nullopt;
    return std::vector<std::string>(names.begin(), names.end());
}

// The one packet that the flow names apart from its interfaces; nothing: it names more, or less usual ones.
std::optional<Packet> packet_of(const FlowQuery& flow) {
    const Product& header = flow.header;
    if (!flow.single || !flow.at.empty() || flow.program || flow.service || !header.fields.empty() ||
        header.states != StateSet(State::new_) || header.services->terms.size() != 1)
        return std::nullopt;
    const ServiceTerm& term = header.services->terms[0];
    const auto one = [](const auto& set) {
        return set.intervals().size() == 1 && set.intervals()[0].first == set.intervals()[0].last;
    };
    const bool usual = term.protocols == ProtocolSet::of(kTcp) || term.protocols == ProtocolSet::of(kUdp);
    if (!usual || !one(term.source_ports) || !one(term.destination_ports) || !term.tcp_flags.is_all())
        return std::nullopt;
    const auto address = [&](const AddressSet& set) {
        return set.v4.empty() ? Address{Family::v6, set.v6.intervals()[0].first}
                              : Address{Family::v4, set.v4.intervals()[0].first};
    };
    Packet packet;
    packet.source = address(*header.source);
    packet.destination = address(*header.destination);
    packet.protocol = term.protocols.intervals()[0].first;
    packet.source_port = term.source_ports.intervals()[0].first;
    packet.destination_port = term.destination_ports.intervals()[0].first;
    packet.tcp_flags = packet.protocol == kTcp ? kSyn : std::uint8_t{0};
    return packet;
}

}  // namespace

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
            const PacketSet packets = way.whole
                                          ? impl_->question(Impl::header_on(way, flows[i].header), way.path.position)
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
        std::map<Verdict, std::vector<Hit>> deciders;
        for (const Verdict verdict : {Verdict::permit, Verdict::deny, Verdict::unknown}) {
            deciders[verdict] = deciders_of(impl_->policy, hits, verdict);
        }
        for (const auto& [flow, packets] : members) {
            std::optional<Verdict> verdict;
            if (packets.subset_of(outcome.permitted)) verdict = Verdict::permit;
            if (packets.subset_of(outcome.denied)) verdict = Verdict::deny;
            if (packets.subset_of(outcome.undecided)) verdict = Verdict::unknown;
            if (!verdict || (met[flow] && briefs[flow].verdict != verdict)) mixed[flow] = true;
            if (!met[flow] && verdict) {
                const Hit* decider = only_decider(deciders[*verdict], [&, &asked = packets](const Hit& hit) {
                    if (!asked.intersects(hit.packets)) return Share::none;
                    return asked.subset_of(hit.packets) ? Share::all : Share::some;
                });
                if (decider) briefs[flow].rule = decider->rule;
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

const Answerer::Impl::Whole* Answerer::Impl::whole(const Way& way) {
    const auto [entry, fresh] = wholes.try_emplace(way.name);
    if (fresh) {
        try {
            Whole whole;
            Product any;
            any.states = State::new_;
            whole.asked = space->from(at_position(any, way.path.position)) & evaluator->occurring();
            const auto packet = whole.asked.pick();
            whole.outcome = evaluator->evaluate(way.path, whole.asked, facts);
            if (!packet || whole.outcome.out_of_budget) return nullptr;
            whole.fields = packet->fields;
            const auto hits = evaluator->attribute(way.path, whole.asked, facts);
            for (const Verdict verdict : {Verdict::permit, Verdict::deny, Verdict::unknown}) {
                whole.deciders[verdict] = deciders_of(policy, hits, verdict);
                for (const auto& hit : whole.deciders[verdict])
                    whole.outlines[verdict].push_back(hit.packets.outline());
            }
            entry->second = std::move(whole);
        } catch (const OutOfBudget&) {
            entry->second.reset();
        }
    }
    return entry->second ? &*entry->second : nullptr;
}

std::optional<Answerer::Brief> Answerer::ask_packet(const FlowQuery& flow) const {
    Impl& impl = *impl_;
    if (!impl.interfaces_known) {
        impl.interfaces = interface_names(impl.policy);
        impl.interfaces_known = true;
    }
    const auto named = packet_of(flow);
    const auto ways = impl.ways(flow);
    if (!named || !ways || ways->empty() || !impl.interfaces) return std::nullopt;
    Brief brief;
    bool met = false, mixed = false;
    for (const auto& way : *ways) {
        const Impl::Whole* whole = impl.whole(way);
        if (!whole) return std::nullopt;
        std::vector<Packet> packets;
        for (const auto& product : impl.asked_at(flow.header, way.path.position)) {
            for (const auto& in : *impl.interfaces) {
                if (!product.in.contains(in)) continue;
                for (const auto& out : *impl.interfaces) {
                    if (!product.out.contains(out)) continue;
                    Packet packet = *named;
                    packet.in = in;
                    packet.out = out;
                    packet.fields = whole->fields;
                    // It may occur with other fields.
                    if (packets.size() == kMostCombinations || !whole->asked.contains(packet)) return std::nullopt;
                    packets.push_back(std::move(packet));
                }
            }
        }
        if (packets.empty()) return std::nullopt;
        const auto all_in = [&](const PacketSet& set) {
            return std::all_of(packets.begin(), packets.end(), [&](const Packet& p) { return set.contains(p); });
        };
        std::optional<Verdict> verdict;
        if (all_in(whole->outcome.permitted)) verdict = Verdict::permit;
        if (!verdict && all_in(whole->outcome.denied)) verdict = Verdict::deny;
        if (!verdict && all_in(whole->outcome.undecided)) verdict = Verdict::unknown;
        mixed = mixed || !verdict || (met && brief.verdict != verdict);
        if (!met && verdict) {
            std::vector<Outline> outlines;
            for (const auto& packet : packets) outlines.push_back(impl.space->outline(packet));
            const auto& deciders = whole->deciders.at(*verdict);
            const Hit* decider = only_decider(deciders, [&](const Hit& hit) {
                const Outline& outline = whole->outlines.at(*verdict)[static_cast<std::size_t>(&hit - deciders.data())];
                std::size_t inside = 0;
                for (std::size_t i = 0; i < packets.size(); ++i) {
                    if (outline.meets(outlines[i]) && hit.packets.contains(packets[i])) ++inside;
                }
                return inside == 0 ? Share::none : inside == packets.size() ? Share::all : Share::some;
            });
            if (decider) brief.rule = decider->rule;
        }
        met = true;
        brief.verdict = verdict;
    }
    return mixed ? Brief() : brief;
}

}  // namespace fwproof::cli
