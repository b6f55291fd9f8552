// One random rule list in the words of each vendor. What it means is computed here, from the list as it was drawn, the
// way that vendor evaluates: the first rule that matches, or on Windows any block before any allow. Reading, the naive
// evaluator and the packet sets have to agree with that on packets at the corners of the rules.
#include <fmt/format.h>

#include <array>
#include <random>

#include "fwproof/analysis/evaluate.hpp"
#include "fwproof/vendor/vendor.hpp"
#include "support/catch.hpp"
#include "support/naive.hpp"

using namespace fwproof;

namespace {

struct Network {
    std::uint32_t address;
    int length;

    bool contains(std::uint32_t host) const { return length == 0 || (host ^ address) >> (32 - length) == 0; }
    std::uint32_t mask() const { return length == 0 ? 0 : ~std::uint32_t{0} << (32 - length); }
};

struct Line {
    bool permit;
    bool tcp;
    Network from, to;
    std::uint16_t first, last;  // destination ports, both inclusive

    bool matches(const Packet& packet) const {
        return (packet.protocol == kTcp) == tcp && from.contains(static_cast<std::uint32_t>(packet.source.value)) &&
               to.contains(static_cast<std::uint32_t>(packet.destination.value)) && packet.destination_port >= first &&
               packet.destination_port <= last;
    }
};

std::string dotted(std::uint32_t a) {
    return fmt::format("{}.{}.{}.{}", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255);
}

class Drawn {
public:
    explicit Drawn(std::uint32_t seed) : random_(seed) {
        const std::size_t count = 1 + below(14);
        for (std::size_t i = 0; i < count; ++i) {
            const auto first = static_cast<std::uint16_t>(kPorts[below(kPorts.size())]);
            const auto last =
                static_cast<std::uint16_t>(std::min<std::size_t>(first + kWidths[below(kWidths.size())], 65535));
            lines.push_back({below(2) == 0, below(3) != 0, network(0xc6336400), network(0x0a000000), first, last});
        }
    }

    // Packets at the corners of the lines, and one step beside them.
    std::vector<Packet> packets() {
        std::vector<Packet> all;
        for (int i = 0; i < 150; ++i) {
            Packet packet;
            const Line& line = lines[below(lines.size())];
            const Line& other = below(4) == 0 ? lines[below(lines.size())] : line;
            packet.protocol = other.tcp ? kTcp : kUdp;
            packet.tcp_flags = packet.protocol == kTcp ? kSyn : 0;
            packet.source = {Family::v4, corner(line.from)};
            packet.destination = {Family::v4, corner(other.to)};
            packet.source_port = 40'000;
            const int port = (below(2) == 0 ? line.first : line.last) + static_cast<int>(below(3)) - 1;
            packet.destination_port = static_cast<std::uint16_t>(std::clamp(port, 1, 65535));
            all.push_back(packet);
        }
        return all;
    }

    std::vector<Line> lines;

private:
    static constexpr std::array kPorts = {22, 80, 443, 1433, 5723, 49152};
    static constexpr std::array<std::size_t, 4> kWidths = {0, 1, 100, 20'000};

    std::size_t below(std::size_t end) { return random_() % end; }
    // Inside `base`/24, so that lists overlap.
    Network network(std::uint32_t base) {
        const int length = 24 + static_cast<int>(below(below(2) == 0 ? 2 : 9));
        const Network whole{base, length};
        return {base | (static_cast<std::uint32_t>(below(256)) & whole.mask() & 255), length};
    }
    // Never the first or last address of the /24, which a device may take for a broadcast.
    std::uint32_t corner(const Network& network) {
        const std::uint32_t last = network.address | ~network.mask();
        const std::uint32_t host = (below(2) == 0 ? network.address : last) + static_cast<std::uint32_t>(below(3)) - 1;
        return (network.address & 0xffffff00) | std::clamp<std::uint32_t>(host & 255, 2, 254);
    }

    std::mt19937 random_;
};

Verdict first_match(const std::vector<Line>& lines, const Packet& packet) {
    for (const auto& line : lines) {
        if (line.matches(packet)) return line.permit ? Verdict::permit : Verdict::deny;
    }
    return Verdict::deny;
}

Verdict block_first(const std::vector<Line>& lines, const Packet& packet) {
    bool permit = false;
    for (const auto& line : lines) {
        if (!line.matches(packet)) continue;
        if (!line.permit) return Verdict::deny;
        permit = true;
    }
    return permit ? Verdict::permit : Verdict::deny;
}

std::string asa(const std::vector<Line>& lines) {
    std::string text =
        "ASA Version 9.16(1)\nhostname edge\ninterface GigabitEthernet0/0\n nameif outside\n security-level 0\n"
        " ip address 198.51.100.1 255.255.255.0\ninterface GigabitEthernet0/1\n nameif inside\n security-level 100\n"
        " ip address 10.0.0.1 255.255.255.0\n";
    for (const auto& line : lines) {
        text += fmt::format("access-list OUT extended {} {} {} {} {} {} range {} {}\n", line.permit ? "permit" : "deny",
                            line.tcp ? "tcp" : "udp", dotted(line.from.address), dotted(line.from.mask()),
                            dotted(line.to.address), dotted(line.to.mask()), line.first, line.last);
    }
    return text + "access-group OUT in interface outside\n";
}

std::string iptables(const std::vector<Line>& lines) {
    std::string text =
        "# Generated by iptables-save v1.8.9\n*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT DROP [0:0]\n";
    for (const auto& line : lines) {
        const char* protocol = line.tcp ? "tcp" : "udp";
        text += fmt::format("-A FORWARD -s {}/{} -d {}/{} -p {} -m {} --dport {}:{} -j {}\n", dotted(line.from.address),
                            line.from.length, dotted(line.to.address), line.to.length, protocol, protocol, line.first,
                            line.last, line.permit ? "ACCEPT" : "DROP");
    }
    return text + "COMMIT\n";
}

std::string windows(const std::vector<Line>& lines) {
    std::string text = "Windows Registry Editor Version 5.00\r\n\r\n";
    const std::string key =
        "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy";
    for (const auto* profile : {"DomainProfile", "StandardProfile", "PublicProfile"}) {
        text += fmt::format(
            "[{}\\{}]\r\n\"EnableFirewall\"=dword:00000001\r\n\"DefaultInboundAction\"=dword:00000001\r\n"
            "\"DefaultOutboundAction\"=dword:00000000\r\n\"DoNotAllowExceptions\"=dword:00000000\r\n\r\n",
            key, profile);
    }
    text += fmt::format("[{}\\FirewallRules]\r\n", key);
    int number = 0;
    for (const auto& line : lines) {
        text += fmt::format(
            "\"r{}\"=\"v2.30|Action={}|Active=TRUE|Dir=In|Protocol={}|LPort={}-{}|RA4={}/{}|LA4={}/{}|Name=r|\"\r\n",
            ++number, line.permit ? "Allow" : "Block", line.tcp ? 6 : 17, line.first, line.last,
            dotted(line.from.address), dotted(line.from.mask()), dotted(line.to.address), dotted(line.to.mask()));
    }
    return text;
}

struct Vendor {
    const char* file;
    std::string (*print)(const std::vector<Line>&);
    Verdict (*meaning)(const std::vector<Line>&, const Packet&);
    Position position;
    const char* variant;
};

const std::vector<Vendor> kVendors = {
    {"edge.cfg", &asa, &first_match, Position::transit, ""},
    {"edge.rules", &iptables, &first_match, Position::transit, ""},
    {"host.reg", &windows, &block_first, Position::inbound, "domain"},
};

}  // namespace

TEST_CASE("random rule lists of every vendor mean what they say, read, asked one by one and as packet sets") {
    for (const auto& vendor : kVendors) {
        std::size_t asked = 0, permitted = 0;
        for (std::uint32_t seed = 0; seed < 40; ++seed) {
            Drawn drawn(seed);
            const std::string text = vendor.print(drawn.lines);
            INFO(text);
            const auto policies = load_policies({vendor.file, {std::make_shared<const Source>(vendor.file, text)}}, {});
            REQUIRE(policies.has_value());
            const Policy& policy = policies->at(0);
            const auto path = std::find_if(policy.paths.begin(), policy.paths.end(), [&](const Path& one) {
                return one.position == vendor.position && one.variant == vendor.variant;
            });
            REQUIRE(path != policy.paths.end());
            SpaceBuilder builder;
            add_values(builder, policy);
            const Space space = builder.build();
            const Outcome outcome = Evaluator(policy, space).evaluate(*path, space.all());
            for (Packet packet : drawn.packets()) {
                packet.in = vendor.position == Position::transit ? "outside" : kOtherInterface;
                packet.out = vendor.position == Position::transit ? "inside" : "";
                const Verdict expected = vendor.meaning(drawn.lines, packet);
                ++asked;
                permitted += expected == Verdict::permit;
                if (naive::evaluate(policy, *path, packet) == expected &&
                    outcome.permitted.contains(packet) == (expected == Verdict::permit) &&
                    outcome.denied.contains(packet) == (expected == Verdict::deny)) {
                    continue;
                }
                INFO(to_string(packet) << " should be " << to_string(expected) << ", one by one it is "
                                       << to_string(naive::evaluate(policy, *path, packet)));
                CHECK(false);
            }
        }
        CHECK(asked == 6'000);
        CHECK(permitted > asked / 20);
        CHECK(permitted < asked / 2);
    }
}
