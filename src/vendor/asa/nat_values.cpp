#include "vendor/asa/nat_values.hpp"

#include <algorithm>

namespace fwproof::asa {

namespace {

constexpr int kDeepestGroup = 20;

// Whether the members of an object or group ascend; `last` is the greatest so far.
bool ascends(const Lowering& lowering, const AddressOperand& operand, std::optional<Address>& last, int depth) {
    const auto* definition = lowering.resolver.definition(operand.name);
    if (definition && definition->kind == DefinitionKind::network_group && depth < kDeepestGroup) {
        return std::all_of(definition->addresses.begin(), definition->addresses.end(),
                           [&](const AddressOperand& member) { return ascends(lowering, member, last, depth + 1); });
    }
    const Addresses& addresses = lowering.resolver.addresses(operand, AnyMeaning::both);
    if (!addresses.surely) return true;
    const auto next = [&](const Address& from, const Address& to) {
        const bool behind = !last || *last < from;
        last = to;
        return behind;
    };
    bool ascending = true;
    for (const auto& block : addresses.surely->v4.intervals()) {
        ascending = next({Family::v4, block.first}, {Family::v4, block.last}) && ascending;
    }
    for (const auto& block : addresses.surely->v6.intervals()) {
        ascending = next({Family::v6, block.first}, {Family::v6, block.last}) && ascending;
    }
    return ascending;
}

// What is doubtful about a name that nat lines use, at the first of them: each line is read several times.
void note_once(Lowering& lowering, std::string_view name, Place place, const std::vector<Doubt>& doubts) {
    if (doubts.empty() || !lowering.noted_in_nat.insert(name).second) return;
    for (const Doubt& doubt : doubts) {
        if (!doubt.noted) lowering.note(doubt.note, doubt.message, doubt.hint, place);
    }
}

}  // namespace

bool nat_pairs_in_order(const Lowering& lowering, const AddressOperand& real, const AddressOperand& mapped) {
    if (real.kind == mapped.kind && !real.name.empty() && real.name == mapped.name) return true;
    for (const AddressOperand* operand : {&real, &mapped}) {
        std::optional<Address> last;
        const auto* definition = lowering.resolver.definition(operand->name);
        if (!definition || definition->kind != DefinitionKind::network_group) continue;
        if (!ascends(lowering, *operand, last, 0)) return false;
    }
    return true;
}

const Addresses& nat_addresses(Lowering& lowering, const AddressOperand& operand) {
    if (operand.kind != AddressOperand::Kind::object) return lowering.resolver.addresses(operand, AnyMeaning::both);
    AddressOperand value = operand;
    const auto* definition = lowering.resolver.definition(operand.name);
    if (definition && definition->kind == DefinitionKind::network_group) value.kind = AddressOperand::Kind::group;
    if (!definition && lowering.config.aliases.contains(operand.name)) value.kind = AddressOperand::Kind::host_alias;
    const Addresses& found = lowering.resolver.addresses(value, AnyMeaning::both);
    note_once(lowering, operand.name, operand.place, found.doubts);
    return found;
}

std::optional<std::pair<ServiceTerm, ServiceTerm>> nat_services(Lowering& lowering, const NatLine& line) {
    const auto only_term = [&](std::string_view name) -> const ServiceTerm* {
        const Services* services = lowering.resolver.service_object(name);
        if (!lowering.resolver.definition(name)) {
            note_once(lowering, name, line.place, {undefined("service object", name)});
        } else if (services) {
            note_once(lowering, name, line.place, services->doubts);
        }
        if (!services || !services->exact() || !services->surely || services->surely->terms.size() != 1) return nullptr;
        return services->surely->terms.data();
    };
    const ServiceTerm* first = only_term(line.real_service);
    const ServiceTerm* second = only_term(line.mapped_service);
    if (!first || !second) return std::nullopt;
    return std::pair{*first, *second};
}

InterfaceSet nat_interface(std::string_view name) {
    return name == "any" || name.empty() ? InterfaceSet::any() : InterfaceSet::of(std::string(name));
}

bool same_set(const AddressSetRef& a, const AddressSetRef& b) { return a == b || (a && b && *a == *b); }

}  // namespace fwproof::asa
