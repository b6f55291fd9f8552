#include "fwproof/policy/match.hpp"

namespace fwproof {

bool Match::is_all() const {
    return header.is_all() && registers.empty() && !destination_translated && !original_header;
}

bool operator==(const Match& a, const Match& b) {
    const bool same_original = a.original_header == b.original_header ||
                               (a.original_header && b.original_header && *a.original_header == *b.original_header);
    return a.header == b.header && a.registers == b.registers && a.destination_translated == b.destination_translated &&
           same_original;
}

std::string_view to_string(ConditionKind kind) {
    switch (kind) {
        case ConditionKind::program: return "program";
        case ConditionKind::service: return "service";
        case ConditionKind::package: return "package";
        case ConditionKind::user: return "user";
        case ConditionKind::ipsec: return "IPsec";
        case ConditionKind::fqdn: return "name";
        case ConditionKind::time: return "time";
        case ConditionKind::rate: return "rate";
        case ConditionKind::memory: return "earlier packets";
        case ConditionKind::payload: return "payload";
        case ConditionKind::address_keyword: return "address keyword";
        case ConditionKind::port_keyword: return "port keyword";
        case ConditionKind::interface_type: return "interface type";
        case ConditionKind::platform: return "platform";
        case ConditionKind::reference: return "undefined reference";
        case ConditionKind::syntax: return "unknown words";
        case ConditionKind::other: return "condition";
    }
    return "condition";
}

}  // namespace fwproof
