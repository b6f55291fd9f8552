#include "cli/interrupt.hpp"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstring>

namespace fwproof::cli {

namespace {

// A handler may touch only this: no memory that another thread could be changing.
std::array<char, PATH_MAX> unfinished_path;
volatile sig_atomic_t is_unfinished = 0;
volatile sig_atomic_t has_to_wait = 0;
volatile sig_atomic_t waiting = 0;  // the signal

void interrupted(int signal) {
    if (has_to_wait) {
        waiting = signal;
        return;
    }
    if (is_unfinished) unlink(unfinished_path.data());
    static constexpr char kText[] = "\nfwproof: interrupted; no report was written\n";
    [[maybe_unused]] const auto ignored = write(STDERR_FILENO, kText, sizeof kText - 1);
    // Not SA_RESETHAND: that would end the run on the second signal while the first one waits.
    ::signal(signal, SIG_DFL);
    raise(signal);  // taken when this handler returns
}

}  // namespace

void handle_interrupts() {
    struct sigaction action {};
    action.sa_handler = interrupted;
    action.sa_flags = 0;
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction before {};
        // nohup and background jobs of a shell ignore some signals, and go on doing so.
        if (sigaction(signal, nullptr, &before) == 0 && before.sa_handler == SIG_IGN) continue;
        sigaction(signal, &action, nullptr);
    }
}

Unfinished::Unfinished(const std::string& path) {
    if (path.size() >= unfinished_path.size()) return;
    std::memcpy(unfinished_path.data(), path.c_str(), path.size() + 1);
    is_unfinished = 1;
}

Unfinished::~Unfinished() { is_unfinished = 0; }

Uninterrupted::Uninterrupted() {
    waiting = 0;
    has_to_wait = 1;
}

Uninterrupted::~Uninterrupted() {
    has_to_wait = 0;
    if (waiting) interrupted(waiting);
}

bool Uninterrupted::asked_to_stop() const { return waiting != 0; }

void Uninterrupted::done() {
    has_to_wait = 0;  // first: a signal between the two would wait for nothing
    waiting = 0;
}

}  // namespace fwproof::cli
