// What was found out about lists of numbers: a hash table whose keys are whole lists.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace fwproof::packet {

class ListMemo {
public:
    using Word = std::uint32_t;
    static constexpr Word kNone = ~Word{0};
    static constexpr std::size_t kMostWords = std::size_t{1} << 26;  // 256 MiB; more is worked out again

    // The result for the list and the word beside it, or kNone.
    Word find(std::span<const Word> list, Word beside) const {
        if (buckets_.empty()) return kNone;
        const std::uint64_t hash = hash_of(list, beside);
        for (std::size_t at = hash & (buckets_.size() - 1);; at = (at + 1) & (buckets_.size() - 1)) {
            const Bucket& bucket = buckets_[at];
            if (bucket.entry == 0) return kNone;
            if (bucket.tag != static_cast<Word>(hash >> 32)) continue;
            const Entry& entry = entries_[bucket.entry - 1];
            if (entry.beside == beside && entry.size == list.size() &&
                std::equal(list.begin(), list.end(), words_.begin() + entry.offset)) {
                return entry.result;
            }
        }
    }

    // Keeps the list while there is room; the result follows with set(). Not to be called for a list that is known.
    std::size_t add(std::span<const Word> list, Word beside) {
        if (words_.size() + list.size() > kMostWords || entries_.size() >= kMostWords / 4) return kNotKept;
        entries_.push_back({static_cast<Word>(words_.size()), static_cast<Word>(list.size()), beside, kNone});
        words_.insert(words_.end(), list.begin(), list.end());
        return entries_.size() - 1;
    }
    void set(std::size_t place, Word result) {
        if (place == kNotKept) return;
        entries_[place].result = result;
        if (buckets_.size() < 2 * (entries_.size() + 1)) {
            grow();
        } else {
            insert(place);
        }
    }

    std::size_t words() const { return words_.size(); }
    void clear() {
        words_.clear();
        entries_.clear();
        buckets_.clear();
    }

private:
    static constexpr std::size_t kNotKept = ~std::size_t{0};

    struct Entry {
        Word offset, size, beside, result;
    };
    struct Bucket {
        Word tag = 0;    // the upper half of the hash
        Word entry = 0;  // its place plus one; 0: free
    };

    static std::uint64_t hash_of(std::span<const Word> list, Word beside) {
        std::uint64_t hash = (std::uint64_t{beside} << 32 | list.size()) * 0x9e3779b97f4a7c15U;
        for (const Word word : list) {
            hash = (hash ^ word) * 0x9e3779b97f4a7c15U;
            hash ^= hash >> 32;
        }
        return hash;
    }
    void insert(std::size_t place) {
        const Entry& entry = entries_[place];
        const std::uint64_t hash = hash_of({words_.data() + entry.offset, entry.size}, entry.beside);
        std::size_t at = hash & (buckets_.size() - 1);
        while (buckets_[at].entry != 0) at = (at + 1) & (buckets_.size() - 1);
        buckets_[at] = {static_cast<Word>(hash >> 32), static_cast<Word>(place + 1)};
    }
    void grow() {
        buckets_.assign(std::max<std::size_t>(1024, buckets_.size() * 2), {});
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            if (entries_[i].result != kNone) insert(i);
        }
    }

    std::vector<Word> words_;
    std::vector<Entry> entries_;
    std::vector<Bucket> buckets_;  // open addressing
};

}  // namespace fwproof::packet
