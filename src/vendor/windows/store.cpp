#include "vendor/windows/store.hpp"

#include <algorithm>

#include "vendor/windows/words.hpp"

namespace fwproof::windows {

namespace {

struct NamedSetting {
    std::string_view name;
    Setting setting;
};

constexpr auto kSettings = std::to_array<NamedSetting>({
#define FWPROOF_SETTING(word, setting) {word, Setting::setting},
#include "vendor/windows/settings.def"
#undef FWPROOF_SETTING
});

constexpr auto kIdleSettings = std::to_array<std::string_view>({
#define FWPROOF_SETTING(word, setting)
#define FWPROOF_IDLE_SETTING(word) word,
#include "vendor/windows/settings.def"
#undef FWPROOF_SETTING
#undef FWPROOF_IDLE_SETTING
});

constexpr auto kRecordedSettings = std::to_array<std::string_view>({
#define FWPROOF_SETTING(word, setting)
#define FWPROOF_RECORDED_SETTING(word) word,
#include "vendor/windows/settings.def"
#undef FWPROOF_SETTING
#undef FWPROOF_RECORDED_SETTING
});

}  // namespace

std::string_view to_string(Setting setting) {
    for (const auto& named : kSettings) {
        if (named.setting == setting) return named.name;
    }
    return setting == Setting::allow_program_exceptions ? "AuthorizedApplications AllowUserPrefMerge"
                                                        : "GloballyOpenPorts AllowUserPrefMerge";
}

std::optional<Setting> find_setting(std::string_view name) {
    for (const auto& named : kSettings) {
        if (same_word(named.name, name)) return named.setting;
    }
    return std::nullopt;
}

std::optional<LogSetting> find_log_setting(std::string_view name) {
    if (same_word(name, "LogFileSize")) return LogSetting::file_size;
    if (same_word(name, "LogDroppedPackets")) return LogSetting::dropped_packets;
    if (same_word(name, "LogSuccessfulConnections")) return LogSetting::successful_connections;
    return std::nullopt;
}

bool is_idle_setting(std::string_view name) {
    return std::any_of(kIdleSettings.begin(), kIdleSettings.end(), [&](auto word) { return same_word(word, name); });
}

std::string_view find_recorded_setting(std::string_view name) {
    for (const auto& word : kRecordedSettings) {
        if (same_word(word, name)) return word;
    }
    return {};
}

std::string_view to_string(StoreKind kind) {
    switch (kind) {
        case StoreKind::group_policy: return "group policy";
        case StoreKind::mdm: return "device management";
        case StoreKind::local: return "local";
        case StoreKind::dynamic: return "dynamic";
    }
    return "local";
}

}  // namespace fwproof::windows
