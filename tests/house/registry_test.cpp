// Every row of a registry is well formed, and what it promises exists.
#include <filesystem>
#include <set>
#include <string>

#include "cli/command.hpp"
#include "fwproof/report/report.hpp"
#include "fwproof/vendor/vendor.hpp"
#include "support/catch.hpp"
#include "support/program.hpp"

using namespace fwproof;
namespace fs = std::filesystem;

namespace {

const fs::path kRoot = FWPROOF_ROOT;

bool well_formed(std::string_view name) {
    return !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos &&
           name.front() != '-' && name.back() != '-';
}

template <class Range>
void check_names(const Range& items) {
    std::set<std::string_view> seen;
    for (const auto& item : items) {
        INFO(item.name);
        CHECK(well_formed(item.name));
        CHECK(seen.insert(item.name).second);
    }
}

}  // namespace

TEST_CASE("every vendor has a title, sources, a page of what is modelled, fixtures and tests") {
    check_names(vendors());
    for (const auto& vendor : vendors()) {
        INFO(vendor.name);
        const std::string name(vendor.name);
        CHECK(!vendor.title.empty());
        CHECK(fs::is_regular_file(kRoot / "src/vendor" / name / "README.md"));
        CHECK(fs::is_directory(kRoot / "fixtures/vendor" / name));
        CHECK(fs::is_directory(kRoot / "tests/vendor" / name));
        CHECK(vendor.detect({"empty", {std::make_shared<const Source>("empty", "")}}) == Likelihood::no);
    }
}

TEST_CASE("every format has a title, a source and a golden report") {
    check_names(formats());
    for (const auto& format : formats()) {
        INFO(format.name);
        const std::string name(format.name);
        CHECK(!format.title.empty());
        CHECK(fs::is_regular_file(kRoot / "src/report" / (name + ".cpp")));
        CHECK(fs::is_directory(kRoot / "fixtures/report" / name));
    }
}

TEST_CASE("every command has a source, a summary and help") {
    check_names(cli::commands());
    for (const auto& command : cli::commands()) {
        INFO(command.name);
        const std::string name(command.name);
        CHECK(!command.synopsis.empty());
        CHECK(!command.summary.empty());
        CHECK(command.summary.back() != '.');
        CHECK(fs::is_regular_file(kRoot / "src/cli" / (name + ".cpp")));
        const Ran help = run_fwproof({name, "--help"});
        CHECK(help.status == 0);
        CHECK(help.err.empty());
        CHECK(help.out.starts_with("usage: fwproof " + name));
        CHECK(run_fwproof({"--help"}).out.find("  " + name) != std::string::npos);
    }
}
