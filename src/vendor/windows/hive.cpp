// Registry hives: what netsh advfirewall export writes (.wfw), and SYSTEM or SOFTWARE hives of an offline host.
// libhivex reads them; it takes a path only, so the bytes go through an anonymous file in memory.
#include <fmt/format.h>
#include <hivex.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <unordered_set>

#include "vendor/windows/carrier.hpp"
#include "vendor/windows/listing.hpp"

namespace fwproof::windows {

namespace {

// Bounds for hostile hives: the depth that Windows itself allows, and far more values than it writes for the firewall.
constexpr std::size_t kDeepest = 512;
constexpr std::size_t kMostValues = 2'000'000;

struct Close {
    void operator()(hive_h* hive) const { hivex_close(hive); }
};
struct Free {
    void operator()(void* memory) const { std::free(memory); }  // NOLINT: the library's results are malloc'ed
};
using Hive = std::unique_ptr<hive_h, Close>;
template <class T>
using Owned = std::unique_ptr<T, Free>;

Hive open_in_memory(std::string_view bytes) {
    const int file = memfd_create("hive", MFD_CLOEXEC);
    if (file < 0) return nullptr;
    bool written = true;
    while (!bytes.empty() && written) {
        const auto count = ::write(file, bytes.data(), bytes.size());
        written = count > 0;
        if (written) bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    Hive hive(written ? hivex_open(fmt::format("/proc/self/fd/{}", file).c_str(), 0) : nullptr);
    ::close(file);
    return hive;
}

std::uint32_t word(std::string_view bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i)
        value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
    return value;
}

class HiveReader {
public:
    explicit HiveReader(hive_h* hive) : hive_(hive) {}

    // False: the hive contradicts itself.
    bool run() {
        const hive_node_h root = hivex_root(hive_);
        return root != 0 && read_node(root, "", 0);
    }
    std::vector<BinaryValue> values;

private:
    bool read_node(hive_node_h node, const std::string& key, std::size_t depth) {
        if (depth > kDeepest || !seen_.insert(node).second) return false;  // a key below itself, or below two others
        const Owned<hive_value_h> list(hivex_node_values(hive_, node));
        if (!list) return false;
        for (const hive_value_h* value = list.get(); *value != 0; ++value) {
            if (!read_value(*value, key)) return false;
        }
        const Owned<hive_node_h> children(hivex_node_children(hive_, node));
        if (!children) return false;
        for (const hive_node_h* child = children.get(); *child != 0; ++child) {
            const Owned<char> name(hivex_node_name(hive_, *child));
            if (!name) return false;
            const std::string path = key.empty() ? name.get() : key + "\\" + name.get();
            if (!read_node(*child, path, depth + 1)) return false;
        }
        return true;
    }

    bool read_value(hive_value_h handle, const std::string& key) {
        const Owned<char> name(hivex_value_key(hive_, handle));
        hive_type type{};
        std::size_t size = 0;
        const Owned<char> data(hivex_value_value(hive_, handle, &type, &size));
        if (!name || !data || values.size() >= kMostValues) return false;
        BinaryValue value;
        value.offset = handle;
        value.key = key;
        value.name = name.get();
        std::memcpy(&value.type, &type, sizeof type);  // a damaged hive has types that are none of the enumeration
        value.data.assign(data.get(), size);
        values.push_back(std::move(value));
        return true;
    }

    hive_h* hive_;
    std::unordered_set<hive_node_h> seen_;
};

}  // namespace

Result<std::vector<Export>> read_hive(const SourceRef& source, StoreRole role) {
    const std::string_view bytes = source->bytes();
    const auto problem = [&](std::string message) {
        Error error{std::move(message), "export it again with netsh advfirewall export FILE.wfw", {}};
        error.file = source->name();
        return fail(std::move(error));
    };
    constexpr std::size_t kHeader = 4096;
    if (bytes.size() < kHeader)
        return problem(fmt::format("the registry hive is cut: {} bytes are less than its header", bytes.size()));
    const std::size_t whole = kHeader + word(bytes, 0x28);
    if (bytes.size() < whole)
        return problem(fmt::format("the registry hive is cut: it has {} of {} bytes", bytes.size(), whole));
    const Hive hive = open_in_memory(bytes);
    if (!hive) return problem("the registry hive is damaged");
    HiveReader reader(hive.get());
    if (!reader.run()) return problem("the registry hive is damaged: its keys or values contradict each other");
    std::vector<Export> exports(1);
    Export& made = exports[0];
    if (word(bytes, 4) != word(bytes, 8)) {
        made.notes.push_back({NoteKind::partial_export,
                              "the hive was not written out completely; its log files may hold later changes",
                              "export it again from the running host",
                              {}});
    }
    const StoreKind root = role == StoreRole::gpo   ? StoreKind::group_policy
                           : role == StoreRole::mdm ? StoreKind::mdm
                                                    : StoreKind::local;
    read_values(list_values(source->name(), reader.values, made.sources.emplace_back()), root, made);
    for (Store& store : made.stores) store.kind_open = store.kind_open && role == StoreRole::sniffed;
    if (made.stores.empty())
        return fail(no_policy(*source, "hive", "export it with netsh advfirewall export FILE.wfw"));
    return exports;
}

}  // namespace fwproof::windows
