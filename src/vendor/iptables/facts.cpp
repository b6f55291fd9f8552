// What the rules of one family do somewhere, read before any of them is lowered.
#include <algorithm>
#include <array>

#include "vendor/iptables/lower.hpp"
#include "vendor/iptables/values.hpp"

namespace fwproof::iptables {

namespace {

// More different ones are taken together.
constexpr std::size_t kMostSourceTranslations = 8;

template <std::size_t n>
bool is_one_of(std::string_view name, const std::array<std::string_view, n>& names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

constexpr auto kTrackingMatches = std::to_array<std::string_view>(
    {"state", "conntrack", "connmark", "connbytes", "connlimit", "connlabel", "helper", "cluster"});
constexpr auto kTrackingTargets = std::to_array<std::string_view>({"CT", "NOTRACK", "CONNMARK", "SYNPROXY"});
// Those for which the kernel registers its tracking, without which it passes the nat table.
constexpr auto kTrackers = std::to_array<std::string_view>(
    {"DNAT", "SNAT", "MASQUERADE", "REDIRECT", "NETMAP", "CT", "CONNMARK", "CONNSECMARK", "SYNPROXY", "CLUSTERIP"});

void look_at_matches(const TableAst& table, const RuleAst& rule, Facts& facts) {
    for (const auto* match : rule.matches) {
        const std::string_view name = match->name;
        if (is_one_of(name, kTrackingMatches)) {
            facts.tracking = true;
            facts.runs_nat = true;
            if (table.name == TableName::raw) facts.tests_state_early = true;
        }
        if (name == "mark") facts.tests_mark = true;
        if (name == "connmark") facts.tests_connection_mark = true;
        if (name != "conntrack") continue;
        const auto tests = [](const OptionAst& option) {
            const auto words = parse_states(option.value.text);
            return option.spec->id == OptionId::ctstate && words && words->dnat;
        };
        facts.tests_translation =
            facts.tests_translation || std::any_of(rule.options.begin(), rule.options.end(), tests);
    }
}

void look_at_marks(const RuleAst& rule, std::string_view target, std::uint8_t hooks, Facts& facts) {
    const auto has = [&](OptionId id) { return find_option(rule, id) != nullptr; };
    if (target == "HMARK") facts.mark_unknown = true;
    // What it marks is let through or dropped there and then, nobody knows which, so that only marks that are saved
    // with its connection meet another rule.
    if (target == "TPROXY") facts.proxies = true;
    if (target == "CONNMARK") {
        const bool restores = has(OptionId::restore_mark);
        if (restores) {
            facts.restores_mark = true;
            facts.tests_connection_mark = true;  // the packet mark is a copy of it
        } else {
            facts.sets_connection_mark = true;
            facts.saves_mark = facts.saves_mark || has(OptionId::save_mark);
        }
        if (has(OptionId::shift_mark)) (restores ? facts.mark_unknown : facts.connection_mark_unknown) = true;
    }
    if (target == "SET" && std::any_of(rule.options.begin(), rule.options.end(),
                                       [](const OptionAst& option) { return option.spec->name == "map-mark"; })) {
        facts.mark_unknown = true;
    }
    if (target != "MARK" && target != "CONNMARK") return;
    if ((hooks & (kOutput | kPostrouting)) != 0) facts.marks_own = true;
    for (const auto& option : rule.options) {
        const bool sets = option.spec->id == OptionId::set_xmark || option.spec->id == OptionId::set_mark ||
                          option.spec->id == OptionId::or_mark || option.spec->id == OptionId::xor_mark;
        const auto word = sets ? parse_value_mask(option.value.text) : std::nullopt;
        if (word) facts.mark_bits |= word->value;
    }
}

void look_at_target(const TableAst& table, const RuleAst& rule, std::uint8_t hooks, Facts& facts) {
    const std::string_view name = rule.target_extension->name;
    const bool untracks = name == "NOTRACK" || (name == "CT" && find_option(rule, OptionId::notrack) != nullptr);
    if (table.name == TableName::nat || is_one_of(name, kTrackingTargets)) facts.tracking = true;
    if (untracks) facts.untracks = true;
    if (name == "CT" && !untracks) facts.attaches = true;
    if (!untracks && is_one_of(name, kTrackers)) facts.runs_nat = true;
    const bool translates = name == "DNAT" || name == "REDIRECT" || name == "NETMAP";
    if (translates || name == "DNPT") facts.translates = true;
    if (translates && (hooks & kOutput) != 0) facts.translates_own = true;
    if (name == "REDIRECT" && (hooks & kPrerouting) != 0) facts.takes_in = true;
    if (name == "DNAT" || name == "NETMAP") facts.sends_elsewhere = true;
    if (name == "TTL" || name == "HL") facts.changes_ttl |= hooks;
    if (name == "DSCP" || name == "TOS" || name == "ECN") facts.changes_tos |= hooks;
    if (name == "SET") {
        for (const auto& option : rule.options) {
            if (option.spec->id == OptionId::changed_set) facts.changed_sets.insert(std::string(option.value.text));
        }
    }
    look_at_marks(rule, name, hooks, facts);
}

void look_at_source(const TableAst& table, const RuleAst& rule, std::uint8_t hooks, Facts& facts) {
    const std::string_view name = rule.target_extension->name;
    if (table.name != TableName::nat || (name != "SNAT" && name != "MASQUERADE" && name != "NETMAP")) return;
    if (name == "NETMAP" && (hooks & (kInput | kPostrouting)) == 0) return;
    SourceTranslation translation;
    for (const auto& option : rule.options) {
        if (option.match != kNoExtension || option.negated) continue;
        if (option.spec->id == OptionId::source) {
            if (auto word = parse_address_word(option.value.text, table.family); word && word->exact)
                translation.from = share(std::move(word->addresses));
        } else if (option.spec->id == OptionId::out_interface) {
            const auto pattern = parse_interface(option.value.text);
            if (pattern && !(pattern->prefix && pattern->name.empty())) translation.out = {{*pattern}, false};
        } else if (option.spec->id == OptionId::to_network) {
            if (auto word = parse_address_word(option.value.text, table.family); word && word->exact)
                translation.to = share(std::move(word->addresses));
        } else if (option.spec->id == OptionId::to_source) {
            const auto to = parse_endpoint(option.value.text, table.family);
            if (to && to->address)
                translation.to = share(AddressSet::range(*to->address, to->address_range ? to->last : *to->address));
        }
    }
    auto& all = facts.source_translations;
    if (std::find(all.begin(), all.end(), translation) != all.end()) return;
    all.push_back(std::move(translation));
    if (all.size() > kMostSourceTranslations) all.assign(1, {});
}

bool gives_zone(const RuleAst& rule) {
    return rule.target_extension && rule.target_extension->name == "CT" &&
           std::any_of(rule.options.begin(), rule.options.end(),
                       [](const OptionAst& option) { return option.spec->name.starts_with("zone"); });
}

// Whether both directions of every connection are looked up in one zone: none is given, or one to all packets alike.
bool has_one_zone(const TableAst& table) {
    bool any = false;
    for (const auto& chain : table.chains) any = any || std::any_of(chain.rules.begin(), chain.rules.end(), gives_zone);
    if (!any) return true;
    std::string_view zone;
    for (const std::string_view name : {"PREROUTING", "OUTPUT"}) {
        const ChainAst* chain = table.find(name);
        if (!chain || chain->rules.empty()) return false;
        const RuleAst& first = chain->rules.front();
        if (!gives_zone(first) || !first.matches.empty() || first.options.size() != 1) return false;
        if (first.options[0].spec->name != "zone" || (!zone.empty() && zone != first.options[0].value.text))
            return false;
        zone = first.options[0].value.text;
    }
    return true;
}

}  // namespace

const OptionAst* find_option(const RuleAst& rule, OptionId id) {
    const auto found = std::find_if(rule.options.begin(), rule.options.end(),
                                    [&](const OptionAst& o) { return o.spec->id == id && o.match == kNoExtension; });
    return found == rule.options.end() ? nullptr : &*found;
}

void collect_facts(const TableAst& table, const std::vector<std::uint8_t>& hooks, Facts& facts) {
    for (std::size_t c = 0; c < table.chains.size(); ++c) {
        const ChainAst& chain = table.chains[c];
        for (const auto& rule : chain.rules) {
            look_at_matches(table, rule, facts);
            if (!rule.target_extension) continue;
            look_at_target(table, rule, hooks[c], facts);
            look_at_source(table, rule, hooks[c], facts);
        }
        if (table.name == TableName::nat && !chain.rules.empty()) facts.tracking = true;
    }
    if (table.name == TableName::raw && !has_one_zone(table)) facts.zones_vary = true;
}

void finish_facts(Facts& facts) {
    for (int round = 0; round < 2; ++round) {
        if ((facts.mark_unknown || facts.proxies) && facts.saves_mark) facts.connection_mark_unknown = true;
        if (facts.connection_mark_unknown && facts.restores_mark) facts.mark_unknown = true;
    }
}

}  // namespace fwproof::iptables
