// One JSON object. Keys are only ever added; schema_version changes when one changes its meaning.
#include <fmt/format.h>

#include "fwproof/base/secrets.hpp"
#include "fwproof/check/check.hpp"
#include "report/json.hpp"
#include "report/words.hpp"

namespace fwproof::report {

namespace {

using Json = nlohmann::ordered_json;

void add_place(Json& object, const std::string& file, const SourceSpan& span) {
    object["file"] = file.empty() && span ? span.source->name() : file;
    object["line"] = span ? Json(span.line()) : Json(nullptr);
    object["column"] = span ? Json(span.column()) : Json(nullptr);
}

Json decided_by(const RuleEvidence& rule) {
    Json object;
    object["rule"] = rule.name;
    if (!rule.title.empty()) object["title"] = rule.title;
    object["verdict"] = rule.verdict;
    object["surely"] = rule.surely;
    add_place(object, rule.file, rule.span);
    object["text"] = rule.span ? Json(shown_text(rule.span)) : Json(nullptr);
    return object;
}

Json citation(const Citation& cited) {
    return {{"document", cited.document}, {"section", cited.section}, {"row", cited.row}, {"line", cited.line}};
}

Json catalog(const Finding& finding) {
    if (finding.catalog.empty() && !finding.citation) return nullptr;
    Json object;
    object["id"] = finding.catalog;
    object["flow"] = finding.flow;
    object["service"] = finding.service;
    if (finding.citation) object.update(citation(*finding.citation));
    return object;
}

Json finding_object(const Finding& finding) {
    const Check* check = find_check(finding.check);
    Json object;
    object["check"] = finding.check;
    object["id"] = check ? Json(check->id) : Json(nullptr);
    object["standards"] = Json::array();
    if (check) {
        for (const auto& [standard, requirement] : standard_entries(*check))
            object["standards"].push_back({{"standard", standard->id}, {"requirement", requirement}});
    }
    object["severity"] = to_string(finding.severity);
    object["certainty"] = to_string(finding.certainty);
    object["firewall"] = finding.firewall;
    add_place(object, finding.file, finding.span);
    object["message"] = finding.message;
    object["decided_by"] = Json::array();
    for (const auto& rule : finding.decided_by) object["decided_by"].push_back(decided_by(rule));
    object["witness"] = finding.witness ? Json(to_string(*finding.witness)) : Json(nullptr);
    object["region"] = Json::array();
    for (const auto& product : finding.region) object["region"].push_back(to_string(product));
    object["region_complete"] = finding.region_complete;
    if (!finding.needed.empty()) {
        for (const auto& product : finding.needed) object["needed"].push_back(to_string(product));
    }
    object["details"] = finding.details;
    object["conditions"] = finding.conditions;
    object["catalog"] = catalog(finding);
    object["fix"] = finding.fix.empty() ? Json(nullptr) : Json(finding.fix);
    object["fix_proven"] = finding.fix_proven;
    object["waived_by"] = finding.waived_by.empty() ? Json(nullptr) : Json(finding.waived_by);
    object["fingerprint"] = finding.fingerprint;
    return object;
}

Json flow_object(const FlowRow& flow) {
    Json object;
    object["catalog"] = flow.catalog;
    object["flow"] = flow.flow;
    object["service"] = flow.service;
    object["ports"] = flow.ports;
    object["from"] = {{"role", flow.from}, {"hosts", flow.from_hosts}};
    object["to"] = {{"role", flow.to}, {"hosts", flow.to_hosts}};
    object["pairs"] = flow.pairs;
    object["firewall"] = flow.firewall.empty() ? Json(nullptr) : Json(flow.firewall);
    object["path"] = flow.path.empty() ? Json(nullptr) : Json(flow.path);
    object["verdict"] = to_string(flow.judgement);
    object["counts"] = flow.counts;
    object["permitted_by"] = Json::array();
    for (const auto& rule : flow.permitted_by) object["permitted_by"].push_back(decided_by(rule));
    object["passes"] = flow.passes ? Json(to_string(*flow.passes)) : Json(nullptr);
    object["stopped_by"] = Json::array();
    for (const auto& rule : flow.stopped_by) object["stopped_by"].push_back(decided_by(rule));
    object["fails"] = flow.fails ? Json(to_string(*flow.fails)) : Json(nullptr);
    object["conditions"] = flow.conditions;
    object["unchecked"] = flow.unchecked.empty() ? Json(nullptr) : Json(flow.unchecked);
    object["citation"] = flow.citation ? citation(*flow.citation) : Json(nullptr);
    return object;
}

Json matrix(const std::vector<MatrixCell>& cells) {
    Json array = Json::array();
    for (const auto& cell : cells) {
        Json services = Json::array();
        for (const auto& service : cell.services) {
            Json object;
            object["ports"] = service.ports;
            object["entry"] = service.entry;
            object["verdict"] = service.verdict;
            services.push_back(std::move(object));
        }
        Json object;
        object["catalog"] = cell.catalog;
        object["from"] = cell.from;
        object["to"] = cell.to;
        object["services"] = std::move(services);
        array.push_back(std::move(object));
    }
    return array;
}

Json summary(const Report& report) {
    Json object;
    object["errors"] = report.errors;
    object["warnings"] = report.warnings;
    object["notes"] = report.notes;
    object["waived"] = report.waived;
    object["in_baseline"] = report.known ? Json(report.known->size()) : Json(nullptr);
    object["required_flows"] = report.required;
    object["satisfied"] = report.satisfied;
    object["undecided"] = report.undecided;
    object["unchecked"] = report.unchecked;
    object["complete"] = !report.incomplete();
    object["exit_status"] = report.exit_code;
    return object;
}

}  // namespace

nlohmann::ordered_json result_object(const Report& report) {
    Json object;
    object["schema_version"] = 1;
    object["tool"] = {{"name", "fwproof"}, {"version", report.tool_version}};
    object["command"] = report.command;
    object["arguments"] = report.arguments;
    object["timestamp"] = report.timestamp.empty() ? Json(nullptr) : Json(report.timestamp);
    object["summary"] = summary(report);
    object["inputs"] = Json::array();
    for (const auto& input : report.inputs) {
        object["inputs"].push_back({{"file", input.name},
                                    {"vendor", input.vendor},
                                    {"device", input.device},
                                    {"rules", input.rules},
                                    {"conditional", input.conditional},
                                    {"not_understood", input.not_understood}});
    }
    object["files"] = Json::array();
    for (const auto& file : report.files) {
        object["files"].push_back(
            {{"file", file.name}, {"use", file.use}, {"sha256", file.sha256}, {"bytes", file.bytes}});
    }
    object["catalogs"] = report.catalogs;
    object["checks"] = report.checks;
    object["assumptions"] = report.assumptions;
    if (!report.matrix.empty()) object["matrix"] = matrix(report.matrix);
    object["findings"] = Json::array();
    for (const auto& finding : report.findings) object["findings"].push_back(finding_object(finding));
    object["flows"] = Json::array();
    for (const auto& flow : report.flows) object["flows"].push_back(flow_object(flow));
    return object;
}

std::string render_json(const Report& report, const RenderOptions&) {
    return result_object(report).dump(2, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace fwproof::report
