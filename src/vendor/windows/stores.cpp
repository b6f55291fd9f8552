#include "vendor/windows/stores.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fwproof::windows {

namespace {

bool sets_something(const ProfileSettings& profile, bool certainly) {
    return std::any_of(profile.values.begin(), profile.values.end(),
                       [&](const auto& value) { return value && (!certainly || value->certain); });
}

// Listings of a host's state show what policy does without saying what is in it: that is no policy object.
bool holds_policy(const Store& store) {
    return !store.rules.empty() ||
           std::any_of(store.profiles.begin(), store.profiles.end(),
                       [](const ProfileSettings& profile) { return sets_something(profile, true); });
}

bool is_hollow(const Store& store) {
    return store.rules.empty() && std::none_of(store.profiles.begin(), store.profiles.end(),
                                               [](const auto& profile) { return sets_something(profile, false); });
}

// Rules may come in one file and the profiles in another.
bool overlap(const Store& a, const Store& b) {
    if (!a.rules.empty() && !b.rules.empty()) return true;
    for (const Profile profile : kProfiles) {
        for (int i = 0; i < kSettingCount; ++i) {
            const auto setting = static_cast<Setting>(i);
            if (a.profile(profile)[setting] && b.profile(profile)[setting]) return true;
        }
    }
    return false;
}

bool is_own_local(const Store& store) {
    return store.kind == StoreKind::local && !store.kind_open && !store.written_by_policy;
}

}  // namespace

std::optional<Error> check_role(const Export& made, StoreRole role, const Source& source) {
    bool policy = false, any_policy = false, local = false, device = false;  // what it holds
    for (const Store& store : made.stores) {
        policy = policy || (store.kind == StoreKind::group_policy && (holds_policy(store) || !store.deletions.empty()));
        any_policy = any_policy || store.kind == StoreKind::group_policy || store.written_by_policy;
        local = local || (store.kind == StoreKind::local && !store.written_by_policy);
        device = device || store.kind == StoreKind::mdm;
    }
    const auto wrong = [&](std::string message, std::string hint) {
        Error error{std::move(message), std::move(hint), {}};
        error.file = source.name();
        return error;
    };
    const std::string whole = "it speaks for the whole host: name it alone, as EXPORT";
    const std::string other = policy ? "--gpo FILE takes it" : local ? "--local FILE takes it" : "--mdm FILE takes it";
    switch (role) {
        case StoreRole::sniffed: break;
        case StoreRole::gpo:
            if (local && policy) return wrong("holds a local store beside group policy", whole);
            if (!any_policy || local || device) return wrong("holds no group policy", other);
            break;
        case StoreRole::mdm:
            if (policy || local || !device) return wrong("holds no device management alone", other);
            break;
        case StoreRole::local:
            if (local && policy) return wrong("holds group policy beside the local store", whole);
            if (!local) return wrong("holds no local store of a host", other);
            break;
    }
    return std::nullopt;
}

std::optional<Error> check_stores(Export& made) {
    auto& stores = made.stores;
    for (auto one = stores.begin(); one != stores.end(); ++one) {
        for (auto other = std::next(one); other != stores.end(); ++other) {
            if (!is_own_local(*one) || !is_own_local(*other) || one->file == other->file || !overlap(*one, *other))
                continue;
            Error error{fmt::format("a second local store beside that of {}: one host has one", one->file),
                        "give each host its own --local FILE or [[firewall]]",
                        {}};
            error.file = other->file;
            return error;
        }
    }
    const bool deletes =
        std::any_of(stores.begin(), stores.end(), [](const Store& store) { return !store.deletions.empty(); });
    if (deletes && std::all_of(stores.begin(), stores.end(), is_hollow)) {
        Error error{"only deletes firewall policy and sets none", "give it beside the policy that it changes", {}};
        error.file = stores.front().file;
        return error;
    }
    const bool several = std::any_of(stores.begin(), stores.end(),
                                     [&](const Store& store) { return store.file != stores.front().file; });
    const auto ranked =
        std::count_if(stores.begin(), stores.end(), [](const Store& store) { return store.rank.has_value(); });
    for (Store& store : stores) {
        if (store.rank && ranked > 1 && store.name.empty()) store.name = store.file;
        store.kind_open = store.kind_open && several;
        if (!store.kind_open) continue;
        store.doubt = Condition{ConditionKind::other,
                                fmt::format("{} is the local store of the host, and no policy object", store.file),
                                store.rules.empty() ? SourceSpan() : store.rules.front().span};
        made.notes.push_back(
            {NoteKind::partial_export,
             fmt::format("{} does not say whether it is the local store or an exported policy object", store.file),
             "say it: --local FILE or --gpo FILE; in a site file local = or gpo =", store.doubt->span});
    }
    return std::nullopt;
}

}  // namespace fwproof::windows
