#include "fwproof/check/finding.hpp"
#include "support/catch.hpp"

using namespace fwproof;

namespace {

std::string fingerprint(Finding finding) {
    std::vector<Finding> one{std::move(finding)};
    set_fingerprints(one);
    return one[0].fingerprint;
}

Finding about_packets() {
    Finding finding;
    finding.check = "wider-than-required";
    finding.firewall = "edge";
    finding.message = "OUT line 12 permits tcp any > 10.1.0.5:443";
    Product product;
    product.destination = share(AddressSet::of(*parse_prefix("10.1.0.5/32")));
    product.services = service(kTcp, PortSet::of(443));
    finding.region = {product};
    return finding;
}

}  // namespace

TEST_CASE("a fingerprint of packets survives renumbering, renaming and moving") {
    Finding renamed = about_packets();
    renamed.message = "OUTSIDE-NEW line 3 permits it";
    renamed.file = "moved/edge.cfg";
    CHECK(fingerprint(renamed) == fingerprint(about_packets()));
    CHECK(fingerprint(about_packets()).size() == 64);
}

TEST_CASE("a fingerprint does not depend on how packets are cut") {
    const auto cut = [](std::vector<PortSet> ports, std::vector<const char*> sources) {
        Finding finding = about_packets();
        finding.region.clear();
        for (const auto& some : ports) {
            for (const char* source : sources) {
                Product product;
                product.source = share(*parse_address_set(source));
                product.services = service(kTcp, some);
                finding.region.push_back(product);
            }
        }
        return finding;
    };
    const Finding whole = cut({PortSet::range(1, 100)}, {"10.0.0.0/8"});
    const Finding parts = cut({PortSet::range(51, 100), PortSet::range(1, 60)}, {"10.128.0.0/9", "10.0.0.0/9"});
    CHECK(fingerprint(parts) == fingerprint(whole));
    CHECK(fingerprint(cut({PortSet::range(51, 100), PortSet::range(1, 49)}, {"10.0.0.0/8"})) != fingerprint(whole));

    // What an opening lets in counts, not the words for it.
    Finding opening = whole, worded = parts;
    opening.packets = worded.packets = whole.region;
    worded.region.pop_back();
    CHECK(fingerprint(worded) == fingerprint(opening));
    worded.packets = cut({PortSet::of(7)}, {"10.0.0.0/8"}).region;
    CHECK(fingerprint(worded) != fingerprint(opening));
    std::vector<Finding> all{opening, worded};
    set_fingerprints(all);
    CHECK(all[0].about == all[1].about);
    CHECK(all[1].exact.size() == 1);
}

TEST_CASE("a fingerprint changes with the packets, the check, the firewall and the catalog entry") {
    const std::string base = fingerprint(about_packets());
    Finding wider = about_packets();
    wider.region[0].services = service(kTcp, PortSet::range(443, 444));
    CHECK(fingerprint(wider) != base);
    Finding check = about_packets();
    check.check = "install-only-opening";
    CHECK(fingerprint(check) != base);
    Finding firewall = about_packets();
    firewall.firewall = "core";
    CHECK(fingerprint(firewall) != base);
    Finding position = about_packets();
    position.subject = {Product()};
    CHECK(fingerprint(position) == base);
    position.subject[0].out = InterfaceSet::none();
    CHECK(fingerprint(position) != base);
    Finding conditional = about_packets();
    conditional.conditions = {"program C:\\sql.exe"};
    CHECK(fingerprint(conditional) != base);
    Finding placed = conditional;
    placed.conditions = {"program C:\\sql.exe (host.reg:12)"};
    CHECK(fingerprint(placed) == fingerprint(conditional));
    Finding service = about_packets();
    service.service = "sql";
    CHECK(fingerprint(service) != base);
}

TEST_CASE("without packets the statement and the message count, without counters and numbers") {
    const Source before("a.v4", "[1:60] -A INPUT  -m frobnicate -j ACCEPT\n");
    const Source after("a.v4", "# moved\n[77:4620] -A INPUT -m frobnicate -j ACCEPT\n");
    Finding finding;
    finding.check = "unparsed-line";
    finding.message = "INPUT rule 3 is not understood";
    finding.span = {&before, 0, static_cast<std::uint32_t>(before.line(1).size())};
    Finding moved = finding;
    moved.message = "INPUT rule 12 is not understood";
    moved.span = {&after, after.line_offset(2), static_cast<std::uint32_t>(after.line(2).size())};
    CHECK(fingerprint(moved) == fingerprint(finding));
    moved.message = "INPUT rule 12 is cut";
    CHECK(fingerprint(moved) != fingerprint(finding));
}

TEST_CASE("equal findings get different fingerprints") {
    std::vector<Finding> two{about_packets(), about_packets()};
    set_fingerprints(two);
    CHECK(two[0].fingerprint != two[1].fingerprint);
    CHECK(two[0].fingerprint == fingerprint(about_packets()));
}
