// The lines of one list, in pieces that can be released one by one: exports hold hundreds of thousands of them, whose
// memory the rules made of them need, and the lines of several lists may come in turns.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace fwproof::asa {

template <class Entry>
class Entries {
public:
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    Entry& operator[](std::size_t i) { return pieces_[i / kPiece][i % kPiece]; }
    const Entry& operator[](std::size_t i) const { return pieces_[i / kPiece][i % kPiece]; }
    Entry& back() { return pieces_.back().back(); }

    void push_back(Entry entry) {
        if (size_ % kPiece == 0) pieces_.emplace_back();
        pieces_.back().push_back(std::move(entry));
        ++size_;
    }
    void clear() { *this = Entries(); }
    // Those before `i` may be gone; nobody asks for them again. Places of the others stay.
    void release_before(std::size_t i) {
        for (; released_ < i / kPiece; ++released_) pieces_[released_] = std::vector<Entry>();
    }

private:
    static constexpr std::size_t kPiece = 128;

    std::vector<std::vector<Entry>> pieces_;  // all full but the last
    std::size_t size_ = 0;
    std::size_t released_ = 0;  // pieces
};

}  // namespace fwproof::asa
