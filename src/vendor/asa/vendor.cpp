// Cisco ASA (and PIX, FWSM, the LINA part of FTD): recognising and reading an export.
#include "fwproof/vendor/vendor.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "vendor/asa/lower.hpp"
#include "vendor/asa/reader.hpp"

namespace fwproof::asa {

namespace {

constexpr std::uint32_t kSniffLines = 4000;

bool is_list_line(std::string_view line) {
    if (!line.starts_with("access-list ")) return false;
    // IOS numbered lists share the words up to here: "access-list 101 permit ...". What tells is the address part.
    for (const std::string_view form :
         {" extended ", " advanced ", " standard ", " webtype ", " ethertype ", " elements; name hash"}) {
        if (line.find(form) != std::string_view::npos) return true;
    }
    return false;
}

// Other Cisco languages that an ASA reader must not pretend to know.
enum class Foreign : std::uint8_t { none, ios, ftd_policy };

struct Clues {
    bool version = false;
    std::size_t certain = 0;
    std::size_t possible = 0;
    Foreign foreign = Foreign::none;
    SourceSpan foreign_at;
};

Clues clues_of(const Source& source) {
    Clues clues;
    const std::string_view text = source.text();
    std::size_t start = 0;
    for (std::uint32_t number = 0; start < text.size() && (number < kSniffLines || !clues.version); ++number) {
        if (number >= kSniffLines && clues.certain + clues.possible > 0) break;
        auto end = text.find_first_of("\r\n", start);
        if (end == std::string_view::npos) end = text.size();
        std::string_view line = text.substr(start, end - start);
        const std::size_t offset = start;
        start = end + 1;
        const auto skip = line.find_first_not_of(" \t\b");
        if (skip == std::string_view::npos) continue;
        line.remove_prefix(skip);
        std::string_view name;
        line.remove_prefix(prompt_length(line, name));
        if (line.starts_with("ASA Version ") || line.starts_with("PIX Version ") || line.starts_with("FWSM Version ") ||
            line.starts_with("NGFW Version ")) {
            clues.version = true;
        } else if (is_list_line(line) || line.starts_with("object network ") ||
                   line.starts_with("object-group network ") || line.starts_with("object-group service ") ||
                   line.starts_with("object service ") || line.starts_with("same-security-traffic ") ||
                   line.starts_with("nameif ")) {
            ++clues.certain;
        } else if (line.starts_with("access-group ") || line.starts_with("access-list ") ||
                   line.starts_with("ipv6 access-list ")) {
            ++clues.possible;
        } else if (clues.foreign == Foreign::none &&
                   (line.starts_with("ip access-list ") || line.starts_with("ip access-group "))) {
            clues.foreign = Foreign::ios;
            clues.foreign_at = {&source, static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(end - offset)};
        } else if (clues.foreign == Foreign::none && line.starts_with("-----") &&
                   line.find("[ Rule: ") != std::string_view::npos) {
            clues.foreign = Foreign::ftd_policy;
            clues.foreign_at = {&source, static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(end - offset)};
        }
    }
    return clues;
}

bool is_binary(std::string_view text) {
    const std::string_view head = text.substr(0, 4096);
    return std::count(head.begin(), head.end(), '\0') > 0;
}

Error error_of(const SourceRef& source, std::string message, std::string hint, SourceSpan span = {}) {
    return Error{std::move(message), std::move(hint), span, source->name(), source};
}

Result<std::vector<Config>> read_source(const SourceRef& source) {
    if (source->text().empty())
        return fail(error_of(source, "the file is empty", "export the output of 'show running-config'"));
    if (is_binary(source->text())) {
        return fail(error_of(source, "the file is binary, not a configuration",
                             "export the output of 'show running-config' as text"));
    }
    const Clues clues = clues_of(*source);
    if (clues.foreign == Foreign::ios && !clues.version) {
        return fail(error_of(source, "this is a configuration of Cisco IOS, not of an ASA",
                             "IOS access lists use wildcard masks and other rules; they are not read",
                             clues.foreign_at));
    }
    if (clues.foreign == Foreign::ftd_policy && !clues.version && clues.certain == 0) {
        return fail(error_of(source, "this is the output of 'show access-control-config', which is not read",
                             "export the output of 'show running-config' instead", clues.foreign_at));
    }
    auto sections = split_capture(source);
    if (!sections) return fail(sections.error());
    std::vector<Config> configs;
    for (const auto& section : *sections) {
        Reader reader(*source);
        for (const auto& line : section.lines) reader.read(line);
        Config config = std::move(reader).finish();
        if (config.hostname.empty()) config.hostname = section.prompt_name;
        configs.push_back(std::move(config));
    }
    // Log headers and command echoes are no device.
    const auto says_something = [](const Config& config) {
        return config.filter_statements > 0 || config.version || !config.interfaces.empty() || !config.routes.empty() ||
               !config.management.empty();
    };
    std::erase_if(configs, [&](const Config& config) { return !says_something(config); });
    const auto is_system = [](const Config& config) {
        const bool filters = std::any_of(config.interfaces.begin(), config.interfaces.end(),
                                         [](const InterfaceBlock& block) { return !block.name.empty(); });
        return (config.allocates_contexts || config.context == "system") && !filters && config.lists.empty();
    };
    if (!configs.empty() && std::all_of(configs.begin(), configs.end(), is_system)) {
        return fail(error_of(source, "this is the system context of a device with several contexts: it filters nothing",
                             "export each context: 'changeto context NAME' and 'show running-config'"));
    }
    std::erase_if(configs, is_system);
    if (configs.empty()) {
        return fail(error_of(source, "no statement of an ASA configuration was found",
                             "export the output of 'show running-config'"));
    }
    return configs;
}

}  // namespace

Likelihood detect(const Input& input) {
    Likelihood best = Likelihood::no;
    for (const auto& source : input.sources) {
        if (is_binary(source->text())) continue;
        const Clues clues = clues_of(*source);
        if (clues.version || (clues.certain > 0 && clues.foreign == Foreign::none)) return Likelihood::certain;
        if (clues.possible > 0 || clues.certain > 0 || clues.foreign != Foreign::none) best = Likelihood::possible;
    }
    return best;
}

Result<std::vector<Policy>> load(const Input& input, const LoadOptions& options) {
    std::vector<Policy> policies;
    for (const auto& source : input.sources) {
        auto configs = read_source(source);
        if (!configs) return fail(configs.error());
        for (auto& config : *configs) policies.push_back(lower(std::move(config), source, options));
    }
    if (policies.empty()) {
        Error error{"nothing to read", "", {}};
        error.file = input.name;
        return fail(std::move(error));
    }
    return policies;
}

}  // namespace fwproof::asa
