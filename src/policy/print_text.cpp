#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "fwproof/base/notation.hpp"
#include "fwproof/policy/text.hpp"

namespace fwproof {

std::string_view to_string(Register reg) {
    switch (reg) {
        case Register::packet_mark: return "packet-mark";
        case Register::connection_mark: return "connection-mark";
        case Register::disposition: return "disposition";
    }
    return "packet-mark";
}

std::string_view to_string(ReplyHandling reply) {
    switch (reply) {
        case ReplyHandling::tracked: return "tracked";
        case ReplyHandling::tracked_ports: return "tracked-ports";
        case ReplyHandling::by_rules: return "by-rules";
    }
    return "by-rules";
}

namespace {

// Rulesets of one name are told apart by their number; objects of one name are not referred to at all.
class Names {
public:
    explicit Names(const Policy& policy) {
        std::map<std::string, int> seen;
        for (const auto& ruleset : policy.rulesets) rulesets_.push_back(numbered(ruleset.name, seen));
        std::map<std::string, int> addresses, services;
        for (const auto& object : policy.objects) {
            if (object.addresses) ++addresses[object.name];
            if (object.services) ++services[object.name];
        }
        for (const auto& object : policy.objects) {
            if (object.addresses && addresses[object.name] == 1) sets_.emplace(object.addresses.get(), object.name);
            if (object.services && services[object.name] == 1) sets_.emplace(object.services.get(), object.name);
        }
    }

    std::string ruleset(RulesetIndex index) const {
        return index < rulesets_.size() ? rulesets_[index] : fmt::format("?{}", index);
    }
    const std::string* object(const void* set) const {
        const auto found = sets_.find(set);
        return found == sets_.end() ? nullptr : &found->second;
    }

private:
    static std::string numbered(const std::string& name, std::map<std::string, int>& seen) {
        const int count = ++seen[name];
        return name_word(name) + (count > 1 ? fmt::format("#{}", count) : "");
    }

    std::vector<std::string> rulesets_;
    std::map<const void*, std::string> sets_;
};

class Printer {
public:
    Printer(const Policy& policy, const PolicyTextOptions& options)
        : policy_(policy), options_(options), names_(policy) {}

    std::string all() const {
        std::string text;
        const auto line = [&](std::string_view key, const std::string& value) {
            if (!value.empty()) text += fmt::format("{} {}\n", key, value);
        };
        line("vendor", policy_.vendor.empty() ? "" : name_word(policy_.vendor));
        line("device", policy_.device.empty() ? "" : name_word(policy_.device));
        line("version", policy_.version.empty() ? "" : name_word(policy_.version));
        std::string families;
        for (const Family family : policy_.families) families += fmt::format(" {}", family_name(family));
        if (!families.empty()) text += "families" + families + "\n";
        line("replies", std::string(to_string(policy_.replies)));
        text += sorted(policy_.interfaces, [](const Interface& i) { return interface_line(i); });
        text += sorted(policy_.routes, [](const Route& r) {
            return fmt::format("route {} {}{}\n", to_string(r.destination), name_word(r.interface),
                               r.outward ? " outward" : "");
        });
        for (const auto& diversion : policy_.diversions) {
            text += diversion.surely ? "divert" : "divert maybe";
            for (const auto& name : diversion.interfaces) text += " to " + name_word(name);
            text += fmt::format(" packets {}\n", to_exact_string(diversion.packets));
        }
        text += sorted(policy_.objects, [](const NamedSet& o) { return object_lines(o); });
        text += sorted(policy_.impossible,
                       [](const Product& p) { return fmt::format("impossible {}\n", to_exact_string(p)); });
        if (options_.labels) {
            text += sorted(policy_.assumptions,
                           [](const std::string& a) { return fmt::format("assumes {}\n", quoted(a)); });
        }
        for (const auto& ruleset : policy_.rulesets) {
            text += "ruleset " + name_word(ruleset.name);
            if (ruleset.default_verdict) text += fmt::format(" default {}", to_string(*ruleset.default_verdict));
            if (!ruleset.bound) text += " unbound";
            text += '\n';
            for (const auto& one : ruleset.rules) text += "  " + rule(one) + line_remark(one.span) + "\n";
        }
        for (const auto& path : policy_.paths) {
            text += fmt::format("path {}{}\n", to_string(path.position),
                                path.variant.empty() ? "" : " " + name_word(path.variant));
            for (const auto& stage : path.stages) text += "  stage " + this->stage(stage);
        }
        for (const auto& stage : policy_.leaving) text += "leaving " + this->stage(stage);
        return text;
    }

    std::string rule(const Rule& rule) const {
        std::string text;
        if (!rule.enabled) text += "disabled ";
        if (rule.implicit) text += "implicit ";
        if (rule.match.conditional) text += "maybe ";
        text += std::visit([&](const auto& action) { return this->action(action); }, rule.action);
        text += ' ' + matches(rule.match.any_of);
        if (!rule.match.outer.empty()) text += " at most " + matches(rule.match.outer);
        for (const auto& condition : rule.match.conditions) {
            text += fmt::format(" because {} {}", name_word(to_string(condition.kind)), quoted(condition.value));
        }
        if (const auto* decide = std::get_if<Decide>(&rule.action); decide && !decide->answer.empty()) {
            text += " answer " + name_word(decide->answer);
        }
        if (rule.logs) text += " log";
        if (options_.labels && !rule.name.empty()) text += " name " + quoted(rule.name);
        if (options_.labels && !rule.comment.empty()) text += " comment " + quoted(rule.comment);
        if (options_.labels && !rule.store.empty()) text += " store " + quoted(rule.store);
        return text;
    }

private:
    std::string line_remark(const SourceSpan& span) const {
        return options_.lines && span ? fmt::format("  # line {}", span.line()) : std::string();
    }

    template <class T, class Line>
    static std::string sorted(const std::vector<T>& items, const Line& line) {
        std::vector<std::string> lines;
        for (const auto& item : items) lines.push_back(line(item));
        std::stable_sort(lines.begin(), lines.end());
        return fmt::format("{}", fmt::join(lines, ""));
    }

    std::string stage(const Stage& stage) const {
        const std::string guard = stage.guard.is_all() ? "" : " guard " + to_exact_string(stage.guard);
        return names_.ruleset(stage.ruleset) + guard + "\n";
    }

    static std::string interface_line(const Interface& interface) {
        std::string text = "interface " + name_word(interface.name);
        for (const auto& address : interface.addresses) text += " address " + to_string(address);
        for (const auto& network : interface.networks) text += " network " + to_string(network);
        if (interface.security_level) text += fmt::format(" level {}", *interface.security_level);
        if (!interface.enabled) text += " down";
        if (!interface.transit) text += " aside";
        if (!interface.bridge.empty()) text += " bridge " + name_word(interface.bridge);
        if (!interface.description.empty()) text += " alias " + quoted(interface.description);
        return text + "\n";
    }

    static std::string object_lines(const NamedSet& object) {
        std::string text = fmt::format("object {}{}", name_word(object.name), object.used ? "" : " unused");
        if (object.addresses) text += " addresses {" + to_string(*object.addresses) + "}";
        if (object.services) text += " services {" + to_string(*object.services) + "}";
        return text + "\n";
    }

    std::string matches(const std::vector<Match>& any_of) const {
        if (any_of.empty()) return "nothing";
        std::string text;
        for (const auto& match : any_of) {
            if (!text.empty()) text += " | ";
            text += this->match(match);
        }
        return text;
    }

    std::string match(const Match& match) const {
        if (match.is_all()) return "all";
        std::string text = header(match.header);
        for (const auto& test : match.registers) {
            text +=
                fmt::format(" {} {}0x{:x}/0x{:x}", to_string(test.reg), test.negated ? "!" : "", test.value, test.mask);
        }
        if (match.destination_translated) text += *match.destination_translated ? " translated yes" : " translated no";
        if (match.original_header) text += " originally " + quoted(to_exact_string(*match.original_header));
        return text;
    }

    // Objects that the rule shares print by name, before the rest of the header.
    std::string header(const Product& product) const {
        const std::string* source = names_.object(product.source.get());
        const std::string* destination = names_.object(product.destination.get());
        const std::string* services = names_.object(product.services.get());
        if (!source && !destination && !services) return to_exact_string(product);
        Product rest = product;
        std::string text;
        if (source) rest.source = nullptr, text += " source @" + name_word(*source);
        if (destination) rest.destination = nullptr, text += " destination @" + name_word(*destination);
        if (services) rest.services = nullptr, text += " services @" + name_word(*services);
        return to_exact_string(rest) + text;
    }

    std::string action(const Decide& decide) const { return std::string(to_string(decide.verdict)); }
    std::string action(const Jump& jump) const { return "jump " + names_.ruleset(jump.to); }
    std::string action(const Goto& jump) const { return "goto " + names_.ruleset(jump.to); }
    std::string action(const Return&) const { return "return"; }
    std::string action(const Continue&) const { return "continue"; }
    std::string action(const SetRegister& set) const {
        return fmt::format("set {} keep 0x{:x} value 0x{:x} mask 0x{:x}{}", to_string(set.target), set.keep, set.value,
                           set.mask, set.from ? fmt::format(" from {}", to_string(*set.from)) : "");
    }
    std::string action(const Translate& translate) const {
        std::string text = "translate";
        const auto part = [&](std::string_view name, const Translate::Part& end) {
            if (!end.changes()) return;
            text += fmt::format(" {}", name);
            if (end.address) text += " address " + to_string(*end.address);
            if (end.block) {
                text += fmt::format(" block {}-{} to {}", to_string(end.block->first), to_string(end.block->last),
                                    to_string(end.block->to));
            }
            if (end.address_unknown) text += " address unknown";
            if (end.port) text += fmt::format(" port {}", *end.port);
            if (end.port_unknown) text += " port unknown";
        };
        part("source", translate.source);
        part("destination", translate.destination);
        if (translate.to_this_device) text += " here";
        return text + " of";
    }

    const Policy& policy_;
    const PolicyTextOptions& options_;
    Names names_;
};

}  // namespace

std::string print_policy(const Policy& policy, const PolicyTextOptions& options) {
    return Printer(policy, options).all();
}

std::string print_rule(const Policy& policy, const Rule& rule, const PolicyTextOptions& options) {
    return Printer(policy, options).rule(rule);
}

}  // namespace fwproof
