// The flows that both versions permit are answered, and each version judges the answers as it sees them. What one of
// them alone lets back is lost or gained.
#include "analysis/review_replies.hpp"

#include <utility>

#include "analysis/question.hpp"
#include "analysis/review_questions.hpp"
#include "fwproof/analysis/compare.hpp"
#include "fwproof/analysis/plain.hpp"
#include "fwproof/analysis/untracked.hpp"

namespace fwproof {

namespace {

// The protocols whose replies meet the rules of that version.
ProtocolSet judged(const Policy& policy, Position position) {
    static const ProtocolSet kTracked = ProtocolSet::of(kTcp) | ProtocolSet::of(kUdp) | ProtocolSet::of(kSctp);
    switch (policy.replies) {
        case ReplyHandling::by_rules: return ProtocolSet::all();
        // What the device answers itself is its own matter.
        case ReplyHandling::tracked_ports:
            return position == Position::transit ? ProtocolSet::all() - kTracked : ProtocolSet{};
        case ReplyHandling::tracked: break;
    }
    return {};
}

Product of_protocols(const ProtocolSet& protocols) {
    ServiceTerm term;
    term.protocols = protocols;
    Product product;
    product.services = share(ServiceSet{{std::move(term)}});
    return product;
}

std::vector<Product> replies_to(const std::vector<Product>& flows) {
    std::vector<Product> replies;
    for (const auto& flow : flows) {
        Product reply = flow;
        std::swap(reply.source, reply.destination);
        std::swap(reply.in, reply.out);
        reply.states = State::established;
        reply.services = reply_services(first_packet_services(flow.services));
        reply.fields.clear();
        if (reply.services) replies.push_back(std::move(reply));
    }
    return replies;
}

// One version and the way that replies take there.
struct Answering {
    explicit Answering(const WayThere& version)
        : policy(version.policy),
          there(version.path),
          way(policy.find_path(opposite(there.position), there.variant)),
          protocols(judged(policy, there.position)) {}

    const Policy& policy;
    const Path& there;
    const Path* way;  // null: none
    ProtocolSet protocols;
};

class ReplyReviewer {
public:
    explicit ReplyReviewer(const ReplyQuestion& question)
        : question_(question), was_(question.before), is_(question.after) {}

    ReplyReview run() {
        if (question_.compared && exempt_alike()) return {};
        const ProtocolSet protocols = was_.protocols | is_.protocols;
        if (protocols.empty()) return {};
        for (const Answering* side : {&was_, &is_}) {
            if (side->protocols.empty() || side->way) continue;
            result_.complete = false;
            result_.limit = "replies are not judged: the export has no rules for that direction";
            return std::move(result_);
        }
        if (!question_.compared && was_.protocols == is_.protocols && answers_alike()) return {};
        try {
            judge(replies_to(permitted_by_both(of_protocols(protocols))));
        } catch (const OutOfBudget&) {
            result_.complete = false;
        }
        return std::move(result_);
    }

private:
    // Whether both versions see every reply in the same states.
    bool exempt_alike() const {
        Product any;
        any.states = State::established;
        return replies_as_seen(was_.policy, was_.there, {any}) == replies_as_seen(is_.policy, is_.there, {any});
    }

    // Everything that could come as a reply.
    Product any_reply() const {
        Product any;
        any.source = question_.addresses;
        any.destination = question_.addresses;
        any.states = State::established;
        return any;
    }

    // Whether no packet that may be a reply of these protocols has another verdict.
    bool answers_alike() const {
        Product header = any_reply();
        header.services = of_protocols(was_.protocols).services;
        CompareOptions options;
        options.question = at_position(header, was_.way->position);
        options.budget = question_.budget;
        options.edits = question_.edits;
        const Comparison comparison = compare(was_.policy, *was_.way, is_.policy, *is_.way, options);
        return comparison.complete && comparison.differences.empty();
    }

    std::vector<Product> permitted_by_both(const Product& protocols) {
        SpaceBuilder builder;
        for (const Answering* side : {&was_, &is_}) add_values(builder, side->policy);
        std::vector<Product> first;
        for (const auto& asked : question_.asked) first.push_back(first_packets_of(asked));
        for (const auto& asked : first) builder.add(asked);
        builder.add(protocols);
        const Space space = builder.set_budget(question_.budget).build();
        PacketSet flows = space.from(first) & space.from(protocols);
        for (const Answering* side : {&was_, &is_}) {
            const Evaluator evaluator(side->policy, space);
            const Outcome outcome = evaluator.evaluate(side->there, flows & evaluator.occurring());
            if (outcome.out_of_budget) result_.complete = false;
            flows = outcome.permitted;
        }
        auto permitted = flows.products(question_.region_limit);
        if (!permitted.complete) result_.complete = false;
        return std::move(permitted.products);
    }

    void judge(const std::vector<Product>& replies) {
        SpaceBuilder builder;
        for (const Answering* side : {&was_, &is_}) {
            add_values(builder, side->policy);
            builder.add(of_protocols(side->protocols));
        }
        // Words are as short as holds among everything that could come as a reply there.
        const Product any = at_position(any_reply(), opposite(was_.there.position));
        builder.add(any);
        for (const auto& reply : replies) builder.add(reply);
        for (const Answering* side : {&was_, &is_}) {
            for (const auto& reply : replies_as_seen(side->policy, side->there, replies)) builder.add(reply);
        }
        const Space space = builder.set_budget(question_.budget).build();
        const PacketSet possible =
            space.from(any) - space.from(was_.policy.impossible) - space.from(is_.policy.impossible);
        const PacketSet sent = space.from(replies) & possible;
        const PacketSet before = lost_on(was_, replies, sent), after = lost_on(is_, replies, sent);
        result_.lost = shown(after - before, possible);
        result_.gained = shown(before - after, possible);
    }

    // Of the sent ones, as replies of connections, whichever state the device sees them in.
    PacketSet lost_on(const Answering& side, const std::vector<Product>& replies, const PacketSet& sent) {
        const Space space = sent.space();
        if (side.protocols.empty()) return space.empty();
        const Evaluator evaluator(side.policy, space);
        const PacketSet met = space.from(replies_as_seen(side.policy, side.there, replies)) &
                              space.from(of_protocols(side.protocols)) & evaluator.occurring();
        const Outcome outcome = evaluator.evaluate(*side.way, met);
        if (outcome.out_of_budget) result_.complete = false;
        auto found = (met - outcome.permitted).products(question_.region_limit);
        result_.complete = result_.complete && found.complete;
        for (auto& product : found.products) product.states = State::established;
        return space.from(found.products) & sent;
    }

    std::vector<Product> shown(const PacketSet& part, const PacketSet& possible) {
        if (part.empty()) return {};
        auto plain = plain_products(part, possible, question_.region_limit);
        result_.complete = result_.complete && plain.complete;
        return std::move(plain.products);
    }

    const ReplyQuestion& question_;
    Answering was_, is_;
    ReplyReview result_;
};

}  // namespace

ReplyReview review_replies(const ReplyQuestion& question) { return ReplyReviewer(question).run(); }

}  // namespace fwproof
