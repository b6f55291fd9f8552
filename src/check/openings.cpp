#include "check/openings.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "check/report_openings.hpp"
#include "fwproof/analysis/crossing.hpp"
#include "fwproof/base/letters.hpp"
#include "fwproof/packet/packet.hpp"

namespace fwproof {

namespace {

const AddressSet& private_addresses() {
    static const AddressSet kPrivate =
        parse_address_set("10.0.0.0/8 100.64.0.0/10 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16 fc00::/7 fe80::/10")
            .value();
    return kPrivate;
}

template <class T>
long double count(const IntervalSet<T>& set) {
    long double sum = 0;
    for (const auto& i : set.intervals()) sum += static_cast<long double>(i.last - i.first) + 1;
    return sum;
}

bool covers_half(const AddressSetRef& addresses, const AddressSet& of) {
    if (!addresses) return true;
    return count(addresses->v4 & of.v4) * 2 >= count(of.v4) || count(addresses->v6 & of.v6) * 2 >= count(of.v6);
}

ServiceSetRef narrowed(const ServiceSetRef& a, const ServiceSetRef& b) {
    if (!a) return b;
    if (!b) return a;
    ServiceSet both;
    for (const auto& x : a->terms) {
        for (const auto& y : b->terms) {
            ServiceTerm term{x.protocols & y.protocols, x.source_ports & y.source_ports,
                             x.destination_ports & y.destination_ports, x.icmp & y.icmp, x.tcp_flags & y.tcp_flags};
            const bool none = term.protocols.empty() || term.source_ports.empty() || term.destination_ports.empty() ||
                              term.icmp.empty() || term.tcp_flags.empty();
            if (!none) both.terms.push_back(std::move(term));
        }
    }
    return share(std::move(both));
}

// `a` inside `b`. Of two interface tests that of the rule nearer to the verdict stays.
void narrow(Product& a, const Product& b) {
    a.source = common(a.source, b.source);
    a.destination = common(a.destination, b.destination);
    a.services = narrowed(a.services, b.services);
    a.states = a.states & b.states;
    if (a.in.is_all()) a.in = b.in;
    if (a.out.is_all()) a.out = b.out;
}

bool says_nothing(const Product& product) {
    return product.states.empty() || (product.source && product.source->empty()) ||
           (product.destination && product.destination->empty()) ||
           (product.services && product.services->terms.empty());
}

std::string_view last_word(std::string_view text) { return text.substr(text.find_last_of(' ') + 1); }

// Whether the condition leaves only some of the sources that the match names.
bool is_about_source(const Condition& condition, const RuleMatch& match) {
    const std::string_view text = condition.span ? condition.span.text() : std::string_view();
    switch (condition.kind) {
        case ConditionKind::address_keyword: return lower_case(condition.value) != "internet";
        case ConditionKind::reference:
        case ConditionKind::memory:
            return text.starts_with("--match-set") && last_word(text).find("src") != std::string_view::npos;
        case ConditionKind::fqdn: {
            if (text.starts_with('-')) return text.starts_with("-s ") || text.starts_with("--s");
            // It stands for one of the ends; where the rule names the other by numbers, for this one.
            const auto& wide = match.outer.empty() ? match.any_of : match.outer;
            return std::all_of(wide.begin(), wide.end(),
                               [](const Match& one) { return !covers_most(one.header.destination); });
        }
        default: return false;
    }
}

// It is open to the Internet only as far as a condition on the source may hold for anybody there.
bool depends_on_source(const Rule& rule) {
    const RuleMatch& match = rule.match;
    if (match.exact()) return false;
    const bool open = std::any_of(match.any_of.begin(), match.any_of.end(),
                                  [](const Match& one) { return covers_internet(one.header.source); });
    if (open && !match.conditional) return false;
    return std::any_of(match.conditions.begin(), match.conditions.end(),
                       [&](const Condition& condition) { return is_about_source(condition, match); });
}

// Packets of the Internet get to the ruleset only by jumps that depend on their source.
bool is_for_known_sources(const Policy& policy, RulesetIndex ruleset, const Path& path, int depth = 0) {
    constexpr int kDeepest = 8;
    const auto& stages = path.stages;
    if (depth == kDeepest ||
        std::any_of(stages.begin(), stages.end(), [&](const Stage& stage) { return stage.ruleset == ruleset; })) {
        return false;
    }
    bool entered = false;
    for (RulesetIndex from = 0; from < policy.rulesets.size(); ++from) {
        for (const auto& rule : policy.rulesets[from].rules) {
            const auto* jump = std::get_if<Jump>(&rule.action);
            const auto* go = std::get_if<Goto>(&rule.action);
            if (!rule.enabled || !((jump && jump->to == ruleset) || (go && go->to == ruleset))) continue;
            entered = true;
            if (!depends_on_source(rule) && !is_for_known_sources(policy, from, path, depth + 1)) return false;
        }
    }
    return entered;
}

bool change(const std::vector<Departure>& departures) {
    return std::any_of(departures.begin(), departures.end(),
                       [](const Departure& one) { return one.destination != RewrittenSide(); });
}

// The departures of a path, and which of them some packets have.
class DepartureIndex {
public:
    DepartureIndex(std::vector<Departure> all, const Space& space) : all_(std::move(all)) {
        if (all_.empty()) return;
        joined_.resize(4 * all_.size(), space.empty());
        join(0, 0, all_.size());
    }

    // Null where the packets leave for where they were sent.
    std::shared_ptr<const std::vector<Departure>> of(const PacketSet& packets) const {
        if (all_.empty()) return nullptr;
        std::vector<Departure> its;
        collect(0, 0, all_.size(), packets, its);
        return change(its) ? std::make_shared<const std::vector<Departure>>(std::move(its)) : nullptr;
    }

private:
    // A tree of halves: thousands of openings meet one departure each of thousands.
    void join(std::size_t node, std::size_t first, std::size_t last) {
        if (last - first == 1) {
            joined_[node] = all_[first].packets;
            return;
        }
        const std::size_t middle = first + (last - first) / 2;
        join(2 * node + 1, first, middle);
        join(2 * node + 2, middle, last);
        joined_[node] = joined_[2 * node + 1] | joined_[2 * node + 2];
    }

    void collect(std::size_t node, std::size_t first, std::size_t last, const PacketSet& packets,
                 std::vector<Departure>& found) const {
        if (!joined_[node].intersects(packets)) return;
        if (last - first == 1) {
            found.push_back(all_[first]);
            return;
        }
        const std::size_t middle = first + (last - first) / 2;
        collect(2 * node + 1, first, middle, packets, found);
        collect(2 * node + 2, middle, last, packets, found);
    }

    std::vector<Departure> all_;
    std::vector<PacketSet> joined_;  // of a node and all below it
};

class OpeningFinder {
public:
    OpeningFinder(std::size_t firewall, const RuleDesk& desk)
        : firewall_(firewall), desk_(desk), policy_(desk.policy), evaluator_(policy_, desk.space) {}

    void find(Openings& found) {
        for (const auto& path : policy_.paths) {
            try {
                find(path, desk_.first_of(path.position), found);
            } catch (const OutOfBudget&) {
                desk_.paths_beyond.push_back(&path);
            }
        }
    }

private:
    void find(const Path& path, const PacketSet& question, Openings& found) {
        const auto filters = std::count_if(path.stages.begin(), path.stages.end(),
                                           [&](const Stage& s) { return policy_.rulesets[s.ruleset].filters; });
        PacketSet passing = question;
        if (path.stages.size() > 1) {
            const Outcome outcome = evaluator_.evaluate(path, question);
            if (outcome.out_of_budget) throw OutOfBudget();
            passing = outcome.permitted | outcome.undecided;
        }
        if (filters == 0) return;
        const DepartureIndex departures(departures_of(path, question), desk_.space);
        for (const auto& hit : joined(evaluator_.attribute(path, question))) {
            if (hit.verdict == Verdict::deny && hit.surely) {
                found.denials.push_back({firewall_, &path, hit.rule, by(hit.rule), true, {}, hit.packets, true, {}});
            }
            if (hit.verdict != Verdict::permit || !policy_.rulesets[path.stages[hit.stage].ruleset].filters) continue;
            Opening opening{firewall_, &path, hit.rule, by(hit.rule), hit.surely, {}, hit.packets & passing, true, {}};
            if (opening.packets.empty()) continue;
            opening.departures = departures.of(opening.packets);
            if (opening.by == OpenedBy::rule) {
                if (!std::holds_alternative<Decide>(rule_of(hit.rule).action)) continue;
                say(hit, path, question, opening);
            }
            found.permits.push_back(std::move(opening));
        }
    }

    // A rule decides translated packets and others apart.
    static std::vector<Hit> joined(std::vector<Hit> hits) {
        std::map<std::tuple<std::size_t, RuleRef, Verdict, bool, std::vector<RuleRef>>, std::size_t> known;
        std::vector<Hit> all;
        for (auto& hit : hits) {
            const auto [at, is_new] =
                known.try_emplace({hit.stage, hit.rule, hit.verdict, hit.surely, hit.via}, all.size());
            if (is_new) {
                all.push_back(std::move(hit));
            } else {
                all[at->second].packets = all[at->second].packets | hit.packets;
            }
        }
        return all;
    }

    // Empty where none changes the destination.
    std::vector<Departure> departures_of(const Path& path, const PacketSet& question) const {
        if (path.stages.size() < 2 || !translates(policy_)) return {};
        auto all = evaluator_.departures(path, question);
        if (!change(all)) all.clear();
        return all;
    }

    const Rule& rule_of(RuleRef ref) const { return policy_.rulesets[ref.ruleset].rules[ref.rule]; }

    OpenedBy by(RuleRef ref) const {
        if (ref.rule >= policy_.rulesets[ref.ruleset].rules.size()) return OpenedBy::standard;
        return rule_of(ref).implicit ? OpenedBy::implicit : OpenedBy::rule;
    }

    void say(const Hit& hit, const Path& path, const PacketSet& question, Opening& opening) {
        const Rule& rule = rule_of(hit.rule);
        for (const auto* matches : {&rule.match.any_of, &rule.match.outer}) {
            for (const auto& match : *matches) opening.said.push_back(match.header);
        }
        // A jump with several alternatives narrows nothing here; the share of packets below notices where it does.
        for (auto via = hit.via.rbegin(); via != hit.via.rend(); ++via) {
            const auto& jump = rule_of(*via).match;
            if (jump.any_of.size() != 1 || !jump.outer.empty()) continue;
            for (auto& said : opening.said) narrow(said, jump.any_of[0].header);
        }
        for (auto& said : opening.said) {
            narrow(said, path.stages[hit.stage].guard);
            // All that the export speaks about is no word of the rule.
            for (auto* end : {&said.source, &said.destination}) {
                if (*end && **end == desk_.everybody) *end = nullptr;
            }
        }
        std::erase_if(opening.said, says_nothing);
        const long double all = (desk_.space.from(opening.said) & question).size();
        opening.whole = opening.packets.size() * 2 >= all;
    }

    std::size_t firewall_;
    const RuleDesk& desk_;
    const Policy& policy_;
    Evaluator evaluator_;
};

}  // namespace

void find_openings(std::size_t firewall, const RuleDesk& desk, Openings& found) {
    OpeningFinder(firewall, desk).find(found);
}

const AddressSet& internet_addresses() {
    static const AddressSet kPublic =
        parse_address_set("0.0.0.0/0 2000::/3").value() -
        parse_address_set(
            "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 "
            "192.0.2.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3 "
            "2001:db8::/32")
            .value();
    return kPublic;
}

bool covers_internet(const AddressSetRef& addresses) { return covers_half(addresses, internet_addresses()); }
bool covers_most(const AddressSetRef& addresses) { return covers_half(addresses, AddressSet::any()); }
bool only_private(const AddressSetRef& addresses) { return addresses && addresses->subset_of(private_addresses()); }

namespace {

// Whether the rule is for some program, service, package or user, or for the ports of some listener.
bool is_for_somebody(const Rule& rule) {
    const auto& conditions = rule.match.conditions;
    return std::any_of(conditions.begin(), conditions.end(), [](const Condition& condition) {
        switch (condition.kind) {
            case ConditionKind::program:
            case ConditionKind::service:
            case ConditionKind::package:
            case ConditionKind::user:
            case ConditionKind::port_keyword: return true;
            default: return false;
        }
    });
}

// The part of it that is in `anybody`, where the rule leaves the source open to the Internet.
PacketSet open_to(const PacketSet& anybody, const RuleDesk& desk, const Opening& opening) {
    const bool open = std::any_of(opening.said.begin(), opening.said.end(),
                                  [](const Product& said) { return covers_internet(said.source); });
    const bool home = !opening.path->variant.empty() && opening.path->variant != "public" && !desk.policy.ordered;
    if (!open || home) return desk.space.empty();
    if (opening.by == OpenedBy::rule && !opening.surely) {
        const auto& rule = desk.policy.rulesets[opening.rule.ruleset].rules[opening.rule.rule];
        if (depends_on_source(rule) || is_for_known_sources(desk.policy, opening.rule.ruleset, *opening.path))
            return desk.space.empty();
    }
    PacketSet packets = opening.packets & anybody;
    // Who listens on one port does not on all: such a rule opens those that it names.
    if (opening.by == OpenedBy::rule && !opening.surely &&
        is_for_somebody(desk.policy.rulesets[opening.rule.ruleset].rules[opening.rule.rule]))
        packets = packets & to_named_ports(desk, opening, kWidestRange);
    // An earlier rule may have taken all but a few sources.
    PacketSet kept = desk.space.empty();
    for (const auto& product : packets.products(64).products) {
        if (covers_internet(product.source)) kept = kept | desk.space.from(product);
    }
    return kept;
}

}  // namespace

PacketSet from_anybody(const RuleDesk& desk, const Opening& opening) {
    const bool everywhere =
        std::any_of(opening.said.begin(), opening.said.end(), [](const Product& said) { return said.in.is_all(); });
    return open_to(everywhere ? desk.anybody | desk.unnamed_anybody : desk.anybody, desk, opening);
}

PacketSet perhaps_from_anybody(const RuleDesk& desk, const Opening& opening) {
    return open_to(desk.perhaps_anybody, desk, opening);
}

}  // namespace fwproof
