// Two versions of exports: every packet whose verdict differs.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cli/diff_effects.hpp"
#include "cli/diff_findings.hpp"
#include "cli/diff_report.hpp"
#include "cli/diff_required.hpp"
#include "cli/project.hpp"
#include "cli/publish.hpp"
#include "cli/stored.hpp"
#include "cli/version_options.hpp"
#include "fwproof/analysis/named_interfaces.hpp"
#include "fwproof/base/letters.hpp"

namespace fwproof::cli {

namespace {

constexpr std::string_view kAbout =
    R"(Every packet whose verdict differs between two versions, as regions: newly permitted, newly denied, became unknown,
became known, still unknown on other conditions; the rule that decides before and after, and the edited line that makes
the difference.

  fwproof diff old/edge.cfg new/edge.cfg
  fwproof diff HEAD~1:rules/edge.v4 rules/edge.v4       a git revision and the working tree
  fwproof diff main: HEAD:                              every export of two revisions
  fwproof diff --staged --fail-on widened               what is about to be committed
  fwproof diff HEAD~1: . --gpo base.reg --local ms1.reg the Windows host that these stores make, in each version
  fwproof diff asa.cfg migrated.v4 --at transit --interface inside=eth1 --interface outside=eth0

The checks FW801 to FW811 and FW506 of fwproof-checks(7) look at the change; their findings stand behind the regions, and
are all that SARIF, JUnit and the other formats of lint show. For --fail-on, what could not be compared counts
as widened, narrowed and changed, and so does an export that was removed, for nothing says what stands in its place; one
that was added counts as widened and changed. A setting beside rules that differs counts as changed, and as widened where
it may let in more than was read (local rules in force again, tunnels that bypass lists); another destination translation
counts as all three. Edge traversal of a rule counts as changed. What is only logged, how a denial is answered, marks and
source translations open nothing.

)";

// What no other format says of a change is said by diff itself; OSCAL and in-toto are about what stands.
const std::vector<std::string>& diff_formats() {
    static const std::vector<std::string> kNames = {"text",  "json",   "jsonl",  "markdown", "sarif",
                                                    "junit", "github", "gitlab", "csv",      "html"};
    return kNames;
}

po::options_description diff_options() {
    po::options_description options("The comparison", 120);
    const auto list = [] { return po::value<std::vector<std::string>>()->composing(); };
    auto add = options.add_options();
    add("staged", "compare what is staged in git with the last commit; arguments are then paths to look at");
    add("at", po::value<std::string>()->value_name("NAME"), "only inbound, outbound or transit, or one profile");
    add("family", po::value<std::string>()->value_name("FAMILY"), "only packets of IPv4, or of IPv6");
    add("site", po::value<std::string>()->value_name("FILE"),
        "which required flows break or are mended; default: the site that .fwproof.toml names");
    add("interface", list()->value_name("OLD=NEW"), "what an interface of OLD is called in NEW");
    add("fail-on", list()->value_name("WHAT,..."),
        "exit with status 1 when access is widened or narrowed, anything changed, or a required flow is required-lost, "
        "whatever is ignored or waived; when a check finds an error, warning or note; or never (default: required-lost "
        "with --site)");
    add("strict", "exit with status 3 when something could not be compared");
    add_output_options(options, diff_formats());
    add_finding_options(options);
    return options;
}

// What makes the exit status 1.
struct FailOn {
    std::set<std::string> effects;
    std::optional<Severity> severity;  // findings at or above it; nothing: none
};

Result<FailOn> read_fail_on_words(const Arguments& arguments, bool site) {
    std::vector<std::string> known = effect_names();
    known.insert(known.end(), {"error", "warning", "note", "never"});
    FailOn fail_on;
    const auto words = arguments.words("fail-on");
    for (const auto& word : words) {
        if (std::find(known.begin(), known.end(), word) == known.end()) {
            const auto near = did_you_mean(word, known);
            return fail(fmt::format("--fail-on '{}' is not known", word),
                        near ? fmt::format("did you mean '{}'?", *near)
                             : "write widened, narrowed, changed, required-lost, error, warning, note or never");
        }
        if (const auto severity = parse_severity(word)) {
            fail_on.severity = std::min(fail_on.severity.value_or(*severity), *severity);
        } else {
            fail_on.effects.insert(word);
        }
    }
    if (fail_on.effects.contains("never")) return FailOn();
    if (fail_on.effects.contains("required-lost") && !site) {
        return fail("--fail-on required-lost without a site finds nothing",
                    "give --site FILE, or name the site in .fwproof.toml");
    }
    if (words.empty() && site) fail_on.effects.insert("required-lost");
    return fail_on;
}

Result<ReviewOptions> read_review_options(const Arguments& arguments) {
    ReviewOptions options;
    const auto budget = read_budget(arguments);
    if (!budget) return fail(budget.error());
    options.budget = *budget;
    options.at = arguments.text("at");
    if (arguments.has("family")) {
        const std::string family = lower_case(arguments.text("family"));
        if (family != "ipv4" && family != "ipv6")
            return fail(fmt::format("--family '{}' is not known", arguments.text("family")), "write IPv4 or IPv6");
        options.family = family == "ipv4" ? Family::v4 : Family::v6;
    }
    for (const auto& word : arguments.texts("interface")) {
        const std::size_t equals = word.find('=');
        if (equals == std::string::npos || equals == 0 || equals + 1 == word.size()) {
            return fail(fmt::format("--interface '{}' has no two names", word), "write it as inside=eth1");
        }
        options.interfaces[word.substr(0, equals)] = word.substr(equals + 1);
    }
    return options;
}

// --at names a position, or a profile of some version; anything else would compare nothing and look like no change.
std::optional<Error> unknown_place(const DiffReport& report, const std::string& at) {
    std::vector<std::string> known;
    for (const auto& file : report.files) {
        for (const auto& policy : file.policies) {
            for (const auto& path : policy.paths) {
                for (const std::string& name : {std::string(to_string(path.position)), path.variant}) {
                    if (name == at) return std::nullopt;
                    if (!name.empty() && std::find(known.begin(), known.end(), name) == known.end())
                        known.push_back(name);
                }
            }
        }
    }
    if (known.empty()) return std::nullopt;
    const auto near = did_you_mean(lower_case(at), known);
    return Error{fmt::format("--at '{}' is none of {}", at, fmt::join(known, ", ")),
                 near ? fmt::format("did you mean '{}'?", *near)
                      : std::string("a chain or list is asked about with fwproof explain EXPORT 'FLOW at NAME'"),
                 {}};
}

// The interfaces that a version has, or that its rules name.
std::set<std::string> interfaces_of(const Policy& policy) {
    std::set<std::string> names = named_interfaces(policy);
    for (const auto& interface : policy.interfaces) {
        if (!interface.name.empty()) names.insert(interface.name);
    }
    return names;
}

// A name that is mistaken would rename nothing and compare other interfaces. A version that lists no interfaces may
// have some that no rule names.
std::optional<Error> unknown_interface(const DiffReport& report, const std::map<std::string, std::string>& pairs) {
    std::set<std::string> before, after;
    bool lists_before = false, lists_after = false;
    for (const auto& file : report.files) {
        for (const auto& device : file.devices) {
            before.merge(interfaces_of(*device.before));
            after.merge(interfaces_of(*device.after));
            lists_before = lists_before || !device.before->interfaces.empty();
            lists_after = lists_after || !device.after->interfaces.empty();
        }
    }
    const auto refuse = [](const std::string& name, const std::string& pair, std::string_view version,
                           const std::set<std::string>& known) {
        const auto near = did_you_mean(name, {known.begin(), known.end()});
        return Error{fmt::format("--interface '{}': no interface of the version {} is called {}", pair, version, name),
                     near ? fmt::format("did you mean '{}'?", *near) : fmt::format("known: {}", fmt::join(known, ", ")),
                     {}};
    };
    for (const auto& [was, is] : pairs) {
        const std::string pair = was + "=" + is;
        if (lists_before && !before.contains(was)) return refuse(was, pair, "before", before);
        if (lists_after && !after.contains(is)) return refuse(is, pair, "after", after);
    }
    return std::nullopt;
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

// The site that the project file of the version before names, where git has that version; empty: none is known.
std::string site_before(const std::vector<std::string>& words, bool staged, const std::string& store, World& world) {
    std::vector<std::string> places = words;
    std::string revision = "HEAD";
    if (!staged) {
        const auto named = words.size() == 2 ? revision_of(words[0]) : std::nullopt;
        if (!named) return {};
        revision = *named;
        places = {place_on_disk(words[0])};
    } else if (words.empty() && !store.empty()) {
        places = {store};
    }
    const StoredFiles then(revision);
    const auto project = find_project(places, world, &then);
    return project && *project ? (*project)->site : std::string();
}

// The version after lies in the project that is judged; one that lies in none may have been copied out of it.
Loaded<std::optional<Project>> project_of(const std::vector<std::string>& words, bool staged, const std::string& store,
                                          World& world) {
    if (staged) {
        const StoredFiles index("");
        return find_project(words.empty() && !store.empty() ? std::vector{store} : words, world, &index);
    }
    if (words.size() != 2)
        return find_project(store.empty() ? std::vector<std::string>() : std::vector{place_on_disk(store)}, world);
    auto project = find_project({place_on_disk(words[1])}, world);
    return project && !*project ? find_project({place_on_disk(words[0])}, world) : std::move(project);
}

}  // namespace

Result<int> run_diff(const std::vector<std::string>& arguments, World& world) {
    po::options_description options = diff_options();
    add_budget_option(options);
    options.add(reading_options());
    options.add(version_options());
    const auto parsed = parse_arguments("diff", arguments, options);
    if (!parsed) return fail(parsed.error());
    if (parsed->help) {
        world.out << help_text("diff", kAbout, options);
        return kClean;
    }
    const auto& words = parsed->positional;
    const bool staged = parsed->has("staged");
    auto project = project_of(words, staged, named_store(*parsed), world);
    if (!project) return unusable(project.error(), world);
    const std::string site = parsed->has("site") ? parsed->text("site") : *project ? (*project)->site : std::string();
    const std::string old_site = parsed->has("site") ? site : site_before(words, staged, named_store(*parsed), world);
    const auto fail_on = read_fail_on_words(*parsed, !site.empty() || !old_site.empty());
    if (!fail_on) return fail(fail_on.error());
    const auto review_options = read_review_options(*parsed);
    if (!review_options) return fail(review_options.error());
    auto reporting = read_report_options(*parsed, diff_formats(), world);
    if (!reporting) return fail(reporting.error());
    reporting->fail_on = fail_on->severity;
    const auto selected = select_checks(selection(*reporting, {Subject::change}));
    if (!selected) return fail(selected.error());
    const auto version_options = read_version_options(*parsed, words, staged, world);
    if (!version_options) return fail(version_options.error());
    const auto& [reading, host] = *version_options;

    if (!staged && !host && words.size() != 2) {
        return fail(words.empty()       ? "nothing to compare"
                    : words.size() == 1 ? "only one version is named"
                                        : "more than two versions are named",
                    "write fwproof diff OLD NEW, or fwproof diff --staged");
    }
    auto pairs = host     ? Result<VersionPairs>(*host)
                 : staged ? pair_staged(words, reading)
                          : pair_versions(words[0], words[1], reading, world);
    if (!pairs) return fail(pairs.error());
    if (!staged && !pairs->exports) {
        print_error({fmt::format("no firewall export in {} and {}", words[0], words[1]), "name the files", {}}, world);
        return kIncomplete;
    }

    // Never freed: to take two long policies apart takes longer than it takes the system to drop the process.
    static auto& reports = *new std::deque<DiffReport>;
    DiffReport& report = reports.emplace_back();
    report.same = pairs->same;
    report.single = pairs->single;
    RequiredQuestion question{site, old_site, parsed->has("site"), words, staged, {}, review_options->budget};
    if (*project) question.waivers = (*project)->file.waivers;
    const auto is_file = [&](const std::string& path, const VersionPair& pair) {
        return is_file_of_site(path, pair, question);
    };
    if (!host) join_stores(*pairs, hosts_of_site(question, world), is_file, reading);
    report.command = "fwproof diff";
    for (const auto& argument : arguments) report.command += " " + shell_word(argument);
    std::vector<const VersionPair*> compared;
    for (const auto& pair : pairs->changed) {
        if (!pair.joined) compared.push_back(&pair);
    }
    for (const auto& joined : pairs->hosts) compared.push_back(&joined.pair);
    std::stable_sort(compared.begin(), compared.end(),
                     [](const VersionPair* a, const VersionPair* b) { return a->path < b->path; });
    for (const VersionPair* one : compared) {
        const VersionPair& pair = *one;
        world.doing(fmt::format("comparing {}", pair.path));
        auto file = compare_versions(pair, pairs->single, reading, *review_options);
        if (!file) return fail(file.error());
        // Its bytes may be the same, and what it says of the sets that are not.
        if (!reading.same_sets && !pairs->single && file->unchanged() && same_bytes(pair)) {
            ++report.same;
        } else {
            report.files.push_back(std::move(*file));
        }
    }

    for (const auto& [path, why] : pairs->uncompared) {
        FileDiff& file = report.files.emplace_back();
        file.kind = FileDiff::Kind::unreadable;
        file.path = file.after_name = path;
        file.problem = why;
    }

    if (auto error = unknown_interface(report, review_options->interfaces)) return fail(std::move(*error));
    if (parsed->has("at")) {
        if (auto error = unknown_place(report, review_options->at)) return fail(std::move(*error));
    }

    if (!site.empty() || !old_site.empty()) {
        auto required = compare_required(question, *pairs, reading, world);
        if (!required) return unusable(required.error(), world);
        report.required = std::move(*required);
    }

    const auto day = judged_day(reading.after, report.required ? report.required->file.site.date : std::nullopt, world);
    if (!day) return fail(day.error());
    Report checked = findings_of(report, *pairs, *selected, *project ? (*project)->file.waivers : std::vector<Waiver>(),
                                 *day, world);
    checked.arguments = arguments_without_outputs(*parsed);
    for (const auto& effect : fail_on->effects) {
        for (auto& name : checks_of_effect(effect)) checked.fail_on_checks.push_back(std::move(name));
    }
    if (has_effect(report, fail_on->effects)) checked.exit_code = kFound;
    const auto own = [&](const std::string& format, const Report& finished) -> std::optional<std::string> {
        if (format == "text") return diff_text(report, &finished);
        if (format == "json" || format == "jsonl") return diff_json(report, finished, format == "jsonl");
        if (format == "markdown") return diff_markdown(report, finished);
        return std::nullopt;
    };
    return publish(std::move(checked), *reporting, world, own);
}

}  // namespace fwproof::cli
