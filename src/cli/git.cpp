#include "cli/git.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>

#include "cli/read.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX leaves it to the program

namespace fwproof::cli {

namespace {

constexpr std::size_t kMostOutput = 4 * kMaxInputBytes;

class Descriptor {
public:
    explicit Descriptor(int number = -1) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { close(); }
    int get() const { return number_; }
    bool open() const { return number_ >= 0; }
    void set(int number) { number_ = number; }
    void close() {
        if (number_ >= 0) ::close(number_);
        number_ = -1;
    }

private:
    int number_;
};

// Two ends of a connection; a socket, so that writing to a program that has ended is an error and no signal.
struct Channel {
    Descriptor ours, theirs;

    bool connect() {
        std::array<int, 2> ends{};
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return false;
        ours.set(ends[0]);
        theirs.set(ends[1]);
        return fcntl(ours.get(), F_SETFL, O_NONBLOCK) == 0;
    }
};

Error cannot_run(int reason) {
    if (reason == ENOENT) {
        return {"git is not installed, or not on the PATH", "install it, or compare files: fwproof diff OLD NEW", {}};
    }
    return {fmt::format("git cannot be run: {}", std::strerror(reason)), "", {}};
}

// Feeds and drains the channels until the program closes its output. False: it prints more than may be kept.
bool converse(std::string_view input, Channel& in, Channel& out, Channel& err, std::string& said,
              std::string& complaint) {
    std::array<char, 65536> block{};
    const auto drain = [&](Channel& channel, std::string& text) {
        const ssize_t got = recv(channel.ours.get(), block.data(), block.size(), 0);
        if (got > 0) text.append(block.data(), static_cast<std::size_t>(got));
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) channel.ours.close();
    };
    if (input.empty()) in.ours.close();
    while (out.ours.open() || err.ours.open()) {
        std::array<pollfd, 3> waits = {
            {{in.ours.get(), POLLOUT, 0}, {out.ours.get(), POLLIN, 0}, {err.ours.get(), POLLIN, 0}}};
        if (poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) return true;
        if (in.ours.open() && waits[0].revents != 0) {
            const ssize_t sent = send(in.ours.get(), input.data(), input.size(), MSG_NOSIGNAL);
            if (sent > 0) input.remove_prefix(static_cast<std::size_t>(sent));
            if (input.empty() || (sent < 0 && errno != EAGAIN && errno != EINTR)) in.ours.close();
        }
        if (out.ours.open() && waits[1].revents != 0) drain(out, said);
        if (err.ours.open() && waits[2].revents != 0) drain(err, complaint);
        if (said.size() > kMostOutput || complaint.size() > kMaxInputBytes) return false;
    }
    return true;
}

}  // namespace

Result<std::string> run_git(const std::vector<std::string>& arguments, std::string_view input, int allowed) {
    Channel in, out, err;
    if (!in.connect() || !out.connect() || !err.connect()) return fail(cannot_run(errno));
    std::vector<std::string> words = {"git"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in.theirs.get(), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out.theirs.get(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err.theirs.get(), STDERR_FILENO);
    pid_t child = 0;
    const int problem = posix_spawnp(&child, "git", &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (problem != 0) return fail(cannot_run(problem));
    in.theirs.close();
    out.theirs.close();
    err.theirs.close();

    std::string said, complaint;
    const bool bounded = converse(input, in, out, err, said, complaint);
    in.ours.close();
    out.ours.close();
    err.ours.close();
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!bounded) return fail("git prints more than can be read", "name fewer files");
    if (!WIFEXITED(status) || WEXITSTATUS(status) > allowed) {
        std::string reason = complaint.substr(0, complaint.find('\n'));
        for (const std::string_view start : {"fatal: ", "error: "}) {
            if (reason.starts_with(start)) reason.erase(0, start.size());
        }
        if (reason.empty()) reason = fmt::format("'git {}' failed", arguments.empty() ? "" : arguments.front());
        return fail(fmt::format("git: {}", reason), "");
    }
    return said;
}

std::string git_path(const std::string& path) {
    namespace fs = std::filesystem;
    std::error_code problem;
    fs::path name = fs::path(path).lexically_normal();
    if (name.is_absolute()) name = name.lexically_relative(fs::current_path(problem));
    if (problem || name.empty()) return path;
    return *name.begin() == ".." ? name.string() : "./" + name.string();
}

Result<std::vector<GitObject>> read_git_objects(const std::vector<std::string>& names) {
    std::string input;
    for (const auto& name : names) {
        if (name.find('\n') != std::string::npos) return fail("the name of a git object contains a line end");
        input += name + "\n";
    }
    if (names.empty()) return std::vector<GitObject>();
    const auto answer = run_git({"cat-file", "--batch"}, input);
    if (!answer) return fail(answer.error());
    std::vector<GitObject> objects;
    std::string_view rest = *answer;
    for (const auto& name : names) {
        // "ID TYPE SIZE\nBYTES\n", or "NAME missing\n"; a name may contain blanks.
        const std::string_view head = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(head.size() + 1, rest.size()));
        GitObject object;
        const std::size_t last = head.rfind(' ');
        const std::size_t middle = last == std::string_view::npos ? last : head.rfind(' ', last - 1);
        std::size_t size = 0;
        const std::string_view digits = last == std::string_view::npos ? "" : head.substr(last + 1);
        const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
        if (middle != std::string_view::npos && problem == std::errc() && end == digits.data() + digits.size()) {
            if (size > rest.size()) return fail(fmt::format("git: the answer for {} is cut short", name));
            object.id = head.substr(0, middle);
            object.type = head.substr(middle + 1, last - middle - 1);
            object.bytes = rest.substr(0, size);
            rest.remove_prefix(std::min(size + 1, rest.size()));
        }
        objects.push_back(std::move(object));
    }
    return objects;
}

}  // namespace fwproof::cli
