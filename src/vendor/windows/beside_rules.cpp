#include "vendor/windows/beside_rules.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "fwproof/base/digest.hpp"
#include "vendor/windows/words.hpp"

namespace fwproof::windows {

namespace {

std::string_view value_of(const RawRule& rule, std::string_view key) {
    const auto field =
        std::find_if(rule.fields.begin(), rule.fields.end(), [&](const Field& one) { return same_word(one.key, key); });
    return field == rule.fields.end() ? std::string_view() : trimmed(field->value);
}

std::string some_of(const std::set<std::string>& names) {
    constexpr std::size_t kShown = 8;
    std::string text;
    std::size_t shown = 0;
    for (const auto& name : names) {
        if (shown++ < kShown) text += fmt::format("{}{}", text.empty() ? "" : ", ", name);
    }
    if (names.size() > kShown) text += fmt::format(" and {} more", names.size() - kShown);
    return text;
}

}  // namespace

void BesideRules::add(std::string_view kind, std::string text, SourceSpan span) {
    Seen& seen = seen_[std::string(kind)];
    if (seen.texts.empty()) seen.span = span;
    seen.texts.push_back(std::move(text));
}

void BesideRules::add_hardening(const RawRule& rule) {
    const std::string_view direction = value_of(rule, "Dir");
    if (!same_word(value_of(rule, "Action"), "Block")) return;
    for (const Field& field : rule.fields) {
        if (!same_word(field.key, "Svc") || trimmed(field.value).empty()) continue;
        if (!same_word(direction, "Out")) hardened_in_.insert(std::string(trimmed(field.value)));
        if (!same_word(direction, "In")) hardened_out_.insert(std::string(trimmed(field.value)));
    }
}

// FW_CS_RULE_ACTION of [MS-FASP]: Boundary asks for IPsec without insisting, DoNotSecure does not ask; SecureServer
// insists on it inbound. Secure, and words that are not known, may insist on it in both directions.
void BesideRules::add_connection_security(const RawRule& rule) {
    if (truth(value_of(rule, "Active")).value_or(false) == false && !rule.unreadable) return;
    const std::string_view action = value_of(rule, "Action");
    if (same_word(action, "Boundary") || same_word(action, "DoNotSecure")) return;
    secured_in_.insert(rule.id);
    if (!same_word(action, "SecureServer")) secured_out_.insert(rule.id);
}

void BesideRules::tell(Export& into) const {
    const auto assume = [&](const Names& services, std::string_view direction) {
        if (services.empty()) return;
        into.assumptions.push_back(
            fmt::format("Service hardening, which is asked before all rules, does not block {} traffic of the services "
                        "that it names: {}.",
                        direction, some_of(services)));
    };
    assume(hardened_in_, "inbound");
    assume(hardened_out_, "outbound");
    const auto secured = [&](const Names& rules, std::string_view direction) {
        if (rules.empty()) return;
        into.assumptions.push_back(
            fmt::format("{} traffic fulfils or does not meet the connection security rules that may require IPsec of "
                        "it: {}.",
                        direction, some_of(rules)));
    };
    secured(secured_in_, "Inbound");
    secured(secured_out_, "Outbound");
    for (const auto& [kind, seen] : seen_) {
        into.notes.push_back(
            {NoteKind::information,
             fmt::format("{} values under {} are no firewall rules; they are left out", seen.texts.size(), kind),
             "connection security and service hardening can still stop what the rules let through", seen.span});
        std::vector<std::string> texts = seen.texts;
        std::sort(texts.begin(), texts.end());
        std::string all;
        for (const auto& text : texts) all += text + '\n';
        constexpr std::size_t kDigits = 12;
        record(into, kind, fmt::format("{} values, digest {}", texts.size(), sha256(all).substr(0, kDigits)), {},
               seen.span);
    }
}

void assume_directions(const std::vector<const FirewallRule*>& rules, Export& into) {
    if (rules.empty()) return;
    for (const auto& [direction, word] : {std::pair(Direction::in, "inbound"), std::pair(Direction::out, "outbound")}) {
        const bool shown = std::any_of(rules.begin(), rules.end(), [direction = direction](const FirewallRule* rule) {
            return rule->direction == direction || rule->direction == Direction::unreadable;
        });
        if (!shown) into.assumptions.push_back(fmt::format("There is no {} rule: the listing shows none.", word));
    }
}

void record(Export& into, std::string name, std::string value, std::string variant, SourceSpan span) {
    into.settings.push_back({std::move(name), std::move(value), std::move(variant), span});
}

}  // namespace fwproof::windows
