// Policy unit tests: flows and the verdict that they must have.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>
#include <sstream>

#include "cli/answer.hpp"
#include "cli/flow_interfaces.hpp"
#include "cli/outputs.hpp"
#include "cli/policies.hpp"
#include "cli/read.hpp"
#include "cli/site_input.hpp"
#include "fwproof/base/printable.hpp"
#include "fwproof/catalog/expectation.hpp"

namespace fwproof::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kAbout =
    R"(Asks an export about flows and compares the verdicts with what a file expects. A set of packets passes only when all of
it has the verdict. The exit status is 1 when an expectation fails.

  export edge.cfg
  permit tcp 10.20.0.0/17 > 10.10.20.11:5723   # agents reach the management server
  deny   tcp any > 10.10.30.21:1433 in outside # no database for the Internet

The same as TOML: format = "flow-test/1", export = "edge.cfg", and [[permit]] or [[deny]] tables with flow and reason.
Paths of exports are taken from the file's directory.

)";

struct Outcome {
    const Expectation* expectation = nullptr;
    std::string export_path;
    std::string found;  // "permit", "deny", "unknown", "permit and deny"
    bool passed = false;
    std::string region, decided_by, text, witness;  // of the first part that is not as expected
    std::vector<std::string> conditions;            // that the rule depends on
};

Outcome judge(const Expectation& expectation, const std::string& export_path, const Answerer& answerer,
              const std::vector<PathAnswer>& answers) {
    Outcome outcome{&expectation, export_path, {}, true, {}, {}, {}, {}, {}};
    bool seen[3] = {false, false, false};
    bool any = false;
    for (const auto& answer : answers) {
        if (answer.cannot_occur) continue;
        if (answer.parts.empty()) {  // out of its budget
            any = true;
            seen[static_cast<int>(Verdict::unknown)] = true;
            outcome.passed = outcome.passed && expectation.verdict == Verdict::unknown;
        }
        for (const auto& part : answer.parts) {
            any = true;
            seen[static_cast<int>(part.verdict)] = true;
            if (part.verdict == expectation.verdict || !outcome.passed) continue;
            outcome.passed = false;
            outcome.region =
                part.region.empty() ? "" : fmt::format("{}: {}", answer.path, to_string(part.region.front()));
            if (part.witness) outcome.witness = to_string(*part.witness);
            if (part.deciders.empty()) continue;
            const Hit& hit = part.deciders.front();
            const SourceSpan span = rule_span(answerer.policy(), hit.rule);
            outcome.decided_by =
                fmt::format("{}: {}{}{}", rule_name(answerer.policy(), hit.rule), to_string(hit.verdict),
                            hit.surely ? "" : ", if it matches", span ? fmt::format(" ({})", place(span)) : "");
            outcome.text = statement(span);
            outcome.conditions = conditions_of(answerer.policy(), hit);
        }
    }
    if (!any) {
        outcome.passed = false;
        outcome.found = "no verdict: such packets cannot occur, or the export has no rules for them";
        return outcome;
    }
    for (const Verdict verdict : {Verdict::permit, Verdict::deny, Verdict::unknown}) {
        if (!seen[static_cast<int>(verdict)]) continue;
        outcome.found += fmt::format("{}{}", outcome.found.empty() ? "" : " and ", to_string(verdict));
    }
    return outcome;
}

std::string failure_text(const Outcome& outcome) {
    const Expectation& expectation = *outcome.expectation;
    std::string text = fmt::format("{}: failed: {} expected, {} found: {}\n", place(expectation.span),
                                   to_string(expectation.verdict), outcome.found, printable(expectation.flow));
    const auto entry = [&](std::string_view label, const std::string& value) {
        if (!value.empty()) text += fmt::format("  {:<12}{}\n", label, printable(value));
    };
    entry("reason", expectation.reason);
    entry("export", outcome.export_path);
    entry("packets", outcome.region);
    entry("decided by", outcome.decided_by);
    entry("", outcome.text);
    for (const auto& condition : outcome.conditions) entry("depends on", condition);
    entry("witness", outcome.witness);
    return text;
}

std::string as_text(const std::vector<Outcome>& outcomes) {
    std::string text;
    std::size_t failed = 0;
    for (const auto& outcome : outcomes) {
        if (outcome.passed) continue;
        ++failed;
        text += failure_text(outcome);
    }
    text += fmt::format("{} of {} expectations hold\n", outcomes.size() - failed, outcomes.size());
    return text;
}

std::string as_json(const std::vector<Outcome>& outcomes) {
    Json tests = Json::array();
    std::size_t failed = 0;
    const auto or_null = [](const std::string& text) { return text.empty() ? Json(nullptr) : Json(printable(text)); };
    for (const auto& outcome : outcomes) {
        failed += !outcome.passed;
        const Expectation& expectation = *outcome.expectation;
        tests.push_back({{"file", printable(expectation.span.source->name())},
                         {"line", expectation.span.line()},
                         {"export", printable(outcome.export_path)},
                         {"flow", printable(expectation.flow)},
                         {"reason", or_null(expectation.reason)},
                         {"expected", to_string(expectation.verdict)},
                         {"found", outcome.found},
                         {"passed", outcome.passed},
                         {"packets", or_null(outcome.region)},
                         {"decided_by", or_null(outcome.decided_by)},
                         {"text", or_null(outcome.text)},
                         {"conditions", outcome.conditions},
                         {"witness", or_null(outcome.witness)}});
    }
    const Json document = {{"schema_version", 1},
                           {"command", "test"},
                           {"summary", {{"tests", outcomes.size()}, {"failed", failed}}},
                           {"tests", std::move(tests)}};
    return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

// The part of the format that every reader of it knows (Jenkins' junit-10.xsd): one suite a file.
std::string as_junit(const std::vector<Outcome>& outcomes) {
    pugi::xml_document document;
    pugi::xml_node suites = document.append_child("testsuites");
    std::map<std::string, std::pair<pugi::xml_node, std::pair<int, int>>> by_file;
    for (const auto& outcome : outcomes) {
        const Expectation& expectation = *outcome.expectation;
        const std::string file = printable(expectation.span.source->name());
        if (!by_file.contains(file)) by_file[file].first = suites.append_child("testsuite");
        auto& [suite, counts] = by_file[file];
        pugi::xml_node test = suite.append_child("testcase");
        const std::string name = fmt::format("line {}: {} {}", expectation.span.line(), to_string(expectation.verdict),
                                             printable(expectation.flow));
        test.append_attribute("name") = name.c_str();
        test.append_attribute("classname") = printable(outcome.export_path).c_str();
        ++counts.first;
        if (outcome.passed) continue;
        ++counts.second;
        pugi::xml_node failure = test.append_child("failure");
        failure.append_attribute("message") =
            fmt::format("{} expected, {} found", to_string(expectation.verdict), outcome.found).c_str();
        failure.append_child(pugi::node_pcdata).set_value(failure_text(outcome).c_str());
    }
    for (auto& [file, entry] : by_file) {
        auto& [suite, counts] = entry;
        suite.prepend_attribute("errors") = 0;
        suite.prepend_attribute("failures") = counts.second;
        suite.prepend_attribute("tests") = counts.first;
        suite.prepend_attribute("name") = file.c_str();
    }
    std::ostringstream out;
    document.save(out, "  ");
    return out.str();
}

int unusable(const std::vector<Error>& errors, World& world) {
    for (const auto& error : errors) print_error(error, world);
    return kUnusable;
}

}  // namespace

Result<int> run_test(const std::vector<std::string>& arguments, World& world) {
    po::options_description options("The tests", 120);
    const auto list = [] { return po::value<std::vector<std::string>>()->composing(); };
    auto add = options.add_options();
    add("export", po::value<std::string>()->value_name("FILE"), "the export of expectations that name none");
    add("format", list()->value_name("NAME"), "text (default), json or junit; may be given several times");
    add("output", list()->value_name("FILE"), "write the --format before it to FILE instead of standard output");
    options.add(store_options()).add(reading_options());
    const auto parsed = parse_arguments("test", arguments, options);
    if (!parsed) return fail(parsed.error());
    if (parsed->help) {
        world.out << help_text("test", kAbout, options);
        return kClean;
    }
    const auto outputs = read_outputs(*parsed, {"text", "json", "junit"});
    if (!outputs) return fail(outputs.error());
    const auto reading = read_reading_options(*parsed, world);
    if (!reading) return fail(reading.error());
    if (parsed->positional.empty()) return fail("no test file given", "write fwproof test FILE");
    if (parsed->has("export") && !reading->stores.empty())
        return fail("--export and --gpo, --mdm, --local exclude each other", "say of the file which store it is");
    Reading alone = *reading;  // of expectations that name their export
    alone.stores = {};

    std::vector<ExpectationFile> files;
    std::map<std::string, std::vector<Policy>> exports;
    std::vector<Outcome> outcomes;
    files.reserve(parsed->positional.size());
    for (const auto& path : parsed->positional) {
        const auto source = read_text(path, world);
        if (!source) return fail(source.error());
        auto file = load_expectations(*source);
        if (!file) return unusable(file.error(), world);
        if (file->expectations.empty())
            return fail(Error{"no expectation in it", "write for example: permit tcp any > 10.0.0.1:443", {}, path});
        files.push_back(std::move(*file));
        const std::string base = std::filesystem::path(path).parent_path().string();
        for (const auto& expectation : files.back().expectations) {
            const bool named = !expectation.export_path.empty();
            const std::string name =
                named ? beside(base, expectation.export_path) : asked_file(parsed->text("export"), *reading);
            if (name.empty()) {
                return fail(Error{"no export is named",
                                  "write 'export FILE' above it, or give --export FILE",
                                  expectation.span,
                                  {},
                                  *source});
            }
            const std::string key = fmt::format("{} {}", named, name);
            if (!exports.contains(key)) {
                auto policies = load_export(name, named ? alone : *reading, world);
                if (!policies) return fail(policies.error());
                if (policies->size() != 1)
                    return fail(Error{"holds several devices", "give one export a device", {}, name});
                exports[key] = std::move(*policies);
            }
            const auto at_line = [&](Error error) {
                error.span = expectation.span;
                error.keep = *source;
                return fail(std::move(error));
            };
            FlowQuery query = expectation.query;
            if (auto error = settle_interfaces(exports[key].front(), query)) return at_line(std::move(*error));
            const Answerer answerer(exports[key].front(), {query});
            const auto answers = answerer.ask(query);
            if (!answers) return at_line(answers.error());
            outcomes.push_back(judge(expectation, name, answerer, *answers));
        }
    }
    const auto render = [&](const NamedOutput& output) {
        const auto& format = output.format;
        return format == "json" ? as_json(outcomes) : format == "junit" ? as_junit(outcomes) : as_text(outcomes);
    };
    if (auto error = write_outputs(*outputs, render, world)) return fail(std::move(*error));
    const bool failed = std::any_of(outcomes.begin(), outcomes.end(), [](const Outcome& o) { return !o.passed; });
    return failed ? kFound : kClean;
}

}  // namespace fwproof::cli
