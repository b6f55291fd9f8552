// Reads what `ipset save` prints: a `create` line for every set, with its type and options, and an `add` line for every
// entry. Entries are cut into their parts here and understood where a rule asks (ipset_match.cpp), for the family of
// that rule. A type or option that is not read, and a name in quotes, leave the whole set unknown.
#include "vendor/iptables/ipset.hpp"

#include <fmt/format.h>

#include <span>

#include "vendor/iptables/lexer.hpp"
#include "vendor/iptables/values.hpp"

namespace fwproof::iptables {

namespace {

IpSet make_set(std::span<const Word> words) {
    IpSet set;
    set.type = words[2].text;
    const auto colon = words[2].text.find(':');
    set.list = set.type == "list:set";
    for (const auto part : split(words[2].text.substr(colon + 1), ',')) {
        if (part == "ip" || part == "net") {
            set.dimensions.push_back(Dimension::address);
        } else if (part == "port") {
            set.dimensions.push_back(Dimension::port);
        } else if (part == "iface") {
            set.dimensions.push_back(Dimension::interface);
        } else if (part == "mac") {
            set.dimensions.push_back(Dimension::mac);
        } else {
            set.dimensions.push_back(Dimension::other);
            set.known = set.known && set.list;
        }
    }
    set.both_families = set.list || set.dimensions[0] == Dimension::port || set.dimensions[0] == Dimension::mac;
    for (std::size_t i = 3; i < words.size(); ++i) {
        const std::string_view option = words[i].text;
        if (option == "family" && i + 1 < words.size()) set.v6 = words[++i].text == "inet6";
        if (option == "netmask" && i + 1 < words.size()) {
            const auto length = parse_number(words[++i].text, 128);
            if (length) set.netmask = static_cast<int>(*length);
        }
        if (option == "bitmask" || option == "markmask") set.known = false;
    }
    return set;
}

IpSetEntry make_entry(const IpSet& set, std::span<const Word> words) {
    IpSetEntry entry;
    entry.parts = set.list ? std::vector<std::string_view>{words[2].text} : split(words[2].text, ',');
    for (std::size_t i = 3; i < words.size(); ++i) {
        if (words[i].text == "comment")
            ++i;
        else if (words[i].text == "nomatch")
            entry.no_match = true;
        else if (words[i].text == "wildcard")
            entry.wildcard = true;
    }
    return entry;
}

}  // namespace

IpSets parse_ipset(const SourceRef& source, std::vector<Note>& notes) {
    IpSets sets;
    WordStore store;
    SplitLine split_words;
    for (std::uint32_t number = 1; number <= source->line_count(); ++number) {
        const std::string_view line = source->line(number);
        if (line.empty() || line[0] == '#') continue;
        const std::uint32_t offset = source->line_offset(number);
        split_line(line, offset, store, split_words);
        const auto& words = split_words.words;
        const auto report = [&](std::string message) {
            notes.push_back({NoteKind::unparsed_line,
                             std::move(message),
                             "the file should hold what 'ipset save' prints",
                             {source.get(), offset, static_cast<std::uint32_t>(line.size())}});
        };
        if (words.size() >= 3 && words[0].text == "create") {
            // Words that had no quotes point into the source.
            sets.insert_or_assign(std::string(words[1].text), make_set(words));
        } else if (words.size() >= 3 && words[0].text == "add") {
            const auto found = sets.find(words[1].text);
            if (found == sets.end()) {
                report(fmt::format("set '{}' has no 'create' line before this entry", words[1].text));
            } else {
                found->second.entries.push_back(make_entry(found->second, words));
            }
        } else if (!words.empty()) {
            report(fmt::format("'{}' is no line of an ipset listing", words[0].text.substr(0, 40)));
        }
    }
    // A quoted set name or member would point into the store, which ends here.
    for (auto& [name, set] : sets) {
        for (auto& entry : set.entries) {
            for (const auto part : entry.parts) {
                const char* text = part.data();
                const auto all = source->text();
                if (text < all.data() || text > all.data() + all.size()) set.known = false;
            }
        }
        if (!set.known) set.entries.clear();
    }
    return sets;
}

}  // namespace fwproof::iptables
