// Writing a set as a person would: a few disjoint products.
//
// Every path of the diagram, read one axis at a time with equal continuations taken together, is a product of rank
// sets; these cells are disjoint. Cells that agree in all dimensions but one are united, dimension by dimension, until
// nothing changes; all fields of a service count as one dimension. The result is not always the smallest, but always
// the same. Cost: proportional to the number of cells, which is capped.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "packet/space_impl.hpp"

namespace fwproof {

using packet::Axis;
using packet::AxisKind;
using packet::ProtocolKind;
using packet::Rank;
using packet::RankRange;
using packet::Scale;

namespace {

using RankSet = std::vector<RankRange>;  // ascending, disjoint, not adjacent

void normalize(RankSet& set) {
    std::sort(set.begin(), set.end(), [](const RankRange& a, const RankRange& b) { return a.first < b.first; });
    std::size_t kept = 0;
    for (std::size_t i = 0; i < set.size(); ++i) {
        const RankRange range = set[i];
        if (kept > 0 && range.first <= set[kept - 1].last + 1) {
            set[kept - 1].last = std::max(set[kept - 1].last, range.last);
        } else {
            set[kept++] = range;
        }
    }
    set.resize(kept);
}

template <class T>
IntervalSet<T> values(const Scale& scale, const RankSet& ranks) {
    std::vector<Interval<T>> intervals;
    for (const auto& [first, last] : ranks) {
        intervals.push_back({static_cast<T>(scale.first(first)), static_cast<T>(scale.last(last))});
    }
    return IntervalSet<T>(std::move(intervals));
}

struct TermLess {
    static auto key(const ServiceTerm& t) {
        return std::tie(t.protocols, t.destination_ports, t.source_ports, t.icmp, t.tcp_flags);
    }
    bool operator()(const ServiceTerm& a, const ServiceTerm& b) const { return key(a) < key(b); }
};
using Terms = std::vector<ServiceTerm>;

// Unites terms that differ in one field. What a protocol does not have is whole in every term, so uniting the protocols
// of two terms that agree elsewhere adds nothing.
void merge_terms(Terms& terms) {
    const auto unite_by = [&](auto field) {
        std::sort(terms.begin(), terms.end(), TermLess());
        Terms merged;
        for (auto& term : terms) {
            const auto twin = std::find_if(merged.begin(), merged.end(), [&](const ServiceTerm& other) {
                ServiceTerm same = term;
                same.*field = other.*field;
                return same == other;
            });
            if (twin == merged.end()) {
                merged.push_back(std::move(term));
            } else {
                (*twin).*field = (*twin).*field | term.*field;
            }
        }
        terms = std::move(merged);
    };
    std::size_t before = 0;
    do {
        before = terms.size();
        unite_by(&ServiceTerm::destination_ports);
        unite_by(&ServiceTerm::source_ports);
        unite_by(&ServiceTerm::icmp);
        unite_by(&ServiceTerm::tcp_flags);
        unite_by(&ServiceTerm::protocols);
    } while (terms.size() < before);
    std::sort(terms.begin(), terms.end(), TermLess());
}

struct Cell {
    Rank family = 0;
    std::vector<RankSet> dimensions;  // by axis; empty on the axes of services
    Terms terms;
};

class Writer {
public:
    Writer(const SpaceImpl& space, std::size_t cell_limit) : space_(space), cell_limit_(cell_limit) {}

    PacketSet::Products write(packet::Node set, std::size_t limit) {
        Cell cell;
        cell.dimensions.resize(space_.axes().size());
        ServiceTerm term;
        collect(set, 0, ProtocolKind::plain, cell, term);
        merge();
        PacketSet::Products result;
        result.complete = complete_;
        for (const Cell& merged : cells_) append(result.products, merged);
        merge_families(result.products);
        if (result.products.size() > limit) {
            result.products.resize(limit);
            result.complete = false;
        }
        return result;
    }

private:
    void collect(packet::Node node, std::size_t position, ProtocolKind kind, Cell& cell, ServiceTerm& term) {
        if (cells_.size() >= cell_limit_) {
            complete_ = false;
            return;
        }
        if (position == space_.axes().size()) {
            cells_.push_back(cell);
            cells_.back().terms = {term};
            return;
        }
        const Axis& axis = space_.axes()[position];
        for (auto& [to, ranks] : edges(node, axis, cell.family)) {
            switch (axis.kind) {
                case AxisKind::family: cell.family = ranks[0].first; break;
                case AxisKind::protocol:
                    kind = space_.kind(ranks[0].first);
                    term = {};
                    term.protocols = values<std::uint8_t>(space_.scales().protocol, ranks);
                    break;
                case AxisKind::destination_port:
                    if (has_port(kind)) term.destination_ports = values<std::uint16_t>(space_.scales().port, ranks);
                    break;
                case AxisKind::source_port:
                    if (has_port(kind)) term.source_ports = values<std::uint16_t>(space_.scales().port, ranks);
                    break;
                case AxisKind::icmp:
                    if (kind == ProtocolKind::icmp) term.icmp = values<std::uint16_t>(space_.scales().icmp, ranks);
                    break;
                case AxisKind::tcp_flags:
                    if (kind == ProtocolKind::tcp) {
                        term.tcp_flags = values<std::uint8_t>(space_.scales().tcp_flags, ranks);
                    }
                    break;
                default: cell.dimensions[position] = ranks; break;
            }
            collect(to, position + 1, kind, cell, term);
        }
    }

    static bool has_port(ProtocolKind kind) { return kind == ProtocolKind::ports || kind == ProtocolKind::tcp; }

    // Branches with one continuation taken together, except that families and kinds of protocols stay apart.
    std::vector<std::pair<packet::Node, RankSet>> edges(packet::Node node, const Axis& axis, Rank family) const {
        std::vector<std::pair<packet::Node, RankSet>> found;
        std::map<std::pair<packet::Node, int>, std::size_t> known;
        const auto add = [&](packet::Node to, int apart, RankRange ranks) {
            const auto [place, fresh] = known.emplace(std::pair(to, apart), found.size());
            if (fresh) found.push_back({to, {}});
            RankSet& set = found[place->second].second;
            if (!set.empty() && set.back().last + 1 == ranks.first) {
                set.back().last = ranks.last;
            } else {
                set.push_back(ranks);
            }
        };
        for (const auto& [ranks, to] : space_.branches(node, axis, family)) {
            if (axis.kind != AxisKind::family && axis.kind != AxisKind::protocol) {
                add(to, 0, ranks);
                continue;
            }
            for (Rank rank = ranks.first; rank <= ranks.last; ++rank) {
                const bool by_family = axis.kind == AxisKind::family;
                add(to, by_family ? static_cast<int>(rank) : static_cast<int>(space_.kind(rank)), {rank, rank});
            }
        }
        return found;
    }

    struct Less {
        std::size_t skip;  // the dimension to disregard; dimensions.size() stands for the services
        bool operator()(const Cell* a, const Cell* b) const {
            if (a->family != b->family) return a->family < b->family;
            for (std::size_t i = 0; i < a->dimensions.size(); ++i) {
                if (i == skip) continue;
                const auto order = std::lexicographical_compare_three_way(
                    a->dimensions[i].begin(), a->dimensions[i].end(), b->dimensions[i].begin(), b->dimensions[i].end(),
                    [](const RankRange& x, const RankRange& y) {
                        return x.first != y.first ? x.first <=> y.first : x.last <=> y.last;
                    });
                if (order != 0) return order < 0;
            }
            if (skip == a->dimensions.size()) return false;
            return std::lexicographical_compare(a->terms.begin(), a->terms.end(), b->terms.begin(), b->terms.end(),
                                                TermLess());
        }
    };

    // Unites cells that agree apart from one dimension; true when there were any.
    bool merge_by(std::size_t dimension) {
        std::map<const Cell*, std::size_t, Less> first_of(Less{dimension});
        std::vector<Cell> merged;
        merged.reserve(cells_.size());  // the map points into it
        for (Cell& cell : cells_) {
            const auto known = first_of.find(&cell);
            if (known == first_of.end()) {
                merged.push_back(std::move(cell));
                first_of.emplace(&merged.back(), merged.size() - 1);
                continue;
            }
            Cell& into = merged[known->second];
            if (dimension == cell.dimensions.size()) {
                into.terms.insert(into.terms.end(), cell.terms.begin(), cell.terms.end());
            } else {
                auto& ranks = into.dimensions[dimension];
                ranks.insert(ranks.end(), cell.dimensions[dimension].begin(), cell.dimensions[dimension].end());
            }
        }
        const bool changed = merged.size() < cells_.size();
        cells_ = std::move(merged);
        for (Cell& cell : cells_) {
            if (dimension == cell.dimensions.size()) {
                merge_terms(cell.terms);
            } else {
                normalize(cell.dimensions[dimension]);
            }
        }
        return changed;
    }

    void merge() {
        const std::size_t services = space_.axes().size();
        bool changed = true;
        merge_by(services);
        for (int round = 0; changed && round < 8; ++round) {
            changed = false;
            for (std::size_t i = 0; i < space_.axes().size(); ++i) changed |= merge_by(i);
            changed |= merge_by(services);
        }
    }

    void append(std::vector<Product>& products, const Cell& cell) const {
        const auto& scales = space_.scales();
        Product product;
        for (std::size_t i = 0; i < space_.axes().size(); ++i) {
            const Axis& axis = space_.axes()[i];
            const RankSet& ranks = cell.dimensions[i];
            switch (axis.kind) {
                case AxisKind::source: product.source = addresses(cell.family, ranks); break;
                case AxisKind::destination: product.destination = addresses(cell.family, ranks); break;
                case AxisKind::state: {
                    std::uint8_t bits = 0;
                    for (const auto state : {0U, 1U, 2U, 3U, 4U}) {
                        const Rank rank = scales.state.rank(state);
                        const bool member = std::any_of(ranks.begin(), ranks.end(), [&](const RankRange& range) {
                            return range.first <= rank && rank <= range.last;
                        });
                        if (member) bits = static_cast<std::uint8_t>(bits | 1U << state);
                    }
                    product.states = StateSet::from_bits(bits);
                    break;
                }
                case AxisKind::in: product.in = scales.interfaces.set(ranks); break;
                case AxisKind::out: product.out = scales.interfaces.set(ranks); break;
                case AxisKind::field: {
                    const auto scale = std::find_if(scales.fields.begin(), scales.fields.end(),
                                                    [&](const auto& field) { return field.first == axis.field; });
                    auto tested = values<std::uint64_t>(scale->second, ranks);
                    if (!tested.is_all()) product.fields.push_back({axis.field, std::move(tested)});
                    break;
                }
                default: break;
            }
        }
        const bool every_service = cell.terms.size() == 1 && cell.terms[0].is_all();
        if (!every_service) product.services = share(ServiceSet{cell.terms});
        products.push_back(std::move(product));
    }

    AddressSetRef addresses(Rank family, const RankSet& ranks) const {
        AddressSet set;
        if (family == 0) {
            set.v4 = values<std::uint32_t>(space_.scales().v4, ranks);
        } else {
            set.v6 = values<uint128>(space_.scales().v6, ranks);
        }
        return share(std::move(set));
    }

    // A product of each family makes one of both when they agree elsewhere: no packet mixes families. Only products
    // that are whole on the same sides are put together, so that nothing unrelated shares a line.
    static void merge_families(std::vector<Product>& products) {
        std::vector<Product> merged;
        for (auto& product : products) {
            const bool v6 = !product.source->v6.empty();
            const auto twin =
                !v6 ? merged.end() : std::find_if(merged.begin(), merged.end(), [&](const Product& other) {
                    if (!other.source->v6.empty() || other.source->v4.is_all() != product.source->v6.is_all() ||
                        other.destination->v4.is_all() != product.destination->v6.is_all()) {
                        return false;
                    }
                    Product same = product;
                    same.source = other.source;
                    same.destination = other.destination;
                    return same == other;
                });
            if (twin == merged.end()) {
                merged.push_back(std::move(product));
            } else {
                twin->source = share(*twin->source | *product.source);
                twin->destination = share(*twin->destination | *product.destination);
            }
        }
        for (auto& product : merged) {
            if (product.source->is_all()) product.source = nullptr;
            if (product.destination->is_all()) product.destination = nullptr;
        }
        products = std::move(merged);
    }

    const SpaceImpl& space_;
    std::size_t cell_limit_;
    std::vector<Cell> cells_;
    bool complete_ = true;
};

}  // namespace

PacketSet::Products PacketSet::products(std::size_t limit) const {
    if (!space_ || empty()) return {};
    constexpr std::size_t kFewestCells = 4096;
    return Writer(*space_, std::max(kFewestCells, limit * 16)).write(root_, limit);
}

}  // namespace fwproof
