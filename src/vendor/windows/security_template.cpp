#include "vendor/windows/security_template.hpp"

#include <fmt/format.h>

#include "vendor/windows/carrier.hpp"
#include "vendor/windows/words.hpp"

namespace fwproof::windows {

namespace {

std::string_view unquoted(std::string_view text) {
    text = trimmed(text);
    if (text.size() > 1 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
    return text;
}

std::optional<RegistryValue> parse_service(std::string_view line, SourceSpan span) {
    const auto comma = line.find(',');
    if (comma == std::string_view::npos) return std::nullopt;
    const std::string_view rest = line.substr(comma + 1);
    const auto mode = number<std::uint32_t>(trimmed(rest.substr(0, rest.find(','))));
    if (!mode) return std::nullopt;
    return service_start(unquoted(line.substr(0, comma)), *mode, span);
}

std::optional<RegistryValue> parse_value(std::string_view line, SourceSpan span) {
    constexpr std::string_view kMachine = "MACHINE\\";
    constexpr unsigned kText = 1, kExpanded = 2, kNumber = 4;
    line = trimmed(line);
    const auto equals = line.find('=');
    if (!starts_with_word(line, kMachine) || equals == std::string_view::npos) return std::nullopt;
    const std::string_view path = unquoted(line.substr(kMachine.size(), equals - kMachine.size()));
    const auto slash = path.rfind('\\');
    const std::string_view data = trimmed(line.substr(equals + 1));
    const auto comma = std::min(data.find(','), data.size());
    const auto type = number<unsigned>(trimmed(data.substr(0, comma)));
    const std::string_view content = unquoted(data.substr(std::min(comma + 1, data.size())));
    if (slash == std::string_view::npos) return std::nullopt;
    RegistryValue value;
    value.key = path.substr(0, slash);
    value.name = path.substr(slash + 1);
    value.type = ValueType::other;
    value.span = span;
    if (type && (*type == kText || *type == kExpanded)) {
        value.type = ValueType::text;
        value.text.text = content;
        value.text.span = span;
        value.text.aligned = false;
    } else if (const auto read = number<std::uint32_t>(content); type && *type == kNumber && read) {
        value.type = ValueType::number;
        value.number = *read;
    }
    return value;
}

}  // namespace

std::optional<RegistryValue> parse_template_line(std::string_view section, std::string_view line, SourceSpan span) {
    if (same_word(section, "Registry Values")) return parse_value(line, span);
    if (same_word(section, "Service General Setting")) return parse_service(line, span);
    return std::nullopt;
}

RegistryValue service_start(std::string_view service, std::uint32_t mode, SourceSpan span) {
    RegistryValue value;
    value.key = fmt::format("SYSTEM\\CurrentControlSet\\Services\\{}", service);
    value.name = "Start";
    value.type = ValueType::number;
    value.number = mode;
    value.span = span;
    return value;
}

bool is_security_template(std::string_view text) {
    const std::string_view head = text.substr(0, 16384);
    return starts_with_word(text, "[") && find_word(head, "signature=\"$CHICAGO$\"") != std::string_view::npos;
}

Result<std::vector<Export>> read_security_template(const SourceRef& source) {
    std::vector<RegistryValue> values;
    std::string section;
    for (std::uint32_t number = 1; number <= source->line_count(); ++number) {
        const std::string_view line = trimmed(source->line(number));
        const SourceSpan span{source.get(), source->line_offset(number),
                              static_cast<std::uint32_t>(source->line(number).size())};
        if (line.starts_with('[')) {
            section = line.substr(1, std::min(line.find(']'), line.size()) - 1);
            continue;
        }
        if (line.empty() || line.starts_with(';')) continue;
        if (auto value = parse_template_line(section, line, span)) values.push_back(std::move(*value));
    }
    std::vector<Export> exports(1);
    read_values(std::move(values), std::nullopt, exports[0]);
    if (exports[0].stores.empty() && !exports[0].service_off)
        return fail(no_policy(*source, "security template", "name registry.pol of the policy object"));
    return exports;
}

}  // namespace fwproof::windows
