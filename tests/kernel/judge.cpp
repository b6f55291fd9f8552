#include "kernel/judge.hpp"

#include <fmt/format.h>

#include "fwproof/analysis/evaluate.hpp"
#include "support/naive.hpp"

namespace fwproof::kernel {

namespace {

constexpr std::size_t kMostReports = 6;
constexpr std::size_t kEvaluatorEvery = 16;  // building its space costs more than a naive walk

// What the program's own evaluator says of one packet.
Verdict evaluated(const Policy& policy, const Path& path, const Packet& packet) {
    SpaceBuilder builder;
    add_values(builder, policy);
    builder.add(packet);
    const Space space = builder.build();
    const PacketSet question = space.from(packet);
    const Evaluator evaluator(policy, space, question);
    const Outcome outcome = evaluator.evaluate(path, question);
    if (!outcome.undecided.empty()) return Verdict::unknown;
    return outcome.permitted.empty() ? Verdict::deny : Verdict::permit;
}

std::string describe(const Probe& probe) {
    std::string text = fmt::format("{} {}", to_string(probe.position), to_string(probe.packet));
    for (const auto& [field, value] : probe.packet.fields) text += fmt::format(" {}={:#x}", to_string(field), value);
    return text;
}

}  // namespace

void Tally::add(const Tally& other) {
    probes += other.probes;
    permitted += other.permitted;
    unknown += other.unknown;
    not_delivered += other.not_delivered;
    wrong += other.wrong;
    for (const auto& report : other.reports) {
        if (reports.size() < kMostReports) reports.push_back(report);
    }
}

std::string Tally::summary() const {
    return fmt::format(
        "{} probes: {} accepted, {} dropped or rejected by the kernel; {} unknown to fwproof, {} contradicted; {} left "
        "out",
        probes, permitted, probes - permitted, unknown, wrong, not_delivered);
}

Tally compare(Network& network, const Policy& policy, const std::string& text, const std::vector<Probe>& probes,
              const std::vector<Arrival>& empty) {
    Tally tally;
    const auto arrivals = network.send(probes);
    for (std::size_t i = 0; i < probes.size(); ++i) {
        const Probe& probe = probes[i];
        if (empty[i] == Arrival::nowhere) {
            ++tally.not_delivered;
            continue;
        }
        const Path* path = policy.find_path(probe.position);
        const Verdict verdict = naive::evaluate(policy, *path, probe.packet);
        const Arrival expected = probe.position == Position::inbound ? Arrival::host : Arrival::wire;
        ++tally.probes;
        if (arrivals[i] == expected) ++tally.permitted;
        bool wrong = false;
        if (verdict == Verdict::unknown) {
            ++tally.unknown;
        } else {
            wrong = arrivals[i] != (verdict == Verdict::permit ? expected : Arrival::nowhere);
        }
        std::string engine;
        if (i % kEvaluatorEvery == 0) {
            const Verdict own = evaluated(policy, *path, probe.packet);
            if (own != verdict) {
                wrong = true;
                engine = fmt::format(", its evaluator {}", to_string(own));
            }
        }
        if (!wrong) continue;
        ++tally.wrong;
        if (tally.reports.size() < kMostReports) {
            constexpr const char* kArrivals[] = {"dropped it", "delivered it to the host", "let it out"};
            tally.reports.push_back(fmt::format("{}\n  fwproof says {}{}; the kernel {}\n{}", describe(probe),
                                                to_string(verdict), engine, kArrivals[static_cast<int>(arrivals[i])],
                                                text.size() < 6000 ? text : text.substr(0, 6000)));
        }
    }
    return tally;
}

}  // namespace fwproof::kernel
