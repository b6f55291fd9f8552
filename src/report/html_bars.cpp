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

// What is drawn on one axis: the packets of a region, and those that are needed.
struct Lanes {
    std::vector<Segment> region, needed;
    std::string text;         // of the region
    std::string needed_text;  // empty: nothing is drawn as needed
};

std::string rectangles(const std::vector<Segment>& segments, std::string_view style, int top, int height) {
    std::string svg;
    for (std::size_t i = 0; i < std::min(segments.size(), kMostSegments); ++i) {
        const double width = std::max((segments[i].last - segments[i].first) * kWidth, kSmallest);
        const double at = std::min(segments[i].first * kWidth, kWidth - width);
        svg += fmt::format("<rect class=\"{}\" x=\"{:.1f}\" y=\"{}\" width=\"{:.1f}\" height=\"{}\"/>", style, at, top,
                           width, height);
    }
    return svg;
}

std::string drawing(const Lanes& lanes, const std::vector<double>& ticks) {
    const bool both = !lanes.needed_text.empty();
    std::string svg = fmt::format(
        "<svg viewBox=\"0 0 1000 18\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{}\"><rect "
        "class=\"track\" x=\"0\" y=\"1\" width=\"1000\" height=\"16\"/>",
        in_markup(both ? fmt::format("surplus {}; needed {}", lanes.text, lanes.needed_text) : lanes.text));
    svg += rectangles(lanes.region, "surplus", 1, both ? 8 : 16);
    svg += rectangles(lanes.needed, "needed", 9, 8);
    for (const double tick : ticks)
        svg += fmt::format("<line class=\"tick\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"0\" y2=\"18\"/>", tick * kWidth);
    return svg + "</svg>";
}

std::string bar(std::string_view name, const Lanes& lanes, const std::vector<std::string>& axis,
                const std::vector<double>& ticks = {}) {
    std::string marks, words;
    for (const auto& mark : axis) marks += fmt::format("<span>{}</span>", in_markup(mark));
    if (lanes.needed_text.empty()) {
        words = in_markup(lanes.text);
    } else {
        words = fmt::format(
            "<span class=\"swatch surplus\"></span>surplus: {}<br><span class=\"swatch needed\"></span>needed: {}",
            in_markup(lanes.text), in_markup(lanes.needed_text));
    }
    return fmt::format(
        "<div class=\"bar\"><span>{}</span><div>{}<div class=\"axis{}\">{}</div><div "
        "class=\"note-line\">{}</div></div></div>",
        in_markup(name), drawing(lanes, ticks), ticks.empty() ? "" : " thirds", marks, words);
}

// Where a port stands: 0-1023, 1024-49151 and 49152-65535 take a third each.
double port_place(unsigned port) {
    if (port <= 1024) return port / 1024.0 / 3;
    if (port <= 49152) return (1 + (port - 1024) / 48128.0) / 3;
    return (2 + (port - 49152) / 16384.0) / 3;
}

std::vector<Segment> port_segments(const PortSet& ports) {
    std::vector<Segment> segments;
    for (const auto& i : ports.intervals()) segments.push_back({port_place(i.first), port_place(i.last + 1U)});
    return segments;
}

std::string ports_text(const PortSet& ports) {
    std::size_t count = 0;
    for (const auto& i : ports.intervals()) count += i.last - i.first + 1U;
    return fmt::format("{} ({} of 65536 ports)", to_string(ports), count);
}

// The ports of these protocols that are needed.
PortSet needed_ports(const ProtocolSet& protocols, const std::vector<Product>& needed) {
    PortSet ports;
    for (const auto& product : needed) {
        if (!product.services) return PortSet::all();
        for (const auto& term : product.services->terms) {
            if (!(term.protocols & protocols).empty()) ports = ports | term.destination_ports;
        }
    }
    return ports;
}

std::string ports_bar(const ServiceTerm& term, const std::vector<Product>& needed) {
    std::string name;
    for (const auto& protocols : term.protocols.intervals()) {
        for (unsigned p = protocols.first; p <= protocols.last && name.size() < 24; ++p) {
            if (has_ports(static_cast<std::uint8_t>(p)))
                name += (name.empty() ? "" : ", ") + protocol_name(static_cast<std::uint8_t>(p));
        }
    }
    if (name.empty()) return {};
    Lanes lanes{port_segments(term.destination_ports), {}, ports_text(term.destination_ports), {}};
    if (!needed.empty()) {
        const PortSet ports = needed_ports(term.protocols, needed);
        lanes.needed = port_segments(ports);
        lanes.needed_text = ports.empty() ? "none" : ports_text(ports);
    }
    return bar(name + " ports", lanes, {"0", "1024", "49152", "65535"}, {1.0 / 3, 2.0 / 3});
}

// A whole number of addresses where it is short enough to read.
std::string count_text(double count) {
    if (count < 1e7) return fmt::format("{:.0f} {}", count, count == 1 ? "address" : "addresses");
    return fmt::format("about {:.1e} addresses", count);
}

// The stretch of addresses that an axis shows.
template <class T>
struct Window {
    T first{}, last = IntervalSet<T>::kMax;
};

// The smallest prefix around the set, and as much room beside it.
template <class T>
Window<T> window_around(const IntervalSet<T>& set) {
    const T low = set.intervals().front().first, high = set.intervals().back().last;
    int free_bits = 0;
    constexpr int kBits = static_cast<int>(sizeof(T)) * 8;
    while (free_bits < kBits && (low >> free_bits) != (high >> free_bits)) ++free_bits;
    free_bits = std::min(free_bits + 1, kBits);
    const T mask = free_bits == kBits ? IntervalSet<T>::kMax : static_cast<T>((T{1} << free_bits) - 1);
    const T first = static_cast<T>(low & static_cast<T>(~mask));
    return {first, static_cast<T>(first | mask)};
}

template <class T>
std::vector<Segment> address_segments(const IntervalSet<T>& set, const Window<T>& window) {
    const double size = static_cast<double>(static_cast<T>(window.last - window.first)) + 1;
    std::vector<Segment> segments;
    for (const auto& i : set.intervals())
        segments.push_back({static_cast<double>(static_cast<T>(i.first - window.first)) / size,
                            (static_cast<double>(static_cast<T>(i.last - window.first)) + 1) / size});
    return segments;
}

template <class T>
std::string addresses_text(const IntervalSet<T>& set) {
    if (set.empty()) return "none";
    double count = 0;
    for (const auto& i : set.intervals()) count += static_cast<double>(static_cast<T>(i.last - i.first)) + 1;
    AddressSet one;
    if constexpr (sizeof(T) == 4) {
        one.v4 = set;
    } else {
        one.v6 = set;
    }
    std::string words = to_string(one);
    if (words.size() > 240) words = words.substr(0, words.rfind(',', 240)) + ", ...";
    return fmt::format("{} ({})", words, count_text(count));
}

template <class T>
std::string addresses_bar(std::string_view name, const IntervalSet<T>& set, const IntervalSet<T>& needed, bool compare,
                          Family family) {
    if (set.empty()) return {};
    const Window<T> window = window_around(set | needed);
    Lanes lanes{address_segments(set, window), {}, addresses_text(set), {}};
    if (compare) {
        lanes.needed = address_segments(needed, window);
        lanes.needed_text = addresses_text(needed);
    }
    return bar(name, lanes, {to_string(Address{family, window.first}), to_string(Address{family, window.last})});
}

std::string addresses_bars(std::string_view name, const AddressSetRef& addresses, const std::vector<Product>& needed,
                           AddressSetRef Product::*end) {
    AddressSet wanted;
    for (const auto& product : needed) wanted = product.*end ? wanted | *(product.*end) : AddressSet::any();
    const bool compare = !needed.empty();
    if (!addresses && (!compare || wanted.is_all())) {
        const Lanes whole{
            {{0, 1}}, compare ? std::vector<Segment>{{0, 1}} : std::vector<Segment>(), "any", compare ? "any" : ""};
        return bar(name, whole, {"0.0.0.0", "every address of both families"});
    }
    const AddressSet drawn = addresses ? *addresses : AddressSet::any();
    std::string bars;
    if (addresses || !wanted.v4.empty()) bars += addresses_bar(name, drawn.v4, wanted.v4, compare, Family::v4);
    if (addresses || !wanted.v6.empty()) bars += addresses_bar(name, drawn.v6, wanted.v6, compare, Family::v6);
    return bars;
}

}  // namespace

std::string region_bars(const std::vector<Product>& region, bool complete, const std::vector<Product>& needed) {
    if (region.empty()) return {};
    std::string figures;
    for (std::size_t i = 0; i < std::min(region.size(), kMostRegions); ++i) {
        const Product& product = region[i];
        std::string bars = addresses_bars("from", product.source, needed, &Product::source) +
                           addresses_bars("to", product.destination, needed, &Product::destination);
        if (!product.services) {
            Lanes lanes{{{0, 1}}, {}, "every protocol and port", {}};
            if (!needed.empty()) {
                const PortSet ports = needed_ports(ProtocolSet::all(), needed);
                lanes.needed = port_segments(ports);
                lanes.needed_text = ports_text(ports);
            }
            bars += bar("ports", lanes, {"0", "1024", "49152", "65535"}, {1.0 / 3, 2.0 / 3});
        } else {
            for (const auto& term : product.services->terms) bars += ports_bar(term, needed);
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
