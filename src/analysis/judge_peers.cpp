// What belongs to a flow beside its first packets, and flows with an end that may be anywhere: they are served when
// some address is, by some interface, by which all of it passes.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>
#include <utility>

#include "analysis/judge.hpp"
#include "analysis/question.hpp"
#include "fwproof/base/notation.hpp"

namespace fwproof {

namespace {

constexpr std::size_t kPeerProducts = 64;
constexpr std::size_t kPeerParts = 16;  // of one of them, on the way back

// Whether there are containers and virtual machines behind it alone: a computer on a network is elsewhere.
bool leads_to_guests(const InterfaceSet& interfaces) {
    static constexpr std::string_view kGuests[] = {"docker", "virbr", "veth", "cni",  "podman",
                                                   "lxc",    "lxd",   "cali", "vnet", "flannel"};
    constexpr std::string_view kHex = "0123456789abcdef";
    const auto guest = [&](const InterfacePattern& pattern) {
        const std::string& name = pattern.name;
        // Docker names the bridges of its networks by 12 digits.
        if (name.starts_with("br-")) return name.size() == 15 && name.find_first_not_of(kHex, 3) == std::string::npos;
        return std::any_of(std::begin(kGuests), std::end(kGuests),
                           [&](std::string_view begin) { return name.starts_with(begin); });
    };
    return !interfaces.negated && std::all_of(interfaces.any_of.begin(), interfaces.any_of.end(), guest);
}

// What is sent to many, where rules ask for that: no computer opens a connection so.
std::vector<Product> broadcasts(const Policy& policy) {
    constexpr std::pair<Field, std::uint64_t> kBroadcast[] = {
        {Field::packet_type, 1},
        {Field::source_kind, static_cast<std::uint64_t>(AddressKind::broadcast)},
        {Field::destination_kind, static_cast<std::uint64_t>(AddressKind::broadcast)}};
    std::vector<Product> found;
    for (const auto& [field, value] : kBroadcast) {
        const auto tests = [wanted = field](const Product& product) {
            return std::any_of(product.fields.begin(), product.fields.end(),
                               [&](const FieldTest& test) { return test.field == wanted; });
        };
        if (std::none_of(policy.impossible.begin(), policy.impossible.end(), tests)) continue;
        found.emplace_back().fields = {{field, IntervalSet<std::uint64_t>::of(value)}};
    }
    return found;
}

AddressSet family_of(const AddressSet& addresses) {
    return {addresses.v4.empty() ? IntervalSet<std::uint32_t>() : IntervalSet<std::uint32_t>::all(),
            addresses.v6.empty() ? IntervalSet<uint128>() : IntervalSet<uint128>::all()};
}

}  // namespace

Judge::Leg Judge::by_every_interface(const PacketSet& question, const PacketSet& permitted) const {
    const PacketSet stopped = (question - permitted).for_some_interface();
    return {question, question.for_some_interface() - stopped, stopped};
}

Judge::Leg Judge::by_some_interface(const PacketSet& question, const PacketSet& permitted) const {
    const PacketSet passing = (question & permitted).for_some_interface();
    return {question, passing, question.for_some_interface() - passing};
}

// Adds the parts of the peer for which everything passes on all legs.
void Judge::add_narrowed(const Product& peer, const Requirement& requirement, std::span<const Leg> legs,
                         std::vector<Product>& found) const {
    if (found.size() >= kPeerProducts) return;
    if (legs.empty()) {
        found.push_back(peer);
        return;
    }
    const Leg& leg = legs.front();
    const auto rest = legs.subspan(1);
    const PacketSet whole = on_leg(leg, peer);
    // Those of translated packets have other ends: some must pass.
    if (whole.empty()) {
        if (!leg.passing.empty()) add_narrowed(peer, requirement, rest, found);
        return;
    }
    if (!whole.intersects(leg.stopped)) return add_narrowed(peer, requirement, rest, found);
    for (const auto& product : (whole.for_some_interface() & leg.passing).products(kPeerParts).products) {
        Product part = peer;
        if (requirement.from.anywhere) part.source = leg.backwards ? product.destination : product.source;
        if (requirement.to.anywhere) part.destination = leg.backwards ? product.source : product.destination;
        const PacketSet asked = on_leg(leg, part);
        if (!asked.empty() && !asked.intersects(leg.stopped)) add_narrowed(part, requirement, rest, found);
    }
}

// What of a leg is between these ends.
PacketSet Judge::on_leg(const Leg& leg, const Product& ends) const {
    Product header;
    header.source = leg.backwards ? ends.destination : ends.source;
    header.destination = leg.backwards ? ends.source : ends.destination;
    if (!leg.backwards) header.services = ends.services;
    return leg.asked & desk_.space().from(header);
}

// The sources and destinations between which the whole service passes, and all that belongs to it. The first leg are
// the first packets.
std::vector<Product> Judge::peers(const Requirement& requirement, const std::vector<Leg>& legs) const {
    std::vector<Product> found;
    const Leg& first = legs.front();
    for (const auto& product : first.passing.products(kPeerProducts).products) {
        Product peer;
        if (requirement.from.anywhere) peer.source = product.source;
        if (requirement.to.anywhere) peer.destination = product.destination;
        if (of_some_type(requirement)) peer.services = product.services;
        const PacketSet part = first.asked & desk_.space().from(peer);
        if (part.empty() || part.intersects(first.stopped)) continue;
        add_narrowed(peer, requirement, std::span(legs).subspan(1), found);
    }
    return found;
}

// The interfaces by which everything between these ends passes surely, where one product of what passes says them.
// `legs` by every interface.
std::optional<InterfaceSet> Judge::one_way_in(const Product& peer, const std::vector<Leg>& legs,
                                              const std::vector<PacketSet>& permitted, Position position) const {
    const PacketSet asked = on_leg(legs.front(), peer);
    for (const auto& product : (asked & permitted.front()).products(kPeerProducts).products) {
        const InterfaceSet& way = position == Position::inbound ? product.in : product.out;
        // "Another interface than" may be none.
        bool all = !way.negated && !leads_to_guests(way);
        for (std::size_t i = 0; all && i < legs.size(); ++i) {
            Product by;
            ((position == Position::inbound) == legs[i].backwards ? by.out : by.in) = way;
            const PacketSet whole = on_leg(legs[i], peer);
            const PacketSet part = whole & desk_.space().from(by);
            all = part.subset_of(permitted[i]) && part.for_some_interface() == whole.for_some_interface();
        }
        if (all) return way;
    }
    return std::nullopt;
}

void Judge::note_peer(Meeting& meeting, const Requirement& requirement, const Product& peer) const {
    const auto note = [&](const Endpoint& end, const AddressSetRef& found) {
        // Naming every address says nothing.
        if (!found || (*end.addresses & computer_addresses() & family_of(*found)).subset_of(*found)) return;
        meeting.notes.push_back(fmt::format("{} is taken to be at {}", end.role, to_string(*found)));
    };
    if (requirement.from.anywhere) note(requirement.from, peer.source);
    if (requirement.to.anywhere) note(requirement.to, peer.destination);
}

// An end whose address nobody knows is served when some address is, in both directions.
void Judge::judge_for_some_peer(Meeting& meeting, const Requirement& requirement, const PacketSet& whole_question,
                                const Desk::Bounds& bounds) const {
    const Crossing& crossing = meeting.crossing;
    const PacketSet nothing = desk_.space().empty();
    const PacketSet to_many = desk_.space().from(broadcasts(desk_.policy()));
    const PacketSet question = whole_question - to_many;
    // The first packets, and what follows them where rules decide about it.
    struct Asked {
        PacketSet question;
        Desk::Bounds bounds;
        bool backwards;
    };
    std::vector<Asked> all{{question, bounds, false}};
    const auto follow = [&](const std::vector<Product>& products, const Path& path, bool backwards) {
        const PacketSet asked = desk_.question(products) - to_many;
        if (!asked.empty()) all.push_back({asked, desk_.permitted(path, asked), backwards});
    };
    const bool replies = crossing.reply_by_rules && crossing.reply_path && !crossing.reply.empty() &&
                         meeting.reply_doubt.empty() && !of_some_type(requirement);
    if (replies) {
        follow(crossing.reply, *crossing.reply_path, true);
        follow(later_packets(crossing.reply), *crossing.path, false);
    }
    const auto finish = [&](Judgement judgement, PacketSet failing) {
        meeting.judgement = judgement;
        meeting.failing = std::move(failing);
        if (!replies) judge_reply(meeting, requirement);
    };
    const bool whole = std::all_of(all.begin(), all.end(), [&](const Asked& one) {
        return compare(one.question, one.bounds).judgement == Judgement::satisfied;
    });
    if (whole) return finish(Judgement::satisfied, nothing);
    std::vector<Leg> surely, by_one, possibly;
    std::vector<PacketSet> permitted;
    for (const Asked& one : all) {
        surely.push_back(by_every_interface(one.question, one.bounds.surely));
        by_one.push_back(by_some_interface(one.question, one.bounds.surely));
        possibly.push_back(by_some_interface(one.question, one.bounds.possibly));
        surely.back().backwards = by_one.back().backwards = possibly.back().backwards = one.backwards;
        permitted.push_back(one.bounds.surely);
    }
    meeting.peers = peers(requirement, surely);
    if (!meeting.peers.empty()) return finish(Judgement::satisfied, nothing);
    // Whoever may be anywhere may also be behind any interface of a host that leads to others.
    const Position position = crossing.path->position;
    if (position != Position::transit) {
        auto found = peers(requirement, by_one);
        std::optional<InterfaceSet> by;
        std::erase_if(found, [&](const Product& peer) {
            const auto way = one_way_in(peer, by_one, permitted, position);
            if (way && !by) by = way;
            return !way || !(*by == *way);
        });
        if (!found.empty()) {
            meeting.peers = std::move(found);
            const bool inbound = position == Position::inbound;
            meeting.behind = by;
            meeting.notes.push_back(fmt::format("{} is taken to be behind {}",
                                                (inbound ? requirement.from : requirement.to).role, to_string(*by)));
            return finish(Judgement::satisfied, nothing);
        }
    }
    const bool passes = meeting.judgement == Judgement::satisfied || !peers(requirement, {surely.front()}).empty();
    PacketSet open = (question & bounds.possibly) - bounds.surely;
    if (open.empty()) open = question & bounds.possibly;
    if (!peers(requirement, possibly).empty()) {
        if (passes) meeting.notes.emplace_back("whether replies pass, which the rules alone do not decide");
        return finish(Judgement::conditional, passes ? nothing : open);
    }
    const auto some = [&](std::size_t legs) {
        return !peers(requirement, {possibly.begin(), possibly.begin() + static_cast<std::ptrdiff_t>(legs)}).empty();
    };
    if (passes) {
        finish(Judgement::satisfied, nothing);
    } else if (some(1)) {
        finish(Judgement::conditional, open);
    } else {
        return;
    }
    // The first packets pass for some peer, what follows them for none of these.
    if (all.size() < 2) return;
    const std::size_t at = all.size() > 2 && some(2) ? 2 : 1;
    meeting.reply_missing = true;
    meeting.later_missing = !all[at].backwards;
    meeting.reply_failing = all[at].question - all[at].bounds.surely;
}

// The packets of the client behind its first one, where they meet rules that replies meet too.
void Judge::judge_later(Meeting& meeting) const {
    const PacketSet question = desk_.question(later_packets(meeting.crossing.reply));
    if (question.empty()) return;
    const auto verdict = compare(question, desk_.permitted(*meeting.crossing.path, question));
    if (verdict.judgement == Judgement::satisfied) return;
    if (verdict.judgement == Judgement::conditional) {
        if (meeting.judgement == Judgement::conditional) return;
        meeting.judgement = Judgement::conditional;
        meeting.notes.emplace_back(
            "whether the packets behind the first one pass, which the rules alone do not decide");
        return;
    }
    meeting.reply_missing = meeting.later_missing = true;
    meeting.reply_failing = verdict.failing;
}

// One computer has all services of a flow, so that what serves each of them at another address serves none.
void Judge::agree_on_peers(const std::vector<Meeting*>& meetings, std::span<const Requirement> requirements) const {
    using Key = std::tuple<std::string, std::string, std::string, std::string, int, const Path*>;
    std::map<Key, std::vector<Meeting*>> flows;
    // Where the peer is, as far as a host's own addresses play no part.
    const auto place = [&](const Meeting& meeting, Product peer) {
        peer.services = nullptr;
        const Position position = meeting.crossing.path->position;
        if (position == Position::inbound) peer.destination = nullptr;
        if (position == Position::outbound) peer.source = nullptr;
        return desk_.space().from(peer);
    };
    for (Meeting* meeting : meetings) {
        const Requirement& r = requirements[meeting->requirement];
        if (meeting->peers.empty()) continue;
        // Of what has alternatives, or is read in two ways, not everything need pass.
        if (!r.any_of_key.empty()) {
            note_peer(*meeting, r, meeting->peers.front());
            continue;
        }
        flows[{r.catalog, r.flow, r.from.role, r.to.role, static_cast<int>(r.reading), meeting->crossing.path}]
            .push_back(meeting);
    }
    for (const auto& [key, members] : flows) {
        PacketSet common = desk_.space().all();
        for (const Meeting* meeting : members) {
            PacketSet here = desk_.space().empty();
            for (const Product& peer : meeting->peers) here = here | place(*meeting, peer);
            common = common & here;
        }
        const Meeting* placed = nullptr;
        bool one_way = true;
        for (const Meeting* meeting : members) {
            if (!meeting->behind) continue;
            one_way = one_way && (!placed || *placed->behind == *meeting->behind);
            placed = meeting;
        }
        for (Meeting* meeting : members) {
            const Requirement& requirement = requirements[meeting->requirement];
            Product peer = meeting->peers.front();
            if (common.empty() || !one_way) {
                const bool source = meeting->crossing.path->position == Position::inbound ||
                                    (requirement.from.anywhere && !requirement.to.anywhere);
                meeting->open.push_back(
                    fmt::format("whether {} is several computers: from no one {} do all services of {} pass",
                                (source ? requirement.from : requirement.to).role,
                                common.empty() ? "address" : "interface", requirement.flow));
            }
            for (const Product& one : meeting->peers) {
                const PacketSet part = place(*meeting, one) & common;
                if (part.empty()) continue;
                peer = one;
                AddressSet source, destination;
                for (const auto& product : part.products(kPeerProducts).products) {
                    source = source | (product.source ? *product.source : AddressSet::any());
                    destination = destination | (product.destination ? *product.destination : AddressSet::any());
                }
                if (one.source) peer.source = share(source & *one.source);
                if (one.destination) peer.destination = share(destination & *one.destination);
                break;
            }
            note_peer(*meeting, requirement, peer);
        }
    }
}

}  // namespace fwproof
