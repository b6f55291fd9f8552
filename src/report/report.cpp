#include "fwproof/report/report.hpp"

#include <algorithm>
#include <array>

namespace fwproof {

namespace report {
#define FWPROOF_FORMAT(name, title) std::string render_##name(const Report& report, const RenderOptions& options);
#include "report/formats.def"
#undef FWPROOF_FORMAT
}  // namespace report

std::span<const Format> formats() {
    static constexpr auto kFormats = std::to_array<Format>({
#define FWPROOF_FORMAT(name, title) {#name, title, &report::render_##name},
#include "report/formats.def"
#undef FWPROOF_FORMAT
    });
    return kFormats;
}

bool Report::fails(const Finding& finding) const {
    if (std::find(fail_on_checks.begin(), fail_on_checks.end(), finding.check) != fail_on_checks.end()) return true;
    return finding.waived_by.empty() && fail_on && finding.severity >= *fail_on;
}

bool Report::incomplete() const { return !unassessed.empty() || incomplete(std::string_view()); }

bool Report::incomplete(std::string_view check) const {
    return std::any_of(unassessed.begin(), unassessed.end(), [&](const Unassessed& u) { return u.check == check; }) ||
           unchecked > 0 || undecided > 0 || exhausted > 0 || uncompared > 0 ||
           std::any_of(inputs.begin(), inputs.end(), [](const ReportInput& i) { return i.not_understood > 0; });
}

}  // namespace fwproof
