#include "cli/read.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "fwproof/base/letters.hpp"
#include "fwproof/vendor/unusable.hpp"

namespace fwproof::cli {

namespace {

Result<SourceRef> fail_for(const std::string& path, std::string message, std::string hint) {
    Error error{std::move(message), std::move(hint), {}};
    error.file = path == "-" ? "standard input" : path;
    return fail(std::move(error));
}

Error too_large(const std::string& path) {
    return fail_for(path, fmt::format("is larger than {} MiB", kMaxInputBytes >> 20), "give the firewall export only")
        .error();
}

// Reads on where a size is not known beforehand (pipes, /proc) and stops where it gets absurd.
Result<SourceRef> slurp(const std::string& path, std::istream& in, World& world, std::size_t expected = 0) {
    world.doing(fmt::format("reading {}", path == "-" ? "standard input" : path));
    std::string bytes;
    bytes.reserve(expected);
    std::string block(std::size_t{1} << 16, '\0');
    while (in.read(block.data(), static_cast<std::streamsize>(block.size())) || in.gcount() > 0) {
        bytes.append(block, 0, static_cast<std::size_t>(in.gcount()));
        if (bytes.size() > kMaxInputBytes) return fail(too_large(path));
    }
    if (in.bad()) return fail_for(path, fmt::format("cannot be read: {}", std::strerror(errno)), {});
    return world.opened.emplace_back(std::make_shared<const Source>(path, std::move(bytes)));
}

bool same_file(const struct stat& one, const struct stat& other) {
    return one.st_dev == other.st_dev && one.st_ino == other.st_ino && one.st_size == other.st_size &&
           one.st_mtim.tv_sec == other.st_mtim.tv_sec && one.st_mtim.tv_nsec == other.st_mtim.tv_nsec;
}

// What to name instead of a directory that is no export.
std::string inside_hint(const std::string& path) {
    std::vector<std::string> backups;
    std::error_code problem;
    for (std::filesystem::directory_iterator entry(path, problem), end; !problem && entry != end;
         entry.increment(problem)) {
        std::error_code ignored;
        if (entry->is_directory(ignored) && is_policy_backup(entry->path().string()))
            backups.push_back(entry->path().string());
    }
    if (backups.empty()) return fmt::format("name the files in it: {}/*", path);
    return fmt::format("name one of the policy objects in it: {}", *std::min_element(backups.begin(), backups.end()));
}

}  // namespace

Result<SourceRef> read_text(const std::string& path, World& world) {
    if (path == "-") return slurp(path, world.in, world);
    struct stat status {};
    if (stat(path.c_str(), &status) != 0) {
        const int reason = errno;
        return fail_for(path, fmt::format("cannot be read: {}", std::strerror(reason)),
                        reason == ENOENT ? "check the path; it is taken from the current directory" : "");
    }
    if (S_ISDIR(status.st_mode)) return fail_for(path, "is a directory", inside_hint(path));
    if (S_ISREG(status.st_mode) && static_cast<std::uintmax_t>(status.st_size) > kMaxInputBytes) {
        return fail(too_large(path));
    }
    std::ifstream in(path, std::ios::binary);
    if (!in) return fail_for(path, fmt::format("cannot be read: {}", std::strerror(errno)), "check its permissions");
    auto source = slurp(path, in, world, S_ISREG(status.st_mode) ? static_cast<std::size_t>(status.st_size) : 0);
    // Half of one version and half of another is a policy that no firewall has.
    struct stat after {};
    if (source && S_ISREG(status.st_mode) && (stat(path.c_str(), &after) != 0 || !same_file(status, after))) {
        return fail_for(path, "changed while it was read", "run again when it is complete");
    }
    return source;
}

// Of the files of a policy object: the computer's policy, its preferences, its security template, the report. What is
// below User is for users. What Windows writes is found under any spelling.
bool is_computer_policy(const std::string& path_in_backup) {
    std::vector<std::string> words;
    for (const auto& word : std::filesystem::path(path_in_backup)) words.push_back(lower_case(word.string()));
    if (words.empty() || std::find(words.begin(), words.end(), "user") != words.end()) return false;
    const std::string& name = words.back();
    return name == "registry.pol" || name == "registry.xml" || name == "gpttmpl.inf" ||
           (name == "gpreport.xml" && words.size() == 1);
}

bool marks_policy_backup(const std::string& name) {
    const std::string known = lower_case(name);
    return known == "gpreport.xml" || known == "domainsysvol" || known == "gpt.ini";
}

// A backup has its report, and registry.pol some levels below; the object in SYSVOL itself has gpt.ini.
bool is_policy_backup(const std::string& path) {
    std::error_code problem;
    for (std::filesystem::directory_iterator entry(path, problem), end; !problem && entry != end;
         entry.increment(problem)) {
        if (marks_policy_backup(entry->path().filename().string())) return true;
    }
    return false;
}

namespace {

// What is not looked at is not kept either: a share may hold more of it than there is memory. `before`: how many
// sources were open when reading it began.
void pass_over(World& world, std::size_t before, std::string file, std::string reason = {}) {
    world.opened.erase(world.opened.begin() + static_cast<std::ptrdiff_t>(before), world.opened.end());
    world.passed_over.push_back({std::move(file), std::move(reason)});
}

Result<Input> read_policy_backup(const std::string& path, World& world) {
    constexpr int kDeepest = 8;
    std::vector<std::string> names;
    std::error_code problem;
    std::filesystem::recursive_directory_iterator entry(path, problem);
    for (const std::filesystem::recursive_directory_iterator end; !problem && entry != end; entry.increment(problem)) {
        if (entry.depth() >= kDeepest) entry.disable_recursion_pending();
        std::error_code ignored;
        if (is_computer_policy(entry->path().lexically_relative(path).string()) && entry->is_regular_file(ignored))
            names.push_back(entry->path().string());
    }
    if (problem) {
        return fail(fail_for(path, fmt::format("cannot be read: {}", problem.message()), "check the path").error());
    }
    std::sort(names.begin(), names.end());
    Input input{path, {}};
    for (const auto& name : names) {
        auto source = read_text(name, world);
        if (!source) return fail(source.error());
        input.add(std::move(*source), {StoreRole::sniffed, 0, true});
    }
    return input;
}

}  // namespace

Result<Input> read_export(const std::string& path, World& world) {
    if (is_policy_backup(path)) return read_policy_backup(path, world);
    auto source = read_text(path, world);
    if (!source) return fail(source.error());
    const Source& text = **source;
    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
    if (std::all_of(text.text().begin(), text.text().end(), blank)) {
        return fail(fail_for(path, "is empty", "export the firewall's policy again").error());
    }
    const bool utf16 = text.encoding() == Encoding::utf16_le || text.encoding() == Encoding::utf16_be;
    if (utf16 && text.bytes().size() % 2 != 0) {
        return fail(
            fail_for(path, text.encoding_error().value_or("UTF-16 text is cut"), "copy or export the file again")
                .error());
    }
    return Input{path, {*source}};
}

Result<std::vector<std::string>> files_below(const std::string& path, std::vector<std::string>* links) {
    namespace fs = std::filesystem;
    const auto unreadable = [](const fs::path& at, const std::error_code& problem) {
        return fail(fail_for(at.string(), fmt::format("cannot be read: {}", problem.message()),
                             "mend it, or name the exports one by one")
                        .error());
    };
    std::vector<std::string> names;
    std::error_code problem;
    fs::recursive_directory_iterator entry(path, problem);
    if (problem) return unreadable(path, problem);
    fs::path at = path;  // what cannot be read, if going on fails
    for (const fs::recursive_directory_iterator end; entry != end; entry.increment(problem)) {
        if (problem) break;
        at = entry->path();
        const auto status = entry->status(problem);
        if (problem || status.type() == fs::file_type::not_found) {
            return unreadable(at, problem ? problem : std::make_error_code(std::errc::no_such_file_or_directory));
        }
        const bool hidden = entry->path().filename().string().starts_with(".");
        const bool whole = fs::is_directory(status) && is_policy_backup(entry->path().string());
        if (hidden || whole) entry.disable_recursion_pending();
        if (!entry.recursion_pending() || !fs::is_directory(status) || entry->is_symlink()) at = at.parent_path();
        if (!hidden && (whole || fs::is_regular_file(status))) names.push_back(entry->path().string());
        // They may lead out of the tree, or back into it.
        if (links && !hidden && !whole && fs::is_directory(status) && entry->is_symlink())
            links->push_back(entry->path().string());
    }
    if (problem) return unreadable(at, problem);
    if (links) std::sort(links->begin(), links->end());
    std::sort(names.begin(), names.end());
    return names;
}

bool is_export(const Input& input) {
    const auto all = vendors();
    return std::any_of(all.begin(), all.end(), [&](const Vendor& v) { return v.detect(input) != Likelihood::no; });
}

Result<std::vector<Input>> read_directory(const std::string& path, World& world) {
    std::vector<std::string> links;
    const auto names = files_below(path, &links);
    if (!names) return fail(names.error());
    std::vector<Input> inputs;
    for (const auto& name : *names) {
        const std::size_t before = world.opened.size();
        Result<Input> input = is_policy_backup(name) ? read_policy_backup(name, world)
                                                     : read_text(name, world).map([&](const SourceRef& source) {
                                                           return Input{name, {source}};
                                                       });
        if (!input) return fail(input.error());
        if (!is_export(*input)) {
            pass_over(world, before, name);
        } else if (const auto reason = unusable_reason(*input)) {
            pass_over(world, before, name, *reason);
        } else {
            inputs.push_back(std::move(*input));
        }
    }
    for (auto& link : links) world.passed_over.push_back({std::move(link), "a link to a directory; name it itself"});
    return inputs;
}

Result<std::vector<Input>> read_argument(const std::string& path, World& world, bool only_exports) {
    std::error_code ignored;
    if (path != "-" && std::filesystem::is_directory(path, ignored) && !is_policy_backup(path)) {
        return read_directory(path, world);
    }
    if (only_exports && path != "-") {
        const std::size_t before = world.opened.size();
        auto source = read_text(path, world);
        if (!source) return fail(source.error());
        if (!is_export({path, {*source}})) {
            pass_over(world, before, path);
            return std::vector<Input>();
        }
        world.opened.pop_back();  // it is read as any other now
    }
    auto one = read_export(path, world);
    if (!one) return fail(one.error());
    return std::vector<Input>{std::move(*one)};
}

Result<std::vector<std::string>> exports_at(const std::string& path, World& world) {
    std::error_code ignored;
    if (path == "-" || !std::filesystem::is_directory(path, ignored) || is_policy_backup(path)) {
        return std::vector<std::string>{path};
    }
    const std::size_t before = world.opened.size();
    const auto inputs = read_directory(path, world);
    if (!inputs) return fail(inputs.error());
    std::vector<std::string> names;
    for (const auto& input : *inputs) names.push_back(input.name);
    world.opened.resize(before);  // whoever asks for names reads them
    return names;
}

std::vector<std::string> passed_over(const World& world) {
    if (world.passed_over.empty()) return {};
    constexpr std::size_t kShown = 5;
    const auto& all = world.passed_over;
    const std::size_t shown = std::min(all.size(), kShown);
    std::vector<std::string> named;
    for (std::size_t i = 0; i < shown; ++i)
        named.push_back(all[i].reason.empty() ? all[i].file : fmt::format("{} ({})", all[i].file, all[i].reason));
    const std::string more = shown < all.size() ? fmt::format(" and {} more", all.size() - shown) : "";
    return {fmt::format("{} {} no firewall export and not looked at: {}{}",
                        all.size() == 1 ? "1 file" : fmt::format("{} files", all.size()),
                        all.size() == 1 ? "is" : "are", fmt::join(named, ", "), more)};
}

}  // namespace fwproof::cli
