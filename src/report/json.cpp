// One JSON object. Keys are only ever added; schema_version changes when one changes its meaning.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

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
    object["verdict"] = rule.verdict;
    object["surely"] = rule.surely;
    add_place(object, rule.file, rule.span);
    object["text"] = rule.span ? Json(std::string(rule.span.text())) : Json(nullptr);
    return object;
}

Json catalog(const Finding& finding) {
    if (finding.catalog.empty() && !finding.citation) return nullptr;
    Json object;
    object["id"] = finding.catalog;
    object["flow"] = finding.flow;
    object["service"] = finding.service;
    if (finding.citation) {
        object["document"] = finding.citation->document;
        object["section"] = finding.citation->section;
        object["row"] = finding.citation->row;
        object["line"] = finding.citation->line;
    }
    return object;
}

Json finding_object(const Finding& finding) {
    Json object;
    object["check"] = finding.check;
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
    object["details"] = finding.details;
    object["conditions"] = finding.conditions;
    object["catalog"] = catalog(finding);
    object["fix"] = finding.fix.empty() ? Json(nullptr) : Json(finding.fix);
    object["fix_proven"] = finding.fix_proven;
    object["waived_by"] = finding.waived_by.empty() ? Json(nullptr) : Json(finding.waived_by);
    return object;
}

Json summary(const Report& report) {
    Json object;
    object["errors"] = report.errors;
    object["warnings"] = report.warnings;
    object["notes"] = report.notes;
    object["waived"] = report.waived;
    object["required_flows"] = report.required;
    object["satisfied"] = report.satisfied;
    object["undecided"] = report.undecided;
    object["unchecked"] = report.unchecked;
    object["complete"] = !report.incomplete();
    object["exit_status"] = report.exit_code;
    return object;
}

}  // namespace

std::string render_json(const Report& report, const RenderOptions&) {
    Json object;
    object["schema_version"] = 1;
    object["tool"] = {{"name", "fwproof"}, {"version", report.tool_version}};
    object["command"] = report.command;
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
    object["catalogs"] = report.catalogs;
    object["assumptions"] = report.assumptions;
    object["findings"] = Json::array();
    for (const auto& finding : report.findings) object["findings"].push_back(finding_object(finding));
    return object.dump(2, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace fwproof::report
