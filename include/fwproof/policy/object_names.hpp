// Regions in the words of their owners: sets by the names that the export gives them, and "A except B" where that is
// shorter. For people; what machines read back is written out (base/product.hpp).
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "fwproof/policy/policy.hpp"

namespace fwproof {

class ObjectNames {
public:
    // No names: only "A except B".
    ObjectNames() = default;
    // Of several names of one set the first in the order of the export. The policy must outlive the names.
    explicit ObjectNames(const Policy& policy) { add(policy); }
    // Further names, for sets that have none yet. A name that stands for another set already is not taken again.
    void add(const Policy& policy);

    // The name of exactly this set; null: none.
    const std::string* of(const AddressSet& set) const;
    const std::string* of(const ServiceSet& set) const;

private:
    std::unordered_multimap<std::size_t, const NamedSet*> addresses_, services_;  // by the hash of what they are
    std::unordered_map<std::string, const NamedSet*> names_;
};

// As to_string and to_exact_string of a product, but "@NAME" for a set of several parts that has a name, and
// "{any4 except 10.0.0.0/8}". One address, prefix, range or service stands as it is: nothing says it better.
std::string to_text(const Product& product, const ObjectNames& names);
std::string to_exact_text(const Product& product, const ObjectNames& names);

// "any4 except 10.0.0.0/8" where that is shorter than the set written out; else to_string(set).
std::string short_text(const AddressSet& set);

}  // namespace fwproof
