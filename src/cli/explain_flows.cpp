#include "cli/explain_flows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/answer.hpp"
#include "cli/flow_interfaces.hpp"
#include "cli/policies.hpp"
#include "cli/read.hpp"
#include "fwproof/base/notation.hpp"
#include "fwproof/base/printable.hpp"

namespace fwproof::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kBatch = 500;  // coordinates grow with the flows asked together

struct Flows {
    SourceRef source;
    std::vector<FlowQuery> queries;
    std::vector<std::string> written;
};

// Flows one a line; what stands behind '#' is a remark.
Result<Flows> read_flows(const Policy& policy, const std::string& path, World& world) {
    const auto source = read_text(path, world);
    if (!source) return fail(source.error());
    const Source& text = **source;
    Flows flows;
    flows.source = *source;
    for (std::uint32_t n = 1; n <= text.line_count(); ++n) {
        const SourceSpan line{&text, text.line_offset(n), static_cast<std::uint32_t>(text.line(n).size())};
        if (WordReader(line).at_end()) continue;
        auto flow = parse_flow(line, *source);
        if (!flow) return fail(flow.error());
        if (auto error = settle_interfaces(policy, *flow)) {
            error->span = line;
            error->keep = *source;
            return fail(std::move(*error));
        }
        flows.queries.push_back(std::move(*flow));
        flows.written.emplace_back(text.line(n));
    }
    if (flows.queries.empty()) return fail(Error{"no flow in it", "write one flow a line", {}, path});
    return flows;
}

using Brief = Answerer::Brief;

// Single packets one by one out of one evaluation of the policy, where there are so many that it pays; the rest in
// batches of flows of one program and service.
Result<std::vector<Brief>> ask(const Policy& policy, const std::vector<FlowQuery>& flows, const Budget& budget) {
    std::vector<Brief> briefs(flows.size());
    std::vector<std::size_t> rest;
    std::optional<Answerer> whole;
    if (flows.size() > kBatch) {
        FlowQuery any;
        any.header.states = State::new_;
        whole.emplace(policy, std::vector<FlowQuery>{any}, budget);
    }
    for (std::size_t i = 0; i < flows.size(); ++i) {
        const auto brief = whole ? whole->ask_packet(flows[i]) : std::nullopt;
        if (brief) {
            briefs[i] = *brief;
        } else {
            rest.push_back(i);
        }
    }
    for (std::size_t start = 0; start < rest.size();) {
        const FlowQuery& first = flows[rest[start]];
        std::vector<FlowQuery> batch;
        std::size_t end = start;
        for (; end < rest.size() && end - start < kBatch; ++end) {
            const FlowQuery& flow = flows[rest[end]];
            if (flow.program != first.program || flow.service != first.service) break;
            batch.push_back(flow);
        }
        const Answerer answerer(policy, batch, budget);
        const auto answers = answerer.ask_all(batch);
        if (!answers) return fail(answers.error());
        for (std::size_t i = start; i < end; ++i) briefs[rest[i]] = (*answers)[i - start];
        start = end;
    }
    return briefs;
}

}  // namespace

Result<int> explain_flows(const Policy& policy, const std::string& path, bool json, const Budget& budget,
                          World& world) {
    const auto flows = read_flows(policy, path, world);
    if (!flows) return fail(flows.error());
    const auto briefs = ask(policy, flows->queries, budget);
    if (!briefs) return fail(briefs.error());
    std::string out;
    for (std::size_t i = 0; i < briefs->size(); ++i) {
        const auto& brief = (*briefs)[i];
        const std::string written = printable(flows->written[i]);
        const std::string_view verdict = to_string(brief.verdict.value_or(Verdict::unknown));
        const SourceSpan span = brief.rule ? rule_span(policy, *brief.rule) : SourceSpan();
        const std::string rule = brief.rule ? rule_name(policy, *brief.rule) : "";
        if (json) {
            const Json line = {{"flow", written},
                               {"verdict", verdict},
                               {"mixed", !brief.verdict},
                               {"rule", brief.rule ? Json(rule) : Json(nullptr)},
                               {"line", span ? Json(span.line()) : Json(nullptr)}};
            out += line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
        } else {
            out += fmt::format("{} {}", verdict, written);
            if (!brief.verdict) out += "  # different parts, different verdicts";
            if (brief.rule) out += fmt::format("  # {}{}", rule, span ? fmt::format(" ({})", place(span)) : "");
            out += '\n';
        }
    }
    world.out << out;
    return kClean;
}

}  // namespace fwproof::cli
