// Matches that look for extension headers of IPv6. Whether a packet has any is one bit of Field::opaque: a rule that
// needs one possibly matches packets that have some, and no other. Which of them, and what stands in it, is a
// condition.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "vendor/iptables/lower.hpp"
#include "vendor/iptables/values.hpp"

namespace fwproof::iptables {

namespace {

// What -m ipv6header can ask for. Two of them every packet has one of, and so has a packet without extension headers:
// what it carries, or that it carries nothing that can be read.
enum Header : std::uint8_t {
    kHopByHop = 1,
    kDestination = 2,
    kRouting = 4,
    kFragment = 8,
    kAuthentication = 16,
    kEsp = 32,
    kNone = 64,
    kProtocol = 128,
};

std::optional<std::uint8_t> header_named(std::string_view name) {
    struct Name {
        std::string_view name;
        Header header;
    };
    static constexpr auto kNames = std::to_array<Name>({{"hop-by-hop", kHopByHop},
                                                        {"hop", kHopByHop},
                                                        {"dst", kDestination},
                                                        {"route", kRouting},
                                                        {"frag", kFragment},
                                                        {"auth", kAuthentication},
                                                        {"esp", kEsp},
                                                        {"none", kNone},
                                                        {"protocol", kProtocol},
                                                        {"prot", kProtocol}});
    for (const auto& entry : kNames) {
        if (entry.name == name) return entry.header;
    }
    const auto number = parse_protocol_word(name);
    if (!number) return std::nullopt;
    switch (*number) {
        case 0: return kHopByHop;
        case 43: return kRouting;
        case 44: return kFragment;
        case 50: return kEsp;
        case 51: return kAuthentication;
        case 59: return kNone;
        case 60: return kDestination;
        default: return std::nullopt;
    }
}

// "hop-by-hop,dst,route,frag"
std::optional<std::uint8_t> parse_headers(std::string_view text) {
    std::uint8_t headers = 0;
    while (true) {
        const auto comma = text.find(',');
        const std::string_view name = text.substr(0, comma);
        if (!name.empty()) {
            const auto header = header_named(name);
            if (!header) return std::nullopt;
            headers = static_cast<std::uint8_t>(headers | *header);
        }
        if (comma == std::string_view::npos) break;
        text.remove_prefix(comma + 1);
    }
    return headers == 0 ? std::nullopt : std::optional(headers);
}

struct HeaderTest {
    std::uint8_t headers = 0;
    bool soft = false;  // these at least; else exactly these
    bool negated = false;

    // Of a packet that has no extension header, and `own` for what it carries.
    bool takes(Header own) const {
        if (!soft) return (headers == own) != negated;
        // Negated: none of them.
        return negated ? (headers & own) == 0 : (headers & ~static_cast<unsigned>(own)) == 0;
    }
};

ProtocolSet plainly_taken(const HeaderTest& test) {
    const ProtocolSet esp = ProtocolSet::of(50), none = ProtocolSet::of(59);
    ProtocolSet taken;
    if (test.takes(kEsp)) taken = taken | esp;
    if (test.takes(kNone)) taken = taken | none;
    if (test.takes(kProtocol)) taken = taken | (esp | none).complement();
    return taken;
}

void lower_headers(RuleScope& scope, std::uint16_t match) {
    HeaderTest test;
    const OptionAst* asked = nullptr;
    for (const auto& option : scope.rule.options) {
        if (option.match != match) continue;
        if (option.spec->name == "soft") test.soft = true;
        if (option.spec->name != "header") continue;
        const auto headers = parse_headers(option.value.text);
        if (!headers) return scope.refuse(option, fmt::format("'{}' is no list of headers", option.value.text));
        asked = &option;
        test.headers = *headers;
        test.negated = option.negated;
    }
    if (!asked) return;
    std::vector<Alternative> either;
    if (ProtocolSet taken = plainly_taken(test); !taken.empty()) {
        Alternative plain;
        add_field(plain.match.header, Field::opaque, opaque_values(kExtensionHeader, false));
        if (!taken.is_all()) {
            ServiceTerm term;
            term.protocols = std::move(taken);
            plain.match.header.services = share(ServiceSet{{term}});
        }
        either.push_back(std::move(plain));
    }
    Alternative extended;
    extended.sure = false;
    add_field(extended.match.header, Field::opaque, opaque_values(kExtensionHeader, true));
    either.push_back(std::move(extended));
    scope.draft.unions.push_back(std::move(either));
    const SourceSpan at = scope.span(*asked);
    scope.draft.conditions.push_back({ConditionKind::payload, std::string(at.text()), at});
}

}  // namespace

IntervalSet<std::uint64_t> opaque_values(std::uint64_t bit, bool set) {
    std::vector<Interval<std::uint64_t>> values;
    for (std::uint64_t value = 0; value <= (kWrongWay | kExtensionHeader); ++value) {
        if (((value & bit) != 0) == set) values.push_back({value, value});
    }
    return IntervalSet<std::uint64_t>(std::move(values));
}

bool needs_extension_header(const Extension& match, Family family) {
    constexpr auto kNames = std::to_array<std::string_view>({"rt", "frag", "hbh", "dst", "srh"});
    return match.kind == ExtensionKind::match && family == Family::v6 &&
           (match.name == "ah" || std::find(kNames.begin(), kNames.end(), match.name) != kNames.end());
}

void lower_extension_headers(RuleScope& scope) {
    for (std::uint16_t i = 0; i < scope.rule.matches.size(); ++i) {
        const Extension& match = *scope.rule.matches[i];
        if (match.name == "ipv6header" && !scope.issue) lower_headers(scope, i);
        if (!needs_extension_header(match, scope.family())) continue;
        add_field(scope.draft.base.header, Field::opaque, opaque_values(kExtensionHeader, true));
        scope.draft.conditional = true;
        SourceSpan at = scope.span(scope.rule.offset, scope.rule.offset + scope.rule.length);
        const auto of_match = [&](const OptionAst& option) { return option.match == i; };
        const auto& options = scope.rule.options;
        if (const auto first = std::find_if(options.begin(), options.end(), of_match); first != options.end())
            at = scope.span(first->offset, std::find_if(options.rbegin(), options.rend(), of_match)->end());
        scope.draft.conditions.push_back({ConditionKind::payload, fmt::format("-m {}", match.name), at});
    }
}

}  // namespace fwproof::iptables
