#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "check/describe.hpp"

namespace fwproof {

namespace {

constexpr std::uint32_t kSmallestFile = 16384;  // kilobytes

std::uint32_t number_of(const std::string& text, std::uint32_t otherwise) {
    std::uint32_t value = otherwise;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

// What the setting lacks; empty where it is in order. Unset, nothing is logged, into a file of 4,096 kB.
std::string lack(const Setting& setting) {
    if (setting.name == "log-dropped-packets" && number_of(setting.value, 0) == 0)
        return "dropped packets are not logged";
    if (setting.name == "log-successful-connections" && number_of(setting.value, 0) == 0)
        return "permitted connections are not logged";
    const std::uint32_t size = number_of(setting.value, 4096);
    if (setting.name == "log-file-size" && size < kSmallestFile)
        return fmt::format("the log file holds {} kB, not {} kB,", size, kSmallestFile);
    return {};
}

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    for (const auto& firewall : context.firewalls()) {
        struct Lack {
            const Setting* first = nullptr;
            std::vector<std::string> profiles;
        };
        std::vector<std::pair<std::string, Lack>> lacks;  // in the order of the settings
        for (const auto& setting : firewall.policy->settings) {
            const std::string text = lack(setting);
            if (text.empty()) continue;
            auto at = std::find_if(lacks.begin(), lacks.end(), [&](const auto& known) { return known.first == text; });
            if (at == lacks.end()) at = lacks.insert(lacks.end(), {text, {&setting, {}}});
            at->second.profiles.push_back(setting.variant);
        }
        for (const auto& [text, one] : lacks) {
            Finding finding = finding_about(check, firewall, *one.first);
            finding.message = fmt::format("{} in the {} profile{}", text, join_some(one.profiles),
                                          one.profiles.size() == 1 ? "" : "s");
            findings.push_back(std::move(finding));
        }
    }
}

}  // namespace

extern const Check check_incomplete_log;
const Check check_incomplete_log = {
    .id = "WIN105",
    .name = "incomplete-log",
    .severity = Severity::warning,
    .subject = Subject::rules,
    .summary = R"(A profile does not log what it drops or lets in, or its log file is small)",
    .why =
        R"(Without the log nobody can say after an attack what was tried and what got through, and a small file holds only the
last minutes. Windows logs nothing unless it is told to, into a file of 4,096 kB. Reported where the export speaks of
the settings of the profile; exports of rules alone say nothing about logs.)",
    .example = R"([HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\WindowsFirewall\PublicProfile\Logging]
"LogDroppedPackets"=dword:00000000)",
    .fix =
        R"(Set-NetFirewallProfile -Profile Domain,Private,Public -LogBlocked True -LogAllowed True
-LogMaxSizeKilobytes 16384.)",
    .standards = R"(stig-windows-firewall-v2r2 V-241994
stig-windows-firewall-v2r2 V-241995
stig-windows-firewall-v2r2 V-241996
stig-windows-firewall-v2r2 V-241999
stig-windows-firewall-v2r2 V-242000
stig-windows-firewall-v2r2 V-242001)",
    .references = R"([MS-GPFAS] 2.2.3, LogFileSize, LogDroppedPackets, LogSuccessfulConnections)",
    .run = &run,
};

}  // namespace fwproof
