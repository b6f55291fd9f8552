// What one policy says about one flow: the verdict on each path it may take, and who decides which part.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "fwproof/analysis/evaluate.hpp"
#include "fwproof/base/result.hpp"
#include "fwproof/packet/flow.hpp"
#include "fwproof/policy/policy.hpp"

namespace fwproof::cli {

// A part of the question with one verdict and one deciding rule.
struct Part {
    Verdict verdict{};
    std::vector<Hit> deciders;      // one, or for what is undecided every rule that may decide it; may be empty
    std::vector<Hit> also;          // of a sure verdict: those that decide it already if their conditions hold
    std::vector<Hit> translations;  // that it meets, or may meet, on the way, in the order of the stages
    std::vector<Product> region;    // without what the question says already
    bool region_complete = true;
    std::optional<Packet> witness;
};

// The answer on one path.
struct PathAnswer {
    std::string path;  // "transit", "inbound, domain", "list OUT"
    Position position{};
    std::string variant;
    bool whole_path = true;          // false: only one list was asked
    std::optional<Verdict> verdict;  // nothing: different parts have different verdicts
    std::vector<Part> parts;
    std::vector<std::string> ways;  // "in mgmt out db": where the routes lead a flow that names no interface
    bool cannot_occur = false;      // no packet of the question can take this path
    bool out_of_budget = false;     // then it is unknown, and perhaps only for that
};

// A policy that several flows are asked about.
class Answerer {
public:
    // The program and service of a flow are facts about the sender that conditions may ask for; one answerer serves
    // flows that agree in them. Every flow that will be asked has to be among `flows`.
    Answerer(const Policy& policy, const std::vector<FlowQuery>& flows, const Budget& budget = {});
    ~Answerer();

    // An error: `at` names nothing in this policy. `leaving`: also what becomes of the source of packets that leave,
    // behind every stage that decides.
    Result<std::vector<PathAnswer>> ask(const FlowQuery& flow, std::size_t region_limit = 20,
                                        bool leaving = false) const;
    // The verdict alone of many flows, each over all paths that it may take, and the rule that decides where one rule
    // does. Far cheaper than asking one by one.
    struct Brief {
        std::optional<Verdict> verdict;  // nothing: parts differ
        std::optional<RuleRef> rule;
    };
    Result<std::vector<Brief>> ask_all(const std::vector<FlowQuery>& flows) const;
    // The same of one packet, out of one evaluation of the whole policy: for logs. The flow need not be among those of
    // the constructor, of which one has to be a new connection from anywhere to anywhere. Nothing where it is more than
    // one packet, or this way does not do for the policy: then ask_all does.
    std::optional<Brief> ask_packet(const FlowQuery& flow) const;
    // Whether the device lets the replies of that flow through by itself.
    bool tracks(const FlowQuery& flow, const PathAnswer& answer) const;
    // The replies of the flow on one path that permits it: nothing where the device lets replies through by itself.
    std::optional<PathAnswer> replies(const FlowQuery& flow, const PathAnswer& answer) const;

    // What the client of a TCP flow sends on that path behind its first packet, where rules decide about replies too:
    // nothing for other flows, and for those that are not tracked.
    std::optional<PathAnswer> later(const FlowQuery& flow, const PathAnswer& answer) const;

    const Policy& policy() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// What a hit that is not sure depends on: the conditions of its rule and of the jumps that lead there.
std::vector<std::string> conditions_of(const Policy& policy, const Hit& hit);

// The header of the first reply: ends exchanged, state established.
Product reply_header(const Product& header);

}  // namespace fwproof::cli
