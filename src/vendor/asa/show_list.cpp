// The output of `show access-list`: every rule is followed by what it expands to, with the same line number.
#include "vendor/asa/literals.hpp"
#include "vendor/asa/parse_ace.hpp"
#include "vendor/asa/reader.hpp"

namespace fwproof::asa {

// "access-list OUT; 51 elements; name hash: 0xcb4257a3"
bool parse_list_header(Config& config, Statement& statement, std::string_view& list) {
    std::string_view name = statement.word(1);
    if (!name.ends_with(';') || (statement.word(3) != "elements;" && statement.word(3) != "elements")) return false;
    name.remove_suffix(1);
    const auto count = parse_decimal(statement.word(2), 0xffffffff);
    if (!count) return false;
    list = name;
    open_shown_list(config, name, statement.place()).element_count = count;
    return true;
}

AccessList& open_shown_list(Config& config, std::string_view name, Place place) {
    const auto [found, made] = config.shown_index.try_emplace(name, config.shown_lists.size());
    if (made) config.shown_lists.emplace_back();
    auto& shown = config.shown_lists[found->second];
    if (!made) shown = AccessList{};  // printed again: the later output counts
    shown.name = name;
    shown.place = place;
    return shown;
}

void parse_shown_line(Config& config, Statement& statement, std::string_view list, std::uint16_t indent) {
    auto& shown = config.shown_lists[config.shown_index.at(list)];
    Ace ace;
    ace.place = statement.place();
    statement.rewind(3);
    ace.number = parse_decimal(statement.take().text, 0xffffffff);
    const std::string_view form = statement.word();
    if (form == "standard" || form == "webtype" || form == "ethertype") {
        shown.kind = form == "standard"  ? ListKind::standard
                     : form == "webtype" ? ListKind::webtype
                                         : ListKind::ethertype;
        ++shown.elements_seen;
        return;
    }
    shown.kind = ListKind::extended;
    if (form == "remark") {
        statement.take();
        ace.kind = Ace::Kind::remark;
        ace.remark = statement.rest();
    } else {
        ace.advanced = form == "advanced";
        if (form == "extended" || form == "advanced") statement.take();
        ace.shown = true;
        parse_ace(statement, ace);
        if (ace.problem) add_problem(config, *ace.problem);
    }
    const bool same_number = !shown.entries.empty() && ace.number && shown.entries.back().number == ace.number &&
                             shown.entries.back().kind != Ace::Kind::remark && ace.kind != Ace::Kind::remark;
    (void)indent;  // captures lose it; the number tells
    if (same_number) {
        ++shown.elements_seen;
        if (shown.entries.back().expansions.empty()) --shown.elements_seen;  // the rule itself is no element then
        shown.entries.back().expansions.push_back(std::move(ace));
        return;
    }
    if (ace.kind != Ace::Kind::remark) ++shown.elements_seen;
    shown.order.push_back(static_cast<std::uint32_t>(shown.entries.size()));
    shown.entries.push_back(std::move(ace));
}

}  // namespace fwproof::asa
