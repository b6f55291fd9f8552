#include "vendor/iptables/extensions.hpp"

#include <array>
#include <unordered_map>

namespace fwproof::iptables {

namespace {

// The bits of the named options, which stand in the extension.
std::uint64_t option_bits(const Extension& extension, std::string_view names) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < extension.options.size(); ++i) {
        for (std::string_view rest = names; !rest.empty();) {
            const auto blank = rest.find(' ');
            if (rest.substr(0, blank) == extension.options[i].name) bits |= std::uint64_t{1} << i;
            rest.remove_prefix(blank == std::string_view::npos ? rest.size() : blank + 1);
        }
    }
    return bits;
}

std::vector<Extension> make_extensions() {
    std::vector<Extension> list;
    list.reserve(128);
#define FWPROOF_XT(kind, name, families, handling, condition, why) \
    list.push_back(                                                \
        {ExtensionKind::kind, name, Families::families, Handling::handling, ConditionKind::condition, why, {}});
#define FWPROOF_XT_OPTION(name, id, arguments, invertible) \
    list.back().options.push_back({name, OptionId::id, arguments, invertible});
#define FWPROOF_XT_VALUE(value_form, from, to, names)        \
    list.back().options.back().form = ValueForm::value_form; \
    list.back().options.back().least = from;                 \
    list.back().options.back().most = to;                    \
    list.back().options.back().choice = names;
#define FWPROOF_XT_NEEDS(names) list.back().needs.push_back(option_bits(list.back(), names));
#define FWPROOF_XT_APART(some, others) \
    list.back().apart.push_back({option_bits(list.back(), some), option_bits(list.back(), others)});
#define FWPROOF_XT_ALONG(some, others) \
    list.back().along.push_back({option_bits(list.back(), some), option_bits(list.back(), others)});
#include "vendor/iptables/extensions.def"
#undef FWPROOF_XT
#undef FWPROOF_XT_OPTION
#undef FWPROOF_XT_VALUE
#undef FWPROOF_XT_NEEDS
#undef FWPROOF_XT_APART
#undef FWPROOF_XT_ALONG
    return list;
}

using Index = std::unordered_map<std::string_view, const Extension*>;

Index make_index(ExtensionKind kind) {
    Index index;
    for (const auto& extension : extensions()) {
        if (extension.kind == kind) index.emplace(extension.name, &extension);
    }
    return index;
}

const Extension* find(const Index& index, std::string_view name, Family family) {
    const auto found = index.find(name);
    return found != index.end() && found->second->exists_for(family) ? found->second : nullptr;
}

}  // namespace

std::span<const Extension> extensions() {
    static const std::vector<Extension> kExtensions = make_extensions();
    return kExtensions;
}

const Extension* find_match(std::string_view name, Family family) {
    static const Index kIndex = make_index(ExtensionKind::match);
    if (name == "icmpv6" && family == Family::v6) name = "icmp6";
    return find(kIndex, name, family);
}

const Extension* find_target(std::string_view name, Family family) {
    static const Index kIndex = make_index(ExtensionKind::target);
    return find(kIndex, name, family);
}

std::span<const OptionSpec> core_options() {
    static constexpr auto kOptions = std::to_array<OptionSpec>({
        {"protocol", OptionId::protocol, 1, true},
        {"source", OptionId::source, 1, true},
        {"src", OptionId::source, 1, true},
        {"destination", OptionId::destination, 1, true},
        {"dst", OptionId::destination, 1, true},
        {"in-interface", OptionId::in_interface, 1, true},
        {"out-interface", OptionId::out_interface, 1, true},
        {"fragments", OptionId::fragment, 0, true},
        {"jump", OptionId::jump, 1, false},
        {"goto", OptionId::goto_chain, 1, false},
        {"match", OptionId::match, 1, false},
        {"table", OptionId::table, 1, false},
        {"set-counters", OptionId::counters, 2, false},
        {"ipv4", OptionId::only_v4, 0, false},
        {"ipv6", OptionId::only_v6, 0, false},
        {"numeric", OptionId::no_meaning, 0, false},
        {"verbose", OptionId::no_meaning, 0, false},
        {"exact", OptionId::no_meaning, 0, false},
        {"line-numbers", OptionId::no_meaning, 0, false},
        {"wait", OptionId::no_meaning, 0, false},
        {"append", OptionId::command, 1, false},
        {"check", OptionId::command, 1, false},
        {"delete", OptionId::command, 1, false},
        {"insert", OptionId::command, 1, false},
        {"replace", OptionId::command, 1, false},
        {"list", OptionId::command, 0, false},
        {"list-rules", OptionId::command, 0, false},
        {"flush", OptionId::command, 0, false},
        {"zero", OptionId::command, 0, false},
        {"new-chain", OptionId::command, 1, false},
        {"delete-chain", OptionId::command, 0, false},
        {"rename-chain", OptionId::command, 1, false},
        {"policy", OptionId::command, 1, false},
        {"modprobe", OptionId::command, 1, false},
        {"version", OptionId::command, 0, false},
        {"help", OptionId::command, 0, false},
    });
    return kOptions;
}

}  // namespace fwproof::iptables
