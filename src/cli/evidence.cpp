// An audit's bundle: `check` with every report that an auditor may want, the configuration and the catalogs it used,
// and run.json, which says how to do it again. Verifying does it again and compares bytes.
#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/command.hpp"
#include "cli/evidence.hpp"
#include "cli/interrupt.hpp"
#include "cli/own_json.hpp"
#include "cli/publish.hpp"
#include "cli/read.hpp"
#include "cli/version.hpp"
#include "fwproof/base/digest.hpp"
#include "fwproof/base/printable.hpp"
#include "fwproof/catalog/catalog.hpp"

namespace fwproof::cli {

Result<int> run_check(const std::vector<std::string>& arguments, World& world);

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::string_view kHelp =
    R"(usage: fwproof evidence DIR [OPTION of check...] [EXPORT...]
       fwproof evidence --verify DIR

Runs 'fwproof check' and keeps in DIR what an audit asks for: the result as text, JSON, HTML, OSCAL assessment results and
an in-toto statement, the configuration and the catalogs that were used, the SHA-256 of every export, and how to do it
again. What passes is in it as well as what does not. The exports themselves stay where they are.

  fwproof evidence audit-2026 --site site.toml

With --verify the bundle is made again from the files as they are now, from the same directory, and every byte compared.
Exit status: of check; with --verify 0 when all is the same and 1 when something differs.
SOURCE_DATE_EPOCH is the time of the bundle, else the present; run.json keeps it.

Instead of a new bundle:
  --verify DIR  make the bundle in DIR again and compare every byte
)";

// File in the bundle -> format of the report.
const std::map<std::string, std::string> kReports = {{"report.html", "html"},
                                                     {"report.json", "json"},
                                                     {"report.oscal.json", "oscal"},
                                                     {"report.txt", "text"},
                                                     {"statement.intoto.json", "intoto"}};

struct Run {
    std::vector<std::string> arguments;  // of check
    std::string epoch;                   // SOURCE_DATE_EPOCH
};

// The world at that time, without colours, whose answer goes into `out` and whose reports into `files`.
World at(World& world, const Run& run, std::ostream& out, std::map<std::string, std::string>& files) {
    return {.in = world.in,
            .out = out,
            .err = world.err,
            .environment = [&world, epoch = run.epoch](const char* name) -> std::optional<std::string> {
                return std::string_view(name) == "SOURCE_DATE_EPOCH" ? std::optional(epoch) : world.environment(name);
            },
            .now = world.now,
            .kept_outputs = &files};
}

// "configuration/site.toml" for a file of that name, with a number where another one has it.
std::string place_in(const std::map<std::string, std::string>& files, std::string_view folder, const fs::path& path) {
    std::string name = fmt::format("{}/{}", folder, path.filename().string());
    for (int n = 2; files.contains(name); ++n)
        name = fmt::format("{}/{}-{}{}", folder, path.stem().string(), n, path.extension().string());
    return name;
}

Error about(const std::string& file, std::string message, std::string hint) {
    Error error{std::move(message), std::move(hint), {}};
    error.file = file;
    return error;
}

// Every file of the bundle but SHA256SUMS, by its name in it.
struct Bundle {
    int status = kInternal;  // of check
    std::map<std::string, std::string> files;
};

// However it is shortened. Also asked of a bundle that somebody hands in.
std::optional<Error> out_of_place(const std::vector<std::string>& arguments) {
    for (const auto& argument : arguments) {
        const std::string_view option = std::string_view(argument).substr(0, argument.find('='));
        for (const std::string_view refused : kNotInEvidence) {
            if (argument != "-" && (option.size() < 3 || !refused.starts_with(option))) continue;
            return Error{fmt::format("'{}' has no place in a bundle", argument),
                         "the bundle has all reports, with every finding, of files that can be read again",
                         {}};
        }
    }
    return std::nullopt;
}

Result<Bundle> make_bundle(const Run& run, World& world) {
    std::ostringstream answer;
    Bundle bundle;
    World then = at(world, run, answer, bundle.files);
    std::vector<std::string> arguments;
    for (const auto& [name, format] : kReports)
        arguments.insert(arguments.end(), {"--format", format, "--output", name});
    arguments.insert(arguments.end(), run.arguments.begin(), run.arguments.end());
    const auto status = run_check(arguments, then);
    if (!status) return fail(status.error());
    bundle.status = *status;
    if (bundle.files.empty()) return bundle;

    const Json report = Json::parse(bundle.files["report.json"]);
    for (const auto& file : report.at("files")) {
        const std::string name = file.at("file"), use = file.at("use");
        if (use == "export") continue;
        const std::string kept = place_in(bundle.files, use == "catalog" ? "catalogs" : "configuration", name);
        for (const auto& source : then.opened) {
            if (source->name() == name) bundle.files[kept] = std::string(source->bytes());
        }
        const EmbeddedCatalog* shipped = find_shipped(fs::path(name).filename().string());
        if (use == "catalog" && shipped && sha256(shipped->text) == file.at("sha256"))
            bundle.files[kept] = shipped->text;
    }
    Json how;
    how["bundle_version"] = 1;
    how["tool"] = {{"name", "fwproof"}, {"version", kVersion}};
    how["command"] = "check";
    how["arguments"] = run.arguments;
    how["source_date_epoch"] = run.epoch;
    how["files"] = report.at("files");
    bundle.files["run.json"] = how.dump(2) + "\n";
    return bundle;
}

std::string sums(const std::map<std::string, std::string>& files) {
    std::string text;
    for (const auto& [name, bytes] : files) text += fmt::format("{}  {}\n", sha256(bytes), name);
    return text;
}

// A part of a bundle is none. `fresh`: the directory was made for it.
void take_back(const fs::path& directory, const std::map<std::string, std::string>& files, bool fresh) {
    std::error_code ignored;
    for (const auto& file : files) fs::remove(directory / file.first, ignored);
    for (const auto& file : files) {
        const fs::path folder = (directory / file.first).parent_path();
        if (folder != directory) fs::remove(folder, ignored);
    }
    if (fresh) fs::remove(directory, ignored);
}

Result<int> write_bundle(const std::string& directory, const Run& run, World& world) {
    std::error_code problem;
    const bool empty = fs::is_directory(directory, problem) && fs::is_empty(directory, problem);
    if (fs::exists(directory, problem) && !empty) {
        return fail(about(directory, "is there already, and evidence is not written over", "name a new directory"));
    }
    const auto bundle = make_bundle(run, world);
    if (!bundle) return fail(bundle.error());
    if (bundle->files.empty()) return bundle->status;
    auto files = bundle->files;
    files["SHA256SUMS"] = sums(bundle->files);
    const bool fresh = !fs::exists(directory, problem);
    {
        Uninterrupted whole;
        for (const auto& [name, bytes] : files) {
            if (whole.asked_to_stop()) break;
            const fs::path path = fs::path(directory) / name;
            fs::create_directories(path.parent_path(), problem);
            auto error = problem ? cannot_write(path.parent_path().string(), problem.value())
                                 : write_whole_file(path.string(), bytes);
            if (!error) continue;
            take_back(directory, files, fresh);
            return fail(std::move(*error));
        }
        if (whole.asked_to_stop()) {
            take_back(directory, files, fresh);
            return bundle->status;  // not seen: the end of `whole` ends the run
        }
        whole.done();
    }
    fmt::print(world.out, "{}: {} files; {}", directory, files.size(),
               bundle->files.at("report.txt")
                   .substr(bundle->files.at("report.txt").rfind('\n', bundle->files.at("report.txt").size() - 2) + 1));
    return bundle->status;
}

// One line for each finding or flow that one of the reports has and the other has not.
void compare_reports(const Json& then, const Json& now, std::vector<std::string>& differences) {
    const auto findings = [](const Json& report) {
        std::map<std::string, std::string> all;
        for (const auto& finding : report.at("findings"))
            all[finding.at("fingerprint")] =
                fmt::format("{}[{}]: {}", finding.at("severity").get<std::string>(),
                            finding.at("check").get<std::string>(), finding.at("message").get<std::string>());
        return all;
    };
    const auto before = findings(then), after = findings(now);
    for (const auto& [print, message] : before)
        if (!after.contains(print)) differences.push_back("no longer found: " + message);
    for (const auto& [print, message] : after)
        if (!before.contains(print)) differences.push_back("found now: " + message);
}

Result<int> verify_bundle(const std::string& directory, World& world) {
    std::map<std::string, std::string> kept;
    std::vector<std::string> foreign;  // links, pipes and the like: a bundle holds none
    std::error_code problem;
    for (const auto& entry : fs::recursive_directory_iterator(directory, problem)) {
        const fs::file_type type = entry.symlink_status(problem).type();
        if (type == fs::file_type::directory) continue;
        if (type != fs::file_type::regular) {
            foreign.push_back(fs::relative(entry.path().parent_path(), directory).generic_string() + "/" +
                              entry.path().filename().string());
            continue;
        }
        const auto source = read_text(entry.path().string(), world);
        if (!source) return fail(source.error());
        kept[fs::relative(entry.path(), directory).generic_string()] = std::string((*source)->bytes());
    }
    const auto how = kept.find("run.json");
    if (problem || how == kept.end())
        return fail(about(directory, "is no bundle: it has no run.json", "make one with 'fwproof evidence DIR ...'"));
    Run run;
    Json said;
    std::string version;
    try {
        said = parse_own_json(how->second);
        run.arguments = said.at("arguments").get<std::vector<std::string>>();
        run.epoch = said.at("source_date_epoch").get<std::string>();
        version = said.value("/tool/version"_json_pointer, "?");
    } catch (const Json::exception&) {
        return fail(about(directory + "/run.json", "is not what fwproof wrote", "restore the bundle"));
    }
    if (auto error = out_of_place(run.arguments)) {
        error->file = directory + "/run.json";
        return fail(std::move(*error));
    }
    std::vector<std::string> differences;
    const std::string written = kept.contains("SHA256SUMS") ? kept.at("SHA256SUMS") : "";
    kept.erase("SHA256SUMS");
    if (written != sums(kept))
        differences.emplace_back("the bundle was changed after it was written: SHA256SUMS does not fit");
    if (version != kVersion) differences.push_back(fmt::format("made by fwproof {}, this is {}", version, kVersion));

    const auto bundle = make_bundle(run, world);
    if (!bundle) return fail(bundle.error());
    if (bundle->files.empty()) return kUnusable;
    try {
        const Json now = Json::parse(bundle->files.at("run.json"));
        std::map<std::string, std::string> digests;
        for (const auto& file : now.at("files")) digests[file.at("file")] = file.at("sha256");
        for (const auto& file : said.at("files")) {
            const std::string name = file.at("file"), digest = file.at("sha256");
            const auto found = digests.find(name);
            if (found == digests.end()) {
                differences.push_back(name + " is no longer read");
            } else if (found->second != digest) {
                differences.push_back(
                    fmt::format("{} has changed: SHA-256 {} then, {} now", name, digest, found->second));
            }
        }
        if (kept.contains("report.json"))
            compare_reports(parse_own_json(kept.at("report.json")), Json::parse(bundle->files.at("report.json")),
                            differences);
    } catch (const Json::exception&) {
        differences.emplace_back("a file of the bundle is no JSON any more");
    }
    for (const auto& [name, bytes] : bundle->files) {
        const auto old = kept.find(name);
        if (old == kept.end()) {
            differences.push_back(name + " is missing in the bundle");
        } else if (old->second != bytes) {
            differences.push_back(name + " differs");
        }
    }
    for (const auto& name : foreign)
        differences.push_back((name.starts_with("./") ? name.substr(2) : name) + " is no file of the bundle");
    for (const auto& [name, bytes] : kept)
        if (!bundle->files.contains(name)) differences.push_back(name + " does not belong to the bundle");
    for (const auto& difference : differences) fmt::print(world.out, "{}: {}\n", directory, printable(difference));
    if (differences.empty()) fmt::print(world.out, "{}: the same, {} files\n", directory, kept.size() + 1);
    return differences.empty() ? kClean : kFound;
}

}  // namespace

Result<int> run_evidence(const std::vector<std::string>& arguments, World& world) {
    if (std::any_of(arguments.begin(), arguments.end(), [](const auto& a) { return a == "--help" || a == "-h"; })) {
        world.out << kHelp;
        return kClean;
    }
    if (!arguments.empty() && arguments[0] == "--verify") {
        if (arguments.size() != 2) return fail("--verify takes one directory", "'fwproof evidence --help' says more");
        return verify_bundle(arguments[1], world);
    }
    if (arguments.empty() || arguments[0].starts_with("-"))
        return fail("no directory given", "usage: fwproof evidence DIR [OPTION of check...] [EXPORT...]");
    if (auto error = out_of_place(arguments)) return fail(std::move(*error));
    Run run{{arguments.begin() + 1, arguments.end()}, world.environment("SOURCE_DATE_EPOCH").value_or("")};
    if (run.epoch.empty()) run.epoch = std::to_string(world.now.time_since_epoch().count());
    return write_bundle(arguments[0], run, world);
}

}  // namespace fwproof::cli
