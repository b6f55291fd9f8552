// The text that LGPO.exe /parse writes: blocks of four lines, Computer or User, key, value, and what to do. Backslashes
// in text data are doubled.
#include <fmt/format.h>

#include "vendor/windows/carrier.hpp"
#include "vendor/windows/registry.hpp"
#include "vendor/windows/words.hpp"

namespace fwproof::windows {

namespace {

class LgpoReader {
public:
    LgpoReader(const Source& source, Export& into) : source_(source), into_(into) {}

    std::vector<RegistryValue> run() {
        const std::uint32_t count = source_.line_count();
        for (std::uint32_t at = 1; at <= count;) {
            const std::string_view line = trimmed(source_.line(at));
            if (line.empty() || line.starts_with(';')) {
                ++at;
            } else if ((same_word(line, "Computer") || same_word(line, "User")) && at + 3 <= count) {
                if (same_word(line, "Computer")) read_block(at);
                at += 4;
            } else if (same_word(line, "Computer")) {
                read_cut_block(at, count);
                return std::move(values_);
            } else {
                note("line is in no block of Computer, key, value and action", span(at, source_.line(at)));
                ++at;
            }
        }
        return std::move(values_);
    }

private:
    SourceSpan span(std::uint32_t line, std::string_view part) const {
        const auto inside = part.data() - source_.line(line).data();
        return {&source_, source_.line_offset(line) + static_cast<std::uint32_t>(inside),
                static_cast<std::uint32_t>(part.size())};
    }

    void note(std::string message, SourceSpan where) {
        into_.notes.push_back(
            {NoteKind::unparsed_line, std::move(message), "parse registry.pol again with LGPO.exe /parse /m", where});
    }

    // The file ends inside a block: what it would have written is not known.
    void read_cut_block(std::uint32_t at, std::uint32_t count) {
        const SourceSpan where = span(at, source_.line(at));
        note("the file ends inside this block", where);
        RegistryValue value;
        if (at + 1 <= count) value.key = trimmed(source_.line(at + 1));
        value.name = fmt::format("line {}", at);
        value.type = ValueType::other;
        value.reported = true;
        value.span = where;
        values_.push_back(std::move(value));
    }

    void read_block(std::uint32_t at) {
        RegistryValue value;
        value.key = trimmed(source_.line(at + 1));
        value.name = trimmed(source_.line(at + 2));
        const std::string_view action = source_.line(at + 3);
        value.span = span(at + 3, action);
        value.type = ValueType::other;
        const auto colon = action.find(':');
        const std::string_view word = action.substr(0, colon);
        const std::string_view data = colon == std::string_view::npos ? std::string_view() : action.substr(colon + 1);
        if (same_word(word, "SZ") || same_word(word, "EXSZ")) {
            value.type = ValueType::text;
            value.text = unescaped(at + 3, data);
        } else if (same_word(word, "DWORD")) {
            if (const auto read = number<std::uint32_t>(trimmed(data))) {
                value.type = ValueType::number;
                value.number = *read;
            }
        } else if (same_word(trimmed(word), "DELETE")) {
            value.deletes_value = true;
        } else if (same_word(trimmed(word), "DELETEALLVALUES")) {
            value.deletes_value = true;
            value.name.clear();
        } else if (same_word(trimmed(word), "CREATEKEY")) {
            return;
        } else if (!same_word(word, "MULTISZ") && !same_word(word, "BINARY") && !same_word(word, "QWORD") &&
                   !same_word(word, "HEX")) {
            note(fmt::format("unknown action '{}'", word), value.span);
        }
        values_.push_back(std::move(value));
    }

    LocatedText unescaped(std::uint32_t line, std::string_view data) const {
        LocatedText text;
        text.span = span(line, data);
        for (std::size_t i = 0; i < data.size(); ++i) {
            if (data[i] == '\\' && i + 1 < data.size() && data[i + 1] == '\\') {
                text.skipped.push_back(static_cast<std::uint32_t>(text.text.size()));
                ++i;
            }
            text.text += data[i];
        }
        return text;
    }

    const Source& source_;
    Export& into_;
    std::vector<RegistryValue> values_;
};

}  // namespace

bool is_lgpo_text(std::string_view text) {
    std::array<std::string_view, 4> block;
    std::size_t held = 0;
    while (!text.empty() && held < block.size()) {
        const auto end = std::min(text.find_first_of("\r\n"), text.size());
        const std::string_view line = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!line.empty() && !line.starts_with(';')) block[held++] = line;
    }
    if (held < block.size() || !(same_word(block[0], "Computer") || same_word(block[0], "User"))) return false;
    if (block[1].find('\\') == std::string_view::npos) return false;
    for (const auto* action :
         {"SZ:", "EXSZ:", "DWORD:", "MULTISZ:", "DELETE", "CREATEKEY", "BINARY:", "QWORD:", "HEX:"}) {
        if (starts_with_word(block[3], action)) return true;
    }
    return false;
}

Result<std::vector<Export>> read_lgpo_text(const SourceRef& source) {
    std::vector<Export> exports(1);
    Export& made = exports[0];
    read_values(LgpoReader(*source, made).run(), std::nullopt, made);
    if (made.stores.empty())
        return fail(
            no_policy(*source, "LGPO text", "parse the registry.pol of a policy object with firewall settings"));
    return exports;
}

}  // namespace fwproof::windows
