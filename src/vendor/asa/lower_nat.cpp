// Destinations before the lists see them: since 8.3 lists hold real addresses, so a mapped destination is restored
// first. The first line of the table that fits a packet decides: manual lines, then object lines, then the late manual
// ones. The `static` lines of older releases are read the same way, behind the lists. Long, because every form of line
// adds to the one table whose order decides.
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "fwproof/base/service.hpp"
#include "fwproof/policy/routing.hpp"
#include "vendor/asa/diversions.hpp"
#include "vendor/asa/literals.hpp"
#include "vendor/asa/nat_values.hpp"
#include "vendor/asa/reverse_path.hpp"
#include "vendor/asa/shifts.hpp"

namespace fwproof::asa {

namespace {

constexpr std::uint64_t kMostCopies = 256;  // of a block of real addresses in a larger mapped one

// Both ends of a set that is one interval of one family.
struct Block {
    Family family{};
    uint128 first = 0, last = 0;
};

std::optional<Block> block_of(const AddressSet& set) {
    if (set.v6.empty() && set.v4.intervals().size() == 1) {
        return Block{Family::v4, set.v4.intervals()[0].first, set.v4.intervals()[0].last};
    }
    if (set.v4.empty() && set.v6.intervals().size() == 1) {
        return Block{Family::v6, set.v6.intervals()[0].first, set.v6.intervals()[0].last};
    }
    return std::nullopt;
}

uint128 size_of(const Block& block) { return block.last - block.first; }  // less one

AddressSet set_of(const Block& block) {
    return AddressSet::range({block.family, block.first}, {block.family, block.last});
}

// Of the block at `from`, of one family and size with the one at `to`: an address where it is one, else the block.
void move(Translate::Part& part, const Block& from, const Block& to) {
    part.address = std::nullopt;
    part.block = std::nullopt;
    if (from.first == from.last) {
        part.address = Address{to.family, to.first};
    } else {
        part.block = BlockMap{{from.family, from.first}, {from.family, from.last}, {to.family, to.first}};
    }
}

// An object's inline address stands for the block of the size of the real one that starts there. Nothing: real
// addresses are a network, and that is no network of that size.
std::optional<Block> inline_block(const Block& start, const Block& real) {
    const uint128 size = size_of(real), most = start.family == Family::v4 ? uint128{0xffffffff} : ~uint128{0};
    const bool network = (size & (size + 1)) == 0 && (real.first & size) == 0;
    if (start.family != real.family || start.first > most - size || (network && (start.first & size) != 0)) {
        return std::nullopt;
    }
    return Block{start.family, start.first, start.first + size};
}

// The same as a value of a line; where it is not known, all that it could be.
Addresses from_inline(const Block& start, const Block& real) {
    Addresses made;
    if (const auto block = inline_block(start, real)) {
        made.surely = made.possibly = share(set_of(*block));
        return made;
    }
    const uint128 size = size_of(real), most = start.family == Family::v4 ? uint128{0xffffffff} : ~uint128{0};
    const uint128 network = start.first & ~size;
    made.surely = share(AddressSet{});
    made.possibly = share(set_of({start.family, network, start.first > most - size ? most : start.first + size}));
    made.doubts.push_back({NoteKind::unmodelled_condition, ConditionKind::other, "", "", "", {}, true});
    return made;
}

AddressSet all_of(const AddressSetRef& addresses) { return addresses ? *addresses : AddressSet::any(); }

std::optional<std::uint16_t> single(const PortSet& ports) {
    if (ports.intervals().size() != 1 || ports.intervals()[0].first != ports.intervals()[0].last) return std::nullopt;
    return ports.intervals()[0].first;
}

class NatLowering {
public:
    explicit NatLowering(Lowering& lowering) : lowering_(lowering), table_(lowering.policy, RoutingTable::Use::to) {}

    // Lines in their order.
    std::optional<Ruleset> lower(const std::vector<const NatLine*>& table) {
        ruleset_.name = "nat";
        ruleset_.default_verdict = Verdict::permit;
        ruleset_.filters = false;
        // Before 8.3 what needs no translation stands elsewhere.
        if (lowering_.dialect.real_addresses) reverse_.emplace(lowering_, table);
        gather_shifts(table, false);
        for (at_ = 0; at_ < table.size(); ++at_) {
            const NatLine* line = table[at_];
            for (const auto name : {line->real_service, line->mapped_service}) lowering_.resolver.mark_used(name);
            if (line->inactive) continue;
            if (line->problem) {
                unreadable(*line);
            } else {
                lower_line(*line);
            }
        }
        ruleset_.rules.insert(ruleset_.rules.end(), unlent_.begin(), unlent_.end());
        taking_ = ruleset_.rules.size();
        if (reverse_) reverse_->untranslated(ruleset_);
        lowering_.policy.diversions = std::move(diversions_).take();
        if (ruleset_.rules.empty()) return std::nullopt;
        return std::move(ruleset_);
    }

    // Of the rules that lower() made those about packets that a line takes; they come first.
    std::size_t taking() const { return taking_; }

    // See ReversePath; indices into the rules that lower() made.
    std::vector<std::pair<std::size_t, bool>> by_line_alone() const {
        return reverse_ ? reverse_->by_line_alone() : std::vector<std::pair<std::size_t, bool>>();
    }

    // What the lines make of the source of packets that leave, which no list of this device sees.
    std::optional<Ruleset> lower_sources(const std::vector<const NatLine*>& table) {
        ruleset_.name = "nat of sources";
        ruleset_.default_verdict = Verdict::permit;
        ruleset_.filters = false;
        gather_shifts(table, true);
        for (const NatLine* line : table) {
            if (!line->inactive) lower_source(*line);
        }
        if (ruleset_.rules.empty()) return std::nullopt;
        return std::move(ruleset_);
    }

    std::vector<const NatLine*> table() {
        std::vector<const NatLine*> table;
        for (const auto& line : lowering_.config.nat) table.push_back(&line);
        std::stable_sort(table.begin(), table.end(),
                         [&](const NatLine* a, const NatLine* b) { return rank(*a) < rank(*b); });
        return table;
    }

private:
    // Section, then (objects) static before dynamic, few addresses before many, low before high, and by name.
    std::tuple<int, bool, std::uint64_t, std::uint64_t, std::string_view> rank(const NatLine& line) {
        const int section = static_cast<int>(line.section);
        if (line.section != NatLine::Section::automatic) return {section, false, 0, 0, {}};
        const Addresses& real = lowering_.resolver.addresses(line.real_source, AnyMeaning::both);
        std::uint64_t size = ~std::uint64_t{0};
        std::uint64_t first = 0;
        if (real.surely) {
            if (const auto block = block_of(*real.surely)) {
                size = static_cast<std::uint64_t>(std::min<uint128>(block->last - block->first, ~std::uint64_t{0}));
                first = static_cast<std::uint64_t>(block->first);
            }
        }
        return {section, !line.is_static, size, first, line.real_source.name};
    }

    const Addresses& addresses(const AddressOperand& operand) { return nat_addresses(lowering_, operand); }

    // Of lines that translate one host: forth (`outward`: sources), or back.
    void gather_shifts(const std::vector<const NatLine*>& table, bool outward) {
        for (const NatLine* line : table) {
            if (line->inactive || line->problem || line->by_list || !line->is_static) continue;
            if (line->mapped_source.kind == AddressOperand::Kind::interface) continue;
            const Addresses& real = addresses(line->real_source);
            const Addresses& mapped = addresses(line->mapped_source);
            const auto inside = real.exact() ? only_address(real.surely) : std::nullopt;
            const auto outside = mapped.exact() ? only_address(mapped.surely) : std::nullopt;
            if (!inside || !outside || *inside == *outside) continue;
            outward ? shifts_.add(*inside, *outside) : shifts_.add(*outside, *inside);
        }
    }

    // The part for packets with these addresses alone.
    Translate::Part in_block(Translate::Part part, const AddressSetRef& addresses) const {
        const auto only = part.address ? only_address(addresses) : std::nullopt;
        if (!only) return part;
        const Translate::Part moved = shifts_.of(*only, *part.address);
        part.address = moved.address;
        part.block = moved.block;
        return part;
    }

    struct Direction {
        InterfaceSet in;
        const Addresses* source = nullptr;  // null: any
        const Addresses* match = nullptr;   // the destination before
        const Addresses* target = nullptr;  // and behind
        ServiceTerm service;
        std::optional<std::uint16_t> port;
        bool port_unknown = false;
        bool service_certain = true;
        bool in_order = true;       // addresses are paired as they ascend
        bool inline_start = false;  // an object's inline address stands for a block of the same size
        std::string_view behind;    // the interface behind which the target is
    };

    void lower_line(const NatLine& line) {
        if (line.by_list && !line.has_destination) {
            chosen_by_list(line);
            return;
        }
        const Addresses& real = addresses(line.real_source);
        if (!line.is_static) {
            if (line.has_destination) lower_destination(line, real);
            pool(line);
            return;
        }
        // The list of an old line says whom the line is for, and changes nothing there.
        if (line.has_destination && !line.by_list) lower_destination(line, real);
        if (line.unidirectional) return;
        Direction direction;
        direction.in = nat_interface(line.mapped_interface);
        direction.match = &addresses(line.mapped_source);
        direction.target = &real;
        direction.behind = line.real_interface;
        if (line.has_destination) direction.source = &addresses(line.real_destination);
        if (line.service_protocol != 0) {
            direction.service.protocols = ProtocolSet::of(line.service_protocol);
            const auto mapped_port = port_of(line.mapped_port, line.service_protocol);
            const auto real_port = port_of(line.real_port, line.service_protocol);
            if (mapped_port && real_port) {
                direction.service.destination_ports = PortSet::of(*mapped_port);
                if (*mapped_port != *real_port) direction.port = real_port;
            } else {
                direction.service_certain = false;
                direction.port_unknown = true;
            }
        }
        if (!line.real_service.empty()) services(line, direction, true);
        // `static 203.0.113.0` in an object of a network: the block of that size that starts there.
        direction.inline_start = starts_inline(line);
        direction.in_order = nat_pairs_in_order(lowering_, line.real_source, line.mapped_source);
        emit(line, direction);
    }

    static bool starts_inline(const NatLine& line) {
        return line.section == NatLine::Section::automatic && line.mapped_source.kind == AddressOperand::Kind::host;
    }

    void lower_destination(const NatLine& line, const Addresses& real) {
        Direction direction;
        direction.in = nat_interface(line.real_interface);
        direction.source = &real;
        direction.match = &addresses(line.mapped_destination);
        direction.target = &addresses(line.real_destination);
        direction.behind = line.mapped_interface;
        direction.in_order = nat_pairs_in_order(lowering_, line.real_destination, line.mapped_destination);
        if (!line.real_service.empty()) services(line, direction, false);
        emit(line, direction);
    }

    // `service A B`: A holds the real source and the mapped destination ports, B the mapped source and the real ones.
    void services(const NatLine& line, Direction& direction, bool to_source) {
        const auto known = nat_services(lowering_, line);
        if (!known) {
            direction.service_certain = false;
            direction.port_unknown = true;
            return;
        }
        const auto& [a, b] = *known;
        PortSet before, behind;
        if (to_source) {
            direction.service.source_ports = b.destination_ports;
            before = b.source_ports;
            behind = a.source_ports;
        } else {
            direction.service.source_ports = a.source_ports;
            before = a.destination_ports;
            behind = b.destination_ports;
        }
        direction.service.protocols = to_source ? b.protocols : a.protocols;
        direction.service.destination_ports = before;
        if (before == behind) return;
        direction.port = single(behind);
        direction.port_unknown = !direction.port;
    }

    // Addresses of a pool are lent to inside hosts: whether a packet to one is translated, and to whom, changes.
    void pool(const NatLine& line) {
        if (line.mapped_source.kind == AddressOperand::Kind::interface ||
            line.mapped_source.kind == AddressOperand::Kind::any)
            return;
        const Addresses& mapped = addresses(line.mapped_source);
        if (!mapped.possibly) return;
        Translate translate;
        translate.destination.address_unknown = true;
        Product header;
        header.in = nat_interface(line.mapped_interface);
        header.destination = mapped.possibly;
        Rule rule = implicit_rule("address of a translation pool", header, translate, lowering_.span(line.place));
        rule.match.conditional = true;
        rule.match.conditions.push_back({ConditionKind::memory, "translation that is in use", rule.span});
        ruleset_.rules.push_back(std::move(rule));
        divert_perhaps(line, header);
        if (line.real_interface == "any" || line.real_interface.empty()) return;
        header.out = nat_interface(line.real_interface);
        unlent_.push_back(implicit_rule("address of a translation pool that nobody has", std::move(header),
                                        Decide{Verdict::deny, ""}, lowering_.span(line.place)));
    }

    // `static ... access-list`: the real address and whom it is for stand in a list that is not followed.
    void chosen_by_list(const NatLine& line) {
        Translate translate;
        translate.destination.address_unknown = translate.destination.port_unknown = true;
        Product header;
        header.in = nat_interface(line.mapped_interface);
        header.destination = addresses(line.mapped_source).possibly;
        if (line.service_protocol != 0) header.services = service(line.service_protocol);
        Rule rule = implicit_rule("translation of the destination", header, translate, lowering_.span(line.place));
        rule.match.conditional = true;
        rule.match.conditions.push_back({ConditionKind::other, "translation that a list chooses", rule.span});
        ruleset_.rules.push_back(std::move(rule));
        divert_perhaps(line, header);
        lowering_.note(NoteKind::unmodelled_condition, "a translation that a list chooses is not followed",
                       "flows to the mapped address are not decided", line.place);
    }

    void emit(const NatLine& line, Direction& direction) {
        const SourceSpan span = lowering_.span(line.place);
        Product header;
        header.in = direction.in;
        if (direction.source) header.source = direction.source->possibly;
        if (!direction.service.is_all()) header.services = share(ServiceSet{{direction.service}});
        Addresses widened;
        if (direction.inline_start && direction.target->exact() && direction.target->surely) {
            const auto start = block_of(all_of(direction.match->surely));
            const auto real = block_of(*direction.target->surely);
            if (start && real && start->family == real->family && size_of(*real) > 0) {
                widened = from_inline(*start, *real);
                direction.match = &widened;
            }
        }
        const bool certain =
            direction.service_certain && direction.match->exact() && (!direction.source || direction.source->exact());
        const bool exact_target = direction.target->exact();
        ReversePath::Taken taken;
        taken.at = at_;
        taken.in = direction.in;
        taken.source = header.source;
        taken.service = direction.service;
        taken.behind = direction.behind;
        taken.port = direction.port;
        taken.port_unknown = direction.port_unknown;
        taken.certain = certain;
        taken.identity = exact_target && direction.match->exact() && direction.in_order &&
                         same_set(direction.match->surely, direction.target->surely);
        if (taken.identity) {
            divert_identity(line, direction, header, certain);
            if (identity_way(line, direction) != Way::line && direction.behind != "any") {
                taken.not_by = direction.behind;
            }
            taken.pieces.push_back({direction.match->surely, {}});
        } else {
            divert(line, direction, certain);
            taken.pieces = pieces(line, direction);
        }
        const auto push = [&](const Product& some, const ReversePath::Piece& piece, bool surely) {
            Translate translate;
            translate.destination = in_block(piece.part, piece.mapped);
            translate.destination.port = direction.port;
            translate.destination.port_unknown = direction.port_unknown;
            // Nothing is rewritten: the table stops here.
            const Action action =
                translate.destination.changes() ? Action{translate} : Action{Decide{Verdict::permit, ""}};
            Rule rule = implicit_rule("translation of the destination", some, action, span);
            if (!surely) {
                rule.match.conditional = true;
                rule.match.conditions.push_back(
                    {ConditionKind::reference, "translation that the export does not decide", span});
            }
            ruleset_.rules.push_back(std::move(rule));
        };
        if (reverse_) {
            reverse_->before(taken, ruleset_, [&](const Product& some, bool surely) {
                for (const auto& piece : taken.pieces) {
                    Product one = some;
                    one.destination = common(piece.mapped, some.destination);
                    if (!one.destination || !one.destination->empty()) push(one, piece, surely);
                }
            });
        }
        for (const auto& piece : taken.pieces) {
            Product one = header;
            one.destination = piece.mapped;
            push(one, piece, certain);
        }
    }

    // What becomes of the addresses that a line translates.
    std::vector<ReversePath::Piece> pieces(const NatLine& line, const Direction& direction) {
        const bool target_is_set = direction.target->exact() && direction.target->surely;
        const bool match_is_set = direction.match->exact() && direction.match->surely;
        // Blocks by value: compilers do not see that an optional one is only read where it is set.
        const auto target = block_of(target_is_set ? *direction.target->surely : AddressSet{});
        const auto match = block_of(match_is_set ? *direction.match->surely : AddressSet{});
        const Block to = target.value_or(Block{});
        const Block from = match.value_or(Block{});
        const uint128 size = size_of(to);
        std::vector<ReversePath::Piece> pieces;
        Translate::Part part;
        if (target && size == 0) {
            part.address = Address{to.family, to.first};
            pieces.push_back({direction.match->possibly, part});
        } else if (target && match && direction.in_order && to.family == from.family && size <= size_of(from) &&
                   size_of(from) / size < kMostCopies) {
            // More mapped addresses than real ones: these stand behind them again and again.
            for (Block rest = from;; rest.first += size + 1) {
                const Block one{rest.family, rest.first, rest.first + std::min(size, size_of(rest))};
                move(part, one, to);
                pieces.push_back({share(set_of(one)), part});
                if (size_of(rest) <= size) break;
            }
        } else {
            part.address_unknown = true;
            pieces.push_back({direction.match->possibly, part});
            lowering_.note(NoteKind::unmodelled_condition,
                           direction.in_order ? "this translation pairs addresses in a way that is not followed"
                                              : "the members of these groups do not ascend: how they are paired is "
                                                "not known",
                           "flows to the mapped addresses are not decided", line.place);
        }
        return pieces;
    }

    // Which interface packets leave by whose addresses the line keeps: by the line, or by the routes.
    enum class Way : std::uint8_t { line, routes, either };
    Way identity_way(const NatLine& line, const Direction& direction) const {
        if (direction.behind.empty() || direction.behind == "any" || line.route_lookup) return Way::routes;
        if (!lowering_.dialect.real_addresses) return Way::line;
        const auto& version = lowering_.config.version;
        if (!version) return lowering_.dialect.unified_any ? Way::line : Way::either;
        if (*version != Version{8, 4}) return *version < Version{8, 4} ? Way::routes : Way::line;
        // From 8.4(2) on the line counts.
        const std::string_view text = lowering_.config.version_text;
        const auto open = text.find('(');
        if (open == std::string_view::npos) return Way::either;
        return text.substr(open).starts_with("(1)") ? Way::routes : Way::line;
    }

    void divert_identity(const NatLine& line, const Direction& direction, const Product& header, bool certain) {
        const Way way = identity_way(line, direction);
        if (way != Way::routes) divert(line, direction, certain && way == Way::line);
        if (way != Way::line || !certain) diversions_.keep(header, all_of(direction.match->possibly), certain);
    }

    // A device looks for the real address behind the interface of the line, and by its routes where that is `any`.
    void divert(const NatLine& line, const Direction& direction, bool certain) {
        Diversion diversion;
        diversion.packets.in = direction.in;
        if (direction.source) diversion.packets.source = direction.source->possibly;
        if (!direction.service.is_all()) diversion.packets.services = share(ServiceSet{{direction.service}});
        diversion.surely = certain;
        diversion.span = lowering_.span(line.place);
        if (!direction.behind.empty() && direction.behind != "any") {
            diversion.interfaces = {std::string(direction.behind)};
            return diversions_.add(std::move(diversion), without_own(direction.match->possibly));
        }
        const auto parts = table_.split(all_of(direction.target->possibly));
        const auto mapped_block = block_of(all_of(direction.match->possibly));
        const auto real_block = block_of(all_of(direction.target->possibly));
        const Block from = mapped_block.value_or(Block{}), to = real_block.value_or(Block{});
        const bool paired = mapped_block && real_block && direction.in_order &&
                            from.last - from.first == to.last - to.first && direction.match->exact() &&
                            direction.target->exact();
        std::vector<std::string> anywhere;
        for (const auto& part : parts) {
            diversion.interfaces = part.interfaces.empty() ? lowering_.ports() : part.interfaces;
            anywhere.insert(anywhere.end(), diversion.interfaces.begin(), diversion.interfaces.end());
            if (!paired) continue;
            const auto add = [&](uint128 first, uint128 last) {
                const AddressSet mapped = AddressSet::range({from.family, from.first + (first - to.first)},
                                                            {from.family, from.first + (last - to.first)});
                diversions_.add(diversion, without_own(share(mapped)));
            };
            for (const auto& one : part.addresses.v4.intervals()) add(one.first, one.last);
            for (const auto& one : part.addresses.v6.intervals()) add(one.first, one.last);
        }
        if (paired) return;
        std::sort(anywhere.begin(), anywhere.end());
        anywhere.erase(std::unique(anywhere.begin(), anywhere.end()), anywhere.end());
        diversion.interfaces = std::move(anywhere);
        if (!diversion.interfaces.empty()) {
            diversions_.add(std::move(diversion), without_own(direction.match->possibly));
        }
    }

    // Packets for the device's own addresses do not pass.
    AddressSet without_own(const AddressSetRef& addresses) const {
        AddressSet rest = all_of(addresses);
        for (const auto& interface : lowering_.policy.interfaces) {
            for (const auto& address : interface.addresses) rest = rest - AddressSet::of(address);
        }
        return rest;
    }

    // What a line that is not followed may send elsewhere.
    void divert_perhaps(const NatLine& line, const Product& header) {
        Diversion diversion;
        diversion.packets = header;
        diversion.packets.destination = nullptr;
        diversion.surely = false;
        diversion.span = lowering_.span(line.place);
        diversion.interfaces = lowering_.ports();
        if (!line.real_interface.empty() && line.real_interface != "any") {
            diversion.interfaces = {std::string(line.real_interface)};
        }
        if (!diversion.interfaces.empty()) diversions_.add(std::move(diversion), without_own(header.destination));
    }

    void lower_source(const NatLine& line) {
        Product header;
        Translate translate;
        bool certain = !line.problem && !line.by_list && line.real_service.empty();
        const Addresses* real = nullptr;
        if (line.problem) {
            translate.source.address_unknown = true;
        } else {
            real = &addresses(line.real_source);
            certain = certain && real->exact();
            header.in = nat_interface(line.real_interface);
            header.out = nat_interface(line.mapped_interface);
            header.source = real->possibly;
            if (line.has_destination) {
                const Addresses& destination = addresses(line.real_destination);
                header.destination = destination.possibly;
                certain = certain && destination.exact();
            }
            if (line.service_protocol != 0) {
                const auto port = port_of(line.real_port, line.service_protocol);
                ServiceTerm term;
                term.protocols = ProtocolSet::of(line.service_protocol);
                if (port) term.source_ports = PortSet::of(*port);
                certain = certain && port;
                header.services = share(ServiceSet{{term}});
                translate.source.port = port_of(line.mapped_port, line.service_protocol);
            }
            translate.source.port_unknown = !line.is_static;
        }
        const auto push = [&](AddressSetRef source, Action action) {
            Product one = header;
            one.source = std::move(source);
            Rule rule = implicit_rule("translation of the source", std::move(one), std::move(action),
                                      lowering_.span(line.place));
            if (!certain) {
                rule.match.conditional = true;
                rule.match.conditions.push_back(
                    {ConditionKind::reference, "translation that the export does not decide", rule.span});
            }
            ruleset_.rules.push_back(std::move(rule));
        };
        if (!real || line.by_list) {
            translate.source.address_unknown = true;
            push(header.source, translate);
            return;
        }
        const AddressSetRef mapped = mapped_sources(line);
        const bool in_order = nat_pairs_in_order(lowering_, line.real_source, line.mapped_source);
        if (line.is_static && in_order && real->exact() && same_set(real->surely, mapped)) {
            push(header.source, Decide{Verdict::permit, ""});  // identity: the table stops here
            return;
        }
        const auto from = real->exact() && real->surely ? block_of(*real->surely) : std::nullopt;
        const auto to = mapped ? block_of(*mapped) : std::nullopt;
        const Block first = from.value_or(Block{});
        const Block target = to.value_or(Block{});
        const auto widened = starts_inline(line) && from && to ? inline_block(target, first) : to;
        const Block mapped_block = widened.value_or(Block{});
        // Of more mapped addresses than real ones the first are those that hosts leave with.
        const bool pairs = line.is_static && in_order && from && widened && first.family == mapped_block.family &&
                           size_of(first) <= size_of(mapped_block);
        if (pairs) {
            move(translate.source, first, mapped_block);
            translate.source = in_block(translate.source, header.source);
            push(header.source, translate);
        } else if (to && target.first == target.last && !line.is_static) {
            translate.source.address = Address{target.family, target.first};
            push(header.source, translate);
        } else {
            translate.source.address_unknown = true;
            push(header.source, translate);
        }
    }

    // Null: nobody knows.
    AddressSetRef mapped_sources(const NatLine& line) {
        if (line.mapped_source.kind != AddressOperand::Kind::interface) {
            const Addresses& mapped = addresses(line.mapped_source);
            return mapped.exact() ? mapped.surely : nullptr;
        }
        for (const auto& own : lowering_.config.interfaces) {
            if (own.name == line.mapped_interface && own.addresses.size() == 1) {
                return share(AddressSet::of(own.addresses.front()));
            }
        }
        return nullptr;
    }

    void unreadable(const NatLine& line) {
        Translate translate;
        translate.destination.address_unknown = translate.destination.port_unknown = true;
        Rule rule = implicit_rule("translation that was not understood", {}, translate, lowering_.span(line.place));
        rule.match.conditional = true;
        rule.match.conditions.push_back(
            {ConditionKind::syntax, std::string(lowering_.span(line.problem->place).text()), rule.span});
        ruleset_.rules.push_back(std::move(rule));
        divert_perhaps(line, {});
    }

    Lowering& lowering_;
    Ruleset ruleset_;
    RoutingTable table_;  // where real addresses are
    std::optional<ReversePath> reverse_;
    std::vector<Rule> unlent_;  // what does not get to the inside of a pool, behind all lines
    std::size_t at_ = 0;        // of the line in its table
    std::size_t taking_ = 0;    // rules about packets that a line takes
    Diversions diversions_;
    Shifts shifts_;
};

}  // namespace

std::optional<Ruleset> restore_destinations(Lowering& lowering, const std::vector<const NatLine*>& table) {
    return NatLowering(lowering).lower(table);
}

std::optional<Ruleset> translate_sources(Lowering& lowering) {
    NatLowering nat(lowering);
    return nat.lower_sources(nat.table());
}

void lower_nat(Lowering& lowering) {
    NatLowering nat(lowering);
    auto ruleset = nat.lower(nat.table());
    if (!ruleset) return;
    const auto add = [&](Ruleset one) {
        lowering.policy.rulesets.push_back(std::move(one));
        return static_cast<RulesetIndex>(lowering.policy.rulesets.size() - 1);
    };
    // Answers of the device itself are not translated: what no line takes of its packets is not dropped for that.
    const auto by_line_alone = nat.by_line_alone();
    const bool whole = nat.taking() == ruleset->rules.size() && by_line_alone.empty();
    if (!whole && nat.taking() > 0) {
        Ruleset box = *ruleset;
        box.name = "nat to the box";
        box.rules.resize(nat.taking());
        for (const auto& [i, sure] : by_line_alone) {
            Rule& rule = box.rules[i];
            rule.match.any_of.front().header.out = InterfaceSet();
            if (sure) continue;
            rule.match.conditional = true;
            rule.match.conditions.push_back(
                {ConditionKind::other, "the interface by which the routes lead to the real address", rule.span});
        }
        lowering.box_nat = add(std::move(box));
    }
    lowering.nat = add(std::move(*ruleset));
    if (whole) lowering.box_nat = lowering.nat;
}

}  // namespace fwproof::asa
