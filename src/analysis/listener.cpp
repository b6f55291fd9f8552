// Programs are listed for a whole role, which may answer on many ports: a database server answers on 1433, while
// whoever installs it talks to the endpoint mapper and the kernel of the same host, for which a rule for the database
// does nothing. So a list counts for the ports that nobody else is known to hold.
#include "fwproof/analysis/listener.hpp"

#include <algorithm>
#include <array>

#include "fwproof/base/letters.hpp"
#include "fwproof/policy/program_path.hpp"

namespace fwproof {

namespace {

// Who holds the ports of a service: one that Windows or a well-known product gives them to, somebody of the role, or
// nobody can tell (ports that change, ports of several).
enum class Holder : std::uint8_t { role, kernel, endpoint_mapper, directory, sql_browser, anyone };

// How sure it is that nobody else has the ports.
enum class Hold : std::uint8_t {
    always,         // Windows itself does
    unless_listed,  // unless somebody names another
    as_a_rule,      // others may, where nobody says who listens
};

struct KnownHolder {
    Holder holder{};
    bool tcp = false, udp = false;
    std::uint16_t first = 0, last = 0;
    std::vector<std::string> programs, services;
    Hold hold = Hold::always;
};

const std::vector<KnownHolder>& known_holders() {
    static const std::vector<std::string> kSystem = {"System"}, kLsass = {"lsass.exe"};
    static const std::vector<std::string> kRpc = {"RpcSs", "RpcEptMapper"}, kDirectory = {"NTDS", "kdc", "Netlogon"};
    constexpr auto kListed = Hold::unless_listed;
    static const std::vector<KnownHolder> kKnown = {
        {Holder::kernel, true, true, 137, 139, kSystem, {}, Hold::always},
        {Holder::kernel, true, true, 445, 445, kSystem, {}, Hold::always},
        {Holder::endpoint_mapper, true, true, 135, 135, {"svchost.exe"}, kRpc, Hold::always},
        {Holder::directory, true, true, 88, 88, kLsass, kDirectory, kListed},
        {Holder::directory, true, true, 389, 389, kLsass, kDirectory, Hold::as_a_rule},
        {Holder::directory, true, true, 464, 464, kLsass, kDirectory, kListed},
        {Holder::directory, true, false, 636, 636, kLsass, kDirectory, Hold::as_a_rule},
        {Holder::directory, true, false, 3268, 3269, kLsass, kDirectory, Hold::as_a_rule},
        {Holder::sql_browser, false, true, 1434, 1434, {"sqlbrowser.exe"}, {"SQLBrowser"}, Hold::as_a_rule},
    };
    return kKnown;
}

const KnownHolder* known_holder(Holder holder) {
    for (const KnownHolder& one : known_holders()) {
        if (one.holder == holder) return &one;
    }
    return nullptr;
}

// What the kernel answers by itself.
bool is_icmp(const ServiceTerm& term) {
    return term.protocols.subset_of(ProtocolSet::of(kIcmp) | ProtocolSet::of(kIcmp6));
}

Holder holder_of(const ServiceTerm& term) {
    if (is_icmp(term)) return Holder::kernel;
    const ProtocolSet with_ports = ProtocolSet::of(kTcp) | ProtocolSet::of(kUdp);
    if (!term.protocols.subset_of(with_ports)) return Holder::anyone;
    PortSet held;
    std::optional<Holder> found;
    for (const KnownHolder& one : known_holders()) {
        ProtocolSet protocols;
        if (one.tcp) protocols = protocols | ProtocolSet::of(kTcp);
        if (one.udp) protocols = protocols | ProtocolSet::of(kUdp);
        const PortSet ports = PortSet::range(one.first, one.last);
        if ((protocols & term.protocols).empty() || (ports & term.destination_ports).empty()) continue;
        if (found && *found != one.holder) return Holder::anyone;
        found = one.holder;
        held = held | ports;
    }
    if (!found) return Holder::role;
    return term.destination_ports.subset_of(held) ? *found : Holder::anyone;
}

Holder holder_of(const Requirement& requirement) {
    if (requirement.endpoint_mapper) return Holder::endpoint_mapper;
    if (requirement.dynamic_rpc) return Holder::anyone;
    std::optional<Holder> all;
    for (const ServiceTerm& term : requirement.services->terms) {
        const Holder one = holder_of(term);
        if (all && *all != one) return Holder::anyone;
        all = one;
    }
    return all.value_or(Holder::anyone);
}

// A rule that is scoped to one of them serves the requirement, one that is scoped to another does not; where none is
// listed, nobody knows. `likeness` compares one of the list with the rule's.
template <class Compare>
Belief one_of(const std::vector<std::string>& listed, const Compare& likeness) {
    if (listed.empty()) return Belief::open;
    Belief belief = Belief::fails;
    for (const std::string& one : listed) {
        const Likeness found = likeness(one);
        if (found == Likeness::same) return Belief::holds;
        if (found == Likeness::open) belief = Belief::open;
    }
    return belief;
}

// `listed` for the requirement, `others` the names of the other kind; `by_holder`: who is known to hold its ports.
template <class Compare>
Belief listens(const Requirement& requirement, const std::vector<std::string>& listed,
               const std::vector<std::string>& others, const std::vector<std::string> KnownHolder::*by_holder,
               const Compare& likeness) {
    const Holder holder = holder_of(requirement);
    const Belief said = listed.empty() && !others.empty() ? Belief::fails : one_of(listed, likeness);
    if (holder == Holder::role) return said;
    const KnownHolder* known = known_holder(holder);
    if (!known) return Belief::open;
    const Belief held = one_of(known->*by_holder, likeness);
    if (known->hold == Hold::always || held == Belief::holds) return held;
    if (said == Belief::open && listed.empty()) return known->hold == Hold::unless_listed ? held : Belief::open;
    return said == Belief::holds ? Belief::open : said;
}

Belief belief_of_program(const Requirement& requirement, const Condition& condition) {
    const Belief belief =
        listens(requirement, requirement.programs, requirement.program_services, &KnownHolder::programs,
                [&](const std::string& program) { return serves_program(program, condition.value); });
    // The kernel accepts connections for web servers (http.sys), whichever program then answers.
    const bool kernel = lower_case(condition.value) == "system";
    return belief == Belief::fails && kernel && holder_of(requirement) == Holder::role ? Belief::open : belief;
}

Belief belief_of_service(const Requirement& requirement, const Condition& condition) {
    if (condition.value == "*") {  // any service
        const KnownHolder* holder = known_holder(holder_of(requirement));
        return holder && !holder->services.empty() ? Belief::holds : Belief::open;
    }
    return listens(requirement, requirement.program_services, requirement.programs, &KnownHolder::services,
                   [&](const std::string& service) {
                       return lower_case(service) == lower_case(condition.value) ? Likeness::same : Likeness::different;
                   });
}

// Packages are apart from all other programs: none of them holds a port of Windows, and their files lie in a directory
// of their own.
Belief belief_of_package(const Requirement& requirement) {
    const Holder holder = holder_of(requirement);
    if (known_holder(holder) || requirement.dynamic_rpc) return Belief::fails;
    const auto& programs = requirement.programs;
    const bool said = !programs.empty() || !requirement.program_services.empty();
    const bool other = holder == Holder::role && said &&
                       std::none_of(programs.begin(), programs.end(), [](const std::string& program) {
                           return lower_case(program).find("windowsapps") != std::string::npos;
                       });
    return other ? Belief::fails : Belief::open;
}

// Keywords that stand for the port of one listener of Windows, in lower case, and where that port usually is: none of
// the others that a site asks for is its.
struct ListenerKeyword {
    std::string_view word;
    std::uint16_t first = 0, last = 0;  // the ports that it usually stands for
};
constexpr auto kListenerKeywords = std::to_array<ListenerKeyword>({{"teredo", 1024, 65535},
                                                                   {"iptlsin", 443, 443},
                                                                   {"iphttpsin", 443, 443},
                                                                   {"dhcp", 67, 68},
                                                                   {"ply2disc", 1900, 1900},
                                                                   {"mdns", 5353, 5353},
                                                                   {"tcpcdpsvc", 5040, 5040}});

Belief belief_of_keyword(const Requirement& requirement, const Condition& condition) {
    const std::string keyword = lower_case(condition.value);
    if (keyword == "rpc") return requirement.dynamic_rpc ? Belief::holds : Belief::open;
    if (keyword == "rpc-epmap" || keyword == "rpcepmap")
        return requirement.endpoint_mapper ? Belief::holds : Belief::open;
    for (const ListenerKeyword& one : kListenerKeywords) {
        if (one.word != keyword) continue;
        const PortSet usual = PortSet::range(one.first, one.last);
        const auto& terms = requirement.services->terms;
        const bool meets = std::any_of(terms.begin(), terms.end(), [&](const ServiceTerm& term) {
            return term.destination_ports.is_all() || !(term.destination_ports & usual).empty();
        });
        return meets ? Belief::open : Belief::fails;
    }
    return Belief::open;
}

bool asks_who_listens(ConditionKind kind) {
    return kind == ConditionKind::program || kind == ConditionKind::service || kind == ConditionKind::package ||
           kind == ConditionKind::port_keyword;
}

}  // namespace

Assumption assumption_for(const Requirement& requirement, Position position) {
    if (position != Position::inbound) return [](const Condition&) { return Belief::open; };
    return [&requirement](const Condition& condition) {
        switch (condition.kind) {
            case ConditionKind::program: return belief_of_program(requirement, condition);
            case ConditionKind::service: return belief_of_service(requirement, condition);
            case ConditionKind::package: return belief_of_package(requirement);
            case ConditionKind::port_keyword: return belief_of_keyword(requirement, condition);
            default: return Belief::open;
        }
    };
}

Belief all_hold(const std::vector<Condition>& conditions, const Assumption& assumption) {
    bool program = false, service = false, open = false, other_program = false, other_service = false;
    for (const Condition& condition : conditions) {
        const Belief belief = assumption(condition);
        const bool of_program = condition.kind == ConditionKind::program;
        const bool of_service = condition.kind == ConditionKind::service;
        if (belief == Belief::fails && !of_program && !of_service) return Belief::fails;
        open = open || belief == Belief::open;
        program = program || (of_program && belief == Belief::holds);
        service = service || (of_service && belief == Belief::holds);
        other_program = other_program || (of_program && belief == Belief::fails);
        other_service = other_service || (of_service && belief == Belief::fails);
    }
    if ((other_program && !service) || (other_service && !program)) return Belief::fails;
    return open || other_program || other_service ? Belief::open : Belief::holds;
}

Belief is_for_listener(const RuleMatch& match, const Requirement& requirement, Position position) {
    const Assumption assumption = assumption_for(requirement, position);
    return all_hold(match.conditions, [&](const Condition& condition) {
        return asks_who_listens(condition.kind) ? assumption(condition) : Belief::holds;
    });
}

}  // namespace fwproof
