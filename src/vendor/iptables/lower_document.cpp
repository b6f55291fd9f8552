// Chains become rulesets; the hooks that a packet meets become the stages of a path. Long, because the stages of both
// back ends, both families and all positions are laid out from the one table of hooks.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "fwproof/base/digest.hpp"
#include "vendor/iptables/impossible.hpp"
#include "vendor/iptables/lower_rule.hpp"

namespace fwproof::iptables {

namespace {

constexpr int kDeepest = 250;

std::uint8_t hook_of(std::string_view chain) {
    if (chain == "PREROUTING") return kPrerouting;
    if (chain == "INPUT") return kInput;
    if (chain == "FORWARD") return kForward;
    if (chain == "OUTPUT") return kOutput;
    return kPostrouting;
}

// Where the chains of one table lead.
struct ChainGraph {
    std::vector<std::vector<std::pair<std::uint32_t, const RuleAst*>>> edges;  // by chain: chain it jumps to, rule
    std::vector<std::uint8_t> hooks;
    std::set<const RuleAst*> loops;  // jumps of chains that no packet reaches
};

Result<ChainGraph> make_graph(const TableAst& table) {
    ChainGraph graph;
    const std::size_t count = table.chains.size();
    graph.edges.resize(count);
    graph.hooks.assign(count, 0);
    for (std::size_t i = 0; i < count; ++i) {
        for (const auto& rule : table.chains[i].rules) {
            if (rule.target.text.empty() || rule.target_extension) continue;
            const auto target = table.index.find(rule.target.text);
            if (target != table.index.end()) graph.edges[i].emplace_back(target->second, &rule);
        }
    }
    // Depth first, without recursion: built-in chains first, so that a loop found from them is one that packets reach.
    enum class Colour : std::uint8_t { white, grey, black };
    std::vector<Colour> colour(count, Colour::white);
    std::vector<int> depth(count, 1);
    std::vector<std::pair<std::uint32_t, std::size_t>> stack;
    for (std::uint32_t root = 0; root < count; ++root) {
        if (colour[root] != Colour::white) continue;
        const bool reached = table.chains[root].built_in;
        colour[root] = Colour::grey;
        stack.assign(1, {root, 0});
        while (!stack.empty()) {
            const std::uint32_t at = stack.back().first;
            if (stack.back().second == graph.edges[at].size()) {
                colour[at] = Colour::black;
                stack.pop_back();
                if (!stack.empty()) depth[stack.back().first] = std::max(depth[stack.back().first], depth[at] + 1);
                if (depth[at] > kDeepest) {
                    return fail(fmt::format("chains call each other more than {} deep", kDeepest),
                                "iptables-restore does not load this either",
                                {table.source, table.chains[at].offset, table.chains[at].length});
                }
                continue;
            }
            const auto [next, rule] = graph.edges[at][stack.back().second++];
            if (colour[next] == Colour::grey) {
                if (reached) {
                    return fail(fmt::format("chain {} leads back to itself over this rule", table.chains[next].name),
                                "iptables-restore refuses a loop of chains",
                                {table.source, rule->offset, rule->length});
                }
                graph.loops.insert(rule);
            } else if (colour[next] == Colour::white) {
                colour[next] = Colour::grey;
                stack.emplace_back(next, 0);
            } else {
                depth[at] = std::max(depth[at], depth[next] + 1);
            }
        }
    }
    std::vector<std::uint32_t> work;
    for (std::uint32_t i = 0; i < count; ++i) {
        if (!table.chains[i].built_in) continue;
        graph.hooks[i] = hook_of(table.chains[i].name);
        work.push_back(i);
    }
    while (!work.empty()) {
        const std::uint32_t at = work.back();
        work.pop_back();
        for (const auto& [next, rule] : graph.edges[at]) {
            const auto hooks = static_cast<std::uint8_t>(graph.hooks[next] | graph.hooks[at]);
            if (hooks == graph.hooks[next]) continue;
            graph.hooks[next] = hooks;
            work.push_back(next);
        }
    }
    return graph;
}

// What a ruleset, with everything it jumps to, can do: bit 0 deny or leave unknown, bit 1 rewrite.
constexpr std::uint8_t kDecides = 1, kRewrites = 2;

std::vector<std::uint8_t> effects(const std::vector<Ruleset>& rulesets) {
    std::vector<std::uint8_t> bits(rulesets.size(), 0);
    std::vector<std::vector<RulesetIndex>> callers(rulesets.size());
    for (RulesetIndex i = 0; i < rulesets.size(); ++i) {
        for (const auto& rule : rulesets[i].rules) {
            if (const auto* decide = std::get_if<Decide>(&rule.action)) {
                if (decide->verdict != Verdict::permit) bits[i] |= kDecides;
            } else if (std::holds_alternative<SetRegister>(rule.action) ||
                       std::holds_alternative<Translate>(rule.action)) {
                bits[i] |= kRewrites;
            } else if (const auto* jump = std::get_if<Jump>(&rule.action)) {
                callers[jump->to].push_back(i);
            } else if (const auto* go = std::get_if<Goto>(&rule.action)) {
                callers[go->to].push_back(i);
            }
        }
    }
    std::vector<RulesetIndex> work;
    for (RulesetIndex i = 0; i < rulesets.size(); ++i) {
        if (bits[i] != 0) work.push_back(i);
    }
    while (!work.empty()) {
        const RulesetIndex at = work.back();
        work.pop_back();
        for (const RulesetIndex caller : callers[at]) {
            const auto both = static_cast<std::uint8_t>(bits[caller] | bits[at]);
            if (both == bits[caller]) continue;
            bits[caller] = both;
            work.push_back(caller);
        }
    }
    return bits;
}

struct StageSpec {
    TableName table;
    std::string_view chain;
};

constexpr auto kInbound = std::to_array<StageSpec>({{TableName::raw, "PREROUTING"},
                                                    {TableName::mangle, "PREROUTING"},
                                                    {TableName::nat, "PREROUTING"},
                                                    {TableName::mangle, "INPUT"},
                                                    {TableName::filter, "INPUT"},
                                                    {TableName::security, "INPUT"},
                                                    {TableName::nat, "INPUT"}});
constexpr auto kOutbound = std::to_array<StageSpec>({{TableName::raw, "OUTPUT"},
                                                     {TableName::mangle, "OUTPUT"},
                                                     {TableName::nat, "OUTPUT"},
                                                     {TableName::filter, "OUTPUT"},
                                                     {TableName::security, "OUTPUT"},
                                                     {TableName::mangle, "POSTROUTING"},
                                                     {TableName::nat, "POSTROUTING"}});
constexpr auto kTransit = std::to_array<StageSpec>({{TableName::raw, "PREROUTING"},
                                                    {TableName::mangle, "PREROUTING"},
                                                    {TableName::nat, "PREROUTING"},
                                                    {TableName::mangle, "FORWARD"},
                                                    {TableName::filter, "FORWARD"},
                                                    {TableName::security, "FORWARD"},
                                                    {TableName::mangle, "POSTROUTING"},
                                                    {TableName::nat, "POSTROUTING"}});

class DocumentLowering {
public:
    DocumentLowering(DocumentAst document, const LoadOptions& options)
        : document_(std::move(document)), lowering_{.options = options, .policy = policy_} {}

    Result<Policy> run(std::vector<SourceRef> sources);

private:
    using Layer = std::vector<std::size_t>;  // tables of one family and back end

    std::string prefix(const TableAst& table) const;
    void name_rulesets();
    void tell_missing_policies(const TableAst& table);
    void lower_table(std::size_t index, const ChainGraph& graph);
    void make_paths();
    std::optional<Stage> make_stage(const StageSpec& spec, Family family, Backend backend, Position position,
                                    bool filtered);
    void add_stages(Path& path, std::span<const StageSpec> specs, Family family);
    void add_following(Path& path, const Stage& stage);
    void add_expected(Path& path, const Stage& stage);
    bool decides(RulesetIndex ruleset) const;
    void add_competing(Path& path, const std::vector<Stage>& stages);
    void add_leaving(const TableAst& table, std::size_t index);
    RulesetIndex add_ruleset(std::string name, std::optional<Verdict> verdict, Rule rule);
    void add_other_family(Path& path);
    void add_assumptions();

    DocumentAst document_;
    Policy policy_;
    Lowering lowering_;
    std::vector<std::unordered_map<std::string_view, RulesetIndex>> chain_index_;  // by table
    std::vector<std::uint8_t> effects_;
    std::optional<RulesetIndex> other_family_;  // the ruleset for what the export leaves out
    bool both_families_ = false;
    bool both_backends_[2] = {false, false};
};

std::string DocumentLowering::prefix(const TableAst& table) const {
    std::string text;
    if (both_families_ && table.family == Family::v6) text += "IPv6 ";
    if (both_backends_[table.family == Family::v4 ? 0 : 1] && table.backend == Backend::legacy) text += "legacy ";
    if (table.name != TableName::filter) text += fmt::format("{} ", to_string(table.name));
    return text;
}

void DocumentLowering::name_rulesets() {
    for (const auto& table : document_.tables) {
        auto& index = chain_index_.emplace_back();
        const std::string before = prefix(table);
        for (const auto& chain : table.chains) {
            const auto known = table.index.find(chain.name);
            if (known != table.index.end() && &table.chains[known->second] == &chain) {
                index.emplace(chain.name, static_cast<RulesetIndex>(policy_.rulesets.size()));
            }
            Ruleset ruleset;
            ruleset.name = before + std::string(chain.name);
            ruleset.filters = table.name == TableName::filter || table.name == TableName::security;
            ruleset.span = {chain.length == 0 ? nullptr : table.source, chain.offset, chain.length};
            if (chain.built_in) {
                ruleset.default_verdict = chain.policy == PolicyWord::drop ? Verdict::deny : Verdict::permit;
                ruleset.default_span = ruleset.span;
                // iptables-save prints every policy: a dump without one is a part of a dump.
                if (chain.policy == PolicyWord::none && table.name == TableName::filter)
                    ruleset.default_verdict = Verdict::unknown;
                if (table.name == TableName::nat && chain.policy == PolicyWord::drop &&
                    !lowering_.facts_of(table.family).runs_nat) {
                    ruleset.default_verdict = Verdict::unknown;
                    policy_.notes.push_back({NoteKind::unmodelled_condition,
                                             "packets meet the nat table only where something tracks connections, and "
                                             "no rule of this export does",
                                             "", ruleset.span});
                }
            }
            policy_.rulesets.push_back(std::move(ruleset));
        }
    }
}

void DocumentLowering::tell_missing_policies(const TableAst& table) {
    std::vector<std::string_view> chains;
    for (const auto& chain : table.chains) {
        if (chain.built_in && chain.policy == PolicyWord::none) chains.push_back(chain.name);
    }
    if (chains.empty()) return;
    policy_.notes.push_back(
        {NoteKind::partial_export,
         fmt::format("the polic{} of {} {} not in this export: what no rule there decides is unknown",
                     chains.size() == 1 ? "y" : "ies", fmt::join(chains, ", "), chains.size() == 1 ? "is" : "are"),
         fmt::format("export with iptables-save, which prints ':{} DROP [0:0]' or ACCEPT", chains.front()),
         SourceSpan{table.source, table.offset, table.length}});
}

void DocumentLowering::lower_table(std::size_t index, const ChainGraph& graph) {
    TableAst& table = document_.tables[index];
    if (table.name == TableName::filter) tell_missing_policies(table);
    // Chains stand in the policy in the order of the table.
    const RulesetIndex first = chain_index_[index].at(table.chains[0].name);
    for (std::size_t c = 0; c < table.chains.size(); ++c) {
        ChainAst& chain = table.chains[c];
        Ruleset& ruleset = policy_.rulesets[first + c];
        ruleset.bound = graph.hooks[c] != 0;
        ruleset.rules.reserve(chain.rules.size());
        if (table.name == TableName::nat && chain.built_in && lowering_.facts_of(table.family).untracks) {
            Rule skip;
            skip.implicit = true;
            skip.name = "untracked packets are not translated";
            skip.match.any_of[0].registers.push_back({Register::disposition, kUntracked, kUntracked, false});
            skip.action = Decide{Verdict::permit, ""};
            ruleset.rules.push_back(std::move(skip));
        }
        if (chain.name == "INPUT" && table.name != TableName::nat && lowering_.facts_of(table.family).sends_elsewhere) {
            Rule leaves;
            leaves.implicit = true;
            leaves.name = "translated to another address: forwarded, unless the address is this host's";
            leaves.match.any_of[0].registers.push_back({Register::disposition, kSentElsewhere, kSentElsewhere, false});
            leaves.action = Decide{table.name == TableName::filter ? Verdict::unknown : Verdict::permit, ""};
            ruleset.rules.push_back(std::move(leaves));
        }
        // What was lowered is let go at once: its memory is what the next rule needs.
        for (std::size_t number = 1; !chain.rules.empty(); ++number, chain.rules.pop_front()) {
            const RuleAst& rule = chain.rules.front();
            const RulePlace place{
                table, chain, graph.hooks[c], number, graph.loops.contains(&rule), chain_index_[index]};
            lower_rule(lowering_, place, rule, ruleset);
        }
    }
}

// Its effects are to be added too.
RulesetIndex DocumentLowering::add_ruleset(std::string name, std::optional<Verdict> verdict, Rule rule) {
    Ruleset ruleset;
    ruleset.name = std::move(name);
    ruleset.default_verdict = verdict;
    ruleset.rules.push_back(std::move(rule));
    policy_.rulesets.push_back(std::move(ruleset));
    return static_cast<RulesetIndex>(policy_.rulesets.size() - 1);
}

// The stage of one back end, where it has a table that can decide or change something there.
std::optional<Stage> DocumentLowering::make_stage(const StageSpec& spec, Family family, Backend backend,
                                                  Position position, bool filtered) {
    Product guard;  // also where the export has one family alone: its rules never see packets of the other
    guard.source = share(AddressSet::any(family));
    const auto found = std::find_if(document_.tables.begin(), document_.tables.end(), [&](const TableAst& table) {
        return table.name == spec.table && table.family == family && table.backend == backend;
    });
    if (found == document_.tables.end()) {
        if (spec.table != TableName::filter) return std::nullopt;
        Rule rule;
        rule.implicit = true;
        rule.name = "the filter table is not in this export";
        rule.match = anything_unknown("the filter table is not in this export");
        rule.action = Decide{Verdict::unknown, ""};
        effects_.push_back(kDecides);
        return Stage{add_ruleset(fmt::format("{} (not in this export)", spec.chain), Verdict::permit, std::move(rule)),
                     guard};
    }
    const auto table = static_cast<std::size_t>(found - document_.tables.begin());
    const RulesetIndex ruleset = chain_index_[table].at(spec.chain);
    const bool denies = decides(ruleset);
    const bool needed =
        spec.table == TableName::filter || denies || (!filtered && (effects_[ruleset] & kRewrites) != 0);
    if (!needed) return std::nullopt;
    if (spec.table == TableName::nat) {
        guard.states = State::new_;
        // What comes back over lo has been through the nat table in OUTPUT.
        if (position == Position::inbound && spec.chain == "PREROUTING") guard.in = InterfaceSet{{{"lo", false}}, true};
    }
    return Stage{ruleset, guard};
}

// The tables of two back ends stand side by side in every hook.
void DocumentLowering::add_stages(Path& path, std::span<const StageSpec> specs, Family family) {
    std::vector<Backend> backends;
    for (const Backend backend : {Backend::any, Backend::legacy, Backend::nft}) {
        const bool present = std::any_of(document_.tables.begin(), document_.tables.end(), [&](const TableAst& table) {
            return table.family == family && table.backend == backend;
        });
        if (present) backends.push_back(backend);
    }
    bool filtered = false;
    for (const auto& spec : specs) {
        std::vector<Stage> stages;
        for (const Backend backend : backends) {
            if (auto stage = make_stage(spec, family, backend, path.position, filtered))
                stages.push_back(std::move(*stage));
        }
        const auto rewrites = [&](const Stage& stage) { return (effects_[stage.ruleset] & kRewrites) != 0; };
        if (spec.table == TableName::nat && !filtered && stages.size() == 2 &&
            std::all_of(stages.begin(), stages.end(), rewrites)) {
            add_competing(path, stages);
        } else {
            path.stages.insert(path.stages.end(), stages.begin(), stages.end());
        }
        for (const auto& stage : stages) {
            if (spec.table != TableName::nat) break;
            if (decides(stage.ruleset))
                add_expected(path, stage);
            else if (!filtered && lowering_.facts_of(family).translates)
                add_following(path, stage);
        }
        filtered = filtered || spec.table == TableName::filter;
    }
}

constexpr const char* kTranslatedByHelper = "whether a helper has translated the expected connection already";

// The stage for first packets of connections that a helper expects.
Stage expected(Stage stage) {
    stage.guard.states = State::related;
    ServiceTerm term;
    term.protocols = (ProtocolSet::of(kIcmp) | ProtocolSet::of(kIcmp6)).complement();
    stage.guard.services = share(ServiceSet{{std::move(term)}});
    return stage;
}

bool DocumentLowering::decides(RulesetIndex ruleset) const {
    return (effects_[ruleset] & kDecides) != 0 || policy_.rulesets[ruleset].default_verdict != Verdict::permit;
}

// The packets that follow a connection's first one are translated as it was, unless the connection is older than the
// rules. The first packet of a connection that a helper expects (ftp, tftp, sip) meets the rules like a new one, unless
// the helper has translated it already; errors of ICMP are related too, and meet none.
void DocumentLowering::add_following(Path& path, const Stage& stage) {
    const auto enter = [&](const std::string& name, const char* condition, Stage following) {
        Rule jump;
        jump.implicit = true;
        jump.name = name;
        jump.match = anything_unknown(condition);
        jump.action = Jump{stage.ruleset};
        following.ruleset = add_ruleset(name, Verdict::permit, std::move(jump));
        effects_.push_back(kRewrites);
        path.stages.push_back(std::move(following));
    };
    const std::string name = policy_.rulesets[stage.ruleset].name;
    Stage known = stage;
    known.guard.states = State::established;
    add_field(known.guard, Field::connection_direction, IntervalSet<std::uint64_t>::of(0));
    enter(name + ", for packets of known connections", "whether the connection is older than the rules",
          std::move(known));
    enter(name + ", for expected connections", kTranslatedByHelper, expected(stage));
}

// A chain that drops packets may drop the first one of an expected connection as well.
void DocumentLowering::add_expected(Path& path, const Stage& stage) {
    const std::string name = policy_.rulesets[stage.ruleset].name + ", for expected connections";
    Rule rule;
    rule.implicit = true;
    rule.name = name;
    rule.match = anything_unknown(kTranslatedByHelper);
    rule.action = Decide{Verdict::unknown, ""};
    Stage perhaps = expected(stage);
    perhaps.ruleset = add_ruleset(name, Verdict::permit, std::move(rule));
    effects_.push_back(kDecides);
    path.stages.push_back(std::move(perhaps));
}

// Two nat tables share a connection: the first one that translates it wins, and which of them is asked first depends on
// which was loaded first.
void DocumentLowering::add_competing(Path& path, const std::vector<Stage>& stages) {
    const auto bit = [](bool set) { return RegisterTest{Register::disposition, kOtherOrder, kOtherOrder, !set}; };
    const auto guarded = [&](const std::string& name, Rule rule) {
        rule.implicit = true;
        rule.name = name;
        path.stages.push_back({add_ruleset(name, Verdict::permit, std::move(rule)), stages[0].guard});
        effects_.push_back(kRewrites);
    };
    Rule order;
    order.match = anything_unknown("which of the two nat tables was loaded first");
    order.action = SetRegister{Register::disposition, ~kOtherOrder, kOtherOrder, std::nullopt, ~std::uint32_t{0}};
    guarded("the order of the two nat tables", std::move(order));
    const auto enter = [&](const Stage& stage, std::optional<bool> other_order, bool untranslated) {
        Rule jump;
        if (other_order) jump.match.any_of[0].registers.push_back(bit(*other_order));
        if (untranslated) jump.match.any_of[0].destination_translated = false;
        jump.action = Jump{stage.ruleset};
        guarded(policy_.rulesets[stage.ruleset].name, std::move(jump));
    };
    enter(stages[0], false, false);
    enter(stages[1], std::nullopt, true);
    enter(stages[0], true, true);
}

// nat POSTROUTING. (What nat INPUT rewrites goes to this host, which answers it: no other device sees it.)
void DocumentLowering::add_leaving(const TableAst& table, std::size_t index) {
    const RulesetIndex ruleset = chain_index_[index].at("POSTROUTING");
    if ((effects_[ruleset] & kRewrites) == 0) return;
    Stage stage{ruleset, {}};
    stage.guard.source = share(AddressSet::any(table.family));
    stage.guard.states = State::new_;
    policy_.leaving.push_back(std::move(stage));
}

// What the export does not speak about is unknown, not permitted.
void DocumentLowering::add_other_family(Path& path) {
    const Family other = policy_.families[0] == Family::v4 ? Family::v6 : Family::v4;
    Product guard;
    guard.source = share(AddressSet::any(other));
    const std::string name = fmt::format("{} (not in this export)", family_name(other));
    if (!other_family_) {
        Rule rule;
        rule.implicit = true;
        rule.name = name;
        rule.match = anything_unknown(fmt::format("the {} rules are not in this export", family_name(other)));
        rule.action = Decide{Verdict::unknown, ""};
        other_family_ = add_ruleset(name, Verdict::permit, std::move(rule));
        effects_.push_back(kDecides);
    }
    path.stages.push_back({*other_family_, guard});
}

// The lines themselves, as far as they are few: an edit of one of them is an edit of what depends on them.
std::vector<Condition> lost_lines(const DocumentAst& document) {
    constexpr std::size_t kShown = 8, kMostWords = 80;
    constexpr std::string_view kWhat = "lines that were not understood";
    std::vector<Condition> all;
    std::string rest;
    for (const auto& line : document.lost) {
        if (all.size() < kShown) {
            all.push_back({ConditionKind::syntax, std::string(line.text().substr(0, kMostWords)), line});
        } else {
            rest.append(line.text()).append("\n");
        }
    }
    if (!rest.empty()) {
        all.push_back({ConditionKind::syntax,
                       fmt::format("{} more {} (SHA-256 {})", document.lost.size() - kShown, kWhat, sha256(rest)),
                       {}});
    }
    if (all.empty()) all.push_back({ConditionKind::syntax, std::string(kWhat), {}});
    return all;
}

void DocumentLowering::make_paths() {
    effects_ = effects(policy_.rulesets);
    const auto make = [&](Position position, std::span<const StageSpec> specs) {
        Path path;
        path.position = position;
        if (!both_families_) add_other_family(path);
        for (const Family family : policy_.families) add_stages(path, specs, family);
        policy_.paths.push_back(std::move(path));
    };
    make(Position::inbound, kInbound);
    make(Position::outbound, kOutbound);
    make(Position::transit, kTransit);
    for (std::size_t i = 0; i < document_.tables.size(); ++i) {
        if (document_.tables[i].name == TableName::nat) add_leaving(document_.tables[i], i);
    }
}

void DocumentLowering::add_assumptions() {
    auto& list = policy_.assumptions;
    list.emplace_back(
        "no nftables ruleset, bridge rule or traffic control of this host drops or marks packets besides these tables");
    if (policy_.families.size() == 1) {
        list.push_back(fmt::format("{} only: the export does not say what {} may do", family_name(policy_.families[0]),
                                   family_name(policy_.families[0] == Family::v4 ? Family::v6 : Family::v4)));
    }
    if (!document_.mentioned.empty())
        list.emplace_back("the tables that the export mentions and does not show permit everything");
    if (both_backends_[0] || both_backends_[1])
        list.emplace_back("where both back ends have a table, packets meet the one of iptables-legacy first");
    bool tracking = false, sets = lowering_.have_sets;
    for (const auto& facts : lowering_.facts) tracking = tracking || facts.tracking;
    if (tracking) {
        list.emplace_back(
            "connection tracking runs with its usual settings: nf_conntrack_tcp_loose is 1 and checksums are verified");
    }
    if (lowering_.assumes_no_marks)
        list.emplace_back("programs of this host give their own packets no mark (SO_MARK), which some rules test");
    if (sets) list.emplace_back("the sets hold what the ipset listing says");
    list.emplace_back(
        "the host routes packets between its interfaces (net.ipv4.ip_forward), and reverse path filtering drops none");
}

Result<Policy> DocumentLowering::run(std::vector<SourceRef> sources) {
    policy_.vendor = "iptables";
    policy_.version = document_.version;
    policy_.replies = ReplyHandling::by_rules;
    policy_.sources = std::move(sources);
    policy_.notes = document_.notes;
    for (const Family family : {Family::v4, Family::v6}) {
        std::set<Backend> backends;
        for (const auto& table : document_.tables) {
            if (table.family == family) backends.insert(table.backend);
        }
        if (!backends.empty()) policy_.families.push_back(family);
        both_backends_[family == Family::v4 ? 0 : 1] = backends.size() > 1;
    }
    both_families_ = policy_.families.size() == 2;
    if (lowering_.options.ipset) {
        lowering_.have_sets = true;
        lowering_.sets = parse_ipset(lowering_.options.ipset, policy_.notes);
        policy_.sources.push_back(lowering_.options.ipset);
    }
    std::vector<ChainGraph> graphs;
    for (const auto& table : document_.tables) {
        auto graph = make_graph(table);
        if (!graph) {
            Error error = graph.error();
            for (const auto& source : policy_.sources) {
                if (source.get() == error.span.source) error.keep = source;
            }
            return fail(std::move(error));
        }
        collect_facts(table, graph->hooks, lowering_.facts_of(table.family));
        graphs.push_back(std::move(*graph));
    }
    for (auto& facts : lowering_.facts) finish_facts(facts);
    name_rulesets();
    lowering_.lost = lost_lines(document_);
    for (std::size_t i = 0; i < document_.tables.size(); ++i) lower_table(i, graphs[i]);
    make_paths();
    add_impossible(policy_);
    add_assumptions();
    const auto place = [&](const Note& note) {
        const auto source = std::find_if(policy_.sources.begin(), policy_.sources.end(),
                                         [&](const SourceRef& ref) { return ref.get() == note.span.source; });
        return std::pair(source - policy_.sources.begin(), note.span.offset);
    };
    std::stable_sort(policy_.notes.begin(), policy_.notes.end(),
                     [&](const Note& a, const Note& b) { return place(a) < place(b); });
    return std::move(policy_);
}

}  // namespace

Result<Policy> lower_document(DocumentAst document, const LoadOptions& options, std::vector<SourceRef> sources) {
    return DocumentLowering(std::move(document), options).run(std::move(sources));
}

}  // namespace fwproof::iptables
