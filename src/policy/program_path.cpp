#include "fwproof/policy/program_path.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace fwproof {

namespace {

// Where Windows puts them unless somebody chose otherwise during its installation.
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kVariables = {{
    {"%systemroot%", "c:\\windows"},
    {"%windir%", "c:\\windows"},
    {"%systemdrive%", "c:"},
    {"%programfiles%", "c:\\program files"},
    {"%programw6432%", "c:\\program files"},
    {"%programfiles(x86)%", "c:\\program files (x86)"},
    {"%commonprogramfiles%", "c:\\program files\\common files"},
    {"%programdata%", "c:\\programdata"},
    {"%allusersprofile%", "c:\\programdata"},
}};

struct Path {
    std::string text;
    bool assumed = false;  // a variable was replaced by its usual value
};

Path plain(std::string_view written) {
    Path path;
    if (written.size() > 1 && written.front() == '"' && written.back() == '"')
        written = written.substr(1, written.size() - 2);
    for (char c : written) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        if (c == '/') c = '\\';
        const bool doubled = c == '\\' && path.text.size() > 1 && path.text.back() == '\\';
        if (!doubled) path.text += c;
    }
    for (const auto& [name, value] : kVariables) {
        if (!path.text.starts_with(name)) continue;
        path.text.replace(0, name.size(), value);
        path.assumed = true;
        break;
    }
    return path;
}

// The same directory can be written in ways that nobody can compare without the host: short names, variables of a user,
// names of devices and of the object manager, steps upwards.
bool is_unclear(const Path& path) {
    constexpr auto kSpellings = std::to_array<std::string_view>({"%", "~", "*", "\\..\\", "\\.\\", "\\?\\", "\\??\\"});
    return path.text.starts_with("\\device\\") || path.text.starts_with("\\systemroot\\") ||
           path.text.starts_with("\\\\") || std::any_of(kSpellings.begin(), kSpellings.end(), [&](auto spelling) {
               return path.text.find(spelling) != std::string::npos;
           });
}

// Equal but for letters beyond ASCII, of which both have some: they may differ in case alone.
bool may_be_case(std::string_view a, std::string_view b) {
    const auto ascii = [](std::string_view text) {
        std::string plain(text);
        std::erase_if(plain, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
        return plain;
    };
    const std::string one = ascii(a), other = ascii(b);
    return one.size() < a.size() && other.size() < b.size() && one == other;
}

std::string_view file_name(std::string_view path) { return path.substr(path.find_last_of('\\') + 1); }

}  // namespace

Likeness compare_programs(std::string_view a, std::string_view b) {
    const Path one = plain(a), other = plain(b);
    if (one.text == other.text) return Likeness::same;
    if (is_unclear(one) || is_unclear(other) || may_be_case(one.text, other.text)) return Likeness::open;
    // A file name without its directory may be that file; "System" is the kernel.
    const auto bare = [](const Path& path) { return path.text.find_first_of("\\:") == path.text.npos; };
    const bool bare_file = (bare(one) || bare(other)) && one.text != "system" && other.text != "system";
    if ((one.assumed || other.assumed || bare_file) && file_name(one.text) == file_name(other.text))
        return Likeness::open;
    return Likeness::different;
}

Likeness serves_program(std::string_view named, std::string_view scoped) {
    const Path one = plain(named), other = plain(scoped);
    const bool name_alone = one.text.find_first_of("\\%") == std::string::npos;
    if (!name_alone || one.text == other.text) return compare_programs(named, scoped);
    const std::string_view file = file_name(other.text);
    if (file != one.text) {
        const bool open = file.find_first_of("%~") != file.npos || may_be_case(file, one.text);
        return open ? Likeness::open : Likeness::different;
    }
    const auto below = [&](std::string_view directory) { return other.text.starts_with(directory); };
    const bool kept = below("c:\\program files\\") || below("c:\\program files (x86)\\") ||
                      (below("c:\\windows\\") && !below("c:\\windows\\temp\\"));
    return kept && other.text.find("\\..\\") == std::string::npos ? Likeness::same : Likeness::open;
}

}  // namespace fwproof
