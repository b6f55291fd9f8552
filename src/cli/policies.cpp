#include "cli/policies.hpp"

#include <fmt/format.h>

#include "cli/read.hpp"
#include "cli/site_input.hpp"
#include "fwproof/base/printable.hpp"
#include "fwproof/base/secrets.hpp"

namespace fwproof::cli {

Result<std::vector<Policy>> load_export(const std::string& path, const Reading& reading, World& world) {
    const bool stores = !reading.stores.empty();
    const auto input = stores ? read_stores(reading.stores, {}, world) : read_export(path, world);
    if (!input) return fail(input.error());
    return load_policies(*input, reading.load, stores ? kStoresFormat : std::string_view(reading.format));
}

std::string asked_file(const std::string& path, const Reading& reading) {
    return reading.stores.empty() ? path : reading.stores.files().front();
}

std::string rule_name(const Policy& policy, const RuleRef& ref) {
    if (ref.ruleset >= policy.rulesets.size()) return "no ruleset";
    const auto& ruleset = policy.rulesets[ref.ruleset];
    const Rule* rule = rule_at(policy, ref);
    if (!rule) return fmt::format("default of {}", printable(ruleset.name));
    if (!rule->name.empty()) return printable(rule->name);
    return fmt::format("{} rule {}", printable(ruleset.name), ref.rule + 1);
}

std::string place(const SourceSpan& span) {
    return span ? fmt::format("{}:{}", printable(span.source->name()), span.line()) : std::string();
}

std::string statement(const SourceSpan& span) {
    constexpr std::size_t kMost = 160;
    if (!span) return {};
    const std::string shown = shown_line(span);
    std::string_view text = shown;
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    const bool cut = text.size() > kMost;
    return printable(text.substr(0, kMost)) + (cut ? "..." : "");
}

std::string path_name(const Path& path) {
    std::string name(to_string(path.position));
    if (!path.variant.empty()) name += ", " + path.variant;
    return name;
}

std::string policy_title(const Policy& policy) {
    return policy.vendor + (policy.device.empty() ? "" : " " + printable(policy.device));
}

}  // namespace fwproof::cli
