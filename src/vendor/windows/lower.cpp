// Windows has no rule order: the authenticated bypass beats block, block beats allow, allow beats the default of the
// profile ([MS-FASP] 2.2.34, 2.2.38). Written as a first-match list that is: bypass, block, allow, default.
#include "vendor/windows/lower.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "vendor/windows/words.hpp"

namespace fwproof::windows {

namespace {

// In the order in which the classes win. A rule whose action is not legible may be of any class.
enum class Class : std::uint8_t { unreadable, bypass, block, allow };
constexpr int kClassCount = 4;

Class class_of(const FirewallRule& rule) {
    switch (rule.action) {
        case Action::unreadable: return Class::unreadable;
        case Action::bypass: return Class::bypass;
        case Action::block: return Class::block;
        case Action::allow:
            return rule.overrides_blocks && rule.direction == Direction::out ? Class::bypass : Class::allow;
    }
    return Class::unreadable;
}

Rule made_by_reader(std::string name, Verdict verdict, SourceSpan span) {
    Rule rule;
    rule.action = Decide{verdict, {}};
    rule.implicit = true;
    rule.name = std::move(name);
    rule.span = span;
    return rule;
}

Rule loopback() {
    Rule rule = made_by_reader("loopback", Verdict::permit, {});
    rule.comment = "traffic of the host to itself is not filtered";
    rule.match.any_of.clear();
    for (const auto* text : {"127.0.0.0/8", "::1"}) {
        Match match;
        match.header.source = match.header.destination = share(AddressSet::of(*parse_prefix(text)));
        rule.match.any_of.push_back(std::move(match));
    }
    return rule;
}

// Replies and what belongs to a flow that was let through once: no rule and no switch stops them.
Rule known_connection() {
    Rule rule = made_by_reader("connection that is known", Verdict::permit, {});
    rule.match.any_of[0].header.states = StateSet(State::established) | StateSet(State::related);
    return rule;
}

class Lowering {
public:
    Lowering(Export made, const LoadOptions& options, ProfileMask profiles)
        : made_(std::move(made)), options_(options), profiles_(profiles), layered_(layer(made_, profiles)) {}

    Policy run() {
        for (const bool inbound : {true, false}) {
            lower_rules(inbound);
            for (const Profile profile : kProfiles) {
                if (profiles_.contains(profile)) add_ruleset(profile, inbound);
            }
        }
        tell_stores();
        tell_loose_sources();
        policy_.settings.insert(policy_.settings.end(), made_.settings.begin(), made_.settings.end());
        tell_left_out();
        for (const Profile profile : kProfiles) {
            if (profiles_.contains(profile)) add_facts(profile);
        }
        policy_.vendor = "windows";
        policy_.device = made_.device;
        policy_.families = {Family::v4, Family::v6};
        policy_.replies = ReplyHandling::tracked;
        policy_.ordered = false;
        policy_.rules_log = false;
        for (const Store& store : made_.stores) {
            if (policy_.version.empty()) policy_.version = store.version;
        }
        policy_.notes = std::move(made_.notes);
        policy_.assumptions = std::move(made_.assumptions);
        tell_platform();
        policy_.sources = std::move(made_.sources);
        return std::move(policy_);
    }

private:
    struct Lowered {
        const LayeredRule* from = nullptr;
        std::vector<Rule> parts;
    };

    void lower_rules(bool inbound) {
        for (auto& list : lowered_) list.clear();
        for (const LayeredRule& layered : layered_.rules) {
            const FirewallRule& rule = *layered.rule;
            const Direction other = inbound ? Direction::out : Direction::in;
            if (rule.direction == other) continue;
            Lowered lowered{&layered, lower_rule(rule, inbound, options_)};
            tell_conditions(rule, lowered.parts);
            lowered_[static_cast<std::size_t>(class_of(rule))].push_back(std::move(lowered));
        }
    }

    void tell_conditions(const FirewallRule& rule, const std::vector<Rule>& parts) {
        if (!rule.active || !rule.error.empty()) return;
        std::string words;
        std::size_t more = 0;
        for (const Rule& part : parts) {
            for (const Condition& condition : part.match.conditions) {
                if (condition.kind == ConditionKind::syntax) continue;  // has its note already
                const std::string word = fmt::format("{} {}", to_string(condition.kind), condition.value);
                if (words.find(word) != std::string::npos) continue;
                if (words.size() > 200)
                    ++more;
                else
                    words += fmt::format("{}{}", words.empty() ? "" : ", ", word);
            }
        }
        if (words.empty()) return;
        if (more > 0) words += fmt::format(" and {} more", more);
        made_.notes.push_back(
            {NoteKind::unmodelled_condition, fmt::format("{} depends on {}", describe(rule), words), {}, rule.span});
    }

    void add_ruleset(Profile profile, bool inbound) {
        const EffectiveProfile& settings = layered_.profile(profile);
        Ruleset ruleset;
        ruleset.name = fmt::format("{}, {} profile", inbound ? "inbound" : "outbound", to_string(profile));
        ruleset.rules.push_back(loopback());
        ruleset.rules.push_back(known_connection());
        add_switches(ruleset, settings, inbound);
        add_disabled_interfaces(ruleset, profile);
        std::size_t parts = ruleset.rules.size();
        for (const auto& list : lowered_) {
            for (const Lowered& lowered : list) parts += lowered.parts.size();
        }
        ruleset.rules.reserve(parts);
        for (const auto& list : lowered_) {
            for (const Lowered& lowered : list) add_rule(ruleset, lowered, profile);
        }
        const auto& fallback = settings[inbound ? Setting::default_inbound_block : Setting::default_outbound_block];
        ruleset.default_verdict = !fallback.value   ? Verdict::unknown
                                  : *fallback.value ? Verdict::deny
                                                    : Verdict::permit;
        ruleset.default_span = fallback.span;
        const auto index = static_cast<RulesetIndex>(policy_.rulesets.size());
        policy_.rulesets.push_back(std::move(ruleset));
        policy_.paths.push_back(
            {inbound ? Position::inbound : Position::outbound, std::string(to_string(profile)), {Stage{index, {}}}});
    }

    // Settings that decide before any rule.
    void add_switches(Ruleset& ruleset, const EffectiveProfile& settings, bool inbound) {
        const auto& enabled = settings[Setting::enable_firewall];
        if (!enabled.value || !*enabled.value) {
            Rule rule = made_by_reader("firewall off", Verdict::permit, enabled.span);
            rule.comment = "EnableFirewall is 0: nothing is blocked";
            if (!enabled.value) {
                rule.match.conditional = true;
                const bool service = made_.service_off && enabled.span.offset == made_.service_off.offset;
                if (service) rule.comment = "without its service nothing is blocked";
                rule.match.conditions.push_back(
                    {ConditionKind::other, service ? "the firewall's service does not run" : "EnableFirewall is 0",
                     enabled.span});
            }
            ruleset.rules.push_back(std::move(rule));
        }
        const auto& shielded = settings[Setting::shielded];
        if (!inbound || shielded.value == std::optional(false)) return;
        // The protocol document says that all is blocked then; the cmdlet's says that the default action decides. They
        // differ where that default allows.
        const auto& fallback = settings[Setting::default_inbound_block];
        const bool agreed = fallback.value && *fallback.value;
        Rule rule = made_by_reader("shields up", agreed ? Verdict::deny : Verdict::unknown, shielded.span);
        rule.comment = "DoNotAllowExceptions is 1: inbound rules are not looked at";
        if (!shielded.value) {
            rule.match.conditional = true;
            rule.match.conditions.push_back({ConditionKind::other, "DoNotAllowExceptions is 1", shielded.span});
        }
        ruleset.rules.push_back(std::move(rule));
    }

    // Which interface a packet takes is not known here.
    void add_disabled_interfaces(Ruleset& ruleset, Profile profile) const {
        const DisabledInterfaces& disabled = layered_.facts[static_cast<std::size_t>(profile)].disabled_interfaces;
        if (!disabled) return;
        Rule rule = made_by_reader("firewall off on some interfaces", Verdict::permit, disabled.span);
        rule.comment = "DisabledInterfaces takes them out of the firewall";
        rule.match.conditional = true;
        const std::string condition = fmt::format("the interface is one of DisabledInterfaces{}{}",
                                                  disabled.names.empty() ? "" : " ", disabled.names);
        rule.match.conditions.push_back({ConditionKind::other, condition, disabled.span});
        ruleset.rules.push_back(std::move(rule));
    }

    void add_rule(Ruleset& ruleset, const Lowered& lowered, Profile profile) const {
        const LayeredRule& layered = *lowered.from;
        if (!layered.rule->profiles.contains(profile)) return;
        for (const Rule& one : lowered.parts) {
            Rule& part = ruleset.rules.emplace_back(one);
            part.enabled = layered.rule->active && layered.rule->error.empty() && layered.enforced.contains(profile);
            part.store = store_title(*layered.store);
            if (layered.doubtful.contains(profile)) {
                part.match.conditional = true;
                part.match.conditions.push_back(layered.doubt);
            }
        }
    }

    static std::string store_title(const Store& store) {
        return store.name.empty() ? fmt::format("{} store", to_string(store.kind))
                                  : fmt::format("{} '{}'", to_string(store.kind), store.name);
    }

    void add_facts(Profile profile) {
        const ProfileFacts& facts = layered_.facts[static_cast<std::size_t>(profile)];
        const std::string variant(to_string(profile));
        if (facts.local_rules_merged) {
            policy_.settings.push_back(
                {"local-rules-merged", facts.merged_span ? "1" : "", variant, facts.merged_span});
        }
        if (!facts.told) return;
        for (const auto& [setting, name] :
             {std::pair(LogSetting::file_size, "log-file-size"),
              std::pair(LogSetting::dropped_packets, "log-dropped-packets"),
              std::pair(LogSetting::successful_connections, "log-successful-connections")}) {
            const auto& log = facts.logs[static_cast<std::size_t>(setting)];
            policy_.settings.push_back(
                {name, log ? std::to_string(log->value) : "", variant, log ? log->span : SourceSpan()});
        }
    }

    // Which kinds of store the answer rests on: what stands alone, and what belongs together.
    void tell_stores() {
        std::string kinds;
        for (const StoreKind kind : {StoreKind::group_policy, StoreKind::mdm, StoreKind::local, StoreKind::dynamic}) {
            const bool held = std::any_of(made_.stores.begin(), made_.stores.end(),
                                          [&](const Store& store) { return store.kind == kind; });
            if (held) kinds += fmt::format("{}{}", kinds.empty() ? "" : ", ", to_string(kind));
        }
        policy_.settings.push_back({"stores", kinds, {}, {}});
    }

    // Rules of which answers may come from another address than was asked: more gets in than verdicts show.
    void tell_loose_sources() {
        std::string names;
        for (const LayeredRule& layered : layered_.rules) {
            const FirewallRule& rule = *layered.rule;
            const bool counts = rule.active && rule.error.empty() && !layered.enforced.empty();
            if (rule.loose_source && counts) names += fmt::format("{}{}", names.empty() ? "" : ", ", rule.id);
        }
        if (!names.empty()) policy_.settings.push_back({"LSM", names, {}, {}});
    }

    // Rules hold in these as well, so that what is true of a rule here need not be so on the device.
    void tell_left_out() {
        std::string names;
        for (const Profile profile : kProfiles) {
            if (!profiles_.contains(profile))
                names += fmt::format("{}{}", names.empty() ? "" : ", ", to_string(profile));
        }
        if (!names.empty()) policy_.settings.push_back({"profiles-left-out", names, {}, {}});
    }

    void tell_platform() {
        std::string_view newest;
        for (const LayeredRule& layered : layered_.rules) {
            const std::string_view asked = layered.rule->at_least_platform;
            if (!asked.empty() && (newest.empty() || version_of(newest) < version_of(asked))) newest = asked;
        }
        if (newest.empty()) return;
        const auto [major, minor] = version_of(newest);
        policy_.assumptions.push_back(fmt::format(
            "The host runs a Windows that is at least as new as every rule with a platform condition asks for: {}.{}.",
            major, minor));
    }

    // "2:10:0" is version 10.0 of the platform 2, Windows NT.
    static std::pair<unsigned, unsigned> version_of(std::string_view platform) {
        std::pair<unsigned, unsigned> version;
        const auto major = platform.find(':');
        if (major == std::string_view::npos) return version;
        const auto minor = std::min(platform.find(':', major + 1), platform.size());
        version.first = number<unsigned>(platform.substr(major + 1, minor - major - 1)).value_or(0);
        if (minor < platform.size()) version.second = number<unsigned>(platform.substr(minor + 1)).value_or(0);
        return version;
    }

    Export made_;
    const LoadOptions& options_;
    ProfileMask profiles_;
    Layered layered_;
    std::array<std::vector<Lowered>, kClassCount> lowered_;
    Policy policy_;
};

}  // namespace

Policy lower_export(Export made, const LoadOptions& options, ProfileMask profiles) {
    return Lowering(std::move(made), options, profiles).run();
}

}  // namespace fwproof::windows
