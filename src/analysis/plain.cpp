#include "fwproof/analysis/plain.hpp"

#include <algorithm>

namespace fwproof {

namespace {

class Shortener {
public:
    explicit Shortener(const PacketSet& asked) : space_(asked.space()), asked_(asked), beside_(asked) {}

    Product shorten(Product product) {
        beside_ = asked_ - space_.from(product);
        attempt(product, [](Product& p) { p.services = nullptr; });
        if (product.services) {
            for (std::size_t i = 0; i < product.services->terms.size(); ++i) {
                attempt_term(product, i, [](ServiceTerm& t) { t.tcp_flags = IntervalSet<std::uint8_t>::all(); });
                attempt_term(product, i, [](ServiceTerm& t) { t.icmp = IcmpSet::all(); });
            }
        }
        for (const auto side : {&Product::source, &Product::destination}) {
            attempt(product, [&](Product& p) { p.*side = nullptr; });
            for (const Family family : {Family::v4, Family::v6}) {
                const AddressSetRef& addresses = product.*side;
                if (!addresses || !(family == Family::v4 ? addresses->v6.empty() : addresses->v4.empty())) continue;
                attempt(product, [&](Product& p) { p.*side = share(AddressSet::any(family)); });
            }
        }
        for (const auto side : {&Product::in, &Product::out}) {
            if (tells(product.*side, side)) continue;
            attempt(product, [&](Product& p) { p.*side = InterfaceSet::any(); });
            drop_patterns(product, side);
        }
        for (std::size_t i = product.fields.size(); i-- > 0;) {
            attempt(product, [&](Product& p) { p.fields.erase(p.fields.begin() + static_cast<std::ptrdiff_t>(i)); });
        }
        return product;
    }

private:
    template <class Change>
    void attempt(Product& product, const Change& change) const {
        Product wider = product;
        change(wider);
        if (wider == product || space_.from(wider).intersects(beside_)) return;
        product = std::move(wider);
    }
    template <class Change>
    void attempt_term(Product& product, std::size_t index, const Change& change) const {
        attempt(product, [&](Product& p) {
            ServiceSet services = *p.services;
            change(services.terms[index]);
            p.services = share(std::move(services));
        });
    }
    // One interface of several is what a reader looks for, though it may follow from the addresses.
    bool tells(const InterfaceSet& names, InterfaceSet Product::*side) const {
        if (!names.only()) return false;
        Product there;
        there.*side = names;
        return !asked_.subset_of(space_.from(there));
    }
    // "neither none, lo nor eth0" says no more than "not eth0" where nothing came by the first two.
    void drop_patterns(Product& product, InterfaceSet Product::*side) const {
        if (!(product.*side).negated) return;
        for (std::size_t i = (product.*side).any_of.size(); i-- > 0;) {
            attempt(product, [&](Product& p) {
                auto& patterns = (p.*side).any_of;
                patterns.erase(patterns.begin() + static_cast<std::ptrdiff_t>(i));
            });
        }
    }

    Space space_;
    PacketSet asked_;
    PacketSet beside_;  // what was asked for apart from the product at hand
};

}  // namespace

PacketSet::Products plain_products(const PacketSet& region, const PacketSet& asked, std::size_t limit) {
    auto found = region.products(limit);
    Shortener shortener(asked);
    std::vector<Product> shorter;
    for (auto& product : found.products) {
        Product plain = shortener.shorten(std::move(product));
        if (std::find(shorter.begin(), shorter.end(), plain) == shorter.end()) shorter.push_back(std::move(plain));
    }
    found.products = std::move(shorter);
    return found;
}

}  // namespace fwproof
