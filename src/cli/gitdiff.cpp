// For git's external diff: what a change of an export means. Git takes a status other than 0 for the end of everything,
// so where there is nothing to say about meaning, the lines are compared as git itself would.
#include <fmt/format.h>

#include <csignal>
#include <exception>

#include "cli/diff_report.hpp"
#include "cli/git.hpp"
#include "cli/policies.hpp"
#include "cli/read.hpp"
#include "fwproof/base/printable.hpp"

namespace fwproof::cli {

namespace {

constexpr std::string_view kAbout =
    R"(Takes the seven arguments that git gives to an external diff program and prints what 'fwproof diff' says about the two
versions; what is no export is compared line by line. The exit status is 0 whatever is found.

  git config diff.fwproof.command 'fwproof gitdiff'
  echo '*.cfg diff=fwproof' >> .gitattributes

)";

constexpr std::string_view kNothing = "/dev/null";

// Nothing: there is no such version, or it cannot be read; then `problem` says why.
std::optional<Input> read_version(const std::string& file, const std::string& name, std::string& problem,
                                  World& world) {
    if (file == kNothing) return std::nullopt;
    auto source = read_text(file, world);
    if (!source) {
        problem = source.error().message;
        return std::nullopt;
    }
    return Input{name, {std::make_shared<const Source>(name, std::string((*source)->bytes()))}};
}

// Under the names that the files have in the repository; those that git compares are temporary.
std::string line_diff(const std::string& before, const std::string& after, const std::string& old_name,
                      const std::string& new_name) {
    const auto text =
        run_git({"diff", "--no-index", "--no-ext-diff", "--no-textconv", "--no-color", "--", before, after}, {}, 1);
    if (!text) return render(text.error());
    const std::string was = before == kNothing ? before : "a/" + old_name;
    const std::string is = after == kNothing ? after : "b/" + new_name;
    const std::size_t lines = text->find("\n@@ ");
    if (lines != std::string::npos) return fmt::format("--- {}\n+++ {}\n{}", was, is, text->substr(lines + 1));
    return text->find("\nBinary files ") == std::string::npos ? ""
                                                              : fmt::format("Binary files {} and {} differ\n", was, is);
}

}  // namespace

namespace {

// Prints what the change means, or says why it does not: then the lines are to be compared.
bool compare_by_meaning(const std::vector<std::string>& arguments, const std::string& path, const std::string& new_path,
                        World& world) {
    std::string problem;
    try {
        VersionPair pair{new_path, new_path == path ? "" : path, {}, {}};
        pair.before = read_version(arguments[1], "a/" + arguments[0], problem, world);
        pair.after =
            read_version(arguments[4], "b/" + (arguments.size() > 7 ? arguments[7] : arguments[0]), problem, world);
        if (problem.empty() && pair.before && pair.after) {
            auto file = compare_versions(pair, true, VersionReading(), ReviewOptions());
            if (file) {
                DiffReport report;
                report.single = true;
                report.files.push_back(std::move(*file));
                world.out << diff_text(report);
                return true;
            }
            problem = file.error().message;
        }
    } catch (const std::bad_alloc&) {
        problem = "there is not enough memory";
    } catch (const std::exception& error) {
        problem = fmt::format("internal error: {}", error.what());
    }
    if (!problem.empty()) world.out << fmt::format("fwproof: not compared by meaning: {}\n", printable(problem));
    return false;
}

}  // namespace

Result<int> run_gitdiff(const std::vector<std::string>& arguments, World& world) {
    if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h") {
        world.out << help_text("gitdiff", kAbout, po::options_description());
        return kClean;
    }
    // The pager may be left before the end; git calls it the death of its external diff when we die of that.
    std::signal(SIGPIPE, SIG_IGN);
    world.reader_may_leave = true;
    const std::string path = printable(arguments[0]);
    if (arguments.size() < 7) {  // git gives the path alone for a file that is not merged
        world.out << fmt::format("fwproof: {} is not merged\n", path);
        return kClean;
    }
    const std::string new_path = arguments.size() > 7 ? printable(arguments[7]) : path;
    world.out << fmt::format("diff --fwproof a/{} b/{}\n", path, new_path);
    // Of a file that was added or removed git gives a dot.
    if (arguments[3] != arguments[6] && arguments[3] != "." && arguments[6] != ".")
        world.out << fmt::format("old mode {}\nnew mode {}\n", printable(arguments[3]), printable(arguments[6]));
    if (compare_by_meaning(arguments, path, new_path, world)) return kClean;
    try {
        world.out << line_diff(arguments[1], arguments[4], path, new_path);
    } catch (const std::exception& error) {
        world.out << fmt::format("fwproof: not compared: {}\n", error.what());
    }
    return kClean;
}

}  // namespace fwproof::cli
