// fwproof's engine beside BuDDy. Every measurement is a process of its own, so that times and peak memory do not mix;
// one that takes longer than the limit is stopped and shown as ">limit", one that runs out of its budget as "budget".
//
//   bench [family...] [--rules N]... [--v6] [--limit SECONDS] [--no-baseline] [--full] [--markdown]
//
// Without arguments: lists of 10,000 rules, three minutes or less. --full: 1,000 to 100,000 rules, IPv6 too; twelve
// minutes or less. --markdown: the table as one for a document.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "fwproof/packet/packet_set.hpp"
#include "jobs.hpp"
#include "targets.hpp"

using namespace fwproof::bench;

namespace {

using Job = std::size_t (*)(const Recipe&);

constexpr int kOutOfBudget = 3;
constexpr unsigned kOwnLimit = 120;         // seconds
constexpr double kEnough = 300;             // a baseline that takes so many times as long is stopped
constexpr rlim_t kMostMemory = 8ULL << 30;  // of a baseline, bytes

struct Measured {
    enum class End : std::uint8_t { none, finished, stopped, out_of_budget, failed } end = End::none;
    double seconds = 0;
    double mebibytes = 0;
    std::size_t result = 0;
    unsigned limit = 0;

    bool finished() const { return end == End::finished; }
};

// A measurement under way.
class Running {
public:
    Running() = default;  // nothing to measure
    Running(Job job, const Recipe& recipe, unsigned limit, rlim_t memory = RLIM_INFINITY) : limit_(limit) {
        int channel[2];
        if (pipe(channel) != 0) std::exit(1);
        std::fflush(stdout);
        child_ = fork();
        if (child_ == 0) run(job, recipe, limit, memory, channel[1]);
        close(channel[1]);
        channel_ = channel[0];
    }

    Measured finish() const {
        Measured measured;
        if (child_ <= 0) return measured;
        measured.limit = limit_;
        const bool answered = read(channel_, &measured.result, sizeof measured.result) == sizeof measured.result;
        close(channel_);
        int status = 0;
        rusage usage{};
        wait4(child_, &status, 0, &usage);
        using End = Measured::End;
        measured.end = answered                                                   ? End::finished
                       : WIFEXITED(status) && WEXITSTATUS(status) == kOutOfBudget ? End::out_of_budget
                       : WIFSIGNALED(status) && (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL)
                           ? End::stopped
                           : End::failed;
        const auto seconds = [](const timeval& time) {
            return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
        };
        measured.seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
        measured.mebibytes = static_cast<double>(usage.ru_maxrss) / 1024;
        return measured;
    }

private:
    [[noreturn]] static void run(Job job, const Recipe& recipe, unsigned limit, rlim_t memory, int channel) {
        const rlimit allowed{limit, limit};
        setrlimit(RLIMIT_CPU, &allowed);
        const rlimit room{memory, memory};
        setrlimit(RLIMIT_AS, &room);
        try {
            const std::size_t result = job(recipe);
            _exit(write(channel, &result, sizeof result) == sizeof result ? 0 : 1);
        } catch (const fwproof::OutOfBudget&) {
            _exit(kOutOfBudget);
        }
    }

    pid_t child_ = 0;
    int channel_ = 0;
    unsigned limit_ = 0;
};

std::string time_text(const Measured& measured) {
    char text[32] = "-";
    switch (measured.end) {
        case Measured::End::none: break;
        case Measured::End::finished: std::snprintf(text, sizeof text, "%.3f", measured.seconds); break;
        case Measured::End::stopped: std::snprintf(text, sizeof text, ">%u", measured.limit); break;
        case Measured::End::out_of_budget: return "budget";
        case Measured::End::failed: return "failed";
    }
    return text;
}

// How many times longer the baseline took; a lower bound when it was stopped.
std::string ratio_text(const Measured& own, const Measured& baseline) {
    const bool stopped = baseline.end == Measured::End::stopped;
    if (!own.finished() || own.seconds <= 0 || !(baseline.finished() || stopped)) return "-";
    const double ratio = (stopped ? baseline.limit : baseline.seconds) / own.seconds;
    char text[32];
    std::snprintf(text, sizeof text, ratio < 10 ? "%s%.1f" : "%s%.0f", stopped ? ">" : "", ratio);
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

struct Options {
    unsigned limit = 5;  // of a baseline, seconds
    bool baseline = true;
    bool markdown = false;
};

// The order of fields in which a sample has the fewest nodes.
std::size_t best_baseline_order(Recipe recipe, unsigned limit) {
    std::size_t best = 0;
    std::size_t least = ~std::size_t{0};
    for (std::size_t order = 0; order < kBuddyOrders; order += 2) {
        Running pair[2];
        for (std::size_t i = 0; i < 2 && order + i < kBuddyOrders; ++i) {
            recipe.baseline_order = order + i;
            pair[i] = Running(buddy_sample, recipe, limit, kMostMemory);
        }
        for (std::size_t i = 0; i < 2; ++i) {
            const Measured sample = pair[i].finish();
            if (!sample.finished() || sample.result >= least) continue;
            least = sample.result;
            best = order + i;
        }
    }
    return best;
}

void print_head(const Options& options) {
    std::printf(
        "CPU seconds and peak MiB, generation included; BuDDy in rule order / in balanced halves and its best order "
        "of fields;\nhow many times longer each of them takes%s.\n\n",
        options.baseline ? "; it is stopped at 300 times as long, or at the limit" : "");
    if (options.markdown) {
        std::printf(
            "| lists | rules | job | fwproof, s | target, s | MiB | BuDDy, s | balanced, s | times | times |\n");
        std::printf("|---|---|---|---|---|---|---|---|---|---|\n");
    } else {
        std::printf("%-6s %7s %-15s %9s %9s %6s %9s %9s %8s %8s %9s\n", "family", "rules", "job", "fwproof", "target",
                    "MiB", "BuDDy", "balanced", "times", "times", "result");
    }
}

void print_row(const Recipe& recipe, const Row& row, const Measured& own, const Measured& plain, const Measured& halves,
               bool same, bool markdown) {
    const double target = target_seconds(recipe, row.name);
    char target_text[32] = "-";
    const bool missed = target > 0 && (!own.finished() || own.seconds > target);
    if (target > 0) std::snprintf(target_text, sizeof target_text, "%.2f%s", target, missed ? "!" : "");
    const std::string name = recipe.family + (recipe.v6 ? "6" : "");
    const std::string times[] = {time_text(own), time_text(plain), time_text(halves)};
    const std::string ratios[] = {ratio_text(own, plain), ratio_text(own, halves)};
    if (markdown) {
        std::printf("| %s | %zu | %s | %s | %s | %.0f | %s | %s | %s | %s |\n", name.c_str(), recipe.rules, row.name,
                    times[0].c_str(), target_text, own.mebibytes, times[1].c_str(), times[2].c_str(), ratios[0].c_str(),
                    ratios[1].c_str());
        if (!same) std::printf("\nBuDDy disagrees.\n");
    } else {
        std::printf("%-6s %7zu %-15s %9s %9s %6.0f %9s %9s %8s %8s %9zu%s\n", name.c_str(), recipe.rules, row.name,
                    times[0].c_str(), target_text, own.mebibytes, times[1].c_str(), times[2].c_str(), ratios[0].c_str(),
                    ratios[1].c_str(), own.result, same ? "" : " (BuDDy disagrees)");
    }
    std::fflush(stdout);
}

// False: BuDDy disagrees.
bool measure(Recipe recipe, const Options& options) {
    if (options.baseline) recipe.baseline_order = best_baseline_order(recipe, std::min(options.limit, 3U));
    Measured own[std::size(kRows)], plain[std::size(kRows)], halves;
    for (std::size_t i = 0; i < std::size(kRows); ++i) own[i] = Running(kRows[i].own, recipe, kOwnLimit).finish();
    // The baselines two at a time: what they take is mostly the limit.
    const auto start = [&](Job job, const Measured& beside) {
        if (!options.baseline || !job) return Running();
        const double enough = beside.finished() ? std::max(beside.seconds * kEnough, 2.0) : options.limit;
        return Running(job, recipe, static_cast<unsigned>(std::min<double>(enough, options.limit)), kMostMemory);
    };
    const Running pair[] = {start(kRows[0].baseline, own[0]), start(kRows[0].balanced, own[0])};
    plain[0] = pair[0].finish();
    halves = pair[1].finish();
    const Running others[] = {start(kRows[1].baseline, own[1]), start(kRows[2].baseline, own[2])};
    plain[1] = others[0].finish();
    plain[2] = others[1].finish();
    bool agree = true;
    for (std::size_t i = 0; i < std::size(kRows); ++i) {
        const bool comparable = kRows[i].same_result && own[i].finished() && plain[i].finished();
        const bool same = !comparable || own[i].result == plain[i].result;
        agree = agree && same;
        print_row(recipe, kRows[i], own[i], plain[i], i == 0 ? halves : Measured(), same, options.markdown);
    }
    return agree;
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<std::string> families;
    std::vector<std::size_t> sizes;
    bool v6 = false;
    bool full = false;
    unsigned limit = 0;
    Options options;
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
            options.baseline = false;
        } else if (word == "--markdown") {
            options.markdown = true;
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
    options.limit = limit != 0 ? limit : full ? 15 : 5;
    print_head(options);
    bool agree = true;
    const auto all = [&](bool wide) {
        for (const auto& family : families) {
            const bool fixed = family.starts_with("obj");
            for (const std::size_t size : fixed ? std::vector<std::size_t>{family == "obj" ? 200U : 500U} : sizes) {
                // IPv6 beside IPv4: one size tells.
                if (full && wide && !fixed && size != sizes[sizes.size() / 2]) continue;
                Recipe recipe;
                recipe.family = family;
                recipe.rules = size;
                recipe.v6 = wide;
                agree = measure(recipe, options) && agree;
            }
        }
    };
    all(v6 && !full);
    if (full) all(true);
    return agree ? 0 : 1;
}
