#include "vendor/iptables/draft.hpp"

#include <algorithm>

#include "fwproof/base/field_range.hpp"

namespace fwproof::iptables {

namespace {

constexpr std::size_t kMostMatches = 256;

bool pattern_in(const InterfacePattern& narrow, const InterfacePattern& wide) {
    return wide.prefix ? narrow.name.starts_with(wide.name) : narrow == wide;
}

bool intersect(InterfaceSet& a, const InterfaceSet& b) {
    if (b.is_all() || a == b) return true;
    if (a.is_all()) {
        a = b;
        return true;
    }
    if (a.negated && b.negated) {
        a.any_of.insert(a.any_of.end(), b.any_of.begin(), b.any_of.end());
        return true;
    }
    if (!a.negated && !b.negated) {
        InterfaceSet both{{}, false};
        for (const auto& x : a.any_of) {
            for (const auto& y : b.any_of) {
                if (pattern_in(x, y)) {
                    both.any_of.push_back(x);
                } else if (pattern_in(y, x)) {
                    both.any_of.push_back(y);
                }
            }
        }
        a = std::move(both);
        return true;
    }
    const InterfaceSet& in = a.negated ? b : a;
    const InterfaceSet& out = a.negated ? a : b;
    InterfaceSet kept{{}, false};
    for (const auto& x : in.any_of) {
        bool removed = false;
        for (const auto& y : out.any_of) {
            if (pattern_in(x, y)) {
                removed = true;
            } else if (pattern_in(y, x)) {
                return false;  // a prefix with a hole
            }
        }
        if (!removed) kept.any_of.push_back(x);
    }
    a = std::move(kept);
    return true;
}

ServiceTerm intersect(const ServiceTerm& a, const ServiceTerm& b) {
    return {a.protocols & b.protocols, a.source_ports & b.source_ports, a.destination_ports & b.destination_ports,
            a.icmp & b.icmp, a.tcp_flags & b.tcp_flags};
}

bool empty(const ServiceTerm& term) {
    return term.protocols.empty() || term.source_ports.empty() || term.destination_ports.empty() || term.icmp.empty() ||
           term.tcp_flags.empty();
}

}  // namespace

ServiceSetRef intersect(const ServiceSetRef& a, const ServiceSetRef& b) {
    if (!a) return b;
    if (!b || a == b) return a;
    ServiceSet both;
    for (const auto& x : a->terms) {
        for (const auto& y : b->terms) {
            ServiceTerm term = intersect(x, y);
            if (!empty(term)) both.terms.push_back(std::move(term));
        }
    }
    return share(std::move(both));
}

void add_field(Product& product, Field field, IntervalSet<std::uint64_t> values) {
    values = values & IntervalSet<std::uint64_t>::range(0, greatest(field));
    auto at = std::lower_bound(product.fields.begin(), product.fields.end(), field,
                               [](const FieldTest& test, Field f) { return test.field < f; });
    if (at != product.fields.end() && at->field == field) {
        at->values = at->values & values;
    } else {
        product.fields.insert(at, {field, std::move(values)});
    }
}

bool intersect(Product& a, const Product& b) {
    InterfaceSet in = a.in, out = a.out;
    if (!intersect(in, b.in) || !intersect(out, b.out)) return false;
    a.in = std::move(in);
    a.out = std::move(out);
    a.source = common(a.source, b.source);
    a.destination = common(a.destination, b.destination);
    a.services = intersect(a.services, b.services);
    a.states = a.states & b.states;
    for (const auto& test : b.fields) add_field(a, test.field, test.values);
    return true;
}

bool intersect(Match& a, const Match& b) {
    if (!intersect(a.header, b.header)) return false;
    a.registers.insert(a.registers.end(), b.registers.begin(), b.registers.end());
    if (b.destination_translated) {
        if (a.destination_translated && a.destination_translated != b.destination_translated) {
            a.header.states = {};
        }
        a.destination_translated = b.destination_translated;
    }
    if (b.original_header) {
        if (a.original_header) {
            Product both = *a.original_header;
            if (!intersect(both, *b.original_header)) return false;
            a.original_header = std::make_shared<const Product>(std::move(both));
        } else {
            a.original_header = b.original_header;
        }
    }
    return true;
}

bool plainly_empty(const Product& product) {
    const auto no_values = [](const FieldTest& test) { return test.values.empty(); };
    return product.states.empty() || (product.source && product.source->empty()) ||
           (product.destination && product.destination->empty()) ||
           (product.services && product.services->terms.empty()) ||
           (!product.in.negated && product.in.any_of.empty()) || (!product.out.negated && product.out.any_of.empty()) ||
           std::any_of(product.fields.begin(), product.fields.end(), no_values);
}

RuleMatch Draft::finish() && {
    RuleMatch result;
    result.conditions = std::move(conditions);
    result.conditional = conditional;
    result.any_of.clear();
    if (never || plainly_empty(base.header)) {
        result.conditional = false;
        result.conditions.clear();
        return result;
    }
    if (unions.empty()) {
        result.any_of.push_back(std::move(base));
        return result;
    }
    std::vector<Match> sure{base}, widest{base};
    bool inexact = false, too_many = false;
    for (const auto& alternatives : unions) {
        std::vector<Match> next_sure, next_widest;
        const auto combine = [&](const std::vector<Match>& from, std::vector<Match>& to,
                                 const Alternative& alternative) {
            for (const Match& match : from) {
                Match both = match;
                if (!intersect(both, alternative.match)) {
                    too_many = true;
                } else if (!plainly_empty(both.header)) {
                    to.push_back(std::move(both));
                }
            }
        };
        for (const auto& alternative : alternatives) {
            if (alternative.sure) combine(sure, next_sure, alternative);
            combine(widest, next_widest, alternative);
            inexact = inexact || !alternative.sure;
        }
        if (too_many || next_widest.size() > kMostMatches) {
            too_many = true;
            break;
        }
        sure = std::move(next_sure);
        widest = std::move(next_widest);
    }
    if (too_many) {
        result.any_of.push_back(std::move(base));
        result.conditional = true;
        if (result.conditions.empty())
            result.conditions.push_back({ConditionKind::other, "a combination of tests that is too large", {}});
        return result;
    }
    result.any_of = std::move(sure);
    if (inexact) {
        result.outer = std::move(widest);
        if (result.outer.empty()) result.any_of.clear();
    }
    if (result.any_of.empty() && result.outer.empty()) {
        result.conditional = false;
        result.conditions.clear();
    }
    return result;
}

}  // namespace fwproof::iptables
