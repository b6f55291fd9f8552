#include "support/catch.hpp"
#include "support/program.hpp"

namespace {

struct Case {
    std::vector<std::string> arguments;
    std::string message;
};

}  // namespace

TEST_CASE("a usage error is one line that says what to do, and nothing is reported") {
    const std::vector<Case> cases = {
        {{}, "fwproof: error: no command given; 'fwproof --help' lists the commands\n"},
        {{"chekc"}, "fwproof: error: unknown command 'chekc'; did you mean 'check'?\n"},
        {{"--strict", "check"},
         "fwproof: error: '--strict' stands before the command; usage: fwproof COMMAND [OPTION...] [EXPORT...]\n"},
        {{"check", "--fromat", "json"}, "fwproof: error: unknown option '--fromat'; did you mean '--format'?\n"},
        {{"check", "--form", "json"},
         "fwproof: error: unknown option '--form'; 'fwproof check --help' lists the options\n"},
        {{"check", "--format"},
         "fwproof: error: option '--format' needs a value; 'fwproof check --help' lists the options\n"},
        {{"check", "--strict=yes"},
         "fwproof: error: option '--strict' takes no value; 'fwproof check --help' lists the options\n"},
        {{"check", "--as-of", "2026-01-01", "--as-of", "2026-01-02"},
         "fwproof: error: option '--as-of' is given more than once; 'fwproof check --help' lists the options\n"},
        {{"check", "--format", "jsom"}, "fwproof: error: unknown format 'jsom'; did you mean 'json'?\n"},
        {{"check", "--format", "json", "--format", "text"},
         "fwproof: error: two formats would be mixed on standard output; give all but one of them an --output FILE\n"},
        {{"check", "--input-format", "as"}, "fwproof: error: unknown input format 'as'; did you mean 'asa'?\n"},
        {{"check", "--network-profile", "home"},
         "fwproof: error: unknown network profile 'home'; write domain, private or public\n"},
        {{"check", "--local-subnet", "10.1.0.0/33"},
         "fwproof: error: --local-subnet '10.1.0.0/33' is not a prefix; write it as 10.1.0.0/24\n"},
        {{"check", "--local-subnet", ","}, "fwproof: error: --local-subnet names no prefix; write it as 10.1.0.0/24\n"},
        {{"check", "--as-of", "2026-02-30"},
         "fwproof: error: --as-of '2026-02-30' is not a date; write 2026-11-30 or 2026-11-30T08:00 (UTC)\n"},
        {{"query", "--budget", "1e6", "x"},
         "fwproof: error: --budget '1e6' is no number of thousands of nodes; write a number from 1 to 2000000\n"},
        {{"check", "--fail-on", "errors"},
         "fwproof: error: --fail-on 'errors' is not a severity; write error, warning, note or never\n"},
        {{"check", "--color", "sometimes"},
         "fwproof: error: --color 'sometimes' is not known; write auto, always or never\n"},
    };
    for (const auto& [arguments, message] : cases) {
        const Ran ran = run_fwproof(arguments);
        CHECK(ran.err == message);
        CHECK(ran.out.empty());
        CHECK(ran.status == 2);
    }
}

TEST_CASE("SOURCE_DATE_EPOCH that is no number stops the run") {
    const Ran ran = run_fwproof({"check"}, FWPROOF_ROOT, "", {"SOURCE_DATE_EPOCH=yesterday"});
    CHECK(ran.err ==
          "fwproof: error: SOURCE_DATE_EPOCH 'yesterday' is not a number of seconds; unset it or write whole seconds "
          "since 1970\n");
    CHECK(ran.status == 2);
}

TEST_CASE("help and version go to standard output") {
    CHECK(run_fwproof({"--version"}).out == "fwproof 0.1.0\n");
    for (const std::vector<std::string>& arguments : {std::vector<std::string>{"--help"}, {"help"}, {"-h"}}) {
        const Ran ran = run_fwproof(arguments);
        CHECK(ran.status == 0);
        CHECK(ran.err.empty());
        CHECK(ran.out.find("usage: fwproof COMMAND") != std::string::npos);
    }
    CHECK(run_fwproof({"help", "check"}).out == run_fwproof({"check", "--help"}).out);
}
