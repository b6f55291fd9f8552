#include "fwproof/vendor/vendor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "fwproof/base/secrets.hpp"
#include "fwproof/vendor/unusable.hpp"

namespace fwproof {

#define FWPROOF_VENDOR(name, title)                                                   \
    namespace name {                                                                  \
    Likelihood detect(const Input& input);                                            \
    Result<std::vector<Policy>> load(const Input& input, const LoadOptions& options); \
    }
#include "vendors.def"
#undef FWPROOF_VENDOR

std::span<const Vendor> vendors() {
    static constexpr auto kVendors = std::to_array<Vendor>({
#define FWPROOF_VENDOR(name, title) {#name, title, &name::detect, &name::load},
#include "vendors.def"
#undef FWPROOF_VENDOR
    });
    return kVendors;
}

// Of Windows alone there are whole files without any firewall: policy objects and registry exports of other settings.
namespace windows {
std::optional<std::string> unusable_reason(const Input& input);
}

namespace {

std::string known_formats() {
    std::string names;
    for (const auto& vendor : vendors()) names += fmt::format("{}{}", names.empty() ? "" : ", ", vendor.name);
    return names;
}

// "INPUT rule" of "INPUT rule 7": most names of a list differ in their number alone. Empty: no number stands there.
std::string_view without_number(std::string_view name) {
    const auto digits = name.find_last_not_of("0123456789");
    if (digits == std::string_view::npos || digits + 1 == name.size() || name[digits] != ' ') return {};
    return name.substr(0, digits);
}

// An archive may hold exports as they are, behind each other and among other bytes: whoever reads it as text reads some
// of it. (The mark of a tar file stands in its first header.)
bool is_archive(std::string_view bytes) {
    using namespace std::string_view_literals;
    constexpr std::size_t kTarMark = 257;
    constexpr auto kMagics = std::to_array({"PK\3\4"sv, "\x1f\x8b"sv, "BZh"sv,
                                            "\xfd"
                                            "7zXZ\0"sv,
                                            "7z\xbc\xaf\x27\x1c"sv, "\x28\xb5\x2f\xfd"sv});
    return std::any_of(kMagics.begin(), kMagics.end(), [&](auto magic) { return bytes.starts_with(magic); }) ||
           (bytes.size() > kTarMark && bytes.substr(kTarMark).starts_with("ustar"));
}

// Words of the export that go on into reports. Their places show what is masked as well.
void hide_secrets(Policy& policy) {
    for (auto& note : policy.notes) {
        note.message = mask_message(note.message, note.span);
        note.hint = mask_message(note.hint, note.span);
    }
    for (auto& ruleset : policy.rulesets) {
        std::string plain;  // words that hide nothing
        for (auto& rule : ruleset.rules) {
            const std::string_view words = without_number(rule.name);
            if (!rule.name.empty() && (words.empty() || words != plain)) {
                std::string masked = mask_secrets(rule.name);
                if (masked == rule.name)
                    plain = words;
                else
                    rule.name = std::move(masked);
            }
            if (!rule.comment.empty()) rule.comment = mask_remark(rule.comment);
            for (auto& condition : rule.match.conditions) condition.value = mask_secrets(condition.value);
        }
    }
}

// Null: none knows it.
const Vendor* likeliest(const Input& input) {
    const Vendor* best = nullptr;
    Likelihood likelihood = Likelihood::no;
    for (const auto& vendor : vendors()) {
        const Likelihood found = vendor.detect(input);
        if (found <= likelihood) continue;
        best = &vendor;
        likelihood = found;
        if (found == Likelihood::certain) break;
    }
    return best;
}

constexpr const char* kArchive = "is an archive or a compressed file";

}  // namespace

std::optional<std::string> unusable_reason(const Input& input) {
    for (const auto& source : input.sources) {
        if (is_archive(source->bytes())) return kArchive;
    }
    const Vendor* vendor = likeliest(input);
    return vendor && vendor->load == &windows::load ? windows::unusable_reason(input) : std::nullopt;
}

Result<std::vector<Policy>> load_policies(const Input& input, const LoadOptions& options, std::string_view format) {
    for (const auto& source : input.sources) {
        if (!is_archive(source->bytes())) continue;
        Error error{kArchive, "unpack it and give the files in it", {}};
        error.file = source->name();
        return fail(std::move(error));
    }
    const Vendor* best = nullptr;
    if (format.empty()) best = likeliest(input);
    for (const auto& vendor : vendors()) {
        if (vendor.name == format) best = &vendor;
    }
    if (best) {
        auto policies = best->load(input, options);
        if (policies) {
            for (auto& policy : *policies) hide_secrets(policy);
        }
        return policies;
    }
    if (!format.empty()) {
        return fail(fmt::format("unknown input format '{}'", format), "known formats: " + known_formats());
    }
    Error error{"not a firewall export that fwproof knows",
                "known formats: " + known_formats() + "; --input-format forces one",
                {}};
    error.file = input.name;
    return fail(std::move(error));
}

}  // namespace fwproof
