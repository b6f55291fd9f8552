#include "fwproof/check/fingerprint.hpp"

#include <algorithm>

#include "fwproof/base/digest.hpp"
#include "fwproof/base/notation.hpp"
#include "fwproof/base/secrets.hpp"
#include "fwproof/packet/packet_set.hpp"

namespace fwproof {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The text without what moves by itself: the numbers of lines and rules.
std::string without_numbers(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        out += text[i];
        if (!out.ends_with("line ") && !out.ends_with("rule ")) continue;
        while (i + 1 < text.size() && is_digit(text[i + 1])) ++i;
    }
    return out;
}

// The condition without where it stands: "program x.exe" of "program x.exe (host.reg:12)".
std::string_view without_place(std::string_view condition) {
    const std::size_t open = condition.rfind(" (");
    if (open == std::string_view::npos || !condition.ends_with(')')) return condition;
    const std::string_view place = condition.substr(open + 2, condition.size() - open - 3);
    const std::size_t colon = place.rfind(':');
    const bool line = colon != std::string_view::npos && colon + 1 < place.size() &&
                      std::all_of(place.begin() + static_cast<std::ptrdiff_t>(colon) + 1, place.end(), is_digit);
    return line ? condition.substr(0, open) : condition;
}

// One statement on one line, without the packet counters in front of it.
std::string plain_statement(std::string_view text) {
    if (text.starts_with('[')) {
        const std::size_t end = text.find_first_not_of("0123456789:", 1);
        if (end != std::string_view::npos && text[end] == ']') text.remove_prefix(end + 1);
    }
    std::string out;
    for (const char c : text) {
        const bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
        if (!blank) {
            out += c;
        } else if (!out.empty() && out.back() != ' ') {
            out += ' ';
        }
    }
    if (out.ends_with(' ')) out.pop_back();
    return out;
}

// Where a region is permitted; empty: nothing says so.
std::string_view position_of(const Finding& finding) {
    if (finding.region.empty() || finding.subject.size() != 1) return {};
    const Product& place = finding.subject[0];
    if (place.in == InterfaceSet::none()) return "outbound";
    return place.out == InterfaceSet::none() ? "inbound" : "";
}

// Without the names that the export gives to objects and times.
std::string plain_condition(const std::string& condition) {
    for (const ConditionKind kind : {ConditionKind::reference, ConditionKind::time}) {
        if (condition.starts_with(to_string(kind))) return std::string(to_string(kind));
    }
    return condition;
}

using Names = std::map<std::string, std::string>;

// The text with the names that stand in it as whole words replaced.
std::string replaced(std::string_view text, const Names& names) {
    constexpr std::string_view kBetween = " \t,;:'\"()[]{}<>=";
    std::string out;
    while (!text.empty()) {
        const std::size_t word = std::min(text.find_first_of(kBetween), text.size());
        const auto other = names.find(std::string(text.substr(0, word)));
        out += other == names.end() ? text.substr(0, word) : std::string_view(other->second);
        const std::size_t next = std::min(word + 1, text.size());
        out += text.substr(word, next - word);
        text.remove_prefix(next);
    }
    return out;
}

void rename(InterfaceSet& set, const Names& names) {
    set.rename(names);
    std::sort(set.any_of.begin(), set.any_of.end());
    std::sort(set.except.begin(), set.except.end());
}

// The same packets are the same products, however they were cut: in a space that knows no other values than theirs.
std::vector<Product> canonical(const std::vector<Product>& products) {
    constexpr std::size_t kMost = 1'024;
    SpaceBuilder builder;
    for (const auto& product : products) builder.add(product);
    try {
        const auto found = builder.build().from(products).products(kMost);
        if (found.complete) return found.products;
    } catch (const OutOfBudget&) {
        // They stay as they are.
    }
    return products;
}

struct Key {
    std::string about;
    std::vector<std::string> packets;
    bool opening = false;  // the packets are those of an opening, exactly

    std::string text() const {
        std::string text = about;
        for (const auto& product : packets) text += '\n' + product;
        return text;
    }
};

Key key(const Finding& finding, const FingerprintNames& called) {
    static const Names kNone;
    const Names& names = called.files;
    const auto of_file = called.interfaces.find(finding.file);
    const Names& interfaces = of_file == called.interfaces.end() ? kNone : of_file->second;
    Key key{"fwproof-finding/1", {}, !finding.packets.empty()};
    std::string& text = key.about;
    const auto add = [&](std::string_view part) {
        text += '\n';
        text += part;
    };
    const auto name = names.find(finding.firewall);
    const std::string& firewall = name == names.end() ? finding.firewall : name->second;
    for (const auto* part : {&finding.check, &firewall, &finding.catalog, &finding.flow, &finding.service})
        add(quoted(*part));
    const auto& packets = key.opening ? finding.packets : !finding.region.empty() ? finding.region : finding.subject;
    if (packets.empty()) {
        const std::string statement = plain_statement(finding.span ? shown_text(finding.span) : "");
        add(quoted(interfaces.empty() ? statement : replaced(statement, interfaces)));
        std::string message = without_numbers(finding.message);
        if (!interfaces.empty()) message = replaced(message, interfaces);
        if (name != names.end()) {
            for (std::size_t at = 0; (at = message.find(name->first, at)) != std::string::npos; at += firewall.size())
                message.replace(at, name->first.size(), firewall);
        }
        add(quoted(message));
        return key;
    }
    // The same packets at the host and through it are two openings.
    if (const auto position = position_of(finding); !position.empty()) add(position);
    std::vector<std::string> conditions;
    for (const auto& condition : finding.conditions)
        conditions.push_back(plain_condition(std::string(without_place(condition))));
    std::sort(conditions.begin(), conditions.end());
    for (const auto& condition : conditions) add("if " + quoted(condition));
    if (finding.region.empty()) add("subject");
    std::vector<Product> renamed = packets;
    for (auto& product : renamed) {
        if (interfaces.empty()) break;
        rename(product.in, interfaces);
        rename(product.out, interfaces);
    }
    for (const auto& product : canonical(renamed)) key.packets.push_back(to_exact_string(product));
    std::sort(key.packets.begin(), key.packets.end());
    return key;
}

}  // namespace

void set_fingerprints(std::vector<Finding>& findings, const FingerprintNames& names) {
    std::map<std::string, std::size_t> seen;
    for (auto& finding : findings) {
        Key found = key(finding, names);
        std::string text = found.text();
        if (found.opening) {
            finding.about = sha256(found.about);
            finding.exact = std::move(found.packets);
        }
        const std::size_t nth = ++seen[text];
        if (nth > 1) text += "\n#" + std::to_string(nth);
        finding.fingerprint = sha256(text);
    }
}

void set_fingerprints(std::vector<Finding>& findings, const std::map<std::string, std::string>& names) {
    set_fingerprints(findings, FingerprintNames{names, {}});
}

}  // namespace fwproof
