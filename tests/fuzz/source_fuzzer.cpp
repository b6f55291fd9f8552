// Decoding, line positions and excerpts of any bytes.
#include <algorithm>

#include "fwproof/base/result.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    using namespace fwproof;
    const Source source("input", std::string(data, data + size));
    const auto length = static_cast<std::uint32_t>(source.text().size());
    for (std::uint32_t offset = 0; offset <= length; offset += 1 + length / 16) {
        (void)render(Error{"message", "hint", {&source, offset, std::min<std::uint32_t>(length - offset, 7)}});
    }
    return 0;
}
