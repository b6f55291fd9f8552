// Interfaces and routes.
#include <fmt/format.h>

#include <algorithm>

#include "fwproof/base/result.hpp"
#include "vendor/asa/literals.hpp"
#include "vendor/asa/operand.hpp"
#include "vendor/asa/reader.hpp"

namespace fwproof::asa {

namespace {

void set_v4(InterfaceBlock& interface, const AddressOperand& operand) {
    const auto mask = static_cast<std::uint32_t>(operand.second);
    const auto length = netmask_length(mask);
    interface.addresses.push_back(operand.first);
    if (!length) return;
    interface.networks.push_back({{Family::v4, operand.first.value & mask}, *length});
}

void drop_family(InterfaceBlock& interface, Family family) {
    for (auto* addresses : {&interface.addresses, &interface.standby}) {
        std::erase_if(*addresses, [&](const Address& address) { return address.family == family; });
    }
    std::erase_if(interface.networks, [&](const Prefix& network) { return network.address.family == family; });
    std::erase_if(interface.cluster_pools, [&](const ClusterPool& pool) { return pool.family == family; });
}

// `... standby ADDRESS`, `... cluster-pool NAME`
void parse_other_units(Statement& statement, InterfaceBlock& interface, Family family) {
    if (statement.accept("standby")) {
        if (const auto address = parse_address(statement.word())) interface.standby.push_back(*address);
    } else if (statement.accept("cluster-pool")) {
        interface.cluster_pools.push_back({statement.word(), family, statement.here().place()});
    }
}

bool has_word(const Statement& statement, std::string_view word) {
    for (std::size_t i = statement.position(); i < statement.size(); ++i) {
        if (statement[i].text == word) return true;
    }
    return false;
}

void parse_ip_address(Config& config, Statement& statement, InterfaceBlock& interface) {
    drop_family(interface, Family::v4);
    interface.dynamic4 = interface.no_address4 = false;
    interface.default4 = has_word(statement, "setroute");
    if (statement.word() == "dhcp" || statement.word() == "pppoe") {
        interface.dynamic4 = true;
        return;
    }
    AddressOperand operand;
    Problem problem;
    if (parse_network(statement, operand, problem) && operand.kind == AddressOperand::Kind::masked) {
        set_v4(interface, operand);
        parse_other_units(statement, interface, Family::v4);
        return;
    }
    if (operand.kind == AddressOperand::Kind::masked_alias) {
        if (const auto alias = config.aliases.find(operand.name);
            alias != config.aliases.end() && alias->second.address) {
            operand.first = *alias->second.address;
            set_v4(interface, operand);
            parse_other_units(statement, interface, Family::v4);
            return;
        }
        problem = {fmt::format("'{}' is not an address", operand.name), "", operand.place};
    }
    interface.dynamic4 = true;  // it has one, but which is not known
    add_problem(config, problem);
}

void parse_ipv6_address(Config& config, Statement& statement, InterfaceBlock& interface) {
    const Token token = statement.here();
    if (token.text == "autoconfig" || token.text == "dhcp") {
        interface.dynamic6 = true;
        interface.default6 = interface.default6 || has_word(statement, "default");
        return;
    }
    const auto prefix = parse_v6_prefix(token.text);
    const auto address = parse_address(token.text.substr(0, token.text.find('/')));
    if (!prefix || !address) {
        interface.dynamic6 = true;
        if (!parse_address(token.text)) {
            add_problem(config, {fmt::format("'{}' is not an IPv6 address", token.text), "", token.place()});
        }
        return;
    }
    if (statement.word(1) == "eui-64") {
        interface.dynamic6 = true;
    } else {
        interface.addresses.push_back(*address);
    }
    statement.take();
    parse_other_units(statement, interface, Family::v6);
    interface.networks.push_back(*prefix);
}

// "g0/1" and "gigabitethernet 0/1" for GigabitEthernet0/1.
bool is_short_for(std::string_view given, std::string_view hardware) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    const auto digits = given.find_first_of("0123456789");
    const auto full = hardware.find_first_of("0123456789");
    if (digits == std::string_view::npos || full == std::string_view::npos) return false;
    if (given.substr(digits) != hardware.substr(full)) return false;
    std::string_view letters = given.substr(0, digits);
    while (letters.ends_with(' ')) letters.remove_suffix(1);
    return !letters.empty() && letters.size() <= full &&
           std::equal(letters.begin(), letters.end(), hardware.begin(),
                      [&](char a, char b) { return lower(a) == lower(b); });
}

}  // namespace

std::size_t parse_interface(Config& config, Statement& statement) {
    statement.take();
    std::string_view hardware = statement.rest();
    const auto& known = config.interfaces;
    auto found =
        std::find_if(known.begin(), known.end(), [&](const auto& interface) { return interface.hardware == hardware; });
    if (found == known.end()) {
        const auto is_meant = [&](const auto& interface) { return is_short_for(hardware, interface.hardware); };
        if (std::count_if(known.begin(), known.end(), is_meant) == 1) {
            found = std::find_if(known.begin(), known.end(), is_meant);
        }
    }
    if (found != known.end()) return static_cast<std::size_t>(found - known.begin());
    InterfaceBlock interface;
    interface.hardware = hardware;
    interface.place = statement.place();
    config.interfaces.push_back(interface);
    return config.interfaces.size() - 1;
}

namespace {

// `word`, `second`: the first two words, as they were meant.
bool read_member(Config& config, Statement& statement, std::size_t index, bool negated, std::string_view word,
                 std::string_view second) {
    auto& interface = config.interfaces[index];
    if (word == "nameif") {
        // PIX has a top-level form with the hardware's name and the level.
        if (statement.size() > 2 && !negated) return false;
        interface.name = negated ? std::string_view() : second;
        return true;
    }
    if (word == "security-level") {
        const auto level = parse_decimal(second, 100);
        if (level) interface.level = static_cast<int>(*level);
        if (!level && !negated) {
            interface.damaged = statement.place();
            statement.take();
            add_problem(config, problem_here(statement,
                                             second.empty() ? "the security level is missing"
                                                            : fmt::format("'{}' is not a security level", second),
                                             "a number from 0 to 100"));
        }
        return true;
    }
    if (word == "ip" && second == "address") {
        if (negated) {
            drop_family(interface, Family::v4);
            interface.default4 = false;
            interface.no_address4 = true;
            return true;
        }
        const std::string_view third = statement.word(2);
        const bool old_form = !parse_v4(third) && third != "dhcp" && third != "pppoe" && parse_v4(statement.word(3)) &&
                              parse_v4(statement.word(4));
        if (old_form) return false;
        statement.take();
        statement.take();
        parse_ip_address(config, statement, interface);
        return true;
    }
    if (word == "ipv6" && second == "address") {
        statement.take();
        statement.take();
        if (!negated) parse_ipv6_address(config, statement, interface);
        return true;
    }
    if (word == "management-only") {
        interface.management_only = !negated;
        return true;
    }
    if (word == "shutdown") {
        interface.shut_down = !negated;
        return true;
    }
    if (word == "bridge-group") {
        interface.bridge_group = negated ? std::string_view() : second;
        return true;
    }
    if (word == "channel-group") {
        interface.channel = negated ? std::string_view() : second;
        return true;
    }
    if (word == "member-interface") {
        statement.take();
        std::erase(interface.hardwares, statement.rest());
        if (!negated) interface.hardwares.push_back(statement.rest());
        return true;
    }
    if (word == "forward" && second == "interface") {
        statement.take();
        statement.take();
        std::erase(interface.no_forward, statement.rest());
        if (negated) interface.no_forward.push_back(statement.rest());
        return true;
    }
    if (word == "policy-route") {
        if (second != "route-map") return true;  // a cost, or what is measured
        interface.policy_route = negated ? std::nullopt : std::optional(statement.place());
        interface.policy_map = statement.word(2);
        return true;
    }
    if (word == "zone-member") {
        interface.zone = second;
        return true;
    }
    if (word == "description") {
        statement.take();
        interface.description = statement.rest();
        return true;
    }
    // Words of an interface that also start top-level statements.
    const bool top_level = word == "ipv6" && (second == "access-list" || second == "route" || second == "icmp" ||
                                              second == "local" || second == "router" || second == "enforce-eui64");
    if (word == "ip") return second != "local" && second != "audit" && second != "verify" && second != "address";
    if (word == "ipv6") return !top_level;
    return word == "speed" || word == "duplex" || word == "vlan" || word == "mac-address" || word == "port-channel" ||
           word == "lacp" || word == "nve-only" || word == "flowcontrol" || word == "hello-interval" ||
           word == "ospf" || word == "eigrp" || word == "rip" || word == "igmp" || word == "pim" ||
           word == "multicast" || word == "delay" || word == "authentication" || word == "summary-address" ||
           word == "split-horizon" || word == "switchport" || word == "forward" || word == "backup" || word == "nve" ||
           word == "cts" || word == "dhcprelay" || word == "ddns" || word == "pppoe" || word == "dhcp" ||
           word == "tunnel" || word == "bfd" || word == "isis" || word == "media-type" || word == "negotiation" ||
           word == "fec" || word == "security-group-tagging" || word == "allow-ssc-mgmt" || word == "segment-id" ||
           word == "vtep-nve" || word == "redundant" || word == "failover" || word == "standby" ||
           word == "keepalive" || word == "mtu";
}

// What is not believed of an interface: what comes and goes there.
void damage(Config& config, const Statement& statement, std::size_t index, const Token& token, std::string_view meant) {
    config.interfaces[index].damaged = statement.place();
    add_problem(config,
                {fmt::format("'{}' is not understood in an interface: what passes there is not known", token.text),
                 fmt::format("did you mean '{}'?", meant), token.place()});
}

}  // namespace

bool parse_interface_member(Config& config, Statement& statement, std::size_t index, bool negated) {
    const std::string_view word = statement.word(), second = statement.word(1);
    if ((word == "ip" || word == "ipv6") && !second.empty() && second != "address") {
        const bool cut_short = abbreviates(second, "address", 2);
        if (cut_short || did_you_mean(second, {"address"})) {
            if (!cut_short) damage(config, statement, index, statement[statement.position() + 1], "address");
            return read_member(config, statement, index, negated, word, "address");
        }
    }
    return read_member(config, statement, index, negated, word, second);
}

bool parse_damaged_member(Config& config, Statement& statement, std::size_t index, bool negated) {
    static const std::vector<std::string> kWords = {"nameif", "security-level", "shutdown", "management-only",
                                                    "bridge-group"};
    const Token token = statement.here();
    const auto full =
        std::find_if(kWords.begin(), kWords.end(), [&](const auto& word) { return abbreviates(token.text, word, 3); });
    const auto near = full != kWords.end() ? std::optional<std::string>(*full) : did_you_mean(token.text, kWords);
    if (!near) return false;
    if (full == kWords.end()) damage(config, statement, index, token, *near);
    return read_member(config, statement, index, negated, *near, statement.word(1));
}

void parse_old_interface_line(Config& config, Statement& statement) {
    const std::string_view word = statement.take().text;
    if (word == "nameif") {  // nameif ethernet0 outside security0
        InterfaceBlock interface;
        interface.place = statement.place();
        interface.hardware = statement.take().text;
        interface.name = statement.take().text;
        std::string_view level = statement.take().text;
        if (level.starts_with("security")) level.remove_prefix(8);
        if (const auto number = parse_decimal(level, 100)) interface.level = static_cast<int>(*number);
        if (!interface.name.empty()) config.interfaces.push_back(interface);
        return;
    }
    statement.take();  // ip address outside 203.0.113.2 255.255.255.0
    const Token name = statement.take();
    const auto own = parse_v4(name.text);
    auto found = std::find_if(config.interfaces.begin(), config.interfaces.end(), [&](const auto& interface) {
        return own ? interface.hardware == "BVI" : interface.name == name.text;
    });
    if (own && parse_v4(statement.word())) {  // of a transparent firewall before 8.4, which had one group of ports
        if (found == config.interfaces.end()) {
            config.interfaces.emplace_back();
            found = config.interfaces.end() - 1;
            found->hardware = "BVI";
            found->place = statement.place();
        }
        statement.rewind(statement.position() - 1);
    }
    if (found == config.interfaces.end()) {
        add_problem(config, {fmt::format("no interface is named '{}'", name.text), "", name.place()});
        return;
    }
    parse_ip_address(config, statement, *found);
}

void parse_route(Config& config, Statement& statement, bool negated) {
    const bool ipv6 = statement.accept("ipv6");
    statement.take();
    RouteLine route;
    route.place = statement.place();
    route.interface = statement.take().text;
    Problem problem;
    bool read = false;
    if (ipv6) {
        const Token token = statement.take();
        const auto prefix = token.text.find('/') == std::string_view::npos ? std::nullopt : parse_v6_prefix(token.text);
        read = prefix.has_value();
        if (prefix) {
            route.destination.kind = AddressOperand::Kind::prefix;
            route.destination.first = prefix->address;
            route.destination.second = prefix->length;
        } else {
            problem = {fmt::format("'{}' is not an IPv6 prefix", token.text), "", token.place()};
        }
    } else {
        read = parse_network(statement, route.destination, problem, true);
    }
    if (negated) {
        std::erase_if(config.routes, [&](const RouteLine& old) {
            return old.interface == route.interface && old.destination.first == route.destination.first &&
                   old.destination.second == route.destination.second && old.destination.name == route.destination.name;
        });
        return;
    }
    if (!read) {
        add_problem(config, problem);
        return;
    }
    statement.take();  // gateway
    if (const auto distance = parse_decimal(statement.word(), 255)) route.distance = *distance;
    while (!statement.at_end()) {
        if (statement.take().text == "tunneled") return;  // for packets out of a tunnel alone
    }
    config.routes.push_back(route);
}

}  // namespace fwproof::asa
