// Writing the tokens of a rule string for carriers that have words and lists of their own.
#pragma once

#include <string_view>

#include "vendor/windows/rule.hpp"

namespace fwproof::windows {

class TokenWriter {
public:
    explicit TokenWriter(RawRule& rule) : rule_(rule) {}

    void add(std::string_view key, std::string_view value, SourceSpan span) {
        rule_.fields.push_back({std::string(key), std::string(value), span});
    }
    // "TCP", "ICMPv4", "47", "Any"; the last adds nothing.
    void add_protocol(std::string_view value, SourceSpan span);
    // One port, range or keyword. `side`: 'L' or 'R'.
    void add_port(char side, std::string_view value, SourceSpan span);
    // One address, range, network or keyword; a keyword without a family is written for both.
    void add_address(char side, std::string_view value, SourceSpan span);
    // "8", "3:4", "3.4" under the protocol that was added last.
    void add_icmp(std::string_view value, SourceSpan span);
    // "Domain, Private", "Any".
    void add_profiles(std::string_view words, SourceSpan span);
    // "not what the export shows": the rule is wider than anything it could be.
    void doubt(std::string what, SourceSpan span) {
        rule_.doubts.push_back({ConditionKind::other, std::move(what), span});
    }

private:
    RawRule& rule_;
    std::string protocol_;
};

// The word of the rule string for a keyword of the cmdlets or of netsh; others unchanged.
std::string_view rule_word(std::string_view word);

bool is_any(std::string_view value);    // "Any", "*", "All"
bool holds_any(std::string_view list);  // the same among members between commas

}  // namespace fwproof::windows
