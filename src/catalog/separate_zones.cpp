// Zones that lie inside others. Their prefixes as intervals, ascending and the wider of two first, nest like brackets:
// an interval belongs to the innermost zone, so every zone gives up what lies directly inside it. Intervals that cross,
// or are equal, belong to nobody in particular.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "catalog/load_site_parts.hpp"

namespace fwproof::site_file {

using toml_file::Problems;

namespace {

template <class T>
struct Piece {
    Interval<T> interval;
    std::size_t zone;
};

// What each zone gives up.
template <class T>
class Nesting {
public:
    Nesting(const std::vector<Zone>& zones, IntervalSet<T> AddressSet::*family) : inside_(zones.size()) {
        for (std::size_t i = 0; i < zones.size(); ++i) {
            for (const auto& interval : (zones[i].prefixes.*family).intervals()) pieces_.push_back({interval, i});
        }
        std::sort(pieces_.begin(), pieces_.end(), [](const Piece<T>& a, const Piece<T>& b) {
            if (a.interval.first != b.interval.first) return a.interval.first < b.interval.first;
            if (a.interval.last != b.interval.last) return a.interval.last > b.interval.last;
            return a.zone < b.zone;
        });
        std::vector<Piece<T>> around;
        for (const Piece<T>& piece : pieces_) {
            while (!around.empty() && around.back().interval.last < piece.interval.first) around.pop_back();
            if (!around.empty()) {
                const Piece<T>& outer = around.back();
                if (outer.interval.last < piece.interval.last || outer.interval == piece.interval) {
                    crossed_.insert(std::minmax(outer.zone, piece.zone));
                }
                inside_[outer.zone].push_back(piece.interval);
            }
            around.push_back(piece);
        }
    }

    IntervalSet<T> inside(std::size_t zone) const { return IntervalSet<T>(inside_[zone]); }
    const std::set<std::pair<std::size_t, std::size_t>>& crossed() const { return crossed_; }

private:
    std::vector<Piece<T>> pieces_;
    std::vector<std::vector<Interval<T>>> inside_;
    std::set<std::pair<std::size_t, std::size_t>> crossed_;
};

}  // namespace

void separate_zones(Site& site, Problems& problems) {
    std::vector<Zone>& zones = site.zones;
    const Nesting<std::uint32_t> v4(zones, &AddressSet::v4);
    const Nesting<uint128> v6(zones, &AddressSet::v6);
    auto crossed = v4.crossed();
    crossed.insert(v6.crossed().begin(), v6.crossed().end());
    for (const auto& [one, other] : crossed) {
        problems.add(
            fmt::format("zones '{}' and '{}' have {} in common, and neither lies inside the other", zones[one].id,
                        zones[other].id, to_string(zones[one].prefixes & zones[other].prefixes)),
            "give every address to one zone", zones[other].span);
    }
    for (std::size_t i = 0; i < zones.size(); ++i) {
        zones[i].prefixes = zones[i].prefixes - AddressSet{v4.inside(i), v6.inside(i)};
    }
}

void check_zones_of_hosts(const Site& site, Problems& problems) {
    for (const Host& host : site.hosts) {
        const Zone* named = host.zone.empty() ? nullptr : site.zone(host.zone);
        if (!named || !(*host.addresses & named->prefixes).empty()) continue;
        for (const Zone& zone : site.zones) {
            if ((*host.addresses & zone.prefixes).empty()) continue;
            problems.add(fmt::format("host '{}' is said to be in zone '{}', but {} is in zone '{}'", host.id, named->id,
                                     to_string(*host.addresses & zone.prefixes), zone.id),
                         "correct one of them", host.span);
            break;
        }
    }
}

}  // namespace fwproof::site_file
