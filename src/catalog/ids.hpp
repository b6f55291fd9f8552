// Lists of things that have an id, as catalogs and sites are full of.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/table_reader.hpp"

namespace fwproof::toml_file {

inline bool in(const std::vector<std::string>& list, std::string_view text) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

template <class T>
std::vector<std::string> ids(const std::vector<T>& list) {
    std::vector<std::string> names;
    for (const T& item : list) names.push_back(item.id);
    return names;
}

// A problem for each id that an earlier item of the list has. `what`: "role".
template <class T>
void unique(std::string_view what, const std::vector<T>& list, Problems& problems) {
    std::set<std::string_view> seen;
    for (const T& item : list) {
        if (!seen.insert(item.id).second)
            problems.add(fmt::format("{} '{}' is defined twice", what, item.id), {}, item.span);
    }
}

// Whether the list has that id; where not, a problem that names the nearest.
template <class T>
bool known(std::string_view what, const std::string& id, const std::vector<T>& list, SourceSpan span,
           Problems& problems) {
    if (std::any_of(list.begin(), list.end(), [&](const T& item) { return item.id == id; })) return true;
    problems.unknown(what, id, ids(list), span);
    return false;
}

}  // namespace fwproof::toml_file
