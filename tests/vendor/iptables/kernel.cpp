#include "vendor/iptables/kernel.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "support/catch.hpp"
#include "support/naive.hpp"

namespace fwproof::iptables {

State first_state(const Packet& packet) {
    if (packet.protocol == kTcp) {
        const unsigned kind = packet.tcp_flags & (kFin | kSyn | kRst | kAck);
        return kind == kSyn || kind == kAck ? State::new_ : State::invalid;
    }
    if (packet.protocol == kIcmp && packet.source.family == Family::v4) {
        const unsigned type = packet.icmp_type;
        return type == 8 || type == 13 || type == 15 || type == 17 ? State::new_ : State::invalid;
    }
    if (packet.protocol == kIcmp6) {
        const unsigned type = packet.icmp_type;
        if (type == 128 || type == 139) return State::new_;
        if ((type >= 130 && type <= 136) || type == 143 || type == 151 || type == 152) return State::untracked;
        return State::invalid;
    }
    return State::new_;
}

std::uint8_t parse_flag_letters(std::string_view letters) {
    constexpr std::string_view kLetters = "FSRPAUEC";  // from bit 0 on
    unsigned flags = 0;
    for (const char letter : letters) {
        if (const auto bit = kLetters.find(letter); bit != std::string_view::npos) flags |= 1u << bit;
    }
    return static_cast<std::uint8_t>(flags);
}

Policy load_text(std::string_view text, const LoadOptions& options, const std::string& name) {
    const Input input{name, {std::make_shared<Source>(name, std::string(text))}};
    auto loaded = load_policies(input, options, "iptables");
    if (!loaded) throw std::runtime_error(render(loaded.error()));
    return std::move(loaded->front());
}

std::string load_error(std::string_view text, const std::string& name) {
    const Input input{name, {std::make_shared<Source>(name, std::string(text))}};
    const auto loaded = load_policies(input, {}, "iptables");
    return loaded ? "" : render(loaded.error());
}

std::string refusals(const std::string& text) {
    std::string lines = load_error(text);
    if (!lines.empty()) return lines;
    const Policy policy = load_text(text);
    for (const auto& note : policy.notes) {
        const bool loads = !note.message.starts_with("rules without a '*table' line");
        switch (loads ? note.kind : NoteKind::unparsed_line) {  // these rules load
            case NoteKind::assumed_default:
            case NoteKind::unmodelled_condition:
            case NoteKind::unresolved_name:
            case NoteKind::odd_mask: continue;
            default: break;
        }
        if (!note.span || note.message.starts_with("the polic")) continue;  // they stay as they were
        if (note.message.starts_with("ip6tables looks behind")) continue;   // and so does the rule
        lines +=
            fmt::format("{}:{}: {}: {}\n", note.span.line(), note.span.column(), to_string(note.kind), note.message);
    }
    return lines;
}

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    while (true) {
        const auto start = line.find_first_not_of(' ');
        if (start == std::string_view::npos) return words;
        line.remove_prefix(start);
        const auto end = line.find(' ');
        words.push_back(line.substr(0, end));
        line.remove_prefix(end == std::string_view::npos ? line.size() : end);
    }
}

std::string read_fixture(const std::string& path) {
    std::ifstream file(std::string(FWPROOF_ROOT) + "/fixtures/vendor/iptables/" + path, std::ios::binary);
    if (!file) throw std::runtime_error("no fixture " + path);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void check_golden(const std::string& path, const std::string& text) {
    if (std::getenv("FWPROOF_UPDATE_GOLDEN") != nullptr) {
        std::ofstream(std::string(FWPROOF_ROOT) + "/fixtures/vendor/iptables/" + path, std::ios::binary) << text;
        FAIL("wrote " << path);
    }
    INFO("to renew " << path << ": FWPROOF_UPDATE_GOLDEN=1, then read the difference");
    CHECK(text == read_fixture(path));
}

std::string verdict(const Policy& policy, Position position, const Packet& packet) {
    switch (naive::evaluate(policy, *policy.find_path(position), packet)) {
        case Verdict::permit: return "A";
        case Verdict::deny: return "D";
        case Verdict::unknown: return "?";
    }
    return "?";
}

}  // namespace fwproof::iptables
