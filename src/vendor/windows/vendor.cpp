#include "fwproof/vendor/vendor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "vendor/windows/backup.hpp"
#include "vendor/windows/carrier.hpp"
#include "vendor/windows/lower.hpp"
#include "vendor/windows/stores.hpp"
#include "vendor/windows/values.hpp"

namespace fwproof::windows {

namespace {

Error about(const Source& source, std::string message, std::string hint) {
    Error error{std::move(message), std::move(hint), {}};
    error.file = source.name();
    return error;
}

Result<ProfileMask> chosen_profiles(const LoadOptions& options) {
    if (options.network_profile.empty()) return ProfileMask::all();
    ProfileMask mask;
    for (const Profile profile : kProfiles) {
        if (to_string(profile) == options.network_profile) mask.add(profile);
    }
    if (mask.empty()) {
        return fail(fmt::format("unknown network profile '{}'", options.network_profile),
                    "one of domain, private, public");
    }
    return mask;
}

Result<std::vector<Export>> read(const Selected& selected) {
    const SourceRef& source = selected.source;
    if (source->bytes().empty()) return fail(about(*source, "the file is empty", "export the policy again"));
    const Recognition found = recognise(*source);
    if (is_user_policy(*source)) {
        return fail(about(*source, "group policy for users, which the firewall does not read",
                          "name Machine/registry.pol of the policy object"));
    }
    switch (found.carrier) {
        case Carrier::registry_file: return read_registry_file(source);
        case Carrier::registry_listing: return read_registry_listing(source);
        case Carrier::registry_policy: return read_registry_policy(source);
        case Carrier::hive: return read_hive(source, selected.given.role);
        case Carrier::lgpo_text: return read_lgpo_text(source);
        case Carrier::policy_rules: return read_policy_rules(source);
        case Carrier::preferences: return read_preferences(source);
        case Carrier::security_template: return read_security_template(source);
        case Carrier::powershell_csv: return read_powershell_csv(source);
        case Carrier::powershell_json: return read_powershell_json(source);
        case Carrier::powershell_clixml: return read_powershell_clixml(source);
        case Carrier::netsh_text: return read_netsh_text(source);
        case Carrier::mdm_json: return read_mdm_json(source);
        case Carrier::syncml: return read_syncml(source);
        case Carrier::gpo_report: return read_gpo_report(source, !selected.preferences_apart);
        case Carrier::refused: return fail(about(*source, found.refusal, found.cure));
        case Carrier::none: break;
    }
    return fail(about(*source, "not a Windows Firewall export that fwproof knows",
                      "use netsh advfirewall export FILE.wfw, reg export, or Get-GPOReport -ReportType Xml"));
}

Result<std::vector<Export>> read_selected(const Selected& selected) {
    auto made = read(selected);
    if (!made || !selected.report) return made;
    auto identity = read_report_identity(selected.report);
    if (!identity) return fail(identity.error());
    Export& into = made->front();
    const Store& known = identity->stores.front();
    into.device = identity->device;
    for (Store& store : into.stores) {
        store.name = known.name;
        store.applies = known.applies;
        store.applies_why = known.applies_why;
        store.doubt = known.doubt;
    }
    if (!known.applies) into.service_off = {};
    into.notes.insert(into.notes.begin(), identity->notes.begin(), identity->notes.end());
    into.assumptions.insert(into.assumptions.end(), identity->assumptions.begin(), identity->assumptions.end());
    return made;
}

void join(Export& into, Export made) {
    if (into.device.empty()) into.device = made.device;
    for (auto& store : made.stores) into.stores.push_back(std::move(store));
    into.notes.insert(into.notes.end(), made.notes.begin(), made.notes.end());
    into.assumptions.insert(into.assumptions.end(), made.assumptions.begin(), made.assumptions.end());
    into.sources.insert(into.sources.end(), made.sources.begin(), made.sources.end());
    into.settings.insert(into.settings.end(), made.settings.begin(), made.settings.end());
    if (!into.service_off) into.service_off = made.service_off;
}

// The policy objects in one report, the computers of an inventory: which of them would be the host's?
Error many_devices(const Source& source, const std::vector<Export>& exports) {
    constexpr std::size_t kShown = 3;
    std::string names;
    for (std::size_t i = 0; i < std::min(exports.size(), kShown); ++i)
        names += fmt::format("{}'{}'", i == 0 ? "" : ", ", exports[i].device);
    return about(source,
                 fmt::format("holds {} policy objects or computers ({}{}), where one is expected", exports.size(),
                             names, exports.size() > kShown ? ", ..." : ""),
                 "give each of them a file of its own");
}

Result<std::vector<Export>> read_one(const Selected& selected) {
    auto made = read_selected(selected);
    if (!made) return made;
    const Carrier carrier = recognise(*selected.source).carrier;
    const bool writes = carrier == Carrier::registry_policy || carrier == Carrier::lgpo_text ||
                        carrier == Carrier::policy_rules || carrier == Carrier::preferences ||
                        carrier == Carrier::security_template || carrier == Carrier::gpo_report;
    for (Export& one : *made) {
        for (Store& store : one.stores) {
            store.file = selected.source->name();
            store.written_by_policy = writes && store.kind == StoreKind::local;
        }
        if (auto error = check_role(one, selected.given.role, *selected.source)) return fail(std::move(*error));
        for (Store& store : one.stores) {
            if (selected.given.role == StoreRole::gpo && store.kind == StoreKind::group_policy)
                store.rank = selected.given.rank;
        }
    }
    return made;
}

}  // namespace

Likelihood detect(const Input& input) {
    Likelihood best = Likelihood::no;
    for (const auto& source : input.sources) best = std::max(best, recognise(*source).likelihood);
    return best;
}

Result<std::vector<Policy>> load(const Input& input, const LoadOptions& options) {
    const auto profiles = chosen_profiles(options);
    if (!profiles) return fail(profiles.error());
    if (auto unknown = check_keywords(options.address_keywords, options.port_keywords))
        return fail(std::move(*unknown));
    std::vector<Export> exports;
    std::optional<Error> nothing;  // of the first file of a backup without firewall policy
    const std::vector<Selected> all = select_sources(input);
    for (const Selected& selected : all) {
        auto made = read_one(selected);
        if (!made) {
            Error error = std::move(made.error());
            if (!error.keep) error.keep = selected.source;
            // A backup holds files of other settings, too.
            if (!selected.given.found || !says_no_policy(error)) return fail(std::move(error));
            if (!nothing) nothing = std::move(error);
            continue;
        }
        // One file alone may hold several devices; files that are layered describe one.
        const bool alone = all.size() == 1 && selected.given.role == StoreRole::sniffed;
        if (made->size() > 1 && !alone) return fail(many_devices(*selected.source, *made));
        if (exports.empty() || alone)
            exports = std::move(*made);
        else
            join(exports.front(), std::move(made->front()));
    }
    for (Export& made : exports) {
        if (auto error = check_stores(made)) return fail(std::move(*error));
    }
    std::vector<Policy> policies;
    for (Export& made : exports) {
        Policy policy = lower_export(std::move(made), options, *profiles);
        policy.sources.insert(policy.sources.end(), input.sources.begin(), input.sources.end());
        policies.push_back(std::move(policy));
    }
    if (policies.empty() && nothing) return fail(std::move(*nothing));
    if (policies.empty()) {
        Error error{
            "no file in it is a Windows Firewall export", "name a GPO backup with registry.pol or gpreport.xml", {}};
        error.file = input.name;
        return fail(std::move(error));
    }
    return policies;
}

// Reading tells; but what writes rules or switches of the firewall is policy, and most files do.
std::optional<std::string> unusable_reason(const Input& input) {
    using namespace std::string_view_literals;
    constexpr auto kWritten = std::to_array({"|Action="sv, "EnableFirewall"sv, "|\0A\0c\0t\0i\0o\0n\0=\0"sv,
                                             "E\0n\0a\0b\0l\0e\0F\0i\0r\0e\0w\0a\0l\0l\0"sv, "InboundFirewallRules"sv});
    bool written = false;
    for (const auto& source : input.sources) {
        const Recognition found = recognise(*source);
        if (found.carrier == Carrier::refused && input.sources.size() == 1) return found.refusal;
        written = written || std::any_of(kWritten.begin(), kWritten.end(), [&](std::string_view words) {
                      return source->bytes().find(words) != std::string_view::npos ||
                             source->text().find(words) != std::string_view::npos;
                  });
    }
    if (written) return std::nullopt;
    const auto loaded = load(input, {});
    return loaded || !says_no_policy(loaded.error()) ? std::nullopt : std::optional(loaded.error().message);
}

}  // namespace fwproof::windows
