#include "cli/load_exports.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "fwproof/base/parallel.hpp"

namespace fwproof::cli {

namespace {

// What a host does with packets that no rule decides, where the export leaves it out and the site says it.
void set_defaults(const SiteFirewall& firewall, const std::string& file, Policy& policy) {
    if (firewall.kind != FirewallKind::host) return;
    for (const auto& path : policy.paths) {
        const auto& stated = path.position == Position::inbound ? firewall.default_inbound : firewall.default_outbound;
        if (!stated || path.position == Position::transit) continue;
        for (const auto& stage : path.stages) {
            Ruleset& ruleset = policy.rulesets[stage.ruleset];
            if (!ruleset.default_verdict || ruleset.default_span) continue;
            ruleset.default_verdict = *stated;
            std::string text =
                fmt::format("{}: the default of {} is {}, as the site says", file, ruleset.name, to_string(*stated));
            auto& known = policy.assumptions;
            if (std::find(known.begin(), known.end(), text) == known.end()) known.push_back(std::move(text));
        }
    }
}

}  // namespace

Loaded<SitePolicies> load_exports(const std::vector<Export>& exports, std::size_t threads) {
    std::vector<Result<std::vector<Policy>>> results(exports.size());
    for_each_index(exports.size(), threads, [&](std::size_t i) {
        results[i] = load_policies(exports[i].input, exports[i].options, exports[i].format);
    });
    SitePolicies all;
    std::vector<Error> problems;
    for (std::size_t i = 0; i < exports.size(); ++i) {
        const auto& [input, options, format, firewall] = exports[i];
        if (!results[i]) {
            problems.push_back(results[i].error());
            continue;
        }
        for (auto& policy : *results[i]) {
            if (firewall) set_defaults(*firewall, input.name, policy);
            all.policies.push_back(std::move(policy));
            all.loaded.push_back({&all.policies.back(), firewall ? firewall->id : "", input.name});
        }
    }
    if (!problems.empty()) return tl::unexpected(std::move(problems));
    return all;
}

}  // namespace fwproof::cli
