// Every permitted packet is charged to one rule: the last written rule on its path that permits it, and where there is
// none, the last default. What a rule is charged with, less what active requirements need, is its surplus. Its parts
// are classified once, in this order: needed in a phase that is over, needed by something that is not chosen, beside a
// flow that the rule serves, none of these.
#include "analysis/surplus.hpp"

#include <algorithm>
#include <set>

#include "analysis/question.hpp"
#include "analysis/sides.hpp"

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

namespace {

struct Charge {
    RuleRef rule;
    PacketSet packets;
};

// What is permitted, by the rule that is charged with it, in the order of evaluation.
std::vector<Charge> charges(const Desk& desk, const Path& path, const PacketSet& question, const PacketSet& permitted) {
    const auto hits = desk.evaluator().attribute(path, question);
    std::vector<Charge> all;
    PacketSet open = permitted;
    const auto take = [&](bool implicit) {
        for (auto hit = hits.rbegin(); hit != hits.rend() && !open.empty(); ++hit) {
            if (hit->verdict == Verdict::deny || is_implicit(desk.policy(), hit->rule) != implicit) continue;
            PacketSet part = hit->packets & open;
            if (part.empty()) continue;
            open = open - part;
            all.push_back({hit->rule, std::move(part)});
        }
    };
    take(false);
    take(true);
    std::reverse(all.begin(), all.end());
    // A rule that is met on several ways is charged once.
    std::vector<Charge> merged;
    for (auto& charge : all) {
        const auto same =
            std::find_if(merged.begin(), merged.end(), [&](const Charge& c) { return c.rule == charge.rule; });
        if (same == merged.end()) {
            merged.push_back(std::move(charge));
        } else {
            same->packets = same->packets | charge.packets;
        }
    }
    return merged;
}

enum class ClaimKind { needed, install_only, unselected, exposing };

ClaimKind kind_of(const Requirement& requirement) {
    if (requirement.exposing) return ClaimKind::exposing;
    switch (requirement.need) {
        case Need::phase_over: return ClaimKind::install_only;
        case Need::feature_off:
        case Need::not_selected:
        case Need::not_applicable: return ClaimKind::unselected;
        default: return ClaimKind::needed;
    }
}

class Classifier {
public:
    Classifier(const Desk& desk, const std::vector<Claim>& claims, std::span<const Requirement> requirements)
        : desk_(desk), claims_(claims), requirements_(requirements) {
        std::vector<Product> needed, install, closable, unselected, exposing;
        for (const auto& claim : claims) {
            const Requirement& requirement = requirements[claim.requirement];
            switch (kind_of(requirement)) {
                case ClaimKind::needed: needed.push_back(claim.packets); break;
                case ClaimKind::install_only:
                    (requirement.closable ? closable : install).push_back(claim.packets);
                    break;
                case ClaimKind::unselected: unselected.push_back(claim.packets); break;
                case ClaimKind::exposing: exposing.push_back(claim.packets); break;
            }
        }
        const Space& space = desk.space();
        needed_ = space.from(needed);
        closable_ = space.from(closable);
        install_ = space.from(install);
        unselected_ = space.from(unselected);
        exposing_ = space.from(exposing);
    }

    const PacketSet& needed() const { return needed_; }
    const PacketSet& closable() const { return closable_; }
    const PacketSet& install() const { return install_; }
    const PacketSet& unselected() const { return unselected_; }
    const PacketSet& exposing() const { return exposing_; }

    // The requirements of that kind whose packets are in the set.
    std::vector<std::size_t> related(const PacketSet& packets, ClaimKind kind, bool closable) const {
        std::vector<std::size_t> found;
        for (const auto& claim : claims_) {
            const Requirement& requirement = requirements_[claim.requirement];
            if (kind_of(requirement) != kind) continue;
            if (kind == ClaimKind::install_only && requirement.closable != closable) continue;
            if (desk_.space().from(claim.packets).intersects(packets)) found.push_back(claim.requirement);
        }
        return found;
    }

private:
    const Desk& desk_;
    const std::vector<Claim>& claims_;
    std::span<const Requirement> requirements_;
    PacketSet needed_, closable_, install_, unselected_, exposing_;
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

}  // namespace

void find_surplus(const Desk& desk, std::size_t firewall, const Path& path, const std::vector<Product>& question,
                  const std::vector<Claim>& claims, std::span<const Requirement> requirements, const AddressSet& bound,
                  std::size_t region_limit, Assessment& assessment) {
    const PacketSet asked = desk.question(question);
    const auto bounds = desk.permitted(path, asked);
    const Classifier classifier(desk, claims, requirements);
    PacketSet touching = desk.space().all();
    if (path.position == Position::transit) {
        Product from, to;
        from.source = to.destination = share(bound);
        touching = desk.space().from({from, to});
    }
    std::set<RuleRef> unrelated;
    for (const auto& charge : charges(desk, path, asked, bounds.possibly)) {
        if (is_loopback(desk.policy(), charge.rule)) continue;
        // What a host may send unless a rule says otherwise is the business of its default, not of a rule.
        if (path.position == Position::outbound && is_implicit(desk.policy(), charge.rule)) continue;
        PacketSet rest = charge.packets - classifier.needed();
        const auto report = [&](SurplusKind kind, const PacketSet& part, std::vector<std::size_t> related,
                                bool closable) {
            if (part.empty()) return;
            Surplus surplus;
            surplus.kind = kind;
            surplus.firewall = firewall;
            surplus.path = &path;
            surplus.rule = charge.rule;
            surplus.surely = part.subset_of(bounds.surely);
            surplus.closable = closable;
            auto region = part.for_some_interface().products(region_limit);
            surplus.region = std::move(region.products);
            surplus.region_complete = region.complete;
            surplus.witness = part.pick();
            surplus.requirements = std::move(related);
            if (!surplus.surely) surplus.conditions = desk.conditions(charge.rule);
            assessment.surplus.push_back(std::move(surplus));
        };
        const auto take = [&](const PacketSet& kind) {
            PacketSet part = rest & kind;
            rest = rest - part;
            return part;
        };
        const PacketSet closable = take(classifier.closable());
        report(SurplusKind::install_only, closable, classifier.related(closable, ClaimKind::install_only, true), true);
        const PacketSet install = take(classifier.install());
        report(SurplusKind::install_only, install, classifier.related(install, ClaimKind::install_only, false), false);
        const PacketSet unselected = take(classifier.unselected());
        report(SurplusKind::unselected_feature, unselected,
               classifier.related(unselected, ClaimKind::unselected, false), false);
        const PacketSet exposing = take(classifier.exposing());
        report(SurplusKind::wider, exposing, classifier.related(exposing, ClaimKind::exposing, false), false);
        if (rest.empty()) continue;
        const PacketSet served = charge.packets & classifier.needed();
        if (!served.empty()) {
            report(SurplusKind::wider, rest, classifier.related(served, ClaimKind::needed, false), false);
            continue;
        }
        const PacketSet here = rest & touching;
        if (here.empty()) {
            unrelated.insert(charge.rule);
        } else {
            report(SurplusKind::uncatalogued, here, {}, false);
        }
    }
    if (!unrelated.empty()) assessment.unrelated.push_back({firewall, &path, unrelated.size()});
}

}  // namespace fwproof
