#include "fwproof/base/address.hpp"

#include "fwproof/base/address_set.hpp"
#include "support/catch.hpp"

using namespace fwproof;

TEST_CASE("addresses are read strictly and print canonically") {
    struct Row {
        const char* text;
        const char* printed;  // null: no address
    };
    const Row rows[] = {
        {"0.0.0.0", "0.0.0.0"},
        {"10.1.2.3", "10.1.2.3"},
        {"255.255.255.255", "255.255.255.255"},
        {"10.1.2", nullptr},
        {"10.1.2.3.4", nullptr},
        {"10.1.2.256", nullptr},
        {"10.1.2.03", nullptr},
        {" 10.1.2.3", nullptr},
        {"10.1.2.3 ", nullptr},
        {"", nullptr},
        {"0x0a.1.2.3", nullptr},
        {"167837955", nullptr},
        {"::", "::"},
        {"::1", "::1"},
        {"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
        {"2001:db8:0:1:0:0:0:1", "2001:db8:0:1::1"},
        {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
        {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
        {"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
        {"fe80::1%eth0", nullptr},
        {"2001:db8::1::2", nullptr},
        {"12345::", nullptr},
        {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
    };
    for (const auto& row : rows) {
        INFO(row.text);
        const auto address = parse_address(row.text);
        REQUIRE(address.has_value() == (row.printed != nullptr));
        if (address) CHECK(to_string(*address) == row.printed);
    }
    CHECK_FALSE(parse_address(std::string_view("10.1.2.3\0", 9)));
}

TEST_CASE("prefixes clear host bits and print hosts bare") {
    struct Row {
        const char* text;
        const char* printed;  // null: no prefix
        const char* last;
    };
    const Row rows[] = {
        {"10.0.0.0/8", "10.0.0.0/8", "10.255.255.255"},
        {"10.1.2.3/8", "10.0.0.0/8", "10.255.255.255"},
        {"10.1.2.3", "10.1.2.3", "10.1.2.3"},
        {"10.1.2.3/32", "10.1.2.3", "10.1.2.3"},
        {"0.0.0.0/0", "0.0.0.0/0", "255.255.255.255"},
        {"2001:db8::5/32", "2001:db8::/32", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"},
        {"::/0", "::/0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
        {"2001:db8::5/128", "2001:db8::5", "2001:db8::5"},
        {"10.0.0.0/33", nullptr, nullptr},
        {"10.0.0.0/-1", nullptr, nullptr},
        {"10.0.0.0/", nullptr, nullptr},
        {"10.0.0.0/8x", nullptr, nullptr},
        {"10.0.0.0/99999999999", nullptr, nullptr},
        {"2001:db8::/129", nullptr, nullptr},
        {"/8", nullptr, nullptr},
    };
    for (const auto& row : rows) {
        INFO(row.text);
        const auto prefix = parse_prefix(row.text);
        REQUIRE(prefix.has_value() == (row.printed != nullptr));
        if (!prefix) continue;
        CHECK(to_string(*prefix) == row.printed);
        CHECK(to_string(prefix->last()) == row.last);
    }
}

TEST_CASE("a netmask has a length only when its ones are contiguous") {
    CHECK(netmask_length(0) == std::uint8_t{0});
    CHECK(netmask_length(0x80000000U) == std::uint8_t{1});
    CHECK(netmask_length(0xffffff00U) == std::uint8_t{24});
    CHECK(netmask_length(0xffffffffU) == std::uint8_t{32});
    CHECK_FALSE(netmask_length(0xff00ff00U));
    CHECK_FALSE(netmask_length(0x000000ffU));
    CHECK_FALSE(netmask_length(1));
}

TEST_CASE("a range becomes the fewest prefixes") {
    struct Row {
        const char* first;
        const char* last;
        const char* prefixes;
    };
    const Row rows[] = {
        {"10.0.0.0", "10.255.255.255", "10.0.0.0/8"},
        {"10.0.0.5", "10.0.0.5", "10.0.0.5"},
        {"10.0.0.1", "10.0.0.6", "10.0.0.1 10.0.0.2/31 10.0.0.4/31 10.0.0.6"},
        {"0.0.0.0", "255.255.255.255", "0.0.0.0/0"},
        {"255.255.255.254", "255.255.255.255", "255.255.255.254/31"},
        {"::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::/0"},
        {"2001:db8::1", "2001:db8::2", "2001:db8::1 2001:db8::2"},
        {"10.0.0.2", "10.0.0.1", ""},
        {"10.0.0.2", "2001:db8::2", ""},
    };
    for (const auto& row : rows) {
        INFO(row.first << " to " << row.last);
        std::string text;
        for (const auto& prefix : to_prefixes(*parse_address(row.first), *parse_address(row.last))) {
            text += (text.empty() ? "" : " ") + to_string(prefix);
        }
        CHECK(text == row.prefixes);
    }
    // From the second to the last but one address: the longest list there is.
    CHECK(to_prefixes({Family::v4, 1}, {Family::v4, 0xfffffffe}).size() == 62);
    CHECK(to_prefixes({Family::v6, 1}, {Family::v6, ~uint128{0} - 1}).size() == 254);
}

TEST_CASE("address sets print and read back") {
    struct Row {
        const char* text;
        const char* printed;  // null: refused
    };
    const Row rows[] = {
        {"any", "any"},
        {"any4", "any4"},
        {"any6", "any6"},
        {"any4 any6", "any"},
        {"none", "none"},
        {"10.0.0.0/8,192.0.2.1", "10.0.0.0/8, 192.0.2.1"},
        {"192.0.2.1\t10.0.0.0/8", "10.0.0.0/8, 192.0.2.1"},
        {"10.0.0.0/9, 10.128.0.0/9", "10.0.0.0/8"},
        {"10.1.1.5-10.1.1.9", "10.1.1.5-10.1.1.9"},
        {"10.1.1.4-10.1.1.7", "10.1.1.4/30"},
        {"2001:db8::/32, 10.0.0.1", "10.0.0.1, 2001:db8::/32"},
        {"any4, 2001:db8::1-2001:db8::3", "any4, 2001:db8::1-2001:db8::3"},
        {"10.0.0.1, any6", "10.0.0.1, any6"},
        {"", nullptr},
        {" , ", nullptr},
        {"10.0.0.9-10.0.0.1", nullptr},
        {"10.0.0.1-2001:db8::1", nullptr},
        {"10.0.0.0/8, host", nullptr},
        {"10.0.0.0-", nullptr},
    };
    for (const auto& row : rows) {
        INFO(row.text);
        const auto set = parse_address_set(row.text);
        REQUIRE(set.has_value() == (row.printed != nullptr));
        if (!set) continue;
        CHECK(to_string(*set) == row.printed);
        CHECK(parse_address_set(to_string(*set)) == *set);
    }
}

TEST_CASE("the algebra of address sets keeps the families apart") {
    const AddressSet ten = *parse_address_set("10.0.0.0/8");
    CHECK(to_string(ten.complement()) == "0.0.0.0-9.255.255.255, 11.0.0.0-255.255.255.255, any6");
    CHECK((ten | ten.complement()).is_all());
    CHECK((ten & ten.complement()).empty());
    CHECK(to_string(AddressSet::any() - AddressSet::any4()) == "any6");
    CHECK(ten.subset_of(AddressSet::any4()));
    CHECK_FALSE(AddressSet::any().subset_of(AddressSet::any4()));
    CHECK(ten.contains(*parse_address("10.1.2.3")));
    CHECK_FALSE(ten.contains({Family::v6, 0x0a010203}));
    CHECK(AddressSet::range(*parse_address("10.0.0.1"), *parse_address("2001:db8::1")).empty());
}

TEST_CASE("a masked set holds exactly the addresses that agree in the fixed bits") {
    struct Row {
        std::uint32_t value, mask;
        const char* printed;  // null: too many intervals
    };
    const Row rows[] = {
        {0x0a000000, 0xff000000, "10.0.0.0/8"},
        {0x0a010203, 0xffffffff, "10.1.2.3"},
        {0x0a010203, 0, "any4"},
        {0x0a000001, 0xfffffffd, "10.0.0.1, 10.0.0.3"},
        {0x0a0000ff, 0xfffffff0, "10.0.0.240/28"},
        {0x0a000001, 0xff0000ff, nullptr},
        {0x80000001, 0x80000001, nullptr},
    };
    for (const auto& row : rows) {
        const auto set = AddressSet::masked(row.value, row.mask);
        REQUIRE(set.has_value() == (row.printed != nullptr));
        if (set) CHECK(to_string(*set) == row.printed);
    }
    // Eight free bits above the lowest fixed one are the most: 256 intervals, each checked against the definition.
    const std::uint32_t mask = 0xffff00f0;
    const auto set = AddressSet::masked(0x0a010020, mask);
    REQUIRE(set);
    CHECK(set->v4.intervals().size() == 256);
    bool agrees = true;
    for (std::uint32_t low = 0; low <= 0xffff; ++low) {
        agrees = agrees && set->v4.contains(0x0a010000 | low) == ((low & 0x00f0) == 0x20);
    }
    CHECK(agrees);
    CHECK_FALSE(set->v4.contains(0x0b010020));
}
