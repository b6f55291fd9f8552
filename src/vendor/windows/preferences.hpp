// Registry and service items of Group Policy Preferences ([MS-GPPREF] 2.2.1.17): of a file of their own, and in
// reports.
#pragma once

#include "vendor/windows/registry.hpp"
#include "vendor/windows/xml.hpp"

namespace fwproof::windows {

// `settings`: the element RegistrySettings or NTServices, under any prefix. Empty where all of it is switched off.
std::vector<RegistryValue> read_registry_settings(const XmlDocument& xml, const pugi::xml_node& settings,
                                                  std::vector<Note>& notes);

}  // namespace fwproof::windows
