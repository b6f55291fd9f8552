// test_kernel legacy|nft [Catch arguments]: fwproof against the kernel that this machine runs.
#define CATCH_CONFIG_RUNNER
#include "support/catch.hpp"

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "kernel/machine.hpp"

namespace fwproof::kernel {

namespace {

std::unique_ptr<Network> the_network;
Backend the_backend = Backend::legacy;
bool skipped = false;

}  // namespace

Network& network() { return *the_network; }
Backend backend() { return the_backend; }

std::size_t effort() {
    const char* wanted = std::getenv("FWPROOF_KERNEL_LONG");
    return wanted != nullptr && *wanted != '\0' ? 10 : 1;
}

std::uint32_t seed(std::uint32_t usual) {
    const char* wanted = std::getenv("FWPROOF_KERNEL_SEED");
    return wanted != nullptr && *wanted != '\0' ? usual + static_cast<std::uint32_t>(std::strtoul(wanted, nullptr, 10))
                                                : usual;
}

void skip(const std::string& what, const std::string& why) {
    skipped = true;
    std::printf("skipped: %s: %s\n", what.c_str(), why.c_str());
}

namespace {

// Empty: everything is there. The network is only made where the programs and the tables answer.
std::string why_not() {
    try {
        the_network = std::make_unique<Network>();
        for (const Family family : {Family::v4, Family::v6}) the_network->clear(the_backend, family);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return {};
}

int main(int argc, char** argv) {
    const std::string chosen = argc > 1 ? argv[1] : "";
    if (chosen != "legacy" && chosen != "nft") {
        std::fprintf(stderr, "usage: test_kernel legacy|nft [argument of Catch...]\n");
        return 2;
    }
    the_backend = chosen == "legacy" ? Backend::legacy : Backend::nft;
    setenv("PATH",
           (std::string(std::getenv("PATH") ? std::getenv("PATH") : "/usr/bin:/bin") + ":/usr/sbin:/sbin").c_str(), 1);
    setenv("XTABLES_LOCKFILE", "/dev/null", 1);  // the lock of the real host's rules is none of ours
    if (const std::string why = why_not(); !why.empty()) {
        std::printf("skipped: %s\n", why.c_str());
        return kSkipped;
    }
    argv[1] = argv[0];
    const int failed = Catch::Session().run(argc - 1, argv + 1);
    the_network.reset();
    return failed == 0 && skipped ? kSkipped : failed;
}

}  // namespace
}  // namespace fwproof::kernel

int main(int argc, char** argv) { return fwproof::kernel::main(argc, argv); }
