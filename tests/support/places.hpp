// Where the source tree and the build are. Functions and not literals, so that objects do not differ by checkout and a
// compiler cache serves all of them.
#pragma once

namespace fwproof::test {

const char* source_root();
const char* binary_root();

}  // namespace fwproof::test

#define FWPROOF_ROOT (::fwproof::test::source_root())
#define FWPROOF_BINARY_DIR (::fwproof::test::binary_root())
