#include "packet/diagram.hpp"

#include <algorithm>

#include "fwproof/packet/packet_set.hpp"

namespace fwproof::packet {

namespace {

constexpr std::size_t kFirstBuckets = std::size_t{1} << 12;
constexpr std::size_t kLargestCache = std::size_t{1} << 22;

std::uint64_t mix(std::uint64_t a, std::uint64_t b, std::uint64_t c) {
    std::uint64_t h = a * 0x9e3779b97f4a7c15U + b * 0xc2b2ae3d27d4eb4fU + c * 0x165667b19e3779f9U;
    h ^= h >> 32;
    h *= 0xd6e8feb86659fd93U;
    return h ^ h >> 29;
}

}  // namespace

Diagram::Diagram(std::size_t node_limit) : buckets_(kFirstBuckets), cache_(kFirstBuckets), node_limit_(node_limit) {
    for (Node terminal = 0; terminal < kTerminalCount; ++terminal) {
        nodes_.push_back({terminal, terminal, kNoVariable, (terminal & kPassBit) != 0});
    }
}

Node Diagram::make(Variable variable, Node low, Node high) {
    if (low == high) return low;
    const std::uint64_t hash = mix(variable, low, high);
    const auto tag = static_cast<std::uint32_t>(hash >> 32);
    std::size_t at = hash & (buckets_.size() - 1);
    for (; buckets_[at].node != 0; at = (at + 1) & (buckets_.size() - 1)) {
        if (buckets_[at].tag != tag) continue;
        const Entry& entry = nodes_[buckets_[at].node];
        if (entry.low == low && entry.high == high && entry.variable == variable) return buckets_[at].node;
    }
    if (nodes_.size() >= node_limit_) out_of_budget();
    const Node node = static_cast<Node>(nodes_.size());
    const bool passes = nodes_[low].passes || nodes_[high].passes;
    nodes_.push_back({low, high, variable, passes});
    buckets_[at] = {tag, node};
    if (nodes_.size() * 2 > buckets_.size()) grow();
    return node;
}

void Diagram::out_of_budget() { throw OutOfBudget(); }

void Diagram::grow() {
    buckets_.assign(buckets_.size() * 2, {});
    for (Node node = kTerminalCount; node < nodes_.size(); ++node) {
        const Entry& entry = nodes_[node];
        const std::uint64_t hash = mix(entry.variable, entry.low, entry.high);
        std::size_t at = hash & (buckets_.size() - 1);
        while (buckets_[at].node != 0) at = (at + 1) & (buckets_.size() - 1);
        buckets_[at] = {static_cast<std::uint32_t>(hash >> 32), node};
    }
    if (cache_.size() >= kLargestCache) return;
    Table<Cached> old(cache_.size() * 2);
    old.swap(cache_);
    for (const Cached& entry : old) {
        if (entry.operation != 0) slot(entry.operation, entry.a, entry.b) = entry;
    }
}

Diagram::Cached& Diagram::slot(std::uint32_t operation, Node a, Node b) {
    return cache_[mix(operation, a, b) & (cache_.size() - 1)];
}

// Answers what needs no descent.
bool Diagram::solved(Operation operation, Node a, Node b, Node& result) const {
    const auto is = [&](Node node) {
        result = node;
        return true;
    };
    switch (operation) {
        case Operation::intersect:
            if (a == kOut || b == kOut) return is(kOut);
            if (a == kIn || a == b) return is(b);
            return b == kIn && is(a);
        case Operation::unite:
            if (a == kIn || b == kIn) return is(kIn);
            if (a == kOut || a == b) return is(b);
            return b == kOut && is(a);
        case Operation::subtract:
            if (a == kOut || b == kIn || a == b) return is(kOut);
            return b == kOut && is(a);
        case Operation::disjoint:
            if (a == kOut || b == kOut) return is(kIn);
            return (a == kIn || b == kIn || a == b) && is(kOut);
        case Operation::overlay:
            if (a == kPassBit) return is(b);
            if (b == kPassBit || !nodes_[a].passes || a == b) return is(a);
            return is_terminal(a) && is_terminal(b) && is((a & ~kPassBit) | b);
        default: return false;
    }
}

Node Diagram::apply(Operation operation, Node a, Node b) {
    Node result = 0;
    if (solved(operation, a, b, result)) return result;
    const bool commutes = operation == Operation::intersect || operation == Operation::unite;
    if (commutes && a > b) std::swap(a, b);
    const auto code = static_cast<std::uint32_t>(operation);
    if (const Cached& cached = slot(code, a, b); cached.operation == code && cached.a == a && cached.b == b) {
        return cached.result;
    }
    step();
    const Variable top = std::min(nodes_[a].variable, nodes_[b].variable);
    const Node a_low = nodes_[a].variable == top ? nodes_[a].low : a;
    const Node a_high = nodes_[a].variable == top ? nodes_[a].high : a;
    const Node b_low = nodes_[b].variable == top ? nodes_[b].low : b;
    const Node b_high = nodes_[b].variable == top ? nodes_[b].high : b;
    const Node low = apply(operation, a_low, b_low);
    result = make(top, low, apply(operation, a_high, b_high));
    slot(code, a, b) = {a, b, code, result};
    return result;
}

bool Diagram::disjoint(Node a, Node b) {
    Node result = 0;
    if (solved(Operation::disjoint, a, b, result)) return result == kIn;
    if (a > b) std::swap(a, b);
    const auto code = static_cast<std::uint32_t>(Operation::disjoint);
    if (const Cached& cached = slot(code, a, b); cached.operation == code && cached.a == a && cached.b == b) {
        return cached.result == kIn;
    }
    step();
    const Entry x = nodes_[a];
    const Entry y = nodes_[b];
    const Variable top = std::min(x.variable, y.variable);
    const bool answer = disjoint(x.variable == top ? x.low : a, y.variable == top ? y.low : b) &&
                        disjoint(x.variable == top ? x.high : a, y.variable == top ? y.high : b);
    slot(code, a, b) = {a, b, code, answer ? kIn : kOut};
    return answer;
}

Node Diagram::exists(Node set, Variable first, Variable last) {
    const Variable top = nodes_[set].variable;
    if (is_terminal(set) || top > last) return set;
    const auto code = static_cast<std::uint32_t>(Operation::exists);
    const Node range = static_cast<Node>(first) << 16 | last;
    if (const Cached& cached = slot(code, set, range);
        cached.operation == code && cached.a == set && cached.b == range) {
        return cached.result;
    }
    step();
    const Node low = exists(nodes_[set].low, first, last);
    const Node high = exists(nodes_[set].high, first, last);
    const Node result = top >= first ? unite(low, high) : make(top, low, high);
    slot(code, set, range) = {set, range, code, result};
    return result;
}

Node Diagram::label(Node set, Node inside, Node outside) {
    if (is_terminal(set)) return set == kOut ? outside : inside;
    const auto code = static_cast<std::uint32_t>(Operation::label);
    const Node argument = inside << 3 | outside;
    if (const Cached& cached = slot(code, set, argument);
        cached.operation == code && cached.a == set && cached.b == argument) {
        return cached.result;
    }
    step();
    const Node low = label(nodes_[set].low, inside, outside);
    const Node result = make(nodes_[set].variable, low, label(nodes_[set].high, inside, outside));
    slot(code, set, argument) = {set, argument, code, result};
    return result;
}

Node Diagram::select(Node decisions, Node set, Node bits) {
    if (set == kOut) return kOut;
    if (is_terminal(decisions)) return (decisions & bits) != 0 ? set : kOut;
    const auto code = static_cast<std::uint32_t>(Operation::select) | bits << 8;
    if (const Cached& cached = slot(code, decisions, set);
        cached.operation == code && cached.a == decisions && cached.b == set) {
        return cached.result;
    }
    step();
    const Entry x = nodes_[decisions];
    const Entry y = nodes_[set];
    const Variable top = std::min(x.variable, y.variable);
    const Node low = select(x.variable == top ? x.low : decisions, y.variable == top ? y.low : set, bits);
    const Node high = select(x.variable == top ? x.high : decisions, y.variable == top ? y.high : set, bits);
    const Node result = make(top, low, high);
    slot(code, decisions, set) = {decisions, set, code, result};
    return result;
}

}  // namespace fwproof::packet
