// Security templates of policy objects (GptTmpl.inf): registry values and the start of services, beside registry.pol.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "vendor/windows/registry.hpp"

namespace fwproof::windows {

// A line of "Registry Values", `MACHINE\Software\...\EnableFirewall=4,0`: a key, a name, the type as a number, and the
// data; or of "Service General Setting", `"MpsSvc",4,""`: a service, its start mode, and who may change it. Nothing: of
// another section, or no such line.
std::optional<RegistryValue> parse_template_line(std::string_view section, std::string_view line, SourceSpan span);
// The start mode that a template gives to a service (4: disabled), as the registry value that it becomes.
RegistryValue service_start(std::string_view service, std::uint32_t mode, SourceSpan span);

bool is_security_template(std::string_view text);

}  // namespace fwproof::windows
