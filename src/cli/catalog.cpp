#include <fmt/format.h>

#include "cli/command.hpp"
#include "cli/options.hpp"
#include "cli/read.hpp"
#include "fwproof/catalog/listing.hpp"

namespace fwproof::cli {

namespace {

constexpr std::string_view kAbout =
    "  list           the catalogs of the program\n"
    "  show ID        one of them, or a file: roles, features, parameters and every documented item\n"
    "  validate FILE  whether a catalog of your own is well formed; see fwproof-catalog(5)\n";

// Prints all but the last problem and returns that one.
tl::unexpected<Error> report(const std::vector<Error>& problems, World& world) {
    for (std::size_t i = 0; i + 1 < problems.size(); ++i) print_error(problems[i], world);
    return fail(problems.back());
}

Loaded<CatalogRef> load_named(const std::string& name, World& world) {
    if (const EmbeddedCatalog* shipped = find_shipped(name)) return load_shipped(*shipped);
    if (name.find('/') == std::string::npos && !name.ends_with(".toml")) {
        std::vector<std::string> known;
        for (const EmbeddedCatalog& catalog : shipped_catalogs()) known.emplace_back(catalog.id);
        const auto near = did_you_mean(name, known);
        return tl::unexpected(std::vector<Error>{
            {fmt::format("unknown catalog '{}'", name),
             near ? fmt::format("did you mean '{}'?", *near)
                  : fmt::format("known: {}; a catalog of your own is named by its file", fmt::join(known, ", ")),
             {}}});
    }
    auto source = read_text(name, world);
    if (!source) return tl::unexpected(std::vector<Error>{source.error()});
    return load_catalog(*source);
}

Result<int> list(World& world) {
    std::vector<CatalogRef> catalogs;
    for (const EmbeddedCatalog& shipped : shipped_catalogs()) {
        auto catalog = load_shipped(shipped);
        if (!catalog) return report(catalog.error(), world);
        catalogs.push_back(*catalog);
    }
    world.out << list_catalogs(catalogs);
    return kClean;
}

Result<int> show(const std::string& name, const std::string& format, World& world) {
    std::string (*render)(const Catalog&) = nullptr;
    if (format.empty() || format == "text") render = render_catalog_text;
    if (format == "json") render = render_catalog_json;
    if (format == "csv") render = render_catalog_csv;
    if (!render) {
        const auto near = did_you_mean(format, {"text", "json", "csv"});
        return fail(fmt::format("unknown format '{}' of a catalog", format),
                    near ? fmt::format("did you mean '{}'?", *near) : "write text, json or csv");
    }
    const auto catalog = load_named(name, world);
    if (!catalog) return report(catalog.error(), world);
    world.out << render(**catalog);
    return kClean;
}

Result<int> validate(const std::string& path, World& world) {
    const auto source = read_text(path, world);
    if (!source) return fail(source.error());
    const auto catalog = load_catalog(*source);
    if (!catalog) return report(catalog.error(), world);
    const auto counted = [](std::size_t count, std::string_view what) {
        return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
    };
    world.out << fmt::format("{}: {}, {}, {}\n", path, counted((*catalog)->flows.size(), "flow"),
                             counted(catalog_items(**catalog).size(), "item"),
                             counted((*catalog)->roles.size(), "role"));
    return kClean;
}

}  // namespace

Result<int> run_catalog(const std::vector<std::string>& arguments, World& world) {
    po::options_description options("Options");
    options.add_options()("format", po::value<std::string>()->value_name("FORMAT"), "of show: text, json or csv");
    const auto parsed = parse_arguments("catalog", arguments, options);
    if (!parsed) return fail(parsed.error());
    if (parsed->help) {
        world.out << help_text("catalog", kAbout, options);
        return kClean;
    }
    const auto& words = parsed->positional;
    const std::string verb = words.empty() ? std::string() : words[0];
    if (verb == "list" && words.size() == 1) return list(world);
    if (verb == "show" && words.size() == 2) return show(words[1], parsed->text("format"), world);
    if (verb == "validate" && words.size() == 2) return validate(words[1], world);
    return fail("'catalog' needs list, show ID or validate FILE", "'fwproof catalog --help' explains them");
}

}  // namespace fwproof::cli
