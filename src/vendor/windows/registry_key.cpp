#include "vendor/windows/registry.hpp"
#include "vendor/windows/words.hpp"

namespace fwproof::windows {

namespace {

// What follows `path` in `key` where `path` ends at a key boundary; nothing when it is not in it.
std::optional<std::string_view> below(std::string_view key, std::string_view path) {
    for (std::size_t from = 0;;) {
        const auto found = find_word(key, path, from);
        if (found == std::string_view::npos) return std::nullopt;
        const std::string_view rest = key.substr(found + path.size());
        const bool starts = found == 0 || key[found - 1] == '\\';
        if (starts && (rest.empty() || rest[0] == '\\')) return rest.empty() ? rest : rest.substr(1);
        from = found + 1;
    }
}

std::string_view first_part(std::string_view path) { return path.substr(0, path.find('\\')); }

std::string_view behind_first_part(std::string_view path) {
    const auto slash = path.find('\\');
    return slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
}

KeyPlace classify_profile(std::string_view rest, KeyPlace place) {
    const std::string_view part = first_part(rest);
    if (part.empty()) {
        place.meaning = KeyMeaning::profile;
    } else if (same_word(part, "AuthorizedApplications") || same_word(part, "GloballyOpenPorts")) {
        const std::string_view list = behind_first_part(rest);
        const bool programs = same_word(part, "AuthorizedApplications");
        if (list.empty()) {
            place.meaning = programs ? KeyMeaning::profile_program_exceptions : KeyMeaning::profile_port_exceptions;
        } else {
            place.meaning = same_word(list, "List") ? KeyMeaning::exception_list : KeyMeaning::ignored;
        }
        place.what = part;
    } else if (same_word(part, "Logging")) {
        place.meaning = behind_first_part(rest).empty() ? KeyMeaning::profile_log : KeyMeaning::ignored;
        place.what = part;
    } else if (same_word(part, "IcmpSettings") || same_word(part, "Services") ||
               same_word(part, "RemoteAdminSettings")) {
        place.meaning = KeyMeaning::profile_service;
        place.what = rest;
    } else {
        place.meaning = KeyMeaning::ignored;
        place.what = part;
    }
    return place;
}

KeyPlace classify_below(std::string_view rest, StoreKind store) {
    KeyPlace place;
    place.store = store;
    place.meaning = KeyMeaning::ignored;
    const std::string_view part = first_part(rest);
    const std::string_view behind = behind_first_part(rest);
    if (part.empty()) {
        place.meaning = KeyMeaning::global;
    } else if (same_word(part, "FirewallRules")) {
        place.meaning = behind.empty() ? KeyMeaning::rules : KeyMeaning::other_rules;
        place.what = rest;
    } else if (same_word(part, "DomainProfile")) {
        place.profile = Profile::domain;
        return classify_profile(behind, place);
    } else if (same_word(part, "PublicProfile")) {
        place.profile = Profile::public_;
        return classify_profile(behind, place);
    } else if (same_word(part, "PrivateProfile") || same_word(part, "StandardProfile")) {
        place.profile = Profile::private_;
        place.standard_profile = same_word(part, "StandardProfile");
        place.private_of_local = !place.standard_profile && store == StoreKind::local;
        return classify_profile(behind, place);
    } else if (same_word(part, "Mdm") && store == StoreKind::local) {
        return classify_below(behind, StoreKind::mdm);
    } else if (!part.ends_with("Sets")) {  // of what connection security negotiates
        place.meaning = KeyMeaning::other_rules;
        place.what = part;
    }
    return place;
}

}  // namespace

bool decides(KeyMeaning meaning) {
    switch (meaning) {
        case KeyMeaning::rules:
        case KeyMeaning::profile:
        case KeyMeaning::profile_program_exceptions:
        case KeyMeaning::profile_port_exceptions:
        case KeyMeaning::exception_list:
        case KeyMeaning::profile_service: return true;
        case KeyMeaning::unrelated:
        case KeyMeaning::global:
        case KeyMeaning::profile_log:
        case KeyMeaning::ignored:
        case KeyMeaning::other_rules:
        case KeyMeaning::defaults: return false;
    }
    return false;
}

KeyPlace classify_key(std::string_view key, std::optional<StoreKind> root) {
    for (const auto* user : {"HKEY_CURRENT_USER\\", "HKEY_USERS\\"}) {
        if (starts_with_word(key, user)) return {};  // the firewall reads the machine's keys only
    }
    // The copies for programs of 32 bits and of the policy editor, which the firewall does not read.
    for (const std::string_view copy : {"WOW6432Node", "Group Policy Objects"}) {
        const auto rest = below(key, copy);
        if (!rest || !below(*rest, "Policies\\Microsoft\\WindowsFirewall")) continue;
        KeyPlace place;
        place.meaning = KeyMeaning::other_rules;
        place.what = copy;
        return place;
    }
    if (const auto rest = below(key, "Policies\\Microsoft\\WindowsFirewall")) {
        return classify_below(*rest, StoreKind::group_policy);
    }
    if (const auto rest = below(key, "SharedAccess\\Parameters\\FirewallPolicy")) {
        return classify_below(*rest, StoreKind::local);
    }
    if (below(key, "SharedAccess\\Defaults\\FirewallPolicy")) {
        KeyPlace place;
        place.meaning = KeyMeaning::defaults;
        return place;
    }
    if (!root) return {};
    KeyPlace place = classify_below(key, *root);
    place.at_root = true;
    return place;
}

std::optional<std::string> policy_place(std::string_view key) {
    const auto rest = below(key, "Policies\\Microsoft\\WindowsFirewall");
    return rest ? std::optional(lower_case(*rest)) : std::nullopt;
}

bool holds_policy(std::string_view key) {
    for (const auto* above : {"Policies\\Microsoft\\WindowsFirewall", "Policies\\Microsoft", "Policies"}) {
        if (const auto rest = below(key, above); rest && rest->empty()) return true;
    }
    return false;
}

}  // namespace fwproof::windows
