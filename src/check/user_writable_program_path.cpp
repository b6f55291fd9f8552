#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "check/describe.hpp"
#include "check/windows_rules.hpp"

namespace fwproof {

namespace {

// Without quotes and the prefixes of the object manager, in lower case, with one kind of slash.
std::string plain(std::string_view path) {
    if (path.size() > 1 && path.front() == '"' && path.back() == '"') path = path.substr(1, path.size() - 2);
    for (const std::string_view prefix : {"\\\\?\\", "\\??\\"}) {
        if (path.starts_with(prefix)) path.remove_prefix(prefix.size());
    }
    std::string copy(path);
    std::transform(copy.begin(), copy.end(), copy.begin(),
                   [](unsigned char c) { return c == '/' ? '\\' : std::tolower(c); });
    return copy;
}

// Variables and directories in which ordinary users may write.
bool user_writable(std::string_view path) {
    static constexpr auto kVariables = std::to_array<std::string_view>(
        {"%userprofile%", "%appdata%", "%localappdata%", "%temp%", "%tmp%", "%public%", "%homepath%"});
    static constexpr auto kDirectories =
        std::to_array<std::string_view>({"\\users\\", "\\documents and settings\\", "\\temp\\", "\\tmp\\"});
    const std::string name = plain(path);
    const auto begins = [&](std::string_view start) { return std::string_view(name).starts_with(start); };
    if (std::any_of(kVariables.begin(), kVariables.end(), begins)) return true;
    // "c:\users\...", "%systemdrive%\users\..."; and the temporary directory of the system.
    for (const std::string_view drive : {"%systemdrive%", "%homedrive%"}) {
        if (!begins(drive)) continue;
        const std::string_view rest = std::string_view(name).substr(drive.size());
        return std::any_of(kDirectories.begin(), kDirectories.end(), [&](auto d) { return rest.starts_with(d); });
    }
    for (const std::string_view temp : {"%systemroot%\\temp\\", "%windir%\\temp\\"}) {
        if (begins(temp)) return true;
    }
    if (name.size() < 3 || name[1] != ':') return false;
    const std::string_view rest = std::string_view(name).substr(2);
    return rest.starts_with("\\windows\\temp\\") ||
           std::any_of(kDirectories.begin(), kDirectories.end(), [&](auto d) { return rest.starts_with(d); });
}

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    each_inbound_allow(context, [&](const WindowsRule& one) {
        const Condition* program = one.condition(ConditionKind::program);
        if (!program || !user_writable(program->value)) return false;
        Finding finding = finding_about(check, one.firewall, one.ref);
        finding.message = fmt::format("{} opens the host for {}, which users without rights can replace",
                                      rule_name(*one.firewall.policy, one.ref), program->value);
        finding.certainty = Certainty::assumed;
        finding.details.push_back(
            fmt::format("in the profile{} {}", one.profiles.size() == 1 ? "" : "s", join_some(one.profiles)));
        findings.push_back(std::move(finding));
        return true;
    });
}

}  // namespace

extern const Check check_user_writable_program_path;
const Check check_user_writable_program_path = {
    .id = "WIN107",
    .name = "user-writable-program-path",
    .severity = Severity::error,
    .subject = Subject::rules,
    .summary = R"(An inbound rule permits a program that lies where any user may write)",
    .why =
        R"(The rule trusts a path, not a program. Whoever may write in that directory puts another program there, and it may listen
to the network without asking an administrator. Reported for the directories of users and for temporary ones. What the
permissions on a directory really are, no export says.)",
    .example = R"(v2.31|Action=Allow|Active=TRUE|Dir=In|App=C:\Users\anna\Downloads\tool.exe|Name=tool|)",
    .fix = R"(Install the program under Program Files and name that path, or remove the rule.)",
    .standards = R"(pci-dss-4.0.1 1.2.5)",
    .references = R"(AdventDevInc/kudu, pull request 149)",
    .run = &run,
};

}  // namespace fwproof
