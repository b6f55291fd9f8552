// Names, masks, ports and types become sets of values. A value has two bounds: what it surely holds and what it
// possibly holds; they differ where the export does not decide it, and then a doubt says why.
#pragma once

#include <deque>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "fwproof/base/memo.hpp"
#include "fwproof/policy/match.hpp"
#include "fwproof/policy/policy.hpp"
#include "vendor/asa/config.hpp"

namespace fwproof::asa {

// What `any` means in a list.
enum class AnyMeaning : std::uint8_t { both, v4, v6 };

struct Doubt {
    NoteKind note{};
    ConditionKind condition{};
    std::string value;    // of the condition
    std::string message;  // of the note
    std::string hint;
    Place place;         // of the member that causes it; length 0: of the operand that is resolved
    bool noted = false;  // the note was made where the member stands
};

struct Addresses {
    AddressSetRef surely, possibly;  // equal when there is no doubt; null: any
    std::vector<Doubt> doubts;
    std::string remark;  // not a doubt, but worth a note of kind odd_mask at every use

    bool exact() const { return doubts.empty(); }
};

struct Services {
    ServiceSetRef surely, possibly;
    std::vector<Doubt> doubts;

    bool exact() const { return doubts.empty(); }
};

class Resolver {
public:
    // Notes about members of objects and groups are added to the policy, and the named sets themselves.
    Resolver(const Config& config, Policy& policy);

    const Addresses& addresses(const AddressOperand& operand, AnyMeaning any);
    // The protocol, ports and ICMP types of a rule.
    const Services& services(const Ace& ace);
    // A port operand of a NAT statement or the like.
    std::optional<PortSet> ports(const PortOperand& operand, std::uint8_t protocol, Doubt& doubt) const;
    const Services* service_object(std::string_view name) const;
    const Definition* definition(std::string_view name) const;
    // Its members that no header shows, and those of the groups in it, sorted: "user A\\b; user A\\c".
    std::string unresolved_members(std::string_view group) const;
    // "NAME: MEMBERS", so that groups of one name and other members differ.
    std::string with_members(std::string_view words) const;
    void mark_used(std::string_view name) { used_.insert(name); }
    void add_objects();  // to Policy::objects; after every rule was resolved

private:
    // An IPv4 literal: kind, meaning of any and first value; second value.
    struct LiteralKey {
        std::uint64_t first = 0, second = 0;
        friend bool operator==(const LiteralKey&, const LiteralKey&) = default;
    };
    struct LiteralHash {
        std::size_t operator()(const LiteralKey& key) const {
            return static_cast<std::size_t>((key.first * 0x9e3779b97f4a7c15U) ^ (key.second * 0xc2b2ae3d27d4eb4fU) ^
                                            (key.first >> 29));
        }
    };
    struct Resolved {
        Addresses addresses;
        Services services;
        bool done = false;
        bool open = false;
    };

    void resolve_definitions();
    void resolve_network(const Definition& definition, Resolved& resolved);
    void resolve_service(const Definition& definition, Resolved& resolved);
    Addresses literal(const AddressOperand& operand, AnyMeaning any) const;
    Addresses named(const AddressOperand& operand) const;
    Services make_services(const Ace& ace);
    void add_terms(const ServiceMember& member, const Definition& owner, std::vector<ServiceTerm>& terms,
                   std::vector<Doubt>& doubts) const;
    std::vector<std::size_t> children(const Definition& definition) const;
    void note(const Doubt& doubt, Place place);

    const Config& config_;
    Policy& policy_;
    std::vector<Resolved> resolved_;
    Memo<LiteralKey, Addresses, LiteralHash> literals4_;
    std::deque<Addresses> others_;
    Memo<std::string, Services, std::hash<std::string_view>> services_;
    std::unordered_set<std::string_view> used_;
    std::size_t intervals_ = 0;  // in all groups together
};

// A group, or an operand, that the export does not define.
Doubt undefined(std::string_view what, std::string_view name);

}  // namespace fwproof::asa
