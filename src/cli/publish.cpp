#include "cli/publish.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>

#include "cli/interrupt.hpp"
#include "cli/outputs.hpp"
#include "cli/version.hpp"

namespace fwproof::cli {

std::optional<Error> cannot_write(const std::string& path, int reason) {
    const bool full = reason == ENOSPC || reason == EDQUOT;
    const char* hint = full               ? "free some space and run again"
                       : reason == EFBIG  ? "allow larger files: ulimit -f unlimited"
                       : reason == ENOENT ? "make the directory first"
                       : reason == EISDIR ? "name a file in it"
                                          : "check the directory and its permissions";
    Error error{fmt::format("cannot be written: {}", std::strerror(reason)), hint, {}};
    error.file = path;
    return error;
}

namespace {

bool write_bytes(const std::string& path, const std::string& bytes) {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    if (!out || !out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()))) return false;
    out.close();
    return static_cast<bool>(out);
}

void count(Report& report) {
    for (const auto& finding : report.findings) {
        if (!finding.waived_by.empty()) {
            ++report.waived;
        } else if (finding.severity == Severity::error) {
            ++report.errors;
        } else if (finding.severity == Severity::warning) {
            ++report.warnings;
        } else {
            ++report.notes;
        }
    }
}

int exit_status(const Report& report, const Reporting& reporting) {
    if (report.exit_code == kFound) return kFound;
    const auto fails = [&](const Finding& f) { return report.fails(f); };
    if (std::any_of(report.findings.begin(), report.findings.end(), fails)) return kFound;
    return reporting.strict && report.incomplete() ? kIncomplete : kClean;
}

}  // namespace

std::optional<Error> write_whole_file(const std::string& path, const std::string& bytes) {
    namespace fs = std::filesystem;
    std::error_code ignored;
    const auto status = fs::status(path, ignored);
    // A terminal, a pipe or /dev/null is written to and not replaced; by this name, as a pipe behind /dev/stdout has no
    // other.
    if (fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status)) {
        if (!write_bytes(path, bytes)) return cannot_write(path, errno);
        return std::nullopt;
    }
    const fs::path target = fs::is_symlink(path, ignored) ? fs::weakly_canonical(path, ignored) : fs::path(path);
    const std::string temporary = fmt::format("{}.{}.tmp", target.string(), getpid());
    const Unfinished unfinished(temporary);
    if (write_bytes(temporary, bytes) && std::rename(temporary.c_str(), target.c_str()) == 0) return std::nullopt;
    auto error = cannot_write(path, errno);
    std::remove(temporary.c_str());
    return error;
}

ReportInput report_input(const LoadedPolicy& loaded) {
    ReportInput input;
    input.name = loaded.file;
    input.vendor = loaded.policy->vendor;
    input.device = loaded.policy->device;
    for (const auto& interface : loaded.policy->interfaces) {
        if (!interface.name.empty() && !interface.description.empty() && interface.description != interface.name)
            input.interfaces.emplace(interface.name, interface.description);
    }
    // A statement can stand in several rulesets (one for each profile of Windows) and in several parts.
    std::map<std::pair<const Source*, std::uint32_t>, bool> statements;  // to whether it is exact
    for (const auto& ruleset : loaded.policy->rulesets) {
        for (const auto& rule : ruleset.rules) {
            if (rule.implicit) continue;
            const bool exact = rule.match.exact();
            if (rule.span) {
                bool& whole = statements.try_emplace({rule.span.source, rule.span.offset}, true).first->second;
                whole = whole && exact;
            } else {
                ++input.rules;
                if (!exact) ++input.conditional;
            }
        }
    }
    input.rules += statements.size();
    input.conditional += static_cast<std::size_t>(
        std::count_if(statements.begin(), statements.end(), [](const auto& one) { return !one.second; }));
    input.not_understood = static_cast<std::size_t>(std::count_if(
        loaded.policy->notes.begin(), loaded.policy->notes.end(),
        [](const Note& n) { return n.kind == NoteKind::unparsed_line || n.kind == NoteKind::partial_export; }));
    return input;
}

Result<int> publish(Report report, const Reporting& reporting, World& world, const OwnFormats& own) {
    std::string baseline;
    if (!reporting.write_baseline.empty()) {
        const FingerprintNames names = names_from(reporting.write_baseline, report);
        set_fingerprints(report.findings, names);
        baseline = render_baseline(report, report.day, names);
    }
    const FingerprintNames names =
        reporting.baseline ? names_in(*reporting.baseline, report) : names_from(reporting.baseline_file, report);
    set_fingerprints(report.findings, names);
    if (reporting.baseline) leave_out_known(*reporting.baseline, report, names);
    count(report);
    report.tool_version = kVersion;
    report.timestamp = reporting.timestamp;
    report.fail_on = reporting.fail_on;
    report.exit_code = exit_status(report, reporting);

    world.doing("writing the reports");
    const auto render = [&](const NamedOutput& output) {
        if (own) {
            if (auto bytes = own(output.format, report)) return std::move(*bytes);
        }
        RenderOptions options;
        options.color = output.path.empty() && reporting.color;
        const auto all = formats();
        const auto format =
            std::find_if(all.begin(), all.end(), [&](const Format& f) { return f.name == output.format; });
        return format->render(report, options);
    };
    std::vector<std::pair<std::string, std::string>> more;
    if (!baseline.empty()) {
        if (auto error = refuse_other_file(reporting.write_baseline, world)) return fail(std::move(*error));
        more.emplace_back(reporting.write_baseline, std::move(baseline));
    }
    if (auto error = write_outputs(reporting.outputs, render, world, std::move(more))) return fail(std::move(*error));
    return report.exit_code;
}

}  // namespace fwproof::cli
