// What was worked out for a key before. Open addressing over tags of the hashes: of a hundred thousand keys one is
// found with one look at the table and one at the entry, which lies beside its value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

namespace fwproof {

template <class Key, class Value, class Hash>
class Memo {
public:
    // Null: not known. Values keep their places.
    template <class Like>
    Value* find(const Like& key) {
        if (buckets_.empty()) return nullptr;
        const std::uint64_t hash = mixed(Hash{}(key));
        for (std::size_t at = hash & (buckets_.size() - 1); buckets_[at].entry != 0;
             at = (at + 1) & (buckets_.size() - 1)) {
            if (buckets_[at].tag != static_cast<std::uint32_t>(hash >> 32)) continue;
            auto& [known, value] = entries_[buckets_[at].entry - 1];
            if (known == key) return &value;
        }
        return nullptr;
    }

    // The key is not known yet.
    Value& add(Key key, Value value) {
        if (buckets_.size() < 2 * (entries_.size() + 1)) grow();
        entries_.emplace_back(std::move(key), std::move(value));
        insert(entries_.size());
        return entries_.back().second;
    }

private:
    struct Bucket {
        std::uint32_t tag = 0;    // the upper half of the hash
        std::uint32_t entry = 0;  // its place plus one; 0: free
    };

    // The lower bits choose the bucket, so weak hashes are mixed.
    static std::uint64_t mixed(std::uint64_t hash) {
        hash ^= hash >> 32;
        hash *= 0x9e3779b97f4a7c15U;
        return hash ^ hash >> 29;
    }
    void insert(std::size_t entry) {
        const std::uint64_t hash = mixed(Hash{}(entries_[entry - 1].first));
        std::size_t at = hash & (buckets_.size() - 1);
        while (buckets_[at].entry != 0) at = (at + 1) & (buckets_.size() - 1);
        buckets_[at] = {static_cast<std::uint32_t>(hash >> 32), static_cast<std::uint32_t>(entry)};
    }
    void grow() {
        buckets_.assign(buckets_.empty() ? 64 : buckets_.size() * 2, {});
        for (std::size_t entry = 1; entry <= entries_.size(); ++entry) insert(entry);
    }

    std::deque<std::pair<Key, Value>> entries_;
    std::vector<Bucket> buckets_;  // at most half full
};

}  // namespace fwproof
