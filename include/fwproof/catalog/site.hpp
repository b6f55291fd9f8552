// A site: which hosts play which roles, where the firewalls stand, what was chosen. Format flow-site/1, described in
// fwproof-site(5); the same value can be made from roles named on the command line.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fwproof/base/address_set.hpp"
#include "fwproof/base/result.hpp"
#include "fwproof/catalog/catalog.hpp"
#include "fwproof/policy/rule.hpp"

namespace fwproof {

struct Zone {
    std::string id;
    AddressSet prefixes;  // without those of zones that lie inside it
    SourceSpan span;
};

// A computer, or a network of computers that play one role.
struct Host {
    std::string id;           // as named, else the address or prefix as written
    AddressSetRef addresses;  // never null
    std::string zone;         // as given, else the zone whose prefixes hold all addresses; may be empty
    bool network = false;     // many computers: flows from it to itself are possible
    bool anywhere = false;    // address not known (check --as): addresses is every address
    OsGeneration generation = OsGeneration::unknown;
    std::optional<Phase> phase;  // over the binding's and the site's
    std::map<std::string, std::string> attributes;
    SourceSpan span;
};

struct Binding {
    std::string catalog;  // empty: every catalog of the site that has the role
    std::string role;     // as written
    std::vector<std::string>
        hosts;  // ids in Site::hosts; addresses and prefixes of a binding become hosts of their own
    std::optional<Phase> phase;
    std::map<std::string, ParameterValue> parameters;
    std::map<std::string, SourceSpan> parameter_spans;
    std::vector<std::string> assigned_to;  // host ids; the peers that these hosts work with
    std::string site, parent;              // of a hierarchy
    SourceSpan assigned_span, parent_span;
    std::vector<std::string> programs, program_services;  // that rules may be scoped to for this role's services
    SourceSpan span;
};

enum class FirewallKind : std::uint8_t { host, transit };

// The policy stores of one Windows host, each in a file or the directory of a backup.
struct HostStores {
    std::vector<std::string> gpo;  // group policy objects; the first wins over the second
    std::vector<std::string> mdm;  // policies of device management
    std::string local;             // the host's own store; empty: not given

    bool empty() const { return gpo.empty() && mdm.empty() && local.empty(); }
    std::vector<std::string> files() const;  // in the order above
};

// One device and the exports that describe it (several files when its tables come in several).
struct SiteFirewall {
    std::string id;                    // default: the first file as written
    std::vector<std::string> exports;  // as written; the cli resolves them beside the site file
    HostStores stores;                 // in place of exports
    std::string format;                // vendor format; empty: sniffed
    FirewallKind kind = FirewallKind::transit;
    std::string host;                                        // of a host firewall
    std::vector<std::pair<std::string, std::string>> zones;  // of a transit firewall, both orders; empty: between all
    std::map<std::string, std::vector<std::string>> interfaces;  // zone id -> interface names
    std::map<std::string, SourceSpan> interface_spans;           // interface name -> where it stands
    std::optional<bool> stateful;                                // nothing: as the rules say
    std::optional<Verdict> default_inbound, default_outbound;    // where the export does not say
    std::vector<std::string> helpers;                            // connection helpers: "tftp", "rpc", "ftp"
    std::string network_profile;                                 // Windows: domain, private, public
    std::optional<AddressSet> local_subnets;                     // what Windows calls LocalSubnet on that host
    std::map<std::string, AddressSet> address_keywords;          // Windows: what DNS and its like mean there
    std::map<std::string, PortSet> port_keywords;                // Windows: what RPC and its like mean there
    std::string ipset_file;                                      // path as written
    std::optional<Date> captured;
    SourceSpan span;

    std::vector<std::string> files() const;  // exports and stores
};

// A declared path; where none is declared the zone pairs of the transit firewalls decide.
struct SitePath {
    std::string from_zone, to_zone;
    std::vector<std::string> via;  // firewall ids in order
    SourceSpan span;
};

// A recorded exception. It covers a region of packets of one check, until the end of that day.
struct Waiver {
    std::string check;     // check name or id; the field's short words (MISSING, STALE ...) are replaced by the name
    std::string firewall;  // id; empty: all
    std::string catalog, flow, service;  // empty: all
    std::vector<std::string> hosts;      // either end; empty: all
    std::string region;                  // in the flow notation; empty: all that the other keys select
    std::optional<Date> until;           // last day, inclusive
    std::string owner, reason;
    std::string problem;  // why it is malformed and covers nothing; empty: it is well formed
    SourceSpan span;
};

enum class SiteReading : std::uint8_t { either, documented, inferred };
std::string_view to_string(SiteReading reading);

struct Site {
    std::vector<SourceRef> sources;  // kept alive for the spans
    std::string name;
    std::vector<std::string> catalogs;  // as written: an id of a shipped catalog or a path beside the site file
    std::vector<SourceSpan> catalog_spans;
    Phase phase = Phase::runtime;
    SiteReading reading = SiteReading::either;
    std::optional<Date> date;
    std::vector<Zone> zones;
    std::vector<Host> hosts;
    std::vector<Binding> bindings;
    std::map<std::string, std::map<std::string, ParameterValue>> parameters;  // catalog -> parameter -> value
    std::map<std::string, std::map<std::string, bool>> features;              // catalog -> feature -> on
    std::map<std::string, SourceSpan> setting_spans;  // "catalog/parameter" or "catalog/feature" -> where it is set
    std::vector<SiteFirewall> firewalls;
    std::vector<SitePath> paths;
    std::vector<Waiver> waivers;
    bool peers_anywhere = false;  // roles that are not bound may be any address (check --as)

    const Host* host(std::string_view id) const;
    const Zone* zone(std::string_view id) const;
    const SiteFirewall* firewall(std::string_view id) const;
};

// Reads a site file; opens no other file. Roles, features and parameters are checked by resolve(), which has the
// catalogs.
Loaded<Site> load_site(const SourceRef& source);

// What the command line says instead of a site file.
struct SiteRequest {
    std::vector<std::string> as;       // ROLE: the export is the host firewall of this role, peers may be anywhere
    std::vector<std::string> bind;     // ROLE=ADDR[,ADDR...]: addresses, prefixes or ranges
    std::vector<std::string> exports;  // as written; with `as` host firewalls of that host, else transit
    HostStores stores;                 // one firewall more, in the same place; empty: none
    std::optional<Phase> phase;
    std::optional<SiteReading> reading;
    std::string network_profile;
    std::optional<AddressSet> local_subnets;
    std::string ipset_file;
};
// `catalogs` are those that the user chose, or all shipped ones; the site's `catalogs` are then those that have the
// named roles. ROLE is an id, a title or an alias, or CATALOG/ROLE.
Loaded<Site> make_site(const SiteRequest& request, std::span<const CatalogRef> catalogs);

// The catalogs of `site` among those given, in the order in which the site names them.
std::vector<CatalogRef> chosen_catalogs(const Site& site, std::span<const CatalogRef> catalogs);

// What to bind, for a user who named a catalog and nothing else: a few lines, each ended by a newline.
std::string binding_help(const Catalog& catalog);

// A project's own settings file, .fwproof.toml.
struct ProjectFile {
    SourceRef source;
    std::string site;  // path as written; may be empty
    std::vector<Waiver> waivers;
};
Loaded<ProjectFile> load_project(const SourceRef& source);

}  // namespace fwproof
