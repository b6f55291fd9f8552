// Single questions about evaluation, with the kernel's answers; and what iptables-restore refuses is reported.
#include <charconv>
#include <map>

#include "support/catch.hpp"
#include "vendor/iptables/kernel.hpp"

using namespace fwproof;
using namespace fwproof::iptables;

namespace {

struct Case {
    std::string name;
    Position position{};
    std::string ipset;
    std::string text;
    bool refused = false;
    std::vector<std::string> probes;
};

std::vector<Case> read_cases(const std::string& fixture) {
    const std::map<std::string_view, Position> kPositions = {
        {"INPUT", Position::inbound}, {"OUTPUT", Position::outbound}, {"FORWARD", Position::transit}};
    const std::string file = read_fixture(fixture);
    std::string_view text = file;
    std::vector<Case> cases;
    while (!text.empty()) {
        const auto end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end + 1);
        if (line.starts_with("case ")) {
            cases.push_back({std::string(line), kPositions.at(words_of(line)[2]), {}, {}, false, {}});
        } else if (line.starts_with("ipset ")) {
            cases.back().ipset += std::string(line.substr(6)) + "\n";
        } else if (line.starts_with("|")) {
            std::string rule(line.substr(1));
            for (auto at = rule.find("\\r"); at != std::string::npos; at = rule.find("\\r")) rule.replace(at, 2, "\r");
            cases.back().text += rule + "\n";
        } else if (line == "no-newline") {
            cases.back().text.pop_back();
        } else if (line == "refused") {
            cases.back().refused = true;
        } else if (!line.starts_with("#")) {
            cases.back().probes.emplace_back(line);
        }
    }
    return cases;
}

template <class Number>
Number number(std::string_view text) {
    Number value{};
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

Packet probe_packet(const Case& question, std::string_view probe) {
    Packet packet;
    packet.source = *parse_address("10.0.0.1");
    packet.destination = *parse_address("10.0.1.1");
    packet.source_port = 40000;
    packet.destination_port = 80;
    packet.tcp_flags = kSyn;
    packet.in = question.position == Position::outbound ? "" : "eth0";
    packet.out = question.position == Position::inbound ? "" : "eth1";
    packet.fields[Field::ttl] = question.position == Position::transit ? 63 : 64;
    std::optional<State> state;
    const std::map<std::string_view, Field> kFields = {{"ttl", Field::ttl},
                                                       {"tos", Field::tos},
                                                       {"mac", Field::source_mac},
                                                       {"fragment", Field::fragment},
                                                       {"length", Field::packet_length},
                                                       {"spi", Field::spi},
                                                       {"direction", Field::connection_direction},
                                                       {"source-kind", Field::source_kind},
                                                       {"wrong-way", Field::opaque},
                                                       {"destination-kind", Field::destination_kind}};
    const std::map<std::string_view, std::uint8_t> kNames = {{"tcp", kTcp},     {"udp", kUdp},   {"icmp", kIcmp},
                                                             {"icmp6", kIcmp6}, {"sctp", kSctp}, {"gre", 47},
                                                             {"esp", 50},       {"ah", 51},      {"udplite", kUdpLite}};
    for (const auto word : words_of(probe)) {
        const auto equals = word.find('=');
        if (equals == std::string_view::npos) continue;
        const std::string_view key = word.substr(0, equals), value = word.substr(equals + 1);
        if (key == "proto") {
            const auto named = kNames.find(value);
            packet.protocol = named != kNames.end() ? named->second : number<std::uint8_t>(value);
        } else if (key == "src") {
            packet.source = *parse_address(value);
        } else if (key == "dst") {
            packet.destination = *parse_address(value);
        } else if (key == "sport") {
            packet.source_port = number<std::uint16_t>(value);
        } else if (key == "dport") {
            packet.destination_port = number<std::uint16_t>(value);
        } else if (key == "in") {
            packet.in = value;
        } else if (key == "out") {
            packet.out = value;
        } else if (key == "flags") {
            packet.tcp_flags = parse_flag_letters(value);
        } else if (key == "icmp") {
            packet.icmp_type = number<std::uint8_t>(value.substr(0, value.find('/')));
            packet.icmp_code = number<std::uint8_t>(value.substr(value.find('/') + 1));
        } else if (key == "state") {
            state = value == "established" ? State::established : value == "related" ? State::related : State::invalid;
        } else {
            packet.fields[kFields.at(key)] = number<std::uint64_t>(value);
        }
    }
    if (packet.protocol != kTcp) packet.tcp_flags = 0;
    if (!has_ports(packet.protocol)) packet.source_port = packet.destination_port = 0;
    packet.state = state ? *state : first_state(packet);
    return packet;
}

// Says how many probes it made.
std::size_t ask(const Case& question) {
    INFO(question.name << "\n" << question.text);
    LoadOptions options;
    if (!question.ipset.empty()) options.ipset = std::make_shared<Source>("sets", question.ipset);
    const Policy policy = load_text(question.text, options);
    for (const auto& probe : question.probes) {
        INFO(probe);
        const std::string expected = probe.substr(1, 1) == "?" ? "?" : probe.substr(0, 1);
        CHECK(verdict(policy, question.position, probe_packet(question, probe)) == expected);
    }
    return question.probes.size();
}

}  // namespace

TEST_CASE("questions that the kernel answered") {
    std::size_t probes = 0, refused = 0;
    std::string reports;
    for (const auto& question : read_cases("kernel/cases.txt")) {
        if (!question.refused) {
            probes += ask(question);
            continue;
        }
        ++refused;
        const std::string said = refusals(question.text);
        reports += question.name + "\n" + (said.empty() ? "nothing reported\n" : said);
    }
    CHECK(probes == 535);
    CHECK(refused == 43);
    check_golden("kernel/refused.txt", reports);
}

TEST_CASE("what the kernel does with connections") {
    std::size_t probes = 0;
    for (const auto& question : read_cases("kernel/tracking.txt")) probes += ask(question);
    CHECK(probes == 63);
}
