// Many exports in one run: the same bytes whatever the number of threads, and nothing passed over in silence.
#include <unistd.h>

#include <filesystem>

#include "support/catch.hpp"
#include "support/program.hpp"

namespace fs = std::filesystem;

namespace {

// A tree of 60 exports of three vendors, with a rule of its own in each, and something that is none.
std::string fleet() {
    std::string folder = fresh_directory("fleet");
    fs::create_directories(folder + "/site-b/hosts");
    fs::create_directories(folder + "/.git");
    write_file(folder, ".git/edge.v4", "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n");
    write_file(folder, "README.txt", "Exports of the fleet, taken every night.\n");
    const auto text = [](const std::string& path) { return read_whole(std::string(FWPROOF_ROOT) + "/" + path); };
    const std::string registry = text("fixtures/site/scom/exports/ms1-policy.reg");
    const std::string edge = text("fixtures/diff/object-edit/old.cfg");
    for (int i = 0; i < 20; ++i) {
        const std::string number = std::to_string(i);
        const std::string where = i % 2 ? "site-b/hosts/" : "";
        write_file(folder, where + "host" + number + ".v4",
                   "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -s 10.0." + number +
                       ".0/24 -p tcp -m tcp --dport 22 -j ACCEPT\n-A INPUT -s 10.0." + number +
                       ".7/32 -p tcp -m tcp --dport 22 -j DROP\nCOMMIT\n");
        write_file(folder, where + "host" + number + ".reg", registry);
        write_file(folder, where + "edge" + number + ".cfg", edge);
    }
    return folder;
}

// The beginning of a command line that may take so much memory.
std::string at_most([[maybe_unused]] int kibibytes) {
#ifdef __SANITIZE_ADDRESS__  // which reserves terabytes
    return {};
#else
    return "ulimit -v " + std::to_string(kibibytes) + "; ";
#endif
}

}  // namespace

TEST_CASE("a fleet gives the same bytes with any number of jobs") {
    const std::string folder = fleet();
    for (const auto& command :
         std::vector<std::vector<std::string>>{{"lint"}, {"check", "--catalog", "scom", "--as", "management-server"}}) {
        std::vector<std::string> arguments = command;
        arguments.insert(arguments.end(), {"--format", "json", "--as-of", "2026-11-16", ".", "--jobs", "1"});
        const Ran one = run_fwproof(arguments, folder, {}, {"SOURCE_DATE_EPOCH=1793772000"});
        INFO(one.err);
        CHECK(one.status == 1);
        CHECK(one.out.find("\"file\": \"./site-b/hosts/host19.v4\"") != std::string::npos);
        CHECK(one.out.find(".git/") == std::string::npos);
        CHECK(one.out.find("1 file is no firewall export and not looked at: ./README.txt") != std::string::npos);
        for (const std::string jobs : {"2", "5"}) {
            arguments.back() = jobs;
            CHECK(run_fwproof(arguments, folder, {}, {"SOURCE_DATE_EPOCH=1793772000"}).out == one.out);
        }
    }
}

TEST_CASE("a fleet takes the memory of its largest exports, not of all") {
    const std::string folder = fresh_directory("fleet_memory");
    std::uint32_t state = 1;
    const auto draw = [&](std::uint32_t below) {
        state = state * 1664525 + 1013904223;
        return std::to_string((state >> 8) % below);
    };
    for (int host = 0; host < 30; ++host) {
        std::string rules = "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n";
        for (int i = 0; i < 400; ++i) {
            rules += "-A FORWARD -s 10." + draw(256) + "." + draw(256) + ".0/24 -d 10." + draw(256) + "." + draw(256) +
                     "." + draw(256) + "/32 -p tcp -m tcp --dport " + draw(60000) + " -j ACCEPT\n";
        }
        write_file(folder, "host" + std::to_string(host) + ".v4", rules + "COMMIT\n");
    }
    const std::string limit = at_most(240'000);  // half of what all of them need together
    const Ran ran = run_program("sh", {"-c", limit + "exec fwproof lint --jobs 1 --format jsonl ."}, folder);
    CHECK(ran.err == "");
    CHECK(ran.status == 0);
    CHECK(ran.out.find("./host29.v4") != std::string::npos);
}

TEST_CASE("a directory with an entry that cannot be read is refused") {
    const std::string folder = fresh_directory("holes");
    write_file(folder, "edge.v4", "*filter\n:INPUT DROP [0:0]\nCOMMIT\n");
    fs::create_symlink("nowhere.v4", folder + "/old.v4");
    const Ran ran = run_fwproof({"lint", "."}, folder);
    CHECK(ran.status == 2);
    CHECK(ran.out.empty());
    CHECK(ran.err ==
          "./old.v4: error: cannot be read: No such file or directory; mend it, or name the exports one by one\n");
}

TEST_CASE("a directory below that cannot be read is named") {
    const std::string folder = fresh_directory("locked");
    write_file(folder, "edge.v4", "*filter\n:INPUT DROP [0:0]\nCOMMIT\n");
    fs::create_directory(folder + "/hosts");
    write_file(folder + "/hosts", "ms1.v4", "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n");
    fs::permissions(folder + "/hosts", fs::perms::none);
    // Nothing is locked for root.
    const bool root = geteuid() == 0;
    const std::string who = root ? "exec setpriv --reuid=65534 --regid=65534 --clear-groups '" : "exec '";
    const bool reached = run_command(who + FWPROOF_BINARY_DIR + "/fwproof' --version", folder).status == 0;
    const Ran lint = run_command(who + FWPROOF_BINARY_DIR + "/fwproof' lint .", folder);
    const Ran diff = run_command(who + FWPROOF_BINARY_DIR + "/fwproof' diff . .", folder);
    // Its names may be read, and nothing more.
    fs::permissions(folder + "/hosts",
                    fs::perms::all & ~(fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec));
    const Ran named = run_command(who + FWPROOF_BINARY_DIR + "/fwproof' lint .", folder);
    fs::permissions(folder + "/hosts", fs::perms::owner_all);
    if (!reached) {
        WARN("skipped: nobody but root may run the program here");
        return;
    }
    for (const Ran& ran : {lint, diff}) {
        CHECK(ran.status == 2);
        CHECK(ran.out.empty());
        CHECK(ran.err ==
              "./hosts: error: cannot be read: Permission denied; mend it, or name the exports one by one\n");
    }
    CHECK(named.status == 2);
    CHECK(named.err ==
          "./hosts/ms1.v4: error: cannot be read: Permission denied; mend it, or name the exports one by one\n");
}

TEST_CASE("what is no export is not kept: a share may hold more of it than there is memory") {
    const std::string folder = fresh_directory("share");
    write_file(folder, "edge.v4", "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n");
    std::string names;
    for (const std::string name : {"a.img", "b.img", "c.img", "d.img"}) {
        write_file(folder, name, "disk");
        fs::resize_file(folder + "/" + name, std::uintmax_t{60} << 20);  // a hole: takes no room
        names += " " + name;
    }
    const std::string program = at_most(220'000) + "'" + std::string(FWPROOF_BINARY_DIR) + "/fwproof' ";
    const std::vector<std::string> commands = {"lint .", "check --catalog scom --as management-server .",
                                               "lint --only-exports edge.v4" + names};
    for (const auto& command : commands) {
        const Ran ran = run_command(program + command, folder);
        INFO(command << ran.err);
        CHECK(ran.err.empty());
        CHECK(ran.status <= 1);
        CHECK(ran.out.find("4 files are no firewall export and not looked at: ") != std::string::npos);
    }
    // It is an input still.
    CHECK(run_fwproof({"lint", ".", "--output", "a.img"}, folder).err ==
          "a.img: error: is one of the inputs, which the report would replace; name another file for --output\n");
}

TEST_CASE("a program, an image or a database that holds a line of a dump is no export") {
    const std::string folder = fresh_directory("binary");
    const std::string rule = "\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n";
    write_file(folder, "edge.v4", "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n");
    write_file(folder, "core.bin",
               std::string("\x7f"
                           "ELF\2\1\1\0\0\0",
                           10) +
                   rule);
    write_file(folder, "notes.db", "SQLite" + std::string(5000, 'x') + std::string(3, '\0') + "\n*filter" + rule);
    const Ran ran = run_fwproof({"lint", "."}, folder);
    CHECK(ran.err.empty());
    CHECK(ran.out.find("2 files are no firewall export and not looked at: ./core.bin, ./notes.db\n") !=
          std::string::npos);
    CHECK(run_fwproof({"lint", "--input-format", "iptables", "core.bin"}, folder).err ==
          "core.bin: error: the file is binary, not a dump; iptables-save prints text\n");
    // A crash leaves zeros behind what was written.
    write_file(folder, "edge.v4", "*filter\n:INPUT DROP [0:0]" + rule + "COMMIT\n" + std::string(64, '\0'));
    const Ran cut = run_fwproof({"show", "--as", "notes", "edge.v4"}, folder);
    CHECK(cut.status == 0);
    CHECK(cut.out.find("edge.v4:5: information: this line stands outside of any table and is ignored\n") !=
          std::string::npos);
}

TEST_CASE("what is found in a directory and is no policy is named, and the others are looked at") {
    const std::string folder = fresh_directory("mixed");
    write_file(folder, "edge.v4", "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n");
    write_file(folder, "other.reg",
               "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Other]\r\n\"a\"=\"b\"\r\n");
    write_file(folder, "report.html", "<html dir=\"ltr\" gpmc_reportInitialized=\"false\"><body></body></html>");
    write_file(folder, "all.zip", "PK\3\4*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j ACCEPT\nCOMMIT\n");
    fs::create_directory(folder + "/gpo");
    write_file(folder + "/gpo", "gpreport.xml",
               "<GPO xmlns=\"http://www.microsoft.com/GroupPolicy/Settings\"><Name>x</Name></GPO>");
    const std::string linked = fresh_directory("mixed-linked");
    write_file(linked, "edge.v4", "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n");
    fs::create_directory_symlink(fs::absolute(linked), folder + "/old");
    fs::create_directory_symlink(".", folder + "/round");
    const Ran ran = run_fwproof({"lint", "."}, folder);
    CHECK(ran.err.empty());
    CHECK(ran.status == 0);
    CHECK(ran.out.find("6 files are no firewall export and not looked at: ./all.zip (is an archive or a compressed "
                       "file), ./gpo (the report holds no firewall policy in force), ./other.reg (the registry export "
                       "holds no firewall policy in force), ./report.html (the HTML report of a policy object leaves "
                       "conditions out and shows some that are not there), ./old (a link to a directory; name it "
                       "itself) and 1 more") != std::string::npos);
    CHECK(ran.out.find("; 1 export, ") != std::string::npos);
    // What is named must be one.
    CHECK(run_fwproof({"lint", "other.reg"}, folder).status == 2);
}

TEST_CASE("a number of jobs that is none is refused") {
    for (const std::string jobs : {"0", "-1", "many", "2000"}) {
        const Ran ran = run_fwproof({"lint", "--jobs=" + jobs, "fixtures/diff/edit/old.v4"});
        INFO(jobs);
        CHECK(ran.status == 2);
        CHECK(ran.out.empty());
        CHECK(ran.err ==
              "fwproof: error: --jobs '" + jobs + "' is no number of exports; write a number from 1 to 1024\n");
    }
}

TEST_CASE("an export that is named twice is linted once") {
    const std::string folder = fleet();
    const Ran once = run_fwproof({"lint", "host0.v4"}, folder);
    CHECK(run_fwproof({"lint", "host0.v4", "./host0.v4", "host0.v4"}, folder).out == once.out);
    CHECK(run_fwproof({"lint", ".", "host0.v4"}, folder).out == run_fwproof({"lint", "."}, folder).out);
}
