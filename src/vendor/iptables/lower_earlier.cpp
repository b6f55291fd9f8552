// Rules that may see a packet otherwise than the question puts it: what comes in over lo has met OUTPUT and POSTROUTING
// before, a reply to a translated source still has the translated one for its destination in front of the nat table,
// and what the host sends is routed again where OUTPUT changed it.
#include <algorithm>

#include "vendor/iptables/lower.hpp"

namespace fwproof::iptables {

namespace {

constexpr StateSet kKnown = StateSet(State::established) | StateSet(State::related);

bool tests_field(const Product& product, Field field) {
    return std::any_of(product.fields.begin(), product.fields.end(),
                       [&](const FieldTest& test) { return test.field == field; });
}

bool disjoint(const AddressSetRef& a, const AddressSetRef& b) { return a && b && (*a & *b).empty(); }

// Replaces the matches of a rule one by one: those that it surely has, and what the rule may match beside them.
class Doubt {
public:
    explicit Doubt(RuleMatch& match) : match_(match) {}

    // `each(match, sure, possible)` says true when the match is in doubt, having filled the two lists.
    template <class Each>
    bool apply(Each each) {
        std::vector<Match> sure, possible;
        bool doubted = false;
        for (const auto& match : match_.any_of) {
            std::vector<Match> certain, beside;
            if (each(match, certain, beside)) {
                doubted = true;
                move(certain, sure);
                possible.push_back(match);
                move(beside, possible);
            } else {
                sure.push_back(match);
                possible.push_back(match);
            }
        }
        for (const auto& match : match_.outer) {
            std::vector<Match> certain, beside;
            doubted = each(match, certain, beside) || doubted;
            possible.push_back(match);
            move(beside, possible);
        }
        if (!doubted) return false;
        match_.any_of = std::move(sure);
        match_.outer = std::move(possible);
        return true;
    }

private:
    static void move(std::vector<Match>& from, std::vector<Match>& to) {
        std::move(from.begin(), from.end(), std::back_inserter(to));
    }

    RuleMatch& match_;
};

// The part of the match that the product leaves, added where there is one. False: it cannot be written.
bool add_part(const Match& match, const Product& part, std::vector<Match>& to) {
    Match one = match;
    Match other;
    other.header = part;
    if (!intersect(one, other)) return false;
    if (!plainly_empty(one.header)) to.push_back(std::move(one));
    return true;
}

bool doubt_loopback(const RuleScope& scope, RuleMatch& match) {
    const Facts& facts = scope.facts();
    if ((scope.hooks & (kPrerouting | kInput)) == 0) return false;
    if (!facts.marks_own && !facts.untracks && !facts.attaches && !facts.translates_own) return false;
    const auto affected = [&](const Match& one) {
        const bool marks = std::any_of(one.registers.begin(), one.registers.end(),
                                       [](const RegisterTest& test) { return test.reg != Register::disposition; });
        const bool tracking = !one.header.states.is_all() ||
                              std::any_of(one.registers.begin(), one.registers.end(), [](const RegisterTest& test) {
                                  return test.reg == Register::disposition && (test.mask & kSentElsewhere) == 0;
                              });
        return (marks && facts.marks_own) || (tracking && (facts.untracks || facts.attaches)) ||
               ((one.destination_translated || one.original_header) && facts.translates_own);
    };
    return Doubt(match).apply([&](const Match& one, std::vector<Match>& sure, std::vector<Match>& possible) {
        if (!one.header.in.contains("lo") || !affected(one)) return false;
        Product outside;
        outside.in = InterfaceSet{{{"lo", false}}, true};
        add_part(one, outside, sure);
        Match any = one;
        any.registers.clear();
        any.destination_translated.reset();
        any.original_header.reset();
        any.header.in = InterfaceSet::of("lo");
        if (facts.untracks || facts.attaches) any.header.states = StateSet::all();
        possible.push_back(std::move(any));
        return true;
    });
}

bool doubt_replies(const RuleScope& scope, RuleMatch& match) {
    const auto& translations = scope.facts().source_translations;
    const bool early = scope.table.name == TableName::raw || scope.table.name == TableName::mangle;
    if (translations.empty() || !early || (scope.hooks & kPrerouting) == 0) return false;
    return Doubt(match).apply([&](const Match& one, std::vector<Match>& sure, std::vector<Match>& possible) {
        const bool asks_kind = tests_field(one.header, Field::destination_kind);
        const auto& tested = one.header.destination;
        if ((!tested && !asks_kind) || (one.header.states & kKnown).empty()) return false;
        Product reply;
        reply.states = kKnown;
        add_field(reply, Field::connection_direction, IntervalSet<std::uint64_t>::of(1));
        AddressSet sources;
        InterfaceSet ways{{}, false};
        bool doubted = false, all_sources = false, plain_ways = true;
        for (const auto& translation : translations) {
            // Neither as it was sent nor as it comes would the packet meet the rule.
            const bool meets_sent = asks_kind || !disjoint(tested, translation.from);
            const bool meets_coming = asks_kind || !disjoint(tested, translation.to);
            if (!meets_sent && !meets_coming) continue;
            doubted = true;
            if (translation.from)
                sources = sources | *translation.from;
            else
                all_sources = true;
            plain_ways = plain_ways && !translation.out.negated;
            ways.any_of.insert(ways.any_of.end(), translation.out.any_of.begin(), translation.out.any_of.end());
            if (!meets_coming) continue;
            Match coming = one;
            coming.header.destination = nullptr;
            std::erase_if(coming.header.fields,
                          [](const FieldTest& test) { return test.field == Field::destination_kind; });
            Product part = reply;
            part.destination = translation.from;
            part.in = translation.out;
            if (!add_part(coming, part, possible)) {
                part.in = InterfaceSet::any();
                coming.header.in = InterfaceSet::any();
                add_part(coming, part, possible);
            }
        }
        if (!doubted) return false;
        Product first;
        first.states = kKnown.complement();
        add_part(one, first, sure);
        Product original;
        original.states = kKnown;
        add_field(original, Field::connection_direction, IntervalSet<std::uint64_t>::of(0));
        add_part(one, original, sure);
        if (!all_sources) {
            Product elsewhere = reply;
            elsewhere.destination = share(AddressSet::any(scope.family()) - sources);
            add_part(one, elsewhere, sure);
        }
        if (plain_ways) {
            Product other_way = reply;
            other_way.in = ways;
            other_way.in.negated = true;
            add_part(one, other_way, sure);
        }
        return true;
    });
}

// The interface that the packet was to leave by in OUTPUT need not be the one that POSTROUTING sees. (Which source nat
// POSTROUTING gives it is left as it is.)
bool doubt_way_out(const RuleScope& scope, RuleMatch& match) {
    const Facts& facts = scope.facts();
    if (scope.table.name != TableName::mangle || (scope.hooks & kPostrouting) == 0) return false;
    if (!facts.marks_own && !facts.translates_own && (facts.changes_tos & kOutput) == 0) return false;
    return Doubt(match).apply([&](const Match& one, std::vector<Match>& sure, std::vector<Match>& possible) {
        const InterfaceSet some{{{"", false}}, true};
        if (one.header.out.is_all() || one.header.out == some || !one.header.in.contains("")) return false;
        Product passing;
        passing.in = some;
        add_part(one, passing, sure);
        Match any = one;
        any.header.in = InterfaceSet::none();
        any.header.out = some;
        possible.push_back(std::move(any));
        return true;
    });
}

}  // namespace

void doubt_earlier(const RuleScope& scope, RuleMatch& match) {
    const SourceSpan at = scope.span(scope.rule.offset, scope.rule.offset + scope.rule.length);
    if (doubt_loopback(scope, match))
        match.conditions.push_back({ConditionKind::memory, "what the packet met on its way out", at});
    if (doubt_way_out(scope, match))
        match.conditions.push_back({ConditionKind::memory,
                                    "the interface that the packet leaves by, which is chosen again behind OUTPUT",
                                    at});
    if (doubt_replies(scope, match))
        match.conditions.push_back({ConditionKind::memory, "the address that the reply comes to", at});
}

}  // namespace fwproof::iptables
