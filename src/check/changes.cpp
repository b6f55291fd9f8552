#include "check/changes.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "check/describe.hpp"
#include "check/openings.hpp"
#include "fwproof/base/notation.hpp"
#include "fwproof/base/secrets.hpp"
#include "fwproof/policy/object_names.hpp"

namespace fwproof {

namespace {

// Sources of several files keep their own names; the name of a single one may be that of a revision of git.
std::string file_of(const Firewall& firewall, const SourceSpan& span) {
    return span && firewall.policy->sources.size() > 1 ? span.source->name() : firewall.file;
}

SourceSpan span_of(const Policy& policy, const std::optional<DecidingRule>& by) {
    return by ? rule_span(policy, by->rule) : SourceSpan();
}

std::string name_of(const Policy& policy, const std::optional<DecidingRule>& by) {
    return by ? rule_name(policy, by->rule) : "";
}

bool same_words(const ChangedAccess& access, const ChangedRegion& other) {
    const ChangedRegion& region = *access.region;
    const auto is_default = [](const Policy& policy, const std::optional<DecidingRule>& by) {
        return by && by->rule.rule >= policy.rulesets[by->rule.ruleset].rules.size();
    };
    const auto same_side = [&](const Policy& policy, const auto& a, const auto& b) {
        // Every profile has a default of its own.
        if (is_default(policy, a) && is_default(policy, b)) return true;
        return name_of(policy, a) == name_of(policy, b) && span_of(policy, a).offset == span_of(policy, b).offset;
    };
    const auto same = [](const std::vector<Product>& a, const std::vector<Product>& b) {
        return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                          [](const Product& x, const Product& y) { return to_exact_string(x) == to_exact_string(y); });
    };
    return region.before == other.before && region.after == other.after &&
           same_side(*access.policy->before, region.before_by, other.before_by) &&
           same_side(*access.firewall->policy, region.after_by, other.after_by) &&
           same(region.first_packets, other.first_packets) && same(region.others, other.others);
}

RuleEvidence evidence_of(std::string_view side, const Firewall& firewall, const Policy& policy, Verdict verdict,
                         const DecidingRule& by) {
    Firewall version = firewall;
    version.policy = &policy;
    RuleEvidence shown = evidence(version, {by.rule, verdict, by.surely});
    shown.name = fmt::format("{}: {}", side, shown.name);
    return shown;
}

void add_conditions(const Policy& policy, const std::optional<DecidingRule>& by, Finding& finding) {
    if (!by || by->surely) return;
    const auto& rules = policy.rulesets[by->rule.ruleset].rules;
    if (by->rule.rule >= rules.size()) return;
    for (const auto& condition : rules[by->rule.rule].match.conditions) {
        finding.conditions.push_back(fmt::format("{} {}", to_string(condition.kind), condition.value));
    }
}

// ", depending on IPsec packet of a tunnel": on what the first rule that may decide does.
std::string depends_text(const Policy& policy, const std::optional<DecidingRule>& by) {
    constexpr std::size_t kMost = 120;
    Finding asked;
    add_conditions(policy, by, asked);
    if (asked.conditions.empty()) return {};
    const std::string text = join_some(asked.conditions);
    return text.size() > kMost ? std::string() : ", depending on " + text;
}

std::string edit_text(const EditedLine& line) {
    constexpr std::size_t kMost = 160;
    std::string text = shown_line(line.span);
    text.erase(0, std::min(text.find_first_not_of(" \t"), text.size()));
    text.resize(text.find_last_not_of(" \t\r\n") + 1);
    if (text.size() > kMost) text = text.substr(0, kMost) + "...";
    return fmt::format("because of {} {} ({}:{})", line.added ? '+' : '-', text, line.span.source->name(),
                       line.span.line());
}

// " at edge, profile domain": no word of the direction, which the rules' names say.
std::string where(const ChangedAccess& access) {
    const bool profiles =
        std::any_of(access.paths.begin(), access.paths.end(), [](const Path* path) { return !path->variant.empty(); });
    return place(*access.firewall, profiles ? access.paths : std::vector<const Path*>());
}

}  // namespace

std::string also_sentence(StateSet states) {
    const bool flags = states.contains(State::new_);
    const StateSet others = states & StateSet(State::new_).complement();
    if (others.empty()) return "and the same headers with other TCP flags";
    return fmt::format("and the same headers in state {}{}", to_string(others),
                       flags ? ", or with other TCP flags" : "");
}

std::vector<Product> ChangedAccess::packets() const {
    std::vector<Product> all = region->first_packets;
    all.insert(all.end(), region->others.begin(), region->others.end());
    return all;
}

std::vector<ChangedAccess> changed_access(const CheckContext& context) {
    std::vector<ChangedAccess> all;
    for (const auto& policy : context.input().change->policies) {
        const auto first = static_cast<std::ptrdiff_t>(all.size());
        const Firewall& firewall = context.firewalls()[policy.firewall];
        const auto outside = std::make_shared<const Outside>(outside_of(firewall, context.input().topology.zones));
        for (const auto& path : policy.review->paths) {
            for (const auto& region : path.regions) {
                const auto known = std::find_if(all.begin() + first, all.end(), [&](const ChangedAccess& access) {
                    return !path.after->variant.empty() && path.after->position == access.paths[0]->position &&
                           same_words(access, region);
                });
                if (known != all.end()) {
                    known->paths.push_back(path.after);
                } else {
                    all.push_back({&firewall, &policy, &region, {path.after}, outside});
                }
            }
        }
    }
    return all;
}

Finding finding_after(const Check& check, const Firewall& firewall, const SourceSpan& span) {
    Finding finding = finding_at(check, firewall, span);
    finding.file = file_of(firewall, span);
    return finding;
}

void report_replies(const CheckContext& context, const Check& check, std::vector<Product> PathReview::*replies,
                    std::string_view how, std::vector<Finding>& findings) {
    for (const auto& policy : context.input().change->policies) {
        for (const auto& path : policy.review->paths) {
            const auto& changed = path.*replies;
            if (changed.empty()) continue;
            Finding finding = finding_after(check, context.firewalls()[policy.firewall], {});
            finding.message = fmt::format("replies of flows that both versions permit {} {}: {}", how,
                                          to_string(path.after->position), to_exact_string(changed[0]));
            finding.region = changed;
            findings.push_back(std::move(finding));
        }
    }
}

RuleEvidence evidence_after(const ChangedAccess& access) {
    RuleEvidence shown = evidence_of("after", *access.firewall, *access.firewall->policy, access.region->after,
                                     *access.region->after_by);
    shown.file = file_of(*access.firewall, shown.span);
    return shown;
}

Finding finding_about(const Check& check, const ChangedAccess& access) {
    const Policy& before = *access.policy->before;
    const Policy& after = *access.firewall->policy;
    const ChangedRegion& region = *access.region;
    SourceSpan span;
    for (const auto& line : region.because) {
        if (line.added && !span) span = line.span;
    }
    // What a verdict perhaps depends on now is no place of the change.
    if (!span && region.after != Verdict::unknown) span = span_of(after, region.after_by);
    Finding finding = finding_after(check, *access.firewall, span);
    if (region.before_by) {
        finding.decided_by.push_back(evidence_of("before", *access.firewall, before, region.before, *region.before_by));
    }
    if (region.after_by) finding.decided_by.push_back(evidence_after(access));
    finding.witness = region.witness;
    finding.region = access.packets();
    finding.region_complete = region.complete;
    if (region.before == Verdict::unknown || region.after == Verdict::unknown) {
        finding.certainty = Certainty::may_be_less;
        add_conditions(before, region.before_by, finding);
        add_conditions(after, region.after_by, finding);
    }
    if (region.also.bits() != 0) finding.details.push_back(also_sentence(region.also));
    if (region.one_of) finding.details.emplace_back("one or more of these edits make it");
    for (const auto& line : region.because) finding.details.push_back(edit_text(line));
    std::vector<std::string> names;
    for (const auto& object : region.objects) names.push_back(object.name);
    if (!names.empty()) finding.details.push_back(fmt::format("the edit is in {}", join_some(names)));
    return finding;
}

std::string packets_text(const ChangedAccess& access) {
    constexpr std::size_t kMost = 160;
    ObjectNames names(*access.firewall->policy);
    names.add(*access.policy->before);
    const ChangedRegion& region = *access.region;
    const std::size_t count = region.first_packets.size() + region.others.size();
    std::string text = !region.first_packets.empty() ? to_text(region.first_packets[0], names)
                       : !region.others.empty()      ? to_exact_text(region.others[0], names)
                                                     : std::string("packets");
    if (text.size() > kMost) text = text.substr(0, text.rfind(' ', kMost)) + " ...";
    if (!region.complete) return text + " and more";
    return count < 2 ? text : fmt::format("{} and {} more region{}", text, count - 1, count == 2 ? "" : "s");
}

std::string change_text(const ChangedAccess& access) {
    const ChangedRegion& region = *access.region;
    const bool wider = access.widens();
    const std::string after = name_of(*access.firewall->policy, region.after_by);
    const std::string before = name_of(*access.policy->before, region.before_by);
    const std::string_view was = region.before == Verdict::permit ? "permitted" : "denied";
    // The first rule that may decide is not the one that may permit or deny.
    if (region.after == Verdict::unknown) {
        const std::string perhaps =
            fmt::format("{} may be {} now{}", packets_text(access), wider ? "permitted" : "denied", where(access));
        const std::string depends = depends_text(*access.firewall->policy, region.after_by);
        if (region.direction == Direction::still_unknown)
            return perhaps + ", on other conditions than before" + depends;
        return perhaps + depends +
               (before.empty() ? fmt::format("; it was {} before", was)
                               : fmt::format("; {} {} it before", before, was));
    }
    std::string text = fmt::format("{} {} {}{}", after.empty() ? "the policy" : after, wider ? "permits" : "denies",
                                   packets_text(access), where(access));
    if (region.before == Verdict::unknown) return text + ", which was unknown before";
    if (before.empty()) return text + fmt::format(", which was {} before", was);
    return text + fmt::format(", which {} {} before", before, was);
}

bool from_untrusted(const ChangedAccess& access, const Product& product) {
    if (access.paths[0]->position == Position::outbound) return false;
    // A Windows host is among strangers in the public profile only.
    if (std::none_of(access.paths.begin(), access.paths.end(),
                     [](const Path* path) { return path->variant.empty() || path->variant == "public"; }))
        return false;
    if (product.source && (*product.source & internet_addresses()).empty()) return false;
    return !only_by_doubtful(access, product) || meets(product.in, access.outside->doubtful);
}

bool only_by_doubtful(const ChangedAccess& access, const Product& product) {
    return !meets(product.in, access.outside->interfaces.any_of) && !meets(product.in, access.outside->unnamed);
}

}  // namespace fwproof
