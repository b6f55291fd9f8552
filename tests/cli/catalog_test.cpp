#include <algorithm>

#include "support/catch.hpp"
#include "support/program.hpp"

TEST_CASE("catalog list names every shipped catalog with its number of items") {
    const Ran ran = run_fwproof({"catalog", "list"});
    CHECK(ran.status == 0);
    CHECK(ran.err.empty());
    CHECK(ran.out ==
          "biztalk-admin  BizTalk Server administration server                   19 items  Ports for the "
          "Administration Server\n"
          "biztalk-bam    BizTalk Server BAM portal                              24 items  Ports for the BAM Portal "
          "Server\n"
          "configmgr      System Center Configuration Manager (Current Branch)  181 items  Ports used in System Center "
          "Configuration Manager\n"
          "mps            Microsoft Provisioning System                          34 items  Ports of Microsoft "
          "Provisioning System\n"
          "scom           System Center Operations Manager                       65 items  Configuring a Firewall for "
          "Operations Manager\n");
}

TEST_CASE("catalog show prints one line an item as CSV") {
    const Ran ran = run_fwproof({"catalog", "show", "mps", "--format", "csv"});
    CHECK(ran.status == 0);
    CHECK(std::count(ran.out.begin(), ran.out.end(), '\n') == 35);
}

TEST_CASE("catalog errors are one line with the cure") {
    const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
        {{"catalog"},
         "fwproof: error: 'catalog' needs list, show ID or validate FILE; 'fwproof catalog --help' explains them\n"},
        {{"catalog", "show", "scmo"}, "fwproof: error: unknown catalog 'scmo'; did you mean 'scom'?\n"},
        {{"catalog", "show", "scom", "--format", "xml"},
         "fwproof: error: unknown format 'xml' of a catalog; write text, json or csv\n"},
    };
    for (const auto& [arguments, message] : cases) {
        const Ran ran = run_fwproof(arguments);
        CHECK(ran.status == 2);
        CHECK(ran.out.empty());
        CHECK(ran.err == message);
    }
}

TEST_CASE("catalog validate accepts the shipped files and refuses a slip of the pen") {
    CHECK(run_fwproof({"catalog", "validate", "catalogs/scom.toml"}).out ==
          "catalogs/scom.toml: 30 flows, 65 items, 28 roles\n");
    const Ran ran = run_fwproof({"catalog", "validate", "fixtures/catalog/unknown-key.toml"});
    CHECK(ran.status == 2);
    CHECK(ran.err.find("fixtures/catalog/unknown-key.toml:21:") == 0);
    CHECK(ran.err.find("unknown key 'prots'") != std::string::npos);
}
