#include "vendor/windows/ask.hpp"
#include "support/places.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

#include "support/naive.hpp"

namespace fwproof::windows {

namespace {

Packet parse(std::string_view flow) {
    std::istringstream words{std::string(flow)};
    std::string source, arrow, destination, service, from;
    words >> source >> arrow >> destination >> service >> from;
    Packet packet;
    packet.source = parse_address(source).value();
    packet.destination = parse_address(destination).value();
    const auto slash = service.find('/');
    const std::string name = service.substr(0, slash);
    const int value = slash == std::string::npos ? 0 : std::stoi(service.substr(slash + 1));
    packet.protocol = name == "proto" ? static_cast<std::uint8_t>(value) : parse_protocol(name).value();
    if (has_ports(packet.protocol)) packet.destination_port = static_cast<std::uint16_t>(value);
    if (has_icmp_type(packet.protocol)) packet.icmp_type = static_cast<std::uint8_t>(value);
    if (has_ports(packet.protocol)) packet.source_port = 50505;
    if (packet.protocol == kTcp) packet.tcp_flags = kSyn;
    if (from == "from") words >> packet.source_port >> from;
    if (from == "established") packet.state = State::established;
    return packet;
}

char letter(Verdict verdict) { return verdict == Verdict::permit ? 'P' : verdict == Verdict::deny ? 'D' : 'U'; }

}  // namespace

std::string ask(const Policy& policy, std::string_view profile, Position position, std::string_view flow,
                const std::vector<std::string>& assumed) {
    const Path* path = policy.find_path(position, profile);
    if (!path) return "no path";
    const auto holds = [&](const Condition& condition) {
        return std::any_of(assumed.begin(), assumed.end(),
                           [&](const auto& word) { return condition.value.find(word) != std::string::npos; });
    };
    return std::string(1, letter(naive::evaluate(policy, *path, parse(flow), holds)));
}

namespace {

Result<std::vector<Policy>> load_bytes(std::string bytes, const LoadOptions& options, const std::string& name) {
    Input input{name, {std::make_shared<const Source>(name, std::move(bytes))}};
    return load_policies(input, options);
}

}  // namespace

Policy load_text(std::string bytes, const LoadOptions& options, const std::string& name) {
    auto policies = load_bytes(std::move(bytes), options, name);
    if (!policies) throw std::runtime_error(render(policies.error()));
    return policies->at(0);
}

std::string load_error(std::string bytes, const std::string& name) {
    const auto policies = load_bytes(std::move(bytes), {}, name);
    return policies ? "" : render(policies.error());
}

std::string utf16(std::string_view text) {
    std::string bytes = "\xff\xfe";
    for (const char c : text) {
        bytes += c;
        bytes += '\0';
    }
    return bytes;
}

namespace {

std::string rules_key(std::string_view key, const std::vector<std::string>& rules, std::string_view extra) {
    std::string text = fmt::format("[HKEY_LOCAL_MACHINE\\{}\\FirewallRules]\r\n", key);
    for (std::size_t i = 0; i < rules.size(); ++i) {
        std::string escaped;
        for (const char c : rules[i]) {
            if (c == '\\' || c == '"') escaped += '\\';
            escaped += c;
        }
        text += fmt::format("\"r{}\"=\"{}\"\r\n", i + 1, escaped);
    }
    return text + "\r\n" + std::string(extra);
}

constexpr std::string_view kHeader = "Windows Registry Editor Version 5.00\r\n\r\n";

}  // namespace

std::string reg(const std::vector<std::string>& rules, std::string_view extra) {
    constexpr std::string_view kLocal = "SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy";
    std::string text(kHeader);
    for (const auto* profile : {"DomainProfile", "StandardProfile", "PublicProfile"}) {
        text += fmt::format(
            "[HKEY_LOCAL_MACHINE\\{}\\{}]\r\n\"EnableFirewall\"=dword:00000001\r\n\"DefaultInboundAction\"=dword:"
            "00000001\r\n"
            "\"DefaultOutboundAction\"=dword:00000000\r\n\"DoNotAllowExceptions\"=dword:00000000\r\n\r\n",
            kLocal, profile);
    }
    return text + rules_key(kLocal, rules, extra);
}

std::string gpo_reg(const std::vector<std::string>& rules, std::string_view extra) {
    return std::string(kHeader) + rules_key("SOFTWARE\\Policies\\Microsoft\\WindowsFirewall", rules, extra);
}

std::string read_fixture(const std::string& path) {
    std::ifstream file(std::string(FWPROOF_ROOT) + "/fixtures/vendor/windows/" + path, std::ios::binary);
    if (!file) throw std::runtime_error("no fixture " + path);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace fwproof::windows
