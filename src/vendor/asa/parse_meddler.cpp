// Statements beside lists, routes and translations that change which packets pass: filters of URLs, caches, virtual
// addresses, and what PIX had before access lists.
#include <algorithm>

#include "fwproof/base/service.hpp"
#include "vendor/asa/literals.hpp"
#include "vendor/asa/operand.hpp"
#include "vendor/asa/reader.hpp"

namespace fwproof::asa {

namespace {

using Effect = Meddler::Effect;

Meddler meddler(const Statement& statement, Effect effect, std::string_view what) {
    Meddler made;
    made.effect = effect;
    made.what = what;
    made.source.kind = made.destination.kind = AddressOperand::Kind::any;
    made.place = statement.place();
    return made;
}

// What is not legible may be any address.
void parse_end(Statement& statement, AddressOperand& operand) {
    Problem problem;
    if (!parse_network(statement, operand, problem, true)) {
        operand = {};
        operand.kind = AddressOperand::Kind::any;
    }
}

void set_host(const Statement& statement, std::size_t at, AddressOperand& operand) {
    const auto address = at < statement.size() ? parse_v4(statement[at].text) : std::nullopt;
    if (!address) return;
    operand.kind = AddressOperand::Kind::host;
    operand.first = {Family::v4, *address};
    operand.place = statement[at].place();
}

// filter url|https|ftp PORT[-PORT] LOCAL MASK FOREIGN MASK [allow] ...; `except` takes packets out again
std::vector<Meddler> filter(Statement& statement) {
    statement.take();
    const std::string_view kind = statement.take().text;
    // Java and ActiveX are taken out of the answers; the connection passes.
    if ((kind != "url" && kind != "https" && kind != "ftp") || statement.word() == "except") return {};
    Meddler made = meddler(statement, Effect::drops, "a server that filters URLs");
    made.protocol = kTcp;
    const std::string_view ports = statement.take().text;
    const auto dash = ports.find('-');
    const auto first = port_of(ports.substr(0, dash), kTcp);
    const auto last = dash == std::string_view::npos ? first : port_of(ports.substr(dash + 1), kTcp);
    made.ports =
        first && last && *first <= *last ? std::pair(*first, *last) : std::pair<std::uint16_t, std::uint16_t>(0, 65535);
    parse_end(statement, made.source);
    parse_end(statement, made.destination);
    return {made};
}

// alias (IF) SEEN FOREIGN [MASK], before 8.3: packets to the one are sent to the other
std::vector<Meddler> alias(const Statement& statement) {
    std::vector<Meddler> made;
    const auto mask = parse_v4(statement.word(4));
    for (const std::size_t at : {std::size_t{2}, std::size_t{3}}) {
        Meddler one = meddler(statement, Effect::decides, "a translation by 'alias'");
        one.either_way = true;
        set_host(statement, statement.position() + at, one.destination);
        if (mask && one.destination.kind == AddressOperand::Kind::host) {
            one.destination.kind = AddressOperand::Kind::masked;
            one.destination.second = *mask;
        }
        made.push_back(one);
    }
    return made;
}

std::optional<std::vector<Meddler>> found(Statement& statement) {
    const std::string_view word = statement.word(), second = statement.word(1), third = statement.word(2);
    if (word == "filter") return filter(statement);
    if (word == "alias" && second.starts_with('(')) return alias(statement);
    if (word == "conduit" || word == "outbound" || (word == "apply" && second.starts_with('('))) {
        return std::vector{meddler(statement, Effect::decides, "a statement that access lists replaced")};
    }
    if (word == "virtual" && (second == "telnet" || second == "http")) {
        Meddler one = meddler(statement, Effect::drops, "a virtual server of the device");
        set_host(statement, statement.position() + 2, one.destination);
        return std::vector{one};
    }
    if (word == "shun") {  // shun SOURCE [DESTINATION PORT PORT PROTOCOL]
        Meddler one = meddler(statement, Effect::drops, "a host that is shunned");
        set_host(statement, statement.position() + 1, one.source);
        return std::vector{one};
    }
    if (word == "wccp") {
        if (second != "interface") return std::vector<Meddler>();
        Meddler one = meddler(statement, Effect::redirects, "a cache");
        one.interface = third;
        if (statement.word(3) == "web-cache") {
            one.protocol = kTcp;
            one.ports = {80, 80};
        }
        return std::vector{one};
    }
    if (word == "mac-learn" && third == "disable") {
        Meddler one = meddler(statement, Effect::drops, "an interface that learns no hardware addresses");
        one.interface = second;
        one.either_way = true;
        return std::vector{one};
    }
    if (word == "ipv6" && second == "enforce-eui64") {
        Meddler one = meddler(statement, Effect::drops, "a source whose interface identifier is not its hardware's");
        one.interface = third;
        one.source.kind = AddressOperand::Kind::any6;
        return std::vector{one};
    }
    return std::nullopt;
}

}  // namespace

bool parse_meddler(Config& config, Statement& statement, bool negated) {
    const std::size_t start = statement.position();
    auto made = found(statement);
    if (!made) return false;
    if (!negated) {
        config.meddlers.insert(config.meddlers.end(), made->begin(), made->end());
        return true;
    }
    statement.rewind(start);
    std::erase_if(config.meddlers,
                  [&](const Meddler& old) { return span_of(*config.source, old.place).text() == statement.rest(); });
    return true;
}

}  // namespace fwproof::asa
