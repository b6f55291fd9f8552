// Services that some checks look for.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "check/rule_desk.hpp"

namespace fwproof {

enum class ServiceGroup : std::uint8_t { admin, database, worm, cleartext, tunnel, published };

struct Opening;

struct SensitiveService {
    ServiceGroup group{};
    std::uint8_t protocol = 0;
    std::uint16_t first = 0, last = 0;  // ports
    std::string_view name;

    Product product() const;  // to these ports
};

std::span<const SensitiveService> sensitive_services();

// The services of the group in the set: "tcp/22 (SSH)". `packets` becomes those of them.
struct FoundServices {
    std::vector<std::string> names;
    PacketSet packets;
};
FoundServices find_services(ServiceGroup group, const RuleDesk& desk, const PacketSet& in);
// The same of packets of the opening, by the port at which they arrive: "tcp/22 (SSH) published as tcp/2222". Services
// that the rule does not name are not looked for. Of those that are usually published also what is sent to their ports.
FoundServices find_services(ServiceGroup group, const RuleDesk& desk, const PacketSet& in, const Opening& opening);

}  // namespace fwproof
