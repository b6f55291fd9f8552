// The chains that well-known tools build, asked about packets whose fate their documentation describes.
#include <charconv>
#include <map>

#include "support/catch.hpp"
#include "vendor/iptables/kernel.hpp"

using namespace fwproof;
using namespace fwproof::iptables;

namespace {

template <class Number>
Number number(std::string_view text) {
    Number value{};
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

// "10.0.0.1:80", "2001:db8::1:80" for protocols with ports, else an address.
void set_endpoint(std::string_view text, bool ports, Address& address, std::uint16_t& port) {
    if (ports) {
        const auto colon = text.rfind(':');
        port = number<std::uint16_t>(text.substr(colon + 1));
        text = text.substr(0, colon);
    }
    address = parse_address(text).value();
}

Packet packet_of(const std::vector<std::string_view>& words) {
    Packet packet;
    packet.protocol = parse_protocol(words[2]).value();
    const bool ports = has_ports(packet.protocol);
    set_endpoint(words[3], ports, packet.source, packet.source_port);
    set_endpoint(words[5], ports, packet.destination, packet.destination_port);
    if (packet.protocol == kTcp) packet.tcp_flags = kSyn;
    std::optional<State> state;
    for (std::size_t i = 6; i + 1 < words.size(); i += 2) {
        const std::string_view key = words[i], value = words[i + 1];
        if (key == "in") {
            packet.in = value;
        } else if (key == "out") {
            packet.out = value;
        } else if (key == "flags") {
            packet.tcp_flags = parse_flag_letters(value);
        } else if (key == "icmp") {
            packet.icmp_type = number<std::uint8_t>(value.substr(0, value.find('/')));
            packet.icmp_code = number<std::uint8_t>(value.substr(value.find('/') + 1));
        } else if (key == "state") {
            state = value == "established" ? State::established : State::related;
        } else if (key == "destination-kind") {
            packet.fields[Field::destination_kind] = number<std::uint64_t>(value);
        } else {
            FAIL("unknown word " << key);
        }
    }
    packet.state = state ? *state : first_state(packet);
    return packet;
}

void ask(const std::string& directory, const LoadOptions& options = {}, const std::string& file = "rules.v4") {
    const std::map<std::string_view, Position> kPositions = {
        {"inbound", Position::inbound}, {"outbound", Position::outbound}, {"transit", Position::transit}};
    const Policy policy = load_text(read_fixture(directory + "/" + file), options);
    for (const auto& note : policy.notes) {
        INFO(note.message << " line " << note.span.line());
        CHECK(note.kind != NoteKind::unparsed_line);
        CHECK(note.kind != NoteKind::undefined_reference);
    }
    const std::string probes = read_fixture(directory + "/probes.txt");
    std::string_view rest = probes;
    std::size_t count = 0;
    while (!rest.empty()) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(line.size() + 1);
        if (line.starts_with("#")) continue;
        ++count;
        INFO(directory << ": " << line);
        const auto words = words_of(line);
        CHECK(verdict(policy, kPositions.at(words[1]), packet_of(words)) == words[0]);
    }
    CHECK(count > 5);
}

}  // namespace

TEST_CASE("ufw") { ask("ufw"); }
TEST_CASE("ufw, IPv6") { ask("ufw6", {}, "rules.v6"); }
TEST_CASE("firewalld") { ask("firewalld"); }
TEST_CASE("docker") { ask("docker"); }
TEST_CASE("kubernetes") { ask("kubernetes"); }
TEST_CASE("shorewall") { ask("shorewall"); }
TEST_CASE("fail2ban with sets, both families") {
    LoadOptions options;
    options.ipset = std::make_shared<Source>("sets.ipset", read_fixture("fail2ban/sets.ipset"));
    ask("fail2ban", options);
}
