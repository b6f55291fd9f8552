// One self-contained page for auditors: what was asked, the verdict, every required flow with the rules that decide it,
// every finding with its proof, what was not assessed, and the digests of all that the answer rests on. It loads
// nothing: a content security policy forbids it. Without its script everything but arrow keys works.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "fwproof/check/check.hpp"
#include "report/html_bars.hpp"
#include "report/markup.hpp"
#include "report/outcomes.hpp"
#include "report/words.hpp"

namespace fwproof::report {

extern const std::string_view kReportCss;
extern const std::string_view kReportJs;

namespace {

constexpr std::uint32_t kContext = 2;  // lines of a source shown around a finding

std::string chip(std::string_view word, std::string_view style = {}) {
    return fmt::format("<span class=\"chip {}\">{}</span>", style.empty() ? word : style, in_markup(word));
}

std::string packet(std::string_view text) { return fmt::format("<span class=\"packet\">{}</span>", in_markup(text)); }

std::string row(std::string_view name, const std::string& value) {
    return value.empty() ? "" : fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, value);
}

std::string list(const std::vector<std::string>& lines) {
    if (lines.empty()) return {};
    if (lines.size() == 1) return in_markup(lines[0]);
    std::string items;
    for (const auto& line : lines) items += fmt::format("<li>{}</li>", in_markup(line));
    return "<ul>" + items + "</ul>";
}

std::string rules(const std::vector<RuleEvidence>& evidence) {
    std::string items;
    for (const auto& rule : evidence) {
        items +=
            fmt::format("<li>{}{}{}", in_markup(rule.name), rule.verdict.empty() ? "" : ": " + in_markup(rule.verdict),
                        rule.surely ? "" : ", if its conditions hold");
        if (rule.span) {
            items += fmt::format(" <span class=\"soft\">{}</span><code>{}</code>",
                                 in_markup(place(rule.file, rule.span)), in_markup(quoted_line(rule.span, 220)));
        }
        items += "</li>";
    }
    return items.empty() ? "" : "<ul class=\"rules\">" + items + "</ul>";
}

std::string excerpt(const SourceSpan& span) {
    if (!span) return {};
    const std::uint32_t line = span.line(), last = std::min(line + kContext, span.source->line_count());
    std::string text;
    for (std::uint32_t n = line > kContext ? line - kContext : 1; n <= last; ++n) {
        std::string_view shown = span.source->line(n);
        if (n == last && n != line && shown.empty()) continue;
        const bool cut = shown.size() > 600;
        if (cut) shown = shown.substr(0, 600);
        text += fmt::format("<div{}><span class=\"number\">{}</span><code class=\"text\">{}{}</code></div>",
                            n == line ? " class=\"here\"" : "", n, in_markup(shown), cut ? "..." : "");
    }
    return "<div class=\"excerpt\">" + text + "</div>\n";
}

class Page {
public:
    explicit Page(const Report& report) : report_(report) { collect_roles(); }

    std::string html() {
        head();
        summary();
        text_ += "<main id=\"main\">\n";
        if (!report_.flows.empty()) {
            matrix();
            flows();
        }
        findings();
        checks();
        not_assessed();
        basis();
        text_ += "</main>\n";
        foot();
        return std::move(text_);
    }

private:
    template <class... T>
    void add(fmt::format_string<T...> format, T&&... arguments) {
        fmt::format_to(std::back_inserter(text_), format, std::forward<T>(arguments)...);
    }

    void collect_roles() {
        const auto once = [](std::vector<std::string>& roles, const std::string& role) {
            if (std::find(roles.begin(), roles.end(), role) == roles.end()) roles.push_back(role);
        };
        for (const auto& flow : report_.flows) {
            once(from_, flow.from);
            once(to_, flow.to);
            pairs_[{flow.from, flow.to}].push_back(&flow);
        }
    }

    void head() {
        text_ +=
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src "
            "'unsafe-inline'; "
            "script-src 'unsafe-inline'\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            "<link rel=\"icon\" href=\"data:,\">\n";
        add("<title>fwproof {}</title>\n<style>\n{}</style>\n</head>\n<body>\n", in_markup(report_.command),
            kReportCss);
        text_ += "<a class=\"skip\" href=\"#main\">To the results</a>\n";
    }

    void figure(std::size_t count, std::string_view noun) { add("<li><b>{}</b><span>{}</span></li>", count, noun); }

    // What was looked at: exports, catalogs, the day.
    std::string scope() const {
        constexpr std::size_t kMostNames = 12;
        std::string text;
        for (std::size_t i = 0; i < std::min(report_.inputs.size(), kMostNames); ++i)
            text += fmt::format("{}<code>{}</code>", i == 0 ? "" : ", ", in_markup(report_.inputs[i].name));
        if (report_.inputs.size() > kMostNames) text += fmt::format(" and {} more", report_.inputs.size() - kMostNames);
        if (!report_.catalogs.empty()) {
            std::string ids;
            for (const auto& id : report_.catalogs) ids += (ids.empty() ? "" : ", ") + id;
            text += fmt::format("; against the {} {}", report_.catalogs.size() == 1 ? "catalog" : "catalogs",
                                in_markup(ids));
        }
        if (!report_.day.empty()) text += fmt::format("; dates as of {}", in_markup(report_.day));
        return text;
    }

    void summary() {
        const bool fails = std::any_of(report_.findings.begin(), report_.findings.end(),
                                       [&](const Finding& finding) { return report_.fails(finding); });
        const std::string_view style = fails ? "bad" : report_.incomplete() ? "open" : "good";
        const std::string_view sign = fails ? "\u2717" : report_.incomplete() ? "?" : "\u2713";
        const std::string_view sentence =
            fails ? report_.flows.empty() ? "The rules have faults that must be mended." : "The policy does not hold."
            : report_.incomplete() ? "Nothing failed, but not everything could be assessed."
                                   : "Everything that was asked holds.";
        text_ += "<header class=\"page\">\n<h1>Firewall policy report</h1>\n";
        std::string words;
        for (const auto& argument : report_.arguments) words += " " + argument;
        add("<p class=\"run\"><code>fwproof {}{}</code>{}</p>\n", in_markup(report_.command), in_markup(words),
            report_.timestamp.empty() ? "" : ", " + in_markup(report_.timestamp));
        add("<p>{}</p>\n", scope());
        add("<div class=\"verdict {}\"><div class=\"sign\" "
            "aria-hidden=\"true\">{}</div><div><strong>{}</strong>{}</div></div>\n",
            style, sign, sentence, in_markup(summary_line(report_)) + ".");
        text_ += "<ul class=\"figures\">";
        figure(report_.errors, "errors");
        figure(report_.warnings, "warnings");
        figure(report_.notes, "notes");
        figure(report_.waived, "waived");
        if (report_.known) figure(report_.known->size(), "in the baseline, not shown");
        if (report_.required > 0) {
            add("<li><b>{} / {}</b><span>required flows satisfied</span></li>", report_.satisfied, report_.required);
            figure(report_.undecided, "undecided");
            figure(report_.unchecked, "unchecked");
        }
        text_ += "</ul>\n<nav aria-label=\"Sections\">";
        if (!report_.flows.empty()) text_ += "<a href=\"#matrix\">Flow matrix</a><a href=\"#flows\">Required flows</a>";
        text_ +=
            "<a href=\"#findings\">Findings</a><a href=\"#checks\">Checks</a><a href=\"#not-assessed\">Not "
            "assessed</a><a href=\"#basis\">What this "
            "rests on</a></nav>\n</header>\n";
    }

    std::string pair_id(const std::string& from, const std::string& to) const {
        const auto index = [](const std::vector<std::string>& roles, const std::string& role) {
            return std::find(roles.begin(), roles.end(), role) - roles.begin();
        };
        return fmt::format("pair-{}-{}", index(from_, from), index(to_, to));
    }

    struct Tally {
        std::size_t satisfied = 0, all = 0;
        Judgement worst = Judgement::satisfied;
        bool unchecked = false;
    };
    static Tally tally(const std::vector<const FlowRow*>& rows) {
        Tally result;
        for (const FlowRow* flow : rows) {
            if (!flow->counts) continue;
            ++result.all;
            result.satisfied += flow->judgement == Judgement::satisfied;
            if (flow->judgement == Judgement::unchecked) {
                result.unchecked = true;
            } else {
                result.worst = std::max(result.worst, flow->judgement);
            }
        }
        if (result.unchecked && result.worst == Judgement::satisfied) result.worst = Judgement::unchecked;
        return result;
    }
    static std::string_view sign(Judgement judgement) {
        switch (judgement) {
            case Judgement::satisfied: return "\u2713";
            case Judgement::conditional: return "?";
            case Judgement::partial:
            case Judgement::missing: return "\u2717";
            case Judgement::unchecked: return "\u2013";
        }
        return "";
    }

    void matrix() {
        text_ +=
            "<h2 id=\"matrix\">Flow matrix</h2>\n<p>Who needs to reach whom: rows open connections to columns. A cell "
            "counts the required services, once at each firewall on the way, and leads to the rules that "
            "decide. Totals above count every pair of hosts.</p>\n<div class=\"wide\"><table class=\"matrix\">"
            "<thead><tr><th scope=\"col\">from \\ to</th>";
        for (const auto& to : to_) add("<th scope=\"col\">{}</th>", in_markup(to));
        text_ += "</tr></thead><tbody>\n";
        for (const auto& from : from_) {
            add("<tr><th scope=\"row\">{}</th>", in_markup(from));
            for (const auto& to : to_) {
                const auto found = pairs_.find({from, to});
                if (found == pairs_.end()) {
                    text_ += "<td></td>";
                    continue;
                }
                const Tally count = tally(found->second);
                add("<td><a class=\"{}\" href=\"#{}\" title=\"{} to {}: {}\">{} {}/{}</a></td>", to_string(count.worst),
                    pair_id(from, to), in_markup(from), in_markup(to), to_string(count.worst), sign(count.worst),
                    count.satisfied, count.all);
            }
            text_ += "</tr>\n";
        }
        text_ += "</tbody></table></div>\n<p class=\"legend\">";
        for (const Judgement judgement : {Judgement::satisfied, Judgement::conditional, Judgement::partial,
                                          Judgement::missing, Judgement::unchecked})
            add("<span class=\"chip {0}\">{1} {0}</span>", to_string(judgement), sign(judgement));
        text_ += "</p>\n";
    }

    void flow(const FlowRow& flow) {
        const bool passes = flow.judgement == Judgement::satisfied;
        add("<tr><td>{}{}</td><td><b>{}</b><br><span class=\"soft\">{} {}/{}</span></td><td>{}<br>to "
            "{}</td><td>{}</td><td>",
            chip(to_string(flow.judgement)), flow.counts ? "" : "<br>" + chip("decided otherwise", "settled"),
            in_markup(flow.ports), in_markup(flow.catalog), in_markup(flow.flow), in_markup(flow.service),
            in_markup(flow.from_hosts), in_markup(flow.to_hosts),
            flow.firewall.empty()
                ? ""
                : in_markup(flow.firewall) + "<br><span class=\"soft\">" + in_markup(flow.path) + "</span>");
        text_ += in_markup(flow.unchecked) + rules(passes ? flow.permitted_by : flow.stopped_by);
        const auto& witness = passes ? flow.passes : flow.fails;
        if (witness)
            add("<span class=\"soft\">{}</span> {}", passes ? "passes" : "does not pass", packet(to_string(*witness)));
        for (const auto& condition : flow.conditions) add("<br>depends on {}", in_markup(condition));
        if (flow.citation) add("<br><span class=\"soft\">{}</span>", in_markup(citation_text(*flow.citation)));
        text_ += "</td></tr>\n";
    }

    void flows() {
        text_ += "<h2 id=\"flows\">Required flows</h2>\n";
        for (const auto& from : from_) {
            for (const auto& to : to_) {
                const auto found = pairs_.find({from, to});
                if (found == pairs_.end()) continue;
                const Tally count = tally(found->second);
                add("<details class=\"pair\"><summary>{} {} to {}: {} of {} pass</summary><div id=\"{}\"><div "
                    "class=\"wide\">"
                    "<table><thead><tr><th>verdict</th><th>service</th><th>hosts</th><th>firewall</th><th>decided "
                    "by</th></tr></thead><tbody>\n",
                    chip(to_string(count.worst)), in_markup(from), in_markup(to), count.satisfied, count.all,
                    pair_id(from, to));
                for (const FlowRow* row : found->second) flow(*row);
                text_ +=
                    "</tbody></table></div><p class=\"back\"><a href=\"#matrix\">Back to the "
                    "matrix</a></p></div></details>\n";
            }
        }
    }

    void finding(const Finding& finding, std::size_t number) {
        const bool waived = !finding.waived_by.empty();
        const std::string_view style = waived ? "waived" : to_string(finding.severity);
        const Check* check = find_check(finding.check);
        const std::string where = place(finding.file, finding.span);
        add("<article class=\"finding of-{}\" id=\"finding-{}\"><div "
            "class=\"head\">{}<b>{}</b>{}{}</div>\n<h4>{}</h4>\n",
            style, number, chip(style), in_markup(finding.check),
            check ? fmt::format("<span class=\"soft\">{}</span>", check->id) : "",
            where.empty() ? "" : fmt::format("<code class=\"soft\">{}</code>", in_markup(where)),
            in_markup(finding.message));
        text_ += excerpt(finding.span);
        text_ += region_bars(finding.region, finding.region_complete, finding.needed);
        text_ += "<dl>\n";
        text_ += row("details", list(finding.details));
        text_ += row("decided by", rules(finding.decided_by));
        if (finding.witness) text_ += row("witness", packet(to_string(*finding.witness)));
        text_ += row("depends on", list(finding.conditions));
        if (finding.citation) {
            const std::string entry = catalog_entry(finding);
            text_ +=
                row("because", in_markup(citation_text(*finding.citation)) +
                                   (entry.empty() ? "" : " <span class=\"soft\">[" + in_markup(entry) + "]</span>"));
        }
        if (!finding.fix.empty()) {
            std::string commands;
            for (const auto& line : lines_of(finding.fix)) commands += in_markup(line) + "\n";
            text_ += row(finding.fix_proven ? "try, proven" : "try", "<pre>" + commands + "</pre>");
        }
        if (check) text_ += row("standards", in_markup(standards_text(*check)));
        text_ += waived ? row("waived", in_markup(finding.waived_by))
                        : row("certainty", std::string(to_string(finding.certainty)));
        text_ += "</dl></article>\n";
    }

    void findings() {
        text_ += "<h2 id=\"findings\">Findings</h2>\n";
        if (report_.findings.empty()) {
            text_ += "<p>None.</p>\n";
            return;
        }
        text_ += "<div class=\"filter\" role=\"group\" aria-label=\"Show findings\">";
        for (const std::string_view kind : {"error", "warning", "note", "waived"})
            add("<label><input type=\"checkbox\" id=\"show-{0}\" checked> {0}</label>", kind);
        text_ += "</div>\n";
        const auto group = [&](std::string_view title, const auto& belongs) {
            bool first = true;
            for (std::size_t i = 0; i < report_.findings.size(); ++i) {
                if (!belongs(report_.findings[i])) continue;
                if (first) add("<h3 class=\"group\">{}</h3>\n", title);
                first = false;
                finding(report_.findings[i], i + 1);
            }
        };
        const auto of = [](Severity severity) {
            return [severity](const Finding& f) { return f.waived_by.empty() && f.severity == severity; };
        };
        group("Errors", of(Severity::error));
        group("Warnings", of(Severity::warning));
        group("Notes", of(Severity::note));
        group("Waived", [](const Finding& f) { return !f.waived_by.empty(); });
    }

    static std::string outcome(const Outcome& outcome) {
        const std::string_view style = outcome.fails                             ? "error"
                                       : outcome.kind == OutcomeKind::found      ? "warning"
                                       : outcome.kind == OutcomeKind::excused    ? "waived"
                                       : outcome.kind == OutcomeKind::unassessed ? "conditional"
                                                                                 : "satisfied";
        std::string text =
            chip(outcome.found > 0 ? counted(outcome.found, "finding") : outcome_text(outcome.kind), style);
        if (outcome.waived > 0) text += fmt::format("<br><span class=\"soft\">{} waived</span>", outcome.waived);
        if (outcome.known > 0) text += fmt::format("<br><span class=\"soft\">{} in the baseline</span>", outcome.known);
        return text;
    }

    static std::string standards_text(const Check& check) {
        std::string text;
        for (const auto& [standard, requirement] : standard_entries(check))
            text += fmt::format("{}{}, {}", text.empty() ? "" : "; ", standard->title, requirement);
        return text;
    }

    // What was looked for, with what came of it: also where nothing was found.
    void checks() {
        const auto all = check_outcomes(report_);
        if (all.empty()) return;
        text_ +=
            "<h2 id=\"checks\">Checks</h2>\n<p>Everything that was looked for. &quot;Nothing found&quot; is said only "
            "where every statement was understood and every required flow was decided.</p>\n<div class=\"wide\"><table "
            "class=\"checks\"><thead><tr><th>check</th><th>looks for</th><th>result</th></tr></thead><tbody>\n";
        for (const auto& one : all) {
            add("<tr><td><b>{}</b><br><span class=\"soft\">{}</span></td><td>{}</td><td>{}</td></tr>\n",
                in_markup(one.name), in_markup(one.id()), one.check ? in_markup(one.check->summary) : "",
                outcome(one.outcome));
        }
        text_ += "</tbody></table></div>\n";
        const auto requirements = requirement_outcomes(report_);
        if (requirements.empty()) return;
        text_ +=
            "<h3>Standards</h3>\n<p>As far as the checks look at them: a requirement may ask for more than rules can "
            "show.</p>\n<div class=\"wide\"><table class=\"standards\"><thead><tr><th>standard</th><th>requirement</th>"
            "<th>checks</th><th>result</th></tr></thead><tbody>\n";
        for (const auto& one : requirements) {
            std::string words = fmt::format("{}", fmt::join(one.ids, ", "));
            if (!one.not_run.empty()) words += fmt::format("; not run: {}", fmt::join(one.not_run, ", "));
            add("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n", in_markup(one.standard->title),
                in_markup(one.requirement), in_markup(words), outcome(one.outcome));
        }
        text_ += "</tbody></table></div>\n";
    }

    void not_assessed() {
        text_ += "<h2 id=\"not-assessed\">Not assessed</h2>\n";
        std::string items;
        const auto item = [&](const std::string& text) { items += "<li>" + text + "</li>\n"; };
        for (const auto& input : report_.inputs) {
            if (input.not_understood > 0)
                item(fmt::format("{} of <code>{}</code> not understood", counted(input.not_understood, "statement"),
                                 in_markup(input.name)));
            if (input.conditional > 0)
                item(
                    fmt::format("{} of <code>{}</code> depend on something that no packet header shows; verdicts that "
                                "they could change are called conditional",
                                counted(input.conditional, "rule"), in_markup(input.name)));
        }
        if (report_.unchecked > 0) item(counted(report_.unchecked, "required flow") + " unchecked");
        if (report_.undecided > 0) item(counted(report_.undecided, "required flow") + " undecided");
        std::size_t number = 0;
        for (const auto& one : report_.findings) {
            ++number;
            if (one.check == "unchecked-flow" || one.check == "unparsed-line" || one.check == "unmodelled-condition")
                item(fmt::format("<a href=\"#finding-{}\">{}</a>", number, in_markup(one.message)));
        }
        text_ += items.empty() ? "<p>Nothing: every statement was understood and every required flow was decided.</p>\n"
                               : "<ul>\n" + items + "</ul>\n";
        if (report_.assumptions.empty()) return;
        text_ += "<h3>What the verdicts assume</h3>\n<ul>\n";
        for (const auto& assumption : report_.assumptions) add("<li>{}</li>\n", in_markup(assumption));
        text_ += "</ul>\n";
    }

    void basis() {
        text_ += "<h2 id=\"basis\">What this rests on</h2>\n";
        if (!report_.files.empty()) {
            text_ +=
                "<h3>Files</h3>\n<div class=\"wide\"><table class=\"files\"><thead><tr><th>file</th><th>use</th><th "
                "class=\"number\">bytes</th><th>SHA-256</th></tr></thead><tbody>\n";
            for (const auto& file : report_.files)
                add("<tr><td><code>{}</code></td><td>{}</td><td class=\"number\">{}</td><td "
                    "class=\"digest\"><code>{}</code></td></tr>\n",
                    in_markup(file.name), in_markup(file.use), file.bytes, in_markup(file.sha256));
            text_ += "</tbody></table></div>\n";
        }
        if (!report_.inputs.empty()) {
            text_ +=
                "<h3>Exports as they were read</h3>\n<div "
                "class=\"wide\"><table><thead><tr><th>export</th><th>format</th><th>device</th><th "
                "class=\"number\">rules</th><th class=\"number\">conditional</th><th class=\"number\">not "
                "understood</th></tr></thead><tbody>\n";
            for (const auto& input : report_.inputs)
                add("<tr><td><code>{}</code></td><td>{}</td><td>{}</td><td class=\"number\">{}</td><td "
                    "class=\"number\">{}</td><td class=\"number\">{}</td></tr>\n",
                    in_markup(input.name), in_markup(input.vendor), in_markup(input.device), input.rules,
                    input.conditional, input.not_understood);
            text_ += "</tbody></table></div>\n";
        }
        std::vector<std::string> documents;
        const auto cite = [&](const std::optional<Citation>& citation) {
            if (citation && std::find(documents.begin(), documents.end(), citation->document) == documents.end())
                documents.push_back(citation->document);
        };
        for (const auto& one : report_.findings) cite(one.citation);
        for (const auto& one : report_.flows) cite(one.citation);
        if (!documents.empty()) text_ += "<h3>Documents cited</h3>\n<p>" + list(documents) + "</p>\n";
    }

    void foot() {
        add("<footer class=\"page\">fwproof {}{}, exit status {}. A verdict is about the exports as they were read; no "
            "device was asked.</footer>\n",
            in_markup(report_.tool_version), report_.timestamp.empty() ? "" : ", " + in_markup(report_.timestamp),
            report_.exit_code);
        add("<script>\n{}</script>\n</body>\n</html>\n", kReportJs);
    }

    const Report& report_;
    std::vector<std::string> from_, to_;  // roles, in the order of the catalogs
    std::map<std::pair<std::string, std::string>, std::vector<const FlowRow*>> pairs_;
    std::string text_;
};

}  // namespace

std::string render_html(const Report& report, const RenderOptions&) { return Page(report).html(); }

}  // namespace fwproof::report
