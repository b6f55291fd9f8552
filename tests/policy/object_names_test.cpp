#include "fwproof/policy/object_names.hpp"

#include "fwproof/base/notation.hpp"
#include "support/catch.hpp"

using namespace fwproof;

namespace {

NamedSet addresses(const char* name, const char* set) {
    NamedSet object;
    object.name = name;
    object.addresses = share(*parse_address_set(set));
    return object;
}

NamedSet services(const char* name, const char* set) {
    NamedSet object;
    object.name = name;
    object.services = share(*parse_services(set));
    return object;
}

Product product(const char* services, const char* source, const char* destination) {
    Product made;
    if (std::string_view(services) != "any") made.services = share(*parse_services(services));
    made.source = share(*parse_address_set(source));
    made.destination = share(*parse_address_set(destination));
    made.states = State::new_;
    return made;
}

}  // namespace

TEST_CASE("sets print as their owners and readers would say them") {
    Policy policy;
    policy.objects = {addresses("WEB", "10.1.0.80, 10.1.0.90"),
                      addresses("WEB-AGAIN", "10.1.0.80, 10.1.0.90"),
                      addresses("ONE", "10.1.0.7"),
                      addresses("MIXED", "10.1.0.80, 2001:db8::80"),
                      addresses("of the web", "10.2.0.0/24, 10.3.0.0/24"),
                      services("WEB-PORTS", "tcp/80, tcp/443"),
                      services("DNS", "udp/53, tcp/53")};
    const ObjectNames names(policy);
    struct Case {
        Product product;
        const char* text;
    };
    const Case cases[] = {
        {product("tcp/443", "10.0.0.0/8", "10.1.0.80, 10.1.0.90"), "tcp 10.0.0.0/8 > @WEB:443"},
        {product("any", "10.1.0.80, 2001:db8::80", "10.1.0.7"), "any @MIXED > 10.1.0.7"},
        {product("any", "10.2.0.0/24, 10.3.0.0/24", "10.1.0.0/24"), "any @\"of the web\" > 10.1.0.0/24"},
        {product("tcp/80,443", "10.0.0.0/8", "10.1.0.0/24"), "@WEB-PORTS 10.0.0.0/8 > 10.1.0.0/24"},
        {product("tcp/53, udp/53", "10.0.0.0/8", "10.1.0.0/24"), "@DNS 10.0.0.0/8 > 10.1.0.0/24"},
        {product("tcp/80", "10.0.0.0/8", "10.1.0.80, 10.1.0.91"), "tcp 10.0.0.0/8 > {10.1.0.80, 10.1.0.91}:80"},
        {product("any", "10.0.0.0/9, 10.128.0.0/10, 10.192.0.0/11, 10.240.0.0/12", "10.1.0.7"),
         "any {10.0.0.0/8 except 10.224.0.0/12} > 10.1.0.7"},
    };
    for (const auto& [product, text] : cases) {
        INFO(to_string(product));
        CHECK(to_text(product, names) == text);
    }
    CHECK(to_exact_text(cases[0].product, names) == "tcp 10.0.0.0/8 > @WEB:443 state new");
    CHECK(to_text(cases[0].product, ObjectNames()) == to_string(cases[0].product));
}

TEST_CASE("a name that another version gave to another set is not used for the old one") {
    Policy before, after;
    before.objects = {addresses("WEB", "10.1.0.80, 10.1.0.90"), addresses("OLD", "10.4.0.0/24, 10.6.0.0/24")};
    after.objects = {addresses("WEB", "10.1.0.80, 10.1.0.91")};
    ObjectNames names(after);
    names.add(before);
    CHECK(names.of(*before.objects[0].addresses) == nullptr);
    REQUIRE(names.of(*after.objects[0].addresses));
    CHECK(*names.of(*after.objects[0].addresses) == "WEB");
    REQUIRE(names.of(*before.objects[1].addresses));
    CHECK(*names.of(*before.objects[1].addresses) == "OLD");
}

TEST_CASE("what is left out is said where that is shorter") {
    struct Case {
        const char* set;
        const char* text;
    };
    const Case cases[] = {
        {"10.0.0.0/8", "10.0.0.0/8"},
        {"any", "any"},
        {"none", "none"},
        {"0.0.0.0-9.255.255.255, 11.0.0.0-255.255.255.255", "any4 except 10.0.0.0/8"},
        {"10.0.0.1, 10.0.0.3", "10.0.0.1, 10.0.0.3"},
        {"::-2001:db7:ffff:ffff:ffff:ffff:ffff:ffff, 2001:db9::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
         "any6 except 2001:db8::/32"},
        {"any4, ::-2001:db7:ffff:ffff:ffff:ffff:ffff:ffff, 2001:db9::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
         "any except 2001:db8::/32"},
    };
    for (const auto& [set, text] : cases) CHECK(short_text(*parse_address_set(set)) == text);
}
