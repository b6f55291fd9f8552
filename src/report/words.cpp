#include "report/words.hpp"

#include <fmt/format.h>

namespace fwproof::report {

std::string_view severity_word(Severity severity) {
    switch (severity) {
        case Severity::note: return "note";
        case Severity::warning: return "warning";
        case Severity::error: return "error";
    }
    return "error";
}

std::string_view certainty_word(Certainty certainty) {
    switch (certainty) {
        case Certainty::exact: return "exact";
        case Certainty::may_be_less: return "may-be-less";
        case Certainty::may_be_more: return "may-be-more";
        case Certainty::assumed: return "assumed";
    }
    return "assumed";
}

std::string flow_text(const Packet& packet) {
    const std::string protocol = protocol_name(packet.protocol);
    const auto end = [&](const Address& address, std::uint16_t port) {
        if (!has_ports(packet.protocol)) return to_string(address);
        const bool v6 = address.family == Family::v6;
        return fmt::format("{}{}{}:{}", v6 ? "[" : "", to_string(address), v6 ? "]" : "", port);
    };
    std::string text = fmt::format("{} {} > {}", protocol, end(packet.source, packet.source_port),
                                   end(packet.destination, packet.destination_port));
    if (!packet.in.empty()) text += " in " + packet.in;
    if (!packet.out.empty()) text += " out " + packet.out;
    if (has_icmp_type(packet.protocol)) text += fmt::format(" icmp {}/{}", packet.icmp_type, packet.icmp_code);
    if (packet.state != State::new_) text += fmt::format(" state {}", to_string(packet.state));
    return text;
}

std::string counted(std::size_t count, std::string_view noun) {
    if (count == 0) return fmt::format("no {}", noun);
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string place(const std::string& file, const SourceSpan& span) {
    if (!span) return file;
    return fmt::format("{}:{}:{}", file.empty() ? span.source->name() : file, span.line(), span.column());
}

std::string citation_text(const Citation& citation) {
    std::string text = citation.document;
    if (!citation.section.empty()) text += ", " + citation.section;
    if (!citation.row.empty()) {
        const bool number = citation.row.find_first_not_of("0123456789") == std::string::npos;
        text += (number ? ", row " : ", ") + citation.row;
    }
    if (citation.line != 0) text += fmt::format(" (line {})", citation.line);
    return text;
}

std::string catalog_entry(const Finding& finding) {
    if (finding.catalog.empty()) return {};
    std::string text = finding.catalog;
    if (!finding.flow.empty()) text += " " + finding.flow;
    if (!finding.service.empty()) text += "/" + finding.service;
    return text;
}

std::string summary_line(const Report& report) {
    std::string text = fmt::format("{}, {}, {}", counted(report.errors, "error"), counted(report.warnings, "warning"),
                                   counted(report.notes, "note"));
    if (report.waived > 0) text += fmt::format(", {} waived", report.waived);
    if (report.required > 0 || report.unchecked > 0) {
        text += fmt::format("; {} of {} satisfied", report.satisfied, counted(report.required, "required flow"));
        if (report.undecided > 0) text += fmt::format(", {} undecided", report.undecided);
        if (report.unchecked > 0) text += fmt::format(", {} unchecked", report.unchecked);
    }
    std::size_t rules = 0, not_understood = 0;
    for (const auto& input : report.inputs) {
        rules += input.rules;
        not_understood += input.not_understood;
    }
    text += fmt::format("; {}, {}, ", counted(report.inputs.size(), "export"), counted(rules, "rule"));
    text += not_understood == 0 ? std::string("every statement understood")
                                : fmt::format("{} not understood", counted(not_understood, "statement"));
    return text;
}

}  // namespace fwproof::report
