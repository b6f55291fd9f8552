#include "fwproof/base/digest.hpp"

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <stdexcept>

namespace fwproof {

namespace {

std::string hash(std::string_view bytes, const EVP_MD* algorithm) {
    std::string digest(EVP_MAX_MD_SIZE, '\0');
    unsigned int size = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), &size, algorithm,
                   nullptr) != 1) {
        throw std::runtime_error("libcrypto refuses to hash");
    }
    digest.resize(size);
    return digest;
}

std::string hexadecimal(std::string_view bytes) {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const char byte : bytes) {
        const auto value = static_cast<unsigned char>(byte);
        text += kDigits[value >> 4];
        text += kDigits[value & 15];
    }
    return text;
}

}  // namespace

std::string sha256(std::string_view bytes) { return hexadecimal(hash(bytes, EVP_sha256())); }

std::string uuid_of(std::string_view name) {
    // RFC 9562's name space for URLs; every name is one below https://fwproof.invalid/.
    static constexpr std::array<std::uint8_t, 16> kNameSpace = {0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1,
                                                                0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8};
    std::string input(kNameSpace.begin(), kNameSpace.end());
    input += "https://fwproof.invalid/";
    input += name;
    std::string bytes = hash(input, EVP_sha1()).substr(0, 16);
    bytes[6] = static_cast<char>((static_cast<unsigned char>(bytes[6]) & 0x0f) | 0x50);
    bytes[8] = static_cast<char>((static_cast<unsigned char>(bytes[8]) & 0x3f) | 0x80);
    std::string text = hexadecimal(bytes);
    for (const std::size_t at : {20U, 16U, 12U, 8U}) text.insert(at, 1, '-');
    return text;
}

}  // namespace fwproof
