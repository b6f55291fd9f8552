#include "check/report_openings.hpp"

namespace fwproof {

namespace {

void run(const CheckContext& context, const Check& check, std::vector<Finding>& findings) {
    each_opening(context, [&](const Opening& opening) {
        const RuleDesk& desk = context.rules().desk(opening.firewall);
        const FoundServices found =
            find_services(ServiceGroup::cleartext, desk, to_named_ports(desk, opening, kWidestRange), opening);
        if (found.names.empty()) return false;
        findings.push_back(finding_about_services(check, context, opening, found));
        return true;
    });
}

}  // namespace

extern const Check check_cleartext_service;
const Check check_cleartext_service = {
    .id = "FW301",
    .name = "cleartext-service",
    .severity = Severity::warning,
    .subject = Subject::rules,
    .summary = R"(A rule permits a service that sends passwords in the clear)",
    .why =
        R"(Telnet, FTP, TFTP, the r-commands and VNC carry credentials and data that everyone on the way can read and change. So
do POP3, IMAP and LDAP unless both ends insist on TLS, and SNMP before version 3: the port does not tell. Ports inside
a range of up to 100 count; a wider range is reported for its width and names them.)",
    .example = R"(-A FORWARD -s 10.1.0.0/16 -d 10.2.0.9/32 -p tcp -m tcp --dport 23 -j ACCEPT)",
    .fix =
        R"(Use SSH, SFTP, FTPS or the TLS port (636, 993, 995), or document why the risk is acceptable and waive the finding.)",
    .standards = R"(pci-dss-4.0.1 1.2.6)",
    .references = R"(nipper-ng, issue CLEA)",
    .run = &run,
};

}  // namespace fwproof
