#include "fwproof/base/interval_set.hpp"

#include "support/catch.hpp"

using namespace fwproof;

TEST_CASE("intervals are merged when they overlap or touch") {
    const PortSet ports{{10, 20}, {21, 30}, {5, 6}, {40, 39}, {25, 28}};
    CHECK(ports == PortSet{{5, 6}, {10, 30}});
}

TEST_CASE("complement keeps the ends of the domain") {
    CHECK(PortSet::all().complement().empty());
    CHECK(PortSet{}.complement().is_all());
    CHECK(PortSet{{0, 0}, {65535, 65535}}.complement() == PortSet{{1, 65534}});
}

TEST_CASE("set algebra agrees with membership for every subset pair of a tiny domain") {
    for (int a = 0; a < 256; ++a) {
        for (int b = 0; b < 256; ++b) {
            std::vector<Interval<std::uint8_t>> left, right;
            for (std::uint8_t bit = 0; bit < 8; ++bit) {
                if ((a >> bit & 1) != 0) left.push_back({bit, bit});
                if ((b >> bit & 1) != 0) right.push_back({bit, bit});
            }
            const ProtocolSet x(left), y(right);
            const ProtocolSet both = x & y, either = x | y, minus = x - y;
            bool agrees = true;
            for (std::uint8_t bit = 0; bit < 9; ++bit) {
                const bool in_x = bit < 8 && (a >> bit & 1) != 0, in_y = bit < 8 && (b >> bit & 1) != 0;
                agrees = agrees && both.contains(bit) == (in_x && in_y) && either.contains(bit) == (in_x || in_y) &&
                         minus.contains(bit) == (in_x && !in_y) && x.contains(bit) == in_x;
            }
            if (!agrees) FAIL("a=" << a << " b=" << b);
        }
    }
}
