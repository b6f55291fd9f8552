#include "fwproof/check/flow_row.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "check/describe.hpp"

namespace fwproof {

namespace {

constexpr std::size_t kMostHosts = 12;

std::string hosts(std::span<const Requirement> all, const std::vector<std::size_t>& which,
                  const Endpoint Requirement::*end) {
    std::vector<std::string> names;
    for (const std::size_t i : which) {
        const Endpoint& endpoint = all[i].*end;
        std::string name = endpoint.anywhere && endpoint.host.empty() ? "any" : endpoint.host;
        if (name.empty() || std::find(names.begin(), names.end(), name) != names.end()) continue;
        names.push_back(std::move(name));
    }
    return join_some(names, kMostHosts);
}

std::string role(const Endpoint& endpoint) { return endpoint.role_title.empty() ? endpoint.role : endpoint.role_title; }

std::string path_text(const Path* path) {
    if (!path) return {};
    std::string text(to_string(path->position));
    return path->variant.empty() ? text : fmt::format("{}, {}", text, path->variant);
}

}  // namespace

std::vector<FlowRow> flow_rows(const CheckContext& context) {
    std::vector<FlowRow> rows;
    const auto all = context.requirements();
    for (const auto& flow : context.assessment().flows) {
        const Requirement& first = all[flow.requirements.front()];
        FlowRow row;
        row.catalog = first.catalog;
        row.flow = first.flow;
        row.service = first.service;
        row.from = role(first.from);
        row.to = role(first.to);
        row.from_hosts = hosts(all, flow.requirements, &Requirement::from);
        row.to_hosts = hosts(all, flow.requirements, &Requirement::to);
        row.pairs = flow.requirements.size();
        row.ports = services_text(all, flow.requirements);
        row.judgement = flow.judgement;
        row.counts = flow.counts;
        row.conditions = conditions_text(flow);
        row.unchecked = flow.unchecked;
        if (!first.citations.empty()) row.citation = first.citations.front();
        if (flow.judgement != Judgement::unchecked) {
            const Firewall& firewall = context.firewalls()[flow.firewall];
            row.firewall = firewall.id;
            row.path = path_text(flow.path);
            for (const auto& decider : flow.permits) row.permitted_by.push_back(evidence(firewall, decider));
            for (const auto& decider : flow.deciders) row.stopped_by.push_back(evidence(firewall, decider));
            for (const auto& decider : flow.reply_deciders) row.stopped_by.push_back(evidence(firewall, decider));
            // A flow whose replies are stopped does not work, whatever its first packet meets.
            if (flow.reply_missing) row.judgement = std::max(row.judgement, Judgement::partial);
        }
        row.passes = flow.permit_witness;
        row.fails = flow.witness ? flow.witness : flow.reply_witness;
        rows.push_back(std::move(row));
    }
    return rows;
}

}  // namespace fwproof
