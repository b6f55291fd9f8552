// What `--match-set NAME src,dst` matches, as alternatives of one union.
#include "vendor/iptables/ipset_match.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "vendor/iptables/values.hpp"

namespace fwproof::iptables {

namespace {

class Matcher {
public:
    Matcher(const IpSets& sets, std::string_view directions, bool negated, Family family)
        : sets_(sets), negated_(negated), family_(family) {
        for (const auto direction : split(directions, ',')) sources_.push_back(direction == "src");
    }

    SetMatch run(std::string_view name) {
        const auto found = sets_.find(name);
        if (found == sets_.end()) return widest_match(fmt::format("set '{}' is not in the ipset listing", name));
        if (found->second.list) return run_list(found->second);
        return run_set(name, found->second);
    }

private:
    SetMatch nothing() const {
        SetMatch match;
        if (negated_) match.alternatives.push_back({});
        return match;
    }

    SetMatch run_list(const IpSet& list) {
        if (negated_ && list.entries.size() > 1) return widest_match("a negated list of sets");
        SetMatch all;
        if (list.entries.empty()) return nothing();
        for (const auto& entry : list.entries) {
            const auto member = sets_.find(entry.parts[0]);
            if (member == sets_.end() || member->second.list)
                return widest_match("a member of the list of sets is missing");
            SetMatch part = run_set(entry.parts[0], member->second);
            if (!part.exact) return part;
            std::move(part.alternatives.begin(), part.alternatives.end(), std::back_inserter(all.alternatives));
        }
        return all;
    }

    SetMatch run_set(std::string_view name, const IpSet& set) {
        if (!set.known)
            return widest_match(
                fmt::format("set '{}' is of type {} or has an option that is not read", name, set.type));
        if (!set.both_families && set.v6 != (family_ == Family::v6)) return nothing();
        if (sources_.size() < set.dimensions.size()) return nothing();
        const SetQuestion question{name, set, sources_, negated_, family_};
        if (set.dimensions.size() == 1 && set.dimensions[0] == Dimension::address) return match_addresses(question);
        for (std::size_t d = 0; d < set.dimensions.size(); ++d) {
            if (set.dimensions[d] == Dimension::mac && !sources_[d]) {
                return widest_match(
                    fmt::format("set '{}' is asked for the destination's MAC address, which newer kernels "
                                "look up and older ones never find",
                                name));
            }
        }
        if (set.dimensions == std::vector{Dimension::address, Dimension::interface}) return match_interfaces(question);
        return match_services(question);
    }

    const IpSets& sets_;
    bool negated_;
    Family family_;
    std::vector<bool> sources_;
};

}  // namespace

SetMatch widest_match(std::string reason) { return {{Alternative{}}, false, std::move(reason)}; }

SetMatch match_set(const IpSets& sets, std::string_view name, std::string_view directions, bool negated,
                   Family family) {
    return Matcher(sets, directions, negated, family).run(name);
}

}  // namespace fwproof::iptables
