// Building a space: collecting the ends of every interval and every interface pattern.
#include <algorithm>
#include <map>
#include <unordered_set>

#include "fwproof/base/field_range.hpp"
#include "packet/space_impl.hpp"

namespace fwproof {

using packet::Scale;

namespace {

constexpr std::size_t kFewestToRace = 64;  // products; shorter lists are quick in any order
constexpr std::size_t kMostSampled = 256;

// Cuts a field where a set of its values begins and ends.
template <class T>
void cut(std::vector<uint128>& cuts, const IntervalSet<T>& values) {
    for (const auto& [first, last] : values.intervals()) {
        cuts.push_back(first);
        if (last != IntervalSet<T>::kMax) cuts.push_back(uint128{last} + 1);
    }
}

void cut_at(std::vector<uint128>& cuts, uint128 value) {
    cuts.push_back(value);
    if (~value != 0) cuts.push_back(value + 1);
}

// Every class of protocols is of one kind: those with further fields stand alone.
std::vector<uint128> protocol_cuts() {
    std::vector<uint128> cuts;
    for (const auto number : {kIcmp, kTcp, kUdp, kDccp, kIcmp6, kSctp, kUdpLite}) cut_at(cuts, number);
    return cuts;
}

}  // namespace

struct SpaceBuilder::Collected {
    std::vector<uint128> v4, v6, protocol = protocol_cuts(), port, icmp, tcp_flags, state;
    std::vector<InterfacePattern> interfaces;
    std::map<Field, std::vector<uint128>> fields;
    std::unordered_set<AddressSetRef> address_sets;  // added before
    std::unordered_set<ServiceSetRef> service_sets;
    // Evenly spread products, for the order of the axes.
    std::vector<Product> sample;
    std::size_t seen = 0;
    Budget budget;
    std::size_t stride = 1;

    void take_sample(const Product& product) {
        if (seen++ % stride != 0) return;
        sample.push_back(product);
        if (sample.size() < kMostSampled) return;
        for (std::size_t i = 0; i < sample.size() / 2; ++i) sample[i] = std::move(sample[i * 2]);
        sample.resize(sample.size() / 2);
        stride *= 2;
    }

    void add(const AddressSetRef& set) {
        if (!set || !address_sets.insert(set).second) return;
        cut(v4, set->v4);
        cut(v6, set->v6);
    }
    void add(const Address& address) { cut_at(address.family == Family::v4 ? v4 : v6, address.value); }
    void add(const ServiceSetRef& set) {
        if (!set || !service_sets.insert(set).second) return;
        for (const auto& term : set->terms) {
            cut(protocol, term.protocols);
            cut(port, term.source_ports);
            cut(port, term.destination_ports);
            cut(icmp, term.icmp);
            cut(tcp_flags, term.tcp_flags);
        }
    }
    // Names recur in every rule of a long list; now and then the collection is cut back to what differs.
    static void add(std::vector<InterfacePattern>& patterns, const InterfaceSet& set) {
        for (const auto* named : {&set.any_of, &set.except}) {
            for (const auto& pattern : *named) {
                if (!patterns.empty() && patterns.back() == pattern) continue;
                patterns.push_back(pattern);
            }
        }
        if (patterns.size() < 4096) return;
        std::sort(patterns.begin(), patterns.end());
        patterns.erase(std::unique(patterns.begin(), patterns.end()), patterns.end());
    }
};

SpaceBuilder::SpaceBuilder() : collected_(std::make_unique<Collected>()) {}
SpaceBuilder::~SpaceBuilder() = default;

SpaceBuilder& SpaceBuilder::add(const Product& product) {
    Collected& to = *collected_;
    to.take_sample(product);
    to.add(product.source);
    to.add(product.destination);
    to.add(product.services);
    if (!product.states.is_all()) {
        for (int i = 1; i < kStateCount; ++i) {
            if (product.states.contains(static_cast<State>(i)) != product.states.contains(static_cast<State>(i - 1))) {
                to.state.push_back(static_cast<unsigned>(i));
            }
        }
    }
    add(product.in, product.out);
    for (const auto& test : product.fields) cut(to.fields[test.field], test.values);
    return *this;
}

SpaceBuilder& SpaceBuilder::add(const Packet& packet) {
    Collected& to = *collected_;
    to.add(packet.source);
    to.add(packet.destination);
    cut_at(to.protocol, packet.protocol);
    if (has_ports(packet.protocol)) {
        cut_at(to.port, packet.source_port);
        cut_at(to.port, packet.destination_port);
    }
    if (has_icmp_type(packet.protocol))
        cut_at(to.icmp, static_cast<unsigned>(packet.icmp_type << 8 | packet.icmp_code));
    if (packet.protocol == kTcp) cut_at(to.tcp_flags, packet.tcp_flags);
    cut_at(to.state, static_cast<unsigned>(packet.state));
    Collected::add(to.interfaces, InterfaceSet::of(packet.in));
    Collected::add(to.interfaces, InterfaceSet::of(packet.out));
    for (const auto& [field, value] : packet.fields) cut_at(to.fields[field], value);
    return *this;
}

SpaceBuilder& SpaceBuilder::add(const InterfaceSet& in, const InterfaceSet& out) {
    Collected::add(collected_->interfaces, in);
    Collected::add(collected_->interfaces, out);
    return *this;
}

Space SpaceBuilder::build() {
    Collected& from = *collected_;
    packet::Scales scales;
    scales.v4 = Scale(std::move(from.v4), IntervalSet<std::uint32_t>::kMax);
    scales.v6 = Scale(std::move(from.v6), IntervalSet<uint128>::kMax);
    scales.protocol = Scale(std::move(from.protocol), 0xff);
    scales.port = Scale(std::move(from.port), 0xffff);
    scales.icmp = Scale(std::move(from.icmp), 0xffff);
    scales.tcp_flags = Scale(std::move(from.tcp_flags), 0xff);
    scales.state = Scale(std::move(from.state), kStateCount - 1);
    scales.interfaces = packet::InterfaceScale(std::move(from.interfaces));
    for (auto& [field, cuts] : from.fields) {
        const std::uint64_t last = greatest(field);
        std::erase_if(cuts, [&](uint128 value) { return value > last; });
        scales.fields.emplace_back(field, Scale(std::move(cuts), last));
    }
    const auto order = from.seen < kFewestToRace ? packet::usual_order() : packet::race_orders(scales, from.sample);
    const Budget budget = from.budget;
    collected_ = std::make_unique<Collected>();
    Space space;
    space.impl_ = std::make_shared<SpaceImpl>(std::move(scales), order);
    space.set_budget(budget);
    return space;
}

PacketSet Space::wrap(std::uint32_t root) const {
    PacketSet set;
    set.space_ = impl_;
    set.root_ = root;
    return set;
}

Space PacketSet::space() const {
    Space space;
    space.impl_ = space_;
    return space;
}

PacketSet Space::empty() const { return wrap(packet::kOut); }
PacketSet Space::all() const { return wrap(impl_->all()); }
PacketSet Space::from(const Product& product) const { return wrap(impl_->from(product)); }
PacketSet Space::from(const Packet& packet) const { return wrap(impl_->from(packet)); }
PacketSet Space::from(const std::vector<Product>& products) const {
    return wrap(impl_->from(products.data(), products.size()));
}
void Space::set_budget(const Budget& budget) { impl_->diagram().set_limits(budget.nodes, budget.steps); }
SpaceBuilder& SpaceBuilder::set_budget(const Budget& budget) {
    collected_->budget = budget;
    return *this;
}
Space::Unbilled::Unbilled(const Space& space)
    : space_(space.impl_),
      nodes_(space_->diagram().node_count()),
      node_limit_(space_->diagram().node_limit()),
      steps_(space_->diagram().steps()),
      step_limit_(space_->diagram().step_limit()) {
    space_->diagram().set_limits(~std::uint32_t{0}, ~std::uint64_t{0});
}
Space::Unbilled::~Unbilled() {
    auto& diagram = space_->diagram();
    const std::uint64_t steps = diagram.steps() - steps_;
    diagram.set_limits(node_limit_ + (diagram.node_count() - nodes_),
                       step_limit_ > ~steps ? ~std::uint64_t{0} : step_limit_ + steps);
}

std::size_t Space::node_count() const { return impl_->diagram().node_count(); }

}  // namespace fwproof
