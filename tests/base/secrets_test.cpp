// What must not be shown of an export, in the shapes of every vendor.
#include "fwproof/base/secrets.hpp"
#include "fwproof/base/result.hpp"
#include "support/catch.hpp"

using namespace fwproof;

TEST_CASE("secrets of a line are masked, and only they") {
    struct Case {
        std::string line, shown;
    };
    const std::vector<Case> cases = {
        // Cisco ASA
        {"enable password 8Ry2YjIyt7RRXU24 encrypted", "enable password **************** encrypted"},
        {"enable password $sha512$5000$abc== pbkdf2", "enable password ****************** pbkdf2"},
        {"passwd 2KFQnbNIdI.2KYOU encrypted", "passwd **************** encrypted"},
        {"username admin password f3UhLvUj1QsXsuK7 encrypted privilege 15",
         "username admin password **************** encrypted privilege 15"},
        {"snmp-server community 0 Pl4nt-RO", "snmp-server community 0 ********"},
        {"snmp-server host inside 10.1.1.1 community Pl4nt version 2c",
         "snmp-server host inside 10.1.1.1 community ***** version 2c"},
        {"snmp-server user mon g v3 encrypted auth sha aa:bb:cc priv aes 128 dd:ee:ff",
         "snmp-server user mon g v3 encrypted auth sha ******** priv aes 128 ********"},
        {" ikev1 pre-shared-key N0tForYou", " ikev1 pre-shared-key *********"},
        {" ikev2 remote-authentication pre-shared-key 0 N0tForYou",
         " ikev2 remote-authentication pre-shared-key 0 *********"},
        {" key R4dius", " key ******"},
        {"aaa-server RAD (inside) host 10.1.1.2 R4dius timeout 5",
         "aaa-server RAD (inside) host 10.1.1.2 ****** timeout 5"},
        {"aaa-server RAD (inside) host 10.1.1.2 key R4dius", "aaa-server RAD (inside) host 10.1.1.2 key ******"},
        {" authentication key eigrp 100 R0uting key-id 1", " authentication key eigrp 100 ******* key-id 1"},
        {"key config-key password-encryption M4ster", "key config-key password-encryption ******"},
        {"key config-key password-encryption N3w 0ld", "key config-key password-encryption *** ***"},
        {"logging ftp-server 10.0.0.1 /logs backup Winter", "logging ftp-server 10.0.0.1 /logs backup ******"},
        {"logging ftp-server 10.0.0.1 /logs backup 8 Winter", "logging ftp-server 10.0.0.1 /logs backup 8 ******"},
        {"no logging ftp-server 10.0.0.1 /logs backup Winter", "no logging ftp-server 10.0.0.1 /logs backup ******"},
        {"logging host inside 10.0.0.1", "logging host inside 10.0.0.1"},
        {" token AABBA59A0BDE1485C912AFE472952641001EEECC", " token ****************************************"},
        {" token required", " token required"},
        {" http-proxy 10.0.0.1 8080 username u password 8 Winter",
         " http-proxy 10.0.0.1 8080 username u password 8 ******"},
        {" https-proxy 10.0.0.1 8080 username u password Winter",
         " https-proxy 10.0.0.1 8080 username u password ******"},
        {"crypto ca import T pkcs12 Winter", "crypto ca import T pkcs12 ******"},
        {"crypto ca import T certificate", "crypto ca import T certificate"},
        {" key 1", " key 1"},
        {"failover key sh4red", "failover key ******"},
        {"ntp authentication-key 1 md5 t1mekeeper", "ntp authentication-key 1 md5 **********"},
        {" authentication key IsisK2x level-1", " authentication key ******* level-1"},
        {" authentication key 8 IsisK2x", " authentication key 8 *******"},
        {" authentication mode md5 level-1", " authentication mode md5 level-1"},
        {" message-digest-key 1 md5 r0uting", " message-digest-key 1 md5 *******"},
        {" ospf message-digest-key 1 md5 r0uting", " ospf message-digest-key 1 md5 *******"},
        {" ldap-login-password b1nd", " ldap-login-password ****"},
        {"ntp authentication-key 1 sha512 8 t1mekeeper", "ntp authentication-key 1 sha512 8 **********"},
        {"ntp authentication-key 2 cmac 8 t1mekeeper", "ntp authentication-key 2 cmac 8 **********"},
        {"crypto map M 10 set session-key inbound esp 300 cipher c0ffee authenticator deaf01",
         "crypto map M 10 set session-key inbound esp 300 cipher ****** authenticator ******"},
        {"crypto map M 10 set session-key outbound ah 300 c0ffee",
         "crypto map M 10 set session-key outbound ah 300 ******"},
        {" ipv6 ospf authentication ipsec spi 256 md5 0123abcd",
         " ipv6 ospf authentication ipsec spi 256 md5 ********"},
        {" ipv6 ospf encryption ipsec spi 256 esp aes-cbc 128 0123abcd sha1 4567cdef",
         " ipv6 ospf encryption ipsec spi 256 esp aes-cbc 128 ******** sha1 ********"},
        {" rip authentication key R0uting key_id 1", " rip authentication key ******* key_id 1"},
        {" isis password R0uting level-1", " isis password ******* level-1"},
        {" isis authentication key R0uting", " isis authentication key *******"},
        {" key 8 R4dius", " key 8 ******"},
        {"key has no closing bracket", "key has no closing bracket"},
        {" cluster key sh4red", " cluster key ******"},
        {"wccp 90 redirect-list X password 0 sh4red", "wccp 90 redirect-list X password 0 ******"},
        {"cts import-pac disk0:/pac.bin password sh4red", "cts import-pac disk0:/pac.bin password ******"},
        {"cts sxp default password 8 sh4red", "cts sxp default password 8 ******"},
        {"cts sxp connection peer 1.1.1.1 password default mode local",
         "cts sxp connection peer 1.1.1.1 password default mode local"},
        {"license smart register idtoken NzY5", "license smart register idtoken ****"},
        {" auto-signon allow ip 0.0.0.0 0.0.0.0 auth-type ntlm username u password sh4red",
         " auto-signon allow ip 0.0.0.0 0.0.0.0 auth-type ntlm username u password ******"},
        {"isakmp policy 10 hash sha", "isakmp policy 10 hash sha"},
        {"crypto ipsec transform-set T esp-aes-256 esp-sha-hmac",
         "crypto ipsec transform-set T esp-aes-256 esp-sha-hmac"},
        {"area 1 authentication message-digest", "area 1 authentication message-digest"},
        {"enable password *****", "enable password *****"},
        {"username admin attributes", "username admin attributes"},
        {"crypto key generate rsa modulus 2048", "crypto key generate rsa modulus 2048"},
        {"access-list OUT remark password reset portal", "access-list OUT remark password reset portal"},
        {"access-list OUT extended permit tcp any host 10.2.0.9 eq 443",
         "access-list OUT extended permit tcp any host 10.2.0.9 eq 443"},
        // Remarks: a value that is no plain word
        {"access-list OUT remark pwd S0mething", "access-list OUT remark pwd *********"},
        {" description login cisco password S0mething", " description login cisco password *********"},
        {"access-list OUT remark password is S0mething for the partner",
         "access-list OUT remark password is ********* for the partner"},
        {"banner login password for guest is S0mething", "banner login password for guest is *********"},
        {"access-list OUT remark psk with partner: S0mething", "access-list OUT remark psk with partner: *********"},
        {"access-list OUT remark community string Pl4nt read only",
         "access-list OUT remark community string ***** read only"},
        {"access-list OUT remark password change from 10.1.2.3 by SRV01",
         "access-list OUT remark password change from 10.1.2.3 by SRV01"},
        {"access-list OUT remark secret zone VLAN20", "access-list OUT remark secret zone VLAN20"},
        {"access-list OUT remark bypass: all, pass: all, compass=N0rth",
         "access-list OUT remark bypass: all, pass: all, compass=N0rth"},
        {"access-list OUT remark community 10.0.0.0/8", "access-list OUT remark community 10.0.0.0/8"},
        {"tunnel-group V general-attributes password-management password-expire-in-days 90",
         "tunnel-group V general-attributes password-management password-expire-in-days 90"},
        // iptables
        {R"(-A INPUT -m comment --comment "password = \"two w0rds\" x" -j ACCEPT)",
         R"(-A INPUT -m comment --comment "password = \"*********\" x" -j ACCEPT)"},
        {"-A INPUT -m comment --comment \"password S0me\" -j LOG4",
         "-A INPUT -m comment --comment \"password ****\" -j LOG4"},
        {"-A INPUT -m comment --comment \"reset password\" -j Chain4",
         "-A INPUT -m comment --comment \"reset password\" -j Chain4"},
        {"-A INPUT -m comment --comment \"pw: S0me\" -j ACCEPT",
         "-A INPUT -m comment --comment \"pw: ****\" -j ACCEPT"},
        {"-A INPUT -m comment --comment \"Passwort: geheim\" -j ACCEPT",
         "-A INPUT -m comment --comment \"Passwort: ******\" -j ACCEPT"},
        {"-A INPUT -m comment --comment \"Authorization: Bearer eyJ0\"",
         "-A INPUT -m comment --comment \"Authorization: Bearer ****\""},
        {"-A INPUT -p tcp -m comment --comment \"login password=hunter2, ask ops\" -j ACCEPT",
         "-A INPUT -p tcp -m comment --comment \"login password=*******, ask ops\" -j ACCEPT"},
        {"# backup: https://robot:s3cret@backup.example/", "# backup: https://robot:******@backup.example/"},
        {"-A INPUT -s 2001:db8::1/128 -m mac --mac-source 02:00:5e:00:00:01 -j ACCEPT",
         "-A INPUT -s 2001:db8::1/128 -m mac --mac-source 02:00:5e:00:00:01 -j ACCEPT"},
        // Windows
        {"\"DefaultPassword\"=\"Winter2026\"", "\"DefaultPassword\"=\"**********\""},
        {"<User cpassword=\"j1Uyj3Vx8TY9LtLZil2uAuZkFQA/4latT76ZwgdHdhw\" name=\"x\"/>",
         "<User cpassword=\"*******************************************\" name=\"x\"/>"},
        {"Auth1PSK:                             Gr0upKey", "Auth1PSK:                             ********"},
        {"{\"presharedKey\": \"Gr0upKey\", \"enabled\": true}", "{\"presharedKey\": \"********\", \"enabled\": true}"},
        {"\"AdminPass\"=\"winter\"", "\"AdminPass\"=\"******\""},
        {R"("{E}"="v2.31|Action=Allow|Name=E|Desc=password: \"S0me x\"|")",
         R"("{E}"="v2.31|Action=Allow|Name=E|Desc=password: \"******\"|")"},
        {R"("{B}"="v2.31|Action=Allow|Name=B|Desc=pwd S0me|")", R"("{B}"="v2.31|Action=Allow|Name=B|Desc=pwd ****|")"},
        {R"("Password"="ab\"cd")", R"("Password"="******")"},
        {"<Password>Winter2026</Password>", "<Password>**********</Password>"},
        {"\"PasswordLength\"=dword:0000000e", "\"PasswordLength\"=dword:0000000e"},
        // Keys that are known by their form, wherever they stand
        {"-A INPUT -m comment --comment \"backup AKIAIOSFODNN7EXAMPLE\" -j ACCEPT",
         "-A INPUT -m comment --comment \"backup ********************\" -j ACCEPT"},
        {"# AKIA is no key, nor XAKIAIOSFODNN7EXAMPLE or AKIAIOSFODNN7EXAMPLE0",
         "# AKIA is no key, nor XAKIAIOSFODNN7EXAMPLE or AKIAIOSFODNN7EXAMPLE0"},
        {"access-list OUT remark ci ghp_16C7e42F292c6912E7710c838347Ae178B4a",
         "access-list OUT remark ci ****************************************"},
        // The secret that belongs to an access key, by its form: few digits, and no word tells of it
        {"-A INPUT -m comment --comment \"backup wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\" -j ACCEPT",
         "-A INPUT -m comment --comment \"backup ****************************************\" -j ACCEPT"},
        {"# s3=qZtRbmPwKfLsXcVnHgYjDaEuIoTrQeWzMxNbVcLk", "# s3=****************************************"},
        {"access-list OUT remark Firewall/Rules/Domain/Servers/Production2",
         "access-list OUT remark Firewall/Rules/Domain/Servers/Production2"},
        {"access-list OUT remark ManagementServersToOperationsDatabasesX1",
         "access-list OUT remark ManagementServersToOperationsDatabasesX1"},
        // Hexadecimal keys in remarks; digests, which people give to be compared, are none
        {"access-list OUT remark vpn 0f1e2d3c4b5a69788796a5b4c3d2e1f0 partner",
         "access-list OUT remark vpn ******************************** partner"},
        {"-A INPUT -m comment --comment \"k=0F1E2D3C4B5A69788796A5B4C3D2E1F00F1E2D3C\" -j ACCEPT",
         "-A INPUT -m comment --comment \"k=****************************************\" -j ACCEPT"},
        {" \"Description\": \"peer 0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0\", \"Enabled\": 1",
         " \"Description\": \"peer ****************************************************************\", \"Enabled\": 1"},
        {"Description:                          peer 0f1e2d3c4b5a69788796a5b4c3d2e1f0",
         "Description:                          peer ********************************"},
        {"# sha256: 0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0, commit "
         "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c, 32 zeros 00000000000000000000000000000000",
         "# sha256: 0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0, commit "
         "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c, 32 zeros 00000000000000000000000000000000"},
        {"-A INPUT -m string --hex-string \"|0f1e2d3c4b5a69788796a5b4c3d2e1f0|\" --algo bm -j DROP",
         "-A INPUT -m string --hex-string \"|0f1e2d3c4b5a69788796a5b4c3d2e1f0|\" --algo bm -j DROP"},
        // Long words that nobody would write, in remarks alone
        {"-A INPUT -m comment --comment \"sync 9fK2mQx7Lp4Zt8Vb1Nc6Rd3Hy5Ws\" -j ACCEPT",
         "-A INPUT -m comment --comment \"sync ****************************\" -j ACCEPT"},
        {"-A INPUT -m comment --comment 9fK2mQx7Lp4Zt8Vb1Nc6Rd3Hy5Ws -j ACCEPT",
         "-A INPUT -m comment --comment **************************** -j ACCEPT"},
        {"access-list OUT remark ServerManagementGroup2026Production, CHG0012345-Net10ToVlan20-Plant7",
         "access-list OUT remark ServerManagementGroup2026Production, CHG0012345-Net10ToVlan20-Plant7"},
        {R"("{9fK2mQx7Lp4Zt8Vb1Nc6Rd3Hy5Ws}"="v2.31|App=C:\\Apps\\9fK2mQx7Lp4Zt8Vb1Nc6Rd3Hy5Ws.exe|Desc=plain|")",
         R"("{9fK2mQx7Lp4Zt8Vb1Nc6Rd3Hy5Ws}"="v2.31|App=C:\\Apps\\9fK2mQx7Lp4Zt8Vb1Nc6Rd3Hy5Ws.exe|Desc=plain|")"},
        // Who logs in, and with what
        {"# password root/geheim on the console", "# password root/****** on the console"},
        {"access-list OUT remark login: admin/geheim", "access-list OUT remark login: admin/******"},
        {"access-list OUT remark credentials svc-scan/S0mething",
         "access-list OUT remark credentials svc-scan/*********"},
        {"# password reset/change portal, key in/out, login 10.0.0.0/8",
         "# password reset/change portal, key in/out, login 10.0.0.0/8"},
        {"# backup: ssh://root/geheim@backup.example/ and http://wiki/people@home",
         "# backup: ssh://root/******@backup.example/ and http://wiki/people@home"},
        // To the end of the line, where the grammar says so
        {" neighbor 10.0.0.1 password two words", " neighbor 10.0.0.1 password *********"},
        {"  key-string 0 two words", "  key-string 0 *********"},
        {"Auth1PSK:                             two words", "Auth1PSK:                             *********"},
        // What is looked for in packets
        {"-A INPUT -m string --string \"password=geheim\" --algo bm -j DROP",
         "-A INPUT -m string --string \"password=geheim\" --algo bm -j DROP"},
        {"-A INPUT -m string --hex-string \"|70|password: S0me\" --algo bm -m comment --comment \"pw: S0me\" -j DROP",
         "-A INPUT -m string --hex-string \"|70|password: S0me\" --algo bm -m comment --comment \"pw: ****\" -j DROP"},
    };
    for (const auto& [line, shown] : cases) CHECK(mask_secrets(line) == shown);
}

TEST_CASE("a remark without its statement is known as one") {
    CHECK(mask_remark("sync 9fK2mQx7Lp4Zt8Vb1Nc6Rd3Hy5Ws") == "sync ****************************");
    CHECK(mask_remark("pw: S0me") == "pw: ****");
    CHECK(mask_secrets("sync 9fK2mQx7Lp4Zt8Vb1Nc6Rd3Hy5Ws") == "sync 9fK2mQx7Lp4Zt8Vb1Nc6Rd3Hy5Ws");
}

TEST_CASE("our own words about a statement are not masked, what they quote of its secrets is") {
    const Source source("x.cfg", "hostname fw\nenable password Tops3cret\nikev1 pre-shared-key no\n");
    const SourceSpan line{&source, 12, 25}, other{&source, 0, 11};
    CHECK(mask_message("'enable password Tops3cret' is not understood", line) ==
          "'enable password *********' is not understood");
    CHECK(mask_message("password Tops3cret", other) == "password Tops3cret");
    for (const std::string message :
         {"enable password is not understood", "key chain is not modelled", "password: a second one, the last counts",
          "no password or key is looked at", "failover key is not modelled", "username admin: password is not shown"}) {
        CHECK(mask_message(message, line) == message);
        CHECK(mask_message(message, {}) == message);
    }
    // A short secret is hidden where it is quoted, and is no word of the sentence.
    const SourceSpan key{&source, 38, 24};
    CHECK(mask_message("'no' is no key", key) == "'**' is no key");
}

TEST_CASE("keys and communities are known by what stands before them") {
    const auto source = std::make_shared<const Source>(
        "x.reg",
        "[HKEY_LOCAL_MACHINE\\SYSTEM\\Services\\SNMP]\n\"Start\"=dword:00000002\n\n"
        "[HKEY_LOCAL_MACHINE\\SYSTEM\\Services\\SNMP\\Parameters\\ValidCommunities]\n\"pl4nt-ro\"=dword:00000004\n\n"
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA3Tz2mr7SZiAMfQyu\n-----END RSA PRIVATE KEY-----\n"
        "-----BEGIN CERTIFICATE-----\nMIIEpAIBAAKCAQEA3Tz2mr7SZiAMfQyu\n-----END CERTIFICATE-----\n");
    std::string shown;
    for (std::uint32_t line = 1; line <= source->line_count(); ++line) {
        shown += shown_line({source.get(), source->line_offset(line), 1}) + "\n";
    }
    CHECK(shown ==
          "[HKEY_LOCAL_MACHINE\\SYSTEM\\Services\\SNMP]\n\"Start\"=dword:00000002\n\n"
          "[HKEY_LOCAL_MACHINE\\SYSTEM\\Services\\SNMP\\Parameters\\ValidCommunities]\n\"********\"=dword:00000004\n\n"
          "-----BEGIN RSA PRIVATE KEY-----\n********************************\n-----END RSA PRIVATE KEY-----\n"
          "-----BEGIN CERTIFICATE-----\nMIIEpAIBAAKCAQEA3Tz2mr7SZiAMfQyu\n-----END CERTIFICATE-----\n");
}

TEST_CASE("a span that begins behind the word that tells still hides its secret") {
    const Source source("x.cfg", "hostname fw\nenable password Tops3cret\nno names\n");
    const SourceSpan value{&source, 28, 9};
    CHECK(shown_text(value) == "*********");
    CHECK(shown_text({&source, 12, 25}) == "enable password *********");
    CHECK(shown_text({&source, 0, 38}) == "hostname fw\nenable password *********\n");
    CHECK(render_excerpt(value, "  ") == "  enable password *********\n                  ^~~~~~~~~\n");
}

// An export that was written without line ends. Slow wherever the whole line is read again for a part of it.
TEST_CASE("parts of one very long line hide what the whole line hides") {
    std::string text;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> parts;
    for (int i = 0; i < 10000; ++i) {
        const std::string part = "{\"Name\":\"rule " + std::to_string(i) + "\",\"Desc\":\"password: S0me" +
                                 std::to_string(i) + "\",\"psk\":\"" +
                                 std::string(static_cast<std::size_t>(i % 7), 'x') + "\"},";
        parts.emplace_back(static_cast<std::uint32_t>(text.size()), static_cast<std::uint32_t>(part.size()));
        text += part;
    }
    const std::string whole = mask_secrets(text);
    CHECK(whole.find("S0me") == std::string::npos);
    const auto source = std::make_unique<const Source>("one.json", text);
    for (const auto& [offset, length] : parts) {
        CHECK(shown_text({source.get(), offset, length}) == whole.substr(offset, length));
        const SourceSpan inside{source.get(), offset + 30, 20};
        CHECK(shown_text(inside) == whole.substr(offset + 30, 20));
    }
    CHECK(shown_line({source.get(), 5, 1}) == whole);
}

TEST_CASE("a long line in the place of another hides its own secrets") {
    const auto line = [](char fill, std::size_t at) {
        std::string text(9000, fill);
        return text.replace(at, 14, " password=S0me ");
    };
    for (const std::size_t at : {std::size_t{10}, std::size_t{5000}, std::size_t{8900}}) {
        alignas(Source) std::array<std::byte, sizeof(Source)> place{};
        for (const char fill : {'a', 'b'}) {
            const std::string text = line(fill, fill == 'a' ? 3000 : at);
            auto* source = new (place.data()) Source("x", text);
            CHECK(shown_text({source, 0, 9000}) == mask_secrets(text).substr(0, 9000));
            source->~Source();
        }
    }
}

TEST_CASE("a line of names and signs alone is searched once") {
    std::string text = "x ";
    while (text.size() < 1000000) text += "psk=pw=";
    CHECK(mask_secrets(text).substr(0, 12) == "x psk=******");
}
