// All regions of a policy between some addresses, with the rule that decides each.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/policies.hpp"
#include "cli/regions.hpp"
#include "fwproof/base/notation.hpp"
#include "fwproof/base/printable.hpp"

namespace fwproof::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kAbout =
    R"(Lists the complete set of first packets between the given ends as disjoint regions, each with its verdict and the
rule that decides it.

  fwproof query edge.cfg --to 10.9.8.7 --service tcp/3389 --permit

)";

Result<AddressSetRef> addresses(const Arguments& arguments, const std::string& option) {
    if (!arguments.has(option)) return AddressSetRef();
    const std::string text = arguments.text(option);
    auto set = parse_address_set(text);
    if (!set) {
        return fail(fmt::format("--{} '{}' is no address", option, text),
                    "write an address, a prefix (10.0.0.0/8), a range (10.0.0.1-10.0.0.9) or any");
    }
    return share(std::move(*set));
}

// "tcp/443,udp/53": a comma before a protocol starts a new service.
Result<FlowQuery> read_query(const Arguments& arguments) {
    const auto from = addresses(arguments, "from");
    if (!from) return fail(from.error());
    const auto to = addresses(arguments, "to");
    if (!to) return fail(to.error());
    std::string flow = "any any > any";
    if (arguments.has("service")) {
        const std::string text = arguments.text("service");
        std::string spaced;
        for (std::size_t i = 0; i < text.size(); ++i) {
            spaced += text[i];
            const bool starts = text[i] == ',' && i + 1 < text.size() && (text[i + 1] < '0' || text[i + 1] > '9');
            if (starts && text[i + 1] != ' ') spaced += ' ';
        }
        if (!parse_services(spaced)) {
            return fail(fmt::format("--service '{}' is no service", text),
                        "write for example tcp/443 or tcp/80,443, udp/53");
        }
        flow = fmt::format("{{{}}} any > any", spaced);
    }
    for (const std::string key : {"in", "out", "at"}) {
        if (arguments.has(key))
            flow += fmt::format(" {} {}", key, key == "at" ? name_word(arguments.text(key)) : arguments.text(key));
    }
    auto query = parse_flow(std::make_shared<const Source>("query", flow));
    if (!query) return query;
    query->header.source = *from;
    query->header.destination = *to;
    const auto meet = [](const AddressSet& a, const AddressSet& b) {
        return (!a.v4.empty() && !b.v4.empty()) || (!a.v6.empty() && !b.v6.empty());
    };
    if (*from && *to && !meet(**from, **to)) {
        return fail(fmt::format("--from {} and --to {} are of two address families", arguments.text("from"),
                                arguments.text("to")),
                    "no packet goes from one to the other");
    }
    const auto is_ipv6 = [](const AddressSetRef& set) { return set && set->v4.empty(); };
    const bool icmp = query->header.services &&
                      std::any_of(query->header.services->terms.begin(), query->header.services->terms.end(),
                                  [](const ServiceTerm& term) { return term.protocols == ProtocolSet::of(kIcmp); });
    if (icmp && (is_ipv6(*from) || is_ipv6(*to))) {
        return fail(fmt::format("--service '{}' names icmp, the protocol of IPv4, and the addresses are of IPv6",
                                arguments.text("service")),
                    "write icmpv6, whose types are other ones (an echo is icmpv6/128)");
    }
    return query;
}

// Whether some of the packets may be what the device itself sends, beside what is sent to it.
bool means_host(const Policy& policy, const FlowQuery& query) {
    const auto has = [&](Position position) {
        return std::any_of(policy.paths.begin(), policy.paths.end(),
                           [&](const Path& path) { return path.position == position; });
    };
    if (!has(Position::inbound) || !has(Position::outbound)) return false;
    AddressSet own;
    for (const auto& interface : policy.interfaces) {
        for (const auto& address : interface.addresses) own = own | AddressSet::of(address);
    }
    return own.empty() || !query.header.source || !(own & *query.header.source).empty();
}

}  // namespace

Result<int> run_query(const std::vector<std::string>& arguments, World& world) {
    po::options_description options = reading_options();
    options.add(store_options());
    auto add = options.add_options();
    const auto text = [](const char* name) { return po::value<std::string>()->value_name(name); };
    add("from", text("ADDRESSES"), "sources");
    add("to", text("ADDRESSES"), "destinations");
    add("service", text("SERVICE,..."), "as tcp/443, udp/53, icmp/8, esp");
    add("in", text("IFACE"), "input interface");
    add("out", text("IFACE"), "output interface");
    add("at", text("NAME"), "only this chain, list or profile, or inbound, outbound, transit");
    add("permit", "only what is permitted, or may be");
    add("deny", "only what is denied, or may be");
    add("format", text("NAME"), "text (default), json or csv");
    add_budget_option(options);
    const auto parsed = parse_arguments("query", arguments, options);
    if (!parsed) return fail(parsed.error());
    if (parsed->help) {
        world.out << help_text("query", kAbout, options);
        return kClean;
    }
    const auto asked = read_asking_options("query", *parsed, {"text", "json", "csv"}, world);
    if (!asked) return fail(asked.error());
    const auto& [reading, budget, format] = *asked;
    if (auto error = refuse_exports(parsed->positional, reading)) return fail(std::move(*error));
    if (parsed->positional.size() != (reading.stores.empty() ? 1 : 0))
        return fail("query takes one export", "fwproof query EXPORT --to 10.9.8.7");
    if (parsed->has("permit") && parsed->has("deny"))
        return fail("--permit and --deny exclude each other", "give one or none");
    const auto query = read_query(*parsed);
    if (!query) return fail(query.error());
    const auto policies = load_export(parsed->positional.empty() ? "" : parsed->positional[0], reading, world);
    if (!policies) return fail(policies.error());

    RegionTable table;
    for (const auto& policy : *policies) {
        if (auto error = add_regions(policy, *query, table, budget)) return fail(std::move(*error));
        // A flow without interfaces is for the device or passes; what the device itself may send is asked as well.
        const bool everywhere = !parsed->has("at") && !parsed->has("in") && !parsed->has("out");
        if (!everywhere || !means_host(policy, *query)) continue;
        FlowQuery outbound = *query;
        outbound.at = to_string(Position::outbound);
        if (auto error = add_regions(policy, outbound, table, budget)) return fail(std::move(*error));
    }
    std::erase_if(table.rows, [&](const RegionRow& row) {
        return (parsed->has("permit") && row.verdict == Verdict::deny) ||
               (parsed->has("deny") && row.verdict == Verdict::permit);
    });
    if (format == "json") {
        const Json document = {{"schema_version", 1},
                               {"command", "query"},
                               {"complete", table.complete},
                               {"regions", regions_json(table)}};
        world.out << document.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
    } else {
        world.out << (format == "csv" ? regions_csv(table) : regions_text(table));
    }
    if (format == "csv" && !table.complete) {
        print_error(cut_regions(), world);
        return kIncomplete;
    }
    return kClean;
}

}  // namespace fwproof::cli
