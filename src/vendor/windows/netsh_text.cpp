// The text of "netsh advfirewall firewall show rule name=all verbose": one block a rule, "Label:  value" lines. ICMP
// types are a small table. Without verbose there is no program, service, interface type or security: every rule is then
// in doubt.
#include <fmt/format.h>

#include "vendor/windows/carrier.hpp"
#include "vendor/windows/tokens.hpp"
#include "vendor/windows/words.hpp"

namespace fwproof::windows {

namespace {

// Values of one rule, label in lower case.
struct Block {
    std::vector<std::pair<std::string, std::string_view>> lines;
    std::vector<std::string_view> icmp;
    std::uint32_t first = 0, last = 0;  // lines of the source

    std::string_view value(std::string_view label) const {
        for (const auto& [name, text] : lines) {
            if (name == label) return text;
        }
        return {};
    }
};

class NetshReader {
public:
    NetshReader(const SourceRef& source, Export& into) : source_(*source), into_(into) {}

    bool run() {
        split();
        for (const Block& block : blocks_) read(block);
        if (without_detail_ > 0) {
            into_.notes.push_back(
                {NoteKind::partial_export,
                 fmt::format("{} rules come without program, service, interface type and security", without_detail_),
                 "run netsh advfirewall firewall show rule name=all verbose, or better netsh advfirewall export "
                 "FILE.wfw",
                 {}});
        }
        return !blocks_.empty();
    }
    Store local, policy;

private:
    void split() {
        bool table = false;
        for (std::uint32_t number = 1; number <= source_.line_count(); ++number) {
            const std::string_view line = source_.line(number);
            const auto colon = line.find(':');
            const bool indented = line.starts_with(' ');
            if (starts_with_word(line, "Rule Name:")) {
                blocks_.emplace_back().first = number;
                table = false;
            }
            if (blocks_.empty() || trimmed(line).empty() || line.starts_with("---")) continue;
            Block& block = blocks_.back();
            if (indented) {
                const std::string_view row = trimmed(line);
                if (starts_with_word(row, "Type") && find_word(row, "Code") != std::string_view::npos)
                    table = true;
                else if (table)
                    block.icmp.push_back(row);
                continue;
            }
            table = false;
            if (colon == std::string_view::npos) continue;  // "Ok."
            block.lines.emplace_back(lower_case(trimmed(line.substr(0, colon))), trimmed(line.substr(colon + 1)));
            block.last = number;
        }
    }

    SourceSpan span(const Block& block) const {
        const std::uint32_t start = source_.line_offset(block.first);
        const auto end = source_.line_offset(block.last) + source_.line(block.last).size();
        return {&source_, start, static_cast<std::uint32_t>(end - start)};
    }

    template <class Add>
    static void each(std::string_view list, Add add) {
        while (!list.empty()) {
            const auto end = std::min(list.find(','), list.size());
            const std::string_view word = trimmed(list.substr(0, end));
            if (!word.empty() && !is_any(word)) add(word);
            list.remove_prefix(std::min(end + 1, list.size()));
        }
    }

    void read(const Block& block) {
        RawRule raw;
        raw.span = span(block);
        const std::string_view name = block.value("rule name");
        raw.id = name;
        TokenWriter tokens(raw);
        const SourceSpan at = raw.span;
        tokens.add("Name", name, at);
        tokens.add("Active", block.value("enabled"), at);
        tokens.add("Dir", block.value("direction"), at);
        tokens.add("Action", block.value("action"), at);
        tokens.add_profiles(block.value("profiles"), at);
        tokens.add_protocol(block.value("protocol"), at);
        each(block.value("localport"), [&](auto word) { add_port(tokens, 'L', word, at); });
        each(block.value("remoteport"), [&](auto word) { add_port(tokens, 'R', word, at); });
        each(block.value("localip"), [&](auto word) { tokens.add_address('L', word, at); });
        each(block.value("remoteip"), [&](auto word) { tokens.add_address('R', word, at); });
        for (const std::string_view row : block.icmp) add_icmp(tokens, row, at);
        if (block.value("security").empty() && block.value("interfacetypes").empty()) {
            ++without_detail_;
            tokens.doubt("program, service, interface type and security as the listing does not show", at);
        } else {
            read_detail(block, tokens, at);
        }
        const bool from_policy = starts_with_word(block.value("rule source"), "Group Policy");
        (from_policy ? policy : local).rules.push_back(interpret(raw, into_.notes));
    }

    // netsh does not say which of the two IP-HTTPS keywords it means; the side does.
    static void add_port(TokenWriter& tokens, char side, std::string_view word, SourceSpan at) {
        if (same_word(word, "IPHTTPS")) word = side == 'L' ? "IPHTTPSIn" : "IPHTTPSOut";
        tokens.add_port(side, word, at);
    }

    static void add_icmp(TokenWriter& tokens, std::string_view row, SourceSpan at) {
        const auto blank = std::min(row.find_first_of(" \t"), row.size());
        const std::string_view type = row.substr(0, blank);
        const std::string_view code = trimmed(row.substr(blank));
        if (is_any(type)) return;
        tokens.add_icmp(fmt::format("{}:{}", type, is_any(code) ? "*" : code), at);
    }

    static void read_detail(const Block& block, TokenWriter& tokens, SourceSpan at) {
        if (const auto program = block.value("program"); !program.empty() && !is_any(program))
            tokens.add("App", program, at);
        if (const auto service = block.value("service"); !service.empty()) {
            if (!is_any(service) || service == "*") tokens.add("Svc", service, at);
        }
        each(block.value("interfacetypes"), [&](auto word) { tokens.add("IFType", rule_word(word), at); });
        if (same_word(block.value("edge traversal"), "Yes")) tokens.add("Edge", "TRUE", at);
        const std::string_view security = block.value("security");
        if (security.empty() || same_word(security, "NotRequired")) return;
        tokens.add("Security",
                   same_word(security, "AuthEnc") || same_word(security, "AuthDynEnc") ? "AuthenticateEncrypt"
                                                                                       : "Authenticate",
                   at);
    }

    const Source& source_;
    Export& into_;
    std::vector<Block> blocks_;
    std::size_t without_detail_ = 0;
};

}  // namespace

bool is_netsh_text(std::string_view text) {
    const auto start = find_word(text.substr(0, 4096), "Rule Name:");
    return start != std::string_view::npos && text.substr(start, 8192).find("-----") != std::string_view::npos;
}

Result<std::vector<Export>> read_netsh_text(const SourceRef& source) {
    std::vector<Export> exports(1);
    NetshReader reader(source, exports[0]);
    reader.local.kind = StoreKind::local;
    reader.policy.kind = StoreKind::group_policy;
    if (!reader.run())
        return fail(no_policy(*source, "listing", "run netsh advfirewall firewall show rule name=all verbose"));
    // Names are not unique here, so rules of one name are no doubles.
    reader.local.lossy_ids = reader.policy.lossy_ids = true;
    exports[0].assumptions.emplace_back("Rules are all that the listing shows; the profiles' settings are not in it.");
    if (!reader.policy.rules.empty()) exports[0].stores.push_back(std::move(reader.policy));
    exports[0].stores.push_back(std::move(reader.local));
    return exports;
}

}  // namespace fwproof::windows
