// Any bytes as the canonical text of a policy; what is read is printed and read back as the same.
#include "fwproof/policy/text.hpp"
#include "sound.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    using namespace fwproof;
    const auto policy = parse_policy(std::make_shared<const Source>("policy", std::string(data, data + size)));
    if (policy) {
        fuzz::check_sound(*policy);
    } else {
        (void)render(policy.error());
    }
    return 0;
}
