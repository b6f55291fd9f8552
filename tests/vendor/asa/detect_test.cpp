#include "support/catch.hpp"
#include "vendor/asa/reading.hpp"

using namespace fwproof;
using namespace fwproof::asa_test;

namespace {

Likelihood likelihood(std::string text) {
    const auto source = std::make_shared<const Source>("x", std::move(text));
    for (const auto& vendor : vendors()) {
        if (vendor.name == "asa") return vendor.detect({"x", {source}});
    }
    FAIL("no such vendor");
    return Likelihood::no;
}

}  // namespace

TEST_CASE("an export is recognised by what it says") {
    CHECK(likelihood(std::string(kBase)) == Likelihood::certain);
    CHECK(likelihood(
              "=~=~=~= PuTTY log =~=~=~=\r\nfw# show running-config\r\n: Saved\r\nASA Version 9.2(2)4 <ctx>\r\n") ==
          Likelihood::certain);
    CHECK(likelihood("access-list OUT extended permit ip any any\n") == Likelihood::certain);
    CHECK(likelihood("access-list OUT; 2 elements; name hash: 0x1\n") == Likelihood::certain);
    CHECK(likelihood("object-group network G\n network-object host 10.1.1.1\n") == Likelihood::certain);
    CHECK(likelihood("access-list 101 permit ip any any\n") == Likelihood::possible);
    CHECK(likelihood("*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n") == Likelihood::no);
    CHECK(likelihood("") == Likelihood::no);
    CHECK(likelihood(std::string("ASA Version 9.1\0\n", 17)) == Likelihood::no);
}

TEST_CASE("what is no ASA configuration at all is an error that says what to do") {
    const auto message = [](std::string text) {
        const auto policies = read_all(std::move(text));
        return policies ? std::string("no error") : render(policies.error());
    };
    CHECK(message("") == "edge.cfg: error: the file is empty\nhint: export the output of 'show running-config'\n");
    CHECK(message(std::string("\x7f"
                              "ELF\0\0\0",
                              7)) ==
          "edge.cfg: error: the file is binary, not a configuration\n"
          "hint: export the output of 'show running-config' as text\n");
    CHECK(message("hello\nworld\n") ==
          "edge.cfg: error: no statement of an ASA configuration was found\n"
          "hint: export the output of 'show running-config'\n");
    CHECK(message("ASA Version 9.12(4) <system>\nhostname mc\ninterface GigabitEthernet0/0\n!\nadmin-context admin\n"
                  "context admin\n  config-url disk0:/admin.cfg\n") ==
          "edge.cfg: error: this is the system context of a device with several contexts: it filters nothing\n"
          "hint: export each context: 'changeto context NAME' and 'show running-config'\n");
    CHECK(message("interface Gi0/0\nip access-list extended OUT\n permit ip any any\n") ==
          "edge.cfg:2:1: error: this is a configuration of Cisco IOS, not of an ASA\n"
          "    ip access-list extended OUT\n"
          "    ^~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
          "hint: IOS access lists use wildcard masks and other rules; they are not read\n");
}
