#include <fmt/format.h>
#include <algorithm>
#include "check/dates.hpp"
#include "check/describe.hpp"
#include "check/each_rule.hpp"
#include "fwproof/base/remark.hpp"

namespace fwproof {

namespace {

// What is said of it in remarks and descriptions among its lines.
std::string remarks_in(const SourceSpan& span) {
    std::string all;
    std::string_view text = span ? span.text() : std::string_view();
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        all.append(remark_of(text.substr(0, end))).append("\n");
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return all;
}

// The same of the indented lines below: the block that the line opens.
std::string remarks_below(const SourceSpan& span) {
    std::string all;
    for (std::uint32_t number = span ? span.line() + 1 : 0; span && number <= span.source->line_count(); ++number) {
        const std::string_view line = span.source->line(number);
        if (!line.starts_with(' ')) break;
        all.append(remark_of(line)).append("\n");
    }
    return all;
}

// An object that is not meant to stay, and the word that says so.
struct Temporary {
    std::string name, word;
    bool called = false;  // by its name, else by its description
};

std::vector<Temporary> temporary_objects(const Policy& policy) {
    std::vector<Temporary> found;
    for (const auto& object : policy.objects) {
        if (!object.used) continue;
        const std::string called = temporary_word(object.name);
        const std::string described =
            called.empty() ? temporary_word(remarks_in(object.span) + remarks_below(object.span)) : std::string();
        if (!called.empty() || !described.empty())
            found.push_back({object.name, called.empty() ? described : called, !called.empty()});
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
    std::vector<Temporary> objects;
    each_rule(context, [&](const Firewall& firewall, RuleRef ref, const Rule& rule) {
        if (at != &firewall) objects = temporary_objects(*firewall.policy);
        at = &firewall;
        const auto* decide = std::get_if<Decide>(&rule.action);
        if (!rule.enabled || !decide || decide->verdict != Verdict::permit || rule.last_day || end_date(rule.comment))
            return;
        const std::string described = remarks_in(rule.span);
        if (end_date(described)) return;
        const std::string name = rule_name(*firewall.policy, ref);
        std::string sentence;
        if (const std::string word = temporary_word(rule.comment); !word.empty()) {
            sentence = fmt::format("{} is called '{}'", name, word);
        } else if (const std::string said = temporary_word(described); !said.empty()) {
            sentence = fmt::format("{} is described as '{}'", name, said);
        } else {
            const auto object = std::find_if(objects.begin(), objects.end(), [&](const Temporary& one) {
                return has_word(rule.span.text(), one.name);
            });
            if (object == objects.end()) return;
            sentence = fmt::format("{} uses {}, which is {} '{}',", name, object->name,
                                   object->called ? "called" : "described as", object->word);
        }
        Finding finding = finding_about(check, firewall, ref);
        finding.message = sentence + " and has no end";
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
be removed" count in the comment and the description of the rule and in the names and descriptions of the objects that it
uses; a schedule that ends or a day in the comment or description is an end.)",
    .example = R"(-A INPUT -p tcp -m tcp --dport 9000 -m comment --comment "temporary for vendor" -j ACCEPT)",
    .fix =
        R"(Ask who needs it still. Remove it, or write until=YYYY-MM-DD into the comment: expired-rule then watches the day.)",
    .standards = R"(pci-dss-4.0.1 1.2.7)",
    .run = &run,
};

}  // namespace fwproof
