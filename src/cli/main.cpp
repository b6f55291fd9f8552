#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "cli/command.hpp"

int main(int argc, char** argv) {
    std::ios::sync_with_stdio(false);
    fwproof::cli::World world{
        .in = std::cin,
        .out = std::cout,
        .err = std::cerr,
        .out_is_terminal = isatty(STDOUT_FILENO) == 1,
        .environment = [](const char* name) -> std::optional<std::string> {
            const char* value = std::getenv(name);
            return value ? std::optional<std::string>(value) : std::nullopt;
        },
        .now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()),
    };
    return fwproof::cli::run({argv + std::min(argc, 1), argv + argc}, world);
}
