// Runs the real program and keeps what it said.
#pragma once

#include <string>
#include <vector>

#include "support/places.hpp"

struct Ran {
    int status = -1;  // exit status; 128 + n when a signal n ended it
    std::string out, err;
};

// build/.../fwproof with these arguments, in `directory` (default: the root of the project), with `input` on standard
// input. Variables are given as "NAME=value"; NO_COLOR, CLICOLOR_FORCE, SOURCE_DATE_EPOCH are unset unless given.
Ran run_fwproof(const std::vector<std::string>& arguments, const std::string& directory = FWPROOF_ROOT,
                const std::string& input = {}, const std::vector<std::string>& variables = {});

// The same with another program, found on the PATH; the build directory comes first on it, so that "fwproof" is the one
// under test.
Ran run_program(const std::string& program, const std::vector<std::string>& arguments, const std::string& directory,
                const std::string& input = {}, const std::vector<std::string>& variables = {});

// Any command line of /bin/sh, the same way. For tools that judge what fwproof makes.
Ran run_command(const std::string& command, const std::string& directory = FWPROOF_ROOT, const std::string& input = {},
                const std::vector<std::string>& variables = {});
// Whether a program of that name is installed. A test without it says "skipped: why", and does not pass in silence.
bool program_exists(const std::string& name);

// A new empty directory under the build directory, and a file in it.
std::string fresh_directory(const std::string& name);
std::string write_file(const std::string& directory, const std::string& name, const std::string& bytes);
std::string read_whole(const std::string& path);

// Compares with a golden file; with FWPROOF_UPDATE_GOLDEN=1 in the environment it writes it instead and fails.
// Empty when equal, else what differs first.
std::string differs_from_golden(const std::string& text, const std::string& path_from_root);
