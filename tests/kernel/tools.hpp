// The programs of Debian's iptables, ipset, iproute2 and nftables packages, run in the namespace of this process.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fwproof/base/address.hpp"

namespace fwproof::kernel {

struct Ran {
    int status = -1;      // exit status; 128 + n when a signal n ended it; 127: there is no such program
    std::string message;  // what it wrote to standard error
};

// Runs the program with `input` on its standard input.
Ran run(const std::vector<std::string>& words, std::string_view input);
// The same for programs that must succeed; throws std::runtime_error with the message.
void run_or_throw(const std::vector<std::string>& words, std::string_view input);

enum class Backend { legacy, nft };
std::string restore_program(Backend backend, Family family);  // "ip6tables-nft-restore"

}  // namespace fwproof::kernel
