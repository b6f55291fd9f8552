// Recognises a file by its first bytes, then by the namespace and local name of the root element.
#include <fmt/format.h>

#include "vendor/windows/carrier.hpp"
#include "vendor/windows/security_template.hpp"
#include "vendor/windows/words.hpp"
#include "vendor/windows/xml.hpp"

namespace fwproof::windows {

namespace {

constexpr std::size_t kHead = 4096;  // bytes that decide

Recognition certain(Carrier carrier) { return {carrier, Likelihood::certain, {}, {}}; }
Recognition refused(std::string why, std::string cure) {
    return {Carrier::refused, Likelihood::certain, std::move(why), std::move(cure)};
}

// The name behind "<" without its prefix.
std::string_view element_name(std::string_view tag) {
    tag.remove_prefix(std::min<std::size_t>(1, tag.size()));
    tag = tag.substr(0, tag.find_first_of(" \t\r\n/>"));
    const auto colon = tag.find(':');
    return colon == std::string_view::npos ? tag : tag.substr(colon + 1);
}

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

Recognition recognise_xml(std::string_view text) {
    const std::string_view tag = root_start_tag(text);
    if (tag.empty()) return {};
    const std::string_view name = element_name(tag);
    if (name == "GPO" && has(tag, "GroupPolicy/Settings")) return certain(Carrier::gpo_report);
    if (name == "Rsop" && has(tag, "GroupPolicy/Rsop")) return certain(Carrier::gpo_report);
    if (same_word(name, "report") && has(text.substr(0, kHead), "GroupPolicy/Settings"))
        return certain(Carrier::gpo_report);
    if (same_word(name, "html") && (has(tag, "gpmc_reportInitialized") || has(text.substr(0, kHead), "gpmc_"))) {
        return refused("the HTML report of a policy object leaves conditions out and shows some that are not there",
                       "use Get-GPOReport -ReportType Xml, or registry.pol of the backup");
    }
    if (name == "Objs" && has(tag, "powershell/2004/04")) {
        const auto names = [&](std::string_view property) {  // of an object, or in a hash table
            return has(text, fmt::format("N=\"{}\"", property)) || has(text, fmt::format("N=\"Key\">{}<", property));
        };
        const bool joined = names("Direction") && names("Action") && names("Enabled");
        const bool firewall = joined || has(text, "NetFirewall") || has(text, "DefaultInboundAction");
        return {Carrier::powershell_clixml, firewall ? Likelihood::certain : Likelihood::no, {}, {}};
    }
    if (name == "SyncML" || name == "SyncBody") {
        return {Carrier::syncml, has(text, "Firewall/MdmStore") ? Likelihood::certain : Likelihood::no, {}, {}};
    }
    if (name == "PolicyRules") return certain(Carrier::policy_rules);
    const bool registry = name == "RegistrySettings" && has(tag, "A3CCFC41-DFDB-43a5-8D26-0FE8B954DA51");
    const bool services = name == "NTServices" && has(tag, "2CFB484A-4E96-4b5d-A0B6-093D2F91E6AE");
    if (registry || services) return certain(Carrier::preferences);
    if (name == "Objects" && has(text.substr(0, kHead * 4), "MSFT_NetFirewallRule")) {
        return refused("the XML of ConvertTo-Xml is not read",
                       "join the filters and use Export-Csv or ConvertTo-Json, or netsh advfirewall export FILE.wfw");
    }
    if (name == "wfpdiag" || name == "wfpstate") {
        return refused("compiled filters of one moment are no policy", "use netsh advfirewall export FILE.wfw");
    }
    return {};
}

// The columns of Format-Table: words with blanks between them.
bool is_printed_table(std::string_view line) {
    const auto names = [&](std::string_view word) {
        const auto at = find_word(line, word);
        return at != std::string_view::npos && (at == 0 || line[at - 1] == ' ') &&
               (at + word.size() == line.size() || line[at + word.size()] == ' ');
    };
    return line.find_first_of(",;\t:=") == std::string_view::npos && names("Enabled") && names("Direction") &&
           names("Action") && (names("Name") || names("DisplayName"));
}

// Listings for people, which cannot decide a flow. Their text proves little, so other vendors may know better.
Recognition recognise_unusable(std::string_view text) {
    Recognition found{Carrier::refused, Likelihood::possible, {}, "use netsh advfirewall export FILE.wfw"};
    const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
    if (is_foreign_netsh_text(text)) {
        found.refusal = "the listing of netsh is not in English: its words are not known";
        found.cure = "run chcp 437 and netsh again on an English Windows, or netsh advfirewall export FILE.wfw";
    } else if (starts_with_word(line, "Name\tGroup\tProfile\tEnabled\tAction") ||
               starts_with_word(line, "Name,Group,Profile,Enabled,Action")) {
        found.refusal = "the list that the console exports shows neither directions nor ICMP types";
    } else if (has(text.substr(0, kHead), " Profile Settings:") && has(text.substr(0, kHead), "\nFirewall Policy ")) {
        found.refusal = "the listing shows the settings of the profiles and no rule";
        found.cure =
            "append what netsh advfirewall firewall show rule name=all verbose prints, or use netsh advfirewall export "
            "FILE.wfw";
    } else if (has(line, "DefaultInboundAction") && line.find_first_of(",;\t") != std::string_view::npos) {
        found.refusal = "the table shows the settings of the profiles and no rule";
        found.cure =
            "export Get-NetFirewallRule joined with its filters, and both as JSON in one array, or use netsh "
            "advfirewall "
            "export FILE.wfw";
    } else if (starts_with_word(line, "[HKEY_")) {
        found.refusal = "a registry export without its first line";
        found.cure = "write 'Windows Registry Editor Version 5.00' above it, or export it again with reg export";
    } else if (is_printed_table(line)) {
        found.refusal =
            "the table that Get-NetFirewallRule prints shows neither ports, addresses, programs nor services";
    } else if (starts_with_word(line, "Name ") && has(text.substr(0, kHead), "\nDisplayName ") &&
               has(text.substr(0, kHead), "\nEdgeTraversalPolicy ")) {
        found.refusal =
            "the list that Get-NetFirewallRule prints shows neither ports, addresses, programs nor services";
    } else {
        return {};
    }
    return found;
}

}  // namespace

constexpr std::string_view kNoPolicy = "holds no firewall policy in force";

Error no_policy(const Source& source, std::string_view what, std::string hint) {
    Error error{fmt::format("the {} {}", what, kNoPolicy), std::move(hint), {}};
    error.file = source.name();
    return error;
}

bool says_no_policy(const Error& error) { return error.message.ends_with(kNoPolicy); }

Recognition recognise(const Source& source) {
    if (source.bytes().starts_with("PReg")) return certain(Carrier::registry_policy);
    if (source.bytes().starts_with("regf")) return certain(Carrier::hive);
    std::string_view text = source.text();
    const auto start = text.find_first_not_of(" \t\r\n");
    if (start == std::string_view::npos) return {};
    text.remove_prefix(start);
    if (starts_with_word(text, "Windows Registry Editor Version") || starts_with_word(text, "REGEDIT4")) {
        return certain(Carrier::registry_file);
    }
    if (text.starts_with('<')) return recognise_xml(text);
    if (is_security_template(text)) return certain(Carrier::security_template);
    if (is_lgpo_text(text)) return certain(Carrier::lgpo_text);
    if ((text[0] == '{' || text[0] == '[') && is_powershell_json(text)) return certain(Carrier::powershell_json);
    if ((text[0] == '{' || text[0] == '[') && is_mdm_json(text)) return certain(Carrier::mdm_json);
    if (is_netsh_text(text)) return certain(Carrier::netsh_text);
    if (is_registry_listing(text)) return certain(Carrier::registry_listing);
    if (is_powershell_csv(text)) return {Carrier::powershell_csv, Likelihood::possible, {}, {}};
    return recognise_unusable(text);
}

}  // namespace fwproof::windows
