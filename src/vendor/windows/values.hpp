// The values of list tokens: ports, addresses, ICMP types.
#pragma once

#include <map>

#include "fwproof/base/result.hpp"
#include "vendor/windows/rule.hpp"

namespace fwproof::windows {

// How one value was taken.
struct Taken {
    bool understood = true;
    std::string error;   // the device should reject a rule with this value; empty: fine
    std::string remark;  // worth a note; empty: nothing

    static Taken unknown() { return {false, {}, {}}; }
    static Taken rejected(std::string why) { return {true, std::move(why), {}}; }
};

// What is not understood is kept as a keyword of its own, which may stand for anything.
//
// "443", "5000-5010", "0-65535" or a keyword. What the device should reject is left out of the list, as it names no
// port. RPC-EPMap is always TCP port 135 of the host itself (`local`) and is added as that
// port.
Taken add_port(PortList& list, std::string_view value, bool local, SourceSpan span);

// An address, "first-last", "network/length", "network/dotted-mask"; with `keywords` also LocalSubnet and the like.
// What the device should reject is in the list all the same, where it says which addresses it means.
Taken add_address(AddressList& list, Family family, std::string_view value, bool keywords, SourceSpan span);

// "8", "8:*", "3:4"; code 256 is every code.
std::optional<IcmpSet> parse_icmp(std::string_view value);

bool is_port_keyword(std::string_view word);
bool is_address_keyword(std::string_view word);

// The error for a word that is no such keyword; nothing when all are.
std::optional<Error> check_keywords(const std::map<std::string, AddressSet>& addresses,
                                    const std::map<std::string, PortSet>& ports);

}  // namespace fwproof::windows
