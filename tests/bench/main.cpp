// fwproof's engine beside BuDDy. Every measurement is a process of its own, so that times and peak memory do not mix;
// one that takes longer than the limit is stopped and shown as ">limit", one that runs out of its budget as "budget".
//
//   bench [family...] [--rules N]... [--v6] [--limit SECONDS] [--no-baseline] [--full]
//
// Without arguments: lists of 10,000 rules, three minutes or less. --full: 1,000 to 100,000 rules, IPv6 too.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "fwproof/packet/packet_set.hpp"
#include "jobs.hpp"

using namespace fwproof::bench;

namespace {

struct Measured {
    enum class End : std::uint8_t { none, finished, stopped, out_of_budget } end = End::none;
    double seconds = 0;
    double mebibytes = 0;
    std::size_t result = 0;

    bool finished() const { return end == End::finished; }
};

using Job = std::size_t (*)(const Recipe&);

constexpr int kOutOfBudget = 3;

[[noreturn]] void run(Job job, const Recipe& recipe, unsigned limit, int channel) {
    const rlimit allowed{limit, limit};
    setrlimit(RLIMIT_CPU, &allowed);
    try {
        const std::size_t result = job(recipe);
        _exit(write(channel, &result, sizeof result) == sizeof result ? 0 : 1);
    } catch (const fwproof::OutOfBudget&) {
        _exit(kOutOfBudget);
    }
}

Measured measure(Job job, const Recipe& recipe, unsigned limit) {
    int channel[2];
    if (pipe(channel) != 0) std::exit(1);
    const pid_t child = fork();
    if (child == 0) run(job, recipe, limit, channel[1]);
    close(channel[1]);
    Measured measured;
    const bool answered = read(channel[0], &measured.result, sizeof measured.result) == sizeof measured.result;
    close(channel[0]);
    int status = 0;
    rusage usage{};
    wait4(child, &status, 0, &usage);
    measured.end = answered                                                   ? Measured::End::finished
                   : WIFEXITED(status) && WEXITSTATUS(status) == kOutOfBudget ? Measured::End::out_of_budget
                                                                              : Measured::End::stopped;
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    measured.seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    measured.mebibytes = static_cast<double>(usage.ru_maxrss) / 1024;
    return measured;
}

std::string time_text(const Measured& measured, unsigned limit) {
    char text[32] = "-";
    switch (measured.end) {
        case Measured::End::none: break;
        case Measured::End::finished: std::snprintf(text, sizeof text, "%.3f", measured.seconds); break;
        case Measured::End::stopped: std::snprintf(text, sizeof text, ">%u", limit); break;
        case Measured::End::out_of_budget: return "budget";
    }
    return text;
}

// How many times longer the baseline took; a lower bound when it was stopped.
std::string ratio_text(const Measured& own, const Measured& baseline) {
    if (!own.finished() || own.seconds <= 0 || baseline.end == Measured::End::none) return "-";
    char text[32];
    std::snprintf(text, sizeof text, "%s%.1f", baseline.finished() ? "" : ">", baseline.seconds / own.seconds);
    return text;
}

struct Row {
    const char* name;
    Job own;
    Job baseline;  // null: none
    Job balanced;  // null: none
    bool same_result;
};

constexpr Row kRows[] = {
    {"permit set", permit_set, buddy_permit_sequential, buddy_permit_balanced, false},
    {"all anomalies", anomalies, buddy_dead_rules, nullptr, true},
    {"diff, 10 edits", diff, buddy_diff, nullptr, false},
    {"10,000 flows", required_flows, nullptr, nullptr, false},
};

// The order of fields in which a sample has the fewest nodes.
std::size_t best_baseline_order(Recipe recipe, unsigned limit) {
    std::size_t best = 0;
    std::size_t least = ~std::size_t{0};
    for (std::size_t order = 0; order < kBuddyOrders; ++order) {
        recipe.baseline_order = order;
        const Measured sample = measure(buddy_sample, recipe, limit);
        if (!sample.finished() || sample.result >= least) continue;
        least = sample.result;
        best = order;
    }
    return best;
}

// False: BuDDy disagrees.
bool print_rows(Recipe recipe, unsigned limit, bool baseline) {
    if (baseline) recipe.baseline_order = best_baseline_order(recipe, limit);
    bool agree = true;
    for (const Row& row : kRows) {
        const Measured own = measure(row.own, recipe, limit);
        const Measured plain = baseline && row.baseline ? measure(row.baseline, recipe, limit) : Measured{};
        const Measured halves = baseline && row.balanced ? measure(row.balanced, recipe, limit) : Measured{};
        const bool comparable = row.same_result && own.finished() && plain.finished();
        const bool same = !comparable || own.result == plain.result;
        agree = agree && same;
        std::printf("%-5s%s %7zu %-15s %9s %6.0f %9s %9s %8s %8s %9zu%s\n", recipe.family.c_str(),
                    recipe.v6 ? "6" : " ", recipe.rules, row.name, time_text(own, limit).c_str(), own.mebibytes,
                    time_text(plain, limit).c_str(), time_text(halves, limit).c_str(), ratio_text(own, plain).c_str(),
                    ratio_text(own, halves).c_str(), own.result, same ? "" : " (BuDDy disagrees)");
        std::fflush(stdout);
    }
    return agree;
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<std::string> families;
    std::vector<std::size_t> sizes;
    bool v6 = false;
    bool full = false;
    bool baseline = true;
    unsigned limit = 0;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "--rules" && i + 1 < argc) {
            sizes.push_back(std::strtoul(argv[++i], nullptr, 10));
        } else if (word == "--limit" && i + 1 < argc) {
            limit = static_cast<unsigned>(std::strtoul(argv[++i], nullptr, 10));
        } else if (word == "--v6") {
            v6 = true;
        } else if (word == "--full") {
            full = true;
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
    if (sizes.empty())
        sizes = full ? std::vector<std::size_t>{1000, 10'000, 100'000} : std::vector<std::size_t>{10'000};
    if (limit == 0) limit = full ? 120 : 5;
    std::printf(
        "CPU seconds and peak MiB, generation included; BuDDy in rule order / in balanced halves and its best order "
        "of fields;\nhow many times longer each of them takes.\n\n");
    std::printf("%-6s %7s %-15s %9s %6s %9s %9s %8s %8s %9s\n", "family", "rules", "job", "fwproof", "MiB", "BuDDy",
                "balanced", "times", "times", "result");
    bool agree = true;
    for (const auto& family : families) {
        const bool fixed = family.starts_with("obj");
        const auto of_family = fixed ? std::vector<std::size_t>{family == "obj" ? 200U : 500U} : sizes;
        for (const std::size_t size : of_family) {
            for (const bool wide : full ? std::vector<bool>{false, true} : std::vector<bool>{v6}) {
                Recipe recipe;
                recipe.family = family;
                recipe.rules = size;
                recipe.v6 = wide;
                agree = print_rows(recipe, limit, baseline) && agree;
            }
        }
    }
    return agree ? 0 : 1;
}
