#include "fwproof/base/address_set.hpp"

namespace fwproof {

AddressSet AddressSet::range(const Address& first, const Address& last) {
    AddressSet set;
    if (first.family != last.family) return set;
    if (first.family == Family::v4) {
        set.v4 = IntervalSet<std::uint32_t>::range(static_cast<std::uint32_t>(first.value),
                                                   static_cast<std::uint32_t>(last.value));
    } else {
        set.v6 = IntervalSet<uint128>::range(first.value, last.value);
    }
    return set;
}

std::optional<AddressSet> AddressSet::masked(std::uint32_t value, std::uint32_t mask) {
    if (mask == 0) return any4();
    const std::uint32_t low = mask & ~(mask - 1);   // lowest fixed bit
    const std::uint32_t free = ~mask & ~(low - 1);  // free bits above it
    if (__builtin_popcount(free) > 8) return std::nullopt;
    std::vector<Interval<std::uint32_t>> intervals;
    std::uint32_t choice = 0;
    do {  // all subsets of the free bits, ascending
        const std::uint32_t first = (value & mask) | choice;
        intervals.push_back({first, first | (low - 1)});
        choice = (choice - free) & free;
    } while (choice != 0);
    return AddressSet{IntervalSet<std::uint32_t>(std::move(intervals)), {}};
}

bool AddressSet::contains(const Address& address) const {
    return address.family == Family::v4 ? v4.contains(static_cast<std::uint32_t>(address.value))
                                        : v6.contains(address.value);
}

AddressSetRef share(AddressSet set) { return std::make_shared<const AddressSet>(std::move(set)); }

AddressSetRef common(const AddressSetRef& a, const AddressSetRef& b) {
    if (!a || a == b) return b;
    if (!b) return a;
    return share(*a & *b);
}

std::vector<Prefix> to_prefixes(const Address& first, const Address& last) {
    std::vector<Prefix> prefixes;
    if (first.family != last.family || last.value < first.value) return prefixes;
    const int width = first.family == Family::v4 ? 32 : 128;
    uint128 next = first.value;
    while (true) {
        int length = width;  // the widest block that starts at `next` and ends at or before `last`
        while (length > 0) {
            const uint128 bit = uint128{1} << (width - length);
            if ((next & bit) != 0) break;
            const uint128 block_last = next | bit | (bit - 1);
            if (block_last > last.value) break;
            --length;
        }
        prefixes.push_back({{first.family, next}, static_cast<std::uint8_t>(length)});
        const uint128 block_last = prefixes.back().last().value;
        if (block_last == last.value) return prefixes;
        next = block_last + 1;
    }
}

namespace {

template <class T>
void append_intervals(std::string& text, Family family, const IntervalSet<T>& set) {
    for (const auto& interval : set.intervals()) {
        const Address first{family, interval.first};
        const Address last{family, interval.last};
        if (!text.empty()) text += ", ";
        const auto prefixes = to_prefixes(first, last);
        text += prefixes.size() == 1 ? to_string(prefixes[0]) : to_string(first) + "-" + to_string(last);
    }
}

std::optional<AddressSet> parse_word(std::string_view word) {
    if (word == "any") return AddressSet::any();
    if (word == "none") return AddressSet{};
    if (word == "any4") return AddressSet::any4();
    if (word == "any6") return AddressSet::any6();
    if (const auto dash = word.find('-'); dash != std::string_view::npos) {
        const auto first = parse_address(word.substr(0, dash));
        const auto last = parse_address(word.substr(dash + 1));
        if (!first || !last || first->family != last->family || last->value < first->value) return std::nullopt;
        return AddressSet::range(*first, *last);
    }
    const auto prefix = parse_prefix(word);
    if (!prefix) return std::nullopt;
    return AddressSet::of(*prefix);
}

}  // namespace

std::string to_string(const AddressSet& set) {
    if (set.is_all()) return "any";
    if (set.empty()) return "none";
    std::string text;
    if (set.v4.is_all()) {
        text = "any4";
    } else {
        append_intervals(text, Family::v4, set.v4);
    }
    if (set.v6.is_all()) {
        text += text.empty() ? "any6" : ", any6";
    } else {
        append_intervals(text, Family::v6, set.v6);
    }
    return text;
}

std::optional<AddressSet> parse_address_set(std::string_view text) {
    constexpr std::string_view kSeparators = ", \t";
    std::vector<Interval<std::uint32_t>> v4;
    std::vector<Interval<uint128>> v6;
    bool any_word = false;
    while (true) {
        const auto start = text.find_first_not_of(kSeparators);
        if (start == std::string_view::npos) break;
        text.remove_prefix(start);
        const auto end = text.find_first_of(kSeparators);
        const auto part = parse_word(text.substr(0, end));
        if (!part) return std::nullopt;
        v4.insert(v4.end(), part->v4.intervals().begin(), part->v4.intervals().end());
        v6.insert(v6.end(), part->v6.intervals().begin(), part->v6.intervals().end());
        any_word = true;
        text.remove_prefix(end == std::string_view::npos ? text.size() : end);
    }
    if (!any_word) return std::nullopt;
    return AddressSet{IntervalSet<std::uint32_t>(std::move(v4)), IntervalSet<uint128>(std::move(v6))};
}

}  // namespace fwproof
