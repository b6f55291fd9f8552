// The time that a user waits: whole commands of the fwproof binary, from start to end, on generated exports and on the
// example site. The median and the largest of several runs.
//
//   bench_commands FWPROOF SITE.toml [--keep DIRECTORY]
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "exports.hpp"
#include "generate.hpp"

namespace {

constexpr int kRuns = 5;

struct Measured {
    double median = 0, largest = 0;  // seconds
    double mebibytes = 0;
    int status = 0;
};

Measured measure(const std::vector<std::string>& command) {
    Measured measured;
    std::vector<double> seconds;
    for (int run = 0; run < kRuns; ++run) {
        const auto begin = std::chrono::steady_clock::now();
        std::fflush(stdout);
        const pid_t child = fork();
        if (child == 0) {
            if (!std::freopen("/dev/null", "w", stdout)) _exit(127);
            std::vector<char*> arguments;
            for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
            arguments.push_back(nullptr);
            execv(arguments[0], arguments.data());
            _exit(127);
        }
        int status = 0;
        rusage usage{};
        wait4(child, &status, 0, &usage);
        seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
        measured.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
        measured.mebibytes = std::max(measured.mebibytes, static_cast<double>(usage.ru_maxrss) / 1024);
    }
    std::sort(seconds.begin(), seconds.end());
    measured.median = seconds[kRuns / 2];
    measured.largest = seconds.back();
    return measured;
}

struct Row {
    std::string name;
    std::vector<std::string> command;
    double target;  // seconds
};

// The export with one line in its middle changed: what it permitted it denies.
std::string with_one_edit(std::string text, std::string_view permit, std::string_view deny) {
    const std::size_t line = text.find(permit, text.size() / 2);
    return line == std::string::npos ? text : text.replace(line, permit.size(), deny);
}

// Joined rules of the cmdlets as ConvertTo-Json -Compress writes them: all in one line.
std::string one_line_json(int rules) {
    std::string text = "[";
    for (int i = 0; i < rules; ++i) {
        const std::string number = std::to_string(i);
        text += std::string(i == 0 ? "" : ",") + "{\"InstanceID\":\"r" + number + "\",\"DisplayName\":\"Rule " +
                number +
                "\",\"Direction\":1,\"Action\":2,\"Enabled\":1,\"Profile\":0,\"Protocol\":\"TCP\",\"LocalPort\":\"" +
                std::to_string(1024 + i) +
                "\",\"RemotePort\":\"Any\",\"LocalAddress\":\"Any\",\"RemoteAddress\":\"Any\",\"Program\":\"C:\\\\p" +
                number +
                ".exe\",\"Service\":\"Any\",\"InterfaceAlias\":\"Any\",\"InterfaceType\":\"Any\",\"Authentication\":"
                "\"NotRequired\",\"Encryption\":\"NotRequired\",\"LocalUser\":\"Any\",\"RemoteUser\":\"Any\","
                "\"RemoteMachine\":\"Any\"}";
    }
    return text + "]";
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3 && !(argc == 5 && std::string(argv[3]) == "--keep")) {
        std::fprintf(stderr, "usage: bench_commands FWPROOF SITE.toml [--keep DIRECTORY]\n");
        return 2;
    }
    namespace fs = std::filesystem;
    const fs::path directory =
        argc == 5 ? fs::path(argv[4]) : fs::temp_directory_path() / ("fwproof-bench-" + std::to_string(getpid()));
    fs::create_directories(directory);
    std::vector<Row> rows;
    rows.push_back({"check, example site", {argv[1], "check", "--site", argv[2]}, 0.05});
    const std::string json = (directory / "one-line.json").string();
    std::ofstream(json) << one_line_json(2'000);
    rows.push_back({"lint, 2,000 rules in one line of JSON", {argv[1], "lint", json}, 1});
    for (const char* family : {"acl", "ipc", "fw"}) {
        const auto policy = fwproof::bench::generate({family, 10'000, false, 1});
        const auto add = [&](const char* name, const std::string& file, const std::string& text) {
            const std::string path = (directory / file).string();
            std::ofstream(path) << text;
            std::vector<std::string> command{argv[1], "check", "--catalog", "scom", path};
            for (const char* role : fwproof::bench::kRoles) {
                command.emplace_back("--bind");
                command.emplace_back(role);
            }
            rows.push_back({std::string("check, 10,000 rules, ") + name + ", " + family, command, 1});
        };
        add("ASA", std::string(family) + ".cfg", fwproof::bench::asa_export(policy));
        add("iptables", std::string(family) + ".v4", fwproof::bench::iptables_export(policy));
    }
    for (const char* family : {"acl", "ipc", "fw"}) {
        const auto policy = fwproof::bench::generate({family, 100'000, false, 1});
        const auto add = [&](const char* name, const std::string& end, const std::string& text, const char* permit,
                             const char* deny) {
            const std::string old_path = (directory / (std::string(family) + "-old" + end)).string();
            const std::string new_path = (directory / (std::string(family) + "-new" + end)).string();
            std::ofstream(old_path) << text;
            std::ofstream(new_path) << with_one_edit(text, permit, deny);
            rows.push_back({std::string("diff, 100,000 rules, ") + name + ", " + family,
                            {argv[1], "diff", old_path, new_path},
                            std::string_view(family) == "fw" ? 3 : 0.7});
        };
        add("ASA", ".cfg", fwproof::bench::asa_export(policy), " permit ", " deny ");
        add("iptables", ".v4", fwproof::bench::iptables_export(policy), "ACCEPT", "DROP");
    }
    std::printf("Whole commands, start to end: wall seconds of %d runs, peak MiB.\n\n", kRuns);
    std::printf("%-40s %8s %8s %8s %7s %5s\n", "command", "median", "largest", "target", "MiB", "exit");
    bool met = true;
    for (const Row& row : rows) {
        const Measured measured = measure(row.command);
        const bool good = measured.median <= row.target && measured.status <= 1;
        met = met && good;
        std::printf("%-40s %8.3f %8.3f %8.2f %7.0f %5d%s\n", row.name.c_str(), measured.median, measured.largest,
                    row.target, measured.mebibytes, measured.status, good ? "" : "  (target missed)");
        std::fflush(stdout);
    }
    if (argc != 5) fs::remove_all(directory);
    return met ? 0 : 1;
}
