// One packet or flow: the verdict, the rule that decides it, the way there, and what happens to replies.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>

#include <nlohmann/json.hpp>

#include "cli/answer.hpp"
#include "cli/explain_flows.hpp"
#include "cli/flow_interfaces.hpp"
#include "cli/open_default.hpp"
#include "cli/policies.hpp"
#include "cli/read.hpp"
#include "fwproof/base/notation.hpp"
#include "fwproof/base/printable.hpp"
#include "fwproof/policy/object_names.hpp"

namespace fwproof::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostRegions = 20;

constexpr std::string_view kAbout =
    R"(Says what the policy does with a flow and why. The first word printed is the verdict: permit, deny or unknown;
unknown also where parts of a flow have different verdicts, which are then listed.

  fwproof explain edge.cfg 'tcp 10.1.2.3 > 10.9.8.7:5723 in inside'
  fwproof explain host.rules 'udp any > any:53 at INPUT'

A flow is PROTO SRC[:PORT] > DST[:PORT] and any of: in IFACE, out IFACE, at CHAIN (or list, or profile),
state new|established|related|invalid|untracked, flags SYN,ACK, icmp TYPE[/CODE], mac ADDR, program PATH,
service NAME. Addresses may be prefixes, ranges or any, ports ranges. What the host itself sends names its output
interface, or 'at outbound'.

)";

Result<FlowQuery> read_flow(std::string name, std::string text) {
    return parse_flow(std::make_shared<const Source>(std::move(name), std::move(text)));
}

// The verdict over all paths; nothing when they differ.
std::optional<Verdict> overall(const std::vector<PathAnswer>& answers) {
    std::optional<Verdict> verdict;
    for (const auto& answer : answers) {
        if (answer.cannot_occur) continue;
        if (!answer.verdict || (verdict && *verdict != *answer.verdict)) return std::nullopt;
        verdict = answer.verdict;
    }
    return verdict ? verdict : Verdict::unknown;
}

std::string_view word(const std::optional<Verdict>& verdict) { return to_string(verdict.value_or(Verdict::unknown)); }

constexpr std::size_t kMostDeciders = 16;  // that are shown of one answer

class Lines {
public:
    void add(int depth, std::string_view label, std::string_view text) {
        text_ += fmt::format("{:{}}{:<12}{}\n", "", depth * 2, label, text);
    }
    void head(int depth, std::string_view text) { text_ += fmt::format("{:{}}{}\n", "", depth * 2, text); }
    std::string take() { return std::move(text_); }

private:
    std::string text_;
};

void decided_by(Lines& lines, int depth, const Policy& policy, const Hit& hit, std::string_view label) {
    const SourceSpan span = rule_span(policy, hit.rule);
    const Rule* rule = rule_at(policy, hit.rule);
    const std::string title = rule ? display_title(*rule) : std::string();
    std::string text = rule_name(policy, hit.rule);
    if (!title.empty()) text += fmt::format(" ({})", printable(title));
    text += fmt::format(": {}", to_string(hit.verdict));
    if (rule && rule->implicit) text += " (implicit)";
    if (!hit.surely) text += ", if it matches";
    if (span) text += fmt::format(" ({})", place(span));
    lines.add(depth, label, text);
    if (span) lines.add(depth, "", statement(span));
    if (rule && rule->logs) lines.add(depth, "", "logged");
    if (const auto open = open_default(policy, hit.rule)) {
        lines.add(depth, "because", printable(open->why));
        if (!open->tell.empty()) lines.add(depth, "try", printable(open->tell));
    }
    if (const auto* decide = rule ? std::get_if<Decide>(&rule->action) : nullptr; decide && !decide->answer.empty()) {
        lines.add(depth, decide->verdict == Verdict::unknown ? "asks" : "answers", printable(decide->answer));
    }
    if (!hit.via.empty()) {
        std::string way;
        // Of a long way the beginning and the end.
        constexpr std::size_t kFirst = 4, kLast = 2;
        for (std::size_t i = 0; i < hit.via.size(); ++i) {
            const auto& via = hit.via[i];
            if (hit.via.size() > kFirst + kLast + 1 && i >= kFirst && i + kLast < hit.via.size()) {
                if (i == kFirst) way += fmt::format(" > {} more", hit.via.size() - kFirst - kLast);
                continue;
            }
            way += (way.empty() ? "" : " > ") + rule_name(policy, via);
            if (const SourceSpan at = rule_span(policy, via)) way += fmt::format(" ({})", place(at));
        }
        lines.add(depth, "by way of", way);
    }
    for (const auto& condition : conditions_of(policy, hit)) lines.add(depth, "depends on", condition);
}

// What becomes of that end of the packets that a rule moves with a whole block.
AddressSet moved(const Hit& hit, bool source, const BlockMap& block) {
    constexpr std::size_t kMost = 64;
    const auto [products, complete] = hit.packets.products(kMost);
    AddressSet made;
    for (const auto& product : products) {
        const auto& addresses = source ? product.source : product.destination;
        made = made | (addresses ? block.of(*addresses) : block.image());
    }
    // Where an earlier translation comes first, the packets do not say what this one meets.
    return complete && !made.empty() ? made : block.image();
}

std::string target(const Hit& hit, bool source, const Translate::Part& part) {
    if (!part.changes()) return {};
    std::string text = source ? "source " : "destination ";
    if (part.block) {
        const std::string made = to_string(moved(hit, source, *part.block));
        text += made;
        if (made.find_first_of("/-,") != std::string::npos) text += " address by address";
    } else {
        text += part.address           ? to_string(*part.address)
                : part.address_unknown ? std::string("unknown address")
                                       : std::string("same address");
    }
    if (part.port) text += fmt::format(":{}", *part.port);
    if (part.port_unknown) text += ", unknown port";
    return text;
}

std::string translation_text(const Policy& policy, const Hit& hit) {
    const auto& translate = std::get<Translate>(rule_at(policy, hit.rule)->action);
    std::string text;
    for (const auto& side : {target(hit, false, translate.destination), target(hit, true, translate.source)}) {
        if (!side.empty()) text += (text.empty() ? "" : ", ") + side;
    }
    return text.empty() ? "nothing" : text;
}

void translated_by(Lines& lines, int depth, const Policy& policy, const Hit& hit) {
    const SourceSpan span = rule_span(policy, hit.rule);
    lines.add(depth, "translated",
              fmt::format("to {} by {}{}{}", translation_text(policy, hit), rule_name(policy, hit.rule),
                          hit.surely ? "" : ", if it matches", span ? fmt::format(" ({})", place(span)) : ""));
    if (span) lines.add(depth, "", statement(span));
}

template <class Set>
double size_of(const Set& set) {
    double size = 0;
    for (const auto& interval : set.intervals())
        size += static_cast<double>(interval.last) - static_cast<double>(interval.first) + 1;
    return size;
}

// Of each family its share, so that all IPv4 addresses count as much as all IPv6 ones.
double share_of(const AddressSetRef& addresses) {
    if (!addresses) return 2;
    return std::ldexp(size_of(addresses->v4), -32) + std::ldexp(size_of(addresses->v6), -128);
}

// How much of all headers a rule may match, without interfaces and conditions.
double breadth(const Rule& rule) {
    double sum = 0;
    for (const auto& match : rule.match.outer.empty() ? rule.match.any_of : rule.match.outer) {
        double services = 0;
        const ServiceSet all{{ServiceTerm{}}};
        for (const auto& term : (match.header.services ? *match.header.services : all).terms)
            services += size_of(term.protocols) * size_of(term.source_ports) * size_of(term.destination_ports);
        sum += services * share_of(match.header.source) * share_of(match.header.destination);
    }
    return sum;
}

// More deciders than are shown: where rules have an order it says which come first, else those that speak of the
// fewest packets are the likeliest to be meant.
std::vector<const Hit*> narrowest_first(const Policy& policy, const std::vector<Hit>& hits) {
    std::vector<const Hit*> sorted;
    for (const auto& hit : hits) sorted.push_back(&hit);
    if (policy.ordered || hits.size() <= kMostDeciders) return sorted;
    std::map<const Hit*, std::pair<double, std::size_t>> order;
    for (const Hit* hit : sorted) {
        const Rule* rule = rule_at(policy, hit->rule);
        const std::size_t conditions = rule ? rule->match.conditions.size() : 0;
        order[hit] = {rule ? breadth(*rule) : std::numeric_limits<double>::infinity(), -conditions};
    }
    std::stable_sort(sorted.begin(), sorted.end(), [&](const Hit* a, const Hit* b) { return order[a] < order[b]; });
    return sorted;
}

void parts_text(Lines& lines, int depth, const Policy& policy, const PathAnswer& answer) {
    if (answer.out_of_budget)
        lines.add(depth, "because", "the budget of the analysis is used up; --budget sets another");
    const ObjectNames names = answer.parts.size() > 1 ? ObjectNames(policy) : ObjectNames();
    for (const auto& part : answer.parts) {
        if (answer.parts.size() > 1) {
            for (const auto& product : part.region) {
                lines.head(depth, fmt::format("{} {}", to_string(part.verdict), printable(to_text(product, names))));
            }
            if (!part.region_complete) lines.head(depth, fmt::format("{} and more", to_string(part.verdict)));
        }
        const int below = answer.parts.size() > 1 ? depth + 1 : depth;
        // In the order in which the packet meets them: the source is rewritten behind what decides.
        const auto behind = std::find_if(part.translations.begin(), part.translations.end(), [&](const Hit& hit) {
            return !part.deciders.empty() && hit.stage > part.deciders.back().stage;
        });
        for (auto hit = part.translations.begin(); hit != behind; ++hit) translated_by(lines, below, policy, *hit);
        const std::string_view label = part.verdict == Verdict::unknown ? "may decide" : "decided by";
        const auto deciders = narrowest_first(policy, part.deciders);
        const std::size_t shown = std::min(deciders.size(), kMostDeciders);
        for (std::size_t i = 0; i < shown; ++i) decided_by(lines, below, policy, *deciders[i], label);
        if (shown < deciders.size())
            lines.add(below, label, fmt::format("{} more, which --format json names", deciders.size() - shown));
        const std::size_t also = std::min(part.also.size(), kMostDeciders);
        for (std::size_t i = 0; i < also; ++i) decided_by(lines, below, policy, part.also[i], "also");
        if (also < part.also.size())
            lines.add(below, "also", fmt::format("{} more, which --format json names", part.also.size() - also));
        if (part.deciders.empty()) {
            lines.add(
                below, "decided by",
                part.verdict == Verdict::permit ? "no rule: what passes every stage is permitted" : "no single rule");
        }
        for (auto hit = behind; hit != part.translations.end(); ++hit) translated_by(lines, below, policy, *hit);
        if (answer.parts.size() > 1 && part.witness)
            lines.add(below, "for example", printable(to_string(*part.witness)));
    }
}

// What follows the first packet, where not all of it passes.
std::optional<PathAnswer> stopped_later(const Answerer& answerer, const FlowQuery& flow, const PathAnswer& answer) {
    if (answer.verdict != Verdict::permit) return std::nullopt;
    auto later = answerer.later(flow, answer);
    if (later && (later->verdict == Verdict::permit || later->cannot_occur)) later.reset();
    return later;
}

void replies_text(Lines& lines, const Answerer& answerer, const FlowQuery& flow, const PathAnswer& answer) {
    const bool some = std::any_of(answer.parts.begin(), answer.parts.end(),
                                  [](const Part& part) { return part.verdict == Verdict::permit; });
    if (!some || !answer.whole_path || !flow.header.states.contains(State::new_)) return;
    if (answerer.tracks(flow, answer)) {
        lines.add(1, "replies", "let through by connection tracking");
        return;
    }
    const auto replies = answerer.replies(flow, answer);
    if (!replies) {
        lines.add(1, "replies", "unknown: the export has no rules for that direction");
        return;
    }
    lines.add(1, "replies", fmt::format("{} on the {} path", word(replies->verdict), replies->path));
    parts_text(lines, 2, answerer.policy(), *replies);
    const auto later = stopped_later(answerer, flow, answer);
    // Undecided both ways is mostly so for one reason (the zone of a connection, its mark), which is said.
    if (!later || (later->verdict == Verdict::unknown && replies->verdict == Verdict::unknown)) return;
    lines.add(1, "later", fmt::format("{} of what the sender sends behind the first packet", word(later->verdict)));
    parts_text(lines, 2, answerer.policy(), *later);
}

std::string as_text(const Answerer& answerer, const FlowQuery& flow, const std::vector<PathAnswer>& answers,
                    std::string_view written, bool among_others) {
    const Policy& policy = answerer.policy();
    Lines lines;
    lines.head(0, fmt::format("{} {}", word(overall(answers)), printable(written)));
    if (among_others) lines.add(1, "device", policy.device.empty() ? "without a name" : printable(policy.device));
    if (answers.empty()) lines.head(1, "the export has no rules for such packets");
    for (const auto& answer : answers) {
        if (answer.cannot_occur) {
            lines.head(1, fmt::format("{}: such packets cannot occur, or an assumption leaves them out", answer.path));
            continue;
        }
        lines.head(1, fmt::format("{}: {}", printable(answer.path),
                                  answer.verdict ? to_string(*answer.verdict) : "different parts, different verdicts"));
        for (const auto& way : answer.ways) lines.add(2, "by routes", printable(way));
        parts_text(lines, 2, policy, answer);
        replies_text(lines, answerer, flow, answer);
    }
    // One alone is said. Of several, which seldom matter for a flow, that there are some and where they stand.
    const auto& assumed = policy.assumptions;
    if (assumed.size() == 1) lines.add(1, "assuming", printable(assumed.front()));
    if (assumed.size() > 1)
        lines.add(1, "assuming",
                  fmt::format("{} things that the export does not say; show --as notes lists them", assumed.size()));
    return lines.take();
}

Json hit_json(const Policy& policy, const Hit& hit) {
    const SourceSpan span = rule_span(policy, hit.rule);
    const Rule* rule = rule_at(policy, hit.rule);
    Json json = {{"rule", rule_name(policy, hit.rule)},
                 {"verdict", to_string(hit.verdict)},
                 {"file", span ? Json(printable(span.source->name())) : Json(nullptr)},
                 {"line", span ? Json(span.line()) : Json(nullptr)},
                 {"text", span ? Json(statement(span)) : Json(nullptr)},
                 {"implicit", rule == nullptr || rule->implicit},
                 {"surely", hit.surely}};
    if (rule && !display_title(*rule).empty()) json["title"] = printable(display_title(*rule));
    Json via = Json::array();
    for (const auto& ref : hit.via) via.push_back(rule_name(policy, ref));
    json["via"] = std::move(via);
    json["conditions"] = conditions_of(policy, hit);
    if (const auto open = open_default(policy, hit.rule)) json["because"] = printable(open->why);
    return json;
}

Json path_json(const Policy& policy, const PathAnswer& answer) {
    Json parts = Json::array();
    for (const auto& part : answer.parts) {
        Json region = Json::array(), deciders = Json::array(), also = Json::array();
        for (const auto& product : part.region) region.push_back(printable(to_string(product)));
        for (const auto& hit : part.deciders) deciders.push_back(hit_json(policy, hit));
        for (const auto& hit : part.also) also.push_back(hit_json(policy, hit));
        Json translations = Json::array();
        for (const auto& hit : part.translations) {
            Json one = hit_json(policy, hit);
            one.erase("verdict");
            one["to"] = translation_text(policy, hit);
            translations.push_back(std::move(one));
        }
        parts.push_back({{"verdict", to_string(part.verdict)},
                         {"region", std::move(region)},
                         {"region_complete", part.region_complete},
                         {"translations", std::move(translations)},
                         {"decided_by", std::move(deciders)},
                         {"also", std::move(also)},
                         {"witness", part.witness ? Json(printable(to_string(*part.witness))) : Json(nullptr)}});
    }
    return {{"path", printable(answer.path)},
            {"verdict", answer.verdict ? Json(to_string(*answer.verdict)) : Json(nullptr)},
            {"occurs", !answer.cannot_occur},
            {"by_routes", answer.ways},
            {"parts", std::move(parts)}};
}

Json as_json(const Answerer& answerer, const FlowQuery& flow, const std::vector<PathAnswer>& answers,
             std::string_view written) {
    Json paths = Json::array();
    for (const auto& answer : answers) {
        Json path = path_json(answerer.policy(), answer);
        if (answer.out_of_budget) path["out_of_budget"] = true;
        const auto replies = answerer.replies(flow, answer);
        path["replies"] = answerer.tracks(flow, answer) ? Json("tracked")
                          : replies                     ? path_json(answerer.policy(), *replies)
                                                        : Json(nullptr);
        if (const auto later = stopped_later(answerer, flow, answer))
            path["later"] = path_json(answerer.policy(), *later);
        paths.push_back(std::move(path));
    }
    Json json = {{"flow", printable(written)}, {"verdict", word(overall(answers))}, {"paths", std::move(paths)}};
    for (const auto& assumption : answerer.policy().assumptions) json["assumptions"].push_back(printable(assumption));
    return json;
}

std::string dump(const Json& json, int indent) {
    return json.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

Result<int> run_explain(const std::vector<std::string>& arguments, World& world) {
    po::options_description options = reading_options();
    options.add(store_options());
    auto add = options.add_options();
    add("flows", po::value<std::string>()->value_name("FILE"),
        "ask every flow of FILE, one a line; '#' starts a remark");
    add("format", po::value<std::string>()->value_name("NAME"), "text (default) or json; with --flows one line each");
    add_budget_option(options);
    const auto parsed = parse_arguments("explain", arguments, options);
    if (!parsed) return fail(parsed.error());
    if (parsed->help) {
        world.out << help_text("explain", kAbout, options);
        return kClean;
    }
    const auto asked = read_asking_options("explain", *parsed, {"text", "json"}, world);
    if (!asked) return fail(asked.error());
    const auto& [reading, budget, format] = *asked;
    const bool many = parsed->has("flows");
    // The export is the first word, where it is not named as stores.
    std::vector<std::string> words = parsed->positional;
    if (!reading.stores.empty()) {
        std::error_code ignored;
        if (!words.empty() && std::filesystem::exists(words.front(), ignored))
            return fail(*refuse_exports(words, reading));
        words.insert(words.begin(), asked_file({}, reading));
    }
    if (words.empty()) return fail("no export given", "write fwproof explain EXPORT 'tcp 10.1.2.3 > 10.9.8.7:443'");
    if (!many && words.size() < 2) {
        return fail("no flow given", "write fwproof explain EXPORT 'tcp 10.1.2.3 > 10.9.8.7:443'");
    }
    if (many && words.size() > 1) return fail("a flow and --flows are given", "give one of them");

    const auto policies = load_export(words[0], reading, world);
    if (!policies) return fail(policies.error());
    if (many) {
        if (policies->size() != 1)
            return fail(Error{"holds several devices", "give one export a device", {}, words[0]});
        return explain_flows(policies->front(), parsed->text("flows"), format == "json", budget, world);
    }
    // The flow may come as one argument or as several.
    std::string written;
    for (std::size_t i = 1; i < words.size(); ++i) written += (i > 1 ? " " : "") + words[i];
    const auto flow = read_flow("flow", written);
    if (!flow) return fail(flow.error());

    std::string text;
    Json results = Json::array();
    for (const auto& policy : *policies) {
        FlowQuery asked_flow = *flow;
        if (auto error = settle_interfaces(policy, asked_flow)) return fail(std::move(*error));
        const Answerer answerer(policy, {asked_flow}, budget);
        const auto answers = answerer.ask(asked_flow, kMostRegions, true);
        if (!answers) return fail(answers.error());
        if (format == "json") {
            Json result = as_json(answerer, asked_flow, *answers, written);
            result["device"] = printable(policy.device);
            results.push_back(std::move(result));
        } else {
            text += as_text(answerer, asked_flow, *answers, written, policies->size() > 1);
        }
    }
    world.out << (format == "json" ? dump({{"schema_version", 1}, {"command", "explain"}, {"results", results}}, 2)
                                   : text);
    return kClean;
}

}  // namespace fwproof::cli
