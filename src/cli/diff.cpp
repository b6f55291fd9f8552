// Two versions of exports: every packet whose verdict differs.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cli/diff_report.hpp"
#include "cli/diff_required.hpp"
#include "cli/outputs.hpp"
#include "cli/project.hpp"

namespace fwproof::cli {

namespace {

constexpr std::string_view kAbout =
    R"(Every packet whose verdict differs between two versions, as regions: newly permitted, newly denied, became unknown,
became known; the rule that decides before and after, and the edited line that makes the difference.

  fwproof diff old/edge.cfg new/edge.cfg
  fwproof diff HEAD~1:rules/edge.v4 rules/edge.v4       a git revision and the working tree
  fwproof diff main: HEAD:                              every export of two revisions
  fwproof diff --staged --fail-on widened               what is about to be committed
  fwproof diff asa.cfg migrated.v4 --at transit --interface inside=eth1 --interface outside=eth0

What cannot be compared for want of memory counts as widened and as changed for --fail-on.

)";

po::options_description diff_options() {
    po::options_description options("The comparison", 120);
    const auto list = [] { return po::value<std::vector<std::string>>()->composing(); };
    auto add = options.add_options();
    add("staged", "compare what is staged in git with the last commit; arguments are then paths to look at");
    add("at", po::value<std::string>()->value_name("NAME"), "only inbound, outbound or transit, or one profile");
    add("site", po::value<std::string>()->value_name("FILE"),
        "which required flows break or are mended; default: the site that .fwproof.toml names");
    add("interface", list()->value_name("OLD=NEW"), "what an interface of OLD is called in NEW");
    add("fail-on", list()->value_name("WHAT,..."),
        "exit with status 1 when access is widened or narrowed, anything changed, or a required flow is required-lost; "
        "or never "
        "(default: required-lost with --site)");
    add("strict", "exit with status 3 when something could not be compared");
    add("format", list()->value_name("NAME"), "text (default), json or markdown; may be given several times");
    add("output", list()->value_name("FILE"), "write the --format before it to FILE instead of standard output");
    return options;
}

const std::vector<std::string> kLevels = {"widened", "narrowed", "changed", "required-lost", "never"};

Result<std::set<std::string>> read_levels(const Arguments& arguments, bool site) {
    std::set<std::string> levels;
    for (const auto& word : arguments.words("fail-on")) {
        if (std::find(kLevels.begin(), kLevels.end(), word) == kLevels.end()) {
            const auto near = did_you_mean(word, kLevels);
            return fail(fmt::format("--fail-on '{}' is not known", word),
                        near ? fmt::format("did you mean '{}'?", *near)
                             : "write widened, narrowed, changed, required-lost or never");
        }
        levels.insert(word);
    }
    if (levels.empty() && site) levels.insert("required-lost");
    return levels;
}

Result<ReviewOptions> read_review_options(const Arguments& arguments) {
    ReviewOptions options;
    const auto budget = read_budget(arguments);
    if (!budget) return fail(budget.error());
    options.budget = *budget;
    options.at = arguments.text("at");
    for (const auto& word : arguments.texts("interface")) {
        const std::size_t equals = word.find('=');
        if (equals == std::string::npos || equals == 0 || equals + 1 == word.size()) {
            return fail(fmt::format("--interface '{}' has no two names", word), "write it as inside=eth1");
        }
        options.interfaces[word.substr(0, equals)] = word.substr(equals + 1);
    }
    return options;
}

bool found(const DiffReport& report, const std::set<std::string>& levels) {
    const Effect effect = report.effect();
    const bool open = !report.complete();
    const bool moved = std::any_of(report.files.begin(), report.files.end(),
                                   [](const FileDiff& file) { return file.kind != FileDiff::Kind::changed; });
    if (levels.contains("never")) return false;
    if (levels.contains("widened") && (open || effect == Effect::widened || effect == Effect::both)) return true;
    if (levels.contains("narrowed") && (open || effect == Effect::narrowed || effect == Effect::both)) return true;
    if (levels.contains("changed") && (open || moved || effect != Effect::unchanged)) return true;
    if (!levels.contains("required-lost") || !report.required) return false;
    return std::any_of(report.required->changes.begin(), report.required->changes.end(),
                       [](const RequiredChange& change) { return change.lost; });
}

int unusable(const std::vector<Error>& errors, World& world) {
    for (const auto& error : errors) print_error(error, world);
    return kUnusable;
}

std::string shell_word(const std::string& word) {
    constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,~@%+";
    if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
    std::string quoted = "'";
    for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return quoted + "'";
}

}  // namespace

Result<int> run_diff(const std::vector<std::string>& arguments, World& world) {
    po::options_description options = diff_options();
    add_budget_option(options);
    options.add(reading_options());
    const auto parsed = parse_arguments("diff", arguments, options);
    if (!parsed) return fail(parsed.error());
    if (parsed->help) {
        world.out << help_text("diff", kAbout, options);
        return kClean;
    }
    auto project = find_project(world);
    if (!project) return unusable(project.error(), world);
    const std::string site = parsed->has("site") ? parsed->text("site") : *project ? (*project)->site : std::string();
    const auto levels = read_levels(*parsed, !site.empty());
    if (!levels) return fail(levels.error());
    const auto review_options = read_review_options(*parsed);
    if (!review_options) return fail(review_options.error());
    const auto outputs = read_outputs(*parsed, {"text", "json", "markdown"});
    if (!outputs) return fail(outputs.error());
    const auto reading = read_reading_options(*parsed, world);
    if (!reading) return fail(reading.error());

    const auto& words = parsed->positional;
    const bool staged = parsed->has("staged");
    if (!staged && words.size() != 2) {
        return fail(words.empty()       ? "nothing to compare"
                    : words.size() == 1 ? "only one version is named"
                                        : "more than two versions are named",
                    "write fwproof diff OLD NEW, or fwproof diff --staged");
    }
    const auto pairs = staged ? pair_staged(words, *reading) : pair_versions(words[0], words[1], *reading, world);
    if (!pairs) return fail(pairs.error());

    // Never freed: to take two long policies apart takes longer than it takes the system to drop the process.
    static auto& reports = *new std::deque<DiffReport>;
    DiffReport& report = reports.emplace_back();
    report.same = pairs->same;
    report.single = pairs->single;
    report.command = "fwproof diff";
    for (const auto& argument : arguments) report.command += " " + shell_word(argument);
    for (const auto& pair : pairs->changed) {
        world.doing(fmt::format("comparing {}", pair.path));
        auto file = compare_versions(pair, pairs->single, *reading, *review_options);
        if (!file) return fail(file.error());
        report.files.push_back(std::move(*file));
    }

    if (!site.empty()) {
        RequiredQuestion question{site, parsed->has("site"), words, staged, {}};
        if (*project) question.waivers = (*project)->file.waivers;
        auto required = compare_required(question, *pairs, *reading, world);
        if (!required) return unusable(required.error(), world);
        report.required = std::move(*required);
    }

    const auto render = [&](const std::string& format) {
        return format == "json" ? diff_json(report) : format == "markdown" ? diff_markdown(report) : diff_text(report);
    };
    if (auto error = write_outputs(*outputs, render, world)) return fail(std::move(*error));
    if (found(report, *levels)) return kFound;
    return parsed->has("strict") && !report.complete() ? kIncomplete : kClean;
}

}  // namespace fwproof::cli
