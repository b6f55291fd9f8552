#include "cli/regions.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "cli/flow_interfaces.hpp"
#include "cli/policies.hpp"
#include "fwproof/base/csv.hpp"
#include "fwproof/base/printable.hpp"
#include "fwproof/policy/object_names.hpp"

namespace fwproof::cli {

std::optional<Error> add_regions(const Policy& policy, const FlowQuery& question, RegionTable& table,
                                 const Budget& budget) {
    constexpr std::size_t kRegions = 10'000;
    FlowQuery settled = question;
    if (auto error = settle_interfaces(policy, settled)) return error;
    const Answerer answerer(policy, {settled}, budget);
    const auto answers = answerer.ask(settled, kRegions);
    if (!answers) return answers.error();
    const ObjectNames names(policy);
    for (const auto& answer : *answers) {
        if (answer.out_of_budget || (answer.parts.empty() && !answer.cannot_occur)) table.complete = false;
        for (const auto& part : answer.parts) {
            std::string who;
            std::set<RuleRef> named;
            for (const auto& hit : part.deciders) {
                if (!named.insert(hit.rule).second) continue;
                // That of the answerer also has what was asked by name, where no path leads.
                const SourceSpan span = rule_span(answerer.policy(), hit.rule);
                who += fmt::format("{}{}{}", who.empty() ? "" : ", ", rule_name(answerer.policy(), hit.rule),
                                   span ? fmt::format(" ({})", place(span)) : "");
            }
            table.complete = table.complete && part.region_complete;
            for (const auto& product : part.region) {
                table.rows.push_back({policy_title(policy), printable(answer.path), part.verdict,
                                      printable(to_string(product)), printable(to_text(product, names)), who});
            }
        }
    }
    return std::nullopt;
}

std::string regions_text(const RegionTable& table) {
    std::string text, title;
    for (const auto& row : table.rows) {
        const std::string now = fmt::format("# {}: {}\n", row.device, row.path);
        if (now != title) text += now;
        title = now;
        text += fmt::format("{} {}{}\n", to_string(row.verdict), row.said,
                            row.decided_by.empty() ? "" : "  # " + row.decided_by);
    }
    if (!table.complete) text += "# the list is not complete\n";
    return text;
}

std::string regions_csv(const RegionTable& table) {
    std::string text = csv_line({"device", "path", "verdict", "region", "decided_by"});
    for (const auto& row : table.rows) {
        text += csv_line({row.device, row.path, std::string(to_string(row.verdict)), row.region, row.decided_by});
    }
    return text;
}

Error cut_regions() {
    return {"the regions are not complete: the budget ran out, or there are too many of them",
            "ask for less, or with a larger --budget",
            {}};
}

nlohmann::ordered_json regions_json(const RegionTable& table) {
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (const auto& row : table.rows) {
        rows.push_back({{"device", row.device},
                        {"path", row.path},
                        {"verdict", to_string(row.verdict)},
                        {"region", row.region},
                        {"decided_by", row.decided_by}});
    }
    return rows;
}

}  // namespace fwproof::cli
