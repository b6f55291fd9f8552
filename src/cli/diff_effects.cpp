// By meaning. Access is what verdicts say, and beside them what decides whom packets reach: a setting that may let in
// more than was read, and where a destination is translated to. What is logged, how a denial is answered, marks, the
// source that others see and what else happens to packets open nothing: rules that ask for it are compared as rules.
#include "cli/diff_effects.hpp"

#include <algorithm>

#include "fwproof/policy/rule_at.hpp"

namespace fwproof::cli {

namespace {

// A rule that both versions have sends packets elsewhere only where it does not say where.
bool moves_destination(const Policy* policy, const std::optional<RuleRef>& ref, bool in_both) {
    const Rule* rule = ref ? rule_at(*policy, *ref) : nullptr;
    const auto* translate = rule ? std::get_if<Translate>(&rule->action) : nullptr;
    if (!translate) return false;
    const auto& to = translate->destination;
    return in_both ? to.address_unknown || to.port_unknown : to.changes();
}

template <class Test>
bool any_device(const DiffReport& report, const Test& test) {
    return std::any_of(report.files.begin(), report.files.end(), [&](const FileDiff& file) {
        return std::any_of(file.devices.begin(), file.devices.end(), test);
    });
}

// The same packets get elsewhere.
bool moves(const DeviceDiff& device) {
    return std::any_of(device.review.asides.begin(), device.review.asides.end(), [&](const AsideChange& change) {
        const bool in_both = change.before && change.after;
        return moves_destination(device.before, change.before, in_both) ||
               moves_destination(device.after, change.after, in_both);
    });
}

// What is assumed of an ASA follows from what the rules do not show and may let in more; whether a setting that differs
// does, it says itself. Elsewhere what is assumed follows from what rules test, and they were compared, or is the value
// of a setting that is not written.
bool opens(const DeviceDiff& device) {
    const auto& assumed = device.review.assumed;
    const bool unseen = std::any_of(assumed.begin(), assumed.end(), [&](const Assumed& one) {
        return device.after->vendor == "asa" && (one.after || device.settings.empty());
    });
    return unseen || std::any_of(device.settings.begin(), device.settings.end(),
                                 [](const ChangedSetting& setting) { return setting.may_widen; });
}

}  // namespace

const std::vector<std::string>& effect_names() {
    static const std::vector<std::string> kNames = {"widened", "narrowed", "changed", "required-lost"};
    return kNames;
}

std::vector<std::string> checks_of_effect(const std::string& effect) {
    if (effect == "widened") return {"widened-access", "widened-from-untrusted"};
    if (effect == "narrowed") return {"narrowed-access"};
    if (effect == "required-lost") return {"required-flow-lost"};
    return {"widened-access", "widened-from-untrusted", "narrowed-access"};
}

bool has_effect(const DiffReport& report, const std::set<std::string>& effects) {
    const Effect effect = report.effect();
    const bool open = !report.complete();
    const auto has = [&](FileDiff::Kind kind) {
        return std::any_of(report.files.begin(), report.files.end(),
                           [&](const FileDiff& file) { return file.kind == kind; });
    };
    // What stands in the place of an export that was removed may permit more, and less.
    const bool removed = has(FileDiff::Kind::removed), added = has(FileDiff::Kind::added);
    const bool moved = any_device(report, moves);
    const bool wider = open || removed || added || moved || effect == Effect::widened || effect == Effect::both ||
                       any_device(report, opens);
    const bool narrower = open || removed || moved || effect == Effect::narrowed || effect == Effect::both;
    if (effects.contains("widened") && wider) return true;
    if (effects.contains("narrowed") && narrower) return true;
    const bool settings = any_device(report, [](const DeviceDiff& device) {
        return !device.settings.empty() || !device.review.assumed.empty() || edge_differs(device);
    });
    if (effects.contains("changed") && (wider || narrower || settings)) return true;
    if (!effects.contains("required-lost") || !report.required) return false;
    return std::any_of(report.required->changes.begin(), report.required->changes.end(),
                       [](const RequiredChange& change) { return change.lost; });
}

}  // namespace fwproof::cli
