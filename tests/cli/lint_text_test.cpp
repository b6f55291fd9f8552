// What lint says of rules of which it cannot say more, and of several parts of one rule.
#include "support/catch.hpp"
#include "support/program.hpp"

using namespace fwproof::test;

namespace {

std::string lint_of(const std::string& name, const std::string& rules) {
    const std::string file = write_file(
        fresh_directory(name), "rules.v4",
        "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n:VIA - [0:0]\n" + rules + "COMMIT\n");
    return run_fwproof({"lint", file}).out;
}

}  // namespace

TEST_CASE("a rule that was not understood may permit, and is not said to") {
    const std::string odd = "-A INPUT -p tcp -m conntrack [unsupported revision] -j ACCEPT\n";
    CHECK(lint_of("odd", odd).find("any-to-any]: INPUT rule 1 may permit every service from anywhere") !=
          std::string::npos);
    CHECK(
        lint_of("all", "-A INPUT -j ACCEPT\n").find("any-to-any]: INPUT rule 1 permits every service from anywhere") !=
        std::string::npos);
}

// As they are sent, and as they are translated.
TEST_CASE("a rule that lets packets through in two ways is named once") {
    const std::string text = lint_of("twice",
                                     "-A FORWARD -j VIA\n-A VIA -s 10.88.0.0/16 -j ACCEPT\nCOMMIT\n*nat\n"
                                     ":PREROUTING ACCEPT [0:0]\n"
                                     "-A PREROUTING -p tcp -m addrtype --dst-type LOCAL -m tcp --dport 8080 -j DNAT "
                                     "--to-destination 10.88.0.2:80\n");
    CHECK(text.find("forward-without-interface]: VIA rule 1 lets packets through") != std::string::npos);
}

TEST_CASE("the IPv6 rules of one host are not those of another whose name ends alike") {
    const std::string folder = fresh_directory("families");
    const std::string rules = "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n";
    for (const std::string name : {"dev4.v4", "dev6.v4", "dev6.v6"}) write_file(folder, name, rules);
    const auto found = [&](std::vector<std::string> files) {
        files.insert(files.begin(), {"lint", "--select", "family-not-covered"});
        return run_fwproof(files, folder).out;
    };
    const std::string out = found({"dev4.v4", "dev6.v4", "dev6.v6"});
    CHECK(out.find("dev4.v4: warning[family-not-covered]") != std::string::npos);
    CHECK(out.find("dev6.v4: warning[family-not-covered]") == std::string::npos);
}
