// The values of the shared options, checked.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <thread>

#include "cli/options.hpp"
#include "cli/read.hpp"
#include "cli/site_input.hpp"

namespace fwproof::cli {

namespace {

template <class Range, class Name>
std::string suggestion(std::string_view word, const Range& known, Name name) {
    std::vector<std::string> names;
    for (const auto& item : known) names.emplace_back(name(item));
    if (const auto near = did_you_mean(word, names)) return fmt::format("did you mean '{}'?", *near);
    return fmt::format("known: {}", fmt::join(names, ", "));
}

// Empty when it is no whole number from 1 to `most`.
std::optional<std::size_t> number(const std::string& text, std::size_t most) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value == 0 || value > most) return std::nullopt;
    return value;
}

Result<std::size_t> read_jobs(const Arguments& arguments) {
    constexpr std::size_t kMost = 1024;
    if (!arguments.has("jobs")) return std::max(std::thread::hardware_concurrency(), 1U);
    const std::string text = arguments.text("jobs");
    if (const auto jobs = number(text, kMost)) return *jobs;
    return fail(fmt::format("--jobs '{}' is no number of exports", text),
                fmt::format("write a number from 1 to {}", kMost));
}

}  // namespace

std::optional<Error> check_stores(const HostStores& stores, const std::string& format) {
    for (const auto& file : stores.files()) {
        if (file.empty() || file == "-") return Error{"--gpo, --mdm and --local need the name of a file", "", {}};
    }
    if (stores.empty() || format.empty() || format == kStoresFormat) return std::nullopt;
    return Error{fmt::format("--input-format {} beside --gpo, --mdm or --local", format),
                 "only Windows has policy stores: leave it out",
                 {}};
}

Result<Reading> read_reading_options(const Arguments& arguments, World& world) {
    auto reading = read_common_options(arguments);
    if (!reading) return reading;
    reading->stores = {arguments.texts("gpo"), arguments.texts("mdm"), arguments.text("local")};
    if (auto error = check_stores(reading->stores, reading->format)) return fail(std::move(*error));
    if (arguments.has("ipset")) {
        auto source = read_text(arguments.text("ipset"), world);
        if (!source) return fail(source.error());
        reading->load.ipset = *source;
    }
    return reading;
}

Result<Reading> read_common_options(const Arguments& arguments) {
    Reading reading;
    reading.format = arguments.text("input-format");
    if (!reading.format.empty()) {
        const auto all = vendors();
        if (std::none_of(all.begin(), all.end(), [&](const Vendor& v) { return v.name == reading.format; })) {
            return fail(fmt::format("unknown input format '{}'", reading.format),
                        suggestion(reading.format, all, [](const Vendor& v) { return v.name; }));
        }
    }
    reading.load.network_profile = arguments.text("network-profile");
    if (const auto& profile = reading.load.network_profile;
        !profile.empty() && profile != "domain" && profile != "private" && profile != "public") {
        return fail(fmt::format("unknown network profile '{}'", profile), "write domain, private or public");
    }
    for (const auto& word : arguments.words("local-subnet")) {
        const auto prefix = parse_prefix(word);
        if (!prefix) return fail(fmt::format("--local-subnet '{}' is not a prefix", word), "write it as 10.1.0.0/24");
        reading.load.local_subnets.push_back(*prefix);
    }
    if (arguments.has("as-of")) {
        const auto date = parse_date(arguments.text("as-of"), "--as-of");
        if (!date) return fail(date.error());
        reading.load.as_of = *date;
        reading.load.as_of_day = arguments.text("as-of").find('T') == std::string::npos;
    }
    const auto jobs = read_jobs(arguments);
    if (!jobs) return fail(jobs.error());
    reading.jobs = *jobs;
    return reading;
}

std::optional<Error> refuse_exports(const std::vector<std::string>& exports, const Reading& reading) {
    if (exports.empty() || reading.stores.empty()) return std::nullopt;
    return Error{fmt::format("'{}' is not expected beside --gpo, --mdm and --local", exports.front()),
                 "say of it, too, which store it is",
                 {}};
}

Result<Budget> read_budget(const Arguments& arguments) {
    constexpr std::size_t kMostThousands = 2'000'000;
    constexpr std::uint64_t kStepsPerNode = 25;
    if (!arguments.has("budget")) return Budget();
    const std::string text = arguments.text("budget");
    const auto thousands = number(text, kMostThousands);
    if (!thousands) {
        return fail(fmt::format("--budget '{}' is no number of thousands of nodes", text),
                    fmt::format("write a number from 1 to {}", kMostThousands));
    }
    return Budget{*thousands * 1'000, *thousands * 1'000 * kStepsPerNode};
}

Result<Asking> read_asking_options(std::string_view command, const Arguments& arguments,
                                   const std::vector<std::string>& formats, World& world) {
    auto reading = read_reading_options(arguments, world);
    if (!reading) return fail(reading.error());
    const auto budget = read_budget(arguments);
    if (!budget) return fail(budget.error());
    Asking asking{std::move(*reading), *budget, arguments.has("format") ? arguments.text("format") : formats.front()};
    if (std::find(formats.begin(), formats.end(), asking.format) != formats.end()) return asking;
    const std::vector<std::string> but_last(formats.begin(), formats.end() - 1);
    return fail(fmt::format("{} has no format '{}'", command, asking.format),
                fmt::format("write {} or {}", fmt::join(but_last, ", "), formats.back()));
}

bool wants_evidence(const Reporting& reporting) {
    return std::any_of(reporting.outputs.begin(), reporting.outputs.end(),
                       [](const NamedOutput& output) { return output.format != "text"; });
}

std::vector<std::string> arguments_without_outputs(const Arguments& arguments) {
    std::vector<std::string> words;
    for (const auto& [name, value] : arguments.in_order) {
        if (name == "format" || name == "output" || name == "color" || name == "jobs" || name == "write-baseline")
            continue;
        words.push_back(value.empty() ? "--" + name : fmt::format("--{}={}", name, value));
    }
    words.insert(words.end(), arguments.positional.begin(), arguments.positional.end());
    return words;
}

Result<std::optional<FirewallKind>> read_position(const Arguments& arguments) {
    const std::string word = arguments.text("position");
    if (word == "host") return FirewallKind::host;
    if (word == "network") return FirewallKind::transit;
    if (!word.empty()) return fail(fmt::format("--position '{}' is not known", word), "write host or network");
    return std::nullopt;
}

Selection selection(const Reporting& reporting, std::vector<Subject> subjects) {
    return {std::move(subjects), reporting.select, reporting.ignore, reporting.standards};
}

std::optional<Severity> parse_severity(std::string_view word) {
    for (const Severity severity : {Severity::error, Severity::warning, Severity::note}) {
        if (word == to_string(severity)) return severity;
    }
    return std::nullopt;
}

Result<std::optional<Severity>> read_fail_on(const Arguments& arguments) {
    const std::string level = arguments.text("fail-on");
    if (level.empty()) return Severity::error;
    if (level == "never") return std::nullopt;
    if (const auto severity = parse_severity(level)) return severity;
    return fail(fmt::format("--fail-on '{}' is not a severity", level), "write error, warning, note or never");
}

Result<Reporting> read_report_options(const Arguments& arguments, World& world) {
    const auto fail_on = read_fail_on(arguments);
    if (!fail_on) return fail(fail_on.error());
    auto reporting = read_report_options(arguments, format_names(), world);
    if (reporting) reporting->fail_on = *fail_on;
    return reporting;
}

Result<Reporting> read_report_options(const Arguments& arguments, const std::vector<std::string>& formats,
                                      World& world) {
    Reporting reporting;
    auto outputs = read_outputs(arguments, formats);
    if (!outputs) return fail(outputs.error());
    reporting.outputs = std::move(*outputs);
    reporting.strict = arguments.has("strict");
    reporting.select = arguments.words("select");
    reporting.ignore = arguments.words("ignore");
    reporting.standards = arguments.words("standard");
    for (const char* option : {"baseline", "write-baseline"}) {
        const bool named = !arguments.text(option).empty() && arguments.text(option) != "-";
        if (arguments.has(option) && !named) return fail(fmt::format("--{} needs a file name", option), {});
    }
    reporting.baseline_file = arguments.text("baseline");
    if (!reporting.baseline_file.empty()) {
        auto baseline = read_baseline(reporting.baseline_file, world);
        if (!baseline) return fail(baseline.error());
        reporting.baseline = std::move(*baseline);
    }
    reporting.write_baseline = arguments.text("write-baseline");
    const auto color = wants_color(arguments, world);
    if (!color) return fail(color.error());
    reporting.color = *color;
    const auto date = source_date(world);
    if (!date) return fail(date.error());
    if (*date)
        reporting.timestamp =
            fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(**date)));
    return reporting;
}

}  // namespace fwproof::cli
