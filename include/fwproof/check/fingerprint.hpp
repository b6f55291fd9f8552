// What things are called for fingerprints, where they are called otherwise now.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "fwproof/check/finding.hpp"

namespace fwproof {

struct FingerprintNames {
    std::map<std::string, std::string> files;  // they are names of firewalls too
    // Of the interfaces of a file, as its findings name it.
    std::map<std::string, std::map<std::string, std::string>> interfaces;
};

// As set_fingerprints(findings, names.files), with the other names of interfaces where packets are told by them.
void set_fingerprints(std::vector<Finding>& findings, const FingerprintNames& names);

}  // namespace fwproof
