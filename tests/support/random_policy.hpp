// Seeded random policies over the tiny header space, with everything that the model can say.
#pragma once

#include "fwproof/policy/policy.hpp"
#include "support/tiny.hpp"

namespace fwproof::tiny {

struct PolicyOptions {
    std::uint32_t rulesets = 4;
    std::uint32_t rules = 6;  // at most, in each ruleset
    bool plain = false;       // only exact rules that decide
    bool loops = false;
};

// Of one to three addresses of the tiny space, or just beside.
inline BlockMap block(Products& random) {
    const bool v6 = random.one_in(6);
    const Address base = v6 ? *parse_address("2001:db8::") : *parse_address("10.0.0.0");
    const auto at = [&](std::uint32_t place) { return Address{base.family, base.value + place}; };
    const std::uint32_t first = random.below(3);
    return {at(first), at(first + random.below(3)), at(random.below(4))};
}

inline Policy random_policy(Products& random, const PolicyOptions& options) {
    const auto verdict = [&] {
        const std::uint32_t draw = random.below(options.plain ? 2 : 8);
        return draw == 7 ? Verdict::unknown : draw % 2 == 0 ? Verdict::permit : Verdict::deny;
    };
    const auto match = [&] {
        Match made;
        made.header = random.next();
        if (options.plain) return made;
        if (random.one_in(5)) made.registers = {{Register::packet_mark, random.below(2), 1, random.one_in(2)}};
        if (random.one_in(8)) made.destination_translated = random.one_in(2);
        if (random.one_in(8)) made.original_header = std::make_shared<const Product>(random.next());
        return made;
    };
    const auto translation = [&] {
        Translate made;
        for (auto* part : {&made.source, &made.destination}) {
            if (random.one_in(3)) part->address = Address{Family::v4, 0x0a000000U + random.below(3)};
            if (random.one_in(6)) part->address = *parse_address("2001:db8::1");
            if (random.one_in(3)) part->port = static_cast<std::uint16_t>(random.below(3));
            if (random.one_in(4)) {
                part->address.reset();
                part->address_unknown = true;
            }
            if (random.one_in(5)) {
                part->address.reset();
                part->address_unknown = false;
                part->block = block(random);
            }
            if (random.one_in(4)) {
                part->port.reset();
                part->port_unknown = true;
            }
        }
        made.to_this_device = random.one_in(6);
        return made;
    };
    Policy policy;
    for (std::uint32_t index = 0; index < options.rulesets; ++index) {
        Ruleset ruleset;
        const std::uint32_t count = random.below(options.rules + 1);
        for (std::uint32_t i = 0; i < count; ++i) {
            Rule rule;
            rule.match.any_of = {match()};
            if (random.one_in(4)) rule.match.any_of.push_back(match());
            rule.action = Decide{verdict(), ""};
            if (!options.plain) {
                if (random.one_in(5)) {
                    rule.match.conditional = true;
                    rule.match.conditions = {
                        {random.one_in(2) ? ConditionKind::program : ConditionKind::user, "x", {}}};
                }
                if (random.one_in(6)) {
                    rule.match.outer = rule.match.any_of;
                    rule.match.outer.push_back(match());
                    if (rule.match.conditions.empty()) rule.match.conditions = {{ConditionKind::fqdn, "a.example", {}}};
                }
                rule.enabled = !random.one_in(10);
                const std::uint32_t lowest = options.loops ? 0 : index + 1;
                const std::uint32_t targets = options.rulesets - lowest;
                switch (random.below(12)) {
                    case 0:
                    case 1:
                        if (targets > 0) rule.action = Jump{lowest + random.below(targets)};
                        break;
                    case 2:
                        if (targets > 0) rule.action = Goto{lowest + random.below(targets)};
                        break;
                    case 3: rule.action = Return{}; break;
                    case 4: rule.action = Continue{}; break;
                    case 5:
                        rule.action = SetRegister{Register::packet_mark, random.below(2), random.below(2), {}, 1};
                        break;
                    case 6: rule.action = translation(); break;
                    default: break;
                }
            }
            ruleset.rules.push_back(std::move(rule));
        }
        if (index == 0 || random.one_in(4)) ruleset.default_verdict = verdict();
        policy.rulesets.push_back(std::move(ruleset));
    }
    Path path{random.one_in(2) ? Position::inbound : Position::transit, "", {}};
    const std::uint32_t stages = 1 + random.below(3);
    for (std::uint32_t i = 0; i < stages; ++i) {
        Stage stage{random.below(options.rulesets), {}};
        if (random.one_in(3)) stage.guard = random.next();
        path.stages.push_back(std::move(stage));
    }
    if (options.plain) path.stages = {Stage{0, {}}};
    policy.paths.push_back(std::move(path));
    return policy;
}

}  // namespace fwproof::tiny
