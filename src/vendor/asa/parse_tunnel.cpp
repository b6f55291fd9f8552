// Where tunnels end, and the addresses behind them.
#include <algorithm>

#include "vendor/asa/literals.hpp"
#include "vendor/asa/operand.hpp"
#include "vendor/asa/reader.hpp"

namespace fwproof::asa {

namespace {

void remove_door(std::vector<TunnelDoor>& doors, const TunnelDoor& door) {
    std::erase_if(doors, [&](const TunnelDoor& old) { return old.interface == door.interface && old.map == door.map; });
}

// `crypto map|dynamic-map NAME NUMBER ...`; NAME is the word behind.
CryptoEntry& entry_of(Config& config, const Statement& statement) {
    const std::string_view map = statement.word(2), sequence = statement.word(3);
    auto& entries = config.crypto_entries;
    const auto found = std::find_if(entries.begin(), entries.end(), [&](const CryptoEntry& entry) {
        return entry.map == map && entry.sequence == sequence;
    });
    if (found != entries.end()) return *found;
    CryptoEntry entry;
    entry.map = map;
    entry.sequence = sequence;
    entry.place = statement.place();
    entries.push_back(std::move(entry));
    return entries.back();
}

void parse_crypto(Config& config, const Statement& statement, bool negated) {
    const std::string_view second = statement.word(1), third = statement.word(2);
    if (third == "enable" && !statement.word(3).empty()) {  // crypto ikev1|ikev2|isakmp enable IF
        const TunnelDoor door{statement.word(3), {}, statement.place()};
        remove_door(config.vpn_ends, door);
        if (!negated) config.vpn_ends.push_back(door);
        return;
    }
    if (second != "map" && second != "dynamic-map") return;
    config.has_vpn = true;
    if (second == "map" && statement.word(3) == "interface") {
        const TunnelDoor door{statement.word(4), third, statement.place()};
        remove_door(config.vpn_ends, door);
        if (!negated) config.vpn_ends.push_back(door);
        return;
    }
    if (!parse_decimal(statement.word(3), 65535)) return;
    if (negated) {
        // One line of an entry that goes leaves what the others say, and more than the device has is only more unknown.
        if (!statement.word(4).empty()) return;
        std::erase_if(config.crypto_entries, [&](const CryptoEntry& entry) {
            return entry.map == third && entry.sequence == statement.word(3);
        });
        return;
    }
    CryptoEntry& entry = entry_of(config, statement);
    const std::string_view what = statement.word(4), value = statement.word(5);
    if (what == "match" && value == "address") entry.list = statement.word(6);
    if (what == "set" && value == "reverse-route") entry.reverse_route = true;
    if (what == "set" && value == "peer") {
        for (std::size_t i = 6; !statement.word(i).empty(); ++i) entry.peers.push_back(statement.word(i));
    }
    if (what == "ipsec-isakmp" && value == "dynamic") entry.dynamic = statement.word(6);
}

// ip local pool NAME FIRST[-LAST] [mask MASK]; ipv6 local pool NAME FIRST/LENGTH COUNT
void parse_pool(Config& config, Statement& statement, bool negated) {
    const bool v6 = statement.word() == "ipv6";
    const Place place = statement.place();
    const std::string_view name = statement.word(3);
    const std::string_view range = statement.word(4);
    std::erase_if(config.pools, [&](const AddressPool& old) { return old.name == name; });
    if (negated) return;
    std::optional<Address> first, last;
    if (v6) {
        first = parse_address(range.substr(0, range.find('/')));
        const auto count = parse_decimal(statement.word(5), 0xffffffff);
        if (first && first->family == Family::v6 && count && *count > 0 &&
            first->value + (*count - 1) >= first->value) {
            last = Address{Family::v6, first->value + (*count - 1)};
        }
    } else {
        const auto dash = range.find('-');
        if (const auto value = parse_v4(range.substr(0, dash))) first = last = Address{Family::v4, *value};
        if (dash != std::string_view::npos) {
            const auto value = parse_v4(range.substr(dash + 1));
            last = value ? std::optional(Address{Family::v4, *value}) : std::nullopt;
        }
    }
    if (!first || !last || last->value < first->value) {
        statement.rewind(statement.position() + 4);
        add_problem(config,
                    problem_here(statement, "the addresses of the pool are not understood",
                                 v6 ? "ipv6 local pool NAME FIRST/LENGTH COUNT" : "ip local pool NAME FIRST-LAST"));
        return;
    }
    config.pools.push_back({name, *first, *last, place});
}

// Blocks that say which list filters a tunnel, and their members.
bool parse_group(Config& config, const Statement& statement, bool negated) {
    const std::string_view word = statement.word(), name = statement.word(1), third = statement.word(2);
    if (word == "group-policy") {
        if (negated) config.group_policies.erase(name);
        if (!negated && third == "external") config.group_policies[name].external = true;
        config.open_policy = negated || third != "attributes" ? std::string_view() : name;
        if (!config.open_policy.empty()) config.group_policies.try_emplace(name);
    } else if (word == "tunnel-group") {
        if (negated && third.empty()) config.tunnel_groups.erase(name);
        config.open_group = negated || third != "general-attributes" ? std::string_view() : name;
        if (!negated) config.tunnel_groups.try_emplace(name);
    } else if (word == "username") {
        config.open_policy = {};  // a filter of his own
    } else if (word == "tunnel-group-map") {
        config.maps_peers = config.maps_peers || (!negated && name != "default-group");
    } else if (word == "vpn-filter") {
        if (config.open_policy.empty()) return true;
        auto& filter = config.group_policies[config.open_policy].filter;
        filter = name == "value" ? third : std::string_view();
        if (negated) filter = std::nullopt;
    } else if (word == "default-group-policy") {
        if (!config.open_group.empty())
            config.tunnel_groups[config.open_group].policy = negated ? std::string_view() : name;
    } else if (word == "authorization-server-group") {
        if (!config.open_group.empty()) config.tunnel_groups[config.open_group].decided = false;
    } else {
        return false;
    }
    return true;
}

}  // namespace

bool parse_tunnel(Config& config, Statement& statement, bool negated) {
    const std::string_view word = statement.word();
    if ((word == "ip" || word == "ipv6") && statement.word(1) == "local") {
        if (statement.word(2) == "pool") parse_pool(config, statement, negated);
        return true;
    }
    if (word == "enable" && statement.size() == 2 && !negated) {
        config.web_doors.push_back({statement.word(1), {}, statement.place()});
        return true;
    }
    if (word == "tunnel-group") config.has_vpn = true;
    if (parse_group(config, statement, negated)) return word != "username";
    if (word != "crypto" && word != "webvpn") return false;
    if (word == "crypto") {
        parse_crypto(config, statement, negated);
    } else {
        config.has_vpn = true;
    }
    return true;
}

}  // namespace fwproof::asa
