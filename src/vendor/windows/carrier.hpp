// The files that can carry a firewall policy: how each is recognised, and its reader.
#pragma once

#include "fwproof/base/result.hpp"
#include "fwproof/vendor/vendor.hpp"
#include "vendor/windows/store.hpp"

namespace fwproof::windows {

enum class Carrier : std::uint8_t {
    none,
    registry_file,  // .reg
    gpo_report,     // XML of Get-GPOReport, a GPO backup or a resultant set of policy
    refused,        // known, and known not to decide anything
};

struct Recognition {
    Carrier carrier = Carrier::none;
    Likelihood likelihood = Likelihood::no;
    std::string refusal;  // of a refused one: why, and what to export instead
    std::string cure;
};

// By content alone.
Recognition recognise(const Source& source);

// Each reads one source into one export per policy object in it.
Result<std::vector<Export>> read_registry_file(const SourceRef& source);
Result<std::vector<Export>> read_gpo_report(const SourceRef& source);

}  // namespace fwproof::windows
