#include "fwproof/vendor/vendor.hpp"

namespace fwproof::asa {

Likelihood detect(const Input&) { return Likelihood::no; }

Result<std::vector<Policy>> load(const Input&, const LoadOptions&) { return fail("not read yet"); }

}  // namespace fwproof::asa
