// fwproof's engine beside BuDDy. Every measurement is a process of its own, so that times and peak memory do not mix; one
// that takes longer than the limit is stopped and shown as ">limit".
//
//   bench [family...] [--rules N]... [--v6] [--limit SECONDS] [--no-baseline]
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "jobs.hpp"

using namespace fwproof::bench;

namespace {

struct Measured {
    bool finished = false;
    double seconds = 0;
    double mebibytes = 0;
    std::size_t result = 0;
};

using Job = std::size_t (*)(const Recipe&);

Measured measure(Job job, const Recipe& recipe, unsigned limit) {
    int channel[2];
    if (pipe(channel) != 0) std::exit(1);
    const pid_t child = fork();
    if (child == 0) {
        const rlimit allowed{limit, limit};
        setrlimit(RLIMIT_CPU, &allowed);
        const std::size_t result = job(recipe);
        const auto written = write(channel[1], &result, sizeof result);
        _exit(written == sizeof result ? 0 : 1);
    }
    close(channel[1]);
    Measured measured;
    measured.finished = read(channel[0], &measured.result, sizeof measured.result) == sizeof measured.result;
    close(channel[0]);
    int status = 0;
    rusage usage{};
    wait4(child, &status, 0, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    measured.seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    measured.mebibytes = static_cast<double>(usage.ru_maxrss) / 1024;
    return measured;
}

std::string time_text(const Measured& measured, unsigned limit) {
    char text[32];
    if (!measured.finished) {
        std::snprintf(text, sizeof text, ">%u", limit);
    } else {
        std::snprintf(text, sizeof text, "%.3f", measured.seconds);
    }
    return text;
}

// How many times longer the baseline took; a lower bound when it was stopped.
std::string ratio_text(const Measured& own, const Measured& baseline) {
    if (!own.finished || own.seconds <= 0) return "-";
    char text[32];
    std::snprintf(text, sizeof text, "%s%.1f", baseline.finished ? "" : ">", baseline.seconds / own.seconds);
    return text;
}

struct Row {
    const char* name;
    Job own;
    Job baseline;   // null: none
    Job balanced;   // null: none
    bool same_result;
};

constexpr Row kRows[] = {
    {"permit set", permit_set, buddy_permit_sequential, buddy_permit_balanced, false},
    {"all anomalies", anomalies, buddy_dead_rules, nullptr, true},
    {"diff, 10 edits", diff, buddy_diff, nullptr, false},
    {"10,000 flows", required_flows, nullptr, nullptr, false},
};

}  // namespace

int main(int argc, char** argv) {
    std::vector<std::string> families;
    std::vector<std::size_t> sizes;
    bool v6 = false;
    bool baseline = true;
    unsigned limit = 60;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "--rules" && i + 1 < argc) {
            sizes.push_back(std::strtoul(argv[++i], nullptr, 10));
        } else if (word == "--limit" && i + 1 < argc) {
            limit = static_cast<unsigned>(std::strtoul(argv[++i], nullptr, 10));
        } else if (word == "--v6") {
            v6 = true;
        } else if (word == "--no-baseline") {
            baseline = false;
        } else if (word.starts_with("-")) {
            std::fprintf(stderr, "bench: unknown option %s\n", argv[i]);
            return 2;
        } else {
            families.push_back(word);
        }
    }
    if (families.empty()) families = {"acl", "ipc", "fw", "ent", "obj", "obj2"};
    if (sizes.empty()) sizes = {1000, 10'000};
    std::printf("CPU seconds and peak MiB, generation included; BuDDy in rule order / in balanced halves.\n\n");
    std::printf("%-6s %7s %-15s %9s %7s %9s %9s %8s %8s %10s\n", "family", "rules", "job", "fwproof", "MiB", "BuDDy",
                "balanced", "ratio", "ratio", "result");
    bool agree = true;
    for (const auto& family : families) {
        const bool fixed = family.starts_with("obj");
        for (const std::size_t size : fixed ? std::vector<std::size_t>{family == "obj" ? 200U : 500U} : sizes) {
            const Recipe recipe{family, size, v6, 1};
            for (const Row& row : kRows) {
                const Measured own = measure(row.own, recipe, limit);
                const bool first = baseline && row.baseline;
                const bool second = baseline && row.balanced;
                const Measured plain = first ? measure(row.baseline, recipe, limit) : Measured{};
                const Measured halves = second ? measure(row.balanced, recipe, limit) : Measured{};
                const bool same = !first || !row.same_result || !own.finished || !plain.finished ||
                                  own.result == plain.result;
                agree = agree && same;
                std::printf("%-6s %7zu %-15s %9s %7.0f %9s %9s %8s %8s %10zu%s\n", family.c_str(), size, row.name,
                            time_text(own, limit).c_str(), own.mebibytes, first ? time_text(plain, limit).c_str() : "-",
                            second ? time_text(halves, limit).c_str() : "-", first ? ratio_text(own, plain).c_str() : "-",
                            second ? ratio_text(own, halves).c_str() : "-", own.result,
                            same ? "" : " (BuDDy disagrees)");
                std::fflush(stdout);
            }
        }
    }
    return agree ? 0 : 1;
}
