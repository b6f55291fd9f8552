// Random policies, printed as configurations in the many forms that the language has, and read back: the verdicts must
// be those of the policy that was printed.
#include <fmt/format.h>

#include <random>

#include "fwproof/analysis/compare.hpp"
#include "fwproof/base/service.hpp"
#include "support/catch.hpp"
#include "vendor/asa/literals.hpp"
#include "vendor/asa/reading.hpp"

using namespace fwproof;
using namespace fwproof::asa_test;

namespace {

// What the printed rule means.
struct ModelRule {
    bool permit = false;
    bool enabled = true;
    std::vector<Product> products;
};

struct Printed {
    std::string words;  // in the rule
    AddressSet set;
};

struct PrintedService {
    std::string protocol, source_port, destination_port;
    std::vector<ServiceTerm> terms;
};

class Writer {
public:
    explicit Writer(unsigned seed) : random_(seed) {}

    std::string config() {
        std::string rules;
        const int count = pick(1, 12);
        for (int i = 0; i < count; ++i) rules += rule();
        // Definitions may stand behind their use.
        std::vector<std::string> parts = definitions_;
        std::shuffle(parts.begin(), parts.end(), random_);
        std::string all;
        for (const auto& part : parts) all += part;
        const bool forward = chance(4);
        return std::string(kBase) + aliases_ + (forward ? rules + all : all + rules);
    }

    std::vector<ModelRule> model;

    Packet packet() {
        Packet packet;
        const bool v6 = chance(3);
        packet.source = address(v6);
        packet.destination = address(v6);
        packet.in = "outside";
        packet.out = "dmz";
        const std::uint8_t protocols[] = {kTcp, kUdp, v6 ? kIcmp6 : kIcmp, 50, 47, 253, kIcmp, kIcmp6};
        packet.protocol = protocols[pick(0, 7)];
        if (has_ports(packet.protocol)) {
            packet.source_port = port();
            packet.destination_port = port();
        }
        if (has_icmp_type(packet.protocol)) {
            packet.icmp_type = static_cast<std::uint8_t>(pick(0, 1) == 0 ? pick(0, 20) : pick(125, 140));
            packet.icmp_code = static_cast<std::uint8_t>(pick(0, 4));
        }
        return packet;
    }

private:
    int pick(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
    bool chance(int one_in) { return pick(1, one_in) == 1; }

    // A small space, so that packets meet rules.
    Address address(bool v6) {
        if (v6) return {Family::v6, (uint128{0x20010db8} << 96) + static_cast<unsigned>(pick(0, 40))};
        return {Family::v4, 0x0a010100u + static_cast<std::uint32_t>(pick(0, 40))};
    }
    std::uint16_t port() {
        const int kind = pick(0, 9);
        if (kind == 0) return 0;
        if (kind == 1) return 65535;
        const std::uint16_t ports[] = {19, 20, 21, 22, 25, 53, 79, 80, 81, 443, 514, 750, 1645, 2049, 5060};
        return ports[pick(0, 14)];
    }

    std::string indent() { return std::string(static_cast<std::size_t>(style_), ' '); }
    std::string name(const char* prefix) { return fmt::format("{}{}.{}", prefix, pick(0, 9), ++names_); }
    void define(std::string text) { definitions_.push_back(std::move(text)); }

    // One value in the words of an object or group member; `object` chooses the object's spelling.
    Printed value(bool object) {
        const int kind = pick(0, 4);
        if (kind == 0) {
            const Address a = address(false);
            return {"host " + spell(a), AddressSet::of(a)};
        }
        if (kind == 1) {
            const Address a = address(true);
            return {"host " + to_string(a), AddressSet::of(a)};
        }
        if (kind == 2 && object) {
            Address a = address(false), b = address(false);
            if (b.value < a.value) std::swap(a, b);
            return {fmt::format("range {} {}", to_string(a), to_string(b)), AddressSet::range(a, b)};
        }
        if (kind == 3) {
            const auto length = static_cast<std::uint8_t>(pick(120, 128));
            const Address a = address(true);
            const auto prefix = *parse_prefix(fmt::format("{}/{}", to_string(a), length));
            return {fmt::format("{}{}/{}", object ? "subnet " : "", to_string(prefix.address), length),
                    AddressSet::of(prefix)};
        }
        const std::uint32_t masks[] = {0xffffffff, 0xfffffffe, 0xfffffffc, 0xfffffff0,
                                       0xffffff00, 0xfffffffa, 0xffff0000, 0};
        const std::uint32_t mask = masks[pick(0, 7)];
        const auto base = static_cast<std::uint32_t>(address(false).value) & mask;
        return {fmt::format("{}{} {}", object ? "subnet " : "", spell({Family::v4, base}),
                            to_string(Address{Family::v4, mask})),
                *AddressSet::masked(base, mask)};
    }

    // Sometimes as an alias.
    std::string spell(const Address& address) {
        if (!chance(8)) return to_string(address);
        std::string alias = name("alias-");
        aliases_ += fmt::format("name {} {}\n", to_string(address), alias);
        return alias;
    }

    Printed object() {
        const Printed inner = value(true);
        const std::string title = name("obj-");
        define(fmt::format("object network {}\n{}{}\n{}", title, indent(), inner.words,
                           chance(5) ? indent() + "description host 10.1.1.9\n" : ""));
        return {title, inner.set};
    }

    Printed group(int depth) {
        const std::string title = name("G_");
        std::string text = fmt::format("object-group network {}\n", title);
        AddressSet set;
        const int members = pick(1, 4);
        for (int i = 0; i < members; ++i) {
            if (chance(6)) text += chance(2) ? "!\n" : "\n";
            if (depth > 0 && chance(4)) {
                const Printed inner = group(depth - 1);
                text += fmt::format("{}group-object {}\n", indent(), inner.words);
                set = set | inner.set;
            } else if (chance(4)) {
                const Printed inner = object();
                text += fmt::format("{}network-object object {}\n", indent(), inner.words);
                set = set | inner.set;
            } else {
                const Printed inner = value(false);
                text += fmt::format("{}network-object {}\n", indent(), inner.words);
                set = set | inner.set;
            }
        }
        define(text);
        return {title, set};
    }

    Printed end() {
        switch (pick(0, 6)) {
            case 0: return {"any", AddressSet::any()};
            case 1: return {"any4", AddressSet::any4()};
            case 2: return {"any6", AddressSet::any6()};
            case 3: {
                const Printed inner = object();
                return {"object " + inner.words, inner.set};
            }
            case 4: {
                const Printed inner = group(2);
                return {"object-group " + inner.words, inner.set};
            }
            default: return value(false);
        }
    }

    std::string port_word(std::uint16_t port, std::uint8_t protocol, bool both) {
        if (chance(2)) return std::to_string(port);
        const std::string word = asa::port_text(port, protocol);
        return both && !asa::port_of_both(word) ? std::to_string(port) : word;
    }

    std::pair<std::string, PortSet> ports(std::uint8_t protocol, bool group, bool both = false) {
        const std::uint16_t first = port();
        const auto word = [&](std::uint16_t number) { return port_word(number, protocol, both); };
        switch (pick(0, group ? 1 : 4)) {
            case 0: {
                const std::uint16_t other = port();
                const std::uint16_t low = std::min(first, other), high = std::max(first, other);
                return {fmt::format("range {} {}", word(low), word(high)), PortSet::range(low, high)};
            }
            case 1: return {"eq " + word(first), PortSet::of(first)};
            case 2: return {"neq " + word(first), PortSet::of(first).complement()};
            case 3:
                return {"gt " + word(first),
                        first == 65535 ? PortSet() : PortSet::range(static_cast<std::uint16_t>(first + 1), 65535)};
            default:
                return {"lt " + word(first),
                        first == 0 ? PortSet() : PortSet::range(0, static_cast<std::uint16_t>(first - 1))};
        }
    }

    std::pair<std::string, PortSet> port_group(std::uint8_t protocol) {
        const std::string title = name("P-");
        const bool both = chance(3);
        std::string text = fmt::format("object-group service {} {}\n", title,
                                       both               ? "tcp-udp"
                                       : protocol == kTcp ? "tcp"
                                                          : "udp");
        PortSet all;
        const int members = pick(1, 3);
        for (int i = 0; i < members; ++i) {
            const auto [words, set] = ports(protocol, true, both);
            text += fmt::format("{}port-object {}\n", indent(), words);
            all = all | set;
        }
        define(text);
        return {"object-group " + title, all};
    }

    std::pair<std::string, ServiceTerm> service_member() {
        ServiceTerm term;
        const std::uint8_t protocols[] = {kTcp, kUdp, kIcmp, kIcmp6, 50, 253};
        const std::uint8_t protocol = protocols[pick(0, 5)];
        term.protocols = ProtocolSet::of(protocol);
        std::string words = protocol_word(protocol);
        if (has_ports(protocol)) {
            if (chance(3)) {
                const auto [text, set] = ports(protocol, false);
                words += " source " + text;
                term.source_ports = set;
            }
            if (chance(2)) {
                const auto [text, set] = ports(protocol, false);
                words += (words.find("source") == std::string::npos && chance(2) ? " " : " destination ") + text;
                term.destination_ports = set;
            }
        } else if (has_icmp_type(protocol) && chance(2)) {
            const auto type = static_cast<std::uint8_t>(pick(0, 15));
            term.icmp = icmp_type(type);
            words += fmt::format(" {}", type);
        }
        return {words, term};
    }

    std::string protocol_word(std::uint8_t protocol) {
        if (chance(4)) return std::to_string(protocol);
        if (protocol == kIcmp6) return "icmp6";
        return protocol == 253 ? "253" : protocol_name(protocol);
    }

    PrintedService service() {
        PrintedService printed;
        const auto plain = [&](std::uint8_t protocol) {
            ServiceTerm term;
            term.protocols = ProtocolSet::of(protocol);
            return term;
        };
        switch (pick(0, 5)) {
            case 0:
                printed.protocol = "ip";
                printed.terms.emplace_back();
                return printed;
            case 1: {  // service object or group
                const bool object = chance(2);
                const std::string title = name("S-");
                std::string text = fmt::format("{} service {}\n", object ? "object" : "object-group", title);
                const int members = object ? 1 : pick(1, 3);
                for (int i = 0; i < members; ++i) {
                    auto [words, term] = service_member();
                    // `service icmp` in an object; the short form of a port is the group's alone
                    if (object && words.find(" destination ") == std::string::npos &&
                        words.find(" source ") == std::string::npos && !term.destination_ports.is_all()) {
                        words.insert(words.find(' '), " destination");
                    }
                    text += fmt::format("{}{} {}\n", indent(), object ? "service" : "service-object", words);
                    printed.terms.push_back(std::move(term));
                }
                define(text);
                printed.protocol = (object ? "object " : "object-group ") + title;
                return printed;
            }
            case 2: {  // ICMP
                const std::uint8_t protocol = chance(2) ? kIcmp : kIcmp6;
                printed.protocol = protocol_word(protocol);
                ServiceTerm term = plain(protocol);
                if (chance(3)) {
                    const auto type = static_cast<std::uint8_t>(pick(0, 15));
                    const auto code = static_cast<std::uint8_t>(pick(0, 4));
                    term.icmp = chance(2) ? icmp_code(type, code) : icmp_type(type);
                    printed.destination_port = fmt::format("{}", type);
                    if (!(term.icmp == icmp_type(type))) printed.destination_port += fmt::format(" {}", code);
                } else if (chance(2)) {
                    const std::string title = name("I-");
                    define(fmt::format("object-group icmp-type {}\n{}icmp-object echo\n{}icmp-object 3\n", title,
                                       indent(), indent()));
                    printed.destination_port = "object-group " + title;
                    term.icmp = icmp_type(protocol == kIcmp ? 8 : 128) | icmp_type(3);
                }
                printed.terms.push_back(std::move(term));
                return printed;
            }
            case 3: {  // protocol group, with or without a port
                const std::string title = name("PR-");
                define(fmt::format("object-group protocol {}\n{}protocol-object udp\n{}protocol-object tcp\n", title,
                                   indent(), indent()));
                printed.protocol = "object-group " + title;
                for (const std::uint8_t protocol : {kUdp, kTcp}) printed.terms.push_back(plain(protocol));
                if (chance(2)) {
                    printed.destination_port = "eq domain";
                    for (auto& term : printed.terms) term.destination_ports = PortSet::of(53);
                }
                return printed;
            }
            default: {
                const std::uint8_t protocol = chance(2) ? kTcp : kUdp;
                printed.protocol = protocol_word(protocol);
                ServiceTerm term = plain(protocol);
                if (chance(3)) {
                    const auto [words, set] = chance(3) ? port_group(protocol) : ports(protocol, false);
                    printed.source_port = words;
                    term.source_ports = set;
                }
                if (!chance(4)) {
                    const auto [words, set] = chance(3) ? port_group(protocol) : ports(protocol, false);
                    printed.destination_port = words;
                    term.destination_ports = set;
                }
                printed.terms.push_back(std::move(term));
                return printed;
            }
        }
    }

    std::string rule() {
        ModelRule rule;
        rule.permit = chance(2);
        const PrintedService printed = service();
        const Printed source = end();
        const Printed destination = end();
        for (const auto& term : printed.terms) {
            Product product;
            product.source = share(source.set);
            product.destination = share(destination.set);
            product.services = share(ServiceSet{{term}});
            rule.products.push_back(std::move(product));
        }
        std::string text = chance(6) ? "access-list OUT remark permit ip any any\n" : "";
        text += fmt::format("access-list OUT {}{} {} {}", chance(5) ? "" : "extended ", rule.permit ? "permit" : "deny",
                            printed.protocol, source.words);
        if (!printed.source_port.empty()) text += " " + printed.source_port;
        text += " " + destination.words;
        if (!printed.destination_port.empty()) text += " " + printed.destination_port;
        const char* tails[] = {"", "", "", " log", " log warnings interval 60", " log disable", " log 4"};
        text += tails[pick(0, 6)];
        if (chance(8)) {
            text += " inactive";
            rule.enabled = false;
        }
        model.push_back(std::move(rule));
        return text + "\n";
    }

    std::mt19937 random_;
    std::vector<std::string> definitions_;
    std::string aliases_;
    int names_ = 0;
    int style_ = 1;
};

bool model_permits(const std::vector<ModelRule>& rules, const Packet& packet) {
    for (const auto& rule : rules) {
        if (!rule.enabled) continue;
        for (const auto& product : rule.products) {
            if (contains(product, packet)) return rule.permit;
        }
    }
    return false;
}

// The policy with the printed rules in place of the list that was read.
Policy with_model(Policy policy, const std::vector<ModelRule>& rules) {
    for (auto& ruleset : policy.rulesets) {
        if (ruleset.name != "OUT") continue;
        ruleset.rules.clear();
        for (const auto& model : rules) {
            Rule rule;
            rule.enabled = model.enabled;
            rule.action = Decide{model.permit ? Verdict::permit : Verdict::deny, ""};
            rule.match.any_of.clear();
            for (const auto& product : model.products) rule.match.any_of.emplace_back().header = product;
            ruleset.rules.push_back(std::move(rule));
        }
    }
    return policy;
}

}  // namespace

TEST_CASE("what a random configuration permits is the same set of packets") {
    for (unsigned seed = 1001; seed <= 1060; ++seed) {
        Writer writer(seed);
        const std::string text = writer.config();
        INFO("seed " << seed << "\n" << text);
        const Policy policy = read(text);
        const Policy model = with_model(policy, writer.model);
        const Comparison comparison =
            compare(model, *model.find_path(Position::transit), policy, *policy.find_path(Position::transit));
        REQUIRE(comparison.complete);
        CHECK(comparison.undecided.empty());
        for (const auto& difference : comparison.differences) {
            FAIL_CHECK(to_string(difference.direction) << ": " << to_string(difference.packets.pick().value()));
        }
    }
}

TEST_CASE("a random configuration reads back as the policy that was printed") {
    for (unsigned seed = 1; seed <= 300; ++seed) {
        Writer writer(seed);
        const std::string text = writer.config();
        INFO("seed " << seed << "\n" << text);
        const Policy policy = read(text);
        for (const auto& note : policy.notes) {
            if (note.kind != NoteKind::odd_mask) FAIL_CHECK(note.span.line() << ": " << note.message);
        }
        for (int i = 0; i < 60; ++i) {
            const Packet packet = writer.packet();
            const Verdict expected = model_permits(writer.model, packet) ? Verdict::permit : Verdict::deny;
            const Verdict found = ask(policy, {Position::transit, packet});
            if (found != expected)
                FAIL(to_string(packet) << ": " << to_string(found) << ", not " << to_string(expected));
        }
    }
}
