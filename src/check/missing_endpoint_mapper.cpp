#include "check/from_flows.hpp"

namespace fwproof {

extern const Check check_missing_endpoint_mapper;
const Check check_missing_endpoint_mapper = {
    .id = "FW710",
    .name = "missing-endpoint-mapper",
    .severity = Severity::error,
    .subject = Subject::site,
    .summary = R"(Of remote procedure calls only one half passes: the endpoint mapper, or the ports that it hands out)",
    .why =
        R"(A client asks the endpoint mapper at tcp/135 for a port, then connects to that port. Each half alone is of no use. With
135 open and the range closed the product hangs after a first answer, which looks like a fault of the server; with the
range open and 135 closed thousands of ports are open for nothing.)",
    .example = R"(-A FORWARD -s 10.1.0.11 -d 10.2.0.21 -p tcp --dport 135 -j ACCEPT
(and no rule for tcp/49152-65535 between them))",
    .fix = R"(Permit the half that is missing, or close the other one as well.)",
    .references = R"(the catalog entry that the finding cites
Microsoft Learn, service overview and network port requirements for Windows)",
    .run = &report_flows<Judgement::missing>,
};

}  // namespace fwproof
