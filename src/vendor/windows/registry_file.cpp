// .reg files: "Windows Registry Editor Version 5.00" or "REGEDIT4", then keys in brackets and "name"=value lines.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "vendor/windows/carrier.hpp"
#include "vendor/windows/registry.hpp"
#include "vendor/windows/words.hpp"

namespace fwproof::windows {

namespace {

class RegistryFileReader {
public:
    RegistryFileReader(const SourceRef& source, Export& into) : source_(*source), text_(source->text()), into_(into) {}

    std::vector<RegistryValue> run() {
        while (at_ < text_.size()) read_line();
        tell_homeless();
        return std::move(values_);
    }

private:
    struct Quoted {
        LocatedText text;
        bool closed = false;
    };

    std::size_t line_end(std::size_t from) const { return std::min(text_.find_first_of("\r\n", from), text_.size()); }

    SourceSpan span(std::size_t first, std::size_t last) const {
        return {&source_, static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(last - first)};
    }

    // What stands under other keys is not the firewall's and not worth a word.
    void note(std::string message, std::string hint, SourceSpan where) {
        if (!key_.empty() && meaning_ == KeyMeaning::unrelated) return;
        into_.notes.push_back({NoteKind::unparsed_line, std::move(message), std::move(hint), where});
    }

    // What stands before any key: the head of the file is lost, and with it perhaps a key of the firewall.
    void tell_homeless() {
        if (!homeless_) return;
        const bool firewall = std::any_of(values_.begin(), values_.end(), [](const RegistryValue& value) {
            return classify_key(value.key).meaning != KeyMeaning::unrelated;
        });
        into_.notes.push_back({NoteKind::unparsed_line, "values stand before any key: whose they are is not known",
                               "export the key again", homeless_});
        if (!firewall) return;
        key_ = kUnknownPlace;
        meaning_ = KeyMeaning::rules;
        unreadable(homeless_.offset, homeless_.offset + homeless_.length);
    }

    void skip_blanks() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
    }

    void read_line() {
        skip_blanks();
        const std::size_t start = at_;
        if (start == text_.size()) return;
        const char c = text_[start];
        if (c == '[') {
            read_key(start);
        } else if (c == '"' || c == '@') {
            read_value(start);
        } else {
            const std::string_view line = trimmed(text_.substr(start, line_end(start) - start));
            const bool first =
                !seen_line_ && (same_word(line, "REGEDIT4") || starts_with_word(line, "Windows Registry Editor"));
            if (!line.empty() && c != ';' && !first) {
                note("line is neither a key nor a value", {}, span(start, start + line.size()));
                unreadable(start, start + line.size());
            }
            seen_line_ = seen_line_ || !line.empty();
            at_ = line_end(start);
        }
        while (at_ < text_.size() && (text_[at_] == '\r' || text_[at_] == '\n')) ++at_;
    }

    // A line that could have been a rule or a setting of a profile: it may change any verdict. `name`: what it writes,
    // where that is legible.
    void unreadable(std::size_t first, std::size_t last, std::string name = {}) {
        if (!decides(meaning_)) return;
        RegistryValue value;
        value.key = key_;
        value.name = std::move(name);
        if (value.name.empty())
            value.name = fmt::format("line {}", source_.position(static_cast<std::uint32_t>(first)).line);
        value.type = ValueType::other;
        value.reported = true;
        value.span = span(first, last);
        values_.push_back(std::move(value));
    }

    // What stands behind a key or a value: nothing, or a comment.
    static bool is_tail(std::string_view rest) {
        rest = trimmed(rest);
        return rest.empty() || rest.starts_with(';');
    }

    // Where the bracket is that closes a key; names of keys may hold brackets, too. npos: there is none.
    static std::size_t closing_bracket(std::string_view line) {
        for (auto close = line.find(']'); close != std::string_view::npos; close = line.find(']', close + 1)) {
            const std::string_view rest = trimmed(line.substr(close + 1));
            if (is_tail(rest) || rest.starts_with('"') || rest.starts_with('@') || rest.starts_with('[')) return close;
        }
        return line.rfind(']');
    }

    // Two statements in one line: what the second one does is not known.
    void read_tail(std::size_t first, std::size_t last) {
        if (is_tail(text_.substr(first, last - first))) return;
        while (text_[first] == ' ' || text_[first] == '\t') ++first;
        note("text behind the end of a statement: whether it counts is not known", "write it in a line of its own",
             span(first, last));
        unreadable(first, last);
    }

    void read_key(std::size_t start) {
        const std::size_t end = line_end(start);
        at_ = end;
        auto close = closing_bracket(text_.substr(start, end - start));
        const bool closed = close != std::string_view::npos;
        if (!closed) close = end - start;
        std::string_view path = text_.substr(start + 1, close - 1);
        const bool deleted = path.starts_with('-');
        if (deleted) path.remove_prefix(1);
        key_ = path;
        meaning_ = classify_key(key_).meaning;
        doubts_.clear();
        if (!closed) {
            note("this key has no closing bracket; whether what stands below it counts is not known", {},
                 span(start, end));
            doubts_.push_back({ConditionKind::syntax, "a key without its closing bracket", span(start, end)});
        }
        if (deleted && closed) {
            RegistryValue value;
            value.key = key_;
            value.deletes_key = true;
            value.span = span(start, start + close + 1);
            values_.push_back(std::move(value));
        }
        if (closed) read_tail(start + close + 1, end);
    }

    // From the quote at `at_` to the one that closes it; escapes are \\ and \". A value can run over lines, but those
    // of the firewall do not: there a missing quote must not swallow what stands behind it, nor anywhere the next key.
    Quoted read_quoted() {
        Quoted quoted;
        const std::size_t start = ++at_;
        const bool one_line = meaning_ != KeyMeaning::unrelated;
        while (at_ < text_.size() && text_[at_] != '"') {
            const bool line_ends = text_[at_] == '\r' || text_[at_] == '\n';
            if (line_ends && (one_line || starts_key(at_ + 1))) break;
            if (text_[at_] == '\\' && at_ + 1 < text_.size() && (text_[at_ + 1] == '\\' || text_[at_ + 1] == '"')) {
                quoted.text.skipped.push_back(static_cast<std::uint32_t>(quoted.text.text.size()));
                quoted.text.text += text_[++at_];
                ++at_;
                continue;
            }
            const std::size_t plain = at_++;
            while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' && text_[at_] != '\r' &&
                   text_[at_] != '\n')
                ++at_;
            quoted.text.text += text_.substr(plain, at_ - plain);
        }
        quoted.text.span = span(start, at_);
        quoted.closed = at_ < text_.size() && text_[at_] == '"';
        if (quoted.closed) ++at_;
        return quoted;
    }

    bool starts_key(std::size_t at) const {
        const std::string_view rest = text_.substr(std::min(at, text_.size()), 8);
        return starts_with_word(rest, "[HKEY_") || starts_with_word(rest, "[-HKEY_");
    }

    void read_value(std::size_t start) {
        if (key_.empty() && !homeless_) homeless_ = span(start, line_end(start));
        RegistryValue value;
        value.key = key_;
        value.doubts = doubts_;
        if (text_[at_] == '@') {
            ++at_;
        } else {
            value.name = read_quoted().text.text;
        }
        skip_blanks();
        if (at_ >= text_.size() || text_[at_] != '=')
            return broken(start, "value has no equals sign behind its name", value.name);
        ++at_;
        skip_blanks();
        if (at_ < text_.size() && text_[at_] == '"') {
            Quoted data = read_quoted();
            if (!data.closed) return broken(start, "text value is not closed: the file is cut", value.name);
            value.type = ValueType::text;
            value.text = std::move(data.text);
            value.span = span(start, at_);
            const std::size_t end = line_end(at_);
            read_tail(std::exchange(at_, end), end);
        } else if (!read_plain(value, start)) {
            return;
        }
        values_.push_back(std::move(value));
    }

    void broken(std::size_t start, std::string_view what, const std::string& name) {
        const std::size_t end = line_end(start);
        note(std::string(what), "export the key again", span(start, end));
        unreadable(start, end, name);
        at_ = end;
    }

    // dword:, hex(n): with continuation lines, and the minus that deletes.
    bool read_plain(RegistryValue& value, std::size_t start) {
        std::string data;
        while (true) {
            const std::size_t end = line_end(at_);
            std::string_view part = text_.substr(at_, end - at_);
            part = trimmed(part.substr(0, part.find(';')));
            at_ = end;
            const bool more = part.ends_with('\\');
            if (more) part.remove_suffix(1);
            data += part;
            value.span = span(start, end);
            if (!more || at_ >= text_.size()) break;
            while (at_ < text_.size() && (text_[at_] == '\r' || text_[at_] == '\n')) ++at_;
        }
        if (data == "-") {
            value.deletes_value = true;
            return true;
        }
        if (starts_with_word(data, "dword:")) {
            const std::string_view digits = std::string_view(data).substr(6);
            const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value.number, 16);
            // Fewer than eight digits in the last line may be the first ones of another number.
            constexpr std::size_t kDigits = 8;
            const bool cut = digits.size() < kDigits && at_ >= text_.size();
            if (cut) {
                at_ = start;
                broken(start, "number is cut: the file ends in it", value.name);
                return false;
            }
            if (error == std::errc() && end == digits.data() + digits.size()) {
                value.type = ValueType::number;
                return true;
            }
        } else if (starts_with_word(data, "hex")) {
            return read_hex(value, data);
        }
        at_ = start;
        broken(start, "value is neither text, dword nor hex", value.name);
        return false;
    }

    // hex(1) and hex(2) are UTF-16 text, hex(4) is a number; other kinds hold nothing that a firewall key uses.
    bool read_hex(RegistryValue& value, std::string_view data) {
        const auto colon = data.find(':');
        const std::string_view kind = data.substr(0, colon);
        value.type = ValueType::other;
        const bool number = same_word(kind, "hex(4)");
        if (colon == std::string_view::npos || (!number && !same_word(kind, "hex(1)") && !same_word(kind, "hex(2)")))
            return true;
        std::string bytes = number ? "" : "\xff\xfe";
        for (std::string_view rest = data.substr(colon + 1); !rest.empty();) {
            const auto comma = std::min(rest.find(','), rest.size());
            const std::string_view digits = trimmed(rest.substr(0, comma));
            unsigned byte = 0;
            const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
            if (digits.empty() || error != std::errc() || end != digits.data() + digits.size() || byte > 255)
                return true;
            bytes += static_cast<char>(byte);
            rest.remove_prefix(std::min(comma + 1, rest.size()));
        }
        if (number) {
            if (bytes.size() != 4) return true;
            value.type = ValueType::number;
            for (std::size_t i = 0; i < 4; ++i)
                value.number |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
            return true;
        }
        const Source decoded("", std::move(bytes));
        if (decoded.encoding_error()) return true;
        if (at_ >= text_.size() && decoded.text().find('\0') == std::string_view::npos) return true;  // cut
        value.type = ValueType::text;
        value.text.text = decoded.text().substr(0, decoded.text().find('\0'));
        value.text.span = value.span;
        value.text.aligned = false;
        return true;
    }

    const Source& source_;
    std::string_view text_;
    Export& into_;
    std::size_t at_ = 0;
    std::string key_;
    KeyMeaning meaning_ = KeyMeaning::unrelated;
    std::vector<Condition> doubts_;  // of all values below the key
    bool seen_line_ = false;
    SourceSpan homeless_;  // the first value before any key
    std::vector<RegistryValue> values_;
};

}  // namespace

Result<std::vector<Export>> read_registry_file(const SourceRef& source) {
    std::vector<Export> exports(1);
    Export& made = exports[0];
    read_values(RegistryFileReader(source, made).run(), std::nullopt, made);
    if (made.stores.empty()) {
        return fail(no_policy(*source, "registry export",
                              "export HKLM\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall and "
                              "HKLM\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy"));
    }
    return exports;
}

}  // namespace fwproof::windows
