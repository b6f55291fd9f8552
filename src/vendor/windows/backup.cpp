#include "vendor/windows/backup.hpp"

#include <algorithm>

#include "vendor/windows/carrier.hpp"
#include "vendor/windows/words.hpp"

namespace fwproof::windows {

namespace {

// Lower case, with "/" between the parts.
std::string plain_path(const Source& source) {
    std::string path = lower_case(source.name());
    std::replace(path.begin(), path.end(), '\\', '/');
    return path;
}

// The backup's own directory of a file in it.
std::string backup_root(const std::string& path) {
    const auto sysvol = path.find("domainsysvol/");
    if (sysvol != std::string::npos) return path.substr(0, sysvol);
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? "" : path.substr(0, slash + 1);
}

}  // namespace

std::vector<Selected> select_sources(const std::vector<SourceRef>& sources) {
    if (sources.size() == 1) return {{sources[0], nullptr}};
    std::vector<Selected> selected;
    for (const auto& source : sources) {
        const Carrier carrier = recognise(*source).carrier;
        if (carrier == Carrier::none || plain_path(*source).ends_with("user/registry.pol")) continue;
        selected.push_back({source, nullptr});
    }
    for (auto& policy : selected) {
        if (!policy.source || recognise(*policy.source).carrier != Carrier::registry_policy) continue;
        const std::string root = backup_root(plain_path(*policy.source));
        const auto report = std::find_if(selected.begin(), selected.end(), [&](const Selected& other) {
            return other.source && recognise(*other.source).carrier == Carrier::gpo_report &&
                   backup_root(plain_path(*other.source)) == root;
        });
        if (report != selected.end()) policy.report = std::exchange(report->source, nullptr);
    }
    std::erase_if(selected, [](const Selected& one) { return !one.source; });
    return selected;
}

}  // namespace fwproof::windows
