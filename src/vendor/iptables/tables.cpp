#include <cstring>

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

namespace {

// As text.find(words, from), which is slow where the first character is frequent.
std::size_t find(std::string_view text, std::string_view words, std::size_t from = 0) {
    if (from >= text.size()) return std::string_view::npos;
    const void* found = memmem(text.data() + from, text.size() - from, words.data(), words.size());
    return found ? static_cast<std::size_t>(static_cast<const char*>(found) - text.data()) : std::string_view::npos;
}

}  // namespace

std::optional<Family> family_evidence(std::string_view text) {
    const auto has = [&](std::string_view words) { return find(text, words) != std::string_view::npos; };
    const auto for_each = [&](std::string_view words, const auto& look) {
        for (auto at = find(text, words); at != std::string_view::npos; at = find(text, words, at + 1)) {
            look(text.substr(0, at), text.substr(at + words.size()));
        }
    };
    bool v6 = has("-m hl ") || has("-j HL ");
    bool v4 = has("-m ttl ") || has("-j TTL ");
    for_each("icmp", [&](std::string_view before, std::string_view behind) {
        if (behind.starts_with('6') || behind.starts_with("v6") || before.ends_with("ipv6-")) v6 = true;
        if (behind.starts_with("-port-unreachable") || (behind.starts_with(' ') && before.ends_with("-p "))) v4 = true;
    });
    if (v6) v4 = false;
    // Words that stand where an address does.
    for (const std::string_view option : {" -s ", " -d ", " --to-destination ", "-range "}) {
        for_each(option, [&](std::string_view, std::string_view behind) {
            int colons = 0;
            bool dot = false;
            for (const char c : behind.substr(0, 44)) {
                if (c == ' ' || c == '\t' || c == '\r' || c == '\n') break;
                colons += c == ':';
                dot = dot || c == '.';
            }
            if (colons >= 2) {
                v6 = true;
            } else if (dot) {
                v4 = true;
            }
        });
    }
    if (v4 == v6) return std::nullopt;
    return v6 ? Family::v6 : Family::v4;
}

}  // namespace fwproof::iptables
