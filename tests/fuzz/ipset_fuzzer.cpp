// Any bytes as the output of `ipset save`, behind a dump whose rules refer to sets by usual names.
#include "fwproof/vendor/vendor.hpp"
#include "sound.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    using namespace fwproof;
    static const auto dump = std::make_shared<const Source>("rules.v4",
                                                            "*filter\n:INPUT DROP [0:0]\n"
                                                            "-A INPUT -m set --match-set a src -j ACCEPT\n"
                                                            "-A INPUT -m set ! --match-set b src,dst -j DROP\n"
                                                            "-A INPUT -m set --match-set f2b-sshd src,dst,dst -j DROP\n"
                                                            "COMMIT\n");
    LoadOptions options;
    options.ipset = std::make_shared<const Source>("sets", std::string(data, data + size));
    const auto policies = load_policies({"rules.v4", {dump}}, options, "iptables");
    if (!policies) {
        (void)render(policies.error());
        return 0;
    }
    for (const auto& policy : *policies) fuzz::check_sound(policy);
    return 0;
}
