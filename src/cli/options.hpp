// Options that several commands share, and how any command reads its arguments.
#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/baseline.hpp"
#include "cli/command.hpp"
#include "cli/outputs.hpp"
#include "fwproof/catalog/requirement.hpp"
#include "fwproof/catalog/site.hpp"
#include "fwproof/check/check.hpp"
#include "fwproof/packet/packet_set.hpp"
#include "fwproof/report/report.hpp"
#include "fwproof/vendor/vendor.hpp"

namespace fwproof::cli {

namespace po = boost::program_options;

// Arguments after parsing. Options may stand before, between and behind the positional ones; behind "--" all is
// positional.
struct Arguments {
    po::variables_map values;
    std::vector<std::string> positional;
    std::vector<std::pair<std::string, std::string>> in_order;  // long option name and value, as they were given
    bool help = false;  // --help was given: the caller prints help_text and is done; nothing else was validated

    bool has(const std::string& name) const { return values.count(name) > 0; }
    // The value of an option that takes text; empty when it was not given.
    std::string text(const std::string& name) const {
        return has(name) ? values[name].as<std::string>() : std::string();
    }
    std::vector<std::string> texts(const std::string& name) const;
    // The values of a list option, split at commas.
    std::vector<std::string> words(const std::string& name) const;
};

// Errors name the option and say what would be right. No abbreviations of option names.
Result<Arguments> parse_arguments(std::string_view command, const std::vector<std::string>& arguments,
                                  const po::options_description& options);

// Synopsis, `about` (a paragraph or examples), the options.
std::string help_text(std::string_view command, std::string_view about, const po::options_description& options);

// --input-format, --network-profile, --local-subnet, --ipset, --as-of, --jobs
po::options_description reading_options();

// --gpo, --mdm, --local
po::options_description store_options();

struct Reading {
    LoadOptions load;
    HostStores stores;     // one Windows host in place of exports; empty: none is given
    std::string format;    // empty: sniff
    std::size_t jobs = 1;  // threads, at least 1
};
// The error for exports beside stores.
std::optional<Error> refuse_exports(const std::vector<std::string>& exports, const Reading& reading);
Result<Reading> read_reading_options(const Arguments& arguments, World& world);
// The same without --ipset, --gpo, --mdm and --local, which a diff has for each version.
Result<Reading> read_common_options(const Arguments& arguments);
// The error for stores that cannot be read so.
std::optional<Error> check_stores(const HostStores& stores, const std::string& format);

// --position, --site
po::options_description lint_options();
// Where the firewalls stand; nothing: as each export looks.
Result<std::optional<FirewallKind>> read_position(const Arguments& arguments);

// --budget, and what it says.
void add_budget_option(po::options_description& options);
Result<Budget> read_budget(const Arguments& arguments);

// What the commands that ask an export read first: how to read it, what the answer may cost, and its format, one of
// these; the first is the default.
struct Asking {
    Reading reading;
    Budget budget;
    std::string format;
};
Result<Asking> read_asking_options(std::string_view command, const Arguments& arguments,
                                   const std::vector<std::string>& formats, World& world);

// --format, --output, --fail-on, --strict, --select, --ignore, --standard, --baseline, --write-baseline, --color
po::options_description report_options();
// Parts of them, for commands whose other options mean something else.
void add_output_options(po::options_description& options, const std::vector<std::string>& formats);
void add_finding_options(po::options_description& options);  // --select to --write-baseline
std::vector<std::string> format_names();                     // of formats(), in their order

struct Reporting {
    std::vector<NamedOutput> outputs;                   // at least one
    std::optional<Severity> fail_on = Severity::error;  // nothing: never
    bool strict = false;
    bool color = false;                       // for standard output
    std::vector<std::string> select, ignore;  // names of checks
    std::vector<std::string> standards;       // names of standards
    std::optional<Baseline> baseline;
    std::string baseline_file;   // the path behind --baseline; may be empty
    std::string write_baseline;  // path; empty: none is written
    std::string timestamp;       // from SOURCE_DATE_EPOCH, RFC 3339; empty without
};
// "error", "warning" or "note"; nothing: another word.
std::optional<Severity> parse_severity(std::string_view word);
// --fail-on; nothing: never.
Result<std::optional<Severity>> read_fail_on(const Arguments& arguments);
Result<Reporting> read_report_options(const Arguments& arguments, World& world);
// All but --fail-on, with these formats; the first is the default.
Result<Reporting> read_report_options(const Arguments& arguments, const std::vector<std::string>& formats,
                                      World& world);
Selection selection(const Reporting& reporting, std::vector<Subject> subjects);

// Whether some output shows what passes, too, and not only findings.
bool wants_evidence(const Reporting& reporting);

// The arguments as they were given, in canonical form: options in their order, then what is positional; without those
// that only say where and how the answer is printed.
std::vector<std::string> arguments_without_outputs(const Arguments& arguments);

// Whether standard output gets colours: --color over NO_COLOR over CLICOLOR_FORCE over CLICOLOR over being a terminal.
Result<bool> wants_color(const Arguments& arguments, const World& world);

// The day on which waivers and time ranges are judged: --as-of, what the site says, SOURCE_DATE_EPOCH, today.
Result<std::chrono::sys_days> judged_day(const Reading& reading, const std::optional<Date>& stated, const World& world);
std::string day_text(std::chrono::sys_days day);  // "2026-11-30"

// SOURCE_DATE_EPOCH where it is set, else nothing.
Result<std::optional<std::chrono::sys_seconds>> source_date(const World& world);

// "2026-11-30", "2026-11-30T08:00" or "2026-11-30T08:00:00Z"; always UTC.
Result<std::chrono::sys_seconds> parse_date(std::string_view text, std::string_view option);

}  // namespace fwproof::cli
