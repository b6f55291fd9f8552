// Any bytes to one vendor's reader, chosen at build time.
#include "fwproof/vendor/vendor.hpp"
#include "sound.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    using namespace fwproof;
    const Input input{"input", {std::make_shared<const Source>("input", std::string(data, data + size))}};
    for (const auto& vendor : vendors()) {
        (void)vendor.detect(input);
        if (vendor.name != FWPROOF_FUZZED_VENDOR) continue;
        const auto policies = vendor.load(input, {});
        if (!policies) {
            (void)render(policies.error());
            continue;
        }
        for (const auto& policy : *policies) fuzz::check_sound(policy);
    }
    return 0;
}
