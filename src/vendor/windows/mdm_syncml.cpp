// SyncML: every Item has a LocURI such as ./Vendor/MSFT/Firewall/MdmStore/FirewallRules/NAME/Direction, and its Data.
#include <algorithm>
#include <array>
#include <map>

#include "vendor/windows/carrier.hpp"
#include "vendor/windows/mdm.hpp"
#include "vendor/windows/words.hpp"
#include "vendor/windows/xml.hpp"

namespace fwproof::windows {

namespace {

class SyncReader {
public:
    SyncReader(const XmlDocument& xml, MdmStore& store) : xml_(xml), store_(store) {}

    void run() {
        collect(xml_.root(), false);
        for (const auto& id : order_) {
            if (const auto rule = rules_.find(id); rule != rules_.end()) store_.add(rule->second);
        }
    }

private:
    // Commands and answers that change nothing.
    static bool only_asks(std::string_view name) {
        constexpr auto kNames =
            std::to_array<std::string_view>({"Get", "Results", "Status", "Exec", "Alert", "Search", "Map"});
        return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
    }

    // Commands in the order of the file; a deletion takes back what stands before it.
    void collect(const pugi::xml_node& parent, bool deletes) {
        for (const auto& node : parent.children()) {
            if (only_asks(local_name(node))) continue;
            if (local_name(node) == "Item")
                read_item(node, deletes);
            else
                collect(node, deletes || local_name(node) == "Delete");
        }
    }

    void read_item(const pugi::xml_node& item, bool deletes) {
        std::string_view path = trimmed(item.child("Target").child("LocURI").text().get());
        constexpr std::string_view kFirewall = "/Vendor/MSFT/Firewall", kStore = "/MdmStore";
        const auto found = find_word(path, kFirewall);
        if (found == std::string_view::npos) return;
        path.remove_prefix(found + kFirewall.size());
        while (path.ends_with('/')) path.remove_suffix(1);
        if (deletes && (path.empty() || same_word(path, kStore))) return delete_all();
        if (!starts_with_word(path, kStore) || !path.substr(kStore.size()).starts_with('/')) return;
        path.remove_prefix(kStore.size() + 1);
        const std::string_view data = trimmed(item.child("Data").text().get());
        const auto slash = path.find('/');
        if (slash == std::string_view::npos) {
            if (deletes) delete_subtree(path);
            return;
        }
        const std::string_view head = path.substr(0, slash), rest = path.substr(slash + 1);
        if (const auto profile = profile_of(head)) {
            return deletes ? store_.unset(*profile, rest) : store_.set(*profile, rest, data, xml_.span(item));
        }
        if (!same_word(head, "FirewallRules")) return;
        const auto leaf = rest.find('/');
        const std::string id(rest.substr(0, leaf));
        if (leaf == std::string_view::npos) {
            if (deletes) rules_.erase(id);
            return;
        }
        if (deletes) {
            const std::string name = lower_case(rest.substr(leaf + 1));
            if (const auto known = rules_.find(id); known != rules_.end()) {
                std::erase_if(known->second.values, [&](const auto& value) {
                    return value.first == name || value.first.starts_with(name + "/") ||
                           value.first.starts_with(name + " ");
                });
            }
            return;
        }
        TreeRule& rule = rules_[id];
        if (rule.id.empty()) {
            rule.id = id;
            rule.span = xml_.span(item);
            if (std::find(order_.begin(), order_.end(), id) == order_.end()) order_.push_back(id);
        }
        const std::string name = lower_case(rest.substr(leaf + 1));
        rule.values[name] = {std::string(data)};
        if (data.empty() && name != "name" && name != "description") rule.values[name + " without a value"] = {};
    }

    // The node of a profile, or that above the rules.
    void delete_subtree(std::string_view node) {
        if (const auto profile = profile_of(node)) store_.unset(*profile);
        if (same_word(node, "FirewallRules")) rules_.clear();
    }

    void delete_all() {
        rules_.clear();
        for (const Profile profile : kProfiles) store_.unset(profile);
    }

    const XmlDocument& xml_;
    MdmStore& store_;
    std::map<std::string, TreeRule> rules_;
    std::vector<std::string> order_;
};

}  // namespace

Result<std::vector<Export>> read_syncml(const SourceRef& source) {
    const auto xml = XmlDocument::parse(source);
    if (!xml) return fail(xml.error());
    std::vector<Export> exports(1);
    MdmStore store(exports[0]);
    SyncReader(*xml, store).run();
    if (!store.finish())
        return fail(no_policy(*source, "SyncML file", "it has no item below Vendor/MSFT/Firewall/MdmStore"));
    return exports;
}

}  // namespace fwproof::windows
