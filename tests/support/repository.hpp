// A git repository of a test, apart from the user's configuration.
#pragma once

#include <string>
#include <vector>

#include "support/program.hpp"

class Repository {
public:
    explicit Repository(const std::string& name) : path(fresh_directory(name)) {
        git({"init", "-q", "-b", "main"});
        git({"config", "user.name", "Test"});
        git({"config", "user.email", "test@example.net"});
        git({"config", "commit.gpgsign", "false"});
    }

    Ran git(const std::vector<std::string>& arguments) const {
        return run_program("git", arguments, path, {}, alone());
    }
    // Writes a file and stages it.
    void stage(const std::string& name, const std::string& text) const {
        write_file(path, name, text);
        git({"add", name});
    }
    Ran commit(const std::string& message) const { return git({"commit", "-q", "-m", message}); }
    Ran fwproof(const std::vector<std::string>& arguments) const { return run_fwproof(arguments, path, {}, alone()); }

    // Variables that keep the user's and the system's settings, and a repository around this one, out.
    static std::vector<std::string> alone() {
        return {"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "GIT_AUTHOR_DATE=2026-11-02T08:00:00Z",
                "GIT_COMMITTER_DATE=2026-11-02T08:00:00Z", "HOME=/nonexistent"};
    }

    std::string path;
};
