// What `ipset save` prints, and set matches made of it.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "fwproof/base/note.hpp"
#include "vendor/iptables/draft.hpp"

namespace fwproof::iptables {

enum class Dimension : std::uint8_t { address, port, interface, mac, other };

struct IpSetEntry {
    std::vector<std::string_view> parts;  // one for every dimension; the member's name in a list
    bool no_match = false;
    bool wildcard = false;  // the interface is the beginning of a name
};

struct IpSet {
    std::string type;  // "hash:ip,port"
    std::vector<Dimension> dimensions;
    bool list = false;
    bool v6 = false;
    bool both_families = false;  // port and MAC sets, lists
    bool known = true;           // false: an option or type that is not read
    int netmask = -1;
    std::vector<IpSetEntry> entries;
};

using IpSets = std::map<std::string, IpSet, std::less<>>;

// `source` must outlive the result.
IpSets parse_ipset(const SourceRef& source, std::vector<Note>& notes);

// The packets that `--match-set NAME DIRECTIONS` matches (or, negated, does not), as alternatives of one union.
struct SetMatch {
    std::vector<Alternative> alternatives;
    bool exact = true;  // false: the alternatives are the widest that it can match
    std::string reason;
};
SetMatch match_set(const IpSets& sets, std::string_view name, std::string_view directions, bool negated, Family family);

}  // namespace fwproof::iptables
