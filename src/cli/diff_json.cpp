// A diff for programs. Keys are only ever added; schema_version changes when one changes its meaning.
#include <nlohmann/json.hpp>

#include "cli/diff_report.hpp"
#include "cli/policies.hpp"
#include "fwproof/base/notation.hpp"
#include "fwproof/base/printable.hpp"
#include "fwproof/check/check.hpp"

namespace fwproof::cli {

namespace {

using Json = nlohmann::ordered_json;

Json line_json(const SourceSpan& span) {
    return {{"file", printable(span.source->name())}, {"line", span.line()}, {"text", statement(span)}};
}

Json decider_json(const Policy& policy, const std::optional<DecidingRule>& by) {
    if (!by) return nullptr;
    const SourceSpan span = rule_span(policy, by->rule);
    const Rule* rule = rule_at(policy, by->rule);
    Json json = {{"rule", rule_name(policy, by->rule)},
                 {"file", span ? Json(printable(span.source->name())) : Json(nullptr)},
                 {"line", span ? Json(span.line()) : Json(nullptr)},
                 {"text", span ? Json(statement(span)) : Json(nullptr)},
                 {"implicit", rule == nullptr || rule->implicit},
                 {"surely", by->surely}};
    Json via = Json::array(), conditions = Json::array();
    for (const auto& ref : by->via) via.push_back(rule_name(policy, ref));
    if (rule && !by->surely) {
        for (const auto& c : rule->match.conditions) {
            conditions.push_back(std::string(to_string(c.kind)) + " " + printable(c.value));
        }
    }
    json["via"] = std::move(via);
    json["conditions"] = std::move(conditions);
    return json;
}

Json products_json(const std::vector<Product>& products, bool exact) {
    Json all = Json::array();
    for (const auto& product : products)
        all.push_back(printable(exact ? to_exact_string(product) : to_string(product)));
    return all;
}

Json region_json(const DeviceDiff& device, const ChangedRegion& region) {
    Json because = Json::array();
    for (const auto& [added, span] : region.because) {
        Json line = {{"edit", added ? "added" : "removed"}};
        line.update(line_json(span));
        because.push_back(std::move(line));
    }
    Json objects = Json::array();
    for (const auto& object : region.objects) objects.push_back(printable(object.name));
    return {{"direction", to_string(region.direction)},
            {"verdict_before", to_string(region.before)},
            {"verdict_after", to_string(region.after)},
            {"widens", region.widens},
            {"narrows", region.narrows},
            {"packets", products_json(region.first_packets, false)},
            {"also_in_states", to_string(region.also)},
            {"other_packets", products_json(region.others, true)},
            {"complete", region.complete},
            {"before", decider_json(*device.before, region.before_by)},
            {"after", decider_json(*device.after, region.after_by)},
            {"because", std::move(because)},
            {"because_one_of", region.one_of},
            {"object", objects.empty() ? Json(nullptr) : objects.front()},
            {"objects", objects},
            {"witness", region.witness ? Json(printable(to_string(*region.witness))) : Json(nullptr)}};
}

Json device_json(const DeviceDiff& device) {
    const Review& review = device.review;
    Json paths = Json::array();
    for (const auto& path : review.paths) {
        Json regions = Json::array();
        for (const auto& region : path.regions) regions.push_back(region_json(device, region));
        paths.push_back(
            {{"path", printable(path_name(path.after ? *path.after : *path.before))},
             {"compared", path.not_compared.empty()},
             {"not_compared_because", path.not_compared.empty() ? Json(nullptr) : Json(printable(path.not_compared))},
             {"same_flows", device.same_on(path)},
             {"complete", path.complete},
             {"unknown_in_both", path.undecided},
             {"regions", std::move(regions)},
             {"replies_lost", products_json(path.replies_lost, true)},
             {"replies_gained", products_json(path.replies_gained, true)}});
    }
    Json logging = Json::array();
    for (const auto& change : review.logging) {
        const Policy& policy = change.after ? *device.after : *device.before;
        const RuleRef& ref = change.after ? *change.after : *change.before;
        const SourceSpan span = rule_span(policy, ref);
        Json one = {{"rule", rule_name(policy, ref)}, {"logging", change.lost ? "lost" : "gained"}};
        if (span) one.update(line_json(span));
        logging.push_back(std::move(one));
    }
    Json asides = Json::array();
    for (const auto& aside : aside_texts(device)) {
        const SourceSpan span = rule_span(*aside.policy, aside.rule);
        Json one = {{"rule", rule_name(*aside.policy, aside.rule)},
                    {"what", aside.what},
                    {"change", aside.lost     ? "lost"
                               : aside.gained ? "gained"
                                              : "differs"}};
        if (span) one.update(line_json(span));
        asides.push_back(std::move(one));
    }
    Json settings = Json::array();
    for (const auto& setting : device.settings) settings.push_back(printable(setting.text));
    Json assumed = Json::array();
    for (const auto& [sentence, after] : review.assumed)
        assumed.push_back({{"only", after ? "after" : "before"}, {"assumed", printable(sentence)}});
    Json limits = Json::array(), not_compared = Json::array();
    for (const auto& part : review.not_compared) not_compared.push_back(printable(part));
    for (const auto& limit : review.limits) limits.push_back(printable(limit));
    return {{"before", policy_title(*device.before)},
            {"after", policy_title(*device.after)},
            {"effect", to_string(review.effect)},
            {"settings", std::move(settings)},
            {"same_flows", device.same()},
            {"complete", review.complete()},
            {"edited_lines",
             {{"removed", review.lines.removed.size()},
              {"added", review.lines.added.size()},
              {"change_verdicts", review.effective_lines},
              {"change_logging", review.logging_lines},
              {"change_other_effects", review.aside_lines}}},
            {"logging", std::move(logging)},
            {"other_effects", std::move(asides)},
            {"assumed_by_one", std::move(assumed)},
            {"limits", std::move(limits)},
            {"not_compared", std::move(not_compared)},
            {"paths", std::move(paths)}};
}

std::string_view kind_word(FileDiff::Kind kind) {
    switch (kind) {
        case FileDiff::Kind::changed: return "changed";
        case FileDiff::Kind::added: return "added";
        case FileDiff::Kind::removed: return "removed";
        case FileDiff::Kind::unreadable: return "not compared";
    }
    return "not compared";
}

Json required_json(const RequiredDiff& required) {
    Json changes = Json::array(), lapses = Json::array();
    for (const auto& change : required.changes) {
        changes.push_back({{"flow", printable(change.flow)},
                           {"change", change.lost ? "lost" : "mended"},
                           {"before", change.before},
                           {"after", change.after}});
    }
    for (const auto& lapse : required.lapses) {
        lapses.push_back({{"check", lapse.finding.check},
                          {"message", printable(lapse.finding.message)},
                          {"reason", printable(lapse.reason)}});
    }
    return {{"site", printable(required.path)},
            {"required", required.required},
            {"satisfied_before", required.satisfied_before},
            {"satisfied_after", required.satisfied_after},
            {"changes", std::move(changes)},
            {"waivers_that_no_longer_cover", std::move(lapses)}};
}

Json findings_json(const Report& checked) {
    Json all = Json::array();
    for (const auto& finding : checked.findings) {
        const Check* check = find_check(finding.check);
        all.push_back({{"check", finding.check},
                       {"id", check ? Json(check->id) : Json(nullptr)},
                       {"severity", to_string(finding.severity)},
                       {"file", printable(finding.file)},
                       {"line", finding.span ? Json(finding.span.line()) : Json(nullptr)},
                       {"message", printable(finding.message)},
                       {"waived_by", finding.waived_by.empty() ? Json(nullptr) : Json(printable(finding.waived_by))},
                       {"fingerprint", finding.fingerprint}});
    }
    return all;
}

}  // namespace

std::string diff_json(const DiffReport& report, const Report& checked, bool one_line) {
    Json files = Json::array();
    for (const auto& file : report.files) {
        Json devices = Json::array();
        for (const auto& device : file.devices) devices.push_back(device_json(device));
        files.push_back(
            {{"path", printable(file.path)},
             {"kind", kind_word(file.kind)},
             {"renamed_from", file.renamed_from.empty() ? Json(nullptr) : Json(printable(file.renamed_from))},
             {"problem", file.problem.empty() ? Json(nullptr) : Json(printable(file.problem))},
             {"before", printable(file.before_name)},
             {"after", printable(file.after_name)},
             {"devices", std::move(devices)}});
    }
    const Json document = {{"schema_version", 1},
                           {"command", "diff"},
                           {"effect", to_string(report.effect())},
                           {"same_flows", report.same_flows()},
                           {"complete", report.complete()},
                           {"summary",
                            {{"newly_permitted", report.count(Direction::newly_permitted)},
                             {"newly_denied", report.count(Direction::newly_denied)},
                             {"became_unknown", report.count(Direction::became_unknown)},
                             {"became_known", report.count(Direction::became_known)},
                             {"still_unknown", report.count(Direction::still_unknown)},
                             {"files_the_same", report.same}}},
                           {"files", std::move(files)},
                           {"findings", findings_json(checked)},
                           {"required_flows", report.required ? required_json(*report.required) : Json(nullptr)}};
    return document.dump(one_line ? -1 : 2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace fwproof::cli
