// registry.pol ([MS-GPREG] 2.2.1): "PReg", version 1, then records [key;value;type;size;data] whose delimiters are
// UTF-16 characters. Data is taken by its size: a rule may hold any delimiter.
#include <fmt/format.h>

#include "vendor/windows/carrier.hpp"
#include "vendor/windows/listing.hpp"
#include "vendor/windows/words.hpp"

namespace fwproof::windows {

namespace {

class PolicyFileReader {
public:
    explicit PolicyFileReader(const Source& source) : source_(source), bytes_(source.bytes()) {}

    Result<std::vector<BinaryValue>> run() {
        constexpr std::size_t kHeader = 8;
        if (bytes_.size() < kHeader) return cut();
        if (bytes_.substr(4, 4) != std::string_view("\1\0\0\0", 4)) {
            return problem("registry.pol of an unknown version", "fwproof reads version 1");
        }
        at_ = kHeader;
        while (at_ < bytes_.size()) {
            BinaryValue value;
            value.offset = at_;
            std::string_view type, size;
            if (!expect('[') || !read_string(value.key) || !expect(';') || !read_string(value.name) || !expect(';') ||
                !read_bytes(4, type) || !expect(';') || !read_bytes(4, size) || !expect(';')) {
                return broken();
            }
            value.type = number(type);
            std::string_view data;
            if (!read_bytes(number(size), data) || !expect(']')) return broken();
            value.data = data;
            add(std::move(value));
        }
        return std::move(values_);
    }

private:
    static std::uint32_t number(std::string_view four) {
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < 4; ++i)
            value |= static_cast<std::uint32_t>(static_cast<unsigned char>(four[i])) << (8 * i);
        return value;
    }

    bool read_bytes(std::size_t count, std::string_view& into) {
        if (bytes_.size() - at_ < count) {
            cut_ = true;
            return false;
        }
        into = bytes_.substr(at_, count);
        at_ += count;
        return true;
    }

    bool expect(char delimiter) {
        std::string_view two;
        return read_bytes(2, two) && two[0] == delimiter && two[1] == '\0';
    }

    bool read_string(std::string& into) {
        const std::size_t start = at_;
        for (std::string_view two; read_bytes(2, two);) {
            if (two[0] != '\0' || two[1] != '\0') continue;
            into = utf16_text(bytes_.substr(start, at_ - start));
            return true;
        }
        return false;
    }

    // Names with two asterisks are orders to the reader of the file.
    void add(BinaryValue value) {
        const std::string_view name = value.name;
        if (starts_with_word(name, "**del.")) {
            value.deletes_value = true;
            value.name = value.name.substr(6);
        } else if (starts_with_word(name, "**delvals")) {
            value.deletes_values = true;
            value.name.clear();
        } else if (starts_with_word(name, "**DeleteKeys") || starts_with_word(name, "**DeleteValues")) {
            const bool keys = starts_with_word(name, "**DeleteKeys");
            const std::string list = utf16_text(value.data);
            for (std::string_view rest = list; !rest.empty();) {
                const auto end = std::min(rest.find(';'), rest.size());
                const std::string part(trimmed(rest.substr(0, end)));
                rest.remove_prefix(std::min(end + 1, rest.size()));
                if (part.empty()) continue;
                BinaryValue each;
                each.offset = value.offset;
                each.key = keys ? value.key + "\\" + part : value.key;
                if (!keys) each.name = part;
                (keys ? each.deletes_key : each.deletes_value) = true;
                values_.push_back(std::move(each));
            }
            return;
        } else if (starts_with_word(name, "**soft.")) {
            value.name = value.name.substr(7);
            value.doubts.push_back({ConditionKind::other, fmt::format("'{}' did not exist before", value.name), {}});
        } else if (starts_with_word(name, "**SecureKey") || starts_with_word(name, "**Comment")) {
            return;  // about the key itself
        } else if (starts_with_word(name, "**")) {
            value.doubts.push_back({ConditionKind::syntax, fmt::format("the order '{}'", value.name), {}});
        }
        values_.push_back(std::move(value));
    }

    tl::unexpected<Error> problem(std::string message, std::string hint) const {
        Error error{std::move(message), std::move(hint), {}};
        error.file = source_.name();
        return fail(std::move(error));
    }
    tl::unexpected<Error> cut() const {
        return problem(
            fmt::format("registry.pol is cut at byte {}, in its value {}", bytes_.size(), values_.size() + 1),
            "copy the file again");
    }
    tl::unexpected<Error> broken() const {
        if (cut_) return cut();
        return problem(fmt::format("registry.pol is damaged at byte {}, in its value {}", at_ - 2, values_.size() + 1),
                       "copy the file again");
    }

    const Source& source_;
    std::string_view bytes_;
    std::size_t at_ = 0;
    bool cut_ = false;
    std::vector<BinaryValue> values_;
};

}  // namespace

Result<std::vector<Export>> read_registry_policy(const SourceRef& source) {
    const auto values = PolicyFileReader(*source).run();
    if (!values) return fail(values.error());
    std::vector<Export> exports(1);
    Export& made = exports[0];
    read_values(list_values(source->name(), *values, made.sources.emplace_back()), std::nullopt, made);
    if (made.stores.empty())
        return fail(no_policy(*source, "registry.pol", "it belongs to a policy object without firewall settings"));
    return exports;
}

}  // namespace fwproof::windows
