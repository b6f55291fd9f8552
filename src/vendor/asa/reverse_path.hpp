// The answer of a new connection is looked up in the nat table before its first packet passes: from the real
// destination to the source. Where another line takes the answer than took the packet, the device drops it ("Asymmetric
// NAT rules matched for forward and reverse flows"); so it does with packets to a real address that has a translation.
#pragma once

#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "vendor/asa/lower.hpp"

namespace fwproof::asa {

class ReversePath {
public:
    // `table`: the lines in the order in which the device tries them.
    ReversePath(Lowering& lowering, const std::vector<const NatLine*>& table);

    // Destinations of a line and what becomes of them.
    struct Piece {
        AddressSetRef mapped;  // null: any
        Translate::Part part;
    };
    // The packets whose destination a line restores.
    struct Taken {
        std::size_t at = 0;  // of the line in the table
        InterfaceSet in;
        AddressSetRef source;
        ServiceTerm service;  // before translation
        std::optional<std::uint16_t> port;
        bool port_unknown = false;
        bool certain = true;
        bool identity = false;
        // The line's interface of the real address, where packets can leave by others all the same; else empty.
        std::string_view not_by;
        std::string_view behind;  // the interface by which the line sends the packets, or "any"
        std::vector<Piece> pieces;
    };
    // Adds to `ruleset` what drops packets that the line takes and another line answers; the line's own rules belong
    // behind. `pass` adds those for some of the packets (not surely: perhaps).
    using Pass = std::function<void(const Product& header, bool surely)>;
    void before(const Taken& taken, Ruleset& ruleset, const Pass& pass);
    // Of the rules that before() has added those that test the interface by which their line sends the packets anyway:
    // what is for the device's own address has no outgoing one before it is translated. Whether it is surely that one:
    // where the line says `any`, the routes tell.
    const std::vector<std::pair<std::size_t, bool>>& by_line_alone() const { return by_line_alone_; }
    // Behind all lines: the same for packets that none of them takes.
    void untranslated(Ruleset& ruleset) const;

private:
    // Answers that a line takes, in the words of the packet that is answered.
    struct Answer {
        std::size_t at = 0;
        InterfaceSet in, out;
        AddressSetRef source, destination;
        ServiceTerm service;  // of the real destination
        bool certain = true;
        bool identity = false;
        bool plain_static = false;  // a static line without a destination
        bool dynamic = false;       // of packets that come and go by one interface it takes both directions
        bool unclear = false;       // whether the device drops such packets is not known
    };

    void give_up(const Taken& taken, Ruleset& ruleset) const;
    void add(std::size_t at);
    void add_back(std::size_t at, const Answer& forth);
    void add_unreadable(std::size_t at);
    static std::optional<Product> turning(const Answer& answer, const Product& header);
    void perhaps_drop(const Answer& answer, const Product& header, Ruleset& ruleset) const;
    std::vector<std::size_t> candidates(const std::vector<Piece>& pieces) const;
    Rule drop(const Answer& answer, const Product& header, bool unclear, bool certain, const NatLine* taker) const;

    Lowering& lowering_;
    const std::vector<const NatLine*>& table_;
    std::vector<Answer> answers_;                        // in the order of the table
    std::map<Address, std::vector<std::size_t>> hosts_;  // those about one destination
    std::vector<std::size_t> wide_;                      // the others
    std::vector<std::pair<std::size_t, bool>> by_line_alone_;
    std::size_t rules_ = 0;  // of before(), so far
};

}  // namespace fwproof::asa
