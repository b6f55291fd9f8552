// What becomes of the source of packets that leave: a list on no path, which stops nothing and which the next device
// has to know.
#include "fwproof/policy/text.hpp"
#include "support/catch.hpp"
#include "vendor/asa/reading.hpp"

using namespace fwproof;
using namespace fwproof::asa_test;

namespace {

// The rules of the list, one a line: what they match, and the source that they make.
std::string sources(const std::string& statements) {
    const Policy policy = read(std::string(kBase) + statements);
    std::string text;
    for (RulesetIndex i = 0; i < policy.rulesets.size(); ++i) {
        if (policy.rulesets[i].name != "nat of sources") continue;
        for (const Path& path : policy.paths) {
            for (const Stage& stage : path.stages) CHECK(stage.ruleset != i);
        }
        for (const Rule& rule : policy.rulesets[i].rules) {
            text += to_string(rule.match.any_of.front().header);
            if (const auto* translate = std::get_if<Translate>(&rule.action)) {
                const auto& source = translate->source;
                text += " -> " + (source.address ? to_string(*source.address)
                                  : source.block ? to_string(source.block->image())
                                                 : std::string("?"));
                if (source.port) text += ":" + std::to_string(*source.port);
                if (source.port_unknown) text += ":?";
            } else {
                text += " as it is";
            }
            text += rule.match.conditional ? " perhaps\n" : "\n";
        }
    }
    return text;
}

}  // namespace

TEST_CASE("the source of packets that leave is known where the export decides it") {
    const std::string host = "object network WEB\n host 10.0.0.7\n";
    CHECK(sources(host + " nat (inside,outside) static 203.0.113.7\n") ==
          "any 10.0.0.7 > any in inside out outside -> 203.0.113.7\n");
    CHECK(sources(host + " nat (inside,outside) static 203.0.113.7 service tcp 80 8080\n") ==
          "tcp 10.0.0.7:80 > any in inside out outside -> 203.0.113.7:8080\n");
    CHECK(sources(host + " nat (inside,outside) dynamic interface\n") ==
          "any 10.0.0.7 > any in inside out outside -> 203.0.113.2:?\n");
    CHECK(sources("object network NET\n subnet 10.0.0.0 255.255.255.254\n nat (inside,dmz) static 192.0.2.8\n") ==
          "any 10.0.0.0/31 > any in inside out dmz -> 192.0.2.8/31\n");
    CHECK(sources("object network NET\n subnet 10.8.0.0 255.255.0.0\n nat (inside,outside) static 198.18.0.0\n") ==
          "any 10.8.0.0/16 > any in inside out outside -> 198.18.0.0/16\n");
    CHECK(sources("object network A\n range 10.8.0.1 10.8.0.3\nobject network B\n range 203.0.113.10 203.0.113.20\n"
                  "nat (inside,outside) source static A B\n") ==
          "any 10.8.0.1-10.8.0.3 > any in inside out outside -> 203.0.113.10-203.0.113.12\n");
    CHECK(sources("object network A\n range 10.8.0.1 10.8.0.3\nobject network B\n range 203.0.113.10 203.0.113.11\n"
                  "nat (inside,outside) source static A B\n") ==
          "any 10.8.0.1-10.8.0.3 > any in inside out outside -> ?\n");
    CHECK(sources("object network POOL\n range 203.0.113.8 203.0.113.9\n" + host +
                  " nat (inside,outside) dynamic POOL\n") == "any 10.0.0.7 > any in inside out outside -> ?:?\n");
    CHECK(sources(host + "object network FAR\n host 198.51.100.9\n"
                         "nat (inside,outside) source static WEB WEB destination static FAR FAR\n") ==
          "any 10.0.0.7 > 198.51.100.9 in inside out outside as it is\n");
    CHECK(sources("").empty());
}
