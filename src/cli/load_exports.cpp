#include "cli/load_exports.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "fwproof/base/letters.hpp"
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

std::string nearest_interface(const std::string& name, const std::vector<const Interface*>& known) {
    for (const Interface* interface : known) {
        if (interface->description == name && interface->name != name)
            return fmt::format("rules call {} '{}'", name, interface->name);
    }
    std::vector<std::string> names;
    for (const Interface* interface : known) {
        if (lower_case(interface->name) == lower_case(name)) return fmt::format("did you mean '{}'?", interface->name);
        names.push_back(interface->name);
    }
    if (const auto near = did_you_mean(name, names)) return fmt::format("did you mean '{}'?", *near);
    return fmt::format("known: {}", fmt::join(names, ", "));
}

// The site may only name interfaces that the export has. One that declares none says nothing about that.
void check_interfaces(const SiteFirewall& firewall, const std::vector<Policy>& policies, std::vector<Error>& problems) {
    std::vector<const Interface*> known;
    for (const auto& policy : policies) {
        const std::size_t before = known.size();
        for (const auto& interface : policy.interfaces) {
            if (!interface.name.empty()) known.push_back(&interface);
        }
        if (known.size() == before) return;
    }
    for (const auto& entry : firewall.interface_spans) {
        const std::string& name = entry.first;
        if (std::any_of(known.begin(), known.end(), [&](const Interface* i) { return i->name == name; })) continue;
        problems.push_back({fmt::format("the export of firewall '{}' has no interface '{}'", firewall.id, name),
                            nearest_interface(name, known), entry.second});
    }
}

// What a device does with replies by itself cannot be taken from it.
void check_stateful(const SiteFirewall& firewall, const std::vector<Policy>& policies, std::vector<Error>& problems) {
    if (firewall.stateful.value_or(true)) return;
    for (const auto& policy : policies) {
        if (policy.replies == ReplyHandling::by_rules) continue;
        problems.push_back({fmt::format("firewall '{}' follows connections and cannot be stateless", firewall.id),
                            "leave 'stateful' out: what the export says counts", firewall.span});
        return;
    }
}

Error several_devices(const SiteFirewall& firewall, const Input& input, const std::vector<Policy>& policies) {
    const bool list = input.sources.size() > 1;
    Error error{fmt::format("{} {} devices or policy objects, where the firewall '{}' of the site is one",
                            list ? "with the others of its list holds" : "holds", policies.size(), firewall.id),
                "give each of them a file of its own",
                {}};
    const bool asa =
        std::all_of(policies.begin(), policies.end(), [](const Policy& policy) { return policy.vendor == "asa"; });
    if (list) {
        error.hint = asa ? "every file of an ASA counts as a device: put the parts of one into a single file"
                         : "give each device a [[firewall]] of its own";
    }
    error.file = input.name;
    return error;
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
        // A firewall of a site file is one device.
        if (firewall && firewall->span && results[i]->size() > 1) {
            problems.push_back(several_devices(*firewall, input, *results[i]));
            continue;
        }
        if (firewall) {
            check_interfaces(*firewall, *results[i], problems);
            check_stateful(*firewall, *results[i], problems);
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
