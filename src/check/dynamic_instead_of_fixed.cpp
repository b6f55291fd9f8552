#include <fmt/format.h>

#include <map>

#include "check/describe.hpp"

namespace fwproof {

namespace {

struct Wide {
    std::vector<const Path*> paths;
    std::vector<std::size_t> requirements;
    std::vector<Product> region;
};

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    const auto all = context.requirements();
    // One finding for each setting that could narrow ports, at each firewall.
    std::map<std::pair<std::size_t, std::string>, Wide> by_setting;
    for (const auto& flow : context.assessment().flows) {
        if (flow.judgement != Judgement::satisfied || !flow.counts || !flow.path) continue;
        for (const std::size_t i : flow.requirements) {
            if (all[i].restrictable_by.empty()) continue;
            Wide& wide = by_setting[{flow.firewall, all[i].restrictable_by}];
            if (wide.paths.empty()) wide.paths.push_back(flow.path);
            wide.requirements.push_back(i);
            Product product;
            product.source = all[i].from.addresses;
            product.destination = all[i].to.addresses;
            product.services = all[i].services;
            wide.region.push_back(std::move(product));
        }
    }
    for (const auto& [key, wide] : by_setting) {
        const Firewall& firewall = context.firewalls()[key.first];
        Finding finding = finding_at(check, context, firewall, wide.requirements);
        finding.message = fmt::format("the product can do with less than {} from {} to {}{} ({})",
                                      services_text(all, wide.requirements), from_text(all, wide.requirements),
                                      to_text(all, wide.requirements), place(firewall, wide.paths), key.second);
        finding.region = wide.region;
        findings.push_back(std::move(finding));
    }
}

}  // namespace

extern const Check check_dynamic_instead_of_fixed;
const Check check_dynamic_instead_of_fixed = {
    .id = "FW711",
    .name = "dynamic-instead-of-fixed",
    .severity = Severity::warning,
    .subject = Subject::site,
    .summary = R"(The whole range of dynamic ports is open for a product that can be held to a few)",
    .why =
        R"(The document says how to restrict the ports, and the site does not say that it was done. As long as it is not, sixteen
thousand ports of the server have to be open, and every service that gets one of them is open with it. One finding for
each firewall and setting.)",
    .example = R"(tcp/49152-65535 from a site server to a management point, where rpccfg.exe could restrict it)",
    .fix =
        R"(Restrict the ports as the document describes, say so in the site file as the value of that parameter, and narrow the
rules to them.)",
    .references = R"(the catalog entry that the finding cites)",
    .run = &run,
};

}  // namespace fwproof
