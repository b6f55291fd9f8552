// fwproof test: what a team expects of its policy.
#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/program.hpp"

namespace {

const std::string kHost =
    "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n"
    "-A INPUT -s 10.1.0.0/24 -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n";

}  // namespace

TEST_CASE("expectations that hold are counted, those that fail name the deciding rule") {
    const std::string folder = fresh_directory("expectations");
    write_file(folder, "host.v4", kHost);
    write_file(folder, "host.tests",
               "# what must hold\nexport host.v4\npermit tcp 10.1.0.0/24 > 10.9.0.1:22   # administrators\n"
               "deny   tcp 10.2.0.0/16 > 10.9.0.1:22\npermit tcp 10.0.0.0/8 > 10.9.0.1:22  # too much\n");
    const Ran ran = run_fwproof({"test", "host.tests"}, folder);
    CHECK(ran.err.empty());
    CHECK(ran.status == 1);
    CHECK(ran.out ==
          "host.tests:5: failed: permit expected, permit and deny found: tcp 10.0.0.0/8 > 10.9.0.1:22\n"
          "  reason      too much\n"
          "  export      host.v4\n"
          "  packets     inbound: tcp {10.0.0.0/16, 10.1.1.0-10.255.255.255} > 10.9.0.1:22\n"
          "  decided by  default of INPUT: deny (host.v4:2)\n"
          "              :INPUT DROP [0:0]\n"
          "  witness     tcp 10.0.0.1:49152 > 10.9.0.1:22\n"
          "2 of 3 expectations hold\n");
    const auto json = nlohmann::json::parse(run_fwproof({"test", "host.tests", "--format", "json"}, folder).out);
    CHECK(json.at("summary").at("failed") == 1);
    CHECK(json.at("tests").at(2).at("found") == "permit and deny");
    const Ran junit = run_fwproof({"test", "host.tests", "--format", "junit"}, folder);
    CHECK(junit.out.find("<testsuite name=\"host.tests\" tests=\"3\" failures=\"1\" errors=\"0\">") !=
          std::string::npos);
    CHECK(junit.out.find("<failure message=\"permit expected, permit and deny found\">") != std::string::npos);

    write_file(folder, "host.toml",
               "format = \"flow-test/1\"\nexport = \"host.v4\"\n[[permit]]\nflow = \"tcp 10.1.0.5 > 10.9.0.1:22\"\n"
               "reason = \"administrators\"\n[[deny]]\nflow = \"udp any > any:53 at INPUT\"\n");
    const Ran toml = run_fwproof({"test", "host.toml"}, folder);
    CHECK(toml.out == "2 of 2 expectations hold\n");
    CHECK(toml.status == 0);
}

TEST_CASE("what is not decided names its condition, and JUnit each failure alone") {
    const std::string folder = fresh_directory("expectations-open");
    write_file(folder, "host.v4",
               "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT DROP [0:0]\n"
               "-A INPUT -p tcp -m tcp --dport 80 -m limit --limit 10/min -j ACCEPT\nCOMMIT\n");
    write_file(folder, "a.tests",
               "export host.v4\ndeny tcp 10.0.0.1 > 10.0.0.2:22\npermit tcp 10.0.0.1 > 10.0.0.2:80\n");
    const std::string failure =
        "a.tests:3: failed: permit expected, unknown found: tcp 10.0.0.1 > 10.0.0.2:80\n"
        "  export      host.v4\n"
        "  packets     inbound: tcp 10.0.0.1 > 10.0.0.2:80\n"
        "  decided by  INPUT rule 1: permit, if it matches (host.v4:5)\n"
        "              -A INPUT -p tcp -m tcp --dport 80 -m limit --limit 10/min -j ACCEPT\n"
        "  depends on  rate --limit 10/min\n"
        "  witness     tcp 10.0.0.1:49152 > 10.0.0.2:80\n";
    CHECK(run_fwproof({"test", "a.tests"}, folder).out == failure + "1 of 2 expectations hold\n");
    const std::string junit = run_fwproof({"test", "a.tests", "--format", "junit"}, folder).out;
    CHECK(junit.find("witness     tcp 10.0.0.1:49152 &gt; 10.0.0.2:80\n</failure>") != std::string::npos);
}

TEST_CASE("a test file that cannot be read is named with its place") {
    const std::string folder = fresh_directory("expectations-bad");
    write_file(folder, "host.v4", kHost);
    const auto err = [&](const std::string& text) {
        write_file(folder, "bad.tests", text);
        const Ran ran = run_fwproof({"test", "bad.tests"}, folder);
        CHECK(ran.status == 2);
        CHECK(ran.out.empty());
        return ran.err;
    };
    CHECK(err("permitt tcp any > any:22\n") ==
          "bad.tests:1:1: error: unknown word 'permitt'\n    permitt tcp any > any:22\n    ^~~~~~~\nhint: did you mean "
          "'permit'?\n");
    CHECK(err("permit tcp any > any:99999\n").find("bad.tests:1:22: error: ") == 0);
    CHECK(err("permit tcp any > any:22\n") ==
          "bad.tests:1:1: error: no export is named\n    permit tcp any > any:22\n    ^~~~~~~~~~~~~~~~~~~~~~~\nhint: "
          "write "
          "'export FILE' above it, or give --export FILE\n");
    CHECK(err("# nothing\n") ==
          "bad.tests: error: no expectation in it; write for example: permit tcp any > 10.0.0.1:443\n");
    CHECK(err("format = \"flow-test/1\"\n[[permit]]\nflwo = \"x\"\n").find("bad.tests:") == 0);
    CHECK(err("export host.v4\npermit tcp any > any:22 at INPTU\n").find("did you mean 'INPUT'?") != std::string::npos);
}
