// The device restores real destinations before it reads lists. A rule all of whose packets are translated away, and
// whose addresses no translation leads to, matches nothing.
#include <fmt/format.h>

#include "check/each_rule.hpp"
#include "check/report_openings.hpp"

namespace fwproof {

namespace {

// The translations that a path makes before its first filter.
struct Restored {
    PacketSet taken;  // headers whose destination is surely replaced
    AddressSet real;  // by these
    bool all_known = true;
};

const Translate* destination_change(const Rule& rule) {
    const auto* translate = std::get_if<Translate>(&rule.action);
    return translate && translate->destination.changes_address() ? translate : nullptr;
}

// What becomes of the destinations that the rule matches; nothing: not known.
AddressSet restored_by(const Rule& rule, const Translate::Part& to) {
    if (to.address) return AddressSet::of(*to.address);
    AddressSet real;
    if (!to.block) return real;
    for (const auto& match : rule.match.any_of) {
        const auto& mapped = match.header.destination;
        real = real | (mapped ? to.block->of(*mapped) : to.block->image());
    }
    return real;
}

Restored restored_by(const RuleDesk& desk, const Ruleset& nat) {
    Restored restored{desk.space.empty(), {}, true};
    for (const auto& rule : nat.rules) {
        const auto* translate = destination_change(rule);
        if (!translate) continue;
        const AddressSet real = restored_by(rule, translate->destination);
        if (real.empty() || !rule.match.exact()) {
            restored.all_known = false;
            continue;
        }
        restored.taken = restored.taken | desk.surely(rule);
        restored.real = restored.real | real;
    }
    return restored;
}

// The real addresses behind mapped ones, where one translation leads to them.
std::optional<AddressSet> real_addresses(const Ruleset& nat, const AddressSet& mapped) {
    for (const auto& rule : nat.rules) {
        const auto* translate = destination_change(rule);
        if (!translate || !(translate->destination.address || translate->destination.block)) continue;
        for (const auto& match : rule.match.any_of) {
            if (!match.header.destination || (*match.header.destination & mapped).empty()) continue;
            const auto& to = translate->destination;
            return to.address ? AddressSet::of(*to.address) : to.block->of(mapped);
        }
    }
    return std::nullopt;
}

// The packets of the rule as they enter the device, wherever the list is bound; nothing when one of its bindings takes
// packets that are not translated.
bool always_translated(const RuleDesk& desk, const Path& path, const Restored& restored, RulesetIndex list,
                       const Rule& rule) {
    bool bound = false;
    for (const auto& stage : path.stages) {
        for (const auto& jump : desk.policy.rulesets[stage.ruleset].rules) {
            const auto* to = std::get_if<Jump>(&jump.action);
            if (!to || to->to != list) continue;
            bound = true;
            const PacketSet packets = desk.possibly(rule) & desk.possibly(jump) & desk.first;
            if (packets.empty() || !packets.subset_of(restored.taken)) return false;
        }
    }
    return bound;
}

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    for (std::size_t i = 0; i < context.firewalls().size(); ++i) {
        const Firewall& firewall = context.firewalls()[i];
        const Policy& policy = *firewall.policy;
        const Path* path = policy.vendor == "asa" ? policy.find_path(Position::transit) : nullptr;
        if (!path || path->stages.size() < 2) continue;
        const Ruleset& nat = policy.rulesets[path->stages[0].ruleset];
        const RuleDesk& desk = context.rules().desk(i);
        const Restored restored = restored_by(desk, nat);
        if (restored.taken.empty() || !restored.all_known) continue;
        each_rule(context, [&](const Firewall& of, RuleRef ref, const Rule& rule) {
            const auto* decide = std::get_if<Decide>(&rule.action);
            if (&of != &firewall || !rule.enabled || !decide || decide->verdict != Verdict::permit) return;
            AddressSet named;
            for (const auto& match : rule.match.any_of) {
                if (!match.header.destination) return;
                named = named | *match.header.destination;
            }
            if (named.empty() || !(named & restored.real).empty()) return;
            if (!always_translated(desk, *path, restored, ref.ruleset, rule)) return;
            Finding finding = finding_about(check, firewall, ref);
            const auto real = real_addresses(nat, named);
            finding.message = fmt::format(
                "{} permits nothing: {} is a translated address, and lists see the real one{}", rule_name(policy, ref),
                to_string(named), real ? fmt::format(", {}", to_string(*real)) : "");
            for (const auto& match : rule.match.any_of) finding.region.push_back(match.header);
            if (real) finding.fix = fmt::format("name {} instead", to_string(*real));
            findings.push_back(std::move(finding));
        });
    }
}

}  // namespace

extern const Check check_mapped_address_in_acl;
const Check check_mapped_address_in_acl = {
    .id = "ASA104",
    .name = "mapped-address-in-acl",
    .severity = Severity::error,
    .subject = Subject::rules,
    .summary = R"(A rule names the translated address of a host, but lists see the real one)",
    .why =
        R"(Since release 8.3 the device restores the real destination before it reads its lists. A permit for the translated
address was right before that release and matches nothing now: the service does not work, and the next attempt to make
it work is often too wide. Reported where every packet of the rule is translated away by the export's own nat statements.)",
    .example = R"(object network WEB
 host 10.2.0.9
 nat (dmz,outside) static 192.0.2.9
access-list OUT extended permit tcp any host 192.0.2.9 eq 443)",
    .fix = R"(Name the real address, 10.2.0.9 in the example, or the object.)",
    .references = R"(Cisco ASA 8.3 release notes, real IP addresses in access lists)",
    .run = &run,
};

}  // namespace fwproof
