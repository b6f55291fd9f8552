// A reduced, ordered, hash-consed decision diagram over boolean variables with a few terminals.
//
// Every function from the variables to the terminals has exactly one node, so equality is a comparison of two numbers.
// A node is 12 bytes in one growing array and 16 to 32 in the table that finds it; nothing is freed before the diagram
// is. Binary operations are the recursive `apply` of Bryant (Graph-Based Algorithms for Boolean Function Manipulation,
// 1986) with a lossy cache: their cost is at most the product of the two operands' node counts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "packet/large_pages.hpp"

namespace fwproof::packet {

using Node = std::uint32_t;
using Variable = std::uint16_t;  // tested from the lowest to the highest

// The terminals are the nodes 0..7. A set uses kOut and kIn. A diagram of decisions maps a packet to the bits of what
// can become of it.
inline constexpr Node kTerminalCount = 8;
inline constexpr Node kOut = 0, kIn = 1;
inline constexpr Node kPermitBit = 1, kDenyBit = 2, kPassBit = 4;

inline constexpr bool is_terminal(Node node) { return node < kTerminalCount; }

class Diagram {
public:
    // Throws OutOfBudget (packet_set.hpp) from any operation that would need more nodes, or more steps than are
    // allowed.
    explicit Diagram(std::size_t node_limit);

    Node make(Variable variable, Node low, Node high);

    Variable variable(Node node) const { return nodes_[node].variable; }  // kNoVariable for terminals
    Node low(Node node) const { return nodes_[node].low; }
    Node high(Node node) const { return nodes_[node].high; }
    bool passes(Node node) const { return nodes_[node].passes; }  // some path ends in a terminal with kPassBit
    static constexpr Variable kNoVariable = 0xffff;

    // On sets.
    Node intersect(Node a, Node b) { return apply(Operation::intersect, a, b); }
    Node unite(Node a, Node b) { return apply(Operation::unite, a, b); }
    Node subtract(Node a, Node b) { return apply(Operation::subtract, a, b); }
    bool disjoint(Node a, Node b);
    // Members for some value of the variables first..last (inclusive).
    Node exists(Node set, Variable first, Variable last);

    // On decisions: what `first` passes goes on to `second`.
    Node overlay(Node first, Node second) { return apply(Operation::overlay, first, second); }
    // Members of the set get the terminal `inside`, all others `outside`.
    Node label(Node set, Node inside, Node outside);
    // The members whose terminal has one of the bits.
    Node select(Node decisions, Node set, Node bits);

    std::size_t node_count() const { return nodes_.size(); }
    // Counts steps of operations; with node_count() the measure of work that budgets use.
    std::uint64_t steps() const { return steps_; }
    // Counts a step that is taken outside. Throws OutOfBudget.
    void step() {
        if (++steps_ > step_limit_) out_of_budget();
    }
    std::size_t node_limit() const { return node_limit_; }
    std::uint64_t step_limit() const { return step_limit_; }
    void set_limits(std::size_t nodes, std::uint64_t steps) {
        node_limit_ = nodes;
        step_limit_ = steps;
    }

private:
    enum class Operation : std::uint8_t { intersect = 1, unite, subtract, overlay, disjoint, exists, label, select };

    struct Entry {
        Node low;
        Node high;
        Variable variable;
        bool passes;
    };
    struct Bucket {
        std::uint32_t tag = 0;  // of the hash
        Node node = 0;          // 0: free
    };
    struct Cached {
        Node a = 0;
        Node b = 0;
        std::uint32_t operation = 0;
        Node result = 0;
    };

    bool solved(Operation operation, Node a, Node b, Node& result) const;
    Node apply(Operation operation, Node a, Node b);
    Cached& slot(std::uint32_t operation, Node a, Node b);
    void grow();
    [[noreturn]] static void out_of_budget();

    template <class T>
    using Table = std::vector<T, LargePages<T>>;
    Table<Entry> nodes_;
    Table<Bucket> buckets_;  // open addressing, at most half full
    Table<Cached> cache_;
    std::size_t node_limit_;
    std::uint64_t steps_ = 0;
    std::uint64_t step_limit_ = ~std::uint64_t{0};
};

}  // namespace fwproof::packet
