// Microsoft's merge laws ([MS-FASP] 2.2.38, 3.1.3): from the stores of one host to what it enforces.
#pragma once

#include "vendor/windows/store.hpp"

namespace fwproof::windows {

// A setting as it holds in the end. No value: the stores contradict each other and the export does not say who wins.
struct EffectiveSetting {
    std::optional<bool> value;
    SourceSpan span;       // where it is written, if it is
    bool assumed = false;  // not set anywhere: the factory default
};

// What holds beside verdicts.
struct ProfileFacts {
    bool local_rules_merged = false;  // policy sets this profile, and leaves local rules in force
    SourceSpan merged_span;           // where it says so; empty: nothing is written
    bool told = false;                // the export speaks of this profile's settings
    std::array<std::optional<LogValue>, kLogSettingCount> logs;
    DisabledInterfaces disabled_interfaces;
};

struct EffectiveProfile {
    std::array<EffectiveSetting, kSettingCount> settings;
    const EffectiveSetting& operator[](Setting s) const { return settings[static_cast<std::size_t>(s)]; }
    EffectiveSetting& operator[](Setting s) { return settings[static_cast<std::size_t>(s)]; }
};

// One rule and where it is in force.
struct LayeredRule {
    const FirewallRule* rule = nullptr;
    const Store* store = nullptr;
    ProfileMask enforced;  // profiles in which it is
    ProfileMask doubtful;  // of these, only under `doubt`
    Condition doubt{};
};

struct Layered {
    std::array<EffectiveProfile, 3> profiles;  // by Profile
    std::array<ProfileFacts, 3> facts;         // by Profile
    std::vector<LayeredRule> rules;            // in the order of the stores

    const EffectiveProfile& profile(Profile p) const { return profiles[static_cast<std::size_t>(p)]; }
};

// `made` must outlive the result. Adds notes and assumptions to it. `profiles`: those that are asked about.
Layered layer(Export& made, ProfileMask profiles);

}  // namespace fwproof::windows
