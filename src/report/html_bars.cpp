#include "report/html_bars.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "report/markup.hpp"

namespace fwproof::report {

namespace {

constexpr std::size_t kMostRegions = 6;
constexpr std::size_t kMostSegments = 200;
constexpr double kWidth = 1000, kSmallest = 4;

// A stretch of an axis, both ends in 0..1.
struct Segment {
    double first, last;
};

std::string drawing(const std::vector<Segment>& segments, const std::vector<double>& ticks, std::string_view label) {
    std::string svg = fmt::format(
        "<svg viewBox=\"0 0 1000 18\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{}\"><rect "
        "class=\"track\" "
        "x=\"0\" y=\"1\" width=\"1000\" height=\"16\"/>",
        in_markup(label));
    for (std::size_t i = 0; i < std::min(segments.size(), kMostSegments); ++i) {
        const double width = std::max((segments[i].last - segments[i].first) * kWidth, kSmallest);
        const double at = std::min(segments[i].first * kWidth, kWidth - width);
        svg += fmt::format("<rect class=\"surplus\" x=\"{:.1f}\" y=\"1\" width=\"{:.1f}\" height=\"16\"/>", at, width);
    }
    for (const double tick : ticks)
        svg += fmt::format("<line class=\"tick\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"0\" y2=\"18\"/>", tick * kWidth);
    return svg + "</svg>";
}

std::string bar(std::string_view name, const std::string& drawn, const std::vector<std::string>& axis,
                const std::string& text, bool thirds = false) {
    std::string marks;
    for (const auto& mark : axis) marks += fmt::format("<span>{}</span>", in_markup(mark));
    return fmt::format(
        "<div class=\"bar\"><span>{}</span><div>{}<div class=\"axis{}\">{}</div><div "
        "class=\"note-line\">{}</div></div></div>",
        in_markup(name), drawn, thirds ? " thirds" : "", marks, in_markup(text));
}

// Where a port stands: 0-1023, 1024-49151 and 49152-65535 take a third each.
double port_place(unsigned port) {
    if (port <= 1024) return port / 1024.0 / 3;
    if (port <= 49152) return (1 + (port - 1024) / 48128.0) / 3;
    return (2 + (port - 49152) / 16384.0) / 3;
}

std::string ports_bar(const ServiceTerm& term) {
    std::string name;
    for (const auto& protocols : term.protocols.intervals()) {
        for (unsigned p = protocols.first; p <= protocols.last && name.size() < 24; ++p) {
            if (has_ports(static_cast<std::uint8_t>(p)))
                name += (name.empty() ? "" : ", ") + protocol_name(static_cast<std::uint8_t>(p));
        }
    }
    if (name.empty()) return {};
    std::vector<Segment> segments;
    std::size_t count = 0;
    for (const auto& i : term.destination_ports.intervals()) {
        segments.push_back({port_place(i.first), port_place(i.last + 1U)});
        count += i.last - i.first + 1U;
    }
    const std::string text = fmt::format("{} ({} of 65536 ports)", to_string(term.destination_ports), count);
    return bar(name + " ports", drawing(segments, {1.0 / 3, 2.0 / 3}, text), {"0", "1024", "49152", "65535"}, text,
               true);
}

// A whole number of addresses where it is short enough to read.
std::string count_text(double count) {
    if (count < 1e7) return fmt::format("{:.0f} {}", count, count == 1 ? "address" : "addresses");
    return fmt::format("about {:.1e} addresses", count);
}

template <class T>
std::string addresses_bar(std::string_view name, const IntervalSet<T>& set, Family family) {
    if (set.empty()) return {};
    const T low = set.intervals().front().first, high = set.intervals().back().last;
    // The smallest prefix that holds both ends, and room beside them.
    int free_bits = 0;
    constexpr int kBits = static_cast<int>(sizeof(T)) * 8;
    while (free_bits < kBits && (low >> free_bits) != (high >> free_bits)) ++free_bits;
    free_bits = std::min(free_bits + 1, kBits);
    const bool whole = free_bits == kBits;
    const T mask = whole ? IntervalSet<T>::kMax : static_cast<T>((T{1} << free_bits) - 1);
    const T first = static_cast<T>(low & static_cast<T>(~mask));
    const T last = static_cast<T>(first | mask);
    const double size = static_cast<double>(mask) + 1;
    std::vector<Segment> segments;
    double count = 0;
    for (const auto& i : set.intervals()) {
        segments.push_back({static_cast<double>(static_cast<T>(i.first - first)) / size,
                            (static_cast<double>(static_cast<T>(i.last - first)) + 1) / size});
        count += static_cast<double>(static_cast<T>(i.last - i.first)) + 1;
    }
    const AddressSet one = [&] {
        AddressSet only;
        if constexpr (sizeof(T) == 4) {
            only.v4 = set;
        } else {
            only.v6 = set;
        }
        return only;
    }();
    std::string words = to_string(one);
    if (words.size() > 240) words = words.substr(0, words.rfind(',', 240)) + ", ...";
    const std::string text = fmt::format("{} ({})", words, count_text(count));
    return bar(name, drawing(segments, {}, text), {to_string(Address{family, first}), to_string(Address{family, last})},
               text);
}

std::string addresses_bars(std::string_view name, const AddressSetRef& addresses) {
    if (!addresses)
        return bar(name, drawing({{0, 1}}, {}, "any"), {"0.0.0.0", "every address of both families"}, "any");
    return addresses_bar(name, addresses->v4, Family::v4) + addresses_bar(name, addresses->v6, Family::v6);
}

}  // namespace

std::string region_bars(const std::vector<Product>& region, bool complete) {
    if (region.empty()) return {};
    std::string figures;
    for (std::size_t i = 0; i < std::min(region.size(), kMostRegions); ++i) {
        const Product& product = region[i];
        std::string bars = addresses_bars("from", product.source) + addresses_bars("to", product.destination);
        if (!product.services) {
            bars += bar("services", drawing({{0, 1}}, {}, "any"), {"every protocol and port"}, "any");
        } else {
            for (const auto& term : product.services->terms) bars += ports_bar(term);
        }
        figures +=
            fmt::format("<figure class=\"bars\"><figcaption><span class=\"packet\">{}</span></figcaption>{}</figure>\n",
                        in_markup(to_string(product)), bars);
    }
    if (region.size() > kMostRegions)
        figures += fmt::format("<p class=\"soft\">{} more regions are in the JSON report.</p>\n",
                               region.size() - kMostRegions);
    if (!complete) figures += "<p class=\"soft\">More regions exist than were listed.</p>\n";
    return figures;
}

}  // namespace fwproof::report
