// The canonical text of a policy, read statement by statement. Long, because every statement of the one small language
// has its function here.
#include <fmt/format.h>

#include <charconv>
#include <map>

#include "fwproof/base/notation.hpp"
#include "fwproof/policy/text.hpp"

namespace fwproof {

namespace {

template <class T>
std::optional<T> number(std::string_view text) {
    const int base = text.starts_with("0x") ? 16 : 10;
    if (base == 16) text.remove_prefix(2);
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

template <class T>
std::optional<T> value_named(std::string_view name, T last) {
    for (int i = 0; i <= static_cast<int>(last); ++i) {
        if (to_string(static_cast<T>(i)) == name) return static_cast<T>(i);
    }
    return std::nullopt;
}

// Reads one policy, line by line. Rulesets and objects may be named before their line: names are bound at the end.
class Parser {
public:
    explicit Parser(SourceRef source) : source_(std::move(source)) { policy_.sources.push_back(source_); }

    Result<Policy> parse() {
        if (source_->text().empty()) return fail(Error{"the policy is empty", {}, {}, source_->name()});
        for (std::uint32_t n = 1; n <= source_->line_count(); ++n) collect_ruleset(n);
        for (std::uint32_t n = 1; n <= source_->line_count(); ++n) {
            WordReader words = line(n);
            if (words.at_end()) continue;
            if (auto error = statement(words, span(n))) return fail(keep(std::move(*error)));
            if (!words.at_end())
                return fail(keep(words.fail_here(fmt::format("unexpected '{}'", words.peek())).value()));
        }
        return std::move(policy_);
    }

private:
    using Problem = std::optional<Error>;

    SourceSpan span(std::uint32_t n) const {
        return {source_.get(), source_->line_offset(n), static_cast<std::uint32_t>(source_->line(n).size())};
    }
    WordReader line(std::uint32_t n) const { return WordReader(span(n)); }
    Error keep(Error error) const {
        error.keep = source_;
        return error;
    }
    static Problem problem(const WordReader& words, std::string message, std::string hint = {}) {
        return words.fail_here(std::move(message), std::move(hint)).value();
    }

    // The word a ruleset is referred to by: its name, and behind "#" which of that name.
    void collect_ruleset(std::uint32_t n) {
        WordReader words = line(n);
        if (!words.take("ruleset")) return;
        const std::string word(words.next());
        const int count = ++seen_[word];
        rulesets_.emplace(word + (count > 1 ? fmt::format("#{}", count) : ""), next_ruleset_++);
    }

    Problem statement(WordReader& words, SourceSpan whole) {
        static const std::map<std::string_view, Problem (Parser::*)(WordReader&, SourceSpan)> kStatements = {
            {"vendor", &Parser::header},     {"device", &Parser::header},    {"version", &Parser::header},
            {"families", &Parser::families}, {"replies", &Parser::replies},  {"interface", &Parser::interface},
            {"route", &Parser::route},       {"object", &Parser::object},    {"impossible", &Parser::impossible},
            {"assumes", &Parser::assumes},   {"ruleset", &Parser::ruleset},  {"path", &Parser::path},
            {"stage", &Parser::stage},       {"divert", &Parser::diversion}, {"leaving", &Parser::stage},
        };
        const auto found = kStatements.find(words.peek());
        return found == kStatements.end() ? rule(words, whole) : (this->*found->second)(words, whole);
    }

    Problem header(WordReader& words, SourceSpan) {
        const std::string_view key = words.next();
        auto name = words.take_name(key);
        if (!name) return name.error();
        (key == "vendor" ? policy_.vendor : key == "device" ? policy_.device : policy_.version) = *name;
        return std::nullopt;
    }

    Problem families(WordReader& words, SourceSpan) {
        words.next();
        while (!words.at_end()) {
            if (words.peek() != "IPv4" && words.peek() != "IPv6") return problem(words, "families are IPv4 and IPv6");
            policy_.families.push_back(words.next() == "IPv4" ? Family::v4 : Family::v6);
        }
        return std::nullopt;
    }

    Problem replies(WordReader& words, SourceSpan) {
        words.next();
        const auto value = value_named(words.peek(), ReplyHandling::by_rules);
        if (!value) return problem(words, "replies are tracked, tracked-ports or by-rules");
        policy_.replies = *value;
        words.next();
        return std::nullopt;
    }

    Problem interface(WordReader& words, SourceSpan whole) {
        words.next();
        Interface interface;
        interface.span = whole;
        auto name = words.take_name("the interface");
        if (!name) return name.error();
        interface.name = *name;
        while (!words.at_end()) {
            if (words.take("address")) {
                const auto address = parse_address(words.peek());
                if (!address) return problem(words, "an address is missing");
                interface.addresses.push_back(*address);
                words.next();
            } else if (words.take("network")) {
                const auto prefix = parse_prefix(words.peek());
                if (!prefix) return problem(words, "a network is missing");
                interface.networks.push_back(*prefix);
                words.next();
            } else if (words.take("level")) {
                interface.security_level = number<int>(words.peek());
                if (!interface.security_level) return problem(words, "a level is missing");
                words.next();
            } else if (words.take("alias")) {
                auto alias = words.take_name("the alias");
                if (!alias) return alias.error();
                interface.description = *alias;
            } else if (words.take("down")) {
                interface.enabled = false;
            } else if (words.take("aside")) {
                interface.transit = false;
            } else if (words.take("bridge")) {
                auto bridge = words.take_name("the bridge");
                if (!bridge) return bridge.error();
                interface.bridge = *bridge;
            } else {
                break;
            }
        }
        policy_.interfaces.push_back(std::move(interface));
        return std::nullopt;
    }

    Problem route(WordReader& words, SourceSpan whole) {
        words.next();
        const auto prefix = parse_prefix(words.peek());
        if (!prefix) return problem(words, "a route needs a destination");
        words.next();
        auto name = words.take_name("the interface");
        if (!name) return name.error();
        policy_.routes.push_back({*prefix, *name, whole, words.take("outward")});
        return std::nullopt;
    }

    Problem diversion(WordReader& words, SourceSpan whole) {
        words.next();
        Diversion diversion;
        diversion.span = whole;
        diversion.surely = !words.take("maybe");
        while (words.take("to")) {
            auto name = words.take_name("the interface");
            if (!name) return name.error();
            diversion.interfaces.push_back(*name);
        }
        if (!words.take("packets")) return problem(words, "'packets' is missing");
        auto packets = parse_product(words);
        if (!packets) return packets.error();
        diversion.packets = std::move(*packets);
        policy_.diversions.push_back(std::move(diversion));
        return std::nullopt;
    }

    static std::optional<std::string_view> in_braces(std::string_view word) {
        if (word.size() < 2 || word.front() != '{' || word.back() != '}') return std::nullopt;
        return word.substr(1, word.size() - 2);
    }

    Problem object(WordReader& words, SourceSpan whole) {
        words.next();
        NamedSet object;
        object.span = whole;
        auto name = words.take_name("the object");
        if (!name) return name.error();
        object.name = *name;
        object.used = !words.take("unused");
        if (words.take("addresses")) {
            const auto inside = in_braces(words.peek());
            auto set = inside ? parse_address_set(*inside) : std::nullopt;
            if (!set) return problem(words, "addresses are written in braces");
            object.addresses = share(std::move(*set));
            addresses_.emplace(object.name, object.addresses);
            words.next();
        }
        if (words.take("services")) {
            const auto inside = in_braces(words.peek());
            auto set = inside ? parse_services(*inside) : std::nullopt;
            if (!set) return problem(words, "services are written in braces");
            object.services = share(std::move(*set));
            services_.emplace(object.name, object.services);
            words.next();
        }
        policy_.objects.push_back(std::move(object));
        return std::nullopt;
    }

    Problem impossible(WordReader& words, SourceSpan) {
        words.next();
        auto product = parse_product(words);
        if (!product) return product.error();
        policy_.impossible.push_back(std::move(*product));
        return std::nullopt;
    }

    Problem assumes(WordReader& words, SourceSpan) {
        words.next();
        auto sentence = words.take_name("the assumption");
        if (!sentence) return sentence.error();
        policy_.assumptions.push_back(*sentence);
        return std::nullopt;
    }

    Problem ruleset(WordReader& words, SourceSpan whole) {
        words.next();
        Ruleset ruleset;
        ruleset.span = whole;
        auto name = words.take_name("the ruleset");
        if (!name) return name.error();
        ruleset.name = *name;
        if (words.take("default")) {
            ruleset.default_verdict = value_named(words.peek(), Verdict::unknown);
            if (!ruleset.default_verdict) return problem(words, "verdicts are permit, deny and unknown");
            words.next();
        }
        ruleset.bound = !words.take("unbound");
        policy_.rulesets.push_back(std::move(ruleset));
        return std::nullopt;
    }

    Problem path(WordReader& words, SourceSpan) {
        words.next();
        const auto position = value_named(words.peek(), Position::transit);
        if (!position) return problem(words, "positions are inbound, outbound and transit");
        words.next();
        Path path{*position, {}, {}};
        if (!words.at_end()) {
            auto variant = words.take_name("the variant");
            if (!variant) return variant.error();
            path.variant = *variant;
        }
        policy_.paths.push_back(std::move(path));
        return std::nullopt;
    }

    Problem stage(WordReader& words, SourceSpan) {
        const bool leaving = words.peek() == "leaving";
        if (!leaving && policy_.paths.empty()) return problem(words, "a stage without a path");
        words.next();
        Stage stage;
        if (auto error = target(words, stage.ruleset)) return error;
        if (words.take("guard")) {
            auto guard = parse_product(words);
            if (!guard) return guard.error();
            stage.guard = std::move(*guard);
        }
        (leaving ? policy_.leaving : policy_.paths.back().stages).push_back(std::move(stage));
        return std::nullopt;
    }

    Problem target(WordReader& words, RulesetIndex& index) {
        const auto found = rulesets_.find(words.peek());
        if (found != rulesets_.end()) {
            index = found->second;
        } else if (const auto unnamed =
                       words.peek().starts_with('?') ? number<RulesetIndex>(words.peek().substr(1)) : std::nullopt) {
            index = *unnamed;  // a ruleset that does not exist
        } else {
            return problem(words, fmt::format("no ruleset is named {}", words.peek()));
        }
        words.next();
        return std::nullopt;
    }

    Problem rule(WordReader& words, SourceSpan whole) {
        if (policy_.rulesets.empty()) {
            return problem(words, fmt::format("unknown statement '{}'", words.peek()),
                           "a policy starts with vendor, families, replies, interface, object or ruleset lines");
        }
        Rule rule;
        rule.span = whole;
        rule.enabled = !words.take("disabled");
        rule.implicit = words.take("implicit");
        rule.match.conditional = words.take("maybe");
        if (auto error = action(words, rule.action)) return error;
        if (auto error = matches(words, rule.match.any_of)) return error;
        if (words.take("at")) {
            if (!words.take("most")) return problem(words, "'at' is followed by 'most'");
            if (auto error = matches(words, rule.match.outer)) return error;
        }
        while (words.take("because")) {
            auto kind = words.take_name("the kind of condition");
            if (!kind) return kind.error();
            const auto value_kind = value_named(*kind, ConditionKind::other);
            if (!value_kind) return problem(words, fmt::format("unknown kind of condition '{}'", *kind));
            auto value = words.take_name("the condition");
            if (!value) return value.error();
            rule.match.conditions.push_back({*value_kind, *value, whole});
        }
        if (words.take("answer")) {
            auto answer = words.take_name("the answer");
            if (!answer) return answer.error();
            if (auto* decide = std::get_if<Decide>(&rule.action)) decide->answer = *answer;
        }
        rule.logs = words.take("log");
        for (const auto& [key, label] :
             {std::pair("name", &rule.name), std::pair("comment", &rule.comment), std::pair("store", &rule.store)}) {
            if (!words.take(key)) continue;
            auto text = words.take_name(key);
            if (!text) return text.error();
            *label = *text;
        }
        policy_.rulesets.back().rules.push_back(std::move(rule));
        return std::nullopt;
    }

    Problem action(WordReader& words, Action& action) {
        const std::string_view word = words.peek();
        if (const auto verdict = value_named(word, Verdict::unknown)) {
            action = Decide{*verdict, {}};
            words.next();
            return std::nullopt;
        }
        if (words.take("return")) {
            action = Return{};
        } else if (words.take("continue")) {
            action = Continue{};
        } else if (words.take("jump")) {
            Jump jump;
            if (auto error = target(words, jump.to)) return error;
            action = jump;
        } else if (words.take("goto")) {
            Goto jump;
            if (auto error = target(words, jump.to)) return error;
            action = jump;
        } else if (words.take("set")) {
            return set_register(words, action);
        } else if (words.take("translate")) {
            return translate(words, action);
        } else {
            const auto near = did_you_mean(word, {"permit", "deny", "unknown", "jump", "goto", "return", "continue",
                                                  "set", "translate", "ruleset", "path", "object", "interface"});
            return problem(words, fmt::format("unknown statement '{}'", word),
                           near ? fmt::format("did you mean '{}'?", *near) : "");
        }
        return std::nullopt;
    }

    Problem set_register(WordReader& words, Action& action) {
        SetRegister set;
        const auto reg = value_named(words.peek(), Register::disposition);
        if (!reg) return problem(words, "registers are packet-mark, connection-mark and disposition");
        set.target = *reg;
        words.next();
        for (auto [key, value] : {std::pair<std::string_view, std::uint32_t*>{"keep", &set.keep},
                                  {"value", &set.value},
                                  {"mask", &set.mask}}) {
            const auto bits = words.take(key) ? number<std::uint32_t>(words.peek()) : std::nullopt;
            if (!bits) return problem(words, fmt::format("'{}' and a number are missing", key));
            *value = *bits;
            words.next();
        }
        if (words.take("from")) {
            set.from = value_named(words.peek(), Register::disposition);
            if (!set.from) return problem(words, "registers are packet-mark, connection-mark and disposition");
            words.next();
        }
        action = set;
        return std::nullopt;
    }

    // "10.0.0.0-10.0.0.255 to 192.0.2.0"
    static std::optional<BlockMap> block(WordReader& words) {
        const std::string_view range = words.peek();
        const auto dash = range.find('-');
        if (dash == std::string_view::npos) return std::nullopt;
        const auto first = parse_address(range.substr(0, dash)), last = parse_address(range.substr(dash + 1));
        if (!first || !last || first->family != last->family || *last < *first) return std::nullopt;
        words.next();
        if (!words.take("to")) return std::nullopt;
        const auto to = parse_address(words.peek());
        const uint128 most = first->family == Family::v4 ? uint128{0xffffffff} : ~uint128{0};
        if (!to || to->family != first->family || to->value > most - (last->value - first->value)) return std::nullopt;
        words.next();
        return BlockMap{*first, *last, *to};
    }

    Problem translate(WordReader& words, Action& action) {
        Translate translate;
        Translate::Part* part = &translate.source;
        while (!words.take("of")) {
            if (words.take("source")) {
                part = &translate.source;
            } else if (words.take("destination")) {
                part = &translate.destination;
            } else if (words.take("here")) {
                translate.to_this_device = true;
            } else if (words.take("address")) {
                part->address_unknown = words.take("unknown");
                if (part->address_unknown) continue;
                part->address = parse_address(words.peek());
                if (!part->address) return problem(words, "an address is missing");
                words.next();
            } else if (words.take("block")) {
                part->block = block(words);
                if (!part->block) return problem(words, "FIRST-LAST to FIRST, two blocks of one family, is missing");
            } else if (words.take("port")) {
                part->port_unknown = words.take("unknown");
                if (part->port_unknown) continue;
                part->port = number<std::uint16_t>(words.peek());
                if (!part->port) return problem(words, "a port is missing");
                words.next();
            } else {
                return problem(words, "a translation ends with 'of' and what it matches");
            }
        }
        action = translate;
        return std::nullopt;
    }

    Problem matches(WordReader& words, std::vector<Match>& any_of) {
        any_of.clear();
        if (words.take("nothing")) return std::nullopt;
        do {
            Match match;
            if (!words.take("all")) {
                auto header = parse_product(words);
                if (!header) return header.error();
                match.header = std::move(*header);
                if (auto error = rest_of_match(words, match)) return error;
            }
            any_of.push_back(std::move(match));
        } while (words.take("|"));
        return std::nullopt;
    }

    Problem rest_of_match(WordReader& words, Match& match) {
        for (const std::string_view key : {"source", "destination", "services"}) {
            if (!words.take(key)) continue;
            std::string_view word = words.peek();
            if (!word.starts_with('@')) return problem(words, "an object is named with '@'");
            word.remove_prefix(1);
            const std::string name = word.starts_with('"') ? unquoted(word).value_or("") : std::string(word);
            const auto services = services_.find(name);
            const auto addresses = addresses_.find(name);
            if (key == "services" ? services == services_.end() : addresses == addresses_.end()) {
                return problem(words, fmt::format("no object is named {}", word));
            }
            if (key == "services") {
                match.header.services = services->second;
            } else {
                (key == "source" ? match.header.source : match.header.destination) = addresses->second;
            }
            words.next();
        }
        while (const auto reg = value_named(words.peek(), Register::disposition)) {
            words.next();
            RegisterTest test;
            test.reg = *reg;
            std::string_view word = words.peek();
            test.negated = word.starts_with('!');
            if (test.negated) word.remove_prefix(1);
            const auto slash = word.find('/');
            const auto value = number<std::uint32_t>(word.substr(0, slash));
            const auto mask =
                slash == std::string_view::npos ? std::nullopt : number<std::uint32_t>(word.substr(slash + 1));
            if (!value || !mask) return problem(words, "a register is tested against VALUE/MASK");
            test.value = *value;
            test.mask = *mask;
            match.registers.push_back(test);
            words.next();
        }
        if (words.take("translated")) {
            if (words.peek() != "yes" && words.peek() != "no") return problem(words, "'translated' is yes or no");
            match.destination_translated = words.next() == "yes";
        }
        if (words.take("originally")) {
            // The header inside the quotes is read as a text of its own, which the policy then keeps.
            auto text = words.take_name("the original header");
            if (!text) return text.error();
            const auto inner = std::make_shared<const Source>(source_->name(), *text);
            WordReader inner_words({inner.get(), 0, static_cast<std::uint32_t>(inner->text().size())});
            auto header = parse_product(inner_words);
            if (!header || !inner_words.at_end()) return problem(words, "the original header is no flow");
            match.original_header = std::make_shared<const Product>(std::move(*header));
        }
        return std::nullopt;
    }

    SourceRef source_;
    Policy policy_;
    std::map<std::string, int> seen_;
    std::map<std::string, RulesetIndex, std::less<>> rulesets_;
    RulesetIndex next_ruleset_ = 0;
    std::map<std::string, AddressSetRef> addresses_;
    std::map<std::string, ServiceSetRef> services_;
};

}  // namespace

Result<Policy> parse_policy(SourceRef source) { return Parser(std::move(source)).parse(); }

}  // namespace fwproof
