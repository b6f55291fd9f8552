#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "check/describe.hpp"
#include "check/windows_rules.hpp"

namespace fwproof {

namespace {

bool is_service_host(std::string_view path) {
    constexpr std::string_view kName = "svchost.exe";
    if (path.size() > 1 && path.front() == '"' && path.back() == '"') path = path.substr(1, path.size() - 2);
    if (path.size() < kName.size()) return false;
    const std::string_view tail = path.substr(path.size() - kName.size());
    const bool whole_name =
        path.size() == kName.size() || std::string_view("\\/").find(path[path.size() - kName.size() - 1]) != path.npos;
    return whole_name && std::equal(tail.begin(), tail.end(), kName.begin(),
                                    [](unsigned char a, unsigned char b) { return std::tolower(a) == b; });
}

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    each_inbound_allow(context, [&](const WindowsRule& one) {
        const Condition* program = one.condition(ConditionKind::program);
        const Condition* service = one.condition(ConditionKind::service);
        if (!program || !is_service_host(program->value) || (service && service->value != "*")) return false;
        Finding finding = finding_about(check, one.firewall, one.ref);
        finding.message = fmt::format("{} permits svchost.exe without naming a service: every service in it is meant",
                                      rule_name(*one.firewall.policy, one.ref));
        findings.push_back(std::move(finding));
        return true;
    });
}

}  // namespace

extern const Check check_svchost_without_service;
const Check check_svchost_without_service = {
    .id = "WIN108",
    .name = "svchost-without-service",
    .severity = Severity::warning,
    .subject = Subject::rules,
    .summary = R"(An inbound rule permits the shared host process of services, and names no service)",
    .why =
        R"(Dozens of services run in processes named svchost.exe. A rule for the program alone opens its ports for all of them,
also for those that are installed later. Rules with a service are not reported.)",
    .example =
        R"(v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=RPC|App=%SystemRoot%\system32\svchost.exe|Name=RPC|)",
    .fix = R"(Name the service: Set-NetFirewallRule -Name ... -Service Schedule.)",
    .standards = R"(pci-dss-4.0.1 1.2.5)",
    .references = R"(New-NetFirewallRule, parameter Service)",
    .run = &run,
};

}  // namespace fwproof
