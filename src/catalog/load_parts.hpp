// The loaders of a catalog's tables, by topic.
#pragma once

#include "catalog/table_reader.hpp"
#include "fwproof/catalog/catalog.hpp"

namespace fwproof::catalog_file {

// [{line, section, row, footnote}, ...] or one of them; a problem when `required` and there is none.
std::vector<Cite> read_cites(toml_file::TableReader& reader, std::string_view key, bool required);
// Ports without parameters and ranges; `key` may be absent (empty set).
PortSet read_port_set(toml_file::TableReader& reader, std::string_view key);
// "443", "50000-50200", "any", "${parameter}", "@range".
std::vector<PortItem> read_port_items(toml_file::TableReader& reader, std::string_view key);

Parameter read_parameter(const toml_file::Value& table, toml_file::Problems& problems);
PortRange read_range(const toml_file::Value& table, toml_file::Problems& problems);
Constraint read_constraint(const toml_file::Value& table, toml_file::Problems& problems);
AnyOf read_group(const toml_file::Value& table, toml_file::Problems& problems);
CatalogFlow read_flow(const toml_file::Value& table, toml_file::Problems& problems);
Statement read_statement(StatementKind kind, const toml_file::Value& table, toml_file::Problems& problems);

// Names that nothing defines, and definitions that contradict each other.
void check_references(const Catalog& catalog, toml_file::Problems& problems);

// Whether the text is a value of the type; says what is expected where not.
std::optional<std::string> value_problem(const Parameter& parameter, const ParameterValue& value);

const toml_file::Words<OsGeneration>& generation_words();
const toml_file::Words<Phase>& phase_words();
const toml_file::Words<Severity>& severity_words();

}  // namespace fwproof::catalog_file
