// One record of the cmdlets as the tokens of a rule. A filter that is missing leaves the rule conditional. Numbers
// follow the CIM classes: Enabled 1 yes, 2 no; Action 2 allow, 3 bypass, 4 block; Profile 0 any.
#include <fmt/format.h>

#include <algorithm>

#include "vendor/windows/powershell.hpp"
#include "vendor/windows/tokens.hpp"
#include "vendor/windows/words.hpp"

namespace fwproof::windows {

std::string first(const Record& record, std::string_view name) {
    const Property* property = record.find(name);
    return property && !property->values.empty() ? std::string(trimmed(property->values[0])) : std::string();
}

// A list that PowerShell wrote as its type's name is lost.
bool lost(const Property& property) {
    return std::any_of(property.values.begin(), property.values.end(),
                       [](const auto& v) { return v.find("System.String[]") != std::string::npos; });
}

// "80,443", "80|443", "{80, 443}" as its members.
std::vector<std::string> members(const Property& property) {
    std::vector<std::string> result;
    for (const auto& value : property.values) {
        std::string_view rest = trimmed(value);
        if (rest.starts_with('{') && rest.ends_with('}')) rest = rest.substr(1, rest.size() - 2);
        while (!rest.empty()) {
            const auto end = std::min(rest.find_first_of(",|"), rest.size());
            if (const auto word = trimmed(rest.substr(0, end)); !word.empty()) result.emplace_back(word);
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
    return result;
}

namespace {

class RuleWriter {
public:
    explicit RuleWriter(const Record& record) : record_(record), tokens_(raw_) {
        raw_.span = record.span;
        raw_.id = first(record, "name").empty() ? first(record, "instanceid") : first(record, "name");
        if (raw_.id.empty()) raw_.id = first(record, "displayname");
    }

    WrittenRule run() {
        tokens_.add("Name", first(record_, "displayname"), raw_.span);
        write_basics();
        if (const Property* protocol = readable("protocol", "protocol"))
            tokens_.add_protocol(protocol->values[0], raw_.span);
        const bool ports = std::any_of(raw_.fields.begin(), raw_.fields.end(), [](const Field& field) {
            return field.key == "Protocol" && (field.value == "6" || field.value == "17");
        });
        write_list(
            "localport", "local ports", [&](auto& v) { tokens_.add_port('L', v, raw_.span); }, ports);
        write_list(
            "remoteport", "remote ports", [&](auto& v) { tokens_.add_port('R', v, raw_.span); }, ports);
        const bool icmp = std::any_of(raw_.fields.begin(), raw_.fields.end(), [](const Field& field) {
            return field.key == "Protocol" && (field.value == "1" || field.value == "58");
        });
        write_list(
            "icmptype", "ICMP types", [&](auto& v) { tokens_.add_icmp(v, raw_.span); }, icmp);
        write_list(
            "localaddress", "local addresses", [&](auto& v) { tokens_.add_address('L', v, raw_.span); }, true);
        write_list(
            "remoteaddress", "remote addresses", [&](auto& v) { tokens_.add_address('R', v, raw_.span); }, true);
        write_word("program", "program", "App");
        write_word("service", "service", "Svc");
        write_optional("package", "AppPkgId");
        write_optional("packagefamilyname", "PFN");
        write_list(
            "interfacetype", "interface types", [&](auto& v) { write_interface_type(v); }, true);
        write_word("interfacealias", "interface", "IF");
        write_security();
        write_rest();
        return {std::move(raw_), std::move(missing_), std::move(absent_)};
    }

private:
    void write_basics() {
        const std::string enabled = first(record_, "enabled");
        tokens_.add("Active", enabled == "2" ? "FALSE" : enabled == "0" ? "zero" : enabled, raw_.span);
        const std::string direction = first(record_, "direction");
        const bool in = same_word(direction, "Inbound") || same_word(direction, "In") || direction == "1";
        const bool out = same_word(direction, "Outbound") || same_word(direction, "Out") || direction == "2";
        tokens_.add("Dir", in ? "In" : out ? "Out" : direction, raw_.span);
        std::string action = first(record_, "action");
        if (action == "2") action = "Allow";
        if (action == "4") action = "Block";
        const bool overrides = truth(first(record_, "overrideblockrules")) == std::optional(true);
        const bool bypass =
            action == "3" || same_word(action, "AllowBypass") || (overrides && same_word(action, "Allow"));
        if (bypass && out) tokens_.add("AuthByPassOut", "TRUE", raw_.span);
        tokens_.add("Action", !bypass ? action : out ? "Allow" : "ByPass", raw_.span);
        write_profile();
    }

    void write_profile() {
        const Property* profile = readable("profile", "profiles");
        if (!profile) return;
        for (const auto& word : members(*profile)) {
            const auto bits = number<unsigned>(word);
            if (!bits) {
                tokens_.add_profiles(word, raw_.span);
                continue;
            }
            constexpr unsigned kEvery = 7, kAnyBits = 0x7fffffff;
            if (*bits == 0 || *bits == kEvery || *bits == kAnyBits) continue;
            if (*bits > kEvery) tokens_.add("Profile", word, raw_.span);
            if ((*bits & 1U) != 0) tokens_.add("Profile", "Domain", raw_.span);
            if ((*bits & 2U) != 0) tokens_.add("Profile", "Private", raw_.span);
            if ((*bits & 4U) != 0) tokens_.add("Profile", "Public", raw_.span);
        }
    }

    // Null without a value: the property is there and could be read, or the rule is left in doubt.
    const Property* readable(std::string_view name, std::string_view what) {
        const Property* property = record_.find(name);
        if (property && !property->null && !property->values.empty() && !lost(*property) &&
            !property->values[0].empty())
            return property;
        missing_.emplace_back(what);
        tokens_.doubt(fmt::format("{} as the export does not show", what), raw_.span);
        return nullptr;
    }

    template <class Add>
    void write_list(std::string_view name, std::string_view what, Add add, bool matters) {
        if (!matters) return check_unused(name, what);
        const Property* property = readable(name, what);
        if (!property) return;
        const auto all = members(*property);
        if (std::any_of(all.begin(), all.end(), [](const auto& member) { return is_any(member); })) return;
        for (const auto& member : all) add(member);
    }

    // Ports of a rule whose protocol has none: a table that was put together so says nothing sure. (Of ICMP the cmdlets
    // show words there.)
    void check_unused(std::string_view name, std::string_view what) {
        const Property* property = record_.find(name);
        if (!property || property->null || lost(*property)) return;
        for (const auto& member : members(*property)) {
            if (!number<unsigned>(member.substr(0, member.find_first_of("-:.")))) continue;
            return tokens_.doubt(fmt::format("{} {} of a protocol that has none", what, member), raw_.span);
        }
    }

    // A service "*" is any service, and no other process.
    void write_word(std::string_view name, std::string_view what, std::string_view token) {
        const Property* property = readable(name, what);
        if (!property) return;
        const std::string_view value = trimmed(property->values[0]);
        if (!is_any(value) || (token == "Svc" && value == "*")) tokens_.add(token, value, raw_.span);
    }

    // Commonly empty where it does not apply.
    void write_optional(std::string_view name, std::string_view token) {
        if (!record_.find(name)) absent_.emplace_back(name);
        const std::string value = first(record_, name);
        // "*" is every package, which is not every program.
        if (!value.empty() && !same_word(value, "Any")) tokens_.add(token, value, raw_.span);
    }

    // Of the security filter: who must be at the other end, or here.
    void write_peers(std::string_view name, std::string_view what, std::string_view token) {
        const Property* property = readable(name, what);
        if (!property) raw_.partial = true;
        if (property && !is_any(trimmed(property->values[0]))) tokens_.add(token, property->values[0], raw_.span);
    }

    void write_interface_type(const std::string& word) {
        if (word == "0") return;  // any
        const std::string_view known = word == "1"   ? "Lan"
                                       : word == "2" ? "Wireless"
                                       : word == "4" ? "RemoteAccess"
                                                     : rule_word(word);
        tokens_.add("IFType", known, raw_.span);
    }

    void write_security() {
        if (!readable("authentication", "authentication")) raw_.partial = true;
        const std::string authentication = first(record_, "authentication");
        const std::string encryption = first(record_, "encryption");
        const auto none = [](const std::string& v) { return v.empty() || v == "0" || same_word(v, "NotRequired"); };
        if (!none(encryption)) {
            tokens_.add("Security", "AuthenticateEncrypt", raw_.span);
        } else if (!none(authentication)) {
            tokens_.add("Security", "Authenticate", raw_.span);
        }
        write_peers("localuser", "local users", "LUAuth");
        write_peers("remoteuser", "remote users", "RUAuth");
        write_peers("remotemachine", "remote machines", "RMAuth");
        write_optional("owner", "LUOwn");
    }

    // "6.1+" or several of them; Export-Csv loses them.
    void write_platform() {
        const Property* property = record_.find("platform");
        if (!property || property->null) return;
        if (lost(*property)) {
            absent_.emplace_back("platform");
            return;
        }
        for (const auto& member : members(*property)) {
            const bool from = member.ends_with('+');
            tokens_.add("Platform", from ? member.substr(0, member.size() - 1) : member, raw_.span);
            if (from) tokens_.add("Platform2", "GTEQ", raw_.span);
        }
    }

    // Lists of addresses that are kept elsewhere: they stand beside the remote addresses.
    void write_dynamic_addresses() {
        const Property* property = record_.find("remotedynamickeywordaddresses");
        if (!property || property->null) return;
        if (lost(*property)) {
            absent_.emplace_back("dynamic keyword addresses");
            return;
        }
        for (const auto& member : members(*property)) {
            tokens_.add("RA4", member, raw_.span);
            tokens_.add("RA6", member, raw_.span);
        }
    }

    // What the host itself says of the rule: some states mean that it does not enforce it.
    void write_status() {
        const std::string primary = first(record_, "primarystatus");
        if (same_word(primary, "Error") || primary == "3")
            tokens_.doubt("Windows enforces it although its status is Error", raw_.span);
        const Property* property = record_.find("enforcementstatus");
        if (!property || property->null) return;
        for (const auto& state : members(*property)) {
            const auto code = number<unsigned>(state);
            constexpr unsigned kFirstEmpty = 6, kOptimizedOut = 19, kLastEmpty = 23;
            const bool unenforced = code ? *code >= kFirstEmpty && *code <= kLastEmpty && *code != kOptimizedOut
                                         : find_word(state, "Empty") != std::string::npos ||
                                               find_word(state, "Disallowed") != std::string::npos ||
                                               find_word(state, "Platform") != std::string::npos;
            if (unenforced)
                tokens_.doubt(fmt::format("Windows enforces it although its state is {}", state), raw_.span);
        }
    }

    void write_rest() {
        write_platform();
        write_dynamic_addresses();
        write_status();
        write_optional("policyappid", "PolicyAppId");
        if (truth(first(record_, "localonlymapping")) == std::optional(true)) tokens_.add("LOM", "TRUE", raw_.span);
        if (truth(first(record_, "loosesourcemapping")) == std::optional(true)) tokens_.add("LSM", "TRUE", raw_.span);
        const std::string edge = first(record_, "edgetraversalpolicy");
        if (same_word(edge, "Allow") || edge == "1") tokens_.add("Edge", "TRUE", raw_.span);
        const std::string dynamic = first(record_, "dynamictarget");
        if (!dynamic.empty() && dynamic != "0" && !is_any(dynamic)) tokens_.add("TTK", dynamic, raw_.span);
    }

    const Record& record_;
    RawRule raw_;
    TokenWriter tokens_;
    std::vector<std::string> missing_, absent_;
};

}  // namespace

WrittenRule write_rule(const Record& record) { return RuleWriter(record).run(); }

}  // namespace fwproof::windows
