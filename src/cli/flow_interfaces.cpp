#include "cli/flow_interfaces.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "fwproof/base/letters.hpp"
#include "fwproof/base/printable.hpp"

namespace fwproof::cli {

namespace {

bool begins(std::string_view name, const InterfacePattern& pattern) {
    return pattern.prefix ? name.starts_with(pattern.name) : name == pattern.name;
}

std::optional<Error> settle(const Policy& policy, InterfacePattern& pattern) {
    const auto find = [&](const auto& test) {
        const auto found = std::find_if(policy.interfaces.begin(), policy.interfaces.end(), test);
        return found == policy.interfaces.end() ? nullptr : &*found;
    };
    if (pattern.name.empty() || find([&](const Interface& i) { return begins(i.name, pattern); })) return std::nullopt;
    const std::string asked = lower_case(pattern.name);
    const Interface* known = find([&](const Interface& i) { return lower_case(i.name) == asked; });
    if (!known) known = find([&](const Interface& i) { return lower_case(i.description) == asked; });
    if (known && !pattern.prefix) {
        pattern.name = known->name;
        return std::nullopt;
    }
    std::vector<std::string> names;
    for (const auto& interface : policy.interfaces) names.push_back(interface.name);
    const auto near = did_you_mean(asked, names);
    constexpr std::size_t kMost = 12;
    std::string list;
    for (std::size_t i = 0; i < names.size() && i < kMost; ++i) list += (i > 0 ? ", " : "") + printable(names[i]);
    return Error{fmt::format("no interface is named '{}'", printable(pattern.name)),
                 near ? fmt::format("did you mean '{}'?", printable(*near)) : fmt::format("there are {}", list),
                 {}};
}

}  // namespace

std::optional<Error> settle_interfaces(const Policy& policy, FlowQuery& flow) {
    if (policy.interfaces.empty()) return std::nullopt;
    for (auto* side : {&flow.header.in, &flow.header.out}) {
        for (auto& pattern : side->any_of) {
            if (auto error = settle(policy, pattern)) return error;
        }
    }
    return std::nullopt;
}

}  // namespace fwproof::cli
