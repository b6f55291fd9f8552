#include "cli/command.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <array>
#include <exception>

#include "cli/version.hpp"
#include "fwproof/packet/packet_set.hpp"

namespace fwproof::cli {

#define FWPROOF_COMMAND(name, synopsis, summary) \
    Result<int> run_##name(const std::vector<std::string>& arguments, World& world);
#include "cli/commands.def"
#undef FWPROOF_COMMAND

std::span<const Command> commands() {
    static constexpr auto kCommands = std::to_array<Command>({
#define FWPROOF_COMMAND(name, synopsis, summary) {#name, synopsis, summary, &run_##name},
#include "cli/commands.def"
#undef FWPROOF_COMMAND
    });
    return kCommands;
}

namespace {

constexpr std::string_view kExitStatuses =
    R"(Exit status:
  0  analysed; nothing at or above --fail-on
  1  findings at or above --fail-on (default: error)
  2  usage, configuration or unreadable input; nothing was analysed
  3  analysed, but incomplete under --strict; or no input matched
  4  internal error
)";

void print_overview(std::ostream& out) {
    fmt::print(
        out, "fwproof {}: proves what a firewall policy permits.\n\nusage: fwproof COMMAND [OPTION...] [EXPORT...]\n\n",
        kVersion);
    for (const auto& command : commands()) fmt::print(out, "  {:<13}{}\n", command.name, command.summary);
    fmt::print(
        out,
        "\nAn EXPORT is a file as the firewall writes it: iptables-save, a Cisco ASA running-config, a Windows GPO\n"
        "report or .reg file; '-' is standard input. 'fwproof COMMAND --help' says more.\n\n{}",
        kExitStatuses);
}

const Command* find_command(std::string_view name) {
    const auto all = commands();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Command& c) { return c.name == name; });
    return found == all.end() ? nullptr : &*found;
}

std::vector<std::string> command_names() {
    std::vector<std::string> names;
    for (const auto& command : commands()) names.emplace_back(command.name);
    return names;
}

tl::unexpected<Error> unknown_command(const std::string& name) {
    const auto near = did_you_mean(name, command_names());
    return fail(fmt::format("unknown command '{}'", name),
                near ? fmt::format("did you mean '{}'?", *near) : "'fwproof --help' lists the commands");
}

Result<int> dispatch(const std::vector<std::string>& arguments, World& world) {
    if (arguments.empty()) return fail("no command given", "'fwproof --help' lists the commands");
    const std::string& first = arguments.front();
    if (first == "--version") {
        fmt::print(world.out, "fwproof {}\n", kVersion);
        return kClean;
    }
    if (first == "--help" || first == "-h" || first == "help") {
        if (arguments.size() > 1) {
            if (const Command* command = find_command(arguments[1])) return command->run({"--help"}, world);
            return unknown_command(arguments[1]);
        }
        print_overview(world.out);
        return kClean;
    }
    if (const Command* command = find_command(first))
        return command->run({arguments.begin() + 1, arguments.end()}, world);
    if (first.starts_with("-") && first != "-") {
        return fail(fmt::format("'{}' stands before the command", first),
                    "usage: fwproof COMMAND [OPTION...] [EXPORT...]");
    }
    // Files alone are linted.
    const auto near = did_you_mean(first, command_names());
    const bool looks_like_file = first.find_first_of("./") != std::string::npos || first == "-";
    const Command* lint = find_command("lint");
    if (lint && (looks_like_file || !near)) return lint->run(arguments, world);
    return unknown_command(first);
}

}  // namespace

void print_error(const Error& error, World& world) {
    std::string text = render(error);
    if (!error.span) {
        if (const std::size_t hint = text.find("\nhint: "); hint != std::string::npos) text.replace(hint, 7, "; ");
    }
    world.err << text;
}

int run(const std::vector<std::string>& arguments, World& world) {
    try {
        const Result<int> status = dispatch(arguments, world);
        if (!status) {
            print_error(status.error(), world);
            return kUnusable;
        }
        if (!world.out.flush() && !world.reader_may_leave) {
            print_error({"cannot write to standard output", "is the disk full?", {}}, world);
            return kUnusable;
        }
        return *status;
    } catch (const OutOfBudget&) {
        print_error({"the budget of the analysis is used up: nothing is claimed",
                     "ask for less, or raise --budget where the command has it",
                     {}},
                    world);
        return kIncomplete;
    } catch (const std::bad_alloc&) {
        print_error({"there is not enough memory", "give fewer exports at once, or run it where there is more", {}},
                    world);
    } catch (const std::exception& error) {
        fmt::print(world.err,
                   "fwproof: internal error: {}\nhint: please report it, with the input if you can share it\n",
                   error.what());
    } catch (...) {
        fmt::print(world.err, "fwproof: internal error\nhint: please report it, with the input if you can share it\n");
    }
    return kInternal;
}

}  // namespace fwproof::cli
