// What Windows does with a packet: one row per trap, with the verdict of a correct reading.
#include "support/catch.hpp"
#include "vendor/windows/ask.hpp"

using namespace fwproof;
using namespace fwproof::windows;

namespace {

constexpr std::string_view kAllow = "v2.30|Action=Allow|Active=TRUE|Dir=In|";
constexpr std::string_view kBlock = "v2.30|Action=Block|Active=TRUE|Dir=In|";

std::string allow(std::string_view rest) { return std::string(kAllow) + std::string(rest); }
std::string block(std::string_view rest) { return std::string(kBlock) + std::string(rest); }

struct Question {
    std::string flow;
    std::string verdict;
    std::vector<std::string> holds = {};
    std::string profile = "domain";
    Position position = Position::inbound;
};

struct Case {
    std::string name;
    std::vector<std::string> rules;
    std::vector<Question> questions;
    std::string extra = {};
};

const std::vector<Case> kCases = {
    {"block beats a narrower allow",
     {allow("Protocol=6|LPort=445|RA4=10.0.0.5/255.255.255.255|"), block("Protocol=6|LPort=445|RA4=10.0.0.0/8|")},
     {{"10.0.0.5 > 10.9.9.9 tcp/445", "D"}, {"10.0.0.5 > 10.9.9.9 tcp/446", "D"}}},
    {"a disabled block does nothing",
     {allow("Protocol=6|LPort=445|RA4=10.0.0.5/32|"),
      "v2.30|Action=Block|Active=FALSE|Dir=In|Protocol=6|LPort=445|RA4=10.0.0.0/8|"},
     {{"10.0.0.5 > 10.9.9.9 tcp/445", "P"}}},
    {"a block of another profile",
     {allow("Protocol=6|LPort=445|"), block("Profile=Public|Protocol=6|LPort=445|")},
     {{"10.0.0.5 > 10.9.9.9 tcp/445", "P"},
      {"10.0.0.5 > 10.9.9.9 tcp/445", "P", {}, "private"},
      {"10.0.0.5 > 10.9.9.9 tcp/445", "D", {}, "public"}}},
    {"no Active means disabled",
     {"v2.30|Action=Allow|Dir=In|Protocol=6|LPort=80|"},
     {{"10.0.0.5 > 10.9.9.9 tcp/80", "D"}}},
    {"ports are a union over tokens, both ends inclusive",
     {allow("Protocol=6|LPort=5000|LPort=7000|LPort2_10=7200-17210|App=C:\\\\air\\\\host.exe|")},
     {{"10.0.0.5 > 10.9.9.9 tcp/7199", "D"},
      {"10.0.0.5 > 10.9.9.9 tcp/7200", "U"},
      {"10.0.0.5 > 10.9.9.9 tcp/7200", "P", {"host.exe"}},
      {"10.0.0.5 > 10.9.9.9 tcp/17210", "U"},
      {"10.0.0.5 > 10.9.9.9 tcp/17211", "D"}}},
    {"a block with holes in local and remote ports",
     {allow("Protocol=17|"),
      block("Protocol=17|LPort2_10=1-67|LPort2_10=69-55554|LPort2_10=55556-65535|RPort2_10=1-66|RPort2_10=68-65535|")},
     {{"10.0.0.5 > 10.9.9.9 udp/68", "P"},
      {"10.0.0.5 > 10.9.9.9 udp/55555", "P"},
      {"10.0.0.5 > 10.9.9.9 udp/53", "D"},
      {"10.0.0.5 > 10.9.9.9 udp/53 from 67", "P"}}},
    {"a program without ports",
     {allow("Protocol=6|App=C:\\x\\player.exe|")},
     {{"10.0.0.5 > 10.9.9.9 tcp/443", "U"},
      {"10.0.0.5 > 10.9.9.9 tcp/443", "P", {"player.exe"}},
      {"10.0.0.5 > 10.9.9.9 udp/443", "D"}}},
    {"a service in the shared host needs only the service",
     {allow("Protocol=6|LPort=3389|App=%SystemRoot%\\system32\\svchost.exe|Svc=termservice|")},
     {{"10.0.0.5 > 10.9.9.9 tcp/3389", "U"}, {"10.0.0.5 > 10.9.9.9 tcp/3389", "P", {"termservice"}}}},
    {"dynamic RPC",
     {allow("Protocol=6|LPort=RPC|App=%SystemRoot%\\system32\\lsass.exe|"), allow("Protocol=6|LPort=RPC-EPMap|")},
     {{"10.0.0.5 > 10.9.9.9 tcp/50000", "U"},
      {"10.0.0.5 > 10.9.9.9 tcp/50000", "P", {"RPC", "lsass.exe"}},
      {"10.0.0.5 > 10.9.9.9 tcp/49151", "U"},
      {"10.0.0.5 > 10.9.9.9 tcp/49151", "U", {"RPC", "lsass.exe"}},
      {"10.0.0.5 > 10.9.9.9 tcp/1023", "D"},
      {"10.0.0.5 > 10.9.9.9 tcp/135", "P"}}},
    {"keywords in a range token",
     {allow("Protocol=6|LPort2_10=IPTLSIn|LPort2_10=IPHTTPSIn|")},
     {{"10.0.0.5 > 10.9.9.9 tcp/443", "U"}, {"10.0.0.5 > 10.9.9.9 tcp/443", "P", {"IPHTTPSIn"}}}},
    {"a list of one family shuts the other out",
     {allow("Protocol=6|LPort=80|RA4=10.0.0.0/8|")},
     {{"10.0.0.5 > 10.9.9.9 tcp/80", "P"}, {"fd00::1 > fd00::2 tcp/80", "D"}}},
    {"a keyword beside an address",
     {allow("Protocol=6|LPort=80|RA42=IntErnet|RA4=10.1.0.0/16|")},
     {{"10.1.2.3 > 10.9.9.9 tcp/80", "P"},
      {"8.8.8.8 > 10.9.9.9 tcp/80", "U"},
      {"8.8.8.8 > 10.9.9.9 tcp/80", "P", {"IntErnet"}}}},
    {"a dotted mask",
     {allow("Protocol=6|LPort=80|RA4=10.150.40.128/255.255.255.240|")},
     {{"10.150.40.143 > 10.9.9.9 tcp/80", "P"}, {"10.150.40.144 > 10.9.9.9 tcp/80", "D"}}},
    {"a mask with holes is an error",
     {allow("Protocol=6|LPort=80|RA4=10.0.0.1/255.0.255.0|")},
     {{"10.0.0.1 > 10.9.9.9 tcp/80", "D"}}},
    {"ports without a protocol are an error", {allow("LPort=80|")}, {{"10.0.0.5 > 10.9.9.9 tcp/80", "D"}}},
    {"no protocol means every protocol",
     {allow("RA4=10.0.0.0/8|")},
     {{"10.0.0.5 > 10.9.9.9 udp/161", "P"},
      {"10.0.0.5 > 10.9.9.9 icmp/8", "P"},
      {"10.0.0.5 > 10.9.9.9 proto/47", "P"}}},
    {"protocol 41 is a tunnel, not IPv6",
     {allow("Protocol=41|")},
     {{"fd00::1 > fd00::2 tcp/80", "D"}, {"10.0.0.5 > 10.9.9.9 proto/41", "P"}}},
    {"ICMP types",
     {allow("Protocol=1|ICMP4=8:*|"), allow("Protocol=58|ICMP6=128:*|")},
     {{"10.0.0.5 > 10.9.9.9 icmp/8", "P"},
      {"10.0.0.5 > 10.9.9.9 icmp/13", "D"},
      {"fd00::1 > fd00::2 icmpv6/128", "P"}}},
    {"authenticated allow",
     {allow("Protocol=6|LPort=80|Security=Authenticate|")},
     {{"10.0.0.5 > 10.9.9.9 tcp/80", "U"}, {"10.0.0.5 > 10.9.9.9 tcp/80", "P", {"Authenticate"}}}},
    {"a plain allow beside it",
     {allow("Protocol=6|LPort=80|Security=Authenticate|"), allow("Protocol=6|LPort=80|")},
     {{"10.0.0.5 > 10.9.9.9 tcp/80", "P"}}},
    {"bypass over block",
     {"v2.30|Action=ByPass|Active=TRUE|Dir=In|Protocol=6|LPort=80|RMAuth=O:LSD:(A;;CC;;;S-1-5-21-1)|Security="
      "Authenticate|",
      block("Protocol=6|LPort=80|")},
     {{"10.0.0.5 > 10.9.9.9 tcp/80", "U"}, {"10.0.0.5 > 10.9.9.9 tcp/80", "P", {"Authenticate", "authenticated"}}}},
    {"bypass without machines is an error",
     {"v2.30|Action=ByPass|Active=TRUE|Dir=In|Protocol=6|LPort=80|Security=Authenticate|"},
     {{"10.0.0.5 > 10.9.9.9 tcp/80", "D"}}},
    {"a block for nobody in particular",
     {allow("Protocol=6|LPort=80|"), block("LUAuth=O:LSD:(D;;CC;;;S-1-5-80-1)|")},
     {{"10.0.0.5 > 10.9.9.9 tcp/80", "U"}, {"10.0.0.5 > 10.9.9.9 tcp/81", "D"}}},
    {"registered tuples are no flows",
     {allow("TTK2_22=WFDPrint|")},
     {{"10.0.0.5 > 10.9.9.9 tcp/80", "D", {}, "public"}}},
    {"interface type", {allow("Protocol=6|LPort=80|IFType=Wireless|")}, {{"10.0.0.5 > 10.9.9.9 tcp/80", "U"}}},
    {"loose mapping ignores the remote end",
     {allow("Protocol=17|LPort=80|RA4=10.0.0.1|LOM=TRUE|")},
     {{"8.8.8.8 > 10.9.9.9 udp/80", "P"}}},
    {"edge traversal changes nothing on a LAN",
     {allow("Protocol=6|LPort=80|Edge=TRUE|Defer=App|")},
     {{"10.0.0.5 > 10.9.9.9 tcp/80", "P"}}},
    {"loopback",
     {block("")},
     {{"127.0.0.1 > 127.0.0.1 tcp/8080", "P"}, {"::1 > ::1 tcp/8080", "P"}, {"10.0.0.5 > 10.9.9.9 tcp/8080", "D"}}},
    {"the remote port is not the local one",
     {allow("Protocol=6|RPort=443|")},
     {{"10.0.0.5 > 10.9.9.9 tcp/443", "D"}, {"10.0.0.5 > 10.9.9.9 tcp/99 from 443", "P"}}},
    {"outbound: local ports are source ports",
     {"v2.30|Action=Block|Active=TRUE|Dir=Out|Protocol=6|LPort2_10=49152-65535|"},
     {{"10.9.9.9 > 10.0.0.5 tcp/443 from 50000", "D", {}, "domain", Position::outbound},
      {"10.9.9.9 > 10.0.0.5 tcp/443 from 40000", "P", {}, "domain", Position::outbound}}},
    {"names decide nothing",
     {block("Protocol=6|LPort=80|Name=Block FTP|"), allow("Protocol=6|")},
     {{"10.0.0.5 > 10.9.9.9 tcp/80", "D"}, {"10.0.0.5 > 10.9.9.9 tcp/21", "P"}}},
    {"a program's block leaves others alone",
     {block("Protocol=6|App=C:\\x.exe|Profile=Public|"), allow("Protocol=6|LPort=80|")},
     {{"10.0.0.5 > 10.9.9.9 tcp/80", "U", {}, "public"},
      {"10.0.0.5 > 10.9.9.9 tcp/80", "D", {"x.exe"}, "public"},
      {"10.0.0.5 > 10.9.9.9 tcp/80", "P"}}},
    {"an unknown token makes an allow conditional",
     {allow("Protocol=6|LPort=80|Moon=Full|")},
     {{"10.0.0.5 > 10.9.9.9 tcp/80", "U"}}},
    {"and a block unreliable",
     {block("Protocol=6|LPort=80|Moon=Full|"), allow("Protocol=6|")},
     {{"10.0.0.5 > 10.9.9.9 tcp/80", "U"}}},
    {"an unknown port word spares the numbers beside it nothing",
     {allow("Protocol=6|LPort=80|LPort=Lunar|")},
     {{"10.0.0.5 > 10.9.9.9 tcp/80", "U"}, {"10.0.0.5 > 10.9.9.9 tcp/81", "U"}}},
    {"an unknown action",
     {"v2.30|Action=Maybe|Active=TRUE|Dir=In|Protocol=6|LPort=80|", allow("Protocol=6|")},
     {{"10.0.0.5 > 10.9.9.9 tcp/80", "U"}, {"10.0.0.5 > 10.9.9.9 tcp/81", "P"}}},
    {"any order, any case, no last bar",
     {"V2.0|dir=in|lport=80|protocol=6|active=true|action=allow"},
     {{"10.0.0.5 > 10.9.9.9 tcp/80", "P"}}},
    {"a value that is no rule",
     {"hello", allow("Protocol=6|")},
     {{"10.0.0.5 > 10.9.9.9 tcp/80", "U"}, {"10.9.9.9 > 10.0.0.5 tcp/80", "U", {}, "domain", Position::outbound}}},
    {"port zero is an error", {allow("Protocol=6|LPort2_10=0-3388|")}, {{"10.0.0.5 > 10.9.9.9 tcp/80", "D"}}},
};

}  // namespace

TEST_CASE("Windows verdicts") {
    for (const Case& item : kCases) {
        const Policy policy = load_text(utf16(reg(item.rules, item.extra)));
        for (const Question& question : item.questions) {
            INFO(item.name << ": " << question.profile << " " << question.flow);
            CHECK(ask(policy, question.profile, question.position, question.flow, question.holds) == question.verdict);
        }
    }
}
