#include "support/program.hpp"
#include "support/places.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace fs = std::filesystem;

namespace {

std::string quoted(const std::string& word) {
    std::string text = "'";
    for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return text + "'";
}

}  // namespace

std::string read_whole(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

std::string write_file(const std::string& directory, const std::string& name, const std::string& bytes) {
    std::string path = directory + "/" + name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
}

std::string fresh_directory(const std::string& name) {
    std::string path = std::string(FWPROOF_BINARY_DIR) + "/scratch/" + name;
    fs::remove_all(path);
    fs::create_directories(path);
    return path;
}

Ran run_command(const std::string& command, const std::string& directory, const std::string& input,
                const std::vector<std::string>& variables) {
    static int count = 0;
    const std::string files =
        std::string(FWPROOF_BINARY_DIR) + "/scratch/run-" + std::to_string(getpid()) + "-" + std::to_string(++count);
    fs::create_directories(fs::path(files).parent_path());
    std::ofstream(files + ".in", std::ios::binary) << input;
    std::string line =
        "cd " + quoted(directory) + " && env -u NO_COLOR -u CLICOLOR -u CLICOLOR_FORCE -u SOURCE_DATE_EPOCH";
    for (const auto& variable : variables) line += " " + quoted(variable);
    line += " sh -c " + quoted(command) + " <" + quoted(files + ".in") + " >" + quoted(files + ".out") + " 2>" +
            quoted(files + ".err");
    const int status = std::system(line.c_str());
    Ran ran;
    ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    ran.out = read_whole(files + ".out");
    ran.err = read_whole(files + ".err");
    for (const char* end : {".in", ".out", ".err"}) fs::remove(files + end);
    return ran;
}

bool program_exists(const std::string& name) { return run_command("command -v " + quoted(name)).status == 0; }

Ran run_fwproof(const std::vector<std::string>& arguments, const std::string& directory, const std::string& input,
                const std::vector<std::string>& variables) {
    return run_program(std::string(FWPROOF_BINARY_DIR) + "/fwproof", arguments, directory, input, variables);
}

Ran run_program(const std::string& program, const std::vector<std::string>& arguments, const std::string& directory,
                const std::string& input, const std::vector<std::string>& variables) {
    std::string command = "PATH=" + quoted(std::string(FWPROOF_BINARY_DIR)) + ":$PATH exec " + quoted(program);
    for (const auto& argument : arguments) command += " " + quoted(argument);
    return run_command(command, directory, input, variables);
}

std::string differs_from_golden(const std::string& text, const std::string& path_from_root) {
    const std::string path = std::string(FWPROOF_ROOT) + "/" + path_from_root;
    if (const char* update = std::getenv("FWPROOF_UPDATE_GOLDEN"); update && *update) {
        fs::create_directories(fs::path(path).parent_path());
        std::ofstream(path, std::ios::binary) << text;
        return "wrote " + path + "; look at it and run again without FWPROOF_UPDATE_GOLDEN";
    }
    std::istringstream is(text), should(read_whole(path));
    std::string line, expected;
    for (int number = 1;; ++number) {
        const bool more = static_cast<bool>(std::getline(is, line)),
                   wanted = static_cast<bool>(std::getline(should, expected));
        if (!more && !wanted)
            return text == read_whole(path) ? "" : path_from_root + ": the last line ends differently";
        if (more != wanted || line != expected) {
            return path_from_root + ":" + std::to_string(number) + "\n  expected: " + (wanted ? expected : "(end)") +
                   "\n  is:       " + (more ? line : "(end)");
        }
    }
}
