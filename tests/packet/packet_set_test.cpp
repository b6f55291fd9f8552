#include "fwproof/packet/packet_set.hpp"

#include <random>

#include "fwproof/base/notation.hpp"
#include "fwproof/packet/decisions.hpp"
#include "support/catch.hpp"
#include "support/tiny.hpp"

using namespace fwproof;

namespace {

Product to(const char* destination, ServiceSetRef services = nullptr) {
    Product product;
    product.destination = share(*parse_address_set(destination));
    product.services = std::move(services);
    return product;
}

Space space_of(const std::vector<Product>& products) {
    SpaceBuilder builder;
    for (const auto& product : products) builder.add(product);
    return builder.build();
}

std::vector<std::string> texts(const PacketSet& set, std::size_t limit = 100) {
    std::vector<std::string> lines;
    for (const auto& product : set.products(limit).products) lines.push_back(to_string(product));
    return lines;
}

}  // namespace

TEST_CASE("no packet has a value that does not fit its field") {
    for (const auto& [field, last] : {std::pair<Field, std::uint64_t>{Field::tos, 255},
                                      {Field::ttl, 255},
                                      {Field::packet_length, 65535},
                                      {Field::spi, 0xffffffff},
                                      {Field::source_mac, kNoMac},
                                      {Field::source_kind, 8},
                                      {Field::input_bridge_port, 1}}) {
        INFO(to_string(field));
        using Values = IntervalSet<std::uint64_t>;
        Product zero, others, written, beyond;
        zero.fields = {{field, Values::of(0)}};
        others.fields = {{field, Values::of(0).complement()}};
        written.fields = {{field, Values::range(1, last)}};  // as a rule says it
        beyond.fields = {{field, Values::range(last, Values::kMax)}};
        const Space space = space_of({zero, others, written, beyond});
        CHECK(space.from({zero, written}) == space.all());
        CHECK(space.from(others) == space.from(written));
        const auto left = space.from(beyond).products(2).products;
        REQUIRE(left.size() == 1);
        CHECK(left[0].fields == std::vector{FieldTest{field, Values::of(last)}});
    }
}

TEST_CASE("sets agree with the plain definition on every packet of a tiny space") {
    const auto packets = tiny::every_packet();
    for (std::uint32_t seed = 0; seed < 80; ++seed) {
        tiny::Products random(seed);
        const std::vector<Product> products = {random.next(), random.next(), random.next()};
        const Space space = space_of(products);
        const PacketSet a = space.from(products[0]);
        const PacketSet b = space.from(products[1]);
        const PacketSet c = space.from(products[2]);
        const PacketSet mixed = (a - b) | (b & c);
        const PacketSet some = mixed.for_some_interface();
        const PacketSet every = mixed.for_every_interface();
        const auto written = mixed.products(1000);
        REQUIRE(written.complete);
        const auto holds = [&](const Packet& packet) {
            return (contains(products[0], packet) && !contains(products[1], packet)) ||
                   (contains(products[1], packet) && contains(products[2], packet));
        };
        std::size_t wrong = 0;
        for (const auto& packet : packets) {
            const bool in_a = contains(products[0], packet);
            wrong += a.contains(packet) != in_a;
            wrong += mixed.contains(packet) != holds(packet);
            std::size_t inside = 0;
            for (const auto& product : written.products) inside += contains(product, packet);
            wrong += inside != (holds(packet) ? 1U : 0U);
            bool any = false;
            bool all = true;
            for (const char* name : {"", "eth0", "eth1", "eth9", "lo"}) {
                Packet moved = packet;
                moved.in = name;
                any |= holds(moved);
                all &= holds(moved);
            }
            wrong += some.contains(packet) != any;
            wrong += every.contains(packet) != all;
        }
        INFO("seed " << seed);
        CHECK(wrong == 0);
        CHECK((a - b).subset_of(a));
        CHECK(a.intersects(b) == !(a & b).empty());
        CHECK(((space.all() - a) | a) == space.all());
        CHECK(static_cast<double>((a | b).size()) == Approx(static_cast<double>((a - b).size() + b.size())));
        CHECK(space.from(written.products) == mixed);
        if (!mixed.empty()) CHECK(holds(*mixed.pick()));
        if (!mixed.empty()) CHECK(mixed.contains(*mixed.pick()));
    }
}

TEST_CASE("size counts packets, not classes") {
    const Product web = to("10.0.0.0/24", service(kTcp, PortSet{{80, 80}, {443, 443}}));
    const Space space = space_of({web});
    // sources, destinations, source ports, destination ports, flags, states
    CHECK(space.from(web).size() == 4294967296.0L * 256 * 65536 * 2 * 256 * 5);
    const Product esp = to("10.0.0.1", service(50));
    CHECK(space_of({esp}).from(esp).size() == 4294967296.0L * 5);
    const Product ping6 = to("2001:db8::1", service(kIcmp6));
    CHECK(space_of({ping6}).from(ping6).size() ==
          4294967296.0L * 4294967296.0L * 4294967296.0L * 4294967296.0L * 65536 * 5);
}

TEST_CASE("a witness looks like a packet one meets") {
    const auto witness = [](const Product& product) { return to_string(*space_of({product}).from(product).pick()); };
    CHECK(witness({}) == "tcp 1.0.0.1:49152 > 1.0.0.1:443");
    CHECK(witness(to("10.0.0.0/8", service(kTcp, PortSet::range(1024, 65535)))) == "tcp 1.0.0.1:49152 > 10.0.0.1:1024");
    CHECK(witness(to("any6", service(kIcmp6))) == "icmpv6 2001:db8::1 > 2001:db8::1 icmp 128/0");
    Product reply = to("192.0.2.7", service(kTcp));
    reply.states = State::established;
    reply.in = InterfaceSet{{{"eth", true}}, false};
    CHECK(witness(reply) == "tcp 1.0.0.1:49152 > 192.0.2.7:443 in eth state established");
}

TEST_CASE("products are merged where they differ in one field") {
    const Product a = to("10.0.0.0/25", service(kTcp, PortSet::of(80)));
    const Product b = to("10.0.0.128/25", service(kTcp, PortSet::of(80)));
    const Product c = to("10.0.0.0/24", service(kUdp, PortSet::of(80)));
    const Product d = to("10.0.0.0/24", service(kTcp, PortSet::of(443)));
    const Space space = space_of({a, b, c, d});
    CHECK(texts(space.from({a, b})) == std::vector<std::string>{"tcp any4 > 10.0.0.0/24:80"});
    CHECK(texts(space.from({a, b, c, d})) == std::vector<std::string>{"{tcp/80,443, udp/80} any4 > 10.0.0.0/24"});
    CHECK(texts(space.all()) == std::vector<std::string>{"any any > any"});
    CHECK(texts(space.empty()).empty());
    const auto cut = (space.all() - space.from({a, c})).products(1);
    CHECK(cut.products.size() == 1);
    CHECK_FALSE(cut.complete);
}

TEST_CASE("interfaces are told apart by the patterns that match them") {
    Product eth;
    eth.in = InterfaceSet{{{"eth", true}}, false};
    Product eth0;
    eth0.in = InterfaceSet::of("eth0");
    Product none;
    none.in = InterfaceSet::none();
    const Space space = space_of({eth, eth0, none});
    const auto set = space.from(eth) - space.from(eth0);
    CHECK(set.pick()->in.starts_with("eth"));
    CHECK(set.pick()->in != "eth0");
    const auto other = (space.all() - space.from(eth) - space.from(none)).pick();
    CHECK(other->in == kOtherInterface);
    CHECK(to_string(*other).find(" in ") == std::string::npos);
    CHECK(texts(space.from({eth0, none})) == std::vector<std::string>{"any any > any in none,eth0"});
    CHECK(texts(space.all() - space.from(eth)) == std::vector<std::string>{"any any > any in !eth+"});
    CHECK(texts(set) == std::vector<std::string>{"any any > any in eth+ except eth0"});
    CHECK(texts(space.all() - set) == std::vector<std::string>{"any any > any in +,eth0 except eth+"});
}

TEST_CASE("every set of interfaces prints as patterns that mean it, on either side") {
    // Nested prefixes, exact names in them, a prefix whose every digit is taken by longer ones.
    const std::vector<InterfacePattern> patterns = {{"", false},     {"eth", true}, {"eth0", false},
                                                    {"eth0.", true}, {"lo", false}, {"eth1", true}};
    std::vector<Product> known;
    for (const auto& pattern : patterns) {
        known.emplace_back();
        known.back().in = InterfaceSet{{pattern}, false};
    }
    for (int digit = 0; digit < 10; ++digit) {
        known.emplace_back();
        known.back().in = InterfaceSet{{{"eth1" + std::to_string(digit), true}}, false};
    }
    const Space space = space_of(known);
    std::mt19937 random(1);
    for (const auto side : {&Product::in, &Product::out}) {
        for (int round = 0; round < 500; ++round) {
            // Unions and differences of patterns reach every set of their classes.
            PacketSet set = round % 2 == 0 ? space.all() : space.empty();
            for (const auto& product : known) {
                Product one;
                one.*side = product.in;
                const auto draw = random() % 4;
                if (draw == 0) set = set | space.from(one);
                if (draw == 1) set = set - space.from(one);
            }
            const auto written = set.products(100);
            INFO((written.products.empty() ? "nothing" : to_string(written.products[0])));
            REQUIRE(written.products.size() <= 1);
            CHECK(space.from(written.products) == set);
            for (const auto& product : written.products) {
                for (const char* name : {"eth", "eth0", "eth0.5", "eth1", "eth12", "eth1x", "eth2", "lo", "tun0", ""}) {
                    Packet packet;
                    (side == &Product::in ? packet.in : packet.out) = name;
                    CHECK((product.*side).contains(name) == set.contains(packet));
                }
                const auto text = std::make_shared<const Source>("flow", to_exact_string(product));
                WordReader words({text.get(), 0, static_cast<std::uint32_t>(text->text().size())});
                const auto read = parse_product(words);
                REQUIRE(read);
                CHECK(*read == product);
            }
        }
    }
}

TEST_CASE("a value that the space was not built for is refused") {
    const Product known = to("10.0.0.0/24");
    const Space space = space_of({known});
    CHECK_THROWS_AS(space.from(to("10.0.0.0/25")), std::logic_error);
    Product elsewhere;
    elsewhere.in = InterfaceSet::of("eth0");
    CHECK_THROWS_AS(space.from(elsewhere), std::logic_error);
}

TEST_CASE("a space that is too small says so") {
    std::vector<Product> products;
    for (int i = 0; i < 64; ++i) {
        Product product = to(("10.0.0." + std::to_string(i * 2)).c_str());
        product.source = share(*parse_address_set("10.1.0." + std::to_string(i * 2)));
        products.push_back(product);
    }
    Space space = space_of(products);
    space.set_budget({space.node_count() + 100, 1'000'000});
    CHECK_THROWS_AS(space.from(products), OutOfBudget);
    space.set_budget({1'000'000, 10});
    CHECK_THROWS_AS(space.from(products), OutOfBudget);
    space.set_budget({});
    CHECK_FALSE(space.from(products).empty());
}

TEST_CASE("decisions keep both bounds") {
    const Product narrow = to("10.0.0.0/25");
    const Product wide = to("10.0.0.0/24");
    const Space space = space_of({narrow, wide});
    const PacketSet inner = space.from(narrow);
    const PacketSet outer = space.from(wide);
    const auto first = Decisions::of(inner, outer, Decisions::permit);
    const auto rest = Decisions::of(space.all(), space.all(), Decisions::deny);
    const auto both = first.then(rest);
    CHECK(both.may(Decisions::permit) == outer);
    CHECK(both.may(Decisions::deny) == space.all() - inner);
    CHECK(both.may(Decisions::pass).empty());
    CHECK(Decisions::all_pass(space).then(both) == both);
    CHECK(both.then(first) == both);
}
