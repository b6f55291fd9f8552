// The commands of the program and the world they run in.
#pragma once

#include <chrono>
#include <functional>
#include <istream>
#include <map>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/progress.hpp"
#include "fwproof/base/result.hpp"

namespace fwproof::cli {

// What was named by a directory only, and is no export.
struct PassedOver {
    std::string file;    // or the directory of a policy object, or a link
    std::string reason;  // empty: it looks like none
};

// The outside as a command sees it. main makes one from the process, tests make their own.
struct World {
    std::istream& in;
    std::ostream& out;  // the answer, and nothing else
    std::ostream& err;
    bool out_is_terminal = false;
    std::function<std::optional<std::string>(const char* name)> environment;
    std::chrono::sys_seconds now;
    std::vector<SourceRef> opened = {};        // every input that was read so far, but what was passed over
    std::vector<PassedOver> passed_over = {};  // files of directories that are no exports
    Progress* progress = nullptr;              // where err is a terminal
    std::map<std::string, std::string>* kept_outputs = nullptr;  // takes what --output names, instead of files
    bool reader_may_leave = false;  // whoever reads `out` may stop before its end, and that is no error

    // Says what is going on, to whoever watches a long run.
    void doing(std::string what) const {
        if (progress) progress->doing(std::move(what));
    }
};

// Exit statuses; part of the interface.
inline constexpr int kClean = 0;       // analysed; nothing at or above --fail-on
inline constexpr int kFound = 1;       // findings at or above it
inline constexpr int kUnusable = 2;    // usage, configuration or unreadable input: nothing was analysed
inline constexpr int kIncomplete = 3;  // analysed, but incomplete under --strict; or no input matched
inline constexpr int kInternal = 4;    // a defect of fwproof

struct Command {
    std::string_view name;
    std::string_view synopsis;  // what follows the name
    std::string_view summary;   // one line for the overview
    // The arguments behind the command's name. An error means exit status 2 with nothing written to `out`.
    Result<int> (*run)(const std::vector<std::string>& arguments, World& world);
};

std::span<const Command> commands();

// Writes an error to `err`: with its place, the line and a caret where it has one, else as a single line with its cure.
void print_error(const Error& error, World& world);

// The whole program: arguments without the program's name, result is the exit status. Throws nothing.
int run(const std::vector<std::string>& arguments, World& world);

}  // namespace fwproof::cli
