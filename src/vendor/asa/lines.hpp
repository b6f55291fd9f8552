// From what a capture holds to the lines of configurations: prompts, pager residue, log headers and the other sections
// of `show tech-support` are taken away, devices are kept apart.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fwproof/base/note.hpp"
#include "fwproof/base/result.hpp"
#include "vendor/asa/statement.hpp"

namespace fwproof::asa {

// A line without its end, blanks around it, prompt and pager residue.
struct Line {
    std::uint32_t offset = 0;
    std::uint32_t length = 0;
    std::uint16_t indent = 0;  // blanks before it
    bool typed = false;        // stood behind a prompt

    std::string_view text(const Source& source) const { return source.text().substr(offset, length); }
};

// The lines of one device or context.
struct Section {
    std::vector<Line> lines;
    std::string prompt_name;  // the device as prompts name it; may be empty
};

// Every section has at least one line. An error when two copies of a configuration in one capture differ.
Result<std::vector<Section>> split_capture(const SourceRef& source);

// "fw/pri/act(config)# rest": how many bytes of the line are prompt; 0 when it has none. `name` gets the device's name.
std::size_t prompt_length(std::string_view line, std::string_view& name);

}  // namespace fwproof::asa
