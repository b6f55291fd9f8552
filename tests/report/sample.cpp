#include "report/sample.hpp"

using namespace fwproof;

namespace {

// A hostile remark: colours, a cell formula, markup, an 8-bit byte, a direction override.
constexpr const char* kAsa =
    "access-list MGMT_IN remark =HYPERLINK(\"x\") <b>\x1b[31m & \xfc \xe2\x80\xae\n"
    "access-list MGMT_IN extended permit tcp object-group SCOM any eq 5724\n"
    "access-list MGMT_IN extended permit tcp any any eq 1433\n"
    "access-list MGMT_IN extended frobnicate\n";

const Source& asa() {
    static const Source source("exports/core fw.cfg", kAsa);
    return source;
}

SourceSpan line(std::uint32_t number) {
    return {&asa(), asa().line_offset(number), static_cast<std::uint32_t>(asa().line(number).size())};
}

Packet packet(const char* from, const char* to, std::uint16_t port) {
    Packet result;
    result.source = *parse_address(from);
    result.destination = *parse_address(to);
    result.protocol = kTcp;
    result.source_port = 49152;
    result.destination_port = port;
    result.tcp_flags = kSyn;
    return result;
}

}  // namespace

Report sample_report() {
    Report report;
    report.command = "check";
    report.inputs = {{.name = "exports/core fw.cfg",
                      .vendor = "asa",
                      .device = "core-fw",
                      .interfaces = {},
                      .rules = 3,
                      .conditional = 1,
                      .not_understood = 1},
                     {.name = "exports/db.v4", .vendor = "iptables", .device = "", .interfaces = {}, .rules = 12}};
    report.arguments = {"--site=site.toml", "--strict"};
    const std::string digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    report.files = {{"catalogs/scom.toml", "catalog", digest, 4},
                    {"exports/core fw.cfg", "export", digest, 4},
                    {"exports/db.v4", "export", digest, 4},
                    {"site.toml", "site", digest, 4}};
    report.catalogs = {"scom"};
    report.checks = {"unparsed-line", "missing-opening", "partial-opening", "install-only-opening",
                     "wider-than-required"};
    report.required = 20;
    report.satisfied = 16;
    report.undecided = 1;
    report.unchecked = 2;
    report.errors = 1;
    report.warnings = 1;
    report.notes = 2;
    report.waived = 1;
    report.assumptions = {"exports/core fw.cfg: routes are those of the export"};
    report.tool_version = "0.1.0";
    report.timestamp = "2026-11-16T06:00:00Z";
    report.day = "2026-11-16";
    report.exit_code = 1;

    const Citation row{"Configuring a Firewall for Operations Manager", "Port assignments", "2", 35};
    Finding missing;
    missing.check = "missing-opening";
    missing.severity = Severity::error;
    missing.firewall = "db";
    missing.file = "exports/db.v4";
    missing.message = "tcp/1433 from management-server ms1 to dw1 is not permitted";
    missing.decided_by = {{.file = "", .name = "default of INPUT", .verdict = "deny", .span = {}}};
    missing.witness = packet("10.10.20.11", "10.10.30.22", 1433);
    missing.fix =
        "iptables -A SCOM -s 10.10.20.11 -p tcp --dport 1433 -j ACCEPT\niptables -A SCOM -s 10.10.20.12 -p tcp --dport "
        "1433 -j ACCEPT";
    missing.fix_proven = true;
    missing.citation = Citation{row.document, row.section, "footnote 2", 72};
    missing.catalog = "scom";
    missing.flow = "ms-dw";
    missing.service = "sql";

    Finding wider;
    wider.check = "wider-than-required";
    wider.severity = Severity::warning;
    wider.certainty = Certainty::may_be_more;
    wider.firewall = "core-fw";
    wider.file = "exports/core fw.cfg";
    wider.span = line(2);
    wider.message = "more addresses than ms2 reach tcp/5724, 100% sure | not: , \"quoted\"";
    wider.decided_by = {{.file = "exports/core fw.cfg", .name = "MGMT_IN line 1", .verdict = "permit", .span = line(2)},
                        {.file = "exports/core fw.cfg",
                         .name = "MGMT_IN line 2",
                         .verdict = "permit",
                         .span = line(3),
                         .surely = false}};
    wider.witness = packet("2001:db8::11", "2001:db8::12", 5724);
    Product region;
    region.source = share(AddressSet::of(*parse_prefix("10.10.20.0/24")));
    region.services = service(kTcp, PortSet::of(5724));
    wider.region = {region};
    wider.region_complete = false;
    Product needed = region;
    needed.source = share(AddressSet::of(*parse_prefix("10.10.20.12/32")));
    wider.needed = {needed};
    wider.details = {"the rule serves console-ms"};
    wider.conditions = {"time range WORK-HOURS"};
    wider.citation = row;
    wider.catalog = "scom";
    wider.flow = "ms-ms";
    wider.service = "sdk-install";

    Finding waived = wider;
    waived.check = "install-only-opening";
    waived.severity = Severity::error;
    waived.certainty = Certainty::exact;
    waived.span = line(3);
    waived.message = "tcp/1433 is open for an installation that is over";
    waived.decided_by.clear();
    waived.region.clear();
    waived.needed.clear();
    waived.region_complete = true;
    waived.details.clear();
    waived.conditions.clear();
    waived.waived_by = "migration of wave 3, until 2026-12-31";

    Finding unparsed;
    unparsed.check = "unparsed-line";
    unparsed.severity = Severity::note;
    unparsed.certainty = Certainty::assumed;
    unparsed.file = "exports/core fw.cfg";
    unparsed.span = {&asa(), asa().line_offset(4) + 29, 10};
    unparsed.message = "'frob\x1b[31m\n::error::100%' is not understood";

    // A finding about the site, in no file.
    Finding unchecked;
    unchecked.check = "unchecked-flow";
    unchecked.severity = Severity::note;
    unchecked.message = "1 flow with role reporting-server was not checked";
    unchecked.catalog = "scom";

    report.findings = {unchecked, wider, waived, unparsed, missing};
    set_fingerprints(report.findings);

    FlowRow passes;
    passes.catalog = "scom";
    passes.flow = "ms-opsdb";
    passes.service = "sql";
    passes.from = "management server";
    passes.to = "operational database";
    passes.from_hosts = "ms1 and ms2";
    passes.to_hosts = "opsdb1";
    passes.pairs = 2;
    passes.ports = "tcp/1433";
    passes.firewall = "core-fw";
    passes.path = "transit";
    passes.judgement = Judgement::satisfied;
    passes.permitted_by = {
        {.file = "exports/core fw.cfg", .name = "MGMT_IN line 2", .verdict = "permit", .span = line(3)}};
    passes.passes = packet("10.10.20.11", "10.10.30.21", 1433);
    passes.citation = row;

    FlowRow stopped = passes;
    stopped.flow = "ms-dw";
    stopped.to = "data warehouse <b>";
    stopped.to_hosts = "dw1";
    stopped.firewall = "db";
    stopped.path = "inbound";
    stopped.judgement = Judgement::missing;
    stopped.permitted_by.clear();
    stopped.passes.reset();
    stopped.stopped_by = missing.decided_by;
    stopped.fails = missing.witness;

    FlowRow depends = stopped;
    depends.service = "browser";
    depends.ports = "udp/1434";
    depends.judgement = Judgement::conditional;
    depends.conditions = {"time range WORK-HOURS"};

    FlowRow unknown;
    unknown.catalog = "scom";
    unknown.flow = "reporting-dw";
    unknown.service = "sql";
    unknown.from = "reporting server";
    unknown.to = "data warehouse <b>";
    unknown.from_hosts = "rep1";
    unknown.to_hosts = "dw1";
    unknown.pairs = 1;
    unknown.ports = "tcp/1433";
    unknown.judgement = Judgement::unchecked;
    unknown.unchecked = "no export stands between zone mgmt and zone db";
    unknown.citation = row;
    report.flows = {passes, stopped, depends, unknown};
    return report;
}
