// The same work for many things that do not depend on each other.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <system_error>
#include <thread>
#include <vector>

namespace fwproof {

// Calls work(i) once for every i from 0 to count - 1, on at most `threads` threads (0 counts as 1), in any order;
// returns when all are done. Results go where i says, so that they do not depend on the order. When calls throw, the
// others still run, and the exception of the lowest i is thrown.
template <class Work>
void for_each_index(std::size_t count, std::size_t threads, const Work& work) {
    std::vector<std::exception_ptr> failures(count);
    std::atomic<std::size_t> next{0};
    const auto take = [&] {
        for (std::size_t i = next++; i < count; i = next++) {
            try {
                work(i);
            } catch (...) {
                failures[i] = std::current_exception();
            }
        }
    };
    {
        std::vector<std::jthread> others;
        const std::size_t wanted = std::min(threads, count);
        try {
            while (others.size() + 1 < wanted) others.emplace_back(take);
        } catch (const std::system_error&) {  // no more threads are to be had: those that are there do it
        }
        take();
    }
    for (const auto& failure : failures) {
        if (failure) std::rethrow_exception(failure);
    }
}

}  // namespace fwproof
