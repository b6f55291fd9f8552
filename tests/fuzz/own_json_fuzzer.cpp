// Any bytes as the JSON that fwproof writes and reads again: results to merge, and baselines.
#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "cli/baseline.hpp"
#include "cli/command.hpp"

namespace {

using namespace fwproof::cli;

World world_of(std::istream& in, std::ostream& out) {
    return {.in = in,
            .out = out,
            .err = out,
            .out_is_terminal = false,
            .environment = [](const char*) { return std::nullopt; },
            .now = {}};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string bytes(data, data + size);
    for (const char* format : {"text", "json"}) {
        std::istringstream in(bytes);
        std::ostringstream out;
        World world = world_of(in, out);
        if (run({"merge", "--format", format, "-"}, world) == kInternal) std::abort();
        const std::string said = out.str();
        const auto steers = [](char c) { return c != '\n' && (static_cast<unsigned char>(c) < ' ' || c == '\x7f'); };
        if (std::any_of(said.begin(), said.end(), steers)) std::abort();
    }
    std::istringstream in(bytes);
    std::ostringstream out;
    World world = world_of(in, out);
    if (const auto baseline = read_baseline("-", world); !baseline) (void)fwproof::render(baseline.error());
    return 0;
}
