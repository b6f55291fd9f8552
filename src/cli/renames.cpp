// Names of devices count before likeness: of a fleet whose exports come from one template all are alike, and a device
// that was removed is not one that was added.
#include "cli/renames.hpp"

#include <algorithm>
#include <string>
#include <tuple>
#include <unordered_map>

#include "fwproof/vendor/vendor.hpp"

namespace fwproof::cli {

namespace {

constexpr std::size_t kMostFiles = 200;  // of a version; of more only those with the same bytes are looked for

using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;

// What tells an export from others.
struct Identity {
    std::string vendor;  // empty: it cannot be read
    std::vector<std::string> devices;

    bool named() const {
        return !devices.empty() &&
               std::none_of(devices.begin(), devices.end(), [](const auto& d) { return d.empty(); });
    }
};

Identity identity_of(const Input& input, const Reading& reading) {
    const auto policies = load_policies(input, reading.load, reading.format);
    Identity identity;
    if (!policies) return identity;
    for (const auto& policy : *policies) {
        identity.vendor = policy.vendor;
        identity.devices.push_back(policy.device);
    }
    return identity;
}

// The bytes of each line, or of each stretch of what has no lines, by how often they stand there.
struct Content {
    std::unordered_map<std::string_view, std::size_t> lines;
    std::size_t bytes = 0;
};

Content content_of(const Input& input) {
    constexpr std::size_t kStretch = 64;
    Content content;
    for (const auto& source : input.sources) {
        std::string_view rest = source->bytes();
        content.bytes += rest.size();
        while (!rest.empty()) {
            const std::size_t end = rest.substr(0, kStretch).find('\n');
            const std::string_view line = rest.substr(0, end == std::string_view::npos ? kStretch : end + 1);
            ++content.lines[line];
            rest.remove_prefix(line.size());
        }
    }
    return content;
}

// In hundredths of the longer one.
std::size_t likeness(const Content& a, const Content& b) {
    const std::size_t longer = std::max(a.bytes, b.bytes);
    if (longer == 0 || std::min(a.bytes, b.bytes) * 2 < longer) return 0;
    std::size_t common = 0;
    for (const auto& [line, times] : a.lines) {
        const auto same = b.lines.find(line);
        if (same != b.lines.end()) common += line.size() * std::min(times, same->second);
    }
    return common * 100 / longer;
}

class Matching {
public:
    Matching(const std::vector<const Input*>& before, const std::vector<const Input*>& after)
        : before_(before), after_(after), free_before_(before.size(), true), free_after_(after.size(), true) {}

    void match_bytes() {
        for (std::size_t b = 0; b < before_.size(); ++b) {
            for (std::size_t a = 0; a < after_.size() && free_before_[b]; ++a) {
                if (free_after_[a] && same_bytes(*before_[b], *after_[a])) take(b, a);
            }
        }
    }

    bool many() const { return before_.size() > kMostFiles || after_.size() > kMostFiles; }

    void match_devices(const VersionReading& reading) {
        for (std::size_t b = 0; b < before_.size(); ++b)
            was_.push_back(free_before_[b] ? identity_of(*before_[b], reading.before) : Identity());
        for (std::size_t a = 0; a < after_.size(); ++a)
            is_.push_back(free_after_[a] ? identity_of(*after_[a], reading.after) : Identity());
        for (std::size_t b = 0; b < before_.size(); ++b) {
            const auto twins = [&](const std::vector<Identity>& all, const std::vector<bool>& free) {
                std::vector<std::size_t> same;
                for (std::size_t i = 0; i < all.size(); ++i) {
                    if (free[i] && all[i].vendor == was_[b].vendor && all[i].devices == was_[b].devices)
                        same.push_back(i);
                }
                return same;
            };
            if (!free_before_[b] || !was_[b].named()) continue;
            const auto here = twins(was_, free_before_), there = twins(is_, free_after_);
            if (here.size() == 1 && there.size() == 1) take(b, there[0]);
        }
    }

    void match_likeness() {
        constexpr std::size_t kLeast = 50;
        std::vector<Content> was, is;
        for (std::size_t b = 0; b < before_.size(); ++b)
            was.push_back(free_before_[b] ? content_of(*before_[b]) : Content());
        for (std::size_t a = 0; a < after_.size(); ++a)
            is.push_back(free_after_[a] ? content_of(*after_[a]) : Content());
        std::vector<std::tuple<std::size_t, std::size_t, std::size_t>> found;  // the most alike first
        for (std::size_t b = 0; b < before_.size(); ++b) {
            for (std::size_t a = 0; a < after_.size(); ++a) {
                if (!free_before_[b] || !free_after_[a] || !may_be_one(was_[b], is_[a])) continue;
                const std::size_t alike = likeness(was[b], is[a]);
                if (alike >= kLeast) found.emplace_back(100 - alike, b, a);
            }
        }
        std::sort(found.begin(), found.end());
        for (const auto& [difference, b, a] : found) {
            if (free_before_[b] && free_after_[a]) take(b, a);
        }
    }

    Pairs pairs() && { return std::move(pairs_); }

private:
    static bool may_be_one(const Identity& was, const Identity& is) {
        const bool other_names = was.named() && is.named() && was.devices != is.devices;
        return !was.vendor.empty() && was.vendor == is.vendor && !other_names;
    }

    void take(std::size_t before, std::size_t after) {
        free_before_[before] = free_after_[after] = false;
        pairs_.emplace_back(before, after);
    }

    const std::vector<const Input*>& before_;
    const std::vector<const Input*>& after_;
    std::vector<bool> free_before_, free_after_;
    std::vector<Identity> was_, is_;
    Pairs pairs_;
};

}  // namespace

bool same_bytes(const Input& a, const Input& b) {
    return std::equal(a.sources.begin(), a.sources.end(), b.sources.begin(), b.sources.end(),
                      [](const SourceRef& x, const SourceRef& y) { return x->bytes() == y->bytes(); });
}

Pairs find_renames(const std::vector<const Input*>& before, const std::vector<const Input*>& after,
                   const VersionReading& reading) {
    if (before.empty() || after.empty()) return {};
    Matching matching(before, after);
    matching.match_bytes();
    if (!matching.many()) {
        matching.match_devices(reading);
        matching.match_likeness();
    }
    return std::move(matching).pairs();
}

}  // namespace fwproof::cli
