#include "cli/diff_findings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cli/diff_required.hpp"
#include "cli/policies.hpp"
#include "cli/publish.hpp"
#include "cli/report_files.hpp"
#include "fwproof/analysis/crossing.hpp"
#include "fwproof/base/digest.hpp"
#include "fwproof/check/check.hpp"

namespace fwproof::cli {

namespace {

// Why a file was not compared with anything; empty: it was.
std::string why_uncompared(const FileDiff& file) {
    switch (file.kind) {
        case FileDiff::Kind::changed: return {};
        case FileDiff::Kind::added: return "it was added, and there is nothing to compare it with";
        case FileDiff::Kind::removed: return "it was removed, and nothing says what stands in its place";
        case FileDiff::Kind::unreadable: return file.problem;
    }
    return {};
}

// The name under which findings stand: without the revision, so that it is that of a file of the repository.
std::string file_name(const FileDiff& file) {
    return without_revision(file.after_name.empty() ? file.before_name : file.after_name);
}

struct Versions {
    std::vector<LoadedPolicy> after;
    Change change;
};

Versions versions_of(const DiffReport& diff) {
    Versions versions;
    for (const auto& file : diff.files) {
        const std::string name = file_name(file);
        if (const std::string why = why_uncompared(file); !why.empty())
            versions.change.uncompared.push_back({name, why});
        std::string firewall;
        if (diff.required) {
            const auto known = diff.required->firewalls.find(file.path);
            if (known != diff.required->firewalls.end()) firewall = known->second;
        }
        for (const auto& device : file.devices) {
            versions.change.policies.push_back({versions.after.size(), device.before, &device.review});
            versions.after.push_back({device.after, firewall, name});
        }
    }
    if (diff.required) {
        versions.change.lost = diff.required->lost;
        versions.change.lapses = diff.required->lapses;
    }
    return versions;
}

// A firewall for each version after, in their order.
Topology topology_of(const std::vector<LoadedPolicy>& after) {
    Topology topology;
    for (const auto& loaded : after) {
        Firewall firewall;
        firewall.id = loaded.firewall.empty() ? loaded.file : loaded.firewall;
        firewall.file = loaded.file;
        firewall.policy = loaded.policy;
        topology.firewalls.push_back(std::move(firewall));
    }
    return topology;
}

// What git gave beside what was opened.
void add_versions(const VersionPairs& pairs, std::vector<ReportFile>& files) {
    std::vector<const VersionPair*> compared;
    for (const auto& pair : pairs.changed) compared.push_back(&pair);
    for (const auto& host : pairs.hosts) compared.push_back(&host.pair);
    for (const VersionPair* pair : compared) {
        for (const auto* version : {&pair->before, &pair->after}) {
            if (!*version) continue;
            for (const auto& source : (*version)->sources) {
                const auto same = [&](const ReportFile& file) { return file.name == source->name(); };
                if (std::any_of(files.begin(), files.end(), same)) continue;
                files.push_back({source->name(), "export", sha256(source->bytes()), source->bytes().size()});
            }
        }
    }
    std::sort(files.begin(), files.end(), [](const ReportFile& a, const ReportFile& b) { return a.name < b.name; });
}

bool asks_about_site(const Check& check) { return check.name == "required-flow-lost" || check.name == "lapsed-waiver"; }

}  // namespace

Report findings_of(const DiffReport& diff, const VersionPairs& pairs, const std::vector<const Check*>& selected,
                   std::vector<Waiver> waivers, std::chrono::sys_days day, World& world) {
    const Versions versions = versions_of(diff);
    CheckInput input;
    input.topology = topology_of(versions.after);
    input.change = &versions.change;
    input.waivers = std::move(waivers);
    if (diff.required) {
        input.resolution = &diff.required->resolution;
        const auto& own = diff.required->file.site.waivers;
        input.waivers.insert(input.waivers.end(), own.begin(), own.end());
    }
    input.today = day;
    const CheckContext context(std::move(input));

    Report report;
    report.command = "diff";
    report.day = day_text(day);
    report.findings = run_checks(context, selected);
    for (const Check* check : selected) {
        // Without a site nothing was asked of it.
        if (diff.required || !asks_about_site(*check)) report.checks.emplace_back(check->name);
    }
    for (const auto& loaded : versions.after) report.inputs.push_back(report_input(loaded));
    report.files = report_files(world, diff.required ? &diff.required->file.site : nullptr,
                                diff.required ? diff.required->file.catalogs : std::vector<CatalogRef>(), {});
    add_versions(pairs, report.files);
    report.headline = headline(diff);
    for (const auto& file : diff.files) {
        report.versions.push_back({file.before_name, file.after_name});
        if (file.kind != FileDiff::Kind::changed) ++report.uncompared;
        for (const auto& device : file.devices) {
            for (const auto& path : device.review.paths) {
                if (path.complete) continue;
                ++(path.not_compared.empty() ? report.exhausted : report.uncompared);
            }
            report.uncompared += device.review.not_compared.size();
            if (std::any_of(device.review.paths.begin(), device.review.paths.end(),
                            [](const PathReview& path) { return path.undecided; })) {
                report.assumptions.push_back(fmt::format(
                    "{}: some packets are unknown in both versions, and what becomes of them was not compared",
                    file_name(file)));
            }
            for (const auto& text : assumed_texts(device.review))
                report.assumptions.push_back(fmt::format("{}: {}", file_name(file), text));
            for (const auto& limit : device.review.limits)
                report.assumptions.push_back(fmt::format("{}: {}", file_name(file), limit));
        }
    }
    if (diff.required) {
        report.catalogs = diff.required->file.site.catalogs;
        report.required = diff.required->required;
        report.satisfied = diff.required->satisfied_after;
    }
    return report;
}

}  // namespace fwproof::cli
