#include "vendor/asa/meaning.hpp"

#include <fmt/format.h>

#include <optional>

#include "fwproof/base/service.hpp"
#include "vendor/asa/literals.hpp"

namespace fwproof::asa {

namespace {

// Which words for all addresses are the same: before 9.0, and where only IPv4 can stand, `any` is `0.0.0.0 0.0.0.0`; in
// an `ipv6 access-list` it is `::/0`.
enum class Any : std::uint8_t { both, v4, v6 };

std::string of_mask(const Address& address, std::uint32_t mask, Any any) {
    if (mask == 0xffffffff) return to_string(address);
    if (mask == 0) return any == Any::v4 ? "any" : "any4";
    return fmt::format("{} {:x}", to_string(Address{Family::v4, address.value & mask}), mask);
}

std::string of(const Config& config, const AddressOperand& operand, Any any) {
    using Kind = AddressOperand::Kind;
    const auto alias = [&]() -> std::optional<Address> {
        const auto found = config.aliases.find(operand.name);
        return found == config.aliases.end() ? std::nullopt : found->second.address;
    };
    switch (operand.kind) {
        case Kind::unknown: return "?";
        case Kind::any: return "any";
        case Kind::any4: return any == Any::v4 ? "any" : "any4";
        case Kind::any6: return any == Any::v6 ? "any" : "any6";
        case Kind::host: return to_string(operand.first);
        case Kind::masked: return of_mask(operand.first, static_cast<std::uint32_t>(operand.second), any);
        case Kind::prefix: {
            const Prefix prefix{operand.first, static_cast<std::uint8_t>(operand.second)};
            return prefix.length == 128 ? to_string(prefix.address)
                   : prefix.length == 0 ? (any == Any::v6 ? "any" : "any6")
                                        : to_string(Prefix{prefix.first(), prefix.length});
        }
        case Kind::range:
            return fmt::format("{}-{}", to_string(operand.first),
                               to_string(Address{operand.first.family, operand.second}));
        case Kind::host_alias:
            if (const auto address = alias()) return to_string(*address);
            return fmt::format("name {}", operand.name);
        case Kind::masked_alias:
            if (const auto address = alias()) {
                return of_mask(*address, static_cast<std::uint32_t>(operand.second), any);
            }
            return fmt::format("name {} {}", operand.name, to_string(Address{Family::v4, operand.second}));
        case Kind::object:
        case Kind::group: return fmt::format("group {}", operand.name);  // one namespace
        case Kind::interface: return fmt::format("interface {}", operand.name);
        case Kind::fqdn: return fmt::format("fqdn {}", operand.name);
    }
    return "?";
}

// `protocol` 0: those of a group, or of an object.
std::optional<std::uint16_t> number_of(std::string_view port, std::uint8_t protocol) {
    if (protocol != 0) return port_of(port, protocol);
    const auto tcp = port_of(port, kTcp);
    return tcp ? tcp : port_of(port, kUdp);
}

std::string of(std::string_view port, std::uint8_t protocol) {
    if (const auto number = number_of(port, protocol)) return std::to_string(*number);
    return std::string(port);
}

std::string of(const PortOperand& operand, std::uint8_t protocol, bool rough) {
    using Kind = PortOperand::Kind;
    const auto first = number_of(operand.first, protocol), second = number_of(operand.second, protocol);
    if (rough && first) {
        if (operand.kind == Kind::eq) return fmt::format("{}-{}", *first, *first);
        if (operand.kind == Kind::lt) return fmt::format("0-{}", *first - 1);
        if (operand.kind == Kind::gt) return fmt::format("{}-65535", *first + 1);
        if (operand.kind == Kind::range && second) return fmt::format("{}-{}", *first, *second);
    }
    return fmt::format("{} {} {}", static_cast<int>(operand.kind), of(operand.first, protocol),
                       of(operand.second, protocol));
}

std::string of(const IcmpOperand& operand, std::uint8_t protocol) {
    const auto type = icmp_type_of(operand.type, protocol);
    return fmt::format("{} {} {}", static_cast<int>(operand.kind),
                       type ? std::to_string(*type) : std::string(operand.type), operand.code);
}

std::string of(const Config& config, const EndpointOperand& end, Any any) {
    std::string text = fmt::format("{} {}", end.zone, of(config, end.address, any));
    for (const auto& qualifier : end.qualifiers) text += fmt::format(" {}", qualifier.text);
    return text;
}

std::string of(const ProtocolOperand& protocol) {
    switch (protocol.kind) {
        case ProtocolOperand::Kind::number: return std::to_string(protocol.number);
        case ProtocolOperand::Kind::ip: return "ip";
        case ProtocolOperand::Kind::object:
        case ProtocolOperand::Kind::group: return fmt::format("group {}", protocol.name);
        case ProtocolOperand::Kind::unknown: break;
    }
    return "?";
}

std::optional<bool> unified_any(const Config& config) {
    if (config.product == ProductLine::ftd) return true;
    if (config.product == ProductLine::pix || config.product == ProductLine::fwsm) return false;
    return config.version ? std::optional(config.version->major >= 9) : std::nullopt;
}

std::string meaning(const Config& config, const AccessList& list, const Ace& ace, bool rough) {
    const std::uint8_t protocol = ace.protocol.kind == ProtocolOperand::Kind::number ? ace.protocol.number : 0;
    const Any any = list.ipv6 ? Any::v6 : unified_any(config).value_or(!rough) ? Any::both : Any::v4;
    return fmt::format("{} {} {}; {} {}; {} {}; {}; {} {}", static_cast<int>(ace.action), ace.advanced,
                       of(ace.protocol), of(config, ace.source, any), of(ace.source_port, protocol, rough),
                       of(config, ace.destination, any), of(ace.destination_port, protocol, rough),
                       of(ace.icmp, protocol), ace.time_range, ace.remark);  // (the frames of an ethertype rule)
}

}  // namespace

std::string meaning(const Config& config, const AccessList& list, const Ace& ace) {
    return meaning(config, list, ace, false);
}

std::string rough_meaning(const Config& config, const AccessList& list, const Ace& ace) {
    return meaning(config, list, ace, true);
}

std::string meaning(const Config& config, const NatLine& line) {
    const auto address = [&](const AddressOperand& operand) { return of(config, operand, Any::both); };
    std::string text =
        fmt::format("{} {} {} {} {}; {}; {}; {} {} {}; {} {} {}", static_cast<int>(line.section), line.real_interface,
                    line.mapped_interface, line.is_static, line.unidirectional, address(line.real_source),
                    address(line.mapped_source), line.service_protocol, of(line.real_port, line.service_protocol),
                    of(line.mapped_port, line.service_protocol), line.real_service, line.mapped_service, line.list);
    if (line.has_destination) {
        text += fmt::format("; {}; {}", address(line.mapped_destination), address(line.real_destination));
    }
    return text;
}

std::string meaning(const Config& config, const OldNatLine& line) {
    return fmt::format("{} {} {}", static_cast<int>(line.kind), line.id, meaning(config, line.line));
}

std::string meaning(const Config& config, const ManagementLine& line) {
    const std::uint8_t protocol = line.kind == ManagementLine::Kind::icmp6 ? kIcmp6 : kIcmp;
    const Any any = line.kind == ManagementLine::Kind::icmp6 ? Any::both : Any::v4;
    return fmt::format("{} {} {} {} {}", static_cast<int>(line.kind), line.permit, of(config, line.source, any),
                       of(line.icmp, protocol), line.interface);
}

}  // namespace fwproof::asa
