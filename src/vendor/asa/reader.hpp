// Reads statements in order. A configuration is replayed like a program: a later statement adds to, changes (`no`,
// `clear configure`) or reopens what earlier ones made. A sub-command is told by the block that is open and its first
// word; the indentation only helps where a word exists on both levels.
#pragma once

#include <optional>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "vendor/asa/config.hpp"
#include "vendor/asa/lines.hpp"

namespace fwproof::asa {

class Reader {
public:
    explicit Reader(const Source& source);

    void read(const Line& line);
    Config finish() &&;

private:
    enum class Block : std::uint8_t {
        none,
        definition,
        interface,
        time_range,
        class_map,
        policy_map,
        route_map,
        other,
        certificate
    };

    bool read_sub_command(const Line& line);
    bool read_top_level(const Line& line);
    bool is_shown_line(const Line& line);
    void read_unknown(const Line& line);
    bool read_damaged_list(const Token& token);
    bool read_damaged_header(const Line& line, const Token& token, const std::optional<std::string>& near);
    void doubt_block();
    bool read_abbreviation(const Line& line);
    void doubt_last_rule(const Token& token);
    void read_class_map();
    bool read_policy_map();
    void read_service_policy();
    void settle_inspections();
    void settle_access_groups();
    void settle_interfaces();
    void open(Block block, std::size_t index = 0) {
        block_ = block;
        index_ = index;
    }
    void note(NoteKind kind, std::string message, std::string hint, Place place);

    Config config_;
    Statement statement_;
    Block block_ = Block::none;
    std::size_t index_ = 0;
    std::uint16_t block_indent_ = 0;
    bool negated_ = false;  // the statement began with `no`
    bool configuration_seen_ = false;
    bool indented_members_ = false;
    std::unordered_set<std::string_view> unknown_words_;
    std::string_view shown_list_;                                   // the list of the current `show access-list` output
    std::optional<std::pair<std::size_t, std::size_t>> last_rule_;  // list and entry, when the last line was a rule
    bool behind_bindings_ = false;  // statements have come that stand behind every access-group
    bool saved_ = false;            // ": Saved" stood at the top, so ": end" belongs at the bottom
    Place last_line_;

    // class-map, policy-map and service-policy, as far as they inspect ICMP
    std::string_view class_map_, policy_map_, policy_class_;
    std::unordered_set<std::string_view> whole_classes_, narrow_classes_;
    std::vector<std::pair<std::string_view, std::string_view>> icmp_policies_;  // policy, class
    struct Binding {
        std::string_view policy, interface;
        Place place;
    };
    std::vector<Binding> bound_policies_;
};

// Where a problem makes something unknown: "unparsed-line" with the words and a cure.
void add_note(Config& config, NoteKind kind, std::string message, std::string hint, Place place);
void add_problem(Config& config, const Problem& problem);

// One file per topic of the language; `negated` for statements that began with `no`.
// The list and entry of a rule that was added.
std::optional<std::pair<std::size_t, std::size_t>> parse_access_list(Config& config, Statement& statement,
                                                                     bool negated);
// The header line and the body of `show access-list`.
bool parse_list_header(Config& config, Statement& statement, std::string_view& list);
AccessList& open_shown_list(Config& config, std::string_view name, Place place);  // empty again if it was shown before
void parse_shown_line(Config& config, Statement& statement, std::string_view list, std::uint16_t indent);
void parse_access_group(Config& config, Statement& statement, bool negated);
void parse_name(Config& config, Statement& statement, bool negated);
void parse_route(Config& config, Statement& statement, bool negated);

// `object KIND NAME`, `object-group KIND NAME`: the index of the definition that is now open, nothing for an unusable
// line.
std::optional<std::size_t> parse_definition(Config& config, Statement& statement, bool negated, bool group);
// False when the word is no sub-command of that definition.
bool parse_member(Config& config, Statement& statement, std::size_t index, bool negated, bool indented);

std::size_t parse_interface(Config& config, Statement& statement);
bool parse_interface_member(Config& config, Statement& statement, std::size_t index, bool negated);
// A line that is no sub-command, but nearly one that matters: read as what it was; unless it is a mere abbreviation the
// interface is not believed. False when it is neither.
bool parse_damaged_member(Config& config, Statement& statement, std::size_t index, bool negated);
void parse_old_interface_line(Config& config,
                              Statement& statement);  // PIX: `nameif HW NAME securityN`, `ip address IF ...`

std::size_t parse_time_range(Config& config, Statement& statement);
bool parse_time_range_member(Config& config, Statement& statement, std::size_t index, bool negated);

void parse_object_nat(Config& config, Statement& statement, std::size_t index);
void parse_nat(Config& config, Statement& statement, bool negated);
void parse_static(Config& config, Statement& statement, bool negated);
void parse_global(Config& config, Statement& statement, bool negated);

void parse_management(Config& config, Statement& statement, bool negated);  // ssh, telnet, http, icmp, ipv6 icmp
void parse_version(Config& config, Statement& statement);
// What `show version` says of the release, where nothing else has; false: it is another line.
bool parse_shown_version(Config& config, Statement& statement);
void parse_clock(Config& config, Statement& statement, bool negated);
// The entry that is now open.
std::size_t parse_route_map(Config& config, Statement& statement, bool negated);
bool parse_route_map_member(Config& config, Statement& statement, std::size_t index, bool negated);
// What may drop packets, or send them elsewhere, beside lists and routes (Meddler).
bool parse_meddler(Config& config, Statement& statement, bool negated);
// Where tunnels end and who is behind them: crypto, webvpn, tunnel-group, address pools.
bool parse_tunnel(Config& config, Statement& statement, bool negated);
// What else may change a verdict: same-security-traffic, sysopt, nat-control, established, firewall ...
bool parse_setting(Config& config, Statement& statement, bool negated);

// Names of interfaces do not tell small letters from capitals: all become what `nameif` says.
void settle_interface_names(Config& config);

// `clear configure ...`
void replay_clear(Config& config, Statement& statement);

// A top-level word that has no part in filtering (commands.def).
bool is_irrelevant_command(std::string_view word);
// A word that opens a block of sub-commands without a part in filtering.
bool opens_other_block(std::string_view word);

}  // namespace fwproof::asa
