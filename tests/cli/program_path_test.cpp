#include "cli/program_path.hpp"

#include "support/catch.hpp"

using fwproof::cli::compare_programs;
using fwproof::cli::Likeness;

TEST_CASE("programs compare as Windows would find them, or stay open") {
    struct Case {
        const char* rule;
        const char* flow;
        Likeness expected;
    };
    const Case cases[] = {
        {"%SystemRoot%\\System32\\svchost.exe", "C:\\Windows\\system32\\SVCHOST.EXE", Likeness::same},
        {"%systemroot%\\system32\\svchost.exe", "%WINDIR%\\System32\\svchost.exe", Likeness::same},
        {"C:/Program Files/App/app.exe", "\"%ProgramFiles%\\App\\app.exe\"", Likeness::same},
        {"%ProgramFiles%\\App\\app.exe", "%ProgramFiles(x86)%\\App\\app.exe", Likeness::open},
        {"System", "system", Likeness::same},
        {"System", "C:\\Windows\\explorer.exe", Likeness::different},
        {"C:\\a\\x.exe", "C:\\b\\x.exe", Likeness::different},
        // Windows may stand elsewhere, and nobody here knows the variables of that host.
        {"%SystemRoot%\\System32\\svchost.exe", "D:\\Windows\\System32\\svchost.exe", Likeness::open},
        {"%SystemRoot%\\System32\\svchost.exe", "D:\\Windows\\System32\\lsass.exe", Likeness::different},
        {"%APPDIR%\\x.exe", "C:\\app\\x.exe", Likeness::open},
        {"C:\\PROGRA~1\\App\\app.exe", "C:\\Program Files\\App\\app.exe", Likeness::open},
    };
    for (const auto& [rule, flow, expected] : cases) {
        INFO(rule << " and " << flow);
        CHECK(compare_programs(rule, flow) == expected);
        CHECK(compare_programs(flow, rule) == expected);
    }
}
