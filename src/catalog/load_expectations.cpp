#include <fmt/format.h>

#include <algorithm>

#include "catalog/table_reader.hpp"
#include "fwproof/base/notation.hpp"
#include "fwproof/catalog/expectation.hpp"

namespace fwproof {

using toml_file::Problems;
using toml_file::TableReader;
using toml_file::Value;

namespace {

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// TOML starts with its format or with a table; a line of text starts with a verdict or an export.
bool is_toml(const Source& source) {
    for (std::uint32_t n = 1; n <= source.line_count(); ++n) {
        const std::string_view line = trimmed(source.line(n));
        if (line.empty() || line.starts_with("#")) continue;
        return line.starts_with("[") || line.starts_with("format");
    }
    return false;
}

std::optional<Verdict> verdict_of(std::string_view word) {
    for (const Verdict verdict : {Verdict::permit, Verdict::deny, Verdict::unknown}) {
        if (word == to_string(verdict)) return verdict;
    }
    return std::nullopt;
}

Loaded<ExpectationFile> load_lines(const SourceRef& source) {
    ExpectationFile file{source, {}};
    Problems problems(source);
    std::string export_path;
    for (std::uint32_t n = 1; n <= source->line_count(); ++n) {
        const std::string_view text = source->line(n);
        const SourceSpan line{source.get(), source->line_offset(n), static_cast<std::uint32_t>(text.size())};
        WordReader words(line);
        if (words.at_end()) continue;
        const SourceSpan first = words.span();
        const std::string word(words.next());
        if (word == "export") {
            auto path = words.take_name("the path of an export");
            if (!path) {
                problems.add(path.error().message, path.error().hint, path.error().span);
            } else if (!words.at_end()) {
                problems.add("one export is expected", "quote a path that has blanks: export \"my edge.cfg\"",
                             words.span());
            } else {
                export_path = *path;
            }
            continue;
        }
        const auto verdict = verdict_of(word);
        if (!verdict) {
            problems.unknown("word", word, {"permit", "deny", "unknown", "export"}, first);
            continue;
        }
        const SourceSpan rest = words.span();
        const SourceSpan flow{source.get(), rest.offset, line.offset + line.length - rest.offset};
        auto query = parse_flow(flow, source);
        if (!query) {
            problems.add(query.error().message, query.error().hint, query.error().span ? query.error().span : first);
            continue;
        }
        // A remark starts with a '#' that starts a word.
        std::string_view written = flow.text();
        std::string reason;
        for (std::size_t at = written.find('#'); at != std::string_view::npos; at = written.find('#', at + 1)) {
            if (at > 0 && written[at - 1] != ' ' && written[at - 1] != '\t') continue;
            reason = trimmed(written.substr(at + 1));
            written = written.substr(0, at);
            break;
        }
        file.expectations.push_back(
            {export_path, std::string(trimmed(written)), std::move(*query), *verdict, std::move(reason), line});
    }
    if (!problems.empty()) return tl::unexpected(problems.take());
    return file;
}

Loaded<ExpectationFile> load_toml(const SourceRef& source) {
    auto root = toml_file::parse(source);
    if (!root) return tl::unexpected(std::vector<Error>{root.error()});
    ExpectationFile file{source, {}};
    Problems problems(source);
    TableReader top(*root, "the test file", problems);
    if (const std::string format = top.required_string("format"); !format.empty() && format != "flow-test/1") {
        problems.add(fmt::format("this program cannot read the format \"{}\"", format),
                     "a test file has format = \"flow-test/1\"", top.span_of("format"));
    }
    const std::string export_path = top.string("export");
    for (const Verdict verdict : {Verdict::permit, Verdict::deny, Verdict::unknown}) {
        for (const Value* table : top.tables(to_string(verdict))) {
            TableReader reader(*table, fmt::format("[[{}]]", to_string(verdict)), problems);
            Expectation expectation;
            expectation.verdict = verdict;
            expectation.flow = reader.required_string("flow");
            expectation.span = reader.span_of("flow");
            expectation.reason = reader.string("reason");
            const std::string own = reader.string("export");
            expectation.export_path = own.empty() ? export_path : own;
            reader.finish();
            if (expectation.flow.empty()) continue;
            auto query = parse_flow(std::make_shared<const Source>("flow", expectation.flow));
            if (!query) {
                problems.add(query.error().message, query.error().hint, expectation.span);
                continue;
            }
            expectation.query = std::move(*query);
            file.expectations.push_back(std::move(expectation));
        }
    }
    top.finish();
    if (!problems.empty()) return tl::unexpected(problems.take());
    std::stable_sort(file.expectations.begin(), file.expectations.end(),
                     [](const Expectation& a, const Expectation& b) { return a.span.offset < b.span.offset; });
    return file;
}

}  // namespace

Loaded<ExpectationFile> load_expectations(const SourceRef& source) {
    return is_toml(*source) ? load_toml(source) : load_lines(source);
}

}  // namespace fwproof
