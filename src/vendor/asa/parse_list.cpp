// access-list and access-group statements.
#include <fmt/format.h>

#include <algorithm>

#include "vendor/asa/literals.hpp"
#include "vendor/asa/operand.hpp"
#include "vendor/asa/parse_ace.hpp"
#include "vendor/asa/reader.hpp"

namespace fwproof::asa {

namespace {

AccessList& list_named(Config& config, std::string_view name, bool ipv6, Place place) {
    auto& index = ipv6 ? config.list6_index : config.list_index;
    const auto [found, made] = index.try_emplace(name, config.lists.size());
    if (made) {
        config.lists.emplace_back();
        config.lists.back().name = name;
        config.lists.back().ipv6 = ipv6;
        config.lists.back().place = place;
    }
    return config.lists[found->second];
}

ListKind kind_of(std::string_view word) {
    if (word == "standard") return ListKind::standard;
    if (word == "ethertype") return ListKind::ethertype;
    if (word == "webtype") return ListKind::webtype;
    return ListKind::extended;
}

// The words that make two entries the same: what follows the list's name, without position, log options and counters.
std::string entry_key(std::string_view text) {
    Statement words;
    words.assign(text, 0);
    std::string key;
    std::size_t i = 0;
    while (i < words.size() && words[i].text != "access-list") ++i;
    i += 2;
    if (i + 1 < words.size() && words[i].text == "line") i += 2;
    for (; i < words.size(); ++i) {
        const std::string_view word = words[i].text;
        if (word == "extended" || word.starts_with("(hitcnt=")) continue;
        if (word == "log" && !key.starts_with("remark")) break;
        key += word;
        key += ' ';
    }
    return key;
}

void remove_entry(Config& config, AccessList& list, std::string_view text, Place place) {
    for (; list.keyed < list.entries.size(); ++list.keyed) {
        const auto at = static_cast<std::uint32_t>(list.keyed);
        if (list.entries[at].removed) continue;
        list.by_words[entry_key(span_of(*config.source, list.entries[at].place).text())].push_back(at);
    }
    const auto found = list.by_words.find(entry_key(text));
    if (found == list.by_words.end() || found->second.empty()) {
        add_note(config, NoteKind::information,
                 fmt::format("'no access-list {}' removes a line that is not there", list.name), "", place);
        return;
    }
    // Of equal lines the first one goes.
    auto& equal = found->second;
    auto first = equal.begin();
    if (list.reordered && equal.size() > 1) {
        const auto is_equal = [&](std::uint32_t i) { return std::find(equal.begin(), equal.end(), i) != equal.end(); };
        first = std::find(equal.begin(), equal.end(), *std::find_if(list.order.begin(), list.order.end(), is_equal));
    }
    list.entries[*first].removed = true;
    equal.erase(first);
    ++list.removed;
}

void remove_list(Config& config, std::string_view name, bool ipv6) {
    auto& index = ipv6 ? config.list6_index : config.list_index;
    if (const auto found = index.find(name); found != index.end()) {
        auto& list = config.lists[found->second];
        list.entries.clear();
        list.order.clear();
        list.by_words.clear();
        list.keyed = list.removed = 0;
        list.reordered = false;
        list.kind = ListKind::unknown;
        list.name = {};  // a list that is gone has no name
        index.erase(found);
    }
}

bool is_list_setting(const Statement& statement) {
    const std::string_view word = statement.word();
    const std::string_view second = statement.word(1);
    return ((word == "alert-interval" || word == "deny-flow-max") && parse_decimal(second, 0xffffffff)) ||
           (word == "mode" && (second == "auto-commit" || second == "manual-commit")) ||
           (word == "cached" && second == "ACL") || (word == "forward-reference" && second == "enable");
}

}  // namespace

void parse_access_list(Config& config, Statement& statement, bool negated) {
    const bool ipv6 = statement.accept("ipv6");
    statement.take();  // access-list
    if (is_list_setting(statement)) return;
    if (statement.at_end()) {
        add_problem(config, {"the name of the access list is missing", "", statement.here().place()});
        return;
    }
    if (statement.word() == "cached") return;
    const Token name = statement.take();
    if (negated && (statement.at_end() || statement.word() == "extended" || statement.word() == "standard") &&
        statement.size() <= statement.position() + 1) {
        remove_list(config, name.text, ipv6);
        return;
    }
    std::optional<std::uint32_t> position;
    if (statement.word() == "line") {
        position = parse_decimal(statement.word(1), 10'000'000);
        if (position) {
            statement.take();
            statement.take();
        }
    }
    if (statement.word() == "rename" && !negated) {
        auto& index = ipv6 ? config.list6_index : config.list_index;
        if (const auto found = index.find(name.text); found != index.end() && !statement.word(1).empty()) {
            const std::size_t at = found->second;
            index.erase(found);
            config.lists[at].name = statement.word(1);
            index[statement.word(1)] = at;
        }
        return;
    }
    auto& list = list_named(config, name.text, ipv6, statement.place());
    if (negated) {
        remove_entry(config, list, statement.text(), statement.place());
        return;
    }

    Ace ace;
    ace.place = statement.place();
    const std::string_view form = statement.word();
    if (form == "remark") {
        statement.take();
        ace.kind = Ace::Kind::remark;
        ace.remark = statement.rest();
    } else {
        const ListKind kind = kind_of(form);
        if (list.kind == ListKind::unknown) list.kind = kind;
        if (kind != ListKind::extended && kind == list.kind) {
            return;  // not a list of IP packets, or (standard) none that filters: its lines are recorded by name alone
        }
        if (form == "extended" || form == "advanced" || kind != ListKind::extended) {
            ace.advanced = form == "advanced";
            statement.take();
        }
        if (list.kind != kind) {
            ace.kind = Ace::Kind::unreadable;
            ace.problem =
                std::make_unique<Problem>(Problem{fmt::format("the list '{}' holds rules of two kinds", list.name),
                                                  "one name, one kind of list", ace.place});
        } else {
            parse_ace(statement, ace);
        }
        if (ace.problem) add_problem(config, *ace.problem);
    }
    if (position) list.settle();
    list.reordered = list.reordered || position;
    const auto at = position && *position > 0 && *position <= list.order.size()
                        ? list.order.begin() + static_cast<std::ptrdiff_t>(*position - 1)
                        : list.order.end();
    list.order.insert(at, static_cast<std::uint32_t>(list.entries.size()));
    list.entries.push_back(std::move(ace));
}

void parse_access_group(Config& config, Statement& statement, bool negated) {
    statement.take();
    AccessGroup group;
    group.place = statement.place();
    if (statement.size() < statement.position() + 2) {
        add_problem(config, problem_here(statement, "'access-group' needs a list and where it applies"));
        return;
    }
    group.list = statement.take().text;
    const Token direction = statement.take();
    if (direction.text == "global") {
        group.direction = AccessGroup::Direction::global;
    } else if ((direction.text == "in" || direction.text == "out") && statement.accept("interface") &&
               !statement.at_end()) {
        group.direction = direction.text == "in" ? AccessGroup::Direction::in : AccessGroup::Direction::out;
        group.interface = statement.take().text;
        if (statement.accept("per-user-override")) group.per_user_override = true;
        if (statement.accept("control-plane")) group.direction = AccessGroup::Direction::control_plane;
    } else {
        group.direction = AccessGroup::Direction::unreadable;
    }
    if (group.direction == AccessGroup::Direction::unreadable || !statement.at_end()) {
        const Token at = group.direction == AccessGroup::Direction::unreadable ? direction : statement.here();
        add_problem(config, {fmt::format("'{}' is not understood in an access-group", at.text),
                             "access-group LIST in|out interface NAME, or access-group LIST global", at.place()});
        group.direction = AccessGroup::Direction::unreadable;
    }
    const auto same_slot = [&](const AccessGroup& other) {
        return other.direction == group.direction && other.interface == group.interface;
    };
    if (negated) {
        std::erase_if(config.access_groups,
                      [&](const AccessGroup& other) { return same_slot(other) && other.list == group.list; });
        return;
    }
    // A second list of the same family in one slot replaces the first.
    const auto family = [&](std::string_view list) {
        return config.list6_index.contains(list) && !config.list_index.contains(list);
    };
    std::erase_if(config.access_groups, [&](const AccessGroup& other) {
        return same_slot(other) && group.direction != AccessGroup::Direction::unreadable &&
               family(other.list) == family(group.list);
    });
    config.access_groups.push_back(group);
}

}  // namespace fwproof::asa
