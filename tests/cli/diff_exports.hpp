// Small exports that the tests of fwproof diff compare.
#pragma once

#include <string>

inline std::string host(const std::string& rules) {
    return "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n" + rules + "COMMIT\n";
}

inline const std::string kSsh = "-A INPUT -s 10.1.0.0/24 -p tcp -m tcp --dport 22 -j ACCEPT\n";
inline const std::string kWideSsh = "-A INPUT -s 10.0.0.0/8 -p tcp -m tcp --dport 22 -j ACCEPT\n";

inline std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }
