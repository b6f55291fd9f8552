// Group policy writes the objects into one registry, the one of lowest precedence first, so that a value that a later
// one writes or deletes is gone ([MS-GPREG]). Reports have no ids of rules: there a namesake is only perhaps
// the same.
#include "vendor/windows/precedence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "vendor/windows/words.hpp"

namespace fwproof::windows {

namespace {

std::string title(const Store& store) { return store.name.empty() ? store.file : store.name; }

std::string profile_key(Profile profile) { return std::string(to_string(profile)) + "profile"; }

// Key and name of a setting in the registry, in lower case.
std::pair<std::string, std::string> place_of(Profile profile, Setting setting) {
    const std::string key = profile_key(profile);
    if (setting == Setting::allow_program_exceptions) return {key + "\\authorizedapplications", "allowuserprefmerge"};
    if (setting == Setting::allow_port_exceptions) return {key + "\\globallyopenports", "allowuserprefmerge"};
    return {key, lower_case(to_string(setting))};
}

// The deletions of one policy object, found by what they delete.
class Deletions {
public:
    explicit Deletions(const Store& store) {
        for (const Deletion& deletion : store.deletions) {
            if (deletion.below)
                whole_.insert(deletion.key);
            else if (deletion.values)
                emptied_.insert(deletion.key);
            else
                values_.insert(deletion.key + '\n' + deletion.name);
        }
    }

    bool empty() const { return whole_.empty() && emptied_.empty() && values_.empty(); }
    bool hit(std::string key, const std::string& name) const {
        if (values_.contains(key + '\n' + name) || emptied_.contains(key)) return true;
        while (!whole_.contains(key)) {
            if (key.empty()) return false;
            const auto slash = key.rfind('\\');
            key.resize(slash == std::string::npos ? 0 : slash);
        }
        return true;
    }

private:
    std::unordered_set<std::string> whole_, emptied_, values_;
};

class Contest {
public:
    Contest(const Store& winner, const Deletions& deletions, Store& loser, std::vector<Note>& notes)
        : winner_(winner), deletions_(deletions), loser_(loser), notes_(notes), sure_(!winner.doubt) {}

    void run() {
        for (const Profile profile : kProfiles) settle_profile(profile);
        settle_rules();
    }

    // Where the order is not known, what one deletes may be gone from the other.
    void doubt_deleted() {
        sure_ = false;
        for (const Profile profile : kProfiles) settle_profile(profile);
        for (FirewallRule& rule : loser_.rules) {
            if (deletions_.hit("firewallrules", lower_case(rule.id))) doubt(rule, false);
        }
    }

private:
    void settle_profile(Profile profile) {
        const ProfileSettings& wins = winner_.profile(profile);
        ProfileSettings& loses = loser_.profile(profile);
        for (int i = 0; i < kSettingCount; ++i) {
            const auto setting = static_cast<Setting>(i);
            auto& value = loses[setting];
            if (!value) continue;
            const auto [key, name] = place_of(profile, setting);
            const bool deleted = deletions_.hit(key, name);
            if (sure_ && (deleted || (wins[setting] && wins[setting]->certain)))
                value.reset();
            else if (deleted)
                value->certain = false;
        }
        for (std::size_t i = 0; i < loses.logs.size(); ++i) {
            if (wins.logs[i] && sure_) loses.logs[i].reset();
        }
        if (sure_ && (wins.disabled_interfaces || deletions_.hit(profile_key(profile), "disabledinterfaces")))
            loses.disabled_interfaces = {};
    }

    void settle_rules() {
        const bool by_name = winner_.lossy_ids || loser_.lossy_ids;
        const auto key_of = [&](const FirewallRule& rule) {
            return lower_case(by_name && !rule.name.empty() ? rule.name : rule.id);
        };
        std::unordered_map<std::string, const FirewallRule*> winners;
        for (const FirewallRule& rule : winner_.rules) winners.try_emplace(key_of(rule), &rule);
        for (FirewallRule& rule : loser_.rules) {
            const auto found = winners.find(key_of(rule));
            const FirewallRule* namesake = found == winners.end() ? nullptr : found->second;
            const bool deleted = deletions_.hit("firewallrules", lower_case(rule.id));
            if (rule.replaced || (!namesake && !deleted)) continue;
            if (sure_ && (deleted || (namesake->certain && !by_name)))
                replace(rule, deleted && !namesake ? "deletes" : "replaces");
            else
                doubt(rule, namesake != nullptr);
        }
    }

    void replace(FirewallRule& rule, std::string_view how) {
        rule.replaced = true;
        rule.error = fmt::format("policy object '{}' {} it", title(winner_), how);
        notes_.push_back(
            {NoteKind::information,
             fmt::format("{} of policy object '{}' is not in force: {}", describe(rule), title(loser_), rule.error),
             {},
             rule.span});
    }

    void doubt(FirewallRule& rule, bool namesake) {
        const std::string what = namesake ? "replaced by its namesake in" : "deleted by";
        rule.conditions.push_back(
            {ConditionKind::other, fmt::format("rule '{}' is not {} '{}'", rule.id, what, title(winner_)), rule.span});
        notes_.push_back({NoteKind::conflicting_definition,
                          fmt::format("{} of policy object '{}' may be {} policy object '{}'", describe(rule),
                                      title(loser_), what, title(winner_)),
                          "give registry.pol of both policy objects, in their order: --gpo FIRST --gpo SECOND",
                          rule.span});
    }

    const Store& winner_;
    const Deletions& deletions_;
    Store& loser_;
    std::vector<Note>& notes_;
    bool sure_;
};

}  // namespace

void apply_precedence(Export& made) {
    for (const Store& store : made.stores) {
        const Deletions deletions(store);
        if (deletions.empty()) continue;
        for (Store& other : made.stores) {
            const bool orderless = !store.rank || !other.rank || *store.rank == *other.rank;
            const bool both = store.kind == StoreKind::group_policy && other.kind == StoreKind::group_policy;
            if (&store != &other && both && orderless && store.applies)
                Contest(store, deletions, other, made.notes).doubt_deleted();
        }
    }
    std::vector<Store*> ranked;
    for (Store& store : made.stores) {
        if (store.rank && store.applies && store.kind == StoreKind::group_policy) ranked.push_back(&store);
    }
    std::stable_sort(ranked.begin(), ranked.end(), [](const Store* a, const Store* b) { return *a->rank < *b->rank; });
    for (std::size_t winner = 0; winner < ranked.size(); ++winner) {
        const Deletions deletions(*ranked[winner]);
        for (std::size_t loser = winner + 1; loser < ranked.size(); ++loser) {
            if (*ranked[winner]->rank < *ranked[loser]->rank)
                Contest(*ranked[winner], deletions, *ranked[loser], made.notes).run();
        }
    }
}

}  // namespace fwproof::windows
