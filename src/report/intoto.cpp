// An in-toto statement about the exports, predicate test-result v0.1, unsigned. A test is a check or a required flow at
// a firewall; it passed only where everything that it could rest on was understood.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/outcomes.hpp"
#include "report/words.hpp"

namespace fwproof::report {

namespace {

using Json = nlohmann::ordered_json;

Json described(const ReportFile& file) {
    return {{"name", printable(file.name)}, {"digest", {{"sha256", file.sha256}}}};
}

}  // namespace

std::string render_intoto(const Report& report, const RenderOptions&) {
    Json subject = Json::array(), configuration = Json::array();
    for (const auto& file : report.files) (file.use == "export" ? subject : configuration).push_back(described(file));
    Json annotations{{"version", report.tool_version}, {"command", report.command}, {"arguments", report.arguments}};
    configuration.push_back({{"name", "fwproof"},
                             {"uri", "pkg:generic/fwproof@" + report.tool_version},
                             {"annotations", std::move(annotations)}});

    Json passed = Json::array(), warned = Json::array(), failed = Json::array();
    for (const auto& [name, check, outcome] : check_outcomes(report))
        (outcome.fails ? failed : outcome.kind == OutcomeKind::clear ? passed : warned).push_back("check " + name);
    for (const auto& flow : report.flows) {
        if (!flow.counts) continue;
        const bool passes = flow.judgement == Judgement::satisfied;
        const bool stopped = flow.judgement == Judgement::missing || flow.judgement == Judgement::partial;
        (passes    ? passed
         : stopped ? failed
                   : warned)
            .push_back(printable(
                fmt::format("flow {} {}/{} from {} to {}{}", flow.catalog, flow.flow, flow.service, flow.from, flow.to,
                            flow.firewall.empty() ? "" : fmt::format(" at {}, {}", flow.firewall, flow.path))));
    }
    const bool fails = std::any_of(report.findings.begin(), report.findings.end(),
                                   [&](const Finding& finding) { return report.fails(finding); });
    const bool known = report.known && !report.known->empty();
    const bool clean = report.findings.empty() && !known && !report.incomplete();
    Json statement;
    statement["_type"] = "https://in-toto.io/Statement/v1";
    statement["subject"] = std::move(subject);
    statement["predicateType"] = "https://in-toto.io/attestation/test-result/v0.1";
    statement["predicate"] = {{"result", fails   ? "FAILED"
                                         : clean ? "PASSED"
                                                 : "WARNED"},
                              {"configuration", std::move(configuration)},
                              {"passedTests", std::move(passed)},
                              {"warnedTests", std::move(warned)},
                              {"failedTests", std::move(failed)}};
    return statement.dump(1, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace fwproof::report
