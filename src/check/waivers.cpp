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

// Whether every requirement behind the finding has one of the hosts at an end. Findings without a catalog entry have
// none.
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

}  // namespace

namespace {

// Everything but the region.
bool fits(const Waiver& waiver, const Finding& finding, const CheckContext& context) {
    const auto same = [](const std::string& wanted, const std::string& found) {
        return wanted.empty() || wanted == found;
    };
    return waiver.check == finding.check && same(waiver.firewall, finding.firewall) &&
           same(waiver.catalog, finding.catalog) && same(waiver.flow, finding.flow) &&
           same(waiver.service, finding.service) && at_hosts(waiver, finding, context);
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
    if (!fits(waiver, finding, context)) return false;
    if (waiver.region.empty()) return true;
    const auto region = read_region(waiver.region);
    return region && covers(*region, finding);
}

bool outgrows(const Waiver& waiver, const Finding& finding, const CheckContext& context) {
    if (!fits(waiver, finding, context)) return false;
    const auto region = read_region(waiver.region);
    if (!region || covers(*region, finding)) return false;
    return std::any_of(finding.region.begin(), finding.region.end(), [&](const Product& part) {
        return meets(part.source, region->source) && meets(part.destination, region->destination) &&
               meets(part.services, region->services);
    });
}

bool in_force(const Waiver& waiver, const CheckContext& context) {
    if (!waiver_problem(waiver).empty()) return false;
    const auto& today = context.input().today;
    return !waiver.until || !today || *today <= std::chrono::sys_days(*waiver.until);
}

std::string waiver_problem(const Waiver& waiver) {
    if (!waiver.problem.empty()) return waiver.problem;
    if (!find_check(waiver.check)) return fmt::format("no check is named '{}'", waiver.check);
    if (!waiver.region.empty() && !read_region(waiver.region)) {
        return fmt::format("'{}' is no flow; write it like 'tcp 10.1.0.0/24 > 10.2.0.5:445'", waiver.region);
    }
    return {};
}

void apply_waivers(const CheckContext& context, std::vector<Finding>& findings) {
    for (auto& finding : findings) {
        const Waiver* over = nullptr;
        for (const auto& waiver : context.input().waivers) {
            if (!waiver_problem(waiver).empty() || !speaks_of(waiver, finding, context)) continue;
            if (in_force(waiver, context)) {
                finding.waived_by = waiver.reason;
                break;
            }
            over = &waiver;
        }
        if (finding.waived_by.empty() && over) {
            finding.details.push_back(fmt::format("waived until {}: {}", date_text(*over->until), over->reason));
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
