// The state of reading one text: which table is open, and what of it was lost. parse_document.cpp reads the lines and
// the tables, parse_command.cpp the commands inside them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "vendor/iptables/parse.hpp"

namespace fwproof::iptables {

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
    void open_table(std::string_view name, bool named);
    bool open_unnamed(std::string_view line);
    void outside(std::string_view line);
    void parse_chain_line(std::string_view line);
    void commit(bool cut_off);
    void parse_command(std::string_view line);

    // --- commands; `words` stand behind the command word
    void append(std::span<const Word> words, std::string_view verb);
    void set_policy(std::span<const Word> words);
    void end_listing(std::string_view chain);
    void remove_rule(ChainAst& chain, std::span<const Word> words);
    void rename_chain(std::span<const Word> words);
    RuleAst finish_rule(std::span<const Word> words);
    ChainAst* chain_of(std::span<const Word> words);
    bool may_name_chain(std::string_view name);
    bool ends_behind(std::span<const Word> words, std::size_t most);
    ChainAst* declare(std::string_view name);

    // --- reports
    SourceSpan span(std::uint32_t offset, std::uint32_t length) const { return {source_.get(), offset, length}; }
    SourceSpan line_span() const { return span(offset_, length_); }
    void note(NoteKind kind, std::string message, std::string hint = {}) {
        document_.notes.push_back({kind, std::move(message), std::move(hint), line_span()});
    }
    void mention(Backend backend, Family family, std::string message, std::string hint) {
        document_.mentioned.push_back(
            {family, backend, {NoteKind::partial_export, std::move(message), std::move(hint), line_span()}});
    }
    // A line that could have been any rule of the open table.
    void unparsed(std::string message, std::string hint = {}) {
        note(NoteKind::unparsed_line, std::move(message), std::move(hint));
        document_.lost.push_back(line_span());
        ++lost_;
    }
    void catch_up(ChainAst& chain);
    void lose_all(TableAst& table) const;
    void check_place(std::string_view chain);

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
    std::uint32_t stray_ = 0;  // lines outside of any table that may have been rules or policies
    bool skipping_ = false;    // inside a table that does not exist, or that nobody can tell
    bool misplaced_ = false;   // the open table has no name, and a chain that filter does not have
    bool crlf_ = false;
    bool assumed_family_ = false;
    SplitLine split_;
};

}  // namespace fwproof::iptables
