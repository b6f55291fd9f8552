#include "cli/baseline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "cli/options.hpp"
#include "cli/own_json.hpp"
#include "cli/read.hpp"
#include "cli/version.hpp"
#include "fwproof/base/notation.hpp"
#include "fwproof/packet/packet_set.hpp"

namespace fwproof::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kFormat = "fwproof-baseline/1";

tl::unexpected<Error> not_a_baseline(const std::string& path, std::string why) {
    Error error{fmt::format("is no baseline: {}", why), "write it with --write-baseline", {}};
    error.file = path;
    return fail(std::move(error));
}

const std::string& called(const std::string& file, const FingerprintNames& names) {
    const auto name = names.files.find(file);
    return name == names.files.end() ? file : name->second;
}

// The text under that name; empty where there is none.
std::string text_of(const Json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// Nothing: some part has another kind than render_baseline gave it.
std::optional<KnownFile> known_file(const Json& object) {
    KnownFile file;
    file.sha256 = text_of(object, "sha256");
    for (const auto& device : object.value("devices", Json::array())) {
        if (!device.is_string()) return std::nullopt;
        file.devices.push_back(device.get<std::string>());
    }
    const Json interfaces = object.value("interfaces", Json::object());
    for (const auto& [hardware, name] : interfaces.items()) {
        if (!name.is_string()) return std::nullopt;
        file.interfaces.emplace(hardware, name.get<std::string>());
    }
    return file;
}

// Nothing: some of them are no packets.
std::optional<std::vector<Product>> parse_packets(const std::vector<std::string>& texts) {
    std::vector<Product> packets;
    for (const auto& text : texts) {
        const Source source("packets", text);
        WordReader words({&source, 0, static_cast<std::uint32_t>(text.size())});
        auto product = parse_product(words);
        if (!product || !words.at_end()) return std::nullopt;
        packets.push_back(std::move(*product));
    }
    return packets;
}

std::optional<std::vector<Product>> known_packets(const Json& finding) {
    std::vector<std::string> texts;
    for (const auto& text : finding.value("packets", Json::array())) {
        if (!text.is_string()) return std::nullopt;
        texts.push_back(text.get<std::string>());
    }
    return parse_packets(texts);
}

// Openings by what they are about: what was let in before, all together.
class KnownOpenings {
public:
    explicit KnownOpenings(const Baseline& baseline) {
        for (const auto& entry : baseline.findings) {
            const KnownFinding& known = entry.second;
            if (!known.about.empty() && !known.packets.empty()) by_about_[known.about].push_back(&known);
        }
    }

    // Those that let in something of it before, where they let in all of it; none of them was less severe.
    std::vector<const KnownFinding*> covering(const Finding& finding) const {
        const auto found = by_about_.find(finding.about);
        const auto now = parse_packets(finding.exact);
        if (finding.about.empty() || found == by_about_.end() || !now || now->empty()) return {};
        SpaceBuilder builder;
        for (const auto& product : *now) builder.add(product);
        for (const auto* known : found->second) {
            if (known->severity < finding.severity) return {};
            for (const auto& product : known->packets) builder.add(product);
        }
        const Space space = builder.build();
        const PacketSet packets = space.from(*now);
        PacketSet before = space.empty();
        std::vector<const KnownFinding*> covering;
        for (const auto* known : found->second) {
            const PacketSet let_in = space.from(known->packets);
            if (let_in.intersects(packets)) covering.push_back(known);
            before = before | let_in;
        }
        return packets.subset_of(before) ? covering : std::vector<const KnownFinding*>();
    }

private:
    std::map<std::string, std::vector<const KnownFinding*>> by_about_;
};

// The exports of a report, by the names that they were given.
std::map<std::string, KnownFile> files_of(const Report& report) {
    std::map<std::string, KnownFile> files;
    for (const auto& input : report.inputs) {
        KnownFile& file = files[input.name];
        file.devices.push_back(input.device);
        // Each device has its own interfaces.
        if (file.devices.size() > 1) file.interfaces.clear();
        if (file.devices.size() > 1) continue;
        std::map<std::string, int> times;
        for (const auto& [name, hardware] : input.interfaces) ++times[hardware];
        for (const auto& [name, hardware] : input.interfaces) {
            if (times[hardware] == 1) file.interfaces.emplace(hardware, name);
        }
    }
    for (const auto& file : report.files) {
        const auto known = files.find(file.name);
        if (known != files.end() && file.use == "export") known->second.sha256 = file.sha256;
    }
    return files;
}

bool is_named(const KnownFile& file) {
    return !file.devices.empty() &&
           std::none_of(file.devices.begin(), file.devices.end(), [](const auto& name) { return name.empty(); });
}

// What the files that only the run has were called in the baseline, of those that are not there any more.
std::map<std::string, std::string> renamed_files(const std::map<std::string, KnownFile>& fresh,
                                                 std::map<std::string, KnownFile> gone) {
    std::map<std::string, std::string> before;
    for (const auto& file : fresh) {
        const std::string& digest = file.second.sha256;
        const auto same = std::find_if(gone.begin(), gone.end(), [&](const auto& other) {
            return !digest.empty() && other.second.sha256 == digest;
        });
        if (same == gone.end()) continue;
        before.emplace(file.first, same->first);
        gone.erase(same);
    }
    // Of several with one name nobody knows which is which.
    const auto only = [](const auto& files, const KnownFile& like) {
        const auto is_like = [&](const auto& other) { return other.second.devices == like.devices; };
        return std::count_if(files.begin(), files.end(), is_like) == 1
                   ? std::find_if(files.begin(), files.end(), is_like)
                   : files.end();
    };
    for (const auto& [name, file] : fresh) {
        if (before.contains(name) || !is_named(file) || only(fresh, file) == fresh.end()) continue;
        const auto same = only(gone, file);
        if (same != gone.end()) before.emplace(name, same->first);
    }
    return before;
}

// What the interfaces on the same hardware were called.
std::map<std::string, std::string> renamed_interfaces(const KnownFile& now, const KnownFile& before) {
    std::map<std::string, std::string> names;
    for (const auto& [hardware, name] : now.interfaces) {
        const auto known = before.interfaces.find(hardware);
        if (known != before.interfaces.end() && known->second != name) names.emplace(name, known->second);
    }
    return names;
}

}  // namespace

Result<Baseline> read_baseline(const std::string& path, World& world) {
    const auto source = read_text(path, world);
    if (!source) return fail(source.error());
    const std::string_view text = (*source)->text();
    if (nested_too_deep(text))
        return not_a_baseline(path, fmt::format("it is nested deeper than {} levels", kDeepestJson));
    const Json file = parse_own_json(text);
    if (!file.is_object()) return not_a_baseline(path, "it is not a JSON object");
    if (text_of(file, "format") != kFormat) return not_a_baseline(path, fmt::format("its format is not {}", kFormat));
    if (!file.contains("findings") || !file["findings"].is_array()) return not_a_baseline(path, "it has no findings");
    Baseline baseline;
    baseline.path = path;
    std::size_t number = 0;
    for (const auto& finding : file["findings"]) {
        ++number;
        if (!finding.is_object() || text_of(finding, "fingerprint").empty())
            return not_a_baseline(path, fmt::format("finding {} has no fingerprint", number));
        const auto severity = parse_severity(text_of(finding, "severity"));
        if (!severity) return not_a_baseline(path, fmt::format("finding {} has no severity", number));
        auto packets = known_packets(finding);
        if (!packets) return not_a_baseline(path, fmt::format("the packets of finding {} are not understood", number));
        const auto entry =
            baseline.findings
                .emplace(text_of(finding, "fingerprint"),
                         KnownFinding{*severity, text_of(finding, "check"), text_of(finding, "file"),
                                      text_of(finding, "message"), text_of(finding, "about"), std::move(*packets)})
                .first;
        entry->second.severity = std::max(entry->second.severity, *severity);
    }
    number = 0;
    for (const auto& object : file.value("files", Json::array())) {
        ++number;
        const auto known = object.is_object() ? known_file(object) : std::nullopt;
        if (!known || text_of(object, "file").empty())
            return not_a_baseline(path, fmt::format("file {} is not described", number));
        baseline.files.emplace(text_of(object, "file"), *known);
    }
    return baseline;
}

std::optional<Error> refuse_other_file(const std::string& path, World& world) {
    std::error_code ignored;
    const bool there = std::filesystem::is_regular_file(path, ignored) && std::filesystem::file_size(path, ignored) > 0;
    if (!there || read_baseline(path, world)) return std::nullopt;
    Error error{
        "is there already and is no baseline", "name a new file, or an older baseline, for --write-baseline", {}};
    error.file = path;
    return error;
}

FingerprintNames names_from(const std::string& baseline, const Report& report) {
    namespace fs = std::filesystem;
    std::error_code problem;
    const fs::path here = fs::current_path(problem);
    FingerprintNames names;
    if (problem) return names;
    const fs::path base = baseline.empty() ? here : (here / baseline).lexically_normal().parent_path();
    const auto add = [&](const std::string& name) {
        // A revision of git is no path on disk, but its files are called as if they were.
        if (name.empty() || name == "-") return;
        const fs::path known = (here / name).lexically_normal().lexically_relative(base);
        // Without a baseline nothing is known of other directories.
        if (known.empty() || (baseline.empty() && *known.begin() == "..")) return;
        if (known.generic_string() != name) names.files.emplace(name, known.generic_string());
    };
    for (const auto& input : report.inputs) add(input.name);
    for (const auto& finding : report.findings) add(finding.file);
    return names;
}

FingerprintNames names_in(const Baseline& baseline, const Report& report) {
    namespace fs = std::filesystem;
    FingerprintNames names = names_from(baseline.path, report);
    const auto now = files_of(report);
    std::map<std::string, KnownFile> fresh, gone = baseline.files;
    for (const auto& [name, file] : now) {
        gone.erase(called(name, names));
        if (!baseline.files.contains(called(name, names))) fresh.emplace(name, file);
    }
    std::erase_if(gone, [&](const auto& file) {
        std::error_code ignored;
        return fs::exists(fs::path(baseline.path).parent_path() / file.first, ignored);
    });
    for (auto& [name, before] : renamed_files(fresh, std::move(gone))) names.files[name] = before;
    for (const auto& [name, file] : now) {
        const auto known = baseline.files.find(called(name, names));
        if (known == baseline.files.end()) continue;
        if (auto other = renamed_interfaces(file, known->second); !other.empty())
            names.interfaces.emplace(name, std::move(other));
    }
    return names;
}

std::string render_baseline(const Report& report, std::string_view written, const FingerprintNames& names) {
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
    std::map<std::string, KnownFile> files;
    for (auto& [name, known] : files_of(report)) files.emplace(called(name, names), known);
    file["files"] = Json::array();
    for (const auto& [name, known] : files) {
        Json one = {{"file", name}, {"devices", known.devices}};
        if (!known.sha256.empty()) one["sha256"] = known.sha256;
        if (!known.interfaces.empty()) one["interfaces"] = known.interfaces;
        file["files"].push_back(std::move(one));
    }
    file["findings"] = Json::array();
    for (const Finding* finding : findings) {
        Json one = {{"fingerprint", finding->fingerprint},
                    {"check", finding->check},
                    {"severity", to_string(finding->severity)},
                    {"file", called(finding->file, names)},
                    {"message", finding->message}};
        if (!finding->about.empty()) {
            one["about"] = finding->about;
            one["packets"] = finding->exact;
        }
        file["findings"].push_back(std::move(one));
    }
    return file.dump(2, ' ', true, Json::error_handler_t::replace) + "\n";
}

void leave_out_known(const Baseline& baseline, Report& report, const FingerprintNames& names) {
    std::set<std::string_view> found_now;
    for (const auto& finding : report.findings) found_now.insert(finding.fingerprint);
    const auto looked_at = [&](const KnownFinding& known) {
        const auto is_input = [&](const ReportInput& input) { return called(input.name, names) == known.file; };
        return std::find(report.checks.begin(), report.checks.end(), known.check) != report.checks.end() &&
               (known.file.empty() || std::any_of(report.inputs.begin(), report.inputs.end(), is_input));
    };
    const KnownOpenings openings(baseline);
    std::set<const KnownFinding*> narrowed;
    std::vector<bool> is_narrowed;
    for (const auto& finding : report.findings) {
        const bool same = baseline.findings.contains(finding.fingerprint) || !finding.waived_by.empty();
        const auto covering = same ? std::vector<const KnownFinding*>() : openings.covering(finding);
        narrowed.insert(covering.begin(), covering.end());
        is_narrowed.push_back(!covering.empty());
    }
    for (const auto& [fingerprint, known] : baseline.findings) {
        if (found_now.contains(fingerprint) || narrowed.contains(&known) || !looked_at(known)) continue;
        Finding& gone = report.gone.emplace_back();
        gone.check = known.check;
        gone.severity = known.severity;
        gone.file = known.file;
        gone.message = known.message;
        gone.fingerprint = fingerprint;
    }
    std::vector<Finding> fresh;
    report.known.emplace();
    for (std::size_t i = 0; i < report.findings.size(); ++i) {
        Finding& finding = report.findings[i];
        const auto found = baseline.findings.find(finding.fingerprint);
        const bool same =
            finding.waived_by.empty() && found != baseline.findings.end() && finding.severity <= found->second.severity;
        const bool known = same || is_narrowed[i];
        (known ? *report.known : fresh).push_back(std::move(finding));
    }
    report.findings = std::move(fresh);
}

}  // namespace fwproof::cli
