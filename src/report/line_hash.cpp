// A rolling polynomial hash modulo 2^64 over UTF-16 code units: each character leaves the window a hundred characters
// after it entered, and that is when the line that starts with it is named. The end of the text is one more character,
// 65535, followed by enough zeros to push every line out of the window.
#include "report/line_hash.hpp"

#include <fmt/format.h>

#include <array>
#include <map>

namespace fwproof::report {

namespace {

constexpr std::size_t kWindow = 100;
constexpr std::uint64_t kFactor = 37;
constexpr char32_t kEnd = 0xffff;

constexpr std::uint64_t power(std::uint64_t base, std::size_t exponent) {
    std::uint64_t result = 1;
    for (std::size_t i = 0; i < exponent; ++i) result *= base;
    return result;
}

constexpr std::uint64_t kLeaving = power(kFactor, kWindow);  // the weight of the character that leaves

class LineHasher {
public:
    void character(char32_t unit) {
        if (unit == ' ' || unit == '\t' || (after_return_ && unit == '\n')) {
            after_return_ = false;
            return;
        }
        after_return_ = unit == '\r';
        if (unit == '\r') unit = '\n';
        name_leaving_line();
        if (at_line_start_) {
            at_line_start_ = false;
            lines_[index_] = ++line_;
        }
        if (unit == '\n') at_line_start_ = true;
        push(unit);
    }

    std::vector<std::string> finish() {
        character(kEnd);
        for (std::size_t i = 0; i < kWindow; ++i) {
            name_leaving_line();
            push(0);
        }
        return std::move(names_);
    }

private:
    void name_leaving_line() {
        if (lines_[index_] == 0) return;
        names_.push_back(fmt::format("{:x}:{}", hash_, ++seen_[hash_]));
        lines_[index_] = 0;
    }

    void push(char32_t unit) {
        hash_ = kFactor * hash_ + unit - kLeaving * window_[index_];
        window_[index_] = unit;
        index_ = (index_ + 1) % kWindow;
    }

    std::array<std::uint64_t, kWindow> window_{};
    std::array<std::size_t, kWindow> lines_{};  // number of the line that starts with this character; 0: none does
    std::size_t index_ = 0, line_ = 0;
    std::uint64_t hash_ = 0;
    bool at_line_start_ = true, after_return_ = false;
    std::map<std::uint64_t, std::size_t> seen_;
    std::vector<std::string> names_;
};

}  // namespace

std::vector<std::string> line_hashes(const Source& source) {
    LineHasher hasher;
    const std::string_view text = source.text();
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
        bool valid = length != 0 && lead < 0xf5 && i + length <= text.size();
        char32_t c = length <= 1 ? lead : lead & (0x7fU >> length);
        for (std::size_t k = 1; valid && k < length; ++k) {
            const auto next = static_cast<unsigned char>(text[i + k]);
            valid = (next & 0xc0) == 0x80;
            c = (c << 6) | (next & 0x3fU);
        }
        if (!valid) {
            hasher.character(0xfffd);
            ++i;
            continue;
        }
        if (c >= 0x10000) {
            hasher.character(0xd800 + ((c - 0x10000) >> 10));
            hasher.character(0xdc00 + ((c - 0x10000) & 0x3ff));
        } else {
            hasher.character(c);
        }
        i += length;
    }
    return hasher.finish();
}

}  // namespace fwproof::report
