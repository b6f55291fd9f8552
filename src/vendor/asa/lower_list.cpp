// Access lists become rulesets; every rule keeps its own bounds.
#include <fmt/format.h>

#include <algorithm>

#include "vendor/asa/lower.hpp"

namespace fwproof::asa {

namespace {

class ListLowering {
public:
    ListLowering(Lowering& lowering, AccessList& list, bool shown) : lowering_(lowering), list_(list), shown_(shown) {
        any_ = list.ipv6 ? AnyMeaning::v6 : lowering.dialect.unified_any ? AnyMeaning::both : AnyMeaning::v4;
        for (std::size_t i = 0; i < lowering.config.time_ranges.size(); ++i) {
            times_.emplace(lowering.config.time_ranges[i].name, i);
        }
    }

    Ruleset lower(bool release) {
        Ruleset ruleset;
        ruleset.name = list_.name;
        ruleset.span = lowering_.span(list_.place);
        ruleset.rules.reserve(list_.order.size());
        std::string_view remark;
        std::uint32_t number = 0;
        const bool short_of = shown_ && list_.element_count && *list_.element_count > list_.elements_seen;
        const bool gaps = shown_ && (!list_.element_count || short_of);
        auto& entries = list_.entries;
        const bool in_order = release && std::is_sorted(list_.order.begin(), list_.order.end());
        for (const std::uint32_t index : list_.order) {
            if (in_order) entries.release_before(index);
            const Ace& ace = entries[index];
            if (gaps && ace.number && *ace.number > number + 1) {
                ruleset.rules.push_back(missing(fmt::format("lines before line {}", *ace.number), ace.place));
            }
            number = std::max(number + 1, ace.number.value_or(0));
            if (ace.kind == Ace::Kind::remark) {
                remark = ace.remark;
                read_remark(ace.remark);
                continue;
            }
            ruleset.rules.push_back(lower_ace(ace, ace.number.value_or(number)));
            ruleset.rules.back().comment = remark;
            remark = {};
        }
        list_.has_rules = !ruleset.rules.empty();
        if (release) entries.clear();
        if (short_of) ruleset.rules.push_back(missing("the rest of the list", list_.place));
        return ruleset;
    }

private:
    // What a capture does not hold may match any packet.
    Rule missing(const std::string& what, Place place) const {
        Rule rule = implicit_rule(fmt::format("{}: {}", list_.name, what), {}, Decide{Verdict::unknown, ""},
                                  lowering_.span(place));
        rule.match.conditional = true;
        rule.match.conditions.push_back({ConditionKind::other, what + ", which the capture does not hold", rule.span});
        return rule;
    }

    Rule lower_ace(const Ace& ace, std::uint32_t number) {
        Rule rule;
        rule.name = fmt::format("{} line {}", list_.name, number);
        rule.span = lowering_.span(ace.place);
        rule.enabled = !ace.inactive;
        rule.logs = ace.logs;
        rule.hits = ace.hits;
        Decide decide;
        decide.verdict = ace.action == Ace::Action::deny      ? Verdict::deny
                         : ace.action == Ace::Action::unknown ? Verdict::unknown
                                                              : Verdict::permit;
        if (ace.kind == Ace::Kind::unreadable) {
            rule.match = unreadable(ace);
        } else if (shown_ && !ace.expansions.empty() && !is_defined(ace)) {
            rule.match = expanded(ace);
        } else {
            rule.match = exact_or_bounded(ace);
        }
        apply_time(ace, rule);
        doubt_presence(ace, rule);
        if (ace.advanced && ace.action == Ace::Action::permit && decide.verdict == Verdict::permit)
            inspect(ace, decide);
        rule.action = decide;
        return rule;
    }

    static void doubt_presence(const Ace& ace, Rule& rule) {
        if (ace.presence == Ace::Presence::sure) return;
        rule.match.conditional = true;
        rule.match.conditions.push_back({ConditionKind::other,
                                         ace.presence == Ace::Presence::perhaps_removed
                                             ? "line that a 'no' may have removed"
                                             : "line that a device may refuse, because it stands further down",
                                         rule.span});
    }

    RuleMatch exact_or_bounded(const Ace& ace) {
        if (ace.two_readings) return two_readings(ace);
        RuleMatch match;
        const Addresses& source = lowering_.resolver.addresses(ace.source.address, any_);
        const Addresses& destination = lowering_.resolver.addresses(ace.destination.address, any_);
        const Services& services = lowering_.resolver.services(ace);
        Match surely;
        if (!ace.source.zone.empty()) surely.header.in = InterfaceSet::of(std::string(ace.source.zone));
        if (!ace.destination.zone.empty()) surely.header.out = InterfaceSet::of(std::string(ace.destination.zone));
        Match possibly = surely;
        set_header(surely, source.surely, destination.surely, services.surely);
        remark_on(source, ace.source.address);
        remark_on(destination, ace.destination.address);
        const bool exact = source.exact() && destination.exact() && services.exact();
        match.any_of.front() = std::move(surely);
        if (!exact) {
            set_header(possibly, source.possibly, destination.possibly, services.possibly);
            add_doubts(match, source.doubts, ace.source.address.place, " as the source");
            add_doubts(match, destination.doubts, ace.destination.address.place);
            add_doubts(match, services.doubts, service_place(ace));
            const bool nothing = is_none(source.surely) || is_none(destination.surely) ||
                                 (services.surely && services.surely->terms.empty());
            if (nothing) {
                match.any_of.front() = std::move(possibly);
                match.conditional = true;
            } else {
                match.outer.push_back(std::move(possibly));
            }
        }
        for (const auto* endpoint : {&ace.source, &ace.destination}) {
            for (const auto& qualifier : endpoint->qualifiers) {
                match.conditional = true;
                const std::string_view side = endpoint == &ace.destination ? " as the destination" : "";
                match.conditions.push_back({ConditionKind::user,
                                            lowering_.resolver.with_members(qualifier.text).append(side),
                                            lowering_.span(qualifier.place)});
                lowering_.note(NoteKind::unmodelled_condition,
                               fmt::format("'{}' depends on who sends the packet", qualifier.text), "",
                               qualifier.place);
            }
        }
        return match;
    }

    // `object-group X object-group Y`: the type of the names decides; undefined names leave both readings.
    RuleMatch two_readings(const Ace& ace) {
        const std::string_view first = ace.destination.address.name;
        const Definition* x = lowering_.resolver.definition(first);
        const Definition* y = lowering_.resolver.definition(ace.destination_port.first);
        const auto ports = [](const Definition* definition) {
            return definition && (definition->kind == DefinitionKind::port_group ||
                                  definition->kind == DefinitionKind::service_group);
        };
        const auto network = [](const Definition* definition) {
            return definition && definition->kind == DefinitionKind::network_group;
        };
        const bool source_ports = ports(x) || (!x && network(y));
        Ace one = copy_operands(ace);
        if (source_ports) {
            one.source_port = {PortOperand::Kind::group, first, {}, ace.destination.address.place};
            one.destination.address.kind = AddressOperand::Kind::group;
            one.destination.address.name = ace.destination_port.first;
            one.destination.address.place = ace.destination_port.place;
            one.destination_port = {};
        } else if (!x && !y) {
            one.destination.address = {};
            one.destination_port = {};
            RuleMatch match = exact_or_bounded(one);
            match.conditions.clear();
            add_doubts(match, {undefined("object group", first)}, ace.destination.address.place);
            add_doubts(match, {undefined("object group", ace.destination_port.first)}, ace.destination_port.place);
            return match;
        }
        return exact_or_bounded(one);
    }

    static Ace copy_operands(const Ace& ace) {
        Ace copy;
        copy.action = ace.action;
        copy.protocol = ace.protocol;
        copy.source = ace.source;
        copy.destination = ace.destination;
        copy.source_port = ace.source_port;
        copy.destination_port = ace.destination_port;
        copy.place = ace.place;
        return copy;
    }

    // Protocol and addresses up to the word that was not understood are believed, ports never. When words are missing
    // at the end, the last legible one may be cut, and nothing but the action is.
    RuleMatch unreadable(const Ace& ace) {
        Ace legible;
        if (ace.problem->place.length > 0) {
            legible.protocol = ace.protocol;
            legible.source = ace.source;
            legible.destination = ace.destination;
        }
        RuleMatch match;
        Match& wide = match.any_of.front();
        if (!legible.source.zone.empty()) wide.header.in = InterfaceSet::of(std::string(legible.source.zone));
        if (!legible.destination.zone.empty())
            wide.header.out = InterfaceSet::of(std::string(legible.destination.zone));
        set_header(wide, lowering_.resolver.addresses(legible.source.address, any_).possibly,
                   lowering_.resolver.addresses(legible.destination.address, any_).possibly,
                   lowering_.resolver.services(legible).possibly);
        match.conditional = true;
        const SourceSpan words = lowering_.span(ace.problem->place.length > 0 ? ace.problem->place : ace.place);
        match.conditions.push_back({ConditionKind::syntax, std::string(words.text()), words});
        return match;
    }

    // Rules of `show access-list` without the groups: what it printed below the rule is what the rule matches.
    RuleMatch expanded(const Ace& ace) {
        RuleMatch match;
        match.any_of.clear();
        std::vector<Match> outer;
        bool exact = true;
        for (const auto& part : ace.expansions) {
            RuleMatch one = part.kind == Ace::Kind::unreadable ? unreadable(part) : exact_or_bounded(part);
            if (part.inactive && !ace.inactive && one.exact()) continue;  // an unresolved name
            exact = exact && one.exact();
            if (!one.conditional) match.any_of.insert(match.any_of.end(), one.any_of.begin(), one.any_of.end());
            const auto& wide = one.outer.empty() ? one.any_of : one.outer;
            outer.insert(outer.end(), wide.begin(), wide.end());
            match.conditions.insert(match.conditions.end(), one.conditions.begin(), one.conditions.end());
        }
        if (exact) return match;
        if (match.any_of.empty()) {
            match.any_of = std::move(outer);
            match.conditional = true;
        } else {
            match.outer = std::move(outer);
        }
        return match;
    }

    bool is_defined(const Ace& ace) const {
        const auto known = [&](bool named, std::string_view name) {
            return !named || lowering_.resolver.definition(name);
        };
        const auto address = [&](const AddressOperand& operand) {
            return known(operand.kind == AddressOperand::Kind::object || operand.kind == AddressOperand::Kind::group,
                         operand.name);
        };
        return address(ace.source.address) && address(ace.destination.address) &&
               known(ace.protocol.kind == ProtocolOperand::Kind::object ||
                         ace.protocol.kind == ProtocolOperand::Kind::group,
                     ace.protocol.name) &&
               known(ace.source_port.kind == PortOperand::Kind::group, ace.source_port.first) &&
               known(ace.destination_port.kind == PortOperand::Kind::group, ace.destination_port.first) &&
               known(ace.icmp.kind == IcmpOperand::Kind::group, ace.icmp.type);
    }

    static RuleMatch nothing_matched() {
        RuleMatch match;
        match.any_of.clear();
        return match;
    }

    // The name and the lines that say what it stands for: another version may mean other times by it.
    std::string schedule(const TimeRange& range) const {
        const SourceSpan span = lowering_.span(range.place);
        std::string text(range.name);
        for (std::uint32_t line = span.line() + 1; line <= span.source->line_count(); ++line) {
            std::string_view words = span.source->line(line);
            if (!words.starts_with(' ') && !words.starts_with('\t')) break;
            words.remove_prefix(std::min(words.find_first_not_of(" \t"), words.size()));
            words = words.substr(0, words.find_last_not_of(" \t\r") + 1);
            if (!words.empty()) text.append(text.size() == range.name.size() ? ": " : "; ").append(words);
        }
        return text;
    }

    std::string what_decides(const TimeRange& range) const {
        if (range.unreadable) return "a line of the time range is not understood";
        if (!lowering_.options.as_of) return "give --as-of to decide it";
        const std::string_view zone = lowering_.config.clock_zone;
        if (!zone.empty()) return fmt::format("how far the zone '{}' is from UTC is not in the export", zone);
        if (lowering_.options.as_of_day) return "give --as-of a time of day to decide it";
        return "whether summer time holds then is not known here";
    }

    void apply_time(const Ace& ace, Rule& rule) {
        if (ace.time_range.empty()) return;
        const auto found = times_.find(ace.time_range);
        const SourceSpan span = lowering_.span(ace.time_place);
        if (found == times_.end()) {
            add_doubts(rule.match, {undefined("time range", ace.time_range)}, ace.time_place);
            rule.match.conditional = true;
            return;
        }
        const TimeRange& range = lowering_.config.time_ranges[found->second];
        if (range.absolute && range.absolute->end) {
            const std::chrono::sys_time<std::chrono::minutes> end{std::chrono::minutes(*range.absolute->end)};
            rule.last_day = std::chrono::floor<std::chrono::days>(end);
        }
        switch (active_at(range, lowering_.config, lowering_.options)) {
            case Active::yes: return;
            case Active::no: rule.match = nothing_matched(); return;
            case Active::unknown:
                rule.match.conditional = true;
                rule.match.conditions.push_back({ConditionKind::time, schedule(range), span});
                lowering_.note(NoteKind::unmodelled_condition,
                               fmt::format("the rule holds only in the time range '{}'", ace.time_range),
                               what_decides(range), ace.time_place);
                return;
        }
    }

    // FTD: what the access control policy decides with deeper inspection is only let through to it here.
    void inspect(const Ace& ace, Decide& decide) {
        const auto kind = ace.rule_id ? rule_kinds_.find(*ace.rule_id) : rule_kinds_.end();
        if (kind != rule_kinds_.end() && kind->second == "L4 RULE") return;
        decide.verdict = Verdict::unknown;
        lowering_.note(NoteKind::unmodelled_condition,
                       "permitted to inspection only: the intrusion engine decides later",
                       "the access control policy is not part of this export", ace.place);
    }

    // "rule-id 268434433: L7 RULE: web"
    void read_remark(std::string_view text) {
        if (!text.starts_with("rule-id ")) return;
        text.remove_prefix(8);
        const auto colon = text.find(": ");
        if (colon == std::string_view::npos) return;
        std::uint32_t id = 0;
        for (const char c : text.substr(0, colon)) {
            if (c < '0' || c > '9') return;
            id = id * 10 + static_cast<std::uint32_t>(c - '0');
        }
        const std::string_view kind = text.substr(colon + 2);
        for (const std::string_view known : {"L4 RULE", "L5 RULE", "L7 RULE", "DEFAULT ACTION RULE"}) {
            if (kind.starts_with(known)) rule_kinds_[id] = known;
        }
    }

    void remark_on(const Addresses& addresses, const AddressOperand& operand) {
        if (!addresses.remark.empty()) lowering_.note(NoteKind::odd_mask, addresses.remark, "", operand.place);
    }

    // `side`: what tells the condition from the same one on the other side.
    void add_doubts(RuleMatch& match, const std::vector<Doubt>& doubts, Place place, std::string_view side = {}) {
        for (const auto& doubt : doubts) {
            const Place at = doubt.place.length > 0 ? doubt.place : place;
            std::string value = doubt.value;
            if (doubt.condition != ConditionKind::syntax) value += side;
            match.conditions.push_back({doubt.condition, std::move(value), lowering_.span(at)});
            if (!doubt.noted) lowering_.note(doubt.note, doubt.message, doubt.hint, place);
        }
    }

    static Place service_place(const Ace& ace) {
        if (ace.destination_port.kind != PortOperand::Kind::none) return ace.destination_port.place;
        if (ace.icmp.kind != IcmpOperand::Kind::none) return ace.icmp.place;
        if (ace.source_port.kind != PortOperand::Kind::none) return ace.source_port.place;
        return ace.protocol.place;
    }

    static bool is_none(const AddressSetRef& set) { return set && set->empty(); }

    static void set_header(Match& match, AddressSetRef source, AddressSetRef destination, ServiceSetRef services) {
        match.header.source = std::move(source);
        match.header.destination = std::move(destination);
        match.header.services = std::move(services);
    }

    Lowering& lowering_;
    AccessList& list_;
    bool shown_;
    AnyMeaning any_ = AnyMeaning::both;
    std::unordered_map<std::string_view, std::size_t> times_;
    std::unordered_map<std::uint32_t, std::string_view> rule_kinds_;
};

}  // namespace

Ruleset lower_list(Lowering& lowering, AccessList& list, bool shown, bool release) {
    return ListLowering(lowering, list, shown).lower(release);
}

}  // namespace fwproof::asa
