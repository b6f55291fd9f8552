// Several --format NAME --output FILE pairs of commands that render their answer themselves.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/options.hpp"

namespace fwproof::cli {

struct NamedOutput {
    std::string format;
    std::string path;  // empty: standard output
};

// The first of `formats` is the one that is taken where none is named. At least one output.
Result<std::vector<NamedOutput>> read_outputs(const Arguments& arguments, const std::vector<std::string>& formats);

// Renders everything before it writes anything; a file appears only when it is complete, standard output comes last.
std::optional<Error> write_outputs(const std::vector<NamedOutput>& outputs,
                                   const std::function<std::string(const std::string& format)>& render, World& world);

}  // namespace fwproof::cli
