// One step takes a product through one translating rule, forwards or backwards: what the rule matches, with the
// rewritten fields as they are behind it, or open as they were before it. A packet is translated at most once in a
// stage, so as many rounds of steps as there are stages that translate reach every header.
#include "analysis/translations.hpp"

#include <algorithm>
#include <unordered_map>

#include "analysis/overlap.hpp"
#include "fwproof/analysis/nearby.hpp"

namespace fwproof {

namespace {

constexpr std::size_t kMostProducts = 2'000;
constexpr std::size_t kMostSteps = 500'000;

bool all_have_ports(const ProtocolSet& protocols) {
    static const ProtocolSet kWithPorts = [] {
        ProtocolSet all = {};
        for (const auto protocol : {kTcp, kUdp, kDccp, kSctp, kUdpLite}) all = all | ProtocolSet::of(protocol);
        return all;
    }();
    return protocols.subset_of(kWithPorts);
}

struct End {
    AddressSetRef Product::*address;
    PortSet ServiceTerm::*ports;
    Field kind;
};
constexpr End kSource{&Product::source, &ServiceTerm::source_ports, Field::source_kind};
constexpr End kDestination{&Product::destination, &ServiceTerm::destination_ports, Field::destination_kind};

// Another address is of another kind.
void forget_kind(Product& product, const Translate::Part& part, const End& end) {
    if (!part.changes_address()) return;
    std::erase_if(product.fields, [&](const FieldTest& test) { return test.field == end.kind; });
}

// Headers that look like the product once the part is rewritten: the part itself is open. False: none.
bool undo(Product& product, const Translate::Part& part, const End& end) {
    AddressSetRef& address = product.*end.address;
    if (part.address && address && !address->contains(*part.address)) return false;
    if (part.address || part.address_unknown) address = nullptr;
    if (part.block) {
        AddressSet before = address ? part.block->origin(*address) : part.block->block();
        if (before.empty()) return false;
        address = share(std::move(before));
    }
    forget_kind(product, part, end);
    if (!product.services || (!part.port && !part.port_unknown)) return true;
    ServiceSet services;
    for (ServiceTerm term : product.services->terms) {
        PortSet& ports = term.*end.ports;
        if (part.port && !ports.contains(*part.port)) continue;
        ports = PortSet::all();
        services.terms.push_back(std::move(term));
    }
    const bool some = !services.terms.empty();
    product.services = share(std::move(services));
    return some;
}

// False: no packet of the product is translated.
bool apply(Product& product, const Translate::Part& part, const End& end) {
    AddressSetRef& address = product.*end.address;
    if (part.address) address = share(AddressSet::of(*part.address));
    if (part.block) address = share(address ? part.block->of(*address) : part.block->image());
    if (part.address_unknown) address = nullptr;
    if (address && address->empty()) return false;
    forget_kind(product, part, end);
    if (!product.services || (!part.port && !part.port_unknown)) return true;
    ServiceSet services = *product.services;
    for (ServiceTerm& term : services.terms) {
        const bool known = part.port && all_have_ports(term.protocols);
        term.*end.ports = known ? PortSet::of(*part.port) : PortSet::all();
    }
    product.services = share(std::move(services));
    return true;
}

// The same for equal products.
std::size_t likeness(const Product& product) {
    std::size_t all = product.fields.size();
    const auto mix = [&](std::size_t value) { all = (all ^ value) * 0x9e3779b97f4a7c15U; };
    static const AddressSet kAny = AddressSet::any();
    for (const AddressSetRef& end : {product.source, product.destination}) {
        const AddressSet& set = end ? *end : kAny;
        mix(set.v6.intervals().size());
        for (const auto& interval : set.v4.intervals()) mix(std::size_t{interval.first} << 32 | interval.last);
    }
    if (!product.services) return all;
    for (const ServiceTerm& term : product.services->terms) {
        for (const auto& interval : term.destination_ports.intervals())
            mix(std::size_t{interval.first} << 16 | interval.last);
    }
    return all;
}

}  // namespace

const Translate* translation_of(const Rule& rule) {
    return rule.enabled ? std::get_if<Translate>(&rule.action) : nullptr;
}

Translations::Translations(const Policy& policy, const std::vector<const Path*>& paths) {
    std::vector<bool> known(policy.rulesets.size());
    for (const Path* path : paths) {
        std::size_t stages = 0;
        for (const Stage& stage : path->stages) {
            const auto on = rulesets_on(policy, {path->position, path->variant, {stage}});
            bool any = false;
            for (std::size_t i = 0; i < on.size(); ++i) {
                if (!on[i]) continue;
                const auto& rules = policy.rulesets[i].rules;
                any = any || std::any_of(rules.begin(), rules.end(), translation_of);
                if (known[i]) continue;
                known[i] = true;
                for (const Rule& rule : rules) {
                    if (translation_of(rule)) rules_.push_back(&rule);
                }
            }
            stages += any;
        }
        most_ = std::max(most_, stages);
    }
}

template <class Step>
std::optional<std::vector<Product>> Translations::follow(std::vector<Product> products, const Step& step) const {
    std::size_t fresh = 0;  // those of the last round begin here
    std::size_t steps = 0;
    std::unordered_multimap<std::size_t, std::size_t> places;  // in products, by their likeness
    for (std::size_t i = 0; i < products.size(); ++i) places.emplace(likeness(products[i]), i);
    for (std::size_t round = 0; round < most_ && fresh < products.size(); ++round) {
        const std::size_t end = products.size();
        for (; fresh < end; ++fresh) {
            for (const Rule* rule : rules_) {
                for (const auto* matches : {&rule->match.any_of, &rule->match.outer}) {
                    for (const Match& match : *matches) {
                        if (++steps > kMostSteps) return std::nullopt;
                        auto next = step(products[fresh], *translation_of(*rule), match.header);
                        if (!next) continue;
                        const std::size_t like = likeness(*next);
                        const auto [first, last] = places.equal_range(like);
                        if (std::any_of(first, last, [&](const auto& at) { return products[at.second] == *next; }))
                            continue;
                        if (products.size() >= kMostProducts) return std::nullopt;
                        places.emplace(like, products.size());
                        products.push_back(std::move(*next));
                    }
                }
            }
        }
    }
    return products;
}

std::optional<std::vector<Product>> Translations::backwards(std::vector<Product> products) const {
    return follow(std::move(products),
                  [](Product seen, const Translate& translate, const Product& matched) -> std::optional<Product> {
                      if (!undo(seen, translate.source, kSource)) return std::nullopt;
                      if (!undo(seen, translate.destination, kDestination)) return std::nullopt;
                      return common(seen, matched);
                  });
}

std::optional<std::vector<Product>> Translations::onwards(std::vector<Product> products) const {
    return follow(
        std::move(products),
        [](const Product& seen, const Translate& translate, const Product& matched) -> std::optional<Product> {
            auto next = common(seen, matched);
            if (!next || !apply(*next, translate.source, kSource)) return std::nullopt;
            if (!apply(*next, translate.destination, kDestination)) return std::nullopt;
            return next;
        });
}

}  // namespace fwproof
