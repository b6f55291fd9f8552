#include "support/catch.hpp"
#include "support/program.hpp"

namespace {

struct Case {
    std::vector<std::string> arguments;
    std::string message;
};

std::string given_without_value(const std::string& option) {
    return "fwproof: error: --" + option +
           " is given without a value; leave it out, or say what is meant; is a variable not set?\n";
}

}  // namespace

TEST_CASE("an option that is given and says nothing is refused: a script's variable is not set") {
    for (const std::string command : {"lint", "check", "diff"}) {
        for (const std::string option : {"fail-on", "select", "ignore", "standard", "site", "baseline", "output"}) {
            for (const std::string value : {"", ",", ",,"}) {
                const Ran ran = run_fwproof({command, "--" + option, value, "no.cfg", "no.v4"});
                CHECK(ran.status == 2);
                CHECK(ran.err == given_without_value(option));
            }
        }
    }
}

TEST_CASE("an output that stands before its format is refused") {
    const std::string message =
        "fwproof: error: --output o.json stands before --format json; write the --output behind the --format that it "
        "is "
        "for\n";
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"--output", "o.json", "--format", "json"},
          {"--format", "text", "--output", "o.txt", "--output", "o.json", "--format", "json"}}) {
        std::vector<std::string> arguments{"lint", "edge.cfg"};
        arguments.insert(arguments.end(), words.begin(), words.end());
        const Ran ran = run_fwproof(arguments);
        CHECK(ran.status == 2);
        CHECK(ran.err == message);
    }
}

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
        {{"check", "--local-subnet", ","}, given_without_value("local-subnet")},
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
    const Ran unknown = run_fwproof({"help", "lnit"});
    CHECK(unknown.status == 2);
    CHECK(unknown.out.empty());
    CHECK(unknown.err == "fwproof: error: unknown command 'lnit'; did you mean 'lint'?\n");
}
