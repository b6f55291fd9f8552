// What one rule matches.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fwproof/base/product.hpp"
#include "fwproof/base/source.hpp"

namespace fwproof {

// Numbers that rules write and later rules read while one packet is evaluated. All start at zero.
enum class Register : std::uint8_t {
    packet_mark,
    connection_mark,
    disposition,  // what earlier rules did: bit 0 exempted from connection tracking, bit 1 sent to another host
};
inline constexpr int kRegisterCount = 3;

struct RegisterTest {
    Register reg{};
    std::uint32_t value = 0;
    std::uint32_t mask = ~std::uint32_t{0};
    bool negated = false;

    bool holds(std::uint32_t current) const { return ((current & mask) == value) != negated; }
    friend bool operator==(const RegisterTest&, const RegisterTest&) = default;
};

// A conjunction. The header fields are compared with the packet as it is at this point, that is after translations made
// earlier on the path.
struct Match {
    Product header;
    std::vector<RegisterTest> registers;
    // The packet's destination was translated earlier on this path (true), was not (false), or either (nothing).
    std::optional<bool> destination_translated;
    // Also holds for the header as it was before any translation; null: any.
    std::shared_ptr<const Product> original_header;

    bool is_all() const;
    friend bool operator==(const Match& a, const Match& b);  // by value
};

// Something a rule depends on that no packet header shows.
enum class ConditionKind : std::uint8_t {
    program,          // value: path
    service,          // value: service name
    package,          // value: application package
    user,             // value: principal or SDDL
    ipsec,            // value: what authentication or encryption
    fqdn,             // value: name
    time,             // value: schedule
    rate,             // limit, hashlimit, quota: value as written
    memory,           // recent, SET target: what earlier packets left behind
    payload,          // string, u32, l7 inspection
    address_keyword,  // value: LocalSubnet, DNS ...
    port_keyword,     // value: RPC, RPC-EPMap, Teredo ...
    interface_type,   // value: Lan, Wireless, RemoteAccess
    platform,         // value: operating system condition
    reference,        // value: the name that is not defined in this export
    syntax,           // value: the words that were not understood
    other,
};
std::string_view to_string(ConditionKind kind);  // "program", "address keyword", ...

struct Condition {
    ConditionKind kind{};
    std::string value;
    SourceSpan span;
};

// The packets a rule matches, with what is not known about them.
//   surely matched   = conditional ? nothing : the union of `any_of`
//   possibly matched = the union of `outer` where it is not empty, else of `any_of`
// Exact rules have conditional == false and no outer.
struct RuleMatch {
    std::vector<Match> any_of = {Match{}};  // no element: matches nothing
    bool conditional = false;               // holds only if every condition does
    std::vector<Match> outer;               // the widest it can be; contains any_of
    std::vector<Condition> conditions;      // why it is not exact; empty exactly when exact

    bool exact() const { return !conditional && outer.empty(); }
};

}  // namespace fwproof
