#include "check/filter_chains.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace fwproof {

namespace {

// The chain of "nat DOCKER", "IPv6 ufw6-reject-input".
std::string_view chain_name(const Ruleset& ruleset) {
    const std::string_view name = ruleset.name;
    const auto blank = name.rfind(' ');
    return blank == std::string_view::npos ? name : name.substr(blank + 1);
}

Path picked(const Policy& policy, const Path& path, bool filters) {
    Path some = path;
    std::erase_if(some.stages, [&](const Stage& stage) { return policy.rulesets[stage.ruleset].filters != filters; });
    return some;
}

}  // namespace

std::vector<FilterChain> filter_chains(const Policy& policy) {
    std::vector<FilterChain> chains;
    if (policy.vendor != "iptables") return chains;
    for (const auto& path : policy.paths) {
        for (const auto& stage : path.stages) {
            const Ruleset& ruleset = policy.rulesets[stage.ruleset];
            if (ruleset.filters && ruleset.default_verdict && ruleset.span) chains.push_back({&path, stage.ruleset});
        }
    }
    return chains;
}

Path without_filters(const Policy& policy, const Path& path) { return picked(policy, path, false); }
Path only_filters(const Policy& policy, const Path& path) { return picked(policy, path, true); }

bool is_managed_chain(const Ruleset& ruleset) {
    static constexpr auto kBeginnings = std::to_array<std::string_view>(
        {"ufw-", "ufw6-", "DOCKER", "KUBE-", "cali-", "CILIUM_", "f2b-", "LIBVIRT_", "IN_", "FWD_", "FWDI_", "FWDO_"});
    const std::string_view name = chain_name(ruleset);
    return std::any_of(kBeginnings.begin(), kBeginnings.end(), [&](auto start) { return name.starts_with(start); });
}

bool is_docker_chain(const Ruleset& ruleset) { return chain_name(ruleset) == "DOCKER"; }

}  // namespace fwproof
