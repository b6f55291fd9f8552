#include "cli/store_hosts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "cli/lone_store.hpp"

namespace fwproof::cli {

namespace {

constexpr std::array<StoreRole, 3> kRoles = {StoreRole::gpo, StoreRole::mdm, StoreRole::local};

// One of the compared files; those that differ stand first.
struct Member {
    VersionPair* pair = nullptr;
    bool differs = false;
    StoreRole role = StoreRole::sniffed;
    std::size_t rank = 0;
};

void add(const std::optional<Input>& file, const Member& member, std::optional<Input>& host) {
    if (!file) return;
    if (!host) host = Input{file->name, {}};
    for (std::size_t i = 0; i < file->sources.size(); ++i)
        host->add(file->sources[i], {member.role, member.rank, file->given_of(i).found});
}

std::string listed(const std::vector<Member>& members) {
    constexpr std::size_t kShown = 4;
    std::string text;
    for (std::size_t i = 0; i < members.size() && i < kShown; ++i)
        text += fmt::format("{}{}", i == 0 ? "" : ", ", members[i].pair->path);
    return members.size() <= kShown ? text : fmt::format("{} and {} more", text, members.size() - kShown);
}

// The host that they make, called after `path`. The first of each role stands first.
VersionPair host_of(const std::vector<Member>& members, const std::string& path, std::string assumption) {
    VersionPair host{path, {}, {}, {}};
    for (const auto& member : members) {
        add(member.pair->before, member, host.before);
        add(member.pair->after, member, host.after);
        if (member.differs) member.pair->joined = true;
    }
    host.assumption = std::move(assumption);
    return host;
}

// Something differs, and both versions have the host's own store: without it nothing says that there was such a host.
bool comparable(const std::vector<Member>& members) {
    const bool whole = std::all_of(members.begin(), members.end(), [](const Member& member) {
        return member.role != StoreRole::local || (member.pair->before && member.pair->after);
    });
    return whole && std::any_of(members.begin(), members.end(), [](const Member& member) { return member.differs; });
}

// What is called local first: it is the host's own.
const std::string& name_of(const std::vector<Member>& members) {
    for (const auto& member : members) {
        if (member.role == StoreRole::local) return member.pair->path;
    }
    return members.front().pair->path;
}

class Joining {
public:
    Joining(VersionPairs& pairs, const IsFile& is_file, const VersionReading& reading)
        : pairs_(pairs), is_file_(is_file), reading_(reading) {
        for (auto& pair : pairs_.changed) files_.push_back({&pair, true});
        for (auto& pair : pairs_.beside) files_.push_back({&pair, false});
    }

    void join_named(const NamedHost& host) {
        std::vector<Member> members;
        const auto find = [&](const std::string& path, StoreRole role, std::size_t rank) {
            const auto file = std::find_if(files_.begin(), files_.end(),
                                           [&](const Member& member) { return is_file_(path, *member.pair); });
            if (file == files_.end()) return false;
            members.push_back({file->pair, file->differs, role, rank});
            return true;
        };
        bool all = true;
        for (std::size_t i = 0; i < host.stores.gpo.size(); ++i)
            all = find(host.stores.gpo[i], StoreRole::gpo, i) && all;
        for (const auto& path : host.stores.mdm) all = find(path, StoreRole::mdm, 0) && all;
        if (!host.stores.local.empty()) all = find(host.stores.local, StoreRole::local, 0) && all;
        if (!all || members.size() < 2 || !comparable(members)) return;
        for (const auto& member : members) placed_.insert(member.pair);
        pairs_.hosts.push_back({host_of(members, name_of(members),
                                        fmt::format("the site names {} as the stores of one host", listed(members))),
                                host.firewall});
    }

    void join_others() {
        std::array<std::vector<Member>, kRoles.size()> stores;
        for (Member member : files_) {
            if (placed_.contains(member.pair)) continue;
            const auto role = lone_store(*member.pair, reading_);
            if (!role) continue;
            member.role = *role;
            stores[static_cast<std::size_t>(std::find(kRoles.begin(), kRoles.end(), *role) - kRoles.begin())].push_back(
                member);
        }
        auto& [gpo, mdm, local] = stores;
        if (local.empty() || gpo.size() + mdm.size() == 0) return;  // all of one kind: nothing is known of the others
        std::vector<Member> all = gpo;
        all.insert(all.end(), mdm.begin(), mdm.end());
        all.insert(all.end(), local.begin(), local.end());
        if (local.size() == 1 && gpo.size() <= 1 && mdm.size() <= 1) {
            if (!comparable(all)) return;
            pairs_.hosts.push_back(
                {host_of(all, name_of(all), fmt::format("{} are taken to be the stores of one host", listed(all))),
                 {}});
            return;
        }
        for (const auto& member : all) {
            if (!member.differs) continue;
            const bool own = member.role == StoreRole::local;
            std::vector<Member> others = own ? gpo : local;
            if (own) others.insert(others.end(), mdm.begin(), mdm.end());
            member.pair->refused = fmt::format(
                "it is a {} store, and nothing says whether it is of one host with {}; say so with --gpo, --mdm and "
                "--local, or in [[firewall]] of a site",
                own                             ? "local"
                : member.role == StoreRole::gpo ? "group policy"
                                                : "device management",
                listed(others));
        }
    }

private:
    VersionPairs& pairs_;
    const IsFile& is_file_;
    const VersionReading& reading_;
    std::vector<Member> files_;
    std::set<const VersionPair*> placed_;
};

}  // namespace

void join_stores(VersionPairs& pairs, const std::vector<NamedHost>& hosts, const IsFile& is_file,
                 const VersionReading& reading) {
    if (pairs.single) return;
    Joining joining(pairs, is_file, reading);
    for (const auto& host : hosts) joining.join_named(host);
    joining.join_others();
}

}  // namespace fwproof::cli
