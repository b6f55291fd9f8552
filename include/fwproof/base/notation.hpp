// The notation in which packets, rules and policies are written and read back: words separated by blanks.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fwproof/base/product.hpp"
#include "fwproof/base/result.hpp"

namespace fwproof {

// `text` in double quotes; quotes, backslashes and control bytes are escaped with a backslash.
std::string quoted(std::string_view text);
// `text` as it stands where it is plain (letters, digits, bytes above 127 and _-./:@*%$~), else quoted.
std::string name_word(std::string_view text);

// Reads the words of one stretch of a source. A blank inside "..." or {...} or [...] does not end a word, and a '#'
// that starts a word ends the text.
class WordReader {
public:
    explicit WordReader(SourceSpan text);

    bool at_end() const { return word_.empty(); }
    std::string_view peek() const { return word_; }  // empty at the end
    SourceSpan span() const;                         // of the next word; at the end, the place behind the last one
    std::string_view next();                         // takes the word
    bool take(std::string_view word);                // takes the next word if it is this one

    // An error about the next word.
    tl::unexpected<Error> fail_here(std::string message, std::string hint = {}) const;
    // An error about the `length` bytes at `offset` of the next word.
    tl::unexpected<Error> fail_inside(std::size_t offset, std::size_t length, std::string message,
                                      std::string hint = {}) const;
    // The next word, quoted or plain, taken and unquoted. Fails at the end and on text behind the closing quote.
    Result<std::string> take_name(std::string_view what);

private:
    void scan();

    SourceSpan text_;
    std::string_view all_;
    std::size_t end_of_last_ = 0;
    std::size_t start_ = 0;  // of the next word
    std::string_view word_;
};

// Undoes quoted(); nothing when `text` is not one quoted string.
std::optional<std::string> unquoted(std::string_view text);

// to_string(product) leaves out "state new", which the flow notation implies; this form implies nothing.
std::string to_exact_string(const Product& product);

// PROTO SRC[:PORTS] > DST[:PORTS] and any of: in, out, state, flags, icmp, mac and the names of further fields, each at
// most once; stops at the first word that is none of these. PROTO is a protocol, any, or services in braces. Reads what
// to_exact_string prints. States that are not given are all states.
Result<Product> parse_product(WordReader& words);
// The words behind the destination alone, which narrow `product`; stops as parse_product does.
std::optional<Error> parse_product_words(WordReader& words, Product& product);

// What stands for a set in the text of a product; nothing: the set is written out.
struct SetWords {
    std::function<std::optional<std::string>(const AddressSet&)> addresses;
    std::function<std::optional<std::string>(const ServiceSet&)> services;
};
std::string to_string(const Product& product, const SetWords& words);
std::string to_exact_string(const Product& product, const SetWords& words);

// The terms of to_string(const ServiceSet&).
std::optional<ServiceSet> parse_services(std::string_view text);

// "SYN,ACK" (exactly these set), "none" (none set), "0x02,0x10-0x1f" (one of these values).
std::string tcp_flags_text(const IntervalSet<std::uint8_t>& flags);
std::optional<IntervalSet<std::uint8_t>> parse_tcp_flags(std::string_view text);

// "8", "3/4", "3/0-3/4", "8,0".
std::string icmp_text(const IcmpSet& types);
std::optional<IcmpSet> parse_icmp(std::string_view text);

// "02:00:5e:00:00:01", "none".
std::string mac_text(std::uint64_t mac);
std::optional<std::uint64_t> parse_mac(std::string_view text);

// "local", "02:00:5e:00:00:01", "64": the value of a field by its word, where it has one. A word or a number is read
// back.
std::string field_value_text(Field field, std::uint64_t value);
std::optional<std::uint64_t> parse_field_value(Field field, std::string_view text);

// "inside", "eth+", "!eth0,eth1", "none", "eth+ except eth0".
std::string to_string(const InterfaceSet& set);

}  // namespace fwproof
