// One self-contained page for auditors: what was asked, the verdict, every required flow with the rules that decide it,
// every finding with its proof, what was not assessed, and the digests of all that the answer rests on. It loads
// nothing: a content security policy forbids it. Without its script everything but arrow keys works.
#include <fmt/format.h>

#include <algorithm>

#include "report/html_parts.hpp"
#include "report/markup.hpp"
#include "report/words.hpp"

namespace fwproof::report {

extern const std::string_view kReportCss;
extern const std::string_view kReportJs;

namespace {

class Page {
public:
    explicit Page(const Report& report) : report_(report) {}

    std::string html() {
        head();
        summary();
        text_ += "<main id=\"main\">\n";
        if (!report_.flows.empty()) text_ += html::flow_sections(report_);
        text_ += html::finding_section(report_) + html::check_section(report_) + html::not_assessed_section(report_) +
                 html::basis_section(report_);
        text_ += "</main>\n";
        foot();
        return std::move(text_);
    }

private:
    template <class... T>
    void add(fmt::format_string<T...> format, T&&... arguments) {
        fmt::format_to(std::back_inserter(text_), format, std::forward<T>(arguments)...);
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

    bool change() const { return report_.command == "diff"; }

    void figure(std::size_t count, std::string_view noun) { add("<li><b>{}</b><span>{}</span></li>", count, noun); }

    static std::string code(std::string_view name) { return fmt::format("<code>{}</code>", in_markup(name)); }

    static std::string versions_text(const ReportVersions& versions) {
        if (versions.before.empty()) return code(versions.after) + ", added";
        if (versions.after.empty()) return code(versions.before) + ", removed";
        return fmt::format("{} \u2192 {}", code(versions.before), code(versions.after));
    }

    // The first letter in upper case, and an end.
    static std::string sentence_of(std::string words) {
        if (!words.empty() && words[0] >= 'a' && words[0] <= 'z') words[0] = static_cast<char>(words[0] - 'a' + 'A');
        return words + ".";
    }

    // What was looked at: exports, catalogs, the day.
    std::string scope() const {
        constexpr std::size_t kMostNames = 12;
        std::string text;
        const std::size_t count = change() ? report_.versions.size() : report_.inputs.size();
        for (std::size_t i = 0; i < std::min(count, kMostNames); ++i)
            text +=
                (i == 0 ? "" : ", ") + (change() ? versions_text(report_.versions[i]) : code(report_.inputs[i].name));
        if (count > kMostNames) text += fmt::format(" and {} more", count - kMostNames);
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
        // An error is one, whether the run was told to fail on it or not.
        const bool fails = report_.errors > 0 || std::any_of(report_.findings.begin(), report_.findings.end(),
                                                             [&](const Finding& f) { return report_.fails(f); });
        const std::string_view style = fails ? "bad" : report_.incomplete() ? "open" : "good";
        const std::string_view sign = fails ? "\u2717" : report_.incomplete() ? "?" : "\u2713";
        const std::string sentence =
            change() ? in_markup(sentence_of(report_.headline))
            : fails ? report_.flows.empty() ? "The rules have faults that must be mended." : "The policy does not hold."
            : report_.incomplete() ? "Nothing failed, but not everything could be assessed."
                                   : "Everything that was asked holds.";
        add("<header class=\"page\">\n<h1>Firewall {} report</h1>\n", change() ? "change" : "policy");
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
            if (report_.unchecked > 0 || report_.unbound == 0) figure(report_.unchecked, "unchecked");
            // Nothing of such a role is among the flows that are counted.
            if (report_.unbound > 0) figure(report_.unbound, "roles not bound, their flows not checked");
        }
        text_ += "</ul>\n<nav aria-label=\"Sections\">";
        if (!report_.flows.empty()) text_ += "<a href=\"#matrix\">Flow matrix</a><a href=\"#flows\">Required flows</a>";
        text_ +=
            "<a href=\"#findings\">Findings</a><a href=\"#checks\">Checks</a><a href=\"#not-assessed\">Not "
            "assessed</a><a href=\"#basis\">What this "
            "rests on</a></nav>\n</header>\n";
    }

    void foot() {
        add("<footer class=\"page\">fwproof {}{}, exit status {}. A verdict is about the exports as they were read; no "
            "device was asked.</footer>\n",
            in_markup(report_.tool_version), report_.timestamp.empty() ? "" : ", " + in_markup(report_.timestamp),
            report_.exit_code);
        add("<script>\n{}</script>\n</body>\n</html>\n", kReportJs);
    }

    const Report& report_;
    std::string text_;
};

}  // namespace

std::string render_html(const Report& report, const RenderOptions&) { return Page(report).html(); }

}  // namespace fwproof::report
