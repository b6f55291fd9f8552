// The registry of match and target extensions (extensions.def).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "fwproof/base/address.hpp"
#include "fwproof/policy/match.hpp"

namespace fwproof::iptables {

// What an option means, whatever it is called. `opaque`: read, not modelled.
enum class OptionId : std::uint8_t {
    opaque,
    // clang-format off
    // of every rule
    protocol, source, destination, in_interface, out_interface, fragment, jump, goto_chain, match, only_v4, only_v6, counters,
    no_meaning,  // --numeric, --verbose, --wait ...
    table,
    command,     // --append, --list ...: none in the middle of a line
    // of matches
    comment, source_port, destination_port, tcp_flags, syn, multi_source, multi_destination, multi_any, icmp_type,
    source_range, destination_range, state, ctstate, ctproto, ctorigsrc, ctorigdst, ctorigsrcport, ctorigdstport, ctdir,
    match_set, set_counters, source_type, destination_type, mac_source, mark, connection_mark, ttl_equal, ttl_less,
    ttl_greater, length, tos, dscp, dscp_class, packet_type, spi, recent_set, datestart, datestop, timestart, timestop,
    monthdays, weekdays, kerneltz, utc, contiguous, wrong_way, bridge_in, bridge_out, is_bridge_in, is_bridge_out, is_bridged,
    // of targets
    reject_with, set_xmark, set_mark, and_mark, or_mark, xor_mark, shift_mark, save_mark, restore_mark, mask, nfmask, ctmask,
    to_destination, to_source, to_ports, to_network, notrack, changed_set, on_port,
    // clang-format on
};

// How the value of an option is written. Options that are modelled read theirs themselves.
enum class ValueForm : std::uint8_t {
    any,
    number,     // from least to most; decimal, hexadecimal or octal
    range,      // NUMBER or NUMBER:NUMBER
    ascending,  // the same, the first not more than the last
    group,      // NUMBER, NUMBER/MASK or a name
    network,    // an address, perhaps with a mask, or a host name
    ports,      // a port or a range
    bytecode,
    fraction,  // 0.25
    text,      // of least to most bytes
    file,      // the same, as a file name: no slash
    word,
    words,       // one of a list; several, separated by commas
    beginnings,  // the same, in any case, a beginning being enough
    types,       // the same in any case, and whole; none is allowed
    chunks,      // of SCTP: any, all or only, and their types with flags
    rate,        // 3/minute, 100kb/s
    burst,       // 5, 100kb
    interface,
    level,       // of syslog
    expression,  // of u32
    address,
    account,  // a number, a range with a hyphen, or a name
};

struct OptionSpec {
    std::string_view name;  // without dashes
    OptionId id{};
    std::uint8_t arguments = 0;
    bool invertible = false;
    ValueForm form = ValueForm::any;
    std::uint64_t least = 0, most = 0;
    std::string_view choice = {};  // the words, separated by blanks
};

enum class ExtensionKind : std::uint8_t { match, target };
enum class Families : std::uint8_t { both, v4, v6 };
// exact: modelled (an opaque option makes the rule conditional). no_effect: recorded, irrelevant to matching and
// verdicts. inexact: the rule holds on a condition.
enum class Handling : std::uint8_t { exact, no_effect, inexact };

struct Extension {
    ExtensionKind kind{};
    std::string_view name;
    Families families{};
    Handling handling{};
    ConditionKind condition{};
    std::string_view why;
    std::vector<OptionSpec> options;
    // Each is a set of options, as bits; a rule has to give at least one of every set.
    std::vector<std::uint64_t> needs = {};
    // An option of the first set and another one of the second, both as bits: not together, or only together.
    struct Pair {
        std::uint64_t first = 0, second = 0;
    };
    std::vector<Pair> apart = {};
    std::vector<Pair> along = {};

    bool exists_for(Family family) const {
        return families == Families::both || (families == Families::v4) == (family == Family::v4);
    }
};

std::span<const Extension> extensions();
const Extension* find_match(std::string_view name, Family family);
const Extension* find_target(std::string_view name, Family family);

// Options of every rule, long names; their short letters are handled by the parser.
std::span<const OptionSpec> core_options();

}  // namespace fwproof::iptables
