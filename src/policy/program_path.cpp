#include "fwproof/policy/program_path.hpp"

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

std::string_view file_name(std::string_view path) { return path.substr(path.find_last_of('\\') + 1); }

}  // namespace

Likeness compare_programs(std::string_view a, std::string_view b) {
    const Path one = plain(a), other = plain(b);
    if (one.text == other.text) return Likeness::same;
    const auto unclear = [](const Path& path) { return path.text.find_first_of("%~") != std::string::npos; };
    if (unclear(one) || unclear(other)) return Likeness::open;
    if ((one.assumed || other.assumed) && file_name(one.text) == file_name(other.text)) return Likeness::open;
    return Likeness::different;
}

Likeness serves_program(std::string_view named, std::string_view scoped) {
    const Path one = plain(named), other = plain(scoped);
    const bool name_alone = one.text.find_first_of("\\%") == std::string::npos;
    if (!name_alone || one.text == other.text) return compare_programs(named, scoped);
    const std::string_view file = file_name(other.text);
    if (file != one.text) return file.find_first_of("%~") == file.npos ? Likeness::different : Likeness::open;
    const auto below = [&](std::string_view directory) { return other.text.starts_with(directory); };
    const bool kept = below("c:\\program files\\") || below("c:\\program files (x86)\\") ||
                      (below("c:\\windows\\") && !below("c:\\windows\\temp\\"));
    return kept && other.text.find("\\..\\") == std::string::npos ? Likeness::same : Likeness::open;
}

}  // namespace fwproof
