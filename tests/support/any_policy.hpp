// Seeded random policies over the tiny header space, with every kind of action, inexact matches and several stages.
#pragma once

#include <string>

#include "fwproof/policy/policy.hpp"
#include "support/random_policy.hpp"

namespace fwproof::tiny {

class Policies {
public:
    explicit Policies(std::uint32_t seed) : products_(seed) {}

    // Rulesets only jump forward, so that no packet runs in circles.
    Policy next() {
        Policy policy;
        policy.vendor = "test";
        policy.families = {Family::v4, Family::v6};
        if (products_.one_in(2)) policy.replies = ReplyHandling::by_rules;
        const std::uint32_t count = 1 + products_.below(4);
        for (std::uint32_t i = 0; i < count; ++i) policy.rulesets.push_back(ruleset(i, count));
        for (const Position position : {Position::inbound, Position::outbound, Position::transit}) {
            if (products_.one_in(3)) continue;
            Path path{position, products_.one_in(3) ? "a choice" : "", {}};
            for (std::uint32_t i = products_.below(3); i < 3; ++i) {
                Stage stage{products_.below(count), {}};
                if (products_.one_in(3)) stage.guard = products_.next();
                path.stages.push_back(std::move(stage));
            }
            policy.paths.push_back(std::move(path));
        }
        return policy;
    }

    Products& products() { return products_; }

private:
    Ruleset ruleset(std::uint32_t index, std::uint32_t count) {
        Ruleset ruleset;
        ruleset.name = "set " + std::to_string(index);
        if (!products_.one_in(3)) ruleset.default_verdict = verdict();
        ruleset.bound = !products_.one_in(8);
        for (std::uint32_t i = products_.below(7); i > 0; --i) ruleset.rules.push_back(rule(index, count));
        return ruleset;
    }

    Verdict verdict() { return static_cast<Verdict>(products_.below(3)); }

    Match match() {
        Match match;
        match.header = products_.next();
        if (products_.one_in(6)) match.registers.push_back({reg(), products_.below(3), 3, products_.one_in(2)});
        if (products_.one_in(12)) match.destination_translated = products_.one_in(2);
        if (products_.one_in(12)) match.original_header = std::make_shared<const Product>(products_.next());
        return match;
    }

    Register reg() { return static_cast<Register>(products_.below(kRegisterCount)); }

    Rule rule(std::uint32_t index, std::uint32_t count) {
        Rule rule;
        rule.match.any_of.clear();
        for (std::uint32_t i = products_.below(3); i < 2; ++i) rule.match.any_of.push_back(match());
        if (products_.one_in(4)) {
            rule.match.conditional = products_.one_in(2);
            if (!rule.match.conditional || products_.one_in(2)) {
                rule.match.outer = rule.match.any_of;
                rule.match.outer.push_back(match());
            }
            const auto kind =
                static_cast<ConditionKind>(products_.below(static_cast<std::uint32_t>(ConditionKind::other) + 1));
            rule.match.conditions.push_back({kind, "\"C:\\program files\\x\"", {}});
        }
        rule.enabled = !products_.one_in(12);
        rule.logs = products_.one_in(6);
        rule.implicit = products_.one_in(12);
        rule.name = "rule " + std::to_string(products_.below(100));
        if (products_.one_in(4)) rule.comment = "said \"no\"\n# twice";
        rule.action = action(index, count);
        return rule;
    }

    Action action(std::uint32_t index, std::uint32_t count) {
        const bool can_jump = index + 1 < count;
        switch (products_.below(12)) {
            case 0: return Return{};
            case 1: return Continue{};
            case 2:
            case 3:
                if (can_jump) return Jump{index + 1 + products_.below(count - index - 1)};
                break;
            case 4:
                if (can_jump) return Goto{index + 1 + products_.below(count - index - 1)};
                break;
            case 5: {
                SetRegister set;
                set.target = reg();
                set.keep = products_.one_in(2) ? ~std::uint32_t{0} : 0;
                set.value = products_.below(4);
                set.mask = products_.one_in(2) ? 1 : 3;
                if (products_.one_in(4)) set.from = reg();
                return set;
            }
            case 6: {
                Translate translate;
                auto& part = products_.one_in(2) ? translate.source : translate.destination;
                if (!products_.one_in(3)) part.address = Address{Family::v4, 0x0a000000 + products_.below(3)};
                part.address_unknown = !part.address && products_.one_in(2);
                if (!part.address && !part.address_unknown && products_.one_in(2)) part.block = block(products_);
                if (products_.one_in(3)) part.port = static_cast<std::uint16_t>(products_.below(3));
                part.port_unknown = !part.port && products_.one_in(4);
                translate.to_this_device = products_.one_in(8);
                return translate;
            }
            default: break;
        }
        Decide decide{verdict(), {}};
        if (decide.verdict == Verdict::deny && products_.one_in(4)) decide.answer = "tcp-reset";
        return decide;
    }

    Products products_;
};

}  // namespace fwproof::tiny
