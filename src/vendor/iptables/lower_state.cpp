#include <fmt/format.h>

#include <algorithm>

#include "fwproof/base/letters.hpp"
#include "vendor/iptables/lower.hpp"
#include "vendor/iptables/values.hpp"

namespace fwproof::iptables {

namespace {

constexpr std::uint8_t kGre = 47;
constexpr StateSet kKnown = StateSet(State::established) | StateSet(State::related);  // of a connection seen before
constexpr StateSet kNoConnection = StateSet(State::invalid) | StateSet(State::untracked);

RegisterTest untracked_test(bool yes) { return {Register::disposition, kUntracked, kUntracked, !yes}; }

// The raw table stands before tracking, whatever state a packet will have: there it is invalid as long as no rule says
// how it is to be tracked.
std::vector<Alternative> in_states_early(const Facts& facts, StateSet states) {
    std::vector<Alternative> result;
    const auto add = [&](State state, const RegisterTest& test) {
        if (!states.contains(state)) return;
        Alternative one;
        one.match.registers.push_back(test);
        result.push_back(std::move(one));
    };
    add(State::invalid, {Register::disposition, 0, kUntracked | kAttached, false});
    if (facts.untracks) add(State::untracked, untracked_test(true));
    if (facts.attaches) add(State::new_, {Register::disposition, kAttached, kAttached, false});
    return result;
}

// Packets in one of the states, with NOTRACK rules counted in.
std::vector<Alternative> in_states(RuleScope& scope, StateSet states) {
    if (scope.table.name == TableName::raw) return in_states_early(scope.facts(), states);
    std::vector<Alternative> result;
    Alternative tracked;
    if (scope.facts().untracks) tracked.match.registers.push_back(untracked_test(false));
    constexpr StateSet kUnfound = StateSet(State::new_) | State::invalid;  // how it looks in another zone
    if (scope.facts().zones_vary && !((kKnown | kUnfound) & states.complement()).empty() &&
        !((kKnown | kUnfound) & states).empty()) {
        tracked.match.header.states = kKnown;
        tracked.sure = false;
        result.push_back(tracked);
        tracked.sure = true;
        states = states & kKnown.complement();
        scope.draft.conditions.push_back({ConditionKind::memory, "the zone that the connection stands in",
                                          scope.span(scope.rule.offset, scope.rule.offset + scope.rule.length)});
    }
    tracked.match.header.states = states;
    if (!states.empty()) result.push_back(tracked);
    if (scope.facts().untracks && states.contains(State::untracked)) {
        Alternative exempted;
        exempted.match.registers.push_back(untracked_test(true));
        result.push_back(std::move(exempted));
    }
    return result;
}

void require_states(RuleScope& scope, StateSet states) {
    // The first packets of connections alone meet the nat table; the packets that follow them are treated alike.
    if (scope.table.name == TableName::nat) {
        states = states.contains(State::new_) ? states | State::established
                                              : states & StateSet(State::established).complement();
    }
    if (!scope.facts().untracks && !scope.facts().zones_vary && scope.table.name != TableName::raw) {
        scope.draft.base.header.states = scope.draft.base.header.states & states;
        return;
    }
    auto alternatives = in_states(scope, states);
    if (alternatives.empty()) {
        scope.draft.never = true;
        return;
    }
    if (alternatives.size() == 1 && alternatives[0].sure && intersect(scope.draft.base, alternatives[0].match)) return;
    scope.draft.unions.push_back(std::move(alternatives));
}

void add(std::vector<Alternative>& to, std::vector<Alternative> from, bool sure) {
    for (auto& alternative : from) {
        alternative.sure = alternative.sure && sure;
        to.push_back(std::move(alternative));
    }
}

// The tests of one -m conntrack. What asks for the header before translation is exact for the first packet; for later
// ones the export does not say what the connection's first packet was.
class Conntrack {
public:
    explicit Conntrack(RuleScope& scope) : scope_(scope) {}

    void read(const OptionAst& option) {
        const std::string_view text = option.value.text;
        switch (option.spec->id) {
            case OptionId::ctstate: {
                const auto words = parse_states(text);
                if (!words) return scope_.refuse(option, fmt::format("'{}' is no connection state", text));
                given_ = true;
                states_ = words->states;
                dnat_ = words->dnat;
                snat_ = words->snat;
                negated_ = option.negated;
                break;
            }
            case OptionId::ctproto: {
                const auto protocol = parse_protocol_word(text);
                if (!protocol) return scope_.refuse(option, fmt::format("unknown protocol '{}'", text));
                ServiceTerm term;
                term.protocols = ProtocolSet::of(*protocol);
                if (option.negated) term.protocols = term.protocols.complement();
                protocols_ = share(ServiceSet{{term}});
                original_.services = intersect(original_.services, protocols_);
                tests_original_ = true;
                break;
            }
            case OptionId::ctorigsrc:
            case OptionId::ctorigdst: {
                const auto word = parse_address_word(text, scope_.family());
                tests_original_ = true;
                if (!word && names_network(text, scope_.family())) return scope_.name_condition(option, text);
                if (!word || !word->exact)
                    return scope_.refuse(option, fmt::format("'{}' is no address or network", text));
                const AddressSet all = AddressSet::any(scope_.family());
                auto& side = option.spec->id == OptionId::ctorigsrc ? original_.source : original_.destination;
                side = common(side, share(option.negated ? all - word->addresses : word->addresses));
                break;
            }
            case OptionId::ctorigsrcport:
            case OptionId::ctorigdstport: {
                auto ports = parse_port_range(text);
                if (!ports && parse_reversed_ports(text)) ports = PortSet();  // loaded, and no port is in it
                if (!ports) return scope_.refuse(option, fmt::format("'{}' is no port or range", text));
                if (option.negated) ports = ports->complement();
                test_ports(*ports, option.spec->id == OptionId::ctorigsrcport);
                tests_original_ = true;
                break;
            }
            case OptionId::ctdir:
                if (const std::string word = lower_case(text); word == "original" || word == "reply")
                    direction_ = word == "reply" ? 1 : 0;
                else
                    return scope_.refuse(option, fmt::format("'{}' is no direction", text));
                break;
            default: break;
        }
    }

    void finish() {
        if (scope_.table.name == TableName::raw) return finish_early();
        if (!dnat_ && !snat_ && !tests_original_ && !direction_) {
            return require_states(scope_, negated_ ? states_.complement() : states_);
        }
        std::vector<Alternative> all;
        const auto selects = [&](State state) { return !given_ || states_.contains(state) != negated_; };
        add_first(all, selects(State::new_));
        add_known(all);
        StateSet without;  // the other tests are skipped for a packet without a connection
        if (given_ && selects(State::invalid)) without = without | State::invalid;
        if (given_ && selects(State::untracked)) without = without | State::untracked;
        add(all, in_states(scope_, without), true);
        if (all.empty())
            scope_.draft.never = true;
        else
            scope_.draft.unions.push_back(std::move(all));
    }

private:
    // The kernel compares whatever tracking keeps in place of a port: the type and code of ICMP beside its identifier,
    // the key of GRE, and zero for a protocol that has nothing of the kind.
    void test_ports(const PortSet& ports, bool source) {
        const auto part = [](ProtocolSet protocols) {
            ServiceTerm term;
            term.protocols = std::move(protocols);
            return term;
        };
        ServiceTerm with_ports =
            part({{kTcp, kTcp}, {kUdp, kUdp}, {kDccp, kDccp}, {kSctp, kSctp}, {kUdpLite, kUdpLite}});
        const std::uint8_t own_icmp = scope_.family() == Family::v4 ? kIcmp : kIcmp6;
        ProtocolSet shown = with_ports.protocols,
                    hidden = ProtocolSet::of(kIcmp) | ProtocolSet::of(kIcmp6) | ProtocolSet::of(kGre);
        (source ? with_ports.source_ports : with_ports.destination_ports) = ports;
        ServiceSet sure{{with_ports}};
        if (!source) {
            ServiceTerm icmp = part(ProtocolSet::of(own_icmp));
            icmp.icmp = ports;
            sure.terms.push_back(std::move(icmp));
            hidden = hidden - ProtocolSet::of(own_icmp);
        }
        if (ports.contains(0)) sure.terms.push_back(part((shown | ProtocolSet::of(own_icmp) | hidden).complement()));
        if (const auto required = required_protocol(scope_.rule)) hidden = hidden & ProtocolSet::of(*required);
        ServiceSet possible = sure;
        if (!hidden.empty() && !ports.empty()) (ports.is_all() ? sure : possible).terms.push_back(part(hidden));
        if (ports.is_all()) possible = sure;
        if (!hidden.empty() && !ports.empty() && !ports.is_all()) hides_ports_ = true;
        possible_services_ = intersect(possible_services_, share(std::move(possible)));
        original_.services = intersect(original_.services, share(std::move(sure)));
    }

    // Of a packet that no rule has given to tracking the state alone is tested, and needed.
    void finish_early() {
        const StateSet states = negated_ ? states_.complement() : given_ ? states_ : StateSet(State::new_);
        const bool further = tests_original_ || direction_;
        auto all = in_states_early(scope_.facts(), further ? states & State::new_ : states);
        if (further) {
            for (auto& alternative : all) alternative.sure = false;
            if (!all.empty())
                scope_.draft.conditions.push_back({ConditionKind::memory, "the connection's first packet", {}});
            if (given_) add(all, in_states_early(scope_.facts(), states & kNoConnection), true);
        }
        if (all.empty()) scope_.draft.never = true;
        if (!all.empty()) scope_.draft.unions.push_back(std::move(all));
    }

    // The first packet. Source translation comes after every test that could ask for it.
    void add_first(std::vector<Alternative>& all, bool selected) {
        if (direction_ && *direction_ == 1) return;
        auto states = in_states(scope_, State::new_);
        const auto with_original = [&](std::optional<bool> translated, const Product& original, bool sure) {
            auto copy = states;
            for (auto& alternative : copy) {
                alternative.match.destination_translated = translated;
                if (tests_original_) {
                    if (scope_.facts().translates) {
                        alternative.match.original_header = std::make_shared<const Product>(original);
                    } else if (!intersect(alternative.match.header, original)) {
                        alternative.sure = false;
                    }
                }
            }
            add(all, std::move(copy), sure);
        };
        const auto with = [&](std::optional<bool> translated) {
            with_original(translated, original_, true);
            if (!hides_ports_) return;
            Product possible = original_;
            possible.services = intersect(possible_services_, protocols_);
            with_original(translated, possible, false);
            scope_.draft.conditions.push_back({ConditionKind::other, "the identifier of ICMP or the key of GRE", {}});
        };
        const bool new_listed = states_.contains(State::new_);
        if (!given_ || !dnat_ || !scope_.facts().translates) {
            if (selected) with(std::nullopt);
        } else if (!negated_) {
            with(new_listed ? std::nullopt : std::optional<bool>(true));
        } else if (!new_listed) {
            with(false);
        }
    }

    void add_known(std::vector<Alternative>& all) {
        StateSet states;
        bool sure = !tests_original_;
        for (const State state : {State::established, State::related}) {
            const bool listed = states_.contains(state);
            if (!given_ || (listed != negated_)) {
                states = states | state;
                // A negated list that does not name the state may still name its translation.
                if (given_ && negated_ && (dnat_ || snat_)) sure = false;
            } else if (!negated_ && (dnat_ || snat_)) {
                states = states | state;
                sure = false;
            }
        }
        if (states.empty()) return;
        auto part = in_states(scope_, states);
        if (direction_) {
            for (auto& alternative : part) {
                add_field(alternative.match.header, Field::connection_direction,
                          IntervalSet<std::uint64_t>::of(*direction_));
            }
        }
        if (!sure) {
            scope_.draft.conditions.push_back({ConditionKind::memory, "the connection's first packet", {}});
        }
        add(all, std::move(part), sure);
    }

    RuleScope& scope_;
    StateSet states_;
    bool given_ = false;
    bool negated_ = false;
    bool dnat_ = false;
    bool snat_ = false;
    bool tests_original_ = false;
    bool hides_ports_ = false;  // what is compared with a port may be something that no header shows
    Product original_;
    ServiceSetRef possible_services_;  // by the tests of ports
    ServiceSetRef protocols_;          // by --ctproto
    std::optional<std::uint64_t> direction_;
};

void lower_mark(RuleScope& scope, const OptionAst& option) {
    const auto value = parse_value_mask(option.value.text);
    if (!value) return scope.refuse(option, fmt::format("'{}' is no mark", option.value.text));
    const bool connection = option.spec->id == OptionId::connection_mark;
    const Facts& facts = scope.facts();
    if (connection ? facts.connection_mark_unknown : facts.mark_unknown) {
        return scope.condition(ConditionKind::memory, fmt::format("mark {}", option.value.text), scope.span(option),
                               "the mark is set by something that is not modelled");
    }
    const bool early = scope.table.name == TableName::raw;
    if (connection && early) {
        if (!facts.attaches) {
            Alternative own;  // the host's own packets come back over lo with their connection
            own.match.header.in = InterfaceSet::of("lo");
            own.sure = false;
            if (!facts.marks_own || (scope.hooks & kPrerouting) == 0) {
                scope.draft.never = true;
                return;
            }
            scope.draft.conditions.push_back({ConditionKind::memory, "what the packet met on its way out", {}});
            return scope.draft.unions.push_back({own});
        }
        return scope.condition(ConditionKind::memory, fmt::format("mark {}", option.value.text), scope.span(option),
                               "a packet has no connection in the raw table, but for what CT gives it");
    }
    Alternative test;
    test.match.registers.push_back(
        {connection ? Register::connection_mark : Register::packet_mark, value->value, value->mask, option.negated});
    const bool carried = !early && (connection ? facts.sets_connection_mark : facts.restores_mark);
    // Programs of the host can set the mark of what they send (SO_MARK). That they do not is an assumption, which is
    // said at the rule too where no rule could set what it asks for.
    if (!connection &&
        ((scope.hooks & kOutput) != 0 || ((scope.hooks & kPostrouting) != 0 && scope.table.name != TableName::nat))) {
        scope.lowering.assumes_no_marks = true;
        if ((value->value & ~facts.mark_bits) != 0) {
            scope.notes.push_back(
                {NoteKind::assumed_default, "no rule sets this mark; the host's own packets are taken to be without it",
                 "a tunnel or proxy that marks what it sends (SO_MARK) is treated otherwise by this rule",
                 scope.span(option)});
        }
    }
    if (!connection && !carried) {
        scope.draft.base.registers.push_back(test.match.registers[0]);
        return;
    }
    std::vector<Alternative> all;
    const auto with_states = [&](StateSet states, bool tested, bool sure) {
        for (auto& alternative : in_states(scope, states)) {
            if (tested)
                alternative.match.registers.insert(alternative.match.registers.end(), test.match.registers.begin(),
                                                   test.match.registers.end());
            alternative.sure = alternative.sure && sure;
            all.push_back(std::move(alternative));
        }
    };
    // A packet without a connection has no connection mark: the test fails, negated or not.
    with_states(connection ? StateSet(State::new_) : StateSet(State::new_) | kNoConnection, true, true);
    with_states(kKnown, !carried, !carried);
    if (carried)
        scope.draft.conditions.push_back({ConditionKind::memory,
                                          fmt::format("mark {} of an earlier packet", option.value.text),
                                          scope.span(option)});
    scope.draft.unions.push_back(std::move(all));
}

}  // namespace

void require_connection(RuleScope& scope) { require_states(scope, kNoConnection.complement()); }

void lower_state(RuleScope& scope) {
    for (const auto& option : scope.rule.options) {
        if (scope.issue) return;
        if (option.spec->id == OptionId::state) {
            const auto words = parse_states(option.value.text);
            if (!words || words->snat || words->dnat) {
                return scope.refuse(option, fmt::format("'{}' is no connection state", option.value.text));
            }
            require_states(scope, option.negated ? words->states.complement() : words->states);
        } else if (option.spec->id == OptionId::mark || option.spec->id == OptionId::connection_mark) {
            lower_mark(scope, option);
        }
    }
    for (std::size_t i = 0; i < scope.rule.matches.size(); ++i) {
        if (scope.rule.matches[i]->name != "conntrack") continue;
        Conntrack conntrack(scope);
        bool any = false;
        for (const auto& option : scope.rule.options) {
            if (option.match != i || option.spec->id == OptionId::opaque || scope.issue) continue;
            any = true;
            conntrack.read(option);
        }
        if (any && !scope.issue) conntrack.finish();
    }
}

}  // namespace fwproof::iptables
