#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "vendor/iptables/parse.hpp"

namespace fwproof::iptables {

namespace {

constexpr auto kTableNames = std::to_array<TableName>(
    {TableName::raw, TableName::mangle, TableName::nat, TableName::filter, TableName::security});

std::string_view first_word(std::string_view text) { return text.substr(0, text.find_first_of(" \t")); }

bool starts_like_rule(std::string_view line) {
    const auto at = line.find_first_not_of(" \t");
    return at != std::string_view::npos && (line[at] == '-' || line[at] == '[');
}

class DocumentParser {
public:
    DocumentParser(SourceRef source, DocumentAst& document)
        : source_(std::move(source)),
          document_(document),
          text_(source_->text()),
          first_table_(document.tables.size()) {}

    Result<void> parse();

private:
    // --- lines
    void parse_line(std::string_view line);
    void parse_comment(std::string_view line);
    void open_table(std::string_view line);
    void parse_chain_line(std::string_view line);
    void commit(bool cut_off);
    void parse_command(std::string_view line);

    // --- commands; `words` stand behind the command word
    void append(std::span<const Word> words, std::string_view verb);
    void set_policy(std::span<const Word> words);
    void remove_rule(ChainAst& chain, std::span<const Word> words);
    void rename_chain(std::span<const Word> words);
    RuleAst finish_rule(std::span<const Word> words);
    ChainAst* chain_of(std::span<const Word> words);
    ChainAst* declare(std::string_view name);

    // --- reports
    SourceSpan span(std::uint32_t offset, std::uint32_t length) const { return {source_.get(), offset, length}; }
    SourceSpan line_span() const { return span(offset_, length_); }
    void note(NoteKind kind, std::string message, std::string hint = {}) {
        document_.notes.push_back({kind, std::move(message), std::move(hint), line_span()});
    }
    // A line that could have been any rule of the open table.
    void unparsed(std::string message, std::string hint = {}) {
        note(NoteKind::unparsed_line, std::move(message), std::move(hint));
        ++lost_;
    }
    void catch_up(ChainAst& chain);

    TableAst* table() { return open_ ? &document_.tables[*open_] : nullptr; }
    std::optional<Family> family_here(std::size_t at);
    Family usual_family() const;

    SourceRef source_;
    DocumentAst& document_;
    std::string_view text_;
    std::size_t first_table_;
    std::optional<std::optional<Family>> whole_evidence_;  // of the whole text; made when first needed
    std::optional<std::size_t> open_;
    std::optional<Family> dump_family_;
    Backend backend_ = Backend::any;
    std::uint32_t offset_ = 0;  // of the current line
    std::uint32_t length_ = 0;
    std::optional<std::uint64_t> packets_;
    std::uint32_t lost_ = 0;  // lines of the open table that were not understood
    std::unordered_map<std::string_view, std::uint32_t> lost_seen_;
    bool skipping_ = false;  // inside a table that does not exist
    bool crlf_ = false;
    bool assumed_family_ = false;
    SplitLine split_;
};

Result<void> DocumentParser::parse() {
    for (std::uint32_t number = 1; number <= source_->line_count(); ++number) {
        std::string_view line = source_->line(number);
        offset_ = source_->line_offset(number);
        length_ = static_cast<std::uint32_t>(line.size());
        if (!crlf_ && offset_ + line.size() + 1 < text_.size() && text_[offset_ + line.size()] == '\r') {
            crlf_ = true;
            note(NoteKind::information, "lines end with CR LF; iptables-restore refuses such a file",
                 "convert the line ends");
        }
        parse_line(line);
    }
    if (!open_ && !text_.empty() && text_.ends_with("COMMIT")) {
        note(NoteKind::information, "the last line has no line end; the legacy back end refuses such a file",
             "end the line");
    }
    if (open_) commit(true);
    if (document_.tables.size() == first_table_) {
        return fail("no iptables table in this input",
                    "iptables-save prints '*filter', the chains, the rules and 'COMMIT'; iptables -L is not read",
                    source_->text().empty() ? SourceSpan{} : span(0, 0));
    }
    return {};
}

void DocumentParser::parse_line(std::string_view line) {
    if (line.empty()) return;
    if (line[0] == '#') return parse_comment(line);
    if (line[0] == '*') return open_table(line);
    if (line.find_first_not_of(" \t") == std::string_view::npos) {
        if (open_)
            note(NoteKind::information, "a line of blanks; iptables-restore refuses such a file", "delete the blanks");
        return;
    }
    if (skipping_) {
        skipping_ = first_word(line) != "COMMIT";
        return;
    }
    if (!open_) {
        if (starts_like_rule(line)) {  // what iptables -S prints
            note(NoteKind::assumed_default, "rules without a '*table' line are taken as rules of the filter table",
                 "iptables-save prints the table");
            open_table("*filter");
        } else {
            return note(NoteKind::information, "this line stands outside of any table and is ignored");
        }
    }
    if (line == "COMMIT") return commit(false);
    if (line[0] == ':') return parse_chain_line(line);
    if (starts_like_rule(line)) return parse_command(line);
    if (first_word(line) == "COMMIT") {
        note(NoteKind::information, "something follows COMMIT; iptables-restore refuses such a file", "delete it");
        return commit(false);
    }
    unparsed(fmt::format("'{}' is no restore command", first_word(line).substr(0, 40)));
}

void DocumentParser::parse_comment(std::string_view line) {
    const auto has = [&](std::string_view words) { return line.find(words) != std::string_view::npos; };
    if (has("Generated by ")) {
        dump_family_ = has("ip6tables") ? Family::v6 : Family::v4;
        backend_ = has("nf_tables") ? Backend::nft : Backend::legacy;
        if (document_.version.empty()) {
            const auto version = line.find(" v");
            if (version != std::string_view::npos)
                document_.version = line.substr(version + 2, line.find(" on ") - version - 2);
        }
    } else if (has("tables present, use ")) {
        document_.other_backend = true;
        note(NoteKind::partial_export,
             "tables of the other iptables back end are loaded on this host and filter packets too",
             "add the output of the command that the line names to this file");
    } else if (has(" is incompatible, use 'nft' tool") || has(" contains incompatible base-chains")) {
        document_.other_backend = true;
        note(NoteKind::partial_export, "this table has rules that iptables cannot show",
             "they are in 'nft list ruleset'");
    }
}

// Of the table that opens there, as its dump, its words or else the whole text say.
std::optional<Family> DocumentParser::family_here(std::size_t at) {
    if (dump_family_) return *dump_family_;
    auto end = text_.find("\n*", at);
    const std::string_view section = text_.substr(at, end == std::string_view::npos ? end : end - at);
    if (const auto evidence = family_evidence(section)) return *evidence;
    if (!whole_evidence_) whole_evidence_ = family_evidence(text_);
    return *whole_evidence_;
}

Family DocumentParser::usual_family() const {
    const std::string& name = source_->name();
    return name.ends_with("v6") || name.find("ip6tables") != std::string::npos ? Family::v6 : Family::v4;
}

void DocumentParser::open_table(std::string_view line) {
    if (open_) {
        note(NoteKind::partial_export,
             fmt::format("table {} has no COMMIT before this line; iptables-restore refuses that",
                         to_string(table()->name)));
        commit(false);
    }
    skipping_ = false;
    const std::string_view name = first_word(line.substr(1));
    const auto known =
        std::find_if(kTableNames.begin(), kTableNames.end(), [&](TableName t) { return to_string(t) == name; });
    if (known == kTableNames.end()) {
        note(NoteKind::unparsed_line, fmt::format("there is no table '{}'", name.substr(0, 40)),
             "the tables are filter, nat, mangle, raw and security");
        skipping_ = true;
        return;
    }
    TableAst fresh;
    fresh.name = *known;
    const auto family = family_here(offset_);
    fresh.family = family.value_or(usual_family());
    fresh.backend = backend_;
    fresh.source = source_.get();
    fresh.offset = offset_;
    fresh.length = length_;
    if (!family && !assumed_family_) {
        assumed_family_ = true;
        note(NoteKind::assumed_default,
             fmt::format("nothing says whether this is IPv4 or IPv6; taken as {}", family_name(fresh.family)),
             "the line '# Generated by iptables-save' or 'ip6tables-save' says it");
    }
    for (const auto chain : built_in_chains(*known)) {
        fresh.index.emplace(chain, static_cast<std::uint32_t>(fresh.chains.size()));
        ChainAst ast;
        ast.name = chain;
        ast.built_in = true;
        fresh.chains.push_back(std::move(ast));
    }
    const auto same = std::find_if(document_.tables.begin(), document_.tables.end(), [&](const TableAst& other) {
        return other.name == fresh.name && other.family == fresh.family && other.backend == fresh.backend;
    });
    if (same != document_.tables.end()) {
        note(NoteKind::conflicting_definition,
             fmt::format("table {} is written twice; the last one counts, as for iptables-restore", name));
        // A policy that the second section does not write stays in the legacy back end and is ACCEPT in the other.
        if (fresh.backend != Backend::nft) {
            for (auto& chain : fresh.chains) chain.policy = same->find(chain.name)->policy;
        }
        *same = std::move(fresh);
        open_ = static_cast<std::size_t>(same - document_.tables.begin());
    } else {
        document_.tables.push_back(std::move(fresh));
        open_ = document_.tables.size() - 1;
    }
    lost_ = 0;
    lost_seen_.clear();
}

ChainAst* DocumentParser::declare(std::string_view name) {
    ChainAst chain;
    chain.name = name;
    chain.offset = offset_;
    chain.length = length_;
    TableAst& open = *table();
    open.index[name] = static_cast<std::uint32_t>(open.chains.size());
    open.chains.push_back(std::move(chain));
    lost_seen_[name] = lost_;
    return &open.chains.back();
}

void DocumentParser::parse_chain_line(std::string_view line) {
    split_line(line.substr(1), offset_ + 1, document_.words, split_);
    const auto& words = split_.words;
    if (words.empty()) return unparsed("a chain without a name");
    const std::string_view name = words[0].text;
    const std::string_view policy = words.size() > 1 ? words[1].text : std::string_view("-");
    if (words.size() < 2) note(NoteKind::information, "the chain has no policy word; iptables-restore refuses that");
    ChainAst* chain = table()->find(name);
    if (!chain) {
        if (name.size() > 28) {
            note(NoteKind::information,
                 fmt::format("the chain name '{}' is longer than 28 characters; iptables-restore refuses it", name));
        }
        chain = declare(name);
    } else if (!chain->built_in) {
        note(NoteKind::conflicting_definition,
             fmt::format("chain {} is declared twice; its rules so far are dropped, as by the nft back end", name),
             "the legacy back end refuses this");
        chain->rules.clear();
    }
    chain->declared = true;
    chain->offset = offset_;
    chain->length = length_;
    if (policy == "ACCEPT" || policy == "DROP") {
        if (chain->built_in) {
            chain->policy = policy == "DROP" ? PolicyWord::drop : PolicyWord::accept;
        } else {
            note(NoteKind::information,
                 fmt::format("chain {} is not built in and has no policy; the legacy back end refuses this", name));
        }
    } else if (policy != "-") {
        note(NoteKind::unparsed_line, fmt::format("'{}' is no policy", policy.substr(0, 40)),
             "a policy is ACCEPT or DROP");
        ++lost_;
    }
}

// Lines that were lost before this point may have been rules of the chain.
void DocumentParser::catch_up(ChainAst& chain) {
    if (lost_ == 0) return;
    std::uint32_t& seen = lost_seen_[chain.name];
    if (seen == lost_) return;
    seen = lost_;
    RuleAst rule;
    rule.placeholder = true;
    rule.offset = chain.offset;
    rule.length = chain.length;
    chain.rules.push_back(std::move(rule));
}

void DocumentParser::commit(bool cut_off) {
    if (cut_off) {
        const bool listing = table()->length == 0 || text_.substr(table()->offset, 1) != "*";
        if (!listing) {
            offset_ = table()->offset;
            length_ = table()->length;
            note(NoteKind::partial_export,
                 fmt::format("table {} has no COMMIT: the export is cut off, and what follows is unknown",
                             to_string(table()->name)),
                 "iptables-restore would apply nothing of it");
            ++lost_;
        }
    }
    if (lost_ > 0) {
        for (auto& chain : table()->chains) catch_up(chain);
    }
    open_.reset();
}

ChainAst* DocumentParser::chain_of(std::span<const Word> words) {
    if (words.empty()) {
        unparsed("the command names no chain");
        return nullptr;
    }
    ChainAst* chain = table()->find(words[0].text);
    if (!chain) {
        document_.notes.push_back(
            {NoteKind::undefined_reference,
             fmt::format("chain '{}' is not declared; iptables-restore refuses this line", words[0].text), "",
             span(words[0].offset, words[0].length)});
    }
    return chain;
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
    if (verb == "-Z") return;
    if (verb == "-N") {
        if (words.empty()) return unparsed("the command names no chain");
        if (table()->find(words[0].text)) {
            return note(NoteKind::conflicting_definition, fmt::format("chain {} exists already", words[0].text));
        }
        declare(words[0].text)->declared = true;
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
    chain->policy = policy == "DROP" ? PolicyWord::drop : PolicyWord::accept;
    chain->declared = true;
    chain->offset = offset_;
    chain->length = length_;
}

// The same options with the same values, whatever their spelling.
bool same_rule(const RuleAst& a, const RuleAst& b) {
    if (a.options.size() != b.options.size() || a.target.text != b.target.text || a.go != b.go) return false;
    return std::equal(a.options.begin(), a.options.end(), b.options.begin(),
                      [](const OptionAst& x, const OptionAst& y) {
                          return x.spec->id == y.spec->id && x.negated == y.negated && x.value.text == y.value.text &&
                                 x.second.text == y.second.text;
                      });
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

}  // namespace

Result<void> parse_document(SourceRef source, DocumentAst& document) {
    return DocumentParser(std::move(source), document).parse();
}

}  // namespace fwproof::iptables
