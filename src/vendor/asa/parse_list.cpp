// access-list and access-group statements.
#include <fmt/format.h>

#include <algorithm>

#include "fwproof/base/address.hpp"
#include "fwproof/base/service.hpp"
#include "vendor/asa/literals.hpp"
#include "vendor/asa/meaning.hpp"
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

// What makes two entries the same line of a device: their meaning, and the text of what was not understood.
std::string entry_key(const Config& config, const AccessList& list, const Ace& ace, bool rough) {
    if (ace.kind == Ace::Kind::rule) return rough ? rough_meaning(config, list, ace) : meaning(config, list, ace);
    if (ace.kind == Ace::Kind::remark) return fmt::format("remark {}", ace.remark);
    return std::string(span_of(*config.source, ace.place).text());
}

// The entries with this meaning that are still there.
std::vector<std::uint32_t>* equal_entries(const Config& config, AccessList& list, const Ace& ace, bool rough = false) {
    auto& keys = rough ? list.by_rough_meaning : list.by_meaning;
    for (; keys.keyed < list.entries.size(); ++keys.keyed) {
        const auto at = static_cast<std::uint32_t>(keys.keyed);
        if (list.entries[at].removed) continue;
        keys.entries[entry_key(config, list, list.entries[at], rough)].push_back(at);
    }
    const auto found = keys.entries.find(entry_key(config, list, ace, rough));
    return found == keys.entries.end() || found->second.empty() ? nullptr : &found->second;
}

// Lines that this `no` may mean by another spelling. False: there are none.
bool doubt_entries(Config& config, AccessList& list, const Ace& ace) {
    const auto* near = equal_entries(config, list, ace, true);
    if (!near) return false;
    bool any = false;
    for (const std::uint32_t i : *near) {
        if (list.entries[i].removed) continue;
        list.entries[i].presence = Ace::Presence::perhaps_removed;
        any = true;
    }
    if (!any) return false;
    add_note(config, NoteKind::unmodelled_condition,
             fmt::format("whether this 'no access-list {}' removes a line that is written otherwise is not known",
                         list.name),
             config.version ? "write it as the device shows it" : "include the 'ASA Version' line", ace.place);
    return true;
}

// `ace`: what stands behind `no`.
void remove_entry(Config& config, AccessList& list, Ace ace) {
    const Place place = ace.place;
    if (ace.kind == Ace::Kind::unreadable) {  // may have been any line about the packets that it is about
        ace.action = Ace::Action::unknown;
        list.order.insert(list.order.begin(), static_cast<std::uint32_t>(list.entries.size()));
        list.entries.push_back(std::move(ace));
        return;
    }
    auto* const equal = equal_entries(config, list, ace);
    if (!equal) {
        if (ace.kind == Ace::Kind::rule && doubt_entries(config, list, ace)) return;
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
bool replaces(const Config& config, AccessList& list, const Ace& ace) {
    if (!ace.inactive && !list.has_inactive) return false;
    list.has_inactive = true;
    const auto* equal = equal_entries(config, list, ace);
    if (!equal) return false;
    bool changed = false;
    for (const std::uint32_t i : *equal) {
        changed = changed || list.entries[i].inactive != ace.inactive;
        list.entries[i].inactive = ace.inactive;
    }
    return changed;
}

// Whether a line that is to stand at `position` stands further down already: a device keeps no duplicates, and which of
// the two it keeps then is not known.
bool moves_up(const Config& config, AccessList& list, const Ace& ace, std::uint32_t position) {
    if (ace.kind != Ace::Kind::rule || position == 0 || position > list.order.size()) return false;
    const auto* equal = equal_entries(config, list, ace);
    if (!equal) return false;
    const auto before = list.order.begin() + static_cast<std::ptrdiff_t>(position - 1);
    return std::none_of(list.order.begin(), before,
                        [&](std::uint32_t i) { return std::find(equal->begin(), equal->end(), i) != equal->end(); });
}

void remove_list(Config& config, std::string_view name, bool ipv6) {
    auto& index = ipv6 ? config.list6_index : config.list_index;
    if (const auto found = index.find(name); found != index.end()) {
        auto& list = config.lists[found->second];
        list.entries.clear();
        list.order.clear();
        list.by_meaning = list.by_rough_meaning = {};
        list.removed = 0;
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
           (word == "cached" && second == "ACL") || ((word == "compiled" || word == "commit") && second.empty()) ||
           (word == "forward-reference" && second == "enable");
}

// What an ethertype list says of a type of frames: of IP too.
void parse_frame_rule(Statement& statement, Ace& ace) {
    const std::string_view action = statement.take().text;
    if (action == "permit") ace.action = Ace::Action::permit;
    if (action == "deny") ace.action = Ace::Action::deny;
    ace.remark = statement.word();
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
    if (statement.word() == "compiled" && statement.word(1).empty()) return std::nullopt;  // how PIX looks it up
    auto& list = list_named(config, name.text, ipv6, statement.place());
    Ace ace;
    ace.place = statement.place();
    const std::string_view form = abbreviates(statement.word(), "extended", 3) ? "extended" : statement.word();
    if (form == "remark") {
        statement.take();
        ace.kind = Ace::Kind::remark;
        ace.remark = statement.rest();
    } else {
        const ListKind kind = kind_of(form);
        if (list.kind == ListKind::unknown) list.kind = kind;
        const bool frames = kind == ListKind::ethertype && kind == list.kind;
        if (!frames && kind != ListKind::extended && kind == list.kind) {
            return std::nullopt;  // not a list of IP packets, or (standard) none that filters: its lines are recorded
                                  // by name alone
        }
        if (form == "extended" || form == "advanced" || kind != ListKind::extended) {
            ace.advanced = form == "advanced";
            statement.take();
        }
        if (frames) {
            parse_frame_rule(statement, ace);
        } else if (list.kind != kind) {
            ace.kind = Ace::Kind::unreadable;
            ace.problem =
                std::make_unique<Problem>(Problem{fmt::format("the list '{}' holds rules of two kinds", list.name),
                                                  "one name, one kind of list", ace.place});
        } else {
            parse_ace(statement, ace);
        }
        if (ace.problem) add_problem(config, *ace.problem);
    }
    if (negated) {
        remove_entry(config, list, std::move(ace));
        return std::nullopt;
    }
    if (ace.kind == Ace::Kind::rule && replaces(config, list, ace)) return std::nullopt;
    if (position) {
        list.settle();
        if (moves_up(config, list, ace, *position)) ace.presence = Ace::Presence::perhaps_refused;
    }
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
    } else if ((direction.text == "in" || direction.text == "out") && abbreviates(statement.word(), "interface", 1) &&
               !statement.word(1).empty()) {
        statement.take();  // scripts may shorten the word
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
    if (negated && group.direction != AccessGroup::Direction::unreadable) {
        const auto removed = std::erase_if(config.access_groups, [&](const AccessGroup& other) {
            return other.direction == group.direction && other.interface == group.interface && other.list == group.list;
        });
        if (removed == 0) {
            add_note(config, NoteKind::information, "'no access-group' removes a binding that is not there", "",
                     group.place);
        }
        return;
    }
    config.access_groups.push_back(group);  // which of several holds is settled at the end
}

}  // namespace fwproof::asa
