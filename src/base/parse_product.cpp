// Reading the notation of products: a head (protocol, source, ">", destination) and words in any order behind it.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "fwproof/base/notation.hpp"

namespace fwproof {

namespace {

constexpr std::string_view kFlowHint = "write PROTO SRC[:PORT] > DST[:PORT], as in 'tcp 10.1.2.3 > 10.9.8.7:443'";

// One end of a flow. `address_length` bytes at `address_offset` of the word are the addresses.
struct EndWord {
    std::string_view addresses, ports;
    std::size_t address_offset = 0, ports_offset = 0;
};

// "10.0.0.1", "10.0.0.1:443", "[2001:db8::1]:443", "{10.0.0.1, 10.0.0.2}:443", "2001:db8::1": more than one colon
// without brackets is an IPv6 address without a port.
std::optional<EndWord> split_end(std::string_view word) {
    EndWord end;
    std::size_t after = 0;
    if (word[0] == '[' || word[0] == '{') {
        const auto close = word.find(word[0] == '[' ? ']' : '}');
        if (close == std::string_view::npos) return std::nullopt;
        end.addresses = word.substr(1, close - 1);
        end.address_offset = 1;
        after = close + 1;
    } else {
        const auto colon = word.find(':');
        const bool one = colon != std::string_view::npos && word.find(':', colon + 1) == std::string_view::npos;
        after = one ? colon : word.size();
        end.addresses = word.substr(0, after);
    }
    if (after == word.size()) return end;
    if (word[after] != ':' || after + 1 == word.size()) return std::nullopt;
    end.ports = word.substr(after + 1);
    end.ports_offset = after + 1;
    return end;
}

struct End {
    AddressSetRef addresses;
    std::optional<PortSet> ports;
};

Result<End> parse_end(WordReader& words, std::string_view which) {
    if (words.at_end() || words.peek() == ">") {
        return words.fail_here(fmt::format("the {} is missing", which), std::string(kFlowHint));
    }
    const auto word = split_end(words.peek());
    if (!word) {
        return words.fail_here(
            fmt::format("'{}' is no {}", words.peek(), which),
            "write ADDRESS or ADDRESS:PORT; an IPv6 address with a port in brackets: [2001:db8::1]:443");
    }
    End end;
    if (words.peek()[0] == '{' || word->addresses != "any") {
        auto set = parse_address_set(word->addresses);
        if (!set) {
            return words.fail_inside(word->address_offset, word->addresses.size(),
                                     fmt::format("'{}' is no address", word->addresses),
                                     "write an address, a prefix (10.0.0.0/8), a range (10.0.0.1-10.0.0.9) or any");
        }
        end.addresses = share(std::move(*set));
    }
    if (!word->ports.empty()) {
        end.ports = parse_ports(word->ports);
        if (!end.ports) {
            return words.fail_inside(word->ports_offset, word->ports.size(),
                                     fmt::format("'{}' is no port", word->ports),
                                     "write a number from 0 to 65535, a range (1024-65535) or several: 80,443");
        }
        if (end.ports->is_all()) end.ports.reset();
    }
    words.next();
    return end;
}

Result<ServiceSetRef> parse_protocol_word(WordReader& words) {
    const std::string_view word = words.peek();
    if (words.at_end()) return words.fail_here("no flow is given", std::string(kFlowHint));
    if (word.starts_with('{')) {
        const auto set = word.ends_with('}') ? parse_services(word.substr(1, word.size() - 2)) : std::nullopt;
        if (!set) {
            return words.fail_here(fmt::format("'{}' is no list of services", word),
                                   "write for example {tcp/443, udp/53, icmp/8}");
        }
        words.next();
        return share(*set);
    }
    if (word == "any" || word == "ip" || word == "all") {
        words.next();
        return ServiceSetRef();
    }
    const auto protocol = parse_protocol(word);
    if (!protocol) {
        const auto near = did_you_mean(word, {"tcp", "udp", "icmp", "icmpv6", "sctp", "gre", "esp", "any"});
        return words.fail_here(fmt::format("unknown protocol '{}'", word),
                               near ? fmt::format("did you mean '{}'?", *near) : std::string(kFlowHint));
    }
    words.next();
    return service(*protocol);
}

// Names and prefixes, separated by commas; `word` is the rest of the word at hand.
Result<std::vector<InterfacePattern>> parse_patterns(const WordReader& words, std::string_view word) {
    std::vector<InterfacePattern> patterns;
    while (true) {
        InterfacePattern pattern;
        std::size_t end = 0;
        const bool in_quotes = word.starts_with('"');
        if (in_quotes) {
            for (end = 1; end < word.size() && word[end] != '"'; ++end) end += word[end] == '\\';
            end = std::min(end + 1, word.size());
            const auto name = unquoted(word.substr(0, end));
            if (!name) return words.fail_here("the interface is not quoted correctly", "close the quotes");
            pattern.name = *name;
        } else {
            end = std::min(word.find_first_of(",+"), word.size());
            pattern.name = word.substr(0, end);
        }
        word.remove_prefix(end);
        pattern.prefix = word.starts_with('+');
        if (pattern.prefix) word.remove_prefix(1);
        if (pattern.name.empty() && !pattern.prefix && !in_quotes) {
            return words.fail_here(fmt::format("'{}' is no interface", words.peek()),
                                   "write names separated by commas");
        }
        if (!in_quotes && pattern.name == "none") pattern.name.clear();
        patterns.push_back(std::move(pattern));
        if (word.empty()) return patterns;
        if (word[0] != ',') {
            return words.fail_here(fmt::format("'{}' is no interface", words.peek()),
                                   "write names separated by commas");
        }
        word.remove_prefix(1);
    }
}

Result<InterfaceSet> parse_interfaces(WordReader& words) {
    std::string_view word = words.peek();
    if (words.at_end()) return words.fail_here("the interface is missing", "write for example 'in eth0'");
    InterfaceSet set{{}, word == "any"};
    if (word == "any" || word == "never") {
        words.next();
        return set;
    }
    set.negated = word.starts_with('!');
    if (set.negated) word.remove_prefix(1);
    auto named = parse_patterns(words, word);
    if (!named) return fail(named.error());
    set.any_of = std::move(*named);
    words.next();
    if (set.negated || words.peek() != "except") return set;
    words.next();
    auto taken_out = parse_patterns(words, words.peek());
    if (!taken_out) return fail(taken_out.error());
    set.except = std::move(*taken_out);
    words.next();
    return set;
}

Result<StateSet> parse_states(WordReader& words) {
    std::string_view word = words.peek();
    StateSet set;
    if (word == "any") set = StateSet::all();
    std::size_t offset = 0;
    while (word != "any" && word != "none") {
        const std::string_view name = word.substr(0, word.find(','));
        bool found = false;
        for (int i = 0; i < kStateCount; ++i) {
            const auto state = static_cast<State>(i);
            if (to_string(state) != name) continue;
            set = set | state;
            found = true;
        }
        if (!found) {
            return words.fail_inside(offset, name.size(), fmt::format("unknown state '{}'", name),
                                     "states are new, established, related, invalid and untracked");
        }
        if (name.size() == word.size()) break;
        word.remove_prefix(name.size() + 1);
        offset += name.size() + 1;
    }
    words.next();
    return set;
}

std::optional<Field> field_named(std::string_view name) {
    for (int i = 0; i <= static_cast<int>(Field::opaque); ++i) {
        if (to_string(static_cast<Field>(i)) == name) return static_cast<Field>(i);
    }
    return std::nullopt;
}

// A MAC may be written with hyphens, so a range is split at a hyphen only when the whole is no value.
std::optional<IntervalSet<std::uint64_t>> parse_field_values(Field field, std::string_view text) {
    if (text == "never") return IntervalSet<std::uint64_t>{};
    std::vector<Interval<std::uint64_t>> intervals;
    while (true) {
        const auto comma = text.find(',');
        const std::string_view part = text.substr(0, comma);
        const auto dash = part.find('-');
        auto first = parse_field_value(field, part);
        auto last = first;
        if (!first && dash != std::string_view::npos) {
            first = parse_field_value(field, part.substr(0, dash));
            last = parse_field_value(field, part.substr(dash + 1));
        }
        if (!first || !last || *last < *first) return std::nullopt;
        intervals.push_back({*first, *last});
        if (comma == std::string_view::npos) return IntervalSet<std::uint64_t>(std::move(intervals));
        text.remove_prefix(comma + 1);
    }
}

// Ports, types and flags narrow every term of the services.
ServiceSetRef narrowed(const ServiceSetRef& services, const std::optional<PortSet>& source,
                       const std::optional<PortSet>& destination, const std::optional<IcmpSet>& icmp,
                       const std::optional<IntervalSet<std::uint8_t>>& flags) {
    if (!source && !destination && !icmp && !flags) return services;
    ServiceSet set;
    if (services) {
        set = *services;
    } else {
        set.terms.emplace_back();
    }
    for (auto& term : set.terms) {
        if (source) term.source_ports = term.source_ports & *source;
        if (destination) term.destination_ports = term.destination_ports & *destination;
        if (icmp) term.icmp = term.icmp & *icmp;
        if (flags) term.tcp_flags = term.tcp_flags & *flags;
    }
    return share(std::move(set));
}

}  // namespace

std::optional<Error> parse_product_words(WordReader& words, Product& product) {
    std::optional<IcmpSet> icmp;
    std::optional<IntervalSet<std::uint8_t>> flags;
    bool in_given = !product.in.is_all(), out_given = !product.out.is_all(), states_given = !product.states.is_all();
    while (!words.at_end()) {
        const std::string key(words.peek());
        const auto field = field_named(key);
        const bool tests_field = std::any_of(product.fields.begin(), product.fields.end(),
                                             [&](const FieldTest& test) { return field && test.field == *field; });
        const bool again = (key == "in" && in_given) || (key == "out" && out_given) ||
                           (key == "state" && states_given) || (key == "flags" && flags) || (key == "icmp" && icmp) ||
                           tests_field;
        if (again) return words.fail_here(fmt::format("'{}' is given twice", key), "give each word once").value();
        if (!field && key != "in" && key != "out" && key != "state" && key != "flags" && key != "icmp") break;
        words.next();
        if (key == "in" || key == "out") {
            auto set = parse_interfaces(words);
            if (!set) return set.error();
            (key == "in" ? product.in : product.out) = std::move(*set);
            (key == "in" ? in_given : out_given) = true;
        } else if (key == "state") {
            const auto set = parse_states(words);
            if (!set) return set.error();
            product.states = *set;
            states_given = true;
        } else if (key == "flags") {
            flags = parse_tcp_flags(words.peek());
            if (!flags) {
                return words
                    .fail_here(fmt::format("'{}' are no TCP flags", words.peek()),
                               "write those that are set: SYN,ACK; or none")
                    .value();
            }
            words.next();
        } else if (key == "icmp") {
            icmp = parse_icmp(words.peek());
            if (!icmp) {
                return words
                    .fail_here(fmt::format("'{}' is no ICMP type", words.peek()),
                               "write TYPE or TYPE/CODE as numbers: icmp 8, icmp 3/4")
                    .value();
            }
            words.next();
        } else {
            auto values = parse_field_values(*field, words.peek());
            if (!values) {
                return words
                    .fail_here(fmt::format("'{}' is no value of {}", words.peek(), key),
                               *field == Field::source_mac ? "write for example 02:00:5e:00:00:01"
                                                           : "write a number, a range or several: 1,5-9")
                    .value();
            }
            words.next();
            product.fields.push_back({*field, std::move(*values)});
        }
    }
    std::sort(product.fields.begin(), product.fields.end(),
              [](const FieldTest& a, const FieldTest& b) { return a.field < b.field; });
    product.services = narrowed(product.services, {}, {}, icmp, flags);
    return std::nullopt;
}

Result<Product> parse_product(WordReader& words) {
    Product product;
    const auto services = parse_protocol_word(words);
    if (!services) return fail(services.error());
    const auto source = parse_end(words, "source");
    if (!source) return fail(source.error());
    if (!words.take(">")) {
        return words.fail_here("expected '>' between source and destination", std::string(kFlowHint));
    }
    const auto destination = parse_end(words, "destination");
    if (!destination) return fail(destination.error());
    product.source = source->addresses;
    product.destination = destination->addresses;
    product.services = narrowed(*services, source->ports, destination->ports, {}, {});
    if (auto error = parse_product_words(words, product)) return fail(std::move(*error));
    return product;
}

}  // namespace fwproof
