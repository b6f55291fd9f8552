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

}  // namespace fwproof::cli
