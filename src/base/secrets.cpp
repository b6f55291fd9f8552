// Five shapes: a command whose argument is a secret (ASA), a name and a value joined by "=", ":" or markup (comments,
// registry files, XML, JSON), what people say in remarks, words that are keys by their form (secret_forms.hpp), and
// blocks (PEM, the list of SNMP communities in a registry file). What a rule looks for in packets (-m string) is a
// pattern and no secret.
#include "fwproof/base/secrets.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include "base/secret_forms.hpp"
#include "fwproof/base/address.hpp"
#include "fwproof/base/letters.hpp"
#include "fwproof/base/remark.hpp"

namespace fwproof {

namespace {

using Words = std::vector<std::string_view>;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// The first word, which is taken off the line; empty: there is no more.
std::string_view take_word(std::string_view& line) {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    const std::string_view word = line.substr(0, line.find_first_of(" \t"));
    line.remove_prefix(word.size());
    return word;
}

void split(std::string_view line, Words& words) {
    words.clear();
    for (auto word = take_word(line); !word.empty(); word = take_word(line)) words.push_back(word);
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
                                                            "ipv6",
                                                            "rip",
                                                            "isis",
                                                            "area-password",
                                                            "domain-password",
                                                            "cluster",
                                                            "wccp",
                                                            "cts",
                                                            "license",
                                                            "auto-signon",
                                                            "logging",
                                                            "token",
                                                            "message-digest-key",
                                                            "http-proxy",
                                                            "https-proxy",
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
                                                   {"area-password", "password"},
                                                   {"domain-password", "password"},
                                                   {"idtoken", "token"},
                                                   {"cipher", "key"},
                                                   {"authenticator", "key"},
                                                   {"ah", "key"},
                                                   {"cmac", "key"},
                                                   {"sha1", "key"},
                                                   {"sha512", "key"},
                                                   {"aes-cbc", "key"},
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
    const auto has = [&](std::string_view word) { return std::find(words.begin(), words.end(), word) != words.end(); };
    const bool hash = keyword == "md5" || keyword == "cmac" || keyword.starts_with("sha");
    if (hash || keyword.ends_with("des") || keyword.starts_with("aes")) {
        if (command == "snmp-server") return words.size() > 1 && words[1] == "user";
        if (command == "ntp") return hash && has("authentication-key");
        if (command == "ipv6" || command == "area") return keyword == "md5" || has("spi");
        return keyword == "md5" && (command == "ospf" || command == "ip" || command == "message-digest-key");
    }
    if (keyword == "cipher" || keyword == "authenticator" || keyword == "ah") return has("session-key");
    // "key" is also the beginning of "crypto key generate".
    if (keyword == "key" || keyword == "hex") {
        constexpr auto kHaveKeys =
            std::to_array<std::string_view>({"key", "aaa-server", "failover", "isakmp", "rip", "isis", "cluster"});
        if (command == "crypto") return words.size() > 1 && words[1] == "isakmp";
        return is_one_of(kHaveKeys, command);
    }
    if (keyword == "authentication-key" && command == "ntp") return false;  // its number; md5 follows
    return at > 0 || keyword == command;
}

// "neighbor 10.0.0.1 password two words": the string goes to the end of the line.
bool takes_rest(std::string_view command, std::string_view keyword) {
    return (command == "neighbor" && keyword == "password") || keyword == "key-string";
}

// From that word of the line to its end, without what is blank there.
std::string_view rest_from(std::string_view line, std::string_view word) {
    const auto begin = static_cast<std::size_t>(word.data() - line.data());
    return line.substr(begin, line.find_last_not_of(" \t\r") + 1 - begin);
}

bool is_hexadecimal(std::string_view word) {
    return word.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

// Commands whose secrets stand at a place of their own, without a word before them that says so.
void add_placed(const Words& words, const std::function<void(std::string_view, std::string_view)>& add) {
    const std::size_t first = words[0] == "no" ? 1 : 0;
    if (words.size() < first + 2) return;
    const std::string command = lower_case(words[first]), next = lower_case(words[first + 1]);
    const std::size_t count = words.size() - first;
    if (command == "logging" && next == "ftp-server") {  // HOST PATH USER [8] PASSWORD
        if (count > 5) add(words.back(), "password");
    } else if (command == "token") {  // of umbrella-global
        if (count == 2 && next.size() >= 16 && is_hexadecimal(next)) add(words.back(), "token");
    } else if (command == "key" && next == "config-key") {  // password-encryption NEW [OLD]
        for (std::size_t i = first + 3; i < words.size(); ++i) add(words[i], "key");
    } else if (command == "crypto" && next == "ca") {  // import|export NAME pkcs12 PASSPHRASE
        for (std::size_t i = first + 4; i < words.size(); ++i) {
            if (lower_case(words[i - 1]) == "pkcs12") return add(words[i], "password");
        }
    }
}

void add_commands(std::string_view line, std::vector<Secret>& secrets) {
    std::string_view rest = line;
    const std::string command = lower_case(take_word(rest));
    if (!is_one_of(kCommands, command)) return;
    Words words;
    split(line, words);
    if (words.size() < 2) return;
    const auto add = [&](std::string_view value, std::string_view kind) {
        if (masked_by_device(value)) return;
        secrets.push_back(
            {static_cast<std::uint32_t>(value.data() - line.data()), static_cast<std::uint32_t>(value.size()), kind});
    };
    add_placed(words, add);
    // Forms without a keyword right before the value.
    const bool typed = words.size() == 3 && is_one_of(kBehindKeyword, words[1]);  // key 8 VALUE
    const bool number = words[1].size() < 4 && !typed;                            // of a key in a chain
    if (command == "key" && (words[1] == "chain" || words[1] == "config-key" || number)) return;
    // authentication key eigrp 100 VALUE key-id 1, authentication key [8] VALUE [level-1]
    if (command == "authentication" && words[1] == "key") {
        std::size_t value = words.size() > 2 && words[2] == "eigrp" ? 4 : 2;
        if (value + 1 < words.size() && is_one_of(kBehindKeyword, words[value])) ++value;
        if (value < words.size()) add(words[value], "key");
        return;
    }
    if (command == "aaa-server") {  // aaa-server NAME (inside) host ADDRESS [key] VALUE
        const auto host = std::find(words.begin(), words.end(), "host");
        const auto value = words.end() - host > 2 ? host + 2 : words.end();
        if (value != words.end() && *value != "key" && *value != "timeout") add(*value, "key");
    }
    if (command == "license" && words.size() == 2 && words[1].size() == 32) return add(words[1], "key");  // scansafe
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string word = lower_case(words[i]);
        const auto keyword =
            std::find_if(kKeywords.begin(), kKeywords.end(), [&](const Keyword& k) { return k.word == word; });
        if (keyword == kKeywords.end() || !counts(command, word, words, i)) continue;
        std::size_t value = i + (word == "ah" ? 2 : 1);  // behind its number
        while (value + 1 < words.size() && is_one_of(kBehindKeyword, words[value])) ++value;
        if (value >= words.size()) continue;
        // cts sxp connection ... password default
        if (command == "cts" && (words[value] == "default" || words[value] == "none")) continue;
        if (takes_rest(command, word)) return add(rest_from(line, words[value]), keyword->kind);
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
                                                {"passwort", "password"},
                                                {"kennwort", "password"},
                                                {"pass", "password"},
                                                {"pw", "password"},
                                                {"token", "token"},
                                                {"community", "community string"}});

// Letters and digits, or letters of both cases not only at the beginning, or signs that no plain word has. Not an
// address.
bool looks_random(std::string_view word) {
    constexpr std::size_t kLongestWord = 256;
    bool lower = false, digit = false, upper = false, sign = false;
    for (std::size_t i = 0; i < word.size() && i < kLongestWord; ++i) {
        const char c = word[i];
        lower = lower || (c >= 'a' && c <= 'z');
        digit = digit || (c >= '0' && c <= '9');
        upper = upper || (c >= 'A' && c <= 'Z' && i > 0);
        sign = sign || std::string_view("!#$%^&*+~?").find(c) != std::string_view::npos;
    }
    if (word.size() > kLongestWord) return true;
    const bool letter = lower || upper || (!word.empty() && word[0] >= 'A' && word[0] <= 'Z');
    if (word.size() < 4 || !letter || parse_prefix(word)) return false;
    return digit || sign || (lower && upper);
}

// Whether the name is the word, or ends in it where a new word begins: db_pass, AdminPass, but not bypass.
bool ends_in(std::string_view name, const Keyword& known) {
    if (!lower_case(name).ends_with(known.word)) return false;
    if ((known.word != "pass" && known.word != "pw") || name.size() == known.word.size()) return true;
    const char first = name[name.size() - known.word.size()], before = name[name.size() - known.word.size() - 1];
    return before == '_' || before == '-' || (first >= 'A' && first <= 'Z' && before >= 'a' && before <= 'z');
}

// `name="value"`, `name: value`, `"name":"value"`, `<name>value</name>`; the name may end in one of the words. Quotes
// may stand in quotes, with a backslash before them.
void add_assignments(std::string_view line, std::vector<Secret>& secrets) {
    std::size_t plain_end = 0;  // of the value without quotes that was read last: what begins in it ends with it
    for (auto at = line.find_first_of("=:>"); at != std::string_view::npos; at = line.find_first_of("=:>", at + 1)) {
        std::size_t end = at;
        while (end > 0 && (is_blank(line[end - 1]) || line[end - 1] == '"' || line[end - 1] == '\'')) --end;
        std::size_t begin = end;
        while (begin > 0 && is_name_character(line[begin - 1])) --begin;
        if (begin == end) continue;
        const std::string_view name = line.substr(begin, end - begin);
        const auto known =
            std::find_if(kNames.begin(), kNames.end(), [&](const Keyword& k) { return ends_in(name, k); });
        if (known == kNames.end()) continue;
        // </Password> opens nothing.
        if (line[at] == '>' && (begin == 0 || line[begin - 1] != '<')) continue;
        std::size_t start = at + 1;
        while (start < line.size() && is_blank(line[start])) ++start;
        const auto is_quote = [&](std::size_t i) { return i < line.size() && (line[i] == '"' || line[i] == '\''); };
        const bool inner = start < line.size() && line[start] == '\\' && is_quote(start + 1);
        const bool quoted = inner || is_quote(start);
        if (quoted) start += inner ? 2 : 1;
        std::size_t stop = start;
        const char quote = quoted ? line[start - 1] : '\0';
        const std::string_view ends = line[at] == '>' ? "<" : " \t\"'|;,<";
        const bool plain = !quoted && line[at] != '>';
        if (plain && start < plain_end) stop = plain_end;
        while (stop < line.size()) {
            const bool escaped = line[stop] == '\\' && stop + 1 < line.size() && line[stop + 1] == quote;
            if (quoted ? line[stop] == quote || (inner && escaped) : ends.find(line[stop]) != std::string_view::npos)
                break;
            stop += quoted && escaped ? 2 : 1;
        }
        // "Auth1PSK:    two words" of netsh.
        const bool own_line = line.find_first_not_of(" \t") == begin && line[at] == ':' && !quoted;
        if (own_line && known->kind == "pre-shared key") stop = std::max(stop, line.find_last_not_of(" \t\r") + 1);
        if (plain) plain_end = stop;
        const std::string_view value = line.substr(start, stop - start);
        if (value.empty() || masked_by_device(value) || value.starts_with("dword:")) continue;
        // "pass: all" is no password.
        const bool weak = known->word == "pass" || known->word == "pw";
        if (weak && !quoted && line[at] != '>' && !looks_random(value)) continue;
        secrets.push_back({static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(value.size()), known->kind});
        at = start;
    }
}

// What people write without a sign between: "password X1y2", "the psk with partner: X1y2". Only a value that is no
// plain word counts: "password reset portal" is none.
constexpr auto kSaid = std::to_array<Keyword>({{"password", "password"},
                                               {"passwd", "password"},
                                               {"passwort", "password"},
                                               {"kennwort", "password"},
                                               {"passphrase", "password"},
                                               {"pwd", "password"},
                                               {"pw", "password"},
                                               {"psk", "pre-shared key"},
                                               {"secret", "secret"},
                                               {"bearer", "token"},
                                               {"community", "community string"}});
constexpr auto kBetween = std::to_array<std::string_view>({"is", "ist", "was", "=", "string", "key"});

void add_sayings(std::string_view line, std::vector<Secret>& secrets) {
    constexpr std::string_view kEnds = "\"'\\|;,<>()[]{}";
    constexpr std::size_t kMostBetween = 4;
    Words words;  // of one phrase, which quotes and the like end
    for (std::size_t at = 0; at < line.size();) {
        const std::size_t end = std::min(line.find_first_of(kEnds, at), line.size());
        split(line.substr(at, end - at), words);
        at = end + 1;
        for (std::size_t i = 0; i + 1 < words.size(); ++i) {
            // "Desc=pwd X1y2"
            const std::string said = lower_case(words[i].substr(words[i].find_last_of("=:", words[i].size() - 2) + 1));
            const auto known =
                std::find_if(kSaid.begin(), kSaid.end(), [&](const Keyword& k) { return k.word == said; });
            if (known == kSaid.end()) continue;
            bool told = said != "secret";  // that the next word is the value
            for (std::size_t k = i + 1; k < words.size() && k <= i + kMostBetween; ++k) {
                const std::string_view word = words[k];
                if (told && looks_random(word) && !word.ends_with(':') && !masked_by_device(word)) {
                    secrets.push_back({static_cast<std::uint32_t>(word.data() - line.data()),
                                       static_cast<std::uint32_t>(word.size()), known->kind});
                    break;
                }
                const bool between = is_one_of(kBetween, lower_case(word));
                told = word.ends_with(':') || word == "is" || word == "ist" || word == "=" || (told && between);
            }
        }
    }
}

// "password root/geheim", "login: admin/geheim": who logs in, and with what. The word before says that it is one, and
// the first part is somebody, or the second no plain word: "password reset/change" is none.
constexpr auto kPairs =
    std::to_array<std::string_view>({"password", "passwords", "passwd", "pwd", "pw", "passwort", "secret", "key",
                                     "credentials", "creds", "credential", "login", "pass", "kennwort"});
constexpr auto kUsers =
    std::to_array<std::string_view>({"root", "admin", "administrator", "user", "guest", "cisco", "operator", "sa",
                                     "service", "oracle", "postgres", "enable", "backup", "monitor"});

void add_pairs(std::string_view line, std::vector<Secret>& secrets) {
    constexpr std::string_view kEnds = " \t\"'\\|;,<>()[]{}";
    for (auto at = line.find('/'); at != std::string_view::npos; at = line.find('/', at + 1)) {
        std::size_t begin = at, end = at + 1;
        while (begin > 0 && is_name_character(line[begin - 1])) --begin;
        while (end < line.size() && line[end] != '/' && kEnds.find(line[end]) == std::string_view::npos) ++end;
        const std::string_view user = line.substr(begin, at - begin), value = line.substr(at + 1, end - at - 1);
        if (user.empty() || value.empty() || (end < line.size() && line[end] == '/') || masked_by_device(value))
            continue;
        if (parse_prefix(line.substr(begin, end - begin))) continue;
        std::size_t before = begin;
        while (before > 0 && (is_blank(line[before - 1]) || line[before - 1] == ':' || line[before - 1] == '='))
            --before;
        std::size_t word = before;
        while (word > 0 && is_name_character(line[word - 1])) --word;
        if (before == begin || !is_one_of(kPairs, lower_case(line.substr(word, before - word)))) continue;
        if (!is_one_of(kUsers, lower_case(user)) && !looks_random(value)) continue;
        secrets.push_back({static_cast<std::uint32_t>(at + 1), static_cast<std::uint32_t>(value.size()), "password"});
    }
}

// What `-m string` looks for in packets.
void leave_out_patterns(std::string_view line, std::vector<Secret>& secrets) {
    for (const std::string_view option : {"--string ", "--hex-string "}) {
        for (auto at = line.find(option); at != std::string_view::npos; at = line.find(option, at + 1)) {
            const std::size_t from = at + option.size();
            const bool quoted = from < line.size() && line[from] == '"';
            std::size_t end = quoted ? from + 1 : from;
            while (end < line.size() && line[end] != (quoted ? '"' : ' ')) end += line[end] == '\\' ? 2 : 1;
            std::erase_if(secrets, [&](const Secret& s) { return s.offset >= from && s.offset < end; });
        }
    }
}

// "https://user:password@host", "ssh://user/password@host".
void add_addresses(std::string_view line, std::vector<Secret>& secrets) {
    for (auto at = line.find("://"); at != std::string_view::npos; at = line.find("://", at + 1)) {
        const auto slash = line.find_first_of("/: \t\"'.", at + 3);
        const auto sign = line.find_first_of("@/ \t\"'", std::min(slash, line.size() - 1) + 1);
        if (slash != std::string_view::npos && sign != std::string_view::npos && line[slash] == '/' &&
            line[sign] == '@' && sign > slash + 1) {
            const std::string_view user = line.substr(at + 3, slash - at - 3),
                                   value = line.substr(slash + 1, sign - slash - 1);
            if (is_one_of(kUsers, lower_case(user)) || looks_random(value)) {
                secrets.push_back(
                    {static_cast<std::uint32_t>(slash + 1), static_cast<std::uint32_t>(value.size()), "password"});
            }
        }
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
    add_pairs(line, secrets);
    add_sayings(line, secrets);
    add_known_keys(line, secrets);
    add_tokens(line, remark_of(line), secrets);
    leave_out_patterns(line, secrets);
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

std::string mask_remark(std::string_view text) {
    std::vector<Secret> secrets = find_secrets(text);
    add_tokens(text, text, secrets);
    put_in_order(secrets);
    return masked(text, secrets);
}

std::string mask_message(std::string_view text, const SourceSpan& about) {
    constexpr std::size_t kPlain = 4;  // shorter ones are also words of a sentence
    std::vector<Secret> found;
    add_known_keys(text, found);
    const auto hide = [&](std::string_view secret) {
        for (auto at = text.find(secret); at != std::string_view::npos; at = text.find(secret, at + 1)) {
            const std::size_t end = at + secret.size();
            const bool whole = (at == 0 || !is_letter_or_digit(text[at - 1])) &&
                               (end == text.size() || !is_letter_or_digit(text[end]));
            const bool quoted = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\'') % 2 == 1;
            if (!whole || (!quoted && secret.size() < kPlain)) continue;
            found.push_back({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(secret.size()), {}});
        }
    };
    // Of a long statement the beginning: a sentence quotes no more.
    constexpr std::uint32_t kMostLines = 16;
    constexpr std::size_t kLongLine = std::size_t{16} * 1024;
    const std::size_t end = about ? about.offset + std::size_t{about.length} : 0;
    const std::uint32_t first = about.line();
    for (std::uint32_t number = first; about && number < first + kMostLines; ++number) {
        if (number > about.source->line_count()) break;
        if (number != first && about.source->line_offset(number) >= end) break;
        const std::string_view whole = about.source->line(number);
        const bool is_long = whole.size() > kLongLine;
        const std::string_view line = is_long ? about.text().substr(0, kLongLine) : whole;
        const auto secrets = is_long ? find_secrets(line) : find_secrets(*about.source, number);
        for (const auto& secret : secrets) hide(line.substr(secret.offset, secret.length));
    }
    put_in_order(found);
    return masked(text, found);
}

namespace {

// What is shown of an export often stands in one very long line (compressed JSON): its secrets are kept from call to
// call. A span does not keep its source alive, so another may have taken its place: the bytes around the span tell.
class LongLine {
public:
    static constexpr std::size_t kLong = 4096;

    const std::vector<Secret>& secrets(const Source& source, std::uint32_t number, std::size_t first,
                                       std::size_t last) {
        const std::string_view line = source.line(number);
        const std::size_t from = first > kBlock ? first - kBlock : 0;
        const std::size_t to = std::min(line.size(), last + kBlock);
        const bool same = source_ == &source && number_ == number && text_.size() == line.size() &&
                          std::string_view(text_).substr(from, to - from) == line.substr(from, to - from);
        if (!same) {
            secrets_ = find_secrets(source, number);
            source_ = &source;
            number_ = number;
            text_ = line;
        }
        return secrets_;
    }

private:
    const Source* source_ = nullptr;
    std::uint32_t number_ = 0;
    std::string text_;
    std::vector<Secret> secrets_;
};

// The bytes [first, last) of a line as they may be shown.
std::string shown_part(const Source& source, std::uint32_t number, std::size_t first, std::size_t last) {
    const std::string_view line = source.line(number);
    last = std::min(last, line.size());
    if (first >= last) return {};
    thread_local LongLine kept;
    std::vector<Secret> found;
    if (line.size() < LongLine::kLong) found = find_secrets(source, number);
    const std::vector<Secret>& secrets =
        line.size() < LongLine::kLong ? found : kept.secrets(source, number, first, last);
    std::string out(line.substr(first, last - first));
    auto secret = std::lower_bound(secrets.begin(), secrets.end(), first,
                                   [](const Secret& s, std::size_t at) { return s.offset + s.length <= at; });
    for (; secret != secrets.end() && secret->offset < last; ++secret) {
        const std::size_t from = std::max<std::size_t>(secret->offset, first);
        const std::size_t to = std::min<std::size_t>(secret->offset + secret->length, last);
        std::fill(out.begin() + static_cast<std::ptrdiff_t>(from - first),
                  out.begin() + static_cast<std::ptrdiff_t>(to - first), '*');
    }
    return out;
}

}  // namespace

std::string shown_line(const SourceSpan& span) {
    if (!span) return {};
    return shown_part(*span.source, span.line(), 0, span.line_text().size());
}

std::string shown_text(const SourceSpan& span) {
    if (!span) return {};
    std::string text;
    const std::uint32_t end = span.offset + static_cast<std::uint32_t>(span.text().size());
    for (std::uint32_t number = span.line(); number <= span.source->line_count(); ++number) {
        const std::uint32_t start = span.source->line_offset(number);
        if (start >= end && number != span.line()) break;
        // The part of the line that is in the span, with its end as the source has it.
        const std::uint32_t from = std::max(start, span.offset);
        const std::uint32_t next = number < span.source->line_count()
                                       ? span.source->line_offset(number + 1)
                                       : static_cast<std::uint32_t>(span.source->text().size());
        const std::uint32_t to = std::min(next, end);
        if (from >= to) continue;
        text += shown_part(*span.source, number, from - start, to - start);
        const auto content = start + static_cast<std::uint32_t>(span.source->line(number).size());
        if (to > content) text += span.source->text().substr(std::max(from, content), to - std::max(from, content));
    }
    return text;
}

}  // namespace fwproof
