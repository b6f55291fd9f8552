#include "fwproof/base/printable.hpp"

namespace fwproof {

std::string printable(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    std::size_t i = 0;
    while (i < text.size()) {
        const auto lead = static_cast<unsigned char>(text[i]);
        if (lead < 0x80) {
            out += lead == '\t' ? ' ' : lead < 0x20 || lead == 0x7f ? '?' : text[i];
            ++i;
            continue;
        }
        const std::size_t length = lead >= 0xf0 && lead < 0xf5   ? 4
                                   : lead >= 0xe0 && lead < 0xf0 ? 3
                                   : lead >= 0xc2 && lead < 0xe0 ? 2
                                                                 : 0;
        char32_t c = length == 0 ? 0 : lead & (0x7fU >> length);
        bool valid = length != 0 && i + length <= text.size();
        for (std::size_t k = 1; valid && k < length; ++k) {
            const auto next = static_cast<unsigned char>(text[i + k]);
            valid = (next & 0xc0) == 0x80;
            c = (c << 6) | (next & 0x3fU);
        }
        static constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
        valid = valid && c >= kSmallest[length] && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
        // Also U+FFFE, U+FFFF and their like, which are no characters: XML must not hold them.
        const bool steers = c < 0xa0 || (c & 0xfffe) == 0xfffe || (c >= 0x200b && c <= 0x200f) ||
                            (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff;
        if (!valid) {
            out += '?';
            ++i;
        } else {
            if (steers) {
                out += '?';
            } else {
                out += text.substr(i, length);
            }
            i += length;
        }
    }
    return out;
}

}  // namespace fwproof
