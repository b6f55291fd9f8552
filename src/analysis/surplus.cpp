// What a rule is charged with (charge.hpp), less what active requirements need, is its surplus. Its parts are
// classified once, in this order: needed in a phase that is over, needed by something that is not chosen, beside a flow
// that the rule serves, none of these.
//
// A transit device permits much that is nobody's business here. It is asked about packets from or to an address that a
// role is bound to, and about the rest only of rules that turn out to serve a flow: their surplus is told completely.
#include "analysis/surplus.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "analysis/charge.hpp"
#include "analysis/overlap.hpp"
#include "analysis/question.hpp"
#include "analysis/readdress.hpp"
#include "analysis/sides.hpp"
#include "fwproof/analysis/listener.hpp"

namespace fwproof {

std::vector<Product> opening_question(const Firewall& firewall, Position position, const AddressSetRef& own) {
    const Policy& policy = *firewall.policy;
    const AddressSet any = of_families(policy, AddressSet::any());
    Product header;
    header.services = first_packet_services(nullptr);
    header.states = State::new_;
    if (position == Position::transit) return transit_products(firewall, "", any, "", any, header);
    const AddressSetRef here = own ? share(of_families(policy, *own)) : share(any);
    const bool inbound = position == Position::inbound;
    header.source = inbound ? share(any) : here;
    header.destination = inbound ? here : share(any);
    header.in = inbound ? open_interfaces(policy) : InterfaceSet::none();
    header.out = inbound ? InterfaceSet::none() : open_interfaces(policy);
    return {header};
}

const std::vector<Product>& foreign_icmp() {
    static const std::vector<Product> kForeign = [] {
        Product over6, over4;
        over6.services = service(kIcmp);
        over6.source = over6.destination = share(AddressSet::any6());
        over4.services = service(kIcmp6);
        over4.source = over4.destination = share(AddressSet::any4());
        return std::vector<Product>{over6, over4};
    }();
    return kForeign;
}

namespace {

// Of the look at what serving rules permit elsewhere: so many diagram nodes more than before, and so many rules at
// once.
constexpr std::size_t kNodesBeyond = 250'000;
constexpr std::size_t kTogether = 8;

// The packets that requirements of one kind ask for.
struct Claimed {
    PacketSet packets;
    std::vector<std::pair<std::size_t, PacketSet>> by_requirement;

    // The same of those requirements for which it is true.
    template <class Choose>
    Claimed only(const Choose& chosen) const {
        Claimed some{packets - packets, {}};
        for (const auto& [requirement, claimed] : by_requirement) {
            if (!chosen(requirement)) continue;
            some.packets = some.packets | claimed;
            some.by_requirement.emplace_back(requirement, claimed);
        }
        return some;
    }

    // The requirements that ask for some of the packets.
    std::vector<std::size_t> related(const PacketSet& some) const {
        std::vector<std::size_t> found;
        for (const auto& [requirement, claimed] : by_requirement) {
            if (claimed.intersects(some)) found.push_back(requirement);
        }
        return found;
    }
};

struct Claims {
    Claimed needed, closable, install_only, unselected, exposing;
    Claimed undetermined;  // whose ports nobody gives
    PacketSet tolerated;   // needed by nobody, and no more than the document leaves open

    Claims(const Space& space, const std::vector<Claim>& claims, std::span<const Requirement> requirements)
        : tolerated(space.empty()) {
        for (Claimed* kind : {&needed, &closable, &install_only, &unselected, &exposing, &undetermined}) {
            kind->packets = space.empty();
        }
        for (const auto& claim : claims) {
            const Requirement& requirement = requirements[claim.requirement];
            Claimed& kind = of(requirement);
            PacketSet packets = space.from(claim.packets);
            kind.packets = kind.packets | packets;
            kind.by_requirement.emplace_back(claim.requirement, std::move(packets));
            if (claim.tolerated && &kind == &needed) tolerated = tolerated | space.from(*claim.tolerated);
        }
    }

private:
    Claimed& of(const Requirement& requirement) {
        if (requirement.exposing) return exposing;
        switch (requirement.need) {
            case Need::phase_over: return requirement.closable ? closable : install_only;
            case Need::feature_off:
            case Need::not_selected:
            case Need::not_applicable: return unselected;
            case Need::undetermined: return undetermined;
            case Need::phase_ahead:  // opened in time
            case Need::required: break;
        }
        return needed;
    }
};

// A rule that the device adds for traffic with itself; no other computer gains anything from it.
bool is_loopback(const Policy& policy, RuleRef ref) {
    if (!is_implicit(policy, ref)) return false;
    const auto& rules = policy.rulesets[ref.ruleset].rules;
    if (ref.rule >= rules.size()) return false;
    static const auto kLoopback = parse_address_set("127.0.0.0/8, ::1");
    const auto& matches = rules[ref.rule].match.any_of;
    return std::all_of(matches.begin(), matches.end(), [](const Match& match) {
        return match.header.source && match.header.source->subset_of(*kLoopback);
    });
}

bool touches(const Match& match, const AddressSet& bound) {
    const auto meets = [&](const AddressSetRef& set) { return !set || !(*set & bound).empty(); };
    return meets(match.header.source) || meets(match.header.destination);
}

// Rules on the path that permit something, but nothing from or to the addresses.
std::size_t count_unrelated(const Policy& policy, const Path& path, const AddressSet& bound) {
    std::size_t count = 0;
    for (const RulesetIndex index : reachable_rulesets(policy, path)) {
        for (const Rule& rule : policy.rulesets[index].rules) {
            const auto* decide = std::get_if<Decide>(&rule.action);
            if (!decide || decide->verdict == Verdict::deny || !rule.enabled || rule.implicit) continue;
            const auto& matches = rule.match.outer.empty() ? rule.match.any_of : rule.match.outer;
            count += std::none_of(matches.begin(), matches.end(), [&](const Match& m) { return touches(m, bound); });
        }
    }
    return count;
}

// A rule that serves a flow, and what it may permit that was not asked first.
struct Beyond {
    Charge* charge;
    std::vector<Product> headers;
    PacketSet packets;
    long double size;
};

class PathSurplus {
public:
    PathSurplus(const Desk& desk, const SurplusQuestion& question, std::span<const Requirement> requirements,
                Assessment& assessment)
        : desk_(desk),
          question_(question),
          path_(*question.path),
          claims_(desk.space(), question.claims, requirements),
          icmp_(every_icmp(desk.space())),
          requirements_(requirements),
          assessment_(assessment) {}

    void find() {
        const PacketSet asked = desk_.question(question_.packets) - desk_.space().from(question_.without);
        const PacketSet near = asked & desk_.openings_focus();
        auto charged = charges(desk_.openings(), path_, near);
        find_answering(charged);
        if (near != asked) look_beyond(asked - near, charged);
        for (const Charge& charge : charged) classify(charge);
    }

private:
    static PacketSet every_icmp(const Space& space) {
        Product icmp, icmp6;
        icmp.services = service(kIcmp);
        icmp6.services = service(kIcmp6);
        return space.from({icmp, icmp6});
    }

    // Which of the rules let replies pass: those that no rule before them takes.
    void find_answering(const std::vector<Charge>& charged) {
        PacketSet replies = desk_.space().empty();
        for (const Answer& answer : question_.answers) replies = replies | desk_.question(answer.replies);
        if (replies.empty()) return;
        for (const Hit& hit : desk_.evaluator().attribute(path_, replies)) {
            const bool open = std::any_of(charged.begin(), charged.end(),
                                          [&](const Charge& charge) { return charge.rule == hit.rule; });
            if (!open || hit.verdict != Verdict::permit) continue;
            for (const Answer& answer : question_.answers) {
                if (hit.packets.intersects(desk_.question(answer.replies))) answering_[hit.rule].push_back(&answer);
            }
        }
    }

    struct Served {
        PacketSet packets;
        std::vector<std::size_t> requirements;
    };
    // The claims that the rule can serve or keep open.
    Claimed reached(const Claimed& claimed, RuleRef ref) const {
        const auto& rules = desk_.policy().rulesets[ref.ruleset].rules;
        if (ref.rule >= rules.size() || rules[ref.rule].match.conditions.empty()) return claimed;
        return claimed.only([&](std::size_t requirement) {
            return is_for_listener(rules[ref.rule].match, requirements_[requirement], path_.position) != Belief::fails;
        });
    }

    // What the rule permits that is needed, and by whom.
    Served needed(const Charge& charge) const {
        const Claimed claimed = reached(claims_.needed, charge.rule);
        Served served{charge.packets & claimed.packets, {}};
        served.requirements = claimed.related(served.packets);
        const auto answers = answering_.find(charge.rule);
        if (answers == answering_.end()) return served;
        for (const Answer* answer : answers->second) {
            const PacketSet replies = charge.packets & desk_.space().from(answer->first);
            if (replies.empty()) continue;
            served.packets = served.packets | replies;
            auto& known = served.requirements;
            if (std::find(known.begin(), known.end(), answer->requirement) == known.end())
                known.push_back(answer->requirement);
        }
        return served;
    }

    // Adds what the rules that serve a flow permit beyond what was asked first. The smallest questions come first, so
    // that a rule for everything does not use up what many narrow ones would need; the regions of rules for which the
    // rest does not suffice stay incomplete.
    void look_beyond(const PacketSet& beyond, std::vector<Charge>& charged) {
        std::vector<Beyond> serving;
        for (Charge& charge : charged) {
            const bool serves = charge.packets.intersects(claims_.needed.packets) &&
                                charge.packets.intersects(reached(claims_.needed, charge.rule).packets);
            if (!serves && !answering_.contains(charge.rule)) continue;
            Beyond one{&charge, {}, desk_.space().empty(), 0};
            const auto& rules = desk_.policy().rulesets[charge.rule.ruleset].rules;
            if (charge.rule.rule < rules.size()) {
                const RuleMatch& match = rules[charge.rule.rule].match;
                for (const auto& each : match.outer.empty() ? match.any_of : match.outer) {
                    one.headers.push_back(each.header);
                }
            }
            one.packets = beyond & desk_.space().from(one.headers);
            if (one.packets.empty()) continue;
            one.size = one.packets.size();
            serving.push_back(std::move(one));
        }
        std::stable_sort(serving.begin(), serving.end(),
                         [](const Beyond& a, const Beyond& b) { return a.size < b.size; });
        Space space = desk_.space();
        Budget budget = desk_.budget();
        budget.nodes = std::min(budget.nodes, space.node_count() + kNodesBeyond);
        const std::span<const Beyond> all(serving);
        std::size_t done = 0;
        try {
            space.set_budget(budget);
            for (; done < all.size(); done += kTogether) {
                add_beyond(all.subspan(done, std::min(kTogether, all.size() - done)));
            }
        } catch (const OutOfBudget&) {
            for (const Beyond& one : all.subspan(done)) cut_short_.insert(one.charge->rule);
        }
        space.set_budget(desk_.budget());
    }

    void add_beyond(std::span<const Beyond> serving) {
        std::vector<Product> headers;
        PacketSet question = desk_.space().empty();
        for (const Beyond& one : serving) {
            headers.insert(headers.end(), one.headers.begin(), one.headers.end());
            question = question | one.packets;
        }
        const Evaluator evaluator(desk_.policy(), desk_.space(), question, Nearby(desk_.policy(), {&path_}, headers));
        for (const Charge& more : charges(evaluator, path_, question)) {
            const auto place = std::find_if(serving.begin(), serving.end(),
                                            [&](const Beyond& one) { return one.charge->rule == more.rule; });
            if (place == serving.end()) continue;
            place->charge->packets = place->charge->packets | more.packets;
            place->charge->surely = place->charge->surely | more.surely;
        }
    }

    void classify(const Charge& charge) {
        if (is_loopback(desk_.policy(), charge.rule)) return;
        // What a host may send unless a rule says otherwise is the business of its default, not of a rule.
        if (path_.position == Position::outbound && is_implicit(desk_.policy(), charge.rule)) return;
        const Served served = needed(charge);
        PacketSet rest = charge.packets - served.packets;
        // A rule for ICMP alone is told in the family that speaks it; in one for every protocol nobody looks for it.
        if (rest.subset_of(icmp_)) rest = rest - desk_.space().from(foreign_icmp());
        rest = rest - desk_.space().from(keyword_ports(charge.rule, served.requirements));
        const auto take = [&](SurplusKind kind, const Claimed& all, bool closable) {
            if (!rest.intersects(all.packets)) return;
            const Claimed claimed = reached(all, charge.rule);
            const PacketSet part = rest & claimed.packets;
            rest = rest - part;
            if (!part.empty()) report(charge, kind, part, claimed.related(part), closable);
        };
        take(SurplusKind::install_only, claims_.closable, true);
        take(SurplusKind::install_only, claims_.install_only, false);
        take(SurplusKind::unselected_feature, claims_.unselected, false);
        take(SurplusKind::wider, claims_.exposing, false);
        rest = rest - claims_.tolerated;
        if (rest.empty()) return;
        if (served.packets.empty()) {
            const Claimed undetermined = reached(claims_.undetermined, charge.rule);
            report(charge, SurplusKind::uncatalogued, rest, undetermined.related(rest), false);
            return;
        }
        take(SurplusKind::uncatalogued, claims_.undetermined, false);
        if (!rest.empty()) {
            report(charge, SurplusKind::wider, rest, served.requirements, false);
        }
    }

    // A port keyword stands for the ports of a service, whichever they are: where the rule serves that service with it,
    // the other ports that it may stand for are not open besides.
    std::vector<Product> keyword_ports(RuleRef ref, const std::vector<std::size_t>& served) const {
        std::vector<Product> ports;
        const auto& rules = desk_.policy().rulesets[ref.ruleset].rules;
        if (ref.rule >= rules.size()) return ports;
        for (const Condition& condition : rules[ref.rule].match.conditions) {
            if (condition.kind != ConditionKind::port_keyword) continue;
            for (const Claim& claim : question_.claims) {
                if (std::find(served.begin(), served.end(), claim.requirement) == served.end()) continue;
                if (assumption_for(requirements_[claim.requirement], path_.position)(condition) != Belief::holds)
                    continue;
                ServiceSet any_port = *claim.packets.services;
                for (auto& term : any_port.terms) term.destination_ports = PortSet::all();
                ports.push_back(claim.packets);
                ports.back().services = share(std::move(any_port));
            }
        }
        return ports;
    }

    void report(const Charge& charge, SurplusKind kind, const PacketSet& part, std::vector<std::size_t> related,
                bool closable) {
        Surplus surplus;
        surplus.kind = kind;
        surplus.firewall = question_.firewall;
        surplus.path = &path_;
        surplus.rule = charge.rule;
        surplus.surely = part.subset_of(charge.surely);
        surplus.closable = closable;
        auto region = part.for_some_interface().products(question_.region_limit);
        surplus.region = std::move(region.products);
        surplus.region_complete = region.complete && !(kind == SurplusKind::wider && cut_short_.contains(charge.rule));
        surplus.witness = witness_of(part);
        surplus.requirements = std::move(related);
        if (!surplus.surely) surplus.conditions = desk_.conditions(charge.rule);
        tell_translations(part, surplus);
        assessment_.surplus.push_back(std::move(surplus));
    }

    void tell_translations(const PacketSet& part, Surplus& surplus) const {
        constexpr std::size_t kMostTold = 8;
        const auto tell = [&](const std::string& text) {
            auto& told = surplus.translations;
            if (told.size() < kMostTold && std::find(told.begin(), told.end(), text) == told.end())
                told.push_back(text);
        };
        for (const Claim& claim : question_.claims) {
            const auto& related = surplus.requirements;
            if (!claim.translated || std::find(related.begin(), related.end(), claim.requirement) == related.end())
                continue;
            for (const auto& text : claim.translations) tell(text);
            auto& needed = surplus.needed;
            if (surplus.kind == SurplusKind::wider &&
                std::find(needed.begin(), needed.end(), claim.packets) == needed.end()) {
                needed.push_back(claim.packets);
            }
        }
        if (!translates_) return;
        try {
            for (const auto& departure : desk_.openings().departures(path_, part & desk_.openings_focus())) {
                for (const auto& text : rewritten_text(desk_.firewall(), path_, departure, kMostTold)) tell(text);
            }
        } catch (const OutOfBudget&) {  // the region stands without
        }
    }

    const Desk& desk_;
    const SurplusQuestion& question_;
    const Path& path_;
    const bool translates_ = translates(desk_.policy());
    Claims claims_;
    PacketSet icmp_;
    std::span<const Requirement> requirements_;
    std::set<RuleRef> cut_short_;
    std::map<RuleRef, std::vector<const Answer*>> answering_;
    Assessment& assessment_;
};

}  // namespace

void find_surplus(const Desk& desk, const SurplusQuestion& question, std::span<const Requirement> requirements,
                  Assessment& assessment) {
    const std::size_t before = assessment.surplus.size();
    try {
        PathSurplus(desk, question, requirements, assessment).find();
    } catch (const OutOfBudget&) {
        assessment.surplus.resize(before);
        assessment.exhausted.push_back({question.firewall, question.path});
        return;
    }
    if (question.path->position != Position::transit) return;
    const std::size_t unrelated = count_unrelated(desk.policy(), *question.path, question.bound);
    if (unrelated > 0) assessment.unrelated.push_back({question.firewall, question.path, unrelated});
}

}  // namespace fwproof
