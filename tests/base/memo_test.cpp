#include "fwproof/base/memo.hpp"

#include <map>
#include <string>
#include <string_view>

#include "support/catch.hpp"

using namespace fwproof;

namespace {

// Every key in few buckets and with few tags.
struct Weak {
    std::size_t operator()(std::string_view key) const { return key.size() % 3; }
};

}  // namespace

TEST_CASE("a memo knows what was added and nothing else, and keeps it in its place") {
    Memo<std::string, int, Weak> memo;
    std::map<int, const int*> places;
    CHECK(memo.find(std::string("0")) == nullptr);
    for (int i = 0; i < 500; ++i) {
        const std::string key = std::to_string(i * 7);
        REQUIRE(memo.find(key) == nullptr);
        places[i] = &memo.add(key, i);
    }
    for (int i = 0; i < 500; ++i) {
        const int* found = memo.find(std::to_string(i * 7));
        REQUIRE(found != nullptr);
        CHECK(*found == i);
        CHECK(found == places[i]);
    }
    CHECK(memo.find(std::string("1")) == nullptr);
}
