// Digests, to name bytes and findings in a way that others can check.
#pragma once

#include <string>
#include <string_view>

namespace fwproof {

// SHA-256 as 64 lower-case hexadecimal digits, as sha256sum prints it.
std::string sha256(std::string_view bytes);

// A version 5 UUID (RFC 9562) of the URL https://fwproof.invalid/ + `name`: the same name, the same identifier.
std::string uuid_of(std::string_view name);

}  // namespace fwproof
