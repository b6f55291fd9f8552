// One result of many. Parts come in any order, and the answer does not depend on it.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/command.hpp"
#include "cli/options.hpp"
#include "cli/outputs.hpp"
#include "cli/own_json.hpp"
#include "cli/read.hpp"
#include "fwproof/base/printable.hpp"

namespace fwproof::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kAbout =
    R"(Makes one result of those that 'check' or 'lint' printed with --format jsonl or json, in any order. A RESULT may hold
many, one a line; '-' is standard input. No export may stand in two of them.

)";

struct Part {
    std::string file;
    std::size_t line = 0;
    Json result;
};

Error wrong(const Part& part, std::string message, std::string hint) {
    Error error{std::move(message), std::move(hint), {}};
    error.file = fmt::format("{}:{}", part.file, part.line);
    return error;
}

// The keys that are used below, with values of their kinds.
bool is_result(const Json& json) {
    if (!json.is_object() || json.value("schema_version", Json()) != 1) return false;
    for (const char* key : {"arguments", "inputs", "files", "catalogs", "checks", "assumptions", "findings", "flows"}) {
        if (!json.contains(key) || !json[key].is_array()) return false;
    }
    const auto all = [&](const char* list, auto holds) {
        return std::all_of(json[list].begin(), json[list].end(), holds);
    };
    const auto is_text = [](const Json& value) { return value.is_string(); };
    const auto has_file = [](const Json& value) {
        return value.is_object() && value.contains("file") && value["file"].is_string();
    };
    const auto is_input = [&](const Json& input) {
        if (!has_file(input)) return false;
        for (const char* key : {"rules", "conditional", "not_understood"}) {
            if (input.contains(key) && !input[key].is_number_unsigned()) return false;
        }
        return true;
    };
    const auto is_status = [](const Json& value) {
        return value.is_number_unsigned() && value.get<std::size_t>() <= static_cast<std::size_t>(kIncomplete);
    };
    const auto is_finding = [&](const Json& finding) {
        if (!has_file(finding)) return false;
        for (const char* key : {"check", "severity", "firewall", "message"}) {
            if (!finding.contains(key) || !finding[key].is_string()) return false;
        }
        return parse_severity(finding["severity"].get<std::string>()) && finding.contains("line") &&
               finding.contains("column") && finding.contains("waived_by");
    };
    return json.contains("command") && is_text(json["command"]) && json.contains("tool") && json["tool"].is_object() &&
           json.contains("timestamp") && json.contains("summary") && json["summary"].is_object() &&
           json["summary"].contains("exit_status") && is_status(json["summary"]["exit_status"]) &&
           all("arguments", is_text) && all("catalogs", is_text) && all("checks", is_text) &&
           all("assumptions", is_text) && all("inputs", is_input) && all("files", has_file) &&
           all("findings", is_finding);
}

Result<std::vector<Part>> read_parts(const std::string& path, World& world) {
    const auto source = read_text(path, world);
    if (!source) return fail(source.error());
    const std::string_view text = (*source)->text();
    const std::string name = path == "-" ? "standard input" : path;
    std::vector<Part> parts;
    std::size_t line = 0;
    for (std::size_t at = 0; at < text.size();) {
        ++line;
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string_view one = text.substr(at, end - at);
        at = end + 1;
        if (one.find_first_not_of(" \t\r") == std::string_view::npos) continue;
        Json result = parse_own_json(one);
        // One result over many lines, as --format json writes it.
        if (parts.empty() && result.is_discarded()) {
            if (Json whole = parse_own_json(text); whole.is_object()) {
                parts.push_back({name, 1, std::move(whole)});
                break;
            }
        }
        parts.push_back({name, line, std::move(result)});
    }
    if (parts.empty()) return fail(wrong({name, 1, {}}, "holds no result", "write one with --format jsonl"));
    for (const auto& part : parts) {
        if (is_result(part.result)) continue;
        const char* why = "is no result of fwproof check or fwproof lint";
        if (part.result.is_discarded())
            why = nested_too_deep(text) ? "is nested deeper than any result" : "is no JSON, or was cut";
        return fail(wrong(part, why, "write it with --format jsonl, and run this part again"));
    }
    return parts;
}

// The arguments of these options.
std::set<std::string> given(const Json& result, std::initializer_list<std::string_view> options) {
    std::set<std::string> asked;
    for (const auto& argument : result["arguments"]) {
        const auto text = argument.get<std::string>();
        for (const auto option : options) {
            if (text.starts_with(fmt::format("{}=", option))) asked.insert(text);
        }
    }
    return asked;
}

// The arguments that decide what every finding means.
std::set<std::string> question_of(const Json& result) { return given(result, {"--as-of", "--phase", "--reading"}); }

// What must be the same in all parts for their sum to mean something.
std::optional<Error> contradiction(const std::vector<Part>& parts) {
    const Json& first = parts.front().result;
    std::map<std::string, const Part*> exports;
    std::map<std::string, std::string> files;
    for (const auto& part : parts) {
        const auto& result = part.result;
        if (result["command"] != first["command"]) {
            return wrong(part,
                         fmt::format("is a result of {}, the first is one of {}", result["command"].get<std::string>(),
                                     first["command"].get<std::string>()),
                         "merge results of one command");
        }
        if (result["tool"] != first["tool"]) {
            return wrong(part, "was made by another version of fwproof than the first",
                         "run all parts with one version");
        }
        if (result["checks"] != first["checks"]) {
            return wrong(part, "ran other checks than the first", "run all parts with one --select and --ignore");
        }
        if (result["catalogs"] != first["catalogs"]) {
            return wrong(part, "was judged by other catalogs than the first", "run all parts with the same catalogs");
        }
        if (question_of(result) != question_of(first)) {
            return wrong(part, "was judged for another day, phase or reading than the first",
                         "run all parts with the same --as-of, --phase and --reading");
        }
        // A flow between two of the roles would be asked for, and counted, on both ends as if it were two.
        if (given(result, {"--as"}) != given(first, {"--as"})) {
            return wrong(part, "was judged as the host of another role than the first",
                         "run all parts with the same --as, or with a --site that binds every role to its hosts");
        }
        if (result.contains("matrix"))
            return wrong(part, "holds a matrix, which cannot be merged", "run the parts without --matrix");
        for (const auto& input : result["inputs"]) {
            const auto [known, added] =
                exports.emplace(input["file"].get<std::string>() + "\n" + input.value("device", ""), &part);
            if (!added) {
                return wrong(part,
                             fmt::format("{} is also in {}:{}", input["file"].get<std::string>(), known->second->file,
                                         known->second->line),
                             "give every export to one part");
            }
        }
        for (const auto& file : result["files"]) {
            const auto [known, added] = files.emplace(file["file"], file.value("sha256", ""));
            if (!added && known->second != file.value("sha256", "")) {
                return wrong(part, fmt::format("{} was another file than in another part", known->first),
                             "run all parts again");
            }
        }
    }
    return std::nullopt;
}

// All items of a list of every part: sorted, each once.
Json together(const std::vector<Part>& parts, const char* list) {
    std::map<std::string, const Json*> sorted;
    for (const auto& part : parts) {
        for (const auto& item : part.result[list]) {
            sorted.emplace(item.is_object() ? item.value("file", "") + "\n" + item.dump() : item.dump(), &item);
        }
    }
    Json all = Json::array();
    for (const auto& [key, item] : sorted) all.push_back(*item);
    return all;
}

// In how many parts a waiver covers nothing. One that a part has used is used.
std::map<std::string, std::set<const Part*>> unused_waivers(const std::vector<Part>& parts) {
    std::map<std::string, std::set<const Part*>> unused;
    for (const auto& part : parts) {
        for (const auto& finding : part.result["findings"]) {
            if (finding["check"] == "unused-waiver") unused[finding.dump()].insert(&part);
        }
    }
    return unused;
}

// In the order of a single run, where a finding without a place stands at the beginning of its file. What is found
// about a catalog is found by every part, and is told once.
Json findings_together(const std::vector<Part>& parts) {
    const auto number = [](const Json& value) {
        return value.is_number_unsigned() ? value.get<std::size_t>() : std::size_t{1};
    };
    const auto text = [](const Json& finding, const char* key) { return finding[key].get<std::string>(); };
    const auto key = [&](const Json& f) {
        return std::tuple(text(f, "file"), number(f["line"]), number(f["column"]), text(f, "check"),
                          text(f, "firewall"), text(f, "message"), f.dump());
    };
    const auto unused = unused_waivers(parts);
    std::map<decltype(key(Json())), const Json*> sorted;
    for (const auto& part : parts) {
        for (const auto& finding : part.result["findings"]) {
            if (finding["check"] == "unused-waiver" && unused.at(finding.dump()).size() < parts.size()) continue;
            sorted.emplace(key(finding), &finding);
        }
    }
    Json all = Json::array();
    for (const auto& [place, finding] : sorted) all.push_back(*finding);
    return all;
}

// Numbers are added; true only if all are true.
Json summary_together(const std::vector<Part>& parts) {
    Json sum = parts.front().result["summary"];
    for (std::size_t i = 1; i < parts.size(); ++i) {
        for (const auto& [key, value] : parts[i].result["summary"].items()) {
            Json& known = sum[key];
            if (value.is_boolean() && known.is_boolean()) {
                known = known.get<bool>() && value.get<bool>();
            } else if (value.is_number_unsigned()) {
                known = (known.is_number_unsigned() ? known.get<std::size_t>() : 0) + value.get<std::size_t>();
            }
        }
    }
    return sum;
}

// A required flow, whichever firewall it was judged at.
std::string flow_key(const Json& row) {
    std::string key;
    for (const char* part : {"catalog", "flow", "service", "ports", "from", "to"}) key += row.at(part).dump();
    return key;
}

std::size_t at(const Part& part, const char* key) { return part.result["summary"].value(key, std::size_t{0}); }

// Parts that asked for the same flows, each of its own exports: a flow must pass all of them. Where a row stands for
// several pairs of hosts, the part in which the fewest pass tells how many.
void count_same_flows(const std::vector<const Part*>& parts, Json& summary) {
    static const std::vector<std::string> kWorse = {"satisfied", "unchecked", "conditional", "partial", "missing"};
    const auto rank = [](const std::string& verdict) { return std::find(kWorse.begin(), kWorse.end(), verdict); };
    std::map<std::string, std::string> worst;
    for (const Part* part : parts) {
        for (const auto& row : part->result["flows"]) {
            const auto verdict = row.at("verdict").get<std::string>();
            const auto [known, added] = worst.emplace(flow_key(row), verdict);
            if (!added && rank(verdict) > rank(known->second)) known->second = verdict;
        }
    }
    const auto fewer = [](const char* key) {
        return [key](const Part* a, const Part* b) { return at(*a, key) < at(*b, key); };
    };
    const auto least = [&](const char* key) {
        return at(**std::min_element(parts.begin(), parts.end(), fewer(key)), key);
    };
    const auto most = [&](const char* key) {
        return at(**std::max_element(parts.begin(), parts.end(), fewer(key)), key);
    };
    const bool rows_are_flows = worst.size() == most("required_flows") && worst.size() == least("required_flows");
    const auto rows = [&](std::string_view verdict) {
        return static_cast<std::size_t>(
            std::count_if(worst.begin(), worst.end(), [&](const auto& one) { return one.second == verdict; }));
    };
    const auto add = [&](const char* key, std::size_t number) {
        summary[key] = summary[key].get<std::size_t>() + number;
    };
    add("required_flows", most("required_flows"));
    add("satisfied", rows_are_flows ? rows("satisfied") : least("satisfied"));
    add("undecided", rows_are_flows ? rows("conditional") : most("undecided"));
    add("unchecked", rows_are_flows ? rows("unchecked") : most("unchecked"));
}

void count_flows(const std::vector<Part>& parts, Json& summary) {
    std::map<std::set<std::string>, std::vector<const Part*>> questions;
    for (const Part& part : parts) {
        std::set<std::string> asked;
        for (const auto& row : part.result["flows"]) asked.insert(flow_key(row));
        questions[asked].push_back(&part);
    }
    for (const char* key : {"required_flows", "satisfied", "undecided", "unchecked"}) summary[key] = 0;
    for (const auto& [asked, same] : questions) {
        if (same.size() > 1) {
            count_same_flows(same, summary);
            continue;
        }
        for (const char* key : {"required_flows", "satisfied", "undecided", "unchecked"}) {
            summary[key] = summary[key].get<std::size_t>() + at(*same[0], key);
        }
    }
}

// As a single run counts them.
void count(const Json& findings, Json& summary) {
    for (const char* key : {"errors", "warnings", "notes", "waived"}) summary[key] = 0;
    for (const auto& finding : findings) {
        const bool waived = finding["waived_by"].is_string();
        Json& known = summary[waived ? "waived" : finding["severity"].get<std::string>() + "s"];
        known = (known.is_number() ? known.get<int>() : 0) + 1;
    }
}

int exit_status(const std::vector<Part>& parts, const Json& findings, std::optional<Severity> fail_on) {
    const auto fails = [&](const Json& finding) {
        if (!fail_on || finding["waived_by"].is_string()) return false;
        const auto severity = parse_severity(finding["severity"].get<std::string>());
        return severity && *severity >= *fail_on;
    };
    if (std::any_of(findings.begin(), findings.end(), fails)) return kFound;
    const auto incomplete = [](const Part& part) { return part.result["summary"]["exit_status"] == kIncomplete; };
    return std::any_of(parts.begin(), parts.end(), incomplete) ? kIncomplete : kClean;
}

Json merged(const std::vector<Part>& parts, std::optional<Severity> fail_on) {
    Json result = parts.front().result;
    for (const auto& part : parts) {
        const Json& time = part.result["timestamp"];
        if (time.is_string() && (!result["timestamp"].is_string() || result["timestamp"] < time))
            result["timestamp"] = time;
    }
    result["summary"] = summary_together(parts);
    count_flows(parts, result["summary"]);
    for (const char* list : {"arguments", "inputs", "files", "assumptions", "flows"}) {
        result[list] = together(parts, list);
    }
    result["findings"] = findings_together(parts);
    count(result["findings"], result["summary"]);
    result["summary"]["exit_status"] = exit_status(parts, result["findings"], fail_on);
    return result;
}

// What a single run says in its last line.
std::string sum_as_text(const Json& result) {
    const Json& summary = result["summary"];
    const auto count = [&](const char* key) { return summary.value(key, std::size_t{0}); };
    const auto counted = [](std::size_t number, std::string_view what) {
        return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
    };
    std::string text =
        fmt::format("{}, {}, {}, {} waived; ", counted(count("errors"), "error"), counted(count("warnings"), "warning"),
                    counted(count("notes"), "note"), count("waived"));
    if (result["command"] == "check") {
        text +=
            fmt::format("{} of {} satisfied", count("satisfied"), counted(count("required_flows"), "required flow"));
        for (const char* key : {"undecided", "unchecked"})
            if (count(key) > 0) text += fmt::format(", {} {}", count(key), key);
        text += "; ";
    }
    if (!summary.value("complete", false)) text += "not complete; ";
    std::size_t rules = 0, conditional = 0, not_understood = 0;
    for (const auto& input : result["inputs"]) {
        rules += input.value("rules", std::size_t{0});
        conditional += input.value("conditional", std::size_t{0});
        not_understood += input.value("not_understood", std::size_t{0});
    }
    text += fmt::format("{}, {}, ", counted(result["inputs"].size(), "export"), counted(rules, "rule"));
    if (conditional > 0) text += fmt::format("{} of them conditional, ", conditional);
    return text + (not_understood == 0 ? "every statement understood"
                                       : counted(not_understood, "statement") + " not understood");
}

// One line a finding, as compilers print them, what is assumed, and the sum.
std::string as_text(const Json& result) {
    std::string text;
    const auto said = [](const Json& value) { return printable(value.get<std::string>()); };
    for (const auto& finding : result["findings"]) {
        if (finding["waived_by"].is_string()) continue;
        const auto place = [&](const char* key) {
            return finding[key].is_number_unsigned() ? fmt::format(":{}", finding[key].get<std::size_t>())
                                                     : std::string();
        };
        text += fmt::format("{}{}{}: {}[{}]: {}\n", said(finding["file"]), place("line"), place("column"),
                            said(finding["severity"]), said(finding["check"]), said(finding["message"]));
    }
    if (!text.empty()) text += "\n";
    for (const auto& assumption : result["assumptions"]) text += fmt::format("assumed: {}\n", said(assumption));
    if (!result["assumptions"].empty()) text += "\n";
    return text + sum_as_text(result) + "\n";
}

}  // namespace

Result<int> run_merge(const std::vector<std::string>& arguments, World& world) {
    po::options_description options("Options", 120);
    auto add = options.add_options();
    add("format", po::value<std::vector<std::string>>()->composing()->value_name("NAME"),
        "json (default), jsonl or text; may be given several times");
    add("output", po::value<std::vector<std::string>>()->composing()->value_name("FILE"),
        "where the format before it goes (default: standard output)");
    add("fail-on", po::value<std::string>()->value_name("SEVERITY"),
        "exit with 1 for findings at or above: error (default), warning, note or never");
    const auto parsed = parse_arguments("merge", arguments, options);
    if (!parsed) return fail(parsed.error());
    if (parsed->help) {
        world.out << help_text("merge", kAbout, options);
        return kClean;
    }
    const auto outputs = read_outputs(*parsed, {"json", "jsonl", "text"});
    if (!outputs) return fail(outputs.error());
    const auto fail_on = read_fail_on(*parsed);
    if (!fail_on) return fail(fail_on.error());
    if (parsed->positional.empty()) return fail("no result given", "name the files that --format jsonl wrote, or '-'");
    std::vector<Part> parts;
    for (const auto& path : parsed->positional) {
        auto more = read_parts(path, world);
        if (!more) return fail(more.error());
        std::move(more->begin(), more->end(), std::back_inserter(parts));
    }
    Json result;
    std::string text;
    try {
        if (auto error = contradiction(parts)) return fail(std::move(*error));
        result = merged(parts, *fail_on);
        text = as_text(result);
    } catch (const Json::exception&) {
        return fail("a result holds a value of the wrong kind", "give the files as --format jsonl wrote them");
    }
    const auto render = [&](const NamedOutput& output) {
        if (output.format == "text") return text;
        return result.dump(output.format == "json" ? 2 : -1, ' ', true, Json::error_handler_t::replace) + "\n";
    };
    if (auto error = write_outputs(*outputs, render, world)) return fail(std::move(*error));
    return result["summary"]["exit_status"].get<int>();
}

}  // namespace fwproof::cli
