#include "fwproof/policy/policy.hpp"

namespace fwproof {

std::string display_title(const Rule& rule) {
    if (rule.store.empty()) return {};
    const bool named = !rule.comment.empty() && rule.comment != rule.name;
    return named ? rule.comment + ", " + rule.store : rule.store;
}

std::string_view to_string(Verdict verdict) {
    switch (verdict) {
        case Verdict::permit: return "permit";
        case Verdict::deny: return "deny";
        case Verdict::unknown: return "unknown";
    }
    return "unknown";
}

std::string_view to_string(Position position) {
    switch (position) {
        case Position::inbound: return "inbound";
        case Position::outbound: return "outbound";
        case Position::transit: return "transit";
    }
    return "transit";
}

Position opposite(Position position) {
    switch (position) {
        case Position::inbound: return Position::outbound;
        case Position::outbound: return Position::inbound;
        case Position::transit: break;
    }
    return Position::transit;
}

const Path* Policy::find_path(Position position, std::string_view variant) const {
    for (const auto& path : paths) {
        if (path.position == position && (variant.empty() || path.variant == variant)) return &path;
    }
    return nullptr;
}

}  // namespace fwproof
