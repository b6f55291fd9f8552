#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <future>
#include <set>

#include "cli/diff_report.hpp"
#include "cli/lone_store.hpp"
#include "fwproof/analysis/unread_stores.hpp"

namespace fwproof::cli {

namespace {

// Devices by name, else in their order.
std::vector<std::pair<const Policy*, const Policy*>> pair_devices(const std::vector<const Policy*>& before,
                                                                  const std::vector<const Policy*>& after) {
    std::vector<std::pair<const Policy*, const Policy*>> pairs;
    if (before.size() == 1 && after.size() == 1) return {{before[0], after[0]}};
    std::set<const Policy*> taken;
    for (const Policy* is : after) {
        const auto same = std::find_if(before.begin(), before.end(), [&](const Policy* was) {
            return was->device == is->device && was->vendor == is->vendor && !taken.contains(was);
        });
        if (same == before.end()) continue;
        taken.insert(*same);
        pairs.emplace_back(*same, is);
    }
    return pairs;
}

bool lacks_stores(const Policy& policy) {
    const std::string_view stores = stores_of(policy);
    const auto has = [&](std::string_view kind) { return stores.find(kind) != std::string_view::npos; };
    return !stores.empty() && (!has("local") || !(has("group policy") || has("device management")));
}

// The stores of one host, each with its role.
bool is_host(const std::optional<Input>& input) { return input && input->given_of(0).role != StoreRole::sniffed; }

// One store of a host, of which nobody said that it is all that counts.
void review_alone(const Policy& was, const Policy& is, const ReviewOptions& options, Review& review) {
    if (!lacks_stores(was) && !lacks_stores(is)) return;
    add_unread_stores(was, is, options, review);
    review.limits.push_back(
        fmt::format("only the {} store of a host was compared, and not what its other stores permit and block; "
                    "--gpo, --mdm and --local name all of them",
                    stores_of(is)));
}

}  // namespace

Result<FileDiff> compare_versions(const VersionPair& pair, bool single, const VersionReading& reading,
                                  const ReviewOptions& options) {
    FileDiff file;
    file.path = pair.path;
    file.renamed_from = pair.renamed_from;
    if (pair.before) file.before_name = pair.before->name;
    if (pair.after) file.after_name = pair.after->name;
    file.kind = !pair.before ? FileDiff::Kind::added : !pair.after ? FileDiff::Kind::removed : FileDiff::Kind::changed;
    using Loaded = Result<std::vector<Policy>>;
    if (!pair.refused.empty()) {
        file.kind = FileDiff::Kind::unreadable;
        file.problem = pair.refused;
        return file;
    }
    const auto load = [](const Input& input, const Reading& how) {
        const bool stores = input.given_of(0).role != StoreRole::sniffed;
        return load_policies(input, how.load, stores ? kStoresFormat : std::string_view(how.format));
    };
    const auto keep = [&](Loaded loaded, std::vector<const Policy*>& policies) -> std::optional<Error> {
        if (!loaded) return loaded.error();
        for (auto& policy : *loaded) policies.push_back(&file.policies.emplace_back(std::move(policy)));
        return std::nullopt;
    };
    // Of several files the others are compared all the same.
    const auto unreadable = [&](std::string_view version, const Error& error) {
        file.kind = FileDiff::Kind::unreadable;
        file.problem = fmt::format("the version {} is no export that can be read: {}", version, error.message);
    };
    std::vector<const Policy*> before, after;
    // Both at once: reading takes most of the time. Where no thread is to be had, one after the other.
    std::future<Loaded> earlier;
    if (pair.before)
        earlier = std::async(std::launch::async | std::launch::deferred, load, std::cref(*pair.before),
                             std::cref(reading.before));
    if (pair.after) {
        if (auto error = keep(load(*pair.after, reading.after), after)) {
            if (single) return fail(std::move(*error));
            unreadable("after", *error);
        }
    }
    if (pair.before) {
        if (auto error = keep(earlier.get(), before)) {
            if (single) return fail(std::move(*error));
            unreadable("before", *error);
        }
    }
    if (file.kind != FileDiff::Kind::changed) return file;
    const auto pairs = pair_devices(before, after);
    if (pairs.size() != before.size() || pairs.size() != after.size()) {
        file.kind = FileDiff::Kind::unreadable;
        file.problem = "the versions hold different devices";
    }
    for (const auto& [was, is] : pairs) {
        file.devices.push_back({was, is, review(*was, *is, options), changed_settings(*was, *is)});
        Review& found = file.devices.back().review;
        if (!is_host(pair.after)) review_alone(*was, *is, options, found);
        if (!pair.assumption.empty()) found.limits.push_back(pair.assumption);
    }
    return file;
}

}  // namespace fwproof::cli
