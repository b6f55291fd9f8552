// OSCAL 1.1 assessment results. A check is an objective: not satisfied where it found something, satisfied only when
// everything was assessed. A requirement of a standard is a statement: it takes what all the checks that speak for it
// say, and says nothing where one of them did not run. Observations hold the evidence, of what passes too. Identifiers
// are made from what they name, so the same result has the same ones.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "fwproof/base/digest.hpp"
#include "fwproof/check/check.hpp"
#include "report/words.hpp"

namespace fwproof::report {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kNameSpace = "https://fwproof.invalid/oscal";

// One line that starts and ends with something visible.
std::string text(std::string_view any) {
    std::string line = printable(any);
    line.erase(0, line.find_first_not_of(' '));
    line.erase(line.find_last_not_of(' ') + 1);
    return line.empty() ? "-" : line;
}

class OscalWriter {
public:
    explicit OscalWriter(const Report& report) : report_(report) {
        time_ = !report.timestamp.empty() ? report.timestamp
                : !report.day.empty()     ? report.day + "T00:00:00Z"
                                          : "1970-01-01T00:00:00Z";
        std::string all = report.tool_version + " " + time_;
        for (const auto& argument : report.arguments) all += "\n" + argument;
        for (const auto& file : report.files) all += "\n" + file.sha256 + " " + file.name;
        run_ = sha256(all);
    }

    Json document() {
        Json results;
        results["uuid"] = id("results");
        results["metadata"] = {{"title", "Assessment of firewall policies"},
                               {"last-modified", time_},
                               {"version", time_},
                               {"oscal-version", "1.1.2"},
                               {"props", Json::array({property("tool", "fwproof " + report_.tool_version)})}};
        results["import-ap"] = {{"href", "#" + id("plan")}};
        results["results"] = Json::array({result()});
        results["back-matter"] = {{"resources", resources()}};
        return {{"assessment-results", std::move(results)}};
    }

private:
    std::string id(std::string_view what) const { return uuid_of(fmt::format("{}/{}", run_, what)); }

    static Json property(std::string_view name, std::string_view value) {
        return {{"name", name}, {"ns", kNameSpace}, {"value", text(value)}};
    }

    Json resources() const {
        Json all = Json::array();
        all.push_back(
            {{"uuid", id("plan")},
             {"title", "Plan"},
             {"description",
              text(fmt::format("fwproof {} with the checks that are listed as reviewed controls", report_.command))}});
        for (const auto& file : report_.files) {
            all.push_back(
                {{"uuid", id("file " + file.name)},
                 {"title", text(file.name)},
                 {"props", Json::array({property("use", file.use)})},
                 {"rlinks",
                  Json::array({{{"href", uri_of(file.name)},
                                {"hashes", Json::array({{{"algorithm", "SHA-256"}, {"value", file.sha256}}})}}})}});
        }
        return all;
    }

    Json observation(const std::string& uuid, std::string_view title, std::string_view description,
                     const std::vector<std::string>& files) const {
        Json object{{"uuid", uuid}, {"title", text(title)}, {"description", text(description)}};
        object["methods"] = Json::array({"TEST"});
        Json evidence = Json::array();
        for (const auto& name : files) {
            for (const auto& file : report_.files) {
                if (file.name == name)
                    evidence.push_back({{"href", "#" + id("file " + name)}, {"description", text(name)}});
            }
        }
        if (!evidence.empty()) object["relevant-evidence"] = std::move(evidence);
        object["collected"] = time_;
        return object;
    }

    Json about(const Finding& finding, std::size_t number) const {
        const std::string where = place(finding.file, finding.span);
        std::string description = (where.empty() ? "" : where + ": ") + finding.message;
        for (const auto& rule : finding.decided_by)
            description += fmt::format("; decided by {}{}", rule.name, rule.verdict.empty() ? "" : ": " + rule.verdict);
        if (finding.witness) description += "; witness " + to_string(*finding.witness);
        if (finding.citation) description += "; because " + citation_text(*finding.citation);
        Json object = observation(id(fmt::format("finding {} {}", number, finding.fingerprint)), finding.check,
                                  description, {finding.file});
        object["props"] = Json::array({property("severity", to_string(finding.severity)),
                                       property("certainty", to_string(finding.certainty)),
                                       property("fingerprint", finding.fingerprint)});
        if (!finding.waived_by.empty()) object["props"].push_back(property("waived-by", finding.waived_by));
        return object;
    }

    Json about(const FlowRow& flow, std::size_t number) const {
        const bool passes = flow.judgement == Judgement::satisfied;
        std::string description =
            fmt::format("{} from {} ({}) to {} ({}){}: {}", flow.ports, flow.from, flow.from_hosts, flow.to,
                        flow.to_hosts, flow.firewall.empty() ? "" : fmt::format(" at {}, {}", flow.firewall, flow.path),
                        to_string(flow.judgement));
        std::vector<std::string> files;
        for (const auto& rule : passes ? flow.permitted_by : flow.stopped_by) {
            description += fmt::format("; {}{}", rule.name, rule.span ? " (" + place(rule.file, rule.span) + ")" : "");
            if (!rule.file.empty() && std::find(files.begin(), files.end(), rule.file) == files.end())
                files.push_back(rule.file);
        }
        if (passes && flow.passes) description += "; witness " + to_string(*flow.passes);
        if (!passes && flow.fails) description += "; witness " + to_string(*flow.fails);
        if (!flow.unchecked.empty()) description += "; " + flow.unchecked;
        if (flow.citation) description += "; because " + citation_text(*flow.citation);
        Json object = observation(id(fmt::format("flow {}", number)),
                                  fmt::format("required flow {} {}/{}", flow.catalog, flow.flow, flow.service),
                                  description, files);
        object["props"] = Json::array({property("verdict", to_string(flow.judgement))});
        return object;
    }

    // What one check found.
    struct Outcome {
        bool ran = false, fails = false, excused = true;  // excused: everything is waived
        std::vector<std::string> observations;
        bool satisfied(const Report& report) const { return ran && observations.empty() && !report.incomplete(); }
    };

    static std::string id_of(const std::string& check) {
        const Check* known = find_check(check);
        return known ? std::string(known->id) : check;
    }

    Json judged(const std::string& title, std::string_view type, const std::string& target, const Outcome& outcome,
                std::string description) const {
        const bool satisfied = outcome.observations.empty();
        Json status{{"state", satisfied ? "satisfied" : "not-satisfied"},
                    {"reason", satisfied       ? "pass"
                               : outcome.fails ? "fail"
                                               : "other"}};
        if (!satisfied && !outcome.fails) {
            status["remarks"] = outcome.excused ? "Everything that was found is waived."
                                                : "What was found is less severe than what makes the run fail.";
        }
        Json object{{"uuid", id(fmt::format("{} {}", type, target))},
                    {"title", text(title)},
                    {"description", text(description)},
                    {"target", {{"type", type}, {"target-id", target}, {"status", std::move(status)}}}};
        for (const auto& uuid : outcome.observations)
            object["related-observations"].push_back({{"observation-uuid", uuid}});
        return object;
    }

    // A requirement of a standard, and every check of the program that speaks for it.
    struct Requirement {
        const Standard* standard = nullptr;
        std::string number;
        std::vector<std::string> checks;
    };
    static std::map<std::string, Requirement> requirements() {
        std::map<std::string, Requirement> all;
        for (const Check* check : checks()) {
            for (const auto& entry : standard_entries(*check)) {
                std::string control = fmt::format("{}_{}", entry.standard->id, entry.requirement);
                const auto is_token = [](char c) {
                    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
                           c == '-' || c == '_';
                };
                for (char& c : control) c = is_token(c) ? c : '-';
                Requirement& requirement = all[control];
                requirement.standard = entry.standard;
                requirement.number = entry.requirement;
                requirement.checks.emplace_back(check->name);
            }
        }
        return all;
    }

    Json result() {
        Json observations = Json::array(), findings = Json::array(), objectives = Json::array();
        std::map<std::string, Outcome> outcomes;  // by the name of the check
        for (const auto& name : report_.checks) outcomes[name].ran = true;
        std::size_t number = 0;
        for (const auto& finding : report_.findings) {
            observations.push_back(about(finding, ++number));
            Outcome& outcome = outcomes[finding.check];
            outcome.ran = true;
            outcome.fails = outcome.fails || report_.fails(finding);
            outcome.excused = outcome.excused && !finding.waived_by.empty();
            outcome.observations.push_back(observations.back()["uuid"]);
        }
        number = 0;
        for (const auto& flow : report_.flows) observations.push_back(about(flow, ++number));

        std::vector<std::string> names = report_.checks, open;
        for (const auto& [name, outcome] : outcomes) {
            if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
        }
        Json checks_selected = Json::array();
        for (const auto& name : names) {
            const std::string control = id_of(name);
            const Outcome& outcome = outcomes.at(name);
            checks_selected.push_back({{"control-id", control}});
            objectives.push_back({{"objective-id", control}});
            if (outcome.observations.empty() && report_.incomplete()) {
                open.push_back(name);
                continue;
            }
            const Check* known = find_check(name);
            findings.push_back(judged(name, "objective-id", control, outcome,
                                      fmt::format("{}{}", known ? fmt::format("{}: ", known->summary) : "",
                                                  counted(outcome.observations.size(), "finding"))));
        }

        Json selections = Json::array();
        if (!checks_selected.empty()) {
            selections.push_back(
                {{"description", "Checks of fwproof by their ids"}, {"include-controls", std::move(checks_selected)}});
        } else {
            selections.push_back({{"description", "No check ran"}, {"include-all", Json::object()}});
        }
        std::map<std::string_view, Json> reviewed;  // by the title of the standard
        for (const auto& [control, requirement] : requirements()) {
            Outcome together;
            bool some = false, all = true;
            std::vector<std::string> ids;
            for (const auto& check : requirement.checks) {
                const auto outcome = outcomes.find(check);
                const bool ran = outcome != outcomes.end() && outcome->second.ran;
                some = some || ran;
                if (!ran) {
                    all = false;
                    continue;
                }
                ids.push_back(id_of(check));
                all = all && (outcome->second.satisfied(report_) || !outcome->second.observations.empty());
                together.fails = together.fails || outcome->second.fails;
                together.excused = together.excused && outcome->second.excused;
                together.observations.insert(together.observations.end(), outcome->second.observations.begin(),
                                             outcome->second.observations.end());
            }
            if (!some) continue;
            reviewed[requirement.standard->title].push_back({{"control-id", control}});
            if (together.observations.empty() && !all) continue;
            findings.push_back(
                judged(fmt::format("{}, {}", requirement.standard->title, requirement.number), "statement-id", control,
                       together,
                       fmt::format("As far as {} {} it; the requirement may ask for more than rules can show",
                                   fmt::join(ids, ", "), ids.size() == 1 ? "looks at" : "look at")));
        }
        for (auto& [title, controls] : reviewed)
            selections.push_back({{"description", text(title)}, {"include-controls", std::move(controls)}});

        Json object{{"uuid", id("result")},
                    {"title", text("fwproof " + report_.command)},
                    {"description", text(summary_line(report_))},
                    {"start", time_}};
        object["reviewed-controls"] = {{"control-selections", std::move(selections)}};
        if (!objectives.empty()) {
            object["reviewed-controls"]["control-objective-selections"] =
                Json::array({{{"description", "What each check looks for"}, {"include-objectives", objectives}}});
        }
        if (!observations.empty()) object["observations"] = std::move(observations);
        if (!findings.empty()) object["findings"] = std::move(findings);
        if (!open.empty()) {
            object["remarks"] =
                text(fmt::format("Not everything could be assessed, so nothing is said about the checks that found "
                                 "nothing: {}.",
                                 fmt::join(open, ", ")));
        }
        return object;
    }

    const Report& report_;
    std::string run_, time_;
};

}  // namespace

std::string render_oscal(const Report& report, const RenderOptions&) {
    return OscalWriter(report).document().dump(1, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace fwproof::report
