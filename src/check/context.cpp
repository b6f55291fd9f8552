#include <optional>

#include "fwproof/check/check.hpp"

namespace fwproof {

struct CheckContext::Impl {
    CheckInput input;
    mutable std::optional<Assessment> assessment;
};

CheckContext::CheckContext(CheckInput input) : impl_(std::make_unique<Impl>()) { impl_->input = std::move(input); }
CheckContext::~CheckContext() = default;
CheckContext::CheckContext(CheckContext&&) noexcept = default;

const CheckInput& CheckContext::input() const { return impl_->input; }

std::span<const Requirement> CheckContext::requirements() const {
    if (!impl_->input.resolution) return {};
    return impl_->input.resolution->requirements;
}

const Assessment& CheckContext::assessment() const {
    if (!impl_->assessment) impl_->assessment = assess(impl_->input.topology, requirements(), impl_->input.assess);
    return *impl_->assessment;
}

}  // namespace fwproof
