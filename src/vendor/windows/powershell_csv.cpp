// Tables with one rule a row and its filters joined as columns, as scripts export them with Export-Csv. Any order of
// columns, any of comma, semicolon and tab between them.
#include <fmt/format.h>

#include "vendor/windows/carrier.hpp"
#include "vendor/windows/powershell.hpp"
#include "vendor/windows/words.hpp"

namespace fwproof::windows {

namespace {

class Table {
public:
    explicit Table(std::string_view text) : text_(text) {
        if (text_.substr(0, 5) == "#TYPE") at_ = std::min(text_.find('\n'), text_.size() - 1) + 1;
        const std::string_view header = text_.substr(at_, std::min(text_.find('\n', at_), text_.size()) - at_);
        for (const char candidate : {';', '\t'}) {
            if (header.find(',') == std::string_view::npos && header.find(candidate) != std::string_view::npos)
                separator_ = candidate;
        }
    }

    // The next row; false at the end.
    bool next(std::vector<std::string>& cells) {
        cells.clear();
        while (at_ < text_.size() && (text_[at_] == '\r' || text_[at_] == '\n')) ++at_;
        if (at_ >= text_.size()) return false;
        start_ = at_;
        while (true) {
            cells.push_back(cell());
            if (at_ >= text_.size() || text_[at_] == '\r' || text_[at_] == '\n') return true;
            ++at_;  // the separator
        }
    }
    std::size_t row_start() const { return start_; }
    std::size_t row_end() const { return at_; }
    bool unclosed() const { return unclosed_; }  // a quote of the row is never closed: the text is cut

private:
    std::string cell() {
        std::string value;
        if (at_ < text_.size() && text_[at_] == '"') {
            unclosed_ = true;
            for (++at_; at_ < text_.size(); ++at_) {
                if (text_[at_] == '"') {
                    ++at_;
                    if (at_ >= text_.size() || text_[at_] != '"') {
                        unclosed_ = false;
                        break;
                    }
                }
                value += text_[at_];
            }
        }
        while (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\r' && text_[at_] != '\n')
            value += text_[at_++];
        return value;
    }

    std::string_view text_;
    std::size_t at_ = 0, start_ = 0;
    bool unclosed_ = false;
    char separator_ = ',';
};

std::vector<std::string> header_of(Table& table) {
    std::vector<std::string> names;
    table.next(names);
    for (auto& name : names) name = property_name(name);
    return names;
}

bool is_name(std::string_view property) {
    return property == "name" || property == "displayname" || property == "instanceid" ||
           property == "pscomputername" || property == "computername" || property == "systemname";
}

}  // namespace

bool is_powershell_csv(std::string_view text) {
    Table table(text.substr(0, 16384));
    return names_a_rule(header_of(table));
}

Result<std::vector<Export>> read_powershell_csv(const SourceRef& source) {
    Export made;
    Table table(source->text());
    const auto names = header_of(table);
    std::vector<Record> records;
    for (std::vector<std::string> cells; table.next(cells);) {
        Record record;
        record.span = {source.get(), static_cast<std::uint32_t>(table.row_start()),
                       static_cast<std::uint32_t>(table.row_end() - table.row_start())};
        const bool broken = table.unclosed() || cells.size() != names.size();
        if (broken) {
            made.notes.push_back({NoteKind::unparsed_line,
                                  table.unclosed()
                                      ? "a quote in this row is never closed: the file is cut"
                                      : fmt::format("row has {} cells, the header {}", cells.size(), names.size()),
                                  "export the table again; the rule may be any", record.span});
        }
        for (std::size_t i = 0; i < names.size() && i < cells.size(); ++i) {
            if (broken && !is_name(names[i])) continue;  // it may belong to another column, or be cut
            record.add(names[i], Property{{cells[i]}, cells[i].empty()});
        }
        // A broken row still is a rule, one of which nothing is known.
        for (const auto* needed : {"direction", "action", "enabled"}) record.properties.try_emplace(needed);
        records.push_back(std::move(record));
    }
    auto exports = read_records(std::move(records), *source, std::move(made));
    if (exports && exports->empty()) return fail(no_policy(*source, "table", "export the rules again"));
    return exports;
}

}  // namespace fwproof::windows
