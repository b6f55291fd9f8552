#include "analysis/interface_names.hpp"

#include "fwproof/analysis/named_interfaces.hpp"

namespace fwproof {

namespace {

void rename(Product& product, const std::map<std::string, std::string>& names) {
    product.in.rename(names);
    product.out.rename(names);
}

}  // namespace

Policy renamed(Policy policy, const std::map<std::string, std::string>& names) {
    for (auto& ruleset : policy.rulesets) {
        for (auto& rule : ruleset.rules) {
            for (auto* matches : {&rule.match.any_of, &rule.match.outer}) {
                for (auto& match : *matches) rename(match.header, names);
            }
        }
    }
    for (auto& product : policy.impossible) rename(product, names);
    for (auto& path : policy.paths) {
        for (auto& stage : path.stages) rename(stage.guard, names);
    }
    for (auto& stage : policy.leaving) rename(stage.guard, names);
    const auto change = [&](std::string& name) {
        if (const auto found = names.find(name); found != names.end()) name = found->second;
    };
    for (auto& interface : policy.interfaces) change(interface.name);
    for (auto& route : policy.routes) change(route.interface);
    for (auto& diversion : policy.diversions) {
        rename(diversion.packets, names);
        for (auto& name : diversion.interfaces) change(name);
    }
    return policy;
}

std::set<std::string> named_interfaces(const Policy& policy) {
    std::set<std::string> names;
    for (const auto& ruleset : policy.rulesets) {
        for (const auto& rule : ruleset.rules) {
            for (const auto* matches : {&rule.match.any_of, &rule.match.outer}) {
                for (const auto& match : *matches) {
                    for (const auto* set : {&match.header.in, &match.header.out}) {
                        for (const auto& pattern : set->any_of) names.insert(pattern.name);
                    }
                }
            }
        }
    }
    names.erase("");
    return names;
}

std::set<std::string> tested_interfaces(const Policy& policy) {
    std::set<std::string> names = named_interfaces(policy);
    names.erase("lo");
    return names;
}

}  // namespace fwproof
