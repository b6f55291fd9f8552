#include "sound.hpp"

#include <cstdio>
#include <cstdlib>

#include "fwproof/policy/text.hpp"

namespace fwproof::fuzz {

namespace {

[[noreturn]] void broken(const char* what) {
    std::fprintf(stderr, "unsound policy: %s\n", what);
    std::abort();
}

void check_span(const SourceSpan& span) {
    if (span && std::size_t{span.offset} + span.length > span.source->text().size())
        broken("a span ends behind its file");
}

void check_rule(const Policy& policy, const Rule& rule) {
    check_span(rule.span);
    const auto* jump = std::get_if<Jump>(&rule.action);
    const auto* go = std::get_if<Goto>(&rule.action);
    if (jump && jump->to >= policy.rulesets.size()) broken("a jump leads nowhere");
    if (go && go->to >= policy.rulesets.size()) broken("a goto leads nowhere");
    if (rule.match.exact() != rule.match.conditions.empty()) broken("exact and conditional at once");
}

void check_text(const Policy& policy) {
    const std::string printed = print_policy(policy);
    const auto read = parse_policy(std::make_shared<const Source>("printed", printed));
    if (!read) {
        std::fprintf(stderr, "%s\n%s\n", printed.c_str(), render(read.error()).c_str());
        broken("the canonical text is not read back");
    }
    if (print_policy(*read) != printed) broken("the canonical text is read back as something else");
}

}  // namespace

void check_sound(const Policy& policy) {
    for (const auto& ruleset : policy.rulesets) {
        check_span(ruleset.span);
        for (const auto& rule : ruleset.rules) check_rule(policy, rule);
    }
    for (const auto& path : policy.paths) {
        for (const auto& stage : path.stages) {
            if (stage.ruleset >= policy.rulesets.size()) broken("a stage leads nowhere");
        }
    }
    for (const auto& note : policy.notes) check_span(note.span);
    check_text(policy);
}

}  // namespace fwproof::fuzz
