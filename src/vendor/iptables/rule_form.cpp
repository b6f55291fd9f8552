#include "vendor/iptables/rule_form.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "vendor/iptables/values.hpp"

namespace fwproof::iptables {

namespace {

bool is_number(std::string_view text, std::uint64_t least, std::uint64_t most) {
    const auto value = parse_number(text, most);
    return value && *value >= least;
}

bool is_range(std::string_view text, std::uint64_t most) {
    if (most == 0) most = ~std::uint64_t{0};
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return is_number(text, 0, most);
    const std::string_view first = text.substr(0, colon), last = text.substr(colon + 1);
    return (first.empty() || is_number(first, 0, most)) && (last.empty() || is_number(last, 0, most));
}

// The same, and the first is not more than the last.
bool is_ascending(std::string_view text, std::uint64_t most) {
    const auto colon = text.find(':');
    if (!is_range(text, most) || colon == std::string_view::npos) return is_range(text, most);
    const auto first = parse_number(text.substr(0, colon), ~std::uint64_t{0});
    const auto last = parse_number(text.substr(colon + 1), ~std::uint64_t{0});
    return !first || !last || *first <= *last;
}

// "1", "0x1/0xff", or a name that the host knows.
bool is_group(std::string_view text) {
    const auto slash = text.find('/');
    if (is_number(text.substr(0, slash), 0, 0xffffffff))
        return slash == std::string_view::npos || is_number(text.substr(slash + 1), 0, 0xffffffff);
    return !text.empty() && (text[0] < '0' || text[0] > '9') && slash == std::string_view::npos;
}

// An address, perhaps with a mask, or a host name.
bool is_network(std::string_view text) {
    return parse_address_word(text, Family::v4) || parse_address_word(text, Family::v6) ||
           names_network(text, Family::v4) || names_network(text, Family::v6);
}

// A filter program: the number of its instructions, and them.
bool is_bytecode(std::string_view text) {
    const auto comma = text.find(',');
    if (comma == std::string_view::npos || !is_number(text.substr(0, comma), 1, 64)) return false;
    const auto count = std::count(text.begin(), text.end(), ',');
    return static_cast<std::uint64_t>(count) >= *parse_number(text.substr(0, comma), 64);
}

bool is_fraction(std::string_view text) {
    double value = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && value >= 0 && value <= 1;
}

template <class Test>
bool every_part(std::string_view text, char between, Test test) {
    while (true) {
        const auto at = text.find(between);
        if (!test(text.substr(0, at))) return false;
        if (at == std::string_view::npos) return true;
        text.remove_prefix(at + 1);
    }
}

bool is_one_of(std::string_view text, std::string_view choice) {
    return !text.empty() && !every_part(choice, ' ', [&](std::string_view word) { return word != text; });
}

std::string upper_case(std::string_view text) {
    std::string upper(text);
    for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return upper;
}

bool begins_one_of(std::string_view text, std::string_view choice) {
    return !text.empty() &&
           !every_part(choice, ' ', [&](std::string_view word) { return !word.starts_with(upper_case(text)); });
}

// "INIT,DATA:Be,ABORT:T"; "ALL" and "NONE" stand alone.
bool are_chunks(std::string_view text, std::string_view choice) {
    if (is_one_of(upper_case(text), "ALL NONE")) return true;
    return every_part(text, ',', [&](std::string_view part) {
        if (part.empty()) return true;
        const auto colon = part.find(':');
        const std::string name = upper_case(part.substr(0, colon));
        if (!is_one_of(name, choice)) return false;
        const std::string flags = colon == std::string_view::npos ? "" : upper_case(part.substr(colon + 1));
        const bool data = name == "DATA" || name == "I_DATA", last = name == "ABORT" || name == "SHUTDOWN_COMPLETE";
        return flags.find_first_not_of(data ? "IUBE" : last ? "T" : "") == std::string::npos;
    });
}

std::string_view without_digits(std::string_view text) {
    const auto end = text.find_first_not_of("0123456789");
    return end == std::string_view::npos ? std::string_view() : text.substr(end);
}

// "3/minute", "3" (a second), "100kb/s"; not none at all, nor more than `most` in a second where that is given. The
// unit may be cut anywhere.
bool is_rate(std::string_view text, std::uint64_t most) {
    std::string_view rest = without_digits(text);
    std::uint64_t rate = 0;
    std::from_chars(text.data(), text.data() + text.size(), rate);
    if (rate == 0) return false;
    if (most != 0 && (rest.empty() || rest.starts_with("/s")) && rate > most) return false;
    if (rest.starts_with("kb/") || rest.starts_with("mb/") || rest.starts_with("b/"))
        return rest.substr(rest.find('/')).starts_with("/s");
    if (rest.empty()) return true;
    rest = rest.substr(std::min(rest.find('/'), rest.size()));  // "1.5/s": the number ends at the first other letter
    if (rest.size() < 2) return false;
    rest.remove_prefix(1);
    for (const std::string_view unit : {"second", "minute", "hour", "day"}) {
        if (unit.starts_with(rest)) return true;
    }
    return false;
}

bool is_burst(std::string_view text) {
    const std::string_view rest = without_digits(text);
    if (rest.size() == text.size()) return false;
    return rest.empty() ? is_number(text, 1, 1000000) : rest == "b" || rest == "kb" || rest == "mb";
}

bool is_level(std::string_view text) {
    std::string name(text);
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return is_number(text, 0, 7) || is_one_of(name, "alert crit debug emerg error info notice panic warning");
}

// TEST && TEST ..., a test being LOCATION = RANGE , RANGE ..., a location numbers with & << >> @ between them.
bool is_expression(std::string_view text) {
    std::string dense;
    for (const char c : text) {
        if (c != ' ' && c != '\t') dense += c;
    }
    std::string_view rest = dense;
    const auto number = [&] {
        const auto end = rest.find_first_not_of("0123456789abcdefABCDEFxX");
        const std::string_view word = rest.substr(0, end);
        rest.remove_prefix(word.size());
        return is_number(word, 0, 0xffffffff);
    };
    const auto take = [&](std::string_view sign) {
        if (!rest.starts_with(sign)) return false;
        rest.remove_prefix(sign.size());
        return true;
    };
    do {
        do {
            if (!number()) return false;
        } while (!rest.starts_with("&&") && (take("<<") || take(">>") || take("&") || take("@")));
        if (!take("=")) return false;
        do {
            if (!number() || (take(":") && !number())) return false;
        } while (take(","));
    } while (take("&&"));
    return rest.empty();
}

bool is_account(std::string_view text) {
    if (text.empty()) return false;
    if (text[0] >= '0' && text[0] <= '9') {
        const auto dash = text.find('-');
        return is_number(text.substr(0, dash), 0, 0xffffffff) &&
               (dash == std::string_view::npos || is_number(text.substr(dash + 1), 0, 0xffffffff));
    }
    return looks_like_host_name(text);
}

bool fits(const OptionAst& option) {
    const OptionSpec& spec = *option.spec;
    const std::string_view text = option.value.text;
    switch (spec.form) {
        case ValueForm::any: return true;
        case ValueForm::number: return is_number(text, spec.least, spec.most);
        case ValueForm::range: return is_range(text, spec.most);
        case ValueForm::ascending: return is_ascending(text, spec.most);
        case ValueForm::group: return is_group(text);
        case ValueForm::network: return is_network(text);
        case ValueForm::ports: return parse_port_range(text) || parse_reversed_ports(text);
        case ValueForm::bytecode: return is_bytecode(text);
        case ValueForm::fraction: return is_fraction(text);
        case ValueForm::text: return text.size() >= spec.least && text.size() <= spec.most;
        case ValueForm::file:
            return text.size() >= spec.least && text.size() <= spec.most && text.find('/') == std::string_view::npos;
        case ValueForm::word: return is_one_of(text, spec.choice);
        case ValueForm::words:
            return every_part(text, ',', [&](std::string_view part) { return is_one_of(part, spec.choice); });
        case ValueForm::beginnings:
            return every_part(text, ',', [&](std::string_view part) { return begins_one_of(part, spec.choice); });
        case ValueForm::types:
            return every_part(text, ',', [&](std::string_view part) {
                return part.empty() || is_one_of(upper_case(part), spec.choice);
            });
        case ValueForm::chunks:
            return is_one_of(upper_case(text), "ANY ALL ONLY") && are_chunks(option.second.text, spec.choice);
        case ValueForm::rate: return is_rate(text, spec.most);
        case ValueForm::burst: return is_burst(text);
        case ValueForm::interface: return parse_interface(text).has_value();
        case ValueForm::level: return is_level(text);
        case ValueForm::expression: return is_expression(text);
        case ValueForm::address: return parse_address(text).has_value();
        case ValueForm::account: return is_account(text);
    }
    return true;
}

std::string expectation(const OptionSpec& spec) {
    switch (spec.form) {
        case ValueForm::number: return fmt::format("a number from {} to {}", spec.least, spec.most);
        case ValueForm::range: return "a number or NUMBER:NUMBER";
        case ValueForm::ascending: return "a number or NUMBER:NUMBER, the first not more than the last";
        case ValueForm::group: return "a number, NUMBER/MASK or a name";
        case ValueForm::network: return "an address, perhaps with a mask";
        case ValueForm::ports: return "a port or PORT:PORT";
        case ValueForm::bytecode: return "what nfbpf_compile prints";
        case ValueForm::fraction: return "a fraction from 0 to 1";
        case ValueForm::text: return fmt::format("{} to {} characters", spec.least, spec.most);
        case ValueForm::file: return fmt::format("{} to {} characters, no slash", spec.least, spec.most);
        case ValueForm::word: return fmt::format("one of: {}", spec.choice);
        case ValueForm::chunks: return fmt::format("any, all or only, and of these, with commas: {}", spec.choice);
        case ValueForm::beginnings:
        case ValueForm::types:
        case ValueForm::words: return fmt::format("of these, with commas: {}", spec.choice);
        case ValueForm::rate: return "a rate, like 3/minute";
        case ValueForm::burst: return "a number from 1 to 1000000";
        case ValueForm::interface: return "an interface name of at most 15 characters";
        case ValueForm::address: return "an address";
        case ValueForm::account: return "a number, NUMBER-NUMBER or a name";
        case ValueForm::level: return "a level of syslog, by name or 0 to 7";
        default: return "";
    }
}

std::string names_of(const Extension& extension, std::uint64_t bits) {
    std::string names;
    for (std::size_t i = 0; i < extension.options.size(); ++i) {
        if ((bits >> i & 1) != 0) names += fmt::format("{}--{}", names.empty() ? "" : ", ", extension.options[i].name);
    }
    return names;
}

// Whether the options of an extension go together. `match`: the index of the match; kNoExtension: the target.
std::optional<Issue> misfit(const RuleAst& rule, const Extension& extension, std::uint16_t match) {
    std::uint64_t given = 0;
    for (const auto& option : rule.options) {
        if (option.match != match) continue;
        const std::less<const OptionSpec*> before;
        const OptionSpec* first = extension.options.data();
        if (before(option.spec, first) || !before(option.spec, first + extension.options.size()))
            continue;  // of every rule
        given |= std::uint64_t{1} << (option.spec - first);
    }
    const bool target = match == kNoExtension;
    const auto issue = [&](const std::string& what) {
        return Issue{fmt::format("{} {} {}", target ? "-j" : "-m", extension.name, what), "",
                     target ? rule.target.offset : rule.offset, target ? rule.target.length : rule.length};
    };
    for (const std::uint64_t needed : extension.needs) {
        if ((given & needed) != 0) continue;
        const bool one = (needed & (needed - 1)) == 0;
        return issue(fmt::format("needs {}{}", one ? "" : "one of ", names_of(extension, needed)));
    }
    for (const auto& [some, others] : extension.apart) {
        if ((given & some) == 0 || (given & others) == 0) continue;
        return issue(fmt::format("takes no {} beside {}", names_of(extension, given & others),
                                 names_of(extension, given & some)));
    }
    for (const auto& [some, others] : extension.along) {
        if ((given & some) == 0 || (given & others) != 0) continue;
        return issue(
            fmt::format("takes {} only beside {}", names_of(extension, given & some), names_of(extension, others)));
    }
    return std::nullopt;
}

}  // namespace

std::optional<Issue> misuse(const RuleAst& rule) {
    for (const auto& option : rule.options) {
        if (option.spec->form == ValueForm::any || fits(option)) continue;
        const bool two = option.spec->arguments == 2;
        return Issue{fmt::format("'{}{}{}' is no value for --{}", option.value.text, two ? " " : "", option.second.text,
                                 option.spec->name),
                     expectation(*option.spec), option.value.offset, std::max(option.value.length, std::uint32_t{1})};
    }
    for (std::size_t i = 0; i < rule.matches.size(); ++i) {
        if (auto issue = misfit(rule, *rule.matches[i], static_cast<std::uint16_t>(i))) return issue;
        if (auto issue = contradiction(rule, static_cast<std::uint16_t>(i))) return issue;
    }
    if (rule.target_extension) return misfit(rule, *rule.target_extension, kNoExtension);
    return std::nullopt;
}

}  // namespace fwproof::iptables
