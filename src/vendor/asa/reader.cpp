#include "vendor/asa/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "fwproof/base/result.hpp"

namespace fwproof::asa {

namespace {

const std::unordered_map<std::string_view, bool>& commands() {
    static const std::unordered_map<std::string_view, bool> kCommands = {
#define FWPROOF_ASA_COMMAND(word, opens) {word, (opens) != 0},
#include "vendor/asa/commands.def"
#undef FWPROOF_ASA_COMMAND
    };
    return kCommands;
}

bool is_hex_line(std::string_view text) {
    return text.find_first_not_of("0123456789abcdefABCDEF \t") == std::string_view::npos;
}

// Words whose damaged form must not pass as something unimportant.
const std::vector<std::string>& filter_words() {
    static const std::vector<std::string> kWords = {"access-list",  "access-group",   "object-group",   "object",
                                                    "group-object", "network-object", "service-object", "port-object"};
    return kWords;
}

}  // namespace

bool is_irrelevant_command(std::string_view word) { return commands().contains(word); }

bool opens_other_block(std::string_view word) {
    const auto found = commands().find(word);
    return found != commands().end() && found->second;
}

void add_note(Config& config, NoteKind kind, std::string message, std::string hint, Place place) {
    config.notes.push_back({kind, std::move(message), std::move(hint), span_of(*config.source, place)});
}

void add_problem(Config& config, const Problem& problem) {
    add_note(config, NoteKind::unparsed_line, problem.message, problem.hint, problem.place);
}

Reader::Reader(const Source& source) { config_.source = &source; }

void Reader::note(NoteKind kind, std::string message, std::string hint, Place place) {
    add_note(config_, kind, std::move(message), std::move(hint), place);
}

void Reader::read(const Line& line) {
    const std::string_view text = line.text(*config_.source);
    if (text[0] == ':' || text[0] == '!') {
        if (text.starts_with(": end")) configuration_seen_ = false;  // what follows may be the terminal's
        return;
    }
    if (block_ == Block::certificate) {
        if (text == "quit") {
            block_ = Block::other;
            return;
        }
        if (is_hex_line(text)) return;
        block_ = Block::other;
    }
    statement_.assign(text, line.offset);
    negated_ = statement_.size() > 1 && statement_.accept("no");
    if (read_sub_command(line)) return;
    if (read_top_level(line)) return;
    read_unknown(line);
}

// True when the statement belonged to the open block.
bool Reader::read_sub_command(const Line& line) {
    const std::size_t start = statement_.position();
    switch (block_) {
        case Block::none: return false;
        case Block::definition:
            if (parse_member(config_, statement_, index_, negated_, line.indent > block_indent_)) {
                indented_members_ = indented_members_ || line.indent > block_indent_;
                return true;
            }
            break;
        case Block::interface:
            if (parse_interface_member(config_, statement_, index_, negated_)) return true;
            break;
        case Block::time_range:
            if (parse_time_range_member(config_, statement_, index_, negated_)) return true;
            break;
        case Block::policy_map:
            if (statement_.word() == "inspect" && statement_.word(1) == "icmp") {
                auto& policies = statement_.word(2) == "error" ? icmp_error_policies_ : icmp_policies_;
                if (negated_) {
                    policies.erase(policy_map_);
                } else {
                    policies.insert(policy_map_);
                }
                return true;
            }
            if (statement_.word() == "class" || statement_.word() == "parameters" || statement_.word() == "inspect" ||
                statement_.word() == "match" || statement_.word() == "set") {
                return true;
            }
            [[fallthrough]];
        case Block::other:
        case Block::certificate:
            if (statement_.word() == "certificate") {
                block_ = Block::certificate;
                return true;
            }
            if (line.indent > block_indent_) {
                parse_setting(config_, statement_, negated_);  // vpn-filter, match access-list ...
                return true;
            }
            break;
    }
    statement_.rewind(start);
    return false;
}

bool Reader::read_top_level(const Line& line) {
    const std::string_view word = statement_.word();
    const std::string_view second = statement_.word(1);
    const auto filters = [&] {
        ++config_.filter_statements;
        configuration_seen_ = true;
        block_ = Block::none;
    };
    if (word == "access-list" || (word == "ipv6" && second == "access-list")) {
        filters();
        if (word == "access-list" && parse_list_header(config_, statement_, shown_list_)) return true;
        if (!shown_list_.empty() && word == "access-list" && second == shown_list_ && statement_.word(2) == "line" &&
            !line.typed) {
            parse_shown_line(config_, statement_, shown_list_, line.indent);
        } else {
            parse_access_list(config_, statement_, negated_);
        }
        return true;
    }
    if (word == "object" || word == "object-group") {
        filters();
        const auto index = parse_definition(config_, statement_, negated_);
        if (index) open(Block::definition, *index);
        block_indent_ = line.indent;
        return true;
    }
    if (word == "access-group") {
        filters();
        parse_access_group(config_, statement_, negated_);
        return true;
    }
    if (word == "name") {
        filters();
        parse_name(config_, statement_, negated_);
        return true;
    }
    if (word == "interface") {
        configuration_seen_ = true;
        open(Block::interface, parse_interface(config_, statement_));
        block_indent_ = line.indent;
        return true;
    }
    if (word == "time-range") {
        configuration_seen_ = true;
        open(Block::time_range, parse_time_range(config_, statement_));
        block_indent_ = line.indent;
        return true;
    }
    if (word == "nat" || word == "static" || word == "global") {
        if (second.starts_with('(')) {
            filters();
            if (word == "nat") parse_nat(config_, statement_, negated_);
            if (word == "static") parse_static(config_, statement_, negated_);
            if (word == "global") parse_global(config_, statement_, negated_);
            return true;
        }
    }
    if (word == "route" || (word == "ipv6" && second == "route")) {
        block_ = Block::none;
        parse_route(config_, statement_, negated_);
        return true;
    }
    if (word == "ssh" || word == "telnet" || word == "http" || word == "icmp" || (word == "ipv6" && second == "icmp")) {
        block_ = Block::none;
        parse_management(config_, statement_, negated_);
        return true;
    }
    if ((word == "ASA" || word == "PIX" || word == "FWSM" || word == "NGFW") && second == "Version") {
        configuration_seen_ = true;
        parse_version(config_, statement_);
        return true;
    }
    if (word == "hostname") {
        config_.hostname = statement_.word(1);
        block_ = Block::none;
        return true;
    }
    if (word == "changeto") {
        config_.context = second == "context" ? statement_.word(2) : "";
        return true;
    }
    if (word == "nameif" || (word == "ip" && second == "address")) {
        block_ = Block::none;
        parse_old_interface_line(config_, statement_);
        return true;
    }
    if (word == "clock") {
        parse_clock(config_, statement_, negated_);
        return true;
    }
    if (word == "policy-map") {
        policy_map_ = statement_.word(statement_.word(1) == "type" ? 3 : 1);
        open(Block::policy_map);
        block_indent_ = line.indent;
        return true;
    }
    if (word == "service-policy") {
        if (!negated_) bound_policies_.insert(second);
        block_ = Block::none;
        return true;
    }
    if (word == "clear" || (word == "no" && second == "clear")) {
        replay_clear(config_, statement_);
        block_ = Block::none;
        return true;
    }
    if (parse_setting(config_, statement_, negated_)) {
        const bool opens = word == "class-map" || word == "group-policy" || word == "tunnel-group" ||
                           word == "webvpn" || word == "crypto" || word == "username" || word == "aaa" ||
                           word == "zone" || word == "context" || word == "class";
        block_ = opens ? Block::other : Block::none;
        block_indent_ = line.indent;
        return true;
    }
    if (word == "exit" || word == "quit" || word == "end") {
        if (block_ != Block::policy_map || word == "end") block_ = Block::none;
        return true;
    }
    if (word == "banner" && line.indent > 0 && block_ == Block::other) return true;
    if (word.starts_with("Cryptochecksum") || is_irrelevant_command(word)) {
        block_ = opens_other_block(word) ? Block::other : Block::none;
        block_indent_ = line.indent;
        return true;
    }
    return false;
}

// Noise before a configuration is dropped; a damaged filter statement makes its list unknown; the rest costs a note.
void Reader::read_unknown(const Line& line) {
    const Token token = statement_.here();
    const auto near = did_you_mean(token.text, filter_words());
    if (near == "access-list" && statement_.size() > 2) {
        const auto list = config_.list_index.find(statement_[1].text);
        if (list != config_.list_index.end()) {
            // Read as what it was, but not believed.
            const std::size_t before = config_.lists[list->second].entries.size();
            const std::size_t index = list->second;
            statement_.rewind(0);
            parse_access_list(config_, statement_, false);
            auto& entries = config_.lists[index].entries;
            if (entries.size() > before && entries.back().kind == Ace::Kind::rule) {
                entries.back().kind = Ace::Kind::unreadable;
                entries.back().problem = std::make_unique<Problem>(Problem{
                    fmt::format("unknown command '{}'", token.text), "did you mean 'access-list'?", token.place()});
                add_problem(config_, *entries.back().problem);
            }
            return;
        }
    }
    // Where members are indented, an unindented word nobody knows is no member.
    if (block_ == Block::definition && (near || line.indent > block_indent_ || !indented_members_)) {
        auto& definition = config_.definitions[index_];
        definition.unreadable.push_back(statement_.place());
        note(NoteKind::unparsed_line,
             fmt::format("'{}' is not understood inside '{}': what it contains is not known", token.text,
                         definition.name),
             near ? fmt::format("did you mean '{}'?", *near) : "", token.place());
        return;
    }
    if (!near && (block_ == Block::other || block_ == Block::policy_map)) return;
    if (!near && block_ == Block::interface && line.indent > block_indent_) return;
    if (!configuration_seen_ && !near) return;
    if (!near && !unknown_words_.insert(token.text).second) return;
    note(NoteKind::unparsed_line, fmt::format("unknown command '{}'", token.text),
         near ? fmt::format("did you mean '{}'?", *near) : "nothing was concluded from it", token.place());
}

Config Reader::finish() && {
    for (auto& list : config_.lists) list.settle();
    for (const auto policy : bound_policies_) {
        config_.inspects_icmp = config_.inspects_icmp || icmp_policies_.contains(policy);
        config_.inspects_icmp_errors = config_.inspects_icmp_errors || icmp_error_policies_.contains(policy);
    }
    return std::move(config_);
}

}  // namespace fwproof::asa
