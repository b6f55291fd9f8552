// Any bytes as a flow; a packet that a flow names is printed and read back as the same.
#include <cstdlib>

#include "fwproof/packet/flow.hpp"
#include "fwproof/packet/packet_set.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    using namespace fwproof;
    const auto flow = parse_flow(std::make_shared<const Source>("flow", std::string(data, data + size)));
    if (!flow) {
        (void)render(flow.error());
        return 0;
    }
    const Space space = SpaceBuilder().add(flow->header).build();
    const auto packet = space.from(flow->header).pick();
    if (!packet) return 0;
    if (!contains(flow->header, *packet)) std::abort();
    const auto again = parse_flow(std::make_shared<const Source>("packet", to_string(*packet)));
    if (!again || !contains(again->header, *packet)) std::abort();
    return 0;
}
