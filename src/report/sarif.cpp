// SARIF 2.1.0 as GitHub code scanning takes it: every result has a place, rules carry their help, waived findings are
// suppressed results.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "fwproof/base/secrets.hpp"
#include "fwproof/check/check.hpp"
#include "report/line_hash.hpp"
#include "report/words.hpp"

namespace fwproof::report {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostResults = 25000;  // more are refused
constexpr std::size_t kMostRelated = 100;

std::string_view level(Severity severity) { return to_string(severity); }

// UTF-16 code units of the text as it is shown.
std::size_t units(std::string_view text) {
    std::size_t count = 0;
    for (const char c : printable(text)) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xc0) != 0x80) count += byte >= 0xf0 ? 2 : 1;
    }
    return count;
}

// Message text in which "[name](1)" would be a link.
std::string plain(std::string_view text) {
    std::string shown = printable(text);
    if (shown.find("](") == std::string::npos) return shown;
    std::string escaped;
    for (const char c : shown) {
        if (c == '[' || c == ']' || c == '\\') escaped += '\\';
        escaped += c;
    }
    return escaped;
}

// The line of a finding; of a very long one, as a compressed export is, the part that the finding is about.
std::string snippet_of(const SourceSpan& span, std::string_view line) {
    constexpr std::size_t kLongLine = 4096;
    return printable(line.size() <= kLongLine ? shown_line(span) : shown_text(span).substr(0, kLongLine));
}

Json region(const SourceSpan& span) {
    if (!span) return {{"startLine", 1}};
    const std::string_view line = span.line_text();
    const std::size_t before = span.column() - 1;
    const std::size_t start = units(line.substr(0, std::min(before, line.size())));
    const std::string_view rest = line.substr(std::min(before, line.size()));
    const std::size_t length = units(rest.substr(0, std::min<std::size_t>(span.length, rest.size())));
    Json object{{"startLine", span.line()}, {"startColumn", start + 1}};
    if (length > 0) object["endColumn"] = start + 1 + length;
    const std::string snippet = snippet_of(span, line);
    if (!snippet.empty()) object["snippet"] = {{"text", snippet}};
    return object;
}

Json location(const std::string& file, const SourceSpan& span) {
    return {{"physicalLocation", {{"artifactLocation", {{"uri", uri_of(file)}}}, {"region", region(span)}}}};
}

// What the page of the check rests on: requirements of standards, then other documents.
std::vector<std::string> sources_of(const Check& check) {
    std::vector<std::string> sources;
    for (const auto& [standard, requirement] : standard_entries(check)) {
        sources.push_back(fmt::format("{}, {}", standard->title, requirement));
    }
    for (const auto& reference : lines_of(check.references)) sources.push_back(reference);
    return sources;
}

std::string help_text(const Check& check) {
    return fmt::format("{}\n\nExample:\n{}\n\nWhat to do:\n{}\n\nReferences:\n{}", check.why, check.example, check.fix,
                       fmt::join(sources_of(check), "\n"));
}

std::string help_markdown(const Check& check) {
    std::string text =
        fmt::format("{}\n\n**Example**\n\n```\n{}\n```\n\n**What to do**\n\n{}\n", check.why, check.example, check.fix);
    text += "\n**References**\n\n";
    for (const auto& reference : sources_of(check)) text += fmt::format("- {}\n", reference);
    return text;
}

// GitHub's bands: above 9 critical, from 7 high, from 4 medium, below low.
std::string_view security_severity(const Check& check) {
    if (check.name == "any-to-any" || check.name == "default-permit") return "9.1";
    switch (check.severity) {
        case Severity::error: return "8.0";
        case Severity::warning: return "5.0";
        case Severity::note: return "2.0";
    }
    return "2.0";
}

Json rule(const Check& check) {
    const bool note = check.severity == Severity::note;
    return {{"id", check.id},
            {"name", check.name},
            {"shortDescription", {{"text", fmt::format("{}.", check.summary)}}},
            {"fullDescription", {{"text", check.why.substr(0, 1000)}}},
            {"help", {{"text", help_text(check)}, {"markdown", help_markdown(check)}}},
            {"defaultConfiguration", {{"level", level(check.severity)}}},
            {"properties",
             {{"tags", {"security", "firewall"}},
              {"precision", "very-high"},
              {"problem.severity", note ? "recommendation" : level(check.severity)},
              {"security-severity", security_severity(check)}}}};
}

class SarifWriter {
public:
    explicit SarifWriter(const Report& report) : report_(report) {
        for (const Check* check : checks()) {
            const auto named = [&](const auto& name) { return name == check->name; };
            const bool ran = std::any_of(report.checks.begin(), report.checks.end(), named);
            const auto by_it = [&](const Finding& finding) { return finding.check == check->name; };
            const bool found = std::any_of(report.findings.begin(), report.findings.end(), by_it) ||
                               (report.known && std::any_of(report.known->begin(), report.known->end(), by_it));
            if (ran || found) rules_.push_back(check);
        }
    }

    Json log() {
        collect_standards();
        Json driver{{"name", "fwproof"}, {"rules", Json::array()}};
        if (!report_.tool_version.empty()) {
            driver["version"] = report_.tool_version;
            driver["semanticVersion"] = report_.tool_version;
        }
        for (const Check* check : rules_) {
            driver["rules"].push_back(rule(*check));
            for (Json& target : taxa(*check))
                driver["rules"].back()["relationships"].push_back(
                    {{"target", std::move(target)}, {"kinds", {"relevant"}}});
        }
        for (const auto& taxonomy : taxonomies_)
            driver["supportedTaxonomies"].push_back(
                {{"name", taxonomy.standard->id}, {"index", &taxonomy - taxonomies_.data()}});
        Json run;
        run["tool"] = {{"driver", std::move(driver)}};
        if (!taxonomies_.empty()) run["taxonomies"] = taxonomies();
        run["automationDetails"] = {
            {"id", fmt::format("fwproof/{}/", report_.command.empty() ? "run" : report_.command)}};
        run["columnKind"] = "utf16CodeUnits";
        run["artifacts"] = artifacts();
        run["results"] = Json::array();
        for (const Severity severity : {Severity::error, Severity::warning, Severity::note}) room_for(severity);
        for (const auto& finding : report_.findings) {
            std::size_t& left = kept_[finding.severity];
            if (left == 0) continue;
            --left;
            run["results"].push_back(result(finding));
            if (report_.known) run["results"].back()["baselineState"] = "new";
        }
        if (report_.known) {
            add_known(*report_.known, "unchanged", "It is in the baseline.", run["results"]);
            add_known(report_.gone, "absent", "It was in the baseline, and is not found any more.", run["results"]);
        }
        run["invocations"] = Json::array({invocation()});
        Json log;
        log["$schema"] = "https://json.schemastore.org/sarif-2.1.0.json";
        log["version"] = "2.1.0";
        log["runs"] = Json::array({std::move(run)});
        return log;
    }

private:
    // A standard as a taxonomy: of its requirements those that the rules of this run speak for.
    struct Taxonomy {
        const Standard* standard = nullptr;
        std::vector<std::string_view> requirements;
    };

    void collect_standards() {
        for (const auto& standard : standards()) {
            Taxonomy taxonomy{&standard, {}};
            for (const Check* check : rules_) {
                for (const auto& entry : standard_entries(*check)) {
                    auto& known = taxonomy.requirements;
                    if (entry.standard->id == standard.id &&
                        std::find(known.begin(), known.end(), entry.requirement) == known.end())
                        known.push_back(entry.requirement);
                }
            }
            std::sort(taxonomy.requirements.begin(), taxonomy.requirements.end());
            if (!taxonomy.requirements.empty()) taxonomies_.push_back(std::move(taxonomy));
        }
    }

    Json taxonomies() const {
        Json all = Json::array();
        for (const auto& taxonomy : taxonomies_) {
            Json object{{"name", taxonomy.standard->id},
                        {"fullName", taxonomy.standard->title},
                        {"shortDescription", {{"text", fmt::format("{}.", taxonomy.standard->title)}}},
                        {"isComprehensive", false},
                        {"taxa", Json::array()}};
            for (const auto& requirement : taxonomy.requirements) {
                object["taxa"].push_back(
                    {{"id", requirement},
                     {"shortDescription", {{"text", fmt::format("{}, {}.", taxonomy.standard->title, requirement)}}}});
            }
            all.push_back(std::move(object));
        }
        return all;
    }

    // References to the requirements that a check speaks for.
    std::vector<Json> taxa(const Check& check) const {
        std::vector<Json> references;
        for (const auto& entry : standard_entries(check)) {
            for (const auto& taxonomy : taxonomies_) {
                if (taxonomy.standard->id != entry.standard->id) continue;
                const auto& known = taxonomy.requirements;
                references.push_back(
                    {{"id", entry.requirement},
                     {"index", std::find(known.begin(), known.end(), entry.requirement) - known.begin()},
                     {"toolComponent", {{"name", entry.standard->id}, {"index", &taxonomy - taxonomies_.data()}}}});
            }
        }
        return references;
    }

    // The worst are kept where there are more than the format's readers take.
    void room_for(Severity severity) {
        const auto count =
            static_cast<std::size_t>(std::count_if(report_.findings.begin(), report_.findings.end(),
                                                   [&](const Finding& f) { return f.severity == severity; }));
        kept_[severity] = std::min(count, kMostResults - used_);
        used_ += kept_[severity];
    }

    Json artifacts() const {
        Json all = Json::array();
        for (const auto& file : report_.files) {
            all.push_back({{"location", {{"uri", uri_of(file.name)}}},
                           {"length", file.bytes},
                           {"roles", {file.use == "export" ? "analysisTarget" : "userSpecifiedConfiguration"}},
                           {"hashes", {{"sha-256", file.sha256}}}});
        }
        return all;
    }

    const std::string& line_hash(const SourceSpan& span) {
        const auto [entry, fresh] = hashes_.try_emplace(span.source);
        if (fresh) entry->second = line_hashes(*span.source);
        return entry->second[std::min<std::size_t>(span.line(), entry->second.size()) - 1];
    }

    Json result(const Finding& finding) {
        Json object;
        const auto known = std::find_if(rules_.begin(), rules_.end(),
                                        [&](const Check* check) { return check->name == finding.check; });
        object["ruleId"] = known == rules_.end() ? finding.check : std::string((*known)->id);
        if (known != rules_.end()) object["ruleIndex"] = known - rules_.begin();
        object["level"] = level(finding.severity);
        if (known != rules_.end()) {
            for (Json& taxon : taxa(**known)) object["taxa"].push_back(std::move(taxon));
        }

        std::string text = plain(finding.message) + ".";
        Json related = Json::array();
        for (const auto& decider : finding.decided_by) {
            if (!decider.span || related.size() == kMostRelated) continue;
            const std::size_t id = related.size() + 1;
            text += fmt::format("{}[{}]({})", id == 1 ? " Decided by " : ", ", plain(decider.name), id);
            Json place = location(decider.file.empty() ? decider.span.source->name() : decider.file, decider.span);
            place["id"] = id;
            place["message"] = {{"text", fmt::format("{}{}{}.", printable(decider.name),
                                                     decider.verdict.empty() ? "" : ": " + decider.verdict,
                                                     decider.surely ? "" : ", if its conditions hold")}};
            related.push_back(std::move(place));
        }
        if (!related.empty()) text += ".";
        if (finding.witness) text += fmt::format(" Witness: {}.", to_string(*finding.witness));
        object["message"] = {{"text", text}};
        object["locations"] = Json::array({location(file_of(finding, report_), finding.span)});
        if (!related.empty()) object["relatedLocations"] = std::move(related);
        if (finding.span) object["partialFingerprints"]["primaryLocationLineHash"] = line_hash(finding.span);
        if (!finding.fingerprint.empty()) object["partialFingerprints"]["fwproofFinding/v1"] = finding.fingerprint;
        if (!finding.waived_by.empty()) {
            object["suppressions"] = Json::array(
                {{{"kind", "external"}, {"status", "accepted"}, {"justification", printable(finding.waived_by)}}});
        }
        object["properties"] = properties(finding);
        return object;
    }

    static Json properties(const Finding& finding) {
        Json object;
        object["certainty"] = to_string(finding.certainty);
        if (!finding.firewall.empty()) object["firewall"] = printable(finding.firewall);
        const auto add = [&](const char* key, const std::vector<std::string>& lines) {
            for (const auto& line : lines) object[key].push_back(printable(line));
        };
        for (const auto& product : finding.region) object["region"].push_back(printable(to_string(product)));
        if (!finding.region.empty()) object["regionComplete"] = finding.region_complete;
        add("details", finding.details);
        add("dependsOn", finding.conditions);
        if (const std::string entry = catalog_entry(finding); !entry.empty()) object["catalogEntry"] = entry;
        if (finding.citation) object["because"] = citation_text(*finding.citation);
        if (!finding.fix.empty()) {
            add("try", lines_of(finding.fix));
            object["tryIsProven"] = finding.fix_proven;
        }
        return object;
    }

    // What is no news: results that are suppressed, so that nobody takes them for open.
    void add_known(const std::vector<Finding>& findings, const char* state, const char* why, Json& results) {
        for (const auto& finding : findings) {
            if (results.size() == kMostResults) return;
            Json object = result(finding);
            object["baselineState"] = state;
            if (finding.waived_by.empty()) {
                object["suppressions"] =
                    Json::array({{{"kind", "external"}, {"status", "accepted"}, {"justification", why}}});
            }
            results.push_back(std::move(object));
        }
    }

    Json invocation() const {
        Json object{{"executionSuccessful", true}, {"exitCode", report_.exit_code}};
        if (!report_.timestamp.empty()) object["endTimeUtc"] = report_.timestamp;
        Json notes = Json::array();
        const auto note = [&](std::string_view severity, const std::string& text) {
            notes.push_back({{"level", severity}, {"message", {{"text", printable(text) + "."}}}});
        };
        for (const auto& input : report_.inputs) {
            if (input.not_understood > 0) {
                note("warning",
                     fmt::format("{}: {} not understood", input.name, counted(input.not_understood, "statement")));
            }
        }
        for (const auto& assumption : report_.assumptions) {
            std::string text = assumption;
            if (text.ends_with('.')) text.pop_back();
            note("note", "Assumed: " + text);
        }
        if (used_ < report_.findings.size()) {
            note("warning", fmt::format("{} more findings are left out, the least severe ones; --format json has all",
                                        report_.findings.size() - used_));
        }
        if (!notes.empty()) object["toolExecutionNotifications"] = std::move(notes);
        return object;
    }

    const Report& report_;
    std::vector<const Check*> rules_;
    std::vector<Taxonomy> taxonomies_;
    std::map<Severity, std::size_t> kept_;
    std::size_t used_ = 0;
    std::map<const Source*, std::vector<std::string>> hashes_;
};

}  // namespace

std::string render_sarif(const Report& report, const RenderOptions&) {
    return SarifWriter(report).log().dump(1, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace fwproof::report
