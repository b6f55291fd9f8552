// What the NetSecurity cmdlets export: rules and their filter objects, whatever file format carries them.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "fwproof/base/result.hpp"
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
    std::vector<std::string> contradicted;  // properties of which joined objects say different things
    SourceSpan span;

    const Property* find(std::string_view name) const;
    // Several properties can have one usual name (LocalUsers, LocalUser): the first that says something counts.
    void add(const std::string& name, Property property);
    // What another object says of the same rule. Of two that say different things of what decides, neither is believed.
    void join(const std::string& name, const Property& property);
};

// The first value of a property, without blanks; empty where there is none.
std::string first(const Record& record, std::string_view name);
// A list that PowerShell wrote as its type's name is lost.
bool lost(const Property& property);
// "80,443", "80|443", "{80, 443}" as its members.
std::vector<std::string> members(const Property& property);

// A rule record in the grammar of rule strings.
struct WrittenRule {
    RawRule raw;
    std::vector<std::string> missing;  // filter groups that no column or object shows: the rule is conditional
    std::vector<std::string> absent;   // rarer properties that are taken as not used
};
WrittenRule write_rule(const Record& record);

// Joins rules with their filter objects by InstanceID and reads them, one export a computer that the records name; an
// error where some name one of several and others none. `already`: what the carrier has to say. Empty: no rule or
// profile is among the records.
Result<std::vector<Export>> read_records(std::vector<Record> records, const Source& source, Export already = {});
// The same of one computer. False: there was nothing.
bool read_computer(std::vector<Record> records, Export& into);

// A property name in lower case under its usual spelling: "Local Ports" is "localport".
std::string property_name(std::string_view name);

// Whether it holds settings of a profile, which it may not name.
bool is_profile(const Record& record);

// Whether names are those of a firewall rule export.
bool names_a_rule(const std::vector<std::string>& names);

}  // namespace fwproof::windows
