// Which files of an input are read: those that the user named, all of them; those of a backup, where they say
// something.
#include "support/catch.hpp"
#include "vendor/windows/ask.hpp"

using namespace fwproof;
using namespace fwproof::windows;

namespace {

struct File {
    std::string name, bytes;
};

Input input_of(const std::vector<File>& files, bool found) {
    Input input{"host", {}};
    for (const auto& file : files)
        input.add(std::make_shared<const Source>(file.name, file.bytes), {StoreRole::sniffed, 0, found});
    return input;
}

std::string error_of(const Input& input) {
    const auto policies = load_policies(input, {});
    return policies ? "" : render(policies.error());
}

const std::string kWeb = "v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=80|";

// registry.pol with one text value.
std::string pol(const std::string& key, const std::string& name, const std::string& data) {
    std::string bytes("PReg\1\0\0\0", 8);
    const auto word = [&](const std::string& text, bool ended) {
        for (const char c : text) (bytes += c) += '\0';
        if (ended) bytes += std::string(2, '\0');
    };
    const auto number = [&](std::size_t value) {
        for (int i = 0; i < 4; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xff);
    };
    word("[", false);
    word(key, true);
    word(";", false);
    word(name, true);
    word(";", false);
    number(1);
    word(";", false);
    number(2 * (data.size() + 1));
    word(";", false);
    word(data, true);
    word("]", false);
    return bytes;
}

const std::string kRules = "Software\\Policies\\Microsoft\\WindowsFirewall\\FirewallRules";

std::string preferences(const std::string& rule) {
    return "<RegistrySettings clsid=\"{A3CCFC41-DFDB-43a5-8D26-0FE8B954DA51}\"><Registry name=\"p\"><Properties "
           "action=\"U\" hive=\"HKEY_LOCAL_MACHINE\" key=\"" +
           kRules + "\" name=\"p\" type=\"REG_SZ\" value=\"" + rule + "\"/></Registry></RegistrySettings>";
}

}  // namespace

TEST_CASE("a file that the user names is an export, or the run ends") {
    struct Case {
        File file;
        std::string error;
    };
    const std::string hint =
        "hint: use netsh advfirewall export FILE.wfw, reg export, or Get-GPOReport -ReportType Xml\n";
    const std::vector<Case> cases = {
        {{"junk.txt", "hello world junk\n"},
         "junk.txt: error: not a Windows Firewall export that fwproof knows\n" + hint},
        {{"other.reg",
          "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\X]\r\n\"a\"=\"b\"\r\n"},
         "other.reg: error: the registry export holds no firewall policy in force\n"
         "hint: export HKLM\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall and "
         "HKLM\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy\n"},
        {{"nohead.reg", "\r\n[HKEY_LOCAL_MACHINE\\" + kRules + "]\r\n\"a\"=\"" + kWeb + "\"\r\n"},
         "nohead.reg: error: a registry export without its first line\n"
         "hint: write 'Windows Registry Editor Version 5.00' above it, or export it again with reg export\n"},
        {{"GPO/User/Registry.pol", pol(kRules, "a", kWeb)},
         "GPO/User/Registry.pol: error: group policy for users, which the firewall does not read\n"
         "hint: name Machine/registry.pol of the policy object\n"},
    };
    for (const auto& item : cases) {
        INFO(item.file.name);
        CHECK(error_of(input_of({{"policy.reg", gpo_reg({kWeb})}, item.file}, false)) == item.error);
        CHECK(error_of(input_of({item.file, {"policy.reg", gpo_reg({kWeb})}}, false)) == item.error);
    }
}

TEST_CASE("a backup holds other files, too") {
    const Input input = input_of({{"b/DomainSysvol/GPO/Machine/Preferences/Registry/Registry.xml",
                                   "<RegistrySettings clsid=\"{A3CCFC41-DFDB-43a5-8D26-0FE8B954DA51}\"/>"},
                                  {"b/DomainSysvol/GPO/Machine/registry.pol", pol(kRules, "a", kWeb)},
                                  {"b/DomainSysvol/GPO/User/registry.pol", pol(kRules, "u", kWeb)},
                                  {"b/notes.txt", "hello world junk\n"}},
                                 true);
    CHECK(error_of(input).empty());
}

TEST_CASE("preferences of a backup are policy, too") {
    const std::string machine = "b/DomainSysvol/GPO/Machine/";
    const Input input =
        input_of({{machine + "Preferences/Registry/Registry.xml",
                   preferences("v2.30|Action=Block|Active=TRUE|Dir=In|Protocol=6|LPort=443|")},
                  {machine + "registry.pol", pol(kRules, "a", "v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|")}},
                 true);
    const auto policies = load_policies(input, {});
    REQUIRE(policies);
    REQUIRE(policies->size() == 1);
    CHECK(ask(policies->at(0), "domain", Position::inbound, "10.0.0.5 > 10.9.9.9 tcp/80") == "P");
    CHECK(ask(policies->at(0), "domain", Position::inbound, "10.0.0.5 > 10.9.9.9 tcp/443") == "D");
}
