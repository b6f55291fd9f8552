// Which interface a statement means: "The name is not case-sensitive", says the command reference of `nameif`.
#include <algorithm>
#include <unordered_map>

#include "vendor/asa/reader.hpp"

namespace fwproof::asa {

namespace {

std::string in_small_letters(std::string_view name) {
    std::string small(name);
    for (char& c : small) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return small;
}

class Names {
public:
    explicit Names(const Config& config) {
        for (const auto& block : config.interfaces) {
            if (!block.name.empty()) names_.emplace(in_small_letters(block.name), block.name);
        }
    }

    void settle(std::string_view& name) const {
        if (name.empty()) return;
        if (const auto found = names_.find(in_small_letters(name)); found != names_.end()) name = found->second;
    }
    void settle(AddressOperand& operand) const {
        if (operand.kind == AddressOperand::Kind::interface) settle(operand.name);
    }
    void settle(NatLine& line) const {
        settle(line.real_interface);
        settle(line.mapped_interface);
        settle(line.mapped_source);
        settle(line.real_source);
        settle(line.mapped_destination);
        settle(line.real_destination);
    }
    void settle(AccessList& list) const {
        for (std::size_t i = 0; i < list.entries.size(); ++i) {
            Ace& ace = list.entries[i];
            for (auto* end : {&ace.source, &ace.destination}) {
                settle(end->address);
                settle(end->zone);
            }
        }
    }
    template <class Line>
    void settle_in(std::vector<Line>& lines) const {
        for (auto& line : lines) settle(line.interface);
    }

private:
    std::unordered_map<std::string, std::string_view> names_;
};

}  // namespace

void settle_interface_names(Config& config) {
    const Names names(config);
    for (auto& block : config.interfaces) names.settle(block.name);
    names.settle_in(config.access_groups);
    names.settle_in(config.routes);
    names.settle_in(config.meddlers);
    names.settle_in(config.management);
    names.settle_in(config.vpn_ends);
    names.settle_in(config.web_doors);
    names.settle_in(config.checked_sources);
    names.settle_in(config.user_rules);
    names.settle_in(config.icmp_inspections);
    for (auto& line : config.nat) names.settle(line);
    for (auto& old : config.old_nat) names.settle(old.line);
    for (auto& entry : config.route_maps) {
        for (auto& name : entry.interfaces) names.settle(name);
    }
    for (auto* lists : {&config.lists, &config.shown_lists}) {
        for (auto& list : *lists) names.settle(list);
    }
}

}  // namespace fwproof::asa
