#include "packet/list_diagram.hpp"

#include <algorithm>

namespace fwproof::packet {

namespace {

// So many boxes that cover a cell are overlaid as a whole, not sorted into each of its parts.
constexpr std::size_t kManyCover = 64;
constexpr std::size_t kMostTogether = 16;     // stretches of the list
constexpr std::size_t kMostKept = 4'000'000;  // words of remembered lists

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
    hash = (hash ^ value) * 0x9e3779b97f4a7c15U;
    return hash ^ hash >> 32;
}

}  // namespace

Tail ListDiagram::tail(const Box& box, Node terminal) {
    Tail tail = terminal;
    for (std::size_t position = axes_.size(); position-- > 0;) {
        const Axis& axis = axes_[position];
        const SetId set = box.sets[axis.slot];
        if (set == kWholeSet) continue;
        const Rest made{static_cast<std::uint32_t>(position), set, tail};
        if (rest_buckets_.size() < 2 * (rests_.size() + 1)) {
            rest_buckets_.assign(std::max<std::size_t>(64, rest_buckets_.size() * 2), 0);
            for (std::size_t i = 0; i < rests_.size(); ++i) {
                std::size_t at = mix(mix(rests_[i].axis, rests_[i].set), rests_[i].next) & (rest_buckets_.size() - 1);
                while (rest_buckets_[at] != 0) at = (at + 1) & (rest_buckets_.size() - 1);
                rest_buckets_[at] = static_cast<Tail>(i + kTerminalCount);
            }
        }
        std::size_t at = mix(mix(made.axis, made.set), made.next) & (rest_buckets_.size() - 1);
        while (rest_buckets_[at] != 0 && !(rest(rest_buckets_[at]) == made)) at = (at + 1) & (rest_buckets_.size() - 1);
        if (rest_buckets_[at] == 0) {
            rest_buckets_[at] = static_cast<Tail>(rests_.size() + kTerminalCount);
            rests_.push_back(made);
        }
        tail = rest_buckets_[at];
    }
    return tail;
}

Node ListDiagram::build(std::vector<Tail> list, Node otherwise, Node region) {
    if (otherwise != known_otherwise_ || known_.words() + known_diagrams_.words() > kMostKept) forget();
    otherwise_ = known_otherwise_ = otherwise;
    tails_.clear();
    entries_.clear();
    nodes_.clear();
    tails_.insert(tails_.end(), list.begin(), list.end());
    return of_list(0, region);
}

// Drops what can make no difference: behind a box that takes everything, and what was in the list before.
void ListDiagram::settle(std::size_t from) {
    std::size_t kept = from;
    const bool look_back = tails_.size() - from <= 16;
    for (std::size_t i = from; i < tails_.size(); ++i) {
        const Tail tail = tails_[i];
        const auto begin = tails_.begin() + static_cast<std::ptrdiff_t>(from);
        const auto end = tails_.begin() + static_cast<std::ptrdiff_t>(kept);
        if (look_back ? std::find(begin, end, tail) != end : kept > from && tails_[kept - 1] == tail) continue;
        tails_[kept++] = tail;
        if (ends_all(tail)) break;
    }
    tails_.resize(kept);
}

Node ListDiagram::of_terminals(std::size_t from) const {
    Node bits = 0;
    for (std::size_t i = from; i < tails_.size(); ++i) {
        const Node terminal = tails_[i];
        if ((terminal & kPassBit) == 0) return bits | terminal;
        bits |= terminal & ~kPassBit;
    }
    return bits | otherwise_;
}

// Takes the list off the stack.
Node ListDiagram::of_list(std::size_t from, Node region) {
    settle(from);
    std::uint32_t first = static_cast<std::uint32_t>(axes_.size());
    for (std::size_t i = from; i < tails_.size(); ++i) {
        if (!is_terminal(tails_[i])) first = std::min(first, rest(tails_[i]).axis);
    }
    if (region == kOut || tails_.size() == from) {
        tails_.resize(from);
        return otherwise_;
    }
    if (!is_terminal(region)) {
        std::uint32_t at = 0;  // the first axis that the region tests
        while (diagram_.variable(region) >= axes_[at].first + axes_[at].bits) ++at;
        first = std::min(first, at);
    }
    if (first == axes_.size()) {
        const Node result = of_terminals(from);
        tails_.resize(from);
        return result;
    }
    const std::span<const Tail> list(tails_.data() + from, tails_.size() - from);
    if (const Node found = known_.find(list, region); found != ListMemo::kNone) {
        tails_.resize(from);
        return found;
    }
    const std::size_t place = known_.add(list, region);
    diagram_.step();
    const std::size_t cell = entries_.size();
    for (const Tail tail : list) {
        if (is_terminal(tail) || rest(tail).axis != first) {
            entries_.push_back({tail, nullptr, nullptr});
        } else {
            const auto ranges = sets_.ranges(rest(tail).set);
            entries_.push_back({rest(tail).next, ranges.data(), ranges.data() + ranges.size()});
        }
    }
    tails_.resize(from);
    const Node result = of_cell(axes_[first], 0, 0, cell, region);
    known_.set(place, result);
    return result;
}

// Takes the entries off the stack.
Node ListDiagram::of_cell(const Axis& axis, int depth, Rank base, std::size_t from, Node region) {
    const Rank last = base + ((Rank{1} << (axis.bits - depth)) - 1);
    std::size_t kept = from;
    std::size_t covering = 0;
    for (std::size_t i = from; i < entries_.size(); ++i) {
        Entry entry = entries_[i];
        if (entry.begin) {
            if (entry.end - entry.begin > 8) {
                entry.begin = std::lower_bound(entry.begin, entry.end, base,
                                               [](const RankRange& range, Rank value) { return range.last < value; });
                entry.end = std::upper_bound(entry.begin, entry.end, last,
                                             [](Rank value, const RankRange& range) { return value < range.first; });
            } else {
                while (entry.begin != entry.end && entry.begin->last < base) ++entry.begin;
            }
            if (entry.begin == entry.end || entry.begin->first > last) continue;
            if (entry.begin->first <= base && entry.begin->last >= last) entry.begin = nullptr;
        }
        entries_[kept++] = entry;
        if (entry.begin) continue;
        ++covering;
        if (ends_all(entry.inside)) break;
    }
    entries_.resize(kept);
    if (region == kOut || kept == from) {
        entries_.resize(from);
        return otherwise_;
    }
    const bool tested = diagram_.variable(region) < axis.first + axis.bits;
    if (covering == kept - from && !tested) {
        const std::size_t list = tails_.size();
        for (std::size_t i = from; i < kept; ++i) tails_.push_back(entries_[i].inside);
        entries_.resize(from);
        return of_list(list, region);
    }
    if (kept - from == 1 && !tested) {
        const Entry entry = entries_[from];
        entries_.resize(from);
        const std::size_t list = tails_.size();
        tails_.push_back(entry.inside);
        const Node inside = of_list(list, region);
        return of_one(axis, depth, base, entry, inside);
    }
    const auto again = [&](std::size_t begin, std::size_t end, int deeper, Rank start, Node within) {
        const std::size_t place = entries_.size();
        for (std::size_t i = begin; i < end; ++i) entries_.push_back(entries_[i]);
        return of_cell(axis, deeper, start, place, within);
    };
    if (covering > kManyCover && covering < kept - from) {
        const std::size_t parts = std::min(kMostTogether, covering / kManyCover + 1);
        const std::size_t first = nodes_.size();
        for (std::size_t part = 0; part < parts; ++part) {
            const std::size_t begin = from + (kept - from) * part / parts;
            const std::size_t end = from + (kept - from) * (part + 1) / parts;
            const Node node = again(begin, end, depth, base, region);
            nodes_.push_back(node);
        }
        entries_.resize(from);
        if (otherwise_ == kPassBit) return of_diagrams(first);
        Node all = kOut;
        for (; nodes_.size() > first; nodes_.pop_back()) all = diagram_.unite(all, nodes_.back());
        return all;
    }
    const auto variable = static_cast<Variable>(axis.first + depth);
    const bool here = diagram_.variable(region) == variable;
    const Node region_low = here ? diagram_.low(region) : region;
    const Node region_high = here ? diagram_.high(region) : region;
    const Node low = again(from, kept, depth + 1, base, region_low);
    const Rank half = Rank{1} << (axis.bits - depth - 1);
    const Node high = of_cell(axis, depth + 1, base + half, from, region_high);
    return diagram_.make(variable, low, high);
}

// One box alone: `inside` where its set reaches.
Node ListDiagram::of_one(const Axis& axis, int depth, Rank base, Entry entry, Node inside) {
    const Rank last = base + ((Rank{1} << (axis.bits - depth)) - 1);
    while (entry.begin != entry.end && entry.begin->last < base) ++entry.begin;
    if (entry.begin == entry.end || entry.begin->first > last) return otherwise_;
    if (entry.begin->first <= base && entry.begin->last >= last) return inside;
    const Rank half = Rank{1} << (axis.bits - depth - 1);
    const Node low = of_one(axis, depth + 1, base, entry, inside);
    return diagram_.make(static_cast<Variable>(axis.first + depth), low,
                         of_one(axis, depth + 1, base + half, entry, inside));
}

// Several diagrams, each for what those before it pass, walked together.
Node ListDiagram::of_diagrams(std::size_t from) {
    std::size_t kept = from;
    for (std::size_t i = from; i < nodes_.size(); ++i) {
        const Node node = nodes_[i];
        if (node == kPassBit || (kept > from && nodes_[kept - 1] == node)) continue;
        nodes_[kept++] = node;
        if (!diagram_.passes(node)) break;
    }
    nodes_.resize(kept);
    if (kept - from <= 2) {
        const Node first = kept == from ? kPassBit : nodes_[from];
        const Node second = kept - from < 2 ? kPassBit : nodes_[from + 1];
        nodes_.resize(from);
        return diagram_.overlay(first, second);
    }
    const std::span<const Node> list(nodes_.data() + from, kept - from);
    const Node found = known_diagrams_.find(list, 0);
    if (found != ListMemo::kNone) {
        nodes_.resize(from);
        return found;
    }
    Variable top = Diagram::kNoVariable;
    for (const Node node : list) top = std::min(top, diagram_.variable(node));
    if (top == Diagram::kNoVariable) {
        Node bits = 0;
        for (const Node node : list) bits |= node & ~kPassBit;
        if (diagram_.passes(list.back())) bits |= kPassBit;
        nodes_.resize(from);
        return bits;
    }
    diagram_.step();
    const std::size_t place = known_diagrams_.add(list, 0);
    for (std::size_t i = from; i < kept; ++i) {
        const Node node = nodes_[i];
        nodes_.push_back(diagram_.variable(node) == top ? diagram_.low(node) : node);
    }
    const Node low = of_diagrams(kept);
    for (std::size_t i = from; i < kept; ++i) {
        if (diagram_.variable(nodes_[i]) == top) nodes_[i] = diagram_.high(nodes_[i]);
    }
    const Node result = diagram_.make(top, low, of_diagrams(from));
    known_diagrams_.set(place, result);
    return result;
}

void ListDiagram::forget() {
    known_.clear();
    known_diagrams_.clear();
}

}  // namespace fwproof::packet
