#include "fwproof/policy/object_names.hpp"

#include <algorithm>
#include <tuple>

#include "fwproof/base/notation.hpp"

namespace fwproof {

namespace {

// Terms in one order, those that differ only in destination ports or only in protocols united: what an export writes as
// several members and an analysis as one term are the same set.
std::vector<ServiceTerm> tidy(const ServiceSet& set) {
    std::vector<ServiceTerm> terms = set.terms;
    const auto unite = [&](auto rest, auto part) {
        std::sort(terms.begin(), terms.end(),
                  [&](const ServiceTerm& a, const ServiceTerm& b) { return rest(a) < rest(b); });
        std::size_t kept = 0;
        for (std::size_t i = 0; i < terms.size(); ++i) {
            if (kept > 0 && rest(terms[kept - 1]) == rest(terms[i])) {
                part(terms[kept - 1]) = part(terms[kept - 1]) | part(terms[i]);
            } else {
                terms[kept++] = terms[i];
            }
        }
        terms.resize(kept);
    };
    unite([](const ServiceTerm& t) { return std::tie(t.protocols, t.source_ports, t.icmp, t.tcp_flags); },
          [](ServiceTerm& t) -> PortSet& { return t.destination_ports; });
    unite([](const ServiceTerm& t) { return std::tie(t.destination_ports, t.source_ports, t.icmp, t.tcp_flags); },
          [](ServiceTerm& t) -> ProtocolSet& { return t.protocols; });
    return terms;
}

void mix(std::size_t& hash, std::uint64_t value) { hash = (hash ^ value) * 0x9e3779b97f4a7c15U; }

template <class T>
void mix(std::size_t& hash, const IntervalSet<T>& set) {
    for (const auto& [first, last] : set.intervals()) {
        mix(hash, static_cast<std::uint64_t>(first));
        mix(hash, static_cast<std::uint64_t>(last));
    }
    mix(hash, set.intervals().size());
}

std::size_t hash_of(const AddressSet& set) {
    std::size_t hash = 0;
    mix(hash, set.v4);
    mix(hash, set.v6);
    return hash;
}

std::size_t hash_of(const std::vector<ServiceTerm>& terms) {
    std::size_t hash = terms.size();
    for (const auto& term : terms) {
        mix(hash, term.protocols);
        mix(hash, term.destination_ports);
        mix(hash, term.source_ports);
    }
    return hash;
}

bool has_parts(const AddressSet& set) { return set.v4.intervals().size() + set.v6.intervals().size() > 1; }

bool has_parts(const std::vector<ServiceTerm>& terms) {
    return terms.size() > 1 || (terms.size() == 1 && (terms[0].destination_ports.intervals().size() > 1 ||
                                                      terms[0].protocols.intervals().size() > 1));
}

SetWords words_of(const ObjectNames& names) {
    SetWords words;
    words.addresses = [&names](const AddressSet& set) -> std::optional<std::string> {
        if (!has_parts(set)) return std::nullopt;
        if (const std::string* name = names.of(set)) return "@" + name_word(*name);
        const std::string text = short_text(set);
        if (text.find(" except ") == std::string::npos) return std::nullopt;
        return "{" + text + "}";
    };
    words.services = [&names](const ServiceSet& set) -> std::optional<std::string> {
        const std::string* name = names.of(set);
        if (!name) return std::nullopt;
        return "@" + name_word(*name);
    };
    return words;
}

// The least prefix around an interval of one family.
Prefix prefix_around(const Address& first, const Address& last) {
    const int bits = first.family == Family::v4 ? 32 : 128;
    int free = 0;
    for (uint128 differing = first.value ^ last.value; differing != 0; differing >>= 1) ++free;
    const uint128 mask = free >= 128 ? uint128{0} : ~uint128{0} << free;
    return {{first.family, first.value & mask}, static_cast<std::uint8_t>(bits - free)};
}

}  // namespace

void ObjectNames::add(const Policy& policy) {
    for (const auto& object : policy.objects) {
        if (!names_.emplace(object.name, &object).second) continue;
        if (object.addresses && has_parts(*object.addresses) && !of(*object.addresses)) {
            addresses_.emplace(hash_of(*object.addresses), &object);
        }
        if (!object.services) continue;
        const auto terms = tidy(*object.services);
        if (has_parts(terms) && !of(*object.services)) services_.emplace(hash_of(terms), &object);
    }
}

const std::string* ObjectNames::of(const AddressSet& set) const {
    if (addresses_.empty()) return nullptr;
    for (auto [at, end] = addresses_.equal_range(hash_of(set)); at != end; ++at) {
        if (*at->second->addresses == set) return &at->second->name;
    }
    return nullptr;
}

const std::string* ObjectNames::of(const ServiceSet& set) const {
    if (services_.empty()) return nullptr;
    const auto terms = tidy(set);
    for (auto [at, end] = services_.equal_range(hash_of(terms)); at != end; ++at) {
        if (tidy(*at->second->services) == terms) return &at->second->name;
    }
    return nullptr;
}

std::string short_text(const AddressSet& set) {
    std::string best = to_string(set);
    std::vector<AddressSet> around;
    if (!set.v4.empty() && !set.v6.empty()) {
        around = {AddressSet::any()};
    } else if (has_parts(set)) {
        const Family family = set.v6.empty() ? Family::v4 : Family::v6;
        const auto end = [&](auto pick4, auto pick6) {
            return Address{family,
                           family == Family::v4 ? uint128{pick4(set.v4.intervals())} : pick6(set.v6.intervals())};
        };
        const Address first =
            end([](const auto& all) { return all.front().first; }, [](const auto& all) { return all.front().first; });
        const Address last =
            end([](const auto& all) { return all.back().last; }, [](const auto& all) { return all.back().last; });
        around = {AddressSet::any(family), AddressSet::of(prefix_around(first, last)), AddressSet::range(first, last)};
    }
    for (const auto& outer : around) {
        const AddressSet left_out = outer - set;
        if (left_out.empty()) continue;
        std::string text = to_string(outer) + " except " + to_string(left_out);
        if (text.size() < best.size()) best = std::move(text);
    }
    return best;
}

std::string to_text(const Product& product, const ObjectNames& names) { return to_string(product, words_of(names)); }

std::string to_exact_text(const Product& product, const ObjectNames& names) {
    return to_exact_string(product, words_of(names));
}

}  // namespace fwproof
