// Text to AST. parse_document reads the restore commands, parse_rule the options of one rule.
#pragma once

#include <span>

#include "fwproof/base/result.hpp"
#include "vendor/iptables/ast.hpp"

namespace fwproof::iptables {

// All tables of one input text, in its order; a table that is written twice (same family and back end) is the last one,
// with a note. An error when the text has no table at all.
Result<void> parse_document(SourceRef source, DocumentAst& document);

// When all texts are read: of the tables that comments mention, those that no text holds become notes and stay.
void settle_mentions(DocumentAst& document);

// The options of a rule; `words` without the command and the chain. The table tells chains from targets.
RuleAst parse_rule(std::span<const Word> words, const TableAst& table);

// Which family the text speaks about, judged by its content: nothing where nothing tells.
std::optional<Family> family_evidence(std::string_view text);

}  // namespace fwproof::iptables
