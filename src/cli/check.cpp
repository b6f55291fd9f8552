#include <fmt/format.h>

#include "cli/command.hpp"
#include "cli/options.hpp"
#include "cli/publish.hpp"
#include "cli/read.hpp"

namespace fwproof::cli {

Result<int> run_check(const std::vector<std::string>& arguments, World& world) {
    po::options_description options = reading_options();
    options.add(report_options());
    const auto parsed = parse_arguments("check", arguments, options);
    if (!parsed) return fail(parsed.error());
    if (parsed->help) {
        world.out << help_text("check", "", options);
        return kClean;
    }
    const auto reading = read_reading_options(*parsed, world);
    if (!reading) return fail(reading.error());
    const auto reporting = read_report_options(*parsed, world);
    if (!reporting) return fail(reporting.error());
    Report report;
    report.command = "check";
    for (const auto& path : parsed->positional) {
        const auto input = read_export(path, world);
        if (!input) return fail(input.error());
        const auto policies = load_policies(*input, reading->load, reading->format);
        if (!policies) return fail(policies.error());
    }
    return publish(std::move(report), *reporting, world);
}

}  // namespace fwproof::cli
