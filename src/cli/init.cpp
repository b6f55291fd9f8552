// The configuration of a git repository that keeps firewall exports.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "cli/git.hpp"
#include "cli/options.hpp"
#include "cli/publish.hpp"
#include "cli/read.hpp"

namespace fwproof::cli {

namespace {

constexpr std::string_view kAbout =
    R"(Prints what makes a git repository of firewall exports reviewed by meaning: hooks for pre-commit, attributes for
'git diff' and 'git log -p', and the project's settings. With --write the files are written where there are none, and
git is configured; a file that exists is never changed.

)";

// Of exports; what stands behind the last dot of "fw.example.com" is none.
bool is_usual(std::string_view extension) {
    static const std::set<std::string_view> kExtensions = {
        ".asa",       ".bak", ".cfg", ".conf",  ".config", ".dump", ".fw", ".ipt", ".iptables",
        ".ip6tables", ".reg", ".run", ".rules", ".save",   ".txt",  ".v4", ".v6",  ".wfw"};
    return extension.size() > 1 && kExtensions.contains(extension);
}

// A word of .gitattributes that stands for this path alone: wildcards are escaped, and where there are blanks, quotes
// or control characters, it is quoted as in C.
std::string quoted_pattern(std::string_view path) {
    std::string pattern;
    for (const char c : path) {
        if (std::string_view("*?[\\").find(c) != std::string_view::npos) pattern += '\\';
        pattern += c;
    }
    const auto plain = [](unsigned char c) { return std::isgraph(c) != 0 && c != '"'; };
    if (std::all_of(pattern.begin(), pattern.end(), plain)) return pattern;
    std::string quoted = "\"";
    for (const char c : pattern) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            quoted += '\\';
            quoted += c;
        } else if (byte < 0x20 || byte >= 0x7f) {
            quoted += fmt::format("\\{:03o}", byte);
        } else {
            quoted += c;
        }
    }
    return quoted + '"';
}

// "*.cfg" for what ends like an export that git follows, else its path.
std::set<std::string> patterns_of_exports(World& world) {
    std::set<std::string> patterns;
    const auto list = run_git({"ls-files", "-z", "--cached", "--others", "--exclude-standard"});
    if (!list) return patterns;
    constexpr std::size_t kMostFiles = 10'000;
    std::size_t seen = 0;
    for (std::string_view rest = *list; !rest.empty() && seen < kMostFiles; ++seen) {
        const std::string path(rest.substr(0, rest.find('\0')));
        rest.remove_prefix(std::min(path.size() + 1, rest.size()));
        const auto source = read_text(path, world);
        if (!source) continue;
        const Input input{path, {*source}};
        const auto all = vendors();
        if (std::none_of(all.begin(), all.end(),
                         [&](const Vendor& v) { return v.detect(input) == Likelihood::certain; })) {
            continue;
        }
        const std::string extension = std::filesystem::path(path).extension().string();
        patterns.insert(is_usual(extension) ? "*" + extension : quoted_pattern("/" + path));
    }
    return patterns;
}

struct ConfigurationFile {
    std::string path, text;
};

std::vector<ConfigurationFile> configuration(const std::set<std::string>& patterns) {
    std::string attributes = "# What git diff and git log -p show of firewall exports: their meaning.\n";
    for (const auto& pattern : patterns) attributes += fmt::format("{} diff=fwproof\n", pattern);
    const std::string hook =
        "      - id: {0}\n"
        "        name: {1}\n"
        "        entry: {2}\n"
        "        language: system\n"
        "        always_run: true\n"
        "        pass_filenames: {3}\n"
        "        require_serial: true\n";
    const auto entry = [&](const char* id, const char* name, const char* command, const char* pass) {
        return fmt::format(fmt::runtime(hook), id, name, command, pass);
    };
    return {
        {".pre-commit-config.yaml",
         "repos:\n  - repo: local\n    hooks:\n" +
             entry("fwproof-diff", "no access is widened unseen", "fwproof diff --staged --fail-on widened", "false")},
        {".gitattributes", attributes},
        {".fwproof.toml",
         "# Settings of fwproof for this repository; the command line wins over them.\n"
         "# site = \"site.toml\"        # roles, hosts and firewalls: see fwproof-site(5)\n"
         "#\n"
         "# [[waiver]]                 # a recorded exception\n"
         "# check = \"any-to-any\"\n"
         "# until = 2027-01-31\n"
         "# owner = \"network team\"\n"
         "# reason = \"CHG-1234\"\n"},
    };
}

const std::vector<std::vector<std::string>> kSettings = {
    {"config", "diff.fwproof.textconv", "fwproof textconv"},
    {"config", "diff.fwproof.command", "fwproof gitdiff"},
};

}  // namespace

Result<int> run_init(const std::vector<std::string>& arguments, World& world) {
    po::options_description options("The configuration", 120);
    options.add_options()("write", "write the files that do not exist, and configure git");
    const auto parsed = parse_arguments("init", arguments, options);
    if (!parsed) return fail(parsed.error());
    if (parsed->help) {
        world.out << help_text("init", kAbout, options);
        return kClean;
    }
    if (!parsed->positional.empty()) {
        return fail(fmt::format("'{}' is not expected", parsed->positional[0]), "run it in the root of the repository");
    }
    const auto root = run_git({"rev-parse", "--show-prefix"});
    if (!root) return fail(root.error());
    if (root->find_first_not_of('\n') != std::string::npos) {
        return fail("this is not the root of the git repository",
                    "change to it: cd \"$(git rev-parse --show-toplevel)\"");
    }
    auto patterns = patterns_of_exports(world);
    if (patterns.empty()) patterns = {"*.asa", "*.cfg", "*.reg", "*.v4", "*.v6", "*.wfw"};
    const bool write = parsed->has("write");
    std::string text;
    for (const auto& file : configuration(patterns)) {
        std::error_code ignored;
        const bool exists = std::filesystem::exists(file.path, ignored);
        if (!write) {
            text += fmt::format("# {}{}\n{}\n", file.path, exists ? " (exists: add what is missing)" : "", file.text);
        } else if (exists) {
            text +=
                fmt::format("{}: exists and was left alone; 'fwproof init' prints what belongs into it\n", file.path);
        } else {
            if (auto error = write_whole_file(file.path, file.text)) return fail(std::move(*error));
            text += fmt::format("{}: written\n", file.path);
        }
    }
    for (const auto& setting : kSettings) {
        if (write) {
            const auto set = run_git(setting);
            if (!set) return fail(set.error());
            text += fmt::format("git config {}: set\n", setting[1]);
        } else {
            text += fmt::format("git config {} '{}'\n", setting[1], setting[2]);
        }
    }
    text += write ? "next: pre-commit install\n" : "pre-commit install\n";
    world.out << text;
    return kClean;
}

}  // namespace fwproof::cli
