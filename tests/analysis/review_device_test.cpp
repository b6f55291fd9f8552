// Reviews of what interfaces, addresses, routes and translations of a device make of packets.
#include "analysis/reviewing.hpp"
#include "fwproof/analysis/review.hpp"
#include "support/catch.hpp"

using namespace fwproof;
using namespace fwproof::reviewing;

TEST_CASE("a device is asked about its own interfaces, and inbound about its own addresses") {
    const auto edge = [](const std::string& ssh, const std::string& nat, const std::string& list) {
        return "ASA Version 9.16(4)\ninterface GigabitEthernet0/0\n nameif outside\n security-level 0\n"
               " ip address 203.0.113.2 255.255.255.0\ninterface GigabitEthernet0/1\n nameif inside\n"
               " security-level 100\n ip address 10.1.0.1 255.255.0.0\nobject network web\n host 10.1.0.5\n" +
               nat + "access-list IN extended permit tcp 10.1.0.0 255.255.0.0 any4 eq 443\n" + list +
               "access-group IN in interface inside\n" + ssh;
    };
    const std::string ssh = "ssh 198.51.100.0 255.255.255.0 outside\n";
    const std::string nat = "object network web\n nat (inside,outside) static 203.0.113.10\n";
    const std::string deny = "access-list IN extended deny ip any4 any4\n";
    struct Case {
        const char* what;
        std::string before, after;
        std::vector<std::string> inbound, transit;
    };
    const std::vector<Case> cases = {
        {"who may manage it",
         edge("", "", ""),
         edge(ssh, "", ""),
         {"newly permitted tcp 198.51.100.0/24 > 203.0.113.2:22 in outside"},
         {}},
        {"a mapped address is no address of the device", edge(ssh, nat, ""), edge(ssh, "", ""), {}, {}},
        {"another port in a list of an interface",
         edge(ssh, "", deny),
         edge(ssh, "",
              "access-list IN extended permit tcp "
              "10.1.0.0 255.255.0.0 any4 eq 80\n" +
                  deny),
         {},
         {"newly permitted tcp 10.1.0.0/16 > any:80 in inside out outside"}},
    };
    for (const auto& one : cases) {
        INFO(one.what);
        const Loaded loaded = review_of(one.before, one.after);
        for (const auto& path : loaded.result.paths) {
            Review alone;
            alone.paths = {path};
            const bool inbound = path.after->position == Position::inbound;
            CHECK(texts(alone) == (inbound ? one.inbound : one.transit));
        }
    }
}

namespace {

// Three networks, a way from outside to servers behind one of them, and what that interface lets out.
std::string routed(const std::string& routes) {
    return "ASA Version 9.16(4)\ninterface GigabitEthernet0/0\n nameif outside\n security-level 0\n"
           " ip address 203.0.113.2 255.255.255.0\ninterface GigabitEthernet0/1\n nameif inside\n"
           " security-level 100\n ip address 10.1.0.1 255.255.0.0\ninterface GigabitEthernet0/2\n nameif dmz\n"
           " security-level 50\n ip address 10.2.0.1 255.255.255.0\n"
           "access-list OUT extended permit tcp any host 10.8.0.20 eq 443\n"
           "access-list DMZ extended deny ip any 10.8.0.0 255.255.0.0\n"
           "access-list DMZO extended deny tcp any any\n"
           "access-group OUT in interface outside\naccess-group DMZ in interface dmz\n"
           "access-group DMZO out interface dmz\n"
           "route outside 0.0.0.0 0.0.0.0 203.0.113.1\n" +
           routes;
}

}  // namespace

TEST_CASE("a route that sends packets past other rules is a difference") {
    const std::string inside = "route inside 10.8.0.0 255.255.0.0 10.1.0.254\n";
    const std::string dmz = "route dmz 10.8.0.0 255.255.0.0 10.2.0.254\n";
    struct Case {
        const char* what;
        std::string before, after;
        Effect effect;
        std::vector<std::string> regions;
    };
    const std::vector<Case> cases = {
        {"past a list that lets nothing out",
         inside,
         dmz,
         Effect::narrowed,
         {"newly denied any 10.8.0.0/16 > {0.0.0.0-10.0.255.255, 10.2.1.0-10.7.255.255, 10.9.0.0-223.255.255.255, "
          "240.0.0.0-255.255.255.254} in dmz out outside",
          "newly denied tcp {0.0.0.0-10.0.255.255, 10.2.1.0-10.7.255.255, 10.9.0.0-255.255.255.255} > 10.8.0.20:443 "
          "in outside out dmz"}},
        {"to another neighbour", inside, "route inside 10.8.0.0 255.255.0.0 10.1.0.253\n", Effect::unchanged, {}},
    };
    for (const auto& one : cases) {
        INFO(one.what);
        ReviewOptions options;
        options.at = "transit";
        const Loaded loaded = review_of(routed(one.before), routed(one.after), options);
        CHECK(texts(loaded.result) == one.regions);
        CHECK(loaded.result.effect == one.effect);
        // What comes back by the other interface meets its list.
        CHECK(loaded.result.not_compared.size() == (one.regions.empty() ? 0 : 1));
        for (const auto& region : loaded.result.paths[0].regions) {
            CHECK(causes(region) == std::vector<std::string>{"-21", "+21"});
        }
    }
}

TEST_CASE("an interface or route takes packets away from where they turned back") {
    const auto two = [](const std::string& more) {
        return "ASA Version 9.16(4)\ninterface GigabitEthernet0/0\n nameif outside\n security-level 0\n"
               " ip address 203.0.113.2 255.255.255.0\ninterface GigabitEthernet0/1\n nameif inside\n"
               " security-level 100\n ip address 10.1.0.1 255.255.255.0\n" +
               more + "route outside 0.0.0.0 0.0.0.0 203.0.113.1\n";
    };
    const std::string none = two("");
    const std::string third =
        two("interface GigabitEthernet0/2\n nameif iot\n security-level 20\n ip address 10.40.0.1 255.255.255.0\n");
    const std::string route = none + "route inside 10.21.0.0 255.255.0.0 10.1.0.254\n";
    const std::string web =
        "access-list IN extended permit tcp 10.21.0.0 255.255.0.0 any eq 443\naccess-group IN in interface inside\n";
    ReviewOptions options;
    options.at = "transit";
    const Loaded came = review_of(none, third, options), went = review_of(third, none, options);
    const std::string internet =
        "{0.0.0.0-10.0.255.255, 10.1.1.0-10.39.255.255, 10.40.1.0-223.255.255.255, 240.0.0.0-255.255.255.254}";
    CHECK(texts(came.result) ==
          std::vector<std::string>{"newly permitted any 10.40.0.0/24 > " + internet + " in iot out outside",
                                   "newly denied any any > 10.40.0.1 in inside out outside"});
    CHECK(texts(went.result) ==
          std::vector<std::string>{"newly permitted any any > 10.40.0.1 in inside out outside",
                                   "newly denied any 10.40.0.0/24 > " + internet + " in outside out outside"});
    const Loaded lost = review_of(route + web, none + web, options),
                 gained = review_of(none + web, route + web, options);
    const std::string rest =
        "{0.0.0.0-10.0.255.255, 10.1.1.0-10.20.255.255, 10.22.0.0-223.255.255.255, 240.0.0.0-255.255.255.254}:443";
    CHECK(texts(lost.result) ==
          std::vector<std::string>{"newly denied tcp 10.21.0.0/16 > " + rest + " in outside out outside"});
    CHECK(texts(gained.result) ==
          std::vector<std::string>{"newly permitted tcp 10.21.0.0/16 > " + rest + " in inside out outside"});
}

TEST_CASE("of interfaces and routes only those are blamed that lead packets elsewhere") {
    const std::string inside = "route inside 10.8.0.0 255.255.0.0 10.1.0.254\n";
    const std::string dmz = "route dmz 10.8.0.0 255.255.0.0 10.2.0.254\n";
    std::string after = routed(dmz);
    const std::string level = "security-level 50";
    after.replace(after.find(level), level.size(), "security-level 40");
    ReviewOptions options;
    options.at = "transit";
    const Loaded loaded = review_of(routed(inside), after, options);
    REQUIRE_FALSE(loaded.result.paths[0].regions.empty());
    for (const auto& region : loaded.result.paths[0].regions) {
        CHECK(causes(region) == std::vector<std::string>{"-21", "+21"});
    }
}

TEST_CASE("a way that may be one of several is not taken for the one") {
    const std::string inside = "route inside 10.8.0.0 255.255.0.0 10.1.0.254\n";
    const std::string either = inside + "route dmz 10.8.0.0 255.255.0.0 10.2.0.254\n";
    ReviewOptions options;
    options.at = "transit";
    const Loaded loaded = review_of(routed(inside), routed(either), options);
    REQUIRE_FALSE(loaded.result.paths[0].regions.empty());
    for (const auto& region : loaded.result.paths[0].regions) CHECK(region.direction == Direction::became_unknown);
    const Loaded back = review_of(routed(either), routed(inside), options);
    REQUIRE_FALSE(back.result.paths[0].regions.empty());
    for (const auto& region : back.result.paths[0].regions) CHECK(region.direction == Direction::became_known);
}

TEST_CASE("what a device does by itself is traced to the settings that were edited") {
    const auto device = [](const std::string& setting, const std::string& more) {
        return "ASA Version 9.16(4)\ninterface GigabitEthernet0/0\n nameif outside\n security-level 0\n"
               " ip address 203.0.113.2 255.255.255.0\ninterface GigabitEthernet0/1\n nameif inside\n"
               " security-level 100\n ip address 10.1.0.1 255.255.0.0\ninterface GigabitEthernet0/2\n nameif dmz\n"
               " security-level 100\n ip address 10.2.0.1 255.255.255.0\n" +
               setting + more + "route outside 0.0.0.0 0.0.0.0 203.0.113.1\n";
    };
    const std::string objects =
        "object network W\n host 10.2.0.9\nobject network X\n host 10.2.0.8\nobject network Y\n host 10.2.0.7\n";
    const Loaded loaded = review_of(device("same-security-traffic permit inter-interface\n", ""), device("", objects));
    std::size_t regions = 0;
    for (const auto& path : loaded.result.paths) {
        for (const auto& region : path.regions) {
            ++regions;
            CHECK(causes(region) == std::vector<std::string>{"-14"});
        }
    }
    CHECK(regions > 0);
    CHECK(loaded.result.effective_lines == 1);
}

TEST_CASE("a device is asked about addresses and interfaces of one version in that version") {
    struct Port {
        std::string name;
        int level;
        std::string address;
    };
    const auto edge = [](const std::vector<Port>& ports, const std::string& rest) {
        std::string text = "ASA Version 9.16(4)\n";
        for (std::size_t i = 0; i < ports.size(); ++i) {
            text += "interface GigabitEthernet0/" + std::to_string(i) + "\n nameif " + ports[i].name +
                    "\n security-level " + std::to_string(ports[i].level) + "\n";
            if (!ports[i].address.empty()) text += " ip address " + ports[i].address + " 255.255.255.0\n";
        }
        return text + rest;
    };
    const std::string ssh = "icmp deny any outside\nicmp deny any inside\nssh 0.0.0.0 0.0.0.0 outside\n";
    const Port outside{"outside", 0, "203.0.113.2"}, inside{"inside", 100, "10.1.0.1"}, dmz{"dmz", 50, "10.5.0.1"};
    const std::string guard = "icmp deny any dmz\n";
    struct Case {
        const char* what;
        std::string before, after;
        std::vector<std::string> inbound;
    };
    const std::vector<Case> cases = {
        {"the outer address is another one",
         edge({outside}, "icmp deny any outside\nssh 0.0.0.0 0.0.0.0 outside\n"),
         edge({{"outside", 0, "203.0.113.3"}}, "icmp deny any outside\nssh 0.0.0.0 0.0.0.0 outside\n"),
         {"newly permitted tcp any > 203.0.113.3:22", "newly denied tcp any > 203.0.113.2:22"}},
        {"an interface that nothing uses is gone",
         edge({outside, inside, dmz}, ssh + guard),
         edge({outside, inside}, ssh),
         {}},
    };
    for (const auto& one : cases) {
        INFO(one.what);
        const Loaded loaded = review_of(one.before, one.after);
        std::vector<std::string> told;
        for (const auto& path : loaded.result.paths) {
            if (path.after->position != Position::inbound) continue;
            for (const auto& region : path.regions) {
                const bool known = region.before != Verdict::unknown && region.after != Verdict::unknown;
                if (!known) continue;
                CHECK(region.alone);
                CHECK_FALSE(region.because.empty());
                told.push_back(std::string(to_string(region.direction)) + " " + to_string(region.first_packets[0]));
            }
        }
        CHECK(told == one.inbound);
    }
    // An interface that is shut down keeps its address.
    std::string off = edge({outside, inside, dmz}, ssh + guard);
    off.insert(off.find(" ip address 10.5.0.1"), " shutdown\n");
    for (const auto& text : texts(review_of(edge({outside, inside, dmz}, ssh + guard), off).result)) {
        INFO(text);
        CHECK_FALSE((text.starts_with("newly permitted") && text.find("> 10.5.0.1") != std::string::npos));
    }
    // A name that is gone permits nothing, and the same way under another name is the same.
    const std::string list = "access-list IN extended permit tcp any any4 eq 443\naccess-group IN in interface ";
    const Port partner{"partner", 50, "10.5.0.1"}, vendor{"vendor", 50, "10.5.0.1"};
    const Loaded renamed =
        review_of(edge({outside, partner}, list + "partner\n"), edge({outside, vendor}, list + "vendor\n"));
    for (const auto& text : texts(renamed.result)) CHECK(text.find("in partner") == std::string::npos);
    // A list does not judge what comes from the device or ends there.
    const std::string server = "access-list IN extended permit tcp any host ";
    const std::string permits = list + "partner\n";
    const Loaded own = review_of(edge({outside, partner}, permits),
                                 edge({outside, partner}, server + "203.0.113.2 eq 444\n" + permits));
    CHECK(own.result.paths.back().regions.empty());
    const Loaded wider = review_of(
        edge({outside, partner}, permits),
        edge({outside, partner},
             "access-list IN extended permit tcp 10.5.0.0 255.255.255.254 203.0.113.2 255.255.255.254 eq 444\n" +
                 permits));
    const PathReview& transit = wider.result.paths.back();
    REQUIRE(transit.regions.size() == 1);
    CHECK(to_string(transit.regions[0].first_packets[0]) ==
          "tcp 10.5.0.0/31 > 203.0.113.2/31:444 in partner out outside");
    CHECK(to_string(*transit.regions[0].witness) == "tcp 10.5.0.0:49152 > 203.0.113.3:444 in partner out outside");
}

namespace {

// A device with four interfaces, of which the routes know all of IPv4.
std::string edge(const std::string& rules) {
    return "ASA Version 9.16(4)\ninterface GigabitEthernet0/0\n nameif outside\n security-level 0\n"
           " ip address 203.0.113.2 255.255.255.0\ninterface GigabitEthernet0/1\n nameif inside\n"
           " security-level 100\n ip address 10.0.0.1 255.255.255.0\ninterface GigabitEthernet0/2\n nameif dmz\n"
           " security-level 50\n ip address 192.0.2.1 255.255.255.0\n" +
           rules +
           "access-group OUT in interface outside\nroute outside 0.0.0.0 0.0.0.0 203.0.113.1 1\n"
           "route inside 10.0.0.0 255.0.0.0 10.0.0.2 1\n";
}

const std::string kWebServer = "object network W\n host 10.0.0.80\n nat (inside,outside) static 203.0.113.80\n";
const std::string kWebList = "access-list OUT extended permit tcp any host 192.0.2.10 eq www\n";

}  // namespace

TEST_CASE("a translation that comes moves nothing that both versions leave open") {
    const std::string more = "object network X\n host 10.0.0.90\n nat (inside,outside) static 203.0.113.90\n";
    ReviewOptions options;
    options.at = "transit";
    const Loaded loaded = review_of(edge(kWebServer + kWebList), edge(more + kWebServer + kWebList), options);
    CHECK(loaded.result.not_compared.empty());
    CHECK(loaded.result.complete());
}

TEST_CASE("packets are shown only where one of the versions sends them") {
    ReviewOptions options;
    options.at = "transit";
    const std::string opened = "access-list OUT extended permit tcp any host 10.0.0.80 eq www\n";
    const Loaded loaded = review_of(edge(kWebServer + kWebList), edge(kWebServer + kWebList + opened), options);
    CHECK(texts(loaded.result) ==
          std::vector<std::string>{"newly permitted tcp any > 203.0.113.80:80 in outside out inside"});
    CHECK(loaded.result.limits ==
          std::vector<std::string>{"packets leave by the interfaces to which networks and routes of the exports lead"});
    // To an address that no route covers they may leave by any.
    const std::string lost = edge(kWebList);
    const std::string no_default = lost.substr(0, lost.find("route outside"));
    const std::string far = "access-list OUT extended permit tcp any host 198.51.100.9 eq 25\n";
    const std::string open = edge(kWebList + far);
    const Loaded anywhere = review_of(no_default, open.substr(0, open.find("route outside")), options);
    REQUIRE(texts(anywhere.result).size() == 1);
    CHECK(texts(anywhere.result)[0].starts_with("newly permitted tcp any > 198.51.100.9:25 in outside"));
    CHECK(texts(anywhere.result)[0].find("out inside") == std::string::npos);
    // Nor do they leave where they came in, except to what is there.
    const std::string hairpin = "same-security-traffic permit intra-interface\n" + kWebServer;
    const Loaded turned = review_of(edge(hairpin + kWebList), edge(hairpin + kWebList + opened), options);
    CHECK(texts(turned.result) ==
          std::vector<std::string>{"newly permitted tcp any > 203.0.113.80:80 in outside out inside"});
    const Loaded back = review_of(edge(hairpin + kWebList), edge(hairpin + kWebList + far), options);
    CHECK(texts(back.result) ==
          std::vector<std::string>{"newly permitted tcp any > 198.51.100.9:25 in outside out outside"});
}

TEST_CASE("where no single edit is found, those that may make the difference are named") {
    const auto named = [](const std::vector<std::string>& addresses, const std::string& list) {
        std::string text = "names\n";
        for (std::size_t i = 0; i < addresses.size(); ++i)
            text += "name " + addresses[i] + " web" + std::to_string(i) + "\n";
        return edge(text + list);
    };
    const std::string list = "access-list OUT extended permit tcp any host web0 eq www\n";
    ReviewOptions options;
    options.at = "transit";
    const Loaded loaded = review_of(named({"192.0.2.10", "192.0.2.11", "192.0.2.12"}, list),
                                    named({"192.0.2.20", "192.0.2.21", "192.0.2.22"}, list), options);
    REQUIRE_FALSE(loaded.result.paths.at(0).regions.empty());
    for (const auto& region : loaded.result.paths[0].regions) {
        INFO(region.because.size());
        CHECK(region.one_of);
        CHECK(causes(region) == std::vector<std::string>{"-15", "-16", "-17", "+15", "+16", "+17"});
    }
    CHECK(loaded.result.effective_lines == 0);
}

TEST_CASE("an interface or object that is called otherwise is the same one") {
    const std::string nat = kWebServer +
                            "object network PUB\n host 192.0.2.81\nobject network V\n host 10.0.0.81\n"
                            " nat (inside,dmz) static PUB\n" +
                            kWebList;
    const std::string before = edge(nat);
    const auto with = [&](const std::string& name, const std::string& other) {
        std::string text = before;
        for (std::size_t at = 0; (at = text.find(name, at)) != std::string::npos; at += other.size())
            text.replace(at, name.size(), other);
        return text;
    };
    ReviewOptions options;
    options.at = "transit";
    const Review interface = review_of(before, with("dmz", "DMZ1"), options).result;
    CHECK(interface.same());
    CHECK(interface.asides.empty());
    CHECK(interface.limits == std::vector<std::string>{"interface dmz is called DMZ1 after"});
    const Review object = review_of(before, with("PUB", "PUBLIC"), options).result;
    CHECK(object.same());
    CHECK(object.asides.empty());
    const Review option = review_of(before, with("static PUB", "static PUB dns"), options).result;
    CHECK_FALSE(option.asides.empty());
}

TEST_CASE("a name on the other side is another condition") {
    const std::string object = "object network FQ\n fqdn v4 www.example.com\n";
    ReviewOptions options;
    options.at = "transit";
    const Loaded loaded =
        review_of(edge(object + "access-list OUT extended permit tcp object FQ any eq www\n"),
                  edge(object + "access-list OUT extended permit tcp any object FQ eq www\n"), options);
    CHECK(loaded.result.effect == Effect::both);
    CHECK_FALSE(loaded.result.paths[0].regions.empty());
}
