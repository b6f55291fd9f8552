#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <filesystem>

#include "cli/command.hpp"
#include "cli/matrix.hpp"
#include "cli/options.hpp"
#include "cli/project.hpp"
#include "cli/publish.hpp"
#include "cli/read.hpp"
#include "cli/report_files.hpp"
#include "cli/site_input.hpp"
#include "fwproof/catalog/resolve.hpp"
#include "fwproof/check/check.hpp"

namespace fwproof::cli {

namespace {

constexpr std::string_view kAbout =
    R"(Which flows that a product needs are missing, which openings are wider than needed, which were needed only for an
installation. Three depths:

  fwproof check --as management-server ms1.reg        the export is the host firewall of that role
  fwproof check --as management-server --gpo server.pol --local ms1.wfw
  fwproof check --bind management-server=10.1.0.11 --bind operations-manager-database=10.2.0.5 edge.cfg
  fwproof check --site site.toml                      hosts, roles, phases and firewalls in a file kept in git

)";

po::options_description site_options() {
    po::options_description options("The site", 120);
    const auto list = [] { return po::value<std::vector<std::string>>()->composing(); };
    auto add = options.add_options();
    add("site", po::value<std::string>()->value_name("FILE"),
        "roles, hosts, parameters, phases and firewalls; see fwproof-site(5)");
    add("catalog", list()->value_name("ID,..."),
        "what to check against: a shipped catalog or a file (default: those that have the roles)");
    add("as", list()->value_name("ROLE"), "the export is the host firewall of this role; its peers may be anywhere");
    add("bind", list()->value_name("ROLE=ADDR,..."),
        "addresses, prefixes or ranges that play a role; may be given several times");
    add("matrix", "also print the verdict of every service, roles by roles (text and json)");
    add("phase", po::value<std::string>()->value_name("PHASE"), "install, runtime (default) or maintenance");
    return options;
}

// Everything the check is about, kept together because each part refers to the one before.
struct Question {
    Site site;
    std::vector<CatalogRef> catalogs;
    std::string base;  // directory of the site file
};

int unusable(const std::vector<Error>& errors, World& world) {
    for (const auto& error : errors) print_error(error, world);
    return kUnusable;
}

tl::unexpected<std::vector<Error>> errors(std::string message, std::string hint) {
    return tl::unexpected(std::vector<Error>{{std::move(message), std::move(hint), {}}});
}

Loaded<Question> from_site_file(const std::string& path, const Arguments& arguments, World& world) {
    for (const char* option : {"as", "bind", "catalog", "phase", "gpo", "mdm", "local"}) {
        if (arguments.has(option)) {
            return errors(fmt::format("--{} and --site exclude each other", option), "write it into the site file");
        }
    }
    if (!arguments.positional.empty()) {
        return errors(fmt::format("'{}' is not expected beside --site", arguments.positional.front()),
                      "the site file names the exports of its firewalls");
    }
    auto file = read_site_file(path, world);
    if (!file) return tl::unexpected(file.error());
    return Question{std::move(file->site), std::move(file->catalogs),
                    std::filesystem::path(path).parent_path().string()};
}

Result<std::optional<Phase>> read_phase(const Arguments& arguments) {
    const std::string text = arguments.text("phase");
    for (const Phase phase : {Phase::install, Phase::runtime, Phase::maintenance}) {
        if (text == to_string(phase)) return phase;
    }
    if (!text.empty()) return fail(fmt::format("unknown phase '{}'", text), "write install, runtime or maintenance");
    return std::nullopt;
}

Loaded<Question> from_arguments(const Arguments& arguments, const Reading& reading, World& world) {
    auto catalogs =
        arguments.has("catalog") ? load_catalogs(arguments.words("catalog"), {}, world) : load_all_shipped();
    if (!catalogs) return tl::unexpected(catalogs.error());
    const auto phase = read_phase(arguments);
    if (!phase) return tl::unexpected(std::vector<Error>{phase.error()});
    SiteRequest request;
    request.as = arguments.texts("as");
    request.bind = arguments.texts("bind");
    for (const auto& path : arguments.positional) {
        auto names = exports_at(path, world);
        if (!names) return tl::unexpected(std::vector<Error>{names.error()});
        request.exports.insert(request.exports.end(), names->begin(), names->end());
    }
    request.stores = reading.stores;
    request.phase = *phase;
    request.network_profile = reading.load.network_profile;
    auto site = make_site(request, *catalogs);
    if (!site) return tl::unexpected(site.error());
    auto chosen = chosen_catalogs(*site, *catalogs);
    return Question{std::move(*site), std::move(chosen), {}};
}

// No site, no role: says what to write instead of guessing.
int explain_binding(const Arguments& arguments, World& world) {
    auto catalogs =
        arguments.has("catalog") ? load_catalogs(arguments.words("catalog"), {}, world) : load_all_shipped();
    if (!catalogs) return unusable(catalogs.error(), world);
    print_error(
        {"nothing says which addresses play which role", "give --bind ROLE=ADDRESSES, --as ROLE or --site FILE", {}},
        world);
    if (catalogs->size() == 1) {
        world.err << binding_help(*catalogs->front());
    } else {
        for (const auto& catalog : *catalogs)
            fmt::print(world.err, "  --catalog {:<14} {}\n", catalog->id, catalog->product);
    }
    return kUnusable;
}

// What the verdicts rest on that nobody stated.
std::vector<std::string> assumptions(const Resolution& resolution, const Assessment& assessment,
                                     const SitePolicies& policies, const Topology& topology) {
    std::vector<std::string> all = resolution.assumptions;
    all.insert(all.end(), assessment.assumptions.begin(), assessment.assumptions.end());
    for (const auto& firewall : topology.firewalls) {
        if (firewall.kind != FirewallKind::transit || !only_of_itself(*firewall.policy)) continue;
        all.push_back(
            fmt::format("{}: stands between the roles, though all of its rules are about its own traffic; if it "
                        "is a host that plays a role, say so with --as ROLE or kind = \"host\"",
                        firewall.file));
    }
    for (const auto& unrelated : assessment.unrelated) {
        all.push_back(fmt::format("{}: {} between addresses that play no role here {} no catalog",
                                  topology.firewalls[unrelated.firewall].file,
                                  unrelated.rules == 1 ? "1 rule" : fmt::format("{} rules", unrelated.rules),
                                  unrelated.rules == 1 ? "concerns" : "concern"));
    }
    for (const auto& loaded : policies.loaded) {
        for (const auto& assumption : loaded.policy->assumptions) {
            all.push_back(fmt::format("{}: {}", loaded.file, assumption));
        }
    }
    return all;
}

bool has_store(const Policy& policy, std::string_view kind) {
    return std::any_of(policy.settings.begin(), policy.settings.end(), [&](const Setting& setting) {
        return setting.name == "stores" && setting.value.find(kind) != std::string::npos;
    });
}

// The group policy and the local store of a host, named as if each were a host of its own.
std::optional<Error> unlike_stores(const std::vector<std::string>& named, const SitePolicies& policies) {
    const LoadedPolicy *policy = nullptr, *local = nullptr;
    for (const auto& loaded : policies.loaded) {
        if (std::find(named.begin(), named.end(), loaded.file) == named.end()) continue;
        const bool own = has_store(*loaded.policy, "local"), group = has_store(*loaded.policy, "group policy");
        if (group && !own && !policy) policy = &loaded;
        if (own && !group && !local) local = &loaded;
    }
    if (!policy || !local) return std::nullopt;
    Error error{
        fmt::format("is a local store and {} group policy; each would be judged as a host of its own", policy->file),
        fmt::format("stores of one host: --gpo {} --local {}", policy->file, local->file),
        {}};
    error.file = local->file;
    return error;
}

// The rules of a host's two families are in two files (rules.v4, rules.v6) as iptables-persistent keeps them: of two
// exports of iptables that speak of one family each and of different ones, the site has one firewall. False: they are
// something else.
bool join_families(const SitePolicies& policies, Site& site) {
    if (site.firewalls.size() != 2 || policies.loaded.size() != 2) return false;
    const Policy &a = *policies.loaded[0].policy, &b = *policies.loaded[1].policy;
    if (a.vendor != "iptables" || b.vendor != "iptables") return false;
    if (a.families.size() != 1 || b.families.size() != 1 || a.families == b.families) return false;
    auto& exports = site.firewalls[0].exports;
    auto& others = site.firewalls[1].exports;
    for (const auto* names : {&exports, &others}) {
        if (std::find(names->begin(), names->end(), "-") != names->end()) return false;  // cannot be read again
    }
    exports.insert(exports.end(), others.begin(), others.end());
    site.firewalls.pop_back();
    return true;
}

// The files that are read beside exports, site and catalogs.
std::map<std::string, std::string> other_uses(const Arguments& arguments, const Question& question) {
    std::map<std::string, std::string> uses{{arguments.text("ipset"), "ipset"},
                                            {arguments.text("baseline"), "baseline"}};
    for (const auto& firewall : question.site.firewalls) uses[beside(question.base, firewall.ipset_file)] = "ipset";
    return uses;
}

}  // namespace

Result<int> run_check(const std::vector<std::string>& arguments, World& world) {
    po::options_description options = site_options();
    add_budget_option(options);
    options.add(store_options()).add(reading_options()).add(report_options());
    const auto parsed = parse_arguments("check", arguments, options);
    if (!parsed) return fail(parsed.error());
    if (parsed->help) {
        world.out << help_text("check", kAbout, options);
        return kClean;
    }
    const auto reporting = read_report_options(*parsed, world);
    if (!reporting) return fail(reporting.error());
    const auto selected = select_checks(selection(*reporting, {Subject::input, Subject::site, Subject::waiver}));
    if (!selected) return fail(selected.error());
    const auto reading = read_reading_options(*parsed, world);
    if (!reading) return fail(reading.error());
    const auto budget = read_budget(*parsed);
    if (!budget) return fail(budget.error());

    const bool bound = parsed->has("as") || parsed->has("bind");
    auto inputs = parsed->positional;
    inputs.push_back(parsed->text("site"));
    const auto project = find_project(inputs, world);
    if (!project) return unusable(project.error(), world);
    // The command line wins over the project's settings.
    const bool stores = !reading->stores.empty();
    const bool settled = parsed->has("site") || bound || stores || !parsed->positional.empty();
    const std::string site = parsed->has("site") ? parsed->text("site") : *project && !settled ? (*project)->site : "";
    if (auto error = refuse_exports(parsed->positional, *reading)) return fail(std::move(*error));
    if (site.empty() && parsed->positional.empty() && !stores) {
        return fail("no export given", "name the firewall exports, or give --site FILE");
    }
    if (site.empty() && !bound) return explain_binding(*parsed, world);
    auto question = site.empty() ? from_arguments(*parsed, *reading, world) : from_site_file(site, *parsed, world);
    if (!question) return unusable(question.error(), world);
    const auto resolution = resolve(question->catalogs, question->site);
    if (!resolution) return unusable(resolution.error(), world);
    auto policies = read_exports(question->site, question->base, *reading, world);
    if (policies && parsed->has("as") && join_families(*policies, question->site))
        policies = read_exports(question->site, question->base, *reading, world);
    if (!policies) return unusable(policies.error(), world);
    if (parsed->has("as")) {
        if (auto error = unlike_stores(parsed->positional, *policies)) return fail(std::move(*error));
    }
    if (policies->loaded.empty()) {
        const bool named = !parsed->positional.empty();
        print_error(
            named ? Error{fmt::format("no firewall export in {}", parsed->positional.front()), "name the files", {}}
                  : Error{"the site names no firewall, so there is nothing to check",
                          "add a [[firewall]] with its export",
                          {}},
            world);
        return kIncomplete;
    }
    const auto day = judged_day(*reading, question->site.date, world);
    if (!day) return fail(day.error());

    CheckInput input;
    input.topology = make_topology(question->site, policies->loaded);
    input.resolution = &*resolution;
    input.waivers = question->site.waivers;
    if (*project) {
        const auto& waivers = (*project)->file.waivers;
        input.waivers.insert(input.waivers.end(), waivers.begin(), waivers.end());
    }
    input.today = *day;
    input.threads = input.assess.threads = reading->jobs;
    input.assess.budget = *budget;
    input.assess.keep_permits = wants_evidence(*reporting);
    const CheckContext context(std::move(input));
    world.doing("comparing what is needed with what is open");

    Report report;
    report.command = "check";
    report.day = day_text(*day);
    report.findings = run_checks(context, *selected);
    for (const auto& loaded : policies->loaded) report.inputs.push_back(report_input(loaded));
    for (const auto& catalog : question->catalogs) report.catalogs.push_back(catalog->id);
    for (const Check* check : *selected) report.checks.emplace_back(check->name);
    report.flows = flow_rows(context);
    report.files = report_files(world, &question->site, question->catalogs, other_uses(*parsed, *question));
    report.arguments = arguments_without_outputs(*parsed);
    const Assessment& assessment = context.assessment();
    report.required = assessment.required;
    report.satisfied = assessment.satisfied;
    report.undecided = assessment.conditional;
    report.unchecked = assessment.unchecked;
    report.unbound = resolution->unbound.size();
    if (parsed->has("matrix")) report.matrix = matrix_of(*resolution, assessment);
    report.exhausted = assessment.exhausted.size() + context.beyond_budget().size();
    report.assumptions = assumptions(*resolution, assessment, *policies, context.input().topology);
    for (auto& text : passed_over(world)) report.assumptions.push_back(std::move(text));
    return publish(std::move(report), *reporting, world);
}

}  // namespace fwproof::cli
