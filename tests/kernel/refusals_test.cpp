// What the real iptables-restore refuses, fwproof refuses or reports; what it loads, fwproof does not take for broken.
// Rules with one mistake each: words lost, doubled, exchanged, misspelt; lines lost, doubled, cut.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <map>

#include "kernel/machine.hpp"
#include "kernel/probes.hpp"
#include "kernel/random_rules.hpp"
#include "support/catch.hpp"
#include "vendor/iptables/extensions.hpp"
#include "vendor/iptables/kernel.hpp"

using namespace fwproof;
using namespace fwproof::kernel;

namespace {

using Lines = std::vector<std::string>;

// One rule for each of the extensions that random rules do not use.
// clang-format off
constexpr std::array kFurtherRules = {
    "-A INPUT -m limit --limit 3/minute --limit-burst 10 -j LOG --log-prefix \"x \" --log-level 4",
    "-A INPUT -m hashlimit --hashlimit-upto 10/sec --hashlimit-burst 5 --hashlimit-mode srcip,dstport --hashlimit-name h -j ACCEPT",
    "-A INPUT -p tcp -m recent --update --seconds 60 --hitcount 4 --name ssh --mask 255.255.255.255 --rsource -j DROP",
    "-A INPUT -p tcp -m connlimit --connlimit-above 20 --connlimit-mask 24 --connlimit-saddr -j REJECT --reject-with tcp-reset",
    "-A INPUT -m time --timestart 08:00:00 --timestop 18:00:00 --weekdays Mon,Tue --datestop 2038-01-19T03:14:07 -j ACCEPT",
    "-A INPUT -m string --string \"GET /\" --algo bm --to 100 -j DROP",
    "-A INPUT -m statistic --mode random --probability 0.50000000000 -j DROP",
    "-A INPUT -p tcp -m tcp --dport 22 -m tcpmss --mss 1:500 -j DROP",
    "-A INPUT -p tcp -m tcp --tcp-option 3 -j DROP",
    "-A OUTPUT -m owner --uid-owner 33 -j ACCEPT",
    "-A FORWARD -m physdev --physdev-in eth0 --physdev-is-bridged -j ACCEPT",
    "-A INPUT -m policy --dir in --pol ipsec --mode tunnel -j ACCEPT",
    "-A INPUT -m conntrack --ctproto 6 --ctorigsrc 10.0.0.0/8 --ctorigdstport 80 -j ACCEPT",
    "-A INPUT -m connbytes --connbytes 1000:2000 --connbytes-mode bytes --connbytes-dir both -j DROP",
    "-A INPUT -m addrtype --dst-type LOCAL --limit-iface-in -j ACCEPT",
    "-A INPUT -m u32 --u32 \"0x0>>0x16&0x3c@0x4>>0x10=0x1\" -j DROP",
    "-A INPUT -m ttl --ttl-lt 5 -j DROP",
    "-A INPUT -p ah -m ah --ahspi 500:600 -j ACCEPT",
    "-A INPUT -j NFLOG --nflog-prefix \"x y\" --nflog-group 2",
    "-A INPUT -p udp -j NFQUEUE --queue-num 3 --queue-bypass",
    "-A INPUT -j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff",
    "-A INPUT -p icmp -m icmp --icmp-type 3/4 -j REJECT --reject-with icmp-host-prohibited",
};
// clang-format on

std::string join(const Lines& lines) {
    std::string text;
    for (const auto& line : lines) text += line + "\n";
    return text;
}

Lines lines_of(std::string_view text) {
    Lines lines;
    while (!text.empty()) {
        const auto end = text.find('\n');
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return lines;
}

Lines words_in(const std::string& line) {
    Lines words;
    for (const auto word : iptables::words_of(line)) words.emplace_back(word);
    return words;
}

class Mutator {
public:
    explicit Mutator(Random& random) : random_(random) {}

    // Changes one thing; says which line.
    std::size_t spoil(Lines& lines) {
        std::size_t at = 1 + random_.below(static_cast<std::uint32_t>(lines.size() - 1));
        switch (random_.below(14)) {
            case 0: lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(at)); break;
            case 1: lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), lines[at]); break;
            case 2:
                lines[at] = lines[at].substr(0, random_.below(static_cast<std::uint32_t>(lines[at].size() + 1)));
                break;
            default: {
                for (int tries = 0; tries < 20 && !lines[at].starts_with("-A"); ++tries)
                    at = 1 + random_.below(static_cast<std::uint32_t>(lines.size() - 1));
                if (random_.one_in(4))
                    spoil_byte(lines[at]);
                else
                    spoil_word(lines[at]);
            }
        }
        return at;
    }

private:
    void spoil_byte(std::string& line) {
        constexpr std::string_view kBytes = "-+!,:/.\"' \t=0159aAzZ\\#%[";
        const std::uint32_t at = random_.below(static_cast<std::uint32_t>(line.size() + 1));
        switch (random_.below(3)) {
            case 0: line.insert(at, 1, random_.from(kBytes)); break;
            case 1:
                if (at < line.size()) line.erase(at, 1);
                break;
            default:
                if (at < line.size()) line[at] = random_.from(kBytes);
        }
    }

    void spoil_word(std::string& line) {
        // clang-format off
        constexpr std::array kWords = {"!", "-p", "tcp", "udp", "-s", "10.0.0.1", "10.0.0.0/33", "300.1.1.1", "1:0", "65536", "-1", "--dport", "--sport", "-m", "multiport",
                                       "--dports", "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16", "-j", "ACCEPT", "NOSUCH", "c9", "-g", "--syn", "--tcp-flags", "SYN", "NEW,",
                                       "--ctstate", "-i", "eth0", "averyverylongname0", "0x", "0xfffffffff", "any", "all", "none", "-f", "--icmp-type", "255/1", "256",
                                       "02:00:00:00:00", "-A", "INPUT", "FORWARD", "--bogus", "-", "--", "1.5", "99/second", "::1", "2001:db8::/129", "ff", "\"open", "state", "comment"};
        // clang-format on
        Lines words = words_in(line);
        if (words.size() < 3) return;
        const std::size_t at = 1 + random_.below(static_cast<std::uint32_t>(words.size() - 1));
        const auto place = words.begin() + static_cast<std::ptrdiff_t>(at);
        switch (random_.below(7)) {
            case 0: words.erase(place); break;
            case 1: words.insert(place, std::string(*place)); break;
            case 2: std::swap(*place, words[1 + random_.below(static_cast<std::uint32_t>(words.size() - 1))]); break;
            case 3: words.insert(place, random_.from(kWords)); break;
            case 4: *place += random_.from(kWords); break;
            default: *place = random_.from(kWords);
        }
        line.clear();
        for (const auto& word : words) line += (line.empty() ? "" : " ") + word;
    }

    Random& random_;
};

// Refused for what this host does not know: a host name, a user, a set.
bool asks_the_host(const std::string& message) {
    if (message.find("Set ") != std::string::npos && message.find(" doesn't exist") != std::string::npos) return true;
    for (const std::string_view before : {"host/network `", "-owner\" option: \""}) {
        const auto at = message.find(before);
        if (at == std::string::npos) continue;
        const std::string word =
            message.substr(at + before.size(), message.find_first_of("'\"", at + before.size()) - at - before.size());
        const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
        if (std::any_of(word.begin(), word.end(), letter) && word[0] != '-') return true;
    }
    return false;
}

struct Outcome {
    std::size_t texts = 0, refused = 0, missed = 0, false_alarms = 0;
    Lines reports;  // of what was missed
};

void judge_spoilt(Family family, std::uint32_t seed, std::size_t texts) {
    const std::vector<std::string> interfaces = {"eth0", "eth1"};
    Random random(seed);
    network().clear(backend(), family);
    network().set_ipsets(random_sets(random));
    Mutator mutator(random);
    Outcome outcome;
    while (outcome.texts < texts) {
        Lines lines = lines_of(random_rules(random, family, interfaces).text);
        if (family == Family::v4 && random.one_in(3)) {
            const auto filter = std::find(lines.begin(), lines.end(), "*filter");
            lines.erase(lines.begin() + 1, filter);
            const auto commit = std::find(lines.begin(), lines.end(), "COMMIT");
            const auto first =
                std::find_if(lines.begin(), commit, [](const auto& line) { return line.starts_with("-A"); });
            const auto at = lines.erase(first, commit);
            lines.insert(at, {random.from(kFurtherRules), random.from(kFurtherRules)});
        }
        if (random.one_in(20)) {
            const Ran whole = network().restore(backend(), family, join(lines));
            INFO(join(lines) << whole.message);
            REQUIRE(whole.status == 0);
            REQUIRE(iptables::refusals(join(lines)) == "");
        }
        const std::size_t line = mutator.spoil(lines);
        const std::string text = join(lines);
        const Ran ran = network().restore(backend(), family, text);
        const std::string said = iptables::refusals(text);
        ++outcome.texts;
        if (ran.status != 0) {
            ++outcome.refused;
            if (!said.empty() || asks_the_host(ran.message)) continue;
            ++outcome.missed;
            if (outcome.reports.size() < 40)
                outcome.reports.push_back(
                    fmt::format("not reported: {}\n  {}", lines[std::min(line, lines.size() - 1)], ran.message));
        } else if (!said.empty()) {
            ++outcome.false_alarms;
        }
    }
    network().clear(backend(), family);
    std::cout << fmt::format(
        "spoilt {}: {} texts, {} refused by iptables-restore; {} of them not reported, {} others called broken\n",
        family_name(family), outcome.texts, outcome.refused, outcome.missed, outcome.false_alarms);
    INFO(join(outcome.reports));
    CHECK(outcome.refused * 5 > outcome.texts);
    CHECK(outcome.missed == 0);
    CHECK(outcome.false_alarms * 25 < outcome.texts);  // what only one back end loads, and odd spellings
}

// The table and chain that a target may stand in.
std::pair<std::string, std::string> home_of(std::string_view target) {
    const std::map<std::string_view, std::pair<std::string, std::string>> kHomes = {
        {"DNAT", {"nat", "PREROUTING"}},         {"REDIRECT", {"nat", "PREROUTING"}},
        {"NETMAP", {"nat", "PREROUTING"}},       {"SNAT", {"nat", "POSTROUTING"}},
        {"MASQUERADE", {"nat", "POSTROUTING"}},  {"CT", {"raw", "PREROUTING"}},
        {"NOTRACK", {"raw", "PREROUTING"}},      {"TRACE", {"raw", "PREROUTING"}},
        {"CONNSECMARK", {"security", "INPUT"}},  {"SECMARK", {"security", "INPUT"}},
        {"REJECT", {"filter", "INPUT"}},         {"TPROXY", {"mangle", "PREROUTING"}},
        {"DNPT", {"mangle", "PREROUTING"}},      {"SNPT", {"mangle", "POSTROUTING"}},
        {"CLASSIFY", {"mangle", "POSTROUTING"}}, {"CHECKSUM", {"mangle", "POSTROUTING"}}};
    const auto found = kHomes.find(target);
    return found == kHomes.end() ? std::pair<std::string, std::string>{"mangle", "INPUT"} : found->second;
}

// Every extension without any option: those that need one are refused by both.
void judge_bare(Family family) {
    const std::map<std::string_view, std::string_view> kProtocols = {
        {"icmp6", "ipv6-icmp"}, {"multiport", "tcp"}, {"tcpmss", "tcp"}, {"ecn", "tcp"},      {"connlimit", "tcp"},
        {"TCPMSS", "tcp"},      {"SYNPROXY", "tcp"},  {"ECN", "tcp"},    {"REDIRECT", "tcp"}, {"TPROXY", "tcp"},
        {"TCPOPTSTRIP", "tcp"}, {"tcp", "tcp"},       {"udp", "udp"},    {"icmp", "icmp"},    {"sctp", "sctp"},
        {"dccp", "dccp"},       {"esp", "esp"},       {"ah", "ah"},      {"mh", "mh"},        {"ipcomp", "ipcomp"}};
    network().clear(backend(), family);
    std::size_t asked = 0, refused = 0;
    for (const auto& extension : iptables::extensions()) {
        if (!extension.exists_for(family)) continue;
        const bool match = extension.kind == iptables::ExtensionKind::match;
        auto [table, chain] =
            match ? std::pair<std::string, std::string>{"mangle", extension.name == "owner"      ? "OUTPUT"
                                                                  : extension.name == "rpfilter" ? "PREROUTING"
                                                                                                 : "INPUT"}
                  : home_of(extension.name);
        const auto protocol = kProtocols.find(extension.name);
        const std::string rule = fmt::format(
            "-A {}{} {} {}", chain, protocol == kProtocols.end() ? "" : fmt::format(" -p {}", protocol->second),
            match ? "-m" : "-j", extension.name);
        const std::string text = fmt::format("# Generated by {} v1\n*{}\n{}\nCOMMIT\n",
                                             family == Family::v4 ? "iptables-save" : "ip6tables-save", table, rule);
        const Ran ran = network().restore(backend(), family, text);
        const bool lacking = ran.message.find("missing kernel module") != std::string::npos ||
                             ran.message.find("RULE_APPEND failed") != std::string::npos ||
                             ran.message.find("Couldn't load") != std::string::npos ||
                             ran.message.ends_with("failed\n");
        if (lacking) continue;
        ++asked;
        refused += ran.status != 0 ? 1 : 0;
        INFO(rule << "\n" << ran.message << iptables::refusals(text));
        CHECK((ran.status != 0) == !iptables::refusals(text).empty());
    }
    network().clear(backend(), family);
    CHECK(asked > 80);
    CHECK(refused > 40);
}

}  // namespace

TEST_CASE("IPv4 extensions without options") { judge_bare(Family::v4); }
TEST_CASE("IPv6 extensions without options") { judge_bare(Family::v6); }
TEST_CASE("spoilt IPv4 rules") { judge_spoilt(Family::v4, seed(3), 500 * effort()); }
TEST_CASE("spoilt IPv6 rules") { judge_spoilt(Family::v6, seed(4), 150 * effort()); }
