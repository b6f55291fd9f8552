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
    // of every rule
    protocol, source, destination, in_interface, out_interface, fragment, jump, goto_chain, match, only_v4, only_v6, counters,
    no_meaning,  // --numeric, --verbose, --wait ...
    table,
    // of matches
    comment, source_port, destination_port, tcp_flags, syn, multi_source, multi_destination, multi_any, icmp_type,
    source_range, destination_range, state, ctstate, ctproto, ctorigsrc, ctorigdst, ctorigsrcport, ctorigdstport, ctdir,
    match_set, set_counters, source_type, destination_type, mac_source, mark, connection_mark, ttl_equal, ttl_less,
    ttl_greater, length, tos, dscp, dscp_class, packet_type, spi, recent_set, datestart, datestop, timestart, timestop,
    monthdays, weekdays, kerneltz, utc, contiguous, wrong_way, bridge_in, bridge_out, is_bridge_in, is_bridge_out, is_bridged,
    // of targets
    reject_with, set_xmark, set_mark, and_mark, or_mark, xor_mark, shift_mark, save_mark, restore_mark, mask, nfmask, ctmask,
    to_destination, to_source, to_ports, to_network, notrack, changed_set, on_port,
};

struct OptionSpec {
    std::string_view name;  // without dashes
    OptionId id{};
    std::uint8_t arguments = 0;
    bool invertible = false;
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
