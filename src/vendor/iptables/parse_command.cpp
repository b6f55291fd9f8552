// The commands inside a table: -A, -I, -R, -D, -P, -N, -F, -X, -Z, -E.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "vendor/iptables/document_parser.hpp"

namespace fwproof::iptables {

namespace {

// The same options with the same values, whatever their spelling.
bool same_rule(const RuleAst& a, const RuleAst& b) {
    if (a.options.size() != b.options.size() || a.target.text != b.target.text || a.go != b.go) return false;
    return std::equal(a.options.begin(), a.options.end(), b.options.begin(),
                      [](const OptionAst& x, const OptionAst& y) {
                          return x.spec->id == y.spec->id && x.negated == y.negated && x.value.text == y.value.text &&
                                 x.second.text == y.second.text;
                      });
}

}  // namespace

ChainAst* DocumentParser::chain_of(std::span<const Word> words) {
    if (words.empty()) {
        unparsed("the command names no chain");
        return nullptr;
    }
    check_place(words[0].text);
    ChainAst* chain = table()->find(words[0].text);
    if (!chain) {
        document_.notes.push_back(
            {NoteKind::undefined_reference,
             fmt::format("chain '{}' is not declared; iptables-restore refuses this line", words[0].text), "",
             span(words[0].offset, words[0].length)});
    }
    return chain;
}

// Says whether nothing of a rule stands behind the words that the command takes.
bool DocumentParser::ends_behind(std::span<const Word> words, std::size_t most) {
    if (words.size() <= most) return true;
    const std::string_view next = words[most].text;
    if (next == "-c" || next == "--set-counters" || next == "-v" || next == "--verbose") return true;
    unparsed(fmt::format("'{}' has no meaning behind this command", next));
    return false;
}

RuleAst DocumentParser::finish_rule(std::span<const Word> words) {
    RuleAst rule = parse_rule(words, *table());
    // The line end becomes part of the word, which a comment may have.
    if (split_.open_quote && !rule.issue && !rule.options.empty() &&
        rule.options.back().spec->id != OptionId::comment) {
        rule.issue = Issue{"a quotation is not closed", "", split_.words.back().offset, split_.words.back().length};
    } else if (split_.open_quote) {
        note(NoteKind::assumed_default, "a quotation is not closed; taken as closed at the end of the line");
    }
    rule.offset = offset_;
    rule.length = length_;
    if (packets_) rule.packets = packets_;
    return rule;
}

void DocumentParser::parse_command(std::string_view line) {
    split_line(line, offset_, document_.words, split_);
    std::span<const Word> words = split_.words;
    packets_.reset();
    if (words[0].text.starts_with("[")) {  // [packets:bytes]
        std::uint64_t count = 0;
        const std::string_view text = words[0].text.substr(1);
        if (std::from_chars(text.data(), text.data() + text.size(), count).ec == std::errc()) packets_ = count;
        words = words.subspan(1);
        if (words.empty()) return unparsed("counters without a rule");
    }
    std::string_view verb = words[0].text;
    if (verb.size() > 2 && verb[0] == '-' &&
        std::string_view("AIRDPNFXZE").find(verb[1]) != std::string_view::npos) {  // "-AINPUT"
        Word& attached = split_.words[static_cast<std::size_t>(words.data() - split_.words.data())];
        verb = verb.substr(0, 2);
        attached.text.remove_prefix(2);
        attached.offset += 2;
        attached.length -= 2;
        words = std::span<const Word>(&attached, words.size());
    } else {
        words = words.subspan(1);
    }
    constexpr auto kLong = std::to_array<std::array<std::string_view, 2>>({{"--append", "-A"},
                                                                           {"--insert", "-I"},
                                                                           {"--delete", "-D"},
                                                                           {"--replace", "-R"},
                                                                           {"--policy", "-P"},
                                                                           {"--new-chain", "-N"},
                                                                           {"--flush", "-F"},
                                                                           {"--delete-chain", "-X"},
                                                                           {"--zero", "-Z"},
                                                                           {"--rename-chain", "-E"}});
    for (const auto& [name, letter] : kLong) {
        if (verb == name) verb = letter;
    }
    if (verb == "-A" || verb == "-I" || verb == "-R") return append(words, verb);
    if (verb == "-P") return set_policy(words);
    if (verb == "-E") return rename_chain(words);
    if (verb == "-Z") {
        const bool number = words.size() > 1 && words[1].text.find_first_not_of("0123456789") == std::string_view::npos;
        if (!words.empty() && chain_of(words)) ends_behind(words, number ? 2 : 1);
        return;
    }
    if (verb == "-N") {
        if (words.empty()) return unparsed("the command names no chain");
        if (!ends_behind(words, 1)) return;
        if (table()->find(words[0].text)) {
            return note(NoteKind::conflicting_definition, fmt::format("chain {} exists already", words[0].text));
        }
        if (may_name_chain(words[0].text)) declare(words[0].text)->declared = true;
        return;
    }
    if (verb == "-F" && words.empty()) {
        for (auto& chain : table()->chains) chain.rules.clear();
        return;
    }
    if (verb == "-D" || verb == "-F" || verb == "-X") {
        ChainAst* chain = chain_of(words);
        if (!chain) return;
        if (verb == "-D") return remove_rule(*chain, words.subspan(1));
        if (!ends_behind(words, 1)) return;
        chain->rules.clear();
        if (verb == "-X" && !chain->built_in) table()->index.erase(chain->name);
        return;
    }
    unparsed(fmt::format("'{}' is no command of a restore file", verb.substr(0, 40)));
}

void DocumentParser::append(std::span<const Word> words, std::string_view verb) {
    ChainAst* chain = chain_of(words);
    if (!chain) return;
    catch_up(*chain);
    words = words.subspan(1);
    std::size_t at = chain->rules.size();
    if (verb != "-A") {
        at = 0;
        if (!words.empty() && !words[0].text.starts_with("-") && words[0].text != "!") {
            std::size_t position = 0;
            const std::string_view text = words[0].text;
            std::from_chars(text.data(), text.data() + text.size(), position);
            words = words.subspan(1);
            const std::size_t limit = chain->rules.size() + (verb == "-I" ? 1 : 0);
            if (position == 0 || position > limit)
                return unparsed(fmt::format("chain {} has no rule {}", chain->name, text));
            at = position - 1;
        } else if (verb == "-R") {
            return unparsed("-R needs the number of a rule");
        }
    }
    RuleAst rule = finish_rule(words);
    const auto other_family = table()->family == Family::v4 ? OptionId::only_v6 : OptionId::only_v4;
    const bool skipped = !rule.issue && std::any_of(rule.options.begin(), rule.options.end(),
                                                    [&](const OptionAst& o) { return o.spec->id == other_family; });
    if (skipped)
        return note(NoteKind::information, "a rule of the other address family is skipped, as by iptables-restore");
    if (verb == "-R") {
        chain->rules[at] = std::move(rule);
    } else {
        chain->rules.insert(chain->rules.begin() + static_cast<std::ptrdiff_t>(at), std::move(rule));
    }
}

void DocumentParser::set_policy(std::span<const Word> words) {
    ChainAst* chain = chain_of(words);
    if (!chain) return;
    const std::string_view policy = words.size() > 1 ? words[1].text : std::string_view();
    if (!chain->built_in || (policy != "ACCEPT" && policy != "DROP"))
        return unparsed("-P takes a built-in chain and ACCEPT or DROP");
    if (!ends_behind(words, 2)) return;
    if (!table()->named && chain->policy != PolicyWord::none) return end_listing(chain->name);
    chain->policy = policy == "DROP" ? PolicyWord::drop : PolicyWord::accept;
    chain->declared = true;
    chain->offset = offset_;
    chain->length = length_;
}

// iptables -S prints every policy once, and before the rules: what follows is another listing.
void DocumentParser::end_listing(std::string_view chain) {
    note(NoteKind::partial_export,
         fmt::format("a second policy of {} begins a second listing, and no line says of which table and family "
                     "either is: the table filter is unknown",
                     chain),
         "put each listing into a file of its own, or export with iptables-save");
    lose_all(*table());
    commit(false);
    skipping_ = true;
}

void DocumentParser::remove_rule(ChainAst& chain, std::span<const Word> words) {
    if (words.size() == 1 && !words[0].text.starts_with("-")) {
        std::size_t position = 0;
        const std::string_view text = words[0].text;
        std::from_chars(text.data(), text.data() + text.size(), position);
        if (position == 0 || position > chain.rules.size())
            return unparsed(fmt::format("chain {} has no rule {}", chain.name, text));
        chain.rules.erase(chain.rules.begin() + static_cast<std::ptrdiff_t>(position - 1));
        return;
    }
    const RuleAst wanted = finish_rule(words);
    const auto found = std::find_if(chain.rules.begin(), chain.rules.end(),
                                    [&](const RuleAst& rule) { return same_rule(rule, wanted); });
    if (found == chain.rules.end()) return unparsed(fmt::format("chain {} has no such rule to delete", chain.name));
    chain.rules.erase(found);
}

void DocumentParser::rename_chain(std::span<const Word> words) {
    if (words.size() < 2) return unparsed("-E needs two names");
    ChainAst* chain = chain_of(words);
    if (!chain) return;
    const std::string_view name = words[1].text;
    if (chain->built_in || table()->find(name))
        return unparsed(fmt::format("chain {} cannot be renamed to {}", chain->name, name));
    // Rules name their target by text, so a renamed chain keeps its old name for them too.
    unparsed("-E is not followed");
}

}  // namespace fwproof::iptables
