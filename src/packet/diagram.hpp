// A reduced, ordered, hash-consed decision diagram over boolean variables with a few terminals.
//
// Every function from the variables to the terminals has exactly one node, so equality is a comparison of two numbers.
// A node is 16 bytes in one growing array; nothing is freed before the diagram is. Binary operations are the recursive
// `apply` of Bryant (Graph-Based Algorithms for Boolean Function Manipulation, 1986) with a lossy cache: their cost is at
// most the product of the two operands' node counts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fwproof::packet {

using Node = std::uint32_t;
using Variable = std::uint16_t;  // tested from the lowest to the highest

// The terminals are the nodes 0..7. A set uses kOut and kIn. A diagram of decisions maps a packet to the bits of what can
// become of it.
inline constexpr Node kTerminalCount = 8;
inline constexpr Node kOut = 0, kIn = 1;
inline constexpr Node kPermitBit = 1, kDenyBit = 2, kPassBit = 4;

inline constexpr bool is_terminal(Node node) { return node < kTerminalCount; }

class Diagram {
public:
    // Throws OutOfBudget (packet_set.hpp) from any operation that would need more nodes.
    explicit Diagram(std::size_t node_limit);

    Node make(Variable variable, Node low, Node high);

    Variable variable(Node node) const { return nodes_[node].variable; }  // kNoVariable for terminals
    Node low(Node node) const { return nodes_[node].low; }
    Node high(Node node) const { return nodes_[node].high; }
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
    // The set of packets whose terminal has one of the bits.
    Node having(Node decisions, Node bits);

    std::size_t node_count() const { return nodes_.size(); }
    // Counts steps of operations; with node_count() the measure of work that budgets use.
    std::uint64_t steps() const { return steps_; }
    void set_node_limit(std::size_t limit) { node_limit_ = limit; }

private:
    enum class Operation : std::uint8_t { intersect = 1, unite, subtract, overlay, disjoint, exists, label, having };

    struct Entry {
        Node low;
        Node high;
        Node next;  // in the chain of its bucket
        Variable variable;
        bool passes;  // some path ends in a terminal with kPassBit
    };
    struct Cached {
        Node a = 0;
        Node b = 0;
        std::uint32_t operation = 0;
        Node result = 0;
    };

    static bool solved(Operation operation, Node a, Node b, const std::vector<Entry>& nodes, Node& result);
    Node apply(Operation operation, Node a, Node b);
    Node map_terminals(Operation operation, Node node, Node argument);
    Cached& slot(std::uint32_t operation, Node a, Node b);
    void grow();

    std::vector<Entry> nodes_;
    std::vector<Node> buckets_;
    std::vector<Cached> cache_;
    std::size_t node_limit_;
    std::uint64_t steps_ = 0;
};

}  // namespace fwproof::packet
