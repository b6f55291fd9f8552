// "What did you understand?": the normalized policy as text, JSON or CSV.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/policies.hpp"
#include "cli/regions.hpp"
#include "fwproof/base/csv.hpp"
#include "fwproof/base/notation.hpp"
#include "fwproof/base/printable.hpp"
#include "fwproof/policy/text.hpp"

namespace fwproof::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kAbout =
    R"(Prints what was understood of an export. --as rules is the canonical text of the policy: flags, action, match, and
behind it what the match depends on; regions are all first packets by verdict; objects are named sets; notes are what
could not be modelled exactly.

)";

std::string conditions_text(const Rule& rule) {
    std::string text;
    for (const auto& condition : rule.match.conditions) {
        text += fmt::format("{}{} {}", text.empty() ? "" : "; ", to_string(condition.kind), condition.value);
    }
    return text;
}

// Action and match without the labels, which have fields of their own.
std::string rule_words(const Policy& policy, const Rule& rule) { return print_rule(policy, rule, {.labels = false}); }

Json line_of(const SourceSpan& span) { return span ? Json(span.line()) : Json(nullptr); }

Json rules_json(const Policy& policy) {
    Json rulesets = Json::array();
    for (const auto& ruleset : policy.rulesets) {
        Json rules = Json::array();
        for (const auto& rule : ruleset.rules) {
            Json conditions = Json::array();
            for (const auto& condition : rule.match.conditions) {
                conditions.push_back({{"kind", to_string(condition.kind)}, {"value", printable(condition.value)}});
            }
            rules.push_back({{"line", line_of(rule.span)},
                             {"name", printable(rule.name)},
                             {"rule", printable(rule_words(policy, rule))},
                             {"enabled", rule.enabled},
                             {"implicit", rule.implicit},
                             {"logs", rule.logs},
                             {"exact", rule.match.exact()},
                             {"conditions", std::move(conditions)},
                             {"comment", printable(rule.comment)},
                             {"hits", rule.hits ? Json(*rule.hits) : Json(nullptr)}});
            if (!rule.store.empty()) rules.back()["store"] = printable(rule.store);
        }
        rulesets.push_back(
            {{"name", printable(ruleset.name)},
             {"default", ruleset.default_verdict ? Json(to_string(*ruleset.default_verdict)) : Json(nullptr)},
             {"bound", ruleset.bound},
             {"rules", std::move(rules)}});
    }
    return rulesets;
}

Json objects_json(const Policy& policy) {
    Json objects = Json::array();
    for (const auto& object : policy.objects) {
        objects.push_back({{"name", printable(object.name)},
                           {"line", line_of(object.span)},
                           {"addresses", object.addresses ? Json(to_string(*object.addresses)) : Json(nullptr)},
                           {"services", object.services ? Json(to_string(*object.services)) : Json(nullptr)},
                           {"used", object.used}});
    }
    return objects;
}

Json notes_json(const Policy& policy) {
    Json notes = Json::array();
    for (const auto& note : policy.notes) {
        notes.push_back({{"kind", to_string(note.kind)},
                         {"line", line_of(note.span)},
                         {"message", printable(note.message)},
                         {"hint", printable(note.hint)}});
    }
    return notes;
}

struct Shown {
    std::string file;
    std::vector<Policy> policies;
};

std::string as_json(const std::vector<Shown>& all, const std::string& what) {
    Json policies = Json::array();
    for (const auto& [file, loaded] : all) {
        for (const auto& policy : loaded) {
            Json one = {{"file", printable(file)},
                        {"vendor", policy.vendor},
                        {"device", printable(policy.device)},
                        {"version", printable(policy.version)},
                        {"replies", to_string(policy.replies)}};
            if (what == "rules") one["rulesets"] = rules_json(policy);
            if (what == "objects") one["objects"] = objects_json(policy);
            if (what == "notes") one["notes"] = notes_json(policy);
            one["assumptions"] = policy.assumptions;
            policies.push_back(std::move(one));
        }
    }
    const Json document = {{"schema_version", 1}, {"command", "show"}, {"as", what}, {"policies", std::move(policies)}};
    return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string as_csv(const std::vector<Shown>& all, const std::string& what) {
    std::string text = what == "rules"     ? csv_line({"file", "line", "ruleset", "position", "name", "rule", "exact",
                                                       "conditions", "enabled", "logs", "hits", "comment"})
                       : what == "objects" ? csv_line({"file", "line", "name", "addresses", "services", "used"})
                                           : csv_line({"file", "line", "kind", "message", "hint"});
    const auto yes = [](bool value) { return std::string(value ? "yes" : "no"); };
    const auto line = [](const SourceSpan& span) { return span ? std::to_string(span.line()) : std::string(); };
    for (const auto& [file, loaded] : all) {
        for (const auto& policy : loaded) {
            for (const auto& ruleset : policy.rulesets) {
                for (std::size_t i = 0; what == "rules" && i < ruleset.rules.size(); ++i) {
                    const Rule& rule = ruleset.rules[i];
                    text += csv_line({file, line(rule.span), ruleset.name, std::to_string(i + 1), rule.name,
                                      rule_words(policy, rule), yes(rule.match.exact()), conditions_text(rule),
                                      yes(rule.enabled), yes(rule.logs), rule.hits ? std::to_string(*rule.hits) : "",
                                      rule.comment});
                }
            }
            for (std::size_t i = 0; what == "objects" && i < policy.objects.size(); ++i) {
                const NamedSet& object = policy.objects[i];
                text += csv_line({file, line(object.span), object.name,
                                  object.addresses ? to_string(*object.addresses) : "",
                                  object.services ? to_string(*object.services) : "", yes(object.used)});
            }
            for (std::size_t i = 0; what == "notes" && i < policy.notes.size(); ++i) {
                const Note& note = policy.notes[i];
                text += csv_line({file, line(note.span), std::string(to_string(note.kind)), note.message, note.hint});
            }
        }
    }
    return text;
}

std::string as_text(const std::vector<Shown>& all, const std::string& what) {
    std::string text;
    for (const auto& [file, loaded] : all) {
        for (const auto& policy : loaded) {
            text += fmt::format("# {}: {}\n", printable(file), policy_title(policy));
            if (what == "rules") text += print_policy(policy, {.lines = true});
            for (std::size_t i = 0; what == "objects" && i < policy.objects.size(); ++i) {
                const NamedSet& object = policy.objects[i];
                text += fmt::format(
                    "{}  {}{}{}\n", printable(object.name), object.addresses ? to_string(*object.addresses) : "",
                    object.services ? to_string(*object.services) : "", object.used ? "" : "  (not used)");
            }
            for (std::size_t i = 0; what == "notes" && i < policy.notes.size(); ++i) {
                const Note& note = policy.notes[i];
                text += fmt::format("{}{}{}: {}\n", place(note.span), note.span ? ": " : "", to_string(note.kind),
                                    printable(note.message));
                if (!note.hint.empty()) text += fmt::format("    hint: {}\n", printable(note.hint));
            }
            for (std::size_t i = 0; what == "notes" && i < policy.assumptions.size(); ++i)
                text += fmt::format("assumed: {}\n", printable(policy.assumptions[i]));
        }
    }
    return text;
}

Result<int> show_regions(const std::vector<Shown>& all, const std::string& format, const Budget& budget, World& world) {
    const auto everything = parse_flow(std::make_shared<const Source>("regions", "any any > any"));
    if (!everything) return fail(everything.error());
    std::string text;
    bool complete = true;
    Json files = Json::array();
    for (const auto& [file, policies] : all) {
        RegionTable table;
        for (const auto& policy : policies) {
            if (auto error = add_regions(policy, *everything, table, budget)) return fail(std::move(*error));
        }
        complete = complete && table.complete;
        if (format == "json") {
            files.push_back(
                {{"file", printable(file)}, {"complete", table.complete}, {"regions", regions_json(table)}});
        } else if (format == "csv") {
            const std::string lines = regions_csv(table);
            text += text.empty() ? lines : lines.substr(lines.find('\n') + 1);
        } else {
            text += regions_text(table);
        }
    }
    if (format == "json") {
        const Json document = {
            {"schema_version", 1}, {"command", "show"}, {"as", "regions"}, {"files", std::move(files)}};
        text = document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
    }
    world.out << text;
    if (format == "csv" && !complete) {
        print_error(cut_regions(), world);
        return kIncomplete;
    }
    return kClean;
}

}  // namespace

Result<int> run_show(const std::vector<std::string>& arguments, World& world) {
    po::options_description options = reading_options();
    options.add(store_options());
    auto add = options.add_options();
    add("as", po::value<std::string>()->value_name("WHAT"), "rules (default), regions, objects or notes");
    add("format", po::value<std::string>()->value_name("NAME"), "text (default), json or csv");
    add_budget_option(options);
    const auto parsed = parse_arguments("show", arguments, options);
    if (!parsed) return fail(parsed.error());
    if (parsed->help) {
        world.out << help_text("show", kAbout, options);
        return kClean;
    }
    const auto reading = read_reading_options(*parsed, world);
    if (!reading) return fail(reading.error());
    const auto budget = read_budget(*parsed);
    if (!budget) return fail(budget.error());
    const std::string what = parsed->has("as") ? parsed->text("as") : "rules";
    const std::string format = parsed->has("format") ? parsed->text("format") : "text";
    if (what != "rules" && what != "regions" && what != "objects" && what != "notes") {
        return fail(fmt::format("--as '{}' is not known", what), "write rules, regions, objects or notes");
    }
    if (format != "text" && format != "json" && format != "csv") {
        return fail(fmt::format("show has no format '{}'", format), "write text, json or csv");
    }
    if (auto error = refuse_exports(parsed->positional, *reading)) return fail(std::move(*error));
    std::vector<std::string> files = parsed->positional;
    if (!reading->stores.empty()) files = {asked_file({}, *reading)};
    if (files.empty()) return fail("no export given", "name the files to show");
    std::vector<Shown> all;
    for (const auto& path : files) {
        auto policies = load_export(path, *reading, world);
        if (!policies) return fail(policies.error());
        all.push_back({path, std::move(*policies)});
    }
    if (what == "regions") return show_regions(all, format, *budget, world);
    world.out << (format == "json" ? as_json(all, what) : format == "csv" ? as_csv(all, what) : as_text(all, what));
    return kClean;
}

}  // namespace fwproof::cli
