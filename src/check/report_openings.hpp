// Findings about what rules let in.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "check/describe.hpp"
#include "check/rule_study.hpp"
#include "check/sensitive_services.hpp"

namespace fwproof {

// A finding about one opening, with these of its packets as region and witness.
Finding finding_about(const Check& check, const CheckContext& context, const Opening& opening,
                      const PacketSet& packets);

// Says of a finding about packets of strangers what it rests on where the only ones that get in come by an interface
// that no rule names, while the export says which one leads to the Internet: that another does so too.
void doubt_other_uplinks(const RuleDesk& desk, const PacketSet& packets, Finding& finding);

// The same about services found in it: "X permits ftp, telnet from A to B".
Finding finding_about_services(const Check& check, const CheckContext& context, const Opening& opening,
                               const FoundServices& found);

// Gives `look` the openings of rules for packets to the device or through it, in order. When it returns true the
// further openings of the same statement (in other profiles, on other paths) are left out.
void each_opening(const CheckContext& context, const std::function<bool(const Opening&)>& look);

// "this device", "10.2.0.9", "anywhere": the ends as the rule says them.
std::string source_text(const Opening& opening);
std::string destination_text(const Opening& opening);
// "at this device", "at 10.2.0.9", "everywhere".
std::string place_text(const Opening& opening);

// What a rule for every service does: "INPUT rule 3 permits every service from anywhere to this device". Where rules
// before it leave it no packet of TCP or UDP it permits less than it is written for.
std::string every_service_text(const RuleDesk& desk, const Opening& opening, const std::string& from);

// "tcp/443, udp/500": the services of the packets.
std::string services_text(const PacketSet& packets);
// "tcp/443": the services that the rule names.
std::string services_said(const Opening& opening);

bool any_service(const ServiceSetRef& services);
// A rule that permits every service, from the Internet (or from anywhere, where the side is not known), to everything.
bool is_any_to_any(const RuleDesk& desk, const Opening& opening);
// What a server answers to a host that asks for its address, and what is sent to every neighbour: a host cannot do
// without the one, and no router brings the other.
bool is_local_exchange(const Opening& opening);
bool says_any_service(const Opening& opening);
bool says_any_destination(const Opening& opening);

// Whether the firewall stands in a network rather than on the host that it protects.
bool is_network(const CheckContext& context, std::size_t firewall);

// A rule that permits every service from inside a network to the Internet.
bool is_open_egress(const CheckContext& context, const Opening& opening);

// One finding for each rule that lets anybody reach a service of the group.
void report_services_from_anybody(const CheckContext& context, const Check& check, ServiceGroup group,
                                  std::vector<Finding>& findings);

template <ServiceGroup group>
void report_services_from_anybody(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    report_services_from_anybody(context, check, group, findings);
}

// The packets of the opening to ports that its rule names: through a range of at most `widest` ports.
PacketSet to_named_ports(const RuleDesk& desk, const Opening& opening, std::uint32_t widest);

inline constexpr std::uint32_t kWidestRange = 100;  // ports; a wider range is a finding of its own

}  // namespace fwproof
