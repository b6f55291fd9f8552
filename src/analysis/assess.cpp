// 1. Every requirement is led over the firewalls it crosses; each crossing is judged (judge.cpp).
// 2. Verdicts of requirements decide alternative groups and disputed readings (settle.cpp): what another variant or
//    reading satisfies does not count.
// 3. What fails is collected by service, pair of roles and path, and explained once.
// 4. What the crossed paths permit beyond all claims is surplus (surplus.cpp).
#include "fwproof/analysis/assess.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "analysis/judge.hpp"
#include "analysis/opening_scope.hpp"
#include "analysis/question.hpp"
#include "analysis/readdress.hpp"
#include "analysis/settle.hpp"
#include "analysis/surplus.hpp"
#include "fwproof/base/parallel.hpp"

namespace fwproof {

namespace {

using ClaimKey = std::pair<std::size_t, const Path*>;  // firewall, path

class Run {
public:
    Run(const Topology& topology, std::span<const Requirement> requirements, const AssessOptions& options)
        : topology_(topology), requirements_(requirements), options_(options), scope_(topology, requirements) {}

    Assessment assessment() {
        result_.verdicts.assign(requirements_.size(), Judgement::satisfied);
        cross();
        std::set<std::size_t> firewalls;
        for (const auto& [key, claims] : claims_) firewalls.insert(key.first);
        for (std::size_t i = 0; i < topology_.firewalls.size(); ++i) {
            if (topology_.firewalls[i].placed) firewalls.insert(i);
        }
        open_desks({firewalls.begin(), firewalls.end()});
        for (auto& [index, desk] : desks_) {
            std::vector<Meeting*> here;
            for (auto& meeting : meetings_) {
                if (meeting.crossing.firewall == index) here.push_back(&meeting);
            }
            judge(index, *desk, here);
        }
        std::erase_if(meetings_, [](const Meeting& m) { return m.judgement == Judgement::unchecked; });
        for (auto& meeting : meetings_) leave_open(meeting);
        for (const auto& meeting : meetings_) worsen(meeting);
        settled_ = settle(requirements_, result_);
        collect();
        for (const auto& [index, desk] : desks_) surplus(index, *desk);
        count();
        return std::move(result_);
    }

private:
    void cross() {
        unchecked_.assign(requirements_.size(), {});
        std::vector<Journey> journeys;
        for (std::size_t i = 0; i < requirements_.size(); ++i) {
            const Requirement& requirement = requirements_[i];
            Way way = find_way(topology_, requirement);
            auto& found = way.found;
            if (found.same_host) continue;
            if (asked(requirement) && !found.unchecked.empty()) mark_unchecked(i, found.unchecked);
            if (requirement.need == Need::undetermined) {
                mark_unchecked(i, requirement.need_reason.empty() ? "the document gives no ports and the site none"
                                                                  : requirement.need_reason);
            }
            journeys.push_back({i, std::move(found.crossings), std::move(way.standings)});
        }
        readdress(topology_, requirements_, options_.budget, journeys);
        for (auto& journey : journeys) {
            for (std::size_t at = 0; at < journey.crossings.size(); ++at) {
                Crossing& crossing = journey.crossings[at];
                Standing& standing = journey.standings[at];
                const bool counts = asked(requirements_[journey.requirement]);
                if (counts && !standing.turned.empty()) mark_unchecked(journey.requirement, standing.turned);
                if (standing.unused) {
                    claim(journey.requirement, crossing);
                } else if (!standing.aside) {
                    meet(journey.requirement, std::move(crossing), std::move(standing.assumed),
                         std::move(journey.reply_doubts[at]));
                } else if (counts && standing.turned.empty()) {
                    pass_by(journey.requirement, crossing);
                }
            }
        }
        for (const auto& [firewall, flows] : passed_by_) {
            result_.assumptions.push_back(fmt::format(
                "{} is taken not to stand on the way of {} required flow{}: its routes lead to both ends by "
                "one interface",
                topology_.firewalls[firewall].id, flows, flows == 1 ? "" : "s"));
        }
    }

    // Nobody says that the device stands between these ends, and its routes do not.
    void pass_by(std::size_t index, const Crossing& crossing) {
        const Requirement& requirement = requirements_[index];
        if (crossing.doubt.empty()) {
            ++passed_by_[crossing.firewall];
            return;
        }
        mark_unchecked(index,
                       fmt::format("whether packets from {} to {} cross {} depends on {}", requirement.from.host,
                                   requirement.to.host, topology_.firewalls[crossing.firewall].id, crossing.doubt));
    }

    void meet(std::size_t index, Crossing crossing, std::vector<std::string> assumed, std::string reply_doubt) {
        claim(index, crossing);
        const Requirement& requirement = requirements_[index];
        if (requirement.need != Need::required) return;
        const auto& helpers = topology_.firewalls[crossing.firewall].helpers;
        if (!requirement.helper.empty() &&
            std::find(helpers.begin(), helpers.end(), requirement.helper) != helpers.end()) {
            return;
        }
        if (requirement.reply_only) {
            if (!crossing.reply_by_rules) return;
            // Packets of a connection that the other side opened.
            for (auto& product : crossing.question) product.states = State::established;
            crossing.reply.clear();
        }
        meetings_.push_back(
            {index, std::move(crossing), {}, {}, std::move(assumed), false, false, {}, {}, std::move(reply_doubt)});
    }

    void claim(std::size_t index, const Crossing& crossing) {
        for (auto& one : claims(index, crossing)) {
            claims_[{crossing.firewall, crossing.path}].push_back(std::move(one));
        }
    }

    // Any source port unless the document names some, any interface.
    std::vector<Claim> claims(std::size_t index, const Crossing& crossing) const {
        const Requirement& requirement = requirements_[index];
        std::vector<Sight> sights{{requirement.from.addresses, requirement.to.addresses, requirement.services}};
        if (crossing.translated) sights = crossing.sights;
        std::vector<Claim> made;
        for (const Sight& whole : sights) {
            for (const Sight& sight : by_family(whole).sights) {
                made.push_back(
                    {index, first_packets(sight.from, sight.to, sight.services), {}, crossing.translated, {}});
                if (crossing.translated) made.back().translations = crossing.translations;
                if (requirement.tolerated)
                    made.back().tolerated = first_packets(sight.from, sight.to, requirement.tolerated);
            }
        }
        return made;
    }

    void mark_unchecked(std::size_t requirement, const std::string& why) {
        result_.verdicts[requirement] = Judgement::unchecked;
        if (unchecked_[requirement].empty()) unchecked_[requirement] = why;
    }

    // Most of the work, and independent of each other.
    void open_desks(const std::vector<std::size_t>& firewalls) {
        std::vector<std::unique_ptr<Desk>> made(firewalls.size());
        for_each_index(firewalls.size(), options_.threads, [&](std::size_t i) {
            try {
                made[i] = desk(firewalls[i]);
            } catch (const OutOfBudget&) {  // told below, in order
            }
        });
        for (std::size_t i = 0; i < firewalls.size(); ++i) {
            const std::size_t index = firewalls[i];
            if (made[i]) {
                desks_.emplace(index, std::move(made[i]));
                continue;
            }
            give_up(index);
            for (const Path* path : scope_.paths(topology_.firewalls[index]))
                result_.exhausted.push_back({index, path});
        }
    }

    std::unique_ptr<Desk> desk(std::size_t index) const {
        // Hosts that no question of this device is about are taken from what its openings are asked for all the same.
        std::vector<Product> values = scope_.selves();
        values.insert(values.end(), foreign_icmp().begin(), foreign_icmp().end());
        std::vector<Product> required;
        for (const auto& [key, claims] : claims_) {
            if (key.first != index) continue;
            for (const auto& claim : claims) {
                values.push_back(claim.packets);
                if (claim.tolerated) values.push_back(*claim.tolerated);
            }
        }
        for (const auto& meeting : meetings_) {
            if (meeting.crossing.firewall != index) continue;
            for (const auto& products : {meeting.crossing.question, meeting.crossing.reply,
                                         later_packets(meeting.crossing.reply), opposite(meeting)}) {
                required.insert(required.end(), products.begin(), products.end());
            }
            const auto answers = answering(meeting);
            values.insert(values.end(), answers.begin(), answers.end());
        }
        const auto open = scope_.packets(topology_.firewalls[index], values);
        return std::make_unique<Desk>(topology_.firewalls[index], values, required, open, options_.budget);
    }

    void judge(std::size_t index, const Desk& desk, const std::vector<Meeting*>& here) {
        try {
            Judge(desk).judge(here, requirements_);
        } catch (const OutOfBudget&) {
            give_up(index);
        }
    }

    // Leaves all flows at that device unchecked.
    void give_up(std::size_t index) {
        for (Meeting& meeting : meetings_) {
            if (meeting.crossing.firewall != index) continue;
            meeting.judgement = Judgement::unchecked;
            mark_unchecked(meeting.requirement,
                           "the rules of " + topology_.firewalls[index].id + " take more than the budget to work out");
        }
    }

    // Nothing is certain of packets whose header nobody knows, or that end somewhere else.
    void leave_open(Meeting& meeting) {
        const Crossing& crossing = meeting.crossing;
        if (!crossing.doubt.empty()) meeting.open.push_back(crossing.doubt);
        if (!crossing.arrival.empty() && meeting.judgement <= Judgement::conditional) {
            meeting.open.push_back(crossing.arrival);
        }
        if (meeting.open.empty()) return;
        meeting.judgement = Judgement::conditional;
        meeting.failing = desks_.at(crossing.firewall)->question(crossing.question);
        if (!crossing.doubt.empty()) meeting.reply_missing = false;
    }

    void worsen(const Meeting& meeting) {
        Judgement& verdict = result_.verdicts[meeting.requirement];
        const Judgement here =
            meeting.reply_missing ? std::max(meeting.judgement, Judgement::partial) : meeting.judgement;
        // What fails is known whatever cannot be checked elsewhere on the way.
        if (verdict == Judgement::unchecked) {
            if (here == Judgement::missing || here == Judgement::partial) verdict = here;
        } else {
            verdict = std::max(verdict, here);
        }
    }

    // The opposite direction: who answers opens instead.
    static std::vector<Product> opposite(const Meeting& meeting) {
        std::vector<Product> products = meeting.crossing.question;
        for (auto& product : products) {
            std::swap(product.source, product.destination);
            std::swap(product.in, product.out);
            product.states = State::new_;
        }
        return products;
    }

    void collect() {
        // What does not count stands apart from what does: where one of several ways is enough, its rules are told.
        using Key = std::tuple<std::string, std::string, std::string, std::string, std::string, std::string, int, bool,
                               std::size_t, const Path*>;
        const auto key_of = [&](std::size_t i, std::size_t firewall, const Path* path) {
            const Requirement& r = requirements_[i];
            return Key{r.catalog,
                       r.flow,
                       r.service,
                       r.from.role,
                       r.to.role,
                       r.any_of_key,
                       static_cast<int>(r.reading),
                       settled_.quiet.contains(i),
                       firewall,
                       path};
        };
        std::set<Key> failing;
        for (const auto& m : meetings_) {
            if (m.judgement <= Judgement::conditional) continue;
            failing.insert(key_of(m.requirement, m.crossing.firewall, m.crossing.path));
        }
        std::map<std::pair<Key, bool>, std::size_t> known;
        std::vector<std::vector<const Meeting*>> members;
        // What is undecided between some hosts stands apart from what is closed between others.
        const auto flow_of = [&](std::size_t requirement, std::size_t firewall, const Path* path,
                                 Judgement judgement) -> std::size_t {
            const Key key = key_of(requirement, firewall, path);
            const bool apart = judgement == Judgement::conditional && failing.contains(key);
            const auto [entry, fresh] = known.emplace(std::pair(key, apart), result_.flows.size());
            if (fresh) {
                FlowResult flow;
                flow.firewall = firewall;
                flow.path = path;
                result_.flows.push_back(std::move(flow));
                members.emplace_back();
            }
            return entry->second;
        };
        std::size_t next = 0;
        for (std::size_t i = 0; i < requirements_.size(); ++i) {
            if (!unchecked_[i].empty() && !settled_.quiet.contains(i)) {
                const std::size_t at = flow_of(i, kNoFirewall, nullptr, Judgement::unchecked);
                FlowResult& flow = result_.flows[at];
                flow.judgement = Judgement::unchecked;
                flow.unchecked = unchecked_[i];
                flow.requirements.push_back(i);
                flow.failing.push_back(i);
            }
            for (; next < meetings_.size() && meetings_[next].requirement == i; ++next) {
                const Meeting& m = meetings_[next];
                members[flow_of(i, m.crossing.firewall, m.crossing.path, m.judgement)].push_back(&m);
            }
        }
        for (std::size_t i = 0; i < result_.flows.size(); ++i) {
            if (members[i].empty()) continue;
            try {
                merge(result_.flows[i], members[i]);
            } catch (const OutOfBudget&) {
                // The verdict stands; which rules make it stays open.
                result_.flows[i].cause = Cause::none;
                result_.flows[i].deciders.clear();
            }
        }
        for (auto& group : result_.groups) {
            for (std::size_t i = 0; i < result_.flows.size(); ++i) {
                const auto& flow = result_.flows[i];
                if (flow.judgement == Judgement::satisfied) continue;
                if (requirements_[flow.requirements[0]].any_of_key == group.key) group.results.push_back(i);
            }
        }
    }

    static void add_new(std::vector<std::string>& known, const std::vector<std::string>& texts) {
        for (const auto& text : texts) {
            if (std::find(known.begin(), known.end(), text) == known.end()) known.push_back(text);
        }
    }

    void merge(FlowResult& flow, const std::vector<const Meeting*>& meetings) {
        const Desk& desk = *desks_.at(flow.firewall);
        const Judge judge(desk);
        Judgement worst = Judgement::satisfied;
        bool all_missing = true;
        PacketSet failing = desk.space().empty();
        PacketSet reply_failing = desk.space().empty();
        const Meeting* first = nullptr;
        const Path* reply_path = nullptr;
        bool replies = false;  // some are missing, which comes before what follows them
        for (const Meeting* meeting : meetings) {
            worst = std::max(worst, meeting->judgement);
            replies = replies || (meeting->reply_missing && !meeting->later_missing);
        }
        for (const Meeting* meeting : meetings) {
            flow.requirements.push_back(meeting->requirement);
            flow.notes.insert(flow.notes.end(), meeting->notes.begin(), meeting->notes.end());
            if (meeting->judgement != Judgement::missing) all_missing = false;
            if (meeting->reply_missing) {
                flow.reply_missing = true;
                flow.unanswered.push_back(meeting->requirement);
                if (meeting->later_missing != replies) {
                    reply_path = replies ? meeting->crossing.reply_path : meeting->crossing.path;
                    reply_failing = reply_failing | meeting->reply_failing;
                }
            }
            const bool counts = meeting->judgement == worst ||
                                (worst == Judgement::missing && meeting->judgement == Judgement::partial);
            if (meeting->judgement == Judgement::satisfied || !counts) continue;
            flow.failing.push_back(meeting->requirement);
            failing = failing | meeting->failing;
            if (!first) first = meeting;
            add_new(flow.translations, meeting->crossing.translations);
            if (meeting->judgement == Judgement::conditional) add_new(flow.conditions, meeting->open);
        }
        std::sort(flow.notes.begin(), flow.notes.end());
        flow.notes.erase(std::unique(flow.notes.begin(), flow.notes.end()), flow.notes.end());
        flow.judgement = worst == Judgement::missing && !all_missing ? Judgement::partial : worst;
        flow.counts = std::none_of(flow.requirements.begin(), flow.requirements.end(),
                                   [&](std::size_t i) { return settled_.quiet.contains(i); });
        for (const std::size_t i : flow.requirements) flow.in_group = flow.in_group || settled_.in_group.contains(i);
        if (flow.judgement == Judgement::satisfied) {
            for (const auto& note : flow.notes) {
                const Requirement& r = requirements_[flow.requirements[0]];
                std::string text = note + " (" + r.catalog + " " + r.flow + "/" + r.service + ")";
                auto& known = result_.assumptions;
                if (std::find(known.begin(), known.end(), text) == known.end()) known.push_back(std::move(text));
            }
        }
        if (options_.keep_permits) {
            PacketSet question = desk.space().empty();
            for (const Meeting* meeting : meetings) question = question | desk.question(meeting->crossing.question);
            judge.explain_permits(flow, question, requirements_[flow.requirements[0]]);
        }
        if (!flow.counts) return;
        if (first && !failing.empty()) {
            auto remainder = failing.for_some_interface().products(options_.region_limit);
            flow.remainder = std::move(remainder.products);
            flow.remainder_complete = remainder.complete;
            if (flow.conditions.empty()) judge.explain(flow, failing, requirements_[first->requirement]);
            if (flow.judgement == Judgement::missing) judge.look_backwards(flow, first->crossing, opposite(*first));
        }
        if (!flow.conditions.empty() && flow.cause == Cause::none) {
            flow.cause = Cause::undecided;
            flow.witness = witness_of(failing);
        }
        if (flow.reply_missing) judge.explain_reply(flow, reply_failing, *reply_path);
    }

    void surplus(std::size_t index, const Desk& desk) {
        const Firewall& firewall = topology_.firewalls[index];
        const AddressSet bound = scope_.bound_addresses();
        static const std::vector<Claim> kNone;
        for (const Path* path : scope_.paths(firewall)) {
            const auto claims = claims_.find({index, path});
            find_surplus(
                desk,
                {index, path, opening_question(firewall, path->position, scope_.own_addresses(firewall)),
                 path->position == Position::transit ? scope_.selves() : std::vector<Product>(),
                 claims == claims_.end() ? kNone : claims->second, answers(index, path), bound, options_.region_limit},
                requirements_, result_);
        }
    }

    std::vector<Answer> answers(std::size_t index, const Path* path) const {
        std::vector<Answer> found;
        for (const Meeting& meeting : meetings_) {
            const Crossing& crossing = meeting.crossing;
            if (crossing.firewall != index || crossing.reply_path != path || crossing.reply.empty()) continue;
            found.push_back({meeting.requirement, crossing.reply, answering(meeting)});
        }
        return found;
    }

    // Replies as if they opened connections. Of a peer that may be anywhere no address is beside them.
    std::vector<Product> answering(const Meeting& meeting) const {
        const Requirement& requirement = requirements_[meeting.requirement];
        auto first = as_first_packets(meeting.crossing.reply);
        const auto widen = [](AddressSetRef& addresses) {
            AddressSet all;
            if (addresses && !addresses->v4.empty()) all = all | AddressSet::any4();
            if (addresses && !addresses->v6.empty()) all = all | AddressSet::any6();
            if (addresses) addresses = share(std::move(all));
        };
        for (Product& product : first) {
            if (requirement.from.anywhere) widen(product.destination);
            if (requirement.to.anywhere) widen(product.source);
        }
        return first;
    }

    void count() {
        for (std::size_t i = 0; i < requirements_.size(); ++i) {
            if (!asked(requirements_[i]) || settled_.not_counted[i]) continue;
            ++result_.required;
            switch (result_.verdicts[i]) {
                case Judgement::satisfied: ++result_.satisfied; break;
                case Judgement::conditional: ++result_.conditional; break;
                case Judgement::partial:
                case Judgement::missing: ++result_.failed; break;
                case Judgement::unchecked: ++result_.unchecked; break;
            }
        }
    }

    static constexpr std::size_t kNoFirewall = static_cast<std::size_t>(-1);

    const Topology& topology_;
    std::span<const Requirement> requirements_;
    const AssessOptions& options_;
    const OpeningScope scope_;
    Assessment result_;
    std::vector<Meeting> meetings_;  // by requirement
    std::map<ClaimKey, std::vector<Claim>> claims_;
    std::map<std::size_t, std::unique_ptr<Desk>> desks_;
    std::map<std::size_t, std::size_t> passed_by_;  // required flows, by firewall
    std::vector<std::string> unchecked_;            // by requirement
    Settled settled_;
};

}  // namespace

Assessment assess(const Topology& topology, std::span<const Requirement> requirements, const AssessOptions& options) {
    return Run(topology, requirements, options).assessment();
}

}  // namespace fwproof
