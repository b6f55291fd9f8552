// What fwproof looks for: the list of checks, the page of one, and the manual that is made of the pages.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/checks_manual.hpp"
#include "cli/command.hpp"
#include "cli/options.hpp"
#include "fwproof/check/check.hpp"

namespace fwproof::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kAbout =
    R"(Without an argument the list of checks; with an id or a name its page: what, why, an example, what to do, standards.
Checks marked with a star run only when --select or --standard names them.

)";

Json lines(std::string_view text) {
    Json all = Json::array();
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        all.push_back(line);
        text.remove_prefix(std::min(line.size() + 1, text.size()));
    }
    return all;
}

Json check_object(const Check& check) {
    Json object;
    object["id"] = check.id;
    object["name"] = check.name;
    object["severity"] = to_string(check.severity);
    object["subject"] = to_string(check.subject);
    object["pedantic"] = check.pedantic;
    object["summary"] = check.summary;
    object["why"] = check.why;
    object["example"] = check.example;
    object["fix"] = check.fix;
    object["standards"] = Json::array();
    for (const auto& [standard, requirement] : standard_entries(check)) {
        object["standards"].push_back({{"id", standard->id}, {"title", standard->title}, {"requirement", requirement}});
    }
    object["references"] = lines(check.references);
    return object;
}

std::string list_text() {
    std::string text;
    for (const Check* check : checks()) {
        text += fmt::format("{:<7}{:<8} {:<30}{} {}\n", check->id, to_string(check->severity), check->name,
                            check->pedantic ? '*' : ' ', check->summary);
    }
    return text;
}

Result<const Check*> find(const std::string& word) {
    if (const Check* check = find_check(word)) return check;
    const auto error = select_checks({.select = {word}});
    if (!error) return fail(error.error());
    return fail(fmt::format("'{}' names several checks", word), "'fwproof checks' lists them");
}

}  // namespace

Result<int> run_checks(const std::vector<std::string>& arguments, World& world) {
    po::options_description options("Options");
    options.add_options()("format", po::value<std::string>()->value_name("FORMAT"),
                          "text (default), json, or mdoc: the source of fwproof-checks(7)");
    const auto parsed = parse_arguments("checks", arguments, options);
    if (!parsed) return fail(parsed.error());
    if (parsed->help) {
        world.out << help_text("checks", kAbout, options);
        return kClean;
    }
    if (parsed->positional.size() > 1) {
        return fail(fmt::format("'{}' is not expected", parsed->positional[1]), "name one check");
    }
    const std::string format = parsed->has("format") ? parsed->text("format") : "text";
    if (format != "text" && format != "json" && format != "mdoc") {
        const auto near = did_you_mean(format, {"text", "json", "mdoc"});
        return fail(fmt::format("unknown format '{}' of checks", format),
                    near ? fmt::format("did you mean '{}'?", *near) : "write text, json or mdoc");
    }
    if (parsed->positional.empty()) {
        if (format == "text") world.out << list_text();
        if (format == "mdoc") world.out << checks_manual();
        if (format == "json") {
            Json all = Json::array();
            for (const Check* check : checks()) all.push_back(check_object(*check));
            world.out << all.dump(2) << '\n';
        }
        return kClean;
    }
    const auto check = find(parsed->positional[0]);
    if (!check) return fail(check.error());
    if (format == "mdoc") return fail("the manual is made of all checks", "name none with --format mdoc");
    if (format == "json") world.out << check_object(**check).dump(2) << '\n';
    if (format == "text") world.out << render_page(**check);
    return kClean;
}

}  // namespace fwproof::cli
