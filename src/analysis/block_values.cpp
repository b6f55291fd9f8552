// A cut is the first address of an interval, or the one behind its last. A test behind a block is a test before it:
// each cut inside the image is one inside the block. Behind several stages a packet may have been moved as often, so
// this is done as many times as packets can be.
#include "analysis/block_values.hpp"

#include <algorithm>
#include <iterator>

namespace fwproof {

namespace {

constexpr std::size_t kMostCuts = 4'000'000;

// Of one end of packets, in one family.
template <class T>
class Cuts {
public:
    void add(const IntervalSet<T>& tested) {
        for (const auto& [first, last] : tested.intervals()) {
            if (first != 0) cuts_.push_back(first);
            if (last != IntervalSet<T>::kMax) cuts_.push_back(static_cast<T>(last + 1));
        }
        if (cuts_.size() < settled_ * 2 + 4096) return;
        settle(cuts_);
        settled_ = cuts_.size();
        if (settled_ > kMostCuts) throw OutOfBudget();
    }

    void add(const BlockMap& map) {
        maps_.push_back({static_cast<T>(map.first.value), static_cast<T>(map.to.value),
                         static_cast<T>(map.last.value - map.first.value)});
        add(IntervalSet<T>::range(maps_.back().first, static_cast<T>(map.last.value)));
    }

    bool moves() const { return !maps_.empty(); }

    // A set that begins or ends at every cut of packets that were not moved yet and may be so many times.
    IntervalSet<T> values(std::size_t times) {
        settle(cuts_);
        std::sort(maps_.begin(), maps_.end());
        maps_.erase(std::unique(maps_.begin(), maps_.end()), maps_.end());
        std::vector<T> behind = cuts_;
        for (; times > 0 && !behind.empty(); --times) {
            std::vector<T> before;
            for (const auto& map : maps_) {
                auto at = std::upper_bound(behind.begin(), behind.end(), map.to);
                for (; at != behind.end() && *at - map.to <= map.size; ++at) {
                    before.push_back(static_cast<T>(map.first + (*at - map.to)));
                }
                if (before.size() > kMostCuts) throw OutOfBudget();
            }
            settle(before);
            behind.clear();
            std::set_difference(before.begin(), before.end(), cuts_.begin(), cuts_.end(), std::back_inserter(behind));
            cuts_.insert(cuts_.end(), behind.begin(), behind.end());
            settle(cuts_);
            if (cuts_.size() > kMostCuts) throw OutOfBudget();
        }
        std::vector<Interval<T>> intervals;
        for (std::size_t i = 0; i < cuts_.size(); i += 2) {
            const bool last = i + 1 == cuts_.size();
            intervals.push_back({cuts_[i], last ? IntervalSet<T>::kMax : static_cast<T>(cuts_[i + 1] - 1)});
        }
        return IntervalSet<T>(std::move(intervals));
    }

private:
    struct Map {
        T first, to, size;  // size: of the block, less one

        friend bool operator==(const Map&, const Map&) = default;
        friend auto operator<=>(const Map&, const Map&) = default;
    };

    static void settle(std::vector<T>& cuts) {
        std::sort(cuts.begin(), cuts.end());
        cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
    }

    std::vector<T> cuts_;
    std::size_t settled_ = 0;  // of cuts_, when they were last made unique
    std::vector<Map> maps_;
};

// Of one end of packets.
struct End {
    AddressSetRef Product::*tested;
    Translate::Part Translate::*part;
    Cuts<std::uint32_t> v4 = {};
    Cuts<uint128> v6 = {};

    void add(const Product& product) {
        const AddressSetRef& set = product.*tested;
        if (!set) return;
        v4.add(set->v4);
        v6.add(set->v6);
    }
    bool add(const Translate& translate) {
        const auto& map = (translate.*part).block;
        if (!map) return false;
        if (map->first.family == Family::v4) {
            v4.add(*map);
        } else {
            v6.add(*map);
        }
        return true;
    }
    void give(SpaceBuilder& builder, std::size_t times) {
        if (!v4.moves() && !v6.moves()) return;
        Product values;
        values.*tested = share(AddressSet{v4.values(times), v6.values(times)});
        builder.add(values);
    }
};

}  // namespace

void add_block_values(SpaceBuilder& builder, const Policy& policy, const Nearby& rules) {
    End ends[] = {{&Product::source, &Translate::source}, {&Product::destination, &Translate::destination}};
    bool moving = false;
    for (RulesetIndex index = 0; index < policy.rulesets.size(); ++index) {
        const auto& list = policy.rulesets[index].rules;
        for (std::uint32_t i = 0; i < list.size(); ++i) {
            const auto* translate = std::get_if<Translate>(&list[i].action);
            if (!translate || !rules.contains({index, i})) continue;
            for (End& end : ends) moving = end.add(*translate) || moving;
        }
    }
    if (!moving) return;
    std::size_t times = 0;  // that a packet can be moved: once in each stage
    for (const auto& path : policy.paths) times = std::max(times, path.stages.size() + policy.leaving.size());
    for (RulesetIndex index = 0; index < policy.rulesets.size(); ++index) {
        const auto& list = policy.rulesets[index].rules;
        for (std::uint32_t i = 0; i < list.size(); ++i) {
            if (!rules.contains({index, i})) continue;
            for (const auto* matches : {&list[i].match.any_of, &list[i].match.outer}) {
                for (const Match& match : *matches) {
                    for (End& end : ends) end.add(match.header);
                }
            }
        }
    }
    for (const auto& path : policy.paths) {
        for (const Stage& stage : path.stages) {
            for (End& end : ends) end.add(stage.guard);
        }
    }
    for (const Stage& stage : policy.leaving) {
        for (End& end : ends) end.add(stage.guard);
    }
    for (End& end : ends) end.give(builder, times);
}

}  // namespace fwproof
