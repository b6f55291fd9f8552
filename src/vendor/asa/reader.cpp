// From lines to statements in their places: which block a line belongs to, with or without indentation, what a capture
// has around them, and what a script takes back. Long, because whatever opens or closes a block is decided here.
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

// What a configuration has behind its access-groups, and what it has before them.
bool stands_behind_bindings(std::string_view word) {
    static const std::unordered_set<std::string_view> kWords = {
        "route",        "router",     "timeout",         "aaa-server",   "user-identity",
        "aaa",          "http",       "snmp-server",     "crypto",       "telnet",
        "ssh",          "console",    "dhcpd",           "webvpn",       "username",
        "tunnel-group", "prompt",     "service",         "group-policy", "service-policy",
        "class-map",    "policy-map", "threat-detection"};
    return kWords.contains(word);
}

bool stands_before_bindings(std::string_view word) {
    return word == "interface" || word == "object" || word == "object-group" || word == "access-list" ||
           word == "access-group" || word == "nat";
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
        if (text.starts_with(": Saved")) saved_ = true;
        if (text.starts_with(": end")) {
            config_.whole = config_.whole || saved_;
            configuration_seen_ = saved_ = false;  // what follows may be the terminal's
        }
        last_rule_.reset();
        return;
    }
    last_line_ = {line.offset, line.length};
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
    const std::size_t start = statement_.position();
    const std::string_view word = statement_.word();
    if (line.indent == 0 && stands_behind_bindings(word)) behind_bindings_ = true;
    if (line.indent == 0 && stands_before_bindings(word)) behind_bindings_ = false;
    if (word == "access-list" || (word == "ipv6" && statement_.word(1) == "access-list")) {
        last_rule_.reset();
        read_top_level(line);
        return;
    }
    if (!read_sub_command(line) && !read_top_level(line)) {
        statement_.rewind(start);
        read_unknown(line);
    }
    last_rule_.reset();
}

// Whether a line with `line N` is output of `show access-list`: it stands behind that list's header, or its end tells.
// Otherwise it is a statement that inserts.
bool Reader::is_shown_line(const Line& line) {
    if (statement_.word(2) != "line" || line.typed) return false;
    const std::string_view name = statement_.word(1);
    if (name == shown_list_) return true;
    const Token last = statement_[statement_.size() - 1];
    const bool counted = statement_.text().find("(hitcnt=") != std::string_view::npos;
    if (!counted && !(last.text.starts_with("0x") && statement_.size() > 6)) return false;
    auto& shown = open_shown_list(config_, name, statement_.place());
    shown_list_ = name;
    // Remarks before the first rule show no count: they were taken for statements.
    const auto read = config_.list_index.find(name);
    if (read == config_.list_index.end()) return true;
    auto& list = config_.lists[read->second];
    list.settle();
    for (std::size_t i = 0; i < list.entries.size(); ++i) {
        if (list.entries[i].kind != Ace::Kind::remark) return true;
    }
    for (const std::uint32_t i : list.order) {
        shown.order.push_back(static_cast<std::uint32_t>(shown.entries.size()));
        shown.entries.push_back(std::move(list.entries[i]));
    }
    list = AccessList{};
    config_.list_index.erase(read);
    return true;
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
        case Block::class_map:
            if (statement_.word() == "match" || statement_.word() == "description") {
                read_class_map();
                return true;
            }
            break;
        case Block::route_map:
            if (parse_route_map_member(config_, statement_, index_, negated_)) return true;
            break;
        case Block::policy_map:
            if (read_policy_map()) return true;
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
        if (word == "access-list" && is_shown_line(line)) {
            parse_shown_line(config_, statement_, shown_list_, line.indent);
        } else {
            last_rule_ = parse_access_list(config_, statement_, negated_);
        }
        return true;
    }
    if (word == "object" || word == "object-group") {
        filters();
        const Token token = statement_.here();
        const auto index = parse_definition(config_, statement_, negated_, word == "object-group");
        if (!index && !negated_) doubt_last_rule(token);
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
        const bool without_pair = second == "source" || second == "after-auto" || statement_.word(2) == "source";
        if (second.starts_with('(') || (word == "nat" && without_pair)) {
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
    if ((word == "Cisco" || word == "FWSM") && parse_shown_version(config_, statement_)) return true;
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
    if (word == "class-map") {
        class_map_ = statement_[statement_.size() - 1].text;
        open(Block::class_map);
        block_indent_ = line.indent;
        return true;
    }
    if (word == "route-map") {
        configuration_seen_ = true;
        open(Block::route_map, parse_route_map(config_, statement_, negated_));
        block_indent_ = line.indent;
        return true;
    }
    if (word == "policy-map") {
        policy_map_ = statement_.word(statement_.word(1) == "type" ? 3 : 1);
        open(Block::policy_map);
        block_indent_ = line.indent;
        return true;
    }
    if (word == "service-policy") {
        read_service_policy();
        block_ = Block::none;
        return true;
    }
    if (word == "clear" || (word == "no" && second == "clear")) {
        replay_clear(config_, statement_);
        block_ = Block::none;
        return true;
    }
    if (parse_meddler(config_, statement_, negated_)) {
        block_ = Block::none;
        return true;
    }
    if (parse_setting(config_, statement_, negated_)) {
        const bool opens = word == "group-policy" || word == "tunnel-group" || word == "webvpn" || word == "crypto" ||
                           word == "username" || word == "aaa" || word == "zone" || word == "context" ||
                           word == "class" || word == "router" ||
                           (word == "ipv6" && (second == "router" || second == "dhcp"));
        block_ = opens ? Block::other : Block::none;
        block_indent_ = line.indent;
        return true;
    }
    if (word == "exit" || word == "quit" || word == "end") {
        if (block_ != Block::policy_map || word == "end") block_ = Block::none;
        return true;
    }
    if (word == "banner" && line.indent > 0 && block_ == Block::other) return true;
    if (word.starts_with("Cryptochecksum")) {
        config_.whole = config_.whole || saved_;
        saved_ = false;
    }
    if (word.starts_with("Cryptochecksum") || is_irrelevant_command(word)) {
        block_ = opens_other_block(word) ? Block::other : Block::none;
        block_indent_ = line.indent;
        return true;
    }
    return false;
}

// What takes all of a default policy's traffic, or everything, leaves no ICMP out.
void Reader::read_class_map() {
    if (statement_.word() != "match" || negated_) return;
    const std::string_view what = statement_.word(1);
    (what == "any" || what == "default-inspection-traffic" ? whole_classes_ : narrow_classes_).insert(class_map_);
    parse_setting(config_, statement_, negated_);  // a list that is no filter
}

bool Reader::read_policy_map() {
    const std::string_view word = statement_.word();
    if (word == "inspect" && statement_.word(1) == "icmp" && statement_.word(2) != "error") {
        const std::pair entry{policy_map_, policy_class_};
        std::erase(icmp_policies_, entry);
        if (!negated_) icmp_policies_.push_back(entry);
        return true;
    }
    const bool drops = word == "drop" || word == "drop-connection" || word == "reset";
    // What a module only listens to it does not drop.
    const bool module = word == "sfr" || word == "ips" || word == "csc" || word == "cxsc";
    const bool listens = statement_.text().find("monitor-only") != std::string_view::npos ||
                         statement_.text().find("promiscuous") != std::string_view::npos;
    const bool cloud = word == "inspect" && statement_.word(1) == "scansafe";
    if (!negated_ && (drops || cloud || (module && !listens))) {
        config_.droppers.push_back(statement_.text());
        return true;
    }
    if (!negated_ && word == "set" && statement_.text().find(" tcp-state-bypass") != std::string_view::npos) {
        config_.bypasses.push_back(statement_.text());
    }
    if (word == "class") policy_class_ = statement_.word(1);
    return word == "class" || word == "parameters" || word == "inspect" || word == "match" || word == "set";
}

// service-policy NAME global; service-policy NAME interface X
void Reader::read_service_policy() {
    const std::string_view interface = statement_.word(2) == "interface" ? statement_.word(3) : std::string_view();
    const std::string_view policy = statement_.word(1);
    std::erase_if(bound_policies_,
                  [&](const Binding& old) { return old.policy == policy && old.interface == interface; });
    if (!negated_) bound_policies_.push_back({policy, interface, statement_.place()});
}

void Reader::settle_inspections() {
    for (const auto& bound : bound_policies_) {
        for (const auto& [policy, name] : icmp_policies_) {
            if (policy != bound.policy) continue;
            const bool narrow = narrow_classes_.contains(name);
            // A partial export has the policy without its classes: these two are the device's own.
            const bool own = name == "inspection_default" || name == "class-default";
            config_.icmp_inspections.push_back(
                {bound.interface, name, !narrow && (own || whole_classes_.contains(name)), bound.place});
        }
    }
}

// One list of a kind is bound to an interface in one direction: of several the last one holds. What kind a list is may
// stand behind the binding.
void Reader::settle_access_groups() {
    auto& groups = config_.access_groups;
    const auto kind = [&](std::string_view name) {
        if (const auto found = config_.list_index.find(name); found != config_.list_index.end()) {
            return config_.lists[found->second].kind == ListKind::ethertype ? 2 : 0;
        }
        return config_.list6_index.contains(name) ? 1 : 0;
    };
    std::vector<AccessGroup> kept;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        const bool replaced = std::any_of(
            groups.begin() + static_cast<std::ptrdiff_t>(i) + 1, groups.end(), [&](const AccessGroup& later) {
                return later.direction == groups[i].direction && later.interface == groups[i].interface &&
                       later.direction != AccessGroup::Direction::unreadable &&
                       kind(later.list) == kind(groups[i].list);
            });
        if (!replaced) kept.push_back(groups[i]);
    }
    groups = std::move(kept);
}

// The text behind a rule that is no statement may be the rest of the rule, wrapped by a terminal, or the device's
// complaint about it: joining is a guess, so the rule is not believed.
void Reader::doubt_last_rule(const Token& token) {
    if (!last_rule_ || token.text.starts_with("WARNING") || token.text.starts_with("INFO")) return;
    auto& ace = config_.lists[last_rule_->first].entries[last_rule_->second];
    if (ace.kind != Ace::Kind::rule) return;
    ace.kind = Ace::Kind::unreadable;
    ace.problem = std::make_unique<Problem>(
        Problem{fmt::format("'{}' is no command: it may be the rest of the rule above", token.text),
                "capture it again with 'terminal width 511'", token.place()});
    add_problem(config_, *ace.problem);
}

// True when the words behind a damaged `access-list` are those of a rule: it is read as what it was, but not believed.
bool Reader::read_damaged_list(const Token& token) {
    const std::string_view name = statement_.word(1);
    const std::string_view form = statement_.word(2);
    const bool rule = form == "extended" || form == "advanced" || form == "permit" || form == "deny" || form == "line";
    if (negated_ || name.empty() || (!rule && !config_.list_index.contains(name))) return false;
    parse_access_list(config_, statement_, false);
    const auto found = config_.list_index.find(name);
    if (found == config_.list_index.end() || config_.lists[found->second].entries.empty()) return true;
    auto& ace = config_.lists[found->second].entries.back();
    if (ace.kind != Ace::Kind::rule) return true;
    ace.kind = Ace::Kind::unreadable;
    ace.problem = std::make_unique<Problem>(
        Problem{fmt::format("unknown command '{}'", token.text), "did you mean 'access-list'?", token.place()});
    add_problem(config_, *ace.problem);
    return true;
}

// The damaged beginning of a block, whose members must not go to the block above.
bool Reader::read_damaged_header(const Line& line, const Token& token, const std::optional<std::string>& near) {
    const std::string_view kind = statement_.word(1);
    if (kind.empty()) return false;
    if (did_you_mean(token.text, {"interface"})) {
        doubt_block();
        note(NoteKind::unparsed_line, fmt::format("unknown command '{}'", token.text), "did you mean 'interface'?",
             token.place());
        open(Block::interface, parse_interface(config_, statement_));
        config_.interfaces[index_].damaged = statement_.place();
        block_indent_ = line.indent;
        return true;
    }
    const bool known = kind == "network" || kind == "service" || kind == "protocol" || kind == "icmp-type" ||
                       kind == "user" || kind == "security" || kind == "network-service";
    const bool object = near == "object" || near == "object-group" || abbreviates(token.text, "object-group", 3);
    if (!known || !object) return false;
    ++config_.filter_statements;
    doubt_block();
    const std::string_view meant = near == "object" ? "object" : "object-group";
    note(NoteKind::unparsed_line, fmt::format("unknown command '{}'", token.text),
         fmt::format("did you mean '{}'?", meant), token.place());
    const auto index = parse_definition(config_, statement_, false, meant == "object-group");
    block_ = Block::none;
    if (!index) return true;
    config_.definitions[*index].unreadable.push_back(statement_.place());
    open(Block::definition, *index);
    block_indent_ = line.indent;
    return true;
}

// A device that refuses the header of a block stays in the one before: of a script, its members go there.
void Reader::doubt_block() {
    if (block_ == Block::interface) config_.interfaces[index_].damaged = statement_.place();
    if (block_ != Block::definition) return;
    auto& definition = config_.definitions[index_];
    definition.unreadable.push_back(statement_.place());
    const bool object =
        definition.kind == DefinitionKind::network_object || definition.kind == DefinitionKind::service_object;
    definition.conflicting = definition.conflicting || object;
}

// What a command line takes for the whole word.
bool Reader::read_abbreviation(const Line& line) {
    const std::string_view word = statement_.word();
    if (abbreviates(word, "access-list", 8)) {
        ++config_.filter_statements;
        block_ = Block::none;
        parse_access_list(config_, statement_, negated_);
        return true;
    }
    if (abbreviates(word, "access-group", 8)) {
        ++config_.filter_statements;
        block_ = Block::none;
        parse_access_group(config_, statement_, negated_);
        return true;
    }
    if (abbreviates(word, "interface", 3) && !statement_.word(1).empty()) {
        open(Block::interface, parse_interface(config_, statement_));
        block_indent_ = line.indent;
        return true;
    }
    return false;
}

// Noise before a configuration is dropped; a damaged filter statement makes its list unknown; the rest costs a note.
void Reader::read_unknown(const Line& line) {
    if (read_abbreviation(line)) return;
    const Token token = statement_.here();
    const auto near = did_you_mean(token.text, filter_words());
    if (read_damaged_header(line, token, near)) return;
    if (block_ == Block::interface && parse_damaged_member(config_, statement_, index_, negated_)) return;
    if (near == "access-list" && read_damaged_list(token)) return;
    if (near == "access-group" && statement_.size() > 2) {
        note(NoteKind::unparsed_line, fmt::format("unknown command '{}'", token.text), "did you mean 'access-group'?",
             token.place());
        config_.access_groups.push_back(
            {statement_.word(1), {}, AccessGroup::Direction::unreadable, false, statement_.place()});
        return;
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
    if (last_rule_ && !near) {
        doubt_last_rule(token);
        return;
    }
    if (!near && (block_ == Block::other || block_ == Block::policy_map || block_ == Block::class_map)) return;
    if (!near && block_ == Block::interface && line.indent > block_indent_) return;
    if (!configuration_seen_ && !near) return;
    if (!near && !unknown_words_.insert(token.text).second) return;
    note(NoteKind::unparsed_line, fmt::format("unknown command '{}'", token.text),
         near ? fmt::format("did you mean '{}'?", *near) : "nothing was concluded from it", token.place());
}

// What is on a hardware that is shut down is down too, and a channel or a redundant interface of which all members are;
// one member that is up carries it.
void Reader::settle_interfaces() {
    std::unordered_set<std::string_view> down;
    for (const auto& interface : config_.interfaces) {
        if (interface.shut_down) down.insert(interface.hardware);
    }
    for (auto& interface : config_.interfaces) {
        std::size_t members = 0, up = 0;
        const bool channel = interface.hardware.starts_with("Port-channel");
        for (const auto& other : config_.interfaces) {
            const bool named = std::find(interface.hardwares.begin(), interface.hardwares.end(), other.hardware) !=
                               interface.hardwares.end();
            if (!named && !(channel && !other.channel.empty() && interface.hardware.substr(12) == other.channel))
                continue;
            ++members;
            if (!down.contains(other.hardware)) ++up;
        }
        // Of members that the export does not hold nothing is known.
        if (members == 0 || up > 0 || members < interface.hardwares.size()) continue;
        interface.shut_down = true;
        down.insert(interface.hardware);
    }
    for (auto& interface : config_.interfaces) {
        const auto dot = interface.hardware.rfind('.');
        const bool part = dot != std::string_view::npos;
        if (part && down.contains(interface.hardware.substr(0, dot))) interface.shut_down = true;
        // Its tunnels bring the routes to what is behind them.
        const bool grows = is_tunnel_template(interface) && !interface.name.empty() && !interface.shut_down;
        if (grows) config_.routing.push_back({"a tunnel template", true, true, interface.place});
    }
}

Config Reader::finish() && {
    for (auto& list : config_.lists) list.settle();
    settle_inspections();
    settle_interface_names(config_);
    settle_access_groups();
    config_.has_vpn = config_.has_vpn ||
                      std::any_of(config_.interfaces.begin(), config_.interfaces.end(),
                                  [](const InterfaceBlock& block) { return is_tunnel(block) && !block.name.empty(); });
    settle_interfaces();
    if (saved_) {
        config_.cut = last_line_;
        config_.cut_bindings = !behind_bindings_;
        note(NoteKind::partial_export, "the configuration has no ': end': what stood behind this line is not known",
             "capture the whole output", last_line_);
    }
    return std::move(config_);
}

}  // namespace fwproof::asa
