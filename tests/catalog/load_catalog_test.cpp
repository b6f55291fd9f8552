#include <fmt/format.h>

#include "catalog/builders.hpp"

using namespace fwproof;
using namespace fwproof::testing;

namespace {

// A whole small catalog; %s stands for further tables.
const std::string kHead = R"(format = "flow-catalog/1"
[catalog]
id = "demo"
product = "Demo"
title = "Ports of Demo"
[document]
title = "Ports of Demo"
file = "ports.txt"
sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
[[role]]
id = "server"
title = "Server"
kind = "host"
[[role]]
id = "client"
title = "Client"
kind = "host"
)";

const std::string kFlow = R"([[flow]]
id = "f"
from = ["client"]
to = ["server"]
initiator = "from"
cite = {line = 3}
)";

// A group whose member parameter p chooses; kMembers are two services in it, after kFlow.
const std::string kGroup = "[[any-of]]\nid = \"g\"\nselector = \"p\"\ncite = {line = 1}\n";
const std::string kSelector = kGroup + "[[parameter]]\nid = \"p\"\nscope = \"catalog\"\ntype = \"enum\"\n";
const std::string kPortSelector = kGroup + "[[parameter]]\nid = \"p\"\nscope = \"catalog\"\ntype = \"port\"\n";
const std::string kMembers =
    "service = [{id = \"s\", protocol = \"tcp\", ports = [\"8\"], group = \"g\"},"
    " {id = \"t\", protocol = \"tcp\", ports = [\"9\"], group = \"g\"}]\n";

Loaded<CatalogRef> load(const std::string& rest) { return load_catalog(source("demo.toml", kHead + rest)); }

struct Bad {
    const char* what;
    std::string rest;
    std::string message;  // as the user sees it
};

}  // namespace

TEST_CASE("a small catalog loads") {
    const auto catalog = load(kFlow + "service = [{id = \"web\", protocol = \"tcp\", ports = [\"443\"]}]\n");
    INFO(messages(catalog));
    REQUIRE(catalog.has_value());
    CHECK((*catalog)->id == "demo");
    REQUIRE((*catalog)->flows.size() == 1);
    CHECK((*catalog)->flows[0].services[0].cites[0].line == 3);
    CHECK((*catalog)->role("SERVER")->id == "server");
}

TEST_CASE("a catalog's errors name place, key and cure") {
    const std::vector<Bad> cases = {
        {"not TOML", "role = ",
         "demo.toml:18:8: error: not valid TOML: Error while parsing key-value pair: encountered end-of-file\n"
         "    role = \n"
         "           ^\n"},
        {"unknown key in a service",
         kFlow + "service = [{id = \"web\", protocol = \"tcp\", ports = [\"443\"], prots = [\"80\"]}]\n",
         "demo.toml:24:60: error: unknown key 'prots' in service 'web' of flow 'f'\n"
         "    service = [{id = \"web\", protocol = \"tcp\", ports = [\"443\"], prots = [\"80\"]}]\n"
         "                                                               ^~~~~\n"
         "hint: did you mean 'ports'?\n"},
        {"inference without basis",
         kFlow + "service = [{id = \"w\", protocol = \"unstated\", protocol-inferred = [\"tcp\"], ports = [\"1\"]}]\n",
         "demo.toml:24:12: error: service 'w' of flow 'f' infers something without a 'basis'\n"
         "    service = [{id = \"w\", protocol = \"unstated\", protocol-inferred = [\"tcp\"], ports = [\"1\"]}]\n"
         "               ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
         "hint: say in one sentence what the document leaves open and why this is meant\n"},
        {"dangling role",
         "[[flow]]\nid = \"f\"\nfrom = [\"cleint\"]\nto = [\"server\"]\ninitiator = \"from\"\ncite = {line = 3}\n"
         "service = [{id = \"web\", protocol = \"tcp\", ports = [\"443\"]}]\n",
         "demo.toml:18:1: error: unknown role 'cleint'\n"
         "    [[flow]]\n"
         "    ^~~~~~~~\n"
         "hint: did you mean 'client'?\n"},
        {"impossible port", kFlow + "service = [{id = \"web\", protocol = \"tcp\", ports = [\"70000\"]}]\n",
         "demo.toml:24:51: error: impossible port '70000' in 'ports' of service 'web' of flow 'f'\n"
         "    service = [{id = \"web\", protocol = \"tcp\", ports = [\"70000\"]}]\n"
         "                                                      ^~~~~~~~~\n"
         "hint: ports are \"443\", \"50000-50200\", \"any\", \"${parameter}\" or \"@range\", from 1 to 65535\n"},
        {"wrong word", "[[feature]]\nid = \"x\"\ntitle = \"X\"\ndefault = \"off\"\n",
         "demo.toml:21:11: error: 'default' of [[feature]] must be true or false, not a string\n"
         "    default = \"off\"\n"
         "              ^~~~~\n"},
    };
    for (const Bad& bad : cases) {
        INFO(bad.what);
        const auto catalog = load(bad.rest);
        REQUIRE(!catalog.has_value());
        CHECK(messages(catalog) == bad.message);
    }
}

TEST_CASE("a catalog reports every error at once, in the order of the file") {
    const auto catalog = load(kFlow +
                              "service = [{id = \"web\", protocol = \"tpc\", ports = [\"0\"]}]\n"
                              "[[range]]\nid = \"r\"\nprotocol = \"tcp\"\nvariants = []\n"
                              "variant = [{os-generation = \"modern\", ports = \"1-2\"}]\n");
    REQUIRE(!catalog.has_value());
    std::vector<std::string> found;
    for (const Error& error : catalog.error()) found.push_back(fmt::format("{}: {}", error.span.line(), error.message));
    CHECK(found == std::vector<std::string>{"24: unknown protocol 'tpc' in service 'web' of flow 'f'",
                                            "24: impossible port '0' in 'ports' of service 'web' of flow 'f'",
                                            "28: unknown key 'variants' in [[range]]"});
}

TEST_CASE("definitions that contradict each other are errors") {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"[[role]]\nid = \"server\"\ntitle = \"S\"\nkind = \"host\"\n", "role 'server' is defined twice"},
        {"[[parameter]]\nid = \"p\"\ntype = \"port\"\nscope = \"catalog\"\ndefault = 0\n",
         "'0' in 'default' of parameter 'p' must be a port, 1-65535"},
        {"[[parameter]]\nid = \"p\"\ntype = \"enum\"\nscope = \"catalog\"\n",
         "parameter 'p' is an enum without 'values'"},
        {kFlow + "service = [{id = \"w\", protocol = \"tcp\", ports = [\"${port}\"]}]\n", "unknown parameter 'port'"},
        {kFlow + "service = [{id = \"w\", protocol = \"tcp\", ports = [\"@rpc\"]}]\n", "unknown range 'rpc'"},
        {kFlow + "service = [{id = \"w\", protocol = \"tcp\"}]\n", "service 'w' of flow 'f' has no 'ports'"},
        {kFlow + "service = [{id = \"w\", protocol = \"icmp\", ports = [\"8\"]}]\n",
         "service 'w' of flow 'f' has ports, but icmp has none"},
        {kFlow + "service = [{id = \"w\", protocol = \"unstated\", ports = [\"8\"]}]\n",
         "service 'w' of flow 'f' has no protocol"},
        {kFlow + "initiator-inferred = \"to\"\nservice = [{id = \"w\", protocol = \"tcp\", ports = [\"8\"]}]\n",
         "flow 'f' infers its initiator without an 'initiator-basis'"},
        {kFlow + "feature = \"x\"\nservice = [{id = \"w\", protocol = \"tcp\", ports = [\"8\"]}]\n",
         "unknown feature 'x'"},
        {kFlow + "service = [{id = \"w\", protocol = \"tcp\", ports = [\"8\"], group = \"g\"}]\n",
         "unknown any-of group 'g'"},
        {kFlow + "service = [{id = \"w\", protocol = \"tcp\", ports = [\"8\"], phase = []}]\n",
         "service 'w' of flow 'f' is needed in no phase"},
        {kFlow + "service = [{id = \"w\", protocol = \"tcp\", ports = []}]\n",
         "service 'w' of flow 'f' has no 'ports'"},
        {kFlow + "service = [{id = \"w\", protocol = \"tcp\", ports = [\"8\"], closable = true}]\n",
         "service 'w' of flow 'f' can be closed, but is needed at run time"},
        {kFlow + "service = [{id = \"w\", protocol = \"tcp\", ports = [\"8\"], reply-of = \"w\"}]\n",
         "service 'w' of flow 'f' is its own reply"},
        {kFlow + "service = [{id = \"w\", protocol = \"tcp\", ports = [\"8\"], companion-of = \"w\"}]\n",
         "service 'w' of flow 'f' is its own companion"},
        {kFlow + "service = [{id = \"v\", protocol = \"tcp\", ports = [\"8\"], reply-of = \"w\"},"
                 " {id = \"w\", protocol = \"tcp\", ports = [\"9\"], reply-of = \"v\"}]\n",
         "service 'v' of flow 'f' is the reply of 'w', which is a reply too"},
        {"[[range]]\nid = \"r\"\nprotocol = \"tcp\"\nvariant = [{os-generation = \"modern\", ports = \"1-2\"}]\n"
         "cite = {line = 1}\n" +
             kFlow + "service = [{id = \"w\", protocol = \"udp\", ports = [\"@r\"]}]\n",
         "range 'r' is of tcp, service 'w' is udp"},
        {kSelector + "values = [\"s\", \"t\", \"both\", \"u\"]\n" + kFlow + kMembers,
         "p = u selects no service of flow 'f' from any-of group 'g'"},
        {kSelector + "values = [\"s\", \"t\"]\n" + kFlow + kMembers +
             "[[any-of]]\nid = \"h\"\ncite = {line = 1}\nvariants = [{p = \"x\"}]\n",
         "p = x in any-of group 'h' must be one of s, t"},
        {kPortSelector + kFlow + kMembers +
             "[[any-of]]\nid = \"h\"\ncite = {line = 1}\nvariants = [{p = 8}, {p = 10}]\n",
         "p = 10 in any-of group 'h' is no member of a group that p selects from"},
        {"[[flow]]\nid = \"g\"\nfrom = [\"client\"]\nto = [\"server\"]\ninitiator = \"from\"\n"
         "service = [{id = \"w\", protocol = \"tcp\", ports = [\"8\"]}]\n",
         "flow 'g' has no 'cite'"},
        {"[[flow]]\nid = \"g\"\nfrom = [\"client\"]\nto = [\"server\"]\ninitiator = \"from\"\ncite = []\n"
         "service = [{id = \"w\", protocol = \"tcp\", ports = [\"8\"]}]\n",
         "'cite' of flow 'g' names no place"},
        {"[[not-required]]\ntitle = \"x\"\nprotocol = \"udp\"\nports = [\"1434\"]\ncite = []\n",
         "'cite' of [[not-required]] names no place"},
        {"[[not-required]]\ntitle = \"x\"\nports = [\"1434\"]\ncite = {line = 1}\n",
         "[[not-required]] has ports without a protocol"},
        {"[[flow]]\nid = \"g\"\nfrom = [\"client\", \"client\"]\nto = [\"server\"]\ninitiator = \"from\"\ncite = {line "
         "= "
         "3}\nservice = [{id = \"w\", protocol = \"tcp\", ports = [\"8\"]}]\n",
         "flow 'g' names a role twice at one end"},
        {"[[advice]]\ntext = \"x\"\ncite = []\n", "'cite' of [[advice]] names no place"},
        {"[[parameter]]\nid = \"p\"\nscope = \"catalog\"\ntype = \"port\"\ncite = []\n",
         "'cite' of [[parameter]] names no place"},
        {"[[any-of]]\nid = \"g\"\ncite = []\n", "'cite' of [[any-of]] names no place"},
        {kFlow + "service = [{id = \"w\", protocol = \"tcp\", ports = [\"8\"], cite = []}]\n",
         "'cite' of service 'w' of flow 'f' names no place"},
        {kSelector + "values = [\"s\", \"t\"]\n" + kFlow +
             "service = [{id = \"s\", protocol = \"tcp\", ports = [\"8\"], group = \"g\"},"
             " {id = \"t\", protocol = \"tcp\", ports = [\"9\"], group = \"g\"},"
             " {id = \"u\", protocol = \"tcp\", ports = [\"7\"], when = {parameter = \"p\", in = [\"S\"]}}]\n",
         "a condition on p = S never holds: it must be one of s, t"},
        {"[[constraint]]\nid = \"c\"\nkind = \"requires-flow\"\nlevel = \"error\"\nwhen-parameter = {p = \"x\"}\n"
         "of-group = \"g\"\nalso-group = \"g\"\ncite = {line = 1}\n" +
             kSelector + "values = [\"s\", \"t\"]\n" + kFlow + kMembers,
         "a condition on p = x never holds: it must be one of s, t"},
        {"[[feature]]\nid = \"x\"\ntitle = \"X\"\ndefault = true\nrequires = [\"x\"]\n", "feature 'x' requires itself"},
        {"[[constraint]]\nid = \"c\"\nkind = \"paired-ports\"\nlevel = \"error\"\nfirst = \"p\"\nsecond = \"p\"\n"
         "cite = {line = 1}\n[[parameter]]\nid = \"p\"\nscope = \"catalog\"\ntype = \"port\"\n",
         "constraint 'c' pairs 'p' with itself"},
        {"[[role]]\nid = \"third\"\ntitle = \"T\"\nkind = \"host\"\naliases = [\"SERVER\"]\n",
         "alias 'SERVER' of role 'third' is a name of role 'server' too"},
        {"[[constraint]]\nid = \"c\"\nkind = \"unique-per-host\"\nlevel = \"error\"\nparameters = []\ncite = {line = "
         "1}\n",
         "'parameters' of [[constraint]] names none"},
        {"[[range]]\nid = \"r\"\nprotocol = \"tcp\"\n", "range 'r' can never have ports"},
    };
    for (const auto& [rest, message] : cases) {
        INFO(rest);
        const auto catalog = load(rest);
        REQUIRE(!catalog.has_value());
        CHECK(catalog.error().front().message == message);
    }
}

TEST_CASE("no input breaks the loader") {
    const std::vector<std::string> inputs = {
        "",
        "\xff\xfe",
        std::string(3, '\0'),
        "format = 3",
        "format = \"flow-catalog/2\"",
        "[[[[[",
        "role = [1, 2]",
        "[catalog]\n[[catalog]]",
        "flow = {}",
        "[[flow]]",
        std::string(2000, '['),
        "a = " + std::string(2000, '['),
        kHead + "[[flow]]\nservice = [3, {}, [], \"x\"]\n",
        kHead + "[[any-of]]\nvariants = [[1]]\n",
        kHead + "[[constraint]]\nkind = \"paired-ports\"\npairs = 3\nlevel = \"error\"\n",
        kHead + "[[constraint]]\nkind = \"requires-flow\"\nwhen-parameter = {}\nlevel = \"error\"\n"};
    for (const std::string& input : inputs) {
        const auto catalog = load_catalog(source("x.toml", input));
        REQUIRE(!catalog.has_value());
        for (const Error& error : catalog.error()) CHECK(!render(error).empty());
    }
}
