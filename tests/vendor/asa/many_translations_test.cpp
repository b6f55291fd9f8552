// Data centers translate thousands of hosts one by one. Whatever a question asks about, each of them is decided.
#include <fmt/format.h>

#include "fwproof/analysis/evaluate.hpp"
#include "support/catch.hpp"
#include "vendor/asa/reading.hpp"

using namespace fwproof;
using namespace fwproof::asa_test;

namespace {

constexpr std::uint32_t kHosts = 1500;

Address real(std::uint32_t host) { return {Family::v4, 0x0a080000U + host * 3}; }  // 10.8.0.0 and every third
// In order, or each at another distance.
Address mapped(std::uint32_t host, bool scattered) {
    return {Family::v4, 0xc6120000U + (scattered ? host * host % 2039 + host * 5 : host * 3)};
}

}  // namespace

TEST_CASE("a question about any address is decided with thousands of translated hosts") {
    for (const bool scattered : {false, true}) {
        INFO("scattered: " << scattered);
        std::string text(kBase);
        AddressSet open, all;
        for (std::uint32_t host = 0; host < kHosts; ++host) {
            const Address outside = mapped(host, scattered);
            if (all.contains(outside)) continue;
            all = all | AddressSet::of(outside);
            text += fmt::format("object network H{}\n host {}\n nat (inside,outside) static {}\n", host,
                                to_string(real(host)), to_string(outside));
            if (host % 3 != 0) continue;
            open = open | AddressSet::of(outside);
            text += fmt::format("access-list OUT extended permit tcp any host {} eq 443\n", to_string(real(host)));
        }
        const Policy policy = read(text);
        Product question, expected;
        question.in = InterfaceSet::of("outside");
        question.out = InterfaceSet::of("inside");
        question.source = share(AddressSet::of(Address{Family::v4, 0xc6336409}));
        question.destination = share(AddressSet::any4());
        ServiceTerm https;
        https.protocols = ProtocolSet::of(6);
        https.destination_ports = PortSet::of(443);
        question.services = share(ServiceSet{{https}});
        question.states = StateSet(State::new_);
        expected = question;
        expected.destination = share(open);
        SpaceBuilder builder;
        add_values(builder, policy);
        builder.add(question);
        builder.add(expected);
        const Space space = builder.build();
        const Evaluator evaluator(policy, space);
        const PacketSet asked = space.from(question) & evaluator.occurring();
        const Outcome outcome = evaluator.evaluate(*policy.find_path(Position::transit), asked);
        CHECK(outcome.undecided.empty());
        CHECK(outcome.permitted == (space.from(expected) & evaluator.occurring()));
    }
}
