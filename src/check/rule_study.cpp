#include "check/rule_study.hpp"

#include "check/rule_desk.hpp"
#include "check/rule_faults.hpp"

namespace fwproof {

struct RuleStudy::Impl {
    const std::vector<Firewall>& firewalls;
    std::vector<std::unique_ptr<RuleDesk>> desks;  // one for each firewall, made when needed
    std::optional<std::vector<FaultyRule>> faults;
    std::optional<Openings> openings;

    RuleDesk& desk(std::size_t firewall) {
        auto& made = desks[firewall];
        if (!made) made = std::make_unique<RuleDesk>(*firewalls[firewall].policy);
        return *made;
    }

    const Openings& found() {
        if (!openings) {
            openings.emplace();
            for (std::size_t i = 0; i < firewalls.size(); ++i) find_openings(i, desk(i), *openings);
        }
        return *openings;
    }
};

RuleStudy::RuleStudy(const std::vector<Firewall>& firewalls)
    : impl_(std::make_unique<Impl>(Impl{firewalls, {}, std::nullopt, std::nullopt})) {
    impl_->desks.resize(firewalls.size());
}
RuleStudy::~RuleStudy() = default;
RuleStudy::RuleStudy(RuleStudy&&) noexcept = default;

const std::vector<FaultyRule>& RuleStudy::faults() const {
    if (!impl_->faults) {
        impl_->faults.emplace();
        for (std::size_t i = 0; i < impl_->firewalls.size(); ++i) find_faults(i, impl_->desk(i), *impl_->faults);
    }
    return *impl_->faults;
}

const std::vector<Opening>& RuleStudy::openings() const { return impl_->found().permits; }
const std::vector<Opening>& RuleStudy::denials() const { return impl_->found().denials; }

const RuleDesk& RuleStudy::desk(std::size_t firewall) const { return impl_->desk(firewall); }

}  // namespace fwproof
