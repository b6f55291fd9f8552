// Small random nat tables beside a device that looks packets and their answers up line by line, one packet at a time.
#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <tuple>

#include "fwproof/base/service.hpp"
#include "support/catch.hpp"
#include "vendor/asa/reading.hpp"

using namespace fwproof;
using namespace fwproof::asa_test;

namespace {

// Addresses are numbers behind 198.18.0.0.
std::string spell(int address) { return fmt::format("198.18.0.{}", address); }

struct Range {
    int first = 0, last = -1;
    bool holds(int address) const { return first <= address && address <= last; }
    int size() const { return last - first + 1; }
    friend bool operator==(const Range&, const Range&) = default;
};

struct Line {
    int section = 0;
    std::string real_interface, mapped_interface;
    bool fixed = true, unidirectional = false, route_lookup = false;
    Range real, mapped;  // mapped: of a fixed line, as large as real
    bool has_destination = false;
    Range mapped_destination, real_destination;  // of one size
    int real_port = 0, mapped_port = 0;          // TCP; of an object

    bool identity() const { return fixed && !unidirectional && real == mapped; }
};

bool is(const std::string& name, const std::string& interface) { return name == "any" || name == interface; }

struct Asked {
    std::string in, out;
    int source = 0, destination = 0, source_port = 0, destination_port = 0;
};

// Nothing: the device sends the packet elsewhere.
std::optional<Verdict> device(const std::vector<Line>& table, const Asked& packet) {
    const Line* taker = nullptr;
    int real = packet.destination, port = packet.destination_port;
    std::string behind = "any";
    for (const Line& line : table) {
        if (line.has_destination && is(line.real_interface, packet.in) && line.real.holds(packet.source) &&
            line.mapped_destination.holds(packet.destination)) {
            taker = &line;
            real += line.real_destination.first - line.mapped_destination.first;
            const bool kept = line.real_destination == line.mapped_destination;
            behind = kept && line.route_lookup ? "any" : line.mapped_interface;
            break;
        }
        if (line.fixed && !line.unidirectional && is(line.mapped_interface, packet.in) &&
            line.mapped.holds(packet.destination) &&
            (!line.has_destination || line.real_destination.holds(packet.source)) &&
            (line.mapped_port == 0 || line.mapped_port == packet.destination_port)) {
            taker = &line;
            real += line.real.first - line.mapped.first;
            if (line.mapped_port != 0) port = line.real_port;
            behind = line.identity() && line.route_lookup ? "any" : line.real_interface;
            break;
        }
    }
    if (!is(behind, packet.out)) return std::nullopt;
    // The answer: from `real` and `port` to the source.
    for (const Line& line : table) {
        const bool forth = is(line.real_interface, packet.out) && is(line.mapped_interface, packet.in) &&
                           line.real.holds(real) &&
                           (!line.has_destination || line.real_destination.holds(packet.source)) &&
                           (line.real_port == 0 || line.real_port == port);
        const bool back = line.has_destination && !line.unidirectional && is(line.mapped_interface, packet.out) &&
                          is(line.real_interface, packet.in) && line.real_destination.holds(real) &&
                          line.real.holds(packet.source);
        if (!forth && !back) continue;
        if (&line == taker) return Verdict::permit;
        if (forth && !line.fixed && line.real_interface == "any" && line.mapped_interface == "any")
            return Verdict::unknown;
        if (!forth && !line.fixed) return Verdict::unknown;
        // The line translates the packet's own source as well.
        if (forth && !line.fixed && !taker && packet.in == packet.out && line.real.holds(packet.source))
            return Verdict::unknown;
        const bool two_statics = forth && taker && line.fixed && !line.has_destination && !line.identity() &&
                                 taker->fixed && real != packet.destination;
        return two_statics ? Verdict::unknown : Verdict::deny;
    }
    return Verdict::permit;
}

class Tables {
public:
    explicit Tables(unsigned seed) : random_(seed) {}

    // In the order of the device.
    std::vector<Line> table;

    std::string config() {
        std::string text(kBase);
        text += "same-security-traffic permit intra-interface\naccess-list OUT extended permit ip any any\n";
        for (const auto* name : {"dmz", "inside"}) text += fmt::format("access-group OUT in interface {}\n", name);
        std::string objects, manual[3];
        const int count = pick(1, 5);
        for (int i = 0; i < count; ++i) {
            Line line = make();
            if (line.section == 1) {
                objects += object_line(line);
            } else {
                manual[line.section] += manual_line(line, objects);
            }
            table.push_back(line);
        }
        std::stable_sort(table.begin(), table.end(), [](const Line& a, const Line& b) { return rank(a) < rank(b); });
        return text + objects + manual[0] + manual[2];
    }

    Asked packet() { return {interface(), interface(), pick(0, 11), pick(0, 11), pick(1, 3), pick(1, 3)}; }

private:
    static std::tuple<int, bool, int, int> rank(const Line& line) {
        if (line.section != 1) return {line.section, false, 0, 0};
        return {1, !line.fixed, line.real.size(), line.real.first};
    }

    int pick(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
    bool chance(int one_in) { return pick(1, one_in) == 1; }
    std::string interface() {
        const char* names[] = {"outside", "dmz", "inside"};
        return names[pick(0, 2)];
    }
    std::string line_interface() { return chance(5) ? "any" : interface(); }
    Range range(int size) {
        const int first = pick(0, 12 - size);
        return {first, first + size - 1};
    }

    Line make() {
        Line line;
        const int sections[] = {0, 0, 1, 1, 2};
        line.section = sections[pick(0, 4)];
        line.real_interface = line_interface();
        line.mapped_interface = chance(8) ? "any" : interface();
        line.fixed = !chance(3) || line.mapped_interface == "any";
        line.real = range(pick(1, 4));
        if (!table.empty() && chance(3)) {  // once more about the same hosts
            line.real_interface = table.back().real_interface;
            line.mapped_interface = table.back().mapped_interface;
            line.fixed = table.back().fixed;
            line.real = table.back().real;
        }
        line.mapped = chance(4) ? line.real : range(line.real.size());
        if (line.section == 1) {
            if (line.fixed && chance(3)) {
                line.real_port = pick(1, 3);
                line.mapped_port = pick(1, 3);
            }
            return line;
        }
        line.has_destination = chance(3);
        if (line.has_destination) {
            line.mapped_destination = range(pick(1, 3));
            line.real_destination = chance(2) ? line.mapped_destination : range(line.mapped_destination.size());
        }
        line.unidirectional = line.fixed && !line.has_destination && chance(5);
        const bool kept = line.real == line.mapped && line.fixed &&
                          (!line.has_destination || line.real_destination == line.mapped_destination);
        line.route_lookup = kept && chance(2);
        return line;
    }

    std::string define(const Range& range, std::string& objects) {
        std::string name = fmt::format("N{:02}", ++names_);
        objects += fmt::format("object network {}\n range {} {}\n", name, spell(range.first), spell(range.last));
        return name;
    }

    std::string object_line(const Line& line) {
        std::string text;
        const std::string mapped = line.fixed ? define(line.mapped, text) : "interface";
        text += fmt::format("object network N{:02}\n range {} {}\n nat ({},{}) {} {}", ++names_, spell(line.real.first),
                            spell(line.real.last), line.real_interface, line.mapped_interface,
                            line.fixed ? "static" : "dynamic", mapped);
        if (line.real_port != 0) text += fmt::format(" service tcp {} {}", line.real_port, line.mapped_port);
        return text + "\n";
    }

    std::string manual_line(const Line& line, std::string& objects) {
        std::string text = fmt::format("nat ({},{}){} source {} {} {}", line.real_interface, line.mapped_interface,
                                       line.section == 2 ? " after-auto" : "", line.fixed ? "static" : "dynamic",
                                       define(line.real, objects),
                                       line.fixed ? define(line.mapped, objects) : std::string("interface"));
        if (line.has_destination) {
            text += fmt::format(" destination static {} {}", define(line.mapped_destination, objects),
                                define(line.real_destination, objects));
        }
        if (line.unidirectional) text += " unidirectional";
        if (line.route_lookup) text += " route-lookup";
        return text + "\n";
    }

    std::mt19937 random_;
    int names_ = 0;
};

}  // namespace

TEST_CASE("random nat tables take packets and their answers as the device does") {
    int verdicts[3] = {};
    for (unsigned seed = 1; seed <= 400; ++seed) {
        Tables tables(seed);
        const std::string text = tables.config();
        INFO("seed " << seed << "\n" << text);
        const Policy policy = read(text);
        for (int i = 0; i < 150; ++i) {
            const Asked asked = tables.packet();
            const auto expected = device(tables.table, asked);
            if (!expected) continue;
            const std::string words = fmt::format("{}>{} tcp {}:{} > {}:{}", asked.in, asked.out, spell(asked.source),
                                                  asked.source_port, spell(asked.destination), asked.destination_port);
            INFO(words);
            const Verdict verdict = ask(policy, question(words));
            REQUIRE(to_string(verdict) == to_string(*expected));
            ++verdicts[static_cast<int>(verdict)];
        }
    }
    for (const int seen : verdicts) CHECK(seen > 200);  // the tables say something
}

TEST_CASE("more pairs of nat lines than are compared leave packets open") {
    std::string text = std::string(kBase) + "access-list OUT extended permit ip any any\nobject network DMZ\n" +
                       " subnet 192.0.2.0 255.255.255.0\n";
    for (int i = 0; i < 600; ++i) {
        text += fmt::format(
            "object network FAR{0}\n host 172.16.{1}.{2}\nnat (dmz,outside) source static DMZ DMZ "
            "destination static FAR{0} FAR{0}\n",
            i, i / 250, i % 250);
    }
    for (int i = 1; i <= 200; ++i) {
        text += fmt::format("object network WEB{:03}\n host 192.0.2.{}\n nat (dmz,outside) static 203.0.113.{}\n", i, i,
                            i + 20);
    }
    const Policy policy = read(text);
    const auto verdict = [&](std::string_view words) { return to_string(ask(policy, question(words))); };
    CHECK(verdict("outside>dmz tcp 198.51.100.1:1 > 203.0.113.21:80") == "permit");
    CHECK(verdict("outside>dmz tcp 172.16.1.1:1 > 203.0.113.21:80") == "deny");
    CHECK(verdict("outside>dmz tcp 198.51.100.1:1 > 203.0.113.220:80") == "unknown");
    CHECK(verdict("outside>dmz tcp 198.51.100.1:1 > 192.0.2.200:80") == "deny");
}
