#include "fwproof/check/finding.hpp"

namespace fwproof {

std::string_view to_string(Certainty certainty) {
    switch (certainty) {
        case Certainty::exact: return "exact";
        case Certainty::may_be_less: return "may-be-less";
        case Certainty::may_be_more: return "may-be-more";
        case Certainty::assumed: return "assumed";
    }
    return "assumed";
}

}  // namespace fwproof
