#include "fwproof/policy/block_map.hpp"

#include "support/catch.hpp"

using namespace fwproof;

namespace {

BlockMap map(std::string_view first, std::string_view last, std::string_view to) {
    return {*parse_address(first), *parse_address(last), *parse_address(to)};
}

}  // namespace

TEST_CASE("addresses of a block become those at the same place, and back") {
    const BlockMap net = map("10.8.0.0", "10.8.255.255", "198.18.0.0");
    const BlockMap end = map("0.0.0.0", "0.0.0.255", "255.255.255.0");
    const BlockMap six = map("2001:db8::", "2001:db8::ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:0");
    struct Row {
        BlockMap map;
        std::string_view before, behind, back;
    };
    const Row rows[] = {
        {net, "10.8.77.5", "198.18.77.5", "10.8.77.5"},
        {net, "10.8.255.0-10.9.0.3", "198.18.255.0/24", "10.8.255.0/24"},
        {net, "10.7.0.0/16, 10.9.0.0/16", "none", "none"},
        {net, "10.8.1.0/24, 10.8.3.0/24", "198.18.1.0/24, 198.18.3.0/24", "10.8.1.0/24, 10.8.3.0/24"},
        {net, "any", "198.18.0.0/16", "10.8.0.0/16"},
        {net, "any6", "none", "none"},
        {end, "0.0.0.255", "255.255.255.255", "0.0.0.255"},
        {six, "2001:db8::ff00/120", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ff00/120", "2001:db8::ff00/120"},
        {six, "any4", "none", "none"},
    };
    for (const Row& row : rows) {
        INFO(row.before);
        const AddressSet behind = row.map.of(*parse_address_set(row.before));
        CHECK(to_string(behind) == row.behind);
        CHECK(to_string(row.map.origin(behind)) == row.back);
    }
    CHECK(to_string(net.image()) == "198.18.0.0/16");
    CHECK(to_string(net.origin(*parse_address_set("198.17.255.255-198.18.0.1"))) == "10.8.0.0/31");
}

TEST_CASE("one map behind another is one map of what both take") {
    const BlockMap first = map("10.0.0.0", "10.0.0.255", "10.1.0.0");
    CHECK(first.then(map("10.1.0.128", "10.1.1.127", "10.2.0.0")) == map("10.0.0.128", "10.0.0.255", "10.2.0.0"));
    CHECK(first.then(map("10.1.0.0", "10.1.255.255", "10.0.0.0")) == map("10.0.0.0", "10.0.0.255", "10.0.0.0"));
    CHECK(first.then(map("10.0.0.0", "10.0.0.255", "10.2.0.0")) == std::nullopt);
    CHECK(first.then(map("::", "::ff", "2001:db8::")) == std::nullopt);
}
