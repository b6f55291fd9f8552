#include "cli/baseline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "cli/options.hpp"
#include "cli/read.hpp"
#include "cli/version.hpp"

namespace fwproof::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kFormat = "fwproof-baseline/1";

tl::unexpected<Error> not_a_baseline(const std::string& path, std::string why) {
    Error error{fmt::format("is no baseline: {}", why), "write it with --write-baseline", {}};
    error.file = path;
    return fail(std::move(error));
}

const std::string& called(const std::string& file, const FileNames& names) {
    const auto name = names.find(file);
    return name == names.end() ? file : name->second;
}

// The text under that name; empty where there is none.
std::string text_of(const Json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

Result<Baseline> read_baseline(const std::string& path, World& world) {
    const auto source = read_text(path, world);
    if (!source) return fail(source.error());
    const Json file = Json::parse((*source)->text(), nullptr, false);
    if (!file.is_object()) return not_a_baseline(path, "it is not a JSON object");
    if (text_of(file, "format") != kFormat) return not_a_baseline(path, fmt::format("its format is not {}", kFormat));
    if (!file.contains("findings") || !file["findings"].is_array()) return not_a_baseline(path, "it has no findings");
    Baseline baseline;
    std::size_t number = 0;
    for (const auto& finding : file["findings"]) {
        ++number;
        if (!finding.is_object() || text_of(finding, "fingerprint").empty())
            return not_a_baseline(path, fmt::format("finding {} has no fingerprint", number));
        const auto severity = parse_severity(text_of(finding, "severity"));
        if (!severity) return not_a_baseline(path, fmt::format("finding {} has no severity", number));
        const auto entry = baseline
                               .emplace(text_of(finding, "fingerprint"),
                                        KnownFinding{*severity, text_of(finding, "check"), text_of(finding, "file"),
                                                     text_of(finding, "message")})
                               .first;
        entry->second.severity = std::max(entry->second.severity, *severity);
    }
    return baseline;
}

FileNames names_from(const std::string& baseline, const Report& report) {
    namespace fs = std::filesystem;
    std::error_code problem;
    const fs::path here = fs::current_path(problem);
    FileNames names;
    if (problem) return names;
    const fs::path base = baseline.empty() ? here : (here / baseline).lexically_normal().parent_path();
    const auto add = [&](const std::string& name) {
        // A revision of git is no path on disk, but its files are called as if they were.
        if (name.empty() || name == "-") return;
        const fs::path known = (here / name).lexically_normal().lexically_relative(base);
        // Without a baseline nothing is known of other directories.
        if (known.empty() || (baseline.empty() && *known.begin() == "..")) return;
        if (known.generic_string() != name) names.emplace(name, known.generic_string());
    };
    for (const auto& input : report.inputs) add(input.name);
    for (const auto& finding : report.findings) add(finding.file);
    return names;
}

std::string render_baseline(const Report& report, std::string_view written, const FileNames& names) {
    std::vector<const Finding*> findings;
    for (const auto& finding : report.findings)
        if (finding.waived_by.empty()) findings.push_back(&finding);
    std::sort(findings.begin(), findings.end(), [](const Finding* a, const Finding* b) {
        return std::tie(a->file, a->check, a->fingerprint) < std::tie(b->file, b->check, b->fingerprint);
    });
    Json file;
    file["format"] = kFormat;
    file["tool_version"] = kVersion;
    file["written"] = written;
    file["findings"] = Json::array();
    for (const Finding* finding : findings) {
        file["findings"].push_back({{"fingerprint", finding->fingerprint},
                                    {"check", finding->check},
                                    {"severity", to_string(finding->severity)},
                                    {"file", called(finding->file, names)},
                                    {"message", finding->message}});
    }
    return file.dump(2, ' ', true, Json::error_handler_t::replace) + "\n";
}

void leave_out_known(const Baseline& baseline, Report& report, const FileNames& names) {
    std::set<std::string_view> found_now;
    for (const auto& finding : report.findings) found_now.insert(finding.fingerprint);
    const auto looked_at = [&](const KnownFinding& known) {
        const auto is_input = [&](const ReportInput& input) { return called(input.name, names) == known.file; };
        return std::find(report.checks.begin(), report.checks.end(), known.check) != report.checks.end() &&
               (known.file.empty() || std::any_of(report.inputs.begin(), report.inputs.end(), is_input));
    };
    for (const auto& [fingerprint, known] : baseline) {
        if (found_now.contains(fingerprint) || !looked_at(known)) continue;
        Finding& gone = report.gone.emplace_back();
        gone.check = known.check;
        gone.severity = known.severity;
        gone.file = known.file;
        gone.message = known.message;
        gone.fingerprint = fingerprint;
    }
    std::vector<Finding> fresh;
    report.known.emplace();
    for (auto& finding : report.findings) {
        const auto found = baseline.find(finding.fingerprint);
        const bool known =
            finding.waived_by.empty() && found != baseline.end() && finding.severity <= found->second.severity;
        (known ? *report.known : fresh).push_back(std::move(finding));
    }
    report.findings = std::move(fresh);
}

}  // namespace fwproof::cli
