// Findings about the rules of each export, without any knowledge of what they are needed for.
#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "cli/command.hpp"
#include "cli/options.hpp"
#include "cli/project.hpp"
#include "cli/publish.hpp"
#include "cli/read.hpp"
#include "cli/report_files.hpp"
#include "cli/site_input.hpp"
#include "fwproof/check/check.hpp"

namespace fwproof::cli {

namespace {

constexpr std::string_view kAbout =
    R"(What is wrong with the rules themselves: shadowed, redundant, too wide, undocumented, expired ... 'fwproof checks' lists
the checks, 'fwproof checks NAME' explains one. An EXPORT may be a directory: then every export in it is read. Without a
command, 'fwproof EXPORT...' does the same. Waivers of the site file and of .fwproof.toml count here too.

)";

// The site that the exports belong to, where there is one.
struct Place {
    Site site;
    std::string base;  // directory of the site file
    bool known = false;
};

Loaded<Place> read_place(const Arguments& arguments, const std::optional<Project>& project, World& world) {
    const std::string path = arguments.has("site") ? arguments.text("site") : project ? project->site : "";
    if (path.empty()) return Place();
    const auto source = read_text(path, world);
    if (!source) return tl::unexpected(std::vector<Error>{source.error()});
    auto site = load_site(*source);
    if (!site) return tl::unexpected(site.error());
    return Place{std::move(*site), std::filesystem::path(path).parent_path().string(), true};
}

// The firewall of the site that the file is an export of; null: none.
const SiteFirewall* firewall_of(const Place& place, const std::string& file) {
    std::error_code ignored;
    for (const auto& firewall : place.site.firewalls) {
        for (const auto& path : firewall.files()) {
            const std::string known = beside(place.base, path);
            if (known == file || std::filesystem::equivalent(known, file, ignored)) return &firewall;
        }
    }
    return nullptr;
}

Loaded<SitePolicies> read_named(const Arguments& arguments, const Place& place, const Reading& reading, World& world) {
    const bool only_exports = arguments.has("only-exports") && reading.format.empty();
    std::vector<Export> exports;
    std::set<std::filesystem::path> known;
    for (const auto& path : arguments.positional) {
        auto inputs = read_argument(path, world, only_exports);
        if (!inputs) return tl::unexpected(std::vector<Error>{inputs.error()});
        for (auto& input : *inputs) {
            // A file that is named twice, or beside its directory, is one export.
            std::error_code ignored;
            const auto place_of_file = std::filesystem::weakly_canonical(input.name, ignored);
            if (!ignored && input.name != "-" && !known.insert(place_of_file).second) continue;
            const SiteFirewall* firewall = firewall_of(place, input.name);
            auto options =
                firewall ? load_options(*firewall, place.base, reading, world) : Result<LoadOptions>(reading.load);
            if (!options) return tl::unexpected(std::vector<Error>{options.error()});
            const bool sniffed = reading.format.empty() && firewall;
            exports.push_back(
                {std::move(input), std::move(*options), sniffed ? firewall->format : reading.format, firewall});
        }
    }
    return load_exports(exports, reading.jobs);
}

// One device, of the stores that the command line names.
Loaded<SitePolicies> read_host(const Reading& reading, World& world) {
    auto input = read_stores(reading.stores, {}, world);
    if (!input) return tl::unexpected(std::vector<Error>{input.error()});
    return load_exports({{std::move(*input), reading.load, std::string(kStoresFormat), nullptr}}, reading.jobs);
}

// The files that are read beside exports and site.
std::map<std::string, std::string> other_uses(const Arguments& arguments, const Place& place) {
    std::map<std::string, std::string> uses{{arguments.text("ipset"), "ipset"},
                                            {arguments.text("baseline"), "baseline"}};
    for (const auto& firewall : place.site.firewalls) uses[beside(place.base, firewall.ipset_file)] = "ipset";
    return uses;
}

int unusable(const std::vector<Error>& errors, World& world) {
    for (const auto& error : errors) print_error(error, world);
    return kUnusable;
}

}  // namespace

Result<int> run_lint(const std::vector<std::string>& arguments, World& world) {
    po::options_description options = lint_options();
    add_budget_option(options);
    options.add(store_options()).add(reading_options()).add(report_options());
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
    const auto budget = read_budget(*parsed);
    if (!budget) return fail(budget.error());
    auto inputs = parsed->positional;
    inputs.push_back(parsed->text("site"));
    const auto project = find_project(inputs, world);
    if (!project) return unusable(project.error(), world);
    const auto place = read_place(*parsed, *project, world);
    if (!place) return unusable(place.error(), world);
    const auto day = judged_day(*reading, place->site.date, world);
    if (!day) return fail(day.error());
    if (auto error = refuse_exports(parsed->positional, *reading)) return fail(std::move(*error));
    if (parsed->positional.empty() && !place->known && reading->stores.empty()) {
        return fail("no export given", "name the firewall exports, or '-' for standard input");
    }
    const auto exports = !reading->stores.empty()     ? read_host(*reading, world)
                         : parsed->positional.empty() ? read_exports(place->site, place->base, *reading, world)
                                                      : read_named(*parsed, *place, *reading, world);
    if (!exports) return unusable(exports.error(), world);
    if (exports->loaded.empty()) {
        const bool named = !parsed->positional.empty();
        if (named && parsed->has("only-exports")) {
            for (const auto& sentence : passed_over(world)) world.out << sentence << "\n";
            return kClean;
        }
        print_error(
            named ? Error{fmt::format("no firewall export in {}", parsed->positional.front()), "name the files", {}}
                  : Error{"the site names no firewall, so there is nothing to look at",
                          "add a [[firewall]] with its export",
                          {}},
            world);
        return kIncomplete;
    }

    CheckInput input;
    input.topology = make_topology(place->site, exports->loaded);
    input.waivers = place->site.waivers;
    if (*project) {
        const auto& waivers = (*project)->file.waivers;
        input.waivers.insert(input.waivers.end(), waivers.begin(), waivers.end());
    }
    input.today = *day;
    input.position = *position;
    input.threads = reading->jobs;
    input.assess.budget = *budget;
    const CheckContext context(std::move(input));
    world.doing("checking the rules");

    Report report;
    report.command = "lint";
    report.day = day_text(*day);
    report.findings = run_checks(context, *selected);
    report.exhausted = context.beyond_budget().size();
    report.unassessed = context.unassessed();
    for (const Check* check : *selected) report.checks.emplace_back(check->name);
    report.files = report_files(world, &place->site, {}, other_uses(*parsed, *place));
    report.arguments = arguments_without_outputs(*parsed);
    report.assumptions = passed_over(world);
    for (const auto& loaded : exports->loaded) {
        report.inputs.push_back(report_input(loaded));
        for (const auto& assumption : loaded.policy->assumptions) {
            report.assumptions.push_back(fmt::format("{}: {}", loaded.file, assumption));
        }
    }
    return publish(std::move(report), *reporting, world);
}

}  // namespace fwproof::cli
