// A catalog: what a product's document asks of the firewalls between its parts, as data. Format flow-catalog/1,
// described in fwproof-catalog(5). Nothing here is resolved: ports may still name a parameter or a range.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "fwproof/base/result.hpp"
#include "fwproof/base/service.hpp"
#include "fwproof/catalog/requirement.hpp"

namespace fwproof {

// A value, or everything that is wrong with the input (never empty then).
template <class T>
using Loaded = tl::expected<T, std::vector<Error>>;

using Date = std::chrono::year_month_day;

enum class Phase : std::uint8_t { install, runtime, maintenance };
std::string_view to_string(Phase phase);

// Whether the document says that a port can be changed.
enum class Configurable : std::uint8_t { yes, no, unstated, contradictory };
std::string_view to_string(Configurable configurable);

enum class RoleKind : std::uint8_t { host, external, user_agent, service };
std::string_view to_string(RoleKind kind);

enum class OsGeneration : std::uint8_t { unknown, legacy, modern };
std::string_view to_string(OsGeneration generation);

// Place in the document: Citation without the title, which the catalog holds once.
struct Cite {
    std::uint32_t line = 0;  // of the source text, from 1
    std::string section, row, footnote;
};

struct Role {
    std::string id, title;
    RoleKind kind = RoleKind::host;
    std::vector<std::string> aliases;
    bool per_site = false;  // scope = "site": one per site of a hierarchy
    bool anywhere = false;  // external only: any address, not only those outside the site
    std::vector<Cite> cites;
    SourceSpan span;
};

struct Feature {
    std::string id, title;
    bool on = false;  // the default
    std::vector<std::string> required_features;
    std::vector<Cite> cites;
    SourceSpan span;
};

enum class ParameterType : std::uint8_t { port, port_range, enumeration, boolean, host_port };
enum class ParameterScope : std::uint8_t { catalog, from_host, to_host, pair };
std::string_view to_string(ParameterType type);
std::string_view to_string(ParameterScope scope);

// Canonical text of the value: "1433", "50000-50200", "https", "true", "10.9.9.9:8080".
using ParameterValue = std::string;

// A default that holds only where a host has one of these attribute values.
struct ConditionalDefault {
    std::string attribute;
    std::vector<std::string> in;
    std::string of = "to";  // "from" or "to"
    ParameterValue value;
};

struct Parameter {
    std::string id, title;
    ParameterType type{};
    ParameterScope scope{};
    std::optional<ParameterValue> default_value;
    std::vector<ConditionalDefault> default_when;
    std::vector<ParameterValue> values;  // empty: any value of the type
    bool open_values = false;            // others than `values` are allowed too
    Configurable configurable = Configurable::unstated;
    std::string how;
    std::vector<Cite> cites;
    SourceSpan span;
};

struct RangeVariant {
    OsGeneration generation{};
    PortSet ports;
    std::vector<Cite> cites;  // may be empty
};

// Ports that an operating system hands out. Without a variant and without a value the range is not known.
struct PortRange {
    std::string id, title;
    std::uint8_t protocol = kTcp;
    std::vector<RangeVariant> variants;
    std::vector<OsGeneration> default_generations;  // used for a host of unknown generation; empty: all variants
    std::string restrictable_by;                    // parameter id; may be empty
    bool dynamic_rpc = false;                       // what a dynamic-RPC keyword stands for
    std::vector<Cite> cites;
    SourceSpan span;
};

enum class ConstraintKind : std::uint8_t { paired_ports, unique_per_host, static_port, requires_flow, one_of };
std::string_view to_string(ConstraintKind kind);

struct Constraint {
    std::string id;
    ConstraintKind kind{};
    Severity level = Severity::error;
    bool interpreted = false;  // reading = "interpreted": our reading of an unclear sentence
    std::string note;
    // paired_ports: second belongs to first; where no pair names first, second == first + step.
    std::string first, second;
    std::vector<std::pair<std::uint16_t, std::uint16_t>> pairs;
    std::optional<int> step;
    bool at_least = false;  // the sentence may also mean first + step or more: then only a warning
    // unique_per_host (values of several bindings of one host differ), static_port (a number, and required where the
    // host has the attribute), one_of (at most one is set)
    std::vector<std::string> parameters;
    std::vector<std::string> roles;  // whose bindings count; empty: all
    std::string attribute, attribute_value;
    // requires_flow: with when_parameter == when_value the services of also_group are needed beside those of of_group.
    std::string when_parameter;
    ParameterValue when_value;
    std::string of_group, also_group;
    std::vector<Cite> cites;
    SourceSpan span;
};

// One element of a service's ports: numbers, a parameter or a range.
struct LiteralPorts {
    PortSet ports;
};
struct ParameterPorts {
    std::string parameter;
};
struct RangePorts {
    std::string range;
};
using PortItem = std::variant<LiteralPorts, ParameterPorts, RangePorts>;

enum class End : std::uint8_t { from, to };

// Who opens the connection.
enum class Initiator : std::uint8_t { from, to, either, unstated };
std::string_view to_string(Initiator initiator);

enum class PhaseOf : std::uint8_t { from, to, any };

// All of the parts that are given must hold; an attribute that the site does not state is taken to hold.
struct When {
    std::optional<bool> colocated;
    std::string attribute;
    std::vector<std::string> in, not_in;
    std::optional<bool> top_level_site;
    std::optional<OsGeneration> generation;
    std::string parameter;  // with `in`: its value must be one of these
    End of = End::from;
    bool empty() const {
        return !colocated && attribute.empty() && !top_level_site && !generation && parameter.empty();
    }
};

struct IcmpType {
    std::uint8_t type = 0;
    std::optional<std::uint8_t> code;
    std::string name;
};

// One documented item.
struct Service {
    std::string id, title;
    bool protocol_stated = true;
    std::vector<std::uint8_t> protocols;  // as stated, else as inferred with the essential one first
    std::string basis;                    // of what is inferred
    std::vector<PortItem> ports;          // destination; empty: the protocol has none, or the document does not say
    bool ports_unstated = false;          // the document gives no number
    std::vector<PortItem> source_ports;   // empty: any
    std::vector<PortItem> source_ports_inferred;  // where they are likely meant otherwise than printed
    std::string source_ports_text;                // as documented ("Random 4xxx"); may be empty
    std::vector<IcmpType> icmp;                   // empty: types not stated
    std::vector<Phase> phases = {Phase::install, Phase::runtime};
    std::string phase_basis;
    PhaseOf phase_of = PhaseOf::any;
    bool closable = false;
    std::string group;   // any-of id
    std::string choice;  // value of the group's selector that chooses this service; default its id
    std::string reply_of, companion_of, helper;
    std::vector<std::string> fallback_to;
    std::string proxy;                                       // host-port parameter that replaces destination and port
    std::optional<Initiator> initiator, initiator_inferred;  // where they differ from the flow's
    std::vector<std::string> to_inferred;  // roles of the flow's `to` that the inferred reading means; empty: all
    bool required_inferred = true;         // false: in the inferred reading nothing is needed
    bool exposing = false;                 // opening it as printed would expose the responder: never recommended
    std::optional<Severity> severity;
    std::string feature;
    std::optional<When> when;
    std::optional<Configurable> configurable;
    std::string how, note;
    std::vector<std::string> quirks;
    std::vector<std::string> programs, program_services;
    bool endpoint_mapper = false;
    std::vector<Cite> cites;  // empty: the flow's
    SourceSpan span;
};

// How the pairs of a flow follow a hierarchy of sites.
enum class SitePairs : std::uint8_t { same, adjacent, any };

// One documented row.
struct CatalogFlow {
    std::string id, title;
    std::vector<std::string> from, to;      // role ids
    bool from_any = false, to_any = false;  // one host of these roles is enough
    Initiator initiator = Initiator::from;
    std::optional<Initiator> initiator_inferred;
    std::string initiator_basis;
    std::string one_way_when;          // boolean parameter: true removes the direction to -> from
    End one_way_end = End::to;         // who no longer connects then
    bool one_way_interpreted = false;  // the document does not say that it holds for this row
    std::optional<End> assigned;       // whose assigned-to chooses the other end
    SitePairs site_pairs = SitePairs::same;
    std::string feature;
    std::optional<When> when;
    std::string context;
    Configurable configurable = Configurable::unstated;
    std::string how, note;
    std::optional<Severity> severity;
    std::vector<std::string> quirks;
    std::vector<Cite> cites;  // at least one
    std::vector<Service> services;
    SourceSpan span;
};

// A group of services of which one, or one complete variant, is enough.
struct AnyOf {
    std::string id;
    std::string selector;                                         // parameter id; may be empty
    std::vector<std::map<std::string, ParameterValue>> variants;  // parameter id -> value
    std::vector<Cite> cites;
    SourceSpan span;
};

// A statement of the document that asks for nothing.
enum class StatementKind : std::uint8_t { not_required, informational, not_covered, advice };
std::string_view to_string(StatementKind kind);

struct Statement {
    StatementKind kind{};
    std::string id;  // may be empty
    std::string title;
    std::optional<std::uint8_t> protocol;
    PortSet ports;                // empty: none named
    bool ports_unstated = false;  // the number is not printed in the document
    std::string basis;
    std::vector<std::string> roles;
    std::vector<Cite> cites;
    SourceSpan span;
};

struct Document {
    std::string title, file, sha256, url;
    std::optional<Date> revised;
    bool open_both_directions = false;  // the document asks for both directions without saying which connections
    std::string open_directions_quirk;
    std::vector<Cite> open_directions_cites;
};

struct Catalog {
    SourceRef source;  // kept alive for the spans
    std::string id, product, title;
    Document document;
    std::vector<Role> roles;
    std::vector<Feature> features;
    std::vector<Parameter> parameters;
    std::vector<PortRange> ranges;
    std::vector<Constraint> constraints;
    std::vector<AnyOf> groups;
    std::vector<CatalogFlow> flows;
    std::vector<Statement> statements;

    // By id; null where there is none. A role is also found by its title and aliases, in any case.
    const Role* role(std::string_view name) const;
    const Feature* feature(std::string_view id) const;
    const Parameter* parameter(std::string_view id) const;
    const PortRange* range(std::string_view id) const;
    const AnyOf* group(std::string_view id) const;
};

using CatalogRef = std::shared_ptr<const Catalog>;

// Reads a catalog. Errors have file, line and column, name the key and suggest the nearest known one.
Loaded<CatalogRef> load_catalog(const SourceRef& source);

// The catalogs that are part of the program, ascending by id.
struct EmbeddedCatalog {
    std::string_view id;
    std::string_view file_name;  // "scom.toml"
    std::string_view text;
};
std::span<const EmbeddedCatalog> shipped_catalogs();
// By id or file name ("scom", "scom.toml"); null where there is none.
const EmbeddedCatalog* find_shipped(std::string_view name);
// The parsed form of a shipped catalog; its source is named "catalogs/scom.toml".
Loaded<CatalogRef> load_shipped(const EmbeddedCatalog& catalog);

}  // namespace fwproof
