// The files that can carry a firewall policy: how each is recognised, and its reader.
#pragma once

#include "fwproof/base/result.hpp"
#include "fwproof/vendor/vendor.hpp"
#include "vendor/windows/store.hpp"

namespace fwproof::windows {

enum class Carrier : std::uint8_t {
    none,
    registry_file,     // .reg
    registry_listing,  // what reg query prints
    registry_policy,   // registry.pol
    hive,              // .wfw
    lgpo_text,
    policy_rules,       // .PolicyRules
    preferences,        // Registry.xml
    security_template,  // GptTmpl.inf
    gpo_report,         // XML of Get-GPOReport, a GPO backup or a resultant set of policy
    powershell_csv,
    powershell_json,
    powershell_clixml,
    netsh_text,
    mdm_json,  // Microsoft Graph
    syncml,
    refused,  // known, and known not to decide anything
};

struct Recognition {
    Carrier carrier = Carrier::none;
    Likelihood likelihood = Likelihood::no;
    std::string refusal;  // of a refused one: why, and what to export instead
    std::string cure;
};

// By content alone.
Recognition recognise(const Source& source);

bool is_registry_listing(std::string_view text);
bool is_lgpo_text(std::string_view text);
bool is_powershell_csv(std::string_view text);
bool is_powershell_json(std::string_view text);
bool is_netsh_text(std::string_view text);
bool is_foreign_netsh_text(std::string_view text);  // in another language than English
bool is_mdm_json(std::string_view text);

// The error for a file of the right form without firewall policy.
Error no_policy(const Source& source, std::string_view what, std::string hint);
bool says_no_policy(const Error& error);

// Each reads one source into one export per policy object in it.
Result<std::vector<Export>> read_registry_file(const SourceRef& source);
Result<std::vector<Export>> read_registry_listing(const SourceRef& source);
Result<std::vector<Export>> read_registry_policy(const SourceRef& source);
// `role`: what the root of an exported hive is; where that is not said, a local store of which the kind is open.
Result<std::vector<Export>> read_hive(const SourceRef& source, StoreRole role);
Result<std::vector<Export>> read_lgpo_text(const SourceRef& source);
Result<std::vector<Export>> read_policy_rules(const SourceRef& source);
Result<std::vector<Export>> read_preferences(const SourceRef& source);
Result<std::vector<Export>> read_security_template(const SourceRef& source);
Result<std::vector<Export>> read_powershell_csv(const SourceRef& source);
Result<std::vector<Export>> read_powershell_json(const SourceRef& source);
Result<std::vector<Export>> read_powershell_clixml(const SourceRef& source);
Result<std::vector<Export>> read_netsh_text(const SourceRef& source);
Result<std::vector<Export>> read_mdm_json(const SourceRef& source);
Result<std::vector<Export>> read_syncml(const SourceRef& source);
// Only the policy object's name, and whether and where it applies: of a report that stands beside its registry.pol.
Result<Export> read_report_identity(const SourceRef& source);
// `preferences`: whether those in it count; not where their own file stands beside it.
Result<std::vector<Export>> read_gpo_report(const SourceRef& source, bool preferences = true);

}  // namespace fwproof::windows
