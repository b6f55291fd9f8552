#include <fmt/format.h>

#include <algorithm>
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

bool has(const Settings& settings, const std::string& name, std::string_view value) {
    const auto found = settings.find({name, ""});
    return found != settings.end() && std::any_of(found->second.begin(), found->second.end(), [&](const auto& one) {
               return one.find(value) != std::string::npos;
           });
}

// Whether more may be permitted than verdicts show. What nothing is known about may.
bool may_widen(const std::string& name, const Settings& was, const Settings& is, const Policy& after) {
    if (name.starts_with("log-")) return false;
    // Rules of the local store; verdicts show them where it was read.
    if (name == "local-rules-merged") return !has(was, "stores", "local") || !has(is, "stores", "local");
    // Packets out of a tunnel that no list, or no list but a filter of the tunnel, looks at.
    if (name == "vpn-bypasses-lists")
        return has(is, name, "by default") || (is.contains({name, ""}) && !was.contains({name, ""}));
    if (name == "same-security-traffic") {
        const bool gained = std::any_of(is.begin(), is.end(), [&](const auto& setting) {
            const auto& [key, values] = setting;
            return key.first == name &&
                   std::any_of(values.begin(), values.end(), [&](const auto& value) { return !has(was, name, value); });
        });
        // Levels show in verdicts.
        const bool levels = !after.interfaces.empty() && std::all_of(after.interfaces.begin(), after.interfaces.end(),
                                                                     [](const Interface& interface) {
                                                                         return interface.security_level.has_value();
                                                                     });
        return gained && !levels;
    }
    return true;
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
                           variant, may_widen(name, was, is, after)});
    }
    return all;
}

}  // namespace fwproof
