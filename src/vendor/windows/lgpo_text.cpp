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
            } else if (starts_block(line) && at + 3 <= count) {
                broken_key_.clear();
                const std::size_t held = values_.size();
                const std::string key = read_block(at);
                if (same_word(line, "User")) values_.resize(held);
                if (!key.empty()) broken_key_ = same_word(line, "User") ? "User\\" : key;
                at += 4;
            } else if (starts_block(line)) {
                if (same_word(line, "Computer")) read_cut_block(at, count);
                return std::move(values_);
            } else {
                at = read_stray_lines(at, count);
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

    static bool starts_block(std::string_view line) { return same_word(line, "Computer") || same_word(line, "User"); }

    // Lines up to the next block. They are part of one: of the key that one of them shows, or of the broken block
    // before them, or else they may be any rule.
    std::uint32_t read_stray_lines(std::uint32_t at, std::uint32_t count) {
        const std::uint32_t first = at;
        std::string key = broken_key_;
        for (; at <= count; ++at) {
            const std::string_view line = trimmed(source_.line(at));
            if (line.empty() || starts_block(line)) break;
            const bool shows_key =
                line.find('\\') != std::string_view::npos && line.find(':') == std::string_view::npos;
            if (shows_key && key.empty()) key = line;
            note("line is in no block of Computer, key, value and action", span(at, source_.line(at)));
        }
        broken_key_ = key;
        doubt(key, first, span(first, source_.line(first)));
        return at;
    }

    // What stands there could have written any value of the key; where no key is shown, any rule.
    void doubt(std::string_view key, std::uint32_t line, SourceSpan where) {
        RegistryValue value;
        value.key = key.find('\\') == std::string_view::npos ? kUnknownPlace : key;
        value.name = fmt::format("line {}", line);
        value.type = ValueType::other;
        value.reported = true;
        value.span = where;
        values_.push_back(std::move(value));
    }

    // The file ends inside a block: what it would have written is not known.
    void read_cut_block(std::uint32_t at, std::uint32_t count) {
        const SourceSpan where = span(at, source_.line(at));
        note("the file ends inside this block", where);
        doubt(at + 1 <= count ? trimmed(source_.line(at + 1)) : std::string_view(), at, where);
    }

    // The key, where the block is broken; empty where it is whole.
    std::string read_block(std::uint32_t at) {
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
            value.deletes_values = true;
            value.name.clear();
        } else if (same_word(trimmed(word), "CREATEKEY")) {
            return {};
        } else if (!same_word(word, "MULTISZ") && !same_word(word, "BINARY") && !same_word(word, "QWORD") &&
                   !same_word(word, "HEX")) {
            note(fmt::format("unknown action '{}'", word), value.span);
            doubt(value.key, at, value.span);
            return value.key.find('\\') == std::string::npos ? std::string(kUnknownPlace) : value.key;
        }
        values_.push_back(std::move(value));
        return {};
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
    std::string broken_key_;  // of the block just above, if that is broken: what follows may belong to it
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
