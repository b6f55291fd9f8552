// JUnit XML in the subset that Jenkins, GitLab and GitHub's actions all read. One suite per file, one test case per
// check that ran: failed where a finding makes the run fail, skipped where all that was found is waived or known or
// where the file was not wholly understood or judged, so that silence would prove nothing.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "report/markup.hpp"
#include "report/words.hpp"

namespace fwproof::report {

namespace {

enum class Outcome { passed, failed, skipped };

struct TestCase {
    Outcome outcome = Outcome::passed;
    std::string text;  // XML inside the element
};

std::string headline(const Finding& finding) {
    const std::string where = place(finding.file, finding.span);
    return fmt::format("{}{}: {}", where.empty() ? "" : where + ": ", to_string(finding.severity), finding.message);
}

// A block of lines; printable() would join them.
std::string block(const std::string& lines) {
    std::string out;
    for (const auto& line : lines_of(lines)) out += in_markup(line) + "\n";
    return out;
}

using Place = std::pair<std::string, std::string>;  // file, check

// Why silence of a check about a file proves nothing; empty: it does prove something.
std::string why_unassessed(const Report& report, std::size_t not_understood, const std::string& file,
                           const std::string& check) {
    if (not_understood > 0) {
        return fmt::format("{} of this file {} not understood", counted(not_understood, "statement"),
                           not_understood == 1 ? "is" : "are");
    }
    const bool doubtful = std::any_of(report.unassessed.begin(), report.unassessed.end(), [&](const Unassessed& one) {
        return one.check == check && (one.file == file || one.file == "./" + file);
    });
    return doubtful ? "nothing says which interface leads to the Internet" : "";
}

TestCase test_case(const Report& report, const std::vector<const Finding*>& findings, std::size_t known,
                   const std::string& unassessed) {
    std::vector<const Finding*> failing, waived, others;
    for (const Finding* finding : findings)
        (report.fails(*finding) ? failing : finding->waived_by.empty() ? others : waived).push_back(finding);
    const auto told = [](const std::vector<const Finding*>& some) {
        std::string lines;
        for (const Finding* finding : some) {
            lines += headline(*finding) + "\n" + evidence_text(*finding);
            if (!finding->waived_by.empty()) lines += fmt::format("  waived      {}\n", finding->waived_by);
        }
        return block(lines);
    };
    TestCase test;
    if (!failing.empty()) {
        test.outcome = Outcome::failed;
        test.text =
            fmt::format("<failure message=\"{}{}\" type=\"{}\">\n{}</failure>", in_markup(failing.front()->message),
                        in_markup(failing.size() > 1 ? fmt::format(" (and {} more)", failing.size() - 1) : ""),
                        to_string(failing.front()->severity), told(failing));
    } else if (!waived.empty() && others.empty()) {
        test.outcome = Outcome::skipped;
        test.text = fmt::format("<skipped message=\"waived: {}\"/>", in_markup(waived.front()->waived_by));
    } else if (others.empty() && known > 0) {
        test.outcome = Outcome::skipped;
        test.text = fmt::format("<skipped message=\"{} in the baseline\"/>", counted(known, "finding"));
    } else if (others.empty() && !unassessed.empty()) {
        test.outcome = Outcome::skipped;
        test.text = fmt::format("<skipped message=\"nothing was found, but {}\"/>", in_markup(unassessed));
    }
    std::vector<const Finding*> rest = others;
    rest.insert(rest.end(), waived.begin(), waived.end());
    if (!rest.empty()) test.text += fmt::format("<system-out>\n{}</system-out>", told(rest));
    return test;
}

}  // namespace

std::string render_junit(const Report& report, const RenderOptions&) {
    std::vector<std::string> files, checks = report.checks;
    const auto once = [](std::vector<std::string>& list, std::string text) {
        if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(std::move(text));
    };
    for (const auto& input : report.inputs) {
        Finding here;
        here.file = input.name;
        once(files, file_of(here, report));
    }
    std::map<Place, std::vector<const Finding*>> found;
    for (const auto& finding : report.findings) {
        const std::string file = file_of(finding, report);
        once(files, file);
        once(checks, finding.check);
        found[{file, finding.check}].push_back(&finding);
    }
    std::map<Place, std::size_t> known;
    for (const auto& finding : report.known.value_or(std::vector<Finding>())) {
        const std::string file = file_of(finding, report);
        once(files, file);
        once(checks, finding.check);
        ++known[{file, finding.check}];
    }
    std::string suites;
    std::size_t tests = 0, failures = 0;
    for (const auto& file : files) {
        std::size_t not_understood = 0;
        for (const auto& input : report.inputs) {
            if (input.name == file || input.name == "./" + file) not_understood += input.not_understood;
        }
        std::string cases;
        std::size_t failed = 0, skipped = 0;
        for (const auto& check : checks) {
            const TestCase test = test_case(report, found[{file, check}], known[{file, check}],
                                            why_unassessed(report, not_understood, file, check));
            failed += test.outcome == Outcome::failed;
            skipped += test.outcome == Outcome::skipped;
            cases += fmt::format("    <testcase classname=\"{}\" name=\"{}\"{}\n", in_markup(file), in_markup(check),
                                 test.text.empty() ? "/>" : ">" + test.text + "</testcase>");
        }
        suites +=
            fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\"{}>\n{}",
                        in_markup(file), checks.size(), failed, skipped,
                        report.timestamp.empty()
                            ? ""
                            : fmt::format(" timestamp=\"{}\"", report.timestamp.substr(0, report.timestamp.find('Z'))),
                        cases);
        suites += "  </testsuite>\n";
        tests += checks.size();
        failures += failed;
    }
    return fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"fwproof {}\" tests=\"{}\" failures=\"{}\" "
        "errors=\"0\">\n{}</testsuites>\n",
        in_markup(report.command), tests, failures, suites);
}

}  // namespace fwproof::report
