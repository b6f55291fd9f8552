// Reading exports: the registry of vendors.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fwproof/base/result.hpp"
#include "fwproof/policy/policy.hpp"

namespace fwproof {

// What the user says about the world outside the export. Nothing here is read by the vendors themselves from a file,
// the environment or a clock.
struct LoadOptions {
    std::optional<std::chrono::sys_seconds> as_of;  // for time ranges; nothing: they stay conditions
    bool as_of_day = false;                         // as_of begins a day, at whose time nobody asks in particular
    std::string network_profile;                    // "domain", "private", "public"; empty: one path per profile
    std::vector<Prefix> local_subnets;              // what LocalSubnet means on that host
    // What other words of Windows mean there: "DNS", "DefaultGateway", ... and "RPC", "Ply2Disc", ...
    std::map<std::string, AddressSet> address_keywords;
    std::map<std::string, PortSet> port_keywords;
    SourceRef ipset;  // the output of `ipset save`
};

// Which policy store of a Windows host a file holds, where the user says it. Other vendors have no stores.
enum class StoreRole : std::uint8_t { sniffed, gpo, mdm, local };

// What is known of a file beside its bytes.
struct Given {
    StoreRole role = StoreRole::sniffed;
    std::size_t rank = 0;  // of a gpo: which argument; a lower one wins over a higher one
    bool found = false;    // by walking a directory: the user did not name it, and it need not be an export
};

// What belongs together: one file, or the files that hold one device's policy.
struct Input {
    std::string name;  // as the user named it
    std::vector<SourceRef> sources;
    std::vector<Given> given{};  // of the sources, in their order; of those beyond its end nothing is known

    Given given_of(std::size_t source) const { return source < given.size() ? given[source] : Given(); }
    void add(SourceRef source, Given known) {
        given.resize(sources.size());
        sources.push_back(std::move(source));
        given.push_back(known);
    }
};

// How sure a vendor is that an input is its own, judged by content alone.
enum class Likelihood : std::uint8_t { no, possible, certain };

struct Vendor {
    std::string_view name;   // "iptables": the word for --input-format
    std::string_view title;  // "Linux iptables (iptables-save, ip6tables-save)"
    Likelihood (*detect)(const Input&);
    // The devices in the input, at least one. What is not understood becomes a note and an inexact rule; an error means
    // that nothing can be said about the input at all.
    Result<std::vector<Policy>> (*load)(const Input&, const LoadOptions&);
};

std::span<const Vendor> vendors();

// Sniffs (or takes `format` when it is not empty) and loads. The error for an input that nobody knows says what it
// looks like and which formats there are.
Result<std::vector<Policy>> load_policies(const Input& input, const LoadOptions& options, std::string_view format = {});

}  // namespace fwproof
