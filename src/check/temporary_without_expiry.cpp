#include <fmt/format.h>
#include <algorithm>
#include "check/dates.hpp"
#include "check/describe.hpp"
#include "check/each_rule.hpp"

namespace fwproof {

namespace {

// Names of objects that are not meant to stay, with the word that says so.
std::vector<std::pair<std::string, std::string>> temporary_names(const Policy& policy) {
    std::vector<std::pair<std::string, std::string>> found;
    for (const auto& object : policy.objects) {
        std::string word = object.used ? temporary_word(object.name) : "";
        if (!word.empty()) found.emplace_back(object.name, std::move(word));
    }
    return found;
}

bool has_word(std::string_view text, std::string_view word) {
    const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
    for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
        const std::size_t end = at + word.size();
        if (at > 0 && is_blank(text[at - 1]) && (end == text.size() || is_blank(text[end]))) return true;
    }
    return false;
}

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    const Firewall* at = nullptr;
    std::vector<std::pair<std::string, std::string>> names;
    each_rule(context, [&](const Firewall& firewall, RuleRef ref, const Rule& rule) {
        if (at != &firewall) names = temporary_names(*firewall.policy);
        at = &firewall;
        const auto* decide = std::get_if<Decide>(&rule.action);
        if (!rule.enabled || !decide || decide->verdict != Verdict::permit || rule.last_day || end_date(rule.comment))
            return;
        const std::string name = rule_name(*firewall.policy, ref);
        const std::string word = temporary_word(rule.comment);
        const auto object = std::find_if(names.begin(), names.end(),
                                         [&](const auto& one) { return has_word(rule.span.text(), one.first); });
        if (word.empty() && object == names.end()) return;
        Finding finding = finding_about(check, firewall, ref);
        if (word.empty()) {
            finding.message =
                fmt::format("{} uses {}, which is called '{}', and has no end", name, object->first, object->second);
        } else {
            finding.message = fmt::format("{} is called '{}' and has no end", name, word);
        }
        if (!rule.comment.empty()) finding.details.push_back("comment: " + rule.comment);
        findings.push_back(std::move(finding));
    });
}

}  // namespace

extern const Check check_temporary_without_expiry;
const Check check_temporary_without_expiry = {
    .id = "FW604",
    .name = "temporary-without-expiry",
    .severity = Severity::warning,
    .subject = Subject::rules,
    .summary = R"(A rule is called temporary and has no end)",
    .why =
        R"(Nothing is as lasting as a temporary rule. Words such as temporary, temp, tmp, poc, workaround, "for testing" and "to
be removed" count in the comment and in the names of the objects that the rule uses; a schedule that ends or a day in the comment is an end.)",
    .example = R"(-A INPUT -p tcp -m tcp --dport 9000 -m comment --comment "temporary for vendor" -j ACCEPT)",
    .fix =
        R"(Ask who needs it still. Remove it, or write until=YYYY-MM-DD into the comment: expired-rule then watches the day.)",
    .standards = R"(pci-dss-4.0.1 1.2.7)",
    .run = &run,
};

}  // namespace fwproof
