// Four forms: words that begin as the keys of a service do; a word of forty letters, digits and signs of which no two
// neighbours are alike for long (the secret that belongs to an access key); in remarks, long words of small and capital
// letters with digits in several places, and hexadecimal numbers as long as keys and digests are.
#include "base/secret_forms.hpp"

#include <algorithm>
#include <array>

#include "fwproof/base/letters.hpp"

namespace fwproof {

namespace {

bool is_small(char c) { return c >= 'a' && c <= 'z'; }
bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_of_word(char c) { return is_name_character(c) || c == '+' || c == '/' || c == '='; }

Secret secret_at(std::size_t at, std::size_t length, std::string_view kind) {
    return {static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(length), kind};
}

struct Beginning {
    std::string_view text;
    std::size_t least;  // letters and digits behind it
    std::string_view kind;
};
constexpr auto kBeginnings = std::to_array<Beginning>({{"AKIA", 16, "cloud access key"},
                                                       {"ASIA", 16, "cloud access key"},
                                                       {"ghp_", 30, "token"},
                                                       {"gho_", 30, "token"},
                                                       {"ghs_", 30, "token"},
                                                       {"github_pat_", 30, "token"},
                                                       {"glpat-", 16, "token"},
                                                       {"xoxb-", 16, "token"},
                                                       {"xoxp-", 16, "token"},
                                                       {"sk_live_", 16, "token"},
                                                       {"AIza", 30, "key"}});

// The places in a word where small letters, capitals, digits and signs change.
std::size_t changes(std::string_view word) {
    const auto kind = [](char c) { return is_small(c) ? 0 : is_capital(c) ? 1 : is_digit(c) ? 2 : 3; };
    std::size_t count = 0;
    for (std::size_t i = 1; i < word.size(); ++i) count += kind(word[i]) != kind(word[i - 1]) ? 1 : 0;
    return count;
}

// Of forty random signs 25 differ in kind from the one before, of names and paths a dozen.
bool looks_like_cloud_secret(std::string_view word) {
    constexpr std::size_t kLength = 40, kFewestChanges = 16;
    return word.size() == kLength && std::any_of(word.begin(), word.end(), is_small) &&
           std::any_of(word.begin(), word.end(), is_capital) && changes(word) >= kFewestChanges;
}

void add_cloud_secrets(std::string_view line, std::vector<Secret>& secrets) {
    const auto is_of_secret = [](char c) { return is_letter_or_digit(c) || c == '+' || c == '/'; };
    for (std::size_t at = 0; at < line.size();) {
        std::size_t end = at;
        while (end < line.size() && is_of_secret(line[end])) ++end;
        const bool joined =
            (at > 0 && is_name_character(line[at - 1])) || (end < line.size() && is_name_character(line[end]));
        if (!joined && looks_like_cloud_secret(line.substr(at, end - at)))
            secrets.push_back(secret_at(at, end - at, "cloud access key"));
        at = end + 1;
    }
}

// That no person would write.
bool looks_like_token(std::string_view word) {
    constexpr std::size_t kShortest = 24, kPlaces = 3;
    if (word.size() < kShortest) return false;
    std::size_t places = 0;  // where digits begin
    for (std::size_t i = 0; i < word.size(); ++i) places += is_digit(word[i]) && (i == 0 || !is_digit(word[i - 1]));
    return std::any_of(word.begin(), word.end(), is_small) && std::any_of(word.begin(), word.end(), is_capital) &&
           places >= kPlaces;
}

// Letters of one case, and digits.
bool looks_like_hexadecimal_key(std::string_view word) {
    constexpr auto kLengths = std::to_array<std::size_t>({32, 40, 64});
    if (std::find(kLengths.begin(), kLengths.end(), word.size()) == kLengths.end()) return false;
    const auto is_hexadecimal = [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); };
    const bool small = std::any_of(word.begin(), word.end(), is_small);
    const bool capital = std::any_of(word.begin(), word.end(), is_capital);
    return std::all_of(word.begin(), word.end(), is_hexadecimal) && std::any_of(word.begin(), word.end(), is_digit) &&
           small != capital;
}

// What people give a digest of is known to all who read it.
bool is_told_digest(std::string_view before) {
    constexpr auto kDigests =
        std::to_array<std::string_view>({"sha256", "sha-256", "sha1", "sha-1", "digest", "checksum", "commit",
                                         "revision", "rev", "thumbprint", "fingerprint", "serial"});
    while (!before.empty() && std::string_view(" \t:=").find(before.back()) != std::string_view::npos)
        before.remove_suffix(1);
    std::size_t begin = before.size();
    while (begin > 0 && is_name_character(before[begin - 1])) --begin;
    return std::find(kDigests.begin(), kDigests.end(), lower_case(before.substr(begin))) != kDigests.end();
}

}  // namespace

bool is_letter_or_digit(char c) { return is_small(c) || is_capital(c) || is_digit(c); }
bool is_name_character(char c) { return is_letter_or_digit(c) || c == '-' || c == '_'; }

void add_known_keys(std::string_view line, std::vector<Secret>& secrets) {
    for (const auto& known : kBeginnings) {
        for (auto at = line.find(known.text); at != std::string_view::npos; at = line.find(known.text, at + 1)) {
            if (at > 0 && is_letter_or_digit(line[at - 1])) continue;
            std::size_t end = at + known.text.size();
            while (end < line.size() && is_name_character(line[end])) ++end;
            const std::size_t length = end - at - known.text.size();
            const std::string_view rest = line.substr(at + known.text.size(), length);
            // An access key is capitals and digits, and as long as every other.
            const bool fits =
                known.kind == "cloud access key"
                    ? length == known.least &&
                          std::all_of(rest.begin(), rest.end(), [](char c) { return is_capital(c) || is_digit(c); })
                    : length >= known.least;
            if (fits) secrets.push_back(secret_at(at, end - at, known.kind));
        }
    }
    add_cloud_secrets(line, secrets);
}

void add_tokens(std::string_view line, std::string_view remark, std::vector<Secret>& secrets) {
    if (remark.empty()) return;
    const auto from = static_cast<std::size_t>(remark.data() - line.data()), to = from + remark.size();
    for (std::size_t at = from; at < to;) {
        std::size_t end = at;
        while (end < to && is_of_word(line[end])) ++end;
        for (std::size_t part = at; part < end;) {
            std::size_t stop = part;
            while (stop < end && (is_letter_or_digit(line[stop]) || line[stop] == '+' || line[stop] == '=')) ++stop;
            // "key=0123...": the value alone.
            const std::size_t sign = line.substr(part, stop - part).rfind('=');
            const std::size_t value = sign == std::string_view::npos ? part : part + sign + 1;
            if (looks_like_hexadecimal_key(line.substr(value, stop - value))) {
                if (!is_told_digest(line.substr(from, value - from)))
                    secrets.push_back(secret_at(value, stop - value, "key"));
            } else if (looks_like_token(line.substr(part, stop - part))) {
                secrets.push_back(secret_at(at, end - at, "token"));
                break;
            }
            part = stop + 1;
        }
        at = end + 1;
    }
}

}  // namespace fwproof
