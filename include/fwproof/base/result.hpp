// Failure as a value.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

#include "fwproof/base/source.hpp"

namespace fwproof {

// Why something could not be read, and what would fix it. One sentence each, no full stop.
struct Error {
    std::string message;
    std::string hint;  // may be empty
    SourceSpan span;   // may be empty; then `file` names the input, if any
    std::string file = {};
    SourceRef keep = {};  // keeps the span's source alive
};

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }
inline tl::unexpected<Error> fail(std::string message, std::string hint = {}, SourceSpan span = {}) {
    return tl::unexpected<Error>(Error{std::move(message), std::move(hint), span});
}

// "file:line:col: error: message", the line, a caret, "hint: ..."; without a span "fwproof: error: message". Control
// bytes of the quoted line are shown as "?". Ends with a newline.
std::string render(const Error& error);

// The quoted line and a caret under `span`, two lines, each ended by a newline and started with `indent`. Long lines
// are cut to a window around the span.
std::string render_excerpt(const SourceSpan& span, std::string_view indent);

// The candidate nearest to `word` when it is near enough to suggest (edit distance at most a third of its length).
std::optional<std::string> did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace fwproof
