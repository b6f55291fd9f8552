// Values of one match that iptables-restore refuses together, beyond what the table of extensions can say.
#include <fmt/format.h>

#include "vendor/iptables/rule_form.hpp"
#include "vendor/iptables/values.hpp"

namespace fwproof::iptables {

namespace {

// The options of one -m.
class Group {
public:
    Group(const RuleAst& rule, std::uint16_t match) : rule_(rule), match_(match) {}

    template <class Each>
    void for_each(Each each) const {
        for (const auto& option : rule_.options) {
            if (option.match == match_) each(option);
        }
    }
    const OptionAst* find(std::string_view name) const {
        const OptionAst* found = nullptr;
        for_each([&](const OptionAst& option) {
            if (!found && option.spec->name == name) found = &option;
        });
        return found;
    }
    std::uint64_t number(std::string_view name) const {  // 0: not given
        const OptionAst* option = find(name);
        return option ? parse_number(option->value.text, ~std::uint64_t{0}).value_or(0) : 0;
    }

private:
    const RuleAst& rule_;
    std::uint16_t match_;
};

Issue at(const OptionAst& option, std::string message) {
    return {std::move(message), "", option.offset, option.end() - option.offset};
}

// Elements stand between --next. One names an end of a tunnel only if it is in tunnel mode, and with --strict each has
// to ask for something.
std::optional<Issue> policy(const Group& group) {
    const OptionAst* strict = group.find("strict");
    const OptionAst* kind = group.find("pol");
    if (strict && kind && kind->value.text == "none") return at(*strict, "--strict has no meaning with --pol none");
    std::optional<Issue> issue;
    const OptionAst* end = nullptr;  // of a tunnel, that the element names
    bool tunnel = false, asks = false;
    const auto finish_element = [&] {
        if (!issue && end && !tunnel)
            issue = at(*end, fmt::format("--{} needs --mode tunnel beside it", end->spec->name));
        if (!issue && strict && !asks) issue = at(*strict, "with --strict no element may be empty");
        end = nullptr;
        tunnel = asks = false;
    };
    group.for_each([&](const OptionAst& option) {
        const std::string_view name = option.spec->name;
        if (name == "next") return finish_element();
        if (name == "tunnel-src" || name == "tunnel-dst") end = &option;
        if (name == "mode") tunnel = option.value.text == "tunnel" && !option.negated;
        asks = asks || (name != "strict" && name != "dir" && name != "pol");
    });
    if (end || (strict && kind)) finish_element();
    return issue;
}

std::optional<Issue> cluster(const Group& group) {
    const std::uint64_t nodes = group.number("cluster-total-nodes");
    if (const OptionAst* node = group.find("cluster-local-node"); node && group.number("cluster-local-node") > nodes)
        return at(*node, fmt::format("there are {} nodes", nodes));
    if (const OptionAst* mask = group.find("cluster-local-nodemask");
        mask && group.number("cluster-local-nodemask") >> nodes != 0) {
        return at(*mask, fmt::format("the mask has bits beyond the {} nodes", nodes));
    }
    return std::nullopt;
}

std::optional<Issue> statistic(const Group& group) {
    const OptionAst* mode = group.find("mode");
    const std::string_view needed = mode && mode->value.text == "random" ? "probability" : "every";
    if (mode && !group.find(needed)) return at(*mode, fmt::format("--mode {} needs --{}", mode->value.text, needed));
    const OptionAst* packet = group.find("packet");
    if (packet && group.number("packet") >= group.number("every"))
        return at(*packet, "--packet counts from 0 to one less than --every");
    return std::nullopt;
}

}  // namespace

std::optional<Issue> contradiction(const RuleAst& rule, std::uint16_t match) {
    const std::string_view name = rule.matches[match]->name;
    const Group group(rule, match);
    if (name == "policy") return policy(group);
    if (name == "cluster") return cluster(group);
    if (name == "statistic") return statistic(group);
    return std::nullopt;
}

}  // namespace fwproof::iptables
