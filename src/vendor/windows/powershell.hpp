// What the NetSecurity cmdlets export: rules and their filter objects, whatever file format carries them.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "vendor/windows/store.hpp"

namespace fwproof::windows {

// One property. A list has several values; null means that the cmdlet could not read it (it ran without elevation).
struct Property {
    std::vector<std::string> values;
    bool null = false;
};

// One object or table row; property names in lower case.
struct Record {
    std::map<std::string, Property> properties;
    SourceSpan span;

    const Property* find(std::string_view name) const;
};

// Joins rules with their filter objects by InstanceID and reads them. False: no rule or profile is among the records.
bool read_records(std::vector<Record> records, Export& into);

// A property name in lower case under its usual spelling: "Local Ports" is "localport".
std::string property_name(std::string_view name);

// Whether names are those of a firewall rule export.
bool names_a_rule(const std::vector<std::string>& names);

}  // namespace fwproof::windows
