#include "vendor/asa/reading.hpp"

#include <fmt/format.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "fwproof/analysis/crossing.hpp"
#include "fwproof/base/service.hpp"
#include "support/catch.hpp"

namespace fwproof::asa_test {

const std::string_view kBase =
    "ASA Version 9.16(4)\n"
    "hostname edge\n"
    "interface GigabitEthernet0/0\n nameif outside\n security-level 0\n ip address 203.0.113.2 255.255.255.0\n"
    "interface GigabitEthernet0/1\n nameif dmz\n security-level 50\n ip address 192.0.2.1 255.255.255.0\n"
    "interface GigabitEthernet0/2\n nameif inside\n security-level 100\n ip address 10.0.0.1 255.0.0.0\n"
    "access-group OUT in interface outside\n";

Result<std::vector<Policy>> read_all(std::string text, const LoadOptions& options) {
    const auto source = std::make_shared<const Source>("edge.cfg", std::move(text));
    return load_policies({"edge.cfg", {source}}, options, "asa");
}

Policy read(std::string text, const LoadOptions& options) {
    auto policies = read_all(std::move(text), options);
    if (!policies) FAIL(render(policies.error()));
    REQUIRE(policies->size() == 1);
    return std::move(policies->front());
}

namespace {

void endpoint(std::string_view word, Address& address, std::uint16_t& port) {
    std::string_view host = word;
    if (word.starts_with('[')) {
        const auto close = word.find(']');
        host = word.substr(1, close - 1);
        word.remove_prefix(close + 1);
    } else if (word.find(':') != word.rfind(':')) {
        word = {};
    } else {
        host = word.substr(0, word.find(':'));
        word.remove_prefix(host.size());
    }
    const auto parsed = parse_address(host);
    if (!parsed) FAIL("no address: " << host);
    address = *parsed;
    if (word.starts_with(':')) port = static_cast<std::uint16_t>(std::stoi(std::string(word.substr(1))));
}

}  // namespace

Question question(std::string_view text) {
    std::istringstream words{std::string(text)};
    std::string interfaces, protocol, source, arrow, destination, word;
    words >> interfaces >> protocol >> source >> arrow >> destination;
    if (arrow != ">") FAIL("no flow: " << text);
    Question question;
    const auto gate = interfaces.find('>');
    question.packet.in = interfaces.substr(0, gate);
    question.packet.out = interfaces.substr(gate + 1);
    if (question.packet.out.empty()) question.position = Position::inbound;
    const auto number = parse_protocol(protocol);
    if (!number) FAIL("no protocol: " << protocol);
    question.packet.protocol = *number;
    endpoint(source, question.packet.source, question.packet.source_port);
    endpoint(destination, question.packet.destination, question.packet.destination_port);
    while (words >> word) {
        std::string value;
        words >> value;
        if (word == "icmp") {
            question.packet.icmp_type = static_cast<std::uint8_t>(std::stoi(value));
            if (value.find('/') != std::string::npos) {
                question.packet.icmp_code = static_cast<std::uint8_t>(std::stoi(value.substr(value.find('/') + 1)));
            }
        } else if (word == "state" && value == "established") {
            question.packet.state = State::established;
        } else {
            FAIL("not understood in a question: " << word);
        }
    }
    return question;
}

Verdict ask(const Policy& policy, const Question& question) {
    const Path* path = policy.find_path(question.position);
    REQUIRE(path != nullptr);
    return naive::evaluate(policy, *path, question.packet);
}

namespace {

Product product_of(const Packet& packet) {
    Product product;
    product.source = share(AddressSet::of(packet.source));
    product.destination = share(AddressSet::of(packet.destination));
    ServiceTerm term;
    term.protocols = ProtocolSet::of(packet.protocol);
    if (has_ports(packet.protocol)) {
        term.source_ports = PortSet::of(packet.source_port);
        term.destination_ports = PortSet::of(packet.destination_port);
    }
    product.services = share(ServiceSet{{std::move(term)}});
    product.states = packet.state;
    if (packet.in != "?") product.in = InterfaceSet::of(packet.in);
    if (packet.out != "?") product.out = InterfaceSet::of(packet.out);
    return product;
}

}  // namespace

std::string answer(const Policy& policy, const Question& question) {
    const bool in = question.packet.in == "?", out = question.packet.out == "?";
    if (!in && !out) return std::string(to_string(ask(policy, question)));
    std::map<std::string, std::string> ways;
    std::set<std::string> verdicts;
    for (const auto& product : Router(policy).route(product_of(question.packet), in, out)) {
        for (const auto& from : product.in.any_of) {
            for (const auto& to : product.out.any_of) {
                Question one = question;
                one.packet.in = from.name;
                one.packet.out = to.name;
                const std::string verdict(to_string(ask(policy, one)));
                ways[from.name + ">" + to.name] = verdict;
                verdicts.insert(verdict);
            }
        }
    }
    std::string text;
    for (const auto& [way, verdict] : ways) {
        text += (text.empty() ? "" : ", ") + way + (verdicts.size() > 1 ? " " + verdict : "");
    }
    return (verdicts.size() == 1 ? *verdicts.begin() : "mixed") + " (" + text + ")";
}

std::string notes_text(const Policy& policy) {
    std::string text;
    for (const auto& note : policy.notes) {
        text += fmt::format("{}:{} {}: {}{}\n", note.span.line(), note.span.column(), to_string(note.kind),
                            note.message, note.hint.empty() ? "" : " [" + note.hint + "]");
    }
    return text;
}

std::string read_fixture(const std::string& name) {
    std::ifstream file(std::string(FWPROOF_ROOT) + "/fixtures/vendor/asa/" + name, std::ios::binary);
    if (!file) FAIL("no fixture " << name);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    return bytes.str();
}

}  // namespace fwproof::asa_test
