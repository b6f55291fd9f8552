#include "analysis/assumed.hpp"

#include <algorithm>

namespace fwproof {

namespace {

using Numbers = IntervalSet<std::uint64_t>;

bool is_left_out(const FieldTest& test) { return test.field == Field::opaque || test.field == Field::fragment; }

// It says nothing but that of a packet.
bool is_assumption(const Product& product) {
    Product rest = product;
    rest.fields.clear();
    return rest.is_all() && !product.fields.empty() &&
           std::all_of(product.fields.begin(), product.fields.end(), is_left_out);
}

// Zero is what every packet that is not left out has.
Numbers tested(const std::vector<const Rule*>& rules, Field field) {
    Numbers values;
    for (const Rule* rule : rules) {
        if (!rule->enabled) continue;
        for (const auto* matches : {&rule->match.any_of, &rule->match.outer}) {
            for (const auto& match : *matches) {
                for (const auto& test : match.header.fields) {
                    if (test.field == field) values = values | test.values;
                }
            }
        }
    }
    return values - Numbers::of(0);
}

}  // namespace

std::vector<Product> truly_impossible(const Policy& policy) {
    std::vector<Product> all;
    std::copy_if(policy.impossible.begin(), policy.impossible.end(), std::back_inserter(all),
                 [](const Product& product) { return !is_assumption(product); });
    return all;
}

std::vector<LeftOut> left_out(const Product& question, const Product& whole, const std::vector<const Rule*>& edited) {
    std::vector<LeftOut> all;
    // Fields ascend.
    const auto add = [&](Field asked, Field other) {
        Numbers values = tested(edited, asked);
        if (values.empty()) return;
        LeftOut found{question, whole};
        found.whole.fields.push_back({other, Numbers::of(0)});
        found.packets.fields = found.whole.fields;
        const auto at = asked < other ? std::prev(found.packets.fields.end()) : found.packets.fields.end();
        found.packets.fields.insert(at, {asked, std::move(values)});
        all.push_back(std::move(found));
    };
    add(Field::opaque, Field::fragment);
    add(Field::fragment, Field::opaque);
    return all;
}

std::vector<Assumed> assumed_by_one(const Policy& before, const Policy& after) {
    std::vector<Assumed> all;
    const auto add = [&](const Policy& policy, const Policy& other, bool only_after) {
        for (const auto& sentence : policy.assumptions) {
            const auto& known = other.assumptions;
            if (std::find(known.begin(), known.end(), sentence) != known.end()) continue;
            all.push_back({sentence, only_after});
        }
    };
    add(before, after, false);
    add(after, before, true);
    return all;
}

}  // namespace fwproof
