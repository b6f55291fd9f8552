#include "cli/lone_store.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "cli/site_input.hpp"

namespace fwproof::cli {

namespace {

// Long exports of other vendors are not read for this.
bool may_have_stores(const Input& input) {
    const auto all = vendors();
    const auto known = std::find_if(all.begin(), all.end(), [](const Vendor& v) { return v.name == kStoresFormat; });
    return known != all.end() && known->detect(input) != Likelihood::no;
}

}  // namespace

std::string_view stores_of(const Policy& policy) {
    for (const auto& setting : policy.settings) {
        if (setting.name == "stores") return setting.value;
    }
    return {};
}

std::optional<StoreRole> lone_store(const VersionPair& pair, const VersionReading& reading) {
    constexpr std::array<std::pair<std::string_view, StoreRole>, 3> kKinds = {
        {{"group policy", StoreRole::gpo}, {"device management", StoreRole::mdm}, {"local", StoreRole::local}}};
    const auto& input = pair.after ? pair.after : pair.before;
    if (!input || input->given_of(0).role != StoreRole::sniffed) return std::nullopt;
    const Reading& how = pair.after ? reading.after : reading.before;
    if (how.format.empty() ? !may_have_stores(*input) : how.format != kStoresFormat) return std::nullopt;
    const auto policies = load_policies(*input, how.load, how.format);
    if (!policies || policies->size() != 1) return std::nullopt;
    const std::string_view stores = stores_of(policies->front());
    for (const auto& [kind, role] : kKinds) {
        if (stores == kind) return role;
    }
    return std::nullopt;
}

}  // namespace fwproof::cli
