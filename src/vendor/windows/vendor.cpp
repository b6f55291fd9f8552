#include "fwproof/vendor/vendor.hpp"

namespace fwproof::windows {

Likelihood detect(const Input&) { return Likelihood::no; }

Result<std::vector<Policy>> load(const Input&, const LoadOptions&) { return fail("not read yet"); }

}  // namespace fwproof::windows
