#include "cli/outputs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <set>

#include "cli/options.hpp"
#include "cli/publish.hpp"

namespace fwproof::cli {

Result<std::vector<NamedOutput>> read_outputs(const Arguments& arguments, const std::vector<std::string>& formats) {
    std::vector<NamedOutput> outputs;
    std::optional<std::string> pending, without_format;
    for (const auto& [option, value] : arguments.in_order) {
        if (option == "format") {
            if (pending) outputs.push_back({*pending, {}});
            if (std::find(formats.begin(), formats.end(), value) == formats.end()) {
                const auto near = did_you_mean(value, formats);
                return fail(fmt::format("unknown format '{}'", value),
                            near ? fmt::format("did you mean '{}'?", *near)
                                 : fmt::format("known: {}", fmt::join(formats, ", ")));
            }
            if (without_format) {
                return fail(fmt::format("--output {} stands before --format {}", *without_format, value),
                            "write the --output behind the --format that it is for");
            }
            pending = value;
        } else if (option == "output") {
            if (!pending) without_format = value;
            outputs.push_back({pending.value_or(formats.front()), value == "-" ? std::string() : value});
            pending.reset();
        }
    }
    if (pending || outputs.empty()) outputs.push_back({pending.value_or(formats.front()), {}});
    if (std::count_if(outputs.begin(), outputs.end(), [](const NamedOutput& o) { return o.path.empty(); }) > 1) {
        return fail("two formats would be mixed on standard output", "give all but one of them an --output FILE");
    }
    return outputs;
}

namespace {

// A report in the place of what it is about destroys it.
std::optional<Error> refuse_input(const std::string& path, const World& world) {
    namespace fs = std::filesystem;
    std::error_code ignored;
    if (!fs::is_regular_file(path, ignored)) return std::nullopt;
    // A policy object was passed over as a whole: its directory stands for what is in it.
    const auto is_it = [&](const std::string& input) {
        if (!fs::is_directory(fs::symlink_status(input, ignored))) return fs::equivalent(path, input, ignored);
        const fs::path within = fs::canonical(path, ignored).lexically_relative(fs::canonical(input, ignored));
        return !within.empty() && *within.begin() != "..";
    };
    if (std::none_of(world.opened.begin(), world.opened.end(), [&](const auto& s) { return is_it(s->name()); }) &&
        std::none_of(world.passed_over.begin(), world.passed_over.end(), [&](const auto& p) { return is_it(p.file); }))
        return std::nullopt;
    Error error{"is one of the inputs, which the report would replace", "name another file for --output", {}};
    error.file = path;
    return error;
}

// Of two reports in one file only the last would be left. A pipe or a device takes both.
std::optional<Error> refuse_twice(const std::vector<std::pair<std::string, std::string>>& files) {
    namespace fs = std::filesystem;
    std::set<fs::path> taken;
    std::error_code ignored;
    for (const auto& file : files) {
        const auto status = fs::status(file.first, ignored);
        if (fs::exists(status) && !fs::is_regular_file(status)) continue;
        // The target of a link need not be there yet.
        fs::path path = fs::absolute(file.first, ignored);
        if (fs::is_symlink(path, ignored)) path = path.parent_path() / fs::read_symlink(path, ignored);
        if (taken.insert(fs::weakly_canonical(path, ignored)).second) continue;
        Error error{"is named for two outputs", "name another file for one of them", {}};
        error.file = file.first;
        return error;
    }
    return std::nullopt;
}

}  // namespace

std::optional<Error> write_outputs(const std::vector<NamedOutput>& outputs,
                                   const std::function<std::string(const NamedOutput& output)>& render, World& world,
                                   std::vector<std::pair<std::string, std::string>> more) {
    std::string answer;
    std::vector<std::pair<std::string, std::string>> files;
    for (const auto& output : outputs) {
        std::string bytes = render(output);
        if (world.kept_outputs && !output.path.empty()) {
            (*world.kept_outputs)[output.path] = std::move(bytes);
            continue;
        }
        if (output.path.empty()) {
            answer = std::move(bytes);
        } else {
            files.emplace_back(output.path, std::move(bytes));
        }
    }
    for (const auto& [path, bytes] : files) {
        if (auto error = refuse_input(path, world)) return error;
    }
    std::move(more.begin(), more.end(), std::back_inserter(files));
    if (auto error = refuse_twice(files)) return error;
    for (const auto& [path, bytes] : files) {
        if (auto error = write_whole_file(path, bytes)) return error;
    }
    world.out << answer;
    return std::nullopt;
}

}  // namespace fwproof::cli
