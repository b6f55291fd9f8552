#include "cli/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options/errors.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <sstream>

namespace fwproof::cli {

namespace {

constexpr unsigned kLineWidth = 120;

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(separator), text.size());
        if (end > 0) parts.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

std::string hint_for(std::string_view command) { return fmt::format("'fwproof {} --help' lists the options", command); }

std::string bare(std::string name) {
    name.erase(0, name.find_first_not_of('-'));
    return name.substr(0, name.find('='));
}

std::vector<std::string> option_names(const po::options_description& options) {
    std::vector<std::string> names{"help"};
    for (const auto& option : options.options()) names.push_back(option->long_name());
    return names;
}

// An option that is given and says nothing: a variable of the script that is not set.
std::optional<Error> refuse_empty(const Arguments& arguments, const po::options_description& options) {
    for (const auto& [name, value] : arguments.in_order) {
        const auto* option = options.find_nothrow(name, false);
        if (!option || option->semantic()->max_tokens() == 0) continue;
        if (value.find_first_not_of(',') != std::string::npos) continue;
        return Error{fmt::format("--{} is given without a value", name),
                     "leave it out, or say what is meant; is a variable not set?",
                     {}};
    }
    return std::nullopt;
}

}  // namespace

std::vector<std::string> Arguments::texts(const std::string& name) const {
    return has(name) ? values[name].as<std::vector<std::string>>() : std::vector<std::string>();
}

std::vector<std::string> Arguments::words(const std::string& name) const {
    std::vector<std::string> all;
    for (const auto& text : texts(name)) {
        for (auto& word : split(text, ',')) all.push_back(std::move(word));
    }
    return all;
}

Result<Arguments> parse_arguments(std::string_view command, const std::vector<std::string>& arguments,
                                  const po::options_description& options) {
    Arguments result;
    const auto end = std::find(arguments.begin(), arguments.end(), "--");
    result.help = std::any_of(arguments.begin(), end, [](const auto& a) { return a == "--help" || a == "-h"; });
    if (result.help) return result;

    using namespace po::command_line_style;
    const int style = allow_long | long_allow_adjacent | long_allow_next | allow_short | allow_dash_for_short |
                      short_allow_next | short_allow_adjacent | allow_sticky;
    try {
        const auto parsed = po::command_line_parser(arguments).options(options).style(style).run();
        po::store(parsed, result.values);
        for (const auto& option : parsed.options) {
            if (option.string_key.empty()) {
                result.positional.insert(result.positional.end(), option.value.begin(), option.value.end());
            } else {
                result.in_order.emplace_back(option.string_key, option.value.empty() ? "" : option.value.front());
            }
        }
        if (auto error = refuse_empty(result, options)) return fail(std::move(*error));
    } catch (const po::unknown_option& error) {
        const auto near = did_you_mean(bare(error.get_option_name()), option_names(options));
        return fail(fmt::format("unknown option '{}'", error.get_option_name()),
                    near ? fmt::format("did you mean '--{}'?", *near) : hint_for(command));
    } catch (const po::multiple_occurrences& error) {
        return fail(fmt::format("option '{}' is given more than once", error.get_option_name()), hint_for(command));
    } catch (const po::invalid_command_line_syntax& error) {
        const bool extra = error.kind() == po::invalid_syntax::extra_parameter;
        return fail(fmt::format("option '{}' {}", error.get_option_name(), extra ? "takes no value" : "needs a value"),
                    hint_for(command));
    } catch (const po::error& error) {
        return fail(error.what(), hint_for(command));
    }
    return result;
}

std::string help_text(std::string_view command, std::string_view about, const po::options_description& options) {
    std::ostringstream text;
    for (const auto& known : commands()) {
        if (known.name == command) text << fmt::format("usage: fwproof {} {}\n\n", known.name, known.synopsis);
    }
    text << about << options;
    return text.str();
}

po::options_description reading_options() {
    po::options_description options("Reading exports", kLineWidth);
    std::string formats;
    for (const auto& vendor : vendors()) formats += fmt::format("{}{}", formats.empty() ? "" : ", ", vendor.name);
    auto add = options.add_options();
    add("input-format", po::value<std::string>()->value_name("NAME"),
        fmt::format("take every export for this: {} (default: sniffed from the bytes)", formats).c_str());
    add("network-profile", po::value<std::string>()->value_name("PROFILE"),
        "the Windows profile in force: domain, private or public (default: each is answered)");
    add("local-subnet", po::value<std::vector<std::string>>()->composing()->value_name("PREFIX,..."),
        "what Windows calls LocalSubnet on that host");
    add("ipset", po::value<std::string>()->value_name("FILE"),
        "what 'ipset save' printed, for dumps that refer to sets");
    add("as-of", po::value<std::string>()->value_name("DATE"),
        "the day or minute at which time ranges and waivers are judged, as 2026-11-30 or 2026-11-30T08:00 (UTC)");
    add("jobs", po::value<std::string>()->value_name("N"),
        "how many exports are worked on at a time (default: as many as there are processors)");
    return options;
}

po::options_description store_options() {
    po::options_description options("The policy stores of one Windows host, in place of EXPORT", kLineWidth);
    const auto list = [] { return po::value<std::vector<std::string>>()->composing()->value_name("FILE"); };
    auto add = options.add_options();
    add("gpo", list(), "a group policy object, or the directory of its backup; the first of several wins");
    add("mdm", list(), "a policy of device management");
    add("local", po::value<std::string>()->value_name("FILE"), "the host's own store");
    return options;
}

void add_budget_option(po::options_description& options) {
    options.add_options()("budget", po::value<std::string>()->value_name("N"),
                          "what an analysis may cost, in thousands of nodes (default: 16000); beyond it is undecided");
}

Result<std::chrono::sys_seconds> parse_date(std::string_view text, std::string_view option) {
    const auto wrong = [&] {
        return fail(fmt::format("{} '{}' is not a date", option, text), "write 2026-11-30 or 2026-11-30T08:00 (UTC)");
    };
    std::string_view rest = text;
    const auto number = [&](std::size_t digits, char before) -> std::optional<int> {
        if (before != 0) {
            if (!rest.starts_with(before)) return std::nullopt;
            rest.remove_prefix(1);
        }
        if (rest.size() < digits) return std::nullopt;
        int value = 0;
        for (const char c : rest.substr(0, digits)) {
            if (c < '0' || c > '9') return std::nullopt;
            value = value * 10 + (c - '0');
        }
        rest.remove_prefix(digits);
        return value;
    };
    const auto year = number(4, 0), month = year ? number(2, '-') : std::nullopt,
               day = month ? number(2, '-') : std::nullopt;
    if (!day) return wrong();
    const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) return wrong();
    std::chrono::sys_seconds time = std::chrono::sys_days(date);
    if (!rest.empty()) {
        const auto hour = number(2, 'T'), minute = hour ? number(2, ':') : std::nullopt;
        if (!minute || *hour > 23 || *minute > 59) return wrong();
        time += std::chrono::hours(*hour) + std::chrono::minutes(*minute);
        if (rest.starts_with(':')) {
            const auto second = number(2, ':');
            if (!second || *second > 59) return wrong();
            time += std::chrono::seconds(*second);
        }
        if (rest == "Z") rest = {};
        if (!rest.empty()) return wrong();
    }
    return time;
}

po::options_description lint_options() {
    po::options_description options("Where it stands", kLineWidth);
    auto add = options.add_options();
    add("position", po::value<std::string>()->value_name("KIND"),
        "host or network: what the firewalls protect (default: as the site says or as each export looks)");
    add("site", po::value<std::string>()->value_name("FILE"),
        "the site that the exports belong to: its names, its waivers; without EXPORT all exports that it names");
    add("only-exports", "pass over the files that are no firewall exports, for hooks that name every file");
    return options;
}

std::vector<std::string> format_names() {
    std::vector<std::string> names;
    for (const auto& format : formats()) names.emplace_back(format.name);
    return names;
}

void add_output_options(po::options_description& options, const std::vector<std::string>& formats) {
    const auto list = [] { return po::value<std::vector<std::string>>()->composing(); };
    auto add = options.add_options();
    add("format", list()->value_name("NAME"),
        fmt::format("{} (default: {}); may be given several times", fmt::join(formats, ", "), formats.front()).c_str());
    add("output", list()->value_name("FILE"), "write the --format before it to FILE instead of standard output");
}

po::options_description report_options() {
    po::options_description options("The report", kLineWidth);
    add_output_options(options, format_names());
    auto add = options.add_options();
    add("fail-on", po::value<std::string>()->value_name("LEVEL"),
        "the lowest severity that makes the exit status 1: error (default), warning, note, never");
    add("strict", "exit with status 3 when something was not understood or not checked");
    add_finding_options(options);
    add("color", po::value<std::string>()->value_name("WHEN"), "auto (default), always or never; NO_COLOR is obeyed");
    return options;
}

void add_finding_options(po::options_description& options) {
    const auto list = [] { return po::value<std::vector<std::string>>()->composing(); };
    auto add = options.add_options();
    add("select", list()->value_name("CHECK,..."), "report these checks only");
    add("ignore", list()->value_name("CHECK,..."), "leave these checks out");
    add("standard", list()->value_name("NAME,..."), "report the checks of a standard: pci-dss-4.0.1, stig, ...");
    add("baseline", po::value<std::string>()->value_name("FILE"), "leave out the findings that this file has");
    add("write-baseline", po::value<std::string>()->value_name("FILE"),
        "write every finding that is not waived to FILE");
}

Result<bool> wants_color(const Arguments& arguments, const World& world) {
    const std::string when = arguments.text("color");
    if (when == "always") return true;
    if (when == "never") return false;
    if (!when.empty() && when != "auto") {
        return fail(fmt::format("--color '{}' is not known", when), "write auto, always or never");
    }
    const auto set = [&](const char* name) { return world.environment(name).value_or(""); };
    if (!set("NO_COLOR").empty()) return false;
    if (const std::string force = set("CLICOLOR_FORCE"); !force.empty() && force != "0") return true;
    if (set("CLICOLOR") == "0" || set("TERM") == "dumb") return false;
    return world.out_is_terminal;
}

Result<std::chrono::sys_days> judged_day(const Reading& reading, const std::optional<Date>& stated,
                                         const World& world) {
    if (reading.load.as_of) return std::chrono::floor<std::chrono::days>(*reading.load.as_of);
    if (stated) return std::chrono::sys_days(*stated);
    const auto date = source_date(world);
    if (!date) return fail(date.error());
    return std::chrono::floor<std::chrono::days>(date->value_or(world.now));
}

std::string day_text(std::chrono::sys_days day) {
    const std::chrono::year_month_day date(day);
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()));
}

Result<std::optional<std::chrono::sys_seconds>> source_date(const World& world) {
    const auto text = world.environment("SOURCE_DATE_EPOCH");
    if (!text || text->empty()) return std::nullopt;
    const bool digits =
        text->size() <= 11 && std::all_of(text->begin(), text->end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!digits) {
        return fail(fmt::format("SOURCE_DATE_EPOCH '{}' is not a number of seconds", *text),
                    "unset it or write whole seconds since 1970");
    }
    return std::chrono::sys_seconds(std::chrono::seconds(std::stoll(*text)));
}

}  // namespace fwproof::cli
