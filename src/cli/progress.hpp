// What a long run is doing, on a terminal.
#pragma once

#include <condition_variable>
#include <mutex>
#include <ostream>
#include <streambuf>
#include <string>
#include <thread>

namespace fwproof::cli {

// Draws one line on `out` once a second has passed, and again whenever what is done or the time changes. Thread-safe;
// nobody else may write to `out` before stop(), see AfterProgress.
class Progress {
public:
    explicit Progress(std::ostream& out);
    ~Progress() { stop(); }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void doing(std::string what);
    // Wipes the line; nothing is drawn afterwards.
    void stop();

private:
    void draw(const std::stop_token& stopped);

    std::ostream& out_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::string what_;
    bool drawn_ = false;
    std::jthread drawer_;  // last: it uses the others
};

// Passes bytes on to `to`; before the first of them the progress, if there is one, is stopped.
class AfterProgress : public std::streambuf {
public:
    AfterProgress(std::streambuf& to, Progress* progress) : to_(to), progress_(progress) {}

protected:
    std::streamsize xsputn(const char* bytes, std::streamsize count) override;
    int_type overflow(int_type byte) override;
    int sync() override { return to_.pubsync(); }

private:
    void stop();

    std::streambuf& to_;
    Progress* progress_;
};

}  // namespace fwproof::cli
