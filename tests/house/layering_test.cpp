// Data goes one way through the rooms. This reads every #include and says where one goes the wrong way.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "support/catch.hpp"

namespace fs = std::filesystem;

namespace {

// What a room may include besides itself and base.
const std::map<std::string, std::set<std::string>> kMayInclude = {
    {"base", {}},
    {"policy", {}},
    {"packet", {}},
    {"vendor", {"policy"}},
    {"catalog", {"policy", "packet"}},
    {"analysis", {"policy", "packet", "catalog"}},
    {"check", {"policy", "packet", "catalog", "analysis"}},
    {"report", {"policy", "packet", "catalog", "check"}},
    {"cli", {"policy", "packet", "catalog", "analysis", "check", "report", "vendor"}},
};

// What only cli may do: print, exit, read files, the environment or the clock.
const std::vector<std::string> kOutsideWorld = {"<iostream>", "<fstream>",     "<cstdio>",  "<filesystem>",
                                                "<unistd.h>", "<stdio.h>",     "<fcntl.h>", "<sys/stat.h>",
                                                "<ctime>",    "<fmt/chrono.h>"};

// Granted exceptions: file, header. hivex reads a path only; the bytes go through an anonymous file in memory.
const std::set<std::pair<std::string, std::string>> kGranted = {{"src/vendor/windows/hive.cpp", "<unistd.h>"}};

struct Include {
    std::string file;  // from the root
    int line = 0;
    std::string target;  // with its quotes or brackets
};

std::vector<Include> includes_of(const fs::path& root, const std::string& folder) {
    std::vector<Include> all;
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
        const std::string extension = entry.path().extension().string();
        if (extension != ".cpp" && extension != ".hpp" && extension != ".def") continue;
        std::ifstream in(entry.path());
        std::string text;
        for (int line = 1; std::getline(in, text); ++line) {
            std::size_t at = text.find_first_not_of(" \t");
            if (at == std::string::npos || text[at] != '#') continue;
            at = text.find_first_not_of(" \t", at + 1);
            if (at == std::string::npos || text.compare(at, 7, "include") != 0) continue;
            const std::size_t open = text.find_first_of("\"<", at + 7);
            if (open == std::string::npos) continue;
            const std::size_t close = text.find(text[open] == '<' ? '>' : '"', open + 1);
            all.push_back({fs::relative(entry.path(), root).string(), line, text.substr(open, close - open + 1)});
        }
    }
    return all;
}

std::string part(const std::string& path, std::size_t number) {
    const fs::path whole(path);
    auto element = whole.begin();
    std::advance(element, static_cast<std::ptrdiff_t>(number));
    return element == whole.end() ? std::string() : element->string();
}

// Empty when the include is right.
std::string wrong(const Include& include) {
    const bool is_promise = include.file.starts_with("include/");
    const std::string room = part(include.file, is_promise ? 2 : 1);
    const auto rule = kMayInclude.find(room);
    if (rule == kMayInclude.end()) return "lies in no known room";
    const std::string name = include.target.substr(1, include.target.size() - 2);
    if (include.target.front() == '<') {
        const bool outside =
            std::find(kOutsideWorld.begin(), kOutsideWorld.end(), include.target) != kOutsideWorld.end();
        const bool granted = kGranted.count({include.file, include.target}) != 0;
        return outside && room != "cli" && !granted ? "only cli touches the outside world" : "";
    }
    std::string target;
    if (name.starts_with("fwproof/")) {
        target = part(name, 1);
    } else if (is_promise) {
        return "a header that rooms share includes only such headers";
    } else if (const std::size_t slash = name.find('/');
               slash != std::string::npos && kMayInclude.count(part(name, 0)) != 0) {
        target = part(name, 0);
        if (target != room) return "another room's own header";
        const bool vendor = room == "vendor" && fs::path(include.file).has_parent_path() &&
                            name.find('/', slash + 1) != std::string::npos;
        if (vendor && include.file.starts_with("src/vendor/") && part(include.file, 2) != part(name, 1))
            return "another vendor's header";
    }
    if (target.empty() || target == room || target == "base" || rule->second.count(target) != 0) return "";
    return room + " may not include " + target;
}

}  // namespace

TEST_CASE("no include goes the wrong way") {
    std::string problems;
    std::size_t seen = 0;
    for (const char* folder : {"include/fwproof", "src"}) {
        for (const auto& include : includes_of(FWPROOF_ROOT, folder)) {
            ++seen;
            if (const std::string why = wrong(include); !why.empty()) {
                problems +=
                    include.file + ":" + std::to_string(include.line) + ": " + include.target + ": " + why + "\n";
            }
        }
    }
    INFO(problems);
    CHECK(problems.empty());
    CHECK(seen > 200);
}

TEST_CASE("the layering test sees what is wrong") {
    CHECK(wrong({"src/vendor/asa/x.cpp", 1, "\"fwproof/packet/packet_set.hpp\""}) == "vendor may not include packet");
    CHECK(wrong({"src/vendor/asa/x.cpp", 1, "\"vendor/windows/store.hpp\""}) == "another vendor's header");
    CHECK(wrong({"src/vendor/asa/x.cpp", 1, "\"vendor/asa/ast.hpp\""}).empty());
    CHECK(wrong({"src/vendor/vendor.cpp", 1, "\"vendors.def\""}).empty());
    CHECK(wrong({"src/check/x.cpp", 1, "\"vendor/asa/ast.hpp\""}) == "another room's own header");
    CHECK(wrong({"src/check/x.cpp", 1, "\"fwproof/vendor/vendor.hpp\""}) == "check may not include vendor");
    CHECK(wrong({"src/base/x.cpp", 1, "\"fwproof/policy/policy.hpp\""}) == "base may not include policy");
    CHECK(wrong({"src/report/x.cpp", 1, "<fstream>"}) == "only cli touches the outside world");
    CHECK(wrong({"src/cli/x.cpp", 1, "<fstream>"}).empty());
    CHECK(wrong({"include/fwproof/policy/x.hpp", 1, "\"policy/inner.hpp\""}) ==
          "a header that rooms share includes only such headers");
    CHECK(wrong({"src/tools/x.cpp", 1, "<string>"}) == "lies in no known room");
}
