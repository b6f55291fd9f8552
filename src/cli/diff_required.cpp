#include "cli/diff_required.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <map>
#include <set>
#include <tuple>

#include "cli/read.hpp"
#include "cli/site_input.hpp"
#include "fwproof/catalog/resolve.hpp"
#include "fwproof/check/check.hpp"

namespace fwproof::cli {

namespace {

tl::unexpected<std::vector<Error>> errors(Error error) { return tl::unexpected(std::vector<Error>{std::move(error)}); }

std::string plain(const std::string& path) { return std::filesystem::path(path).lexically_normal().string(); }

bool ends_like(const std::string& path, const std::string& tail) {
    if (path == tail) return true;
    return path.size() > tail.size() && path.ends_with(tail) && path[path.size() - tail.size() - 1] == '/';
}

struct Sides {
    std::map<std::string, Input> before, after;    // by the path of the export
    std::map<std::string, std::string> firewalls;  // ids, by the path of the pair
};

Sides exports_of(const Site& site, const std::string& base, const VersionPairs& pairs,
                 const RequiredQuestion& question) {
    std::map<std::string, std::string> paths;  // of the exports, and whose they are
    for (const auto& firewall : site.firewalls) {
        for (const auto& path : firewall.files()) paths.emplace(beside(base, path), firewall.id);
    }
    Sides sides;
    const bool one = pairs.single && pairs.stores.size() <= 1;
    for (const auto& pair : pairs.stores.empty() ? pairs.changed : pairs.stores) {
        if (!pair.before || !pair.after) continue;
        for (const auto& [path, firewall] : paths) {
            // The only export of a site is what is compared, whatever its name.
            if (!is_file_of_site(path, pair, question) && !(one && paths.size() == 1)) continue;
            sides.before[path] = *pair.before;
            sides.after[path] = *pair.after;
            sides.firewalls[pairs.stores.empty() ? pair.path : pairs.changed.front().path] = firewall;
        }
    }
    return sides;
}

// One check of the site.
struct Checked {
    SitePolicies policies;
    std::vector<Judgement> verdicts;
    std::vector<FlowResult> flows;
    std::vector<FlowRow> rows;  // of the flows
    std::vector<Finding> findings;
};

Loaded<Checked> check(const SiteFile& file, const Resolution& resolution, const std::string& base,
                      const std::map<std::string, Input>& exports, const RequiredQuestion& question,
                      const Reading& reading, const StoredFiles* stored, World& world) {
    auto policies = read_exports(file.site, base, reading, world, exports, stored);
    if (!policies) return tl::unexpected(policies.error());
    Checked checked{std::move(*policies), {}, {}, {}, {}};
    CheckInput input;
    input.topology = make_topology(file.site, checked.policies.loaded);
    input.resolution = &resolution;
    input.waivers = file.site.waivers;
    input.waivers.insert(input.waivers.end(), question.waivers.begin(), question.waivers.end());
    const auto day = judged_day(reading, file.site.date, world);
    if (!day) return errors(day.error());
    input.today = *day;
    input.threads = input.assess.threads = reading.jobs;
    input.assess.budget = question.budget;
    const CheckContext context(std::move(input));
    checked.verdicts = context.assessment().verdicts;
    checked.flows = context.assessment().flows;
    checked.rows = flow_rows(context);
    const auto selected = select_checks({{Subject::site}, {}, {}});
    if (!selected) return errors(selected.error());
    checked.findings = run_checks(context, *selected);
    return checked;
}

std::string flow_text(const Requirement& requirement) {
    const std::string what = requirement.ports_text.empty() ? to_string(*requirement.services) : requirement.ports_text;
    return fmt::format("{} from {} ({}) to {} ({}) [{} {}/{}]", what, requirement.from.host, requirement.from.role,
                       requirement.to.host, requirement.to.role, requirement.catalog, requirement.flow,
                       requirement.service);
}

// What makes it the same requirement in two versions of a site; its ports may be parameters.
std::string identity(const Requirement& requirement) {
    return fmt::format("{} {} {} {} {} {} {}", requirement.catalog, requirement.flow, requirement.service,
                       requirement.from.role, requirement.from.host, requirement.to.role, requirement.to.host);
}

// What was satisfied and is not: by the firewall, the rules and the service that it fails for.
std::vector<LostFlow> lost_flows(const std::vector<Requirement>& requirements, std::set<std::size_t> lost,
                                 const Checked& after) {
    std::vector<LostFlow> all;
    for (std::size_t i = 0; i < after.flows.size(); ++i) {
        LostFlow flow{{}, after.rows[i], {}};
        for (const std::size_t which : after.flows[i].failing) {
            if (after.flows[i].counts && lost.contains(which)) flow.requirements.push_back(which);
        }
        if (!flow.requirements.empty()) all.push_back(std::move(flow));
    }
    for (const auto& flow : all) {
        for (const std::size_t which : flow.requirements) lost.erase(which);
    }
    for (const std::size_t which : lost) {
        const Requirement& requirement = requirements[which];
        LostFlow flow{{which}, {}, {}};
        flow.after.catalog = requirement.catalog;
        flow.after.flow = requirement.flow;
        flow.after.service = requirement.service;
        flow.after.judgement = after.verdicts[which];
        if (!requirement.citations.empty()) flow.after.citation = requirement.citations.front();
        all.push_back(std::move(flow));
    }
    return all;
}

using Key = std::tuple<std::string, std::string, std::string, std::string, std::string>;
Key key_of(const Finding& finding) {
    return {finding.check, finding.firewall, finding.catalog, finding.flow, finding.service};
}

}  // namespace

std::string without_revision(const std::string& name) {
    std::error_code ignored;
    const std::size_t colon = name.find(':');
    return colon == std::string::npos || std::filesystem::exists(name, ignored) ? name : name.substr(colon + 1);
}

bool is_file_of_site(const std::string& path, const VersionPair& pair, const RequiredQuestion& question) {
    std::vector<std::string> names = {plain(pair.path), plain(pair.renamed_from)};
    for (const auto& name : question.names) {
        if (!question.staged)
            names.push_back(plain((std::filesystem::path(without_revision(name)) / pair.path).string()));
        if (!question.staged && question.names.size() == 2) names.push_back(plain(without_revision(name)));
    }
    std::erase(names, ".");
    std::erase(names, "");
    return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
        return ends_like(plain(path), name) || ends_like(name, plain(path));
    });
}

std::vector<NamedHost> hosts_of_site(const RequiredQuestion& question, World& world) {
    std::vector<NamedHost> hosts;
    if (question.site.empty()) return hosts;
    const StoredFiles staged("");
    const auto source = question.staged ? staged.read(question.site, world) : read_text(question.site, world);
    // It is read again, and told of, where it is judged by.
    if (source && !world.opened.empty() && world.opened.back() == *source) world.opened.pop_back();
    const auto site = source ? load_site(*source) : Loaded<Site>(Site());
    if (!site) return hosts;
    const std::string base = std::filesystem::path(question.site).parent_path().string();
    for (const auto& firewall : site->firewalls) {
        if (firewall.stores.empty()) continue;
        NamedHost host{firewall.id, firewall.stores};
        for (auto* paths : {&host.stores.gpo, &host.stores.mdm}) {
            for (auto& path : *paths) path = beside(base, path);
        }
        host.stores.local = beside(base, host.stores.local);
        hosts.push_back(std::move(host));
    }
    return hosts;
}

Loaded<RequiredDiff> compare_required(const RequiredQuestion& question, const VersionPairs& pairs,
                                      const VersionReading& reading, World& world) {
    const bool other_site = !question.old_site.empty() && question.old_site != question.site;
    const auto revision =
        !question.staged && question.names.size() == 2 ? revision_of(question.names[0]) : std::nullopt;
    const StoredFiles committed(question.staged || !revision ? "HEAD" : *revision), staged("");
    const StoredFiles* was_stored = question.staged || (other_site && revision) ? &committed : nullptr;
    const StoredFiles* is_stored = question.staged ? &staged : nullptr;
    const bool gone = question.site.empty();
    const std::string& old_site = other_site ? question.old_site : question.site;
    auto file = read_site_file(gone ? old_site : question.site, world, gone ? was_stored : is_stored);
    if (!file && gone) {  // nor did it require anything before
        RequiredDiff nothing;
        nothing.path = old_site;
        return nothing;
    }
    if (!file) return tl::unexpected(file.error());
    auto resolution = resolve(file->catalogs, file->site);
    if (!resolution) return tl::unexpected(resolution.error());
    // A site that could not be used before required nothing.
    std::optional<SiteFile> old_file;
    std::optional<Resolution> old_resolution;
    if (auto old = was_stored && !gone ? read_site_file(old_site, world, was_stored) : Loaded<SiteFile>(*file)) {
        auto resolved = resolve(old->catalogs, old->site);
        if (resolved) {
            old_file = std::move(*old);
            old_resolution = std::move(*resolved);
        }
    }
    if (!old_file) {
        old_file = *file;
        old_resolution = *resolution;
    }
    if (gone) resolution->requirements.clear();
    for (const auto& store : pairs.stores) {
        if (store.before && store.after) continue;
        return errors({fmt::format("is a store of the version {} alone, and the site names the stores of one version",
                                   store.before ? "before" : "after"),
                       "leave the site out, or compare as many stores with as many",
                       {},
                       store.path});
    }
    const auto base_of = [](const std::string& path) { return std::filesystem::path(path).parent_path().string(); };
    const std::string old_base = base_of(old_site), base = gone ? old_base : base_of(question.site);
    Sides sides = exports_of(file->site, base, pairs, question);
    const Sides old_sides = exports_of(old_file->site, old_base, pairs, question);
    if (sides.after.empty() && question.asked && !pairs.changed.empty()) {
        return errors({fmt::format("no export of {} is among what is compared", question.site),
                       "compare the files under the names that the site gives them",
                       {}});
    }
    const auto before =
        check(*old_file, *old_resolution, old_base, old_sides.before, question, reading.before, was_stored, world);
    if (!before) return tl::unexpected(before.error());
    auto after = check(*file, *resolution, base, sides.after, question, reading.after, is_stored, world);
    if (!after) return tl::unexpected(after.error());

    RequiredDiff diff;
    diff.path = gone ? old_site : question.site;
    // Requirements before; those that are alike in their order.
    std::map<std::string, std::deque<std::size_t>> old_places;
    const auto& old_requirements = old_resolution->requirements;
    for (std::size_t i = 0; i < old_requirements.size() && i < before->verdicts.size(); ++i) {
        if (old_requirements[i].need != Need::required) continue;
        diff.satisfied_before += before->verdicts[i] == Judgement::satisfied;
        old_places[identity(old_requirements[i])].push_back(i);
    }
    const auto& requirements = resolution->requirements;
    std::set<std::size_t> lost;
    for (std::size_t i = 0; i < requirements.size() && i < after->verdicts.size(); ++i) {
        if (requirements[i].need != Need::required) continue;
        const Judgement is = after->verdicts[i];
        ++diff.required;
        diff.satisfied_after += is == Judgement::satisfied;
        auto& places = old_places[identity(requirements[i])];
        if (places.empty()) continue;  // asked for now only
        const Judgement was = before->verdicts[places.front()];
        places.pop_front();
        if ((was == Judgement::satisfied) == (is == Judgement::satisfied)) continue;
        diff.changes.push_back({flow_text(requirements[i]), std::string(to_string(was)), std::string(to_string(is)),
                                was == Judgement::satisfied});
        if (was == Judgement::satisfied) lost.insert(i);
    }
    diff.lost = lost_flows(requirements, std::move(lost), *after);
    // What passed, and nobody asks for any more: a requirement that was taken away hides that its rule was.
    for (const auto& [name, places] : old_places) {
        for (const std::size_t which : places) {
            if (before->verdicts[which] != Judgement::satisfied) continue;
            const std::string text = flow_text(old_requirements[which]);
            diff.changes.push_back({text, std::string(to_string(Judgement::satisfied)), "no longer required", true});
            LostFlow flow{{}, {}, text};
            flow.after.catalog = old_requirements[which].catalog;
            flow.after.flow = old_requirements[which].flow;
            flow.after.service = old_requirements[which].service;
            diff.lost.push_back(std::move(flow));
        }
    }
    std::map<Key, std::string> waived;
    std::set<Key> open;
    for (const auto& finding : before->findings) {
        if (finding.waived_by.empty()) {
            open.insert(key_of(finding));
        } else {
            waived.emplace(key_of(finding), finding.waived_by);
        }
    }
    for (const auto& finding : after->findings) {
        const auto waiver = waived.find(key_of(finding));
        if (!finding.waived_by.empty() || waiver == waived.end() || open.contains(key_of(finding))) continue;
        diff.lapses.push_back({finding, waiver->second});
    }
    diff.firewalls = std::move(sides.firewalls);
    for (const auto& host : pairs.hosts) {
        if (!host.firewall.empty()) diff.firewalls[host.pair.path] = host.firewall;
    }
    diff.policies = std::move(after->policies);
    diff.resolution = std::move(*resolution);
    diff.file = std::move(*file);
    return diff;
}

}  // namespace fwproof::cli
