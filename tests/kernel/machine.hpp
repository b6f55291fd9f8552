// What this test program runs on: one network of its own and one back end, chosen on the command line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "kernel/network.hpp"

namespace fwproof::kernel {

Network& network();
Backend backend();
// How many times the usual number of probes (FWPROOF_KERNEL_LONG in the environment: ten).
std::size_t effort();
// What random rules and packets are drawn from: other ones with FWPROOF_KERNEL_SEED in the environment, a number.
std::uint32_t seed(std::uint32_t usual);

// A part of the test that this machine cannot run. Said on standard output; the program then ends with kSkipped.
void skip(const std::string& what, const std::string& why);
inline constexpr int kSkipped = 77;

}  // namespace fwproof::kernel
