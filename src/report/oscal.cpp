// OSCAL 1.1 assessment results. A check is an objective: not satisfied where it found something, satisfied only when
// everything was assessed. A requirement of a standard is a statement: it takes what all the checks that speak for it
// say, and says nothing where one of them did not run. Observations hold the evidence, of what passes too. Identifiers
// are made from what they name, so the same result has the same ones.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "fwproof/base/digest.hpp"
#include "report/outcomes.hpp"
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
        if (!flow.counts) description += "; it does not count, another alternative or reading decides";
        if (!flow.unchecked.empty()) description += "; " + flow.unchecked;
        if (flow.citation) description += "; because " + citation_text(*flow.citation);
        Json object = observation(id(fmt::format("flow {}", number)),
                                  fmt::format("required flow {} {}/{}", flow.catalog, flow.flow, flow.service),
                                  description, files);
        object["props"] = Json::array({property("verdict", to_string(flow.judgement))});
        return object;
    }

    Json judged(const std::string& title, std::string_view type, const std::string& target, const Outcome& outcome,
                const std::vector<std::string>& observations, const std::string& description) const {
        const bool satisfied = outcome.kind == OutcomeKind::clear;
        Json status{{"state", satisfied ? "satisfied" : "not-satisfied"},
                    {"reason", satisfied       ? "pass"
                               : outcome.fails ? "fail"
                                               : "other"}};
        if (outcome.kind == OutcomeKind::excused) {
            status["remarks"] = outcome.known > 0 ? "All that was found is waived or in the baseline."
                                                  : "All that was found is waived.";
        } else if (!satisfied && !outcome.fails) {
            status["remarks"] = "What was found is less severe than what makes the run fail.";
        }
        Json object{{"uuid", id(fmt::format("{} {}", type, target))},
                    {"title", text(title)},
                    {"description", text(description)},
                    {"target", {{"type", type}, {"target-id", target}, {"status", std::move(status)}}}};
        for (const std::size_t i : outcome.findings)
            object["related-observations"].push_back({{"observation-uuid", observations[i]}});
        return object;
    }

    // "pci-dss-4.0.1_1.2.5": an identifier of OSCAL begins with a letter and has no blank.
    static std::string control_id(const RequirementOutcome& requirement) {
        std::string control = fmt::format("{}_{}", requirement.standard->id, requirement.requirement);
        const auto fits = [](char c) {
            return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' ||
                   c == '_';
        };
        for (char& c : control) c = fits(c) ? c : '-';
        return control;
    }

    Json result() {
        Json observations = Json::array(), findings = Json::array(), objectives = Json::array();
        std::vector<std::string> uuids;  // of the observation of each finding
        for (const auto& finding : report_.findings) {
            observations.push_back(about(finding, uuids.size() + 1));
            uuids.push_back(observations.back()["uuid"]);
        }
        std::size_t number = 0;
        for (const auto& flow : report_.flows) observations.push_back(about(flow, ++number));

        Json own = Json::array(), selections = Json::array();
        std::vector<std::string> open;
        for (const auto& one : check_outcomes(report_)) {
            own.push_back({{"control-id", one.id()}});
            objectives.push_back({{"objective-id", one.id()}});
            if (one.outcome.kind == OutcomeKind::unassessed) {
                open.push_back(one.name);
                continue;
            }
            findings.push_back(judged(one.name, "objective-id", one.id(), one.outcome, uuids,
                                      fmt::format("{}{}", one.check ? fmt::format("{}: ", one.check->summary) : "",
                                                  counted(one.outcome.findings.size(), "finding"))));
        }
        if (own.empty()) {
            selections.push_back({{"description", "No check ran"}, {"include-all", Json::object()}});
        } else {
            selections.push_back({{"description", "Checks of fwproof by their ids"}, {"include-controls", own}});
        }
        for (const auto& one : requirement_outcomes(report_)) {
            const std::string title(one.standard->title);
            if (selections.back()["description"] != title)
                selections.push_back({{"description", title}, {"include-controls", Json::array()}});
            selections.back()["include-controls"].push_back({{"control-id", control_id(one)}});
            if (one.outcome.kind == OutcomeKind::unassessed) continue;
            findings.push_back(judged(
                fmt::format("{}, {}", title, one.requirement), "statement-id", control_id(one), one.outcome, uuids,
                fmt::format("As far as {} {} at it; the requirement may ask for more than rules can show",
                            fmt::join(one.ids, ", "), one.ids.size() == 1 ? "looks" : "look")));
        }

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
