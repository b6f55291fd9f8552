#include "packet/coordinates.hpp"

#include <algorithm>
#include <bit>
#include <optional>
#include <stdexcept>

namespace fwproof::packet {

namespace {

const InterfacePattern kEvery{"", true};

}  // namespace

Scale::Scale(std::vector<uint128> cuts, uint128 max) : max_(max) {
    cuts.push_back(0);
    std::sort(cuts.begin(), cuts.end());
    cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
    while (cuts.back() > max) cuts.pop_back();
    starts_ = std::move(cuts);
}

Rank Scale::rank(uint128 value) const {
    const auto above = std::upper_bound(starts_.begin(), starts_.end(), value);
    return static_cast<Rank>(above - starts_.begin() - 1);
}

Rank Scale::exact_start(uint128 value) const {
    const Rank found = rank(value);
    if (first(found) != value) throw std::logic_error("a value was not given to the space");
    return found;
}

Rank Scale::exact_end(uint128 value) const {
    const Rank found = rank(value);
    if (last(found) != value) throw std::logic_error("a value was not given to the space");
    return found;
}

// A name's class is decided by the exact pattern that is the name, if there is one, and by the longest prefix pattern
// that starts it. So one candidate for each pattern, the empty name and a name that nothing starts reach every class.
InterfaceScale::InterfaceScale(std::vector<InterfacePattern> patterns) : patterns_(std::move(patterns)) {
    std::sort(patterns_.begin(), patterns_.end());
    patterns_.erase(std::unique(patterns_.begin(), patterns_.end()), patterns_.end());
    const auto add = [&](const std::string& name) {
        if (by_signature_.emplace(signature(name), static_cast<Rank>(names_.size())).second) names_.push_back(name);
    };
    add("");
    for (const auto& pattern : patterns_) add(pattern.name);
    for (const auto& pattern : patterns_) {
        if (!pattern.prefix) continue;
        // Some continuation is neither an exact name nor begins a longer prefix; there are fewer patterns than trials.
        std::vector<bool> wanted(patterns_.size());
        for (std::size_t i = 0; i < patterns_.size(); ++i) {
            wanted[i] = patterns_[i].prefix && pattern.name.starts_with(patterns_[i].name);
        }
        // Ten longer prefixes may leave no digit to go on with.
        for (const std::string_view between : {"", "x", "y", "z", "_", "-", ".", "X", "Y", "Z"}) {
            std::optional<std::string> found;
            for (std::size_t trial = 0; trial <= patterns_.size() && !found; ++trial) {
                std::string name = pattern.name + std::string(between) + std::to_string(trial);
                if (signature(name) == wanted) found = std::move(name);
            }
            if (!found) continue;
            add(*found);
            break;
        }
    }
    for (std::size_t trial = 0; trial <= patterns_.size(); ++trial) {
        const std::string name = kOtherInterface + (trial == 0 ? "" : std::to_string(trial));
        const auto matched = signature(name);
        if (std::find(matched.begin(), matched.end(), true) != matched.end()) continue;
        add(name);
        break;
    }
}

std::vector<bool> InterfaceScale::signature(const std::string& name) const {
    std::vector<bool> matched(patterns_.size());
    for (std::size_t i = 0; i < patterns_.size(); ++i) {
        matched[i] = patterns_[i].prefix ? name.starts_with(patterns_[i].name) : name == patterns_[i].name;
    }
    return matched;
}

Rank InterfaceScale::rank(const std::string& name) const {
    const auto found = by_signature_.find(signature(name));
    if (found == by_signature_.end()) throw std::logic_error("an interface was not given to the space");
    return found->second;
}

std::vector<RankRange> InterfaceScale::ranks(const InterfaceSet& set) const {
    for (const auto* named : {&set.any_of, &set.except}) {
        for (const auto& pattern : *named) {
            const bool known = pattern == kEvery || std::binary_search(patterns_.begin(), patterns_.end(), pattern);
            if (!known) {
                throw std::logic_error("an interface was not given to the space");
            }
        }
    }
    std::vector<RankRange> ranges;
    for (Rank rank = 0; rank < count(); ++rank) {
        if (!set.contains(names_[rank])) continue;
        if (!ranges.empty() && ranges.back().last + 1 == rank) {
            ranges.back().last = rank;
        } else {
            ranges.push_back({rank, rank});
        }
    }
    return ranges;
}

InterfaceSet InterfaceScale::set(const std::vector<RankRange>& ranks) const {
    std::vector<bool> member(names_.size());
    std::size_t members = 0;
    for (const auto& range : ranks) {
        for (Rank rank = range.first; rank <= range.last; ++rank) member[rank] = true;
        members += range.last - range.first + 1;
    }
    if (members == names_.size()) return InterfaceSet::any();
    // As patterns that hold inside and nowhere outside, plain or negated, where that is enough.
    const auto describe = [&](bool inside) -> std::pair<bool, std::vector<InterfacePattern>> {
        std::vector<bool> covered(names_.size());
        std::vector<InterfacePattern> used;
        for (const auto& pattern : patterns_) {
            const InterfaceSet one{{pattern}, false};
            bool pure = true;
            bool useful = false;
            for (std::size_t i = 0; i < names_.size(); ++i) {
                if (!one.contains(names_[i])) continue;
                if (member[i] != inside) pure = false;
                if (!covered[i]) useful = true;
            }
            if (!pure || !useful) continue;
            used.push_back(pattern);
            for (std::size_t i = 0; i < names_.size(); ++i) {
                if (one.contains(names_[i])) covered[i] = true;
            }
        }
        bool complete = true;
        for (std::size_t i = 0; i < names_.size(); ++i) {
            if (member[i] == inside && !covered[i]) complete = false;
        }
        return {complete, used};
    };
    const auto plain = describe(true);
    if (plain.first) return {plain.second, false};
    const auto negated = describe(false);
    if (negated.first) return {negated.second, true};
    return by_exceptions(member);
}

// Patterns nest, so their classes are a tree below the class that no pattern matches: a pattern is named where it turns
// what the next wider one says.
InterfaceSet InterfaceScale::by_exceptions(const std::vector<bool>& member) const {
    // Whether the class with these matches is inside; `otherwise` where no name matches so.
    const auto inside = [&](const std::vector<bool>& matched, bool otherwise) {
        const auto found = by_signature_.find(matched);
        return found == by_signature_.end() ? otherwise : member[found->second];
    };
    InterfaceSet named{{}, false};
    const bool unmatched = inside(std::vector<bool>(patterns_.size()), false);
    if (unmatched) named.any_of.push_back(kEvery);
    for (const auto& pattern : patterns_) {
        std::vector<bool> own(patterns_.size()), wider(patterns_.size());  // what a name of its class matches
        for (std::size_t i = 0; i < patterns_.size(); ++i) {
            const bool itself = patterns_[i] == pattern;
            wider[i] = !itself && patterns_[i].prefix && pattern.name.starts_with(patterns_[i].name);
            own[i] = itself || wider[i];
        }
        const bool around = inside(wider, unmatched);
        if (inside(own, around) != around) (around ? named.except : named.any_of).push_back(pattern);
    }
    return named;
}

ProtocolKind Scales::kind(Rank rank) const {
    const auto number = static_cast<std::uint8_t>(protocol.first(rank));
    if (number == kTcp) return ProtocolKind::tcp;
    if (has_ports(number)) return ProtocolKind::ports;
    return has_icmp_type(number) ? ProtocolKind::icmp : ProtocolKind::plain;
}

Rank Scales::count(const Axis& axis, Rank family) const {
    switch (axis.kind) {
        case AxisKind::family: return 2;
        case AxisKind::source:
        case AxisKind::destination: return family == 0 ? v4.count() : v6.count();
        case AxisKind::protocol: return protocol.count();
        case AxisKind::source_port:
        case AxisKind::destination_port: return port.count();
        case AxisKind::icmp: return icmp.count();
        case AxisKind::tcp_flags: return tcp_flags.count();
        case AxisKind::state: return state.count();
        case AxisKind::in:
        case AxisKind::out: return interfaces.count();
        case AxisKind::field: break;
    }
    for (const auto& [field, scale] : fields) {
        if (field == axis.field) return scale.count();
    }
    return 1;
}

int bits_for(Rank count) { return static_cast<int>(std::bit_width(count - 1)); }

}  // namespace fwproof::packet
