// route-map NAME permit|deny SEQUENCE, and what stands below it: which packets it takes, and where it sends them.
#include <algorithm>

#include "vendor/asa/literals.hpp"
#include "vendor/asa/reader.hpp"

namespace fwproof::asa {

namespace {

void parse_next_hops(Statement& statement, RouteMapEntry& entry) {
    entry.surely = entry.surely && statement.word() != "verify-availability" && statement.word() != "recursive";
    bool any = false;
    for (; !statement.at_end(); statement.take()) {
        const auto address = parse_address(statement.word());
        if (!address) continue;
        entry.next_hops.push_back(*address);
        any = true;
    }
    entry.understood = entry.understood && any;
}

void parse_set(Statement& statement, RouteMapEntry& entry) {
    if (statement.accept("ip") || statement.accept("ipv6")) {
        if (statement.word() == "df" || statement.word() == "dscp") return;  // changes a field that no rule tests
        if (statement.accept("default")) entry.surely = false;
        if (statement.accept("next-hop")) return parse_next_hops(statement, entry);
    } else {
        if (statement.accept("default")) entry.surely = false;
        if (statement.accept("interface")) {
            for (; !statement.at_end(); statement.take()) entry.interfaces.push_back(statement.word());
            return;
        }
    }
    entry.understood = false;
}

}  // namespace

std::size_t parse_route_map(Config& config, Statement& statement, bool negated) {
    RouteMapEntry entry;
    entry.place = statement.place();
    statement.take();
    entry.map = statement.take().text;
    entry.permit = !statement.accept("deny");
    statement.accept("permit");
    const auto sequence = parse_decimal(statement.word(), 65535);
    entry.sequence = sequence.value_or(10);
    auto& entries = config.route_maps;
    const auto same = [&](const RouteMapEntry& old) {
        return old.map == entry.map && (negated && !sequence ? true : old.sequence == entry.sequence);
    };
    if (negated) {
        std::erase_if(entries, same);
        return entries.size();
    }
    const auto known = std::find_if(entries.begin(), entries.end(), same);
    if (known != entries.end()) {
        known->permit = entry.permit;
        return static_cast<std::size_t>(known - entries.begin());
    }
    entries.push_back(std::move(entry));
    return entries.size() - 1;
}

bool parse_route_map_member(Config& config, Statement& statement, std::size_t index, bool negated) {
    const std::string_view word = statement.word();
    if (word == "description") return true;
    if ((word != "match" && word != "set") || index >= config.route_maps.size()) return false;
    RouteMapEntry& entry = config.route_maps[index];
    if (negated) {
        entry.understood = false;
        return true;
    }
    statement.take();
    if (word == "set") {
        parse_set(statement, entry);
    } else if ((statement.word() == "ip" || statement.word() == "ipv6") && statement.word(1) == "address" &&
               statement.word(2) != "prefix-list") {
        statement.take();
        statement.take();
        for (; !statement.at_end(); statement.take()) {
            entry.lists.push_back(statement.word());
            config.list_uses.push_back({statement.word(), "route-map"});
        }
    } else {
        entry.understood = false;  // of routes, not of packets
    }
    return true;
}

}  // namespace fwproof::asa
