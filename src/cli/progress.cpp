#include "cli/progress.hpp"

#include <fmt/format.h>

#include <chrono>

namespace fwproof::cli {

namespace {

constexpr auto kPatience = std::chrono::seconds(1);
constexpr auto kTick = std::chrono::milliseconds(200);
constexpr std::size_t kWidth = 70;  // of a narrow terminal, with room for the seconds
constexpr const char* kWipe = "\r\x1b[K";

// File names are hostile too, and a line that wraps cannot be wiped.
std::string one_line(std::string text) {
    for (char& c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    }
    if (text.size() > kWidth) text.replace(kWidth / 2, text.size() - kWidth + 3, "...");
    return text;
}

}  // namespace

Progress::Progress(std::ostream& out) : out_(out), drawer_([this](const std::stop_token& stopped) { draw(stopped); }) {}

void Progress::doing(std::string what) {
    const std::lock_guard lock(mutex_);
    what_ = one_line(std::move(what));
}

void Progress::stop() {
    if (!drawer_.joinable()) return;
    drawer_.request_stop();
    drawer_.join();
    if (drawn_) out_ << kWipe << std::flush;
}

void Progress::draw(const std::stop_token& stopped) {
    const auto start = std::chrono::steady_clock::now();
    std::unique_lock lock(mutex_);
    const auto wait = [&](auto time) { changed_.wait_for(lock, stopped, time, [] { return false; }); };
    for (wait(kPatience); !stopped.stop_requested(); wait(kTick)) {
        if (what_.empty()) continue;
        const auto passed = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - start);
        out_ << kWipe << fmt::format("fwproof: {} ({} s)", what_, passed.count()) << std::flush;
        drawn_ = true;
    }
}

void AfterProgress::stop() {
    if (progress_) progress_->stop();
    progress_ = nullptr;
}

std::streamsize AfterProgress::xsputn(const char* bytes, std::streamsize count) {
    stop();
    return to_.sputn(bytes, count);
}

AfterProgress::int_type AfterProgress::overflow(int_type byte) {
    stop();
    return traits_type::eq_int_type(byte, traits_type::eof()) ? traits_type::not_eof(byte)
                                                              : to_.sputc(traits_type::to_char_type(byte));
}

}  // namespace fwproof::cli
