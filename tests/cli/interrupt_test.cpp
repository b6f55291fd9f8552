// What someone who watches sees of a long run, and what is left of one that was stopped.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <functional>

#include "cli/interrupt.hpp"
#include "support/catch.hpp"
#include "support/program.hpp"

namespace {

const std::string kExport = "fixtures/site/scom/exports/opsdb1.v4";

Ran shell(const std::string& command, const std::string& directory = FWPROOF_ROOT) {
    return run_program("sh", {"-c", command}, directory);
}

// How a child process ends that does the work, as waitpid says it; where the work comes to its end, with status 0.
int status_of_child(const std::function<void()>& work) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        close(STDERR_FILENO);
        work();
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return status;
}

}  // namespace

TEST_CASE("an interrupt ends the run by that signal, and says so") {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        // The export never comes to its end.
        const Ran ran =
            shell("(cat " + kExport + "; sleep 3) | timeout --preserve-status --signal=" + std::to_string(signal) +
                  " 1.5 fwproof lint -");
        INFO(signal);
        CHECK(ran.status == 128 + signal);
        CHECK(ran.out.empty());
        CHECK(ran.err == "\nfwproof: interrupted; no report was written\n");
    }
}

TEST_CASE("an ignored signal stays ignored") {
    const Ran ran = shell("trap '' HUP; (sleep 0.6; cat " + kExport +
                          ") | fwproof lint - >/dev/null & job=$!; sleep 0.3; kill -HUP $job; wait $job");
    CHECK(ran.status <= 1);
    CHECK(ran.err.empty());
}

TEST_CASE("an interrupt removes the unfinished file") {
    const std::string folder = fresh_directory("unfinished");
    const std::string path = write_file(folder, "report.json.1.tmp", "half a rep");
    const std::string kept = write_file(folder, "report.json", "whole");
    const int status = status_of_child([&] {
        { const fwproof::cli::Unfinished before(kept); }  // was finished
        const fwproof::cli::Unfinished file(path);
        fwproof::cli::handle_interrupts();
        raise(SIGTERM);
    });
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGTERM);
    CHECK(!std::filesystem::exists(path));
    CHECK(std::filesystem::exists(kept));
}

TEST_CASE("files that are nothing without each other are all there or none") {
    const std::string path = write_file(fresh_directory("whole"), "part", "first");
    const auto ends = [&](bool late) {
        return status_of_child([&] {
            fwproof::cli::handle_interrupts();
            fwproof::cli::Uninterrupted whole;
            if (whole.asked_to_stop()) _exit(3);
            raise(SIGTERM);
            if (!whole.asked_to_stop()) _exit(4);
            if (late) {
                whole.done();
            } else {
                std::filesystem::remove(path);
            }
        });
    };
    const int late = ends(true);
    CHECK(WIFEXITED(late));
    CHECK(WEXITSTATUS(late) == 0);
    const int stopped = ends(false);
    CHECK(WIFSIGNALED(stopped));
    CHECK(WTERMSIG(stopped) == SIGTERM);
    CHECK(!std::filesystem::exists(path));
}

TEST_CASE("a second interrupt waits like the first") {
    const int status = status_of_child([] {
        fwproof::cli::handle_interrupts();
        {
            fwproof::cli::Uninterrupted whole;
            raise(SIGTERM);
            raise(SIGTERM);
            whole.done();
        }
        _exit(5);
    });
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 5);
}

TEST_CASE("interrupted evidence leaves nothing, not even where temporary files go") {
    const std::string folder = fresh_directory("interrupted-evidence");
    std::filesystem::create_directory(folder + "/tmp");
    // The export never comes to its end.
    const Ran ran = shell(
        "mkfifo host.v4; sleep 3 >host.v4 & TMPDIR=$PWD/tmp timeout --preserve-status --signal=INT 1.5 "
        "fwproof evidence audit --catalog scom --as management-server host.v4",
        folder);
    CHECK(ran.status == 130);
    CHECK(ran.err == "\nfwproof: interrupted; no report was written\n");
    CHECK(!std::filesystem::exists(folder + "/audit"));
    CHECK(std::filesystem::is_empty(folder + "/tmp"));
}

TEST_CASE("a long run says on a terminal what it does, and wipes it") {
    if (!program_exists("script")) {
        WARN("skipped: script(1) is not installed, so there is no terminal");
        return;
    }
    const std::string slow = "(sleep 1.7; cat " + kExport + ") | fwproof lint --format json - >/dev/null";
    const Ran seen = shell("script -qec \"" + slow + "\" /dev/null </dev/null");
    CHECK(seen.out.find("fwproof: reading standard input (1 s)") != std::string::npos);
    CHECK(seen.out.ends_with("\r\x1b[K"));
    const Ran unseen = shell(slow);
    CHECK(unseen.err.empty());
    const Ran quick =
        shell("script -qec \"fwproof lint --format json " + kExport + " >/dev/null\" /dev/null </dev/null");
    CHECK(quick.out.empty());
}
