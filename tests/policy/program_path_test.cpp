#include "fwproof/policy/program_path.hpp"

#include "support/catch.hpp"

using fwproof::compare_programs;
using fwproof::Likeness;
using fwproof::serves_program;

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
        {"x.exe", "C:\\a\\x.exe", Likeness::open},
        {"x.exe", "C:\\a\\y.exe", Likeness::different},
        {"System", "C:\\a\\System", Likeness::different},
        {"C:\\a\\*.exe", "C:\\a\\x.exe", Likeness::open},
        // Other spellings of a place.
        {"\\\\?\\C:\\a\\x.exe", "C:\\a\\x.exe", Likeness::open},
        {"\\??\\C:\\a\\x.exe", "C:\\a\\x.exe", Likeness::open},
        {"\\Device\\HarddiskVolume3\\a\\x.exe", "C:\\a\\x.exe", Likeness::open},
        {"\\\\server\\c$\\a\\x.exe", "C:\\a\\x.exe", Likeness::open},
        {"C:\\b\\..\\a\\x.exe", "C:\\a\\x.exe", Likeness::open},
        {"C:\\.\\a\\x.exe", "C:\\a\\x.exe", Likeness::open},
        // Letters that this program knows no case of.
        {"C:\\M\xc3\x9cLL\\x.exe", "C:\\m\xc3\xbcll\\x.exe", Likeness::open},
        {"C:\\M\xc3\x9cLL\\x.exe", "C:\\m\xc3\x9cll\\x.exe", Likeness::same},
        {"C:\\M\xc3\x9cLL\\x.exe", "C:\\m\xc3\xbcll\\y.exe", Likeness::different},
        {"C:\\M\xc3\x9cLL\\x.exe", "C:\\mll\\x.exe", Likeness::different},
    };
    for (const auto& [rule, flow, expected] : cases) {
        INFO(rule << " and " << flow);
        CHECK(compare_programs(rule, flow) == expected);
        CHECK(compare_programs(flow, rule) == expected);
    }
}

TEST_CASE("a program that is named by its file alone is one that not everybody can put there") {
    struct Case {
        const char* named;
        const char* scoped;
        Likeness expected;
    };
    const Case cases[] = {
        {"MonitoringHost.exe", "C:\\Program Files\\SCOM\\Server\\monitoringhost.exe", Likeness::same},
        {"MonitoringHost.exe", "%ProgramFiles%\\SCOM\\Server\\MonitoringHost.exe", Likeness::same},
        {"svchost.exe", "%SystemRoot%\\System32\\svchost.exe", Likeness::same},
        {"MonitoringHost.exe", "MonitoringHost.exe", Likeness::same},
        {"MonitoringHost.exe", "C:\\Users\\Public\\MonitoringHost.exe", Likeness::open},
        {"MonitoringHost.exe", "C:\\Windows\\Temp\\MonitoringHost.exe", Likeness::open},
        {"MonitoringHost.exe", "C:\\Program Files\\..\\Users\\MonitoringHost.exe", Likeness::open},
        {"MonitoringHost.exe", "D:\\SCOM\\MonitoringHost.exe", Likeness::open},
        {"MonitoringHost.exe", "C:\\Program Files\\SCOM\\MONITO~1.EXE", Likeness::open},
        {"MonitoringHost.exe", "C:\\spotify.exe", Likeness::different},
        {"MonitoringHost.exe", "System", Likeness::different},
        {"C:\\Program Files\\App\\app.exe", "%ProgramFiles%\\App\\app.exe", Likeness::same},
        {"C:\\Program Files\\App\\app.exe", "C:\\Users\\app.exe", Likeness::different},
    };
    for (const auto& [named, scoped, expected] : cases) {
        INFO(named << " and " << scoped);
        CHECK(serves_program(named, scoped) == expected);
    }
}
