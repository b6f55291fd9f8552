#include "vendor/asa/lines.hpp"

#include <algorithm>

namespace fwproof::asa {

namespace {

constexpr std::string_view kPager = "<--- More --->";
constexpr std::string_view kBlanks = " \t\v\f";

bool is_blank(char c) { return kBlanks.find(c) != std::string_view::npos; }

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.' || c == '/' || c == '@';
}

// What a terminal writes to erase the pager: backspaces, blanks and "erase line" sequences.
std::size_t overprint_length(std::string_view text) {
    std::size_t i = 0;
    while (i < text.size()) {
        if (text[i] == '\b' || is_blank(text[i])) {
            ++i;
        } else if (text.substr(i).starts_with("\x1b[")) {
            i += 2;
            while (i < text.size() && (text[i] == ';' || text[i] == '?' || (text[i] >= '0' && text[i] <= '9'))) ++i;
            if (i < text.size()) ++i;
        } else {
            break;
        }
    }
    return i;
}

// Only what a device or a terminal program writes around a configuration: the name that a heading gives is the command.
std::string_view heading(std::string_view line) {
    const auto first = line.find_first_not_of('-');
    if (first == std::string_view::npos || first < 6 || !line.ends_with("------")) return {};
    line.remove_prefix(first);
    line.remove_suffix(line.size() - line.find_last_not_of('-') - 1);
    while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
    while (!line.empty() && line.back() == ' ') line.remove_suffix(1);
    return line;
}

std::vector<Line> clean(const Source& source) {
    const std::string_view text = source.text();
    std::vector<Line> lines;
    lines.reserve(text.size() / 48 + 16);
    std::size_t start = 0;
    while (start < text.size()) {
        auto end = text.find('\n', start);
        if (end == std::string_view::npos) end = text.size();
        // A carriage return inside ends a line too: the pager is overprinted that way.
        std::size_t part = start;
        while (part < end) {
            auto stop = text.substr(0, end).find('\r', part);
            if (stop == std::string_view::npos) stop = end;
            std::string_view line = text.substr(part, stop - part);
            std::size_t skip = 0;
            std::size_t indent = 0;
            while (true) {
                const bool special = skip < line.size() && (line[skip] == '\b' || line[skip] == '\x1b');
                if (special) {
                    skip += overprint_length(line.substr(skip));
                    indent = 0;
                } else if (skip < line.size() && is_blank(line[skip])) {
                    ++skip;
                    ++indent;
                } else if (line.substr(skip).starts_with(kPager)) {
                    skip += kPager.size();
                    skip += overprint_length(line.substr(skip));
                    indent = 0;
                } else {
                    break;
                }
            }
            line.remove_prefix(skip);
            while (!line.empty() && (is_blank(line.back()) || line.back() == '\0')) line.remove_suffix(1);
            if (!line.empty()) {
                lines.push_back({static_cast<std::uint32_t>(part + skip), static_cast<std::uint32_t>(line.size()),
                                 static_cast<std::uint16_t>(std::min<std::size_t>(indent, 1000)), false});
            }
            part = stop + 1;
        }
        start = end + 1;
    }
    return lines;
}

bool is_running_config(std::string_view command) {
    return command == "show running-config" || command == "show run" || command == "sh run" ||
           command == "show running-config all";
}

bool is_saved_config(std::string_view command) { return command == "show startup-config" || command == "show config"; }

// The configuration sections of `show tech-support`, or every line where there are no headings.
Result<std::vector<Line>> select_sections(const SourceRef& source, std::vector<Line> lines) {
    std::vector<std::vector<Line>> copies, saved;  // what is in force, and what a restart would bring
    std::vector<std::vector<Line>>* inside = nullptr;
    bool any_heading = false;
    for (const auto& line : lines) {
        const std::string_view text = line.text(*source);
        if (text[0] == '-') {
            if (const auto command = heading(text); !command.empty()) {
                any_heading = true;
                inside = is_running_config(command) ? &copies : is_saved_config(command) ? &saved : nullptr;
                if (inside) inside->emplace_back();
                continue;
            }
        }
        if (inside) inside->back().push_back(line);
    }
    if (copies.empty()) copies = std::move(saved);
    if (!any_heading || copies.empty()) return lines;
    const auto meaningful = [&](const Line& line) {
        const std::string_view text = line.text(*source);
        return text[0] != ':' && !text.starts_with("Cryptochecksum");
    };
    for (std::size_t i = 1; i < copies.size(); ++i) {
        std::vector<Line> a, b;
        std::copy_if(copies[0].begin(), copies[0].end(), std::back_inserter(a), meaningful);
        std::copy_if(copies[i].begin(), copies[i].end(), std::back_inserter(b), meaningful);
        const auto differ = std::mismatch(a.begin(), a.end(), b.begin(), b.end(), [&](const Line& x, const Line& y) {
            return x.text(*source) == y.text(*source);
        });
        if (differ.first != a.end() || differ.second != b.end()) {
            const Line at = differ.second != b.end() ? *differ.second : copies[i].empty() ? Line{} : copies[i].back();
            return fail(Error{"the capture holds two copies of the running configuration, and they differ",
                              "keep the section that is in force and remove the other",
                              {source.get(), at.offset, at.length},
                              source->name(),
                              source});
        }
    }
    return std::move(copies[0]);
}

// The first line of another device's configuration.
class Divider {
public:
    bool starts_device(std::string_view text) {
        if (text.starts_with("changeto context ")) return begin(false);
        if (text == "changeto system") return begin(false);
        const bool version = text.starts_with("ASA Version ") || text.starts_with("PIX Version ") ||
                             text.starts_with("FWSM Version ") || text.starts_with("NGFW Version ");
        if (text.starts_with(": Saved")) return statements_ > 0 && begin(false);
        if (version) {
            const bool divides = version_seen_ && begin(true);
            version_seen_ = true;
            return divides;
        }
        if (text.starts_with("hostname ")) {
            const std::string_view name = text.substr(9);
            const bool divides = !hostname_.empty() && hostname_ != name && begin(false);
            hostname_ = name;
            return divides;
        }
        if (text[0] != ':' && text[0] != '!') ++statements_;
        return false;
    }

private:
    bool begin(bool version) {
        statements_ = 0;
        version_seen_ = version;
        hostname_ = {};
        return true;
    }

    std::size_t statements_ = 0;
    bool version_seen_ = false;
    std::string_view hostname_;
};

}  // namespace

std::size_t prompt_length(std::string_view line, std::string_view& name) {
    std::size_t i = 0;
    while (i < line.size() && is_name_character(line[i])) ++i;
    if (i == 0 || i > 64 || i == line.size()) return 0;
    const std::string_view device = line.substr(0, i);
    if (line[i] == '(') {
        const auto close = line.find(')', i);
        if (close == std::string_view::npos || !line.substr(i + 1).starts_with("config")) return 0;
        i = close + 1;
    }
    if (i == line.size() || (line[i] != '#' && line[i] != '>')) return 0;
    name = device;
    ++i;
    while (i < line.size() && is_blank(line[i])) ++i;
    return i;
}

Result<std::vector<Section>> split_capture(const SourceRef& source) {
    auto selected = select_sections(source, clean(*source));
    if (!selected) return tl::unexpected<Error>(selected.error());
    std::vector<Section> sections(1);
    Divider divider;
    for (auto& line : *selected) {
        std::string_view name;
        if (const std::size_t prompt = prompt_length(line.text(*source), name); prompt > 0) {
            // Another device's prompt begins another device.
            if (!sections.back().prompt_name.empty() && sections.back().prompt_name != name) sections.emplace_back();
            sections.back().prompt_name = name;
            line.offset += static_cast<std::uint32_t>(prompt);
            line.length -= static_cast<std::uint32_t>(prompt);
            line.indent = 0;
            line.typed = true;
            if (line.length == 0) continue;
        }
        if (divider.starts_device(line.text(*source)) && !sections.back().lines.empty()) {
            sections.push_back({{}, sections.back().prompt_name});
        }
        sections.back().lines.push_back(line);
    }
    std::erase_if(sections, [](const Section& section) { return section.lines.empty(); });
    return sections;
}

}  // namespace fwproof::asa
