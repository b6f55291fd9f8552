// Damaged and malicious files give clear errors, or a policy that claims nothing it should not.
#include "support/catch.hpp"
#include "vendor/windows/ask.hpp"

#include <fmt/format.h>

#include <chrono>

using namespace fwproof;
using namespace fwproof::windows;

namespace {

void put(std::string& bytes, std::size_t at, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i) bytes[at + i] = static_cast<char>(value >> (8 * i) & 0xff);
}

}  // namespace

TEST_CASE("registry.pol that is cut or damaged") {
    const std::string whole = read_fixture("one-policy/registry.pol");
    CHECK(load_error(whole.substr(0, 6), "r.pol") ==
          "r.pol: error: registry.pol is cut at byte 6, in its value 1\nhint: copy the file again\n");
    CHECK(load_error(whole.substr(0, 400), "r.pol") ==
          "r.pol: error: registry.pol is cut at byte 400, in its value 3\nhint: copy the file again\n");
    std::string damaged = whole;
    damaged[8] = '(';
    CHECK(load_error(damaged, "r.pol") ==
          "r.pol: error: registry.pol is damaged at byte 8, in its value 1\nhint: copy the file again\n");
    damaged = whole;
    damaged[4] = 2;
    CHECK(load_error(damaged, "r.pol") ==
          "r.pol: error: registry.pol of an unknown version\nhint: fwproof reads version 1\n");
    for (std::size_t size = 8; size < whole.size(); size += 97) CHECK(load_error(whole.substr(0, size)) != "");
}

TEST_CASE("hives that are cut, damaged or cyclic") {
    const std::string whole = read_fixture("one-policy/policy.wfw");
    CHECK(load_error(whole.substr(0, 100), "p.wfw") ==
          "p.wfw: error: the registry hive is cut: 100 bytes are less than its header\nhint: export it again with "
          "netsh advfirewall export FILE.wfw\n");
    CHECK(load_error(whole.substr(0, 5000), "p.wfw") ==
          "p.wfw: error: the registry hive is cut: it has 5000 of 8192 bytes\nhint: export it again with netsh "
          "advfirewall export FILE.wfw\n");
    std::string bad = whole;
    put(bad, 0x24, 0xfffffff0);  // the root cell
    CHECK(load_error(bad, "p.wfw").find("error: the registry hive is damaged") != std::string::npos);
    // A subkey list whose first entry is the root: a key below itself.
    bad = whole;
    const auto list = whole.find("lf\x04", 4096);
    REQUIRE(list != std::string::npos);
    const auto root = static_cast<std::uint32_t>(static_cast<unsigned char>(whole[0x24]) |
                                                 static_cast<unsigned char>(whole[0x25]) << 8);
    put(bad, list + 4, root);
    CHECK(load_error(bad, "p.wfw") ==
          "p.wfw: error: the registry hive is damaged: its keys or values contradict each other\nhint: export it again "
          "with netsh advfirewall "
          "export FILE.wfw\n");
    for (std::size_t at = 4096; at + 4 < whole.size(); at += 68) {  // no crash, no hang, whatever it says
        bad = whole;
        put(bad, at, static_cast<std::uint32_t>(at * 2654435761U));
        load_error(bad);
    }
}

TEST_CASE("a hive that was not written out completely") {
    std::string dirty = read_fixture("one-policy/policy.wfw");
    std::uint32_t sum = 0;
    put(dirty, 8, 7);
    for (std::size_t at = 0; at < 508; at += 4) {
        std::uint32_t word = 0;
        for (std::size_t i = 0; i < 4; ++i)
            word |= static_cast<std::uint32_t>(static_cast<unsigned char>(dirty[at + i])) << (8 * i);
        sum ^= word;
    }
    put(dirty, 508, sum);
    const Policy policy = load_text(dirty);
    CHECK(policy.notes.at(0).kind == NoteKind::partial_export);
}

TEST_CASE("deep XML and many alternatives stay small") {
    std::string deep = "<GPO xmlns=\"http://www.microsoft.com/GroupPolicy/Settings\">";
    for (int i = 0; i < 200000; ++i) deep += "<a>";
    CHECK(load_error(deep).find("error: not well-formed XML") != std::string::npos);
    std::string gpp = "<RegistrySettings clsid=\"{A3CCFC41-DFDB-43a5-8D26-0FE8B954DA51}\">";
    for (int i = 0; i < 100000; ++i) gpp += "<Collection>";
    for (int i = 0; i < 100000; ++i) gpp += "</Collection>";
    CHECK(
        load_error(gpp + "</RegistrySettings>").find("error: the preferences file holds no firewall policy in force") !=
        std::string::npos);
    std::string json(100000, '[');
    CHECK(load_error(json + "\"InstanceID\" \"Direction\"").find("error:") != std::string::npos);

    std::string rule = "v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|";
    for (int i = 0; i < 5000; ++i) rule += fmt::format("LPort=w{}|RPort=w{}|RA4=w{}|RA6=w{}|LA4=w{}|", i, i, i, i, i);
    const Policy policy = load_text(reg({rule}));
    CHECK(policy.rulesets.at(0).rules.size() < 100);
    CHECK(ask(policy, "domain", Position::inbound, "10.0.0.5 > 10.9.9.9 tcp/80") == "U");
}

TEST_CASE("a line that cannot be read costs one note, and what it could change is unknown") {
    std::string text = reg({"v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=22|"});
    text.insert(text.rfind("\"r1\""), "\"r0\"=\"v2.30|Action=Block|Active=TRUE|Dir=In\r\n");
    const Policy policy = load_text(text, {}, "h.reg");
    CHECK(policy.notes.size() == 1);
    CHECK(policy.notes[0].message == "text value is not closed: the file is cut");
    CHECK(ask(policy, "domain", Position::inbound, "10.0.0.5 > 10.9.9.9 tcp/22") == "U");
}

TEST_CASE("10,000 rules of 100 networks each are read in moments") {
    std::vector<std::string> rules;
    for (int i = 0; i < 10000; ++i) {
        std::string rule = fmt::format("v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort={}|", i % 60000 + 1);
        for (int j = 0; j < 10; ++j) rule += fmt::format("RA4=10.{}.{}.0/255.255.255.0|", i % 250, j);
        rules.push_back(rule);
    }
    const std::string text = utf16(reg(rules));
    const auto start = std::chrono::steady_clock::now();
    const Policy policy = load_text(text);
    CHECK(policy.rulesets.at(0).rules.size() == 10001);
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));  // a debug build on a busy machine
}
