// What was worked out for a key before. Open addressing over the hashes alone: of a hundred thousand keys one is found
// with one look at the table and one at the entry, which lies beside its value, and growing looks at no key.
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
        const std::uint32_t hash = mixed(Hash{}(key));
        for (std::size_t at = hash & (buckets_.size() - 1); buckets_[at].entry != 0;
             at = (at + 1) & (buckets_.size() - 1)) {
            if (buckets_[at].hash != hash) continue;
            auto& [known, value] = entries_[buckets_[at].entry - 1];
            if (known == key) return &value;
        }
        return nullptr;
    }

    // The key is not known yet.
    Value& add(Key key, Value value) {
        if (buckets_.size() < 2 * (entries_.size() + 1)) grow();
        const std::uint32_t hash = mixed(Hash{}(key));
        entries_.emplace_back(std::move(key), std::move(value));
        insert({hash, static_cast<std::uint32_t>(entries_.size())});
        return entries_.back().second;
    }

private:
    struct Bucket {
        std::uint32_t hash = 0;   // its lower bits choose the bucket, the others tell keys apart
        std::uint32_t entry = 0;  // its place plus one; 0: free
    };

    static std::uint32_t mixed(std::uint64_t hash) {  // weak hashes too
        hash ^= hash >> 32;
        hash *= 0x9e3779b97f4a7c15U;
        return static_cast<std::uint32_t>(hash >> 32);
    }
    void insert(Bucket bucket) {
        std::size_t at = bucket.hash & (buckets_.size() - 1);
        while (buckets_[at].entry != 0) at = (at + 1) & (buckets_.size() - 1);
        buckets_[at] = bucket;
    }
    void grow() {
        std::vector<Bucket> smaller(buckets_.empty() ? 64 : buckets_.size() * 2);
        smaller.swap(buckets_);
        for (const Bucket& bucket : smaller) {
            if (bucket.entry != 0) insert(bucket);
        }
    }

    std::deque<std::pair<Key, Value>> entries_;
    std::vector<Bucket> buckets_;  // at most half full
};

}  // namespace fwproof
