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

bool is_user_policy(const Source& source) {
    return recognise(source).carrier == Carrier::registry_policy &&
           ("/" + plain_path(source)).ends_with("/user/registry.pol");
}

std::vector<Selected> select_sources(const Input& input) {
    std::vector<Selected> selected;
    for (std::size_t i = 0; i < input.sources.size(); ++i) {
        const auto& source = input.sources[i];
        const Given given = input.given_of(i);
        if (given.found && (recognise(*source).carrier == Carrier::none || is_user_policy(*source))) continue;
        selected.push_back({source, given});
    }
    const auto find_report = [&](const Source& source) {
        const std::string root = backup_root(plain_path(source));
        const auto report = std::find_if(selected.begin(), selected.end(), [&](const Selected& other) {
            return recognise(*other.source).carrier == Carrier::gpo_report &&
                   backup_root(plain_path(*other.source)) == root;
        });
        return report == selected.end() ? SourceRef() : report->source;
    };
    std::vector<SourceRef> replaced;
    if (selected.size() > 1) {
        for (auto& policy : selected) {
            const Carrier carrier = recognise(*policy.source).carrier;
            if (carrier != Carrier::registry_policy && carrier != Carrier::preferences &&
                carrier != Carrier::security_template)
                continue;
            policy.report = find_report(*policy.source);
            if (carrier == Carrier::registry_policy && policy.report) replaced.push_back(policy.report);
            for (auto& other : selected) {
                if (carrier == Carrier::preferences && policy.report && other.source == policy.report)
                    other.preferences_apart = true;
            }
        }
    }
    std::erase_if(selected, [&](const Selected& one) {
        return std::find(replaced.begin(), replaced.end(), one.source) != replaced.end();
    });
    return selected;
}

}  // namespace fwproof::windows
