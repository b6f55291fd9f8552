#include "cli/version_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "cli/diff_required.hpp"
#include "cli/site_input.hpp"

namespace fwproof::cli {

namespace {

enum class Side : std::uint8_t { before, after };
constexpr std::array<Side, 2> kSides = {Side::before, Side::after};

std::string_view word(Side side) { return side == Side::before ? "before" : "after"; }

// An option about both versions, or with "old-" or "new-" about one.
struct Named {
    std::string option, file;   // "gpo", whatever stood before it
    std::optional<Side> alone;  // the version it is about; nothing: both

    bool about(Side side) const { return !alone || *alone == side; }
    std::string written() const {
        return fmt::format("--{}{}", !alone ? "" : *alone == Side::before ? "old-" : "new-", option);
    }
};

// Those options, in the order in which they were given.
std::vector<Named> named_files(const Arguments& arguments, const std::vector<std::string_view>& options) {
    std::vector<Named> all;
    for (const auto& [option, file] : arguments.in_order) {
        Named named{option, file, {}};
        if (option.starts_with("old-")) named.alone = Side::before;
        if (option.starts_with("new-")) named.alone = Side::after;
        if (named.alone) named.option.erase(0, 4);
        if (std::find(options.begin(), options.end(), named.option) != options.end()) all.push_back(std::move(named));
    }
    return all;
}

std::vector<Named> named_stores(const Arguments& arguments) { return named_files(arguments, {"gpo", "mdm", "local"}); }

std::size_t role_of(const Named& store) { return store.option == "gpo" ? 0 : store.option == "mdm" ? 1 : 2; }

struct Store {
    std::string named;  // as the option names it
    Input files;
};

// A version's host while its stores are read: policy objects, device management, its own store, the first of each
// first.
using Host = std::array<std::vector<Store>, 3>;
constexpr std::array<StoreRole, 3> kRoles = {StoreRole::gpo, StoreRole::mdm, StoreRole::local};

// Nothing: it has no store.
std::optional<Input> input_of(const Host& host) {
    Input input;
    for (std::size_t role = 0; role < kRoles.size(); ++role) {
        for (std::size_t n = 0; n < host[role].size(); ++n) {
            const Input& files = host[role][n].files;
            if (input.name.empty()) input.name = files.name;
            const std::size_t rank = kRoles[role] == StoreRole::gpo ? n : 0;
            for (std::size_t i = 0; i < files.sources.size(); ++i)
                input.add(files.sources[i], {kRoles[role], rank, files.given_of(i).found});
        }
    }
    if (input.sources.empty()) return std::nullopt;
    return input;
}

// The stores of both versions, those of the same role and rank together.
std::vector<VersionPair> store_pairs(const Host& before, const Host& after) {
    std::vector<VersionPair> pairs;
    for (std::size_t role = 0; role < kRoles.size(); ++role) {
        for (std::size_t n = 0; n < std::max(before[role].size(), after[role].size()); ++n) {
            VersionPair& pair = pairs.emplace_back();
            if (n < before[role].size()) {
                pair.before = before[role][n].files;
                pair.path = without_revision(before[role][n].named);
            }
            if (n >= after[role].size()) continue;
            pair.after = after[role][n].files;
            pair.renamed_from = std::exchange(pair.path, without_revision(after[role][n].named));
        }
    }
    return pairs;
}

std::array<VersionRoot, 2> roots_of(const std::vector<std::string>& names, bool staged) {
    using Kind = VersionRoot::Kind;
    if (staged) return {VersionRoot{Kind::committed}, VersionRoot{Kind::staged}};
    if (names.size() != 2) return {};
    return {VersionRoot{Kind::below, names[0]}, VersionRoot{Kind::below, names[1]}};
}

std::string_view where(const VersionRoot& root) {
    switch (root.kind) {
        case VersionRoot::Kind::committed: return "in the last commit";
        case VersionRoot::Kind::staged: return "staged";
        default: return {};
    }
}

// The error for a file that no version has that it was named for.
Error in_no_version(const Named& named, const std::array<VersionRoot, 2>& roots) {
    std::string message;
    if (roots[0].kind == VersionRoot::Kind::below) {
        message = named.alone ? fmt::format("is not in {}", roots[static_cast<std::size_t>(*named.alone)].name)
                              : fmt::format("is neither in {} nor in {}", roots[0].name, roots[1].name);
    } else {
        message = named.alone ? fmt::format("is not {}", where(roots[static_cast<std::size_t>(*named.alone)]))
                              : "is neither staged nor in the last commit";
    }
    return {std::move(message), fmt::format("check the path behind {}", named.written()), {}, named.file};
}

// What of the versions that it is about has the file, read; `found` gets each. Error: none has it.
template <class Found>
std::optional<Error> read_named(const Named& named, const std::array<VersionRoot, 2>& roots, World& world,
                                const Found& found) {
    bool any = false;
    for (const Side side : kSides) {
        if (!named.about(side)) continue;
        const auto input = read_in_version(roots[static_cast<std::size_t>(side)], named.file, world);
        if (!input) return input.error();
        if (!*input) continue;
        any = true;
        if (auto error = found(side, **input)) return error;
    }
    if (!any) return in_no_version(named, roots);
    return std::nullopt;
}

// What stands beside stores says what they are about, and no more.
std::optional<Error> check_names(const std::vector<std::string>& names, bool staged) {
    const auto unexpected = [](const std::string& name) {
        return Error{fmt::format("'{}' is not expected beside --gpo, --mdm and --local", name),
                     "say of it, too, which store it is",
                     {}};
    };
    if (staged || (!names.empty() && names.size() != 2)) {
        return names.empty() ? std::nullopt : std::optional(unexpected(names.front()));
    }
    for (const auto& name : names) {
        if (!is_directory_version(name)) return unexpected(name);
    }
    return std::nullopt;
}

std::optional<Error> read_host(const std::vector<Named>& stores, const std::vector<std::string>& names, bool staged,
                               VersionOptions& options, World& world) {
    for (const auto& store : stores) {
        HostStores one;
        one.gpo.push_back(store.file);
        if (auto error = check_stores(one, options.reading.after.format)) return error;
    }
    if (auto error = check_names(names, staged)) return error;
    const auto roots = roots_of(names, staged);
    std::array<Host, 2> hosts;
    for (const auto& store : stores) {
        auto error = read_named(store, roots, world, [&](Side side, const Input& files) -> std::optional<Error> {
            auto& same_role = hosts[static_cast<std::size_t>(side)][role_of(store)];
            if (store.option == "local" && !same_role.empty()) {
                return Error{fmt::format("is a second local store of the version {}", word(side)),
                             "a host has one; policy objects are given with --gpo",
                             {},
                             store.file};
            }
            same_role.push_back({store.file, files});
            return std::nullopt;
        });
        if (error) return error;
    }
    VersionPair pair;
    pair.before = input_of(hosts[0]);
    pair.after = input_of(hosts[1]);
    for (const Side side : kSides) {
        if (side == Side::before ? pair.before.has_value() : pair.after.has_value()) continue;
        // A version that is looked up may have had no such host yet.
        if (roots[0].kind != VersionRoot::Kind::here && (pair.before || pair.after)) continue;
        const std::string_view prefix = side == Side::before ? "old" : "new";
        return Error{fmt::format("no store of the version {} is given", word(side)),
                     fmt::format("--{0}-gpo, --{0}-mdm and --{0}-local name its own, --gpo, --mdm and --local those of "
                                 "both versions",
                                 prefix),
                     {}};
    }
    pair.path = pair.after ? pair.after->name : pair.before->name;
    options.reading.before.format = options.reading.after.format = kStoresFormat;
    options.host = VersionPairs{{std::move(pair)}, 0, true, true, store_pairs(hosts[0], hosts[1])};
    return std::nullopt;
}

std::optional<Error> read_sets(const std::vector<Named>& files, bool staged, VersionReading& reading, World& world) {
    // Sets count from the current directory, also beside OLD and NEW.
    const auto roots = roots_of({}, staged);
    std::array<SourceRef, 2> sets;
    for (const auto& file : files) {
        if (file.file.empty()) return Error{fmt::format("{} needs the name of a file", file.written()), "", {}};
        auto error = read_named(file, roots, world, [&](Side side, const Input& input) -> std::optional<Error> {
            SourceRef& place = sets[static_cast<std::size_t>(side)];
            if (place) {
                return Error{fmt::format("is a second file of sets for the version {}", word(side)),
                             "give --ipset, or --old-ipset and --new-ipset",
                             {},
                             file.file};
            }
            place = input.sources.front();
            world.opened.push_back(place);
            return std::nullopt;
        });
        if (error) return error;
    }
    reading.before.load.ipset = sets[0];
    reading.after.load.ipset = sets[1];
    reading.same_sets =
        static_cast<bool>(sets[0]) == static_cast<bool>(sets[1]) && (!sets[0] || sets[0]->bytes() == sets[1]->bytes());
    return std::nullopt;
}

}  // namespace

po::options_description version_options() {
    constexpr unsigned kLineWidth = 120;
    po::options_description options(
        "The stores of one Windows host, in place of exports, and sets, of both versions or of one; FILE may be "
        "REV:path",
        kLineWidth);
    const auto list = [] { return po::value<std::vector<std::string>>()->composing()->value_name("FILE"); };
    auto add = options.add_options();
    const auto add_three = [&](const std::string& prefix, const std::string& whose) {
        add((prefix + "gpo").c_str(), list(), ("a group policy object" + whose).c_str());
        add((prefix + "mdm").c_str(), list(), ("a policy of device management" + whose).c_str());
        add((prefix + "local").c_str(), list(), ("the host's own store" + whose).c_str());
    };
    add_three("", " in both versions; beside OLD and NEW below each of them");
    add_three("old-", " before");
    add_three("new-", " after");
    add("old-ipset", list(), "what 'ipset save' printed before");
    add("new-ipset", list(), "what 'ipset save' printed after");
    return options;
}

Result<VersionOptions> read_version_options(const Arguments& arguments, const std::vector<std::string>& names,
                                            bool staged, World& world) {
    auto common = read_common_options(arguments);
    if (!common) return fail(common.error());
    VersionOptions options;
    options.reading.before = options.reading.after = std::move(*common);
    if (auto error = read_sets(named_files(arguments, {"ipset"}), staged, options.reading, world))
        return fail(std::move(*error));
    const auto stores = named_stores(arguments);
    if (stores.empty()) return options;
    if (auto error = read_host(stores, names, staged, options, world)) return fail(std::move(*error));
    return options;
}

std::string named_store(const Arguments& arguments) {
    for (const auto& store : named_stores(arguments)) {
        if (store.about(Side::after)) return store.file;
    }
    return {};
}

}  // namespace fwproof::cli
