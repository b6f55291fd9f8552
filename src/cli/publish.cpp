#include "cli/publish.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "cli/version.hpp"

namespace fwproof::cli {

std::optional<Error> write_whole_file(const std::string& path, const std::string& bytes) {
    const std::string temporary = fmt::format("{}.{}.tmp", path, getpid());
    const auto failed = [&] {
        Error error{
            fmt::format("cannot be written: {}", std::strerror(errno)), "check the directory and its permissions", {}};
        error.file = path;
        std::remove(temporary.c_str());
        return error;
    };
    std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
    if (!out || !out.write(bytes.data(), static_cast<std::streamsize>(bytes.size())) || !out.flush()) return failed();
    out.close();
    if (std::rename(temporary.c_str(), path.c_str()) != 0) return failed();
    return std::nullopt;
}

namespace {

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
    const auto fails = [&](const Finding& f) {
        return f.waived_by.empty() && reporting.fail_on && f.severity >= *reporting.fail_on;
    };
    if (std::any_of(report.findings.begin(), report.findings.end(), fails)) return kFound;
    return reporting.strict && report.incomplete() ? kIncomplete : kClean;
}

}  // namespace

Result<int> publish(Report report, const Reporting& reporting, World& world) {
    count(report);
    report.tool_version = kVersion;
    report.timestamp = reporting.timestamp;
    report.exit_code = exit_status(report, reporting);

    // Everything is rendered before anything is written, and standard output comes last.
    std::string answer;
    std::vector<std::pair<std::string, std::string>> files;
    for (const auto& output : reporting.outputs) {
        RenderOptions options;
        options.color = output.path.empty() && reporting.color;
        std::string bytes = output.format->render(report, options);
        if (output.path.empty()) {
            answer = std::move(bytes);
        } else {
            files.emplace_back(output.path, std::move(bytes));
        }
    }
    for (const auto& [path, bytes] : files) {
        if (auto error = write_whole_file(path, bytes)) return fail(std::move(*error));
    }
    world.out << answer;
    return report.exit_code;
}

}  // namespace fwproof::cli
