// Rules of other kinds that stand beside those of the firewall: connection security, service hardening, isolation of
// applications. They are not modelled. The first two are asked before the firewall's rules and can stop what these let
// through: that they do not is assumed aloud. Two exports that differ in them are told apart.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "vendor/windows/store.hpp"

namespace fwproof::windows {

class BesideRules {
public:
    // One value of a key or element of that name.
    void add(std::string_view kind, std::string text, SourceSpan span);
    // A rule of service hardening speaks of one service, and has no Active.
    void add_hardening(const RawRule& rule);
    void add_connection_security(const RawRule& rule);

    void tell(Export& into) const;

private:
    struct Seen {
        std::vector<std::string> texts;
        SourceSpan span;
    };
    using Names = std::set<std::string>;

    std::map<std::string, Seen> seen_;
    Names hardened_in_, hardened_out_;  // services that hardening blocks, but for its own exceptions
    Names secured_in_, secured_out_;    // rules that take plain packets for none
};

// A listing of a host that shows rules of one direction alone was perhaps asked for these.
void assume_directions(const std::vector<const FirewallRule*>& rules, Export& into);

// Notes what decides no first packet but is compared. `variant`: the profile, or empty for all.
void record(Export& into, std::string name, std::string value, std::string variant, SourceSpan span);

}  // namespace fwproof::windows
