// Findings about the rules of each export, without any knowledge of what they are needed for.
#include <fmt/format.h>

#include <deque>
#include <filesystem>

#include "cli/command.hpp"
#include "cli/options.hpp"
#include "cli/publish.hpp"
#include "cli/read.hpp"
#include "cli/report_files.hpp"
#include "fwproof/check/check.hpp"

namespace fwproof::cli {

namespace {

constexpr std::string_view kAbout =
    R"(What is wrong with the rules themselves: shadowed, redundant, too wide, undocumented, expired ... 'fwproof checks' lists
the checks, 'fwproof checks NAME' explains one. An EXPORT may be a directory: then every export in it is read. Without a
command, 'fwproof EXPORT...' does the same.

)";

// The exports behind one argument.
Result<std::vector<Input>> read_argument(const std::string& path, World& world) {
    std::error_code ignored;
    auto one = read_export(path, world);
    if (one) return std::vector<Input>{std::move(*one)};
    if (path == "-" || !std::filesystem::is_directory(path, ignored)) return fail(one.error());
    return read_directory(path, world);
}

struct Exports {
    std::deque<Policy> policies;
    std::vector<LoadedPolicy> loaded;  // into policies
};

Result<Exports> read_exports(const std::vector<std::string>& paths, const Reading& reading, World& world) {
    Exports exports;
    for (const auto& path : paths) {
        const auto inputs = read_argument(path, world);
        if (!inputs) return fail(inputs.error());
        for (const auto& input : *inputs) {
            auto policies = load_policies(input, reading.load, reading.format);
            if (!policies) return fail(policies.error());
            for (auto& policy : *policies) {
                exports.policies.push_back(std::move(policy));
                exports.loaded.push_back({&exports.policies.back(), {}, input.name});
            }
        }
    }
    return exports;
}

std::vector<std::string> ipset_files(const Arguments& arguments) {
    if (!arguments.has("ipset")) return {};
    return {arguments.text("ipset")};
}

Result<std::chrono::sys_days> today(const Reading& reading, const World& world) {
    if (reading.load.as_of) return std::chrono::floor<std::chrono::days>(*reading.load.as_of);
    const auto date = source_date(world);
    if (!date) return fail(date.error());
    return std::chrono::floor<std::chrono::days>(date->value_or(world.now));
}

}  // namespace

Result<int> run_lint(const std::vector<std::string>& arguments, World& world) {
    po::options_description options = lint_options();
    options.add(reading_options()).add(report_options());
    const auto parsed = parse_arguments("lint", arguments, options);
    if (!parsed) return fail(parsed.error());
    if (parsed->help) {
        world.out << help_text("lint", kAbout, options);
        return kClean;
    }
    const auto reporting = read_report_options(*parsed, world);
    if (!reporting) return fail(reporting.error());
    const auto selected = select_checks(selection(*reporting, {Subject::input, Subject::rules, Subject::waiver}));
    if (!selected) return fail(selected.error());
    const auto position = read_position(*parsed);
    if (!position) return fail(position.error());
    const auto reading = read_reading_options(*parsed, world);
    if (!reading) return fail(reading.error());
    const auto day = today(*reading, world);
    if (!day) return fail(day.error());
    if (parsed->positional.empty()) {
        return fail("no export given", "name the firewall exports, or '-' for standard input");
    }
    const auto exports = read_exports(parsed->positional, *reading, world);
    if (!exports) return fail(exports.error());
    if (exports->loaded.empty()) {
        print_error({fmt::format("no firewall export in {}", parsed->positional.front()), "name the files", {}}, world);
        return kIncomplete;
    }

    CheckInput input;
    input.topology = make_topology(exports->loaded);
    input.today = *day;
    input.position = *position;
    const CheckContext context(std::move(input));

    Report report;
    report.command = "lint";
    report.findings = run_checks(context, *selected);
    for (const Check* check : *selected) report.checks.emplace_back(check->name);
    report.files = report_files(world, nullptr, {}, ipset_files(*parsed));
    report.arguments = arguments_without_outputs(*parsed);
    for (const auto& loaded : exports->loaded) {
        report.inputs.push_back(report_input(loaded));
        for (const auto& assumption : loaded.policy->assumptions) {
            report.assumptions.push_back(fmt::format("{}: {}", loaded.file, assumption));
        }
    }
    return publish(std::move(report), *reporting, world);
}

}  // namespace fwproof::cli
