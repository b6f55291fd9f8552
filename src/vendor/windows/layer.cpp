// Policy settings beat local ones; a policy may shut local rules out; rules of all stores are joined. Policy means
// group policy or device management.
#include "vendor/windows/layer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "vendor/windows/lower.hpp"
#include "vendor/windows/precedence.hpp"
#include "vendor/windows/words.hpp"

namespace fwproof::windows {

namespace {

bool is_policy(const Store& store) { return store.kind == StoreKind::group_policy || store.kind == StoreKind::mdm; }

bool factory_default(Setting setting) {
    switch (setting) {
        case Setting::default_outbound_block:
        case Setting::shielded: return false;
        default: return true;
    }
}

// Only policy can shut local rules out; the same words in the local store have no effect.
bool policy_only(Setting setting) {
    return setting == Setting::allow_local_rules || setting == Setting::allow_program_exceptions ||
           setting == Setting::allow_port_exceptions;
}

class Layering {
public:
    Layering(Export& made, ProfileMask profiles) : made_(made), asked_(profiles) {}

    Layered run() {
        apply_precedence(made_);
        for (const Profile profile : kProfiles) {
            for (int i = 0; i < kSettingCount; ++i) {
                const auto setting = static_cast<Setting>(i);
                layered_.profiles[static_cast<std::size_t>(profile)][setting] = settle(profile, setting);
            }
        }
        for (const Profile profile : kProfiles) collect_facts(profile);
        tell_defaults();
        tell_absent_stores();
        join_rules();
        return std::move(layered_);
    }

private:
    void note(NoteKind kind, std::string message, std::string hint, SourceSpan span) {
        made_.notes.push_back({kind, std::move(message), std::move(hint), span});
    }

    EffectiveSetting settle(Profile profile, Setting setting) {
        EffectiveSetting settled = settle_stores(profile, setting);
        if (setting == Setting::enable_firewall && made_.service_off && settled.value != std::optional(false))
            return {std::nullopt, made_.service_off, false};
        return settled;
    }

    EffectiveSetting settle_stores(Profile profile, Setting setting) {
        Outcomes outcomes;
        if (setting == Setting::shielded) {
            add_outcomes(outcomes, profile, setting, [](const Store&) { return true; });
            if (outcomes.surely_on) return {true, outcomes.span, false};  // on in any store wins
        } else {
            add_outcomes(outcomes, profile, setting,
                         [](const Store& store) { return is_policy(store) || store.kind_open; });
            if (!outcomes.surely_set && !policy_only(setting))
                add_outcomes(outcomes, profile, setting, [](const Store& store) { return !is_policy(store); });
        }
        if (!outcomes.surely_set) (factory_default(setting) ? outcomes.on : outcomes.off) = true;
        if (outcomes.on != outcomes.off) return {outcomes.on, outcomes.span, !outcomes.surely_set};
        if (asked_.contains(profile)) {
            note(NoteKind::conflicting_definition,
                 fmt::format("{} of the {} profile is set to different values, or only under conditions",
                             to_string(setting), to_string(profile)),
                 "report the resultant set of policy: gpresult /x or Get-GPResultantSetOfPolicy", outcomes.span);
        }
        return {std::nullopt, outcomes.span, false};
    }

    // What the stores of one rank may make of a setting.
    struct Outcomes {
        bool on = false, off = false;
        bool surely_set = false, surely_on = false;
        SourceSpan span;  // the first that sets it
    };

    template <class Counts>
    void add_outcomes(Outcomes& outcomes, Profile profile, Setting setting, Counts counts) const {
        for (const Store& store : made_.stores) {
            const auto& value = store.profile(profile)[setting];
            if (!value || !store.applies || !counts(store)) continue;
            outcomes.on = outcomes.on || value->value.value_or(true);
            outcomes.off = outcomes.off || !value->value.value_or(false);
            const bool surely = value->certain && !store.doubt;
            outcomes.surely_set = outcomes.surely_set || surely;
            outcomes.surely_on = outcomes.surely_on || (surely && value->value == std::optional(true));
            if (!outcomes.span) outcomes.span = value->span;
        }
    }

    void collect_facts(Profile profile) {
        ProfileFacts& facts = layered_.facts[static_cast<std::size_t>(profile)];
        bool by_policy = false;
        for (const bool policy : {true, false}) {  // policy beats local
            for (const Store& store : made_.stores) {
                if (!store.applies || is_policy(store) != policy) continue;
                const ProfileSettings& settings = store.profile(profile);
                const bool told = std::any_of(settings.values.begin(), settings.values.end(),
                                              [](const auto& value) { return value.has_value(); });
                facts.told = facts.told || told;
                by_policy = by_policy || (told && policy);
                if (!facts.disabled_interfaces) facts.disabled_interfaces = settings.disabled_interfaces;
                for (std::size_t i = 0; i < facts.logs.size(); ++i) {
                    if (!facts.logs[i]) facts.logs[i] = settings.logs[i];
                    facts.told = facts.told || settings.logs[i].has_value();
                }
            }
        }
        const auto& merge = layered_.profile(profile)[Setting::allow_local_rules];
        facts.local_rules_merged = by_policy && merge.value && *merge.value;
        facts.merged_span = merge.span;
    }

    void tell_defaults() {
        const auto tell = [&](Setting setting, std::string_view taken_as) {
            std::string names;
            for (const Profile profile : kProfiles) {
                if (!asked_.contains(profile) || !layered_.profile(profile)[setting].assumed) continue;
                names += fmt::format("{}{}", names.empty() ? "" : ", ", to_string(profile));
            }
            if (names.empty()) return;
            made_.assumptions.push_back(
                fmt::format("{} has the factory default, {}, where the export does not set it: {} profile{}.",
                            to_string(setting), taken_as, names, names.find(',') == std::string::npos ? "" : "s"));
            note(NoteKind::assumed_default,
                 fmt::format("{} is not set for {}; it is taken as {}", to_string(setting), names, taken_as),
                 "export the local store of the host as well", {});
        };
        tell(Setting::enable_firewall, "on");
        tell(Setting::default_inbound_block, "block");
        tell(Setting::default_outbound_block, "allow");
        tell(Setting::shielded, "off");
    }

    void tell_absent_stores() {
        bool policy = false, local = false;
        for (const Store& store : made_.stores) {
            policy = policy || is_policy(store) || store.kind_open;
            local = local || (store.kind == StoreKind::local && !store.written_by_policy);
        }
        const bool lossy =
            std::any_of(made_.stores.begin(), made_.stores.end(), [](const Store& s) { return s.lossy; });
        if (lossy) {
            made_.assumptions.emplace_back(
                "The report shows every condition of every rule; reports drop what they do not know, registry.pol does "
                "not.");
        }
        if (!policy)
            made_.assumptions.emplace_back("No group policy adds rules or settings to the local store that was read.");
        if (policy)
            made_.assumptions.emplace_back(
                "No policy object beside those that were read sets the firewall of this host.");
        if (local) return;
        for (const Profile profile : kProfiles) {
            const auto& merge = layered_.profile(profile)[Setting::allow_local_rules];
            if (!asked_.contains(profile) || (merge.value && !*merge.value)) continue;
            made_.assumptions.emplace_back("The local store of the host, which was not read, adds no rule.");
            return;
        }
    }

    // Rules of one id in several stores.
    void join_rules() {
        for (const Store& store : made_.stores) {
            std::array<std::size_t, 3> shut_out{};
            for (const FirewallRule& rule : store.rules) {
                LayeredRule layered{&rule, &store, store.applies ? rule.profiles : ProfileMask(), {}, {}};
                if (store.kind == StoreKind::local && !store.kind_open) admit_local(layered, shut_out);
                if (store.kind == StoreKind::dynamic) admit_dynamic(layered);
                if (store.doubt) {
                    layered.doubtful = ProfileMask::all();
                    layered.doubt = *store.doubt;
                }
                layered_.rules.push_back(layered);
            }
            for (const Profile profile : kProfiles) {
                const std::size_t count = shut_out[static_cast<std::size_t>(profile)];
                if (count == 0 || !asked_.contains(profile)) continue;
                note(NoteKind::information,
                     fmt::format(
                         "{} local rules are not in force in the {} profile: policy sets AllowLocalPolicyMerge to 0",
                         count, to_string(profile)),
                     {}, layered_.profile(profile)[Setting::allow_local_rules].span);
            }
        }
        if (made_.stores.size() > 1) judge_repeated();
    }

    void admit_local(LayeredRule& layered, std::array<std::size_t, 3>& shut_out) {
        ProfileMask enforced;
        for (const Profile profile : kProfiles) {
            if (!layered.enforced.contains(profile)) continue;
            const auto& settings = layered_.profile(profile);
            const auto& merge = settings[Setting::allow_local_rules];
            if (merge.value && !*merge.value) {
                ++shut_out[static_cast<std::size_t>(profile)];
                continue;
            }
            const auto shut = exception_setting(*layered.rule);
            const auto exceptions = shut ? settings[*shut] : EffectiveSetting{true, {}, false};
            if (exceptions.value == std::optional(false)) continue;
            enforced.add(profile);
            if (!merge.value || !exceptions.value) {
                layered.doubtful.add(profile);
                layered.doubt = {ConditionKind::other, "local rules are in force",
                                 merge.value ? exceptions.span : merge.span};
            }
        }
        layered.enforced = enforced;
    }

    // Whether policy that shuts local rules out means these as well is not documented.
    void admit_dynamic(LayeredRule& layered) const {
        for (const Profile profile : kProfiles) {
            const auto& merge = layered_.profile(profile)[Setting::allow_local_rules];
            if (merge.value == std::optional(true)) continue;
            layered.doubtful.add(profile);
            layered.doubt = {ConditionKind::other, "rules of the dynamic store are in force", merge.span};
        }
    }

    // Rules that a user could have made by the prompts of Windows XP: a program alone, or one port alone.
    // Policy can shut these out; which setting does.
    static std::optional<Setting> exception_setting(const FirewallRule& rule) {
        if (rule.action != Action::allow || rule.direction != Direction::in) return std::nullopt;
        if (rule.protocol != kTcp && rule.protocol != kUdp) return std::nullopt;  // NOLINT(misc-redundant-expression)
        if (rule.remote_ports.given || rule.local.given || rule.icmp) return std::nullopt;
        const bool program = rule.conditions.size() == 1 && rule.conditions[0].kind == ConditionKind::program;
        if (program && !rule.local_ports.given) return Setting::allow_program_exceptions;
        const auto& ports = rule.local_ports;
        const bool one_port = rule.conditions.empty() && ports.given && ports.keywords.empty() &&
                              ports.ports.size() == 1 && ports.ports[0].first == ports.ports[0].last;
        return one_port ? std::optional(Setting::allow_port_exceptions) : std::nullopt;
    }

    // Documents disagree on whether a policy rule replaces a local rule of the same id or joins it, and which of two
    // policy objects wins is not in the export: the weaker of the two is in force only perhaps.
    bool is_asked(ProfileMask enforced) const {
        return std::any_of(kProfiles.begin(), kProfiles.end(),
                           [&](Profile profile) { return asked_.contains(profile) && enforced.contains(profile); });
    }

    // Whether it is all the same which of the two is in force.
    static bool same_rule(const FirewallRule& a, const FirewallRule& b) {
        const auto plain = [](const FirewallRule& rule) {
            return std::tuple(rule.action, rule.direction, rule.active, rule.error.empty(), rule.overrides_blocks,
                              rule.edge_traversal, rule.loose_remote, rule.loose_source);
        };
        if (plain(a) != plain(b)) return false;
        for (const Profile profile : kProfiles) {
            if (a.profiles.contains(profile) != b.profiles.contains(profile)) return false;
        }
        const auto one = lower_rule(a, a.direction == Direction::in, {});
        const auto other = lower_rule(b, b.direction == Direction::in, {});
        return std::equal(one.begin(), one.end(), other.begin(), other.end(), [](const Rule& x, const Rule& y) {
            const auto& conditions = y.match.conditions;
            return x.match.any_of == y.match.any_of && x.match.outer == y.match.outer &&
                   std::equal(x.match.conditions.begin(), x.match.conditions.end(), conditions.begin(),
                              conditions.end(), [](const Condition& c, const Condition& d) {
                                  return c.kind == d.kind && same_word(c.value, d.value);
                              });
        });
    }

    void judge_repeated() {
        std::unordered_map<std::string, std::vector<std::size_t>> by_id;
        for (std::size_t i = 0; i < layered_.rules.size(); ++i) {
            if (layered_.rules[i].rule->replaced) continue;
            if (!layered_.rules[i].store->lossy_ids) by_id[lower_case(layered_.rules[i].rule->id)].push_back(i);
        }
        for (std::size_t i = 0; i < layered_.rules.size(); ++i) {
            LayeredRule& rule = layered_.rules[i];
            if (rule.store->lossy_ids || rule.rule->replaced) continue;
            const auto& same = by_id[lower_case(rule.rule->id)];
            if (same.size() < 2) continue;
            std::size_t policies = 0;
            for (const std::size_t j : same) policies += is_policy(*layered_.rules[j].store) ? 1 : 0;
            if (is_policy(*rule.store) ? policies < 2 : policies == 0) continue;
            const bool nothing = !rule.rule->active || !rule.rule->error.empty() || !is_asked(rule.enforced);
            const bool alike = std::all_of(same.begin(), same.end(), [&](std::size_t j) {
                const LayeredRule& other = layered_.rules[j];
                return !is_policy(*other.store) || same_rule(*rule.rule, *other.rule);
            });
            if (nothing || alike) continue;
            rule.doubtful = ProfileMask::all();
            rule.doubt = {ConditionKind::other, fmt::format("rule '{}' is not replaced by its namesake", rule.rule->id),
                          rule.rule->span};
            note(
                NoteKind::unmodelled_condition,
                fmt::format("rule '{}' stands in several stores; this one may be replaced by the other", rule.rule->id),
                "export the active store of the host", rule.rule->span);
        }
    }

    Export& made_;
    ProfileMask asked_;
    Layered layered_;
};

}  // namespace

Layered layer(Export& made, ProfileMask profiles) { return Layering(made, profiles).run(); }

}  // namespace fwproof::windows
