#include <algorithm>

#include "vendor/iptables/parse.hpp"

namespace fwproof::iptables {

std::string_view to_string(TableName table) {
    switch (table) {
        case TableName::raw: return "raw";
        case TableName::mangle: return "mangle";
        case TableName::nat: return "nat";
        case TableName::filter: return "filter";
        case TableName::security: return "security";
    }
    return "filter";
}

std::vector<std::string_view> built_in_chains(TableName table) {
    switch (table) {
        case TableName::raw: return {"PREROUTING", "OUTPUT"};
        case TableName::mangle: return {"PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"};
        case TableName::nat: return {"PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"};
        case TableName::filter:
        case TableName::security: return {"INPUT", "FORWARD", "OUTPUT"};
    }
    return {};
}

std::optional<Family> family_evidence(std::string_view text) {
    const auto has = [&](std::string_view words) { return text.find(words) != std::string_view::npos; };
    bool v6 = has("icmp6") || has("icmpv6") || has("ipv6-icmp") || has("-m hl ") || has("-j HL ");
    bool v4 = !v6 && (has("-p icmp ") || has("icmp-port-unreachable") || has("-m ttl ") || has("-j TTL "));
    // Words that stand where an address does.
    for (const std::string_view option : {" -s ", " -d ", " --to-destination ", "-range "}) {
        for (auto at = text.find(option); at != std::string_view::npos && !(v4 && v6); at = text.find(option, at + 1)) {
            const std::string_view rest = text.substr(at + option.size(), 44);
            const std::string_view word = rest.substr(0, rest.find_first_of(" \t\r\n"));
            const auto colons = std::count(word.begin(), word.end(), ':');
            if (colons >= 2) {
                v6 = true;
            } else if (word.find('.') != std::string_view::npos) {
                v4 = true;
            }
        }
    }
    if (v4 == v6) return std::nullopt;
    return v6 ? Family::v6 : Family::v4;
}

}  // namespace fwproof::iptables
