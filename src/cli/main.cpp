#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <new>

#include "cli/command.hpp"
#include "cli/interrupt.hpp"

#ifndef __SANITIZE_ADDRESS__  // which brings an allocator of its own, with operators that belong together
// The allocator that is linked in ends the program where memory does not suffice. Here that is an error like others.
void* operator new(std::size_t size) {
    if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
    throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return std::malloc(size == 0 ? 1 : size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
#endif

int main(int argc, char** argv) {
    std::ios::sync_with_stdio(false);
    using namespace fwproof::cli;
    handle_interrupts();
    std::signal(SIGXFSZ, SIG_IGN);  // a file over the limit is an error that says so, and no end in the middle of it
    std::optional<Progress> progress;
    if (isatty(STDERR_FILENO) == 1) progress.emplace(std::cerr);
    AfterProgress answer(*std::cout.rdbuf(), progress ? &*progress : nullptr);
    AfterProgress complaints(*std::cerr.rdbuf(), progress ? &*progress : nullptr);
    std::ostream out(&answer), err(&complaints);
    World world{
        .in = std::cin,
        .out = out,
        .err = err,
        .out_is_terminal = isatty(STDOUT_FILENO) == 1,
        .environment = [](const char* name) -> std::optional<std::string> {
            const char* value = std::getenv(name);
            return value ? std::optional<std::string>(value) : std::nullopt;
        },
        .now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()),
        .progress = progress ? &*progress : nullptr,
    };
    return run({argv + std::min(argc, 1), argv + argc}, world);
}
