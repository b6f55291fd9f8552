#include "check/waivers.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "check/dates.hpp"
#include "fwproof/base/notation.hpp"

namespace fwproof {

namespace {

bool subset(const ServiceTerm& a, const ServiceTerm& b) {
    return a.protocols.subset_of(b.protocols) && a.source_ports.subset_of(b.source_ports) &&
           a.destination_ports.subset_of(b.destination_ports) && a.icmp.subset_of(b.icmp) &&
           a.tcp_flags.subset_of(b.tcp_flags);
}

bool subset(const ServiceSetRef& a, const ServiceSetRef& b) {
    if (!b) return true;
    if (!a) return false;
    return std::all_of(a->terms.begin(), a->terms.end(), [&](const ServiceTerm& x) {
        return std::any_of(b->terms.begin(), b->terms.end(), [&](const ServiceTerm& y) { return subset(x, y); });
    });
}

bool subset(const AddressSetRef& a, const AddressSetRef& b) { return !b || (a && a->subset_of(*b)); }

// Nothing where the text is no flow.
std::optional<Product> read_region(const std::string& text) {
    const Source source("region", text);
    WordReader words(SourceSpan{&source, 0, static_cast<std::uint32_t>(source.text().size())});
    auto product = parse_product(words);
    if (!product || !words.at_end()) return std::nullopt;
    return *product;
}

// Product by product; a region that only a union of products covers is taken as not covered.
bool covers(const Product& waived, const Finding& finding) {
    if (finding.region.empty() || !finding.region_complete) return false;
    return std::all_of(finding.region.begin(), finding.region.end(), [&](const Product& part) {
        return subset(part.source, waived.source) && subset(part.destination, waived.destination) &&
               subset(part.services, waived.services) && (waived.in.is_all() || waived.in == part.in) &&
               (waived.out.is_all() || waived.out == part.out);
    });
}

// Whether all of the finding is from or to one of the hosts. Findings without a region are not.
bool at_hosts(const Waiver& waiver, const Finding& finding, const CheckContext& context) {
    if (waiver.hosts.empty()) return true;
    AddressSet addresses;
    for (const auto& requirement : context.requirements()) {
        for (const Endpoint* end : {&requirement.from, &requirement.to}) {
            const auto& hosts = waiver.hosts;
            if (std::find(hosts.begin(), hosts.end(), end->host) != hosts.end())
                addresses = addresses | *end->addresses;
        }
    }
    if (finding.region.empty() || !finding.region_complete) return false;
    return std::all_of(finding.region.begin(), finding.region.end(), [&](const Product& part) {
        return (part.source && part.source->subset_of(addresses)) ||
               (part.destination && part.destination->subset_of(addresses));
    });
}

bool names_no_addresses(const Waiver& waiver) {
    return waiver.catalog.empty() && waiver.flow.empty() && waiver.service.empty() && waiver.hosts.empty();
}

// Openings beside what is needed: no entry of a catalog bounds them, so they grow with the rule.
bool of_openings_without_bounds(const Waiver& waiver) {
    return waiver.check == "wider-than-required" || waiver.check == "uncatalogued-opening";
}

bool names_entry(const Waiver& waiver) {
    return !waiver.catalog.empty() || !waiver.flow.empty() || !waiver.service.empty();
}

// Whether it names the "flow/service" of the catalog.
bool names(const Waiver& waiver, const std::string& catalog, std::string_view item) {
    const auto same = [](const std::string& wanted, std::string_view found) {
        return wanted.empty() || wanted == found;
    };
    const std::size_t slash = item.find('/');
    return same(waiver.catalog, catalog) && same(waiver.flow, item.substr(0, slash)) &&
           same(waiver.service, item.substr(slash + 1));
}

bool names_one(const Waiver& waiver, const std::string& catalog, const std::vector<std::string>& items) {
    return std::any_of(items.begin(), items.end(),
                       [&](const std::string& item) { return names(waiver, catalog, item); });
}

enum class Share : std::uint8_t { none, part, all };

// How much of what the finding is about the waiver names.
Share named_share(const Waiver& waiver, const Finding& finding) {
    auto entries = finding.entries;
    if (entries.empty()) entries.push_back({finding.catalog, {finding.flow + "/" + finding.service}});
    const auto named = std::count_if(entries.begin(), entries.end(), [&](const EntryNames& entry) {
        return names_one(waiver, entry.catalog, entry.items);
    });
    if (named == 0) return Share::none;
    return static_cast<std::size_t>(named) == entries.size() ? Share::all : Share::part;
}

// Both ends of the flow, or the hosts.
AddressSet named_addresses(const Waiver& waiver, const CheckContext& context) {
    const bool entry = names_entry(waiver);
    AddressSet named;
    for (const auto& requirement : context.requirements()) {
        const std::string item = requirement.flow + "/" + requirement.service;
        const bool of_entry = entry && (names(waiver, requirement.catalog, item) ||
                                        names_one(waiver, requirement.catalog, requirement.also));
        for (const Endpoint* end : {&requirement.from, &requirement.to}) {
            const auto& hosts = waiver.hosts;
            const bool of_hosts = !entry && std::find(hosts.begin(), hosts.end(), end->host) != hosts.end();
            if (of_entry || of_hosts) named = named | *end->addresses;
        }
    }
    return named;
}

// What the waiver covers at most; nothing: all that its other keys select.
std::optional<Product> limits(const Waiver& waiver, const CheckContext& context) {
    if (!waiver.region.empty()) return read_region(waiver.region);
    if (!of_openings_without_bounds(waiver) || names_no_addresses(waiver)) return std::nullopt;
    Product between;
    between.source = between.destination = share(named_addresses(waiver, context));
    return between;
}

// Everything but the entries and the limits.
bool fits(const Waiver& waiver, const Finding& finding, const CheckContext& context) {
    return waiver.check == finding.check && (waiver.firewall.empty() || waiver.firewall == finding.firewall) &&
           at_hosts(waiver, finding, context);
}

bool meets(const AddressSetRef& a, const AddressSetRef& b) { return !a || !b || !(*a & *b).empty(); }

bool meets(const ServiceSetRef& a, const ServiceSetRef& b) {
    if (!a || !b) return true;
    return std::any_of(a->terms.begin(), a->terms.end(), [&](const ServiceTerm& x) {
        return std::any_of(b->terms.begin(), b->terms.end(), [&](const ServiceTerm& y) {
            return !(x.protocols & y.protocols).empty() && !(x.source_ports & y.source_ports).empty() &&
                   !(x.destination_ports & y.destination_ports).empty() && !(x.icmp & y.icmp).empty();
        });
    });
}

}  // namespace

bool speaks_of(const Waiver& waiver, const Finding& finding, const CheckContext& context) {
    if (!fits(waiver, finding, context) || named_share(waiver, finding) != Share::all) return false;
    const auto most = limits(waiver, context);
    return most ? covers(*most, finding) : waiver.region.empty();
}

bool outgrows(const Waiver& waiver, const Finding& finding, const CheckContext& context) {
    const Share share = named_share(waiver, finding);
    if (share == Share::none || !fits(waiver, finding, context)) return false;
    const auto most = limits(waiver, context);
    if (!most || covers(*most, finding)) return share == Share::part;
    if (waiver.region.empty()) return true;
    return std::any_of(finding.region.begin(), finding.region.end(), [&](const Product& part) {
        return meets(part.source, most->source) && meets(part.destination, most->destination) &&
               meets(part.services, most->services);
    });
}

std::string blanket(const Waiver& waiver) {
    if (!waiver.region.empty()) return {};
    const bool nothing = names_no_addresses(waiver);
    if (nothing && waiver.firewall.empty()) return "every finding of that check";
    if (!of_openings_without_bounds(waiver)) return {};
    return nothing ? fmt::format("every finding of that check at {}", waiver.firewall)
                   : "whatever is opened between the addresses that it names, on any port";
}

std::string entry_text(const Waiver& waiver) {
    const std::string item = waiver.service.empty() ? waiver.flow
                             : waiver.flow.empty()  ? "service " + waiver.service
                                                    : waiver.flow + "/" + waiver.service;
    return waiver.catalog.empty() || item.empty() ? waiver.catalog + item : waiver.catalog + " " + item;
}

bool in_force(const Waiver& waiver, const CheckContext& context) {
    if (!waiver_problem(waiver).empty()) return false;
    const auto& today = context.input().today;
    return !waiver.until || !today || *today <= std::chrono::sys_days(*waiver.until);
}

std::string waiver_problem(const Waiver& waiver) {
    if (!waiver.problem.empty()) return waiver.problem;
    const Check* check = find_check(waiver.check);
    if (!check) return fmt::format("no check is named '{}'", waiver.check);
    if (waiver.region.empty()) return {};
    const auto region = read_region(waiver.region);
    if (!region) {
        return fmt::format("'{}' is no flow; write it like 'tcp 10.1.0.0/24 > 10.2.0.5:445'", waiver.region);
    }
    if (check->subject == Subject::site && !(region->in.is_all() && region->out.is_all())) {
        return fmt::format("findings of {} are about packets on every interface; take the interface out of '{}'",
                           waiver.check, waiver.region);
    }
    return {};
}

void apply_waivers(const CheckContext& context, std::vector<Finding>& findings) {
    for (auto& finding : findings) {
        const Waiver* over = nullptr;
        const Waiver* outgrown = nullptr;
        for (const auto& waiver : context.input().waivers) {
            if (!waiver_problem(waiver).empty()) continue;
            if (!speaks_of(waiver, finding, context)) {
                // One with a region has a check of its own for that.
                if (waiver.region.empty() && outgrows(waiver, finding, context)) outgrown = &waiver;
                continue;
            }
            if (in_force(waiver, context)) {
                finding.waived_by = waiver.reason;
                break;
            }
            over = &waiver;
        }
        if (!finding.waived_by.empty()) continue;
        if (over) finding.details.push_back(fmt::format("waived until {}: {}", date_text(*over->until), over->reason));
        if (outgrown && named_share(*outgrown, finding) == Share::part) {
            finding.details.push_back(fmt::format("not waived: it is about more than {}, which a waiver names ({})",
                                                  entry_text(*outgrown), outgrown->reason));
        } else if (outgrown) {
            finding.details.push_back(fmt::format(
                "not waived: without a region a waiver of {} covers only what is open between the addresses that it "
                "names ({})",
                outgrown->check, outgrown->reason));
        }
    }
}

Finding about_waiver(const Check& check, const Waiver& waiver) {
    Finding finding;
    finding.check = check.name;
    finding.severity = check.severity;
    finding.span = waiver.span;
    if (waiver.span) finding.file = waiver.span.source->name();
    return finding;
}

void report_waivers(const CheckContext& context, const Check& check,
                    const std::function<std::string(const Waiver&)>& fault, std::vector<Finding>& findings) {
    for (const auto& waiver : context.input().waivers) {
        if (!waiver_problem(waiver).empty()) continue;
        std::string message = fault(waiver);
        if (message.empty()) continue;
        findings.push_back(about_waiver(check, waiver));
        findings.back().message = std::move(message);
    }
}

}  // namespace fwproof
