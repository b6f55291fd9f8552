// access-list and access-group statements.
#include <fmt/format.h>

#include <algorithm>

#include "fwproof/base/address.hpp"
#include "fwproof/base/service.hpp"
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

// One word of an entry in one spelling: numbers for ports, protocols and ICMP types, addresses as they print.
std::string spelt(std::string_view word, std::string_view before, bool first_of_rule, std::uint8_t protocol) {
    if (first_of_rule) {
        if (const auto number = protocol_of(word)) return std::to_string(*number);
    } else if (before == "eq" || before == "neq" || before == "lt" || before == "gt" || before == "range") {
        if (const auto port = port_of(word, protocol)) return std::to_string(*port);
    } else if (protocol == kIcmp || protocol == kIcmp6) {
        if (const auto type = icmp_type_of(word, protocol)) return std::to_string(*type);
    }
    if (word.find(':') == std::string_view::npos) return std::string(word);
    if (const auto prefix = parse_prefix(word)) return to_string(*prefix);
    return std::string(word);
}

// What makes two entries the same: what follows the list's name, however it is spelt, without position, log options,
// counters and whether it is active.
std::string entry_key(std::string_view text) {
    Statement words;
    words.assign(text, 0);
    std::string key;
    std::size_t i = 0;
    while (i < words.size() && words[i].text != "access-list") ++i;
    i += 2;
    const auto word_at = [&](std::size_t at) { return at < words.size() ? words[at].text : std::string_view(); };
    if (i + 1 < words.size() && word_at(i) == "line") i += 2;
    if (word_at(i) == "extended") ++i;
    const bool remark = word_at(i) == "remark";
    const std::size_t first = i + 1;  // the protocol of a rule
    std::uint8_t protocol = 0;
    for (; i < words.size(); ++i) {
        const std::string_view word = words[i].text;
        if (remark) {
            key += word;
            key += ' ';
            continue;
        }
        if (word == "log") break;
        if (word == "inactive" || word.starts_with("(hitcnt=")) continue;
        if (i == first) protocol = protocol_of(word).value_or(0);
        // "range" takes two.
        const std::string_view operation = i >= 2 && word_at(i - 2) == "range" ? "range" : word_at(i - 1);
        if (word == "host" && i + 1 < words.size()) {
            const std::string_view address = word_at(++i);
            key += spelt(address, {}, false, 0);
            if (address.find(':') == std::string_view::npos) key += " 255.255.255.255";
        } else if (word == "0.0.0.0" && word_at(i + 1) == "0.0.0.0") {
            key += "any4";
            ++i;
        } else {
            key += spelt(word, operation, i == first, protocol);
        }
        key += ' ';
    }
    return key;
}

// The entries with these words that are still there.
std::vector<std::uint32_t>* equal_entries(Config& config, AccessList& list, std::string_view text) {
    for (; list.keyed < list.entries.size(); ++list.keyed) {
        const auto at = static_cast<std::uint32_t>(list.keyed);
        if (list.entries[at].removed) continue;
        list.by_words[entry_key(span_of(*config.source, list.entries[at].place).text())].push_back(at);
    }
    const auto found = list.by_words.find(entry_key(text));
    return found == list.by_words.end() || found->second.empty() ? nullptr : &found->second;
}

void remove_entry(Config& config, AccessList& list, std::string_view text, Place place) {
    auto* const equal = equal_entries(config, list, text);
    if (!equal) {
        add_note(config, NoteKind::information,
                 fmt::format("'no access-list {}' removes a line that is not there", list.name), "", place);
        return;
    }
    // A device keeps no duplicates, so the line is gone, however often the script gave it.
    for (const std::uint32_t i : *equal) list.entries[i].removed = true;
    list.removed += equal->size();
    equal->clear();
}

// A line that is given again with or without `inactive` only changes that.
bool replaces(Config& config, AccessList& list, const Ace& ace, std::string_view text) {
    if (!ace.inactive && !list.has_inactive) return false;
    list.has_inactive = true;
    const auto* equal = equal_entries(config, list, text);
    if (!equal) return false;
    bool changed = false;
    for (const std::uint32_t i : *equal) {
        changed = changed || list.entries[i].inactive != ace.inactive;
        list.entries[i].inactive = ace.inactive;
    }
    return changed;
}

void remove_list(Config& config, std::string_view name, bool ipv6) {
    auto& index = ipv6 ? config.list6_index : config.list_index;
    if (const auto found = index.find(name); found != index.end()) {
        auto& list = config.lists[found->second];
        list.entries.clear();
        list.order.clear();
        list.by_words.clear();
        list.keyed = list.removed = 0;
        list.has_inactive = false;
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

std::optional<std::pair<std::size_t, std::size_t>> parse_access_list(Config& config, Statement& statement,
                                                                     bool negated) {
    const bool ipv6 = statement.accept("ipv6");
    statement.take();  // access-list
    if (is_list_setting(statement)) return std::nullopt;
    if (statement.at_end()) {
        add_problem(config, {"the name of the access list is missing", "", statement.here().place()});
        return std::nullopt;
    }
    if (statement.word() == "cached") return std::nullopt;
    const Token name = statement.take();
    if (negated && (statement.at_end() || statement.word() == "extended" || statement.word() == "standard") &&
        statement.size() <= statement.position() + 1) {
        remove_list(config, name.text, ipv6);
        return std::nullopt;
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
        return std::nullopt;
    }
    auto& list = list_named(config, name.text, ipv6, statement.place());
    if (negated) {
        remove_entry(config, list, statement.text(), statement.place());
        return std::nullopt;
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
            return std::nullopt;  // not a list of IP packets, or (standard) none that filters: its lines are recorded
                                  // by name alone
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
    if (ace.kind == Ace::Kind::rule && replaces(config, list, ace, statement.text())) return std::nullopt;
    if (position) list.settle();
    const auto at = position && *position > 0 && *position <= list.order.size()
                        ? list.order.begin() + static_cast<std::ptrdiff_t>(*position - 1)
                        : list.order.end();
    list.order.insert(at, static_cast<std::uint32_t>(list.entries.size()));
    list.entries.push_back(std::move(ace));
    if (list.entries.back().kind != Ace::Kind::rule) return std::nullopt;
    return std::pair{static_cast<std::size_t>(&list - config.lists.data()), list.entries.size() - 1};
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
    if (negated) {
        std::erase_if(config.access_groups, [&](const AccessGroup& other) {
            return other.direction == group.direction && other.interface == group.interface && other.list == group.list;
        });
        return;
    }
    config.access_groups.push_back(group);  // which of several holds is settled at the end
}

}  // namespace fwproof::asa
