// What a diff found, and its texts.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/site_input.hpp"
#include "cli/versions.hpp"
#include "fwproof/analysis/review.hpp"
#include "fwproof/check/change.hpp"
#include "fwproof/policy/object_names.hpp"
#include "fwproof/report/report.hpp"

namespace fwproof::cli {

// One device of an export.
struct DeviceDiff {
    const Policy* before = nullptr;
    const Policy* after = nullptr;
    Review review;
    std::vector<ChangedSetting> settings;  // that differ beside rules

    bool same() const { return review.same() && settings.empty(); }
    // Whether the path is the same, and no setting that holds for it differs.
    bool same_on(const PathReview& path) const { return path.same() && !settings_differ_on(path); }
    bool settings_differ_on(const PathReview& path) const;
};

struct FileDiff {
    std::string path, renamed_from;
    enum class Kind : std::uint8_t { changed, added, removed, unreadable } kind = Kind::changed;
    std::string problem;  // of an unreadable one: which version is no export, and why
    std::string before_name, after_name;
    std::deque<Policy> policies;  // what the devices refer to
    std::vector<DeviceDiff> devices;

    bool unchanged() const;  // all of it was compared, and nothing is known to differ
};

// A required flow whose judgement differs.
struct RequiredChange {
    std::string flow;  // "tcp/1433 from management-server to operations-database [scom ms-opsdb/sql]"
    std::string before, after;
    bool lost = false;  // satisfied before, not after; else mended
};

struct RequiredDiff {
    std::string path;  // of the site file
    SiteFile file;
    Resolution resolution;
    SitePolicies policies;                         // after the change; what is lost refers to them
    std::map<std::string, std::string> firewalls;  // ids in the site, by the path of the compared file
    std::size_t required = 0, satisfied_before = 0, satisfied_after = 0;
    std::vector<RequiredChange> changes;
    std::vector<LostFlow> lost;
    std::vector<LapsedWaiver> lapses;
};

struct DiffReport {
    std::deque<FileDiff> files;  // that differ
    std::size_t same = 0;        // files that do not
    bool single = false;
    std::optional<RequiredDiff> required;
    std::string command;  // that makes this report again

    Effect effect() const;
    bool complete() const;  // every version was read and every difference is listed
    bool same_flows() const;
    std::size_t count(Direction direction) const;
};

// Loads both versions and compares them. Errors: the version after cannot be read; where only one file is compared
// (`single`), also the version before.
Result<FileDiff> compare_versions(const VersionPair& pair, bool single, const VersionReading& reading,
                                  const ReviewOptions& options);

// Names for the sets of regions: those after the change, and those before it that it did not give to other sets.
ObjectNames names_of(const DeviceDiff& device);

// The sentence that comes first: "widened: ...".
std::string headline(const DiffReport& report);
// "permits exactly the same flows", "... IPv4 flows"; of a path without a region that is wholly compared. Less where a
// setting differs or a packet is unknown.
std::string same_words(const DeviceDiff& device, const PathReview& path);
// Who decides, where no rule can be named: "what passes every stage is permitted".
std::string_view nobody_decides(const ChangedRegion& region, Verdict verdict);
// "assumed only before: ...": one sentence each.
std::vector<std::string> assumed_texts(const Review& review);
// "3 lines edited: 1 changes verdicts, 1 changes only what is logged, 1 without effect"
std::string edits_sentence(const Review& review);
// "source translation", "connection tracking", "mark", "answer to what is denied": what rules do that changes beside
// verdicts, and which rule of the version after, or before where it is gone.
struct AsideText {
    std::string what;
    bool lost = false, gained = false;  // else both versions have it, differently
    const Policy* policy = nullptr;
    RuleRef rule;
};
std::vector<AsideText> aside_texts(const DeviceDiff& device);
// Some rule takes what reaches the host through a tunnel in one version only. No header shows that.
bool edge_differs(const DeviceDiff& device);
std::string short_count(std::size_t count, std::string_view thing);

// With what the checks found, where they ran.
std::string diff_text(const DiffReport& report, const Report* checked = nullptr);
std::string diff_json(const DiffReport& report, const Report& checked, bool one_line);
std::string diff_markdown(const DiffReport& report, const Report& checked);

}  // namespace fwproof::cli
