#include "vendor/asa/nat_values.hpp"

namespace fwproof::asa {

const Addresses& nat_addresses(Lowering& lowering, const AddressOperand& operand) {
    AddressOperand value = operand;
    const auto* definition = lowering.resolver.definition(operand.name);
    if (value.kind == AddressOperand::Kind::object && definition && definition->kind == DefinitionKind::network_group) {
        value.kind = AddressOperand::Kind::group;
    }
    return lowering.resolver.addresses(value, AnyMeaning::both);
}

std::optional<std::pair<ServiceTerm, ServiceTerm>> nat_services(const Lowering& lowering, const NatLine& line) {
    const auto only_term = [&](std::string_view name) -> const ServiceTerm* {
        const Services* services = lowering.resolver.service_object(name);
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

AddressSetRef common(const AddressSetRef& a, const AddressSetRef& b) {
    if (!a || a == b) return b;
    if (!b) return a;
    return share(*a & *b);
}

bool same_set(const AddressSetRef& a, const AddressSetRef& b) { return a == b || (a && b && *a == *b); }

}  // namespace fwproof::asa
