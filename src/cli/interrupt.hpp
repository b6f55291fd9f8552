// An interrupted run leaves nothing half-written behind.
#pragma once

#include <string>

namespace fwproof::cli {

// From here on SIGINT, SIGTERM and SIGHUP remove the unfinished file, say so, and end the process by that same signal,
// so that a shell or a hook sees what happened.
void handle_interrupts();

// While it lives, its file is removed by an interrupt.
class Unfinished {
public:
    explicit Unfinished(const std::string& path);
    ~Unfinished();
    Unfinished(const Unfinished&) = delete;
    Unfinished& operator=(const Unfinished&) = delete;
};

// While it lives, an interrupt waits for its end; there is one at a time. For files that are nothing without each
// other.
class Uninterrupted {
public:
    Uninterrupted();
    ~Uninterrupted();
    Uninterrupted(const Uninterrupted&) = delete;
    Uninterrupted& operator=(const Uninterrupted&) = delete;
    // Whether one came: what was written is to be taken back.
    bool asked_to_stop() const;
    // All is there: one that came is too late.
    void done();
};

}  // namespace fwproof::cli
