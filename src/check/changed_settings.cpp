#include <fmt/format.h>

#include <map>

#include "fwproof/check/change.hpp"

namespace fwproof {

namespace {

// The values of each setting of each variant; a list may set one several times.
using Settings = std::map<std::pair<std::string, std::string>, std::vector<std::string>>;

Settings settings_of(const Policy& policy) {
    Settings all;
    for (const Setting& setting : policy.settings)
        all[{setting.name, setting.variant}].push_back(setting.value.empty() ? "by default" : setting.value);
    return all;
}

std::string said(const Settings& settings, const Settings::key_type& key) {
    const auto found = settings.find(key);
    return found == settings.end() ? "no" : fmt::format("{}", fmt::join(found->second, ", "));
}

}  // namespace

std::vector<ChangedSetting> changed_settings(const Policy& before, const Policy& after) {
    const Settings was = settings_of(before), is = settings_of(after);
    Settings either = was;
    either.insert(is.begin(), is.end());
    std::vector<ChangedSetting> all;
    for (const auto& [key, values] : either) {
        const auto& [name, variant] = key;
        const std::string earlier = said(was, key), later = said(is, key);
        if (earlier != later)
            all.push_back({fmt::format("{}{}: {} before, {} after", name, variant.empty() ? "" : " of " + variant,
                                       earlier, later),
                           variant});
    }
    return all;
}

}  // namespace fwproof
