// Feeds bytes to one vendor's reader, chosen at build time. Any outcome is right but a crash, a hang, a leak, or a policy
// whose spans, jumps or stages point nowhere.
#include <cstdlib>

#include "fwproof/vendor/vendor.hpp"

namespace {

using namespace fwproof;

[[noreturn]] void broken() { std::abort(); }

void check_span(const SourceSpan& span) {
    if (span && std::size_t{span.offset} + span.length > span.source->text().size()) broken();
}

void check_policy(const Policy& policy) {
    for (const auto& ruleset : policy.rulesets) {
        check_span(ruleset.span);
        for (const auto& rule : ruleset.rules) {
            check_span(rule.span);
            const auto* jump = std::get_if<Jump>(&rule.action);
            const auto* go = std::get_if<Goto>(&rule.action);
            if (jump && jump->to >= policy.rulesets.size()) broken();
            if (go && go->to >= policy.rulesets.size()) broken();
            if (rule.match.exact() != rule.match.conditions.empty()) broken();
        }
    }
    for (const auto& path : policy.paths) {
        for (const auto& stage : path.stages) {
            if (stage.ruleset >= policy.rulesets.size()) broken();
        }
    }
    for (const auto& note : policy.notes) check_span(note.span);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const auto source = std::make_shared<const Source>("input", std::string(data, data + size));
    for (const auto& vendor : vendors()) {
        (void)vendor.detect({"input", {source}});
        if (vendor.name != FWPROOF_FUZZED_VENDOR) continue;
        const auto policies = vendor.load({"input", {source}}, {});
        if (!policies) {
            (void)render(policies.error());
            continue;
        }
        for (const auto& policy : *policies) check_policy(policy);
    }
    return 0;
}
