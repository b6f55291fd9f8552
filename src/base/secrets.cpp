// Three shapes: a command whose argument is a secret (ASA), a name and a value joined by "=", ":" or markup (comments,
// registry files, XML, JSON), and blocks (PEM, the list of SNMP communities in a registry file).
#include "fwproof/base/secrets.hpp"

#include <algorithm>
#include <array>

#include "fwproof/base/letters.hpp"

namespace fwproof {

namespace {

using Words = std::vector<std::string_view>;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

Words split(std::string_view line) {
    Words words;
    while (true) {
        line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
        if (line.empty()) return words;
        words.push_back(line.substr(0, line.find_first_of(" \t")));
        line.remove_prefix(words.back().size());
    }
}

template <std::size_t n>
bool is_one_of(const std::array<std::string_view, n>& all, std::string_view word) {
    return std::find(all.begin(), all.end(), word) != all.end();
}

constexpr auto kCommands = std::to_array<std::string_view>({"enable",
                                                            "passwd",
                                                            "password",
                                                            "username",
                                                            "snmp-server",
                                                            "key",
                                                            "aaa-server",
                                                            "ikev1",
                                                            "ikev2",
                                                            "pre-shared-key",
                                                            "isakmp",
                                                            "crypto",
                                                            "failover",
                                                            "ospf",
                                                            "ip",
                                                            "area",
                                                            "ntp",
                                                            "authentication-key",
                                                            "ldap-login-password",
                                                            "vpdn",
                                                            "neighbor",
                                                            "key-string",
                                                            "radius-common-pw",
                                                            "server-secret",
                                                            "tunnel-group",
                                                            "authentication",
                                                            "eigrp",
                                                            "no"});

// Words behind which the secret stands, perhaps after some that say how it is encrypted.
struct Keyword {
    std::string_view word, kind;
};
constexpr auto kKeywords = std::to_array<Keyword>({{"password", "password"},
                                                   {"passwd", "password"},
                                                   {"ldap-login-password", "password"},
                                                   {"radius-common-pw", "password"},
                                                   {"server-secret", "key"},
                                                   {"pre-shared-key", "pre-shared key"},
                                                   {"key", "key"},
                                                   {"hex", "key"},
                                                   {"key-string", "key"},
                                                   {"authentication-key", "key"},
                                                   {"md5", "key"},
                                                   {"community", "community string"},
                                                   {"sha", "key"},
                                                   {"sha224", "key"},
                                                   {"sha256", "key"},
                                                   {"sha384", "key"},
                                                   {"des", "key"},
                                                   {"3des", "key"},
                                                   {"aes", "key"}});
constexpr auto kBehindKeyword =
    std::to_array<std::string_view>({"0", "5", "6", "7", "8", "encrypted", "128", "192", "256", "hex"});

bool masked_by_device(std::string_view value) {
    return value.find_first_not_of('*') == std::string_view::npos || value == "<removed>" || value == "<secret>";
}

// Where a keyword has a secret behind it: hash algorithms only in commands about keys.
bool counts(std::string_view command, std::string_view keyword, const Words& words, std::size_t at) {
    const bool algorithm =
        keyword == "md5" || keyword.starts_with("sha") || keyword.ends_with("des") || keyword == "aes";
    if (algorithm) {
        if (command == "snmp-server") return words.size() > 1 && words[1] == "user";
        return keyword == "md5" && (command == "ospf" || command == "ntp" || command == "area" || command == "ip");
    }
    // "key" is also the beginning of "crypto key generate".
    if (keyword == "key" || keyword == "hex") {
        if (command == "crypto") return words.size() > 1 && words[1] == "isakmp";
        return command == "key" || command == "aaa-server" || command == "failover" || command == "isakmp";
    }
    if (keyword == "authentication-key" && command == "ntp") return false;  // its number; md5 follows
    return at > 0 || keyword == command;
}

void add_commands(std::string_view line, std::vector<Secret>& secrets) {
    const Words words = split(line);
    if (words.size() < 2) return;
    const std::string command = lower_case(words[0]);
    if (!is_one_of(kCommands, command)) return;
    const auto add = [&](std::string_view value, std::string_view kind) {
        if (masked_by_device(value)) return;
        secrets.push_back(
            {static_cast<std::uint32_t>(value.data() - line.data()), static_cast<std::uint32_t>(value.size()), kind});
    };
    // Forms without a keyword right before the value.
    if (command == "key" && (words[1] == "chain" || words[1] == "config-key" || words[1].size() < 4)) {
        if (words[1] == "config-key" && words.size() > 3) add(words.back(), "key");
        return;
    }
    if (command == "authentication" && words[1] == "key") {  // authentication key eigrp 100 VALUE key-id 1
        if (words.size() > 4) add(words[4], "key");
        return;
    }
    if (command == "aaa-server") {  // aaa-server NAME (inside) host ADDRESS [key] VALUE
        const auto host = std::find(words.begin(), words.end(), "host");
        const auto value = words.end() - host > 2 ? host + 2 : words.end();
        if (value != words.end() && *value != "key" && *value != "timeout") add(*value, "key");
    }
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string word = lower_case(words[i]);
        const auto keyword =
            std::find_if(kKeywords.begin(), kKeywords.end(), [&](const Keyword& k) { return k.word == word; });
        if (keyword == kKeywords.end() || !counts(command, word, words, i)) continue;
        std::size_t value = i + 1;
        while (value + 1 < words.size() && is_one_of(kBehindKeyword, words[value])) ++value;
        if (value >= words.size()) continue;
        add(words[value], keyword->kind);
        i = value;
    }
}

constexpr auto kNames = std::to_array<Keyword>({{"password", "password"},
                                                {"passwd", "password"},
                                                {"pwd", "password"},
                                                {"passphrase", "password"},
                                                {"secret", "secret"},
                                                {"psk", "pre-shared key"},
                                                {"presharedkey", "pre-shared key"},
                                                {"pre-shared-key", "pre-shared key"},
                                                {"apikey", "key"},
                                                {"api-key", "key"},
                                                {"api_key", "key"},
                                                {"token", "token"},
                                                {"community", "community string"}});

bool is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

// `name="value"`, `name: value`, `"name":"value"`, `<name>value</name>`; the name may end in one of the words.
void add_assignments(std::string_view line, std::vector<Secret>& secrets) {
    for (auto at = line.find_first_of("=:>"); at != std::string_view::npos; at = line.find_first_of("=:>", at + 1)) {
        std::size_t end = at;
        while (end > 0 && (is_blank(line[end - 1]) || line[end - 1] == '"' || line[end - 1] == '\'')) --end;
        std::size_t begin = end;
        while (begin > 0 && is_name(line[begin - 1])) --begin;
        if (begin == end) continue;
        const std::string name = lower_case(line.substr(begin, end - begin));
        const auto known =
            std::find_if(kNames.begin(), kNames.end(), [&](const Keyword& k) { return name.ends_with(k.word); });
        if (known == kNames.end()) continue;
        // </Password> opens nothing.
        if (line[at] == '>' && (begin == 0 || line[begin - 1] != '<')) continue;
        std::size_t start = at + 1;
        while (start < line.size() && is_blank(line[start])) ++start;
        const bool quoted = start < line.size() && (line[start] == '"' || line[start] == '\'');
        const std::string stop = quoted ? std::string(1, line[start]) : line[at] == '>' ? "<" : " \t\"'|;,<";
        if (quoted) ++start;
        const std::string_view value = line.substr(start, line.find_first_of(stop, start) - start);
        if (value.empty() || masked_by_device(value) || value.starts_with("dword:")) continue;
        secrets.push_back({static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(value.size()), known->kind});
        at = start;
    }
}

// "https://user:password@host".
void add_addresses(std::string_view line, std::vector<Secret>& secrets) {
    for (auto at = line.find("://"); at != std::string_view::npos; at = line.find("://", at + 1)) {
        const auto end = line.find_first_of("/ \t\"'", at + 3);
        const std::string_view authority = line.substr(at + 3, end - at - 3);
        const auto user = authority.find(':'), host = authority.rfind('@');
        if (user == std::string_view::npos || host == std::string_view::npos || host < user + 2) continue;
        secrets.push_back(
            {static_cast<std::uint32_t>(at + 3 + user + 1), static_cast<std::uint32_t>(host - user - 1), "password"});
    }
}

// Keeps the first of two that overlap.
void put_in_order(std::vector<Secret>& secrets) {
    std::sort(secrets.begin(), secrets.end(), [](const Secret& a, const Secret& b) { return a.offset < b.offset; });
    std::uint32_t end = 0;
    std::erase_if(secrets, [&](const Secret& s) {
        if (s.offset < end) return true;
        end = s.offset + s.length;
        return false;
    });
}

// How far back the beginning of a block is looked for; blocks are short, and inputs may be hostile.
constexpr std::size_t kBlock = std::size_t{16} * 1024;

std::string_view before(std::string_view text, std::size_t offset) {
    const std::size_t from = offset > kBlock ? offset - kBlock : 0;
    return text.substr(from, offset - from);
}

// Whether the line stands between the marks of a private key.
bool in_private_key(std::string_view text, std::size_t offset, std::string_view line) {
    if (line.size() < 16 || line.find(' ') != std::string_view::npos || line.starts_with("-----")) return false;
    const std::string_view above = before(text, offset);
    const auto begin = above.rfind("-----BEGIN ");
    if (begin == std::string_view::npos) return false;
    const std::string_view title = above.substr(begin, above.find('\n', begin) - begin);
    if (title.find("PRIVATE KEY") == std::string_view::npos) return false;
    const auto over = above.rfind("-----END ");
    return over == std::string_view::npos || over < begin;
}

// Whether a registry file lists the SNMP communities here: the names are the secrets.
bool in_communities(std::string_view text, std::size_t offset, std::string_view line) {
    if (!line.starts_with('"') || line.find("\"=dword:") == std::string_view::npos) return false;
    const std::string_view above = before(text, offset);
    const auto section = above.rfind("\n[");
    if (section == std::string_view::npos) return false;
    return lower_case(above.substr(section, above.find(']', section) - section)).find("\\validcommunities") !=
           std::string::npos;
}

std::string masked(std::string_view text, const std::vector<Secret>& secrets) {
    std::string out(text);
    for (const auto& secret : secrets) std::fill_n(out.begin() + secret.offset, secret.length, '*');
    return out;
}

}  // namespace

std::vector<Secret> find_secrets(std::string_view line) {
    std::vector<Secret> secrets;
    add_commands(line, secrets);
    add_assignments(line, secrets);
    add_addresses(line, secrets);
    put_in_order(secrets);
    return secrets;
}

std::vector<Secret> find_secrets(const Source& source, std::uint32_t number) {
    const std::string_view line = source.line(number);
    const std::uint32_t offset = source.line_offset(number);
    if (in_private_key(source.text(), offset, line)) {
        return {{0, static_cast<std::uint32_t>(line.size()), "private key"}};
    }
    if (in_communities(source.text(), offset, line)) {
        const auto end = line.find('"', 1);
        if (end != std::string_view::npos && end > 1)
            return {{1, static_cast<std::uint32_t>(end - 1), "community string"}};
    }
    return find_secrets(line);
}

std::string mask_secrets(std::string_view text) { return masked(text, find_secrets(text)); }

std::string shown_line(const SourceSpan& span) {
    if (!span) return {};
    return masked(span.line_text(), find_secrets(*span.source, span.line()));
}

std::string shown_text(const SourceSpan& span) {
    if (!span) return {};
    std::string text;
    const std::uint32_t end = span.offset + static_cast<std::uint32_t>(span.text().size());
    for (std::uint32_t number = span.line(); number <= span.source->line_count(); ++number) {
        const std::uint32_t start = span.source->line_offset(number);
        if (start >= end && number != span.line()) break;
        const std::string line = masked(span.source->line(number), find_secrets(*span.source, number));
        // The part of the line that is in the span, with its end as the source has it.
        const std::uint32_t from = std::max(start, span.offset);
        const std::uint32_t next = number < span.source->line_count()
                                       ? span.source->line_offset(number + 1)
                                       : static_cast<std::uint32_t>(span.source->text().size());
        const std::uint32_t to = std::min(next, end);
        for (std::uint32_t i = from; i < to; ++i) {
            text += i - start < line.size() ? line[i - start] : span.source->text()[i];
        }
    }
    return text;
}

}  // namespace fwproof
