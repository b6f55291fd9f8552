#include "kernel/tools.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace fwproof::kernel {

namespace {

// A file without a name that holds `text`, at its start.
int memory_file(std::string_view text) {
    const int file = memfd_create("fwproof", MFD_CLOEXEC);
    if (file < 0) throw std::runtime_error(std::string("memfd_create: ") + std::strerror(errno));
    while (!text.empty()) {
        const auto wrote = write(file, text.data(), text.size());
        if (wrote <= 0) throw std::runtime_error("cannot write a memory file");
        text.remove_prefix(static_cast<std::size_t>(wrote));
    }
    lseek(file, 0, SEEK_SET);
    return file;
}

}  // namespace

Ran run(const std::vector<std::string>& words, std::string_view input) {
    const int in = memory_file(input), out = memory_file({});
    std::vector<char*> arguments;
    for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const pid_t child = vfork();
    if (child == 0) {
        dup2(in, 0);
        dup2(out, 1);
        dup2(out, 2);
        execvp(arguments[0], arguments.data());
        _exit(127);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    Ran ran;
    ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    lseek(out, 0, SEEK_SET);
    char buffer[4096];
    for (auto got = read(out, buffer, sizeof buffer); got > 0; got = read(out, buffer, sizeof buffer)) {
        ran.message.append(buffer, static_cast<std::size_t>(got));
    }
    if (ran.status == 127 && ran.message.empty()) ran.message = words[0] + ": there is no such program";
    close(in);
    close(out);
    return ran;
}

void run_or_throw(const std::vector<std::string>& words, std::string_view input) {
    const Ran ran = run(words, input);
    if (ran.status == 0) return;
    std::string text;
    for (const auto& word : words) text += word + " ";
    throw std::runtime_error(text + "failed: " + ran.message.substr(0, 400));
}

std::string restore_program(Backend backend, Family family) {
    return std::string(family == Family::v4 ? "iptables-" : "ip6tables-") +
           (backend == Backend::legacy ? "legacy" : "nft") + "-restore";
}

}  // namespace fwproof::kernel
