#include <fmt/format.h>

#include <algorithm>

#include "vendor/iptables/lower.hpp"
#include "vendor/iptables/values.hpp"

namespace fwproof::iptables {

namespace {

constexpr StateSet kKnown = StateSet(State::established) | StateSet(State::related);  // of a connection seen before
constexpr StateSet kNoConnection = StateSet(State::invalid) | StateSet(State::untracked);

RegisterTest untracked_test(bool yes) { return {Register::disposition, kUntracked, kUntracked, !yes}; }

// Packets in one of the states, with NOTRACK rules counted in.
std::vector<Alternative> in_states(const RuleScope& scope, StateSet states) {
    std::vector<Alternative> result;
    Alternative tracked;
    tracked.match.header.states = states;
    if (scope.facts().untracks) tracked.match.registers.push_back(untracked_test(false));
    if (!states.empty()) result.push_back(tracked);
    if (scope.facts().untracks && states.contains(State::untracked)) {
        Alternative exempted;
        exempted.match.registers.push_back(untracked_test(true));
        result.push_back(std::move(exempted));
    }
    return result;
}

void require_states(RuleScope& scope, StateSet states) {
    if (!scope.facts().untracks) {
        scope.draft.base.header.states = scope.draft.base.header.states & states;
        return;
    }
    auto alternatives = in_states(scope, states);
    if (alternatives.empty()) {
        scope.draft.never = true;
        return;
    }
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
                if (!protocol || *protocol == 0)
                    return scope_.refuse(option, fmt::format("unknown protocol '{}'", text));
                ServiceTerm term;
                term.protocols = ProtocolSet::of(*protocol);
                if (option.negated) term.protocols = term.protocols.complement();
                original_.services = intersect(original_.services, share(ServiceSet{{term}}));
                tests_original_ = true;
                break;
            }
            case OptionId::ctorigsrc:
            case OptionId::ctorigdst: {
                const auto word = parse_address_word(text, scope_.family());
                if (!word || !word->exact)
                    return scope_.refuse(option, fmt::format("'{}' is no address or network", text));
                const AddressSet all = AddressSet::any(scope_.family());
                auto& side = option.spec->id == OptionId::ctorigsrc ? original_.source : original_.destination;
                side = intersect(side, share(option.negated ? all - word->addresses : word->addresses));
                tests_original_ = true;
                break;
            }
            case OptionId::ctorigsrcport:
            case OptionId::ctorigdstport: {
                auto ports = parse_port_range(text);
                if (!ports && parse_reversed_ports(text)) ports = PortSet();  // loaded, and no port is in it
                if (!ports) return scope_.refuse(option, fmt::format("'{}' is no port or range", text));
                if (option.negated) ports = ports->complement();
                ServiceTerm term;
                term.protocols =
                    ProtocolSet{{kTcp, kTcp}, {kUdp, kUdp}, {kDccp, kDccp}, {kSctp, kSctp}, {kUdpLite, kUdpLite}};
                (option.spec->id == OptionId::ctorigsrcport ? term.source_ports : term.destination_ports) =
                    std::move(*ports);
                original_.services = intersect(original_.services, share(ServiceSet{{term}}));
                tests_original_ = true;
                break;
            }
            case OptionId::ctdir:
                if (text != "ORIGINAL" && text != "REPLY")
                    return scope_.refuse(option, fmt::format("'{}' is no direction", text));
                direction_ = text == "REPLY" ? 1 : 0;
                break;
            default: break;
        }
    }

    void finish() {
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
    // The first packet. Source translation comes after every test that could ask for it.
    void add_first(std::vector<Alternative>& all, bool selected) {
        if (direction_ && *direction_ == 1) return;
        auto states = in_states(scope_, State::new_);
        const auto with = [&](std::optional<bool> translated) {
            auto copy = states;
            for (auto& alternative : copy) {
                alternative.match.destination_translated = translated;
                if (tests_original_) {
                    if (scope_.facts().translates) {
                        alternative.match.original_header = std::make_shared<const Product>(original_);
                    } else if (!intersect(alternative.match.header, original_)) {
                        alternative.sure = false;
                    }
                }
            }
            add(all, std::move(copy), true);
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
    Product original_;
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
    Alternative test;
    test.match.registers.push_back(
        {connection ? Register::connection_mark : Register::packet_mark, value->value, value->mask, option.negated});
    const bool carried = connection ? facts.sets_connection_mark : facts.restores_mark;
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
            alternative.sure = sure;
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
