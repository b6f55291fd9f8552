// A set of addresses alone becomes one set of addresses. Of networks and exceptions (nomatch) the most specific
// decides.
#include <fmt/format.h>

#include <algorithm>

#include "vendor/iptables/ipset_match.hpp"
#include "vendor/iptables/values.hpp"

namespace fwproof::iptables {

std::optional<AddressSet> entry_addresses(std::string_view text, Family family, int netmask) {
    if (text.find('-') != std::string_view::npos) return parse_address_range(text, family);
    auto word = parse_address_word(text, family);
    if (!word || !word->exact) return std::nullopt;
    if (netmask < 0) return word->addresses;
    return parse_address_word(fmt::format("{}/{}", text.substr(0, text.find('/')), netmask), family)->addresses;
}

SetMatch match_addresses(const SetQuestion& question) {
    std::vector<Interval<std::uint32_t>> v4;
    std::vector<Interval<uint128>> v6;
    std::vector<const IpSetEntry*> entries;
    const bool exceptions =
        std::any_of(question.set.entries.begin(), question.set.entries.end(), [](const auto& e) { return e.no_match; });
    for (const auto& entry : question.set.entries) entries.push_back(&entry);
    const auto length = [](const IpSetEntry* entry) {
        const auto slash = entry->parts[0].find('/');
        return slash == std::string_view::npos ? std::uint64_t{128}
                                               : parse_number(entry->parts[0].substr(slash + 1), 128).value_or(128);
    };
    if (exceptions) {
        std::stable_sort(entries.begin(), entries.end(),
                         [&](const auto* a, const auto* b) { return length(a) < length(b); });
    }
    AddressSet members;
    for (const auto* entry : entries) {
        const auto part = entry_addresses(entry->parts[0], question.family, question.set.netmask);
        if (!part)
            return widest_match(
                fmt::format("entry '{}' of set '{}' was not understood", entry->parts[0], question.name));
        if (exceptions) {
            members = entry->no_match ? members - *part : members | *part;
        } else {
            v4.insert(v4.end(), part->v4.intervals().begin(), part->v4.intervals().end());
            v6.insert(v6.end(), part->v6.intervals().begin(), part->v6.intervals().end());
        }
    }
    if (!exceptions) members = {IntervalSet<std::uint32_t>(std::move(v4)), IntervalSet<uint128>(std::move(v6))};
    if (question.negated) members = question.all() - members;
    SetMatch match;
    if (members.empty()) return match;
    Alternative alternative;
    (question.sources[0] ? alternative.match.header.source : alternative.match.header.destination) =
        share(std::move(members));
    match.alternatives.push_back(std::move(alternative));
    return match;
}

}  // namespace fwproof::iptables
