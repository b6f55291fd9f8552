// The text of "netsh advfirewall firewall show rule name=all verbose": one block a rule, "Label:  value" lines. ICMP
// types are a small table. Without verbose there is no program, service, interface type or security: every rule is then
// in doubt, as is one with a line that is not known. Consoles and transcripts wrap long lists: a list with such a line
// behind it may have any member. "netsh advfirewall show allprofiles" may stand before or behind.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "vendor/windows/beside_rules.hpp"
#include "vendor/windows/carrier.hpp"
#include "vendor/windows/tokens.hpp"
#include "vendor/windows/words.hpp"

namespace fwproof::windows {

namespace {

// Values of one rule, label in lower case.
struct Block {
    std::vector<std::pair<std::string, std::string_view>> lines;
    std::vector<std::string_view> icmp;
    std::vector<std::string_view> unknown;                     // lines that could be a condition
    std::vector<std::pair<std::string, std::string>> wrapped;  // lists that go on in a line of their own, and that line
    bool protocols = false;                                    // several
    std::uint32_t first = 0, last = 0;                         // lines of the source

    std::string_view value(std::string_view label) const {
        for (const auto& [name, text] : lines) {
            if (name == label) return text;
        }
        return {};
    }
    // Null: the list stands in one line.
    const std::string* wrap(std::string_view label) const {
        for (const auto& [name, text] : wrapped) {
            if (name == label) return &text;
        }
        return nullptr;
    }
};

bool is_list(std::string_view label) {
    constexpr auto kLists =
        std::to_array<std::string_view>({"localip", "remoteip", "localport", "remoteport", "profiles"});
    return std::find(kLists.begin(), kLists.end(), label) != kLists.end();
}

bool is_known_label(std::string_view label) {
    constexpr auto kLabels =
        std::to_array<std::string_view>({"rule name", "description", "enabled", "direction", "profiles", "grouping",
                                         "localip", "remoteip", "protocol", "localport", "remoteport", "edge traversal",
                                         "program", "service", "interfacetypes", "security", "rule source", "action"});
    return std::find(kLabels.begin(), kLabels.end(), label) != kLabels.end();
}

std::optional<Profile> profile_head(std::string_view line) {
    for (const Profile profile : kProfiles) {
        if (starts_with_word(line, fmt::format("{} Profile Settings:", to_string(profile)))) return profile;
    }
    return std::nullopt;
}

class NetshReader {
public:
    NetshReader(const SourceRef& source, Export& into) : source_(*source), into_(into) {}

    bool run() {
        split();
        for (const Block& block : blocks_) read(block);
        if (without_detail_ > 0) {
            into_.notes.push_back(
                {NoteKind::partial_export,
                 fmt::format("{} rules come without program, service, interface type and security", without_detail_),
                 "run netsh advfirewall firewall show rule name=all verbose, or better netsh advfirewall export "
                 "FILE.wfw",
                 {}});
        }
        return !local.rules.empty() || !policy.rules.empty();
    }
    void tell_rest() const {
        tell_cut();
        std::vector<const FirewallRule*> rules;
        for (const Store* store : {&local, &policy}) {
            for (const FirewallRule& rule : store->rules) rules.push_back(&rule);
        }
        assume_directions(rules, into_);
        beside_.tell(into_);
    }
    bool has_profiles() const { return has_profiles_; }
    bool has_policy() const { return has_merge_ || !policy.rules.empty(); }
    Store local, policy;

private:
    enum class Section : std::uint8_t { rules, profile, global };

    // netsh ends with its Ok. what it has listed as a whole.
    void tell_cut() const {
        if (blocks_.empty() || ended_) return;
        into_.notes.push_back({NoteKind::partial_export,
                               "the listing does not end with the Ok. of netsh: rules may be missing",
                               "run netsh again and keep all that it prints",
                               {}});
        into_.assumptions.emplace_back("No rule is missing at the end of the listing, which has no Ok. of netsh.");
    }

    // What "show allprofiles" and "show global" print of a profile beside what decides.
    static bool is_idle_line(std::string_view line) {
        constexpr auto kIdle = std::to_array<std::string_view>(
            {"LocalFirewallRules", "LocalConSecRules", "InboundUserNotification", "RemoteManagement",
             "UnicastResponseToMulticast", "Logging:", "LogAllowedConnections", "LogDroppedConnections", "FileName",
             "MaxFileSize"});
        return std::any_of(kIdle.begin(), kIdle.end(), [&](auto word) { return starts_with_word(line, word); });
    }

    static bool is_setting(std::string_view line) {
        return is_idle_line(line) || starts_with_word(line, "State ") || starts_with_word(line, "Firewall Policy ");
    }

    void leave_open(Profile profile, std::string message, SourceSpan at) {
        into_.notes.push_back({NoteKind::unparsed_line, std::move(message), "run netsh again", at});
        for (const Setting setting : {Setting::enable_firewall, Setting::shielded, Setting::default_inbound_block,
                                      Setting::default_outbound_block})
            local.profile(profile)[setting] = SettingValue{std::nullopt, at};
        has_profiles_ = true;
    }

    // Of each profile that is listed, what decides must be.
    void close_profile(Section section, Profile profile, SourceSpan at) {
        const ProfileSettings& settings = local.profile(profile);
        if (section != Section::profile ||
            (settings[Setting::enable_firewall] && settings[Setting::default_inbound_block]))
            return;
        leave_open(profile, fmt::format("the {} profile is listed without its state or its policy", to_string(profile)),
                   at);
    }

    SourceSpan line_span(std::uint32_t number) const {
        return {&source_, source_.line_offset(number), static_cast<std::uint32_t>(source_.line(number).size())};
    }

    void split() {
        bool table = false, behind_end = false;
        std::vector<std::uint32_t> console;  // lines of its own, behind the end of a listing
        Profile profile{};
        SourceSpan head_at;
        Section section = Section::rules;
        for (std::uint32_t number = 1; number <= source_.line_count(); ++number) {
            const std::string_view line = source_.line(number);
            const bool rule = starts_with_word(line, "Rule Name:");
            if (rule || ((blocks_.empty() || section != Section::rules) && is_field(line))) {  // or its head is lost
                close_profile(std::exchange(section, Section::rules), profile, head_at);
                blocks_.emplace_back().first = number;
                table = false;
                ended_ = false;
            }
            if (same_word(trimmed(line), "Ok.")) ended_ = behind_end = true;
            if (trimmed(line).empty() || line.starts_with("---") || same_word(trimmed(line), "Ok.")) continue;
            const auto head = profile_head(line);
            const bool global = starts_with_word(line, "Global Settings:");
            if (head || global || is_field(line) || (section == Section::profile && is_setting(line)))
                behind_end = false;
            if (behind_end) {
                console.push_back(number);
                continue;
            }
            if (head) {
                close_profile(std::exchange(section, Section::profile), profile, head_at);
                profile = *head;
                head_at = line_span(number);
            } else if (global) {
                close_profile(std::exchange(section, Section::global), profile, head_at);
            } else if (section == Section::profile) {
                read_setting(profile, number);
            } else if (section == Section::global) {
                continue;
            } else if (!blocks_.empty()) {
                read_line(blocks_.back(), number, table);
            }
        }
        close_profile(section, profile, head_at);
        if (console.empty()) return;
        into_.notes.push_back({NoteKind::information,
                               fmt::format("{} line{} behind the Ok. of netsh {} passed over", console.size(),
                                           console.size() == 1 ? "" : "s", console.size() == 1 ? "is" : "are"),
                               {},
                               line_span(console.front())});
    }

    // "Label:     value", of a rule.
    static bool is_field(std::string_view line) {
        const auto colon = line.find(':');
        return colon != std::string_view::npos && is_known_label(lower_case(trimmed(line.substr(0, colon))));
    }

    void read_line(Block& block, std::uint32_t number, bool& table) const {
        const std::string_view line = source_.line(number);
        block.last = number;
        if (line.starts_with(' ')) {
            const std::string_view row = trimmed(line);
            if (starts_with_word(row, "Type") && find_word(row, "Code") != std::string_view::npos)
                table = true;
            else if (table)
                block.icmp.push_back(row);
            else
                add_unknown(block, row);
            return;
        }
        table = false;
        const auto colon = line.find(':');
        const std::string label = lower_case(trimmed(line.substr(0, colon)));
        const bool described = !block.lines.empty() && block.lines.back().first == "description";
        if (colon != std::string_view::npos && is_known_label(label)) {
            add_field(block, label, trimmed(line.substr(colon + 1)), line);
        } else if (!described) {  // a description can have several lines
            add_unknown(block, trimmed(line));
        }
    }

    // A label that stood before: a description of several lines can hold one, or the head of the next rule is lost. Of
    // two lists neither is believed.
    static void add_field(Block& block, const std::string& label, std::string_view value, std::string_view line) {
        const std::string_view known = block.value(label);
        if (!known.empty()) block.unknown.push_back(line);
        const bool differs = !known.empty() && !same_word(known, value);
        if (differs && label == "protocol") block.protocols = true;
        if (differs && is_list(label)) block.wrapped.emplace_back(label, fmt::format("{} or {}", known, value));
        block.lines.emplace_back(label, value);
    }

    static void add_unknown(Block& block, std::string_view line) {
        if (!block.lines.empty() && is_list(block.lines.back().first))
            block.wrapped.emplace_back(block.lines.back().first, line);
        else
            block.unknown.push_back(line);
    }

    // "State                                 ON" and "Firewall Policy      BlockInbound,AllowOutbound".
    void read_setting(Profile profile, std::uint32_t number) {
        const std::string_view line = trimmed(source_.line(number));
        const SourceSpan at = line_span(number);
        const auto behind = [&](std::string_view label) -> std::optional<std::string_view> {
            if (!starts_with_word(line, label)) return std::nullopt;
            return trimmed(line.substr(label.size()));
        };
        const auto set = [&](Setting setting, const std::optional<bool>& value) {
            auto& known = local.profile(profile)[setting];
            const bool again = value.has_value() && known.has_value() && known->value != value;
            if (!value || again) {
                into_.notes.push_back(
                    {NoteKind::unparsed_line,
                     fmt::format("{} of the {} profile is listed with {}", to_string(setting), to_string(profile),
                                 again ? "two values" : "a value that is not known"),
                     "run netsh again", at});
            }
            known = again ? SettingValue{std::nullopt, at} : SettingValue{value, at};
            has_profiles_ = true;
        };
        const auto either = [](std::string_view word, std::string_view yes, std::string_view no) {
            return same_word(word, yes)  ? std::optional(true)
                   : same_word(word, no) ? std::optional(false)
                                         : std::optional<bool>();
        };
        if (const auto state = behind("State")) {
            set(Setting::enable_firewall, either(*state, "ON", "OFF"));
        } else if (const auto actions = behind("Firewall Policy")) {
            const auto comma = std::min(actions->find(','), actions->size());
            const std::string_view in = trimmed(actions->substr(0, comma));
            const std::string_view out = trimmed(actions->substr(std::min(comma + 1, actions->size())));
            const bool always = same_word(in, "BlockInboundAlways");
            set(Setting::shielded, always);
            set(Setting::default_inbound_block,
                always ? std::optional(true) : either(in, "BlockInbound", "AllowInbound"));
            set(Setting::default_outbound_block, either(out, "BlockOutbound", "AllowOutbound"));
        } else if (const auto merge = behind("LocalFirewallRules"); merge && starts_with_word(*merge, "Disable")) {
            policy.profile(profile)[Setting::allow_local_rules] = SettingValue{false, at, false};
            has_merge_ = true;
        } else if (const auto answers = behind("UnicastResponseToMulticast")) {
            if (const auto on = either(*answers, "Enable", "Disable"))
                record(into_, "DisableUnicastResponsesToMulticastBroadcast", *on ? "0" : "1",
                       std::string(to_string(profile)), at);
        } else if (!is_idle_line(line) && find_word(line, "netsh ") == std::string_view::npos) {
            leave_open(profile, fmt::format("a line of the {} profile is not known", to_string(profile)), at);
        }
    }

    SourceSpan span(const Block& block) const {
        const std::uint32_t start = source_.line_offset(block.first);
        const auto end = source_.line_offset(block.last) + source_.line(block.last).size();
        return {&source_, start, static_cast<std::uint32_t>(end - start)};
    }

    template <class Add>
    static void each(std::string_view list, Add add) {
        if (holds_any(list)) return;
        while (!list.empty()) {
            const auto end = std::min(list.find(','), list.size());
            const std::string_view word = trimmed(list.substr(0, end));
            if (!word.empty()) add(word);
            list.remove_prefix(std::min(end + 1, list.size()));
        }
    }

    static constexpr const char* kWrapped = " (a wrapped line)";

    // The members of a list; of a wrapped one, a word that is none: a number may be cut in two.
    template <class Add>
    static void each_of(const Block& block, std::string_view label, Add add) {
        if (const auto* more = block.wrap(label))
            add(*more + kWrapped);
        else
            each(block.value(label), add);
    }

    static bool is_connection_security(const Block& block) {
        const auto is_end = [](std::string_view line) { return starts_with_word(line, "Endpoint1:"); };
        return std::any_of(block.unknown.begin(), block.unknown.end(), is_end) ||
               std::any_of(block.wrapped.begin(), block.wrapped.end(),
                           [&](const auto& more) { return is_end(more.second); });
    }

    // What "netsh advfirewall consec show rule" prints, in the words of the rule string.
    void read_connection_security(const Block& block) {
        const auto word = [](std::string_view action) -> std::string_view {
            if (same_word(action, "NoAuthentication")) return "DoNotSecure";
            if (same_word(action, "RequestInRequestOut")) return "Boundary";
            if (same_word(action, "RequireInRequestOut") || same_word(action, "RequireInClearOut"))
                return "SecureServer";
            return action;
        };
        RawRule raw;
        raw.id = block.value("rule name");
        raw.span = span(block);
        TokenWriter tokens(raw);
        tokens.add("Active", block.value("enabled"), raw.span);
        tokens.add("Action", word(block.value("action")), raw.span);
        beside_.add("connection security", std::string(raw.span.text()), raw.span);
        beside_.add_connection_security(raw);
    }

    void read(const Block& block) {
        if (is_connection_security(block)) return read_connection_security(block);
        RawRule raw;
        raw.span = span(block);
        const std::string_view name = block.value("rule name");
        raw.id = name;
        TokenWriter tokens(raw);
        const SourceSpan at = raw.span;
        tokens.add("Name", name, at);
        for (const auto& [label, token] :
             {std::pair("enabled", "Active"), std::pair("direction", "Dir"), std::pair("action", "Action")}) {
            if (block.value(label).empty()) tokens.add(token, "", at);
            for (const auto& [known, value] : block.lines) {  // of two lines, neither is believed
                if (known == label) tokens.add(token, value, at);
            }
        }
        raw.partial = true;  // authenticated machines and users are not listed
        if (const auto* more = block.wrap("profiles"))
            tokens.add("Profile", *more + kWrapped, at);
        else
            tokens.add_profiles(block.value("profiles"), at);
        for (const auto* needed : {"profiles", "localip", "remoteip", "protocol"}) {
            if (block.value(needed).empty()) tokens.doubt(fmt::format("{} as the listing does not show", needed), at);
        }
        for (const std::string_view line : block.unknown)
            tokens.doubt(fmt::format("'{}', which is not known", trimmed(line)), at);
        if (block.protocols)
            tokens.add("Protocol", "several", at);
        else
            tokens.add_protocol(block.value("protocol"), at);
        each_of(block, "localport", [&](auto word) { add_port(tokens, 'L', word, at); });
        each_of(block, "remoteport", [&](auto word) { add_port(tokens, 'R', word, at); });
        each_of(block, "localip", [&](auto word) { add_address(tokens, 'L', word, at); });
        each_of(block, "remoteip", [&](auto word) { add_address(tokens, 'R', word, at); });
        add_icmp_types(tokens, block.icmp, at);
        tell_missing_detail(block, tokens, at);
        if (block.value("interfacetypes").empty()) {
            ++without_detail_;
            tokens.doubt("program, service, interface type and security as the listing does not show", at);
        } else {
            read_detail(block, tokens, at);
        }
        const bool from_policy = starts_with_word(block.value("rule source"), "Group Policy");
        (from_policy ? policy : local).rules.push_back(interpret(raw, into_.notes));
    }

    // Ports are shown of TCP and UDP, types of ICMP.
    static void tell_missing_detail(const Block& block, TokenWriter& tokens, SourceSpan at) {
        const std::string_view protocol = block.value("protocol");
        if (same_word(protocol, "TCP") || same_word(protocol, "UDP")) {
            for (const auto* needed : {"localport", "remoteport"}) {
                if (block.value(needed).empty())
                    tokens.doubt(fmt::format("{} as the listing does not show", needed), at);
            }
        }
        if (starts_with_word(protocol, "ICMP") && block.icmp.empty())
            tokens.doubt("ICMP types as the listing does not show", at);
    }

    // netsh does not say which of the two IP-HTTPS keywords it means; the side does.
    static void add_port(TokenWriter& tokens, char side, std::string_view word, SourceSpan at) {
        if (same_word(word, "IPHTTPS")) word = side == 'L' ? "IPHTTPSIn" : "IPHTTPSOut";
        tokens.add_port(side, word, at);
    }

    static void add_address(TokenWriter& tokens, char side, std::string_view word, SourceSpan at) {
        if (!word.ends_with(kWrapped)) return tokens.add_address(side, word, at);
        tokens.add(fmt::format("{}A4", side), word, at);
        tokens.add(fmt::format("{}A6", side), word, at);
    }

    static void add_icmp_types(TokenWriter& tokens, const std::vector<std::string_view>& rows, SourceSpan at) {
        const auto type_of = [](std::string_view row) { return row.substr(0, row.find_first_of(" \t")); };
        if (std::any_of(rows.begin(), rows.end(), [&](auto row) { return is_any(type_of(row)); })) return;
        for (const std::string_view row : rows) {
            const std::string_view type = type_of(row), code = trimmed(row.substr(type.size()));
            tokens.add_icmp(fmt::format("{}:{}", type, is_any(code) ? "*" : code), at);
        }
    }

    static void read_detail(const Block& block, TokenWriter& tokens, SourceSpan at) {
        if (const auto program = block.value("program"); !program.empty() && !is_any(program))
            tokens.add("App", program, at);
        if (const auto service = block.value("service"); !service.empty()) {
            if (!is_any(service) || service == "*") tokens.add("Svc", service, at);
        }
        each(block.value("interfacetypes"), [&](auto word) { tokens.add("IFType", rule_word(word), at); });
        if (same_word(block.value("edge traversal"), "Yes")) tokens.add("Edge", "TRUE", at);
        const std::string_view security = block.value("security");
        if (same_word(security, "NotRequired")) return;
        if (security.empty()) return tokens.doubt("security as the listing does not show", at);
        tokens.add("Security",
                   same_word(security, "AuthEnc") || same_word(security, "AuthDynEnc") ? "AuthenticateEncrypt"
                                                                                       : "Authenticate",
                   at);
    }

    const Source& source_;
    Export& into_;
    std::vector<Block> blocks_;
    bool has_profiles_ = false, has_merge_ = false;
    BesideRules beside_;
    bool ended_ = true;  // an Ok. stands behind the last rule
    std::size_t without_detail_ = 0;
};

}  // namespace

bool is_netsh_text(std::string_view text) {
    const auto start =
        find_word(text.substr(0, 16384), "Rule Name:");  // behind the settings of three profiles, perhaps
    return start != std::string_view::npos && text.substr(start, 8192).find("-----") != std::string_view::npos;
}

// A label, its value, and the line of 70 hyphens that netsh puts under the name of each rule in every language.
bool is_foreign_netsh_text(std::string_view text) {
    text = text.substr(0, 4096);
    const std::string hyphens = "\n" + std::string(70, '-');
    const auto line = text.find(hyphens);
    if (line == std::string_view::npos || line == 0) return false;
    const auto start = text.rfind('\n', line - 1);
    const std::string_view head = text.substr(start == std::string_view::npos ? 0 : start + 1, line - start - 1);
    const auto after = text.find_first_not_of("-\r\n", line);
    if (after == std::string_view::npos) return false;
    const std::string_view next = text.substr(after, text.find('\n', after) - after);
    const auto labelled = [](std::string_view one) {
        const auto colon = one.find(':');
        return colon != std::string_view::npos && one.substr(colon + 1).starts_with("  ");
    };
    // The state of a profile is a table without colons.
    const bool settings = trimmed(head).ends_with(':') && find_word(head, " Settings:") == std::string_view::npos &&
                          trimmed(next).find("    ") != std::string_view::npos;
    return settings || (labelled(head) && labelled(next));
}

Result<std::vector<Export>> read_netsh_text(const SourceRef& source) {
    std::vector<Export> exports(1);
    NetshReader reader(source, exports[0]);
    reader.local.kind = StoreKind::local;
    reader.policy.kind = StoreKind::group_policy;
    if (!reader.run())
        return fail(no_policy(*source, "listing", "run netsh advfirewall firewall show rule name=all verbose"));
    // Names are not unique here, so rules of one name are no doubles.
    reader.local.lossy_ids = reader.policy.lossy_ids = true;
    if (reader.has_profiles()) {
        exports[0].assumptions.emplace_back(
            "The state and default actions that the listing shows are those in force, whoever set them.");
    } else {
        exports[0].assumptions.emplace_back(
            "Rules are all that the listing shows; the profiles' settings are not in it.");
    }
    reader.tell_rest();
    if (reader.has_policy()) exports[0].stores.push_back(std::move(reader.policy));
    exports[0].stores.push_back(std::move(reader.local));
    return exports;
}

}  // namespace fwproof::windows
