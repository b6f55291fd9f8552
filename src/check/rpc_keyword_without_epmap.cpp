#include <fmt/format.h>

#include <algorithm>

#include "check/describe.hpp"
#include "check/report_openings.hpp"
#include "check/windows_rules.hpp"
#include "fwproof/analysis/crossing.hpp"
#include "fwproof/base/service.hpp"

namespace fwproof {

namespace {

constexpr std::uint16_t kEndpointMapper = 135;

// Addresses of other computers. What a host sends to itself is permitted whatever the rules say.
AddressSetRef from_elsewhere(const AddressSetRef& sources) {
    static const AddressSet kHere = parse_address_set("127.0.0.0/8 ::1").value();
    return share((sources ? *sources : AddressSet::any()) - kHere);
}

// Whether anything of the endpoint mapper may be open in that profile for those that the rule lets in.
bool mapper_open(const RuleDesk& desk, const Path& path, const Rule& rule) {
    const auto services = service(kTcp, PortSet::of(kEndpointMapper));
    for (const auto* matches : {&rule.match.any_of, &rule.match.outer}) {
        for (const auto& match : *matches) {
            const Product question =
                first_packets(from_elsewhere(match.header.source), match.header.destination, services);
            SpaceBuilder builder;
            add_values(builder, desk.policy);
            builder.add(question);
            const Space space = builder.build();
            const PacketSet packets = space.from(question);
            const Outcome outcome = Evaluator(desk.policy, space, packets).evaluate(path, packets);
            if (outcome.out_of_budget || !(outcome.permitted | outcome.undecided).empty()) return true;
        }
    }
    return false;
}

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    const auto& firewalls = context.firewalls();
    each_inbound_allow(context, [&](const WindowsRule& one) {
        const Condition* keyword = one.condition(ConditionKind::port_keyword);
        if (!keyword || keyword->value != "RPC") return false;
        const auto index = static_cast<std::size_t>(&one.firewall - firewalls.data());
        std::vector<std::string> closed;
        for (const auto& profile : one.profiles) {
            const Path* path = one.firewall.policy->find_path(Position::inbound, profile);
            if (path && !mapper_open(context.rules().desk(index), *path, one.rule)) closed.push_back(profile);
        }
        if (closed.empty()) return false;
        Finding finding = finding_about(check, one.firewall, one.ref);
        finding.message = fmt::format(
            "{} opens the ports of dynamic RPC, but tcp/135, where clients ask for them, is closed in the {} profile{}",
            rule_name(*one.firewall.policy, one.ref), join_some(closed), closed.size() == 1 ? "" : "s");
        findings.push_back(std::move(finding));
        return true;
    });
}

}  // namespace

extern const Check check_rpc_keyword_without_epmap;
const Check check_rpc_keyword_without_epmap = {
    .id = "WIN112",
    .name = "rpc-keyword-without-epmap",
    .severity = Severity::error,
    .subject = Subject::rules,
    .summary = R"(A rule opens dynamic RPC, but the endpoint mapper is closed)",
    .why =
        R"(A client of dynamic RPC first asks the endpoint mapper at tcp/135 for the port. Without a rule for RPC-EPMap (or port
135) it never learns it: the service does not work, and the rule only leaves ports open. Reported where no rule of the
same profile may let any of its remote addresses reach port 135.)",
    .example = R"(v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=RPC|Name=Remote task management|
(and no rule with LPort=RPC-EPMap))",
    .fix = R"(Enable or make the rule of the same group for RPC-EPMap, or disable this one.)",
    .references = R"(Microsoft Learn, create inbound rules to support RPC)",
    .run = &run,
};

}  // namespace fwproof
