// Reads the tokens of one rule and applies the semantic checks of [MS-FASP] 2.2.37. A value that is not understood may
// only narrow the rule, so it becomes a condition; a contradiction keeps the device from enforcing the rule at all. Of
// a port or address that no packet can have that is not so sure: such a rule is in doubt.
#include <fmt/format.h>

#include <map>
#include <unordered_map>

#include "vendor/windows/rule.hpp"
#include "vendor/windows/values.hpp"
#include "vendor/windows/words.hpp"

namespace fwproof::windows {

std::string_view to_string(Profile profile) {
    switch (profile) {
        case Profile::domain: return "domain";
        case Profile::private_: return "private";
        case Profile::public_: return "public";
    }
    return "public";
}

std::string describe(const FirewallRule& rule) {
    if (rule.name.empty() || rule.name == rule.id) return fmt::format("rule '{}'", rule.id);
    return fmt::format("rule '{}' ({})", rule.id, rule.name);
}

namespace {

enum class Token : std::uint8_t {
    action,
    active,
    direction,
    profile,
    protocol,
    local_port,
    remote_port,
    local_address4,
    local_address6,
    remote_address4,
    remote_address6,
    icmp4,
    icmp6,
    program,
    service,
    package,
    interface,
    interface_type,
    security,
    security_realm,
    remote_machines,
    remote_users,
    local_user,
    owner,
    bypass_out,
    loose_remote,
    loose_source,
    edge,
    defer,
    platform,
    platform_operator,
    skip_version,
    tuple_keyword,
    name,
    ignored,
};

// A newer schema may bring further spellings of a list ("LPort2_30", "RA43", "RA4Dyn"). Their members widen the list,
// so that the token must not be taken for a condition that only narrows the rule.
std::optional<Token> find_later_list(std::string_view key) {
    struct List {
        std::string_view start;
        Token token;
    };
    constexpr auto kLists = std::to_array<List>({{"LPort", Token::local_port},
                                                 {"RPort", Token::remote_port},
                                                 {"LA4", Token::local_address4},
                                                 {"LA6", Token::local_address6},
                                                 {"RA4", Token::remote_address4},
                                                 {"RA6", Token::remote_address6}});
    for (const List& list : kLists) {
        if (starts_with_word(key, list.start)) return list.token;
    }
    return std::nullopt;
}

std::optional<Token> find_token(std::string_view key) {
    static const std::unordered_map<std::string, Token> kTokens = {
#define FWPROOF_TOKEN(word, token) {lower_case(word), Token::token},
#include "vendor/windows/tokens.def"
#undef FWPROOF_TOKEN
    };
    const auto found = kTokens.find(lower_case(key));
    if (found != kTokens.end()) return found->second;
    return find_later_list(key);
}

// Tokens that must not have two values, since the later would hide the earlier. Words that are joined or added as
// conditions of their own may be repeated.
bool stands_once(Token token) {
    switch (token) {
        case Token::active:
        case Token::program:
        case Token::service:
        case Token::bypass_out:
        case Token::loose_remote:
        case Token::platform_operator: return true;
        default: return false;
    }
}

class Interpreter {
public:
    Interpreter(const RawRule& raw, std::vector<Note>& notes) : raw_(raw), notes_(notes) {
        rule_.id = raw.id;
        rule_.span = raw.span;
        rule_.certain = raw.certain;
        rule_.conditions = raw.doubts;
    }

    FirewallRule run() {
        if (raw_.unreadable) {
            rule_.active = true;
            rule_.conditions.push_back({ConditionKind::syntax, "a value that is no rule string", raw_.span});
            return std::move(rule_);
        }
        for (const Field& field : raw_.fields) read(field);
        finish();
        return std::move(rule_);
    }

private:
    void read(const Field& field) {
        const auto token = find_token(field.key);
        const std::string_view value = trimmed(field.value);
        if (!token) return misunderstood(field, "unknown token");
        if (value.empty() && *token == Token::profile) return read_empty_profile(field);
        if (value.empty() && *token != Token::ignored && *token != Token::name) return read_empty(field, *token);
        if (stands_once(*token) && is_second(*token, value)) {
            widen(*token);
            return misunderstood(field, "second value");
        }
        switch (*token) {
            case Token::action: return read_action(field, value);
            case Token::active: return read_flag(field, value, rule_.active);
            case Token::direction: return read_direction(field, value);
            case Token::profile: return read_profile(field, value);
            case Token::protocol: return read_protocol(field, value);
            case Token::local_port: return read_port(field, rule_.local_ports, value, true);
            case Token::remote_port: return read_port(field, rule_.remote_ports, value, false);
            case Token::local_address4: return read_address(field, rule_.local, Family::v4, value, false);
            case Token::local_address6: return read_address(field, rule_.local, Family::v6, value, false);
            case Token::remote_address4: return read_address(field, rule_.remote, Family::v4, value, true);
            case Token::remote_address6: return read_address(field, rule_.remote, Family::v6, value, true);
            case Token::icmp4: return read_icmp(field, value, kIcmp);
            case Token::icmp6: return read_icmp(field, value, kIcmp6);
            case Token::program: program_ = {ConditionKind::program, std::string(value), field.span}; return;
            case Token::service: service_ = {ConditionKind::service, std::string(value), field.span}; return;
            case Token::package: return add(ConditionKind::package, std::string(value), field.span);
            case Token::interface:
                has_interface_ = true;
                return add(ConditionKind::other, fmt::format("interface {}", value), field.span);
            case Token::interface_type: return join(interface_types_, value, field.span);
            case Token::security: return join(security_, value, field.span);
            case Token::security_realm: return add(ConditionKind::ipsec, fmt::format("realm {}", value), field.span);
            case Token::remote_machines: return read_remote(field, value, "machines", has_machines_);
            case Token::remote_users: return read_remote(field, value, "users", has_users_);
            case Token::local_user: return add(ConditionKind::user, std::string(value), field.span);
            case Token::owner: return add(ConditionKind::user, fmt::format("owner {}", value), field.span);
            case Token::bypass_out: return read_flag(field, value, rule_.overrides_blocks);
            case Token::loose_remote: return read_flag(field, value, rule_.loose_remote);
            case Token::loose_source: rule_.loose_source = same_word(value, "TRUE"); return;
            case Token::edge: edge_ = same_word(value, "TRUE"); return;
            case Token::defer: deferred_ = true; return;
            case Token::platform: platform_ = {ConditionKind::platform, std::string(value), field.span}; return;
            case Token::platform_operator: at_least_ = same_word(value, "GTEQ"); return;
            case Token::skip_version:
                return add(ConditionKind::platform, fmt::format("firewall newer than schema {}", value), field.span);
            case Token::tuple_keyword: rule_.tuples_only = true; return;
            case Token::name: rule_.name = value; return;
            case Token::ignored: return;
        }
    }

    void note(NoteKind kind, std::string message, std::string hint, SourceSpan span) {
        notes_.push_back({kind, std::move(message), std::move(hint), span});
    }

    // What an unread token adds to a list is kept with the list; everything else can only narrow the rule, so it leaves
    // the rule conditional.
    void misunderstood(const Field& field, std::string_view what) {
        note(NoteKind::unparsed_line,
             fmt::format("{} '{}={}' in rule '{}': the rule may match less than it seems", what, field.key, field.value,
                         raw_.id),
             {}, field.span);
        rule_.conditions.push_back({ConditionKind::syntax, fmt::format("{}={}", field.key, field.value), field.span});
    }

    void reject(std::string why) {
        if (rule_.error.empty()) rule_.error = std::move(why);
    }

    void take(const Field& field, const Taken& taken) {
        if (!taken.understood) return misunderstood(field, "unknown value");
        if (!taken.remark.empty()) note(NoteKind::odd_mask, taken.remark, {}, field.span);
    }

    void read_port(const Field& field, PortList& list, std::string_view value, bool local) {
        Taken taken = add_port(list, value, local, field.span);
        if (taken.error.empty()) {
            if (!taken.remark.empty()) note(NoteKind::information, taken.remark, {}, field.span);
            taken.remark.clear();
            return take(field, taken);
        }
        if (list_error_.empty()) list_error_ = std::move(taken.error);
        unread_members_.emplace_back(&list.keywords, Keyword{std::string(value), Family::v4, field.span});
    }

    void read_address(const Field& field, AddressList& list, Family family, std::string_view value, bool keywords) {
        const std::size_t before = list.v4.size() + list.v6.size();
        Taken taken = add_address(list, family, value, keywords, field.span);
        if (taken.error.empty()) return take(field, taken);
        if (list_error_.empty()) list_error_ = std::move(taken.error);
        if (list.v4.size() + list.v6.size() == before)
            unread_members_.emplace_back(&list.keywords, Keyword{std::string(value), family, field.span});
    }

    void add(ConditionKind kind, std::string value, SourceSpan span) {
        rule_.conditions.push_back({kind, std::move(value), span});
    }

    static void join(Condition& condition, std::string_view value, SourceSpan span) {
        condition.value += condition.value.empty() ? "" : ", ";
        condition.value += value;
        if (!condition.span) condition.span = span;
    }

    void read_action(const Field& field, std::string_view value) {
        Action action = Action::unreadable;
        if (same_word(value, "Allow"))
            action = Action::allow;
        else if (same_word(value, "Block"))
            action = Action::block;
        else if (same_word(value, "ByPass"))
            action = Action::bypass;
        else
            misunderstood(field, "unknown value");
        if (has_action_ && action != rule_.action) {
            if (action != Action::unreadable) misunderstood(field, "second value");
            action = Action::unreadable;
        }
        has_action_ = true;
        rule_.action = action;
    }

    void read_direction(const Field& field, std::string_view value) {
        Direction direction = Direction::unreadable;
        if (same_word(value, "In"))
            direction = Direction::in;
        else if (same_word(value, "Out"))
            direction = Direction::out;
        else
            misunderstood(field, "unknown value");
        if (has_direction_ && direction != rule_.direction) {
            if (direction != Direction::unreadable) misunderstood(field, "second value");
            direction = Direction::unreadable;
        }
        has_direction_ = true;
        rule_.direction = direction;
    }

    void read_flag(const Field& field, std::string_view value, bool& flag) {
        const auto read = truth(value);
        if (read) {
            flag = *read;
        } else {
            misunderstood(field, "unknown value");
            flag = true;
        }
    }

    void read_profile(const Field& field, std::string_view value) {
        if (!has_profile_) rule_.profiles = {};
        has_profile_ = true;
        if (same_word(value, "Domain"))
            rule_.profiles.add(Profile::domain);
        else if (same_word(value, "Private"))
            rule_.profiles.add(Profile::private_);
        else if (same_word(value, "Public"))
            rule_.profiles.add(Profile::public_);
        else
            misunderstood(field, "unknown value");
    }

    // A token without a value is not a missing one: what it should say could be anything.
    void read_empty(const Field& field, Token token) {
        misunderstood(field, "empty value");
        switch (token) {
            case Token::action:
                has_action_ = true;
                rule_.action = Action::unreadable;
                return;
            case Token::direction:
                has_direction_ = true;
                rule_.direction = Direction::unreadable;
                return;
            case Token::active: rule_.active = true; return;
            case Token::protocol:
                protocol_doubtful_ = true;
                rule_.protocol.reset();
                return;
            case Token::loose_remote: rule_.loose_remote = true; return;
            case Token::bypass_out: rule_.overrides_blocks = true; return;
            case Token::local_port: rule_.local_ports.keywords.push_back({"", Family::v4, field.span}); break;
            case Token::remote_port: rule_.remote_ports.keywords.push_back({"", Family::v4, field.span}); break;
            default: return;
        }
        (token == Token::local_port ? rule_.local_ports : rule_.remote_ports).given = true;
    }

    // Whether the token stood before with another value; then every further one is, too.
    bool is_second(Token token, std::string_view value) {
        const auto [known, first] = once_.try_emplace(token, value);
        if (first || same_word(known->second, value)) return false;
        known->second.clear();
        return true;
    }

    // Of two values neither is believed: the rule is at least what either of them would make of it.
    void widen(Token token) {
        switch (token) {
            case Token::active: rule_.active = true; return;
            case Token::bypass_out: rule_.overrides_blocks = true; return;
            case Token::loose_remote: rule_.loose_remote = true; return;
            case Token::program: program_.value.clear(); return;
            case Token::service: service_.value.clear(); return;
            default: return;
        }
    }

    // Reports are seen with a blank profile beside a real one: it neither adds a profile nor stands for all of them.
    void read_empty_profile(const Field& field) {
        if (!has_profile_) rule_.profiles = {};
        has_profile_ = true;
        note(NoteKind::information, fmt::format("empty profile in rule '{}' is passed over", raw_.id), {}, field.span);
    }

    void read_protocol(const Field& field, std::string_view value) {
        const auto protocol = number<unsigned>(value);
        if (!protocol || *protocol > 255 || (rule_.protocol && *rule_.protocol != *protocol)) {
            protocol_doubtful_ = true;
            rule_.protocol.reset();
            return misunderstood(field, "unknown value");
        }
        if (!protocol_doubtful_) rule_.protocol = static_cast<std::uint8_t>(*protocol);
    }

    void read_icmp(const Field& field, std::string_view value, std::uint8_t protocol) {
        icmp_protocol_ = protocol;
        const auto types = parse_icmp(value);
        if (!types) {
            icmp_doubtful_ = true;
            return misunderstood(field, "unknown value");
        }
        rule_.icmp = rule_.icmp ? *rule_.icmp | *types : *types;
    }

    void read_remote(const Field& field, std::string_view value, std::string_view who, bool& seen) {
        seen = true;
        add(ConditionKind::ipsec, fmt::format("authenticated {} {}", who, value), field.span);
    }

    void finish() {
        if (has_profile_ && rule_.profiles.empty()) {
            rule_.profiles = ProfileMask::all();
            add(ConditionKind::syntax, "no readable profile", rule_.span);
        }
        // Defer leaves it to the application or the user whether Edge holds.
        rule_.edge_traversal = edge_ && !deferred_;
        if (icmp_doubtful_) rule_.icmp.reset();
        finish_programs();
        if (!interface_types_.value.empty()) {
            add(ConditionKind::interface_type, interface_types_.value, interface_types_.span);
        }
        if (!security_.value.empty()) add(ConditionKind::ipsec, security_.value, security_.span);
        if (!platform_.value.empty()) {
            if (at_least_)
                rule_.at_least_platform = platform_.value;
            else
                add(ConditionKind::platform, fmt::format("exactly {}", platform_.value), platform_.span);
        }
        check_meaning();
        judge_lists();
        if (rule_.error.empty()) return;
        tell_broken(fmt::format("{} is not enforced: {}", describe(rule_), rule_.error));
    }

    // Whoever wrote the rule believes that it works; of one that is switched off nobody does.
    void tell_broken(std::string message) {
        note(rule_.active ? NoteKind::unparsed_line : NoteKind::information, std::move(message),
             "repair or delete the rule", rule_.span);
    }

    // Windows rejects the rule, says its protocol; but its tools write such values, and hosts are seen to run with
    // them. So the rule is in doubt where nothing else is wrong with it, whatever its action. The readable members of
    // the list count, and one that names nothing may stand for anything.
    void judge_lists() {
        if (list_error_.empty() || !rule_.error.empty()) return;
        for (auto& [keywords, keyword] : unread_members_) keywords->push_back(std::move(keyword));
        add(ConditionKind::other, fmt::format("Windows enforces it although {}", list_error_), rule_.span);
        tell_broken(fmt::format("{} may not be enforced: {}", describe(rule_), list_error_));
    }

    // A service that runs in the shared host process is named by the service alone; requiring the host's path as well
    // would only hide that.
    void finish_programs() {
        const bool shared_host = service_.value.size() > 1 && lower_case(program_.value).ends_with("\\svchost.exe");
        if (!program_.value.empty() && !shared_host) rule_.conditions.push_back(program_);
        if (!service_.value.empty()) rule_.conditions.push_back(service_);
    }

    // What a rule lacks makes it an error, unless the carrier may have left it out.
    void reject_lack(std::string why, std::string_view what) {
        if (!raw_.partial) return reject(std::move(why));
        add(ConditionKind::other, fmt::format("{} that the export leaves out", what), rule_.span);
    }

    void check_meaning() {
        if (!has_action_) reject_lack("it has no Action", "an action");
        if (!has_direction_) reject_lack("it has no Dir", "a direction");
        const bool ports = rule_.local_ports.given || rule_.remote_ports.given;
        if (ports && !protocol_doubtful_ && rule_.protocol != kTcp && rule_.protocol != kUdp) {
            reject_lack("it lists ports without protocol 6 or 17", "a protocol");
        }
        if (icmp_protocol_ && !protocol_doubtful_ && rule_.protocol != *icmp_protocol_) {
            reject_lack(fmt::format("it lists ICMP types without protocol {}", *icmp_protocol_), "a protocol");
        }
        if (rule_.local.given && has_interface_) reject("it names both a local address and an interface");
        check_keywords();
        check_security();
    }

    void check_keywords() {
        const PortList& ports = rule_.local_ports;
        for (const Keyword& keyword : ports.keywords) {
            if (rule_.direction == Direction::out && is_port_keyword(keyword.name))
                reject(fmt::format("local port {} is only for inbound rules", keyword.name));
            if (keyword.name == "RPC" && rule_.protocol == kUdp) reject("port keyword RPC needs protocol 6");
            if (keyword.name == "Teredo" && rule_.protocol == kTcp) reject("port keyword Teredo needs protocol 17");
        }
        if (ports.endpoint_mapper && rule_.direction == Direction::out)
            reject("local port RPC-EPMap is only for inbound rules");
        if (ports.endpoint_mapper && rule_.protocol == kUdp) reject("port keyword RPC-EPMap needs protocol 6");
    }

    void check_security() {
        const bool secured = !security_.value.empty();
        if ((has_machines_ || has_users_) && !secured)
            reject_lack("it lists authenticated peers without Security", "an IPsec setting");
        if (rule_.action == Action::block && secured) reject("a block rule cannot have Security");
        if (rule_.action == Action::bypass) {
            if (!has_machines_) reject_lack("a bypass rule needs RMAuth", "authenticated machines");
            if (!secured) reject_lack("a bypass rule needs Security", "an IPsec setting");
            if (rule_.direction == Direction::out) reject("a bypass rule is inbound");
        }
        if (rule_.overrides_blocks && !secured) reject_lack("AuthByPassOut needs Security", "an IPsec setting");
    }

    const RawRule& raw_;
    std::vector<Note>& notes_;
    FirewallRule rule_;
    Condition program_{ConditionKind::program, {}, {}};
    Condition service_{ConditionKind::service, {}, {}};
    Condition interface_types_{ConditionKind::interface_type, {}, {}};
    Condition security_{ConditionKind::ipsec, {}, {}};
    Condition platform_{ConditionKind::platform, {}, {}};
    std::optional<std::uint8_t> icmp_protocol_;
    std::string list_error_;  // of the first port or address that Windows should reject
    std::vector<std::pair<std::vector<Keyword>*, Keyword>> unread_members_;  // those of them that name none
    std::map<Token, std::string> once_;  // the first value of tokens that stand once
    bool has_action_ = false, has_direction_ = false, has_profile_ = false;
    bool protocol_doubtful_ = false, icmp_doubtful_ = false, has_interface_ = false, has_machines_ = false,
         has_users_ = false;
    bool at_least_ = false;
    bool edge_ = false, deferred_ = false;
};

}  // namespace

FirewallRule interpret(const RawRule& raw, std::vector<Note>& notes) { return Interpreter(raw, notes).run(); }

}  // namespace fwproof::windows
