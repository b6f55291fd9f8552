// --format NAME --output FILE pairs: which bytes go where.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/command.hpp"

namespace fwproof::cli {

struct Arguments;

struct NamedOutput {
    std::string format;
    std::string path;  // empty: standard output
};

// The first of `formats` is the one that is taken where none is named. At least one output.
Result<std::vector<NamedOutput>> read_outputs(const Arguments& arguments, const std::vector<std::string>& formats);

// Renders everything before it writes anything; a file appears only when it is complete, standard output comes last.
// `more`: further files, path and bytes.
std::optional<Error> write_outputs(const std::vector<NamedOutput>& outputs,
                                   const std::function<std::string(const NamedOutput& output)>& render, World& world,
                                   std::vector<std::pair<std::string, std::string>> more = {});

}  // namespace fwproof::cli
