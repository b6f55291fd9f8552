// Exports of Windows as users meet them.
#include "support/catch.hpp"
#include "support/program.hpp"

namespace {

const std::string kFirewall =
    "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy";

std::string reg(const std::string& key, const std::string& values) {
    return "Windows Registry Editor Version 5.00\r\n\r\n" + kFirewall + "\\" + key + "]\r\n" + values + "\r\n";
}

std::string lint(const std::string& directory, const std::string& rule) {
    write_file(directory, "host.reg",
               reg("FirewallRules", "\"r0\"=\"v2.31|Action=Allow|Active=TRUE|Dir=In|" + rule + "\""));
    return run_fwproof({"lint", "host.reg", "--ignore", "incomplete-log,assumed-default,rpc-keyword-without-epmap"},
                       directory)
        .out;
}

}  // namespace

TEST_CASE("a rule for one listener opens the ports that it names, and no others") {
    struct Case {
        std::string rule;
        std::string says;  // empty: no error
    };
    const std::string svchost = "App=%SystemRoot%\\\\system32\\\\svchost.exe|";
    const std::vector<Case> cases = {
        {"Protocol=6|LPort2_10=IPTLSIn|LPort2_10=IPHTTPSIn|App=System|", ""},
        {"Protocol=17|LPort=Teredo|" + svchost + "Svc=iphlpsvc|", ""},
        {"Protocol=6|LPort=RPC|" + svchost + "Svc=Eventlog|", ""},
        {"Protocol=6|" + svchost + "Svc=winmgmt|", ""},
        {"App=C:\\\\Program Files\\\\WindowsApps\\\\x\\\\x.exe|LUOwn=S-1-5-21-1-2-3-1001|AppPkgId=S-1-15-2-1|", ""},
        {"Protocol=6|LPort=3389|" + svchost + "Svc=termservice|",
         "error[admin-port-from-untrusted]: r0 may let anybody reach tcp/3389 (Remote Desktop) at this device"},
        {"Protocol=6|LPort=445|App=System|",
         "error[worm-port-from-untrusted]: r0 may let anybody reach tcp/445 (SMB) at this device"},
        {"Protocol=6|", "error[admin-port-from-untrusted]: r0 lets anybody reach tcp/22 (SSH)"},
        {"", "error[any-to-any]: r0 permits every service from anywhere to this device"},
        {"Protocol=41|App=System|",
         "warning[tunnel-permit]: r0 may permit protocol 41 (IPv6 in IPv4) from anywhere to"},
    };
    const std::string directory = fresh_directory("windows lint");
    for (const Case& item : cases) {
        INFO(item.rule);
        const std::string out = lint(directory, item.rule);
        const bool right = item.says.empty() ? out.find("error[") == std::string::npos &&
                                                   out.find("any-source-from-untrusted") == std::string::npos
                                             : out.find(item.says) != std::string::npos;
        if (!right) WARN(out);
        CHECK(right);
    }
}

TEST_CASE("explain says why the default of a profile is unknown") {
    const std::string directory = fresh_directory("windows default");
    write_file(directory, "host.reg", reg("DomainProfile", "\"DefaultInboundAction\"=\"block\""));
    const Ran ran =
        run_fwproof({"explain", "host.reg", "tcp 10.0.0.5 > 10.9.9.9:80", "--network-profile", "domain"}, directory);
    CHECK(ran.out.starts_with("unknown"));
    const bool found = ran.out.find("because     what is written there says neither permit nor deny for certain\n") !=
                       std::string::npos;
    if (!found) WARN(ran.out);
    CHECK(found);
}

TEST_CASE("a change of the interfaces that the firewall is off on is a change") {
    const std::string directory = fresh_directory("windows interfaces");
    const std::string off = "\"EnableFirewall\"=dword:00000001\r\n\"DisabledInterfaces\"=";
    write_file(directory, "a.reg", reg("DomainProfile", off + "\"{A}\""));
    write_file(directory, "b.reg", reg("DomainProfile", off + "\"{A},{B}\""));
    const Ran ran = run_fwproof({"diff", "a.reg", "b.reg"}, directory);
    const bool found = ran.out.find("on other conditions") != std::string::npos;
    if (!found) WARN(ran.out);
    CHECK(found);
}

TEST_CASE("a rule that asks for a newer Windows than before is told") {
    const std::string directory = fresh_directory("windows platform");
    const auto rule = [](const std::string& platform) {
        return reg("FirewallRules",
                   "\"r0\"=\"v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=80|" + platform + "\"");
    };
    write_file(directory, "a.reg", rule("Platform=2:6:2|Platform2=GTEQ|"));
    write_file(directory, "b.reg", rule("Platform=2:10:2|Platform2=GTEQ|"));
    const Ran ran = run_fwproof({"diff", "a.reg", "b.reg"}, directory);
    const bool found = ran.out.find("every rule with a platform condition asks for: 10.2.") != std::string::npos &&
                       ran.out.find("permit exactly the same flows") == std::string::npos;
    if (!found) WARN(ran.out);
    CHECK(found);
}
