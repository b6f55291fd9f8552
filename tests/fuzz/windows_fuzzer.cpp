// Bytes to one carrier of Windows Firewall policies, chosen at build time, past the recognition by content. What a
// mutation breaks at once and no attacker would get wrong (signatures, the checksum of a hive) is mended first.
#include <array>
#include <cstring>
#include <string>
#include <type_traits>

#include "sound.hpp"
#include "vendor/windows/carrier.hpp"
#include "vendor/windows/lower.hpp"

namespace {

using namespace fwproof;
using namespace fwproof::windows;

[[maybe_unused]] std::string as_it_is(std::string bytes) { return bytes; }

// Base block: "regf", and at 508 the exclusive or of the 127 words before it. The first bin starts at 4096.
[[maybe_unused]] std::string mended_hive(std::string bytes) {
    constexpr std::size_t kChecksum = 508, kFirstBin = 4096;
    if (bytes.size() < kFirstBin + 32) return bytes;
    std::memcpy(bytes.data(), "regf", 4);
    std::memcpy(bytes.data() + kFirstBin, "hbin", 4);
    std::uint32_t sum = 0;
    for (std::size_t at = 0; at < kChecksum; at += 4) {
        std::uint32_t word = 0;
        std::memcpy(&word, bytes.data() + at, 4);
        sum ^= word;
    }
    std::memcpy(bytes.data() + kChecksum, &sum, 4);
    return bytes;
}

[[maybe_unused]] std::string mended_registry_policy(std::string bytes) {
    constexpr std::array<char, 8> kHead = {'P', 'R', 'e', 'g', 1, 0, 0, 0};
    if (bytes.size() < kHead.size()) return bytes;
    std::memcpy(bytes.data(), kHead.data(), kHead.size());
    return bytes;
}

// Each line is one rule string, in the value of a registry file.
[[maybe_unused]] std::string rule_strings(std::string bytes) {
    std::string file =
        "Windows Registry Editor Version 5.00\r\n\r\n"
        "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\FirewallRules]\r\n";
    std::size_t number = 0;
    for (std::size_t at = 0; at <= bytes.size();) {
        const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
        file += "\"rule" + std::to_string(++number) + "\"=\"";
        for (const char c : bytes.substr(at, end - at)) {
            if (c == '\\' || c == '"') file += '\\';
            if (c != '\r' && c != '\0') file += c;
        }
        file += "\"\r\n";
        at = end + 1;
    }
    return file;
}

// The reader of a hive has to know which store it is; that of a report, whether preferences count.
template <class Reader>
Result<std::vector<Export>> read_by(const Reader& reader, const SourceRef& source) {
    if constexpr (std::is_invocable_v<Reader, const SourceRef&>) {
        return reader(source);
    } else if constexpr (std::is_invocable_v<Reader, const SourceRef&, bool>) {
        return reader(source, true);
    } else {
        return reader(source, StoreRole::sniffed);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const auto source = std::make_shared<const Source>("input", FWPROOF_FUZZED_FORM(std::string(data, data + size)));
    (void)recognise(*source);
    auto exports = read_by(FWPROOF_FUZZED_READER, source);
    if (!exports) {
        (void)render(exports.error());
        return 0;
    }
    for (auto& made : *exports) fuzz::check_sound(lower_export(std::move(made), {}, ProfileMask::all()));
    return 0;
}
