// The set algebra at the ends of every domain that the model uses.
#include <random>

#include "fwproof/base/interval_set.hpp"
#include "support/catch.hpp"

using namespace fwproof;

TEMPLATE_TEST_CASE("the whole domain and its ends survive the algebra", "", std::uint8_t, std::uint16_t, std::uint32_t,
                   std::uint64_t, uint128) {
    using Set = IntervalSet<TestType>;
    const TestType low = Set::kMin, high = Set::kMax;
    CHECK(high == static_cast<TestType>(-1));
    CHECK(Set::all().is_all());
    CHECK(Set::all().complement().empty());
    CHECK(Set{}.complement().is_all());
    CHECK(Set::of(low).complement() == Set::range(1, high));
    CHECK(Set::of(high).complement() == Set::range(low, static_cast<TestType>(high - 1)));
    CHECK((Set::range(low, 9) | Set::range(10, high)).is_all());
    CHECK(((Set::all() - Set::of(low)) - Set::of(high)) == Set::range(1, static_cast<TestType>(high - 1)));
    CHECK(Set{{5, high}, {7, 9}, {high, high}} == Set::range(5, high));
    CHECK(Set{{high, high}, {low, low}}.intervals().size() == 2);
    CHECK(Set{{9, 8}}.empty());
    CHECK(Set::all().contains(low));
    CHECK(Set::all().contains(high));
    CHECK_FALSE(Set{}.contains(low));
    CHECK(Set{}.subset_of(Set{}));
    CHECK(Set::of(high).subset_of(Set::all()));
    CHECK_FALSE(Set::all().subset_of(Set::of(high)));
    CHECK(Set::of(low) < Set::of(high));
}

TEMPLATE_TEST_CASE("random sets obey the laws of sets and stay normal", "", std::uint8_t, std::uint16_t, std::uint32_t,
                   uint128) {
    using Set = IntervalSet<TestType>;
    std::mt19937_64 random(20240611);
    const auto value = [&] {
        // Values cluster at both ends and around a middle, so that intervals touch and overlap.
        const auto near = static_cast<TestType>(random() % 24);
        const TestType middle = static_cast<TestType>(Set::kMax / 2);
        switch (random() % 3) {
            case 0: return near;
            case 1: return static_cast<TestType>(Set::kMax - near);
            default: return static_cast<TestType>(middle + near);
        }
    };
    const auto set = [&] {
        std::vector<Interval<TestType>> intervals(random() % 5);
        for (auto& interval : intervals) interval = {value(), value()};
        return Set(intervals);
    };
    for (int round = 0; round < 2000; ++round) {
        const Set a = set(), b = set(), c = set();
        REQUIRE(a.complement().complement() == a);
        REQUIRE((a | b) == (a.complement() & b.complement()).complement());
        REQUIRE((a - b) == (a & b.complement()));
        REQUIRE(((a & b) | (a & c)) == (a & (b | c)));
        REQUIRE(((a - b) | (a & b)) == a);
        REQUIRE((a & b).subset_of(a));
        REQUIRE(a.subset_of(a | b));
        REQUIRE(a.subset_of(b) == ((a | b) == b));
        const Set either = a | b;
        const auto& parts = either.intervals();
        for (std::size_t i = 0; i < parts.size(); ++i) {
            REQUIRE(parts[i].first <= parts[i].last);
            if (i > 0) REQUIRE(static_cast<TestType>(parts[i - 1].last + 1) < parts[i].first);
        }
        const TestType probe = value();
        REQUIRE((a - b).contains(probe) == (a.contains(probe) && !b.contains(probe)));
    }
}
