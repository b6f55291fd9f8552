// Reports as files: several in one run, complete or not there at all.
#include <unistd.h>

#include <filesystem>

#include "fwproof/report/report.hpp"
#include "support/catch.hpp"
#include "support/program.hpp"

namespace fs = std::filesystem;

namespace {

const std::vector<std::string> kCheck = {"check", "--site", "fixtures/site/scom-clean/site.toml", "--as-of",
                                         "2026-11-16"};

constexpr const char* kNobody = "setpriv --reuid=65534 --regid=65534 --clear-groups ";

Ran check(std::vector<std::string> more, const std::vector<std::string>& variables = {}) {
    more.insert(more.begin(), kCheck.begin(), kCheck.end());
    return run_fwproof(more, FWPROOF_ROOT, {}, variables);
}

std::size_t files_in(const std::string& directory) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("no format shows a secret of an export, not even beside a finding or in a change") {
    const std::string folder = fresh_directory("secrets");
    const std::vector<std::string> secrets = {"Winter2026", "Pl4nt-RO", "f3UhLvUj1QsXsuK7", "hunter2",
                                              "AKIAIOSFODNN7EXAMPLE"};
    std::size_t seen = 0;
    for (const std::string name : {"bad.cfg", "bad.reg", "bad.v4"}) {
        const std::string text = read_whole(std::string(FWPROOF_ROOT) + "/fixtures/check/secret-in-export/" + name);
        write_file(folder, name, text);
        // Every secret is an edited line of its own.
        std::string other = text;
        for (const auto& secret : secrets) {
            for (std::size_t at = 0; (at = other.find(secret, at)) != std::string::npos; ++seen)
                other.replace(at + secret.size() - 1, 1, "3"), at += secret.size();
        }
        write_file(folder, "other-" + name, other);
        for (const auto& format : fwproof::formats()) {
            INFO(name << " " << format.name);
            const std::string kind(format.name);
            std::string out = run_fwproof({"lint", "--select", "all", "--format", kind, name}, folder).out;
            CHECK(!out.empty());
            out += run_fwproof({"diff", name, "other-" + name, "--format", kind}, folder).out;
            for (const auto& secret : secrets)
                CHECK(out.find(secret.substr(0, secret.size() - 1)) == std::string::npos);
        }
    }
    CHECK(seen >= 5);
}

TEST_CASE("the name of a rule is masked too") {
    const std::string folder = fresh_directory("secret-names");
    write_file(folder, "host.wfw",
               "\nRule Name:                            SNMP community=Pl4nt-RO\n"
               "----------------------------------------------------------------------\n"
               "Enabled:                              Yes\nDirection:                            In\n"
               "Profiles:                             Domain,Private,Public\nGrouping:                             \n"
               "LocalIP:                              Any\nRemoteIP:                             Any\n"
               "Protocol:                             UDP\nLocalPort:                            161\n"
               "RemotePort:                           Any\nEdge traversal:                       No\n"
               "Action:                               Allow\nOk.\n");
    for (const std::string format : {"text", "json", "csv"}) {
        const Ran rules = run_fwproof({"show", "--as", "rules", "host.wfw", "--format", format}, folder);
        const Ran lint = run_fwproof({"lint", "--select", "all", "host.wfw", "--format", format}, folder);
        CHECK(rules.out.find("SNMP community=********") != std::string::npos);
        CHECK((rules.out + lint.out).find("Pl4nt-RO") == std::string::npos);
    }
}

TEST_CASE("where nothing says which interface leads outside, no format takes silence for a pass") {
    const auto lint = [](std::vector<std::string> words) {
        words.insert(words.begin(), {"lint", "bad.v4"});
        return run_fwproof(words, std::string(FWPROOF_ROOT) + "/fixtures/check/unknown-outside");
    };
    CHECK(lint({"--strict"}).status == 3);
    CHECK(lint({"--format", "json"}).out.find("\"complete\": false") != std::string::npos);
    const std::string junit = lint({"--format", "junit"}).out;
    const std::string test = "<testcase classname=\"bad.v4\" name=\"";
    const std::string skipped =
        "\"><skipped message=\"nothing was found, but nothing says which interface leads to the Internet\"/>";
    for (const std::string check : {"any-to-any", "admin-port-from-untrusted", "database-port-from-untrusted",
                                    "worm-port-from-untrusted", "any-source-from-untrusted", "open-egress"})
        CHECK(junit.find(test + check + skipped) != std::string::npos);
    CHECK(junit.find(test + "duplicate-rule\"/>") != std::string::npos);
    const std::string oscal = lint({"--format", "oscal"}).out;
    CHECK(oscal.find("\"target-id\": \"FW211\"") == std::string::npos);
    CHECK(oscal.find("\"target-id\": \"pci-dss-4.0.1_1.4.4\"") == std::string::npos);
    CHECK(oscal.find("\"target-id\": \"FW104\"") != std::string::npos);
    const std::string intoto = lint({"--format", "intoto"}).out;
    CHECK(intoto.find("check admin-port-from-untrusted") > intoto.find("warnedTests"));
    // A check that does not ask for it is not in doubt.
    CHECK(lint({"--strict", "--select", "duplicate-rule"}).status == 0);
}

TEST_CASE("one run writes several reports, each as it would be alone") {
    const std::string folder = fresh_directory("several");
    std::vector<std::string> all;
    for (const auto& format : fwproof::formats()) {
        const std::string name(format.name);
        all.insert(all.end(), {"--format", name, "--output", folder + "/" + name});
    }
    const Ran ran = check(all);
    CHECK(ran.status == 0);
    CHECK(ran.err.empty());
    CHECK(ran.out.empty());
    CHECK(files_in(folder) == fwproof::formats().size());
    for (const auto& format : fwproof::formats()) {
        INFO(format.name);
        const std::string bytes = read_whole(folder + "/" + std::string(format.name));
        CHECK(!bytes.empty());
        CHECK(check({"--format", std::string(format.name)}).out == bytes);
    }
}

TEST_CASE("with SOURCE_DATE_EPOCH time zone and language leave no trace") {
    for (const auto& format : fwproof::formats()) {
        INFO(format.name);
        const std::vector<std::string> arguments = {"check", "--site", "fixtures/site/scom/site.toml", "--format",
                                                    std::string(format.name)};
        const std::vector<std::string> day = {"SOURCE_DATE_EPOCH=1793772000"};
        const Ran here = run_fwproof(arguments, FWPROOF_ROOT, {}, day);
        // Another zone and language; tests/outside/days.sh has other days.
        std::vector<std::string> elsewhere = day;
        elsewhere.insert(elsewhere.end(), {"TZ=Asia/Tokyo", "LC_ALL=C.UTF-8"});
        CHECK(run_fwproof(arguments, FWPROOF_ROOT, {}, elsewhere).out == here.out);
    }
}

TEST_CASE("a report that cannot be written is an error and leaves nothing behind") {
    const std::string folder = fresh_directory("unwritable");
    SECTION("no such directory") {
        const Ran ran = check({"--output", folder + "/none/report.txt"});
        CHECK(ran.status == 2);
        CHECK(ran.out.empty());
        CHECK(ran.err ==
              folder +
                  "/none/report.txt: error: cannot be written: No such file or directory; make the directory first\n");
    }
    SECTION("the name of a directory") {
        const Ran ran = check({"--output", folder});
        CHECK(ran.status == 2);
        CHECK(ran.err == folder + ": error: cannot be written: Is a directory; name a file in it\n");
    }
    SECTION("a directory that is read-only") {
        // Root may write everywhere.
        const std::string program =
            std::string(geteuid() == 0 ? kNobody : "") + "'" + FWPROOF_BINARY_DIR + "/fwproof' ";
        fs::permissions(
            folder, fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_read | fs::perms::others_exec);
        const bool reached = run_command(program + "--version").status == 0;
        const Ran ran =
            run_command(program + "lint fixtures/site/scom/exports/opsdb1.v4 --output '" + folder + "/report.txt'");
        fs::permissions(folder, fs::perms::owner_all);
        if (!reached) {
            WARN("skipped: nobody but root may run the program here");
            return;
        }
        CHECK(ran.status == 2);
        CHECK(
            ran.err ==
            folder +
                "/report.txt: error: cannot be written: Permission denied; check the directory and its permissions\n");
    }
    SECTION("a full disk") {
        const Ran ran = check({"--output", "/dev/full"});
        CHECK(ran.status == 2);
        CHECK(ran.err ==
              "/dev/full: error: cannot be written: No space left on device; free some space and run again\n");
        CHECK(fs::is_character_file("/dev/full"));
    }
    CHECK(files_in(folder) == 0);
}

TEST_CASE("an answer that does not get out is an error, a reader that left is none") {
    const std::string lint =
        "'" + std::string(FWPROOF_BINARY_DIR) + "/fwproof' lint fixtures/site/scom/exports/opsdb1.v4 ";
    for (const std::string to : {">/dev/full", ">&-"}) {
        const Ran ran = run_command(lint + to);
        INFO(to);
        CHECK(ran.status == 2);
        CHECK(ran.err.starts_with("fwproof: error: cannot write to standard output"));
    }
    // By the signal that ends any program whose reader left.
    const Ran left = run_command("{ sleep 0.3; " + lint + "; echo $? >&2; } | true");
    CHECK(left.err == "141\n");
}

TEST_CASE("a symbolic link stays one, a pipe is written to") {
    const std::string folder = fresh_directory("links");
    const std::string real = write_file(folder, "real.json", "old");
    fs::create_symlink("real.json", folder + "/link.json");
    CHECK(check({"--format", "json", "--output", folder + "/link.json"}).status == 0);
    CHECK(fs::is_symlink(folder + "/link.json"));
    CHECK(read_whole(real).starts_with("{"));
    CHECK(check({"--format", "json", "--output", "/dev/null"}).status == 0);
    CHECK(fs::is_character_file("/dev/null"));
    const std::string lint = "'" + std::string(FWPROOF_BINARY_DIR) + "/fwproof' lint '" + FWPROOF_ROOT +
                             "/fixtures/site/scom/exports/opsdb1.v4' --format html --output ";
    const Ran plain = run_command(lint + "-", folder);
    REQUIRE(plain.out.starts_with("<!DOCTYPE html>"));
    for (const std::string pipe : {"/dev/stdout | cat", "/dev/fd/3 3>&1 | cat", "named & cat named; wait $!"}) {
        const Ran piped = run_command("[ -p named ] || mkfifo named; " + lint + pipe, folder);
        INFO(pipe);
        CHECK(piped.err.empty());
        CHECK(piped.out == plain.out);
    }
    CHECK(fs::is_fifo(folder + "/named"));
}

TEST_CASE("two outputs cannot go to one file") {
    const std::string folder = fresh_directory("twice");
    const std::string error = ": error: is named for two outputs; name another file for one of them\n";
    write_file(folder, "a.json", "old");
    fs::create_symlink("a.json", folder + "/b.json");
    const auto refused = [&](std::vector<std::string> words, const std::string& file) {
        words.insert(words.begin(), {"lint", std::string(FWPROOF_ROOT) + "/fixtures/site/scom/exports/opsdb1.v4"});
        const Ran ran = run_fwproof(words, folder);
        CHECK(ran.status == 2);
        CHECK(ran.err == file + error);
        CHECK(read_whole(folder + "/a.json") == "old");
        CHECK(files_in(folder) == 2);
    };
    refused({"--format", "json", "--output", "a.json", "--format", "html", "--output", "./a.json"}, "./a.json");
    refused({"--format", "json", "--output", "a.json", "--format", "html", "--output", "b.json"}, "b.json");
    fs::remove(folder + "/b.json");
    fs::create_symlink("c.json", folder + "/b.json");  // which is not there yet
    refused({"--format", "json", "--output", "c.json", "--format", "html", "--output", "b.json"}, "b.json");
    refused({"--write-baseline", "c.json", "--format", "json", "--output", "c.json"}, "c.json");
    CHECK(check({"--format", "json", "--output", "/dev/null", "--format", "html", "--output", "/dev/null"}).status ==
          0);
}

TEST_CASE("a report replaces nothing of a policy object that was passed over") {
    const std::string folder = fresh_directory("within-object");
    fs::create_directories(folder + "/d/obj");
    write_file(folder + "/d/obj", "gpreport.xml", "<x/>");
    write_file(folder + "/d", "a.v4", read_whole(std::string(FWPROOF_ROOT) + "/fixtures/site/scom/exports/opsdb1.v4"));
    const auto report_to = [&](const std::string& file) {
        return run_fwproof({"lint", "d", "--format", "json", "--output", file}, folder);
    };
    const Ran ran = report_to("d/obj/gpreport.xml");
    CHECK(ran.status == 2);
    CHECK(ran.err.find("is one of the inputs, which the report would replace") != std::string::npos);
    CHECK(read_whole(folder + "/d/obj/gpreport.xml") == "<x/>");
    write_file(folder, "obj.json", "old");
    CHECK(report_to("obj.json").status <= 1);
    CHECK(read_whole(folder + "/obj.json").starts_with("{"));
}

TEST_CASE("what no longer fits on a disk is an error, and nothing half-written is left") {
    const std::string folder = fresh_directory("full disk");
    fs::copy(fs::path(FWPROOF_ROOT) / "fixtures/site/scom", folder + "/site", fs::copy_options::recursive);
    fs::create_directory(folder + "/disk");
    // A disk of its own, as small as one can be, with a part of it taken already.
    const auto on_disk = [&](const std::string& command, const std::string& taken, const std::string& size = "8k") {
        return run_command("unshare -rm sh -c 'mount -t tmpfs -o size=" + size + " disk disk && head -c " + taken +
                               " /dev/zero >disk/taken && { " + command + "; status=$?; ls -A disk/*; exit $status; }'",
                           folder);
    };
    if (on_disk("true", "1").status != 0) {
        WARN("skipped: no file system can be mounted here");
        return;
    }
    const std::string program = "\"" + std::string(FWPROOF_BINARY_DIR) + "/fwproof\"";
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"check --site site/site.toml --format html --output disk/report.html", "1"},
        {"check --site site/site.toml --output disk/a.txt", "8192"},
        {"lint site/exports/core-fw.cfg --write-baseline disk/known.json --output /dev/null", "8192"},
        {"diff site/exports/core-fw.cfg site/exports/core-fw.cfg --format json --output disk/a.json", "8192"},
        {"evidence disk/audit --site site/site.toml", "1"},
        {"evidence disk/audit --site site/site.toml", "8192"},
    };
    for (const auto& [command, taken] : cases) {
        CAPTURE(command, taken);
        const Ran ran = on_disk(program + " " + command, taken);
        CHECK(ran.status == 2);
        CHECK(ran.err.find("error: cannot be written: No space left on device; free some space and run again\n") !=
              std::string::npos);
        CHECK(ran.err.starts_with("disk/"));
        CHECK(ran.out == "disk/taken\n");
    }
    const Ran init = on_disk(
        "(cd disk && HOME=/nonexistent git init -q --template= . && "
        "{ head -c 1048576 /dev/zero >rest 2>/dev/null; " +
            program + " init --write; })",
        "1", "256k");
    CHECK(init.status == 2);
    CHECK(
        init.err ==
        ".pre-commit-config.yaml: error: cannot be written: No space left on device; free some space and run again\n");
    CHECK(init.out.find("pre-commit") == std::string::npos);
}

TEST_CASE("a file over the limit for sizes is an error that says so") {
    const std::string folder = fresh_directory("file-limit");
    const std::string program = "\"" + std::string(FWPROOF_BINARY_DIR) + "/fwproof\"";
    const Ran ran = run_command("ulimit -f 1; " + program + " check --site '" + FWPROOF_ROOT +
                                    "/fixtures/site/scom/site.toml' --format json --output report.json",
                                folder);
    CHECK(ran.status == 2);
    CHECK(ran.err ==
          "report.json: error: cannot be written: File too large; allow larger files: ulimit -f unlimited\n");
    CHECK(files_in(folder) == 0);
}

TEST_CASE("no format repeats a whole export of one line with every finding") {
    const std::string folder = fresh_directory("one-line");
    std::string text = "[";
    for (int i = 0; i < 100; ++i) {
        text += std::string(i == 0 ? "" : ",") + "{\"InstanceID\":\"r" + std::to_string(i) +
                "\",\"Direction\":1,\"Action\":2,\"Enabled\":1,\"Profile\":0,\"Protocol\":\"TCP\",\"LocalPort\":\"" +
                std::to_string(3000 + i) + "\",\"Description\":\"password: S0me" + std::to_string(i) + "\"}";
    }
    text += "]";
    write_file(folder, "one.json", text);
    for (const auto& format : fwproof::formats()) {
        INFO(format.name);
        const std::string out =
            run_fwproof({"lint", "--select", "all", "--format", std::string(format.name), "one.json"}, folder).out;
        CHECK(!out.empty());
        CHECK(out.size() < 100 * text.size());
        CHECK(out.find("S0me") == std::string::npos);
    }
}
