// One-line settings, the uses of lists outside access-groups, the management permits, versions and the clock.
#include <fmt/format.h>

#include <charconv>

#include "fwproof/base/service.hpp"
#include "vendor/asa/literals.hpp"
#include "vendor/asa/meaning.hpp"
#include "vendor/asa/operand.hpp"
#include "vendor/asa/reader.hpp"

namespace fwproof::asa {

namespace {

// Lists that crypto maps, policies and the like name.
void record_list_use(Config& config, const Statement& statement) {
    const std::string_view word = statement.word();
    const auto use = [&](std::size_t at, std::string_view what) {
        if (at < statement.size()) config.list_uses.push_back({statement[at].text, what});
    };
    for (std::size_t i = statement.position(); i < statement.size(); ++i) {
        const std::string_view text = statement[i].text;
        const std::string_view next = i + 1 < statement.size() ? statement[i + 1].text : std::string_view();
        if (text == "match" && next == "address") use(i + 2, "crypto map");
        if (text == "match" && next == "access-list") use(i + 2, "class-map");
        if (text == "match" && word == "aaa") use(i + 1, "aaa");
        if (text == "vpn-filter" && next == "value") use(i + 2, "vpn-filter");
        if (text == "split-tunnel-network-list" && next == "value") use(i + 2, "split-tunnel-network-list");
        if (text == "filter" && next == "value") use(i + 2, "filter");
        if (text == "access-list" && word == "capture") use(i + 1, "capture");
    }
}

void remove_management(Config& config, const ManagementLine& line) {
    if (line.source.kind == AddressOperand::Kind::unknown) {  // any of its kind may be the one that goes
        for (auto& old : config.management) {
            if (old.kind == line.kind && old.interface == line.interface) old.source = line.source;
        }
        return;
    }
    const std::string gone = meaning(config, line);
    const auto removed =
        std::erase_if(config.management, [&](const ManagementLine& old) { return meaning(config, old) == gone; });
    if (removed > 0) return;
    add_note(config, NoteKind::information, "this 'no' removes a line that is not there", "", line.place);
}

bool is_kind(const Definition& definition, std::string_view what, std::string_view kind) {
    const bool object =
        definition.kind == DefinitionKind::network_object || definition.kind == DefinitionKind::service_object;
    if (object != (what == "object")) return false;
    if (kind.empty()) return true;
    switch (definition.kind) {
        case DefinitionKind::network_object:
        case DefinitionKind::network_group: return kind == "network";
        case DefinitionKind::service_object:
        case DefinitionKind::service_group:
        case DefinitionKind::port_group: return kind == "service";
        case DefinitionKind::protocol_group: return kind == "protocol";
        case DefinitionKind::icmp_group: return kind == "icmp-type";
        case DefinitionKind::user_group: return kind == "user";
        case DefinitionKind::security_group: return kind == "security";
        case DefinitionKind::network_service_group: return kind == "network-service";
        case DefinitionKind::unknown: return false;
    }
    return false;
}

}  // namespace

bool parse_setting(Config& config, Statement& statement, bool negated) {
    const std::string_view word = statement.word();
    const std::string_view second = statement.word(1);
    const std::string_view third = statement.word(2);
    record_list_use(config, statement);
    if (word == "same-security-traffic") {
        if (second == "permit" && third == "inter-interface") {
            config.same_level_between = negated ? std::nullopt : std::optional(statement.place());
        } else if (second == "permit" && third == "intra-interface") {
            config.same_level_within = negated ? std::nullopt : std::optional(statement.place());
        } else {
            statement.take();
            add_problem(config, problem_here(statement,
                                             "'same-security-traffic' needs 'permit inter-interface' or 'permit "
                                             "intra-interface'"));
        }
        return true;
    }
    if (word == "sysopt") {
        if (second == "connection" && third.starts_with("permit-")) config.vpn_bypass = !negated;
        return true;
    }
    if (word == "admin-context" || word == "config-url" || word == "allocate-interface") {
        config.allocates_contexts = true;
        return true;
    }
    if (word == "multicast-routing") {
        config.multicast_routing = negated ? std::nullopt : std::optional(statement.place());
        return true;
    }
    if (word == "nat-control") {
        config.nat_control = !negated;
        return true;
    }
    if (word == "firewall") {
        config.transparent = second == "transparent" && !negated;
        return true;
    }
    if (word == "established") {
        if (!negated) config.established.push_back(statement.place());
        return true;
    }
    if (parse_tunnel(config, statement, negated)) return true;
    if (word == "dynamic-filter") {
        if (second == "drop" && !negated) config.droppers.push_back(statement.text());
        return true;
    }
    if (word == "threat-detection") {
        if (second == "scanning-threat" && third == "shun" && !negated) config.droppers.push_back(statement.text());
        return true;
    }
    if (word == "ip" && second == "audit") {
        for (std::size_t i = statement.position(); i < statement.size() && !negated; ++i) {
            if (statement[i].text != "drop" && statement[i].text != "reset") continue;
            config.droppers.push_back(statement.text());
            break;
        }
        return true;
    }
    if (word == "aaa") {
        const bool authorization = second == "authorization";
        if ((second == "authentication" || authorization) && (third == "match" || third == "include")) {
            const std::string_view list = third == "match" ? statement.word(3) : std::string_view();
            const std::string_view interface = statement.word(4);
            std::erase_if(config.user_rules, [&](const UserRule& old) {
                return negated && old.list == list && old.interface == interface && old.authorization == authorization;
            });
            if (!negated) config.user_rules.push_back({list, interface, authorization, statement.place()});
        }
        return true;
    }
    if (word == "ip" && second == "verify" && third == "reverse-path" && statement.word(3) == "interface") {
        auto& checked = config.checked_sources;
        std::erase_if(checked, [&](const CheckedSource& old) { return old.interface == statement.word(4); });
        if (!negated) checked.push_back({statement.word(4), statement.place()});
        return true;
    }
    if (word == "router" || (word == "ipv6" && second == "router")) {
        const bool v6 = word == "ipv6";
        const std::string_view protocol = v6 ? third : second;
        if (!negated) {
            const bool both = protocol == "bgp" || protocol == "isis";
            config.routing.push_back({protocol, !v6, v6 || both, statement.place()});
        }
        return true;
    }
    if (word == "ip") return second == "audit" || second == "verify" || second == "as-path" || second == "source-route";
    if (word == "ipv6") return second != "access-list";
    return word == "class-map" || word == "group-policy" || word == "username" || word == "zone" || word == "context" ||
           word == "class" || word == "forward-reference" || word == "object-group-search" ||
           word == "group-delimiter" || word == "management-access" || word == "policy-route" ||
           word == "security-group" || word == "vpn" || word == "tcp-options" || word == "conf" || word == "capture" ||
           word == "asp" || word == "configure" || word == "ssh";
}

void parse_management(Config& config, Statement& statement, bool negated) {
    const Token keyword = statement.take();
    ManagementLine line;
    line.place = statement.place();
    std::string_view word = keyword.text;
    if (word == "ipv6") {
        statement.take();
        word = "icmp6";
    }
    if (word == "http" && statement.word() == "server") {
        if (statement.word(1) != "enable") return;  // time limits
        config.http_server = !negated;
        const auto port = parse_decimal(statement.word(2), 65535);
        config.http_port = static_cast<std::uint16_t>(port.value_or(443));
        return;
    }
    Problem problem;
    if (word == "icmp" || word == "icmp6") {
        line.kind = word == "icmp" ? ManagementLine::Kind::icmp : ManagementLine::Kind::icmp6;
        if (statement.word() == "unreachable") return;  // a rate limit
        line.permit = statement.word() == "permit";
        if (!line.permit && statement.word() != "deny") {
            add_problem(config, problem_here(statement, "'permit' or 'deny' is missing"));
            return;
        }
        statement.take();
        if (!parse_address_operand(statement, line.source, problem)) {
            add_problem(config, problem);
            line.source.kind = AddressOperand::Kind::unknown;
            statement.rewind(statement.size() - 1);
        }
        if (statement.position() + 1 < statement.size()) {
            parse_icmp_operand(statement, line.icmp, line.kind == ManagementLine::Kind::icmp ? kIcmp : kIcmp6);
        }
        line.interface = statement.word();
        if (negated) return remove_management(config, line);
        config.management.push_back(line);
        return;
    }
    // ssh and telnet have settings besides the permits: these begin with a word that is no address.
    const std::string_view first = statement.word();
    const bool permit = (parse_v4(first, true) && parse_v4(statement.word(1), true)) || parse_v6_prefix(first) ||
                        (config.aliases.contains(first) && parse_v4(statement.word(1), true));
    if (!permit) return;
    line.kind = word == "ssh"      ? ManagementLine::Kind::ssh
                : word == "telnet" ? ManagementLine::Kind::telnet
                                   : ManagementLine::Kind::http;
    if (!parse_network(statement, line.source, problem, true)) {
        add_problem(config, problem);
        line.source.kind = AddressOperand::Kind::unknown;
        statement.rewind(statement.size() - 1);
    }
    line.interface = statement.word();
    if (negated) return remove_management(config, line);
    config.management.push_back(line);
}

namespace {

void set_release(Config& config, ProductLine product, std::string_view number) {
    config.product = product;
    config.version_text = number;
    Version version;
    const char* end = number.data() + number.size();
    const auto [dot, error] = std::from_chars(number.data(), end, version.major);
    if (error == std::errc() && dot != end && *dot == '.') std::from_chars(dot + 1, end, version.minor);
    if (error == std::errc()) config.version = version;
    if (config.product == ProductLine::pix && config.version && *config.version < Version{7, 0}) {
        config.nat_control = true;  // there always
        config.vpn_bypass = false;  // there only with `sysopt connection permit-ipsec`
    }
}

}  // namespace

bool parse_shown_version(Config& config, Statement& statement) {
    struct Words {
        std::string_view begin;
        ProductLine product;
    };
    static constexpr Words kWords[] = {{"Cisco Adaptive Security Appliance Software Version ", ProductLine::asa},
                                       {"Cisco PIX Security Appliance Software Version ", ProductLine::pix},
                                       {"Cisco PIX Firewall Version ", ProductLine::pix},
                                       {"FWSM Firewall Version ", ProductLine::fwsm}};
    for (const auto& words : kWords) {
        if (!statement.text().starts_with(words.begin)) continue;
        while (statement.take().text != "Version") {
        }
        if (!config.version) set_release(config, words.product, statement.word());
        return true;
    }
    return false;
}

void parse_version(Config& config, Statement& statement) {
    const std::string_view product = statement.take().text;
    statement.take();
    const Token number = statement.take();
    set_release(config,
                product == "ASA"    ? ProductLine::asa
                : product == "PIX"  ? ProductLine::pix
                : product == "FWSM" ? ProductLine::fwsm
                                    : ProductLine::ftd,
                number.text);
    const std::string_view context = statement.word();
    // Devices print the word "context" itself in every context.
    if (context.starts_with('<') && context.ends_with('>') && context != "<context>") {
        config.context = context.substr(1, context.size() - 2);
    }
}

// What names of zones stand for is in the device's own data, but these are the same everywhere.
bool is_universal(std::string_view zone) {
    if (zone.starts_with("Etc/")) zone.remove_prefix(4);
    return zone == "UTC" || zone == "GMT" || zone == "UCT" || zone == "Zulu" || zone == "Universal" ||
           zone == "Greenwich";
}

// clock timezone CET 1; clock timezone Europe/Berlin; clock timezone IST 5 30; clock timezone EST -5
void parse_clock(Config& config, Statement& statement, bool negated) {
    statement.take();
    if (statement.word() == "summer-time") config.summer_time = !negated;
    if (statement.word() != "timezone" || negated) return;
    std::string_view hours = statement.word(2);
    const bool west = hours.starts_with('-');
    if (west) hours.remove_prefix(1);
    config.clock_offset = std::nullopt;
    config.clock_zone = {};
    if (hours.empty() && !is_universal(statement.word(1))) config.clock_zone = statement.word(1);
    const auto hour = parse_decimal(hours, 23);
    const auto minute = parse_decimal(statement.word(3), 59);
    if (!hour) return;
    const int offset = static_cast<int>(*hour * 60 + minute.value_or(0));
    config.clock_offset = west ? -offset : offset;
}

void replay_clear(Config& config, Statement& statement) {
    statement.take();
    if (statement.word() != "configure" && statement.word() != "config" && statement.word() != "conf") return;
    statement.take();
    const Token command = statement.here();
    const std::string_view what = statement.take().text;
    const std::string_view name = statement.word();
    const auto clears = [&](const AccessList& list) { return name.empty() || list.name == name; };
    if (what == "all") {
        Config fresh;
        fresh.source = config.source;
        fresh.product = config.product;
        fresh.version = config.version;
        fresh.version_text = config.version_text;
        fresh.notes = std::move(config.notes);
        fresh.filter_statements = config.filter_statements;
        config = std::move(fresh);
    } else if (what == "access-list") {
        for (auto& list : config.lists) {
            if (!clears(list)) continue;
            (list.ipv6 ? config.list6_index : config.list_index).erase(list.name);
            list = AccessList{};
        }
        // A list that is gone is bound no longer.
        std::erase_if(config.access_groups,
                      [&](const AccessGroup& group) { return name.empty() || group.list == name; });
    } else if (what == "access-group") {
        config.access_groups.clear();
    } else if (what == "name") {
        config.aliases.clear();
    } else if (what == "nat") {
        config.nat.clear();
        std::erase_if(config.old_nat, [](const OldNatLine& old) {
            return old.kind == OldNatLine::Kind::dynamic || old.kind == OldNatLine::Kind::exempt;
        });
    } else if (what == "static" || what == "global") {
        const auto kind = what == "static" ? OldNatLine::Kind::fixed : OldNatLine::Kind::global;
        std::erase_if(config.old_nat, [&](const OldNatLine& old) { return old.kind == kind; });
    } else if (what == "route") {
        config.routes.clear();
    } else if (what == "router") {
        config.routing.clear();
    } else if (what == "route-map") {
        std::erase_if(config.route_maps, [&](const RouteMapEntry& entry) { return name.empty() || entry.map == name; });
    } else if (what == "aaa") {
        config.user_rules.clear();
    } else if (what == "filter" || what == "wccp" || what == "alias" || what == "conduit" || what == "outbound" ||
               what == "apply" || what == "virtual" || what == "mac-learn") {
        std::erase_if(config.meddlers,
                      [&](const Meddler& old) { return span_of(*config.source, old.place).text().starts_with(what); });
    } else if (what == "object" || what == "object-group") {
        for (auto& definition : config.definitions) {
            if (!is_kind(definition, what, name)) continue;
            config.definition_index.erase(definition.name);
            definition = Definition{};
        }
    } else if (what == "time-range") {
        std::erase_if(config.time_ranges, [&](const TimeRange& range) { return name.empty() || range.name == name; });
    } else if (what == "same-security-traffic") {
        config.same_level_between = config.same_level_within = std::nullopt;
    } else if (what == "established") {
        config.established.clear();
    } else if (what == "ssh" || what == "telnet" || what == "http" || what == "icmp") {
        const auto kind = what == "ssh"      ? ManagementLine::Kind::ssh
                          : what == "telnet" ? ManagementLine::Kind::telnet
                          : what == "http"   ? ManagementLine::Kind::http
                                             : ManagementLine::Kind::icmp;
        std::erase_if(config.management, [&](const ManagementLine& line) { return line.kind == kind; });
        if (what == "http") config.http_server = false;
    } else if (what == "interface" || what == "service-policy" || what == "policy-map" || what == "class-map" ||
               what == "sysopt" || what == "ipv6") {
        add_problem(config, {fmt::format("'clear configure {}' is not replayed", what),
                             "export what the device has after the script", command.place()});
    }
}

}  // namespace fwproof::asa
