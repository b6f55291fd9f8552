#include "support/places.hpp"

namespace fwproof::test {

const char* source_root() { return FWPROOF_TEST_SOURCE_ROOT; }
const char* binary_root() { return FWPROOF_TEST_BINARY_ROOT; }

}  // namespace fwproof::test
