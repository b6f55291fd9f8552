#include "kernel/netlink.hpp"

#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

#include "kernel/datagram.hpp"

namespace fwproof::kernel {

namespace {

constexpr std::size_t kAlign = 4;

template <class Header>
void append(Bytes& bytes, const Header& header) {
    const std::size_t at = bytes.size();
    bytes.resize(at + sizeof header);
    std::memcpy(bytes.data() + at, &header, sizeof header);
}

template <class Header>
Header read(std::span<const std::uint8_t> bytes, std::size_t at) {
    Header header{};
    if (at + sizeof header <= bytes.size()) std::memcpy(&header, bytes.data() + at, sizeof header);
    return header;
}

[[noreturn]] void fail_with(const std::string& what, int error) {
    throw std::runtime_error(what + ": " + std::strerror(error));
}

}  // namespace

void Attributes::add(std::uint16_t type, std::span<const std::uint8_t> value) {
    const nlattr header{static_cast<std::uint16_t>(sizeof(nlattr) + value.size()), type};
    append(bytes_, header);
    bytes_.insert(bytes_.end(), value.begin(), value.end());
    bytes_.resize((bytes_.size() + kAlign - 1) / kAlign * kAlign);
}

void Attributes::add16(std::uint16_t type, std::uint16_t value) {
    Bytes bytes;
    put16(bytes, value);
    add(type, bytes);
}

void Attributes::add32(std::uint16_t type, std::uint32_t value) {
    Bytes bytes;
    put32(bytes, value);
    add(type, bytes);
}

void Attributes::nest(std::uint16_t type, const Attributes& inner) {
    add(static_cast<std::uint16_t>(type | NLA_F_NESTED), inner.bytes());
}

Netlink::Netlink() : socket_(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER)) {
    if (socket_ < 0) fail_with("no netfilter netlink socket", errno);
    const int size = 64 << 20, on = 1;
    if (setsockopt(socket_, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) != 0) {
        setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    }
    setsockopt(socket_, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on);
}

Netlink::~Netlink() { close(socket_); }

void Netlink::request(std::uint8_t subsystem, std::uint8_t message, std::uint16_t flags, std::uint8_t family,
                      std::uint16_t resource, const Attributes& attributes) {
    Bytes bytes;
    const auto length = static_cast<std::uint32_t>(sizeof(nlmsghdr) + sizeof(nfgenmsg) + attributes.bytes().size());
    append(bytes, nlmsghdr{length, static_cast<std::uint16_t>(subsystem << 8 | message),
                           static_cast<std::uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags), 1, 0});
    bytes.push_back(family);
    bytes.push_back(NFNETLINK_V0);
    put16(bytes, resource);
    bytes.insert(bytes.end(), attributes.bytes().begin(), attributes.bytes().end());
    if (send(socket_, bytes.data(), bytes.size(), 0) < 0) fail_with("netlink request", errno);
    Bytes answer(1 << 16);
    while (true) {
        const auto got = recv(socket_, answer.data(), answer.size(), 0);
        if (got < 0) fail_with("netlink answer", errno);
        const std::span<const std::uint8_t> rest(answer.data(), static_cast<std::size_t>(got));
        if (read<nlmsghdr>(rest, 0).nlmsg_type != NLMSG_ERROR) continue;  // a logged packet
        if (const int error = -read<nlmsgerr>(rest, sizeof(nlmsghdr)).error; error != 0)
            fail_with("netlink request refused", error);
        return;
    }
}

void Netlink::read_logged(const std::function<void(std::string_view, std::span<const std::uint8_t>)>& take) {
    Bytes buffer(1 << 17);
    while (true) {
        const auto got = recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (got < 0) {
            if (errno == EAGAIN || errno == EWOULDBLOCK) return;
            fail_with("logged packets were lost", errno);
        }
        const std::span<const std::uint8_t> all(buffer.data(), static_cast<std::size_t>(got));
        for (std::size_t at = 0; at + sizeof(nlmsghdr) <= all.size();) {
            const auto header = read<nlmsghdr>(all, at);
            if (header.nlmsg_len < sizeof(nlmsghdr)) break;
            const std::size_t end = std::min<std::size_t>(at + header.nlmsg_len, all.size());
            if (header.nlmsg_type == (NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET)) {
                std::string_view prefix;
                std::span<const std::uint8_t> packet;
                for (std::size_t a = at + sizeof(nlmsghdr) + sizeof(nfgenmsg); a + sizeof(nlattr) <= end;) {
                    const auto attribute = read<nlattr>(all, a);
                    if (attribute.nla_len < sizeof(nlattr)) break;
                    const auto value = all.subspan(a + sizeof(nlattr),
                                                   std::min<std::size_t>(attribute.nla_len, end - a) - sizeof(nlattr));
                    if (attribute.nla_type == NFULA_PREFIX)
                        prefix = {reinterpret_cast<const char*>(value.data()), value.size() - 1};
                    if (attribute.nla_type == NFULA_PAYLOAD) packet = value;
                    a += (attribute.nla_len + kAlign - 1) / kAlign * kAlign;
                }
                if (!packet.empty()) take(prefix, packet);
            }
            at += (header.nlmsg_len + kAlign - 1) / kAlign * kAlign;
        }
    }
}

void subscribe_log(Netlink& netlink, std::uint16_t group) {
    Attributes bind;
    bind.add8(NFULA_CFG_CMD, NFULNL_CFG_CMD_BIND);
    netlink.request(NFNL_SUBSYS_ULOG, NFULNL_MSG_CONFIG, 0, AF_UNSPEC, group, bind);
    Attributes how;
    Bytes mode;
    put32(mode, 128);  // bytes of each packet
    mode.push_back(NFULNL_COPY_PACKET);
    mode.push_back(0);
    how.add(NFULA_CFG_MODE, mode);
    how.add32(NFULA_CFG_QTHRESH, 1);
    netlink.request(NFNL_SUBSYS_ULOG, NFULNL_MSG_CONFIG, 0, AF_UNSPEC, group, how);
}

void forget_connections(Netlink& netlink) {
    for (const std::uint8_t family : {std::uint8_t{AF_INET}, std::uint8_t{AF_INET6}})
        netlink.request(NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_DELETE, 0, family, 0, {});
}

void add_connection(Netlink& netlink, const Packet& first, std::uint32_t mark) {
    const bool v4 = first.source.family == Family::v4;
    const auto tuple = [&](bool reply) {
        const Address& from = reply ? first.destination : first.source;
        const Address& to = reply ? first.source : first.destination;
        Bytes source, destination;
        put_address(source, from);
        put_address(destination, to);
        Attributes ip, protocol, both;
        ip.add(v4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC, source);
        ip.add(v4 ? CTA_IP_V4_DST : CTA_IP_V6_DST, destination);
        protocol.add8(CTA_PROTO_NUM, first.protocol);
        protocol.add16(CTA_PROTO_SRC_PORT, reply ? first.destination_port : first.source_port);
        protocol.add16(CTA_PROTO_DST_PORT, reply ? first.source_port : first.destination_port);
        both.nest(CTA_TUPLE_IP, ip);
        both.nest(CTA_TUPLE_PROTO, protocol);
        return both;
    };
    Attributes all;
    all.nest(CTA_TUPLE_ORIG, tuple(false));
    all.nest(CTA_TUPLE_REPLY, tuple(true));
    all.add32(CTA_STATUS, IPS_SEEN_REPLY | IPS_ASSURED | IPS_CONFIRMED);
    all.add32(CTA_TIMEOUT, 600);
    if (mark != 0) all.add32(CTA_MARK, mark);
    if (first.protocol == kTcp) {
        constexpr std::uint8_t kAnyWindow[2] = {IP_CT_TCP_FLAG_BE_LIBERAL, IP_CT_TCP_FLAG_BE_LIBERAL};
        Attributes tcp, info;
        tcp.add8(CTA_PROTOINFO_TCP_STATE, TCP_CONNTRACK_ESTABLISHED);
        tcp.add(CTA_PROTOINFO_TCP_FLAGS_ORIGINAL, kAnyWindow);
        tcp.add(CTA_PROTOINFO_TCP_FLAGS_REPLY, kAnyWindow);
        info.nest(CTA_PROTOINFO_TCP, tcp);
        all.nest(CTA_PROTOINFO, info);
    }
    netlink.request(NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_NEW, NLM_F_CREATE | NLM_F_EXCL, v4 ? AF_INET : AF_INET6, 0,
                    all);
}

}  // namespace fwproof::kernel
