#include "check/rule_study.hpp"

#include <algorithm>
#include <iterator>

#include "check/rule_desk.hpp"
#include "check/rule_faults.hpp"
#include "fwproof/base/parallel.hpp"

namespace fwproof {

struct RuleStudy::Impl {
    const std::vector<Firewall>& firewalls;
    const std::vector<Zone>& zones;
    std::size_t threads;
    Budget budget;
    std::vector<std::unique_ptr<RuleDesk>> desks;  // one for each firewall, made when needed
    std::optional<std::vector<FaultyRule>> faults;
    std::optional<Openings> openings;

    RuleDesk& desk(std::size_t firewall) {
        auto& made = desks[firewall];
        if (!made) made = std::make_unique<RuleDesk>(firewalls[firewall], zones, budget);
        return *made;
    }

    // Firewalls do not depend on each other: each is looked at by one thread, and what is found stands in their order.
    template <class Found, class Find>
    std::vector<Found> find(const Find& find_one) {
        std::vector<Found> all(firewalls.size());
        for_each_index(firewalls.size(), threads, [&](std::size_t i) { find_one(i, desk(i), all[i]); });
        return all;
    }

    const Openings& found() {
        if (!openings) {
            Openings all;  // kept only when it is complete
            for (auto& some : find<Openings>(find_openings)) {
                std::move(some.permits.begin(), some.permits.end(), std::back_inserter(all.permits));
                std::move(some.denials.begin(), some.denials.end(), std::back_inserter(all.denials));
            }
            openings = std::move(all);
        }
        return *openings;
    }
};

RuleStudy::RuleStudy(const Topology& topology, const Budget& budget, std::size_t threads)
    : impl_(std::make_unique<Impl>(
          Impl{topology.firewalls, topology.zones, threads, budget, {}, std::nullopt, std::nullopt})) {
    impl_->desks.resize(topology.firewalls.size());
}
RuleStudy::~RuleStudy() = default;
RuleStudy::RuleStudy(RuleStudy&&) noexcept = default;

const std::vector<FaultyRule>& RuleStudy::faults() const {
    if (!impl_->faults) {
        std::vector<FaultyRule> all;
        for (auto& some : impl_->find<std::vector<FaultyRule>>(find_faults))
            std::move(some.begin(), some.end(), std::back_inserter(all));
        impl_->faults = std::move(all);
    }
    return *impl_->faults;
}

const std::vector<Opening>& RuleStudy::openings() const { return impl_->found().permits; }
const std::vector<Opening>* RuleStudy::openings_so_far() const {
    return impl_->openings ? &impl_->openings->permits : nullptr;
}
const std::vector<Opening>& RuleStudy::denials() const { return impl_->found().denials; }

const RuleDesk& RuleStudy::desk(std::size_t firewall) const { return impl_->desk(firewall); }
const RuleDesk* RuleStudy::desk_so_far(std::size_t firewall) const { return impl_->desks[firewall].get(); }

}  // namespace fwproof
