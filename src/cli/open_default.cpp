#include "cli/open_default.hpp"

#include <algorithm>

#include "fwproof/policy/rule_at.hpp"

namespace fwproof::cli {

namespace {

// What the reader said of that chain, or of the one list that the export is.
const Note* note_about(const Policy& policy, const Ruleset& ruleset) {
    const std::string chain = ruleset.name.substr(ruleset.name.rfind(' ') + 1);
    for (const auto& note : policy.notes) {
        const bool kind = note.kind == NoteKind::partial_export || note.kind == NoteKind::assumed_default;
        const std::size_t at = kind ? note.message.find(chain) : std::string::npos;
        if (at == std::string::npos || note.message.find("unknown") == std::string::npos) continue;
        const auto ends = [&](std::size_t i) {
            return i >= note.message.size() || note.message[i] == ' ' || note.message[i] == ',';
        };
        if (ends(at - 1) && ends(at + chain.size())) return &note;
    }
    return nullptr;
}

// A list or chain that is asked alone is a copy of one that returns to whoever evaluates it.
bool returns(const Policy& policy, const Ruleset& ruleset) {
    return std::any_of(policy.rulesets.begin(), policy.rulesets.end(),
                       [&](const Ruleset& other) { return other.name == ruleset.name && !other.default_verdict; });
}

}  // namespace

std::optional<OpenDefault> open_default(const Policy& policy, const RuleRef& ref) {
    if (rule_at(policy, ref) || ref.ruleset >= policy.rulesets.size()) return std::nullopt;
    const Ruleset& ruleset = policy.rulesets[ref.ruleset];
    if (ruleset.default_verdict != std::optional(Verdict::unknown)) return std::nullopt;
    if (returns(policy, ruleset)) {
        return OpenDefault{"no rule of it decides, and what comes behind it is for those who evaluate it",
                           "ask without 'at', or at the chain that begins the path"};
    }
    if (const Note* note = note_about(policy, ruleset)) return OpenDefault{note->message, note->hint};
    if (ruleset.default_span) return OpenDefault{"what is written there says neither permit nor deny for certain", ""};
    if (policy.vendor == "windows") {
        return OpenDefault{"the export does not tell the default of this profile, and other stores may set it",
                           "give the host's other stores with --gpo, --mdm and --local, or state default-inbound or "
                           "default-outbound in [[firewall]] of a site"};
    }
    if (policy.vendor == "asa")
        return OpenDefault{"what the device itself answers is decided by services that the export shows only in part",
                           "look at the service on the device: show asp table socket"};
    return OpenDefault{"the export does not tell what becomes of packets that no rule decides", ""};
}

}  // namespace fwproof::cli
