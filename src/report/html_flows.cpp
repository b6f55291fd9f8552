// Who needs to reach whom, and every required flow with the rules that decide it.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "report/html_parts.hpp"
#include "report/markup.hpp"
#include "report/words.hpp"

namespace fwproof::report::html {

namespace {

class FlowSections {
public:
    explicit FlowSections(const Report& report) : report_(report) { collect_roles(); }

    std::string html() {
        matrix();
        flows();
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

    const Report& report_;
    std::vector<std::string> from_, to_;  // roles, in the order of the catalogs
    std::map<std::pair<std::string, std::string>, std::vector<const FlowRow*>> pairs_;
    std::string text_;
};

}  // namespace

std::string flow_sections(const Report& report) { return FlowSections(report).html(); }

}  // namespace fwproof::report::html
