#include "check/unknown_outside.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "check/report_openings.hpp"

namespace fwproof {

extern const Check check_any_to_any, check_any_source_from_untrusted, check_any_destination,
    check_admin_port_from_untrusted, check_database_port_from_untrusted, check_worm_port_from_untrusted,
    check_open_egress;

std::span<const Check* const> checks_from_outside() {
    static constexpr std::array<const Check*, 7> kChecks = {
        &check_any_to_any,
        &check_any_source_from_untrusted,
        &check_any_destination,
        &check_admin_port_from_untrusted,
        &check_database_port_from_untrusted,
        &check_worm_port_from_untrusted,
        &check_open_egress,
    };
    return kChecks;
}

std::vector<UnknownOutside> unknown_outsides(const CheckContext& context) {
    std::vector<UnknownOutside> all;
    const RuleStudy* rules = context.rules_so_far();
    const std::vector<Opening>* openings = rules ? rules->openings_so_far() : nullptr;
    if (!openings) return all;
    for (const auto& opening : *openings) {
        if (opening.by != OpenedBy::rule || opening.path->position == Position::outbound) continue;
        const RuleDesk& desk = rules->desk(opening.firewall);
        if (desk.outside.doubtful.empty() || is_local_exchange(opening)) continue;
        const PacketSet anybody = perhaps_from_anybody(desk, opening) & desk.with_ports;
        // What is usually published is in order wherever it comes from.
        const auto published = find_services(ServiceGroup::published, desk, anybody, opening);
        if ((anybody - published.packets).empty()) continue;
        const Firewall& firewall = context.firewalls()[opening.firewall];
        if (all.empty() || all.back().firewall != &firewall) all.push_back({&firewall, {}});
        auto& refs = all.back().rules;
        if (std::find(refs.begin(), refs.end(), opening.rule) == refs.end()) refs.push_back(opening.rule);
    }
    return all;
}

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    const auto asks = checks_from_outside();
    if (std::none_of(asks.begin(), asks.end(), [&](const Check* one) { return context.runs(one->name); })) return;
    for (const auto& unknown : unknown_outsides(context)) {
        const Policy& policy = *unknown.firewall->policy;
        const auto index = static_cast<std::size_t>(unknown.firewall - context.firewalls().data());
        const Outside& outside = context.rules().desk(index).outside;
        std::vector<std::string> interfaces, rules;
        for (const auto& one : outside.doubtful) interfaces.push_back(one.name + (one.prefix ? "+" : ""));
        for (const auto& ref : unknown.rules) rules.push_back(rule_name(policy, ref));
        Finding finding = finding_about(check, *unknown.firewall, unknown.rules.front());
        finding.certainty = Certainty::assumed;
        finding.message =
            fmt::format("nothing says which of {} leads to the Internet: whether strangers get in by {} was not judged",
                        join_some(interfaces), join_some(rules));
        finding.subject.emplace_back().in = {outside.doubtful, false};
        finding.fix = "name the zone of each interface in a site file: interfaces = {internet = [...]}";
        findings.push_back(std::move(finding));
    }
}

}  // namespace

extern const Check check_unknown_outside;
const Check check_unknown_outside = {
    .id = "FW012",
    .name = "unknown-outside",
    .severity = Severity::note,
    .subject = Subject::input,
    .summary = R"(Nothing says which interface leads to the Internet)",
    .why =
        R"(What anybody may reach depends on the interface that it comes in by. Said by, in this order: the zones of a site file,
security levels, address translations (MASQUERADE and SNAT with -o, and ! -o docker0 for the inside), default routes.
Where rules name several interfaces and none of these says it, the checks of what strangers reach look only at packets
that come in by interfaces that no rule names. What rules permit by the others is not judged, and the result is not
complete: --strict exits with status 3. An interface that is the only one that rules name counts as outside.)",
    .example = R"(-A INPUT -i eth0 -p tcp --dport 22 -j ACCEPT
-A INPUT -i eth1 -j ACCEPT)",
    .fix =
        R"(Export the nat table too, or lint with a site file that has a zone for the Internet and says which interfaces of the
firewall lie in it.)",
    .references = R"(fwproof-site(5))",
    .run = &run,
};

}  // namespace fwproof
