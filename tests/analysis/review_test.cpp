// A review against the naive evaluator, packet by packet, and the edits that it blames.
#include "fwproof/analysis/review.hpp"

#include "analysis/merge_regions.hpp"
#include "analysis/reviewing.hpp"
#include "support/catch.hpp"
#include "support/naive.hpp"
#include "support/random_policy.hpp"

using namespace fwproof;
using namespace fwproof::reviewing;

TEST_CASE("the regions of random edits are exactly the first packets whose verdict differs") {
    const auto packets = tiny::every_packet();
    std::size_t differing = 0, alike = 0;
    for (std::uint32_t seed = 0; seed < 60; ++seed) {
        tiny::Products random(1000 + seed);
        tiny::PolicyOptions options;
        options.plain = seed % 3 != 0;
        Policy before = tiny::random_policy(random, options);
        before.paths[0].position = Position::inbound;
        before.replies = ReplyHandling::by_rules;
        Policy after = before;
        auto& rules = after.rulesets[random.below(static_cast<std::uint32_t>(after.rulesets.size()))].rules;
        Rule added;
        added.match.any_of[0].header = random.next();
        added.action = Decide{random.one_in(2) ? Verdict::permit : Verdict::deny, ""};
        if (!rules.empty() && random.one_in(2)) rules.erase(rules.begin());
        if (random.one_in(2)) rules.insert(rules.begin(), added);
        const Review result = review(before, after);
        REQUIRE(result.paths.size() == 1);
        const PathReview& path = result.paths[0];
        if (!path.complete) continue;
        std::size_t wrong = 0;
        for (const auto& packet : packets) {
            // What comes in has an input interface, and a new TCP connection starts with SYN.
            const bool first = packet.state == State::new_ && (packet.protocol != kTcp || packet.tcp_flags == kSyn);
            if (!first || packet.in.empty()) continue;
            const Verdict was = naive::evaluate(before, before.paths[0], packet);
            const Verdict is = naive::evaluate(after, after.paths[0], packet);
            std::size_t found = 0;
            for (const auto& region : path.regions) {
                if (!in_any(region.first_packets, packet) || region.direction == Direction::still_unknown) continue;
                ++found;
                wrong += region.before != was || region.after != is;
            }
            wrong += found != (was == is ? 0U : 1U);
            differing += was != is;
            if (path.same()) wrong += was == Verdict::unknown || is == Verdict::unknown;
        }
        alike += path.same();
        INFO("seed " << seed);
        CHECK(wrong == 0);
    }
    CHECK(differing > 100);
    CHECK(alike > 5);
}

TEST_CASE("a changed line is blamed for its region, with the line that it replaces") {
    const Loaded loaded = review_of(host("-A INPUT -s 10.1.0.0/24 -p tcp --dport 22 -j ACCEPT\n"),
                                    host("-A INPUT -s 10.1.0.0/23 -p tcp --dport 22 -j ACCEPT\n"));
    CHECK(texts(loaded.result) == std::vector<std::string>{"newly permitted tcp 10.1.1.0/24 > any:22"});
    CHECK(loaded.result.effect == Effect::widened);
    CHECK(causes(loaded.result.paths[0].regions[0]) == std::vector<std::string>{"-5", "+5"});
    CHECK(loaded.result.effective_lines == 2);
}

TEST_CASE("a jump or return that decides nothing itself is blamed where it makes the difference") {
    const std::string chain = ":web - [0:0]\n";
    const std::string rules =
        "-A INPUT -p tcp -j web\n-A web -s 10.9.0.0/16 -j RETURN\n-A web -p tcp --dport 443 -j ACCEPT\n";
    const auto text = [&](const std::string& body) {
        return "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n" + chain + body + "COMMIT\n";
    };
    const Loaded loaded = review_of(text(rules), text("-A INPUT -p tcp -j web\n-A web -p tcp --dport 443 -j ACCEPT\n"));
    CHECK(texts(loaded.result) == std::vector<std::string>{"newly permitted tcp 10.9.0.0/16 > any:443"});
    CHECK(causes(loaded.result.paths[0].regions[0]) == std::vector<std::string>{"-7"});
}

TEST_CASE("an edit of an object is named where rules far away change by it") {
    const auto edge = [](const std::string& members) {
        return "ASA Version 9.16(4)\ninterface GigabitEthernet0/0\n nameif outside\n security-level 0\n"
               " ip address 203.0.113.2 255.255.255.0\ninterface GigabitEthernet0/1\n nameif inside\n"
               " security-level 100\n ip address 10.1.0.1 255.255.0.0\nobject-group network INNER\n" +
               members +
               "object-group network WEB\n network-object host 10.1.0.4\n group-object INNER\n"
               "access-list OUT extended permit tcp any object-group WEB eq 443\n"
               "access-group OUT in interface outside\n";
    };
    const Loaded loaded = review_of(edge(" network-object host 10.1.0.5\n"),
                                    edge(" network-object host 10.1.0.5\n network-object host 10.1.0.6\n"));
    const auto& transit = loaded.result.paths.back();
    REQUIRE(transit.regions.size() == 1);
    REQUIRE(transit.regions[0].objects.size() == 1);
    CHECK(transit.regions[0].objects[0].name == "INNER");
    CHECK(causes(transit.regions[0]) == std::vector<std::string>{"+12"});
    CHECK(to_string(*transit.regions[0].witness) == "tcp 1.0.0.1:49152 > 10.1.0.6:443 in outside out inside");
}

TEST_CASE("a rule and its objects that are edited together are told apart") {
    const auto edge = [](const std::string& objects, const std::string& rule) {
        return "ASA Version 9.16(4)\ninterface GigabitEthernet0/0\n nameif outside\n security-level 0\n"
               " ip address 203.0.113.2 255.255.255.0\ninterface GigabitEthernet0/1\n nameif inside\n"
               " security-level 100\n ip address 10.1.0.1 255.255.0.0\n" +
               objects + "access-list OUT extended " + rule + "\naccess-group OUT in interface outside\n";
    };
    const std::string one = "object-group network PART\n network-object host 198.51.100.1\n";
    const std::string two = one + " network-object host 198.51.100.2\n";
    const std::string web = "object-group service WEB tcp\n port-object eq 443\n";
    const std::string webs = "object-group service WEB tcp\n port-object range 443 444\n";
    const std::string rule = "permit tcp object-group PART host 10.1.0.20 object-group WEB";
    const auto first = [](const Loaded& loaded) { return loaded.result.paths.back().regions.at(0); };
    // Only a log was added to the line: it is not what makes the difference.
    const Loaded logged = review_of(edge(web + one, rule), edge(web + two, rule + " log 4"));
    CHECK(causes(first(logged)) == std::vector<std::string>{"+14"});
    CHECK(first(logged).objects.at(0).name == "PART");
    REQUIRE(logged.result.logging.size() == 1);
    CHECK_FALSE(logged.result.logging[0].lost);
    CHECK(logged.result.logging_lines == 2);
    // `inactive` behind the log is no word about logging.
    const Loaded off = review_of(edge(web + one, rule), edge(web + two, rule + " log inactive"));
    CHECK(causes(first(off)) == std::vector<std::string>{"-14"});
    // The line and the object both make it.
    const std::string other = "permit tcp object-group PART host 10.1.0.21 object-group WEB";
    const Loaded both = review_of(edge(web + one, rule), edge(web + two, other));
    CHECK(causes(first(both)) == std::vector<std::string>{"+14", "+15"});
    // Two objects.
    const Loaded objects = review_of(edge(web + one, rule), edge(webs + two, rule));
    std::vector<std::string> names;
    for (const auto& object : first(objects).objects) names.push_back(object.name);
    CHECK(names == std::vector<std::string>{"WEB", "PART"});
    CHECK(causes(first(objects)) == std::vector<std::string>{"-11", "+11", "+14"});
}

TEST_CASE("text and counters change nothing, a lost log is told") {
    const Loaded loaded = review_of(host("-A INPUT -p tcp --dport 22 -j ACCEPT\n-A INPUT -p udp -j LOG\n"),
                                    host("# by hand\n[9:9] -A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n"));
    CHECK(loaded.result.effect == Effect::unchanged);
    CHECK(loaded.result.same());
    REQUIRE(loaded.result.logging.size() == 1);
    CHECK(loaded.result.logging[0].lost);
    CHECK(loaded.result.effective_lines == 0);
    CHECK(loaded.result.logging_lines == 1);
}

TEST_CASE("nothing is said to be the same while something is unknown on both sides") {
    const std::string rules = "-A INPUT -p tcp --dport 80 -m string --string x --algo bm -j ACCEPT\n";
    const Loaded loaded = review_of(host(rules), host("# x\n" + rules));
    CHECK(loaded.result.effect == Effect::unchanged);
    CHECK_FALSE(loaded.result.same());
    CHECK(loaded.result.paths[0].undecided);
    CHECK_FALSE(loaded.result.paths[1].undecided);
}

TEST_CASE("a condition that changes is told where packets stay unknown, and which way it can go") {
    const std::string deny_80 = "-A INPUT -p tcp --dport 80 -m string --string x --algo bm -j DROP\n";
    const std::string permit_80 = "-A INPUT -p tcp --dport 80 -j ACCEPT\n";
    const auto set = [](const std::string& test) {
        return "-A INPUT -p tcp --dport 22 -m set " + test + " -j ACCEPT\n";
    };
    const std::string admins = set("--match-set admins src");
    const std::string recent = "-A INPUT -p tcp --dport 22 -m recent --update --seconds 60 --hitcount ";
    struct Case {
        const char* what;
        std::string before, after;
        Effect effect;
        std::vector<std::string> causes;
    };
    const std::vector<Case> cases = {
        {"another set", admins, set("--match-set everybody src"), Effect::both, {"-5", "+5"}},
        {"the other side of the packet", admins, set("--match-set admins dst"), Effect::both, {"-5", "+5"}},
        {"turned round", admins, set("! --match-set admins src"), Effect::both, {"-5", "+5"}},
        {"one more permit", admins, admins + set("--match-set b src"), Effect::widened, {"+6"}},
        {"one permit less", admins + set("--match-set b src"), admins, Effect::narrowed, {"-6"}},
        {"one more deny",
         deny_80 + permit_80,
         "-A INPUT -p tcp --dport 80 -m string --string y --algo bm -j DROP\n" + deny_80 + permit_80,
         Effect::narrowed,
         {"+5"}},
        {"a counter",
         recent + "4 --name S -j DROP\n-A INPUT -p tcp --dport 22 -j ACCEPT\n",
         recent + "9999 --name S -j DROP\n-A INPUT -p tcp --dport 22 -j ACCEPT\n",
         Effect::both,
         {"-5", "+5"}},
        {"a conditional return moved behind the rule that it skips",
         "-A INPUT -p tcp --dport 22 -m set --match-set b src -j RETURN\n" + admins,
         admins + "-A INPUT -p tcp --dport 22 -m set --match-set b src -j RETURN\n",
         Effect::both,
         {"-5", "+6"}},
        // Nothing that acts.
        {"two permits in another order",
         admins + set("--match-set b src"),
         set("--match-set b src") + admins,
         Effect::unchanged,
         {}},
        {"the same permit twice", admins, admins + admins, Effect::unchanged, {}},
        {"cut in two",
         admins,
         "-A INPUT -s 0.0.0.0/1 -p tcp --dport 22 -m set --match-set admins src -j ACCEPT\n"
         "-A INPUT -s 128.0.0.0/1 -p tcp --dport 22 -m set --match-set admins src -j ACCEPT\n",
         Effect::unchanged,
         {}},
        {"a deny before the default", admins, admins + "-A INPUT -p tcp --dport 22 -j DROP\n", Effect::unchanged, {}},
    };
    for (const auto& one : cases) {
        INFO(one.what);
        const Loaded loaded = review_of(host(one.before), host(one.after));
        CHECK(loaded.result.complete());
        CHECK(loaded.result.effect == one.effect);
        const auto& regions = loaded.result.paths[0].regions;
        REQUIRE(regions.empty() == one.causes.empty());
        CHECK(loaded.result.effective_lines == one.causes.size());
        if (regions.empty()) continue;
        CHECK(regions[0].direction == Direction::still_unknown);
        CHECK(causes(regions[0]) == one.causes);
    }
}

TEST_CASE("replies that get back in one version only are told, whichever way each version treats them") {
    const auto edge = [](const std::string& inspection) {
        return "ASA Version 9.16(4)\ninterface GigabitEthernet0/0\n nameif outside\n security-level 0\n"
               " ip address 203.0.113.2 255.255.255.0\ninterface GigabitEthernet0/1\n nameif inside\n"
               " security-level 100\n ip address 10.1.0.1 255.255.0.0\n"
               "access-list OUT extended deny ip any4 any4\n"
               "access-list IN extended permit icmp 10.1.0.0 255.255.0.0 any4 echo\n"
               "access-list IN extended deny ip any4 any4\n"
               "access-group OUT in interface outside\naccess-group IN in interface inside\n"
               "class-map inspection_default\n match default-inspection-traffic\npolicy-map global_policy\n"
               " class inspection_default\n  inspect dns\n" +
               inspection + "service-policy global_policy global\n";
    };
    const std::string established = "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n";
    const std::string echo = "-A FORWARD -i inside -o outside -s 10.1.0.0/16 -p icmp --icmp-type 8 -j ACCEPT\n";
    const std::string raw =
        "*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n"
        "-A PREROUTING -p tcp --dport 22 -j CT --notrack\nCOMMIT\n";
    const std::string ssh =
        "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT DROP [0:0]\n"
        "-A INPUT -p tcp --dport 22 -j ACCEPT\n"
        "-A OUTPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT\nCOMMIT\n";
    struct Case {
        const char* what;
        std::string before, after, at;
        std::vector<std::string> lost, gained;
        Effect effect;
    };
    const std::string reply = "icmp {0.0.0.0-223.255.255.255, 240.0.0.0-255.255.255.254} > 10.1.0.0/16 icmp 0/0";
    const std::string routed =
        "icmp {0.0.0.0-10.0.255.255, 10.2.0.0-223.255.255.255, 240.0.0.0-255.255.255.254} > 10.1.0.0/16 icmp 0/0";
    const std::vector<Case> cases = {
        {"no more inspection", edge("  inspect icmp\n"), edge(""), "transit", {reply}, {}, Effect::narrowed},
        {"inspection", edge(""), edge("  inspect icmp\n"), "transit", {}, {reply}, Effect::widened},
        {"neither inspects", edge(""), edge("! text\n"), "transit", {}, {}, Effect::unchanged},
        {"from rules for established connections to no inspection",
         host(established + echo),
         edge(""),
         "transit",
         {routed},
         {},
         Effect::narrowed},
        {"to inspection", host(established + echo), edge("  inspect icmp\n"), "transit", {}, {}, Effect::unchanged},
        {"rules without established connections to no inspection",
         host(echo),
         edge(""),
         "transit",
         {},
         {},
         Effect::unchanged},
        {"a flow that is no longer tracked", ssh, raw + ssh, "inbound", {"tcp any:22 > any"}, {}, Effect::narrowed},
        {"a flow that is tracked again", raw + ssh, ssh, "inbound", {}, {"tcp any:22 > any"}, Effect::widened},
        {"replies that are let out in any state", raw + ssh + "# x\n", raw + ssh, "inbound", {}, {}, Effect::unchanged},
    };
    for (const auto& one : cases) {
        INFO(one.what);
        ReviewOptions options;
        options.at = one.at;
        options.family = Family::v4;
        const Loaded loaded = review_of(one.before, one.after, options);
        REQUIRE(loaded.result.paths.size() == 1);
        const PathReview& path = loaded.result.paths[0];
        CHECK(path.complete);
        CHECK(path.not_compared.empty());
        CHECK(path.regions.empty());
        const auto shown = [](const std::vector<Product>& products) {
            std::vector<std::string> all;
            for (Product product : products) {
                product.in = product.out = InterfaceSet::any();
                product.states = StateSet::all();
                if (product.services) {
                    ServiceSet services = *product.services;
                    for (auto& term : services.terms) term.tcp_flags = IntervalSet<std::uint8_t>::all();
                    product.services = share(std::move(services));
                }
                all.push_back(to_string(product));
            }
            return all;
        };
        CHECK(shown(path.replies_lost) == one.lost);
        CHECK(shown(path.replies_gained) == one.gained);
        CHECK(loaded.result.effect == one.effect);
    }
}

TEST_CASE("what rules do beside deciding is told") {
    const auto device = [](const std::string& mangle, const std::string& nat, const std::string& filter) {
        return "*mangle\n:FORWARD ACCEPT [0:0]\n" + mangle + "COMMIT\n*nat\n:POSTROUTING ACCEPT [0:0]\n" + nat +
               "COMMIT\n" + host(filter);
    };
    const std::string mss = "-A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS ";
    const std::string snat = "-A POSTROUTING -o eth0 -j SNAT --to-source 203.0.113.";
    const std::string ssh = "-A INPUT -p tcp --dport 22 -j ACCEPT\n", smtp = "-A INPUT -p tcp --dport 25 -j ";
    struct Case {
        const char* what;
        std::string before, after;
        std::size_t asides, lines;
    };
    const std::vector<Case> cases = {
        {"another source", device("", snat + "5\n", ssh), device("", snat + "6\n", ssh), 2, 2},
        {"no translation", device("", snat + "5\n", ssh), device("", "", ssh), 1, 1},
        {"how it is refused", device("", "", smtp + "DROP\n"), device("", "", smtp + "REJECT\n"), 1, 2},
        {"segment size", device(mss + "--clamp-mss-to-pmtu\n", "", ssh), device("", "", ssh), 1, 1},
        {"another segment size", device(mss + "--set-mss 1400\n", "", ssh), device(mss + "--set-mss 1300\n", "", ssh),
         1, 2},
        {"a mark", device("", "", ssh), device("", "", "-A INPUT -p tcp --dport 22 -j MARK --set-mark 1\n" + ssh), 1,
         1},
        {"a log", device("", "", ssh), device("", "", "-A INPUT -j LOG\n" + ssh), 0, 0},
        {"text", device(mss + "--clamp-mss-to-pmtu\n", snat + "5\n", ssh),
         "# by hand\n" + device(mss + "--clamp-mss-to-pmtu\n", snat + "5\n", ssh), 0, 0},
    };
    for (const auto& one : cases) {
        INFO(one.what);
        const Loaded loaded = review_of(one.before, one.after);
        CHECK(loaded.result.effect == Effect::unchanged);
        CHECK(loaded.result.asides.size() == one.asides);
        CHECK(loaded.result.aside_lines == one.lines);
    }
}

TEST_CASE("losing the rule for replies is a difference of replies") {
    const Loaded loaded = review_of(
        host("-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n-A FORWARD -p tcp --dport 22 -j "
             "ACCEPT\n"),
        host("-A FORWARD -p tcp --dport 22 -j ACCEPT\n"));
    const auto& transit = loaded.result.paths.back();
    REQUIRE_FALSE(transit.regions.empty());
    CHECK(transit.regions[0].direction == Direction::newly_denied);
    CHECK(transit.regions[0].first_packets.empty());
    CHECK_FALSE(transit.regions[0].others.empty());
    CHECK(loaded.result.effect == Effect::narrowed);
}

TEST_CASE("the same headers in another state are only claimed where all of them differ") {
    const std::string rules =
        "-A OUTPUT -o eth2 -m conntrack --ctstate INVALID -j ACCEPT\n"
        "-A OUTPUT -p tcp -m tcp --dport 8080 -j ACCEPT\n"
        "-A OUTPUT -s 10.1.2.0/24 -p udp -m udp --sport 53 -m conntrack --ctstate NEW -j ACCEPT\n";
    const auto dump = [&](const std::string& verdict) {
        return "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT " + verdict + " [0:0]\n" + rules + "COMMIT\n";
    };
    ReviewOptions options;
    options.at = "outbound";
    const Loaded loaded = review_of(dump("ACCEPT"), dump("DROP"), options);
    const PathReview& path = loaded.result.paths.at(0);
    // Before everything passed: what a region claims must be dropped now.
    const auto claims = [&](const Packet& packet) {
        return std::any_of(path.regions.begin(), path.regions.end(), [&](const ChangedRegion& region) {
            Packet opening = packet;
            opening.state = State::new_;
            return in_any(region.first_packets, packet) || in_any(region.others, packet) ||
                   (region.also.contains(packet.state) && in_any(region.first_packets, opening));
        });
    };
    Packet packet;
    packet.source = parse_address("192.0.2.9").value();
    packet.destination = parse_address("192.0.2.10").value();
    packet.protocol = kUdp;
    packet.source_port = 53;
    packet.destination_port = 53;
    packet.out = "eth2";
    packet.state = State::invalid;
    CHECK_FALSE(claims(packet));
    packet.out = "eth1";
    CHECK(claims(packet));
    packet.source = parse_address("10.1.2.9").value();
    CHECK(claims(packet));
    packet.state = State::new_;
    CHECK_FALSE(claims(packet));
}

TEST_CASE("replies of protocols without ports are compared") {
    const std::string asa =
        "ASA Version 9.16(4)\ninterface GigabitEthernet0/0\n nameif outside\n security-level 0\n no ip address\n"
        "interface GigabitEthernet0/1\n nameif inside\n security-level 100\n no ip address\n"
        "access-list IN extended permit gre 10.1.0.0 255.255.0.0 any4\naccess-list IN extended deny ip any any\n"
        "access-list OUT extended deny ip any any\n"
        "access-group IN in interface inside\naccess-group OUT in interface outside\n";
    ReviewOptions options;
    options.at = "transit";
    options.family = Family::v4;
    options.interfaces = {{"inside", "eth1"}, {"outside", "eth0"}};
    const Loaded loaded = review_of(asa,
                                    host("-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"
                                         "-A FORWARD -s 10.1.0.0/16 -i eth1 -o eth0 -p gre -j ACCEPT\n"),
                                    options);
    const PathReview& path = loaded.result.paths.at(0);
    CHECK(path.regions.empty());
    REQUIRE(path.replies_gained.size() == 1);
    CHECK(to_string(path.replies_gained[0]).starts_with("gre "));
    CHECK(path.replies_lost.empty());
}

TEST_CASE("rules on one condition are compared though the edit meets only one of them") {
    const auto dump = [](const std::string& jump) {
        return "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n:U3 - [0:0]\n"
               "-A OUTPUT -m set --match-set adm src -j DROP\n" +
               jump + "-A U3 -d 203.0.113.0/24 -m set --match-set adm src -j RETURN\nCOMMIT\n";
    };
    const Loaded loaded = review_of(dump(""), dump("-A OUTPUT -d 10.1.0.0/16 -j U3\n"));
    CHECK(loaded.result.complete());
    CHECK(loaded.result.effect == Effect::unchanged);
}

TEST_CASE("a rule that decides nothing may go, also behind a return that depends on something") {
    const auto dump = [](const std::string& dead) {
        return "*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:U - [0:0]\n"
               "-A FORWARD -p tcp -g U\n-A U -d 10.0.0.0/8 -m limit --limit 5/min -j RETURN\n-A U -j DROP\n" +
               dead + "COMMIT\n";
    };
    const Loaded gone = review_of(dump("-A U -s 10.3.0.0/16 -j DROP\n"), dump(""));
    CHECK(gone.result.effect == Effect::unchanged);
    for (const auto& path : gone.result.paths) CHECK(path.regions.empty());
    // Dead by what one before it matches, not by its form.
    const auto beside = [](const std::string& dead) {
        return "*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:U - [0:0]\n"
               "-A FORWARD -p tcp -g U\n-A U -d 10.0.0.0/8 -m limit --limit 5/min -j RETURN\n"
               "-A U -s 10.0.0.0/8 -j DROP\n" +
               dead + "COMMIT\n";
    };
    const Loaded covered = review_of(beside("-A U -s 10.3.0.0/16 -j DROP\n"), beside(""));
    CHECK(covered.result.effect == Effect::unchanged);
    for (const auto& path : covered.result.paths) CHECK(path.regions.empty());
    // One that decides something behind it does make a difference.
    const auto open = [](const std::string& rules) {
        return "*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:U - [0:0]\n"
               "-A FORWARD -p tcp -g U\n-A U -d 10.0.0.0/8 -m limit --limit 5/min -j RETURN\n" +
               rules + "COMMIT\n";
    };
    CHECK(review_of(open("-A U -s 10.3.0.0/16 -j DROP\n"), open("")).result.effect == Effect::widened);
}

TEST_CASE("a return at the end of its chain may go, also beside a translation and packets that stay unknown") {
    const auto dump = [](const std::string& last) {
        return "*nat\n:PREROUTING ACCEPT [0:0]\n:DOCKER - [0:0]\n"
               "-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER\n"
               "-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8088 -j DNAT --to-destination 172.17.0.2:80\nCOMMIT\n"
               "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n:DOCKER-USER - [0:0]\n"
               "-A FORWARD -j DOCKER-USER\n"
               "-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"
               "-A FORWARD -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT\n"
               "-A DOCKER-USER -i eth0 -p tcp -m conntrack --ctorigdstport 8088 --ctdir ORIGINAL "
               "! --ctorigsrc 198.51.100.0/24 -j DROP\n" +
               last + "COMMIT\n";
    };
    const Loaded gone = review_of(dump("-A DOCKER-USER -j RETURN\n"), dump(""));
    CHECK(gone.result.effect == Effect::unchanged);
    for (const auto& path : gone.result.paths) CHECK(path.regions.empty());
    // Before other rules it does something.
    const std::string drop = "-A DOCKER-USER -i eth0 -p tcp --dport 80 -j DROP\n";
    CHECK(review_of(dump("-A DOCKER-USER -j RETURN\n" + drop), dump(drop)).result.effect != Effect::unchanged);
}

TEST_CASE("a chain that is new makes a difference where its packets are, not where others stay unknown") {
    const auto dump = [](const std::string& chain, const std::string& jump) {
        return "*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:U - [0:0]\n" + chain + jump +
               "-A FORWARD -p tcp -j U\n-A U -d 10.0.0.0/8 -m limit --limit 5/min -j RETURN\n-A U -j DROP\n" +
               (chain.empty() ? "" : "-A V -j DROP\n") + "COMMIT\n";
    };
    const Loaded loaded =
        review_of(dump("", ""), dump(":V - [0:0]\n", "-A FORWARD -s 192.0.2.0/24 -p tcp --dport 99 -j V\n"));
    CHECK(loaded.result.complete());
    const auto told = texts(loaded.result);
    CHECK(!told.empty());
    for (const auto& text : told) CHECK(text.find("192.0.2.0/24") != std::string::npos);
}

TEST_CASE("packets that an assumption leaves out are compared where an edited rule asks for them") {
    const auto raw = [](const std::string& rules) {
        return "*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n" + rules + "COMMIT\n" +
               host("-A INPUT -s 10.0.0.0/8 -i eth0 -j ACCEPT\n");
    };
    const auto host6 = [](const std::string& rules) {
        return "# Generated by ip6tables-save v1.8.9\n" + host(rules + "-A INPUT -p tcp --dport 22 -j ACCEPT\n");
    };
    struct Case {
        const char* what;
        std::string before, after;
        std::vector<std::string> expected;
        Effect effect;
    };
    const std::string spoofed = "-A PREROUTING -m rpfilter --invert -j DROP\n";
    const std::vector<Case> cases = {
        {"a reverse path test is removed",
         raw(spoofed),
         raw(""),
         {"newly permitted any 10.0.0.0/8 > any in eth0 opaque 1,3"},
         Effect::widened},
        {"and put in again",
         raw(""),
         raw(spoofed),
         {"newly denied any 10.0.0.0/8 > any in eth0 opaque 1,3"},
         Effect::narrowed},
        {"a rule beside it", raw(spoofed), raw(spoofed + "-A PREROUTING -i lo -j ACCEPT\n"), {}, Effect::unchanged},
        {"source routing is let in",
         host6("-A INPUT -m rt --rt-type 0 -j DROP\n"),
         host6(""),
         {"became known tcp any > any:22 opaque 2-3"},
         Effect::widened},
        {"another kind of source routing",
         host6("-A INPUT -m rt --rt-type 0 -j DROP\n"),
         host6("-A INPUT -m rt --rt-type 2 -j DROP\n"),
         {"still unknown tcp any > any:22 opaque 2-3"},
         Effect::both},
        {"later fragments are let in",
         host("-A INPUT -f -j DROP\n-A INPUT -s 10.0.0.0/8 -j ACCEPT\n"),
         host("-A INPUT -s 10.0.0.0/8 -j ACCEPT\n"),
         {"newly permitted any 10.0.0.0/8 > any fragment 1"},
         Effect::widened},
    };
    for (const auto& one : cases) {
        INFO(one.what);
        const Loaded loaded = review_of(one.before, one.after);
        CHECK(texts(loaded.result) == one.expected);
        CHECK(loaded.result.effect == one.effect);
    }
}

TEST_CASE("what one version alone assumes is no equivalence") {
    const auto edge = [](const std::string& statement) {
        return "ASA Version 9.16(4)\ninterface GigabitEthernet0/0\n nameif outside\n security-level 0\n"
               " ip address 203.0.113.2 255.255.255.0\ninterface GigabitEthernet0/1\n nameif inside\n"
               " security-level 100\n ip address 10.1.0.1 255.255.0.0\n"
               "access-list OUT extended permit tcp any host 10.1.0.5 eq 443\n"
               "access-group OUT in interface outside\n" +
               statement;
    };
    const Loaded loaded = review_of(edge(""), edge("multicast-routing\n"));
    REQUIRE(loaded.result.assumed.size() == 2);
    CHECK(!loaded.result.assumed[0].after);
    CHECK(loaded.result.assumed[0].sentence ==
          "broadcast and multicast, which a routed firewall does not forward, are not asked about");
    CHECK(loaded.result.assumed[1].after);
    CHECK(!loaded.result.same());
    CHECK(review_of(edge(""), edge("")).result.assumed.empty());
    // Another language rests on other things, which is said.
    const Loaded migrated = review_of(edge(""), host(""));
    CHECK(migrated.result.assumed.empty());
    CHECK(std::count_if(migrated.result.limits.begin(), migrated.result.limits.end(),
                        [](const std::string& limit) { return limit.starts_with("assumed only before: "); }) > 0);
}

TEST_CASE("what is not asked about is said where an edited rule names it") {
    const auto said = [](const std::string& before, const std::string& after) {
        const Loaded loaded = review_of(host(before), host(after));
        const auto& limits = loaded.result.limits;
        return std::find(limits.begin(), limits.end(),
                         "what passes from or to lo, which an edited rule names, is not asked about") != limits.end();
    };
    CHECK(said("-A FORWARD -i lo -j ACCEPT\n", ""));
    CHECK_FALSE(said("-A INPUT -i lo -j ACCEPT\n", ""));
    CHECK_FALSE(said("-A FORWARD -i lo -j ACCEPT\n", "-A FORWARD -i lo -j ACCEPT\n-A FORWARD -i eth0 -j ACCEPT\n"));
}

TEST_CASE("regions of several questions are one where they say the same of other states") {
    Product web, mail;
    web.destination = share(AddressSet::of(*parse_prefix("192.0.2.80/32")));
    mail.destination = share(AddressSet::of(*parse_prefix("192.0.2.25/32")));
    const auto region = [](const std::vector<Product>& first, StateSet also, const std::vector<Product>& others = {}) {
        ChangedRegion one;
        one.direction = Direction::newly_permitted;
        one.first_packets = first;
        one.also = also;
        one.others = others;
        return one;
    };
    const auto merged = [&](const ChangedRegion& a, const ChangedRegion& b) { return merge_regions({a, b}); };
    const StateSet established = State::established;
    REQUIRE(merged(region({web}, established), region({mail}, established)).size() == 1);
    // What holds for one alone is said of one alone.
    const auto apart = merged(region({web}, established), region({mail}, {}));
    REQUIRE(apart.size() == 2);
    CHECK(apart[0].also == established);
    CHECK(apart[1].also.empty());
    const auto beside = merged(region({web}, established), region({}, {}, {mail}));
    REQUIRE(beside.size() == 1);
    CHECK(beside[0].first_packets == std::vector{web});
    CHECK(beside[0].also == established);
    CHECK(beside[0].others == std::vector{mail});
    ChangedRegion other = region({mail}, established);
    other.direction = Direction::newly_denied;
    CHECK(merged(other, region({web}, established))[0].direction == Direction::newly_permitted);
}

TEST_CASE("whichever conditions hold, a permit that comes only widens") {
    const std::string conditional =
        "-A INPUT -m string --string a --algo bm -j DROP\n-A INPUT -m string --string b --algo bm -j ACCEPT\n";
    const std::string ssh = "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n";
    const Loaded came = review_of(host(conditional), host(conditional + ssh));
    CHECK(came.result.effect == Effect::widened);
    REQUIRE_FALSE(came.result.paths[0].regions.empty());
    const ChangedRegion& region = came.result.paths[0].regions[0];
    CHECK(region.direction == Direction::still_unknown);
    REQUIRE(region.after_by);
    CHECK(region.after_by->rule.rule == 2);
    CHECK(review_of(host(conditional + ssh), host(conditional)).result.effect == Effect::narrowed);
    // Two answers to one condition are one; rules in another order may say the same.
    const std::string swapped = "-A INPUT -p tcp -m string --string a --algo bm -j DROP\n" + ssh +
                                "-A INPUT -m string --string a --algo bm -j DROP\n";
    const std::string plain = "-A INPUT -m string --string a --algo bm -j DROP\n" + ssh;
    CHECK(review_of(host(swapped), host(plain)).result.effect == Effect::unchanged);
}

TEST_CASE("a chain that is called otherwise is the same chain") {
    const auto logging = [](const std::string& inner, const std::string& outer, const std::string& level) {
        return "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n:" + inner +
               " - [0:0]\n:" + outer + " - [0:0]\n-A INPUT -j " + outer + "\n-A " + outer + " -p tcp -j " + inner +
               "\n-A " + inner + " -j LOG\n-A " + inner + level + " -j DROP\nCOMMIT\n";
    };
    const std::string before = logging("LOGDROP", "TCPIN", "");
    const Review same = review_of(before, logging("LOG_DROP", "TCP_IN", "")).result;
    CHECK(same.same());
    CHECK(same.logging.empty());
    CHECK(same.limits == std::vector<std::string>{"LOGDROP is called LOG_DROP after", "TCPIN is called TCP_IN after"});
    const Review other = review_of(before, logging("LOG_DROP", "TCP_IN", " -p tcp")).result;
    CHECK(other.limits.empty());
    CHECK(other.logging.size() == 2);
}

TEST_CASE("what a translation sends on is compared where it goes") {
    const auto gateway = [](const std::string& nat) {
        return "*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT "
               "[0:0]\n" +
               nat +
               "COMMIT\n*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n"
               "-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n"
               "-A FORWARD -d 10.1.0.10/32 -p tcp -m tcp --dport 443 -j ACCEPT\nCOMMIT\n";
    };
    const std::string web =
        "-A PREROUTING -d 203.0.113.10/32 -p tcp -m tcp --dport 8443 -j DNAT --to-destination 10.1.0.10:443\n";
    const auto to = [](const Review& review, std::size_t path) {
        std::vector<std::string> all;
        for (const auto& region : review.paths.at(path).regions) {
            for (const auto& product : region.first_packets)
                all.push_back(std::string(to_string(region.direction)) + " " + to_string(product));
        }
        return all;
    };
    const Loaded came = review_of(gateway(""), gateway(web)), went = review_of(gateway(web), gateway(""));
    CHECK(to(came.result, 0).empty());
    CHECK(to(came.result, 2) == std::vector<std::string>{"newly permitted tcp any > 203.0.113.10:8443"});
    CHECK(went.result.effect == Effect::narrowed);
    CHECK(went.result.paths[0].before == &went.before[0].paths[0]);
    CHECK(went.result.paths[0].after == &went.after[0].paths[0]);
    // To what may be the host itself.
    const std::string ssh =
        "-A PREROUTING -d 203.0.113.10/32 -p tcp -m tcp --dport 2222 -j DNAT --to-destination 10.1.0.1:22\n";
    CHECK(to(review_of(gateway(""), gateway(ssh)).result, 0) ==
          std::vector<std::string>{"became unknown tcp any > 203.0.113.10:2222 in !lo"});
}
