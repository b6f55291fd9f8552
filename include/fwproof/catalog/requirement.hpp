// What the catalogs ask of one site: documented services with roles replaced by addresses.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fwproof/base/address_set.hpp"
#include "fwproof/base/service.hpp"
#include "fwproof/base/source.hpp"

namespace fwproof {

enum class Severity : std::uint8_t { note, warning, error };
std::string_view to_string(Severity severity);

// Where a document says it.
struct Citation {
    std::string document;  // title
    std::string section;
    std::string row;         // "1", "footnote 2"; may be empty
    std::uint32_t line = 0;  // of the source text
};

// One end of a required flow on this site.
struct Endpoint {
    std::string role;        // role id
    std::string role_title;  // as the document prints it
    std::string host;  // host id, or the prefix or address as bound on the command line; of an external role its id
    std::string zone;  // zone id; may be empty
    AddressSetRef addresses;  // never null; "any" for a peer that may be anywhere
    bool external = false;    // a role that is no bindable host (the Internet)
    bool anywhere = false;  // address not known (fwproof check --as): one address that works is enough, never "partial"
    bool network = false;   // many computers play the role from these addresses
};

// Why a documented service is or is not needed now.
enum class Need : std::uint8_t {
    required,
    phase_over,      // needed only in a phase that is over for these hosts
    feature_off,     // belongs to a feature that the site has not chosen
    not_selected,    // another member of its any-of group, or the site's own port, replaced it
    not_applicable,  // its condition does not hold here (an opening for it counts like one for a feature that is off)
    undetermined,    // the document gives no ports and the site none: unchecked; services are all ports of the protocol
    phase_ahead,     // needed only in a phase that these hosts come to: not missing now, and not left over
};

// Which reading of an unclear document this is.
enum class Reading : std::uint8_t {
    stated,      // the document leaves no doubt
    documented,  // as printed, where it contradicts what is likely meant
    inferred,    // as likely meant
};

// One documented item between one host of each role. `from` opens the connection.
struct Requirement {
    std::string catalog, product;
    std::string flow, service;  // ids in the catalog
    std::string title;          // "SQL Server Browser", for messages; may be empty
    Endpoint from, to;
    ServiceSetRef services;   // never null; destination (and where stated source) ports
    ServiceSetRef tolerated;  // what an opening may permit besides without being wider; null: nothing
    std::string ports_text;   // "tcp/1433" as a message prints it, with the parameter's value
    Need need = Need::required;
    std::string need_reason;  // "needed only during installation", "feature web-console is off"
    bool exposing =
        false;  // as printed it would expose the responder: an opening for it is reported, never recommended
    bool closable = false;  // the document says that it may be closed
    Reading reading = Reading::stated;
    std::string quirk;  // id of the disputed reading, "S-14"; may be empty
    // Both readings of a disputed item are returned under one key when the site allows either: the reading is satisfied
    // when all requirements with this key and that reading are. An opening that only one reading asks for is no
    // surplus.
    std::string dispute;     // may be empty; `inferred` without a key: only one reading can be judged
    std::string basis;       // why the inferred reading is likely; may be empty
    std::string any_of;      // group: enough when one complete variant of it is permitted; may be empty
    std::string any_of_key;  // the group between these hosts: requirements with one key are judged together
    std::string variant;     // which set of the group this belongs to
    Severity severity = Severity::error;  // of its absence
    std::string note;                     // our one sentence about it; may be empty
    std::vector<std::string> programs;    // a rule scoped to one of these programs or services satisfies it
    std::vector<std::string> program_services;
    bool dynamic_rpc = false;  // ports that a dynamic-RPC keyword stands for
    bool endpoint_mapper = false;
    std::string restrictable_by;  // title of the setting that would narrow these ports, which the site has not set; may
                                  // be empty
    bool reply_only = false;      // needed only where replies are not tracked
    std::string reply_of;         // service whose replies these are; may be empty
    std::string helper;           // a firewall with this connection helper permits it by itself ("tftp"); may be empty
    std::string
        source_ports_note;  // how the document words source ports that are not exact ("Random 4xxx"); may be empty
    std::vector<std::string> also;  // further "flow/service" items that ask for the same packets between the same hosts
    std::vector<Citation> citations;  // at least one
};

}  // namespace fwproof
