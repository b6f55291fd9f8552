// AST to Policy. lower_document makes rulesets and paths, lower_rule one rule; the other functions here each read the
// options of one topic.
#pragma once

#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "fwproof/base/memo.hpp"
#include "fwproof/base/result.hpp"
#include "fwproof/vendor/vendor.hpp"
#include "vendor/iptables/ast.hpp"
#include "vendor/iptables/draft.hpp"
#include "vendor/iptables/ipset.hpp"

namespace fwproof::iptables {

// Where a chain is evaluated, as a set of bits.
enum Hook : std::uint8_t { kPrerouting = 1, kInput = 2, kForward = 4, kOutput = 8, kPostrouting = 16 };

// The bits of Register::disposition.
// Attached: CT has decided how the packet is tracked, so that NOTRACK comes too late.
inline constexpr std::uint32_t kUntracked = 1, kSentElsewhere = 2, kAttached = 4, kOtherOrder = 8;

// The bits of Field::opaque: what no field of the header shows, though it is the same for every rule that asks.
inline constexpr std::uint64_t kWrongWay = 1, kExtensionHeader = 2;
// The values of the field with the bit, and those without it.
IntervalSet<std::uint64_t> opaque_values(std::uint64_t bit, bool set);

// Where a rule gives packets that leave another source; the widest that it can be.
struct SourceTranslation {
    AddressSetRef from;  // null: any
    InterfaceSet out;
    AddressSetRef to;  // null: any

    friend bool operator==(const SourceTranslation& a, const SourceTranslation& b) {
        const auto same = [](const AddressSetRef& x, const AddressSetRef& y) { return x && y ? *x == *y : x == y; };
        return same(a.from, b.from) && same(a.to, b.to) && a.out == b.out;
    }
};

// What one family's rules do somewhere, and so what tests elsewhere have to reckon with.
struct Facts {
    bool tracking = false;    // some rule uses connection tracking: fragments are put together before any table
    bool runs_nat = false;    // some rule makes the kernel track connections, without which it passes the nat table
    bool untracks = false;    // NOTRACK
    bool attaches = false;    // CT with anything else
    bool zones_vary = false;  // a reply may be looked up in another zone than its connection stands in
    bool tests_state_early = false;  // in the raw table, before packets are tracked
    bool translates = false;         // DNAT, REDIRECT, NETMAP
    bool takes_in = false;           // REDIRECT, of what comes in
    bool tests_translation = false;  // --ctstate DNAT
    bool sends_elsewhere = false;    // DNAT, NETMAP: a packet for the host may leave for another one
    bool restores_mark = false;      // a packet of a known connection carries a mark from earlier
    bool sets_connection_mark = false;
    bool saves_mark = false;
    // OUTPUT or POSTROUTING does, so that a packet on lo comes back with it.
    bool marks_own = false, translates_own = false;
    std::vector<SourceTranslation> source_translations;  // each different one once; one for all where there are many
    bool tests_mark = false;
    bool tests_connection_mark = false;
    std::uint32_t mark_bits = 0;  // that rules set in packets
    bool mark_unknown = false;    // computed by something that is not modelled
    bool proxies = false;         // TPROXY
    bool connection_mark_unknown = false;
    std::uint8_t changes_ttl = 0;  // hooks in which the mangle table does
    std::uint8_t changes_tos = 0;
    std::set<std::string, std::less<>> changed_sets;  // by the SET target
};

// Shared between the rules of one input.
struct Lowering {
    const LoadOptions& options;
    Policy& policy;
    IpSets sets = {};
    bool have_sets = false;
    Facts facts[2] = {};  // by family
    // By text, so that equal words share one set: of either family, as they stand and negated.
    Memo<std::string_view, AddressSetRef, std::hash<std::string_view>> addresses[2][2] = {};
    Memo<std::string, ServiceSetRef, std::hash<std::string_view>> services = {};
    bool assumes_no_marks = false;     // that programs of the host give their packets
    std::size_t odd_intervals = 0;     // in sets made of discontiguous masks so far
    std::string key = {};              // scratch
    std::vector<Condition> lost = {};  // on which everything depends where lines were not understood

    Facts& facts_of(Family family) { return facts[family == Family::v4 ? 0 : 1]; }
};

// One rule in its surroundings.
struct RuleScope {
    Lowering& lowering;
    const TableAst& table;
    const ChainAst& chain;
    std::uint8_t hooks = 0;  // where its chain is evaluated; 0: nowhere
    const RuleAst& rule;
    Draft draft;
    std::optional<Issue> issue;                          // the rule would be refused
    std::vector<Note> notes = {};                        // added to the policy when the rule decides something
    std::optional<std::chrono::sys_days> last_day = {};  // of its time match

    Family family() const { return table.family; }
    const Facts& facts() const { return lowering.facts_of(table.family); }
    SourceSpan span(std::uint32_t offset, std::uint32_t end) const { return {table.source, offset, end - offset}; }
    SourceSpan span(const OptionAst& option) const { return span(option.offset, option.end()); }

    void refuse(const OptionAst& option, std::string message, std::string hint = {});
    // The rule holds on a condition that no header shows.
    void condition(ConditionKind kind, std::string value, SourceSpan at, std::string message,
                   NoteKind note = NoteKind::unmodelled_condition, std::string hint = {});
    // The same, on what a name meant when the rules were loaded.
    void name_condition(const OptionAst& option, std::string_view name);
};

// The topics. Each reads every option of its own in the rule.
void lower_addresses(RuleScope& scope);     // -s -d, iprange, interfaces, further header fields
void lower_service(RuleScope& scope);       // protocol, ports, ICMP types, TCP flags
void lower_state(RuleScope& scope);         // state, conntrack, marks
void require_connection(RuleScope& scope);  // packets that are neither invalid nor untracked
void lower_time(RuleScope& scope);
void lower_sets(RuleScope& scope);
void lower_extension_headers(RuleScope& scope);  // of IPv6

// Whether the match looks for an extension header of IPv6, and for nothing where there is none.
bool needs_extension_header(const Extension& match, Family family);

// Puts in doubt what the rule asks of packets that may be another way where it meets them: those that come back over
// lo, and replies to a translated source in front of the nat table.
void doubt_earlier(const RuleScope& scope, RuleMatch& match);

// The protocol that the rule requires: nothing when there is none, or several are left.
std::optional<std::uint8_t> required_protocol(const RuleAst& rule);

// What a translation writes: "192.0.2.1-192.0.2.9:80-90/1", "[2001:db8::1]:80", ":80".
struct Endpoint {
    std::optional<Address> address;
    bool address_range = false;
    Address last;  // of a range
    std::optional<std::uint16_t> port;
    bool port_range = false;
};
std::optional<Endpoint> parse_endpoint(std::string_view text, Family family);

// What the target makes of a packet.
struct TargetEffect {
    std::vector<Action> actions;  // all but the last go on to the next
    AddressSetRef pool;           // what a destination is translated to one of; null: one address, or unknown
    // Each of these moves in place of the last action, which is a translation of one side and says which.
    std::vector<BlockMap> blocks;
    bool logs = false;
    bool match_unknown = false;  // the action takes place on a condition of its own
};
// `chain_index`: where a chain of this table stands in the policy.
TargetEffect lower_target(RuleScope& scope, const std::unordered_map<std::string_view, RulesetIndex>& chain_index);

// Notes what the rules of a family do. `hooks`: where each chain of the table is evaluated. Behind the last table,
// finish_facts says what follows from all of them.
void collect_facts(const TableAst& table, const std::vector<std::uint8_t>& hooks, Facts& facts);
void finish_facts(Facts& facts);

// Among the options of the rule and its target; null: not given.
const OptionAst* find_option(const RuleAst& rule, OptionId id);

Result<Policy> lower_document(DocumentAst document, const LoadOptions& options, std::vector<SourceRef> sources);

}  // namespace fwproof::iptables
