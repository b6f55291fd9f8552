#include "analysis/opening_scope.hpp"

#include <set>

#include "analysis/surplus.hpp"

namespace fwproof {

AddressSetRef OpeningScope::own_addresses(const Firewall& firewall) const {
    AddressSet own;
    for (const auto& requirement : requirements_) {
        for (const Endpoint* end : {&requirement.from, &requirement.to}) {
            if (end->host == firewall.host && !end->anywhere) own = own | *end->addresses;
        }
    }
    return own.empty() ? nullptr : share(std::move(own));
}

AddressSet OpeningScope::bound_addresses() const {
    AddressSet bound;
    std::set<const AddressSet*> known;
    for (const auto& requirement : requirements_) {
        for (const Endpoint* end : {&requirement.from, &requirement.to}) {
            if (end->external || end->anywhere || !known.insert(end->addresses.get()).second) continue;
            bound = bound | *end->addresses;
        }
    }
    return bound;
}

std::vector<Product> OpeningScope::selves() const {
    std::vector<Product> found;
    std::set<const AddressSet*> known;
    for (const auto& requirement : requirements_) {
        for (const Endpoint* end : {&requirement.from, &requirement.to}) {
            if (end->external || end->anywhere || end->network || !known.insert(end->addresses.get()).second) continue;
            Product self;
            self.source = self.destination = end->addresses;
            found.push_back(std::move(self));
        }
    }
    return found;
}

std::vector<const Path*> OpeningScope::paths(const Firewall& firewall) const {
    std::vector<const Path*> paths;
    if (!firewall.placed) return paths;
    for (const auto& path : firewall.policy->paths) {
        if ((firewall.kind == FirewallKind::transit) != (path.position == Position::transit)) continue;
        if (!firewall.variant.empty() && !path.variant.empty() && path.variant != firewall.variant) continue;
        paths.push_back(&path);
    }
    return paths;
}

std::vector<Product> OpeningScope::packets(const Firewall& firewall, std::vector<Product>& values) const {
    const AddressSet bound = bound_addresses();
    std::vector<Product> found;
    for (const Path* path : paths(firewall)) {
        for (const Product& product : opening_question(firewall, path->position, own_addresses(firewall))) {
            values.push_back(product);
            if (path->position != Position::transit) {
                found.push_back(product);
                continue;
            }
            for (AddressSetRef Product::*end : {&Product::source, &Product::destination}) {
                AddressSet part = *(product.*end) & bound;
                if (part.empty()) continue;
                Product touching = product;
                touching.*end = share(std::move(part));
                found.push_back(std::move(touching));
            }
        }
    }
    return found;
}

}  // namespace fwproof
