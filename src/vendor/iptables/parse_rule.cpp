#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "vendor/iptables/parse.hpp"
#include "vendor/iptables/rule_form.hpp"
#include "vendor/iptables/values.hpp"

namespace fwproof::iptables {

namespace {

constexpr OptionSpec kShortTable{"t", OptionId::table, 1, false};

struct ShortOption {
    char letter;
    OptionSpec spec;
};

constexpr auto kShortOptions = std::to_array<ShortOption>({
    {'p', {"p", OptionId::protocol, 1, true}},
    {'s', {"s", OptionId::source, 1, true}},
    {'d', {"d", OptionId::destination, 1, true}},
    {'i', {"i", OptionId::in_interface, 1, true}},
    {'o', {"o", OptionId::out_interface, 1, true}},
    {'f', {"f", OptionId::fragment, 0, true}},
    {'j', {"j", OptionId::jump, 1, false}},
    {'g', {"g", OptionId::goto_chain, 1, false}},
    {'m', {"m", OptionId::match, 1, false}},
    {'c', {"c", OptionId::counters, 2, false}},
    {'4', {"4", OptionId::only_v4, 0, false}},
    {'6', {"6", OptionId::only_v6, 0, false}},
    {'n', {"n", OptionId::no_meaning, 0, false}},
    {'v', {"v", OptionId::no_meaning, 0, false}},
    {'x', {"x", OptionId::no_meaning, 0, false}},
    {'t', kShortTable},
});

const OptionSpec* short_option(char letter) {
    for (const auto& option : kShortOptions) {
        if (option.letter == letter) return &option.spec;
    }
    return nullptr;
}

constexpr auto kVerdicts = std::to_array<std::string_view>({"ACCEPT", "DROP", "RETURN"});

class RuleParser {
public:
    RuleParser(std::span<const Word> words, const TableAst& table) : words_(words), table_(table) {}

    RuleAst parse() {
        rule_.options.reserve(words_.size() / 2);  // most have a value
        while (at_ < words_.size() && !rule_.issue) parse_word();
        if (negate_ && !rule_.issue) refuse(*negate_, "nothing follows '!'");
        if (!words_.empty()) {
            rule_.offset = words_.front().offset;
            rule_.length = words_.back().end() - rule_.offset;
        }
        if (!rule_.issue) rule_.issue = misuse(rule_);
        return std::move(rule_);
    }

private:
    void refuse(const Word& word, std::string message, std::string hint = {}) {
        rule_.issue = Issue{std::move(message), std::move(hint), word.offset, word.length};
    }

    void parse_word() {
        const Word& word = words_[at_];
        const std::string_view text = word.text;
        if (text == "!") {
            if (negate_) return refuse(word, "two '!' in a row");
            negate_ = &word;
            ++at_;
            return;
        }
        if (text == "--" && at_ + 1 == words_.size()) {  // the end of the options
            ++at_;
            return;
        }
        if (text.size() < 2 || text[0] != '-') return refuse(word, fmt::format("unexpected word '{}'", text));
        if (text[1] == '-') {
            parse_long(word);
        } else {
            parse_short(word);
        }
    }

    void parse_short(const Word& word) {
        const OptionSpec* spec = short_option(word.text[1]);
        if (!spec) return refuse(word, fmt::format("unknown option '{}'", word.text));
        ++at_;
        if (word.text.size() == 2) return take(*spec, kNoExtension, word, nullptr);
        if (spec->arguments == 0) return refuse(word, fmt::format("unknown option '{}'", word.text));
        if (!may_be_attached(*spec, word)) return;
        Word attached = word;  // "-gLATER"
        attached.text.remove_prefix(2);
        attached.offset += 2;
        attached.length -= 2;
        take(*spec, kNoExtension, word, &attached);
    }

    bool may_be_attached(const OptionSpec& spec, const Word& word) {
        const bool apart = spec.id == OptionId::protocol || spec.id == OptionId::jump || spec.id == OptionId::source ||
                           spec.id == OptionId::destination || spec.id == OptionId::in_interface ||
                           spec.id == OptionId::out_interface;
        if (!apart) return true;
        refuse(word, fmt::format("the value in '{}' has to stand apart", word.text),
               "iptables-restore takes the whole word for the value");
        return false;
    }

    struct Found {
        const OptionSpec* spec = nullptr;
        std::uint16_t match = kNoExtension;
        bool ambiguous = false;
    };

    // Exact names first, the newest match before the older ones, then prefixes that mean one option only.
    Found find_long(std::string_view name) const {
        for (const auto& spec : core_options()) {
            if (spec.name == name) return {&spec};
        }
        if (rule_.target_extension) {
            for (const auto& spec : rule_.target_extension->options) {
                if (spec.name == name) return {&spec};
            }
        }
        for (std::size_t i = rule_.matches.size(); i-- > 0;) {
            for (const auto& spec : rule_.matches[i]->options) {
                if (spec.name == name) return {&spec, static_cast<std::uint16_t>(i)};
            }
        }
        Found found;
        const auto consider = [&](const OptionSpec& spec, std::uint16_t match) {
            if (!spec.name.starts_with(name)) return;
            if (found.spec && (found.spec->id != spec.id || found.spec->id == OptionId::opaque)) found.ambiguous = true;
            if (!found.spec) found = {&spec, match};
        };
        for (const auto& spec : core_options()) consider(spec, kNoExtension);
        if (rule_.target_extension) {
            for (const auto& spec : rule_.target_extension->options) consider(spec, kNoExtension);
        }
        for (std::size_t i = rule_.matches.size(); i-- > 0;) {
            for (const auto& spec : rule_.matches[i]->options) consider(spec, static_cast<std::uint16_t>(i));
        }
        return found;
    }

    // "--dport" without "-m tcp": the match of the protocol is loaded.
    bool load_protocol_match() {
        if (!protocol_ || protocol_loaded_) return false;
        protocol_loaded_ = true;
        const auto number = parse_protocol_word(protocol_->text);
        if (!number) return false;
        std::string_view name;
        switch (*number) {
            case 1: name = "icmp"; break;
            case 6: name = "tcp"; break;
            case 17:
            case 136: name = "udp"; break;
            case 33: name = "dccp"; break;
            case 50: name = "esp"; break;
            case 51: name = "ah"; break;
            case 58: name = "icmp6"; break;
            case 132: name = "sctp"; break;
            case 135: name = "mh"; break;
            default: return false;
        }
        const Extension* extension = find_match(name, table_.family);
        if (!extension || std::find(rule_.matches.begin(), rule_.matches.end(), extension) != rule_.matches.end())
            return false;
        rule_.matches.push_back(extension);
        return true;
    }

    void parse_long(const Word& word) {
        std::string_view name = word.text.substr(2);
        const auto equals = name.find('=');
        name = name.substr(0, equals);
        Found found = find_long(name);
        if (!found.spec && load_protocol_match()) found = find_long(name);
        if (!found.spec) {
            return refuse(word, fmt::format("unknown option '--{}'", name),
                          "the match or target that it belongs to stands before it: -m NAME or -j NAME");
        }
        if (found.ambiguous) return refuse(word, fmt::format("'--{}' is the beginning of several options", name));
        ++at_;
        if (equals == std::string_view::npos) return take(*found.spec, found.match, word, nullptr);
        if (found.spec->arguments == 0) return refuse(word, fmt::format("'--{}' takes no value", name));
        if (!may_be_attached(*found.spec, word)) return;
        Word value = word;
        value.text.remove_prefix(equals + 3);
        value.offset += static_cast<std::uint32_t>(equals + 3);
        value.length -= static_cast<std::uint32_t>(equals + 3);
        take(*found.spec, found.match, word, &value);
    }

    void take(const OptionSpec& spec, std::uint16_t match, const Word& word, const Word* attached) {
        OptionAst option;
        option.spec = &spec;
        option.match = match;
        option.offset = negate_ ? negate_->offset : word.offset;
        option.past = word.end();
        option.negated = negate_ != nullptr;
        if (negate_ && !spec.invertible) return refuse(*negate_, fmt::format("'{}' cannot be negated", word.text));
        negate_ = nullptr;
        if (spec.arguments > 0) {
            if (attached) {
                option.value = *attached;
            } else if (at_ < words_.size()) {
                option.value = words_[at_++];
            } else {
                return refuse(word, fmt::format("'{}' needs a value", word.text));
            }
        }
        if (spec.id == OptionId::counters) return take_counters(option, word);
        if (spec.arguments > 1) {
            if (at_ >= words_.size()) return refuse(word, fmt::format("'{}' needs two values", word.text));
            option.second = words_[at_++];
        }
        if (repeated(option)) return refuse(word, fmt::format("'{}' is given twice", word.text));
        act(option, word);
    }

    // "-c PACKETS BYTES" or "-c PACKETS,BYTES".
    void take_counters(const OptionAst& option, const Word& word) {
        const auto comma = option.value.text.find(',');
        const std::string_view packets = option.value.text.substr(0, comma);
        std::string_view bytes;
        if (comma != std::string_view::npos)
            bytes = option.value.text.substr(comma + 1);
        else if (at_ < words_.size())
            bytes = words_[at_++].text;
        const auto first = parse_number(packets, ~std::uint64_t{0}), second = parse_number(bytes, ~std::uint64_t{0});
        if (!first || !second)
            return refuse(word, fmt::format("'{}' needs a packet counter and a byte counter", word.text));
        rule_.packets = first;
    }

    bool repeated(const OptionAst& option) const {
        const OptionId id = option.spec->id;
        if (id == OptionId::opaque) {  // those of policy come again behind --next
            const bool again = option.match != kNoExtension && rule_.matches[option.match]->name == "policy";
            return !again && std::any_of(rule_.options.begin(), rule_.options.end(), [&](const OptionAst& other) {
                return other.spec == option.spec && other.match == option.match;
            });
        }
        if (id == OptionId::match || id == OptionId::no_meaning || id == OptionId::jump || id == OptionId::goto_chain ||
            id == OptionId::comment) {
            return false;
        }
        return std::any_of(rule_.options.begin(), rule_.options.end(),
                           [&](const OptionAst& other) { return other.spec->id == id && other.match == option.match; });
    }

    void act(OptionAst& option, const Word& word) {
        switch (option.spec->id) {
            case OptionId::match: return load_match(option.value);
            case OptionId::jump: return set_target(option.value, word, false);
            case OptionId::goto_chain: return set_target(option.value, word, true);
            case OptionId::table: return refuse(word, "a rule in a table cannot name a table");
            case OptionId::protocol: protocol_ = option.value; break;
            case OptionId::command:
                return refuse(word, fmt::format("'{}' is a command, and a line has one", word.text));
            case OptionId::no_meaning: return;
            default: break;
        }
        rule_.options.push_back(option);
    }

    void load_match(const Word& name) {
        if (const Extension* extension = find_match(name.text, table_.family)) {
            if (rule_.matches.size() >= 1000) return refuse(name, "more than 1000 matches in one rule");
            rule_.matches.push_back(extension);
            return;
        }
        const bool other = find_match(name.text, table_.family == Family::v4 ? Family::v6 : Family::v4) != nullptr;
        refuse(name, other ? fmt::format("match '{}' does not exist for {}", name.text, family_name(table_.family))
                           : fmt::format("unknown match '{}'", name.text));
    }

    void set_target(const Word& name, const Word& option, bool go) {
        if (!rule_.target.text.empty()) return refuse(option, "a rule has one target, this is the second");
        if (name.text.empty()) return refuse(name, "the target has no name");
        const ChainAst* chain = table_.find(name.text);
        if (chain && chain->built_in)
            return refuse(name, fmt::format("'{}' is a built-in chain: no rule can go there", name.text));
        if (!chain && go) return refuse(name, fmt::format("-g needs a chain, '{}' is none", name.text));
        if (!chain && std::find(kVerdicts.begin(), kVerdicts.end(), name.text) == kVerdicts.end()) {
            rule_.target_extension = find_target(name.text, table_.family);
            if (!rule_.target_extension) {
                return refuse(name, fmt::format("'{}' is no target and no chain declared before this line", name.text));
            }
        }
        rule_.target = name;
        rule_.go = go;
    }

    std::span<const Word> words_;
    const TableAst& table_;
    std::size_t at_ = 0;
    const Word* negate_ = nullptr;
    std::optional<Word> protocol_;
    bool protocol_loaded_ = false;
    RuleAst rule_;
};

}  // namespace

RuleAst parse_rule(std::span<const Word> words, const TableAst& table) {
    RuleAst rule = RuleParser(words, table).parse();
    if (!rule.issue || !rule.target.text.empty()) return rule;
    // The words behind an error are not trusted, but a verdict that stands there narrows what the rule could do.
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
        if (words[i].quoted || (words[i].text != "-j" && words[i].text != "--jump")) continue;
        const std::string_view name = words[i + 1].text;
        if (table.find(name) == nullptr && (name == "ACCEPT" || name == "DROP" || name == "REJECT" || name == "LOG")) {
            rule.target = words[i + 1];
            rule.target_extension = find_target(name, table.family);
        }
        break;
    }
    return rule;
}

}  // namespace fwproof::iptables
