// Short ways to say requirements and loaded exports in tests.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fwproof/analysis/crossing.hpp"
#include "fwproof/vendor/vendor.hpp"
#include "support/catch.hpp"

namespace fwproof::test {

inline Endpoint end(std::string role, std::string host, std::string_view addresses, std::string zone = {}) {
    const auto set = parse_address_set(addresses);
    Endpoint end;
    end.role = std::move(role);
    end.host = std::move(host);
    end.zone = std::move(zone);
    end.addresses = share(set.value());
    end.anywhere = addresses == "any";
    return end;
}

inline Requirement need(Endpoint from, Endpoint to, std::uint8_t protocol, std::string_view ports) {
    static int next = 0;
    Requirement r;
    r.catalog = r.product = "demo";
    r.flow = from.role + "-" + to.role;
    r.service = protocol_name(protocol) + std::string(ports);
    r.from = std::move(from);
    r.to = std::move(to);
    r.services = service(protocol, *parse_ports(ports));
    r.ports_text = protocol_name(protocol) + "/" + std::string(ports);
    r.citations = {{"Demo document", "Ports", "1", static_cast<std::uint32_t>(++next)}};
    return r;
}

inline std::vector<Policy> load(std::string name, std::string text) {
    Input input;
    input.name = name;
    input.sources = {std::make_shared<const Source>(std::move(name), std::move(text))};
    auto policies = load_policies(input, {});
    if (!policies) FAIL(render(policies.error()));
    return *policies;
}

inline Firewall transit(const std::string& id, const Policy& policy) {
    Firewall firewall;
    firewall.id = id;
    firewall.file = id + ".v4";
    firewall.policy = &policy;
    firewall.placed = true;
    return firewall;
}

inline Firewall host_firewall(const std::string& id, std::string host, const Policy& policy) {
    Firewall firewall = transit(id, policy);
    firewall.kind = FirewallKind::host;
    firewall.host = std::move(host);
    return firewall;
}

}  // namespace fwproof::test
