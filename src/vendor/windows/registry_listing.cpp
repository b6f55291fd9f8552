// What "reg query KEY /s" prints: a key in a line of its own, and below it "    name    TYPE    data", in Windows XP
// with tabs between them. Nothing is escaped; data of several lines cannot be told from what follows, so that its value
// is not believed.
#include <fmt/format.h>

#include "vendor/windows/carrier.hpp"
#include "vendor/windows/registry.hpp"
#include "vendor/windows/words.hpp"

namespace fwproof::windows {

namespace {

constexpr std::string_view kGap = "    ";

// Where a type stands behind a gap, from `from` on; npos: nowhere.
std::size_t find_type(std::string_view line, std::size_t from) {
    return std::min(line.find("    REG_", from), line.find("\tREG_", from));
}

// The first gap of `text`: where it begins, and its length; where there is none, its end.
std::pair<std::size_t, std::size_t> first_gap(std::string_view text) {
    const auto blanks = text.find(kGap), tab = text.find('\t');
    if (blanks < tab) return {blanks, kGap.size()};
    return tab == std::string_view::npos ? std::pair(text.size(), std::size_t{0}) : std::pair(tab, std::size_t{1});
}

// How far a line of a value is indented; 0: it is none.
std::size_t indent(std::string_view line) {
    return line.starts_with(kGap) ? kGap.size() : line.starts_with('\t') ? 1 : 0;
}

bool is_key(std::string_view line) { return starts_with_word(line, "HKEY_"); }

class ListingReader {
public:
    ListingReader(const Source& source, Export& into) : source_(source), into_(into) {}

    std::vector<RegistryValue> run() {
        for (std::uint32_t at = 1; at <= source_.line_count(); ++at) read_line(at);
        return std::move(values_);
    }

private:
    void read_line(std::uint32_t at) {
        const std::string_view line = source_.line(at);
        if (trimmed(line).empty() || starts_with_word(line, "End of search:")) return;
        if (is_key(line)) {
            key_ = trimmed(line);
            below_key_ = false;
            return;
        }
        if (key_.empty() || indent(line) == 0 || !read_value(at, line)) return broken(at, line);
        below_key_ = true;
    }

    // Where a type stands twice, nobody can say where the name ends and the data begins.
    bool read_value(std::uint32_t at, std::string_view line) {
        const auto mark = find_type(line, indent(line));
        if (mark == std::string_view::npos || find_type(line, mark + 1) != std::string_view::npos) return false;
        RegistryValue value;
        value.key = key_;
        value.name = line.substr(indent(line), mark - indent(line));
        value.span = span(at, line);
        const std::string_view rest = line.substr(mark + (line[mark] == '\t' ? 1 : kGap.size()));
        const auto [gap, width] = first_gap(rest);
        const std::string_view type = trimmed(rest.substr(0, gap));
        const std::string_view data = rest.substr(gap + width);
        value.type = ValueType::other;
        if (same_word(type, "REG_SZ") || same_word(type, "REG_EXPAND_SZ")) {
            value.type = ValueType::text;
            value.text.text = data;
            value.text.span = span(at, data);
        } else if (same_word(type, "REG_DWORD") && starts_with_word(data, "0x")) {
            const std::string_view digits = trimmed(data.substr(2));
            const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value.number, 16);
            if (error == std::errc() && !digits.empty() && end == digits.data() + digits.size())
                value.type = ValueType::number;
        }
        values_.push_back(std::move(value));
        return true;
    }

    // It may belong to the value above, or be one of its own.
    void broken(std::uint32_t at, std::string_view line) {
        into_.notes.push_back({NoteKind::unparsed_line, "line is neither a key nor a value",
                               "use reg export, which keeps every value", span(at, line)});
        if (below_key_) values_.back().type = ValueType::other;
        if (key_.empty()) return;
        RegistryValue value;
        value.key = key_;
        value.name = fmt::format("line {}", at);
        value.type = ValueType::other;
        value.reported = true;
        value.span = span(at, line);
        values_.push_back(std::move(value));
    }

    SourceSpan span(std::uint32_t line, std::string_view part) const {
        const auto inside = part.data() - source_.line(line).data();
        return {&source_, source_.line_offset(line) + static_cast<std::uint32_t>(inside),
                static_cast<std::uint32_t>(part.size())};
    }

    const Source& source_;
    Export& into_;
    std::string key_;
    bool below_key_ = false;  // a value of the key stands above
    std::vector<RegistryValue> values_;
};

}  // namespace

bool is_registry_listing(std::string_view text) {
    const std::string_view head = text.substr(0, 4096);
    const bool indented = head.find("\n    ") != std::string_view::npos || head.find("\n\t") != std::string_view::npos;
    return is_key(head) && indented && find_type(head, 0) != std::string_view::npos;
}

Result<std::vector<Export>> read_registry_listing(const SourceRef& source) {
    std::vector<Export> exports(1);
    Export& made = exports[0];
    read_values(ListingReader(*source, made).run(), std::nullopt, made);
    if (made.stores.empty()) {
        return fail(
            no_policy(*source, "listing of reg query",
                      "query HKLM\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall /s or "
                      "HKLM\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy /s"));
    }
    return exports;
}

}  // namespace fwproof::windows
