#include <numeric>
#include <stdexcept>
#include <thread>

#include "fwproof/base/parallel.hpp"
#include "support/catch.hpp"

using fwproof::for_each_index;

TEST_CASE("every index is worked on once, on any number of threads") {
    for (const std::size_t threads : {0U, 1U, 2U, 7U, 100U}) {
        for (const std::size_t count : {0U, 1U, 2U, 50U}) {
            std::vector<int> calls(count, 0);
            for_each_index(count, threads, [&](std::size_t i) { ++calls[i]; });
            CHECK(calls == std::vector<int>(count, 1));
        }
    }
}

TEST_CASE("several threads work at the same time") {
    std::atomic<int> waiting{0};
    for_each_index(3, 3, [&](std::size_t) {
        ++waiting;
        while (waiting < 3) std::this_thread::yield();  // ends only when all three are here
    });
    CHECK(waiting == 3);
}

TEST_CASE("of several exceptions the first by index is thrown, after all work is done") {
    std::vector<int> calls(40, 0);
    const auto work = [&](std::size_t i) {
        ++calls[i];
        if (i == 7 || i == 31) throw std::runtime_error("at " + std::to_string(i));
    };
    CHECK_THROWS_WITH(for_each_index(calls.size(), 4, work), "at 7");
    CHECK(std::accumulate(calls.begin(), calls.end(), 0) == 40);
}
