// From catalogs and a site to what is required between which addresses.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "fwproof/catalog/catalog.hpp"
#include "fwproof/catalog/requirement.hpp"
#include "fwproof/catalog/site.hpp"

namespace fwproof {

// A value in the site that the document forbids, or that a parameter cannot have (check bad-parameter).
struct Violation {
    std::string catalog;
    std::string id;  // of the constraint, else of the parameter
    Severity severity = Severity::error;
    std::string message;  // one sentence without a full stop
    std::string hint;
    SourceSpan span;  // in the site file; may be empty
    std::optional<Citation> citation;
    std::string quirk;
};

// A role that required flows name and the site does not bind, at all or at one site of its hierarchy: they cannot be
// checked.
struct UnboundRole {
    std::string catalog, role, title;
    std::string site;                // of the hierarchy; empty: nowhere
    std::vector<std::string> flows;  // ids; only of services that are needed as far as the site says
    std::vector<Citation> citations;
    struct Way {
        std::string from, to, flow;  // roles, one of which is this; id of the flow
    };
    std::vector<Way> ways;
};

// A statement of a document that asks for nothing, for messages about openings that nothing needs.
struct ResolvedStatement {
    std::string catalog;
    StatementKind kind{};
    std::string title;
    ServiceSetRef services;   // null: the statement names none
    AddressSetRef addresses;  // of the hosts that play its roles; null: it names none, or nobody plays them
    Citation citation;
};

struct Resolution {
    std::vector<Requirement> requirements;  // in the order of the catalogs, flows, hosts, services
    std::vector<Violation> violations;
    std::vector<UnboundRole> unbound;
    std::vector<ResolvedStatement> statements;
    std::vector<std::string> assumptions;  // sentences about what the site leaves open and what was assumed
};

// Errors: a role, feature, parameter or catalog that does not exist, with the nearest name.
Loaded<Resolution> resolve(std::span<const CatalogRef> catalogs, const Site& site);

}  // namespace fwproof
